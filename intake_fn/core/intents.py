"""Intents: the deliveries to Mantis, to mailboxes and to other requests that an event causes. The outbox keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Outcome, Progress, Relation
from intake_fn.texts import Message


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """Let the judge speak. Owed from the moment a request is saved, so that a crash can't skip it."""


@dataclass(frozen=True, slots=True)
class JudgeInShadow:
    """Let the language model speak without acting, not before `after`: nobody waits for it."""

    after: datetime


@dataclass(frozen=True, slots=True)
class FileIssue:
    """Create the issue in Mantis, once, with files."""


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Update handler, status, priority and project in Mantis to the case as it stands then."""


@dataclass(frozen=True, slots=True)
class AddNote:
    """Add a note to the issue in Mantis, of the event with which the case came to version `about`, once."""

    about: int


@dataclass(frozen=True, slots=True)
class BackfillNotes:
    """Add to the issue in Mantis all notes and links that it lacks."""


@dataclass(frozen=True, slots=True)
class RelateIssue:
    """Relate the issue in Mantis to another one; None takes it back."""

    number: int
    relation: Relation | None


@dataclass(frozen=True, slots=True)
class NotifyLead:
    """Notify the lead, or the former one, whether this request is its duplicate."""

    other: str


@dataclass(frozen=True, slots=True)
class NotifyDuplicates:
    """Tell requests that follow this one what has happened. `why` is what we say of it, `text` what a person wrote."""

    others: tuple[str, ...]
    progress: Progress
    why: Message | None = None
    text: str = ""
    number: int | None = None
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""


@dataclass(frozen=True, slots=True)
class SendNotice:
    """Send one mail, not before `after`. `notice` names a row of core/notices.py; `to` is an address.

    `fields` are what a person wrote and what the templates look up; `why` is what we say of the cause.
    """

    notice: str
    to: str
    fields: Mapping[str, str] = field(default_factory=dict)
    after: datetime | None = None
    why: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownIntent:
    """Stands in the place of an intent that this version cannot read. It is never stored; what is stored stays."""

    kind: str
    why: str


Intent = (
    JudgeRequest
    | JudgeInShadow
    | FileIssue
    | UpdateIssue
    | AddNote
    | BackfillNotes
    | RelateIssue
    | NotifyLead
    | NotifyDuplicates
    | SendNotice
    | UnknownIntent
)


INTENTS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        JudgeRequest,
        JudgeInShadow,
        FileIssue,
        UpdateIssue,
        AddNote,
        BackfillNotes,
        RelateIssue,
        NotifyLead,
        NotifyDuplicates,
        SendNotice,
    )
}


def ready_at(intent: Intent, owed: datetime) -> datetime:
    """When an intent that is owed since `owed` may be tried first."""
    after = intent.after if isinstance(intent, SendNotice | JudgeInShadow) else None
    return max(owed, after) if after else owed
