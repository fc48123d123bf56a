"""A worker that takes a mail in may die at any call outwards, and many may take it in at once: it does it once."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn import log
from intake_fn.core.errors import TryLater
from intake_fn.core.events import AskedRequester, Noted, Received, RequesterReplied
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.desk.case_lists import rows
from intake_fn.desk.inbound_mail import ARRIVED, keep, overdue, raw_of, sweep_mail, take
from intake_fn.desk.mail import ITEM
from tests.desk.mail_loops import bounces, letter
from tests.desk.test_story import Room, request
from tests.fakes import ports_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process
    from intake_fn.desk import Desk

CALLS = {
    "store": ("create", "save", "lease", "postpone", "finish", "add_mail", "save_mail", "decide", "remember_message"),
    "files": ("put", "delete"),
    "mailer": ("send",),
    "tracker": ("file", "note", "attach", "update"),
}
"""Each call that leaves something behind, besides counters."""

BEFORE, AFTER = "before", "after"
MOST_SWEEPS = 30
WITH_FILE = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n"
    '--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\na;1\r\n--b--'
)


class Killed(BaseException):
    """The worker is no more. Nothing catches it, as nothing catches SIGKILL."""


@dataclass
class Killer:
    """Kills the worker at one call; without a place it only counts the calls."""

    at: int = -1
    way: str = BEFORE
    calls: int = 0

    def call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The call, unless the worker is killed at it."""
        here, self.calls = self.calls == self.at, self.calls + 1
        if here and self.way == BEFORE:
            raise Killed
        answer = method(*args, **kwargs)
        if here:
            raise Killed
        return answer


@dataclass
class KillablePort:
    """A port whose calls may kill the worker."""

    inner: Any
    killer: Killer
    names: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        """A method; one of those named goes through the killer."""
        call = getattr(self.inner, name)
        return (lambda *a, **k: self.killer.call(call, *a, **k)) if name in self.names else call


def killable(room: Room, killer: Killer) -> Desk:
    """The desk of a worker that may be killed."""
    store = KillablePort(room.store, killer, CALLS["store"])
    others: dict[str, Any] = {
        name: KillablePort(getattr(room, name), killer, CALLS[name]) for name in ("files", "mailer", "tracker")
    }
    return replace(room.desk, **ports_of(store), **others)


# --- what is sent -----------------------------------------------------------------------------


def a_request(room: Room) -> bytes:
    """A new request with a file."""
    del room
    head, _, _ = letter("dana@marlow.example.org", "Menu is cut", "", 1).partition(b"\r\n\r\n")
    return head + b"\r\n" + WITH_FILE.format("The menu is cut on my telephone.").encode()


def an_answer(room: Room) -> bytes:
    """A reply to a request that waits, by the address with the token."""
    case = asked(room)
    address = f"helpdesk+{room.desk.links.mail_token(case)}@example.com"
    return letter("camille@example.com", "Re: question", "Shipment S-2026-118204.", 2, to=address)


def a_bounce(room: Room) -> bytes:
    """Our question comes back."""
    case = asked(room)
    mail = next(mail for mail in reversed(room.mailer.sent) if mail.to == "camille@example.com")
    return bounces(mail, 3, f"helpdesk+{room.desk.links.mail_token(case)}@example.com")


def an_unsure_one(room: Room) -> bytes:
    """A mail that waits for a person."""
    del room
    return letter("dana@marlow.example.org", "Hello", "Hello", 4).replace(b"dmarc=pass", b"dmarc=fail")


def asked(room: Room) -> str:
    """A request of Camille's that waits for her."""
    case = room.desk.take_in(request(), "form")
    case = room.desk.act(case.id, room.event(AskedRequester, question="Which shipment is it?"), case.version)
    return case.id


MAILS = (a_request, an_answer, a_bounce, an_unsure_one)


# --- what came of it --------------------------------------------------------------------------


def stands(room: Room, mail_id: str) -> dict[str, Any]:
    """What has to be the same whatever happened on the way."""
    record = room.desk.inbound.mail(mail_id)
    cases = [room.store.load(row.id) for row in rows(room.desk.cases, open_only=False)]
    kinds = (Received, RequesterReplied, Noted)
    said = [event for case in cases for event in case.history if isinstance(event, kinds)]
    texts = [event.request.description if isinstance(event, Received) else event.text for event in said]
    files = [
        event.request.attachments if isinstance(event, Received) else getattr(event, "attachments", ())
        for event in said
    ]
    return {
        "outcome": record.outcome,
        "reason": record.reason,
        "statuses": Counter(str(case.status) for case in cases),
        "events": Counter(type(event).__name__ for event in said),
        "texts": Counter(texts),
        "files": Counter((file.name, file.sha256) for several in files for file in several),
        "issues": len(room.tracker.issues),
        "suppressed": sorted(one.mailbox for one in room.store.suppression_list()),
        "ledger": room.desk.inbound.mail_ledger(),
        "kept": bool(room.files.get(record.key)),
    }


def settle(room: Room) -> None:
    """Sweep until nothing is on its way."""
    for _ in range(MOST_SWEEPS):
        room.clock.advance(minutes=3)
        sweep_mail(room.desk)
        room.desk.sweep()
        if not room.files.keys(ARRIVED) and not room.store.due_items(room.clock()):
            return


def deliver(desk: Desk, raw: bytes) -> str:
    """As SES does, and S3's event; what fails now is left to the sweep."""
    mail_id = keep(desk, raw)
    with suppress(TryLater):
        take(desk, mail_id)
    return mail_id


def twice(room: Room) -> Iterator[str]:
    """Notices that were mailed more than once."""
    sent = Counter(mail.headers.get(ITEM, "") for mail in room.mailer.sent)
    yield from (item for item, times in sent.items() if item and times > 1)


@pytest.mark.parametrize("made", MAILS, ids=lambda made: made.__name__)
def test_a_worker_may_die_at_any_call(process: Process, made: Callable[[Room], bytes]) -> None:
    """Before it and after it: what came of the mail is the same, once, and nothing is left behind."""
    with log.captured():
        whole, counting = Room(process), Killer()
        raw = made(whole)
        mail_id = deliver(killable(whole, counting), raw)
        settle(whole)
        expected = stands(whole, mail_id)
        for place in range(counting.calls):
            for way in (BEFORE, AFTER):
                room = Room(process)
                raw = made(room)
                with pytest.raises(Killed):
                    deliver(killable(room, Killer(place, way)), raw)
                if not room.files.keys(ARRIVED) and place == 0 and way == BEFORE:
                    deliver(room.desk, raw)  # it was not kept, so SES does it again
                settle(room)

                assert expected == stands(room, keep(room.desk, raw)), f"killed {way} call {place}"
                assert [] == [*twice(room)]

    assert counting.calls >= 4
    assert expected["ledger"].balanced


def test_a_mail_that_waits_for_an_hour_is_told(process: Process) -> None:
    """A worker died and no sweep ran: the hourly check says so; the sweep takes the mail in."""
    room, killer = Room(process), Killer(2)
    with pytest.raises(Killed):
        deliver(killable(room, killer), raw := an_unsure_one(room))
    mail_id = hashlib.sha256(raw).hexdigest()[:40]

    assert [] == overdue(room.desk)
    room.clock.advance(minutes=61)
    assert [mail_id] == overdue(room.desk)
    sweep_mail(room.desk)
    assert [] == overdue(room.desk)


def on_another_way(raw: bytes, number: int) -> bytes:
    """The mail as another server passes it on: SES's own headers differ."""
    return re.sub(rb"SMTP id \w+", f"SMTP id x{number}".encode(), raw)


@pytest.mark.parametrize("made", MAILS[:2], ids=lambda made: made.__name__)
def test_a_mail_that_is_delivered_fifty_times_at_once_is_one(process: Process, made: Callable[[Room], bytes]) -> None:
    """The same bytes, and by other servers: one request with its text and file (R3); a hundred more add nothing."""
    room = Room(process)
    raw = made(room)
    copies = [on_another_way(raw, number % 10) for number in range(50)]
    with log.captured(), ThreadPoolExecutor(50) as pool:
        ids = list(pool.map(lambda copy: deliver(room.desk, copy), copies))
        settle(room)
    expected = Room(process)
    first = deliver(expected.desk, made(expected))
    settle(expected)
    names = ("outcome", "events", "texts", "files", "issues")

    assert {name: stands(expected, first)[name] for name in names} == {
        name: stands(room, ids[0])[name] for name in names
    }
    ledger = room.desk.inbound.mail_ledger()
    assert (len({*ids}), 0) == (ledger.received, ledger.waiting)
    before = stands(room, ids[0])
    for copy in copies * 2:
        deliver(room.desk, copy)
    settle(room)
    assert before == stands(room, ids[0])
    assert [] == [*twice(room)]
    assert {MailOutcome.TICKETED, MailOutcome.THREADED} & {room.desk.inbound.mail(one).outcome for one in ids}


def test_a_worker_that_is_overtaken_reads_the_mail_where_it_was_moved(process: Process) -> None:
    """Between its look at the record and at the bytes another worker has finished: nothing is tried again."""
    room = Room(process)
    mail_id = keep(room.desk, a_request(room))
    record = take(room.desk, mail_id)

    assert raw_of(room.desk, record) == raw_of(room.desk, replace(record, key=f"{ARRIVED}{mail_id}"))
