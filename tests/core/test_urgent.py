"""All urgent requests are handled at level 3, from the moment in which they are urgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.case import Case, Step
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import speciality_of
from intake_fn.core.events import (
    AskedRequester,
    Closed,
    Escalated,
    HandedOver,
    Noted,
    Overruled,
    Received,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.mantis_intake import FoundIssue
from intake_fn.core.mantis_intake import take_in as take_in_of_mantis
from intake_fn.core.process import CLIENT, AroundTheClock
from intake_fn.core.process_file import ProcessError, parse
from intake_fn.core.request import Priority
from intake_fn.core.sla import due
from intake_fn.core.steps import advance, allowed, take_in
from intake_fn.core.vocabulary import Category
from tests.core.samples import CASE_ID, NOW, at, case_at, happened, judged, request
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

URGENT, HIGH = Priority.URGENT, Priority.HIGH
LIAISON, PAUL, ANALYSTS = "liaison.paris@example.com", "paul@example.com", "sa@example.com"


def arrived(process: Process, office: str = "paris", module: str = "shipments", **changes: str) -> Step:
    """An urgent request that has just come, and what the judge's word makes owed."""
    first = take_in(CASE_ID, request(office, module, priority=URGENT, **changes), NOW, process)
    return advance(first.case, judged(), process)


def mails(step: Step) -> dict[str, str]:
    """The Help Desk's mails of a step, by address."""
    return {owed.to: owed.notice for owed in step.intents if isinstance(owed, SendNotice) and "camille" not in owed.to}


@pytest.mark.parametrize("office", ["new-york", "london", "paris", "hong-kong", CLIENT])
def test_an_urgent_request_is_at_level_3_when_it_arrives(process: Process, office: str) -> None:
    """Wherever it comes from; nobody has to escalate it three times by hand."""
    case = arrived(process, office).case

    assert (3, "system-analysts") == (case.level, case.handler)


def test_the_front_end_of_its_origin_is_in_copy(process: Process) -> None:
    """Level 3 is mailed, and the liaison, both at once: no mail waits for working hours."""
    step = arrived(process)

    assert {ANALYSTS: "assigned", LIAISON: "copied"} == mails(step)
    assert [None] == list({owed.after for owed in step.intents if isinstance(owed, SendNotice)})


@pytest.mark.parametrize(
    "event",
    [
        happened(Overruled, category=Category.CHANGE, clause="", reason="So it is specified."),
        happened(HandedOver, handler="paul", note="Yours."),
        happened(AskedRequester, question="Which screen?"),
        happened(UpdateSent, text="Use the old page.", workaround=True),
        RequesterReplied(at=NOW, actor="requester", text="It is the first one."),
        happened(Resolved, resolution="Mended."),
    ],
)
def test_the_front_end_stays_in_copy_on_each_step(process: Process, event: Event) -> None:
    """Once for each, with what was said; of a request that is not urgent nobody is in copy."""
    case = advance(arrived(process).case, event, process)
    other = advance(case_at(3, "system-analysts"), event, process)
    (copy,) = [owed for owed in case.intents if isinstance(owed, SendNotice) and owed.notice == "copied"]
    (said,) = (
        getattr(event, name) for name in ("reason", "note", "question", "text", "resolution") if hasattr(event, name)
    )

    assert LIAISON == copy.to
    assert said in letter_of(copy, case.case, process, "status", "desk").text
    assert "copied" not in mails(other).values()


@pytest.mark.parametrize(
    ("reporter", "expected"), [("andrei", "ihelp"), ("somebody.of.mantis", "ihelp"), ("liaison.paris", "paris-liaison")]
)
def test_an_urgent_issue_from_mantis_has_a_front_end_in_copy_too(
    process: Process, reporter: str, expected: str
) -> None:
    """The liaison who created it, else level 1: on the first step and on the next ones, as of one from a form."""
    found = FoundIssue(
        number=7,
        url="https://mantis/7",
        project="Bugs InBox",
        reporter=reporter,
        summary="The port is closed",
        description="It is.",
        status="new",
        priority="urgent",
        created=NOW,
        came=NOW,
    )
    begun = advance(take_in_of_mantis(CASE_ID, found, NOW, process).case, judged(), process)
    asked = advance(begun.case, happened(AskedRequester, question="Which one?"), process)
    copied = [
        [one for one in step.intents if isinstance(one, SendNotice) and one.notice == "copied"]
        for step in (begun, asked)
    ]

    assert 3 == begun.case.level
    assert [[process.people[expected].address]] * 2 == [[one.to for one in step] for step in copied]
    assert (
        "You are the front end of this request." in letter_of(copied[0][0], begun.case, process, "status", "desk").text
    )
    assert "created in Mantis" in letter_of(copied[0][0], begun.case, process, "status", "desk").text


def test_reopened_and_closed_are_steps_and_a_colleagues_note_is_none(process: Process) -> None:
    """What colleagues write to each other is theirs."""
    case = advance(arrived(process).case, happened(Resolved, resolution="Mended."), process).case

    for event in (happened(Reopened, reason="It came back."), happened(Closed)):
        assert "copied" == mails(advance(case, event, process))[LIAISON]
    assert {} == mails(advance(case, happened(Noted, text="Hm."), process))


def test_what_is_not_urgent_begins_at_its_front_end_and_nobody_is_in_copy(process: Process) -> None:
    """As it was."""
    first = take_in(CASE_ID, request("paris", "shipments", priority=HIGH), NOW, process)

    assert (0, {LIAISON: "assigned"}) == (first.case.level, mails(advance(first.case, judged(), process)))


@pytest.mark.parametrize(
    ("module", "summary", "expected"),
    [
        ("server", "It is slow", "server"),
        ("shipments", "The server is down since 9", "server"),
        ("shipments", "SERVER  IS\nDOWN", "server"),
        ("", "Our firewall drops everything from CT2", "firewall"),
        ("general", "The VPN cannot be reached", "network"),
        ("shipments", "Internal Server Error when a shipment is saved", "other"),
        ("shipments", "The observer is downstairs", "other"),
    ],
)
def test_server_firewall_and_network_matters_go_to_the_server_engineer(
    process: Process, module: str, summary: str, expected: str
) -> None:
    """By the module, and by what the text says; whole words only."""
    asked = request("paris", module, summary=summary, priority=URGENT)

    assert expected == speciality_of(asked, process)
    assert ("system-analysts" if expected == "other" else "paul") == take_in(CASE_ID, asked, NOW, process).case.handler


@pytest.mark.parametrize(("level", "handler"), [(0, "paris-liaison"), (1, "ihelp"), (2, "marc-selter"), (4, "roma")])
def test_what_becomes_urgent_goes_to_level_3_at_once(process: Process, level: int, handler: str) -> None:
    """The move comes first, so that the log never holds an urgent request elsewhere; the liaison is in copy."""
    raised = happened(Reprioritised, priority=URGENT, note="The port closes.")
    step = advance(case_at(level, handler), raised, process)

    assert (3, "system-analysts", URGENT) == (step.case.level, step.case.handler, step.case.priority)
    assert [Escalated, Reprioritised] == [type(event) for event in step.events]
    assert {ANALYSTS: "assigned", LIAISON: "copied"} == mails(step)


def by(who: str, case: Case, process: Process, note: str = "It can wait.") -> Step:
    """Somebody lowers an urgent request."""
    return advance(case, replace(happened(Reprioritised, priority=HIGH, note=note), actor=who), process)


def test_only_level_3_lowers_it_and_says_why(process: Process) -> None:
    """It stays there, from where it can be escalated to level 4; the front end hears of it."""
    case = arrived(process).case

    with pytest.raises(Refused, match="Only level 3 may lower"):
        by(LIAISON, case, process)
    with pytest.raises(Refused, match="Only level 3 may lower"):
        by("roma@example.com", case, process)
    with pytest.raises(Refused, match="give the reason"):
        by(PAUL, case, process, note="  ")
    lowered = by(PAUL, case, process)
    assert (3, HIGH, (4,)) == (lowered.case.level, lowered.case.priority, allowed(lowered.case, process).escalate_to)
    assert {LIAISON: "copied"} == mails(lowered)


def test_nobody_below_level_3_resolves_it(process: Process) -> None:
    """What was done in Mantis is done; by others it is refused with what to do."""
    case = arrived(process).case
    solved = happened(Resolved, resolution="Mended.")

    with pytest.raises(Refused, match="resolved by level 3"):
        advance(case, replace(solved, actor=LIAISON), process)
    assert LIAISON in mails(advance(case, solved, process))
    there = Resolved(at=NOW, actor=LIAISON, resolution="Mended.", in_mantis=True)
    assert advance(case, there, process).case.status == "resolved"


def test_an_old_log_means_what_it_meant_and_leads_to_level_3(process: Process) -> None:
    """One that stands at level 0 since before: it reads as it was, goes up in one step, and is not resolved there."""
    old = case_at(0, "paris-liaison", priority=URGENT)

    assert (0, "paris-liaison", (3,)) == (old.level, old.handler, allowed(old, process).escalate_to)
    assert isinstance(old.history[0], Received)
    with pytest.raises(Refused, match="escalate it there first"):
        advance(old, happened(Resolved, resolution="Mended."), process)
    moved = advance(old, happened(Escalated, level=3, handler="paul", reason="not-this-level"), process)
    assert (3, "paul") == (moved.case.level, moved.case.handler)


def test_urgent_has_no_clock_until_its_hours_are_set_and_then_they_run_day_and_night(process: Process) -> None:
    """To be decided: no due time. With `{hours: 4}`, a Saturday night counts like any other hour."""
    night = at("2026-11-28 23:30")
    level = replace(process.levels[3], response={**process.levels[3].response, URGENT: AroundTheClock(4)})
    timed = replace(process, levels={**process.levels, 3: level})
    step = take_in(CASE_ID, request(priority=URGENT), night, process)
    found = due(step.case, timed)

    assert (None, None) == (step.due, step.next_alert)
    assert found
    assert night + timedelta(hours=4) == found.instant


def test_hours_around_the_clock_can_be_set() -> None:
    """In support.yml; a level that may not hold urgent requests can't be that at which they are handled."""
    text = (Path(__file__).parents[2] / "support.yml").read_text()
    timed = text.replace("response: {urgent: null", "response: {urgent: {hours: 2}")

    assert AroundTheClock(2) == parse(timed).levels[3].response[URGENT]
    with pytest.raises(ProcessError, match="handled_at: level 4 may not hold urgent"):
        parse(text.replace("handled_at: 3", "handled_at: 4"))
