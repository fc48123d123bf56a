"""A request as it was submitted, by whichever channel.

A Request never changes once it is received: what becomes of it is told by the events of its case. Of a forwarded mail
a person may change the requester (core/forwarded.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Stance


class Kind(StrEnum):
    """The form that was filled in.

    Bug and change are the requester's label and no evidence for the verdict. The set-up form and the question form say
    what they are, unless their text reports a failure or a behaviour.
    """

    BUG = "bug"
    CHANGE = "change"
    SETUP = "setup"
    QUESTION = "question"


class Priority(StrEnum):
    """Mantis field "T" of the seed, most pressing first."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Channel(StrEnum):
    """How it was submitted."""

    FORM = "form"
    API = "api"
    MAIL = "mail"
    MANTIS = "mantis"
    """A person created the issue in Mantis by hand (core/mantis_intake.py)."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. `office` is an office id of support.yml, "client" for a client company's user, or "mantis".

    `account` is that in Mantis of who created the issue there; then `email` is "" where support.yml knows no address of
    it, and no mail is sent.
    """

    name: str
    email: str
    office: str
    company: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was sent: `key` finds its bytes in the file store, `sha256` proves them (R12)."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Texts are as typed, in UTF-8, with line ends normalised to LF.

    `details` holds the answers that only one form asks for, by field name
    (company, role, needed by, benefit ...), in the form's order.
    """

    kind: Kind
    requester: Requester
    summary: str
    description: str
    expected: str = ""
    steps: str = ""
    always: bool | None = None
    priority: Priority = Priority.MEDIUM
    module: str = ""
    channel: Channel = Channel.FORM
    clause: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    reading_clause: str = ""
    """A clause that the requester has read, as page#anchor; what they say of it is a proposal, and no evidence."""
    reading_stance: Stance = Stance.UNSAID
    reading_spec: str = ""
    """The stamp of the spec that was published then."""
    on_behalf_of: Requester | None = None
    """Who wrote the mail that the requester, of the Help Desk, has forwarded: a proposal until a person has said so."""
    mail: str = ""
    """The fingerprint of the mail that it was, as of RequesterReplied; "" for one that came another way."""
