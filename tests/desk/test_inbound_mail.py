"""Mail that comes in: each comes to one end, does what it says once, and never what it may not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn import log
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused, Stale, TryLater
from intake_fn.core.events import AskedRequester, Escalated, HandedOver, MailFailed, Noted, RequesterReplied, Resolved
from intake_fn.core.inbound.record import MailLedger, MailOutcome
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Channel, Kind, Requester
from intake_fn.core.requester_events import RequesterChanged, RequesterKept
from intake_fn.core.steps import advance, allowed
from intake_fn.core.verdict_texts import missing
from intake_fn.core.vocabulary import Outcome, Status
from intake_fn.desk.inbound_mail import ARRIVED, join, keep, raw_of, reject, release, sweep_mail, take
from intake_fn.ports import SuppressedAddress
from intake_fn.texts import message
from tests.desk.fault_injection import Killed
from tests.desk.test_story import PAUL, Room, request
from tests.fakes import ports_of
from tests.mails import DESK, mail, on_top

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.process import Process

CAMILLE, IHELP, ANDREI = "camille@example.com", "ihelp@jaguarfreight.com", "andrei@example.com"
PICTURE = ("écran.png", "image/png", b"\x89PNG\r\n\x1a\n picture")


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def taken(room: Room, raw: bytes) -> MailRecord:
    """The record of a mail that was kept and taken in."""
    return take(room.desk, keep(room.desk, raw))


def address(room: Room, case_id: str) -> str:
    """The address at which mails of a request are answered."""
    return DESK.replace("@", f"+{room.desk.links.mail_token(case_id)}@")


def case_of(room: Room) -> Case:
    """A request of Camille's that is open."""
    return room.desk.take_in(request(), "key")


def waits(room: Room) -> Case:
    """A request that waits for Camille."""
    case = case_of(room)
    return room.desk.act(case.id, room.event(AskedRequester, question="Which list?"), room.seen(case.id))


def resolved(room: Room) -> Case:
    """A request that is resolved."""
    case = case_of(room)
    event = room.event(Resolved, resolution="Done.", outcome=Outcome.FIXED)
    return room.desk.act(case.id, event, room.seen(case.id))


def replies(case: Case) -> list[RequesterReplied]:
    """The replies in the log of a case."""
    return [event for event in case.history if isinstance(event, RequesterReplied)]


def test_a_mail_makes_a_request_with_its_files(room: Room) -> None:
    """The raw mail stays, the receipt goes, and the ledger counts it."""
    record = taken(room, mail(subject="Re: [EXT] Fwd: Error page", files=(PICTURE,)))
    case = room.store.load(record.case_id)

    assert record.outcome is MailOutcome.TICKETED
    assert (case.request.summary, case.request.channel) == ("Error page", Channel.MAIL)
    assert record.subject == "Re: [EXT] Fwd: Error page"
    assert case.request.requester.email == CAMILLE
    assert [(file.name, file.content_type) for file in case.request.attachments] == [("écran.png", "image/png")]
    assert raw_of(room.desk, record).startswith(b"Return-Path:")
    assert room.desk.files.keys(ARRIVED) == []
    assert [sent.to for sent in room.mailer.sent][:1] == [CAMILLE]
    assert room.store.mail_ledger() == MailLedger(received=1, ticketed=1)


def test_fifty_deliveries_at_once_make_one_request(room: Room) -> None:
    """With its body; a hundred more later add nothing (R3, R4)."""
    ways = [mail(files=(PICTURE,)).replace(b"198.51.100.7", b"198.51.100.%d" % number) for number in range(50)]
    with ThreadPoolExecutor(10) as pool:
        records = list(pool.map(lambda raw: _patient(room, raw), ways))
    again = [_patient(room, ways[number % 50]) for number in range(100)]
    (case_id,) = {record.case_id for record in (*records, *again)}

    assert len(room.store.requests_of(CAMILLE)) == 1
    assert room.store.load(case_id).request.attachments
    assert room.store.mail_ledger() == MailLedger(received=50, ticketed=50)
    assert sum(not record.same_as for record in records) == 1
    assert len([sent for sent in room.mailer.sent if sent.to == CAMILLE]) == 1


def _patient(room: Room, raw: bytes) -> MailRecord:
    """Taken in, however often others are faster."""
    mail_id = keep(room.desk, raw)
    for _ in range(20):
        with suppress(TryLater):
            return take(room.desk, mail_id)
    raise AssertionError("it comes to no end")


def test_an_identifier_that_is_used_again_is_another_mail(room: Room) -> None:
    """Some programs use one for all their mails."""
    first, second = taken(room, mail()), taken(room, mail("Another thing is broken.", subject="Another"))

    assert first.case_id != second.case_id


class Killing:
    """A port that dies at one call of all that are made of it and its fellows."""

    def __init__(self, inner: Any, calls: Any, at: int) -> None:
        self._inner, self._calls, self._at = inner, calls, at

    def __getattr__(self, name: str) -> Any:
        """The method, which dies in its turn, when it is done."""
        call = getattr(self._inner, name)
        if not callable(call):
            return call

        def dying(*args: Any, **kwargs: Any) -> Any:
            turn = next(self._calls)
            try:
                return call(*args, **kwargs)
            finally:
                if turn == self._at:
                    raise Killed

        return dying


@pytest.mark.parametrize("kind", ["request", "reply", "escalation"])
def test_a_worker_may_be_killed_between_any_two_calls(process: Process, kind: str) -> None:
    """The mail is there once in the end, with its file, and the ledger balances (R10)."""
    for at in range(1, 60):
        room = Room(process)
        case = at_level(room, 3, "system-analysts") if kind == "escalation" else waits(room)
        to = {"request": DESK, "reply": address(room, case.id), "escalation": f"{ANDREI}, {address(room, case.id)}"}
        sender = "sa@example.com" if kind == "escalation" else CAMILLE
        mail_id = keep(room.desk, mail("It is too complex.", sender=sender, to=to[kind], files=(PICTURE,)))
        if not _killed_at(room, mail_id, at):
            return
        room.clock.advance(minutes=1)
        done = room.store.load(take(room.desk, mail_id).case_id)

        assert room.store.mail_ledger().balanced
        assert room.store.mail_ledger().waiting == 0
        if kind == "request":
            assert len(room.store.requests_of(CAMILLE)) == 2
            assert done.request.attachments
        elif kind == "reply":
            assert [len(reply.attachments) for reply in replies(done)] == [1]
            assert done.status is Status.OPEN
        else:
            assert [event.level for event in done.history if isinstance(event, Escalated)] == [1, 2, 3, 4]
            assert [len(event.attachments) for event in done.history if isinstance(event, Noted)] == [1]
    raise AssertionError("it never ran through")


def _killed_at(room: Room, mail_id: str, at: int) -> bool:
    """Whether the worker dies, which it does at that call of store and files."""
    calls = count(1)
    ports = {**ports_of(Killing(room.store, calls, at)), "files": Killing(room.files, calls, at)}
    try:
        take(replace(room.desk, inline=timedelta(0), **ports), mail_id)
    except Killed:
        return True
    return False


def test_a_mail_that_fails_again_and_again_waits_for_a_person(room: Room) -> None:
    """After three attempts, whatever is wrong (R4)."""

    def broken(_: bytes) -> Any:
        raise RuntimeError

    desk = replace(room.desk, read_mail=broken)
    mail_id = keep(desk, mail())
    for _ in range(3):
        with pytest.raises(TryLater), log.captured():
            take(desk, mail_id)
        room.clock.advance(minutes=1)

    assert take(desk, mail_id).needs_a_person
    assert release(room.desk, mail_id, PAUL).outcome is MailOutcome.TICKETED


def test_the_sweep_takes_up_what_was_kept(room: Room) -> None:
    """One that cannot be taken in keeps no other."""
    room.store.down = True
    mail_id = keep(room.desk, mail())
    with pytest.raises(TryLater):
        take(room.desk, mail_id)
    room.store.down = False

    assert sweep_mail(room.desk) == 1
    assert room.store.mail(mail_id).outcome is MailOutcome.TICKETED
    assert sweep_mail(room.desk) == 0


@pytest.mark.parametrize("sender", [CAMILLE, "colleague@example.com", "stranger@example.net"])
def test_who_has_the_token_joins(room: Room, sender: str) -> None:
    """A reply ends the wait, also one of a colleague; the log says who wrote it."""
    case = waits(room)
    quoted = "Shipments of Paris.\n\nOn Mon, 23 Nov 2026, Help Desk wrote:\n> Which list?\n"
    record = taken(
        room, mail(quoted, sender=sender, to=address(room, case.id), headers={"In-Reply-To": "<x@y.example>"})
    )
    case = room.store.load(case.id)

    assert (record.outcome, record.case_id) == (MailOutcome.THREADED, case.id)
    assert [(reply.text, reply.sender) for reply in replies(case)] == [("Shipments of Paris.", sender)]
    assert case.status is Status.OPEN


def test_a_number_joins_only_who_belongs_to_the_request(room: Room) -> None:
    """Others get a request of their own that says where it may belong; nothing of the other one is changed."""
    case = waits(room)
    own = taken(room, mail(subject=f"Re: [{case.id}] A question"))
    version = room.seen(case.id)
    other = taken(room, mail(subject=f"[{case.id}] same here", sender="x@quillfeather.example.org"))
    notes = [event for event in room.store.load(other.case_id).history if isinstance(event, Noted)]

    assert (own.outcome, own.case_id) == (MailOutcome.THREADED, case.id)
    assert other.outcome is MailOutcome.TICKETED
    assert case.id in notes[0].text
    assert room.seen(case.id) == version


def test_thanks_leave_a_request_resolved_and_anything_else_opens_it(room: Room) -> None:
    """Also in another language, with a name below; but never with a file or a question (R24)."""
    case = resolved(room)
    to = address(room, case.id)
    for text in (
        "Perfect, thanks for the quick help!\n\nCamille",
        "Merci beaucoup pour votre aide !\n\nCamille Laurent",
    ):
        taken(room, mail(text, to=to, subject="Re: x", message_id=f"<{len(text)}@example.com>"))

        assert room.store.load(case.id).status is Status.RESOLVED
    taken(room, mail("Thanks, but it is still there.", to=to, message_id="<3@example.com>"))

    assert room.store.load(case.id).status is Status.OPEN


@pytest.mark.parametrize(
    "raw",
    [
        mail(headers={"Auto-Submitted": "auto-replied"}),
        mail(headers={"X-Autoreply": "yes"}),
        mail(headers={"Precedence": "auto_reply"}),
        mail(subject="Automatic reply: [HD] A question"),
        mail(subject="Réponse automatique : absence"),
        mail(subject="Автоответ: вопрос"),
        mail(subject="自动回复: 问题"),
        mail("I am out of the office until Monday. In urgent cases contact Bob.", subject="Re: A question"),
        mail("Ihre Anfrage ist eingegangen. Dies ist eine automatisch erzeugte E-Mail.", subject="[Ticket#12] Re: x"),
        mail(sender=DESK),
        mail(headers={"X-Specdesk-Item": "HD-1#1#1"}),
        mail(sender="no-reply@example.com"),
    ],
)
def test_what_a_program_wrote_changes_nothing(room: Room, raw: bytes) -> None:
    """No request, no answer, no clock (R7)."""
    case = waits(room)
    version, sent = room.seen(case.id), len(room.mailer.sent)
    record = taken(room, raw.replace(DESK.encode(), address(room, case.id).encode()) if b"From: Cam" in raw else raw)

    assert record.outcome is MailOutcome.IGNORED
    assert (room.seen(case.id), len(room.mailer.sent)) == (version, sent)


GROUP = {"List-Id": "<x.example.com>", "List-Post": "<mailto:x@example.com>", "Precedence": "list"}


def test_a_person_who_answers_through_a_group_is_heard(room: Room) -> None:
    """Another post waits for a person; advertisements, and what the group's own program writes, are ignored."""
    case = waits(room)
    answer = taken(room, mail("It is list 7.", headers=GROUP, to=address(room, case.id)))
    post = taken(room, mail("List 8 is empty.", headers=GROUP))
    advert = taken(room, mail("Buy.", headers={"List-Unsubscribe": "<https://x.example>", "Precedence": "bulk"}))
    of_group = mail("It awaits approval.", headers={**GROUP, "X-List-Administrivia": "yes"}, to=address(room, case.id))
    absence = mail("I am out of the office.", subject="Automatic reply: x", headers=GROUP, to=address(room, case.id))
    outcomes = [one.outcome.value for one in (answer, post, advert, taken(room, of_group), taken(room, absence))]

    assert ["threaded", "quarantined", "ignored", "ignored", "ignored"] == outcomes


def test_a_thread_of_others_that_asks_for_help_is_told_whole(room: Room) -> None:
    """We never saw what it answers; where it answers a mail of ours, we know it."""
    thread = (
        "+helpdesk\n\nOn 25 Nov 2026, at 17:03, Ann <ann@plover.example.org> wrote:\n\n> Invoice 7 is shown twice.\n"
    )
    ours = thread.replace("ann@plover.example.org", DESK)
    head = (
        f"Please look.\n\nFrom: Ann <ann@plover.example.org>\nSent: x\nTo: Jo\nCc: {DESK}\nSubject: x\n\nInvoice 8.\n"
    )
    texts = (thread, ours, head)
    told = [
        taken(
            room, mail(text, sender=f"jo{number}@example.com", subject="Re: Invoice", headers={"References": "<a@b>"})
        )
        for number, text in enumerate(texts)
    ]
    first, second, third = (room.store.load(record.case_id).request.description for record in told)

    assert "Invoice 7 is shown twice." in first
    assert second == "+helpdesk"
    assert "Invoice 8." in third


def test_a_header_that_exchange_writes_on_all_mail_is_no_sign(room: Room) -> None:
    """Nor is an absence that somebody mentions while they ask."""
    first = taken(room, mail(headers={"X-Auto-Response-Suppress": "All", "Auto-Submitted": "no"}))
    second = taken(room, mail("I am out of the office tomorrow, so can you call Bob?", subject="Re: call"))
    third = taken(room, mail("The field is missing.", subject="Automatic"))
    fourth = taken(
        room, mail("It fails.", subject="x").replace(b"Return-Path: <camille", b"Return-Path: <camille laurent")
    )

    assert {MailOutcome.TICKETED} == {one.outcome for one in (first, second, third, fourth)}


def test_a_bounce_marks_the_address_only_with_proof(room: Room) -> None:
    """Anybody can write a report; only one that encloses a mail of ours counts, and only one of a failure."""
    case = waits(room)
    report = (
        b"From: postmaster@mx.example.org\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=d\r\n\r\n"
        b"--d\r\n\r\nFailed.\r\n"
        b"--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;mx\r\n\r\n"
        b"Final-Recipient: rfc822;camille@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"--d\r\nContent-Type: message/rfc822\r\n\r\nReply-To: %s\r\nSubject: x\r\n\r\nx\r\n--d--\r\n"
    )
    forged = taken(room, on_top("postmaster@mx.example.org") + report % b"helpdesk+abcdefgh1234@example.com")
    late = report.replace(b"Action: failed\r\nStatus: 5.1.1", b"Action: delayed\r\nStatus: 4.4.1")
    taken(room, on_top("postmaster@mx.example.org") + late % address(room, case.id).encode())
    suppressed = room.store.suppression(CAMILLE)
    true = taken(room, on_top("postmaster@mx.example.org") + report % address(room, case.id).encode())
    failures = [event for event in room.store.load(case.id).history if isinstance(event, MailFailed)]

    assert (forged.outcome, true.outcome) == (MailOutcome.IGNORED, MailOutcome.IGNORED)
    assert suppressed is None
    assert room.store.suppression(CAMILLE) is not None
    assert [event.to for event in failures] == [CAMILLE]
    assert true.case_id == case.id


@pytest.mark.parametrize(
    ("raw", "outcome", "reason"),
    [
        (mail(sender="roma@example.com", dmarc="fail"), MailOutcome.QUARANTINED, "mail.dmarc"),
        (mail(spam="FAIL"), MailOutcome.QUARANTINED, "mail.spam"),
        (mail(virus="FAIL"), MailOutcome.REJECTED, "mail.virus"),
        (mail(virus="GRAY"), MailOutcome.QUARANTINED, "mail.virus-unknown"),
        (on_top() + b"Subject: x\r\n\r\nHi", MailOutcome.QUARANTINED, "mail.no-sender"),
        (on_top() + b"From: a@example.com, b@example.com\r\n\r\nHi", MailOutcome.QUARANTINED, "mail.senders"),
        (on_top() + b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nHi", MailOutcome.QUARANTINED, "mail.senders"),
        (on_top() + b"From: a@example.com\r\n\r\n", MailOutcome.QUARANTINED, "mail.empty"),
        (b"\x00\xff nothing", MailOutcome.QUARANTINED, "mail.no-sender"),
        (b"", MailOutcome.QUARANTINED, "mail.no-sender"),
    ],
)
def test_what_a_person_has_to_look_at_waits_and_mails_nobody(
    room: Room, raw: bytes, outcome: MailOutcome, reason: str
) -> None:
    """It is kept whole, makes nothing, and is not answered (R2)."""
    record = taken(room, raw)

    assert (record.outcome, record.reason and record.reason.key) == (outcome, reason)
    assert raw_of(room.desk, record) == raw
    assert room.mailer.sent == []
    assert room.store.mail_ledger().balanced


def test_a_person_lets_a_mail_through_or_rejects_it(room: Room) -> None:
    """Once, with their name; then it waits for nobody."""
    first, second = taken(room, mail(spam="FAIL")), taken(room, mail("Other", spam="FAIL"))
    let_through = release(room.desk, first.id, PAUL)
    rejected = reject(room.desk, second.id, PAUL, "An advertisement.")

    assert (let_through.outcome, let_through.reviewed_by) == (MailOutcome.TICKETED, PAUL)
    assert room.store.load(let_through.case_id).request.requester.email == CAMILLE
    assert (rejected.outcome, rejected.reviewed_by) == (MailOutcome.REJECTED, PAUL)
    with pytest.raises(Refused):
        release(room.desk, first.id, PAUL)
    assert room.store.mail_ledger() == MailLedger(received=2, ticketed=1, rejected=1)


def test_a_person_says_where_a_mail_belongs(room: Room) -> None:
    """As the reply of its requester, or as a note; also what was taken for a program's, but nothing with a virus."""
    case = waits(room)
    spam, ignored = taken(room, mail("It is Paris.", spam="FAIL")), taken(room, mail(headers={"X-Autoreply": "yes"}))
    virus = taken(room, mail(virus="FAIL"))
    joined = join(room.desk, spam.id, PAUL, case.id, as_reply=True)
    noted = join(room.desk, ignored.id, PAUL, case.id, as_reply=False)
    after = room.store.load(case.id)

    assert (joined.outcome, joined.case_id, joined.reviewed_by) == (MailOutcome.THREADED, case.id, PAUL)
    assert noted.outcome is MailOutcome.THREADED
    assert [reply.text for reply in replies(after)] == ["It is Paris."]
    assert [event.actor for event in after.history if isinstance(event, Noted)] == [PAUL]
    with pytest.raises(Refused):
        release(room.desk, virus.id, PAUL)


HK, CHLOE = "liaison.hk@example.com", "chloe@lotusline.example.org"
FORWARDED = (
    f"Please see below.\n\n---------- Forwarded message ---------\nFrom: Chloe Yip <{CHLOE}>\n"
    f"Date: Mon, 23 Nov 2026\nSubject: Cut-off\nTo: <{HK}>\n\nThe cut-off is shown one day late."
)


def forwarded(room: Room) -> Case:
    """The request that the liaison of Hong Kong makes by forwarding a client's mail."""
    return room.store.load(taken(room, mail(FORWARDED, sender=HK, name="Kim Lau", subject="Fwd: Cut-off")).case_id)


def mailed_to(room: Room, address: str) -> list[str]:
    """The subjects of the mails to an address, in the order of sending."""
    return [sent.subject for sent in room.mailer.sent if sent.to == address]


def test_a_client_whose_mail_a_liaison_forwards_is_proposed_and_not_mailed(room: Room) -> None:
    """The liaison is the requester until a person confirms it; nobody else may speak for a client."""
    case = forwarded(room)
    by_anybody = taken(room, mail(FORWARDED, subject="Fwd: Cut-off"))

    assert (case.request.requester.email, case.request.requester.office) == (HK, "hong-kong")
    assert case.request.on_behalf_of is not None
    assert (case.request.on_behalf_of.email, case.request.on_behalf_of.office) == (CHLOE, CLIENT)
    assert "one day late" in case.request.description
    assert mailed_to(room, CHLOE) == []
    assert room.store.load(by_anybody.case_id).request.on_behalf_of is None


def test_a_person_confirms_that_the_client_is_the_requester(room: Room) -> None:
    """The client has the receipt then, the liaison a link of their own; it is with the front end of clients."""
    case = forwarded(room)
    room.desk.act(case.id, room.event(RequesterChanged, address=CHLOE), case.version)
    after = room.store.load(case.id)

    assert (after.request.requester.email, after.copies, after.level) == (CHLOE, (HK,), 1)
    assert len(mailed_to(room, CHLOE)) == 1
    assert "Kim Lau forwarded your mail" in next(sent.text for sent in room.mailer.sent if sent.to == CHLOE)
    assert any("in copy" in subject for subject in mailed_to(room, HK))
    assert any(note.startswith(f"The requester is now {CHLOE}") for note in room.tracker.notes[after.issue or 0])
    assert (case.id in room.store.requests_of(CHLOE), case.id in room.store.requests_of(HK)) == (True, True)

    taken(room, mail("It is the Rotterdam list.", sender=CHLOE, subject=f"Re: Cut-off [{case.id}]"))
    taken(room, mail("I have told them.", sender=HK, subject=f"Re: Cut-off [{case.id}]"))
    last = room.store.load(case.id).history
    assert [reply.sender for reply in replies(room.store.load(case.id))] == [CHLOE]
    assert [event.actor for event in last if isinstance(event, Noted)] == [HK]


def test_a_client_is_asked_what_the_liaison_was_asked(room: Room) -> None:
    """While it waits, whoever becomes the requester is mailed the question, and their answer ends the wait."""
    case = forwarded(room)
    room.desk.act(case.id, room.event(AskedRequester, question="Which list?"), case.version)
    room.desk.act(case.id, room.event(RequesterChanged, address=CHLOE), room.seen(case.id))
    asked = [sent for sent in room.mailer.sent if sent.to == CHLOE and "> Which list?" in sent.text]
    taken(room, mail("The red one.", sender=CHLOE, to=asked[0].reply_to, subject="Re: x"))

    assert len(asked) == 1
    assert room.store.load(case.id).status is Status.OPEN


def test_whose_mail_it_was_is_said_once(room: Room) -> None:
    """The same click again changes nothing, a second person is told that it has changed, and no is no for good."""
    case, other = forwarded(room), forwarded_again(room)
    for _ in range(2):
        room.desk.act(case.id, room.event(RequesterChanged, address=CHLOE), case.version)
    with pytest.raises(Stale):
        room.desk.act(case.id, replace(room.event(RequesterKept, address=CHLOE), actor=ANDREI), case.version)
    room.desk.act(other.id, room.event(RequesterKept, address=CHLOE), other.version)
    with pytest.raises(Refused, match="already decided"):
        room.desk.act(other.id, room.event(RequesterChanged, address=CHLOE), room.seen(other.id))

    assert len(mailed_to(room, CHLOE)) == 1
    assert room.store.load(other.id).request.requester.email == HK


def forwarded_again(room: Room) -> Case:
    """Another mail of the same client, forwarded by the same liaison."""
    raw = mail(f"{FORWARDED} It is B.", sender=HK, subject="Fwd: B", message_id="<b@example.com>")
    return room.store.load(taken(room, raw).case_id)


@pytest.mark.parametrize("email", ["", "chloe", "chloe@"])
def test_an_address_that_is_none_or_was_erased_does_not_become_the_requester(room: Room, email: str) -> None:
    """An erased one is offered to nobody; nothing changes."""
    case = forwarded(room)
    client = Requester("Chloe Yip", email, CLIENT)
    case = replace(case, request=replace(case.request, on_behalf_of=client))

    assert bool(email) is (RequesterChanged in allowed(case, room.desk.process).events)
    for address in (CHLOE, email):
        with pytest.raises(Refused):
            advance(case, room.event(RequesterChanged, address=address), room.desk.process)


def test_a_client_whom_no_mail_reaches_does_not_become_the_requester(room: Room) -> None:
    """Whoever confirms it is told, and nothing changes."""
    case = forwarded(room)
    room.store.suppress(SuppressedAddress(CHLOE, message("as-written", text="It bounced."), room.clock()))

    with pytest.raises(Refused, match="suppression list"):
        room.desk.refuse_unreached(room.event(RequesterChanged, address=CHLOE))
    room.desk.refuse_unreached(room.event(Noted, text="So."))
    assert room.store.load(case.id).request.requester.email == HK


def test_a_liaison_who_forwarded_a_mail_answers_as_its_requester_and_orders_as_its_handler(room: Room) -> None:
    """Until a person has said whose request it is, the liaison is both."""
    case = forwarded(room)
    room.desk.act(case.id, room.event(AskedRequester, question="Which list?"), room.seen(case.id))
    taken(room, mail("The client says: all.", sender=HK, to=address(room, case.id), subject="Re: x"))
    answered = room.store.load(case.id)
    taken(room, mail("Escalate: it is too complex.", sender=HK, to=address(room, case.id), subject="Re: x"))

    assert (answered.status, [reply.text for reply in replies(answered)]) == (Status.OPEN, ["The client says: all."])
    assert room.store.load(case.id).level == 1


def at_level(room: Room, level: int, handler: str) -> Case:
    """A request that is at a level."""
    case = case_of(room)
    ways = [(1, "ihelp"), (2, "marc-selter"), (3, "system-analysts"), (4, "andrei")]
    while case.level < level:
        up, person = next(way for way in ways if way[0] > case.level)
        person = handler if up == level else person
        event = room.event(Escalated, level=up, handler=person, reason="too-complex")
        case = room.desk.act(case.id, event, room.seen(case.id))
    return case


def test_level_3_sends_a_request_to_level_4(room: Room) -> None:
    """With a reason it is escalated to whom the mail is sent; without one it is asked for, and nothing moves."""
    case = at_level(room, 3, "system-analysts")
    to = f"{ANDREI}, {address(room, case.id)}"
    taken(room, mail("Please have a look.", sender="sa@example.com", to=to, subject="FW: x"))
    notes = [event for event in room.store.load(case.id).history if isinstance(event, Noted)]

    assert room.store.load(case.id).level == 3
    assert ["sa@example.com", "specdesk"] == sorted(note.actor for note in notes)
    assert any(sent.to == "sa@example.com" and "Escalate to Andrei" in sent.text for sent in room.mailer.sent)
    answer = "Escalate to Andrei: it is too complex for us."
    taken(room, mail(answer, sender="sa@example.com", to=address(room, case.id), message_id="<2@example.com>"))
    after = room.store.load(case.id)

    assert (after.level, after.handler) == (4, "andrei")
    assert isinstance(after.history[-1], Escalated)


def test_what_an_engineer_writes_is_a_note_unless_they_say_so(room: Room) -> None:
    """Nothing reaches the requester by mistake."""
    case = at_level(room, 4, "andrei")
    to = address(room, case.id)
    room.mailer.sent.clear()
    taken(room, mail("The client is wrong again.", sender=ANDREI, to=to))
    note = room.store.load(case.id).history[-1]

    assert isinstance(note, Noted)
    assert [sent for sent in room.mailer.sent if sent.to == CAMILLE] == []
    for number, (text, kind) in enumerate(
        [("Answer: It is fixed tonight.", UpdateSent), ("Ask: Which browser?", AskedRequester)]
    ):
        taken(room, mail(text, sender=ANDREI, to=to, message_id=f"<{number}@x.example>"))

        assert isinstance(room.store.load(case.id).history[-1], kind)
    taken(room, mail("Hand over to Roma.", sender=ANDREI, to=to, message_id="<9@x.example>"))

    assert room.store.load(case.id).handler == "roma"
    assert isinstance(room.store.load(case.id).history[-1], HandedOver)


def test_an_engineer_whom_nothing_confirms_waits_for_a_person(room: Room) -> None:
    """Who writes a colleague's address does not act as them."""
    case = case_of(room)
    record = taken(room, mail(sender=ANDREI, to=address(room, case.id), dmarc="none"))

    assert (record.outcome, record.reason and record.reason.key) == (MailOutcome.QUARANTINED, "mail.engineer")


def test_an_engineers_mail_that_names_an_issue_is_attached_to_its_request(room: Room) -> None:
    """By its number in Mantis; a client's mail with such a number is a request of its own."""
    case = case_of(room)
    number = room.store.load(case.id).issue
    by_engineer = taken(room, mail("See the log.", sender=ANDREI, subject=f"Mantis #{number}", files=(PICTURE,)))
    by_client = taken(room, mail(subject=f"Mantis #{number}"))
    note = room.store.load(case.id).history[-1]

    assert (by_engineer.outcome, by_engineer.case_id) == (MailOutcome.THREADED, case.id)
    assert isinstance(note, Noted)
    assert [file.name for file in note.attachments] == ["écran.png"]
    assert by_client.outcome is MailOutcome.TICKETED


def test_the_kind_is_guessed_by_the_judge(room: Room) -> None:
    """It is a label; a person may change it."""
    record = taken(room, mail("The page crashes with an error."))

    assert room.store.load(record.case_id).request.kind is Kind.BUG


def test_two_programs_that_answer_each_other_come_to_rest(room: Room) -> None:
    """A sender who answers each receipt with a new mail gets two of ours a day, then waits for a person (R6)."""
    outcomes = []
    for number in range(20):
        room.clock.advance(minutes=30)
        raw = mail(
            f"We are glad to help you with case {number}.",
            sender="it@other.example.net",
            subject=f"Re: We have received your request {number}",
            message_id=f"<{number}@other.example.net>",
            headers={"In-Reply-To": f"<r{number}@other.example.net>"},
        )
        outcomes.append(taken(room, raw).outcome)

    assert len([sent for sent in room.mailer.sent if sent.to == "it@other.example.net"]) <= 2
    assert outcomes[-1] is MailOutcome.QUARANTINED


def test_the_receipt_of_a_bug_by_mail_asks_for_what_its_form_demands(room: Room) -> None:
    """Exactly for what is not there, with the link to the page where it can be added (the process's interview)."""
    record = taken(room, mail("The page crashes with an error."))
    receipt = next(sent for sent in room.mailer.sent if sent.to == CAMILLE)
    lacks = [one.name for one in missing(room.store.load(record.case_id))]

    assert lacks == ["expected", "steps", "always", "priority", "no_screenshot", "company"]
    assert "Does it happen every time?" in receipt.text
    assert f"{room.desk.links.status(record.case_id)[:30]}" in receipt.text
    assert receipt.text.count("/form\n") == 1
    with_picture = taken(room, mail("It crashes with an error.", message_id="<2@x.example>", files=(PICTURE,)))
    taken(room, mail("1. Open it.", to=address(room, record.case_id), message_id="<3@x.example>"))

    assert "no_screenshot" not in [one.name for one in missing(room.store.load(with_picture.case_id))]
    assert missing(room.store.load(record.case_id)) == ()
