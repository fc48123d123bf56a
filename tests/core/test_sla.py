"""Due times: the worked examples, daylight saving, pauses, and a counter that knows no arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.events import AskedRequester, Escalated, Noted, Reopened, Reprioritised, RequesterReplied, Resolved
from intake_fn.core.process import AroundTheClock, Calendar, Process, SameDay, Target, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.sla import CLOCK_STATE, ClockState, Due, Segment, _opening_hours, _pieces, due, next_open
from intake_fn.core.spans import DAY_MINUTES, Holiday, Span, of_a_day, span_of
from intake_fn.core.vocabulary import Status
from tests.core.samples import NEW_YORK, PAUL, at, case_of, received

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event

URGENT, HIGH, MEDIUM, LOW = Priority


def asked(when: datetime) -> Event:
    """We asked the requester."""
    return AskedRequester(at=when, actor=PAUL, question="Which browser?")


def replied(when: datetime) -> Event:
    """The requester answered."""
    return RequesterReplied(at=when, actor="requester", text="Firefox.")


def resolved(when: datetime) -> Event:
    """It is done."""
    return Resolved(at=when, actor=PAUL, resolution="Mended.")


def reopened(when: datetime) -> Event:
    """It is not done after all."""
    return Reopened(at=when, actor=PAUL, reason="It came back.")


def at_level_4(priority: Priority, when: datetime, *events: Event) -> Case:
    """A case that level 4 received at an instant."""
    return case_of(received(4, "roma", when=when, priority=priority), *events)


def due_of(case: Case, process: Process) -> Due:
    """Its due time, which it must have."""
    found = due(case, process)
    assert found is not None
    return found


def local(instant: datetime) -> str:
    """An instant as New York reads it."""
    return f"{instant.astimezone(NEW_YORK):%a %d %b %H:%M}"


# --- worked examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "start", "expected"),
    [
        pytest.param(HIGH, "2026-11-24 11:00", "Tue 24 Nov 18:00", id="before the cut-off: same day"),
        pytest.param(HIGH, "2026-11-24 15:10", "Wed 25 Nov 12:00", id="after the cut-off: the next morning"),
        pytest.param(HIGH, "2026-11-25 15:00", "Fri 27 Nov 12:00", id="the next day is Thanksgiving: the day after"),
        pytest.param(MEDIUM, "2026-11-25 16:00", "Fri 27 Nov 16:00", id="24 hours, the holiday counts nothing"),
        pytest.param(LOW, "2026-11-25 16:00", "Mon 30 Nov 16:00", id="48 hours, holiday and weekend count nothing"),
        pytest.param(HIGH, "2026-11-24 12:59", "Tue 24 Nov 18:00", id="a minute before the cut-off"),
        pytest.param(HIGH, "2026-11-24 13:00", "Wed 25 Nov 12:00", id="at the cut-off it is too late"),
        pytest.param(HIGH, "2026-11-24 06:00", "Tue 24 Nov 18:00", id="before opening is before the cut-off"),
        pytest.param(HIGH, "2026-11-24 22:00", "Wed 25 Nov 12:00", id="after closing"),
        pytest.param(HIGH, "2026-11-28 10:00", "Mon 30 Nov 12:00", id="a Saturday is no working day"),
        pytest.param(HIGH, "2026-11-26 10:00", "Fri 27 Nov 12:00", id="a holiday is no working day"),
        pytest.param(MEDIUM, "2026-11-28 10:00", "Tue 01 Dec 00:00", id="from the weekend the hours begin on Monday"),
        pytest.param(MEDIUM, "2026-12-24 16:00", "Mon 28 Dec 16:00", id="Christmas and the weekend after it"),
        pytest.param(MEDIUM, "2027-03-12 16:00", "Mon 15 Mar 16:00", id="clocks go forward on the Sunday between"),
        pytest.param(LOW, "2027-03-11 16:00", "Mon 15 Mar 16:00", id="48 hours, clocks go forward between"),
        pytest.param(HIGH, "2027-03-12 15:00", "Mon 15 Mar 12:00", id="next morning, clocks go forward between"),
        pytest.param(MEDIUM, "2027-11-05 16:00", "Mon 08 Nov 16:00", id="clocks go back on the Sunday between"),
        pytest.param(HIGH, "2027-11-05 15:00", "Mon 08 Nov 12:00", id="next morning, clocks go back between"),
    ],
)
def test_due_times_of_level_4(process: Process, priority: Priority, start: str, expected: str) -> None:
    """The customer's response times, in New York's calendar, to the minute."""
    assert expected == local(due_of(at_level_4(priority, at(start)), process).instant)


def pauses_in(found: Due) -> list[Segment]:
    """The pieces of the trace in which the clock waits for the requester."""
    return [piece for piece in found.trace if piece.what == ClockState.PAUSED]


def test_waiting_for_the_requester_costs_nothing(process: Process) -> None:
    """Medium on Friday 16:00, asked at 17:00, answered Monday 10:00: 1 h used, 23 h left, due Tuesday 09:00."""
    case = at_level_4(MEDIUM, at("2026-11-27 16:00"), asked(at("2026-11-27 17:00")), replied(at("2026-11-30 10:00")))
    found = due_of(case, process)

    assert "Tue 01 Dec 09:00" == local(found.instant)
    assert [("Fri 27 Nov 17:00", "Mon 30 Nov 10:00")] == [(local(p.start), local(p.end)) for p in pauses_in(found)]


def test_the_trace_tells_every_interval_and_adds_up(process: Process) -> None:
    """Anyone can recompute the due time from the trace: from, to, why, what counts, the sum."""
    found = due_of(at_level_4(MEDIUM, at("2026-11-25 16:00")), process)
    told = [
        (local(i.start), local(i.end), i.what, i.counted / timedelta(hours=1), i.sum / timedelta(hours=1))
        for i in found.trace
    ]

    assert [
        ("Wed 25 Nov 16:00", "Thu 26 Nov 00:00", "working day", 8, 8),
        ("Thu 26 Nov 00:00", "Fri 27 Nov 00:00", "Thanksgiving Day", 0, 8),
        ("Fri 27 Nov 00:00", "Fri 27 Nov 16:00", "working day", 16, 24),
    ] == told


def test_a_pause_of_a_high_request_is_credited_to_the_minute(process: Process) -> None:
    """High at 11:00 has 7 opening hours; one is used at 12:00, so from Wednesday 10:00 six are left."""
    case = at_level_4(HIGH, at("2026-11-24 11:00"), asked(at("2026-11-24 12:00")), replied(at("2026-11-25 10:00")))

    assert "Wed 25 Nov 16:00" == local(due_of(case, process).instant)


# --- hours of all kinds ----------------------------------------------------------------------

DAY_AND_NIGHT = (Span(0, DAY_MINUTES),)
NIGHT = (Span(22 * 60, 30 * 60),)
NIGHT_WITH_BREAK = tuple(of_a_day([span_of("20:00-02:00"), span_of("03:00-06:00")]))
WITH_BREAK = (Span(9 * 60, 12 * 60 + 30), Span(13 * 60 + 30, 18 * 60))
AFTERNOON_OFF = Holiday("Christmas Eve", Span(12 * 60, DAY_MINUTES))


def same_day(cutoff: int, next_due: int) -> SameDay:
    """A target, in hours of the clock."""
    return SameDay(time(cutoff), time(next_due))


@pytest.mark.parametrize(
    ("hours", "target", "start", "expected"),
    [
        pytest.param(DAY_AND_NIGHT, same_day(13, 12), "2026-11-24 11:00", "Wed 25 Nov 00:00", id="24:00 ends the day"),
        pytest.param(DAY_AND_NIGHT, same_day(13, 12), "2026-11-24 23:59", "Wed 25 Nov 12:00", id="its last minute"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-23 23:00", "Tue 24 Nov 06:00", id="before the cut-off at 02:00"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-24 01:59", "Tue 24 Nov 06:00", id="after midnight, before it"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-24 02:00", "Tue 24 Nov 23:00", id="at the cut-off: next night"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-24 12:00", "Wed 25 Nov 06:00", id="at noon for the next night"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-28 01:00", "Sat 28 Nov 06:00", id="Saturday has Friday's night"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-28 02:00", "Mon 30 Nov 23:00", id="Sunday has no night"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-25 23:00", "Thu 26 Nov 00:00", id="the holiday ends the night"),
        pytest.param(NIGHT, same_day(2, 23), "2026-11-26 01:00", "Fri 27 Nov 23:00", id="and has none of its own"),
        pytest.param(WITH_BREAK, same_day(13, 12), "2026-11-24 12:45", "Tue 24 Nov 18:00", id="within the break"),
        pytest.param(WITH_BREAK, same_day(13, 12), "2026-12-23 14:00", "Thu 24 Dec 12:00", id="next is a half day"),
        pytest.param(WITH_BREAK, same_day(13, 12), "2026-12-24 11:00", "Thu 24 Dec 12:00", id="half a day is short"),
        pytest.param(WITH_BREAK, same_day(13, 12), "2026-12-24 12:10", "Mon 28 Dec 12:00", id="its afternoon is off"),
        pytest.param(NIGHT_WITH_BREAK, same_day(4, 23), "2026-11-28 02:30", "Sat 28 Nov 06:00", id="a night's break"),
        pytest.param(NIGHT_WITH_BREAK, same_day(4, 23), "2026-11-23 04:00", "Tue 24 Nov 06:00", id="no Sunday's night"),
        pytest.param(NIGHT, WorkingDayHours(24), "2026-12-23 18:00", "Mon 28 Dec 06:00", id="6 + 12 + 6 hours"),
    ],
)
def test_due_times_in_hours_of_all_kinds(
    process: Process, hours: tuple[Span, ...], target: Target, start: str, expected: str
) -> None:
    """24:00, hours across midnight, a break, half a holiday: as a person would count them."""
    calendar = process.calendars["new-york"]
    christmas = {**calendar.holidays, date(2026, 12, 24): AFTERNOON_OFF}
    level = replace(process.levels[4], response={HIGH: target})
    odd = replace(
        process,
        calendars={"new-york": replace(calendar, hours=hours, holidays=christmas)},
        levels={**process.levels, 4: level},
    )

    assert expected == local(due_of(at_level_4(HIGH, at(start)), odd).instant)


def test_day_and_night_loses_no_minute(process: Process) -> None:
    """A week of a 24/7 office is 7 times 24 hours, all of it working hours (R15)."""
    calendar = replace(
        process.calendars["new-york"], hours=DAY_AND_NIGHT, working_days=frozenset(range(7)), holidays={}
    )
    pieces = list(_pieces(at("2026-11-02 00:00"), at("2026-11-09 00:00"), calendar, _opening_hours))

    assert {(True, "working hours")} == {(counts, why) for _, _, counts, why in pieces}
    assert timedelta(days=7) == sum((end - start for start, end, _, _ in pieces), timedelta(0))
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    assert at("2026-11-04 00:00") == next_open(at("2026-11-04 00:00"), calendar)


def test_a_night_whose_first_hour_is_skipped_begins_as_much_later(process: Process) -> None:
    """Scoresbysund skips 23:00 to 24:00 in spring: what opens at 23:07 opens at 00:07, as any time that is skipped."""
    night = (Span(23 * 60 + 7, 24 * 60 + 33),)
    calendar = replace(process.calendars["new-york"], zone="America/Scoresbysund", hours=night)
    saturdays = replace(calendar, working_days=frozenset({5}))

    assert datetime(2037, 3, 29, 1, 7, tzinfo=UTC) == next_open(datetime(2037, 3, 28, 12, tzinfo=UTC), saturdays)


def test_a_skipped_next_due_time_is_not_after_the_end_of_its_night(process: Process) -> None:
    """New York skips 02:00 to 03:00 on 14 March 2027: 02:57 is read as 03:57, and the night ends before, at 03:35."""
    night = (Span(5 * 60 + 20, 24 * 60 + 3 * 60 + 35),)
    calendar = replace(process.calendars["new-york"], hours=night, working_days=frozenset({5, 6}))
    level = replace(process.levels[4], response={HIGH: SameDay(time(5, 30), time(2, 57))})
    odd = replace(process, calendars={"new-york": calendar}, levels={**process.levels, 4: level})

    assert "Sun 14 Mar 03:35" == local(due_of(at_level_4(HIGH, at("2027-03-12 12:00")), odd).instant)


def test_the_trace_says_why_the_office_is_closed(process: Process) -> None:
    """Before it opens, between its hours, after it closes, and what is off of half a day."""
    eve = {date(2026, 12, 24): AFTERNOON_OFF}
    calendar = replace(process.calendars["new-york"], hours=WITH_BREAK, holidays=eve)
    pieces = _pieces(at("2026-12-23 00:00"), at("2026-12-25 00:00"), calendar, _opening_hours)

    assert [
        ("Wed 23 Dec 00:00", "before opening"),
        ("Wed 23 Dec 09:00", "working hours"),
        ("Wed 23 Dec 12:30", "between working hours"),
        ("Wed 23 Dec 13:30", "working hours"),
        ("Wed 23 Dec 18:00", "after closing"),
        ("Thu 24 Dec 00:00", "before opening"),
        ("Thu 24 Dec 09:00", "working hours"),
        ("Thu 24 Dec 12:00", "Christmas Eve"),
    ] == [(local(start), why) for start, _, _, why in pieces]


# --- levels and priorities -------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("priority", list(Priority))
def test_no_clock_runs_where_the_response_time_is_to_be_decided(
    process: Process, level: int, priority: Priority
) -> None:
    """The page says TBD for levels 0 to 3."""
    case = case_of(received(level, process.levels[level].resources[0], priority=priority))

    assert due(case, process) is None


def test_the_clock_starts_when_the_level_receives_the_case(process: Process) -> None:
    """What happened at lower levels costs level 4 nothing, not even a question that was left open there."""
    case = case_of(
        received(3, "paul", when=at("2026-11-23 09:00"), priority=MEDIUM),
        asked(at("2026-11-23 10:00")),
        Escalated(at=at("2026-11-24 16:00"), actor=PAUL, level=4, handler="roma", reason="too-complex"),
    )
    found = due_of(case, process)

    assert (at("2026-11-24 16:00"), "Wed 25 Nov 16:00") == (found.started, local(found.instant))


def test_a_new_priority_is_counted_from_the_same_start_and_keeps_the_pauses(process: Process) -> None:
    """Medium becomes low: 48 hours from the same start, and the weekend's wait stays credited (R18)."""
    events = (asked(at("2026-11-27 17:00")), replied(at("2026-11-30 10:00")))
    lowered = Reprioritised(at=at("2026-11-30 11:00"), actor=PAUL, priority=LOW)
    case = at_level_4(MEDIUM, at("2026-11-27 16:00"), *events, lowered)
    found = due_of(case, process)

    assert (timedelta(hours=48), "Wed 02 Dec 09:00") == (found.budget, local(found.instant))
    assert len(pauses_in(found)) == 1


def test_a_level_may_count_in_the_hours_of_the_requesters_office(process: Process) -> None:
    """`calendar: office`: 24 hours of a Paris request pass by Paris midnights and Paris holidays."""
    level = replace(process.levels[0], response={MEDIUM: WorkingDayHours(24)})
    offices = replace(process, levels={**process.levels, 0: level})
    start = datetime(2026, 12, 24, 15, tzinfo=UTC)
    found = due_of(case_of(received(0, "paris-liaison", when=start, priority=MEDIUM)), offices)

    assert ("Europe/Paris", datetime(2026, 12, 28, 15, tzinfo=UTC)) == (found.zone, found.instant)


def test_of_an_office_that_is_gone_the_hours_of_who_has_no_office_count(process: Process) -> None:
    """Old cases outlive offices: their clock goes on in the calendar of the front end for client companies."""
    level = replace(process.levels[0], response={MEDIUM: WorkingDayHours(24)})
    offices = replace(process, levels={**process.levels, 0: level}, offices={})

    assert "America/New_York" == due_of(case_of(received(0, "paris-liaison", priority=MEDIUM)), offices).zone


def test_at_a_level_that_is_gone_no_clock_runs(process: Process) -> None:
    """Nothing is agreed for it any more."""
    levels = {number: level for number, level in process.levels.items() if number != 4}

    assert due(at_level_4(MEDIUM, at("2026-11-25 16:00")), replace(process, levels=levels)) is None


# --- how it stands ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "share", "breached"),
    [
        pytest.param("2026-11-25 15:00", 0, False, id="before it begins"),
        pytest.param("2026-11-25 22:00", 0.25, False, id="6 of 24 hours"),
        pytest.param("2026-11-26 12:00", 1 / 3, False, id="on the holiday it stands still at 8 of 24"),
        pytest.param("2026-11-27 16:00", 1, False, id="at the due instant all is used and nothing is late"),
        pytest.param("2026-11-27 16:01", 1, True, id="a minute later it is"),
    ],
)
def test_the_share_of_time_used(process: Process, now: str, share: float, breached: bool) -> None:
    """Warnings go by the share of the time that counts, and a breach by the instant."""
    standing = due_of(at_level_4(MEDIUM, at("2026-11-25 16:00")), process).status(at(now))

    assert (round(share, 9), breached) == (round(standing.share, 9), standing.breached)
    assert timedelta(hours=24) * (1 - share) == standing.left


def test_a_request_that_waits_for_an_answer_is_never_late(process: Process) -> None:
    """While the clock stands still the due instant is the earliest possible one, and time does not breach it."""
    case = at_level_4(MEDIUM, at("2026-11-27 16:00"), asked(at("2026-11-27 17:00")))
    found = due_of(case, process)
    later = found.status(at("2027-01-15 12:00"))

    assert ("Mon 30 Nov 16:00", at("2026-11-27 17:00")) == (local(found.instant), found.stopped)
    assert (timedelta(hours=23), False, ClockState.PAUSED) == (later.left, later.breached, later.clock)


def test_what_was_resolved_too_late_stays_late_and_what_was_in_time_stays_in_time(process: Process) -> None:
    """The clock stops with the resolution: a report next year says what was true then."""
    start, next_year = at("2026-11-23 09:00"), at("2027-01-15 12:00")
    late = due_of(at_level_4(MEDIUM, start, resolved(at("2026-11-24 09:30"))), process).status(next_year)
    good = due_of(at_level_4(MEDIUM, start, resolved(at("2026-11-24 08:30"))), process).status(next_year)

    assert (True, False) == (late.breached, good.breached)
    assert (ClockState.STOPPED, timedelta(minutes=30)) == (good.clock, good.left)


def test_time_between_resolution_and_reopening_is_not_counted(process: Process) -> None:
    """Worked, paused and closed time add up to the time that has passed (R18)."""
    events = (resolved(at("2026-11-23 17:00")), reopened(at("2026-12-08 09:00")))

    assert "Wed 09 Dec 01:00" == local(due_of(at_level_4(MEDIUM, at("2026-11-23 09:00"), *events), process).instant)


def test_every_status_has_its_clock() -> None:
    """The clock is a table: no status is left undefined (R19)."""
    assert set(Status) == set(CLOCK_STATE)


# --- the oracle ------------------------------------------------------------------------------

GRAIN = timedelta(minutes=15)
"""All offsets and all times below fall on quarters of an hour, so counting these is counting minutes."""

ZONES = (
    "America/New_York",
    "America/Havana",  # midnight is skipped in spring, and comes twice in autumn
    "Africa/Cairo",  # clocks change on working days
    "Asia/Beirut",  # midnight is skipped in spring
    "Asia/Hong_Kong",
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Europe/Paris",
    "America/St_Johns",
)

quarters = st.integers(0, 3)
calendars = st.builds(
    Calendar,
    id=st.just("new-york"),
    zone=st.sampled_from(ZONES),
    working_days=st.frozensets(st.integers(0, 6), min_size=3),
    hours=st.builds(
        lambda h, q, until, past: (Span(h * 60 + 15 * q, until * 60 + 15 * past),),
        st.integers(6, 9),
        quarters,
        st.integers(15, 22),
        quarters,
    ),
    holidays=st.dictionaries(st.dates(date(2027, 3, 1), date(2027, 11, 30)), st.just(Holiday("holiday")), max_size=40),
)
targets = st.one_of(
    st.builds(WorkingDayHours, st.integers(1, 48)),
    st.builds(lambda c, n: SameDay(time(c), time(n)), st.integers(10, 15), st.integers(10, 15)),
)
starts = st.builds(
    lambda day, quarter: datetime.combine(day, time(0), UTC) + quarter * GRAIN,
    st.sampled_from([date(2027, 3, 11), date(2027, 3, 26), date(2027, 4, 29), date(2027, 10, 28), date(2027, 11, 5)]),
    st.integers(0, 4 * 24 * 3),
)
"""Days before clocks change somewhere."""

breaks = st.lists(st.tuples(st.sampled_from(["ask", "resolve", "note"]), *[st.integers(0, 150)] * 2), max_size=3)


def works(day: date, calendar: Calendar) -> bool:
    """Whether a day is a working day, said once more."""
    return day.weekday() in calendar.working_days and day not in calendar.holidays


def is_open(instant: datetime, calendar: Calendar) -> bool:
    """Whether the wall clock shows opening hours."""
    here = instant.astimezone(ZoneInfo(calendar.zone))
    return works(here.date(), calendar) and calendar.hours[0].start <= minute(here) < calendar.hours[0].end


def minute(here: datetime) -> int:
    """What a wall clock shows, in minutes of the day."""
    return here.hour * 60 + here.minute


def counted_budget(target: Target, start: datetime, calendar: Calendar) -> int:
    """How many quarters of an hour a target gives, by looking at the wall clock again and again."""
    if isinstance(target, WorkingDayHours | AroundTheClock):
        return 4 * target.hours
    zone = ZoneInfo(calendar.zone)
    first = start.astimezone(zone)
    same_day = works(first.date(), calendar) and first.time() < target.cutoff
    found, now = 0, start
    while True:
        here = now.astimezone(zone)
        if same_day and (here.date() > first.date() or minute(here) >= calendar.hours[0].end):
            return found
        next_day = here.date() > first.date() and works(here.date(), calendar)
        if not same_day and next_day and here.time() >= target.next_due:
            return found
        found += is_open(now, calendar)
        now += GRAIN


def counted_due(
    target: Target, start: datetime, still: list[tuple[datetime, datetime]], calendar: Calendar
) -> datetime:
    """When that many quarters have passed in which the clock runs and the calendar counts."""
    left, now = counted_budget(target, start, calendar), start
    zone = ZoneInfo(calendar.zone)
    while left:
        counts = (
            works(now.astimezone(zone).date(), calendar)
            if isinstance(target, WorkingDayHours)
            else is_open(now, calendar)
        )
        left -= counts and not any(begin <= now < end for begin, end in still)
        now += GRAIN
    return now


@settings(max_examples=200, derandomize=True, deadline=None)
@given(calendar=calendars, target=targets, start=starts, gaps=breaks)
def test_due_times_equal_those_of_a_counter(
    process: Process, calendar: Calendar, target: Target, start: datetime, gaps: list[tuple[str, int, int]]
) -> None:
    """Random calendars in zones with odd clock changes, random pauses: the same instant as by counting (R15, R16)."""
    level = replace(process.levels[4], response={MEDIUM: target})
    odd = replace(process, calendars={"new-york": calendar}, levels={4: level})
    events: list[Event] = []
    still, now = [], start
    for what, wait, length in gaps:
        begin, end = now + wait * GRAIN, now + (wait + length) * GRAIN
        if what == "note":
            events.append(Noted(at=begin, actor=PAUL, text="On it."))
            continue
        stop, go = (asked, replied) if what == "ask" else (resolved, reopened)
        events += [stop(begin), go(end)]
        still.append((begin, end))
        now = end
    found = due_of(at_level_4(MEDIUM, start, *sorted(events, key=lambda event: event.at)), odd)

    assert counted_due(target, start, still, calendar) == found.instant
    assert (start, found.instant, found.budget) == (found.trace[0].start, found.trace[-1].end, found.trace[-1].sum)
    assert all(
        a.end == b.start and a.sum + b.counted == b.sum for a, b in zip(found.trace, found.trace[1:], strict=False)
    )
    assert all(i.counted in (timedelta(0), i.end - i.start) for i in found.trace)
