"""What was kept long enough goes, in portions, by the table on the local AWS; no sweep reads all that exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import Broken, TryLater
from intake_fn.core.events import Closed, Reopened, Resolved
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.request import Attachment
from intake_fn.core.retention import DEFAULTS, RetentionPolicy, Rule
from intake_fn.core.vocabulary import Outcome, Status
from intake_fn.desk import retention
from intake_fn.desk.consistency_check import difference, migrated
from intake_fn.desk.erasure import Eraser, MayGo
from intake_fn.desk.inbound_mail import KEPT
from intake_fn.desk.retention import PORTION, sweep
from intake_fn.desk.retention_preview import shown
from intake_fn.ports import Aged, ErasureRecord, IssueLeft, SuppressedAddress
from intake_fn.texts import message
from tests.adapters.test_inbound_mails import record
from tests.desk.test_story import Room, request
from tests.fakes import ports_of

if TYPE_CHECKING:
    from intake_fn.adapters.dynamodb import DynamoStore
    from intake_fn.core.process import Process

pytestmark = pytest.mark.aws

PAUL = "paul@example.com"
GRACE = timedelta(days=30)


class NoIssues:
    """A Mantis that has nothing to erase, or is down."""

    down = False

    def erase(self, number: int, texts: Any, scrub: Any) -> IssueLeft:
        """Nothing is left."""
        del texts, scrub
        if self.down:
            raise TryLater("Mantis does not answer.")
        return IssueLeft(number)


class House:
    """A desk on a table; its clock is turned by tests."""

    def __init__(self, store: DynamoStore, process: Process) -> None:
        self.room, self.store = Room(process), store
        self.issues = NoIssues()
        self.desk = replace(self.room.desk, **ports_of(store))
        self.keys = 0

    def eraser(self, **days: int | None) -> Eraser:
        """An eraser by support.yml's rules, with those that are named instead of the default ones."""
        rules = {**DEFAULTS, **{Rule(name): number for name, number in days.items()}}
        desk = replace(self.desk, process=replace(self.desk.process, retention=RetentionPolicy(rules)))
        return Eraser(desk=desk, store=self.store, issues=self.issues)

    def settled(self, **days: int | None) -> Eraser:
        """The eraser, once its rules are in force."""
        eraser = self.eraser(**days)
        sweep(eraser)
        self.room.clock.at += GRACE
        sweep(eraser)
        self.later(0.1)
        return eraser

    def resolved(self, **what: Any) -> str:
        """A request that is resolved now."""
        self.keys += 1
        case_id = self.desk.take_in(request(**what), f"key-{self.keys}").id
        self.act(case_id, Resolved, resolution="Mended, Camille.", outcome=Outcome.DONE)
        return case_id

    def act(self, case_id: str, kind: Any, **what: Any) -> None:
        """Paul does something now."""
        event = kind(at=self.room.clock(), actor=PAUL, **what)
        self.desk.act(case_id, event, self.store.load(case_id).version)

    def later(self, days: float) -> None:
        """Some days pass."""
        self.room.clock.advance(days=days)


@pytest.fixture
def house(dynamo_store: DynamoStore, process: Process) -> House:
    """A desk on a table of its own, read by a client that refuses to scan."""
    return House(dynamo_store, process)


def test_a_request_is_erased_when_it_was_kept_long_enough(house: House) -> None:
    """Counted since it was resolved, not since it was closed or received; it stands as its log says."""
    eraser = house.settled(closed_requests=100)
    case_id = house.resolved()
    house.later(50)
    house.act(case_id, Closed)
    house.later(49)
    assert {} == sweep(eraser)
    house.later(2)

    assert {"closed_requests": 1} == sweep(eraser)
    case = house.store.load(case_id)
    assert (True, Status.CLOSED, "[erased]") == (case.erased, case.status, case.request.summary)
    assert "Camille" not in str(case.history)
    assert [] == [*house.store.requests_of("camille@example.com", 0)]
    assert difference(house.store, eraser.desk.process, house.store.row(case_id)) is None
    house.later(1)
    assert {} == sweep(eraser)


def test_what_was_reopened_is_kept(house: House) -> None:
    """Somebody works on it."""
    eraser = house.settled(closed_requests=100)
    case_id = house.resolved()
    house.later(90)
    house.act(case_id, Reopened, reason="It came back.")
    house.later(90)

    assert {} == sweep(eraser)
    assert not house.store.load(case_id).erased


@pytest.mark.parametrize("has_file", [False, True])
def test_what_is_reopened_after_the_list_was_read_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch, *, has_file: bool
) -> None:
    """The index is late, and others are erased first: what counts is the request as it is."""
    eraser = house.settled(closed_requests=100, attachments=50)
    file = Attachment("files/ab/1", "screen.png", "image/png", 3, "aa")
    house.room.files.put(file.key, b"png", file.content_type)
    case_id = house.resolved(attachments=(file,) if has_file else ())
    house.later(200)
    house.act(case_id, Reopened, reason="It came back.")
    monkeypatch.setattr(house.store, "resting", lambda *_: [Aged(case_id, house.room.clock())])

    assert {} == sweep(eraser)
    assert not house.store.load(case_id).erased
    assert has_file == bool(house.store.load(case_id).request.attachments)


def test_one_that_breaks_the_program_stops_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again later."""
    eraser = house.settled(closed_requests=1)
    broken, other = house.resolved(), house.resolved()
    house.later(2)
    erase = Eraser.erase_case

    def breaking(self: Eraser, case_id: str, *rest: Any) -> Any:
        if case_id == broken:
            raise KeyError(case_id)
        return erase(self, case_id, *rest)

    monkeypatch.setattr(Eraser, "erase_case", breaking)

    assert {"closed_requests": 1} == sweep(eraser)
    assert (False, True) == (house.store.load(broken).erased, house.store.load(other).erased)


def test_a_slip_of_the_hand_in_support_yml_erases_nothing(house: House) -> None:
    """A shorter rule waits; it is shown what it will take, and corrected in time it takes nothing."""
    eraser = house.settled(closed_requests=1000)
    case_id = house.resolved()
    house.later(200)
    slip = house.eraser(closed_requests=1)

    assert {} == sweep(slip)
    house.later(29)
    assert {} == sweep(slip)
    (row,) = [one for one in shown(slip.desk) if one.rule is Rule.CLOSED_REQUESTS]
    assert (0, 1, 1, 1000) == (row.due, row.waiting, row.settled.days, row.settled.holds)
    assert {} == sweep(eraser)
    house.later(60)
    assert {} == sweep(eraser)
    assert not house.store.load(case_id).erased
    sweep(house.eraser(closed_requests=1))
    house.later(31)
    assert {"closed_requests": 1} == sweep(slip)


def test_files_go_first_and_the_words_later(house: House) -> None:
    """With their previews; the log names them no more."""
    eraser = house.settled(attachments=10, closed_requests=100)
    file = Attachment("files/ab/1", "screen.png", "image/png", 3, "aa")
    house.room.files.put(file.key, b"png", file.content_type)
    case_id = house.resolved(attachments=(file,))
    house.later(11)

    assert {"attachments": 1} == sweep(eraser)
    case = house.store.load(case_id)
    assert (False, (), "Camille") == (case.erased, case.request.attachments, case.request.requester.name)
    assert [] == [*house.room.files.keys("files/")]
    house.later(100)
    assert {"closed_requests": 1} == sweep(eraser)


def test_files_are_not_kept_longer_than_their_request(house: House) -> None:
    """Where files have no rule of their own, that of the request holds."""
    eraser = house.settled(attachments=None, closed_requests=100)
    case_id = house.resolved(attachments=(Attachment("files/ab/1", "screen.png", "image/png", 3, "aa"),))
    house.later(101)
    due = {one.rule: one.due for one in shown(eraser.desk)}

    assert 1 == due[Rule.CLOSED_REQUESTS]
    assert {"closed_requests": 1} == sweep(eraser)
    assert house.store.load(case_id).erased


def test_a_sweep_takes_a_portion_and_the_next_one_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until nothing is left; then an hour passes before it is looked at again."""
    monkeypatch.setattr(retention, "PORTION", 2)
    eraser = house.settled(closed_requests=1)
    for _ in range(3):
        house.resolved()
    house.later(2)

    assert [{"closed_requests": 2}, {"closed_requests": 1}, {}] == [sweep(eraser) for _ in range(3)]
    assert PORTION > 2


def test_while_mantis_is_down_others_go_on_and_it_is_tried_again(house: House) -> None:
    """It stands further back in its line."""
    eraser = house.settled(closed_requests=1)
    case_id = house.resolved()
    house.later(2)
    house.issues.down = True

    assert {} == sweep(eraser)
    house.issues.down = False
    house.room.clock.advance(hours=2)
    assert {"closed_requests": 1} == sweep(eraser)
    assert house.store.load(case_id).erased


def test_a_request_that_cannot_be_erased_keeps_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with it, it is tried again later."""
    eraser = house.settled(closed_requests=1)
    first, second = house.resolved(), house.resolved()
    house.later(2)
    erase = retention._erase_whole

    def erase_or_fail(eraser: Eraser, case_id: str, may_go: MayGo) -> None:
        if case_id == first:
            raise ValueError("An error that nobody thought of.")
        erase(eraser, case_id, may_go)

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_erase_whole", erase_or_fail)
        assert {"closed_requests": 1} == sweep(eraser)
    assert house.store.load(second).erased
    house.room.clock.advance(hours=2)
    assert {"closed_requests": 1} == sweep(eraser)
    assert house.store.load(first).erased


def test_mails_files_and_records_go_by_their_own_rules(house: House) -> None:
    """Raw mails by their age, records by when the mail came; one that waits for a person stays; the ledger stays."""
    eraser = house.settled(raw_mails=10, mail_records=20, suppressed_addresses=5, erasure_records=5)
    now = house.room.clock()
    old, waiting = record(1, MailOutcome.TICKETED), record(2, MailOutcome.QUARANTINED)
    for one in (old, waiting):
        house.store.add_mail(replace(one, received_at=now))
        house.room.files.put(f"{KEPT}{one.id}", b"raw", "message/rfc822")
        house.room.files.since[f"{KEPT}{one.id}"] = now
    house.store.suppress(SuppressedAddress("gone@example.com", message("skipped.off"), now))
    house.store.keep_erasure(ErasureRecord("digest", now, PAUL, {}))
    ledger = house.store.mail_ledger()
    house.later(11)

    assert {"raw_mails": 1, "suppressed_addresses": 1, "erasure_records": 1} == sweep(eraser)
    assert [f"{KEPT}{waiting.id}"] == [*house.room.files.keys(KEPT)]
    house.later(10)
    sweep(eraser)
    assert [waiting.id] == [one.id for one in house.store.mails().records]
    assert ledger == house.store.mail_ledger()


def test_mails_that_wait_for_a_person_keep_no_other_record(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the oldest, and more than a portion."""
    monkeypatch.setattr(retention, "MAILS", 2)
    eraser = house.settled(mail_records=20)
    now = house.room.clock()
    waiting = [record(number, MailOutcome.QUARANTINED) for number in range(3)]
    for number, one in enumerate((*waiting, record(3, MailOutcome.TICKETED))):
        house.store.add_mail(replace(one, received_at=now + timedelta(minutes=number)))
    house.later(21)

    assert {"mail_records": 1} == sweep(eraser)
    assert {one.id for one in waiting} == {one.id for one in house.store.mails().records}


def test_a_mantis_that_hangs_keeps_no_other_rule_from_being_applied(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes all the time of each sweep; what does not depend on it goes all the same."""
    eraser = house.settled(closed_requests=1, quarantined_requests=1, suppressed_addresses=1)
    house.resolved()
    house.store.suppress(SuppressedAddress("gone@example.com", message("skipped.off"), house.room.clock()))
    house.later(2)
    left = [10.0]

    def hangs(*_: object) -> IssueLeft:
        left[0] = 0.0
        raise TryLater("Mantis does not answer.")

    monkeypatch.setattr(house.issues, "erase", hangs)
    eraser = replace(eraser, desk=replace(eraser.desk, seconds_left=lambda: left[0]))
    sweep(eraser)

    assert 0 == left[0]
    assert [] == [*house.store.suppression_list()]


def test_records_that_nobody_can_read_stay_and_keep_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, lines: Any
) -> None:
    """Of mails, more than a portion, the oldest: each is counted and logged, the sweeps go on behind them."""
    monkeypatch.setattr(retention, "MAILS", 2)
    eraser = house.settled(mail_records=20, raw_mails=20, erasure_records=5)
    now = house.room.clock()
    mails = [replace(record(n, MailOutcome.TICKETED), received_at=now + timedelta(minutes=n)) for n in range(4)]
    for one in mails:
        house.store.add_mail(one)
        house.room.files.put(f"{KEPT}{one.id}", b"raw", "message/rfc822")
        house.room.files.since[f"{KEPT}{one.id}"] = now
    for number, one in enumerate(mails[:3]):
        item = house.store.table.get(pk=f"MAILIN#{one.id}", sk="RECORD") or {}
        house.store.table.put_all([{**item, "body": "{}" if number else "no JSON"}])
    house.store.keep_erasure(ErasureRecord("digest", now, PAUL, {}))
    house.later(21)

    assert {"raw_mails": 1, "skipped": 5, "erasure_records": 1} == sweep(eraser)
    assert {"mail_records": 1, "skipped": 1} == sweep(eraser)
    assert [f"{KEPT}{one.id}" for one in mails[:3]] == [*house.room.files.keys(KEPT)]
    assert 6 == lines().count("retention_skipped")
    assert {} == sweep(eraser)


def test_a_rule_that_fails_stops_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run fails when the others are applied, and it is tried again after an hour."""
    eraser = house.settled(closed_requests=1, suppressed_addresses=1)
    house.resolved()
    house.store.suppress(SuppressedAddress("gone@example.com", message("skipped.off"), house.room.clock()))
    house.later(2)
    with monkeypatch.context() as patch:
        patch.setattr(house.store, "resting", lambda *_: 1 / 0)
        with pytest.raises(Broken, match="closed_requests"):
            sweep(eraser)
        assert [] == [*house.store.suppression_list()]
        assert {} == sweep(eraser)
    house.later(0.1)

    assert {"closed_requests": 1} == sweep(eraser)


def test_mail_settings_go_with_the_last_request_of_their_mailbox(house: House) -> None:
    """They have no age of their own."""
    eraser = house.settled(closed_requests=10)
    house.store.save_settings("camille@example.com", MailSettings(news=False))
    house.resolved()
    house.later(6)
    house.resolved()
    house.later(5)

    sweep(eraser)
    assert MailSettings(news=False) == house.store.settings("camille@example.com")
    house.later(6)
    sweep(eraser)
    assert MailSettings() == house.store.settings("camille@example.com")


def test_a_request_of_an_earlier_version_is_listed_once_its_state_is_written_anew(house: House) -> None:
    """`specdesk recompute --all --fix` does it; until then it is kept."""
    eraser = house.settled(closed_requests=10)
    case_id = house.resolved()
    key = {"pk": f"REQ#{case_id}", "sk": "STATE"}
    former = {
        name: value for name, value in (house.store.table.get(**key) or {}).items() if name not in ("line", "turn")
    }
    house.store.table.put_all([former])
    house.later(11)

    assert {} == sweep(eraser)
    row = house.store.row(case_id)
    assert difference(house.store, eraser.desk.process, row) is None
    assert migrated(house.store, eraser.desk.process, row, house.room.clock())
    house.room.clock.advance(hours=2)
    assert {"closed_requests": 1} == sweep(eraser)
    assert not migrated(house.store, eraser.desk.process, house.store.row(case_id), house.room.clock())
