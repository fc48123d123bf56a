"""A mail as it was parsed: decoded texts, addresses in small letters, files by name and bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address of a header, in small letters, with the name before it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file in a mail, as it came: its name as decoded, "" for none; the type that the mail says; its bytes."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    inline: bool = False
    """Whether the text shows it, such as a picture."""


@dataclass(frozen=True, slots=True)
class MailVerdicts:
    """What SES says of a mail, in small letters: "pass", "fail", "gray", ...; "" where it says nothing."""

    spam: str = ""
    virus: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""


@dataclass(frozen=True, slots=True)
class Bounced:
    """What a delivery status notification (RFC 3464) says of one recipient."""

    address: str
    status: str
    """The enhanced status code, such as 5.1.1; "" where it names none."""
    action: str
    """failed, delayed, delivered, relayed or expanded."""
    detail: str = ""

    @property
    def lasts(self) -> bool:
        """Whether the mailbox is not there, so that further mail is in vain; 5.1.7 and 5.1.8 blame the sender."""
        about_us = re.match(r"5\.1\.[78](?!\d)", self.status)
        return (
            self.action == "failed"
            and not about_us
            and (self.status.startswith(("5.1.", "5.2.1", "5.4.4")) or not self.status)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A parsed mail. Any bytes give one; `problems` says what could not be read."""

    senders: tuple[MailAddress, ...] = ()
    """The addresses of the From headers; a correct mail has one."""
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    """The addresses of To, and the recipient that SES names in its Received header."""
    cc: tuple[MailAddress, ...] = ()
    return_path: str | None = None
    """The sender of the envelope; "" for the empty one of a bounce, None where it is not known."""
    subject: str = ""
    """The subject, decoded and whole, on one line."""
    message_id: str = ""
    """Without angle brackets, like `references`."""
    references: tuple[str, ...] = ()
    """The message ids of In-Reply-To and References."""
    date: datetime | None = None
    text: str = ""
    """The whole text, with what was quoted."""
    reply: str = ""
    """The text that the sender wrote this time: without history and signature."""
    files: tuple[MailFile, ...] = ()
    verdicts: MailVerdicts = MailVerdicts()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values by names in small letters: those by which programs mark what they write."""
    content_type: str = "text/plain"
    report_type: str = ""
    """The type of a multipart/report: delivery-status, disposition-notification, ..."""
    bounced: tuple[Bounced, ...] = ()
    enclosed_ids: tuple[str, ...] = ()
    """Message-IDs of the mails that it encloses, and the addresses that they are to be answered at."""
    forwarded: MailAddress | None = None
    """Who wrote the mail that this one passes on, as its text or an enclosed message says."""
    problems: tuple[str, ...] = ()
    """Why a person has to look at it, each in a few words for the Help Desk: it cannot be read, or may not be whole."""
    losses: tuple[str, ...] = ()
    """What of it is lost, though it can be read, each in a few words for the Help Desk."""
    digest: str = ""
    """SHA-256 of the body where it has problems: its text may be empty, and does not tell it from another mail."""

    @property
    def sender(self) -> MailAddress | None:
        """Who wrote it; None where nobody, or more than one, is named."""
        return self.senders[0] if len(self.senders) == 1 else None
