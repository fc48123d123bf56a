"""Desk and Mantis used at once, by chance: in the end both show the same, and each thing was told once."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.core.events import (
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    HandedOver,
    MissingInMantis,
    Noted,
    NotedInMantis,
    Overruled,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    Warned,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.reconciliation import expected, next_event
from intake_fn.core.request import Priority
from intake_fn.core.steps import allowed
from intake_fn.core.vocabulary import Category as Kinds
from tests.desk.test_story import Room, at_level_4, request

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from intake_fn.ports import Issue, Placed

STEPS = 40
SAID = "Said in Mantis."
SET: tuple[dict[str, Any], ...] = (
    {"status": "resolved"},
    {"status": "closed"},
    {"status": "confirmed"},
    {"handler": "ihelp"},
    {"handler": ""},
    {"priority": "low", "project": "Change InBox"},
)


class Chance:
    """One run: everything that happens is drawn from one seed."""

    def __init__(self, process: Process, seed: int) -> None:
        self.process = process
        self.room = Room(process)
        self.case_id = at_level_4(self.room)
        self.sets = 0
        self.random = Random(seed)  # noqa: S311 - a test

    @property
    def issue(self) -> int:
        """The number of the issue."""
        return self.room.store.load(self.case_id).issue or 0

    def step(self) -> None:
        """One thing happens."""
        self.random.choices(
            [
                *[self.at_the_desk, self.in_mantis, self.note_in_mantis, self.outage, self.cut_off],
                *[self.sweep, self.sync, self.both],
            ],
            [5, 2, 1, 1, 1, 2, 2, 1],
        )[0]()

    def at_the_desk(self) -> None:
        """An engineer or the requester does something that may be refused."""
        case = self.room.store.load(self.case_id)
        acts: list[tuple[type[Event], dict[str, Any]]] = [
            (Noted, {"text": "On it."}),
            (AskedRequester, {"question": "Which?"}),
            (AskedRequester, {"question": "And where?"}),
            (Overruled, {"category": self.random.choice([Kinds.CHANGE, Kinds.BUG]), "clause": "", "reason": "So."}),
            (Reprioritised, {"priority": self.random.choice([Priority.LOW, Priority.HIGH])}),
            (HandedOver, {"handler": next(iter(allowed(case, self.process).hand_over_to), "")}),
            (Resolved, {"resolution": "Mended."}),
            (Reopened, {"reason": "It came back."}),
            (Closed, {}),
            (RequesterReplied, {"text": "Still there."}),
        ]
        kind, what = self.random.choice(acts)
        try:
            self.room.desk.act(self.case_id, self.room.event(kind, **what), case.version)
        except SpecdeskError:
            return

    def in_mantis(self) -> None:
        """Somebody sets something there."""
        self.sets += 1
        tracker = self.room.tracker
        tracker.issues[self.issue] = replace(tracker.issues[self.issue], **self.random.choice(SET))
        tracker._touch(self.issue)

    def note_in_mantis(self) -> None:
        """Somebody writes there."""
        self.room.tracker.notes.setdefault(self.issue, []).append(SAID)
        self.room.tracker._touch(self.issue)

    def outage(self) -> None:
        """It goes down, or is back."""
        self.room.tracker.down = not self.room.tracker.down

    def cut_off(self) -> None:
        """The next update does not arrive, and a sync runs at that moment: between our note and our status."""
        tracker: Any = self.room.tracker

        def update(*_: Any, **__: Any) -> Any:
            vars(tracker).pop("update", None)
            self.room.desk.sync()
            raise TryLater("The connection was lost.")

        tracker.update = update

    def sweep(self) -> None:
        """Some minutes later."""
        self.room.clock.advance(minutes=self.random.choice([1, 5, 20]))
        self.room.desk.sweep()

    def sync(self) -> None:
        """A minute later."""
        self.room.clock.advance(minutes=1)
        self.room.desk.sync()

    def both(self) -> None:
        """As every minute."""
        self.sweep()
        self.room.desk.sync()

    def settle(self) -> None:
        """All is mended, and nobody does anything."""
        vars(self.room.tracker).pop("update", None)
        self.room.tracker.down = False
        for _ in range(8):
            self.room.clock.advance(minutes=20)
            self.room.desk.sweep()
            self.room.desk.sync()


def without_alarms(case: Case) -> list[Event]:
    """What happened, but for what the clock says by itself."""
    return [event for event in case.history if not isinstance(event, Warned | Breached)]


@pytest.mark.parametrize("seed", range(60))
def test_in_the_end_both_show_the_same(process: Process, seed: int) -> None:
    """Nothing goes back and forth for ever, no note is lost or doubled, and each resolution is mailed once."""
    run = Chance(process, seed)
    for _ in range(STEPS):
        run.step()
    run.settle()
    case, stands = run.room.store.load(run.case_id), run.room.tracker.look(run.issue)
    wanted = {name: value for name, value in expected(case, process).items() if value}

    assert wanted == {name: getattr(stands, name) for name in wanted}
    assert [] == [item for item in run.room.store.items_of(run.case_id) if not isinstance(item.intent, SendNotice)]
    said = run.room.tracker.notes.get(run.issue, []).count(SAID)
    assert said == sum(isinstance(event, NotedInMantis) for event in case.history)
    assert not any(isinstance(event, MissingInMantis) for event in case.history)
    put_back = [event for event in case.history if isinstance(event, ChangedInMantis)]
    assert len(put_back) <= run.sets
    for event in put_back:
        assert all(any(there.get(name) == value for there in SET) for name, value in event.theirs.items()), event
    resolved = sum(isinstance(event, Resolved) for event in case.history)
    assert resolved == sum("Resolved:" in mail.subject for mail in run.room.mailer.sent)
    run.settle()
    assert without_alarms(case) == without_alarms(run.room.store.load(run.case_id))


def test_what_was_said_before_we_knew_of_the_issue_is_taken_over(process: Process) -> None:
    """Mantis made it and its answer was lost: the sync that saw the note knew no request of that issue."""
    room = Room(process)
    file, calls = room.tracker.file, iter([TryLater("The answer was lost.")])

    def lost_once(issue: Issue) -> Placed:
        placed = file(issue)
        for error in calls:
            raise error
        return placed

    room.tracker.file = lost_once  # type: ignore[method-assign]  # cut after it was done
    case = room.desk.take_in(request(), "key")
    room.tracker.note(1, SAID, "")
    for _ in range(3):
        room.clock.advance(seconds=5)
        room.desk.sync()
        room.clock.advance(minutes=1)
    room.desk.sweep()
    said = [event for event in room.store.load(case.id).history if isinstance(event, NotedInMantis)]

    assert 1 == room.store.load(case.id).issue
    assert 1 == len(said)


# --- asking the requester ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "then",
    [
        pytest.param([], id="asked"),
        pytest.param([(Noted, {"text": "On it."})], id="and noted"),
        pytest.param([(AskedRequester, {"question": "And where?"})], id="and asked again"),
        pytest.param([(Reprioritised, {"priority": Priority.LOW})], id="and of another priority"),
        pytest.param([(Noted, {"text": "a"}), (Noted, {"text": "b"})], id="and noted twice"),
    ],
)
@pytest.mark.parametrize("cut", range(4))
def test_mantis_shows_that_we_wait_and_nobody_is_blamed_for_our_note(
    process: Process, then: list[tuple[type[Event], dict[str, Any]]], cut: int
) -> None:
    """Our own note takes the issue out of feedback; whichever update is cut off, with a sync at that moment."""
    run = Chance(process, 0)
    tracker: Any = run.room.tracker
    kept, calls = tracker.update, 0

    def update(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == cut:
            run.room.desk.sync()
            raise TryLater("The connection was lost.")
        return kept(*arguments, **more)

    tracker.update = update
    for kind, what in [(AskedRequester, {"question": "Which?"}), *then]:
        case = run.room.store.load(run.case_id)
        run.room.desk.act(run.case_id, run.room.event(kind, **what), case.version)
        run.room.clock.advance(minutes=1)
        run.room.desk.sync()
    tracker.update = kept
    run.settle()

    assert "feedback" == tracker.issues[run.issue].status
    assert [] == history(run.room, run.case_id, ChangedInMantis)


def test_what_our_own_account_did_is_set_right_and_told_to_nobody(process: Process) -> None:
    """A write of ours that came late, when the case had moved on: neither a resolution nor somebody's change."""
    run = Chance(process, 0)
    done: list[tuple[type[Event], dict[str, Any]]] = [
        (AskedRequester, {"question": "Which?"}),
        (RequesterReplied, {"text": "This."}),
        (Resolved, {"resolution": "Done."}),
        (Reopened, {"reason": "It came back."}),
    ]
    for kind, what in done:
        run.room.desk.act(run.case_id, run.room.event(kind, **what), run.room.seen(run.case_id))
    for status in ("resolved", "feedback", "new"):
        version = run.room.seen(run.case_id)
        run.room.tracker._write(run.issue, replace(run.room.tracker.issues[run.issue], status=status))
        run.room.clock.advance(minutes=1)
        run.room.desk.sync()

        assert "assigned" == run.room.tracker.issues[run.issue].status
        assert version == run.room.seen(run.case_id)


def test_what_a_person_says_with_our_token_is_taken_over(process: Process) -> None:
    """No write of ours could have said it."""
    run = Chance(process, 0)
    run.room.tracker._write(run.issue, replace(run.room.tracker.issues[run.issue], status="resolved"))
    run.room.clock.advance(minutes=1)
    run.room.desk.sync()

    assert 1 == len(history(run.room, run.case_id, Resolved))


def test_what_mantis_does_not_keep_is_not_set_right_for_ever(process: Process) -> None:
    """One try; then the case says that it is not kept."""
    run = Chance(process, 0)
    tracker: Any = run.room.tracker
    tracker._write(run.issue, replace(tracker.issues[run.issue], handler="ihelp"))
    updates = []

    def update(number: int, *, status: str, **wanted: Any) -> tuple[str, ...]:
        updates.append(wanted)
        tracker._write(number, replace(tracker.issues[number], status=status, handler="ihelp"))
        return ("handler",)

    tracker.update = update
    for _ in range(5):
        run.room.clock.advance(minutes=1)
        run.room.desk.sync()

    assert (1, ("handler",)) == (len(updates), run.room.store.load(run.case_id).dropped_fields)


# --- group mailboxes ---------------------------------------------------------------------------


@pytest.fixture
def grouped(process: Process) -> Process:
    """Ann and Bob are behind the mailbox of the level 4 engineer who gets the request."""
    people = {
        name: replace(person, mantis_accounts=(f"ann.{name}", f"bob.{name}")) for name, person in process.people.items()
    }
    return replace(process, people=people)


def history(room: Room, case_id: str, kind: type[Event]) -> list[Event]:
    """What has happened of a kind."""
    return [event for event in room.store.load(case_id).history if isinstance(event, kind)]


def test_a_person_behind_a_group_mailbox_may_take_the_issue_over(grouped: Process) -> None:
    """It is nothing to put back, and an update leaves it with them."""
    room = Room(grouped)
    case_id = at_level_4(room)
    room.desk.sweep()
    tracker, number = room.tracker, room.store.load(case_id).issue or 0
    tracker.issues[number] = replace(tracker.issues[number], handler="Ann.roma")
    tracker._touch(number)
    room.desk.sync()
    event = room.event(Reprioritised, priority=Priority.LOW)
    room.desk.act(case_id, event, room.store.load(case_id).version)
    for _ in range(3):
        room.clock.advance(minutes=5)
        room.desk.sweep()
        room.desk.sync()

    assert ("Ann.roma", "low") == (tracker.issues[number].handler, tracker.issues[number].priority)
    assert [] == history(room, case_id, ChangedInMantis)


def test_an_issue_that_goes_to_somebody_else_leaves_the_group(grouped: Process) -> None:
    """It is handed to the account of the one who gets it, not left with who held it for the group."""
    room = Room(grouped)
    case_id = at_level_4(room)
    room.desk.sweep()
    tracker, number = room.tracker, room.store.load(case_id).issue or 0
    tracker.issues[number] = replace(tracker.issues[number], handler="ann.roma")
    room.desk.act(case_id, room.event(HandedOver, handler="andrei"), room.store.load(case_id).version)
    room.clock.advance(minutes=5)
    room.desk.sweep()

    assert "andrei" == tracker.issues[number].handler


@pytest.mark.parametrize(
    ("account", "actor"),
    [
        pytest.param("bob.roma", "roma@example.com", id="behind the group"),
        pytest.param("Roma", "roma@example.com", id="the group's own account"),
        pytest.param("stranger", "stranger", id="nobody of ours"),
        pytest.param("shared", "shared", id="an account of two people is named, and neither of them"),
    ],
)
def test_a_deed_in_mantis_is_told_as_that_of_whom_the_account_stands_for(
    grouped: Process, account: str, actor: str
) -> None:
    """Nobody is said to have done what another may have done."""
    for name in ("paul", "andrei"):
        grouped = replace(grouped, people={**grouped.people, name: replace(grouped.people[name], mantis="shared")})
    room = Room(grouped)
    case_id = at_level_4(room)
    room.desk.sweep()
    case = room.store.load(case_id)
    here = room.tracker.look(case.issue or 0)
    stands = replace(here, status="resolved", changed_by={"status": account}, ours=frozenset())
    event = next_event(case, stands, [], grouped, room.clock())

    assert isinstance(event, Resolved)
    assert actor == event.actor
