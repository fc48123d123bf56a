"""Lists of cases, page by page: their rows, and the cases themselves as far as this version can read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from intake_fn import log
from intake_fn.core.case import Case
from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.errors import Unreadable
from intake_fn.core.vocabulary import Status
from intake_fn.ports import CaseStore

PAGE = 100


def rows(cases: CaseStore, *, open_only: bool = True) -> Iterator[CaseRow]:
    """All cases, or all open ones, page by page."""
    yield from queued(cases, open_only=open_only)
    for status in Status:
        if status.in_quarantine and not open_only:
            yield from pages(partial(cases.quarantine, status))


def queued(cases: CaseStore, *, open_only: bool = True) -> Iterator[CaseRow]:
    """The rows without those in quarantine."""
    return pages(partial(cases.queue, None, open_only=open_only))


def pages(listed: Callable[..., Page]) -> Iterator[CaseRow]:
    """The rows of a list, page by page."""
    cursor = ""
    while True:
        page = listed(limit=PAGE, cursor=cursor)
        yield from page.rows
        cursor = page.cursor
        if not cursor:
            return


def readable(cases: CaseStore, listed: Iterable[CaseRow]) -> Iterator[Case]:
    """The cases of these rows; one that this version cannot read is left out, with a line in the log."""
    for row in listed:
        try:
            case = cases.load(row.id)
        except Unreadable as error:
            log.warning("case_left_out", case=row.id, error=str(error))
        else:
            yield case
