"""Whatever anybody does to change requests, the Board's decision is the count of its votes, and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.change_machine import ChangeMachine

if TYPE_CHECKING:
    from intake_fn.core.process import Process


def test_whatever_anybody_does_a_decision_is_the_count_of_its_votes(process: Process) -> None:
    """Random sequences of all actions; `make soak` runs twenty thousand of them."""
    ChangeMachine.process = process
    run_state_machine_as_test(
        ChangeMachine, settings=settings(max_examples=300, stateful_step_count=15, derandomize=True, deadline=None)
    )
