"""The outside world as the desk sees it: the few Protocols that have two implementations.

| Port    | real                       | in unit tests  |
|---------|----------------------------|----------------|
| Store   | adapters/dynamodb.py       | tests/fakes.py |
| Tracker | adapters/mantis/           | tests/fakes.py |
| Mailer  | adapters/ses.py            | tests/fakes.py |
| Files   | adapters/s3.py             | tests/fakes.py |
| Links   | adapters/signed_links.py   | tests/fakes.py |

Every adapter turns the errors of its own library into those of core/errors.py, where it meets them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from intake_fn.core.case import Case, Step
from intake_fn.core.events import Event
from intake_fn.core.intents import Intent, UnknownIntent
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.quarantine import quarantine_note
from intake_fn.core.reconciliation import IssueState
from intake_fn.core.request import Attachment, Priority
from intake_fn.core.vocabulary import Category, Failure, Relation, Status

# --- Store -----------------------------------------------------------------------------------


LONGEST_WHY = 500
"""Characters of a reason that a list shows."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a queue shows it: what the index projects, without history or texts."""

    id: str
    summary: str
    requester: str
    status: Status
    level: int
    handler: str
    priority: Priority
    category: Category
    received_at: datetime
    changed_at: datetime
    issue: int | None
    filing: str
    due: datetime | None = None
    """When it is due, while its clock runs."""
    next_alert: datetime | None = None
    """When its clock has something to say next."""
    version: int = 0
    missing_in_mantis: bool = False
    """Whether its issue is missing in Mantis."""
    why: str = ""
    """Why it is held back, or was set aside; the beginning of it."""
    on_top: bool = False
    """Whether it stands above all that is not urgent."""

    @classmethod
    def of(cls, step: Step) -> CaseRow:
        """The row of a case as a step leaves it."""
        case = step.case
        return cls(
            id=case.id,
            summary=case.request.summary,
            requester=case.request.requester.name,
            status=case.status,
            level=case.level,
            handler=case.handler,
            priority=case.priority,
            category=case.category,
            received_at=case.received_at,
            changed_at=case.changed_at,
            issue=case.issue,
            filing=case.filing.value,
            due=step.due,
            next_alert=step.next_alert,
            version=case.version,
            missing_in_mantis=case.missing_in_mantis,
            why=quarantine_note(case)[:LONGEST_WHY],
            on_top=case.priority is Priority.URGENT and case.status.is_open,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and, if there are more, the cursor that continues it (opaque, URL-safe)."""

    rows: Sequence[CaseRow]
    cursor: str = ""
    unread: Sequence[str] = ()
    """The requests that stand in this part of the list and cannot be shown: this version cannot read their states."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something owed to the world outside. Its id is fixed from the moment it is owed: `case#version#n`."""

    id: str
    case_id: str
    intent: Intent
    tries: int
    next_attempt: datetime
    last_error: str = ""
    dead_lettered: bool = False
    leased: bool = False
    """Whether somebody took it in hand and has not put it down again: who did so is at it, or was cut off."""

    @property
    def unread(self) -> bool:
        """Whether this version cannot read it: it is set aside, and nothing is done about it."""
        return isinstance(self.intent, UnknownIntent)


@dataclass(frozen=True, slots=True)
class Ledger:
    """received = filed + queued + given up + quarantined + rejected, always (R1)."""

    received: int
    filed: int
    queued: int
    failed: int
    quarantined: int = 0
    rejected: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every request that came in is accounted for."""
        return self.received == self.filed + self.queued + self.failed + self.quarantined + self.rejected


@dataclass(frozen=True, slots=True)
class SyncCursor:
    """How far the sync with the tracker has come (desk/sync.py). Rows are numbers with the instant of their change.

    `until` is the end of the lease, and its name: a sync that lost its lease does not keep its cursor.
    """

    until: datetime
    since: datetime | None = None
    """Rows changed from here on are still to be looked at; None at the very beginning."""
    listed: datetime | None = None
    """When everything was listed last."""
    once: Mapping[int, datetime] = field(default_factory=dict)
    twice: Mapping[int, datetime] = field(default_factory=dict)
    unread: tuple[int, ...] = ()
    """Issues that the known ones (desk/issue_index.py) still lack as they stand."""


@dataclass(frozen=True, slots=True)
class SuppressedAddress:
    """An entry of the suppression list: a mailbox that gets no more mail, why, and the case that showed it."""

    mailbox: str
    why: str
    since: datetime
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in at the desk, by a link that went to `mailbox`, until `until` at the latest."""

    person: str
    id: str
    mailbox: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """That somebody asked for a link to sign in with this address; whose it is, is not looked at yet."""

    id: str
    address: str
    at: datetime


class Store(Protocol):
    """Cases, their events and the outbox. Every write is one transaction, all or nothing.

    All methods raise TryLater when the store is down or throttles.
    """

    def create(self, step: Step, key: str) -> str:
        """Save a new case, its events, its state and its outbox items under the submit key `key`.

        Returns the id of the case: of this one, or of the one that was made with the same key
        before, in which case nothing is written (R9). Raises Stale when the id is already taken.
        """
        ...

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """Append a step's events to a case that stands at version `before`.

        `done` is the id of an outbox item that this step completes: it leaves the outbox in the
        same transaction. `again` is that of one that was given up and is put back in line with all its
        tries before it. `dead_letter` is one as it was read, with the error that ends its tries: it waits for
        `again`. Raises Stale when the case is no longer at `before`, `done` is gone, `again` is not given
        up, or `dead_letter` is gone or was tried since.
        """
        ...

    def restate(self, step: Step) -> None:
        """Write the state of a case anew as the fold of its log has it, the ledger with it; no event tells of it.

        For what the log does not decide alone: a due time moves when support.yml does. Raises Stale
        when the log has moved on.
        """
        ...

    def alerts_due(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """The ids of cases whose clock has something to say at `now`, the longest waiting first."""
        ...

    def defer_alert(self, case_id: str, until: datetime) -> None:
        """Have the clock of a case say nothing before `until` (`waking`); the case itself stays as it is."""
        ...

    def load(self, case_id: str) -> Case:
        """The case, folded from its events. Raises Unknown, and Unreadable when its beginning cannot be read."""
        ...

    def events(self, case_id: str) -> Sequence[Event]:
        """The log of a case, oldest first; empty when there is none. UnknownEvent stands for what cannot be read."""
        ...

    def queue(self, level: int | None, *, open_only: bool = True, limit: int = 50, cursor: str = "") -> Page:
        """Cases of a level (all levels for None), urgent open ones, then the latest; none held back."""
        ...

    def quarantine(self, status: Status, limit: int = 50, cursor: str = "") -> Page:
        """Cases that wait until a person has looked at them (QUARANTINED), or were set aside (REJECTED)."""
        ...

    def row(self, case_id: str) -> CaseRow:
        """The state of a case as it is stored, read consistently. Raises Unknown, Unreadable."""
        ...

    def counts(self) -> Mapping[int, int]:
        """How many open cases each level holds."""
        ...

    def find_issue(self, number: int) -> str:
        """The id of the case that was filed as Mantis issue `number`, or ""."""
        ...

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Outbox items that may be tried at `now`, the longest waiting first; not the failed ones.

        What this version cannot read is set aside when it is met (`unreadable`), here as in `dead_letters`.
        """
        ...

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All outbox items of a case, failed ones too, in the order in which they came to be owed."""
        ...

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were given up."""
        ...

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were set aside because this version cannot read them; they stay as they were stored."""
        ...

    def reread(self, limit: int = 100) -> int:
        """Put back in line what was set aside and can be read by now; how many those are."""
        ...

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for oneself for `seconds`; False when it is gone or somebody else has it."""
        ...

    def postpone(self, item: OutboxItem, until: datetime, error: str) -> None:
        """Count a try that did not succeed and free the item."""
        ...

    def reschedule(self, item: OutboxItem, turn: datetime) -> None:
        """Give an item that nobody has in hand another place in the line (`owed`); no try is counted.

        Nothing happens when it is gone, was tried since it was read, was given up or is in somebody's hands.
        """
        ...

    def finish(self, item: OutboxItem) -> None:
        """Take a completed item that leaves no event out of the outbox."""
        ...

    def count(self, what: str, until: datetime) -> int:
        """One more of `what`; how many there are by now. Forgotten some time after `until`."""
        ...

    def counted(self, what: str) -> int:
        """How many of `what` there are by now."""
        ...

    def use_once(self, token: str, until: datetime) -> bool:
        """Mark a single-use token as used; False when it was used before (sign-in links)."""
        ...

    def open_session(self, session: Session) -> None:
        """Keep a session; it is forgotten some time after its end."""
        ...

    def session(self, person: str, session_id: str) -> Session | None:
        """A session that was not ended, read consistently; it may be past its `until`."""
        ...

    def sessions(self, person: str = "") -> Sequence[Session]:
        """The sessions of a person, or all; some may be past their `until`."""
        ...

    def end_session(self, person: str, session_id: str) -> bool:
        """End a session; False when there is none."""
        ...

    def ask_sign_in(self, asked: SignInAsked) -> None:
        """Keep that a link was asked for, until it is taken; forgotten after a day."""
        ...

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first asked first."""
        ...

    def take_sign_in(self, asked: SignInAsked) -> bool:
        """Take one for oneself; False when somebody else was faster."""
        ...

    def throttle(self, case_id: str, mailbox: str) -> MailThrottle:
        """What a person was mailed about a case lately; a fresh one when that is nothing."""
        ...

    def save_throttle(self, case_id: str, mailbox: str, before: MailThrottle, after: MailThrottle) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        ...

    def suppress(self, mark: SuppressedAddress) -> None:
        """Mark a mailbox as one that gets no more mail, unless it is marked."""
        ...

    def unsuppress(self, mailbox: str) -> bool:
        """Let mail go there again; False when it was not marked."""
        ...

    def suppression(self, mailbox: str) -> SuppressedAddress | None:
        """Why a mailbox gets no mail; None when it does."""
        ...

    def suppression_list(self) -> Sequence[SuppressedAddress]:
        """All mailboxes that get no mail, by name."""
        ...

    def ledger(self) -> Ledger:
        """The balance of everything that was ever received."""
        ...

    def take_sync(self, now: datetime, until: datetime) -> SyncCursor | None:
        """The sync's cursor, for oneself alone until `until`; None while somebody else has it."""
        ...

    def keep_sync(self, cursor: SyncCursor) -> bool:
        """Keep a cursor, which stays taken until its `until`; False when somebody else took it since."""
        ...


# --- Tracker ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as we want it to stand in the tracker; names are those of support.yml, not tracker ids."""

    marker: str
    project: str
    summary: str
    description: str
    steps: str = ""
    information: str = ""
    category: str = ""
    priority: str = "normal"
    reproducibility: str = "have not tried"
    handler: str = ""
    status: str = "new"
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    """Since when there is something to file: no issue with its marker is older. None is not known."""


@dataclass(frozen=True, slots=True)
class Instead:
    """A value that takes the place of nothing, or of one of these; another one is somebody's choice, and stays."""

    new: str = ""
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What an issue shows of what was decided about a request. A value that is "" changes nothing.

    `verdict` is a part of the description: whatever else somebody wrote there stays.
    """

    category: Instead = Instead()
    fixed_in: Instead = Instead()
    verdict: Instead = Instead()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an issue stands, and the fields that the tracker did not keep as sent."""

    number: int
    url: str
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An issue and when it was changed last, by the tracker's clock, which has whole seconds."""

    number: int
    at: datetime


NOTHING_DECIDED = Decided()


class Tracker(Protocol):
    """Mantis. Raises TryLater when it is down or slow, Broken when rights or configuration are wrong."""

    def file(self, issue: Issue) -> Placed:
        """Create the issue unless one with its marker exists; returns the one that now stands there."""
        ...

    def update(
        self,
        number: int,
        *,
        project: str,
        handler: str,
        status: str,
        priority: str,
        category: str = "",
        resolution: str = "",
        decided: Decided = NOTHING_DECIDED,
    ) -> tuple[str, ...]:
        """Bring an issue in line; returns the names of the fields that were not kept. Raises Unknown.

        "" for the handler leaves whoever has it there, and "" for the resolution what it is there.
        `category` is for an issue that has none, or comes back from a project that is not ours.
        """
        ...

    def note(self, number: int, text: str, marker: str) -> None:
        """Add a note unless one that ends with `marker` is there. Raises Unknown."""
        ...

    def attach(self, number: int, name: str, content: bytes) -> bool:
        """Attach a file unless its bytes are there, under whatever name; False when the tracker refuses it."""
        ...

    def relate(self, number: int, other: int, relation: Relation | None) -> None:
        """Relate an issue to another one, instead of how it was; None is not at all.

        Raises Unknown, Refused when there is no other to relate it to.
        """
        ...

    def changes(self, since: datetime | None) -> Sequence[Change]:
        """The issues of our projects that were changed at `since` or later, all of them for None; the oldest first."""
        ...

    def look(self, number: int) -> IssueState:
        """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
        ...

    def page_of(self, number: int) -> str:
        """Where people read an issue."""
        ...

    def probe(self) -> str:
        """The tracker's version, when it answers."""
        ...


# --- Mailer and Files ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go. Header values have no line breaks: the adapter refuses them."""

    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    """The outbox item it is sent for, if it is for one: the mail service names it in its reports."""


ITEM_TAG = "specdesk-item"
"""The tag under which the mail service keeps the outbox item of a mail, # written as _."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """What the mail service says of a mail after it took it; `id` is the same however often it says so."""

    id: str
    to: str
    failure: Failure
    detail: str
    item: str = ""


class Mailer(Protocol):
    """Sends mail.

    Raises TryLater when the service is down, Undeliverable for an address it will not take, Refused for a mail it will
    not take, and OutcomeUnknown where the mail may have been sent and may not.
    """

    def send(self, mail: Mail) -> str:
        """Returns the service's message id."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how a browser may put one file itself: a form post of `fields` and then the file."""

    key: str
    url: str
    fields: Mapping[str, str]


class Files(Protocol):
    """Attachments. Raises TryLater when the service is down."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file."""
        ...

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Unknown."""
        ...

    def link(self, attachment: Attachment, seconds: int) -> str:
        """A signed link that downloads it under its own name, for `seconds`."""
        ...

    def upload(self, key: str, max_bytes: int, seconds: int) -> Upload:
        """Permission for a browser to put a file of at most `max_bytes` there itself."""
        ...


# --- Links -----------------------------------------------------------------------------------


class Purpose(StrEnum):
    """What a signed token is good for; a token of one purpose opens nothing else."""

    STATUS = "status"
    """A request's status page; the text is the case id. Lives `status_link_days`."""
    FILE = "file"
    """An attachment; the text is `case id/file key`. Lives `status_link_days`."""
    SIGN_IN = "sign-in"
    """The desk; the text is the address it was mailed to. Lives `sign_in_minutes`, works once; no two are equal."""
    FORM = "form"
    """When a form was opened, as ISO 8601. Lives a day."""
    HELD = "held"
    """A file that was sent with a form which had to be shown again. Lives a day."""
    UPLOAD = "upload"
    """A file that a browser puts into the file store itself, as JSON of its key and name. Lives a day."""


LEEWAY = timedelta(minutes=2)
"""So far the clocks of two machines may differ: a token made a moment from now is not too old."""


class Links(Protocol):
    """Addresses and signed tokens: they go out in mails, Mantis texts and pages, and come back.

    The addresses are absolute: /status/TOKEN, /files/TOKEN, /desk/sign-in/TOKEN, /desk/requests/ID.
    """

    def status(self, case_id: str) -> str:
        """The requester's status page."""
        ...

    def desk(self, case_id: str) -> str:
        """The engineers' page of a request; useless without signing in."""
        ...

    def file(self, case_id: str, attachment: Attachment) -> str:
        """A signed link to an attachment, for those who read Mantis."""
        ...

    def sign_in(self, address: str) -> str:
        """The link that signs an engineer in."""
        ...

    def clause(self, url: str) -> str:
        """A clause on the published site; `url` is relative to the site's root."""
        ...

    def sign(self, purpose: Purpose, text: str) -> str:
        """A signed, URL-safe token that carries `text`."""
        ...

    def verify(self, purpose: Purpose, token: str) -> str:
        """The text of a token. Raises Unknown when it was tampered with, Expired when it is too old.

        A token is written in one way: another text that decodes to the same signature is Unknown. One of a clock that
        is up to LEEWAY ahead of ours is good.
        """
        ...
