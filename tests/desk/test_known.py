"""The issues that are like a request: known from the sync, a help and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.desk.known import KEY, Similar
from intake_fn.ports import Issue
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.process import Process

LABELS = request(
    summary="Labels print the wrong weight",
    description="The label of a pallet shows its weight in pounds, and we are in Paris.",
    expected="Kilograms.",
)
FOREIGN = Issue(
    marker="",
    project="Bugs InBox",
    summary="Label of a pallet: weight in pounds",
    description="Printed the label of a pallet in Paris, and the weight is in pounds. It should be in kilograms.",
)


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def minutes(room: Room, number: int = 3) -> None:
    """Let the sync run for so many minutes."""
    for _ in range(number):
        room.clock.advance(minutes=1)
        room.desk.sync()


def found(room: Room, case_id: str) -> list[tuple[int, str]]:
    """What is suggested for a case."""
    return [(one.number, one.summary) for one in room.desk.similar(room.store.load(case_id))]


def test_requests_and_issues_of_others_are_suggested(room: Room) -> None:
    """The nearest first, the request's own issue not among them, and none that has nothing to do with it."""
    foreign = room.tracker.file(FOREIGN).number
    first = room.desk.take_in(LABELS, "first")
    room.desk.take_in(request(), "something else")
    second = room.desk.take_in(replace(LABELS, description="Pallet labels: pounds. This is Paris!"), "second")
    minutes(room)

    assert {(foreign, FOREIGN.summary), (first.issue, LABELS.summary)} == set(found(room, second.id))
    assert second.issue in [number for number, _ in found(room, first.id)]


def test_the_same_words_are_called_a_duplicate(room: Room) -> None:
    """Nobody is linked by it: that is a person's act."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    minutes(room)

    assert [Similar(first.issue or 0, LABELS.summary, certain=True)] == room.desk.similar(second)
    assert {} == room.tracker.related


def test_an_idle_minute_reads_and_writes_nothing(room: Room) -> None:
    """Only what changed is taken in."""
    room.desk.take_in(LABELS, "first")
    minutes(room)
    room.files.down = True
    kept = room.files.kept[KEY]
    minutes(room)

    assert kept == room.files.kept[KEY]


def test_what_is_changed_or_deleted_in_mantis_is_so_here(room: Room) -> None:
    """A change within a minute, a deletion with the next list of everything."""
    number = room.tracker.file(FOREIGN).number
    case = room.desk.take_in(LABELS, "first")
    minutes(room)
    room.tracker.issues[number] = replace(FOREIGN, summary="Weight of a pallet on its label: pounds")
    room.tracker._touch(number)
    minutes(room)
    assert [(number, "Weight of a pallet on its label: pounds")] == found(room, case.id)

    del room.tracker.issues[number]
    minutes(room, 65)
    assert [] == found(room, case.id)


@pytest.mark.parametrize(
    "content", [b"", b"no JSON", b'{"format": 0}', b'{"format": 1, "model": "another", "issues": []}']
)
def test_a_damaged_file_means_no_suggestions_until_it_is_made_anew(room: Room, content: bytes) -> None:
    """Within the hour, without anybody's help."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    minutes(room)
    room.files.kept[KEY] = (content, "application/json")
    room.clock.advance(minutes=2)
    assert [] == room.desk.similar(second)

    minutes(room, 65)
    assert [(first.issue, LABELS.summary)] == found(room, second.id)


def test_without_the_file_store_everything_else_goes_on(room: Room) -> None:
    """No suggestions, and a sync that says nothing failed."""
    case = room.desk.take_in(LABELS, "first")
    room.files.down = True
    room.clock.advance(minutes=1)

    assert 0 == room.desk.sync().failed
    assert [] == room.desk.similar(case)


def test_nothing_but_what_is_compared_is_kept(room: Room) -> None:
    """No names, no addresses: only what was written."""
    room.desk.take_in(LABELS, "first")
    minutes(room)
    rows = json.loads(room.files.kept[KEY][0])["issues"]

    assert [{"id", "summary", "description", "vector"}] == [set(row) for row in rows]
    assert b"camille@example.com" not in room.files.kept[KEY][0]


def test_what_could_not_be_kept_is_kept_within_the_hour(room: Room) -> None:
    """The file store was down when it was learnt."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    room.files.down = True
    minutes(room)
    room.files.down = False
    minutes(room, 65)

    assert [(first.issue, LABELS.summary)] == found(room, second.id)
