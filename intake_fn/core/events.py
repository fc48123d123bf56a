"""Events: what has happened to a case, in the past tense. They are never changed.

What an event does, and when it may happen, is a row of core/lifecycle.py; how it is stored stands in core/stored.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from intake_fn.core.errors import Broken
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Attachment, Priority, Request
from intake_fn.core.vocabulary import Category, Failure, Outcome, Progress, Relation, Reproduced, Stance
from intake_fn.texts import Message


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
    """The request was put into quarantine on arrival, for these reasons; a person has to review it."""

    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """A person has reviewed the request and released it: it goes on as if it had just come."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Event):
    """A person has reviewed the request and rejected it, such as an advertisement."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """The judge has spoken. `verdict` is the pinned record as spec_lookup made it, as plain data."""

    category: Category
    verdict: Mapping[str, Any]
    speciality: str = ""
    """The proposed speciality, by module and words, for a level that has some; "" in earlier logs."""
    acts: bool = True
    """Whether the verdict decides; if not, it is a proposal, and the request is undecided until a person decides."""
    unqualified: bool = False
    """Whether it is a proposal because the language model has not passed the qualification."""
    handler: str = ""
    """Who gets it by the verdict: the owner of the module of a change; "" for whoever has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedInShadow(Event):
    """A language model's verdict that changes nothing: it is compared with what people decide."""

    category: Category
    verdict: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled(Event):
    """A person decided, naming the clause that decides ("" when the spec is silent).

    `quote` and `url` are the clause's text and place as they were then; `module` is the one it belongs to, "" for the
    one that the request names. `stance` is what the person says of request and clause when they have read both, `spec`
    the stamp of the spec that they read, and `person` who they are in support.yml. `handler` is who gets it by the
    decision: the owner of the module of a change, or who had it at its level when it is none any more; "" for whoever
    has it.
    """

    category: Category
    clause: str
    reason: str
    quote: str = ""
    url: str = ""
    module: str = ""
    stance: Stance = Stance.UNSAID
    spec: str = ""
    person: str = ""
    handler: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterRead(Event):
    """The requester has read a clause, and says whether it is what the system does: a proposal, never a decision."""

    clause: str
    stance: Stance
    quote: str
    url: str
    spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Event):
    """The request was filed to Mantis. `dropped` names the sent fields that Mantis did not keep.

    `late` says that it took more than one try: it may have stood there for a while before we knew.
    """

    number: int
    project: str
    url: str
    dropped: tuple[str, ...] = ()
    late: bool = False
    found: Mapping[str, str] = field(default_factory=dict)
    """The fields of an issue that a person created in Mantis, as Mantis names them, when it was taken in."""
    category: Category = Category.UNDECIDED
    """What it is by the project that this person chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed(Event):
    """An outbox item became a dead letter after its last try; a person has to act."""

    what: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """Handed up to another level, with the seed's reason and a sentence of one's own."""

    level: int
    handler: str
    reason: str
    note: str = ""
    in_time: bool | None = None
    """Whether it leaves its level in time; None where no clock runs there, and in logs before that."""


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
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterReplied(Event):
    """The requester wrote again; an answer resumes the clock, on a resolved case it reopens.

    `works` says that the requester found it solved: what is resolved stays so (core/reply_intent.py). `in_mantis` says
    that they wrote it there.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    works: bool = False
    in_mantis: bool = False
    sender: str = ""
    """The address that it was mailed from; "" for a reply on the status page."""
    mail: str = ""
    """The fingerprint of the mail, so that one that comes twice is taken in once."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What was filled in of the form that a report by mail lacked (core/interview.py), by the names of its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequested(Event):
    """Somebody who knows the request's number wants the link to its status page; only the requester is sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """An engineer wrote something down for colleagues. `mentions` are the ids of those who are mailed it."""

    text: str
    mentions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mail: str = ""
    """The fingerprint of the mail that it was, as of RequesterReplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """Done. `resolution` is what the requester is told; `in_mantis` says that it was done there.

    `fixed_in` is the version of the product in which it is fixed, "" where there is none.
    """

    resolution: str
    in_mantis: bool = False
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""
    attachments: tuple[Attachment, ...] = ()
    in_time: bool | None = None
    """Whether it is done in time; None where no clock runs at its level, and in logs before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """Not done after all. `reason` is what a person wrote; "" where its lead was reopened and nobody wrote anything."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """Resolved, and nobody objected; `in_mantis` says that it was closed there."""

    note: str = ""
    in_mantis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """`share` % of the time until `due` is used (core/sla_alerts.py); a due time that moves is warned of anew."""

    share: int
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breached(Event):
    """The due instant has passed while the clock ran."""

    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCompleted(Event):
    """A core activity of the process is done (core/activities.py), such as trying to reproduce a bug.

    `reproduced` says whether that worked, `version` in which version of the product ("" where nobody said).
    """

    activity: str
    note: str = ""
    mailed: bool = False
    """Whether the note was a workaround that was mailed to the requester: in logs before UpdateSent."""
    reproduced: Reproduced = Reproduced.UNSAID
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refiled(Event):
    """A person has a new issue created, since the old one is missing in Mantis; what is known of that is forgotten."""


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
class MarkedDuplicate(Event):
    """A person says that it is the same as another request, whose issue is `number`; it follows that one from now on.

    What a request hears of the one that it follows stands in core/duplicates.py. `confirmed` when they were asked about
    it once more, because the other request is another customer's.
    """

    other: str
    number: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmarkedDuplicate(Event):
    """A person has unmarked it: it is no duplicate after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateAdded(Event):
    """Another request was marked as a duplicate of this one. `issue` is what it takes for this one's."""

    other: str
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRemoved(Event):
    """Another request is unmarked as a duplicate of this one."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadUpdated(Event):
    """What happened to the request that this one follows; `item` names the outbox item that told it.

    `told` is False when one person sent both, and hears of it there. `number` is that of its issue, when it was filed.
    `category` is what the other one is then, which decides what this one is where nobody has decided it; `outcome` and
    `fixed_in` are what came of it, when it was resolved.
    """

    other: str
    item: str
    progress: Progress
    why: Message | None = None
    text: str = ""
    number: int | None = None
    told: bool = True
    category: Category = Category.UNDECIDED
    outcome: Outcome = Outcome.UNSAID
    fixed_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried(Event):
    """A dead letter is back in the outbox."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedInMantis(Event):
    """Somebody wrote a note in Mantis; `number` is the note's there, so that it is taken over once."""

    number: int
    text: str
    private: bool = False
    """Whether only developers see it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedInMantis(Event):
    """Somebody changed in Mantis what we keep there, and it is put back (core/reconciliation.py). Values go by field.

    `why` is what a note there says of it; None where the rule is reason enough.
    """

    theirs: Mapping[str, str]
    ours: Mapping[str, str]
    why: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingInMantis(Event):
    """The issue was deleted in Mantis, or moved out of our sight; a person has to act."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInMantis(Event):
    """The issue that was missing is there again."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsDropped(Event):
    """After an update Mantis keeps all but these fields; () when it keeps all of them again."""

    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesBundled(Event):
    """Several notices went to one person in one mail, since there were too many of them (core/mail_throttle.py)."""

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
class NoticeSkipped(Event):
    """A notice was not sent, and why: the recorded reason that stands in its place."""

    to: str
    notice: str
    why: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """Stands in the place of an event that this version cannot read. It is never stored; what is stored stays."""

    kind: str
    why: str
