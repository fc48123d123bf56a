"""Events on the way of a change request. Their rows of the lifecycle stand in core/changes/lifecycle.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Decision, Motion, Stage, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class SentToOwner(Event):
    """A change request goes to the owner of its module, who assesses it."""

    module: str
    owner: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAssessed(Event):
    """The owner's assessment, with the clause as it reads today and as it would read.

    `clause` is page#anchor of today's clause, or the page under which a new one would stand; then `today` is "". `spec`
    is the stamp of the spec that `today` was read from, `commit` where it stood, `file` that of the page below the
    spec's folder. `effort` is in days. `modules` are the others that it touches, as the
    owner says; `near` are those whose clauses link to this one, are linked by it, or are about the same.
    """

    clause: str
    today: str
    spec: str
    proposed: str
    effort: str
    risk: str = ""
    effect: str = ""
    modules: tuple[str, ...] = ()
    commit: str = ""
    file: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerDeclined(Event):
    """The owner declines a change for a module whose owner may (`board.owner_declines` of support.yml)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented(Event):
    """A comment for the Board, by the owner of a module that it touches or by a member."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionPut(Event):
    """The Board is to vote on this; what was voted before counts no more.

    `until` is the date to which the request is to be deferred, None for other motions. `closes` is when an online vote
    ends; None for a vote at the meeting.
    """

    motion: Motion
    reason: str = ""
    until: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(Event):
    """A member votes; a later vote on the same motion counts instead. `actor` is the member or the named deputy."""

    member: str
    vote: Vote
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recused(Event):
    """A member does not vote on this request."""

    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDecided(Event):
    """The chair proclaims what the votes decided. `votes` are those that counted, by member, as they were then."""

    decision: Decision
    votes: Mapping[str, str]
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteClosed(Event):
    """The time of an online vote is over; `decided` is what the votes come to, None where the quorum has not voted."""

    voted: int
    decided: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferralEnded(Event):
    """A request that the Board had put off is on the agenda again: its date has come, or a member took it up before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReached(Event):
    """An approved change is a stage further, or a stage back; `version` is the release that it is meant for."""

    stage: Stage
    handler: str
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausePublished(Event):
    """The published spec holds the clause that the change is about in a new form; `spec` is that spec's stamp."""

    clause: str
    spec: str
    text: str
    as_proposed: bool
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReleased(Event):
    """The change is delivered in a version. `reason` says why, where its clause is not published as proposed."""

    version: str
    text: str
    reason: str = ""
