"""How it went on: resolved, reopened, duplicates, and the flow in and out of the backlog."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.case import module_of
from intake_fn.core.events import MarkedDuplicate, Resolved
from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.log import Happened, Log

FROM = "from"
"""The breakdown of the flow of the backlog: by the day on which the request was received."""


def progress(log: Log) -> Iterator[Entry]:
    """Each change of the status that matters, on its day; a duplicate counts where it was marked last."""
    module = ("module", module_of(log.case) or "none")
    received = (FROM, log.received_on.isoformat())
    for row in log.happened:
        if row.opens:
            yield Entry(Figure.OPENED, row.day, row.number, (received,))
        if row.clears:
            yield Entry(Figure.CLEARED, row.day, row.number, (received,))
        if row.resolves:
            yield Entry(Figure.RESOLVED, row.day, row.number, (module, ("outcome", _outcome(row))), row.spent)
        if row.before and row.before.status.is_done and row.after.status.is_open:
            yield Entry(Figure.REOPENED, row.day, row.number, (module,))
    if log.case.duplicate_of:
        *_, marked = log.of_kind(MarkedDuplicate)
        yield Entry(Figure.DUPLICATE, marked.day, marked.number, (module,))


def _outcome(row: Happened) -> str:
    said = row.event.outcome.value if isinstance(row.event, Resolved) else ""
    return said or "unsaid"
