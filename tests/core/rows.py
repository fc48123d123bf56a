"""Rows of a queue for tests: complete, and changed where a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from intake_fn.core.case_row import CaseRow
from intake_fn.core.queue.facets import Viewer
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category, Status

if TYPE_CHECKING:
    from intake_fn.core.process import Process

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, 17:00 in Paris."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
numbers = count(1)


def row(**changed: Any) -> CaseRow:
    """A row that is open at level 0 with the liaison of Paris, received an hour ago and due never."""
    number = next(numbers)
    facts: dict[str, Any] = {
        "id": f"HD-0000-{number:04}",
        "summary": f"Summary {number}",
        "requester": "Camille Laurent",
        "status": Status.OPEN,
        "level": 0,
        "handler": "paris-liaison",
        "priority": Priority.MEDIUM,
        "category": Category.BUG,
        "received_at": NOW - HOUR,
        "changed_at": NOW - HOUR,
        "issue": number,
        "filing": "filed",
        "version": 3,
        "module": "shipments",
        "office": "paris",
    }
    return CaseRow(**{**facts, **changed})


def viewer(process: Process, **changed: Any) -> Viewer:
    """The liaison of Paris, now."""
    return Viewer(**{"id": "paris-liaison", "now": NOW, "zone": "Europe/Paris", "process": process, **changed})
