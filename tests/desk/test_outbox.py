"""The line of what is owed: what goes one way goes in order, and what has to wait holds up nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.events import Linked, Noted, Retried, Unlinked
from intake_fn.core.intents import INTENTS, FileIssue
from intake_fn.core.vocabulary import Filing, Relation
from intake_fn.desk.dispatcher import HANDLERS
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from typing import Any

    from intake_fn.core.process import Process

PLACES = 4
"""How many items a sweep of these tests takes."""


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def waiting_in_mantis(room: Room, requests: int) -> list[str]:
    """Requests that could not be filed, each with notes that wait for it."""
    room.tracker.down = True
    ids = [room.desk.take_in(request(), str(number)).id for number in range(requests)]
    for case_id in ids:
        for text in ("one", "two"):
            room.desk.act(case_id, room.event(Noted, text=text), room.seen(case_id))
    return ids


def test_what_waits_for_mantis_holds_up_no_mail(room: Room) -> None:
    """The notes that wait behind their requests stand aside, so that a sweep comes to the others."""
    ids = waiting_in_mantis(room, 6)
    room.mailer.sent.clear()
    room.mailer.down = True
    last = room.desk.take_in(request(), "last").id
    room.mailer.down = False

    for _ in range(5):
        room.clock.advance(minutes=1)
        room.desk.sweep(PLACES)

    assert last in {mail.subject[1:13] for mail in room.mailer.sent}
    assert [None] * 6 == [room.store.load(case_id).issue for case_id in ids]


def test_once_mantis_is_back_all_go_in_order(room: Room) -> None:
    """Within a sweep or so of the next try."""
    ids = waiting_in_mantis(room, 3)
    for _ in range(10):
        room.clock.advance(minutes=1)
        room.desk.sweep(PLACES)
    room.tracker.down = False
    for _ in range(20):
        room.clock.advance(minutes=1)
        room.desk.sweep(PLACES)

    for case_id in ids:
        notes = room.tracker.notes[room.store.load(case_id).issue or 0]
        assert ["Note (Paul)", "one", "Note (Paul)", "two"] == [
            line for note in notes for line in note.splitlines() if line and not line.startswith("[")
        ]
    assert [] == room.store.due_items(room.clock() + timedelta(days=1))


def test_a_request_that_was_given_up_holds_up_nobody_for_ever(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows it is looked at again each hour, and at once when it is tried again."""
    refused = "Mantis will not have it."

    def refuse(_: Any) -> Any:
        raise Refused(refused)

    monkeypatch.setattr(room.tracker, "file", refuse)
    ids = [room.desk.take_in(request(), str(number)).id for number in range(6)]
    for case_id in ids:
        room.desk.act(case_id, room.event(Noted, text="one"), room.seen(case_id))
    assert {Filing.FAILED} == {room.store.load(case_id).filing for case_id in ids}
    room.clock.advance(minutes=1)
    room.desk.sweep(PLACES)
    room.clock.advance(minutes=1)
    room.desk.sweep(PLACES)
    assert [] == room.store.due_items(room.clock())

    monkeypatch.undo()
    given_up = next(item for item in room.store.dead_letters() if isinstance(item.intent, FileIssue))
    room.desk.retry(given_up.id, "admin@example.com")
    room.clock.advance(minutes=1)
    room.desk.sweep(PLACES)

    case = room.store.load(given_up.case_id)
    assert Retried in {type(event) for event in case.history}
    assert 1 == len(room.tracker.notes[case.issue or 0])


def test_a_mistyped_link_holds_up_nothing(room: Room) -> None:
    """Mantis has no such issue: that is told, and what is said of the request afterwards still comes there."""
    case_id = room.desk.take_in(request(), "key").id
    room.desk.act(case_id, room.event(Linked, number=4711, relation=Relation.DUPLICATE), room.seen(case_id))
    case = room.desk.act(case_id, room.event(Noted, text="A slip of the pen."), room.seen(case_id))

    (given_up,) = room.store.dead_letters()
    assert "4711" in given_up.last_error
    assert 1 == len(room.tracker.notes[case.issue or 0])

    room.desk.act(case_id, room.event(Unlinked, number=4711), room.seen(case_id))
    room.desk.retry(given_up.id, "admin@example.com")
    room.clock.advance(minutes=1)
    room.desk.sweep()

    assert ([], {}) == ([*room.store.items_of(case_id)], room.tracker.related)


def test_every_intent_has_a_handler() -> None:
    """A new one without a row in the table of the dispatcher would fail when it is due."""
    assert set(INTENTS.values()) == set(HANDLERS)
