"""A new link to the status page, for a requester who lost theirs: mailed to their own address, and shown to nobody."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.errors import Refused, Unknown
from intake_fn.core.events import LinkRequested
from intake_fn.core.names import REQUESTER
from intake_fn.desk.limits import LOST_LINK_BY_SOURCE, within

if TYPE_CHECKING:
    from intake_fn.desk.needs import Acting

PAUSE = timedelta(minutes=10)
"""A new link for the same request is mailed at most once in this time."""


def mail_new_link(desk: Acting, case_id: str, source: str) -> None:
    """Have a new link mailed. Nothing happens for an unknown request, or when the source asks too often.

    Raises TryLater.
    """
    now = desk.clock()
    if not within(desk.counters, LOST_LINK_BY_SOURCE, source, now):
        return
    with suppress(Unknown):
        case = desk.cases.load(case_id)
        until = now + PAUSE
        if desk.counters.use_once(f"lost-{case.id}-{int(until.timestamp() // PAUSE.total_seconds())}", until):
            with suppress(Refused):  # a request in quarantine mails nobody
                desk.act(case.id, LinkRequested(at=now, actor=REQUESTER), case.version)
