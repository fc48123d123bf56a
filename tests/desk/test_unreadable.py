"""What this version cannot read, as after a roll-back, is set aside: all else goes on, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake_fn.core.errors import Refused, Unreadable
from intake_fn.core.events import Noted
from intake_fn.core.intents import UnknownIntent
from intake_fn.core.vocabulary import Filing, Status
from intake_fn.desk.consistency_check import difference
from tests.desk.test_story import Room, request, room

__all__ = ["room"]

NEWER = '{"event": "Blessed", "at": "2026-11-23T15:00:00+00:00", "actor": "specdesk"}'


def test_a_delivery_that_cannot_be_read_holds_up_no_other_request(room: Room) -> None:
    """The sweep passes it over, it is listed by its name, and it is still there."""
    room.tracker.down = True
    spoilt = room.desk.take_in(request(), "first")
    room.store.spoil(spoilt.id, item=UnknownIntent("CallTheMoon", "It is of the unknown kind 'CallTheMoon'."))
    healthy = room.desk.take_in(request(summary="Another"), "second")
    room.tracker.down = False
    room.clock.advance(minutes=30)
    room.desk.sweep()

    assert room.desk.cases.load(healthy.id).filing is Filing.FILED
    assert room.store.due_items(room.clock() + timedelta(days=1)) == []
    assert {item.case_id for item in room.store.unreadable()} == {spoilt.id}


def test_what_cannot_be_read_is_not_tried_again_by_hand(room: Room) -> None:
    """The answer says what to do instead."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    room.store.spoil(case.id, item=UnknownIntent("CallTheMoon", "Unknown."))
    (item, *_) = room.store.unreadable()

    with pytest.raises(Refused, match="run the newer version again"):
        room.desk.retry(item.id, "paul@example.com")


def test_a_request_with_an_unknown_entry_can_be_looked_at_and_not_changed(room: Room) -> None:
    """Nothing is built on a guess; the entry keeps its place in the log."""
    case = room.desk.take_in(request(), "key")
    room.store.spoil(case.id, event=NEWER)
    found = room.desk.cases.load(case.id)

    assert (Status.OPEN, case.version + 1, "Blessed") == (found.status, found.version, found.unread[0].kind)
    with pytest.raises(Unreadable, match="Nothing of it is lost"):
        room.desk.act(case.id, room.event(Noted, text="On it."), found.version)
    with pytest.raises(Unreadable):
        difference(room.store, room.desk.process, room.store.row(case.id))


def test_what_is_owed_to_a_request_with_an_unknown_entry_waits_and_is_never_given_up(room: Room) -> None:
    """However often it is tried; when it can be read again, it goes on."""
    room.tracker.down = True
    case = room.desk.take_in(request(), "key")
    room.store.spoil(case.id, event=NEWER)
    room.tracker.down = False
    for _ in range(210):
        room.clock.advance(hours=2)
        room.desk.sweep()

    assert room.store.dead_letters() == []
    assert room.store.items_of(case.id)
    assert room.tracker.issues == {}


def test_more_unreadable_clocks_than_one_sweep_takes_hold_up_no_other(room: Room) -> None:
    """They leave the front of the line for an hour."""
    for number in range(3):
        room.store.spoil(room.desk.take_in(request(summary=f"No. {number}"), f"{number}").id, event=NEWER)
    for case_id in list(room.store._clocks):
        room.store._clocks[case_id] = (room.clock(), room.clock())
    room.desk.sweep(limit=2)
    room.desk.sweep(limit=2)

    assert room.store.alerts_due(room.clock()) == []
