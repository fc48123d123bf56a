"""What the queue's page says of facets, their values and the columns. Tables of plain words; no rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from intake_fn.core.process import CLIENT
from intake_fn.core.queue.facets import BREACHED, LATER, ME, NO_DUE_TIME, NO_MODULE, NOBODY, TODAY, YES
from intake_fn.core.queue.filters import Show
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category, Status
from intake_fn.web import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.process import Process

TITLES: Mapping[str, str] = {
    "level": "Level",
    "assignee": "Assignee",
    "status": "Status",
    "verdict": "Verdict",
    "priority": "Priority",
    "module": "Module",
    "office": "Office",
    "company": "Client company",
    "due": "Due",
    "age": "Age",
    "unanswered": "Unanswered",
    "appealed": "Appealed",
}
"""What each facet is called."""

SHOWN: Mapping[Show, str] = {
    Show.ALL: "open requests",
    Show.MINE: "open requests that are assigned to you",
    Show.DONE: "resolved requests",
}
"""What a list is about."""

DUE: Mapping[str, str] = {
    BREACHED: "Overdue",
    TODAY: "Today",
    LATER: "Later",
    NO_DUE_TIME: "No due time",
}

AGE: Mapping[str, str] = {
    "1": "1 day and more",
    "3": "3 days and more",
    "7": "7 days and more",
    "30": "30 days and more",
}

SORTED: Mapping[str, str] = {
    "": "Urgent first, then by due time",
    "request": "Summary",
    "requester": "Requester",
    "priority": "Priority",
    "verdict": "Verdict",
    "assignee": "Assignee",
    "level": "Level",
    "status": "Status",
    "mantis": "Mantis number",
    "due": "Due time",
    "age": "Age, the oldest first",
    "-age": "Age, the latest first",
    "-changed": "Last change, the latest first",
}
"""The sorts that the page offers by name; the heads of the table offer others."""


def companies(rows: Iterable[CaseRow]) -> dict[str, str]:
    """Client companies as somebody wrote them, by the value of the facet."""
    names = (" ".join(row.company.split()) for row in rows)
    return {name.casefold(): name for name in names if name}


def value_name(facet: str, value: str, process: Process, known_companies: Mapping[str, str]) -> str:
    """A value for people; of what support.yml no longer has, and of what never was, the value itself."""
    by_facet: Mapping[str, Callable[[str], str]] = {
        "level": lambda number: f"Level {number}",
        "assignee": lambda name: {ME: "Me", NOBODY: "Unassigned"}.get(name) or process.person(name).name,
        "status": lambda name: words.STATUS[Status(name)],
        "verdict": lambda name: words.CATEGORY[Category(name)],
        "priority": lambda name: process.priorities[Priority(name)].name,
        "module": lambda name: _module(name, process),
        "office": lambda name: process.client_name if name == CLIENT else process.origin(name),
        "company": lambda name: known_companies.get(name, name),
        "due": DUE.__getitem__,
        "age": AGE.__getitem__,
        "unanswered": {YES: "The requester waits for an answer"}.__getitem__,
        "appealed": {YES: "The requester does not agree"}.__getitem__,
    }
    return by_facet[facet](value)


def _module(name: str, process: Process) -> str:
    if name == NO_MODULE:
        return "No module"
    return process.modules[name].name if name in process.modules else name
