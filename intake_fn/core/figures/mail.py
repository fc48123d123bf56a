"""Mail: what failed, what was not sent, digests, replies of requesters, and deliveries that were given up."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.events import DeliveryFailed, MailFailed, NoticesBundled, NoticeSkipped, RequesterReplied
from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.log import Log

WHY = "why"
SUPPRESSED, LEFT, NO_ADDRESS, TURNED_OFF = "suppressed", "left", "no-address", "turned-off"
"""Why a notice was not sent: its address is on the suppression list; its reader has left, no address of theirs is
known, or they have turned it off."""

REASONS = {
    "skipped.suppressed": SUPPRESSED,
    "skipped.left": LEFT,
    "skipped.no-address": NO_ADDRESS,
    "skipped.muted": TURNED_OFF,
    "skipped.off": TURNED_OFF,
}
"""The figures by the key of the recorded reason."""


def mail(log: Log) -> Iterator[Entry]:
    """An entry for each event of a mail."""
    for row in log.happened:
        match row.event:
            case MailFailed(failure=failure):
                yield Entry(Figure.MAIL_FAILED, row.day, row.number, (("failure", failure.value),))
            case NoticeSkipped(why=why):
                yield Entry(Figure.NOT_SENT, row.day, row.number, ((WHY, REASONS.get(why.key, "other")),))
            case NoticesBundled():
                yield Entry(Figure.DIGEST, row.day, row.number)
            case RequesterReplied():
                yield Entry(Figure.REPLIED, row.day, row.number)
            case DeliveryFailed(what=what):
                yield Entry(Figure.DEAD_LETTER, row.day, row.number, (("what", what),))
