"""Due times by counting minutes: what the clock's arithmetic is held against.

Nothing here computes with days, hours or intervals of time. A zone is a table of what its wall clock
shows in each minute, the log is played minute by minute, and a request is due in the minute in which
enough minutes have been counted. Of core/sla.py only what is held against it is used (`disagreement`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from intake_fn.core import events as c
from intake_fn.core.case import Case
from intake_fn.core.process import AroundTheClock, Calendar, Process, SameDay, Target, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.sla import due
from intake_fn.core.spans import WHOLE_DAY, Holiday, Span
from intake_fn.core.steps import fold
from intake_fn.core.vocabulary import Category
from tests.core.samples import CASE_ID, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MINUTE = 60
DAY = 24 * 60
EPOCH = date(1970, 1, 1).toordinal()
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)

LEAD = 6 * DAY
"""Minutes of a window before the clock change that it is about."""
LENGTH = 40 * DAY
LONG = 400 * DAY


class Window:
    """What a zone's wall clock shows in each of `length` minutes from `begin` (a minute since 1970)."""

    def __init__(self, zone: str, begin: int, length: int = LENGTH) -> None:
        self.zone, self.begin, self.length = zone, begin, length
        place = ZoneInfo(zone)
        offsets = [
            datetime.fromtimestamp(minute * MINUTE, place).utcoffset() // timedelta(minutes=1)  # type: ignore[operator]
            for minute in range(begin, begin + length)
        ]
        self.offset = np.array(offsets, dtype=np.int64)
        self.shown = np.arange(begin, begin + length, dtype=np.int64) + self.offset
        self.day = self.shown // DAY

    @cached_property
    def _first(self) -> tuple[Any, Any]:
        """Each wall-clock minute that is shown, in order, and the place at which it is shown first."""
        return np.unique(self.shown, return_index=True)

    def place(self, day: int, minute: int) -> int:
        """The place in the window at which the wall clock first shows a minute of a day, or of the day after it.

        A time that is skipped is read with the offset before the change (RFC 5545, 3.3.5).
        """
        wanted = day * DAY + minute
        shown, places = self._first
        found = int(np.searchsorted(shown, wanted))
        if found < len(shown) and shown[found] == wanted:
            return int(places[found])
        after = int(np.argmax(self.shown > wanted))
        return wanted - int(self.offset[after - 1]) - self.begin

    def longer(self) -> Window:
        """The window from the same minute on, longer than a year."""
        return Window(self.zone, self.begin, LONG)


def holiday_of(day: int, calendar: Calendar) -> Span | None:
    """The part of a day (counted from 1970) on which nobody works."""
    found = calendar.holidays.get(date.fromordinal(EPOCH + day))
    return found.part if found else None


def works(day: int, calendar: Calendar) -> bool:
    """Whether a day's weekday is a working day."""
    return date.fromordinal(EPOCH + day).weekday() in calendar.working_days


def hours_of(day: int, window: Window, calendar: Calendar) -> Any:
    """For each minute whether it is of the hours that begin on a day: from its clock's opening time to closing time."""
    found = np.zeros(window.length, dtype=bool)
    if not works(day, calendar):
        return found
    for span in calendar.hours:
        minutes = slice(window.place(day, span.start), window.place(day, span.end))
        found[minutes] |= (window.day[minutes] == day) | (span.end > DAY and window.day[minutes] == day + 1)
    if part := holiday_of(day, calendar):
        until = None if part.end == DAY else window.place(day, part.end)
        found[window.place(day, part.start) : until] = False
    if part := holiday_of(day + 1, calendar):
        found[window.place(day + 1, part.start) : window.place(day + 1, part.end)] = False
    return found


def open_minutes(window: Window, calendar: Calendar) -> Any:
    """For each minute whether the office is open."""
    found = np.zeros(window.length, dtype=bool)
    for day in range(int(window.day.min()) + 1, int(window.day.max()) - 2):
        found |= hours_of(day, window, calendar)
    return found


def working_minutes(window: Window, calendar: Calendar) -> Any:
    """For each minute whether its day is a working day, and the minute no holiday."""
    days = range(int(window.day.min()), int(window.day.max()) + 1)
    found = np.array([works(day, calendar) for day in days])[window.day - days[0]]
    for day in days[1:-2]:
        if part := holiday_of(day, calendar):
            minutes = slice(window.place(day, part.start), window.place(day, part.end))
            found[minutes] &= window.day[minutes] != day
    return found


def minute_on(at: time, calendar: Calendar) -> int:
    """The minute of a working day that shows a time: it has none before it opens if it goes on past midnight."""
    minute = at.hour * 60 + at.minute
    past = max(span.end for span in calendar.hours) > DAY
    return minute + DAY if past and minute <= min(span.start for span in calendar.hours) else minute


def budget(target: Target, start: int, window: Window, calendar: Calendar, is_open: Any) -> int:
    """How many minutes a target gives to what comes at place `start`."""
    if isinstance(target, WorkingDayHours | AroundTheClock):
        return target.hours * 60
    day = int(window.day[start])
    if hours_of(day - 1, window, calendar)[start:].any():
        day -= 1
    hours = hours_of(day, window, calendar)
    if hours[start:].any() and start < window.place(day, minute_on(target.cutoff, calendar)):
        return int(is_open[start : _last(hours)].sum())
    day += 1
    while not hours_of(day, window, calendar).any():
        day += 1
    hours = hours_of(day, window, calendar)
    until = min(window.place(day, minute_on(target.next_due, calendar)), _last(hours))  # a skipped time may lie behind
    return int(is_open[start : until if hours[:until].any() else _last(hours)].sum())


def _last(hours: Any) -> int:
    """The place after the last of some minutes."""
    return int(np.flatnonzero(hours)[-1]) + 1


@dataclass(frozen=True)
class Counted:
    """Minutes since 1970: when the level got it, how many it has, the one in which it is due, those that are used."""

    start: int
    budget: int
    due: int
    used: Any
    begin: int
    stands_since: int | None

    def left(self, minute: int) -> int:
        """How many of its minutes are left at a minute."""
        at = minute if self.stands_since is None else min(minute, self.stands_since)
        place = min(at, self.due) - self.begin
        return self.budget - (int(self.used[place - 1]) if at > self.start else 0)


@dataclass
class Play:
    """What a log says, event by event; minutes are places in the window."""

    level: int = 0
    priority: Priority = Priority.LOW
    start: int = 0
    stands_since: int | None = None
    still: list[tuple[int, int]] = field(default_factory=list)

    def see(self, event: c.Event, now: int) -> None:
        """One more event."""
        match event:
            case c.Received():
                self.level, self.priority, self.start = event.level, event.request.priority, now
            case c.Escalated():
                self.level, self.start, self.still = event.level, now, []
                self.stands_since = None if self.stands_since is None else now
            case c.Reprioritised():
                self.priority = event.priority
            case c.AskedRequester() | c.Resolved():
                self.go_on(now)
                self.stands_since = now
            case c.RequesterReplied() | c.Reopened():
                self.go_on(now)
            case _:
                pass

    def go_on(self, now: int) -> None:
        """The clock goes on, if it stood still."""
        if self.stands_since is not None:
            self.still.append((self.stands_since, now))
        self.stands_since = None


def counted(log: list[c.Event], process: Process, window: Window) -> Counted | None:
    """When the log's request is due at its last level and priority; None where nothing is agreed."""
    play = Play()
    for event in log:
        play.see(event, int(event.at.timestamp()) // MINUTE - window.begin)
    start = play.start
    target = process.levels[play.level].response.get(play.priority)
    if target is None:
        return None
    calendar = process.calendars[process.levels[play.level].calendar]
    is_open = open_minutes(window, calendar)
    counts = working_minutes(window, calendar) if isinstance(target, WorkingDayHours) else is_open.copy()
    if isinstance(target, AroundTheClock):
        counts[:] = True
    counts[:start] = False
    needed = budget(target, start, window, calendar, is_open)
    for begin, end in play.still:  # after the end of the log the clock is supposed to run
        counts[begin:end] = False
    sums = np.cumsum(counts)
    if sums[-1] < max(needed, 1):
        return counted(log, process, window.longer())
    last = int(np.searchsorted(sums, needed)) + 1 if needed else int(np.argmax(counts))
    stands_since = None if play.stands_since is None else window.begin + play.stands_since
    return Counted(window.begin + start, needed, window.begin + last, sums, window.begin, stands_since)


# --- random histories ------------------------------------------------------------------------


def changes_of(zone: str) -> Iterator[int]:
    """The minutes (since 1970) in which a zone's clocks change, 2020 to 2040."""
    place = ZoneInfo(zone)

    def offset(minute: int) -> timedelta | None:
        return datetime.fromtimestamp(minute * MINUTE, place).utcoffset()

    first, last = (int(end.timestamp()) // MINUTE for end in (FIRST, LAST))
    before = offset(first)
    for evening in range(first + DAY, last, DAY):
        if offset(evening) != before:
            low, high = evening - DAY, evening
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            yield high
            before = offset(evening)


def zones() -> list[str]:
    """The name of every IANA zone."""
    return sorted(available_timezones() - {"localtime"})


def windows(rng: random.Random, of: Sequence[str]) -> list[tuple[str, int]]:
    """Zone and first minute of a window around every clock change; one anywhere for zones that have none."""
    found = []
    anywhere = range(int(FIRST.timestamp()) // MINUTE, int(LAST.timestamp()) // MINUTE - LENGTH)
    for zone in of:
        changes = list(changes_of(zone)) or [rng.choice(anywhere) + LEAD]
        found += [(zone, change - LEAD) for change in changes]
    return found


def leap_days(rng: random.Random, of: Sequence[str]) -> list[tuple[str, int]]:
    """Zone and first minute of a window around each 29 February."""
    days = [datetime(year, 2, 29, tzinfo=UTC) for year in range(FIRST.year, LAST.year, 4)]
    return [(rng.choice(of), int(day.timestamp()) // MINUTE - LEAD) for day in days]


def _time(rng: random.Random, span: Span) -> time:
    """A time after a span begins and until it ends; 24:00, which no `time` shows, is left out."""
    minute = rng.randint(span.start + 1, span.end - (span.end == DAY and span.start < DAY - 1))
    return time(minute % DAY // 60, minute % 60)


def some_hours(rng: random.Random, near: Sequence[int]) -> tuple[Span, ...]:
    """One span to three, from a minute near some others: with breaks or touching, across midnight, a day and night."""
    start = rng.choice([*near, rng.randrange(DAY)]) % DAY
    if rng.random() < 0.1:
        return (Span(0, DAY),)
    ends = sorted(rng.sample(range(1, rng.choice([150, DAY])), 5))
    cuts = [0, *ends[: rng.choice([1, 3, 5])]]
    if rng.random() < 0.3:  # a span that begins when the one before it ends
        cuts = [0, *(cut for cut in ends[:2] for _ in range(2)), ends[2]]
    if rng.random() < 0.2:  # a day without an hour to spare, if there is more than one span
        cuts[-1] = DAY - (len(cuts) < 3)
    spans = zip(cuts[::2], cuts[1::2], strict=True)
    if rng.random() < 0.3:  # a night with its breaks as it passes
        return tuple(Span(start + a, start + b) for a, b in spans)
    return tuple(sorted(Span((start + a) % DAY, (start + a) % DAY + b - a) for a, b in spans))


def some_holidays(rng: random.Random, first: int, near: Sequence[int]) -> dict[date, Holiday]:
    """Days off, half of them in part: around the clock change, from within a span, or whenever."""
    days = [date.fromordinal(EPOCH + first + rng.randrange(LENGTH // DAY)) for _ in range(rng.choice([0, 1, 3, 8]))]
    found = {}
    for day in days:
        start, end = sorted(rng.sample(range(DAY + 1), 2))
        if rng.random() < 0.5:
            start = rng.choice(near) % DAY
            end = min(DAY, start + rng.randint(1, 200))
        part = rng.choice([WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, Span(start, end), Span(start, DAY), Span(0, end)])
        found[day] = Holiday("holiday", part)
    return found


def a_calendar(rng: random.Random, name: str, window: Window) -> Calendar:
    """An office calendar; half of them with hours that few keep, most of these around the clock change."""
    change = int(window.shown[LEAD - rng.randint(0, 1)]) % DAY
    near = [change + rng.randint(-150, 150) for _ in range(2)]
    hours: tuple[Span, ...] = (Span(rng.randint(360, 600), rng.randint(840, 1320)),)
    if rng.random() < 0.5:
        hours = some_hours(rng, near)
    holidays = some_holidays(rng, int(window.day[0]), [*near, *(span.start + 1 for span in hours)])
    working = range(5) if rng.random() < 0.5 else rng.sample(range(7), rng.randint(2, 7))
    return Calendar(name, window.zone, frozenset(working), hours, holidays)


def a_target(rng: random.Random, calendar: Calendar) -> Target | None:
    """A target that support.yml may hold: the cut-off lies within the working day, and the next due time is open."""
    if rng.random() < 0.1:
        return None
    if rng.random() < 0.5:
        return rng.choice((WorkingDayHours, WorkingDayHours, AroundTheClock))(rng.randint(1, 60))
    span = rng.choice(calendar.hours)
    cutoff = _time(rng, Span(calendar.hours[0].start, calendar.hours[-1].end))
    return SameDay(cutoff, _time(rng, span))


def a_process(rng: random.Random, process: Process, window: Window) -> Process:
    """The process with odd calendars and targets at levels 3 and 4."""
    calendars = {name: a_calendar(rng, name, window) for name in ("odd-3", "odd-4")}
    levels = {
        number: replace(
            process.levels[number],
            calendar=name,
            response={priority: a_target(rng, calendars[name]) for priority in Priority},
        )
        for number, name in ((3, "odd-3"), (4, "odd-4"))
    }
    return replace(process, calendars={**process.calendars, **calendars}, levels={**process.levels, **levels})


def a_log(rng: random.Random, window: Window) -> list[c.Event]:
    """What may happen to a request at levels 3 and 4 in the days around a clock change."""
    minute = window.begin + rng.randrange(2 * DAY, LEAD + DAY)
    status, level = "open", rng.choice([3, 4])
    log: list[c.Event] = [
        c.Received(
            at=_instant(minute),
            actor="requester",
            request=request(priority=rng.choice(list(Priority))),
            level=level,
            handler="paul",
        ),
        c.Judged(at=_instant(minute), actor="specdesk", category=Category.BUG, verdict={}),
    ]
    for _ in range(rng.choice([0, 1, 2, 4, 8])):
        minute += rng.choice([0, rng.randrange(60), rng.randrange(DAY), rng.randrange(3 * DAY)])
        kind = rng.choice(POSSIBLE[status])
        status = LEADS_TO.get(kind, status)
        what: dict[str, Any] = {}
        if kind is c.Escalated:
            level = 7 - level  # up from 3 to 4, or back as what becomes urgent goes
            what = {"level": level, "handler": "paul", "reason": "too-complex"}
        elif kind is c.Reprioritised:
            what = {"priority": rng.choice(list(Priority))}
        else:
            what = dict.fromkeys(WORDS.get(kind, ()), "So.")
        log.append(kind(at=_instant(minute), actor="paul@example.com", **what))
    return log


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)


WORDS: dict[type[c.Event], tuple[str, ...]] = {
    c.AskedRequester: ("question",),
    c.RequesterReplied: ("text",),
    c.Noted: ("text",),
    c.Resolved: ("resolution",),
    c.Reopened: ("reason",),
}
POSSIBLE: dict[str, list[type[c.Event]]] = {
    "open": [c.AskedRequester, c.AskedRequester, c.Resolved, c.Escalated, c.Reprioritised, c.Noted, c.RequesterReplied],
    "waiting": [c.RequesterReplied, c.RequesterReplied, c.Escalated, c.Reprioritised, c.Noted, c.Resolved],
    "resolved": [c.Reopened, c.RequesterReplied, c.Closed, c.Noted],
    "closed": [c.Reopened, c.RequesterReplied],
}
LEADS_TO: dict[type[c.Event], str] = {
    c.AskedRequester: "waiting",
    c.RequesterReplied: "open",
    c.Resolved: "resolved",
    c.Reopened: "open",
    c.Closed: "closed",
}


@dataclass(frozen=True)
class Trial:
    """One random history, and a process to count it by."""

    zone: str
    process: Process
    log: list[c.Event]
    window: Window

    @property
    def case(self) -> Case:
        """The case that the log describes."""
        return fold(CASE_ID, self.log)


def disagreement(trial: Trial, minute: int) -> str:
    """Where arithmetic and count differ, where the trace does not prove it, or how it stands at `minute`; or ""."""
    got = due(trial.case, trial.process)
    want = counted(trial.log, trial.process, trial.window)
    if got is None or want is None:
        return (
            ""
            if got is None and want is None
            else f"due is {got and got.instant}, counted {want and _instant(want.due)}"
        )
    reckoned = (got.started, got.budget, got.instant)
    if reckoned != (_instant(want.start), timedelta(minutes=want.budget), _instant(want.due)):
        return f"reckoned {reckoned}, counted {want}"
    ends = [got.started, *(piece.end for piece in got.trace)]
    sums = list(accumulate(piece.counted for piece in got.trace))
    if [piece.start for piece in got.trace] != ends[:-1] or [piece.sum for piece in got.trace] != sums:
        return f"the trace has gaps or does not add up: {got.trace}"
    if ends[-1] != got.instant or sums[-1] != got.budget or any(a > b for a, b in pairwise(ends)):
        return f"the trace does not lead to the due instant: {got.trace}"
    left = got.status(_instant(minute)).left
    if left != timedelta(minutes=want.left(minute)):
        return f"left at {_instant(minute)}: reckoned {left}, counted {want.left(minute)} min"
    return ""


def trials(rng: random.Random, process: Process, places: Sequence[tuple[str, int]], number: int) -> Iterator[Trial]:
    """`number` random histories, spread evenly over windows."""
    each, more = divmod(number, len(places))
    for place, (zone, begin) in enumerate(places):
        amount = each + (place < more)
        if amount:
            window = Window(zone, begin)
            for _ in range(amount):
                yield Trial(zone, a_process(rng, process, window), a_log(rng, window), window)
