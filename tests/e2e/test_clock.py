"""A breach within a minute: the sandbox's clock is turned, and its next sweep marks what is overdue."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import Breached, Escalated
from sandbox.demo import send
from sandbox.stack import ROOT, Ports, Sandbox
from tests.kept_vectors import with_vectors
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case

pytestmark = pytest.mark.aws

REQUEST = {
    "kind": "question",
    "name": "Camille",
    "email": "camille@example.com",
    "office": "paris",
    "summary": "How do I change the address of a client?",
    "description": "I do not find it.",
    "priority": "high",
    "module": "users",
}


def breaches(case: Case) -> int:
    """How often the case was marked as overdue."""
    return sum(isinstance(event, Breached) for event in case.history)


def test_turning_the_clock_makes_the_next_sweep_mark_the_breach(tmp_path: Path) -> None:
    """Ten days are more than any weekend with holidays; the sweep finds it, once, and the desk page shows it."""
    with Sandbox(Ports(0, 0, 0), build=with_vectors(tmp_path), state=tmp_path / "state", wiki=False) as sandbox:
        desk = sandbox.application.desk
        case_id = send(sandbox.url, REQUEST)["id"]
        for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "system-analysts"), (4, "roma")):
            case = desk.cases.load(case_id)
            event = Escalated(
                at=desk.clock(), actor="x@example.com", level=level, handler=handler, reason="too-complex"
            )
            case = desk.act(case_id, event, case.version)
        due = desk.cases.queue(4).rows[0].due

        assert due is not None
        assert 0 == breaches(case)

        turn = [sys.executable, "-m", "sandbox.clock", "+10d"]
        said = subprocess.run(
            turn, cwd=ROOT, env={**os.environ, "BUILD": str(tmp_path)}, capture_output=True, check=True
        )
        assert b"10 days" in said.stdout

        wait_until(lambda: breaches(desk.cases.load(case_id)))
        for _ in range(2):
            sandbox.application.background_desk.sweep()
        case = desk.cases.load(case_id)

        assert (1, due) == (breaches(case), next(e.due for e in case.history if isinstance(e, Breached)))
