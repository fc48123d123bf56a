"""The order of a list: the most pressing request first, or by a column. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category, Status

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.process import Process

NEVER = datetime.max.replace(tzinfo=UTC)
PRIORITIES, CATEGORIES, STATUSES = tuple(Priority), tuple(Category), tuple(Status)

SORTS: Mapping[str, Callable[[CaseRow, Process], Any]] = {
    "request": lambda row, _: row.summary.casefold(),
    "requester": lambda row, _: row.requester.casefold(),
    "priority": lambda row, _: PRIORITIES.index(row.priority),
    "verdict": lambda row, _: CATEGORIES.index(row.category),
    "assignee": lambda row, process: process.person(row.handler).name.casefold(),
    "level": lambda row, _: row.level,
    "status": lambda row, _: STATUSES.index(row.status),
    "mantis": lambda row, _: row.issue,
    "due": lambda row, _: row.due,
    "age": lambda row, _: row.received_at,
    "changed": lambda row, _: row.changed_at,
}
"""What a list can be sorted by, and the value that counts; a request without a value comes last, either way."""


def ordered(rows: Iterable[CaseRow], sort: str, process: Process) -> list[CaseRow]:
    """The rows by a sort of SORTS, with "-" before it the other way round; "" for the most pressing first."""
    first = sorted(rows, key=pressing)
    if not sort:
        return first
    name = sort.removeprefix("-")
    valued = [(SORTS[name](row, process), row) for row in first]
    there = sorted((pair for pair in valued if pair[0] is not None), key=lambda pair: pair[0], reverse=name != sort)
    return [row for _, row in there] + [row for value, row in valued if value is None]


def pressing(row: CaseRow) -> tuple[bool, datetime, int, datetime]:
    """Urgent open requests first, then by due time, then by priority, then the longest waiting."""
    return (not row.on_top, row.due or NEVER, PRIORITIES.index(row.priority), row.received_at)
