"""The history of a request in one stream, and what of it a filter shows. Tables of events; no rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from intake_fn.core import change_events as change
from intake_fn.core import events as e
from intake_fn.core.caused_mails import caused_mails
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.intents import SendNotice
from intake_fn.core.requester_events import (
    Appealed,
    CopyAdded,
    CopyRemoved,
    LevelInformed,
    NewsMuted,
    RequesterChanged,
    RequesterKept,
    RequestFollowed,
    Withdrawn,
)
from intake_fn.texts import say
from intake_fn.web.words import history

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

MESSAGES = (
    e.Received,
    UpdateSent,
    e.AskedRequester,
    e.RequesterReplied,
    e.RequesterRead,
    Appealed,
    e.Resolved,
    e.Reopened,
    e.Noted,
    e.NotedInMantis,
    e.LeadUpdated,
    change.Commented,
)
"""What people wrote: to and from the requester, and to each other."""

DECISIONS = (
    e.Judged,
    e.JudgedInShadow,
    e.Overruled,
    e.RequesterRead,
    Appealed,
    ClauseChanged,
    e.Escalated,
    Deescalated,
    e.HandedOver,
    e.Reprioritised,
    e.Released,
    e.Rejected,
    Withdrawn,
    RequesterChanged,
    RequesterKept,
    e.MarkedDuplicate,
    e.UnmarkedDuplicate,
    e.Resolved,
    e.Reopened,
    e.Closed,
    change.SentToOwner,
    change.ChangeAssessed,
    change.OwnerDeclined,
    change.MotionPut,
    change.VoteCast,
    change.VoteClosed,
    change.Recused,
    change.BoardDecided,
    change.StageReached,
    change.ClausePublished,
    change.ChangeReleased,
    change.DeferralEnded,
)
"""What was decided: what it is, who has it, how pressing it is, what came of it."""

MAIL = (e.NoticesBundled, e.MailFailed, e.NoticeSkipped)
"""What became of mail; the filter shows the events that caused one, too."""

MANTIS = (
    e.Filed,
    e.Refiled,
    e.Linked,
    e.Unlinked,
    e.NotedInMantis,
    e.ChangedInMantis,
    e.MissingInMantis,
    e.FoundInMantis,
    e.FieldsDropped,
)

ONLY_IN_ALL = (
    e.Quarantined,
    e.ActivityCompleted,
    e.DuplicateAdded,
    e.DuplicateRemoved,
    e.LinkRequested,
    e.Warned,
    e.Breached,
    CopyAdded,
    CopyRemoved,
    NewsMuted,
    RequestFollowed,
    LevelInformed,
    DataErased,
    e.DeliveryFailed,
    e.Retried,
)
"""What no filter shows by its kind: of the last two it depends on what was to be delivered."""

STREAMS: Mapping[str, tuple[str, tuple[type[Event], ...]]] = {
    "messages": ("Messages", MESSAGES),
    "decisions": ("Decisions", DECISIONS),
    "mail": ("Mail", MAIL),
    "mantis": ("Mantis", MANTIS),
}
"""The filters by their name in the address: what they are called, and the events that they show."""


class Entry(NamedTuple):
    """An event as the history tells it: its headline, what a person wrote, and the mails that it caused, in words."""

    event: Event
    headline: str
    said: str
    mails: tuple[str, ...]


class Stream(NamedTuple):
    """What a filter shows: its name, what it is called, how many entries it has, whether it is on."""

    name: str
    title: str
    entries: int
    on: bool


def shown(case: Case, process: Process, name: str) -> tuple[list[Entry], list[Stream]]:
    """The entries of the history that the filter `name` shows ("" or an unknown one: all), and all filters."""
    told = zip(history(case, process), caused_mails(case, process), strict=True)
    entries = [Entry(event, headline, said, _in_words(mails)) for (event, headline, said), (_, mails) in told]
    name = name if name in STREAMS else ""
    streams = [Stream("", "All", len(entries), not name)]
    for key, (title, _) in STREAMS.items():
        streams.append(Stream(key, title, sum(_is_of(key, entry) for entry in entries), key == name))
    return [entry for entry in entries if not name or _is_of(name, entry)], streams


def _in_words(mails: tuple[SendNotice, ...]) -> tuple[str, ...]:
    return tuple(f"{say(f'notice.{mail.notice}')} to {mail.to or ERASED}" for mail in mails)


def _is_of(stream: str, entry: Entry) -> bool:
    event = entry.event
    if stream == "mail" and entry.mails:
        return True
    if isinstance(event, e.DeliveryFailed | e.Retried):
        return stream == ("mail" if event.what == SendNotice.__name__ else "mantis")
    return isinstance(event, STREAMS[stream][1])
