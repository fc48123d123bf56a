"""The SMTP server of the sandbox: what it takes, what it writes above a mail, what it says when nothing can be kept."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import TryLater
from sandbox.mail.head import as_ses_stores, has_head_of_ses, sender_of
from sandbox.mail.smtp import Inbox, MailServer
from sandbox.stack import HOST, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DESK = "helpdesk@example.com"
AT = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
MAIL = b"From: Dana <dana@example.com>\r\nSubject: Hello\r\n\r\n.dots and \x00\xff bytes\r\n"


@dataclass
class Store:
    """What was kept and taken."""

    down: bool = False
    kept: list[bytes] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def keep(self, raw: bytes) -> str:
        """Keep it, unless the store is down."""
        if self.down:
            raise TryLater("The file store does not answer.")
        self.kept.append(raw)
        return f"mail-{len(self.kept)}"


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return Store()


@pytest.fixture
def server(store: Store) -> Iterator[MailServer]:
    """A server in front of it; when it has stopped, all that was kept is taken in."""
    inbox = Inbox({DESK}, store.keep, store.taken.append, lambda: AT)
    with MailServer(inbox, HOST, free_port(0, "MAIL_PORT")) as running:
        yield running


def send(server: MailServer, raw: bytes, to: str = DESK, sender: str = "dana@example.com") -> None:
    """Send as a mail program does."""
    with smtplib.SMTP(HOST, server.port, timeout=10) as client:
        client.sendmail(sender, [to], raw)


def test_a_mail_is_kept_with_its_bytes_and_taken_in(server: MailServer, store: Store) -> None:
    """The bytes stand below SES's headers as they were sent, and the function is called once."""
    send(server, MAIL)
    server.stop()

    assert store.kept[0].endswith(b"\r\n" + MAIL)
    assert has_head_of_ses(store.kept[0])
    assert ["mail-1"] == store.taken


def test_a_line_may_be_as_long_as_the_mail(server: MailServer, store: Store) -> None:
    """Programs that know no line ends write everything in one line, larger than SMTP permits."""
    send(server, b"From: dana@example.com\n\n" + b"word " * 400_000)

    assert len(store.kept[0]) > 2_000_000


def test_mail_to_a_token_is_for_the_desk(server: MailServer, store: Store) -> None:
    """What stands behind the plus names a request; any other mailbox is not here."""
    send(server, MAIL, to="helpdesk+abc123@example.com")

    assert b"for helpdesk+abc123@example.com;" in store.kept[0]
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Here is only helpdesk"):
        send(server, MAIL, to="somebody@example.com")


def test_a_mail_that_cannot_be_kept_is_not_accepted(server: MailServer, store: Store) -> None:
    """The sender is told to try again: nothing is accepted that is not in the store."""
    store.down = True

    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send(server, MAIL)
    assert [] == store.taken


def test_a_mail_that_ses_received_stays_as_it_is() -> None:
    """Its verdicts are those of SES; nothing is put above them."""
    once = as_ses_stores(MAIL, "dana@example.com", DESK, AT)

    assert once == as_ses_stores(once, "x@example.net", DESK, AT)


@pytest.mark.parametrize(
    ("mail_from", "verdict"),
    [("dana@example.com", b"dmarc=pass"), ("bulk@example.net", b"dmarc=fail"), ("", b"dmarc=fail")],
)
def test_a_from_of_another_domain_than_the_envelope_fails(mail_from: str, verdict: bytes) -> None:
    """So a forged mail can be tried on this machine."""
    assert verdict in as_ses_stores(MAIL, mail_from, DESK, AT)


def test_the_sender_is_the_first_address_of_from() -> None:
    """Whatever else stands in the header."""
    assert sender_of(b'From: "a@b" is my name\r\n <real@example.org>\r\n\r\n') == "real@example.org"
    assert sender_of(b"Subject: none\r\n\r\nFrom: body@example.org") == ""
