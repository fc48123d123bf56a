"""Which notes and states in Mantis are ours, whatever people write there."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.change_events import ChangeAssessed, MotionPut, SentToOwner
from intake_fn.core.events import (
    ChangedInMantis,
    Escalated,
    Filed,
    FoundInMantis,
    HandedOver,
    MissingInMantis,
    Noted,
    NotedInMantis,
    Overruled,
    Reprioritised,
    Resolved,
)
from intake_fn.core.reconciliation import IssueState, MantisNote, expected, next_event, note_marker
from intake_fn.core.request import Priority
from intake_fn.core.steps import fold
from intake_fn.core.vocabulary import Category, Motion
from tests.core.samples import CASE_ID, NOW, PAUL, case_of, judged, received

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

HOUR = timedelta(hours=1)

CASE = case_of(
    received(1, "paul"),
    judged(),
    Filed(at=NOW, actor="specdesk", number=1, project="Bugs InBox", url="https://mantis.example.com/view.php?id=1"),
)


def read(case: Case, text: str, process: Process) -> Event | None:
    """What the sync takes from an issue with this note."""
    stands = IssueState("Bugs InBox", "paul", "assigned", "high", notes=(MantisNote(7, "andrei", text),))
    return next_event(case, stands, [], process, NOW)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (f"On it.\n\n{note_marker(CASE, 2)}", True),
        (f"On it. [1] {note_marker(CASE, 2)} \n", True),
        (f"On it. {note_marker(CASE, 99)}", False),
        (note_marker(CASE, 2).removeprefix("["), False),
        (f"{note_marker(CASE, 2)} was wrong", False),
        ("", False),
    ],
)
def test_a_note_is_ours_by_the_marker_at_its_end(process: Process, text: str, *, ours: bool) -> None:
    """A quotation within a text is none, and no half of a marker."""
    assert ours is not isinstance(read(CASE, text, process), NotedInMantis)


@pytest.mark.parametrize("text", ["[" * 200_000, "[a#1" * 50_000, "[#" * 100_000 + "1"])
def test_a_long_note_is_read_at_once(process: Process, text: str) -> None:
    """Pasted logs and tables of brackets hold up no sync."""
    leased = time.thread_time()
    event = read(CASE, text, process)

    assert time.thread_time() - leased < 1
    assert isinstance(event, NotedInMantis)


def shown(case: Case, process: Process) -> IssueState:
    """The issue of a case, as it is written."""
    fields: dict[str, Any] = {**expected(case, process)}
    return IssueState(**fields)


def test_the_state_before_a_step_is_nobodys_change_while_its_write_is_pending(process: Process) -> None:
    """However many events the step has; a step has one instant and one actor (tests/core/test_machine.py)."""
    before = fold(CASE_ID, [*CASE.history, HandedOver(at=NOW + HOUR, actor=PAUL, handler="andrei")])
    step: dict[str, Any] = {"at": NOW + 2 * HOUR, "actor": PAUL}
    case = fold(
        CASE_ID,
        [
            *before.history,
            Escalated(**step, level=3, handler="roma", reason="It is not of this level."),
            HandedOver(**step, handler="system-analysts"),
            Reprioritised(**step, priority=Priority.URGENT),
            Noted(**step, text="The port closes."),
        ],
    )

    assert next_event(case, shown(before, process), [case.version], process, NOW) is None
    assert isinstance(next_event(case, shown(before, process), [], process, NOW), ChangedInMantis)
    assert isinstance(next_event(case, shown(CASE, process), [case.version], process, NOW), ChangedInMantis)


def test_nothing_is_a_change_that_stood_when_the_issue_went_missing(process: Process) -> None:
    """While it is missing nothing is written there, whatever happens to the case."""
    handed = [HandedOver(at=NOW + n * HOUR, actor=PAUL, handler=name) for n, name in enumerate(("andrei", "roma"), 2)]
    missing = MissingInMantis(at=NOW + HOUR, actor="mantis", number=1)
    done = Resolved(at=NOW + 4 * HOUR, actor=PAUL, resolution="Mended.")
    found = FoundInMantis(at=NOW + 5 * HOUR, actor="mantis", number=1)
    case = fold(CASE_ID, [*CASE.history, missing, *handed, done, found])

    assert next_event(case, shown(CASE, process), [case.version], process, NOW) is None
    assert isinstance(next_event(case, shown(CASE, process), [], process, NOW), ChangedInMantis)


def test_what_follows_from_somebodys_event_is_one_step_with_it(process: Process) -> None:
    """An assessment puts a motion of ours; while its update is owed, Mantis shows the status of the stage before."""
    later = NOW + HOUR
    what: dict[str, Any] = {"clause": "billing#due", "today": "30.", "spec": "s", "proposed": "45.", "effort": "2"}
    case = case_of(
        received(1, "paul"),
        judged(),
        Filed(at=NOW, actor="specdesk", number=1, project="Change InBox", url="https://mantis.example.com/1"),
        Overruled(at=NOW, actor=PAUL, category=Category.CHANGE, clause="", module="billing", reason="A wish."),
        SentToOwner(at=NOW, actor=PAUL, module="billing", owner="marc-selter"),
        ChangeAssessed(at=later, actor="marc.selter@example.com", **what),
        MotionPut(at=later, actor="specdesk", motion=Motion.APPROVE),
    )
    stands = IssueState("Change InBox", "marc.selter", "assigned", "high")

    assert "acknowledged" == expected(case, process)["status"]
    assert next_event(case, stands, [case.version], process, later) is None
    by_somebody = next_event(case, stands, [], process, later)
    assert isinstance(by_somebody, ChangedInMantis)
    assert {"status": "assigned"} == by_somebody.theirs
