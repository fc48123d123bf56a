"""The mails of tests/data/mail, each with what has to become of it, through the desk on fakes."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.inbound.record import MailLedger
from intake_fn.desk.inbound_mail import keep, raw_of, take
from sandbox.mail.check import check, table
from sandbox.mail.expected import read
from sandbox.mail.house import House
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from intake_fn.core.process import Process

MAILS = Path(__file__).parents[1] / "data" / "mail"


def house_of(room: Room) -> House:
    """A desk on fakes that takes mail in."""
    return House(
        room.desk,
        lambda raw: take(room.desk, keep(room.desk, raw)),
        lambda: [mail.to for mail in room.mailer.sent],
    )


def test_every_mail_becomes_what_it_should(process: Process) -> None:
    """Programs, encodings and kinds: each mail ends as a careful person would have it, and the ledger balances."""
    room = Room(process)
    results = [*check(read(MAILS), house_of(room))]
    ledger = room.desk.inbound.mail_ledger()

    assert [] == [(one.expected.file, *one.problems) for one in results if one.problems], table(results)
    assert ledger.balanced
    assert len(results) >= 60


FROM = b"From: Dana <dana@marlow.example.org>\r\nTo: helpdesk@example.com\r\nSubject: Menu\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
PART = b"--b\r\nContent-Type: text/plain\r\n\r\nThe menu is cut.\r\n"


def nested(levels: int) -> bytes:
    """Multiparts in each other."""
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n" % (n, n) for n in range(levels))
    return FROM + opened + b"\r\nThe menu is cut.\r\n"


BROKEN = {
    "nothing but bytes": bytes(range(256)) * 4,
    "nothing at all": b"",
    "no sender": FROM.replace(b"From: Dana <dana@marlow.example.org>\r\n", b"") + b"\r\nThe menu is cut.\r\n",
    "a sender that is no address": FROM.replace(b"<dana@marlow.example.org>", b"<>") + b"\r\nThe menu is cut.\r\n",
    "two senders": b"From: eve@example.net\r\n" + FROM + b"\r\nThe menu is cut.\r\n",
    "cut in a part": FROM
    + MIXED
    + PART
    + b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBOR",
    "no boundary": FROM + b"Content-Type: multipart/mixed\r\n\r\n" + PART,
    "another boundary": FROM + b"Content-Type: multipart/mixed; boundary=other\r\n\r\n" + PART + b"--b--\r\n",
    "more parts than anybody opens": nested(300),
    "an empty one": FROM.replace(b"Subject: Menu\r\n", b"") + b"\r\n\r\n",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_mail_waits_for_a_person(process: Process, raw: bytes) -> None:
    """At its first attempt, with a reason and the very bytes (R2)."""
    room = Room(process)
    record = take(room.desk, keep(room.desk, raw))

    assert record.needs_a_person, record.reason
    assert raw == raw_of(room.desk, record)
    assert room.desk.inbound.mail_ledger() == MailLedger(received=1, quarantined=1)


def test_a_mail_of_25_mb_keeps_its_file(process: Process) -> None:
    """Made here, as it is too large to be kept with the others: the request holds each byte of the file."""
    content = os.urandom(18_400_000)
    head = b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
    file = b'--b\r\n%sContent-Disposition: attachment; filename="large.zip"\r\n\r\n' % head
    raw = FROM + MIXED + PART + file + base64.encodebytes(content) + b"\r\n--b--\r\n"
    room = Room(process)
    record = take(room.desk, keep(room.desk, raw))
    request = room.store.load(record.case_id).request

    assert 24_000_000 < record.size
    assert ["large.zip"] == [one.name for one in request.attachments]
    assert [hashlib.sha256(content).hexdigest()] == [one.sha256 for one in request.attachments]
