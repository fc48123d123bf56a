"""The mails of tests/data/mail, each with what has to become of it, through the desk on fakes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from intake_fn.desk.inbound_mail import keep, take
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
