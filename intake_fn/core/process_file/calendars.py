"""Offices and calendars of support.yml: hours of the working day, holidays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from intake_fn.core.process import Calendar
from intake_fn.core.process_file.schema import (
    Document,
    Shape,
    is_null,
    list_of,
    mapping_of,
    non_empty,
    optional,
    record,
)
from intake_fn.core.process_file.values import DATE, LEVEL_NUMBER, MAIL_PLACE, TEXT, WEEKDAY, ZONE
from intake_fn.core.spans import DAY_MINUTES, Holiday, NoSpan, Span, of_a_day, overlap, shown, span_of, time_of


def _part_of_day(convert: Callable[[str], Any], name: str, example: str) -> Shape:
    """A time or a span, whose conversion tells what is wrong with it."""

    def read(document: Document, node: yaml.Node, path: str) -> Any:
        if not isinstance(node, yaml.ScalarNode) or is_null(node):
            document.report(node, f"{path} has to be {name}", f'Write it as "{example}"')
            return None
        try:
            return convert(node.value)
        except NoSpan as error:
            document.report(node, f"{path}: {error.what}", error.remedy)
            return None

    return Shape(read)


_SPAN = _part_of_day(span_of, "a span of the day", "09:00-18:00")
_UP_TO_MIDNIGHT = _part_of_day(time_of, "a time of day", "13:00")


def _read_hours(document: Document, node: yaml.Node, path: str) -> tuple[Span, ...] | None:
    """A span or a list of them, in order."""
    if isinstance(node, yaml.SequenceNode):
        spans = of_a_day(non_empty(list_of(_SPAN)).read(document, node, path) or ())
    else:
        spans = [span for span in (_SPAN.read(document, node, path),) if span]
    if both := overlap(spans):
        message = f"{path}: {both[0]} and {both[1]} overlap"
        remedy = "Let the one end when the other begins, or earlier; hours past midnight go on then"
        document.report(node, message, remedy)
    return tuple(spans) or None


def _read_holiday(document: Document, node: yaml.Node, path: str) -> Holiday | None:
    """The name of a day off; with `from` or `until` it is a part of the day."""
    if isinstance(node, yaml.ScalarNode):
        name = TEXT.read(document, node, path)
        return Holiday(name) if name else None
    row = document.record(node, path, _HOLIDAY)
    start = 0 if row["from"] is None else row["from"]
    end = DAY_MINUTES if row["until"] is None else row["until"]
    if start >= end:
        message = f"{path}: the holiday begins at {shown(start)} and ends at {shown(end)}"
        document.report(node, message, "Write the earlier time as `from`; one that goes past midnight is two, by date")
    return Holiday(row["name"], Span(start, end)) if row["name"] else None


OFFICE = {
    "name": TEXT,
    "zone": ZONE,
    "calendar": TEXT,
    "front_end": LEVEL_NUMBER,
    "liaison": optional(TEXT, ""),
    "mail": optional(list_of(MAIL_PLACE), ()),
}
_HOLIDAYS_OF = {"country": TEXT, "subdivision": optional(TEXT, ""), "language": optional(TEXT, "")}
_HOLIDAY = {"name": TEXT, "from": optional(_UP_TO_MIDNIGHT), "until": optional(_UP_TO_MIDNIGHT)}
CALENDAR = {
    "zone": ZONE,
    "working_days": non_empty(list_of(WEEKDAY)),
    "hours": Shape(_read_hours),
    "holidays": mapping_of(Shape(_read_holiday), DATE),
    "holidays_of": optional(record(_HOLIDAYS_OF)),
}


def calendar(
    name: str,
    *,
    working_days: tuple[int, ...],
    holidays_of: Mapping[str, str] | None,
    **row: Any,
) -> Calendar:
    """The calendar of a part in which nothing is wrong."""
    of: Mapping[str, Any] = holidays_of or {}
    return Calendar(id=name, working_days=frozenset(working_days), **row, **of)
