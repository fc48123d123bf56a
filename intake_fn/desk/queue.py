"""The rows that the queue filters and sorts: all open requests at once, resolved ones page by page.

A list costs a query for each level, however many requests are resolved: open ones stand in an index of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.queue.filters import Show, meets

if TYPE_CHECKING:
    from intake_fn.core.queue.facets import Viewer
    from intake_fn.core.queue.filters import Filters
    from intake_fn.ports import CaseStore

PAGE = 50
"""Rows of one page."""

MOST_OPEN = 1000
"""Open requests that are read for a list, urgent ones and the latest first. A page says so where there are more."""

READ_ON = 8
"""Pages of resolved requests that are read, at most, until a filtered page is full."""


def open_requests(cases: CaseStore, show: Show, viewer: Viewer, cursor: str = "") -> tuple[Page, str]:
    """The open requests, and the cursor of the next portion of those of whoever looks; "" where these are complete.

    The cursor of the page says that there are more of anybody's. `cursor` is for a list of one's own only. Raises
    Refused for a damaged one.
    """
    page = cases.queue(None, limit=MOST_OPEN)
    if show is not Show.MINE or not (page.cursor or cursor):
        return page, ""
    mine = cases.assigned(viewer.id, MOST_OPEN, cursor)
    others = [row for row in page.rows if row.handler != viewer.id]
    return Page([*mine.rows, *others], page.cursor, [*dict.fromkeys((*page.unread, *mine.unread))]), mine.cursor


def done_requests(cases: CaseStore, filters: Filters, viewer: Viewer, cursor: str) -> Page:
    """A page of the resolved requests that meet filters, the latest received first. Raises Refused for a bad cursor.

    A filtered page is read on until it is full, or for READ_ON pages: it may be empty and have a cursor all the same.
    """
    levels = {int(level) for level in filters.chosen.get("level", ()) if level.isdecimal()}
    rows: list[CaseRow] = []
    unread: list[str] = []
    size = 2 * PAGE if filters.chosen.keys() - {"level"} else PAGE
    for _ in range(READ_ON):
        page = cases.done(levels or None, limit=size, cursor=cursor)
        rows += [row for row in page.rows if meets(row, filters, viewer)]
        unread += page.unread
        cursor = page.cursor
        if not cursor or len(rows) >= PAGE:
            break
    return Page(rows, cursor, unread)
