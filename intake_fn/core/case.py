"""A case: a request and everything that has happened to it.

The event log is the truth. `Case` is a fold over it, stored beside it only so that queues can be
listed, and recomputable at any time. Events are in the past tense and are never changed; intents
are what an event makes us owe to the world outside (Mantis, mail) and are kept in the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from intake_fn.core.codec import checked, listed
from intake_fn.core.errors import Broken, SpecdeskError, Unreadable
from intake_fn.core.request import Attachment, Channel, Kind, Priority, Request, Requester

FORMAT = 1
"""The format in which events, outbox items and states are stored. A higher one was written by a newer version."""

MISREAD = (SpecdeskError, ValueError, TypeError, LookupError, AttributeError)
"""What reading stored data raises that is not as this version knows it."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for an instant that cannot be read."""


class Category(StrEnum):
    """The verdict's category. `UNDECIDED` means that a person has to decide."""

    BUG = "bug"
    CHANGE = "change"
    MISC = "misc"
    UNDECIDED = "undecided"


class Status(StrEnum):
    """Where a case stands, for the requester as for the desk."""

    QUARANTINED = "quarantined"
    """Received, and held back until a person has looked at it (core/suspicion.py)."""
    REJECTED = "rejected"
    """A person has set it aside: nobody asks for anything. It stays, and can still be let through."""
    NEW = "new"
    """Received, not yet judged."""
    OPEN = "open"
    """With a level; somebody handles it."""
    WAITING = "waiting"
    """We asked the requester something; the clock is paused."""
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether it still stands in a queue."""
        return self in (Status.NEW, Status.OPEN, Status.WAITING)

    @property
    def is_done(self) -> bool:
        """Whether it is resolved, with or without the time to object being over."""
        return self in (Status.RESOLVED, Status.CLOSED)

    @property
    def is_held_back(self) -> bool:
        """Whether it goes nowhere: no verdict, no issue, no mail."""
        return self in (Status.QUARANTINED, Status.REJECTED)


class Filing(StrEnum):
    """How far the case has come on its way into Mantis."""

    QUARANTINED = "quarantined"
    """Held back; nothing is tried."""
    REJECTED = "rejected"
    """Set aside by a person; nothing is tried."""
    QUEUED = "queued"
    FILED = "filed"
    FAILED = "failed"
    """Tried too often: a person has to look, `specdesk outbox retry` tries again."""


class Outcome(StrEnum):
    """What came of a request, as a person says who resolves it."""

    UNSAID = ""
    """Nobody said: in logs before that, and where Mantis has a resolution that stands for none of these."""
    FIXED = "fixed"
    DONE = "done"
    NO_CHANGE = "no-change"
    NOT_REPRODUCIBLE = "not-reproducible"
    NOT_FIXABLE = "not-fixable"
    DUPLICATE = "duplicate"
    POSTPONED = "postponed"
    WONT_FIX = "wont-fix"

    @property
    def has_a_version(self) -> bool:
        """Whether there can be a version of the product with which it came about."""
        return self in (Outcome.FIXED, Outcome.DONE)


class Failure(StrEnum):
    """What the mail service says of a mail after it took it."""

    BOUNCED = "bounced"
    """There is no such mailbox, or it takes no mail from us."""
    UNDELIVERED = "undelivered"
    """This one did not arrive; another may."""
    COMPLAINED = "complained"
    """Its reader reported it as unwanted."""
    UNDELIVERABLE = "undeliverable"
    """The mail service does not take it: no mail can be sent to such an address."""

    @property
    def lasts(self) -> bool:
        """Whether no more mail may go there."""
        return self is not Failure.UNDELIVERED


# --- what has happened -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: `at` is an aware UTC instant, `actor` an address, "requester" or "specdesk"."""

    at: datetime
    actor: str

    def __post_init__(self) -> None:
        """Raise Broken for an instant that is not in UTC: an event that exists has a place in time."""
        if self.at.utcoffset() != timedelta(0):
            raise Broken(f"{type(self).__name__} happened at {self.at}, which is not an instant in UTC.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """The request came in. Level and handler are those of the front end (core/escalation.py)."""

    request: Request
    level: int
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined(Event):
    """It is held back, for these reasons, in the moment in which it came; a person has to look."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetThrough(Event):
    """A person has looked: it goes on as if it had just come."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Event):
    """A person has looked: nobody asks for anything, such as in an advertisement."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """The judge has spoken. `verdict` is the pinned record as spec_lookup made it, as plain data."""

    category: Category
    verdict: Mapping[str, Any]
    speciality: str = ""
    """Whose matter it is at a level with specialities, as proposed by module and words; "" in logs before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled(Event):
    """A person decided otherwise, naming the clause that decides ("" when the spec is silent).

    `quote` and `url` are the clause's text and place as they were then; `module` is the one it belongs to, "" for the
    one that the request names.
    """

    category: Category
    clause: str
    reason: str
    quote: str = ""
    url: str = ""
    module: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Event):
    """It is in Mantis. `dropped` names what Mantis did not keep of what was sent.

    `late` says that it took more than one try: it may have stood there for a while before we knew.
    """

    number: int
    project: str
    url: str
    dropped: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed(Event):
    """An outbox item was given up after its last try; a person has to act."""

    what: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """Handed up to another level, with the seed's reason and a sentence of one's own."""

    level: int
    handler: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """Given to another person on the same level."""

    handler: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprioritised(Event):
    """The priority was changed."""

    priority: Priority
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequester(Event):
    """We need to know more; the clock pauses until a person answers."""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterReplied(Event):
    """The requester wrote again; an answer resumes the clock, on a resolved case it reopens.

    `works` says that the requester found it solved: what is resolved stays so (core/thanks.py).
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    works: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedForLink(Event):
    """Somebody who knows the request's number wants the link to its status page; only the requester is sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """An engineer wrote something down for colleagues."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """Done. `resolution` is what the requester is told; `in_mantis` says that it was done there.

    `fixed_in` is the version of the product in which it is fixed, "" where there is none.
    """

    resolution: str
    in_mantis: bool = False
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """Not done after all."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """Resolved, and nobody objected; `in_mantis` says that it was closed there."""

    note: str = ""
    in_mantis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """`share` % of the time until `due` is used (core/alarms.py); a due time that moves is warned of anew."""

    share: int
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breached(Event):
    """The due instant has passed while the clock ran."""

    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(Event):
    """A core activity of the process is done (core/activities.py), such as trying to reproduce a bug."""

    activity: str
    note: str = ""
    mailed: bool = False
    """Whether the note was written for the requester, and is mailed to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refiled(Event):
    """A person has the request filed anew, for its issue is gone from Mantis; what is known of that is forgotten."""


class Relation(StrEnum):
    """What our issue is to another one in Mantis, in its words."""

    DUPLICATE = "duplicate-of"
    RELATED = "related-to"
    PARENT = "parent-of"
    CHILD = "child-of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Event):
    """A person says what our issue is to another one; what was said of the same issue before is replaced."""

    number: int
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked(Event):
    """A person takes back that our issue has to do with another one."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """A person says that it is the same as another request, whose issue is `number`; it follows that one from now on.

    What a request hears of the one that it follows stands in core/following.py. `confirmed` when they were asked about
    it once more, because the other request is another customer's.
    """

    other: str
    number: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(Event):
    """It is not the same after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """Another request is the same as this one, and follows it. `issue` is what it takes for this one's."""

    other: str
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed(Event):
    """Another request does not follow this one any more."""

    other: str


class Progress(StrEnum):
    """What a request hears of the one that it follows."""

    FILED = "filed"
    DECIDED = "decided"
    WORKAROUND = "workaround"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Event):
    """What happened to the request that this one follows; `item` names the outbox item that told it.

    `told` is False when one person sent both, and hears of it there. `number` is that of its issue, when it was filed.
    `category` is what the other one is then, which decides what this one is where nobody has decided it; `outcome` and
    `fixed_in` are what came of it, when it was resolved.
    """

    other: str
    item: str
    progress: Progress
    why: str = ""
    text: str = ""
    number: int | None = None
    told: bool = True
    category: Category = Category.UNDECIDED
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried(Event):
    """An outbox item that was given up is back in line."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedInMantis(Event):
    """Somebody wrote a note in Mantis; `number` is the note's there, so that it is taken over once."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedInMantis(Event):
    """Somebody changed in Mantis what we keep there, and it is put back (core/mirror.py). Values go by field.

    `why` is what a note there says of it; "" where the rule is reason enough.
    """

    theirs: Mapping[str, str]
    ours: Mapping[str, str]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFromMantis(Event):
    """The issue was deleted in Mantis, or moved out of our sight; a person has to act."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackInMantis(Event):
    """The issue that was gone is there again."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept(Event):
    """After an update Mantis keeps all but these fields; () when it keeps all of them again."""

    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled(Event):
    """Several notices went to one person in one mail, since there were too many of them (core/mailing.py)."""

    to: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFailed(Event):
    """The mail service says that a mail did not do well; `report` names what it said, so that it is taken in once."""

    to: str
    failure: Failure
    detail: str
    report: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMailed(Event):
    """A notice was not sent, and why: the recorded reason that stands in its place."""

    to: str
    notice: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """Stands in the place of an event that this version cannot read. It is never stored; what is stored stays."""

    kind: str
    why: str


EVENTS: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Received,
        Quarantined,
        LetThrough,
        Rejected,
        Judged,
        Overruled,
        Filed,
        DeliveryFailed,
        Escalated,
        HandedOver,
        Reprioritised,
        AskedRequester,
        RequesterReplied,
        AskedForLink,
        Noted,
        Resolved,
        Reopened,
        Closed,
        Warned,
        Breached,
        Retried,
        Ticked,
        Linked,
        Unlinked,
        Refiled,
        Joined,
        Parted,
        Followed,
        Unfollowed,
        Heard,
        NotedInMantis,
        ChangedInMantis,
        GoneFromMantis,
        BackInMantis,
        NotKept,
        Bundled,
        MailFailed,
        NotMailed,
    )
}


# --- what we owe because of it ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """Let the judge speak. Owed from the moment a request is saved, so that a crash can't skip it."""


@dataclass(frozen=True, slots=True)
class FileIssue:
    """Create the issue in Mantis, once, with files."""


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Bring handler, status, priority and project in Mantis in line with the case as it stands then."""


@dataclass(frozen=True, slots=True)
class AddNote:
    """Add a note to the issue in Mantis, of the event with which the case came to version `about`, once."""

    text: str
    about: int = 1


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Add to the issue in Mantis all notes and links that it lacks."""


@dataclass(frozen=True, slots=True)
class RelateIssue:
    """Relate the issue in Mantis to another one; None takes it back."""

    number: int
    relation: Relation | None


@dataclass(frozen=True, slots=True)
class TellRequest:
    """Let another request know whether this one follows it."""

    other: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """Tell requests that follow this one what has happened. `why` is our sentence, `text` what a person wrote."""

    others: tuple[str, ...]
    progress: Progress
    why: str = ""
    text: str = ""
    number: int | None = None
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""


@dataclass(frozen=True, slots=True)
class SendNotice:
    """Send one mail, not before `after`. `notice` names a row of core/notices.py; `to` is an address."""

    notice: str
    to: str
    fields: Mapping[str, str] = field(default_factory=dict)
    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnknownIntent:
    """Stands in the place of an intent that this version cannot read. It is never stored; what is stored stays."""

    kind: str
    why: str


Intent = (
    JudgeRequest
    | FileIssue
    | UpdateIssue
    | AddNote
    | CatchUp
    | RelateIssue
    | TellRequest
    | PassOn
    | SendNotice
    | UnknownIntent
)
INTENTS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (JudgeRequest, FileIssue, UpdateIssue, AddNote, CatchUp, RelateIssue, TellRequest, PassOn, SendNotice)
}


UPDATED = ("project", "category", "handler", "status", "priority", "resolution", "fixed_in_version")
"""The fields that an update of the issue sends."""


# --- the fold --------------------------------------------------------------------------------


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
    gone: bool = False
    """Whether its issue is missing in Mantis."""
    unkept: tuple[str, ...] = ()
    """The fields that Mantis did not keep as they were sent last."""
    links: Mapping[int, Relation] = field(default_factory=dict)
    """Other issues that it is related to by what a person said here, and how."""
    same_as: str = ""
    """The request that it is the same as and follows; "" for none."""
    followers: tuple[str, ...] = ()
    """The requests that are the same as this one and follow it."""
    history: tuple[Event, ...] = ()

    @property
    def unread(self) -> tuple[UnknownEvent, ...]:
        """The entries of its log that this version cannot read: it is not known for sure how the case stands."""
        return tuple(event for event in self.history if isinstance(event, UnknownEvent))


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did: the case after it, the events to append and what is owed because of them.

    `due` is when the case is due while its clock runs; `wake` is when the clock has something to say next.
    """

    case: Case
    events: tuple[Event, ...]
    intents: tuple[Intent, ...] = ()
    due: datetime | None = None
    wake: datetime | None = None


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


# --- what each event changes, beyond version and history -------------------------------------


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


def _heard(case: Case, event: Heard) -> dict[str, Any]:
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
        "unkept": event.dropped,
    }


def _not_kept(case: Case, event: NotKept) -> dict[str, Any]:
    """An update sends fewer fields than the filing: what else was dropped then is still missing."""
    others = tuple(name for name in case.unkept if name not in UPDATED)
    return {"unkept": (*others, *event.dropped)}


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
    LetThrough: lambda *_: {"status": Status.NEW, "filing": Filing.QUEUED},
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
    AskedForLink: lambda *_: {},
    Noted: lambda *_: {},
    Resolved: lambda *_: {"status": Status.RESOLVED},
    Reopened: lambda *_: {"status": Status.OPEN},
    Closed: lambda *_: {"status": Status.CLOSED},
    Warned: lambda *_: {},
    Breached: lambda *_: {},
    Retried: _retried,
    Ticked: lambda *_: {},
    Linked: lambda case, e: {"links": {**case.links, e.number: e.relation}},
    Unlinked: lambda case, e: {"links": {n: relation for n, relation in case.links.items() if n != e.number}},
    Refiled: lambda *_: {
        "issue": None,
        "issue_url": "",
        "issue_project": "",
        "gone": False,
        "unkept": (),
        "filing": Filing.QUEUED,
    },
    Joined: lambda _, e: {"same_as": e.other},
    Parted: lambda *_: {"same_as": ""},
    Followed: lambda case, e: {"followers": (*case.followers, e.other)},
    Unfollowed: lambda case, e: {"followers": tuple(one for one in case.followers if one != e.other)},
    Heard: _heard,
    NotedInMantis: lambda *_: {},
    ChangedInMantis: lambda *_: {},
    GoneFromMantis: lambda *_: {"gone": True},
    BackInMantis: lambda *_: {"gone": False},
    NotKept: _not_kept,
    Bundled: lambda *_: {},
    MailFailed: lambda *_: {},
    NotMailed: lambda *_: {},
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


# --- events and intents as plain data, for the store -----------------------------------------


def event_to_plain(event: Event) -> dict[str, Any]:
    """JSON-ready data; `event` names the kind, instants are ISO 8601 in UTC."""
    return {"event": type(event).__name__, **_plain(event)}


def read_event(body: str, written: int = FORMAT) -> Event:
    """The event that stands in a log, `written` in that format; UnknownEvent for what this version cannot read."""
    plain: Any = None
    try:
        plain = json.loads(body)
        _refuse_newer(written)
        return event_from_plain(plain)
    except MISREAD as error:
        kind, why = _misread(plain, "event", error)
        return UnknownEvent(at=_instant_in(plain), actor="specdesk", kind=kind, why=why)


def read_intent(body: str, written: int = FORMAT) -> Intent:
    """The intent of an outbox item, `written` in that format; UnknownIntent for what this version cannot read."""
    plain: Any = None
    try:
        plain = json.loads(body)
        _refuse_newer(written)
        return intent_from_plain(plain)
    except MISREAD as error:
        return UnknownIntent(*_misread(plain, "intent", error))


def _refuse_newer(written: int) -> None:
    if written > FORMAT:
        raise Unreadable(f"It is stored in format {written}, and this version knows formats up to {FORMAT}.")


def _misread(plain: Any, named: str, error: Exception) -> tuple[str, str]:
    """Which kind of thing could not be read, and why, in a sentence."""
    kind = str(plain.get(named, "")) if isinstance(plain, Mapping) else ""
    if isinstance(error, SpecdeskError):
        return kind, str(error)
    return kind, f"{kind or 'It'} is not as this version knows it ({type(error).__name__}: {error})."


def _instant_in(plain: Any) -> datetime:
    try:
        return datetime.fromisoformat(plain["at"]).astimezone(UTC)
    except MISREAD:
        return NEVER


def event_from_plain(plain: Mapping[str, Any]) -> Event:
    """The event that `event_to_plain` described. Raises Unreadable for a kind that is not known."""
    data = dict(plain)
    name = data.pop("event", "")
    kind = EVENTS.get(name)
    if kind is None:
        raise Unreadable(f"It is of the unknown kind {name!r}; a newer version wrote it.")
    data["at"] = datetime.fromisoformat(data["at"])
    read: Mapping[str, Any] = {
        "request": _request_from_plain,
        "category": Category,
        "priority": Priority,
        "dropped": listed,
        "notices": listed,
        "reasons": listed,
        "failure": Failure,
        "relation": Relation,
        "progress": Progress,
        "outcome": Outcome,
        "due": datetime.fromisoformat,
        "attachments": _attachments_from_plain,
    }
    known = {f.name for f in fields(kind)}
    return checked(kind(**{key: read.get(key, _same)(value) for key, value in data.items() if key in known}))


def intent_to_plain(intent: Intent) -> dict[str, Any]:
    """JSON-ready data; `intent` names the kind."""
    return {"intent": type(intent).__name__, **_plain(intent)}


def intent_from_plain(plain: Mapping[str, Any]) -> Intent:
    """The intent that `intent_to_plain` described.

    Raises Unreadable for a kind that is not known, and TypeError for a field that is not: leaving out what it asks
    for may be wrong.
    """
    data = dict(plain)
    name = data.pop("intent", "")
    kind = INTENTS.get(name)
    if kind is None:
        raise Unreadable(f"It is of the unknown kind {name!r}; a newer version wrote it.")
    if data.get("after"):
        data["after"] = datetime.fromisoformat(data["after"])
    if data.get("relation"):
        data["relation"] = Relation(data["relation"])
    if "progress" in data:
        data["progress"] = Progress(data["progress"])
    if "outcome" in data:
        data["outcome"] = Outcome(data["outcome"])
    if "others" in data:
        data["others"] = listed(data["others"])
    intent: Intent = checked(kind(**data))
    return intent


def ready_at(intent: Intent, owed: datetime) -> datetime:
    """When an intent that is owed since `owed` may be tried first."""
    after = intent.after if isinstance(intent, SendNotice) else None
    return max(owed, after) if after else owed


def _plain(value: Any) -> dict[str, Any]:
    """The fields of an event or intent, instants as ISO 8601."""
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in asdict(value).items()}


def _same(value: Any) -> Any:
    return value


def _attachments_from_plain(rows: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    return tuple(checked(Attachment(**{**_known_of(Attachment, row), "size": int(row["size"])})) for row in rows)


def _known_of(kind: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The members that this version knows: a newer one may have added some."""
    known = {one.name for one in fields(kind)}
    return {name: value for name, value in row.items() if name in known}


def _request_from_plain(plain: Mapping[str, Any]) -> Request:
    data = _known_of(Request, plain)
    read = Request(
        **{
            **data,
            "kind": Kind(data["kind"]),
            "requester": checked(Requester(**_known_of(Requester, data["requester"]))),
            "priority": Priority(data["priority"]),
            "channel": Channel(data["channel"]),
            "attachments": _attachments_from_plain(data["attachments"]),
        }
    )
    return checked(read)
