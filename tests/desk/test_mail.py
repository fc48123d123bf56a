"""A notice as a mail: both parts, one thread for a request, and no answer from machines."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.ses import _message
from intake_fn.core.errors import OutcomeUnknown, TryLater
from intake_fn.core.events import (
    AskedRequester,
    HandedOver,
    MailFailed,
    NoticesBundled,
    NoticeSkipped,
    RequesterReplied,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.messages import in_words
from intake_fn.core.notices import NOTICES
from intake_fn.core.vocabulary import Failure, Filing
from intake_fn.desk.mail import headers, mail_of
from intake_fn.mail_templates import render
from intake_fn.ports import MailReport, SuppressedAddress
from intake_fn.texts import message
from tests.core.samples import CASE_ID, case_at
from tests.desk.fault_injection import READS, WRITES, Broken, FaultInjector, Killed, Unreliable
from tests.desk.test_story import Room, at_level_4, request
from tests.fakes import PlainLinks, ports_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>")
"""RFC 5322, msg-id, with a domain of at least two labels."""


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


CAMILLE, LIAISON = "camille@example.com", "liaison.paris@example.com"


def mail(name: str, process: Process, number: int = 1) -> Mail:
    """A notice about one case."""
    notice = SendNotice(name, "camille@example.com", {"name": "Camille", "text": "Hello"})
    return mail_of(notice, f"{CASE_ID}#{number}#1", case_at(3, "paul"), process, PlainLinks(), render)


@pytest.mark.parametrize("name", list(NOTICES))
def test_every_notice_goes_out_as_plain_text_and_html(process: Process, name: str) -> None:
    """A mail program shows what it can; automatic answers are asked not to come (RFC 3834)."""
    sent = mail(name, process)
    read = message_from_bytes(_message(sent, sent.to, process.mail), policy=default)
    text, html = read.iter_parts()

    assert ["text/plain", "text/html"] == [text.get_content_type(), html.get_content_type()]
    assert (sent.text, sent.html) == tuple(p.get_content().replace("\r\n", "\n") for p in (text, html))
    assert ("auto-generated", "All") == (read["Auto-Submitted"], read["X-Auto-Response-Suppress"])
    assert f"helpdesk+{PlainLinks().mail_token(CASE_ID)}@example.com" == read["Reply-To"]
    assert f"{CASE_ID}#1#1" == read["X-Specdesk-Item"]


def test_all_mails_of_a_request_have_one_root_and_those_of_another_have_another(process: Process) -> None:
    """Mail programs thread by it; it follows from the request's number, so it is the same in a year."""
    roots = {
        value
        for number, name in enumerate(NOTICES)
        for key, value in mail(name, process, number).headers.items()
        if key in ("References", "In-Reply-To")
    }

    token = PlainLinks().mail_token(CASE_ID)
    root = "<hd-0000-0001@example.com>"

    assert {root, f"<hd-0000-0001.{token}@example.com> {root}"} == roots
    assert roots.isdisjoint(headers("HD-0000-0002", "HD-0000-0002#1#1", process.mail).values())


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("helpdesk@example.com", "example.com"),
        ("HelpDesk@Mail.Example.COM", "mail.example.com"),
        ("aide@bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_root_is_a_message_id_in_the_domain_of_our_address(process: Process, address: str, domain: str) -> None:
    """In ASCII, whatever the address is written in."""
    root = headers(CASE_ID, "item", replace(process.mail, address=address))["References"]

    assert f"<{CASE_ID.lower()}@{domain}>" == root
    assert MESSAGE_ID.fullmatch(root)


# --- too many, and to whom by now ------------------------------------------------------------


def busy(room: Room, times: int) -> str:
    """A request about which the requester has had a receipt and `times` questions; each was answered."""
    case = room.desk.take_in(request(), "key")
    for number in range(times):
        case = room.desk.act(case.id, room.event(AskedRequester, question=f"Question {number}?"), case.version)
        reply = RequesterReplied(at=room.clock(), actor="requester", text=f"Answer {number}.")
        case = room.desk.act(case.id, reply, 0)
    return case.id


def to(room: Room, address: str) -> list[str]:
    """The subjects of the mails that went to somebody, without number and summary."""
    return [mail.subject.partition("] ")[2].partition(": ")[0] for mail in room.mailer.sent if mail.to == address]


def test_what_is_too_much_within_an_hour_waits_and_goes_as_one_mail(room: Room) -> None:
    """Twenty go; the others are not lost, and the history says what became of them (R29)."""
    case_id = busy(room, 30)
    assert 20 == len(to(room, "camille@example.com")) == len(to(room, "liaison.paris@example.com"))
    assert 22 == len(room.store.items_of(case_id))
    assert {True} == {"camille" in i.last_error or "liaison" in i.last_error for i in room.store.items_of(case_id)}

    room.clock.advance(minutes=59)
    room.desk.sweep()
    assert 40 == len(room.mailer.sent)

    room.clock.advance(minutes=2)
    room.desk.sweep()
    assert ["Digest"] == to(room, "camille@example.com")[20:] == to(room, "liaison.paris@example.com")[20:]
    assert "\n- A question (11 times)\n" in room.mailer.sent[40].text
    assert "\n- The requester has replied (11 times)\n" in room.mailer.sent[41].text
    assert [] == list(room.store.items_of(case_id))
    assert [("camille@example.com", ("question",) * 11), ("liaison.paris@example.com", ("replied",) * 11)] == [
        (event.to, event.notices) for event in room.store.load(case_id).history if isinstance(event, NoticesBundled)
    ]


def test_a_mail_that_waited_alone_goes_as_it_is(room: Room) -> None:
    """There is nothing to bundle."""
    case_id = busy(room, 20)
    room.clock.advance(minutes=61)
    room.desk.sweep()

    assert "A question" == to(room, "camille@example.com")[-1]
    assert "> Question 19?" in room.mailer.sent[-2].text
    assert [] == list(room.store.items_of(case_id))


def test_programs_that_answer_each_other_come_down_to_one_mail_an_hour(room: Room) -> None:
    """Each mail to the handler is answered by a program within the minute, for a day."""
    case_id = busy(room, 0)
    answered = 0
    for _ in range(24 * 60):
        mails = len(to(room, "liaison.paris@example.com"))
        if mails > answered:
            answered = mails
            seen = room.store.load(case_id).version
            room.desk.act(case_id, RequesterReplied(at=room.clock(), actor="requester", text="I am away."), seen)
        room.clock.advance(minutes=1)
        room.desk.sweep()

    assert 20 + 23 >= len(to(room, "liaison.paris@example.com"))


def test_what_was_put_off_is_not_lost_while_the_mail_service_is_down(room: Room) -> None:
    """Six hours; then it goes, once."""
    case_id = busy(room, 25)
    room.mailer.down = True
    for _ in range(6 * 12):
        room.clock.advance(minutes=5)
        room.desk.sweep()
    room.mailer.down = False
    for _ in range(48):
        room.clock.advance(minutes=5)
        room.desk.sweep()

    told = [event for event in room.store.load(case_id).history if isinstance(event, NoticesBundled)]
    single = to(room, "camille@example.com").count("A question")
    bundled = sum(len(event.notices) for event in told if event.to == "camille@example.com")
    assert 25 == single + bundled
    assert [] == list(room.store.items_of(case_id))


def test_a_bundle_that_may_have_been_sent_is_given_up_whole(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is sent again by itself; a person sees each part."""
    case_id = busy(room, 22)

    def silent(_: Mail) -> str:
        raise OutcomeUnknown("No answer in time.")

    monkeypatch.setattr(room.mailer, "send", silent)
    room.clock.advance(minutes=61)
    room.desk.sweep()
    monkeypatch.undo()
    room.clock.advance(hours=2)
    room.desk.sweep()

    assert 40 == len(room.mailer.sent)
    assert {(True, "question"), (True, "replied")} == {
        (item.dead_lettered, item.intent.notice)
        for item in room.store.items_of(case_id)
        if isinstance(item.intent, SendNotice)
    }


def test_a_warning_goes_to_who_has_it_by_now(room: Room) -> None:
    """Said at night, mailed in the morning; in between it was handed over (R20)."""
    case_id = at_level_4(room)
    room.clock.advance(hours=8, minutes=30)
    room.desk.sweep()
    case = room.store.load(case_id)
    room.desk.act(case_id, room.event(HandedOver, handler="andrei"), case.version)
    room.mailer.sent.clear()
    room.clock.advance(hours=16)
    room.desk.sweep()

    (mail,) = [mail for mail in room.mailer.sent if "Overdue" in mail.subject]
    assert "andrei@example.com" == mail.to
    assert mail.text.startswith("Hello Andrei,")


@pytest.mark.parametrize("seed", range(12))
def test_no_notice_is_missing_or_sent_twice_whatever_fails(process: Process, seed: int) -> None:
    """Calls of store and mail fail before and after they are made, workers are killed; at most three mails an hour."""
    room = Room(replace(process, mail=replace(process.mail, per_hour=3)))
    injector = FaultInjector(random.Random(seed))  # noqa: S311 - the same faults for the same seed
    desk: Any = replace(
        room.desk,
        **ports_of(Unreliable(room.store, injector, "store", (*READS, *WRITES, "throttle", "save_throttle"))),
        mailer=Unreliable(room.mailer, injector, "mail", ("send",)),
    )
    injector.active = False
    case_id = busy(room, 0)
    for number in range(24):
        injector.active = False
        room.mailer.down = True
        case = room.store.load(case_id)
        room.desk.act(case_id, room.event(AskedRequester, question=f"Question {number}?"), case.version)
        room.mailer.down = False
        room.clock.advance(minutes=10)
        injector.active = True
        with suppress(Killed, Broken, TryLater):
            desk.sweep()
    injector.active = False
    for _ in range(60):
        room.clock.advance(minutes=20)
        room.desk.sweep()
    bundles = [event for event in room.store.load(case_id).history if isinstance(event, NoticesBundled)]
    bundled = sum(len(event.notices) for event in bundles if event.to == CAMILLE)
    single = [mail for mail in room.mailer.sent if "A question" in mail.subject]
    unsure = [item for item in room.store.dead_letters() if isinstance(item.intent, SendNotice)]

    assert len(single) + bundled + len(unsure) >= 24, "nothing is missing"
    assert len({mail.item for mail in room.mailer.sent}) == len(room.mailer.sent), "nothing is there twice"
    assert bundles
    assert [] == [item for item in room.store.items_of(case_id) if not item.dead_lettered]


# --- what comes back -------------------------------------------------------------------------


def report(item: str, to: str = CAMILLE, failure: Failure = Failure.BOUNCED, number: int = 1) -> MailReport:
    """What the mail service says of a mail."""
    return MailReport(f"feedback-{number}", to, failure, "550 nobody here", item)


def told(room: Room, case_id: str) -> list[str]:
    """What the history says of mail."""
    lines = []
    for event in room.store.load(case_id).history:
        if isinstance(event, MailFailed):
            lines.append(f"{event.failure} {event.to}")
        if isinstance(event, NoticeSkipped):
            lines.append(f"{event.notice} not mailed to {event.to}: {in_words([event.why])}")
    return lines


def test_an_address_that_does_not_exist_gets_no_more_mail_and_the_handler_is_told(room: Room) -> None:
    """What is not sent is recorded with its reason (R29); everything else goes on."""
    case = room.desk.take_in(request(), "key")
    receipt = room.mailer.sent[0]
    assert room.desk.mail_failed(report(receipt.item, "Camille@Example.com"))
    room.desk.sweep()
    case = room.store.load(case.id)
    room.desk.act(case.id, room.event(AskedRequester, question="Which browser?"), case.version)

    assert [CAMILLE, LIAISON, LIAISON] == [mail.to for mail in room.mailer.sent]
    assert (
        "Mail to Camille@Example.com bounced. The address is now on the suppression list." in room.mailer.sent[2].text
    )
    assert "> 550 nobody here" in room.mailer.sent[2].text
    assert [
        "bounced Camille@Example.com",
        f"question not mailed to {CAMILLE}: Mail to Camille@Example.com bounced. 550 nobody here",
    ] == told(room, case.id)
    assert [] == list(room.store.items_of(case.id))
    why = message("skipped.suppressed", to="Camille@Example.com", failure="bounced", detail="550 nobody here")
    assert [SuppressedAddress(CAMILLE, why, room.clock(), case.id)] == list(room.store.suppression_list())


def test_an_address_is_marked_for_all_requests(room: Room) -> None:
    """The next request of the same person is filed, and its receipt is not mailed."""
    first = room.desk.take_in(request(), "key")
    room.desk.mail_failed(report(f"{first.id}#2#2", failure=Failure.COMPLAINED))
    second = room.desk.take_in(request(summary="Another"), "other key")

    assert 1 == [mail.to for mail in room.mailer.sent].count(CAMILLE)
    assert Filing.FILED is second.filing
    assert ["receipt not mailed to camille@example.com"] == [line.partition(":")[0] for line in told(room, second.id)]


def test_the_same_report_twice_is_one_event(room: Room) -> None:
    """SNS delivers at least once; also after an admin has unmarked the address."""
    case = room.desk.take_in(request(), "key")
    twice = [room.desk.mail_failed(report(f"{case.id}#2#2")) for _ in range(2)]
    room.store.unsuppress(CAMILLE)
    late = room.desk.mail_failed(report(f"{case.id}#2#2"))

    assert ([True, False], False) == (twice, late)
    assert ["bounced camille@example.com"] == told(room, case.id)
    assert [] == list(room.store.suppression_list())


def test_of_two_at_once_one_takes_it_in(room: Room) -> None:
    """The slower one reads again and finds it told."""
    case = room.desk.take_in(request(), "key")
    save = room.store.save
    faster: list[bool] = []

    def overtaken(*args: Any, **more: Any) -> None:
        if not faster:
            faster.append(True)
            faster.append(room.desk.mail_failed(report(f"{case.id}#2#2")))
        save(*args, **more)

    room.store.save = overtaken  # type: ignore[method-assign]
    slower = room.desk.mail_failed(report(f"{case.id}#2#2"))

    assert ([True, True], False) == (faster, slower)
    assert ["bounced camille@example.com"] == told(room, case.id)


def test_a_mail_that_did_not_arrive_this_time_silences_nobody(room: Room) -> None:
    """A full mailbox; it stands in the history."""
    case = room.desk.take_in(request(), "key")
    room.desk.mail_failed(report(f"{case.id}#2#2", failure=Failure.UNDELIVERED))
    room.desk.sweep()

    assert ["undelivered camille@example.com"] == told(room, case.id)
    assert ([], 2) == (list(room.store.suppression_list()), len(room.mailer.sent))


def test_of_a_handlers_address_level_3_is_told(room: Room) -> None:
    """They would not read it themselves; and when it is that of level 3, nobody is mailed and nothing goes round."""
    case = room.desk.take_in(request(), "key")
    room.desk.mail_failed(report(f"{case.id}#2#3", LIAISON))
    room.desk.sweep()
    assert "sa@example.com" == room.mailer.sent[-1].to
    assert "liaison.paris@example.com bounced" in room.mailer.sent[-1].text

    room.desk.mail_failed(report(room.mailer.sent[-1].item, "sa@example.com", number=2))
    room.desk.sweep()
    assert 3 == len(room.mailer.sent)
    assert "unreached not mailed to liaison.paris@example.com" == told(room, case.id)[-1].partition(":")[0]


def test_a_report_on_a_mail_about_no_request_marks_the_address(room: Room) -> None:
    """A link to sign in, or a request that this table does not have."""
    for number, item in enumerate(("", "HD-9999-9999#1#1")):
        assert room.desk.mail_failed(report(item, f"person{number}@example.com"))

    assert ["person0@example.com", "person1@example.com"] == [mark.mailbox for mark in room.store.suppression_list()]


def test_after_an_admin_has_unmarked_it_the_address_gets_mail_again(room: Room) -> None:
    """What was not mailed meanwhile stays unmailed: it is recorded, and the page has it all."""
    case = room.desk.take_in(request(), "key")
    room.desk.mail_failed(report(f"{case.id}#2#2"))
    assert room.store.unsuppress(CAMILLE)
    case = room.store.load(case.id)
    room.desk.act(case.id, room.event(AskedRequester, question="Which browser?"), case.version)

    assert CAMILLE == room.mailer.sent[-1].to
    assert room.mailer.sent[-1].subject.startswith(f"[{case.id}] A question")


def test_a_mailbox_without_plus_addresses_gets_its_answers_as_before(process: Process) -> None:
    """Its mail server might refuse them; the token stands among the references all the same."""
    plain = replace(process, mail=replace(process.mail, plus_addresses=False))
    sent = mail("receipt", plain)

    assert sent.reply_to == ""
    assert PlainLinks().mail_token(CASE_ID) in sent.headers["References"]


def test_the_id_that_the_mail_service_gives_leads_back_to_the_request(room: Room) -> None:
    """An answer may refer to nothing else; that it cannot be kept does not make the mail a failure."""
    case_id = busy(room, 0)

    assert room.store.case_of_message("mail-1") == case_id
