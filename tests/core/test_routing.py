"""A change request goes to the owner of its module, and comes back when it is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case_row import CaseRow
from intake_fn.core.change_events import ChangeAssessed, SentToOwner
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import keeper
from intake_fn.core.events import Escalated, HandedOver, Judged, Noted, Overruled, Reopened, Reprioritised, Resolved
from intake_fn.core.intents import SendNotice
from intake_fn.core.messages import in_words
from intake_fn.core.process import NOT_THIS_LEVEL, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.sla import ClockState, due
from intake_fn.core.steps import advance, allowed, fold
from intake_fn.core.stored import event_to_plain, read_event
from intake_fn.core.vocabulary import Category, Outcome, Stage, Status
from intake_fn.core.way import way
from tests.core.samples import CASE_ID, NOW, PAUL, VERDICT, case_at, case_of, judged, received

if TYPE_CHECKING:
    from intake_fn.core.case import Case, Step
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

MARC, ANALYSTS, IHELP = "marc.selter@example.com", "sa@example.com", "ihelp@jaguarfreight.com"
WISH: dict[str, Any] = {**VERDICT, "category": "change"}


def step(case: Case, process: Process, kind: type[Event], actor: str = PAUL, **what: Any) -> Step:
    """Something that is allowed."""
    return advance(case, kind(at=NOW, actor=actor, **what), process)


def change(process: Process, module: str = "billing", **what: Any) -> Step:
    """What a verdict makes of a new request: a change."""
    return step(
        case_of(received(1, "ihelp", office="new-york", module=module)),
        process,
        Judged,
        "specdesk",
        category=Category.CHANGE,
        verdict=WISH,
        **what,
    )


def mailed(made: Step) -> dict[str, str]:
    """Who is mailed why, in words."""
    return {owed.to: in_words(owed.why) for owed in made.intents if isinstance(owed, SendNotice)}


def notices(made: Step) -> list[SendNotice]:
    """Who is mailed what."""
    return [owed for owed in made.intents if isinstance(owed, SendNotice)]


def test_a_verdict_that_acts_sends_a_change_to_the_owner_of_its_module(process: Process) -> None:
    """Marc owns Billing and is of level 2; the request is at level 1. Both sides are told in one mail each."""
    made = change(process)

    assert ("marc-selter", 1, Stage.OWNER) == (made.case.handler, made.case.level, made.case.stage)
    assert "please assess it" in mailed(made)[MARC]
    assert "with Marc Selter, the owner of Billing and charges" in mailed(made)["camille@example.com"]
    assert made.case == fold(CASE_ID, made.case.history)
    assert Stage.OWNER is CaseRow.of(made).stage


def test_a_proposal_sends_nothing_to_anybody(process: Process) -> None:
    """A person decides first."""
    made = change(process, acts=False)

    assert ("ihelp", Stage.NONE) == (made.case.handler, made.case.stage)


@pytest.mark.parametrize("module", ["", "general"])
def test_where_no_module_is_named_the_help_desk_chooses(process: Process, module: str) -> None:
    """The nearest clause stands on a page of Billing: that proposes, and sends nothing by itself."""
    made = change(process, module)
    assert ("ihelp", Stage.NONE) == (made.case.handler, made.case.stage)
    assert "please choose one" in mailed(made)[IHELP]
    assert "names no module" in mailed(made)["camille@example.com"]
    assert ["way.received", "way.choose"] == [one.what.key for one in way(made.case, process)][:2]
    noted = advance(made.case, Noted(at=NOW + timedelta(days=1), actor=IHELP, text="Whose is it?"), process).case
    assert [made.case.changed_at] == [one.at for one in way(noted, process) if one.what.key == "way.choose"]

    sent = step(made.case, process, SentToOwner, IHELP, module="customs", owner="", note="Yours?")
    assert ("system-analysts", Stage.OWNER) == (sent.case.handler, sent.case.stage)
    assert "please assess it" in mailed(sent)[ANALYSTS]


@pytest.mark.parametrize(
    ("module", "decided", "handler"),
    [
        pytest.param("shipments", {"module": "billing"}, "marc-selter", id="the module that a person chose"),
        pytest.param("shipments", {}, "system-analysts", id="the one that the requester named"),
        pytest.param("", {"clause": "billing#due"}, "marc-selter", id="that of the deciding clause"),
        pytest.param("", {}, "paul", id="none: the Help Desk chooses"),
    ],
)
def test_a_persons_decision_sends_it_there(
    process: Process, module: str, decided: dict[str, str], handler: str
) -> None:
    """By what the person said, then by what the requester said."""
    decided = {"clause": "", "reason": "So.", **decided}
    made = step(case_at(3, "paul", module=module), process, Overruled, category=Category.CHANGE, **decided)

    assert handler == made.case.handler


def test_what_is_no_change_goes_back_to_its_level(process: Process) -> None:
    """Who had it there has it again, and is told why."""
    made = step(change(process).case, process, Overruled, MARC, category=Category.BUG, clause="", reason="Broken.")

    assert ("ihelp", Stage.NONE) == (made.case.handler, made.case.stage)
    assert "no change request any more" in mailed(made)[IHELP]


def test_a_late_verdict_moves_nothing_that_a_person_has_decided(process: Process) -> None:
    """Nor does it name anybody in the log."""
    case = case_of(received(1, "ihelp", module="billing"))
    case = step(case, process, Overruled, category=Category.BUG, clause="", reason="Broken.").case
    made = step(case, process, Judged, "specdesk", category=Category.CHANGE, verdict=WISH)
    late = made.case.history[-1]

    assert isinstance(late, Judged)
    assert ("ihelp", "", Stage.NONE) == (made.case.handler, late.handler, made.case.stage)


def test_a_change_of_an_old_log_stays_with_whoever_has_it(process: Process) -> None:
    """It can be sent to the owner by a person."""
    plain = event_to_plain(Judged(at=NOW, actor="specdesk", category=Category.CHANGE, verdict=WISH))
    del plain["handler"]

    case = case_of(received(1, "ihelp", module="billing"), read_event(json.dumps(plain)))

    assert ("ihelp", Stage.NONE, Category.CHANGE) == (case.handler, case.stage, case.category)
    assert SentToOwner in allowed(case, process).events


def test_a_change_on_its_way_is_not_escalated_and_stays_with_its_owner(process: Process) -> None:
    """Another module's owner may get it; raised to urgent, it goes to level 3 and stays with the owner."""
    case = change(process).case
    assert not allowed(case, process, IHELP).escalate_to
    with pytest.raises(Refused, match="not escalated"):
        step(case, process, Escalated, level=2, handler="marc-selter", reason=NOT_THIS_LEVEL)
    with pytest.raises(Refused, match="another one"):
        step(case, process, HandedOver, handler="ihelp")

    urgent = step(case, process, Reprioritised, IHELP, priority=Priority.URGENT, note="Now.").case
    assert (3, "marc-selter") == (urgent.level, urgent.handler)
    assert "system-analysts" == step(case, process, SentToOwner, module="customs", owner="").case.handler


def test_when_the_owner_has_left_the_next_one_looks_after_it(process: Process) -> None:
    """And may take it."""
    case = change(process).case
    people = {name: person for name, person in process.people.items() if name != "marc-selter"}
    modules = {**process.modules, "billing": replace(process.modules["billing"], owner="paul")}
    later = replace(process, people=people, modules=modules, former={"marc-selter": process.people["marc-selter"]})

    assert "paul" == keeper(case, later).id
    assert ("paul",) == allowed(case, later).hand_over_to
    assert "paul" == step(case, later, HandedOver, handler="paul").case.handler


def test_what_is_a_change_once_it_is_done_goes_to_nobody_and_nobody_is_told_that_it_does(process: Process) -> None:
    """Reopened, it is for the Help Desk to send it; before that no owner could assess it."""
    done = step(case_at(3, "paul", module="billing"), process, Resolved, resolution="It is as defined.").case
    decided = step(done, process, Overruled, category=Category.CHANGE, clause="", reason="A wish.", module="billing")

    assert (Stage.NONE, "paul", Status.RESOLVED) == (decided.case.stage, decided.case.handler, decided.case.status)
    assert ["requester"] == [one.to.replace("camille@example.com", "requester") for one in notices(decided)]
    assert not notices(decided)[0].why
    reopened = step(decided.case, process, Reopened, reason="It is wanted.").case
    assert Stage.OWNER is step(reopened, process, SentToOwner, module="billing", owner="").case.stage


def test_what_is_resolved_on_its_way_is_nowhere_now_and_nothing_is_ahead(process: Process) -> None:
    """A duplicate, before its owner has assessed it; reopened, it is where it was."""
    case = step(change(process).case, process, Resolved, resolution="See there.", outcome=Outcome.DUPLICATE).case
    assert ["way.received", "way.owner-done"] == [one.what.key for one in way(case, process)]
    assert not any(one.is_now for one in way(case, process))

    again = step(case, process, Reopened, reason="It is another wish.").case
    assert ["way.owner"] == [one.what.key for one in way(again, process) if one.is_now]


def test_the_clock_runs_for_the_owner_and_stops_for_the_board(process: Process) -> None:
    """It is that of the level; the Board has its own dates."""
    level = replace(process.levels[1], response=dict.fromkeys(Priority, WorkingDayHours(24)))
    timed = replace(process, levels={**process.levels, 1: level})
    case = change(timed).case
    with_owner = due(case, timed)
    assert with_owner is not None
    assert ClockState.RUNS is with_owner.clock

    at = NOW + timedelta(hours=1)
    event = ChangeAssessed(at=at, actor=MARC, clause="billing#due", today="30", spec="s", proposed="45", effort="2")
    before_the_board = due(advance(case, event, timed).case, timed)
    assert before_the_board is not None
    assert (ClockState.DECIDING, event.at) == (before_the_board.clock, before_the_board.stopped)


def test_the_way_has_a_date_for_each_step_that_was_reached(process: Process) -> None:
    """And one is now; what is no change has none."""
    steps = way(change(process).case, process)

    assert ["way.received", "way.owner", "way.board-ahead"] == [one.what.key for one in steps][:3]
    assert [False, True, False] == [one.is_now for one in steps][:3]
    assert [NOW, NOW, None] == [one.at for one in steps][:3]
    assert () == way(case_of(received(1, "ihelp"), judged()), process)


def test_what_is_no_change_after_all_comes_back_where_its_level_is_gone(process: Process) -> None:
    """support.yml has no level 4 any more: level 3 has its requests."""
    wish = step(case_at(4, "roma"), process, Overruled, category=Category.CHANGE, clause="", reason="So.")
    levels = {number: level for number, level in process.levels.items() if number != 4}
    back = step(
        wish.case, replace(process, levels=levels), Overruled, category=Category.BUG, clause="billing#due", reason="No."
    )

    assert "system-analysts" == back.case.handler
