"""What a row of the lifecycle says of one kind of event (core/lifecycle.py, core/changes/lifecycle.py). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from intake_fn.core.case import Case
from intake_fn.core.events import Event
from intake_fn.core.intents import Intent
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.lifecycle_rules import Rule
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Status

QUARANTINED, REJECTED = Status.QUARANTINED, Status.REJECTED
NEW, OPEN, WAITING, RESOLVED, CLOSED = Status.NEW, Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED

HANDLED = frozenset((OPEN, WAITING))
JUDGED = HANDLED | {RESOLVED, CLOSED}
ACCEPTED = JUDGED | {NEW}
ANY = frozenset(Status)


def nothing(*_: object) -> Iterator[Any]:
    """No intents, no events."""
    yield from ()


def no_change(_: Case, __: Any) -> dict[str, Any]:
    """No field changes but the status."""
    return {}


def unchanged(_: Case, event: Any, __: Process) -> Event:
    """The event as it was made."""
    completed: Event = event
    return completed


def to(status: Status) -> Mapping[Status, Status]:
    """The same next status, wherever the event happens."""
    return dict.fromkeys(Status, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSpec:
    """What holds for one kind of event."""

    allowed_in: frozenset[Status]
    """The statuses in which it may happen; none for the events that begin a case (`take_in`)."""
    action: str = ""
    """What an engineer does with it, as an infinitive; "" for what the desk does not offer."""
    rules: tuple[Rule, ...] = ()
    """What else must hold."""
    leads_to: Mapping[Status, Status] = field(default_factory=dict)
    """The status after it, by the status before it; a status that is not named stays."""
    changes: Callable[[Case, Any], dict[str, Any]] = no_change
    """The other fields of the case after it; a status named here overrides `leads_to`."""
    completes: Callable[[Case, Any, Process], Event] = unchanged
    """The event with what support.yml adds to it, so that the log keeps that as it was then."""
    before: Callable[[Case, Any, Process], Iterator[Event]] = nothing
    """The events of the same case that must happen first."""
    after: Callable[[Case, Any, Process], Iterator[Event]] = nothing
    """The events of the same case that follow at once, from the case before it."""
    intents: Callable[[Case, Any, Case, Process], Iterator[Intent]] = nothing
    """The deliveries that it causes, from the case before and after it."""
    notifies: Callable[[Case, Any, Case, Process], Iterator[Intent]] = nothing
    """What the duplicates of the case are notified of."""
    copied: bool = False
    """Whether the front end of the request's origin gets a copy, when the request is handled elsewhere."""
