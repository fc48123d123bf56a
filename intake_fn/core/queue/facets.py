"""Facets: what the queue can be filtered by, and which values a request has for each. Pure.

A facet is a name in the address of a list, as in `/desk?priority=high&due=today`. Values of one facet are alternatives;
a request has to meet every facet that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.unassigned import unassigned
from intake_fn.core.vocabulary import Category, Status

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow

ME = "me"
"""Stands for whoever looks, so that a shared view means each reader's own requests."""

NOBODY = "nobody"
"""The assignee of an unassigned request (core/unassigned.py)."""

NO_MODULE = "none"

YES = "yes"

BREACHED, TODAY, LATER, NO_DUE_TIME = "breached", "today", "later", "none"
DUE = (BREACHED, TODAY, LATER, NO_DUE_TIME)

AGES: Mapping[str, timedelta] = {name: timedelta(days=int(name)) for name in ("1", "3", "7", "30")}
"""Ages in days from which a request is shown."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a list, and when; `zone` is the IANA zone whose today it is."""

    id: str
    now: datetime
    zone: str
    process: Process


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet: the values that a request has, and all values where they are known beforehand."""

    values: Callable[[CaseRow, Viewer], tuple[str, ...]]
    known: tuple[str, ...] = ()


def _assignees(row: CaseRow, viewer: Viewer) -> tuple[str, ...]:
    me = (ME,) if row.handler == viewer.id else ()
    nobody = (NOBODY,) if any(unassigned(row, viewer.process)) else ()
    return (row.handler, *me, *nobody)


def _due(row: CaseRow, viewer: Viewer) -> tuple[str, ...]:
    """What is due today and breached already is both."""
    if row.due is None:
        return (NO_DUE_TIME,)
    zone = ZoneInfo(viewer.zone)
    day, today = row.due.astimezone(zone).date(), viewer.now.astimezone(zone).date()
    breached = (BREACHED,) if row.due < viewer.now else ()
    return (*breached, TODAY) if day == today else breached or (LATER,)


def _ages(row: CaseRow, viewer: Viewer) -> tuple[str, ...]:
    return tuple(name for name, age in AGES.items() if viewer.now - row.received_at >= age)


def _company(row: CaseRow, _: Viewer) -> tuple[str, ...]:
    """Companies as requesters write them: spaces and case aside."""
    name = " ".join(row.company.split())
    return (name.casefold(),) if name else ()


FACETS: Mapping[str, Facet] = {
    "level": Facet(lambda row, _: (str(row.level),)),
    "assignee": Facet(_assignees),
    "status": Facet(lambda row, _: (row.status.value,), tuple(Status)),
    "verdict": Facet(lambda row, _: (row.category.value,), tuple(Category)),
    "priority": Facet(lambda row, _: (row.priority.value,), tuple(Priority)),
    "module": Facet(lambda row, _: (row.module or NO_MODULE,)),
    "office": Facet(lambda row, _: (row.office,) if row.office else ()),
    "company": Facet(_company),
    "due": Facet(_due, DUE),
    "age": Facet(_ages, tuple(AGES)),
    "unanswered": Facet(lambda row, _: (YES,) if row.unanswered else (), (YES,)),
    "appealed": Facet(lambda row, _: (YES,) if row.appealed else (), (YES,)),
}
"""All facets, in the order in which they stand on the page and in addresses."""
