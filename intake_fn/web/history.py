"""The history of a request in one stream, and what of it a filter shows. Tables of events; no rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from intake_fn.core import change_events as change
from intake_fn.core import events as e
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.intents import SendNotice
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
    ClauseChanged,
    e.Escalated,
    Deescalated,
    e.HandedOver,
    e.Reprioritised,
    e.Released,
    e.Rejected,
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
    change.ChangeReleased,
)
"""What was decided: what it is, who has it, how pressing it is, what came of it."""

MAIL = (e.LinkRequested, e.NoticesBundled, e.MailFailed, e.NoticeSkipped)
"""What became of mail; a mail that just went out stands under the event that caused it."""

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

STREAMS: Mapping[str, tuple[str, tuple[type[Event], ...]]] = {
    "messages": ("Messages", MESSAGES),
    "decisions": ("Decisions", DECISIONS),
    "mail": ("Mail", MAIL),
    "mantis": ("Mantis", MANTIS),
}
"""The filters by their name in the address: what they are called, and the events that they show."""


class Stream(NamedTuple):
    """What a filter shows: its name, what it is called, how many entries it has, whether it is on."""

    name: str
    title: str
    entries: int
    on: bool


def shown(case: Case, process: Process, name: str) -> tuple[list[tuple[Event, str, str]], list[Stream]]:
    """The entries of the history that the filter `name` shows ("" or an unknown one: all), and all filters."""
    entries = history(case, process)
    name = name if name in STREAMS else ""
    streams = [Stream("", "All", len(entries), not name)]
    for key, (title, _) in STREAMS.items():
        streams.append(Stream(key, title, sum(_is_of(key, event) for event, *_ in entries), key == name))
    return [entry for entry in entries if not name or _is_of(name, entry[0])], streams


def _is_of(stream: str, event: Event) -> bool:
    if isinstance(event, e.DeliveryFailed | e.Retried):
        return stream == ("mail" if event.what == SendNotice.__name__ else "mantis")
    return isinstance(event, STREAMS[stream][1])
