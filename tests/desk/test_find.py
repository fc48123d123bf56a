"""The search index: requests of earlier versions get into it, and common words cost no more than rare ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.desk import find as search
from intake_fn.desk.case_lists import queued, readable
from intake_fn.desk.find import find, post_pending, reindex
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.fixture
def room(process: Process) -> Room:
    """A desk with nothing in it."""
    return Room(process)


def sent(room: Room, *summaries: str) -> list[str]:
    """Requests a minute apart; their numbers."""
    numbers = []
    for place, summary in enumerate(summaries):
        room.clock.advance(minutes=1)
        numbers.append(room.desk.take_in(request(summary=summary), f"key {place}").id)
    return numbers


def found(room: Room, query: str) -> list[str]:
    """The requests that a query finds, in their order."""
    return [row.id for row in find(room.desk, query, 20).rows]


def test_requests_of_before_the_index_are_put_into_it_once(room: Room) -> None:
    """By the command that an update names; doing it again adds nothing."""
    first, second = sent(room, "Pallet is lost", "Manifest is lost")
    for pending in room.store.pending(10):  # as an earlier version left them
        room.store._pending.pop(pending.case_id)
    told: dict[str, int] = {}

    assert [] == found(room, "pallet")
    assert 2 == reindex(room.desk, readable(room.store, queued(room.store)), told.__setitem__)
    assert ([first], [second, first]) == (found(room, "pallet"), found(room, "lost"))
    assert 0 == reindex(room.desk, readable(room.store, queued(room.store)), told.__setitem__)
    assert {first: 0, second: 0} == told


def test_common_words_with_a_rare_one_find_what_has_them_all(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a common word only the latest postings are read: whether an older request holds it, its own words say."""
    rare, *_ = sent(room, "Zanzibar pallet is lost", "A pallet", "Zanzibar crate", *(f"Pallet {n}" for n in range(4)))
    post_pending(room.desk)
    monkeypatch.setattr(search, "READ", 3)

    assert [rare] == found(room, "zanzibar pallet") == found(room, "pallet zanzibar")
    assert 3 == len(found(room, "pallet"))


def test_what_cannot_be_posted_stays_pending_and_keeps_no_delivery(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep goes on, and the request is found all the same."""
    (number,) = sent(room, "Pallet is lost")

    def broken(_: object) -> int:
        raise ValueError("Something that nobody thought of.")

    with monkeypatch.context() as patched:
        patched.setattr(room.store, "post", broken)
        room.desk.sweep()

    assert [number] == found(room, "pallet")
    assert 1 == len(room.store.pending(10))
    room.desk.sweep()
    assert [] == room.store.pending(10)
    assert [number] == found(room, "pallet")
