"""What requesters say about decisions and requests: appeals, what became of them, requests withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.case import module_of
from intake_fn.core.events import Overruled, Resolved
from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.log import Log
from intake_fn.core.requester_events import Appealed, Withdrawn
from intake_fn.core.vocabulary import Outcome

DECISION = "decision"
STANDS, CHANGED = "stands", "changed"
"""What became of an appeal: the decision stands, or the request is of another category now."""


def appeals(log: Log) -> Iterator[Entry]:
    """Each appeal, the decision on it, and each time that the requester withdrew the request."""
    module = ("module", module_of(log.case) or "none")
    for row in log.happened:
        match row.event:
            case Appealed():
                yield Entry(Figure.APPEALED, row.day, row.number, (module,))
            case Overruled(category=category) if row.before and row.before.appealed:
                became = STANDS if category is row.before.category else CHANGED
                yield Entry(Figure.APPEAL_DECIDED, row.day, row.number, (module, (DECISION, became)))
            case Resolved(outcome=Outcome.WITHDRAWN) | Withdrawn():
                yield Entry(Figure.WITHDRAWN, row.day, row.number, (module,))
