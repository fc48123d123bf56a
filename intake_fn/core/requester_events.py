"""Events of requesters besides replies: who they are, appeals, withdrawals, people in copy."""

from __future__ import annotations

from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed(Event):
    """The requester does not agree with what was decided; somebody else decides anew (core/appeals.py)."""

    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """The requester no longer needs a request that awaits review; what is open is `Resolved` as withdrawn instead."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterChanged(Event):
    """A person confirms that who wrote the forwarded mail, by this address, is the requester (core/forwarded.py)."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterKept(Event):
    """A person says that who forwarded the mail stays the requester, and not who wrote it, by this address."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAdded(Event):
    """Somebody is in copy: a link of their own to the status page, and news of the request.

    The requester has added them, or they follow the request `themselves` instead of sending one like it.
    """

    address: str
    themselves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRemoved(Event):
    """Somebody is in copy no more; `themselves` when they asked for it, which cannot be undone by the requester."""

    address: str
    themselves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMuted(Event):
    """A reader by mail, its requester or somebody in copy, wants the news of this request no more, or again."""

    address: str
    muted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFollowed(Event):
    """Somebody of the Help Desk, by the id of support.yml, wants a copy of each step of this request, or no more."""

    person: str
    follows: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelInformed(Event):
    """The request has come to a level, and the people of the level who asked for such mails, by id, are informed."""

    people: tuple[str, ...]
