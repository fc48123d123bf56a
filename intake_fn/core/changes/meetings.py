"""When the Board meets: its rule in support.yml, as dates in the zone of its calendar. Pure.

Source: the process page, "the CT2 Board meeting"; it does not say when, so the rule is data of support.yml.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake_fn.core.process import Calendar, MeetingRule, Process

DAY = timedelta(days=1)
WEEK = 7
LAST = -1
WEEKS_AHEAD = 60
"""How far ahead a meeting is looked for; a calendar without a working day in a year has none."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHICH = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}


def next_meeting(rule: MeetingRule, after: datetime, calendar: Calendar) -> datetime | None:
    """The first meeting that begins after an instant (UTC); None when the calendar has no working day in a year."""
    zone = ZoneInfo(calendar.zone)
    first = _after_last_working_day(after.astimezone(zone).date(), calendar)
    for day in (first + n * DAY for n in range(WEEKS_AHEAD * WEEK)):
        if day.weekday() != rule.day or not _in_its_week(day, rule.week):
            continue
        held_on = next(_working_days(day, calendar), None)
        if held_on is None:
            continue
        begins = datetime.combine(held_on, rule.at, zone).astimezone(UTC)
        if begins > after:
            return begins
    return None


def end_of_working_day(after: datetime, days: int, calendar: Calendar) -> datetime:
    """The end (24:00, UTC) of the working day that is `days` working days after an instant; its own day is not counted.

    Raises ValueError for a calendar without so many working days in the next year.
    """
    zone = ZoneInfo(calendar.zone)
    following = _working_days(after.astimezone(zone).date() + DAY, calendar)
    for _ in range(days - 1):
        next(following, None)
    last = next(following, None)
    if last is None:
        raise ValueError(f"The calendar {calendar.id} has not {days} working days in the next year.")
    return datetime.combine(last + DAY, datetime.min.time(), zone).astimezone(UTC)


def end_of_online_vote(opened: datetime, process: Process) -> datetime:
    """When an online vote closes that is opened at an instant."""
    return end_of_working_day(opened, process.board.online_days, process.calendars[process.board.calendar])


def meeting_after(instant: datetime, process: Process) -> datetime | None:
    """When the Board meets next after an instant; None where support.yml has no rule for it."""
    rule, calendar = process.board.meets, process.calendars[process.board.calendar]
    return next_meeting(rule, instant, calendar) if rule else None


def beginning_of(day: date, process: Process) -> datetime:
    """The beginning of a date where the Board meets, as an instant in UTC."""
    zone = ZoneInfo(process.calendars[process.board.calendar].zone)
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def in_words(rule: MeetingRule, calendar: Calendar) -> str:
    """The rule as a reader of the process page knows it."""
    day = WEEKDAYS[rule.day]
    when = f"every {day}" if not rule.week else f"the {WHICH[rule.week]} {day} of the month"
    return f"{when} at {rule.at:%H:%M} ({calendar.zone}); on a holiday, the next working day"


def _in_its_week(day: date, week: int) -> bool:
    if week == LAST:
        return (day + WEEK * DAY).month != day.month
    return not week or (day.day - 1) // WEEK + 1 == week


def _after_last_working_day(day: date, calendar: Calendar) -> date:
    """The first day whose meeting may be moved to this day or a later one: the days before are without work."""
    for earlier in (day - n * DAY for n in range(1, WEEKS_AHEAD * WEEK)):
        if _is_working_day(earlier, calendar):
            return earlier + DAY
    return day


def _working_days(day: date, calendar: Calendar) -> Iterator[date]:
    """The working days from a day on."""
    days = (day + n * DAY for n in range(WEEKS_AHEAD * WEEK))
    return (candidate for candidate in days if _is_working_day(candidate, calendar))


def _is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether anybody works on a day; on a holiday in part somebody does."""
    holiday = calendar.holidays.get(day)
    return day.weekday() in calendar.working_days and not (holiday and holiday.is_whole_day)
