"""The mails of tests/data/mail, each with what has to become of it, through the desk on fakes."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import Noted
from intake_fn.core.inbound.record import MailLedger
from intake_fn.desk.inbound_mail import keep, raw_of, release, take
from intake_fn.texts import say
from sandbox.mail.check import check, table
from sandbox.mail.expected import read
from sandbox.mail.house import House
from tests.desk.broken_mails import BROKEN, FROM, MIXED, PART, PLAIN, Broken
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


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_mail_is_read_or_waits_for_a_person(process: Process, broken: Broken) -> None:
    """At its first attempt, with its very bytes kept; what of it was lost is said at the desk (R2)."""
    room = Room(process)
    record = take(room.desk, keep(room.desk, broken.raw))
    mail = room.desk.read_mail(broken.raw)
    told = "; ".join((*mail.problems, *mail.losses))

    assert broken.waits == record.needs_a_person, told
    assert broken.raw == raw_of(room.desk, record)
    assert broken.told in told
    assert broken.told or not told
    assert broken.shown in mail.text
    if broken.waits:
        assert room.desk.inbound.mail_ledger() == MailLedger(received=1, quarantined=1)
        assert [] == room.mailer.sent
    else:
        case = room.store.load(record.case_id)
        notes = [event.text for event in case.history if isinstance(event, Noted)]
        assert broken.files == tuple(file.name for file in case.request.attachments)
        assert broken.shown in case.request.description
        assert [say("mail.losses", losses=told)] * bool(told) == notes


def test_broken_mails_that_differ_are_not_taken_for_one(process: Process) -> None:
    """Neither has a text that can be read, and each is there when a person looks, or releases both."""
    room = Room(process)
    first, second = (take(room.desk, keep(room.desk, FROM + PLAIN + b"\r\n" + bytes(number))) for number in (100, 200))
    cases = {release(room.desk, record.id, "paul@example.com").case_id for record in (first, second)}

    assert first.fingerprint != second.fingerprint
    assert not second.same_as
    assert len(cases) == 2


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


def test_addresses_in_other_scripts_are_known_by_the_form_in_which_mail_has_them(process: Process) -> None:
    """support.yml may name faß.example; in mail it is xn--fa-hia.example: answers, engineers and loops are known."""
    mail = replace(process.mail, address="helpdesk@faß.example", reply_to="helpdesk@faß.example")
    people = {**process.people, "ihelp": replace(process.people["ihelp"], address="ihelp@faß.example")}
    room = Room(replace(process, mail=mail, people=people))
    asked = take(room.desk, keep(room.desk, FROM + b"Subject: Rope list\r\n\r\nIt is empty.\r\n")).case_id
    token = room.desk.links.mail_token(asked).encode()
    passes = b"Authentication-Results: amazonses.com; dmarc=pass header.from=xn--fa-hia.example\r\n"
    at = b"@xn--fa-hia.example\r\n"
    reply = b"To: helpdesk+" + token + at + b"Subject: Re: x\r\n\r\nIt is rope 7.\r\n"
    note = passes + b"From: ihelp" + at + reply
    loop = passes + b"From: helpdesk" + at + b"Subject: x\r\n\r\nx\r\n"
    ends = [take(room.desk, keep(room.desk, raw)) for raw in (FROM + reply, note, loop)]
    kinds = [type(event).__name__ for event in room.store.load(asked).history if event.actor != "specdesk"]

    assert ["threaded", "threaded", "ignored"] == [end.outcome.value for end in ends]
    assert ["RequesterReplied", "Noted"] == kinds[-2:]
