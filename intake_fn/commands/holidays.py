"""`specdesk holidays propose`: a year's public holidays as a diff against support.yml, for a person to review.

Only what is written in support.yml is a holiday (R17). This command writes nothing; it proposes days
that are missing there and that would be working days, and leaves alone whatever is there.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from intake_fn.commands import YEARS, say, text_of
from intake_fn.core.errors import Refused
from intake_fn.core.process import Calendar
from intake_fn.core.process_file import parse
from intake_fn.settings import ROOT


def add(commands: Any) -> None:
    """Put `holidays` on the command line."""
    command = commands.add_parser("holidays", help=propose.__doc__, description=propose.__doc__)
    command.add_argument("action", choices=("propose",))
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--calendar", action="append", help="a calendar of support.yml; all if not given")
    command.add_argument("--file", type=Path, default=ROOT / "support.yml")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=propose, mistyped=command.error)


def propose(args: argparse.Namespace) -> None:
    """Print the holidays of a year that support.yml does not have, as a diff that `git apply` takes."""
    path: Path = args.file
    if args.year not in YEARS:
        args.mistyped(f"the year is one from {YEARS[0]} to {YEARS[-1]}")
    text = text_of(path)
    calendars = parse(text, path.name).calendars
    for name in args.calendar or ():
        if name not in calendars:
            args.mistyped(f"there is no calendar {name!r}; there are {', '.join(calendars)}")
        if not calendars[name].country:
            raise Refused(f"calendars.{name} names no country. Add `holidays_of: {{country: GB, subdivision: ENG}}`.")
    chosen = args.calendar or [name for name, calendar in calendars.items() if calendar.country]
    new_days = {name: missing(calendars[name], args.year) for name in chosen}
    new = text
    for name, days in new_days.items():
        new = with_days(new, name, days)
    parse(new, path.name)
    if new == text:
        print(f"{path.name} has all of {args.year} for {', '.join(chosen) or 'no calendar'}.", file=sys.stderr)
    diff = _diff(text, new, _in_checkout(path))
    if args.json:
        say(args, {"calendars": _plain(new_days), "diff": diff}, ())
    else:
        sys.stdout.write(diff)


def _plain(new_days: Mapping[str, Mapping[date, str]]) -> dict[str, dict[str, str]]:
    """The days by calendar, as JSON has them."""
    return {name: {day.isoformat(): of for day, of in days.items()} for name, days in new_days.items()}


def missing(calendar: Calendar, year: int) -> dict[date, str]:
    """Public holidays of a year that would be working days and are not in the calendar. Raises Refused."""
    try:
        import holidays  # noqa: PLC0415 - an admin's tool; the function does not carry it
    except ModuleNotFoundError:
        raise Refused("The package `holidays` is not installed; it is in the admin group of pyproject.toml.") from None
    try:
        public = holidays.country_holidays(
            calendar.country, subdiv=calendar.subdivision or None, years=year, language=calendar.language or None
        )
    except NotImplementedError as error:
        raise Refused(f"calendars.{calendar.id}.holidays_of: {error}") from error
    return {
        day: name
        for day, name in sorted(public.items())
        if day.year == year and _is_worked(day, calendar) and day not in calendar.holidays
    }


def _is_worked(day: date, calendar: Calendar) -> bool:
    """Whether the office has hours on a day: also on a Saturday until Friday's night is over."""
    nights = calendar.hours[-1].crosses_midnight
    before = (day.weekday() - 1) % 7
    return day.weekday() in calendar.working_days or (nights and before in calendar.working_days)


def with_days(text: str, calendar: str, days: Mapping[date, str]) -> str:
    """support.yml with more holidays in a calendar, each at its place by date. Raises Refused without a list."""
    if not days:
        return text
    node = _node(text, "calendars", calendar, "holidays")
    if node.flow_style or not node.value:
        raise Refused(f"calendars.{calendar}.holidays is not written line by line, so no line can be added to it.")
    present = [(date.fromisoformat(key.value), _last_line(value)) for key, value in node.value]
    first = node.value[0][0].start_mark.line
    margin = " " * node.value[0][0].start_mark.column
    lines = text.splitlines(keepends=True)
    for day, name in sorted(days.items(), reverse=True):
        before = [line + 1 for other, line in present if other < day]
        lines.insert(max(before, default=first), f"{margin}{day}: {_scalar(name)}\n")
    return "".join(lines)


def _last_line(node: Any) -> int:
    """The line on which a value ends; a part of a day has several where it is written line by line."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last_line(value) for _, value in node.value)
    end = node.end_mark
    return int(end.line if end.column or end.line == node.start_mark.line else end.line - 1)


def _node(text: str, *path: str) -> Any:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in path:
        node = next(value for key, value in node.value if key.value == name)
    return node


def _scalar(name: str) -> str:
    """A name as YAML reads it back: as it is where that is so, in quotes else."""
    try:
        same = yaml.safe_load(f"day: {name}") == {"day": name}
    except yaml.YAMLError:
        same = False
    return name if same else json.dumps(name, ensure_ascii=False)


def _diff(old: str, new: str, path: str) -> str:
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _in_checkout(path: Path) -> str:
    """The path as `git apply` wants it at the checkout's root; elsewhere the name."""
    full = path.resolve()
    return full.relative_to(ROOT).as_posix() if full.is_relative_to(ROOT) else path.name
