"""Workers that are killed with SIGKILL lose nothing and do nothing twice; `make soak` kills hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.gate import ERROR, FAULTS, KILLS, writes
from tests.e2e.kills import Yard, each_step, each_step_of_mail, trouble

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws

STEPS = {
    "Mantis: PATCH issues/N",
    "Mantis: POST issues",
    "Mantis: POST issues/N/notes",
    "Mantis: POST issues/N/tags",
    "mail: send",
    "table: count",
    "table: create",
    "table: finish",
    "table: index words",
    "table: keep the cursor",
    "table: keep the pace",
    "table: lease",
    "table: remember the message",
    "table: save",
    "table: take the cursor",
    "table: use once",
}


def test_a_worker_may_be_killed_at_any_step(sandbox: Sandbox, tmp_path: Path) -> None:
    """Before a call, while its answer is on the way, with the answer in hand: everything is accounted for."""
    yard = Yard(sandbox, "kills", tmp_path)
    with yard.stable() as stable:
        missed = each_step(yard, stable)
        yard.rest(stable)
        toll = yard.toll(stable)

    assert [] == missed
    assert {step for step, _ in stable.knife.tally} == STEPS
    assert {way for _, way in stable.knife.tally} == {*KILLS}
    assert (0,) * len(toll.faults) == toll.faults


MAIL = {
    "Mantis: POST issues/N/files",
    "files: delete mail-in",
    "files: put files",
    "files: put mail",
    "files: put mail-in",
    "table: decide on the mail",
    "table: record the mail",
    "table: remember the message",
}


def test_a_worker_may_be_killed_while_it_takes_a_mail_in(sandbox: Sandbox, tmp_path: Path) -> None:
    """At each step that no form has; started anew it does the rest, once. `make soak` kills at all, and replies."""
    yard = Yard(sandbox, "mailkills", tmp_path)
    with yard.stable() as stable:
        missed = each_step_of_mail(yard, stable, ("mail",), but=STEPS - {"table: remember the message"})
        yard.rest(stable)
        toll = yard.toll(stable)

    assert [] == missed
    assert {step for step, _ in stable.knife.tally} == MAIL
    assert {way for _, way in stable.knife.tally} == {*KILLS}
    assert (0,) * len(toll.faults) == toll.faults
    assert [] == yard.faults_of_mail()


def test_trouble_of_the_servers_costs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Throttles, conflicts, errors before and after the deed, and slow answers, once and until the client gives up."""
    yard = Yard(sandbox, "trouble", tmp_path)
    with yard.stable() as stable:
        for fault in FAULTS:
            trouble(yard, stable, fault, times=1)
        trouble(yard, stable, ERROR, times=3)
        yard.rest(stable)
        toll = yard.toll(stable)

    assert {*FAULTS} == {way for _, way in stable.knife.tally}
    assert {step for step, _ in stable.knife.tally if writes(step)} >= {"table: create", "table: save", "mail: send"}
    assert (0,) * len(toll.faults) == toll.faults
