"""Whether a requester waits for words of the Help Desk: the last who wrote is the requester. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Event,
    Overruled,
    Received,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.requester_events import Appealed

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case

WRITTEN_BY_US: tuple[type[Event], ...] = (AskedRequester, UpdateSent, Resolved)
"""Events that hold what a person wrote to the requester; receipts and notices of progress are no answer. A decision is
one if it gives its reason, an activity if its note is mailed."""


def unanswered_since(case: Case) -> datetime | None:
    """When the requester wrote first since the Help Desk wrote to them; None for an answered or a resolved request.

    A reply that says that it works asks for nothing.
    """
    if not case.status.is_open:
        return None
    since: datetime | None = None
    for event in case.history:
        if _is_written_by_us(event):
            since = None
        elif _is_written_by_them(event):
            since = since or event.at
    return since


def _is_written_by_them(event: Event) -> bool:
    return isinstance(event, Received | Appealed) or (isinstance(event, RequesterReplied) and not event.works)


def _is_written_by_us(event: Event) -> bool:
    if isinstance(event, Overruled):
        return bool(event.reason.strip())
    return isinstance(event, WRITTEN_BY_US) or (isinstance(event, ActivityCompleted) and event.mailed)
