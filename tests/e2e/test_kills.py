"""Workers that are killed with SIGKILL lose nothing and do nothing twice; `make soak` kills hundreds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.e2e.fault_proxy import ERROR, FAULTS, KILLS, writes
from tests.e2e.kills import each_step, each_step_of_mail, prove, server_faults

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.stack import Sandbox
    from tests.e2e.kills import Installation, Proof, WorkerPool

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
}


def steps_with_kills(proof: Proof) -> set[str]:
    """The steps at which workers were killed; all points were, in each way, and nothing is lost or done twice."""
    assert [] == proof.missed
    assert {*KILLS} == {way for _, way in proof.workers.injector.tally}
    assert (0,) * len(proof.result.faults) == proof.result.faults
    return {step for step, _ in proof.workers.injector.tally}


def test_a_worker_may_be_killed_at_any_step(sandbox: Sandbox, tmp_path: Path) -> None:
    """Before a call, before its answer arrives and after that: nothing is lost, missing or done twice."""
    proof = prove(sandbox, "kills", tmp_path, each_step)

    assert STEPS == steps_with_kills(proof)


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
    """At each step that a form does not have; the next worker does the rest once. `make soak` kills at all steps."""
    of_mail = partial(each_step_of_mail, acts=("mail",), but=STEPS - {"table: remember the message"})
    proof = prove(sandbox, "mailkills", tmp_path, of_mail)

    assert MAIL == steps_with_kills(proof)
    assert [] == proof.installation.faults_of_mail()


def test_trouble_of_the_servers_costs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Throttles, conflicts, errors before and after the write, and slow answers, once and until the client gives up."""

    def every_fault(installation: Installation, workers: WorkerPool) -> list[str]:
        for fault in FAULTS:
            server_faults(installation, workers, fault, times=1)
        server_faults(installation, workers, ERROR, times=3)
        return []

    proof = prove(sandbox, "trouble", tmp_path, every_fault)

    tally = proof.workers.injector.tally
    assert {*FAULTS} == {way for _, way in tally}
    assert {step for step, _ in tally if writes(step)} >= {"table: create", "table: save", "mail: send"}
    assert (0,) * len(proof.result.faults) == proof.result.faults
