"""When a request is due, as pure arithmetic over its log and a calendar, with a trace that proves it.

A target is first turned into an amount of time that counts (`budget`). The log is then walked from
the instant at which the level received the request: time counts where the clock runs (`CLOCK_STATE`) and
the calendar says so, and the request is due when the budget is used up. What counts depends on the
target:

- WorkingDayHours: working days count from midnight to midnight, other days not at all;
- AroundTheClock: every minute counts;
- SameDay: the opening hours of working days count, so that a pause is credited to the minute. Hours that cross
  midnight belong to the day on which they begin: Friday's night shift counts on Saturday morning.

Nothing else counts in a holiday. One that lasts to the end of its day ends that day's hours, also those after midnight.

All instants are UTC. Wall-clock times become instants as RFC 5545, 3.3.5 says: a time that happens
twice is its first occurrence, one that is skipped is read with the offset before the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core.case import Case
from intake_fn.core.change_events import BoardDecided, ChangeAssessed, ChangeReleased, SentToOwner
from intake_fn.core.events import Escalated, Event, Overruled, Received, Released, Resolved
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import OFFICE_CALENDAR, AroundTheClock, Calendar, Process, SameDay, Target, WorkingDayHours
from intake_fn.core.spans import DAY_MINUTES, WHOLE_DAY, Span, minute_of
from intake_fn.core.vocabulary import Category, Decision, Status


class ClockState(StrEnum):
    """What the clock of a request does."""

    RUNS = "runs"
    PAUSED = "waiting for the requester"
    DECIDING = "with the Board, or approved"
    STOPPED = "resolved"


CLOCK_STATE: Mapping[Status, ClockState] = {
    Status.QUARANTINED: ClockState.STOPPED,
    Status.REJECTED: ClockState.STOPPED,
    Status.NEW: ClockState.RUNS,
    Status.OPEN: ClockState.RUNS,
    Status.WAITING: ClockState.PAUSED,
    Status.RESOLVED: ClockState.STOPPED,
    Status.CLOSED: ClockState.STOPPED,
}
"""The clock by status: whatever event leads to a status sets the clock with it (R19)."""

ClockSpan = tuple[datetime, ClockState]
"""Since when (UTC), and what the clock has done since then."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOTHING = timedelta(0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the trace: [start, end) in UTC, why it counts or not, what it adds, the sum so far."""

    start: datetime
    end: datetime
    what: str
    counted: timedelta
    sum: timedelta


@dataclass(frozen=True, slots=True)
class SlaStatus:
    """How a request stands at an instant: the share of its time that is used (0 to 1), and what is left."""

    share: float
    left: timedelta
    breached: bool
    clock: ClockState


@dataclass(frozen=True, slots=True)
class Due:
    """When a request is due, and why. `zone` is the IANA name of the calendar that counts.

    While the clock stands still, `instant` is the earliest possible: it supposes that the clock goes on at once.
    `stopped` is since when it stands still, None while it runs.
    """

    instant: datetime
    zone: str
    target: Target
    started: datetime
    budget: timedelta
    trace: tuple[Segment, ...]
    stopped: datetime | None
    clock: ClockState

    def status(self, now: datetime) -> SlaStatus:
        """How it stands at `now` (UTC). Breached means that the due instant passed on a running clock."""
        until = min(now, self.stopped) if self.stopped else now
        used = sum((min(i.end, until) - i.start for i in self.trace if i.counted and i.start < until), NOTHING)
        return SlaStatus(
            used / self.budget if self.budget else 1.0, self.budget - used, until > self.instant, self.clock
        )


def due(case: Case, process: Process) -> Due | None:
    """When the case is due at its level and priority; None where the target is to be decided (no clock).

    The clock starts when the level receives the case, and of a quarantined one when it is released. A
    change of level or priority is no special case: all is computed again from the log, so time that was paused
    stays credited (R18).
    """
    target = process.level(case.level).response.get(case.priority)
    if target is None:
        return None
    return reckoned(target, _clock_spans(case), calendar_of(case, process))


def with_in_time(case: Case, event: Escalated | Resolved, process: Process) -> Event:
    """The event with whether the level keeps its due time by it: as it is now, whatever support.yml says later."""
    counted = due(case, process) if case.level in process.levels else None
    return replace(event, in_time=None if counted is None else not counted.status(event.at).breached)


def reckoned(target: Target, clock_spans: Sequence[ClockSpan], calendar: Calendar) -> Due:
    """When a target is met, from what the clock did: its stretches in order, the first when the level received it."""
    started = clock_spans[0][0]
    budget = BUDGETS[type(target)](target, started, calendar)
    trace = tuple(_trace(clock_spans, budget, calendar, PARTS[type(target)]))
    last, clock = clock_spans[-1]
    return Due(
        instant=trace[-1].end,
        zone=calendar.zone,
        target=target,
        started=started,
        budget=budget,
        trace=trace,
        stopped=None if clock is ClockState.RUNS else last,
        clock=clock,
    )


def calendar_of(case: Case, process: Process) -> Calendar:
    """The calendar of the level that holds the case; of an office that is gone, that of whoever has no office."""
    name = process.level(case.level).calendar
    if name == OFFICE_CALENDAR:
        office = process.offices.get(case.request.requester.office)
        name = office.calendar if office else process.levels[process.client_front_end].calendar
    return process.calendars[name]


def next_open(instant: datetime, calendar: Calendar) -> datetime:
    """The instant itself within opening hours, else when they begin next."""
    return next(start for start, _, counts, _ in _pieces(instant, None, calendar, _opening_hours) if counts)


# --- the clock of a case ---------------------------------------------------------------------


def _clock_spans(case: Case) -> list[ClockSpan]:
    """What the clock did from when on, beginning when the present level received the case."""
    spans: list[ClockSpan] = []
    deciding = False
    for event, status in zip(case.history, case.statuses, strict=True):
        if isinstance(event, Received | Released | Escalated):
            spans = []
        deciding = _is_deciding(event, before=deciding)
        state = ClockState.DECIDING if deciding and status.is_open else CLOCK_STATE[status]
        if not spans or spans[-1][1] is not state:
            spans.append((event.at, state))
    return spans


def _is_deciding(event: Event, *, before: bool) -> bool:
    """Whether a change is with the Board, or approved: the response time of its level is no matter of that."""
    if isinstance(event, ChangeAssessed):
        return True
    if isinstance(event, BoardDecided):
        return event.decision not in (Decision.RETURNED, Decision.DECLINED)
    if isinstance(event, SentToOwner | ChangeReleased):
        return False
    return before and not (isinstance(event, Overruled) and event.category is not Category.CHANGE)


def _trace(clock_spans: Sequence[ClockSpan], budget: timedelta, calendar: Calendar, parts: Parts) -> Iterator[Segment]:
    """Interval by interval until the budget is used up; after the end of the log the clock runs."""
    done = NOTHING
    ends = [*(start for start, _ in clock_spans[1:]), None]
    for (start, clock), end in zip(clock_spans, ends, strict=True):
        if clock is not ClockState.RUNS and end is not None:
            yield Segment(start, end, clock.value, NOTHING, done)
            continue
        for piece_start, piece_end, counts, why in _pieces(start, end, calendar, parts):
            counted = min(piece_end - piece_start, budget - done) if counts else NOTHING
            done += counted
            yield Segment(piece_start, piece_start + counted if counts else piece_end, why, counted, done)
            if counts and done == budget:
                return


# --- what counts -----------------------------------------------------------------------------

Part = tuple[datetime, datetime, bool, str]
"""From, to (UTC), whether it counts, and why."""

Parts = Callable[[date, Calendar], Iterator[Part]]
"""A local day, from its midnight to the next, in parts that count or do not."""


def _day_and_night(day: date, calendar: Calendar) -> Iterator[Part]:
    begin, end = _between(day, WHOLE_DAY, calendar)
    works = day.weekday() in calendar.working_days
    why = "working day" if works else WEEKDAYS[day.weekday()]
    for first, last, holiday in _around_holiday(begin, end, day, calendar):
        yield first, last, works and not holiday, holiday or why


def _all_day(day: date, calendar: Calendar) -> Iterator[Part]:
    """A local day that counts, whatever day it is."""
    yield (*_between(day, WHOLE_DAY, calendar), True, "around the clock")


def _opening_hours(day: date, calendar: Calendar) -> Iterator[Part]:
    """A local day by when the office is open; what began the evening before goes on after midnight."""
    begin, end = _between(day, WHOLE_DAY, calendar)
    spans = _joined([*_open(day - DAY, calendar), *_open(day, calendar)])
    at, why = begin, "before opening"
    for opens, closes in _outside(_outside(spans, (LONG_AGO, begin)), (end, FAR_AWAY)):
        yield from _closed(at, opens, why, day, calendar)
        yield opens, closes, True, "working hours"
        at, why = closes, "between working hours"
    yield from _closed(at, end, "before opening" if at == begin else "after closing", day, calendar)


def _closed(start: datetime, end: datetime, why: str, day: date, calendar: Calendar) -> Iterator[Part]:
    """A piece of a day in which the office is closed: because of the holiday, the weekday, or the hour."""
    if day.weekday() not in calendar.working_days:
        why = WEEKDAYS[day.weekday()]
    for first, last, holiday in _around_holiday(start, end, day, calendar):
        yield first, last, False, holiday or why


def _around_holiday(
    start: datetime, end: datetime, day: date, calendar: Calendar
) -> Iterator[tuple[datetime, datetime, str]]:
    """A piece of a day, before, in and after the day's holiday, with its name where it is one."""
    holiday = calendar.holidays.get(day)
    first, last = _between(day, holiday.part, calendar) if holiday else (end, end)
    first, last = (min(max(instant, start), end) for instant in (first, last))
    for piece in ((start, first, ""), (first, last, holiday.name if holiday else ""), (last, end, "")):
        if piece[0] < piece[1]:
            yield piece


PARTS: Mapping[type[Target], Parts] = {
    WorkingDayHours: _day_and_night,
    SameDay: _opening_hours,
    AroundTheClock: _all_day,
}


def _pieces(start: datetime, end: datetime | None, calendar: Calendar, parts: Parts) -> Iterator[Part]:
    """The parts of all days in [start, end), cut to it; without an end they go on for ever."""
    day = start.astimezone(ZoneInfo(calendar.zone)).date()
    while end is None or _instant(day, 0, calendar) < end:
        for part_start, part_end, counts, why in parts(day, calendar):
            first, last = max(part_start, start), min(part_end, end) if end else part_end
            if first < last:
                yield first, last, counts, why
        day += DAY


def _so_many_hours(target: WorkingDayHours | AroundTheClock, start: datetime, calendar: Calendar) -> timedelta:
    del start, calendar
    return timedelta(hours=target.hours)


def _same_day(target: SameDay, start: datetime, calendar: Calendar) -> timedelta:
    """Opening hours up to the end of the day, or up to `next_due` of the next working day.

    Seed, Level 4: "if priority is high then same day or morning of the next working day".
    A day whose hours cross midnight ends with them. Where that morning is a holiday, its day's end counts.
    """
    day = start.astimezone(ZoneInfo(calendar.zone)).date()
    evening = _open(day - DAY, calendar)
    if evening and start < evening[-1][1]:
        day -= DAY
    spans = _open(day, calendar)
    if spans and start < min(_instant(day, minute_of(target.cutoff, calendar.hours), calendar), spans[-1][1]):
        end = spans[-1][1]
    else:
        following, spans = _next_working_day(day, calendar)
        end = min(_instant(following, minute_of(target.next_due, calendar.hours), calendar), spans[-1][1])
        end = end if spans[0][0] < end else spans[-1][1]
    return sum((b - a for a, b, counts, _ in _pieces(start, end, calendar, _opening_hours) if counts), NOTHING)


BUDGETS: Mapping[type[Target], Callable[[Any, datetime, Calendar], timedelta]] = {
    WorkingDayHours: _so_many_hours,
    AroundTheClock: _so_many_hours,
    SameDay: _same_day,
}
"""How much time that counts a target gives, from the instant at which the clock starts."""


# --- the calendar ----------------------------------------------------------------------------

Openings = list[tuple[datetime, datetime]]
"""From, to (UTC), in order and apart."""

LONG_AGO, FAR_AWAY = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _next_working_day(day: date, calendar: Calendar) -> tuple[date, Openings]:
    """The next day with opening hours, and these."""
    while True:
        day += DAY
        if spans := _open(day, calendar):
            return day, spans


def _open(day: date, calendar: Calendar) -> Openings:
    """When the office is open in the hours that begin on a day; what lies in a holiday is taken out."""
    if day.weekday() not in calendar.working_days:
        return []
    spans = _joined(_between(day, span, calendar) for span in calendar.hours)
    if holiday := calendar.holidays.get(day):
        first, last = _between(day, holiday.part, calendar)
        spans = _outside(spans, (first, FAR_AWAY if holiday.part.end == DAY_MINUTES else last))
    if calendar.hours[-1].crosses_midnight and (holiday := calendar.holidays.get(day + DAY)):
        spans = _outside(spans, _between(day + DAY, holiday.part, calendar))
    return spans


def _between(day: date, span: Span, calendar: Calendar) -> tuple[datetime, datetime]:
    """When a span of a day begins and ends: where clocks skip a part of it, it begins later, and ends with its date."""
    last = _instant(day, 2 * DAY_MINUTES if span.crosses_midnight else DAY_MINUTES, calendar)
    begin = min(_instant(day, span.start, calendar), last)
    return begin, max(begin, min(_instant(day, span.end, calendar), last))


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> Openings:
    """Spans in order, those that touch or overlap as one, without empty ones."""
    openings: Openings = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if openings and start <= openings[-1][1]:
            openings[-1] = (openings[-1][0], max(end, openings[-1][1]))
        else:
            openings.append((start, end))
    return openings


def _outside(spans: Openings, taken: tuple[datetime, datetime]) -> Openings:
    """What of spans lies before and after a piece that is taken out."""
    first, last = taken
    if first >= last:
        return spans
    parts = [part for start, end in spans for part in ((start, min(end, first)), (max(start, last), end))]
    return [(start, end) for start, end in parts if start < end]


def _instant(day: date, minute: int, calendar: Calendar) -> datetime:
    """When the wall clock shows a minute of a day; minutes beyond the day's last are of the next date."""
    days, minute = divmod(minute, DAY_MINUTES)
    at = time(minute // 60, minute % 60)
    return datetime.combine(day + days * DAY, at, ZoneInfo(calendar.zone)).astimezone(UTC)
