"""What came in, and how far it has come: received, filing, quarantined, released, rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intake_fn.core.events import Event, Quarantined, Received, Rejected, Released
from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.log import Log
from intake_fn.core.process import CLIENT

COUNTED: Mapping[type[Event], Figure] = {
    Quarantined: Figure.QUARANTINED,
    Released: Figure.RELEASED,
    Rejected: Figure.REJECTED,
}


def intake(log: Log) -> Iterator[Entry]:
    """The request, by what it names itself and by where it stands in the ledger; each step of a quarantine."""
    request = log.case.request
    for row in log.of_kind(Received):
        by = (
            ("module", request.module or "none"),
            ("kind", request.kind.value),
            ("office", request.requester.office or CLIENT),
            ("channel", request.channel.value),
        )
        yield Entry(Figure.RECEIVED, row.day, row.number, by)
        yield Entry(Figure.FILING, row.day, row.number, (("filing", log.case.filing.value),))
    for row in log.of_kind(*COUNTED):
        yield Entry(COUNTED[type(row.event)], row.day, row.number)
