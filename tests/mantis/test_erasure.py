"""An erasure on the local AWS and the stand-in Mantis: nothing of a person is left, whatever has happened before."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.adapters.provision.stored_items import stored
from intake_fn.core.case import files_of
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.errors import Refused, SpecdeskError, Unknown
from intake_fn.core.events import (
    AskedRequester,
    Closed,
    Escalated,
    Noted,
    Overruled,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.figures import entries
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.request import Attachment, Requester
from intake_fn.core.requester_events import CopyAdded, NewsMuted
from intake_fn.core.vocabulary import Category, ErasedAs, Outcome
from intake_fn.desk import find, inbound_mail
from intake_fn.desk.consistency_check import difference
from intake_fn.desk.erasure import Eraser
from intake_fn.desk.erasure_plan import FIRST
from intake_fn.desk.previews import key_of
from intake_fn.desk.retention import everybody_but_staff
from intake_fn.desk.verdict_replay import Cassettes, pinned
from intake_fn.ports import IssueTexts
from spec_lookup import LlmJudge, recording
from tests.desk.test_story import Room, request
from tests.desk.test_verdict_replay import RESPONSE, SPEC
from tests.fakes import LEVELS, ports_of
from tests.mails import mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws
    from tests.mantis.conftest import StandIn

pytestmark = pytest.mark.aws

PAUL = "paul@example.com"
JO = Requester("Jo Park", "jo.park@example.com", "new-york")
numbers = count(1)


class CutOffError(Exception):
    """The process is killed."""


class Cut:
    """A store whose process is killed at one of its writes."""

    def __init__(self, store: Any, at: int) -> None:
        self.store, self.at = store, at

    def __getattr__(self, name: str) -> Any:
        """The method, until it is cut off."""
        real = getattr(self.store, name)
        if name == "erasures":
            return real

        def called(*args: Any, **more: Any) -> Any:
            self.at -= 1
            if self.at == 0:
                raise CutOffError
            return real(*args, **more)

        return called


@dataclass
class House:
    """A desk on a table, files in memory, and the stand-in Mantis; one person, Ann, is erased in it."""

    room: Room
    desk: Any
    store: DynamoStore
    stand_in: StandIn
    number: int
    ids: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    @property
    def ann(self) -> Requester:
        """The person whose data is erased, another one for each example."""
        return Requester(f"Ann Qvist{self.number}", f"ann.qvist{self.number}@example.com", "london")

    def eraser(self, cut: int = 0) -> Eraser:
        """As wiring.py makes it; `cut` kills it at that write."""
        store: Any = Cut(self.store, cut) if cut else self.store
        return Eraser(
            desk=self.desk,
            store=store,
            issues=self.stand_in.tracker,
            everything=lambda: stored(self.store.table),
        )

    def erased(self, cut: int = 0) -> Any:
        """Erase Ann, be it in two runs."""
        if cut:
            with suppress(CutOffError):
                eraser = self.eraser(cut)
                eraser.apply(eraser.plan(self.ann.email), PAUL)
            self.room.clock.advance(seconds=1)  # a record is known by its instant
        eraser = self.eraser()
        return eraser.apply(eraser.plan(self.ann.email), PAUL)

    def word(self) -> str:
        """A word that only Ann uses."""
        self.secrets.append(f"qx{self.number}word{len(self.secrets)}z")
        return self.secrets[-1]

    # --- what people do -----------------------------------------------------------------------

    def ann_sends(self) -> None:
        """With a file and its preview."""
        file = Attachment(f"files/{self.number}/{len(self.ids)}", f"{self.word()}.png", "image/png", 3, "aa")
        self.room.files.put(file.key, self.word().encode(), file.content_type)
        self.room.files.put(key_of(file), b"small", "image/webp")
        text = f"Dear all, I am {self.ann.name} <{self.ann.email}>: {self.word()} {self.word()}"
        made = request(requester=self.ann, summary=f"It is {self.word()}", description=text, attachments=(file,))
        self.ids.append(self.desk.take_in(made, f"key-{self.number}-{len(self.ids)}").id)

    def jo_sends(self) -> None:
        """And names Ann."""
        made = request(requester=JO, summary=f"As {self.ann.name} says", description=f"Ask {self.ann.email}. Joswords.")
        self.ids.append(self.desk.take_in(made, f"key-{self.number}-{len(self.ids)}").id)

    def ann_mails(self) -> None:
        """A new request, or a second mail of one."""
        raw = mail(self.word(), sender=self.ann.email, subject=f"About {self.word()}", to="helpdesk@example.com")
        taken = inbound_mail.take(self.desk, inbound_mail.keep(self.desk, raw))
        if taken.outcome is MailOutcome.TICKETED:
            self.ids.append(taken.case_id)

    def jo_mails(self) -> None:
        """A mail that quotes Ann."""
        raw = mail(f"{self.ann.email} told me.", sender=JO.email, subject="Joswords", to="helpdesk@example.com")
        taken = inbound_mail.take(self.desk, inbound_mail.keep(self.desk, raw))
        if taken.outcome is MailOutcome.TICKETED:
            self.ids.append(taken.case_id)

    def mantis_is_down(self) -> None:
        """For the next filing: it stays pending."""
        self.stand_in.fault("down", times=2)

    def mantis_is_up(self) -> None:
        """No fault is on any more."""
        call = urllib.request.Request(f"{self.stand_in.url}/_control", method="DELETE")
        urllib.request.urlopen(call).close()

    def ann_sets(self) -> None:
        """Her mail settings."""
        self.desk.mail_state.save_settings(self.ann.email, MailSettings(news=False))

    def on_one(self, kind: Any, place: int, **what: Any) -> None:
        """Something happens to one of the requests, unless the rules refuse it."""
        if self.ids:
            case_id = self.ids[place % len(self.ids)]
            event = kind(at=self.room.clock(), **{"actor": PAUL, **what})
            with suppress(Refused):
                self.desk.act(case_id, event, self.store.load(case_id).version)

    def do(self, action: str, place: int) -> None:
        """One of the above."""
        said = f"{self.ann.name} ({self.ann.email})"
        events: dict[str, tuple[Any, dict[str, Any]]] = {
            "notes": (Noted, {"text": f"Called {said}."}),
            "asks": (AskedRequester, {"question": f"Dear {self.ann.name}, which one?"}),
            "resolves": (Resolved, {"resolution": f"Done for {said}.", "outcome": Outcome.DONE}),
            "closes": (Closed, {"note": f"{said} agrees."}),
            "escalates": (Escalated, {"level": 2, "handler": "marc-selter", "reason": "too-complex", "note": said}),
            "decides": (Overruled, {"category": Category.CHANGE, "clause": "billing#due", "reason": said}),
            "copies": (CopyAdded, {"actor": "requester", "address": self.ann.email}),
            "mutes": (NewsMuted, {"actor": "requester", "address": self.ann.email}),
        }
        if action == "replies":
            self.on_one(RequesterReplied, place, actor="requester", text=self.word(), sender=self.ann.email)
        elif action in events:
            kind, what = events[action]
            self.on_one(kind, place, **what)
        else:
            getattr(self, action)()
        self.room.clock.advance(minutes=7)

    # --- what is there ------------------------------------------------------------------------

    def found(self) -> list[str]:
        """Where something of Ann still stands: items, files, issues."""
        needles = [self.ann.email, self.ann.name.lower(), f"qvist{self.number},"]
        words = [word.lower() for word in self.secrets]
        items = [json.dumps(item, ensure_ascii=False) for item in self.items()]
        files = [f"{key} {content!r}" for key, (content, _) in self.room.files.kept.items()]
        issues = self.stand_in.raw("GET", "issues?page_size=0")["issues"]
        for issue in issues:  # history and files are what a Mantis of today keeps; the record says so
            issue.pop("history", None), issue.pop("attachments", None)
        stored = [*items, *files, *(json.dumps(issue, ensure_ascii=False) for issue in issues)]
        own = [text for text in stored if any(needle in text.lower() for needle in (*needles, *words))]
        return [text[:400] for text in own]

    def items(self) -> Iterator[Any]:
        """Every item of the table."""
        for page in self.store.table.client.get_paginator("scan").paginate(TableName=self.store.table.name):
            yield from page["Items"]

    def figures(self) -> Any:
        """What is counted of all requests, and the ledgers."""
        cases = [self.store.load(case_id) for case_id in self.ids]
        return [entries(case, "UTC") for case in cases], self.store.ledger(), self.store.mail_ledger()


@pytest.fixture
def new_house(aws: LocalAws, stand_in: StandIn, process: Process) -> Iterator[Any]:
    """Makes houses on one table of their own."""
    with closing(client("dynamodb", aws.environ())) as dynamodb:
        name = f"erasure-{next(numbers)}"
        create_table(dynamodb, name)
        store = DynamoStore(Table(lambda: dynamodb, name), LEVELS)
        ids = Room(process).desk.new_id

        def make() -> House:
            room = Room(process)
            desk = replace(room.desk, **ports_of(store), tracker=stand_in.tracker, new_id=ids)
            return House(room, desk, store, stand_in, next(numbers))

        yield make


ACTIONS = (
    "ann_sends", "ann_sends", "jo_sends", "ann_mails", "jo_mails", "mantis_is_down", "ann_sets", "notes", "asks",
    "resolves", "closes", "escalates", "decides", "copies", "mutes", "replies",
)  # fmt: skip


@settings(
    max_examples=6,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3)), min_size=2, max_size=9),
    cut=st.integers(0, 30),
)
def test_nothing_of_a_person_is_left_and_all_is_counted_as_before(
    new_house: Any, steps: list[tuple[str, int]], cut: int
) -> None:
    """In no item, no file, no issue and no mail afterwards; killed anywhere, it goes on; again it changes nothing."""
    house = new_house()
    house.ann_sends()
    house.jo_sends()
    for action, place in steps:
        house.do(action, place)
    find.post_pending(house.desk)
    house.mantis_is_up()
    before, mails = house.figures(), len(house.room.mailer.sent)

    record = house.erased(cut)

    assert record is None or record.finished, record
    assert [] == house.found()
    assert before == house.figures()
    assert house.erased() is None
    house.desk.sweep()
    find.post_pending(house.desk)
    house.room.clock.advance(hours=2)
    house.desk.sweep()
    assert [] == house.found()
    later = [one for one in house.room.mailer.sent[mails:] if house.ann.email in str(one).lower()]
    assert [] == later
    jos = [case for case in map(house.store.load, house.ids) if case.request.requester == JO]
    assert all("Joswords" in str(case.history) for case in jos)
    for case_id in house.ids:
        assert difference(house.store, house.desk.process, house.store.row(case_id)) is None


def test_the_erased_request_says_what_was_done_and_cannot_be_answered(new_house: Any) -> None:
    """Kind, times and verdict stay; a reply is refused, a mail of the thread is a new request, nothing is replayed."""
    house = new_house()
    house.ann_sends()
    (case_id,) = house.ids
    before = house.store.load(case_id)

    record = house.erased()
    case = house.store.load(case_id)

    assert case.erased
    assert (ERASED, ERASED, "") == (case.request.summary, case.request.requester.name, case.request.requester.email)
    assert [type(event) for event in before.history] == [type(event) for event in case.history[:-1]]
    last = case.history[-1]
    assert isinstance(last, DataErased)
    assert (ErasedAs.REQUESTER, PAUL, 1) == (last.role, last.actor, last.files)
    assert house.ann.email not in str(record)
    assert "1" == record.counts["requests"]
    assert [record] == list(house.store.erasures())
    with pytest.raises(Refused, match="was erased"):
        house.desk.act(case_id, RequesterReplied(at=house.room.clock(), actor="requester", text="More."), case.version)
    with pytest.raises(Refused, match="was erased"):
        pinned(case)
    assert [] == [*house.store.requests_of(house.ann.email, 0)]
    with pytest.raises(Unknown):
        house.room.files.get(files_of(before)[0].key)


def test_what_mantis_cannot_delete_is_said(new_house: Any) -> None:
    """Files over REST, former texts, the summary and names of files in the history: its admin deletes these."""
    house = new_house()
    house.ann_sends()
    (case_id,) = house.ids
    number = house.store.load(case_id).issue
    assert number is not None

    left = house.erased().left

    assert any(line.startswith("Mantis keeps the former texts as revisions") and f" {number}." in line for line in left)
    assert any(line.startswith("The history keeps a former summary") and f" {number}." in line for line in left)
    assert any(line.startswith("This Mantis deletes no files over REST") for line in left)
    assert any(f"(issue {number})" in line for line in left)
    issue = house.stand_in.raw("GET", f"issues/{number}")["issues"][0]
    assert ERASED == issue["summary"]
    assert issue["additional_information"].startswith(f"Specdesk {case_id}")
    kept = house.stand_in.tracker.erase(number, IssueTexts(ERASED, ERASED, "", issue["additional_information"]), str)
    assert (True, True) == (kept.revisions, kept.history)


def test_a_note_of_somebody_else_that_names_them_is_edited_and_its_revision_told(new_house: Any) -> None:
    """Mantis keeps what a note said before."""
    house = new_house()
    house.jo_sends()
    (case_id,) = house.ids
    number = house.store.load(case_id).issue
    tracker = house.stand_in.tracker
    tracker.note(number, f"Ask {house.ann.email}.", "(by hand)")

    def scrub(text: str) -> str:
        return text.replace(house.ann.email, ERASED)

    kept = tracker.erase(number, None, scrub)

    assert 1 == len(kept.notes)
    assert kept.revisions
    assert kept.notes == kept.and_also(tracker.erase(number, None, scrub)).notes
    assert house.ann.email not in json.dumps(house.stand_in.raw("GET", f"issues/{number}")["issues"][0]["notes"])


@pytest.mark.parametrize("cut", [8, 12, 16, 20])
def test_an_erasure_that_was_cut_off_names_the_issues_that_it_was_at(new_house: Any, cut: int) -> None:
    """The next run no longer finds them, so they stand in the record of the first."""
    house = new_house()
    house.ann_sends()
    house.ann_sends()
    numbers = [house.store.load(case_id).issue for case_id in house.ids]
    house.erased(cut)
    told = "\n".join(line for record in house.store.erasures() for line in record.left)

    assert all(str(number) in told or f"{numbers[0]} to {numbers[-1]}" in told for number in numbers)


def test_while_mantis_is_down_the_request_waits_and_the_next_run_ends_it(new_house: Any) -> None:
    """Delayed, and never lost; what is left is said."""
    house = new_house()
    house.ann_sends()
    house.stand_in.fault("down", times=5)

    record = house.erased()

    assert not record.finished
    assert record.left[0].startswith(f"{house.ids[0]} is not erased yet")
    house.mantis_is_up()
    assert house.erased().finished
    assert [] == house.found()


def test_retention_erases_a_request_with_notes_in_mantis_and_a_mail_that_is_pending(new_house: Any) -> None:
    """Of others' notes address and name go, as they do at the wish of the person."""
    house = new_house()
    house.ann_sends()
    (case_id,) = house.ids
    house.do("notes", 0)
    note = {"text": f"Called {house.ann.name} myself."}
    house.stand_in.raw("POST", f"issues/{house.store.load(case_id).issue}/notes", note, "agent_bob")
    house.desk.sweep()
    house.room.mailer.down = True
    house.do("resolves", 0)
    pending = [item for item in house.desk.outbox.items_of(case_id) if isinstance(item.intent, SendNotice)]
    everybody = everybody_but_staff(house.desk.process)

    kept = house.eraser().erase_case(case_id, everybody, "specdesk", Counter())

    assert pending
    assert house.store.load(case_id).erased
    throttle = f"PACE#{case_id}"  # goes by itself after a day
    assert [] == [text for text in house.found() if throttle not in text]
    assert kept.notes
    assert [] == [item for item in house.desk.outbox.items_of(case_id) if isinstance(item.intent, SendNotice)]


def test_a_request_that_this_version_cannot_read_is_named_and_keeps_no_other(new_house: Any) -> None:
    """It stays, the run says that it has not ended, and a version that can read it ends it."""
    house = new_house()
    house.ann_sends()
    house.ann_sends()
    first, second = house.ids
    key = {"pk": f"REQ#{first}", "sk": "EVENT#000001"}
    event = house.store.table.get(**key)
    house.store.table.put_all([{**event, "body": event["body"].replace('"Received"', '"FromTheFuture"')}])
    eraser = house.eraser()
    plan = eraser.plan(house.ann.email)

    record = eraser.apply(plan, PAUL)

    assert [first] == plan.unread
    assert house.store.load(second).erased
    assert not record.finished
    assert any(f"cannot read all of {first}, so they stay" in line for line in record.left)
    house.store.table.put_all([event])
    house.room.clock.advance(seconds=1)
    assert house.erased().finished
    assert [] == house.found()


def test_people_of_the_help_desk_are_not_erased(new_house: Any) -> None:
    """What they do there is the record of the organisation; it says what to do when they have left."""
    house = new_house()

    with pytest.raises(Refused, match="hand over what is theirs"):
        house.eraser().plan("Paul@example.com")
    with pytest.raises(Refused, match="our own mail"):
        house.eraser().plan(house.desk.process.mail.address)


def test_a_name_that_others_have_too_can_be_left_out(new_house: Any) -> None:
    """Anybody may write as "Customer Service", or under the name of somebody of the Help Desk."""
    house = new_house()
    house.ann_sends()
    names = house.eraser().plan(house.ann.email).subject.names
    paul = house.desk.process.people["paul"].name
    house.desk.take_in(request(requester=replace(house.ann, name=paul)), "under-another-name")

    assert names
    assert names == house.eraser().plan(house.ann.email).subject.names
    assert () == house.eraser().plan(house.ann.email, [name.upper() for name in names]).subject.names


def test_somebody_else_of_the_same_name_stays_and_is_no_reason_to_run_it_again(new_house: Any) -> None:
    """It is their name, too, and no run would take it."""
    house = new_house()
    house.ann_sends()
    other = request(requester=replace(house.ann, email="another@example.org"), summary="Of another one")
    case_id = house.desk.take_in(other, "of-a-namesake").id

    record = house.erased()

    assert house.store.load(case_id).request == other
    assert (True, []) == (record.finished, [line for line in record.left if "Run it again" in line])


def test_a_mail_of_somebody_else_that_nobody_has_read_stays(new_house: Any) -> None:
    """The plan counts it, and the record names it; once somebody has decided on it, it goes like any other."""
    house = new_house()
    house.ann_sends()
    raw = mail("Please look.", sender="bob@example.org", subject=f"About {house.ann.email}", spam="FAIL")
    mail_id = inbound_mail.keep(house.desk, raw)
    waiting = inbound_mail.take(house.desk, mail_id)
    counts = house.eraser().plan(house.ann.email).counts
    record = house.erased()

    assert (1, 1) == (counts[FIRST], counts["mails that came in"])
    assert waiting == house.desk.inbound.mail(mail_id)
    assert raw == inbound_mail.raw_of(house.desk, waiting)
    assert any(mail_id in line and "waits for a person" in line for line in record.left)
    assert not record.finished
    inbound_mail.reject(house.desk, mail_id, PAUL, "Advertising.")
    house.erased()
    assert [] == [*house.desk.files.every(inbound_mail.KEPT)]


def test_of_the_exchanges_with_a_language_model_only_the_persons_own_go(new_house: Any) -> None:
    """Many requests and mails end with the same line; a model may have been asked in several ways."""
    house = new_house()
    house.jo_sends()
    others = {key: content for key, (content, _) in house.room.files.kept.items()}
    house.room.spec = SPEC
    judge = LlmJudge("a-model", recording(Cassettes(house.room.files).keep, lambda _: dict(RESPONSE)), restates=True)
    house.desk = replace(house.desk, judge=judge)
    for name, sender in (("Ann", house.ann), ("Bob", JO)):
        text = f"The page hangs, and says error 500.\nBest regards,\n{house.word() if name == 'Ann' else name}"
        house.ids.append(house.desk.take_in(request(requester=sender, description=text), f"of-{name}").id)
    exchanges = [*house.desk.files.every("exchanges/")]
    for key in ("mail/1", "held/1"):
        house.desk.files.put(key, b"It works.\nBest regards,\nBob", "text/plain")
    house.erased()
    kept = [*house.desk.files.every("exchanges/")]

    assert 6 == len(exchanges)
    assert 3 == len(kept)
    assert all(b"Bob" in house.desk.files.get(key) for key in kept)
    assert {"mail/1", "held/1", *others} <= {*house.desk.files.every("")}
    assert [] == house.found()


def test_somebody_who_replies_meanwhile_is_erased_as_well(new_house: Any) -> None:
    """The log moved on between reading and writing: it is read again."""
    house = new_house()
    house.ann_sends()
    (case_id,) = house.ids
    eraser = house.eraser()
    plan = eraser.plan(house.ann.email)
    save, late = house.store.save_erased, house.word()

    def save_after_a_reply(before: int, step: Any) -> None:
        house.store.save_erased = save
        house.on_one(RequesterReplied, 0, actor="requester", text=late, sender=house.ann.email)
        save(before, step)

    house.store.save_erased = save_after_a_reply
    record = eraser.apply(plan, PAUL)

    assert record.finished
    assert [] == house.found()
    assert isinstance(house.store.load(case_id).history[-1], DataErased)


def test_a_word_that_the_sweep_posts_meanwhile_is_taken_back(new_house: Any) -> None:
    """It read what was pending before the erasure, and writes after it."""
    house = new_house()
    house.ann_sends()
    pending = house.store.pending(10)

    house.erased()
    for one in pending:
        house.store.post(one)

    assert [] == house.found()


def test_nobody_is_nothing_to_do(new_house: Any) -> None:
    """No record, no change."""
    house = new_house()
    with suppress(SpecdeskError):
        house.jo_sends()

    assert house.eraser().plan("nobody.at.all@example.com").is_empty
    eraser = house.eraser()
    assert eraser.apply(eraser.plan("nobody.at.all@example.com"), PAUL) is None
    assert [] == list(house.store.erasures())


def test_no_line_of_the_log_leads_to_the_person(new_house: Any, lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what is logged while they are erased, also where it fails, nor what was before: numbers alone."""
    monkeypatch.setattr(logging.getLogger("botocore"), "disabled", True)  # at DEBUG it writes what it sends
    for name in [one for one in logging.root.manager.loggerDict if one.startswith(("botocore", "boto3", "urllib3"))]:
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    house = new_house()
    house.ann_sends()
    house.ann_mails()
    house.stand_in.fault("down", times=3)
    house.erased()
    house.mantis_is_up()
    house.erased()

    logged = lines().lower()
    assert "erasure_postponed" in logged
    assert not [word for word in (house.ann.email, house.ann.name.lower(), *house.secrets) if word in logged]
