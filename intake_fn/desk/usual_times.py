"""What is usual at the level of a request, for its requester: one read of the daily rows of the figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.errors import SpecdeskError
from intake_fn.core.usual import DAYS, in_words, is_asked_for, usual

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk.needs import ReadingFigures


def usual_time(desk: ReadingFigures, case: Case) -> str:
    """How long requests usually are at its level; "" where a time is agreed, or too little is known or can be read."""
    if not is_asked_for(case, desk.process):
        return ""
    today = desk.clock().date()
    try:
        rows = desk.figures.daily(today - timedelta(days=DAYS), today + timedelta(days=1))
    except SpecdeskError:  # the page does not depend on it
        return ""
    found = usual(rows.values(), case.level)
    return in_words(found) if found else ""
