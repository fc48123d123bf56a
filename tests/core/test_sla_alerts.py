"""What the clock has to say: at which instants, once for each due time, and by mail in working hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Case, Step
from intake_fn.core.errors import Refused
from intake_fn.core.events import AskedRequester, Breached, Noted, Reprioritised, RequesterReplied, Resolved, Warned
from intake_fn.core.intents import AddNote, SendNotice
from intake_fn.core.process import Process, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.sla_alerts import alert, is_obsolete, next_alert
from intake_fn.core.steps import advance
from tests.core.samples import PAUL, at, case_of, judged, received

if TYPE_CHECKING:
    from datetime import datetime

URGENT, HIGH, MEDIUM, LOW = Priority
START = at("2026-11-24 11:00")


def medium(*events: Any) -> Case:
    """A medium request that level 4 got on Tuesday at 11:00: 24 hours, due on Wednesday at 11:00."""
    return case_of(received(4, "roma", when=START, priority=MEDIUM), judged(START), *events)


def swept(case: Case, process: Process, *instants: str) -> tuple[Case, list[Step]]:
    """The case after somebody looked at these instants, and the steps in which something was said."""
    steps = []
    for instant in instants:
        event = alert(case, process, at(instant), "specdesk")
        if event:
            steps.append(advance(case, event, process))
            case = steps[-1].case
    return case, steps


def told(steps: list[Step]) -> list[Any]:
    """What was said: shares, or the breach."""
    return [
        event.share if isinstance(event, Warned) else type(event).__name__ for step in steps for event in step.events
    ]


def mail(step: Step) -> SendNotice:
    """The mail that a step owes."""
    return next(intent for intent in step.intents if isinstance(intent, SendNotice))


def test_half_of_the_time_four_fifths_and_all_of_it_are_told_once_each(process: Process) -> None:
    """However often somebody looks."""
    minutes = [f"2026-11-{24 + (11 * 60 + m) // 1440} {(11 + m // 60) % 24:02}:{m % 60:02}" for m in range(0, 1600, 7)]
    case, steps = swept(medium(), process, *minutes)

    assert [50, 80, "Breached"] == told(steps)
    assert ["25 04:01", "25 11:15", "25 16:02"] == [f"{step.case.changed_at:%d %H:%M}" for step in steps]
    assert next_alert(case, process) is None


def test_the_index_holds_the_instant_of_the_next_alarm(process: Process) -> None:
    """50 % at 23:00, 80 % at 06:12, and the breach just after the due instant, at which nothing is late yet."""
    case, found = medium(), []
    for instant in ("2026-11-24 23:00", "2026-11-25 06:12", "2026-11-25 12:00"):
        found.append(next_alert(case, process))
        case, _ = swept(case, process, instant)

    assert [at("2026-11-24 23:00"), at("2026-11-25 06:12"), at("2026-11-25 11:00") + timedelta.resolution] == found
    assert alert(medium(), process, at("2026-11-24 22:59"), "specdesk") is None


def test_who_looks_late_is_told_the_last_of_it_only(process: Process) -> None:
    """A sweep that was down does not send three mails at once."""
    assert ["Breached"] == told(swept(medium(), process, "2026-11-27 09:00", "2026-11-27 09:01")[1])


def test_a_due_time_that_moved_is_warned_of_anew(process: Process) -> None:
    """After a pause, and after another priority; the version of a due time is its instant."""
    case, first = swept(medium(), process, "2026-11-25 01:00")
    asked = advance(case, AskedRequester(at=at("2026-11-25 02:00"), actor=PAUL, question="Which?"), process)
    waiting, none = swept(asked.case, process, "2026-11-25 11:30", "2026-11-27 11:30")
    replied = RequesterReplied(at=at("2026-11-27 12:00"), actor="requester", text="This.")
    case, second = swept(advance(waiting, replied, process).case, process, "2026-11-27 12:01", "2026-11-27 12:02")
    lower = Reprioritised(at=at("2026-11-27 12:05"), actor=PAUL, priority=LOW)
    case, third = swept(advance(case, lower, process).case, process, "2026-11-27 23:55")

    assert ([50], [], [50], [50]) == (told(first), told(none), told(second), told(third))
    assert 3 == len({event.due for event in case.history if isinstance(event, Warned)})


def test_nothing_is_said_while_the_clock_stands_still(process: Process) -> None:
    """Waiting, resolved, and where no response time is agreed."""
    asked = AskedRequester(at=at("2026-11-24 12:00"), actor=PAUL, question="Which?")
    done = Resolved(at=at("2026-11-24 12:00"), actor=PAUL, resolution="Mended.")
    without = case_of(received(3, "paul", when=START), judged(START))

    for case in (medium(asked), medium(done), without):
        assert next_alert(case, process) is None
        assert alert(case, process, at("2027-01-01 00:00"), "specdesk") is None


@pytest.mark.parametrize("event", [Warned, Breached])
def test_an_alarm_that_is_not_true_is_refused(process: Process, event: Any) -> None:
    """Not before its time, not of another due time, not twice."""
    what: dict[str, Any] = {"share": 50} if event is Warned else {}
    early = event(at=at("2026-11-24 12:00"), actor="specdesk", due=at("2026-11-25 11:00"), **what)
    with pytest.raises(Refused, match="does not say so"):
        advance(medium(), early, process)


# --- mail ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looked", "after"),
    [
        pytest.param("2026-11-24 23:30", "2026-11-25 09:00", id="at night: when the day begins"),
        pytest.param("2026-11-26 12:00", "2026-11-27 09:00", id="on a holiday: on the next working day"),
        pytest.param("2026-11-25 10:00", "2026-11-25 10:00", id="in working hours: at once"),
    ],
)
def test_the_mail_waits_for_working_hours(process: Process, looked: str, after: str) -> None:
    """The event happens when it is true, the mail about it when its reader is there (R21)."""
    _, steps = swept(medium(), process, looked)

    assert (at(looked), at(after)) == (steps[0].case.changed_at, mail(steps[0]).after)
    assert process.people["roma"].address == mail(steps[0]).to


def test_an_urgent_one_does_not_wait(process: Process) -> None:
    """Where level 3 has a response time for urgent requests, its mail goes at night, too."""
    level = replace(process.levels[3], response={**process.levels[3].response, URGENT: WorkingDayHours(4)})
    odd = replace(process, levels={**process.levels, 3: level})
    case = case_of(received(3, "paul", when=at("2026-11-24 22:00"), priority=URGENT), judged(at("2026-11-24 22:00")))
    _, steps = swept(case, odd, "2026-11-25 03:00")

    assert (["Breached"], None) == (told(steps), mail(steps[0]).after)


def test_a_breach_is_noted_in_mantis_and_a_warning_is_not(process: Process) -> None:
    """Mantis keeps what is worth keeping."""
    _, (warned, breached) = swept(medium(), process, "2026-11-24 23:30", "2026-11-25 12:00")

    assert [SendNotice] == [type(intent) for intent in warned.intents]
    assert [AddNote, SendNotice] == [type(intent) for intent in breached.intents]


def test_a_mail_that_outlived_its_cause_is_not_sent(process: Process) -> None:
    """Resolved, paused, moved or overtaken while the mail waited for the morning (R20)."""
    case, (step,) = swept(medium(), process, "2026-11-24 23:30")
    night: datetime = at("2026-11-25 01:00")
    later = {
        "noted": advance(case, Noted(at=night, actor=PAUL, text="On it."), process).case,
        "resolved": advance(case, Resolved(at=night, actor=PAUL, resolution="Done."), process).case,
        "asked": advance(case, AskedRequester(at=night, actor=PAUL, question="Which?"), process).case,
        "moved": advance(case, Reprioritised(at=night, actor=PAUL, priority=LOW), process).case,
        "overtaken": swept(case, process, "2026-11-25 08:00")[0],
    }
    found = {name: is_obsolete(mail(step), after, process) for name, after in later.items()}

    assert {"noted": False, "resolved": True, "asked": True, "moved": True, "overtaken": True} == found
