"""What every Store keeps to, held against the fake and against DynamoDB (the local one)."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb import DynamoStore
from intake_fn.core.agreement import Role, Said
from intake_fn.core.answered import Answered
from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import CaseRow
from intake_fn.core.change_events import BoardDecided, ChangeAssessed, MotionPut, SentToOwner
from intake_fn.core.changes.invitations import Invitation
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.errors import Refused, SpecdeskError, Stale, Unknown
from intake_fn.core.events import (
    DeliveryFailed,
    Escalated,
    Event,
    Filed,
    HandedOver,
    Judged,
    JudgedInShadow,
    MissingInMantis,
    Noted,
    Overruled,
    Quarantined,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    Resolved,
    Retried,
)
from intake_fn.core.events import Received as ReceivedEvent
from intake_fn.core.intents import AddNote, FileIssue, Intent, JudgeRequest, SendNotice, UpdateIssue
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.messages import in_words
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Attachment, Kind, Priority, Request, Requester
from intake_fn.core.requester_events import CopyAdded, RequesterChanged
from intake_fn.core.steps import apply
from intake_fn.core.vocabulary import Category, Decision, Filing, Motion, Postponed, Stage, Status
from intake_fn.desk.board_lists import BoardLists
from intake_fn.ports import Came, Ledger, OutboxItem, Session, SignInAsked, SuppressedAddress, SyncCursor
from intake_fn.texts import as_written
from tests.core.samples import VERDICT
from tests.fakes import MONDAY, MemoryStore

if TYPE_CHECKING:
    from tests.fakes import Store

MINUTE = timedelta(minutes=1)
LATER = MONDAY + timedelta(days=36_500)
"""An expiry that the local AWS, which deletes what has expired by its own clock, never reaches."""


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.aws)])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store: the fake, then the real one."""
    if request.param == "memory":
        return MemoryStore()
    real: Store = request.getfixturevalue("dynamo_store")
    return real


def retry(store: Store, item: OutboxItem, minutes: float = 0) -> Step:
    """Put an item back in line, with the event that tells of it."""
    case = store.load(item.case_id)
    step = then(case, at(Retried, minutes, what=type(item.intent).__name__))
    store.save(case.version, step, again=item.id)
    return step


def dead_letter(store: Store, item: OutboxItem, error: str = "403", minutes: float = 0) -> Step:
    """Take an item out of line, with the event that tells of it."""
    case = store.load(item.case_id)
    step = then(case, at(DeliveryFailed, minutes, what=type(item.intent).__name__, error=error))
    store.save(case.version, step, dead_letter=replace(item, last_error=error))
    return step


def received(case_id: str = "HD-1", *intents: Intent, minutes: float = 0, level: int = 1, **changes: Any) -> Step:
    """The first step of a case that comes in some minutes after Monday, 15:00 UTC."""
    request = Request(
        kind=Kind.BUG,
        requester=Requester("Camille Laurent", "camille@example.com", "paris"),
        summary="Error page when a shipment is opened",
        description="It shows « erreur 500 ».",
        always=True,
        priority=Priority.HIGH,
        details={"company": "Acme"},
        attachments=(Attachment("k/1", "écran.png", "image/png", 12, "ab" * 32),),
    )
    event = ReceivedEvent(
        at=MONDAY + minutes * MINUTE,
        actor="requester",
        request=replace(request, **changes),
        level=level,
        handler="ihelp",
    )
    return Step(apply(None, event, case_id), (event,), intents)


def then(case: Case, *events: Event, owed: tuple[Intent, ...] = ()) -> Step:
    """The step that some events make."""
    return Step(reduce(apply, events, case), events, owed)


def at(kind: type[Event], minutes: float = 1, **what: Any) -> Event:
    """An event some minutes after Monday, 15:00 UTC."""
    return kind(at=MONDAY + minutes * MINUTE, actor="specdesk", **what)


def judged(minutes: float = 1) -> Event:
    """A verdict."""
    cited = {**VERDICT["citations"][0], "quote": "é"}
    return at(Judged, minutes, category=Category.BUG, verdict={**VERDICT, "citations": [cited]})


def filed(number: int = 4711) -> Event:
    """Filed in Mantis."""
    url = f"https://mantis.example.com/view.php?id={number}"
    return at(Filed, 2, number=number, project="Bugs InBox", url=url, dropped=("tags",))


def filing_failed() -> Event:
    """The filing was given up."""
    return at(DeliveryFailed, 3, what="FileIssue", error="403")


def gone_through(store: Store, limit: int, *, open_only: bool) -> list[str]:
    """The ids of what all portions hold, one after another."""
    ids, page = [], store.portion(limit=limit, open_only=open_only)
    while True:
        assert len(page.rows) <= limit
        ids += [row.id for row in page.rows]
        if not page.cursor:
            return ids
        page = store.portion(page.cursor, limit, open_only=open_only)


def everything(store: Store, case_id: str = "HD-1") -> tuple[Any, ...]:
    """All that can be read, to show that nothing has changed."""
    return (
        store.events(case_id),
        store.items_of(case_id),
        store.queue(None, open_only=False).rows,
        store.counts(),
        store.ledger(),
    )


class TestCases:
    """Cases and their events."""

    def test_a_case_comes_back_as_it_was_saved(self, store: Store) -> None:
        """Every field of request and events survives, texts in any script included."""
        step = received(description="日本語, emoji 🚢, a zero \0 and «quotes»\n\n", details={"Role": "Admin", "b": ""})

        assert store.create(step, "key") == "HD-1"
        assert store.load("HD-1") == step.case
        assert store.events("HD-1") == list(step.events)

    def test_the_same_key_gives_the_first_case_and_writes_nothing(self, store: Store) -> None:
        """Double click, back button, a retry by Lambda: one receipt (R9)."""
        store.create(received("HD-1", JudgeRequest()), "key")
        before = everything(store)

        assert store.create(received("HD-2", JudgeRequest()), "key") == "HD-1"
        assert everything(store) == before
        assert store.events("HD-2") == []

    def test_many_clicks_at_once_make_one_case(self, store: Store) -> None:
        """However they race, all get the same receipt; one that loses by a conflict tries again (R3, R9)."""

        def click(number: int) -> str:
            for turn in range(10):
                try:
                    return store.create(received(f"HD-{number}-{turn}", JudgeRequest()), "key")
                except Stale:
                    continue
            return "never"

        with ThreadPoolExecutor(8) as clicks:
            receipts = set(clicks.map(click, range(16)))

        assert len(receipts) == 1
        assert store.ledger() == Ledger(received=1, filed=0, queued=1, failed=0)
        assert len(store.items_of(receipts.pop())) == 1

    def test_an_id_that_is_taken_is_refused_and_its_case_untouched(self, store: Store) -> None:
        """Ids are random: one that exists must never be written over; the key stays free for the next try."""
        store.create(received("HD-1"), "key")
        before = everything(store)

        with pytest.raises(Stale, match="HD-1"):
            store.create(received("HD-1", summary="Another"), "other key")

        assert everything(store) == before
        assert store.create(received("HD-2"), "other key") == "HD-2"

    @pytest.mark.parametrize("key", ["", "k" * 201])
    def test_a_key_is_neither_empty_nor_endless(self, store: Store, key: str) -> None:
        """It comes from outside: an empty one would make all requests the same, a long one breaks the table's limit."""
        with pytest.raises(Refused, match="1 to 200"):
            store.create(received(), key)

    def test_a_step_appends_its_events(self, store: Store) -> None:
        """After a save the case is what its events fold to."""
        first = received()
        store.create(first, "key")
        step = then(first.case, judged(), at(Noted, 2, text="Seen it, too."))

        store.save(1, step)

        assert store.load("HD-1") == step.case
        assert store.load("HD-1").version == 3

    def test_a_step_on_an_old_version_is_refused_whole(self, store: Store) -> None:
        """Who was slower learns it and nothing of theirs is kept: neither events nor what they would owe."""
        first = received()
        store.create(first, "key")
        store.save(1, then(first.case, judged()))
        before = everything(store)

        with pytest.raises(Stale, match="HD-1"):
            store.save(1, then(first.case, at(Noted, text="late"), owed=(AddNote(2),)))

        assert everything(store) == before

    def test_a_case_that_does_not_exist_cannot_be_changed(self, store: Store) -> None:
        """A step of an unknown case is stale, not a new case."""
        with pytest.raises(Stale):
            store.save(1, then(received().case, judged()))

        assert store.events("HD-1") == []

    def test_of_many_changes_at_once_one_wins(self, store: Store) -> None:
        """Eight engineers decide on the same version: one is kept, seven are told."""
        first = received()
        store.create(first, "key")

        def note(number: int) -> str:
            try:
                store.save(1, then(first.case, at(Noted, text=str(number)), owed=(AddNote(number),)))
            except Stale:
                return "stale"
            return "saved"

        with ThreadPoolExecutor(8) as notes:
            outcomes = sorted(notes.map(note, range(8)))

        assert outcomes == ["saved"] + ["stale"] * 7
        assert store.load("HD-1").version == 2
        assert len(store.items_of("HD-1")) == 1

    @pytest.mark.parametrize("case_id", ["HD-9", "", "HD-1#", "é", "\0", "x" * 5000])
    def test_an_unknown_case_is_unknown(self, store: Store, case_id: str) -> None:
        """It has no events and cannot be loaded, whatever stood in the address."""
        store.create(received(), "key")

        assert store.events(case_id) == []
        with pytest.raises(Unknown, match="There is no request"):
            store.load(case_id)

    def test_a_long_request_fits(self, store: Store) -> None:
        """The forms allow 50,000 characters in a text; three such texts with accents and their line ends fit."""
        text = "é" * 45_000 + "line\n" * 1_000
        step = received(description=text, expected=text, steps=text)
        store.create(step, "key")

        assert store.load("HD-1").request == step.case.request

    def test_what_is_too_long_for_the_store_is_refused_before_anything_is_written(self, store: Store) -> None:
        """Three texts of 50,000 emoji are 600 kB: the asker is told to send a file, the key stays free."""
        text = "🚢" * 50_000
        with pytest.raises(Refused, match="too long"):
            store.create(received(description=text, expected=text, steps=text), "key")

        assert store.ledger().received == 0
        assert store.create(received(), "key") == "HD-1"

    def test_half_a_character_is_refused(self, store: Store) -> None:
        """JSON can carry half of a surrogate pair, which no store can keep: a message, not a crash."""
        with pytest.raises(Refused, match="broken character"):
            store.create(received(description="\ud83d"), "key")

        assert store.ledger().received == 0


class TestQueues:
    """Lists of cases."""

    def test_a_row_shows_the_case_as_it_stands(self, store: Store) -> None:
        """What the queue needs is there without reading the log."""
        first = received(level=0)
        store.create(first, "key")
        store.save(1, then(first.case, judged(), filed()))

        (row,) = store.queue(0).rows

        case = store.load("HD-1")
        assert row == CaseRow(
            id="HD-1",
            summary="Error page when a shipment is opened",
            requester="Camille Laurent",
            status=case.status,
            level=0,
            handler="ihelp",
            priority=Priority.HIGH,
            category=Category.BUG,
            received_at=MONDAY,
            changed_at=MONDAY + 2 * MINUTE,
            issue=4711,
            filing="filed",
            version=3,
            said=(Said("builtin", Category.BUG, Role.ACTED),),
            office="paris",
            unanswered=MONDAY,
        )

    def test_a_row_shows_what_was_said_and_decided(self, store: Store) -> None:
        """Of all judges and of a person, for the report, which reads no log."""
        first = received(level=0)
        store.create(first, "key")
        spoken = at(JudgedInShadow, 2, category=Category.CHANGE, verdict={"judge": "bedrock:some.model"})
        decided = at(Overruled, 2, category=Category.CHANGE, clause="", reason="So.")
        store.save(1, then(first.case, judged(), spoken, decided))

        row = store.row("HD-1")
        assert row.decided is Category.CHANGE
        assert [("builtin", Role.ACTED), ("bedrock:some.model", Role.SHADOW)] == [
            (one.judge, one.role) for one in row.said
        ]

    @pytest.mark.parametrize("level", [1, None])
    def test_pages_follow_each_other_without_gap_or_repetition(self, store: Store, level: int | None) -> None:
        """The latest first; cases of the same instant have an order, too; the last page has no cursor."""
        for number in range(7):
            store.create(received(f"HD-{number}", minutes=number // 2, level=number % 2), f"key {number}")
        expected = [f"HD-{number}" for number in (6, 5, 4, 3, 2, 1, 0) if level is None or number % 2 == level]

        pages = [store.queue(level, limit=3)]
        while pages[-1].cursor:
            pages.append(store.queue(level, limit=3, cursor=pages[-1].cursor))

        assert [row.id for page in pages for row in page.rows] == expected
        assert [len(page.rows) for page in pages] == ([3, 3, 1] if level is None else [3])

    def test_urgent_ones_are_on_top_while_they_are_open(self, store: Store) -> None:
        """However old they are, and across pages; one that is lowered goes to its place by time."""
        for number in range(5):
            priority = Priority.URGENT if number in (1, 2) else Priority.HIGH
            store.create(received(f"HD-{number}", minutes=number, priority=priority), f"key {number}")
        first = store.queue(1, limit=3)
        second = store.queue(1, limit=3, cursor=first.cursor)

        assert [row.id for page in (first, second) for row in page.rows] == ["HD-2", "HD-1", "HD-4", "HD-3", "HD-0"]

        lowered = then(store.load("HD-2"), judged(), at(Reprioritised, 2, priority=Priority.LOW, note="Not so."))
        store.save(1, lowered)

        assert [row.id for row in store.queue(None).rows] == ["HD-1", "HD-4", "HD-3", "HD-2", "HD-0"]

    def test_a_new_case_does_not_shift_the_next_page(self, store: Store) -> None:
        """Someone reads page two while requests come in: it goes on where page one ended."""
        for number in range(4):
            store.create(received(f"HD-{number}", minutes=number), f"key {number}")
        page = store.queue(1, limit=2)
        store.create(received("HD-9", minutes=9), "key 9")

        assert [row.id for row in store.queue(1, limit=2, cursor=page.cursor).rows] == ["HD-1", "HD-0"]

    def test_a_damaged_cursor_is_refused(self, store: Store) -> None:
        """It comes from an address: what is not exactly ours gets a message, never an error page or other rows."""
        for number in range(3):
            store.create(received(f"HD-{number}", minutes=number), f"key {number}")
        cursor = store.queue(1, limit=1).cursor
        swapped = [f"{cursor[:n]}{'A' if cursor[n] != 'A' else 'B'}{cursor[n + 1 :]}" for n in (0, 7, 20)]

        assert cursor.replace("-", "").replace("_", "").isalnum()
        for damaged in (*swapped, cursor[:-3], cursor + "A", cursor + "=", "x", "é", "%00", "A" * 5000):
            with pytest.raises(Refused, match="first page"):
                store.queue(1, cursor=damaged)

    def test_a_case_moves_with_its_level_and_leaves_when_it_is_done(self, store: Store) -> None:
        """A queue holds what is open at its level; the counts say the same."""
        first = received()
        store.create(first, "key")
        up = then(first.case, judged(), at(Escalated, 2, level=2, handler="marc-selter", reason="too-complex"))
        store.save(1, up)

        assert [len(store.queue(level).rows) for level in range(5)] == [0, 0, 1, 0, 0]
        assert store.counts() == {0: 0, 1: 0, 2: 1, 3: 0, 4: 0}

        done = then(up.case, at(Resolved, 3, resolution="Fixed."))
        store.save(3, done)

        assert store.queue(2).rows == []
        assert [row.id for row in store.queue(2, open_only=False).rows] == ["HD-1"]
        assert [row.id for row in store.queue(None, open_only=False).rows] == ["HD-1"]
        assert store.counts() == dict.fromkeys(range(5), 0)

        store.save(4, then(done.case, at(Reopened, 4, reason="It is back.")))

        assert store.counts() == {0: 0, 1: 0, 2: 1, 3: 0, 4: 0}

    def test_the_open_cases_of_a_handler_are_in_one_list_from_all_levels(self, store: Store) -> None:
        """Urgent ones, then the latest; a case leaves it when it is handed over or done."""
        for number, level in enumerate((1, 2, 1, 3)):
            store.create(received(f"HD-{number}", minutes=number, level=level), f"key {number}")
        spam = received("HD-9", minutes=9)
        held = Quarantined(at=spam.case.received_at, actor="specdesk", reasons=(as_written("It holds 9 links."),))
        store.create(Step(apply(spam.case, held), (*spam.events, held)), "key 9")
        for case_id in ("HD-0", "HD-2"):
            store.save(1, then(store.load(case_id), judged()))
        store.save(2, then(store.load("HD-0"), at(Reprioritised, 5, priority=Priority.URGENT, note="It got worse.")))
        handler = store.load("HD-0").handler

        assert ["HD-0", "HD-3", "HD-2", "HD-1"] == [row.id for row in store.assigned(handler).rows]
        assert [store.row(row.id) for row in store.assigned(handler).rows] == store.assigned(handler).rows
        assert [] == store.assigned("nobody").rows

        store.save(2, then(store.load("HD-2"), at(Resolved, 6, resolution="Fixed.")))
        store.save(1, then(store.load("HD-3"), at(HandedOver, 6, handler="somebody-else")))

        assert ["HD-0", "HD-1"] == [row.id for row in store.assigned(handler).rows]
        assert ["HD-3"] == [row.id for row in store.assigned("somebody-else").rows]

        store.save(3, then(store.load("HD-2"), at(Reopened, 7, reason="It is back.")))

        assert ["HD-0", "HD-2", "HD-1"] == [row.id for row in store.assigned(handler).rows]

    def test_portions_go_through_all_cases_once(self, store: Store) -> None:
        """All open ones, or all there are, those in quarantine as well, whatever a portion holds."""
        for number in range(7):
            store.create(received(f"HD-{number}", minutes=number, level=number % 3), f"key {number}")
        spam = received("HD-9", minutes=9)
        held = Quarantined(at=spam.case.received_at, actor="specdesk", reasons=(as_written("It holds 9 links."),))
        store.create(Step(apply(spam.case, held), (*spam.events, held)), "key 9")
        for case_id in ("HD-0", "HD-4", "HD-5"):
            store.save(1, then(store.load(case_id), at(Resolved, 9, resolution="Fixed.")))

        for limit in (1, 2, 3, 100):
            assert [f"HD-{number}" for number in (1, 2, 3, 6)] == sorted(gone_through(store, limit, open_only=True))
            assert [f"HD-{number}" for number in (*range(7), 9)] == sorted(gone_through(store, limit, open_only=False))

    def test_a_long_list_is_the_same_however_its_cases_are_spread(self, store: Store) -> None:
        """It is read level by level, no further than it is shown: urgent ones, then the latest of all levels."""
        for number in range(230):
            level = 0 if 60 <= number < 200 else number % 3
            store.create(received(f"HD-{number:03}", minutes=number, level=level), f"key {number}")
        store.save(1, then(store.load("HD-007"), judged()))
        store.save(2, then(store.load("HD-007"), at(Reprioritised, 5, priority=Priority.URGENT, note="It got worse.")))
        expected = ["HD-007", *(f"HD-{number:03}" for number in reversed(range(230)) if number != 7)]

        for limit in (120, 229):
            first = store.queue(None, limit=limit)
            rest = store.queue(None, limit=200, cursor=first.cursor)
            assert expected[:limit] == [row.id for row in first.rows]
            assert expected[limit : limit + 200] == [row.id for row in rest.rows]
        whole = store.queue(None, limit=230)
        assert (expected, "") == ([row.id for row in whole.rows], whole.cursor)

    def test_pages_of_a_handler_follow_each_other(self, store: Store) -> None:
        """As those of a queue; a damaged cursor is refused."""
        for number in range(5):
            store.create(received(f"HD-{number}", minutes=number, level=number), f"key {number}")
        handler = store.load("HD-0").handler
        page, seen = store.assigned(handler, limit=2), []
        while True:
            seen += [row.id for row in page.rows]
            if not page.cursor:
                break
            page = store.assigned(handler, limit=2, cursor=page.cursor)

        assert ["HD-4", "HD-3", "HD-2", "HD-1", "HD-0"] == seen
        with pytest.raises(Refused, match="first page"):
            store.assigned(handler, cursor="damaged")

    @pytest.mark.parametrize("levels", [range(6), range(5)], ids=["in the process", "gone from it"])
    def test_a_level_5_is_in_the_list_of_all_and_in_the_counts(self, store: Store, levels: range) -> None:
        """A process may have more levels than ours; and one that it has no more still holds its cases."""
        with_levels = MemoryStore(levels) if isinstance(store, MemoryStore) else DynamoStore(store.table, levels)  # type: ignore[attr-defined]  # the real one
        with_levels.create(received(), "key")
        case = with_levels.load("HD-1")
        up = then(case, judged(), at(Escalated, 2, level=5, handler="marc-selter", reason="too-complex"))
        with_levels.save(1, up)

        assert {0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 1} == with_levels.counts()
        assert ["HD-1"] == [row.id for row in with_levels.queue(None).rows]
        assert ["HD-1"] == [row.id for row in with_levels.queue(5).rows]

        with_levels.save(3, then(up.case, at(Resolved, 3, resolution="Fixed.")))

        assert dict.fromkeys(levels, 0) == {
            level: count for level, count in with_levels.counts().items() if level in levels
        }
        assert ([], 0) == (with_levels.queue(None).rows, sum(with_levels.counts().values()))
        assert ["HD-1"] == [row.id for row in with_levels.queue(None, open_only=False).rows]

    def test_a_filed_case_is_found_by_its_issue(self, store: Store) -> None:
        """Changes in Mantis lead back to the request."""
        first = received()
        store.create(first, "key")
        store.save(1, then(first.case, filed(4711)))

        assert store.find_issue(4711) == "HD-1"
        assert store.find_issue(4712) == ""

    def test_an_issue_that_has_a_case_gets_no_other(self, store: Store) -> None:
        """Two workers take it in under keys of their own, at once: one case, whose id both are told; nothing else."""
        steps = [received(f"HD-{number}") for number in range(1, 5)]
        with_issue = [
            Step(then(step.case, filed(4711)).case, (*step.events, filed(4711)), step.intents) for step in steps
        ]
        with ThreadPoolExecutor(4) as many:
            ids = list(many.map(lambda step: store.create(step, f"key-{step.case.id}"), with_issue))

        assert 1 == len({*ids}) == store.ledger().received
        assert store.find_issue(4711) == ids[0]
        others = [step.case.id for step in with_issue if step.case.id != ids[0]]
        assert [] == [event for other in others for event in store.events(other)]


def before_the_board() -> tuple[Event, ...]:
    """What brings a request before the Board."""
    assessment: dict[str, Any] = {"clause": "billing#due", "today": "30", "spec": "s", "proposed": "45", "effort": "2"}
    sent = at(SentToOwner, module="billing", owner="marc-selter")
    return sent, at(ChangeAssessed, **assessment), at(MotionPut, motion=Motion.APPROVE)


class TestBoard:
    """What the Board has before it, and what it decided, is found without looking at all cases."""

    def test_the_cases_of_a_mailbox_are_found_the_latest_first(self, store: Store) -> None:
        """However the address was written; nobody else's."""
        for number, email in enumerate(("Camille@Example.com", "jun@example.com", "camille@example.com"), 1):
            requester = Requester("Camille", email, "paris")
            store.create(received(f"HD-{number}", minutes=number, requester=requester), f"key {number}")

        assert ["HD-3", "HD-1"] == list(store.requests_of("camille@example.com"))
        assert ["HD-3"] == list(store.requests_of("camille@example.com", limit=1))
        assert [] == list(store.requests_of("nobody@example.com"))
        assert store.is_found_by("camille@example.com", store.load("HD-3"))
        assert not store.is_found_by("nobody@example.com", store.load("HD-3"))

    def test_a_case_is_found_by_the_mailbox_of_who_is_in_copy(self, store: Store) -> None:
        """Added twice, it is found once; who reads it now is for the reader of the log to see."""
        step = received()
        store.create(step, "key")
        case = then(step.case, judged()).case
        store.save(1, then(step.case, judged()))
        added = then(case, at(CopyAdded, 2, address="Jo@Example.com"), at(CopyAdded, 3, address="jo@example.com"))
        store.save(2, added)

        assert ["HD-1"] == list(store.requests_of("jo@example.com"))
        assert ["HD-1"] == list(store.requests_of("camille@example.com"))

    def test_a_case_is_found_by_the_mailbox_of_who_became_its_requester(self, store: Store) -> None:
        """And still by that of who forwarded the mail, who is in copy."""
        client = Requester("Chloe", "Chloe@client.example.org", CLIENT)
        step = received(on_behalf_of=client)
        store.create(step, "key")
        case = then(step.case, judged()).case
        store.save(1, then(step.case, judged()))
        store.save(2, then(case, at(RequesterChanged, 2, address=client.email)))

        assert ["HD-1"] == list(store.requests_of("chloe@client.example.org"))
        assert ["HD-1"] == list(store.requests_of("camille@example.com"))
        assert "Chloe" == store.row("HD-1").requester

    def test_the_settings_of_a_mailbox_are_kept(self, store: Store) -> None:
        """The defaults, until its owner has said something; the last word counts."""
        assert store.settings("jo@example.com") == MailSettings()
        for settings in (MailSettings(news=False), MailSettings(copies=False, level=True)):
            store.save_settings("jo@example.com", settings)

            assert store.settings("jo@example.com") == settings
        assert store.settings("camille@example.com") == MailSettings()

    def test_a_request_is_on_the_agenda_from_its_assessment_to_the_decision(self, store: Store) -> None:
        """A request that is put off stays in the list: its date brings it back."""
        for case_id in ("HD-1", "HD-2", "HD-3"):
            store.create(received(case_id), case_id)
        assert [] == store.agenda()
        assert [] == store.approved()

        one, two = (then(store.load(case_id), *before_the_board()) for case_id in ("HD-1", "HD-2"))
        store.save(1, two)
        store.save(1, one)
        assert ["HD-1", "HD-2"] == store.agenda()

        later = {"decision": Decision.DEFERRED, "until": MONDAY + timedelta(days=9)}
        store.save(4, then(one.case, at(BoardDecided, 5, votes={"paul": "yes"}, text="Later.", **later)))
        assert ["HD-1", "HD-2"] == store.agenda()

        yes = at(BoardDecided, 6, decision=Decision.APPROVED, votes={"paul": "yes"}, text="Yes.")
        store.save(4, then(two.case, yes))
        assert ["HD-1"] == store.agenda()
        assert yes == store.load("HD-2").history[-1]
        assert ["HD-2"] == store.approved()

    def test_decisions_are_found_by_their_time(self, store: Store) -> None:
        """From an instant on, until before another, in their order; a case once."""
        for number, minutes in enumerate((5, 3, 9), 1):
            store.create(received(f"HD-{number}"), f"key {number}")
            step = then(store.load(f"HD-{number}"), *before_the_board())
            store.save(1, step)
            no = {"decision": Decision.NOT_CARRIED, "votes": {"paul": "no"}, "text": "No."}
            store.save(4, then(step.case, at(BoardDecided, minutes, **no), at(BoardDecided, minutes + 0.5, **no)))

        def found(since: float, until: float) -> list[str]:
            return list(store.decided_by_board(MONDAY + since * MINUTE, MONDAY + until * MINUTE))

        assert ["HD-2", "HD-1", "HD-3"] == found(0, 60)
        assert ["HD-1"] == found(5, 9)
        assert [] == found(0, 3)


class TestRestating:
    """The state is only a fold: it can be written anew."""

    def test_what_went_wrong_is_written_anew_and_the_ledger_with_it(self, store: Store) -> None:
        """A state at another level, as a bug might leave it; the log is the truth."""
        step = received("HD-1", level=1)
        store.create(step, "key")
        wrong = replace(step, case=replace(step.case, level=3, handler="paul", status=Status.OPEN))
        store.restate(wrong)

        assert (3, 0, 1) == (store.row("HD-1").level, store.counts()[1], store.counts()[3])

        store.restate(step)

        assert CaseRow.of(step) == store.row("HD-1")
        assert (1, 0) == (store.counts()[1], store.counts()[3])

    def test_the_lists_of_the_board_are_held_against_the_log_and_written_anew(self, store: Store) -> None:
        """A request that is listed as approved and stands before the Board; decisions are found by their time."""
        store.create(received("HD-1"), "key")
        no = {"decision": Decision.NOT_CARRIED, "votes": {"paul": "no"}, "text": "No."}
        step = then(store.load("HD-1"), *before_the_board(), at(BoardDecided, 5, **no))
        store.save(1, step)
        assert {} == BoardLists.of(store).differences(step.case, store)

        store.restate(replace(step, case=replace(step.case, stage=Stage.DESIGN)))
        assert {
            "on the Board's agenda": (False, True),
            "among the approved changes": (True, False),
        } == BoardLists.of(store).differences(step.case, store)

        store.restate(step)
        assert {} == BoardLists.of(store).differences(step.case, store)

    def test_a_changed_clause_stands_in_the_state(self, store: Store) -> None:
        """A queue marks it without reading the log."""
        step = received("HD-1")
        store.create(step, "key")
        texts: dict[str, Any] = {"old": "30.", "new": "45.", "digest": "d", "spec": "s"}
        bug: dict[str, Any] = {"before": Category.BUG, "after": Category.BUG}
        store.save(1, then(step.case, at(ClauseChanged, clause="quotes#validity", **bug, **texts)))

        assert store.row("HD-1").recheck
        assert [True] == [row.recheck for row in store.queue(1).rows]

    def test_a_case_that_has_moved_on_is_left_alone(self, store: Store) -> None:
        """What was counted from an old log is not written."""
        step = received("HD-1")
        store.create(step, "key")
        store.save(1, then(step.case, judged()))
        before = everything(store)

        with pytest.raises(Stale):
            store.restate(step)
        assert before == everything(store)

    def test_clocks_that_have_something_to_say_are_found_in_their_order(self, store: Store) -> None:
        """The earliest first, as many as asked for, and none before its time or without one."""
        for number, minutes in enumerate((5, 3, None, 9, 4), 1):
            step = received(f"HD-{number}")
            store.create(
                replace(step, next_alert=None if minutes is None else MONDAY + minutes * MINUTE), f"key {number}"
            )

        assert [] == list(store.alerts_due(MONDAY))
        assert ["HD-2", "HD-5", "HD-1"] == list(store.alerts_due(MONDAY + 5 * MINUTE))
        assert ["HD-2"] == list(store.alerts_due(MONDAY + 9 * MINUTE, limit=1))

    def test_there_is_no_row_of_what_is_not_there(self, store: Store) -> None:
        """Whatever was typed."""
        for case_id in ("HD-9", "", "x" * 5000):
            with pytest.raises(Unknown):
                store.row(case_id)


class TestQuarantine:
    """What is held back, and the counting at the door."""

    def test_what_is_held_back_stands_in_a_list_of_its_own(self, store: Store) -> None:
        """In no queue, with the reason; the ledger has a column for it. What is set aside stands in another one."""
        store.create(received("HD-1"), "one")
        first = received("HD-2", minutes=1)
        held = Quarantined(at=first.case.received_at, actor="specdesk", reasons=(as_written("It holds 9 links."),))
        store.create(replace(first, case=apply(first.case, held), events=(*first.events, held), intents=()), "two")

        assert ["HD-2"] == [row.id for row in store.quarantine(Status.QUARANTINED).rows]
        assert ["HD-1"] == [row.id for row in store.queue(1, open_only=False).rows]
        assert ["HD-1"] == [row.id for row in store.queue(None, open_only=False).rows]
        assert [CaseRow.of(Step(store.load("HD-2"), ()))] == [*store.quarantine(Status.QUARANTINED).rows]
        assert "It holds 9 links." == in_words(store.row("HD-2").why)
        assert (2, 1, 1, True) == (
            store.ledger().received,
            store.ledger().queued,
            store.ledger().quarantined,
            store.ledger().balanced,
        )
        assert 1 == store.counts()[1]

        store.save(2, then(store.load("HD-2"), at(Rejected, 2, reason="An advertisement.")))
        assert [] == [*store.quarantine(Status.QUARANTINED).rows]
        assert ["An advertisement."] == [in_words(row.why) for row in store.quarantine(Status.REJECTED).rows]
        assert (0, 1, True) == (store.ledger().quarantined, store.ledger().rejected, store.ledger().balanced)

        store.save(3, then(store.load("HD-2"), at(Released, 3), owed=(JudgeRequest(),)))
        assert [] == [*store.quarantine(Status.QUARANTINED).rows, *store.quarantine(Status.REJECTED).rows]
        assert (["HD-2", "HD-1"], ()) == ([row.id for row in store.queue(1).rows], store.row("HD-2").why)

    def test_pages_of_it_follow_each_other(self, store: Store) -> None:
        """As in a queue."""
        for number in range(5):
            first = received(f"HD-{number}", minutes=number)
            held = Quarantined(at=first.case.received_at, actor="specdesk", reasons=(as_written("x"),))
            step = replace(first, case=apply(first.case, held), events=(*first.events, held), intents=())
            store.create(step, f"key {number}")
        page = store.quarantine(Status.QUARANTINED, limit=3)
        rest = store.quarantine(Status.QUARANTINED, limit=3, cursor=page.cursor)

        assert (["HD-4", "HD-3", "HD-2"], ["HD-1", "HD-0"], "") == (
            [row.id for row in page.rows],
            [row.id for row in rest.rows],
            rest.cursor,
        )

    def test_it_counts_each_thing_by_itself(self, store: Store) -> None:
        """However many count at once."""
        with ThreadPoolExecutor(8) as pool:
            counted = list(pool.map(lambda _: store.count("a", MONDAY + MINUTE), range(20)))

        assert list(range(1, 21)) == sorted(counted)
        assert 1 == store.count("b", MONDAY + MINUTE)
        assert (20, 1, 0) == tuple(map(store.counted, "abc"))


class TestLedger:
    """received = filed + queued + failed, always (R1)."""

    def test_it_follows_a_filing_through_failure_and_retry(self, store: Store) -> None:
        """Queued, given up, queued again by a retry, filed: at each moment a request is in one column."""
        first = received("HD-1", FileIssue())
        store.create(first, "key")
        (item,) = store.items_of("HD-1")
        balances = [store.ledger()]
        dead_letter(store, item)
        balances.append(store.ledger())
        again = retry(store, item)
        balances.append(store.ledger())
        store.save(3, then(again.case, filed()), item.id)
        balances.append(store.ledger())

        assert balances == [
            Ledger(received=1, filed=0, queued=1, failed=0),
            Ledger(received=1, filed=0, queued=0, failed=1),
            Ledger(received=1, filed=0, queued=1, failed=0),
            Ledger(received=1, filed=1, queued=0, failed=0),
        ]

    def test_a_filing_may_fail_twice(self, store: Store) -> None:
        """Given up, retried, given up again: one request, not two."""
        store.create(received("HD-1", FileIssue()), "key")
        for turn in (1, 2):
            (item,) = store.items_of("HD-1")
            dead_letter(store, item)
            if turn == 1:
                retry(store, item)

        assert store.ledger() == Ledger(received=1, filed=0, queued=0, failed=1)
        assert store.queue(1).rows[0].filing == "failed"

    def test_a_retry_of_something_else_moves_nothing(self, store: Store) -> None:
        """A mail that is tried again says nothing about the filing."""
        first = received("HD-1", SendNotice("received", "a@example.com"))
        store.create(first, "key")
        store.save(1, then(first.case, filing_failed()))
        (item,) = store.items_of("HD-1")
        dead_letter(store, item, "refused")
        retry(store, item)

        assert store.ledger() == Ledger(received=1, filed=0, queued=0, failed=1)

    def test_other_failures_do_not_touch_it(self, store: Store) -> None:
        """A note that Mantis would not take leaves the request filed."""
        first = received()
        store.create(first, "key")
        store.save(1, then(first.case, filed(), at(DeliveryFailed, 3, what="AddNote", error="403")))

        assert store.ledger() == Ledger(received=1, filed=1, queued=0, failed=0)


class TestOutbox:
    """What is owed to the world outside."""

    def test_items_have_ids_fixed_by_their_step(self, store: Store) -> None:
        """`case#version#n`: the same step gives the same ids, so a repeated write cannot owe twice."""
        store.create(received("HD-1", JudgeRequest(), SendNotice("received", "a@example.com", {"x": "é"})), "key")

        assert store.items_of("HD-1") == [
            OutboxItem("HD-1#1#1", "HD-1", JudgeRequest(), 0, MONDAY),
            OutboxItem("HD-1#1#2", "HD-1", SendNotice("received", "a@example.com", {"x": "é"}), 0, MONDAY),
        ]

    def test_items_of_a_case_stand_in_the_order_in_which_they_came(self, store: Store) -> None:
        """What goes to Mantis goes in order: the tenth step comes after the ninth, not after the first."""
        step = received("HD-1", AddNote(1))
        store.create(step, "key")
        for version in range(1, 11):
            step = then(step.case, at(Noted, version, text="x"), owed=(AddNote(version + 1), UpdateIssue()))
            store.save(version, step)

        notes = [item.intent.about for item in store.items_of("HD-1") if isinstance(item.intent, AddNote)]
        assert notes == [*range(1, 12)]

    def test_what_is_done_leaves_with_the_step_that_did_it(self, store: Store) -> None:
        """In one transaction: a crash cannot leave a recorded filing that is still owed."""
        first = received("HD-1", FileIssue(), AddNote(1))
        store.create(first, "key")
        step = then(first.case, filed(), owed=(SendNotice("filed", "a@example.com"),))

        store.save(1, step, "HD-1#1#1")

        assert [item.id for item in store.items_of("HD-1")] == ["HD-1#1#2", "HD-1#2#1"]

    def test_a_step_whose_item_is_gone_is_refused_whole(self, store: Store) -> None:
        """Two deliverers did the same: the second one's record would be a second filing."""
        first = received("HD-1", FileIssue())
        store.create(first, "key")
        store.finish(store.items_of("HD-1")[0])
        before = everything(store)

        with pytest.raises(Stale):
            store.save(1, then(first.case, filed()), "HD-1#1#1")

        assert everything(store) == before
        assert store.find_issue(4711) == ""

    def test_owed_is_what_may_be_tried_now_the_longest_waiting_first(self, store: Store) -> None:
        """Of all cases, up to a limit, and nothing whose time has not come."""
        for number in (3, 1, 2, 9):
            store.create(received(f"HD-{number}", JudgeRequest(), minutes=number), f"key {number}")
        now = MONDAY + 3 * MINUTE

        assert [item.case_id for item in store.due_items(now)] == ["HD-1", "HD-2", "HD-3"]
        assert [item.case_id for item in store.due_items(now, limit=2)] == ["HD-1", "HD-2"]
        assert store.due_items(MONDAY) == []

    def test_a_lease_keeps_others_away_until_it_is_over(self, store: Store) -> None:
        """One deliverer at a time; one that dies gives the item back by waiting (R10)."""
        store.create(received("HD-1", JudgeRequest()), "key")
        (item,) = store.items_of("HD-1")
        later = MONDAY + timedelta(seconds=119)
        over = MONDAY + timedelta(seconds=120)

        assert store.lease(item, MONDAY, 120) is True
        assert store.lease(item, later, 120) is False
        assert store.due_items(later) == []
        assert [each.id for each in store.due_items(over)] == [item.id]
        assert store.lease(item, over, 120) is True

    def test_items_that_others_have_in_hand_do_not_stand_before_those_that_are_free(self, store: Store) -> None:
        """A leased item keeps its place, and comes back to it when the lease is over."""
        for number in range(3):
            store.create(received(f"HD-{number}", JudgeRequest()), f"key-{number}")
        first, second, third = (item.id for item in store.due_items(MONDAY))
        store.lease(store.items_of(first.partition("#")[0])[0], MONDAY, 120)

        assert [second, third] == [item.id for item in store.due_items(MONDAY, 2)]
        assert [second] == [item.id for item in store.due_items(MONDAY, 1)]
        assert [first, second] == [item.id for item in store.due_items(MONDAY + 2 * MINUTE, 2)]

    def test_what_was_begun_and_not_put_down_is_seen(self, store: Store) -> None:
        """Who was cut off leaves that behind, until the item is postponed."""
        store.create(received("HD-1", JudgeRequest()), "key")
        (item,) = store.items_of("HD-1")
        store.lease(item, MONDAY, 120)
        (cut_off,) = store.due_items(MONDAY + timedelta(seconds=120))
        store.postpone(cut_off, MONDAY, "cut off")

        assert [False, True] == [item.leased, cut_off.leased]
        assert [False] == [each.leased for each in store.items_of("HD-1")]

    def test_of_many_deliverers_one_gets_the_lease(self, store: Store) -> None:
        """In-line delivery, the sweep and a second Lambda race for the same item."""
        store.create(received("HD-1", JudgeRequest()), "key")
        (item,) = store.items_of("HD-1")
        with ThreadPoolExecutor(8) as deliverers:
            got = list(deliverers.map(lambda _: store.lease(item, MONDAY, 120), range(8)))

        assert sorted(got) == [False] * 7 + [True]

    def test_nobody_leases_what_is_gone_given_up_or_tried_since(self, store: Store) -> None:
        """An item read some time ago may not stand there any more as it was read."""
        store.create(received("HD-1", JudgeRequest(), AddNote(1), AddNote(2)), "key")
        gone, given_up, tried = store.items_of("HD-1")
        store.finish(gone)
        dead_letter(store, given_up)
        store.postpone(tried, MONDAY + MINUTE, "busy")

        assert [store.lease(item, MONDAY, 120) for item in (gone, given_up, tried)] == [False, False, False]

    def test_a_postponed_item_waits_and_tells_why(self, store: Store) -> None:
        """The try is counted, the lease ends, the time and a shortened error are kept."""
        store.create(received("HD-1", JudgeRequest()), "key")
        (item,) = store.items_of("HD-1")
        store.lease(item, MONDAY, 3600)
        store.postpone(item, MONDAY + MINUTE, "x" * 5000)

        (waiting,) = store.items_of("HD-1")
        again = replace(item, tries=1, next_attempt=MONDAY + MINUTE, last_error="x" * 1000, postponed=Postponed.FAILED)
        assert (None, again) == (item.postponed, waiting)
        assert store.due_items(MONDAY) == []
        assert store.due_items(MONDAY + MINUTE) == [waiting]
        assert store.lease(waiting, MONDAY + MINUTE, 120) is True

    @pytest.mark.parametrize("reason", Postponed)
    def test_the_reason_of_the_last_attempt_stands_with_the_item(self, store: Store, reason: Postponed) -> None:
        """It is a field, not the beginning of the error; a dead letter is one that failed."""
        store.create(received("HD-1", JudgeRequest()), "key")
        store.postpone(store.items_of("HD-1")[0], MONDAY, "Later.", reason)
        (postponed,) = store.items_of("HD-1")
        store.lease(postponed, MONDAY, 60)
        (leased,) = store.items_of("HD-1")
        dead_letter(store, leased)

        assert [reason, reason] == [postponed.postponed, leased.postponed]
        assert [Postponed.FAILED] == [item.postponed for item in store.dead_letters()]

    def test_an_item_takes_another_place_in_the_line(self, store: Store) -> None:
        """Nothing else of it changes, and its next try gives it a place of its own again."""
        store.create(received("HD-1", JudgeRequest(), AddNote(1)), "key")
        first, later = store.items_of("HD-1")
        store.reschedule(later, MONDAY + MINUTE)

        assert [first] == store.due_items(MONDAY)
        assert [first, later] == store.due_items(MONDAY + MINUTE) == store.items_of("HD-1")

        assert store.lease(later, MONDAY, 10) is True
        store.postpone(later, MONDAY, "busy")
        assert [first.id, later.id] == [item.id for item in store.due_items(MONDAY)]

    def test_what_is_in_hand_tried_since_given_up_or_gone_keeps_its_place(self, store: Store) -> None:
        """The line is as it was."""
        store.create(received("HD-1", *map(AddNote, range(4))), "key")
        gone, given_up, tried, in_hand = items = store.items_of("HD-1")
        store.finish(gone)
        dead_letter(store, given_up)
        store.postpone(tried, MONDAY + MINUTE, "busy")
        store.lease(in_hand, MONDAY, 30)
        before = everything(store)
        for item in items:
            store.reschedule(item, MONDAY + 9 * MINUTE)

        assert before == everything(store)
        assert {tried.id, in_hand.id} == {item.id for item in store.due_items(MONDAY + MINUTE)}

    def test_a_try_is_counted_once(self, store: Store) -> None:
        """A deliverer that outlived its lease must not undo what the next one wrote, nor revive what is gone."""
        store.create(received("HD-1", JudgeRequest(), AddNote(1)), "key")
        item, gone = store.items_of("HD-1")
        store.finish(gone)
        store.postpone(item, MONDAY + MINUTE, "first")
        store.postpone(item, MONDAY, "late")
        store.postpone(gone, MONDAY, "late")

        (waiting,) = store.items_of("HD-1")
        assert (waiting.tries, waiting.last_error) == (1, "first")

    def test_what_was_tried_since_or_is_gone_is_not_given_up(self, store: Store) -> None:
        """And nothing of it is told: giving up and telling it is one thing."""
        store.create(received("HD-1", JudgeRequest(), AddNote(1)), "key")
        tried, gone = store.items_of("HD-1")
        store.finish(gone)
        store.postpone(tried, MONDAY + MINUTE, "first")
        before = everything(store)

        for item in (tried, gone):
            with pytest.raises(Stale):
                dead_letter(store, item)
        assert before == everything(store)

    def test_what_is_given_up_waits_to_be_retried(self, store: Store) -> None:
        """It is listed, is not owed, and a retry puts it back with all its tries before it."""
        store.create(received("HD-1", JudgeRequest(), AddNote(1)), "key")
        item, other = store.items_of("HD-1")
        dead_letter(store, item, "refused")

        assert [(each.id, each.dead_lettered, each.last_error) for each in store.dead_letters()] == [
            (item.id, True, "refused")
        ]
        assert store.due_items(MONDAY + MINUTE) == [other]
        assert len(store.items_of("HD-1")) == 2

        retry(store, item)

        assert store.dead_letters() == []
        assert item.id in [each.id for each in store.due_items(MONDAY)]
        assert store.items_of("HD-1")[0].tries == 0

    @pytest.mark.parametrize("item_id", ["HD-1#1#1", "HD-1#1#2", "HD-9#1#1"])
    def test_only_what_was_given_up_can_be_retried(self, store: Store, item_id: str) -> None:
        """Anything else is stale, and nothing is written."""
        step = received("HD-1", JudgeRequest())
        store.create(step, "key")
        before = everything(store)

        with pytest.raises(Stale):
            store.save(1, then(step.case, at(Retried, what="JudgeRequest")), again=item_id)
        assert before == everything(store)

    def test_finishing_twice_is_the_same_as_once(self, store: Store) -> None:
        """Handlers may run twice (R10)."""
        store.create(received("HD-1", AddNote(1)), "key")
        (item,) = store.items_of("HD-1")
        store.finish(item)
        store.finish(item)

        assert store.items_of("HD-1") == []
        assert store.due_items(MONDAY) == []


def test_a_token_works_once(store: Store) -> None:
    """A sign-in link that was used is used up, for each token by itself, also when two use it at once."""
    with ThreadPoolExecutor(4) as uses:
        first = list(uses.map(lambda _: store.use_once("a", MONDAY + MINUTE), range(4)))

    assert sorted(first) == [False, False, False, True]
    assert store.use_once("b", MONDAY + MINUTE) is True


def test_what_has_a_name_counts_once(store: Store) -> None:
    """Also when four count it at once; from so many on, nobody is asked for a name."""
    with ThreadPoolExecutor(4) as counts:
        same = list(counts.map(lambda _: store.count_once("text", "a", 2, LATER), range(4)))

    assert [Came(1, again=False), *[Came(1, again=True)] * 3] == sorted(same, key=lambda came: came.again)
    assert Came(2, again=False) == store.count_once("text", "b", 2, LATER)
    assert Came(2, again=True) == store.count_once("text", "a", 2, LATER)
    assert [3, 4] == [store.count_once("text", "c", 2, LATER).times for _ in range(2)]
    assert (4, 0) == (store.counted("text"), store.counted("another"))


def test_a_part_counts_with_its_whole(store: Store) -> None:
    """Beyond its most it counts alone, so that it uses nothing up for the others (desk/spam_check.py)."""
    assert [(1, 1), (2, 2), (3, 2), (4, 2)] == [store.count_part("day", "hour_9", 2, LATER) for _ in range(4)]
    assert (1, 3) == store.count_part("day", "hour_10", 2, LATER)
    assert (4, 1, 0, 3) == (*(store.counted("day", f"hour_{hour}") for hour in (9, 10, 11)), store.counted("day"))


def test_a_counter_of_a_former_version_counts_on(store: Store) -> None:
    """It has no names and no parts."""
    assert [1, 2] == [store.count("text", LATER) for _ in range(2)]
    assert (Came(3, again=False), (1, 4)) == (
        store.count_once("text", "a", 9, LATER),
        store.count_part("text", "hour_9", 9, LATER),
    )


Act = Callable[["Store", random.Random, int], Any]
"""Something that somebody does to a store; what they get to know is its result."""


def _create(store: Store, chance: random.Random, turn: int) -> Any:
    return store.create(
        received(f"HD-{chance.randint(1, 5)}", JudgeRequest(), FileIssue(), minutes=turn, level=chance.randint(0, 2)),
        f"key {chance.randint(1, 6)}",
    )


def _save(store: Store, chance: random.Random, turn: int) -> Any:
    case = store.load(f"HD-{chance.randint(1, 5)}")
    event = chance.choice(
        [
            at(Noted, turn, text="x"),
            at(Resolved, turn, resolution="x"),
            at(Reopened, turn, reason="x"),
            at(Escalated, turn, level=chance.randint(0, 4), handler="h", reason="too-complex"),
            at(DeliveryFailed, turn, what="FileIssue", error="x"),
            at(Filed, turn, number=turn, project="p", url="u"),
        ]
    )
    done = chance.choice(["", *(item.id for item in store.items_of(case.id)), "HD-1#1#1"])
    return store.save(case.version - chance.choice([0, 0, 0, 1]), then(case, event, owed=(AddNote(1),)), done)


def _deliver(store: Store, chance: random.Random, turn: int) -> Any:
    now = MONDAY + turn * MINUTE
    items = store.due_items(now, limit=3)
    if not items:
        return None
    item = chance.choice(items)
    got = store.lease(item, now, 180)
    if chance.random() < 0.3:
        store.postpone(item, now + chance.randint(0, 3) * MINUTE, "x")
    elif chance.random() < 0.3:
        dead_letter(store, item, "x", turn)
    return got, items


def _retry(store: Store, _: random.Random, turn: int) -> Any:
    failed = store.dead_letters(limit=2)
    for item in failed:
        retry(store, item, turn)
    return failed


def _tick(store: Store, chance: random.Random, turn: int) -> Any:
    case = store.load(f"HD-{chance.randint(1, 5)}")
    wake = MONDAY + chance.randint(0, 100) * MINUTE
    store.restate(replace(then(case), due=chance.choice([None, wake]), next_alert=chance.choice([None, wake])))
    return store.alerts_due(MONDAY + turn * MINUTE, limit=2), store.queue(None).rows


@pytest.mark.aws
def test_the_fake_and_dynamodb_never_differ(dynamo_store: Store) -> None:
    """The same random story told to both gives the same answers, and a ledger that balances at every step."""
    stores: list[tuple[Store, random.Random]] = [
        (each, random.Random(11))  # noqa: S311 - a story, not a secret
        for each in (MemoryStore(), dynamo_store)
    ]
    acts: list[Act] = [_create, _save, _save, _save, _deliver, _retry, _tick]
    seen: set[str] = set()
    for turn in range(100):
        told = []
        for store, chance in stores:
            try:
                result = chance.choice(acts)(store, chance, turn)
            except SpecdeskError as error:
                result = type(error).__name__
            told.append((result, store.ledger(), store.counts()))

        assert told[0] == told[1], f"turn {turn}"
        assert told[0][1].balanced
        rows = stores[0][0].queue(None, open_only=False).rows
        seen |= {str(told[0][0]), *(row.filing for row in rows), *(row.status for row in rows)}

    for case_id in (f"HD-{number}" for number in range(1, 6)):
        assert everything(stores[0][0], case_id) == everything(stores[1][0], case_id)
    assert seen >= {"queued", "filed", "failed", "new", "open", "resolved", "Stale", "Unknown"}, "a story worth telling"


def test_instants_are_kept_to_the_microsecond_and_in_order(store: Store) -> None:
    """A whole second and the microsecond after it are two places in the list."""
    for number in range(3):
        step = received(f"HD-{number}", minutes=number / 60_000_000)
        store.create(step, f"key {number}")
    rows = store.queue(1).rows

    assert [row.id for row in rows] == ["HD-2", "HD-1", "HD-0"]
    assert all(later.received_at > earlier.received_at for later, earlier in pairwise(rows))


def test_filing_names_are_those_of_the_ledger() -> None:
    """The columns of the ledger are the values of Filing; both stores rely on it."""
    assert {filing.value for filing in Filing} == {"queued", "filed", "failed", "quarantined", "rejected"}


class TestClauseAnswers:
    """Answers by clauses: found by their month, and by whoever gave them."""

    def test_an_answer_is_found_by_its_month_and_by_each_of_its_people_until_it_is_taken_back(
        self, store: Store
    ) -> None:
        """The first instant of taking it back stays; somebody else's answers are not theirs."""
        first = Answered("A", MONDAY, "quotes#validity", "stamp", ("box", "browser"))
        other = Answered("B", MONDAY + MINUTE, "quotes#pdf", "stamp", ("another",))
        for answer in (other, first):
            store.keep_answer(answer)

        assert [first, other] == store.answers_in(MONDAY.date())
        assert [first] == store.answers_of(["box"]) == store.answers_of(["browser", "box", "nobody"])

        store.take_back(first, MONDAY + MINUTE)
        store.take_back(first, MONDAY + 2 * MINUTE)

        assert [replace(first, taken_back=MONDAY + MINUTE), other] == store.answers_in(MONDAY.date())
        assert [] == store.answers_in((MONDAY + timedelta(days=40)).date())


class TestMeetings:
    """The invitation of the Board: two sweeps at once do not both take it."""

    def test_an_invitation_is_kept_by_whoever_read_the_last_one(self, store: Store) -> None:
        """The first one by one alone; then each in the place of the one that was read."""
        first = Invitation("1@example.com", 0, MONDAY, ("a@example.com",), ("a@example.com",))
        assert store.invitation() is None
        with ThreadPoolExecutor(4) as many:
            kept = list(many.map(lambda _: store.save_invitation(None, first), range(4)))
        assert 1 == sum(kept)
        assert first == store.invitation()

        leased = replace(first, sequence=1, cancelled=True, pending=(), leased_until=MONDAY + MINUTE)
        assert store.save_invitation(first, leased)
        assert not store.save_invitation(first, replace(first, sequence=9))
        assert leased == store.invitation()


class TestSync:
    """The cursor of the sync, and its lease."""

    def test_one_at_a_time_has_it(self, store: Store) -> None:
        """Until the lease is over; of many at once one gets it."""
        with ThreadPoolExecutor(4) as many:
            taken = list(many.map(lambda _: store.take_sync(MONDAY, MONDAY + MINUTE), range(4)))

        assert 1 == sum(cursor is not None for cursor in taken)
        assert store.take_sync(MONDAY + MINUTE / 2, MONDAY + 2 * MINUTE) is None
        assert store.take_sync(MONDAY + MINUTE, MONDAY + 2 * MINUTE) == SyncCursor(MONDAY + 2 * MINUTE)

    def test_a_clock_that_is_turned_back_does_not_lock_it_for_days(self, store: Store) -> None:
        """As in the sandbox."""
        ahead = MONDAY + timedelta(days=10)
        store.take_sync(ahead, ahead + MINUTE)

        assert store.take_sync(MONDAY, MONDAY + MINUTE) == SyncCursor(MONDAY + MINUTE)

    def test_what_is_kept_is_there_for_the_next(self, store: Store) -> None:
        """All of it; it stays taken until its time."""
        store.take_sync(MONDAY, MONDAY + MINUTE)
        kept = SyncCursor(
            MONDAY + MINUTE, MONDAY - MINUTE, MONDAY, {4711: MONDAY}, {1: MONDAY, 2: MONDAY - MINUTE}, (7, 5)
        )
        kept = replace(kept, started=MONDAY - MINUTE, untaken=(9, 8), missing="1#open|~")

        assert store.keep_sync(kept)
        assert store.take_sync(MONDAY, MONDAY + MINUTE) is None
        assert store.take_sync(MONDAY + MINUTE, MONDAY + 2 * MINUTE) == replace(kept, until=MONDAY + 2 * MINUTE)

    def test_who_lost_the_lease_does_not_keep_a_cursor(self, store: Store) -> None:
        """The faster one's stands."""
        slow = store.take_sync(MONDAY, MONDAY + MINUTE)
        fast = store.take_sync(MONDAY + MINUTE, MONDAY + 2 * MINUTE)
        assert slow
        assert fast

        assert store.keep_sync(replace(fast, since=MONDAY))
        assert not store.keep_sync(replace(slow, since=MONDAY - MINUTE))
        assert store.take_sync(MONDAY + 2 * MINUTE, MONDAY + 3 * MINUTE) == SyncCursor(MONDAY + 3 * MINUTE, MONDAY)

    def test_a_case_whose_issue_is_gone_says_so_in_its_row(self, store: Store) -> None:
        """The queue flags it."""
        case_id = store.create(received(), "key")
        for event in (judged(), filed(), at(MissingInMantis, number=4711)):
            case = store.load(case_id)
            store.save(case.version, then(case, event))

        assert store.row(case_id).missing_in_mantis


class TestPace:
    """What a person was mailed about a case lately."""

    PACE = MailThrottle({"HD-1#2#1": MONDAY, "HD-1#3#1": MONDAY + MINUTE}, MONDAY + 60 * MINUTE)

    def test_what_is_kept_is_there_for_the_next(self, store: Store) -> None:
        """By case and mailbox; nothing is nothing."""
        assert store.save_throttle("HD-1", "a@example.com", MailThrottle(), self.PACE)
        assert store.save_throttle("HD-1", "b@example.com", MailThrottle(), MailThrottle({"x": MONDAY}))

        assert self.PACE == store.throttle("HD-1", "a@example.com")
        assert MailThrottle({"x": MONDAY}) == store.throttle("HD-1", "b@example.com")
        assert MailThrottle() == store.throttle("HD-2", "a@example.com")

    def test_of_two_who_read_the_same_one_is_told_to_read_again(self, store: Store) -> None:
        """No place is given away twice."""
        with ThreadPoolExecutor(4) as many:
            paces = [MailThrottle({f"item {number}": MONDAY}) for number in range(4)]
            kept = list(
                many.map(lambda pace: store.save_throttle("HD-1", "a@example.com", MailThrottle(), pace), paces)
            )

        assert 1 == kept.count(True)
        assert store.throttle("HD-1", "a@example.com") == paces[kept.index(True)]
        assert store.save_throttle("HD-1", "a@example.com", paces[kept.index(True)], self.PACE)


class TestMarks:
    """The mailboxes that get no more mail."""

    MARK = SuppressedAddress("a@example.com", as_written("It came back."), MONDAY, "HD-1")

    def test_a_mailbox_is_marked_until_it_is_unmarked(self, store: Store) -> None:
        """And found by its name; the others are not marked."""
        store.suppress(self.MARK)

        assert (self.MARK, None) == (store.suppression("a@example.com"), store.suppression("b@example.com"))
        assert [True, False] == [store.unsuppress("a@example.com"), store.unsuppress("a@example.com")]
        assert ([], None) == (list(store.suppression_list()), store.suppression("a@example.com"))
        assert store.suppression("") is None, "of a requester of whom no address is known"

    def test_the_first_reason_stands(self, store: Store) -> None:
        """A second report tells nothing new; all are listed by name."""
        store.suppress(replace(self.MARK, mailbox="b@example.com"))
        for why in ("It came back.", "Once more."):
            store.suppress(replace(self.MARK, why=as_written(why)))

        assert [self.MARK, replace(self.MARK, mailbox="b@example.com")] == list(store.suppression_list())


class TestSessions:
    """Who is signed in at the desk, and who asked for a link."""

    PAUL = Session("paul", "abc-1", "paul@example.com", MONDAY, MONDAY + 60 * MINUTE)

    def test_a_session_is_there_until_it_is_ended(self, store: Store) -> None:
        """By person and id; nobody else's is."""
        store.open_session(self.PAUL)

        assert self.PAUL == store.session("paul", "abc-1")
        assert [None, None] == [store.session("paul", "abc"), store.session("roma", "abc-1")]
        assert [None, None] == [store.session("paul", "x" * 3000), store.session("", "")]
        assert [True, False] == [store.end_session("paul", "abc-1"), store.end_session("paul", "abc-1")]
        assert store.session("paul", "abc-1") is None

    def test_sessions_are_listed_by_person_or_all(self, store: Store) -> None:
        """A person whose name begins with another's is another one."""
        others = [replace(self.PAUL, id="abc-2"), replace(self.PAUL, person="paula")]
        for session in (self.PAUL, *others):
            store.open_session(session)

        assert [self.PAUL, others[0]] == list(store.sessions("paul"))
        assert {self.PAUL, *others} == set(store.sessions())
        assert [] == list(store.sessions("pau"))

    def test_a_link_that_was_asked_for_is_attempted_by_one_at_a_time(self, store: Store) -> None:
        """Of many who attempt it one gets it; the first that was asked for comes first."""
        first, then = (SignInAsked(f"id{n}", f"{n}@example.com", MONDAY + n * MINUTE) for n in (1, 2))
        for asked in (then, first):
            store.ask_sign_in(asked)

        assert [first, then] == list(store.sign_ins_asked())
        assert [first] == list(store.sign_ins_asked(1))
        with ThreadPoolExecutor(4) as many:
            attempts = list(many.map(lambda _: store.attempt_sign_in(first, MONDAY + 5 * MINUTE), range(4)))
        store.sign_in_failed(first, "Mail is down.")
        attempted = replace(first, tries=1, next_attempt=MONDAY + 5 * MINUTE, last_error="Mail is down.")
        assert 1 == attempts.count(True)
        assert [attempted, then] == list(store.sign_ins_asked())
        assert not store.attempt_sign_in(first, MONDAY + 9 * MINUTE)
        assert store.attempt_sign_in(attempted, MONDAY + 9 * MINUTE)

        for _ in range(2):
            store.finish_sign_in(attempted)
        store.sign_in_failed(attempted, "It is gone.")
        assert not store.attempt_sign_in(replace(attempted, tries=2), MONDAY)
        assert [then] == list(store.sign_ins_asked())


class TestSearchIndex:
    """Which requests hold which words."""

    def test_words_are_pending_with_their_step_and_posted_once(self, store: Store) -> None:
        """A posting is found by the beginning of its word, the latest request first; doing it again adds nothing."""
        store.create(received("HD-1"), "key 1")
        store.create(received("HD-2", minutes=5), "key 2")
        (first, second) = store.pending(10)

        assert ("HD-1", "HD-2", 1) == (first.case_id, second.case_id, second.version)
        assert "shipment" in first.words
        assert [] == store.postings("shipm", 10, whole=False)
        assert len(first.words) == store.post(first)
        assert (len(second.words), 0) == (store.post(second), store.post(second))
        assert [] == store.pending(10)
        assert ["HD-2", "HD-1"] == [one.case_id for one in store.postings("shipm", 10, whole=False)]
        assert ["HD-2"] == [one.case_id for one in store.postings("shipment", 1, whole=True)]
        assert [] == store.postings("shipm", 10, whole=True)
        assert {"HD-1": frozenset(first.words)} == store.words(["HD-1", "HD-9"])

    def test_a_request_that_has_moved_on_stays_pending(self, store: Store) -> None:
        """What was read before the reply does not take the reply's words with it."""
        one = received("HD-1")
        store.create(one, "key 1")
        (before,) = store.pending(10)
        store.save(1, then(one.case, judged()))
        assert [before] == store.pending(10)
        later = store.load("HD-1")
        store.save(later.version, then(later, at(Noted, 2, text="Their proxy is down.")))
        store.post(before)
        (after,) = store.pending(10)

        assert ("proxy" in after.words, "proxy" in before.words) == (True, False)
        assert 2 <= store.post(after)
        assert [] == store.pending(10)

    def test_states_are_read_together(self, store: Store) -> None:
        """In the order in which they were asked for, without those that are not there."""
        for number in range(3):
            store.create(received(f"HD-{number}"), f"key {number}")

        assert ["HD-2", "HD-0"] == [row.id for row in store.rows_of(["HD-2", "HD-7", "HD-0"])]


def test_who_looks_at_a_request_is_known_to_the_others_for_a_while(store: Store) -> None:
    """Each has their own item, which ends by itself; looking again prolongs one's own only."""
    assert [] == list(store.look("HD-1", "paul", MONDAY, MONDAY + 2 * MINUTE))
    assert ["paul"] == list(store.look("HD-1", "roma", MONDAY + MINUTE, MONDAY + 3 * MINUTE))
    assert [] == list(store.look("HD-2", "roma", MONDAY + MINUTE, MONDAY + 3 * MINUTE))

    assert [] == list(store.look("HD-1", "roma", MONDAY + 2 * MINUTE, MONDAY + 4 * MINUTE))
    assert ["roma"] == list(store.look("HD-1", "paul", MONDAY + 2 * MINUTE, MONDAY + 4 * MINUTE))
