"""What nobody has decided is not resolved; and the desk offers to nobody what it would refuse them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Case
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ChangedInMantis,
    Judged,
    LeadUpdated,
    MarkedDuplicate,
    Overruled,
    Reprioritised,
    Resolved,
)
from intake_fn.core.intents import AddNote, UpdateIssue
from intake_fn.core.messages import note_of
from intake_fn.core.reconciliation import IssueState, next_event
from intake_fn.core.request import Priority
from intake_fn.core.steps import advance, allowed, not_yet
from intake_fn.core.stored import event_from_plain
from intake_fn.core.vocabulary import Category, Progress
from tests.core.samples import NOW, PAUL, VERDICT, case_at, case_of, happened, received

if TYPE_CHECKING:
    from intake_fn.core.process import Process

LIAISON = "liaison.paris@example.com"
OPEN_TO_A_PERSON = Judged(
    at=NOW, actor="specdesk", category=Category.UNDECIDED, verdict={**VERDICT, "category": "undecided"}
)


def undecided(level: int = 3, handler: str = "paul", **changes: Any) -> Case:
    """A request that the judge left to a person."""
    return case_of(received(level, handler, **changes), OPEN_TO_A_PERSON)


def decided(case: Case, process: Process) -> Case:
    """The case after a person's decision."""
    bug = happened(Overruled, category=Category.BUG, clause="", reason="It breaks.")
    return advance(case, bug, process).case


def test_an_undecided_request_is_decided_before_it_is_resolved(process: Process) -> None:
    """The refusal says what to do, the desk does not offer it, and afterwards it works."""
    case = undecided()

    with pytest.raises(Refused, match="decide first what it is: bug, change request, or support"):
        advance(case, happened(Resolved, resolution="Mended."), process)
    assert Resolved not in allowed(case, process).events
    assert any("decide first" in why for why in not_yet(case, process, PAUL))
    assert Resolved in allowed(decided(case, process), process).events
    assert () == not_yet(decided(case, process), process, PAUL)


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_resolved_in_mantis_before_it_is_decided_is_put_back_with_the_reason(process: Process, status: str) -> None:
    """Who did it reads in Mantis what to do; a decided one is taken over as ever."""
    case = advance(undecided(), _filed(), process).case
    stands = IssueState("Support Misc", "paul", status, "high", "fixed", changed_by={"status": "andrei"})
    event = next_event(case, stands, [], process, NOW)

    assert isinstance(event, ChangedInMantis)
    owed = advance(case, event, process).intents
    assert UpdateIssue() in owed
    (note,) = [intent for intent in owed if isinstance(intent, AddNote)]
    assert "This request is undecided, so it cannot be resolved yet." in note_of(
        advance(case, event, process).case.history[note.about - 1], process
    )
    case = decided(case, process)
    stands = IssueState("Bugs InBox", "paul", status, "high", "fixed", changed_by={"status": "andrei"})
    assert isinstance(next_event(case, stands, [], process, NOW), Resolved)


def _filed() -> Any:
    return event_from_plain(
        {
            "event": "Filed",
            "at": NOW.isoformat(),
            "actor": "specdesk",
            "number": 1,
            "project": "Support Misc",
            "url": "https://mantis.example.com/view.php?id=1",
        }
    )


def test_what_is_put_back_for_no_other_reason_makes_no_note(process: Process) -> None:
    """A handler who was changed there is put back in silence, as the desk shows both."""
    case = advance(undecided(), _filed(), process).case
    event = next_event(case, IssueState("Support Misc", "roma", "assigned", "high"), [], process, NOW)

    assert event is not None
    assert (UpdateIssue(),) == advance(case, event, process).intents


def heard(progress: Progress, category: Category = Category.UNDECIDED) -> LeadUpdated:
    """News of the request that it follows."""
    return LeadUpdated(
        at=NOW, actor="specdesk", other="HD-0000-0009", item="1", progress=progress, text="Mended.", category=category
    )


@pytest.mark.parametrize("progress", [Progress.DECIDED, Progress.RESOLVED])
def test_an_undecided_request_is_what_the_one_is_that_is_the_same(process: Process, progress: Progress) -> None:
    """A person has said that it is the same; its issue moves to the same project."""
    case = advance(undecided(), happened(MarkedDuplicate, other="HD-0000-0009"), process).case
    step = advance(case, heard(progress, Category.CHANGE), process)

    assert Category.CHANGE is step.case.category
    assert UpdateIssue() in step.intents
    assert (progress is Progress.RESOLVED) == step.case.status.is_done


def test_what_is_decided_stays_so_whatever_the_other_one_is(process: Process) -> None:
    """Here it is a bug by its own verdict."""
    case = advance(case_at(3, "paul"), happened(MarkedDuplicate, other="HD-0000-0009"), process).case

    assert Category.BUG is advance(case, heard(Progress.DECIDED, Category.MISC), process).case.category


def test_an_old_resolution_of_an_undecided_request_decides_nothing(process: Process) -> None:
    """The follower waits for a person: it is not resolved before it is decided."""
    case = advance(undecided(), happened(MarkedDuplicate, other="HD-0000-0009"), process).case

    assert not advance(case, heard(Progress.RESOLVED), process).case.status.is_done


@pytest.mark.parametrize(
    ("who", "expected"), [(LIAISON, False), ("roma@example.com", False), (PAUL, True), ("sa@example.com", True)]
)
def test_lowering_an_urgent_request_is_offered_to_those_who_may(process: Process, who: str, expected: bool) -> None:
    """What is offered is not refused, and what is not offered is explained."""
    case = case_at(3, "system-analysts", priority=Priority.URGENT)
    options = allowed(case, process, who)

    assert expected == (Reprioritised in options.events) == bool(options.priorities)
    assert expected != any("Only level 3 may lower" in why for why in not_yet(case, process, who))


@pytest.mark.parametrize(("who", "expected"), [(LIAISON, False), (PAUL, True), ("roma@example.com", True)])
def test_resolving_an_urgent_request_is_offered_to_those_who_may(process: Process, who: str, expected: bool) -> None:
    """The same holds for its resolution, and for one that stands below level 3 since before."""
    case = case_at(3, "system-analysts", priority=Priority.URGENT)

    assert expected == (Resolved in allowed(case, process, who).events)
    assert Resolved not in allowed(case_at(0, "paris-liaison", priority=Priority.URGENT), process, PAUL).events
