"""Programs that answer our mail, for a simulated day: none of them may get us talking.

Each has a mailbox, gets every mail of ours that goes there, and answers as its kind does, some minutes later. What is
counted is what we sent there: by request, and by mailbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from intake_fn.core.errors import TryLater
from intake_fn.core.events import AskedRequester
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.desk.inbound_mail import keep, sweep_mail, take
from intake_fn.desk.mail import ITEM
from tests.desk.test_story import PAUL, Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

MOST_OF_A_REQUEST = 2
"""Mails that one mailbox may get of one request in this day."""
MINUTES = 5
DAY = 24 * 60
DESK = "helpdesk@example.com"

Answer = Callable[["Mail", int, str], bytes]
"""A program: what it sends for a mail of ours; the number is of its answers, the address the one with the token."""


def on_top(mailbox: str, envelope: str | None = None) -> str:
    """What SES writes above a mail that proves where it comes from."""
    host = mailbox.partition("@")[2]
    return (
        f"Return-Path: <{mailbox if envelope is None else envelope}>\r\n"
        f"Received: from mx.{host} (mx.{host} [198.51.100.9])\r\n by inbound-smtp.example with SMTP id a\r\n"
        f" for {DESK};\r\n Tue, 24 Nov 2026 10:00:00 +0000 (UTC)\r\n"
        "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
        "Authentication-Results: amazonses.com;\r\n spf=pass;\r\n dkim=pass;\r\n"
        f" dmarc=pass header.from={host};\r\n"
    )


def letter(mailbox: str, subject: str, text: str, number: int, *headers: str, to: str = DESK) -> bytes:
    """A mail with an id that was never there before."""
    host = mailbox.partition("@")[2]
    head = [f"From: {mailbox}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <loop-{number}@{host}>", *headers]
    return (on_top(mailbox) + "\r\n".join([*head, "", text, ""])).encode()


def quoted(mail: Mail) -> str:
    """Our mail below an answer."""
    return "\r\n".join(f"> {line}" for line in mail.text.splitlines())


def bounces(mail: Mail, number: int, address: str) -> bytes:
    """A mailbox that is not there."""
    daemon = "postmaster@mx.gone.example.org"
    report = (
        f"From: {daemon}\r\nTo: {DESK}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <dsn-{number}@mx>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nUser unknown.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {mail.to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: {DESK}\r\nReply-To: {address}\r\n"
        f"Subject: {mail.subject}\r\n\r\nx\r\n--b--\r\n"
    )
    return (on_top(daemon, "") + report).encode()


def bounces_in_prose(mail: Mail, number: int, address: str) -> bytes:
    """An old server's bounce: no report, not even an empty return path."""
    del address
    daemon = "MAILER-DAEMON@old.example.org"
    text = f"I was not able to deliver your message to {mail.to}.\r\n\r\n{quoted(mail)}"
    return letter(daemon, "failure notice", text, number)


def is_away(mail: Mail, number: int, address: str) -> bytes:
    """An absence without any header."""
    text = "Ich bin bis 4. Dezember nicht im Büro. Ihre Nachricht wird nicht gelesen."
    return letter(mail.to, f"Abwesenheitsnotiz: {mail.subject}", text, number, to=address)


def is_away_by_header(mail: Mail, number: int, address: str) -> bytes:
    """An absence as RFC 3834 has it, under the subject of a person's answer."""
    mark = "Auto-Submitted: auto-replied"
    return letter(mail.to, f"Re: {mail.subject}", "Back on Monday.", number, mark, to=address)


def acknowledges(mail: Mail, number: int, address: str) -> bytes:
    """Another help desk, that says nowhere that a program wrote it."""
    del address
    text = f"Thank you for contacting us. Your request was registered as #{5000 + number}.\r\n\r\n{quoted(mail)}"
    return letter(mail.to, f"[#{5000 + number}] {mail.subject}", text, number)


def answers_everything(mail: Mail, number: int, address: str) -> bytes:
    """A hostile one: as a person would, each time with other words, to the address with the token."""
    text = f"Yes, number {number}. {'And more. ' * (number % 7)}\r\n\r\n{quoted(mail)}"
    return letter(mail.to, f"Re: {mail.subject}", text, number, to=address)


def answers_from_nowhere(mail: Mail, number: int, address: str) -> bytes:
    """A hostile one that hides what it answers: fresh ids, no references, nothing quoted."""
    del address
    return letter(mail.to, "Re: your message", f"I do not agree, number {number} {'x' * (number % 5)}.", number)


def writes_anew(mail: Mail, number: int, address: str) -> bytes:
    """A hostile one whose answers look like new mails of a person: fresh ids, fresh subjects, fresh words."""
    del address
    words = ("shipment", "invoice", "quote", "manifest", "label", "depot", "carrier")
    what = f"{words[number % 7]} {words[number // 7 % 7]} {words[number // 49 % 7]}"
    return letter(mail.to, f"The {what} is empty", f"We see an empty {what} since today.", number)


PROGRAMS: tuple[Answer, ...] = (
    bounces,
    bounces_in_prose,
    is_away,
    is_away_by_header,
    acknowledges,
    answers_everything,
    answers_from_nowhere,
    writes_anew,
)


UNTRACEABLE = (answers_from_nowhere, writes_anew)
"""Nothing tells what these send from a person's new request, so each may get a receipt, of which a day has few."""


@dataclass
class Loop:
    """One program, and what we sent there."""

    process: Process
    answer: Answer
    mailbox: str = "program@loop.example.org"
    threads: Counter[str] = field(default_factory=Counter)
    """Our mails there, by request."""
    sent: int = 0
    received: int = 0

    def run(self) -> None:
        """A day that begins with a request from that mailbox, and a question of ours."""
        room = Room(self.process)
        case = room.desk.take_in(self._request(), "loop")
        case = room.desk.act(case.id, room.event(AskedRequester, question="Which one is it?"), case.version)
        seen, ids = 0, count(1)
        for _ in range(0, DAY, MINUTES):
            new: Sequence[Mail] = [mail for mail in room.mailer.sent[seen:] if mail.to == self.mailbox]
            seen = len(room.mailer.sent)
            for mail in new:
                self.sent += 1
                case_id = mail.headers.get(ITEM, "").partition("#")[0]
                self.threads[case_id] += 1
                name, _, host = DESK.partition("@")
                address = f"{name}+{room.desk.links.mail_token(case_id)}@{host}" if case_id else DESK
                self._deliver(room, self.answer(mail, next(ids), address))
            room.clock.advance(minutes=MINUTES)
            sweep_mail(room.desk)
            room.desk.sweep()
        ledger = room.desk.inbound.mail_ledger()

        assert ledger.balanced
        assert (self.received, 0) == (ledger.received, ledger.waiting)
        assert PAUL not in self.threads

    def _deliver(self, room: Room, raw: bytes) -> None:
        self.received += 1
        mail_id = keep(room.desk, raw)
        try:
            take(room.desk, mail_id)
        except TryLater:
            sweep_mail(room.desk)

    def _request(self) -> Request:
        who = Requester("A program", self.mailbox, "client", "Loop Ltd.")
        module = next(iter(self.process.modules))
        return Request(Kind.QUESTION, who, "Where is the list?", "I do not find the list of carriers.", module=module)
