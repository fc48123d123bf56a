"""What is kept of each mail that came in, beside its raw bytes: from whom, when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.texts import Message

MOST_ATTEMPTS = 3
"""After so many a mail that cannot be taken in waits for a person (R4)."""


class MailOutcome(StrEnum):
    """What became of a mail; all but WAITING are ends."""

    WAITING = "waiting"
    """The mail is kept and not yet taken in."""
    TICKETED = "ticketed"
    """The mail made a new request."""
    THREADED = "threaded"
    """The mail joined a request."""
    IGNORED = "ignored"
    """A program wrote it: it is kept, and changes nothing."""
    QUARANTINED = "quarantined"
    """A person has to look at it first."""
    REJECTED = "rejected"
    """The mail is rejected: it carries a virus, or a person decided so."""


ENDS = tuple(outcome for outcome in MailOutcome if outcome is not MailOutcome.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """A mail that came in. `id` never changes; `key` is the place of its raw bytes in the file store."""

    id: str
    key: str
    received_at: datetime
    sha256: str = ""
    """The SHA-256 of the raw bytes."""
    size: int = 0
    """Bytes."""
    sender: str = ""
    """The address of From in small letters; "" where there is none."""
    name: str = ""
    subject: str = ""
    """The subject, decoded, on one line."""
    message_id: str = ""
    fingerprint: str = ""
    """The fingerprint of its content: a mail that is delivered twice has one (core/inbound/fingerprint.py)."""
    outcome: MailOutcome = MailOutcome.WAITING
    reason: Message | None = None
    case_id: str = ""
    """The request that it made or joined; of another outcome, the one that it speaks of, if any."""
    same_as: str = ""
    """The id of the mail that is this one, delivered before."""
    attempts: int = 0
    attempted_at: datetime | None = None
    """When the last attempt began."""
    finished_at: datetime | None = None
    reviewed_by: str = ""
    """The address of the person who released or rejected it."""

    @property
    def needs_a_person(self) -> bool:
        """Whether it waits for somebody of the Help Desk."""
        return self.outcome is MailOutcome.QUARANTINED


@dataclass(frozen=True, slots=True)
class MailDecision:
    """What is to become of a mail, decided once for its fingerprint (`InboundMails.decide`)."""

    outcome: MailOutcome
    reason: Message
    case_id: str = ""
    first: str = ""
    """The id of the mail for which it was decided."""


@dataclass(frozen=True, slots=True)
class MailLedger:
    """received = the sum of all others, always (R1). `waiting` are those that are kept and not yet taken in."""

    received: int = 0
    waiting: int = 0
    ticketed: int = 0
    threaded: int = 0
    ignored: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every mail that came in is accounted for."""
        return self.difference == 0

    @property
    def difference(self) -> int:
        """How many mails are not accounted for; negative where some are counted twice."""
        ends = self.ticketed + self.threaded + self.ignored + self.quarantined + self.rejected
        return self.received - self.waiting - ends
