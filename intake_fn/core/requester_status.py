"""The status of a request as its requester reads it. Pure.

Source: docs/process/index.md, "What the status says". The status of a case says who has to act; this one says, too,
whether anybody has begun: what only lies with somebody is not in progress.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from intake_fn.core.case import Case, resolved_by
from intake_fn.core.change_events import SentToOwner
from intake_fn.core.events import (
    Escalated,
    Event,
    HandedOver,
    MarkedDuplicate,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    Retried,
    UnmarkedDuplicate,
)
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.requester_events import Withdrawn
from intake_fn.core.vocabulary import Outcome, Status


class RequesterStatus(StrEnum):
    """What the status page calls a request."""

    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    RECEIVED = "received"
    """Saved, and not assessed yet."""
    ASSIGNED = "assigned"
    """With a person who has not begun."""
    IN_PROGRESS = "in-progress"
    """A person of the Help Desk has begun."""
    WAITING = "waiting"
    """The Help Desk has asked something."""
    APPEALED = "appealed"
    """The requester does not agree, and somebody else has to decide."""
    REOPENED = "reopened"
    """Open again, with a person who has not begun again."""
    OWNER = "owner"
    BOARD = "board"
    DEFERRED = "deferred"
    DESIGN = "design"
    DEVELOPMENT = "development"
    READY = "ready"
    """A change at a stage of its way."""
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


SAME = {
    Status.QUARANTINED: RequesterStatus.QUARANTINED,
    Status.REJECTED: RequesterStatus.REJECTED,
    Status.NEW: RequesterStatus.RECEIVED,
    Status.WAITING: RequesterStatus.WAITING,
    Status.RESOLVED: RequesterStatus.RESOLVED,
    Status.CLOSED: RequesterStatus.CLOSED,
}
"""What the status of the case says alone."""

ROUTES: tuple[type[Event], ...] = (
    Escalated,
    HandedOver,
    MarkedDuplicate,
    Refiled,
    Released,
    Reopened,
    Reprioritised,
    Retried,
    SentToOwner,
    UnmarkedDuplicate,
)
"""What a person does with a request without working on it: it gets somewhere, or is looked after."""


def requester_status(case: Case) -> RequesterStatus:
    """What the status page calls the request."""
    if case.appealed:
        return RequesterStatus.APPEALED
    if is_withdrawn(case) and case.status is not Status.CLOSED:
        return RequesterStatus.WITHDRAWN
    if same := SAME.get(case.status):
        return same
    if case.stage.is_on_its_way:
        return RequesterStatus(case.stage.value)
    if has_begun(case):
        return RequesterStatus.IN_PROGRESS
    return RequesterStatus.REOPENED if any(status.is_done for status in case.statuses) else RequesterStatus.ASSIGNED


def is_withdrawn(case: Case) -> bool:
    """Whether its requester has withdrawn it, and has not written since."""
    done = resolved_by(case)
    resolved = bool(done) and case.status.is_done and done.outcome is Outcome.WITHDRAWN  # type: ignore[union-attr]
    return resolved or was_withdrawn_unread(case)


def was_withdrawn_unread(case: Case) -> bool:
    """Whether its requester has withdrawn it before anybody reviewed it, and has not written since."""
    return case.status is Status.REJECTED and withdrawal(case) is not None


def withdrawal(case: Case) -> Withdrawn | None:
    """The withdrawal of what awaited review; None if a person's rejection came last, or neither."""
    last = next((event for event in reversed(case.history) if isinstance(event, (Rejected, Withdrawn))), None)
    return last if isinstance(last, Withdrawn) else None


def has_begun(case: Case) -> bool:
    """Whether a person of the Help Desk has worked on it since it came to be open last."""
    return began_at(case) is not None


def began_at(case: Case) -> datetime | None:
    """When a person of the Help Desk began to work on it, since it came to be open last; None where nobody has."""
    were_open = [False, *(status.is_open and status is not Status.NEW for status in case.statuses)]
    opened = max((place for place, now in enumerate(were_open[1:]) if now and not were_open[place]), default=0)
    worked = (
        event.at
        for event in case.history[opened:]
        if event.actor not in (REQUESTER, SPECDESK) and not isinstance(event, ROUTES)
    )
    return next(worked, None)
