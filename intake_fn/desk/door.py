"""The door for requests that anybody may send: it counts what comes, and says what a person should look at first.

What is counted are digests, for a day at most; nobody outside is asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import TryLater
from intake_fn.core.mailing import mailbox
from intake_fn.core.suspicion import Signs, is_known, links_in, suspicions, text_of

if TYPE_CHECKING:
    from intake_fn.core.request import Request
    from intake_fn.desk import Desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came through a public door: whether it fell for the trap; when its form was opened, if known."""

    trapped: bool = False
    opened: datetime | None = None


def look_at(desk: Desk, request: Request, arrival: Arrival) -> tuple[str, ...]:
    """Why a person should look first; () to go on. A store that cannot count lets everything go on."""
    sender, limits, now = mailbox(request.requester.email), desk.process.intake.quarantine, desk.clock()
    known = is_known(sender, limits)
    seconds = (now - arrival.opened).total_seconds() if arrival.opened else None
    signs = Signs(arrival.trapped, seconds, links_in(request))
    if not known:
        try:
            signs = Signs(
                signs.trapped,
                signs.seconds,
                signs.links,
                same_text=_count(desk, "text", text_of(request), DAY),
                same_mailbox=_count(desk, "mailbox", sender, HOUR),
                strangers_in_an_hour=_count(desk, "strangers", "", HOUR),
                strangers_in_a_day=_count(desk, "strangers", "", DAY),
            )
        except TryLater as error:
            log.warning("arrivals_not_counted", error=str(error))
    return suspicions(signs, known=known, limits=limits)


def _count(desk: Desk, kind: str, what: str, window: timedelta) -> int:
    """One more of that, in this hour or day by the clock; how many there are by now."""
    now = desk.clock()
    begin = int(now.timestamp() // window.total_seconds())
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    return desk.store.count(f"{kind}-{window.total_seconds():.0f}-{begin}-{digest}", now + window)
