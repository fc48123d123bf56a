"""`specdesk due`: when a request would be due, and why, interval by interval. Asks nothing but support.yml."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.commands import YEARS, process_of, say
from intake_fn.core.process import OFFICE_CALENDAR, Calendar, Process
from intake_fn.core.request import Priority
from intake_fn.core.sla import ClockSpan, ClockState, Due, reckoned
from intake_fn.settings import ROOT

NO_CLOCK = 3
"""The exit status where no response time is agreed."""

Pause = tuple[datetime, datetime]


def add(commands: Any) -> None:
    """Put `due` on the command line."""
    command = commands.add_parser("due", help=due.__doc__, description=due.__doc__)
    command.add_argument("--level", type=int, required=True, help="the level that holds the request")
    command.add_argument("--priority", required=True, help=", ".join(Priority))
    command.add_argument(
        "--at", type=_instant, required=True, help="when the level received it, as 2026-11-25T15:00-05:00"
    )
    command.add_argument(
        "--pause", type=_pause, action="append", default=[], metavar="FROM/TO", help="a wait for the requester"
    )
    command.add_argument("--calendar", help="a calendar of support.yml instead of the level's")
    command.add_argument("--file", type=Path, default=ROOT / "support.yml")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=due, mistyped=command.error)


def due(args: argparse.Namespace) -> int:
    """Tell when a request is due that a level received at an instant, and how that is counted."""
    process = process_of(args.file)
    if args.level not in process.levels:
        args.mistyped(f"there is no level {args.level}; there are {', '.join(map(str, process.levels))}")
    if args.priority not in tuple(Priority):
        args.mistyped(f"there is no priority {args.priority!r}; there are {', '.join(Priority)}")
    if args.calendar is not None and args.calendar not in process.calendars:
        args.mistyped(f"there is no calendar {args.calendar!r}; there are {', '.join(process.calendars)}")
    if problem := _wrong_with(args.at, sorted(args.pause)):
        args.mistyped(problem)
    priority = Priority(args.priority)
    target = process.levels[args.level].response.get(priority)
    if target is None:
        why = _why_not(args.level, priority, process)
        say(args, {"due": None, "trace": [], "why": why}, [why])
        return NO_CLOCK
    due_time = reckoned(target, _clock_spans(args.at, sorted(args.pause)), _calendar(args, process))
    say(args, plain(due_time), _lines(due_time))
    return 0


# --- what was typed --------------------------------------------------------------------------


def _instant(text: str) -> datetime:
    """An instant in UTC. Raises ArgumentTypeError for what is no date, and for one without an offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant; write it as 2026-11-25T15:00-05:00") from None
    if instant.utcoffset() is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} does not say where on earth; add the offset from UTC, as 2026-11-25T15:00-05:00"
        )
    if instant.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} is not between {YEARS[0]} and {YEARS[-1]}; look at the year again")
    return instant.astimezone(UTC)


def _pause(text: str) -> Pause:
    """From and to. Raises ArgumentTypeError."""
    start, slash, end = text.partition("/")
    if not slash:
        raise argparse.ArgumentTypeError(f"{text!r} is no pause; write it as FROM/TO, two instants with a slash")
    begins, ends = _instant(start), _instant(end)
    if begins >= ends:
        raise argparse.ArgumentTypeError(f"the pause {text} ends before it begins; write the earlier instant first")
    return begins, ends


def _wrong_with(at: datetime, pauses: list[Pause]) -> str:
    """What is wrong with pauses in their order; "" when nothing is."""
    before = at
    for number, (begins, ends) in enumerate(pauses):
        if begins < before:
            earlier = "another pause ends" if number else "the level receives the request"
            return f"a pause begins at {begins.isoformat()}, before {earlier}"
        before = ends
    return ""


def _clock_spans(at: datetime, pauses: list[Pause]) -> list[ClockSpan]:
    spans = [(at, ClockState.RUNS)]
    for begins, ends in pauses:
        spans += [(begins, ClockState.PAUSED), (ends, ClockState.RUNS)]
    return spans


def _calendar(args: argparse.Namespace, process: Process) -> Calendar:
    name: str = args.calendar or process.levels[args.level].calendar
    if name == OFFICE_CALENDAR:
        args.mistyped(f"level {args.level} counts in the requester's office; name its calendar with --calendar")
    return process.calendars[name]


# --- what is said ----------------------------------------------------------------------------


def _why_not(level: int, priority: Priority, process: Process) -> str:
    """Why no clock runs."""
    rule = process.priorities[priority]
    if level not in rule.levels:
        return f"No clock runs: {rule.name.lower()} requests are never at level {level}."
    return f"No clock runs: the response time of level {level} for {rule.name.lower()} requests is to be decided."


def plain(due_time: Due) -> dict[str, Any]:
    """A due time as JSON-ready data: instants with the calendar's offset, lengths in seconds."""
    zone = ZoneInfo(due_time.zone)
    return {
        "due": due_time.instant.astimezone(zone).isoformat(),
        "zone": due_time.zone,
        "budget_seconds": due_time.budget.total_seconds(),
        "trace": [
            {
                "from": piece.start.astimezone(zone).isoformat(),
                "to": piece.end.astimezone(zone).isoformat(),
                "what": piece.what,
                "counted_seconds": piece.counted.total_seconds(),
                "sum_seconds": piece.sum.total_seconds(),
            }
            for piece in due_time.trace
        ],
    }


def _lines(due_time: Due) -> list[str]:
    """The same as lines for people: the due instant first, then what was counted."""
    data = plain(due_time)
    width = max(len(piece["what"]) for piece in data["trace"])
    rows = (
        f"{entry['from']}  {entry['to']}  {entry['what']:{width}}  {_hours(piece.counted):>9}  {_hours(piece.sum):>9}"
        for entry, piece in zip(data["trace"], due_time.trace, strict=True)
    )
    return [data["due"], f"{_hours(due_time.budget)} hours to be counted in {due_time.zone}:", *rows]


def _hours(length: timedelta) -> str:
    """Hours and minutes, 23:05; seconds only where there are any."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
