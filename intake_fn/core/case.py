"""A case: a request and everything that has happened to it.

The event log is the truth. `Case` is the fold over it (core/steps.py), stored beside it only so that queues can be
listed, and recomputable at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from intake_fn.core.change_events import SentToOwner
from intake_fn.core.events import Event, Overruled, RequesterReplied, Resolved, UnknownEvent
from intake_fn.core.intents import Intent
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Attachment, Priority, Request
from intake_fn.core.vocabulary import Category, Filing, Relation, Stage, Status

UPDATED = ("project", "category", "handler", "status", "priority", "resolution", "fixed_in_version", "target_version")
"""The fields that an update of the issue sends."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request as it stands after `version` events. Levels are numbers, handlers are resource ids, of support.yml."""

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
    """The lead that it is marked as a duplicate of; "" for none."""
    stage: Stage = Stage.NONE
    """Where it stands as a change request."""
    appealed: bool = False
    """Whether its requester does not agree with the decision, and nobody has decided anew yet (core/appeals.py)."""
    copies: tuple[str, ...] = ()
    """The mailboxes of those who are in copy (core/copies.py)."""
    muted: tuple[str, ...] = ()
    """The mailboxes that get no news of it (core/mail_settings.py)."""
    followers: tuple[str, ...] = ()
    """The people of the Help Desk, by id, who get a copy of each step."""
    duplicates: tuple[str, ...] = ()
    """The requests that are marked as duplicates of this one."""
    erased: bool = False
    """Whether nothing of its words is left (core/erasure.py)."""
    history: tuple[Event, ...] = ()
    statuses: tuple[Status, ...] = ()
    """The status after each event of the history."""

    @property
    def unread(self) -> tuple[UnknownEvent, ...]:
        """The entries of its log that this version cannot read: it is not known for sure how the case stands."""
        return tuple(event for event in self.history if isinstance(event, UnknownEvent))


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did: the case after it, the events to append and the intents for the outbox.

    `due` is when the case is due while its clock runs; `next_alert` is when its next SLA alert is due.
    """

    case: Case
    events: tuple[Event, ...]
    intents: tuple[Intent, ...] = ()
    due: datetime | None = None
    next_alert: datetime | None = None


def resolved_by(case: Case) -> Resolved | None:
    """How it was resolved last; None for what never was."""
    return next((event for event in reversed(case.history) if isinstance(event, Resolved)), None)


def module_of(case: Case) -> str:
    """The module that it belongs to: the one that it was sent to or a person chose, else the one that it names."""
    kinds = (Overruled, SentToOwner)
    chosen = (event.module for event in reversed(case.history) if isinstance(event, kinds) and event.module)
    return next(chosen, case.request.module)


def accepts(case: Case, event: RequesterReplied) -> bool:
    """Whether the requester says of what is done that it works; of what is not done that says nothing yet."""
    return event.works and case.status.is_done


def files_of_event(event: Event) -> tuple[Attachment, ...]:
    """The files that came with a reply of the requester or an answer of ours; () for events that have none."""
    return getattr(event, "attachments", ())


def files_of(case: Case) -> list[Attachment]:
    """All files of a case: those of the request, then those of replies and answers, in the order of the log."""
    return [*case.request.attachments, *(file for event in case.history for file in files_of_event(event))]
