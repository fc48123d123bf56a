"""A case: a request and everything that has happened to it.

The event log is the truth. `Case` is a fold over it, stored beside it only so that queues can be listed, and
recomputable at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from intake_fn.core.errors import Broken, Unreadable
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    DeliveryFailed,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    FieldsDropped,
    Filed,
    FoundInMantis,
    HandedOver,
    Judged,
    LeadUpdated,
    Linked,
    LinkRequested,
    MailFailed,
    MarkedDuplicate,
    MissingInMantis,
    Noted,
    NotedInMantis,
    NoticesBundled,
    NoticeSkipped,
    Overruled,
    Quarantined,
    Received,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    Retried,
    UnknownEvent,
    Unlinked,
    UnmarkedDuplicate,
    Warned,
)
from intake_fn.core.intents import FileIssue, Intent
from intake_fn.core.request import Priority, Request
from intake_fn.core.vocabulary import Category, Filing, Progress, Relation, Status

UPDATED = ("project", "category", "handler", "status", "priority", "resolution", "fixed_in_version")
"""The fields that an update of the issue sends."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request as it stands after `version` events. Levels are 0 to 4, handlers are resource ids."""

    id: str
    version: int
    request: Request
    status: Status
    level: int
    handler: str
    priority: Priority
    category: Category
    received_at: datetime
    changed_at: datetime
    verdict: Mapping[str, Any] | None = None
    filing: Filing = Filing.QUEUED
    issue: int | None = None
    issue_url: str = ""
    issue_project: str = ""
    missing_in_mantis: bool = False
    """Whether its issue is missing in Mantis."""
    dropped_fields: tuple[str, ...] = ()
    """The fields that Mantis did not keep as they were sent last."""
    links: Mapping[int, Relation] = field(default_factory=dict)
    """Other issues that it is related to by what a person said here, and how."""
    duplicate_of: str = ""
    """The request that it is the same as and follows; "" for none."""
    duplicates: tuple[str, ...] = ()
    """The requests that are the same as this one and follow it."""
    history: tuple[Event, ...] = ()

    @property
    def unread(self) -> tuple[UnknownEvent, ...]:
        """The entries of its log that this version cannot read: it is not known for sure how the case stands."""
        return tuple(event for event in self.history if isinstance(event, UnknownEvent))


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did: the case after it, the events to append and what is owed because of them.

    `due` is when the case is due while its clock runs; `next_alert` is when the clock has something to say next.
    """

    case: Case
    events: tuple[Event, ...]
    intents: tuple[Intent, ...] = ()
    due: datetime | None = None
    next_alert: datetime | None = None


def apply(case: Case | None, event: Event, case_id: str = "") -> Case:
    """The case after `event`. Decides nothing: whether an event may happen is core/escalation.py's.

    Raises Broken when a log does not begin with Received, or holds an event that has no row here, and Unreadable
    when its beginning cannot be read.
    """
    if isinstance(event, Received):
        return Case(
            id=case_id,
            version=1,
            request=event.request,
            status=Status.NEW,
            level=event.level,
            handler=event.handler,
            priority=event.request.priority,
            category=Category.UNDECIDED,
            received_at=event.at,
            changed_at=event.at,
            history=(event,),
        )
    if case is None and isinstance(event, UnknownEvent):
        raise Unreadable(f"{case_id} cannot be read by this version of Specdesk: {event.why}")
    if case is None:
        raise Broken(f"The log of {case_id} begins with {type(event).__name__}; it must begin with Received.")
    try:
        change = _CHANGES[type(event)]
    except KeyError:
        raise Broken(f"{case.id}: core/case.py has no row for {type(event).__name__}.") from None
    return replace(
        case,
        version=case.version + 1,
        changed_at=max(case.changed_at, event.at),
        history=(*case.history, event),
        **change(case, event),
    )


def resolved_by(case: Case) -> Resolved | None:
    """How it was resolved last; None for what never was."""
    return next((event for event in reversed(case.history) if isinstance(event, Resolved)), None)


def module_of(case: Case) -> str:
    """The module that it belongs to: the one that a person chose, else the one that the request names."""
    chosen = (event.module for event in reversed(case.history) if isinstance(event, Overruled) and event.module)
    return next(chosen, case.request.module)


def _judged(case: Case, event: Judged) -> dict[str, Any]:
    """What a person has decided stands, whatever the judge says afterwards."""
    decided = any(isinstance(earlier, Overruled) for earlier in case.history)
    return {
        "status": Status.OPEN if case.status is Status.NEW else case.status,
        "category": case.category if decided else event.category,
        "verdict": event.verdict,
    }


def accepts(case: Case, event: RequesterReplied) -> bool:
    """Whether the requester says of what is done that it works; of what is not done that says nothing yet."""
    return event.works and case.status.is_done


def _overruled(case: Case, event: Overruled) -> dict[str, Any]:
    """Where the judge could not speak, the decision also opens the case."""
    return {"status": Status.OPEN if case.status is Status.NEW else case.status, "category": event.category}


def _heard(case: Case, event: LeadUpdated) -> dict[str, Any]:
    """What nobody has decided is what the request is that is the same, once a person has, or that one is resolved."""
    decides = event.progress in (Progress.DECIDED, Progress.RESOLVED)
    open_to_it = case.category is Category.UNDECIDED and event.category is not Category.UNDECIDED
    return {"category": event.category} if decides and open_to_it else {}


def _filed(_: Case, event: Filed) -> dict[str, Any]:
    return {
        "filing": Filing.FILED,
        "issue": event.number,
        "issue_url": event.url,
        "issue_project": event.project,
        "dropped_fields": event.dropped,
    }


def _not_kept(case: Case, event: FieldsDropped) -> dict[str, Any]:
    """An update sends fewer fields than the filing: what else was dropped then is still missing."""
    others = tuple(name for name in case.dropped_fields if name not in UPDATED)
    return {"dropped_fields": (*others, *event.dropped)}


def _delivery_failed(case: Case, event: DeliveryFailed) -> dict[str, Any]:
    return {"filing": Filing.FAILED} if event.what == FileIssue.__name__ and case.issue is None else {}


def _retried(case: Case, event: Retried) -> dict[str, Any]:
    again = event.what == FileIssue.__name__ and case.filing is Filing.FAILED
    return {"filing": Filing.QUEUED} if again else {}


def _replied(case: Case, event: RequesterReplied) -> dict[str, Any]:
    """Resumes what waited and reopens what was done; a new case still waits for its verdict, or to be let through.

    What was set aside is looked at once more: else nobody would read the reply. What is done and works stays done.
    """
    if case.status is Status.REJECTED:
        return {"status": Status.QUARANTINED, "filing": Filing.QUARANTINED}
    stays = case.status in (Status.NEW, Status.QUARANTINED) or accepts(case, event)
    return {"status": case.status if stays else Status.OPEN}


_CHANGES: Mapping[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    Quarantined: lambda *_: {"status": Status.QUARANTINED, "filing": Filing.QUARANTINED},
    Released: lambda *_: {"status": Status.NEW, "filing": Filing.QUEUED},
    Rejected: lambda *_: {"status": Status.REJECTED, "filing": Filing.REJECTED},
    Judged: _judged,
    Overruled: _overruled,
    Filed: _filed,
    DeliveryFailed: _delivery_failed,
    Escalated: lambda _, e: {"level": e.level, "handler": e.handler},
    HandedOver: lambda _, e: {"handler": e.handler},
    Reprioritised: lambda _, e: {"priority": e.priority},
    AskedRequester: lambda *_: {"status": Status.WAITING},
    RequesterReplied: _replied,
    LinkRequested: lambda *_: {},
    Noted: lambda *_: {},
    Resolved: lambda *_: {"status": Status.RESOLVED},
    Reopened: lambda *_: {"status": Status.OPEN},
    Closed: lambda *_: {"status": Status.CLOSED},
    Warned: lambda *_: {},
    Breached: lambda *_: {},
    Retried: _retried,
    ActivityCompleted: lambda *_: {},
    Linked: lambda case, e: {"links": {**case.links, e.number: e.relation}},
    Unlinked: lambda case, e: {"links": {n: relation for n, relation in case.links.items() if n != e.number}},
    Refiled: lambda *_: {
        "issue": None,
        "issue_url": "",
        "issue_project": "",
        "missing_in_mantis": False,
        "dropped_fields": (),
        "filing": Filing.QUEUED,
    },
    MarkedDuplicate: lambda _, e: {"duplicate_of": e.other},
    UnmarkedDuplicate: lambda *_: {"duplicate_of": ""},
    DuplicateAdded: lambda case, e: {"duplicates": (*case.duplicates, e.other)},
    DuplicateRemoved: lambda case, e: {"duplicates": tuple(one for one in case.duplicates if one != e.other)},
    LeadUpdated: _heard,
    NotedInMantis: lambda *_: {},
    ChangedInMantis: lambda *_: {},
    MissingInMantis: lambda *_: {"missing_in_mantis": True},
    FoundInMantis: lambda *_: {"missing_in_mantis": False},
    FieldsDropped: _not_kept,
    NoticesBundled: lambda *_: {},
    MailFailed: lambda *_: {},
    NoticeSkipped: lambda *_: {},
    UnknownEvent: lambda *_: {},
}


def fold(case_id: str, events: Iterable[Event]) -> Case:
    """The case that a log describes. Raises Broken for an empty log."""
    case: Case | None = None
    for event in events:
        case = apply(case, event, case_id)
    if case is None:
        raise Broken(f"The log of {case_id} is empty.")
    return case


def states(case: Case) -> Iterator[tuple[Event, Case]]:
    """Each event of a case's log, with the case as it stood after it."""
    state: Case | None = None
    for event in case.history:
        state = apply(state, event, case.id)
        yield event, state
