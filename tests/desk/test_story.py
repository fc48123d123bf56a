"""The story of a request, told with fakes that keep state: nothing is lost, nothing is filed twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.mail_in import read
from intake_fn.core.errors import OutcomeUnknown, Refused, Stale, TryLater, Unknown
from intake_fn.core.events import (
    AskedRequester,
    Breached,
    Escalated,
    Linked,
    MailFailed,
    Noted,
    NoticeSkipped,
    Overruled,
    RequesterReplied,
    Resolved,
    Retried,
    Warned,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.process import WorkingDayHours
from intake_fn.core.request import Attachment, Kind, Priority, Request, Requester
from intake_fn.core.vocabulary import Category, Failure, Filing, Relation, Status
from intake_fn.desk import Desk
from intake_fn.mail_templates import render
from spec_lookup import Claim, Reason, Spec, SpecLookupError, Verdict
from tests.fakes import Clock, Ids, MemoryFiles, MemoryMailer, MemoryStore, MemoryTracker, PlainLinks, ports_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

PAUL = "paul@example.com"


class PlainSpec:
    """A judge that always says bug, or fails like a missing index."""

    broken = False

    def nearest(self, _: Claim) -> str:
        """None."""
        return ""

    def judge(self, claim: Claim) -> Verdict:
        """Say bug."""
        if self.broken:
            raise SpecLookupError("There is no index. Build it.")
        return Verdict(
            category="bug",
            confidence=0.9,
            citations=(),
            counter=None,
            reasons=(Reason("said", {"text": "It crashed."}),),
            judge="built-in",
            engine="test",
            spec="test",
            claim=claim,
        )


class Room:
    """A desk on fakes, with everything at hand."""

    def __init__(self, process: Process) -> None:
        self.clock = Clock()
        self.store, self.tracker, self.mailer, self.files = (
            MemoryStore(),
            MemoryTracker(),
            MemoryMailer(),
            MemoryFiles(),
        )
        self.spec: Any = PlainSpec()
        self.desk = Desk(
            process=process,
            spec=lambda: self.spec,
            **ports_of(self.store),
            tracker=self.tracker,
            mailer=self.mailer,
            files=self.files,
            links=PlainLinks(self.clock),
            render_mail=render,
            read_mail=read,
            clock=self.clock,
            new_id=Ids(),
        )

    def event(self, kind: Any, **what: Any) -> Any:
        """An event of now, by Paul."""
        return kind(at=self.clock(), actor=PAUL, **what)

    def seen(self, case_id: str) -> int:
        """The version of a case that somebody sees who looks at it now."""
        return self.store.load(case_id).version


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def request(**changes: Any) -> Request:
    """A complete bug report from Paris."""
    whole = Request(
        kind=Kind.BUG,
        requester=Requester("Camille", "camille@example.com", "paris"),
        summary="Error page when a shipment is opened",
        description="It shows error 500. @andrei please look.",
        expected="The shipment opens.",
        steps="1. Open it",
        always=True,
        priority=Priority.HIGH,
        module="shipments",
    )
    return replace(whole, **changes)


def test_another_judge_may_be_chosen_and_is_told_the_requesters_name(room: Room) -> None:
    """The name is not sent outside, so whoever asks outside has to know it."""
    told: list[tuple[str, ...]] = []

    def judge(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        told.append(names)
        return replace(spec.judge(claim), judge="another")

    case = replace(room.desk, judge=judge).take_in(request(), "key")

    assert case.verdict is not None
    assert ("another", [("Camille",)]) == (case.verdict["judge"], told)


def test_a_request_is_judged_filed_and_confirmed_at_once(room: Room) -> None:
    """With everything up, one call brings a request to its front end, into Mantis and to the requester."""
    case = room.desk.take_in(request(), "key")

    assert (Status.OPEN, Category.BUG, 0, "paris-liaison", Filing.FILED, 1) == (
        case.status,
        case.category,
        case.level,
        case.handler,
        case.filing,
        case.issue,
    )
    assert ["camille@example.com", "liaison.paris@example.com"] == [mail.to for mail in room.mailer.sent]
    assert [] == list(room.store.items_of(case.id))
    assert room.store.ledger().balanced


def test_the_issue_carries_the_field_map(room: Room) -> None:
    """Project, handler, priority, reproducibility, status and marker stand in Mantis as support.yml says."""
    case = room.desk.take_in(request(), "key")
    issue = room.tracker.issues[1]

    assert ("Bugs InBox", "liaison.paris", "high", "always", "assigned", f"Specdesk {case.id}") == (
        issue.project,
        issue.handler,
        issue.priority,
        issue.reproducibility,
        issue.status,
        issue.marker,
    )
    assert issue.information.startswith(f"Specdesk {case.id}\n")
    assert "Shipments and milestones" == issue.category


def test_the_same_key_gives_the_same_case(room: Room) -> None:
    """A double click, a back button or a retry makes no second case, issue or mail (R9)."""
    first = room.desk.take_in(request(), "key")
    again = room.desk.take_in(request(), "key")

    assert first.id == again.id
    assert (1, 2, 1) == (len(room.tracker.issues), len(room.mailer.sent), room.store.ledger().received)


def test_while_mantis_is_down_the_request_waits_and_is_filed_later(room: Room) -> None:
    """The receipt does not depend on Mantis; the sweep files the request when it is back."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")

    assert (Filing.QUEUED, Category.BUG, None) == (case.filing, case.category, case.issue)
    assert "camille@example.com" == room.mailer.sent[0].to

    room.tracker.down = False
    assert 0 == room.desk.sweep().delivered, "it is not tried again before its time"
    room.clock.advance(minutes=2)
    assert 2 == room.desk.sweep().delivered, "filed, and looked at"
    assert (Filing.FILED, 1) == (room.store.load(case.id).filing, room.store.load(case.id).issue)


def test_notes_wait_for_the_issue_and_keep_their_order(room: Room) -> None:
    """What is owed to Mantis goes in order: nothing overtakes the filing."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    for text in ("first", "second"):
        case = room.desk.act(case.id, room.event(Noted, text=text), case.version)
    room.tracker.down = False
    for _ in range(4):
        room.clock.advance(minutes=20)
        room.desk.sweep()

    assert ["first", "second"] == [note.splitlines()[1] for note in room.tracker.notes[1]]
    assert [] == list(room.store.items_of(case.id))


def test_a_judge_that_cannot_speak_delays_the_verdict_and_loses_nothing(room: Room) -> None:
    """A missing index is our fault: the request is safe, and judged when the index is there."""
    room.spec.broken = True
    case = room.desk.take_in(request(), "key")
    assert (Status.NEW, None) == (case.status, case.verdict)

    room.spec.broken = False
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert (Category.BUG, 1) == (room.store.load(case.id).category, room.store.load(case.id).issue)


def test_when_the_store_is_down_nothing_is_taken_in(room: Room) -> None:
    """The form is told to keep what was typed; no half of a request remains."""
    room.store.down = True
    with pytest.raises(TryLater):
        room.desk.take_in(request(), "key")
    room.store.down = False

    assert 0 == room.store.ledger().received


def test_when_the_store_fails_after_saving_the_receipt_is_given_all_the_same(room: Room) -> None:
    """The request is safe from the moment it is saved; the sweep goes on from there."""
    saved = room.store.create

    def then_down(step: Any, key: str) -> str:
        case_id = saved(step, key)
        room.store.down = True
        return case_id

    room.store.create = then_down  # type: ignore[method-assign]  # the store goes down between two calls
    case = room.desk.take_in(request(), "key")
    room.store.down = False
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert (Status.OPEN, Filing.FILED) == (case.status, room.store.load(case.id).filing)


def test_an_item_that_fails_too_often_is_given_up_where_everybody_sees_it(room: Room) -> None:
    """After the last try the case shows the failure and the ledger still balances; a retry files it."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    for _ in range(210):
        room.clock.advance(minutes=20)
        room.desk.sweep()

    assert Filing.FAILED is room.store.load(case.id).filing
    assert (1, True) == (room.store.ledger().failed, room.store.ledger().balanced)

    room.tracker.down = False
    for item in room.store.dead_letters():
        room.desk.retry(item.id, PAUL)
    room.desk.sweep()

    assert (Filing.FILED, 1) == (room.store.load(case.id).filing, len(room.tracker.issues))


def test_what_is_put_back_in_line_is_told_in_the_log(room: Room) -> None:
    """Given up, then tried again by a person: fold and stored state are the same at each moment (R20)."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    for _ in range(210):
        room.clock.advance(minutes=20)
        room.desk.sweep()
    told = [room.store.load(case.id).filing, room.store.queue(None).rows[0].filing]
    for item in room.store.dead_letters():
        room.desk.retry(item.id, PAUL)
    told += [room.store.load(case.id).filing, room.store.queue(None).rows[0].filing]

    assert [Filing.FAILED, Filing.FAILED, Filing.QUEUED, Filing.QUEUED] == told
    assert PAUL == next(e.actor for e in room.store.load(case.id).history if isinstance(e, Retried))
    assert room.store.ledger().balanced


@pytest.mark.parametrize("item_id", ["#1#1", "#1#9", "", "#", "#x#y", f"#{'9' * 5000}#1"])
def test_only_what_was_given_up_can_be_retried(room: Room, item_id: str) -> None:
    """Anything else is unknown, whatever was typed."""
    case = room.desk.take_in(request(), "key")

    with pytest.raises(Unknown):
        room.desk.retry(f"{case.id}{item_id}", PAUL)
    with pytest.raises(Unknown):
        room.desk.retry(item_id, PAUL)


@pytest.mark.parametrize("error", [OutcomeUnknown("No answer in time."), RuntimeError("Kim said")])
def test_a_mail_that_may_have_been_sent_waits_for_a_person(
    room: Room, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """R29: it is not sent again by itself, shown with the reason, and sent again when somebody says so."""
    send = room.mailer.send

    def lost(mail: Mail) -> str:
        send(mail)
        raise error

    monkeypatch.setattr(room.mailer, "send", lost)
    case = room.desk.take_in(request(), "key")
    monkeypatch.undo()
    sent = list(room.mailer.sent)
    room.clock.advance(hours=1)
    room.desk.sweep()

    given_up = room.store.dead_letters()
    assert sent == room.mailer.sent
    assert len(sent) == len(given_up)
    assert (str(error) if isinstance(error, OutcomeUnknown) else "RuntimeError. The log says where.") in given_up[
        0
    ].last_error
    assert "Kim said" not in given_up[0].last_error

    room.desk.retry(given_up[0].id, PAUL)
    room.desk.deliver(case.id)
    assert [given_up[0].id] == [mail.headers["X-Specdesk-Item"] for mail in room.mailer.sent[len(sent) :]]


def test_a_mail_whose_sender_was_cut_off_is_not_sent_by_the_next(room: Room) -> None:
    """The worker died in the middle: nobody knows how far it came."""
    room.mailer.down = True
    case = room.desk.take_in(request(), "key")
    room.mailer.down = False
    room.clock.advance(hours=1)
    notice = next(item for item in room.store.items_of(case.id) if isinstance(item.intent, SendNotice))
    room.store.lease(notice, room.clock(), 120)
    room.clock.advance(hours=1)
    room.desk.sweep()

    assert notice.id not in [mail.headers["X-Specdesk-Item"] for mail in room.mailer.sent]
    assert [(notice.id, True)] == [(item.id, "cut off" in item.last_error) for item in room.store.dead_letters()]


def test_an_address_that_mail_refuses_gets_no_more_and_the_help_desk_is_told(room: Room) -> None:
    """Trying again cannot help: nothing is owed or given up, the filing and everybody else's mail go on."""
    room.mailer.refuses.add("camille@example.com")
    case = room.desk.take_in(request(), "key")
    case = room.desk.act(case.id, room.event(AskedRequester, question="Which browser?"), case.version)
    failed = [event for event in case.history if isinstance(event, MailFailed)]
    told = [mail for mail in room.mailer.sent if "Mail does not arrive" in mail.subject]

    assert [] == [*room.store.dead_letters(), *room.store.items_of(case.id)]
    assert [("camille@example.com", Failure.UNDELIVERABLE)] == [(event.to, event.failure) for event in failed]
    assert ["question"] == [event.notice for event in case.history if isinstance(event, NoticeSkipped)]
    assert [room.desk.process.people[case.handler].address] == [mail.to for mail in told]
    assert "Mail to camille@example.com cannot be sent." in told[0].text
    assert Filing.FILED is case.filing


def test_escalation_moves_handler_and_status_in_mantis(room: Room) -> None:
    """Mantis always shows who handles the request at this moment (seed, "Mantis")."""
    case = room.desk.take_in(request(), "key")
    case = room.desk.act(
        case.id, room.event(Escalated, level=1, handler="ihelp", reason="too-complex", note="Error 500."), case.version
    )

    assert (1, "ihelp") == (case.level, case.handler)
    assert "ihelp" == room.tracker.issues[1].handler
    assert "Escalated to level 1, iHelp" in room.tracker.notes[1][0]
    assert "ihelp@jaguarfreight.com" in [mail.to for mail in room.mailer.sent]


def test_overruling_moves_the_issue_to_the_other_project(room: Room) -> None:
    """A person's decision counts: the issue follows it."""
    case = room.desk.take_in(request(), "key")
    overruled = room.event(Overruled, category=Category.CHANGE, clause="shipments#numbers", reason="It says so.")
    case = room.desk.act(case.id, overruled, case.version)

    assert (Category.CHANGE, "Change InBox") == (case.category, room.tracker.issues[1].project)


def test_who_acts_on_an_old_page_is_told_who_was_faster(room: Room) -> None:
    """Nobody's decision is silently overwritten."""
    case = room.desk.take_in(request(), "key")
    room.desk.act(case.id, room.event(Noted, text="I am on it."), case.version)
    with pytest.raises(Stale, match="changed this request: Paul"):
        room.desk.act(case.id, room.event(Resolved, resolution="Done."), case.version)


def test_what_the_machine_records_meanwhile_makes_nobody_stale(room: Room) -> None:
    """Filing in the background is no reason to send an engineer away."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    room.tracker.down = False
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert Status.RESOLVED is room.desk.act(case.id, room.event(Resolved, resolution="Done."), case.version).status


def test_a_refused_step_changes_nothing(room: Room) -> None:
    """Level 0 may not escalate to level 3, and the message says where it may."""
    case = room.desk.take_in(request(), "key")
    with pytest.raises(Refused, match="level 1"):
        room.desk.act(case.id, room.event(Escalated, level=3, handler="paul", reason="too-complex"), case.version)

    assert case == room.store.load(case.id)


def test_a_reply_reopens_what_waits_for_it_and_reaches_the_handler(room: Room) -> None:
    """The requester's answer is noted in Mantis and mailed to who handles the request."""
    case = room.desk.take_in(request(), "key")
    case = room.desk.act(case.id, room.event(AskedRequester, question="Which browser?"), case.version)
    assert (Status.WAITING, "feedback") == (case.status, room.tracker.issues[1].status)

    reply = RequesterReplied(at=room.clock(), actor="requester", text="Firefox.")
    case = room.desk.act(case.id, reply, 0)

    assert (Status.OPEN, "assigned") == (case.status, room.tracker.issues[1].status)
    assert "Firefox." in room.mailer.sent[-1].text


def test_a_file_that_comes_with_a_reply_is_linked_in_mantis(room: Room) -> None:
    """Colleagues who read Mantis reach it."""
    case = room.desk.take_in(request(), "key")
    file = Attachment("k/2", "log.txt", "text/plain", 3, "cd" * 32)
    reply = RequesterReplied(at=room.clock(), actor="requester", text="Ask @paul.", attachments=(file,))
    room.desk.act(case.id, reply, 0)
    note = room.tracker.notes[1][-1]

    assert f"log.txt: {room.desk.links.file(case.id, file)}" in note


def test_files_reach_mantis_or_their_link_does(room: Room) -> None:
    """A file that Mantis refuses is reported as dropped; its signed link stands in the issue all the same (R12)."""
    room.files.put("k/1", b"png", "image/png")
    file = Attachment("k/1", "screen.png", "image/png", 3, "ab" * 32)
    room.desk.take_in(request(attachments=(file,)), "key")
    assert [("screen.png", b"png")] == room.tracker.files[1]
    assert "screen.png (3 bytes" in room.tracker.issues[1].information

    room.tracker.refuses_files = True
    case = room.desk.take_in(request(attachments=(file,), summary="Another"), "other key")
    assert ("file screen.png",) == case.history[-1].dropped  # type: ignore[attr-defined]  # the last event is Filed


def test_one_poisoned_item_does_not_hold_up_the_others(room: Room) -> None:
    """An unexpected error is written down with its item; the rest of the sweep goes on."""
    room.tracker.down = True
    ids = [room.desk.take_in(request(summary=f"Number {n}"), f"key {n}").id for n in range(3)]
    room.tracker.down = False
    original = room.tracker.file

    def poisoned(issue: Any) -> Any:
        if ids[1] in issue.marker:
            raise ZeroDivisionError
        return original(issue)

    room.tracker.file = poisoned  # type: ignore[method-assign]  # a fault that no adapter should ever raise
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert [Filing.FILED, Filing.QUEUED, Filing.FILED] == [room.store.load(i).filing for i in ids]


def test_delays_grow_to_their_limit(room: Room) -> None:
    """Each try waits longer than the one before, up to a quarter of an hour and its jitter."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    waits = []
    for _ in range(12):
        item = room.store.items_of(case.id)[0]
        waits.append(item.next_attempt - room.clock())
        room.clock.at = item.next_attempt
        room.desk.sweep()

    assert timedelta(seconds=22) <= waits[0] <= timedelta(seconds=38)
    assert timedelta(minutes=11) <= waits[-1] <= timedelta(minutes=19)


# --- the clock -------------------------------------------------------------------------------


def at_level_4(room: Room) -> str:
    """A high request that level 4 has since Monday, 10:00: due at 18:00."""
    case = room.desk.take_in(request(), "key")
    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "system-analysts"), (4, "roma")):
        event = room.event(Escalated, level=level, handler=handler, reason="too-complex")
        case = room.desk.act(case.id, event, room.store.load(case.id).version)
    room.mailer.sent.clear()
    return case.id


def test_the_sweep_warns_and_marks_the_breach_and_mails_in_working_hours(room: Room) -> None:
    """Half the time at 14:00 and four fifths at 16:24 are mailed at once, the breach of 18:00 on the next morning."""
    case_id = at_level_4(room)
    mails = []
    for _ in range(25 * 4):
        room.clock.advance(minutes=15)
        room.desk.sweep()
        mails += [(f"{room.clock():%d %H:%M}", mail.to, mail.subject) for mail in room.mailer.sent]
        room.mailer.sent.clear()
    said = [f"{e.at:%d %H:%M}" for e in room.store.load(case_id).history if isinstance(e, Warned | Breached)]

    assert ["23 19:00", "23 21:30", "23 23:15"] == said
    roma = "roma@example.com"
    assert [
        ("23 19:00", roma, f"[{case_id}] Due soon (High): Error page when a shipment is opened"),
        ("23 21:30", roma, f"[{case_id}] Due soon (High): Error page when a shipment is opened"),
        ("24 14:00", roma, f"[{case_id}] Overdue (High): Error page when a shipment is opened"),
    ] == mails


def test_a_warning_that_was_held_up_waits_for_the_next_working_hours(room: Room) -> None:
    """Mail was down when it was due; it is back in the evening, and nobody is mailed at night."""
    case_id = at_level_4(room)
    room.clock.advance(hours=4)
    room.mailer.down = True
    room.desk.sweep()
    room.clock.advance(hours=6)  # 20:00
    room.mailer.down = False
    room.desk.sweep()
    assert ([], {Warned}) == (room.mailer.sent, {type(e) for e in room.store.load(case_id).history} & {Warned})

    room.clock.advance(hours=13)
    room.desk.sweep()

    assert 1 <= len(room.mailer.sent)
    assert {"roma@example.com"} == {mail.to for mail in room.mailer.sent}


def test_two_sweeps_at_once_say_it_once(room: Room) -> None:
    """The slower one finds the version moved on and says nothing."""
    case_id = at_level_4(room)
    room.clock.advance(hours=10)
    load = room.store.load
    other: list[bool] = []

    def load_and_be_overtaken(of: str) -> Any:
        case = load(of)
        if not other:
            other.append(True)
            room.desk.sweep()
        return case

    room.store.load = load_and_be_overtaken  # type: ignore[method-assign,assignment]
    warned = room.desk.sweep().alerts

    assert (0, 1) == (warned, sum(isinstance(e, Breached) for e in load(case_id).history))


def test_a_sweep_looks_at_what_is_due_and_at_nothing_else(room: Room) -> None:
    """However many requests wait, those whose clock has nothing to say are not read."""
    at_level_4(room)
    for number in range(20):
        room.desk.take_in(request(), f"other {number}")
    room.desk.sweep()
    read: list[str] = []
    load = room.store.load

    def watched(of: str) -> Any:
        read.append(of)
        return load(of)

    room.store.load = watched  # type: ignore[method-assign,assignment]
    room.desk.sweep()

    assert [] == read


def test_a_due_time_that_support_yml_moved_is_found_at_its_old_time(room: Room, process: Process) -> None:
    """Nothing is said then, and the clock is asked again when there is something."""
    case_id = at_level_4(room)
    level = replace(process.levels[4], response={**process.levels[4].response, Priority.HIGH: WorkingDayHours(48)})
    desk = replace(room.desk, process=replace(process, levels={**process.levels, 4: level}))
    room.clock.advance(hours=5)

    assert ([case_id], 0, []) == (
        list(room.store.alerts_due(room.clock())),
        desk.sweep().alerts,
        list(room.store.alerts_due(room.clock())),
    )


def test_a_link_waits_for_the_issue_and_is_made_once(room: Room) -> None:
    """Mantis is told of it after it has the issue; a number that it does not know is given up visibly."""
    other = room.desk.take_in(request(), "other").issue
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    for number in (other, 999):
        event = room.event(Linked, number=number, relation=Relation.DUPLICATE)
        case = room.desk.act(case.id, event, room.store.load(case.id).version)
    assert {} == room.tracker.related
    room.tracker.down = False
    room.clock.advance(hours=1)
    for _ in range(3):
        room.desk.sweep()
        room.clock.advance(hours=1)
    case = room.store.load(case.id)

    assert {(case.issue, other): Relation.DUPLICATE} == room.tracker.related
    assert ["RelateIssue"] == [type(item.intent).__name__ for item in room.store.dead_letters()]
    assert "999" in room.store.dead_letters()[0].last_error
