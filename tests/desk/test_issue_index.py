"""The issues that are like a request: known from the sync, a help and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.desk import Desk
from intake_fn.desk.issue_index import KEY, SHARD, Cache, SimilarIssue
from intake_fn.ports import Issue
from spec_lookup import DuplicateIndex, IssueText
from tests.desk.test_story import Room, request
from tests.desk.test_unreadable import NEWER
from tests.fakes import MemoryTracker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake_fn.core.process import Process
    from intake_fn.core.reconciliation import IssueState

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


REPORT = IssueText("", FOREIGN.summary, FOREIGN.description)


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def minutes(room: Room, number: int = 3) -> None:
    """Let the sync run for so many minutes."""
    for _ in range(number):
        room.clock.advance(minutes=1)
        room.desk.sync()


def another_process(room: Room) -> Desk:
    """The desk in a process that has not read the index yet."""
    return replace(room.desk, index_cache=Cache())


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

    assert [SimilarIssue(first.issue or 0, LABELS.summary, certain=True)] == room.desk.similar(second)
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
    minutes(room, 7)
    assert [] == found(room, case.id)


@pytest.mark.parametrize(
    "content", [b"", b"no JSON", b'{"format": 0}', b'{"format": 1, "model": "another", "issues": []}']
)
def test_a_damaged_file_means_no_suggestions_until_it_is_made_anew(room: Room, content: bytes) -> None:
    """Within five minutes, without anybody's help."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    minutes(room)
    room.files.kept[KEY] = (content, "application/json")
    room.clock.advance(minutes=2)
    assert [] == room.desk.similar(second)

    minutes(room, 7)
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
    content = room.files.kept[shard(0)][0]
    rows = json.loads(content)["issues"]

    compared = {"id", "summary", "description", "state", "expected", "clause", "words", "vector"}
    assert [compared] == [set(row) for row in rows]
    assert b"camille@example.com" not in content


def test_what_could_not_be_kept_is_kept_at_the_next_list(room: Room) -> None:
    """The file store was down when it was learnt."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    room.files.down = True
    minutes(room)
    room.files.down = False
    minutes(room, 7)

    assert [(first.issue, LABELS.summary)] == found(room, second.id)


class SlowTracker(MemoryTracker):
    """A Mantis that takes its time for each issue that is looked at."""

    def __init__(self, room: Room) -> None:
        super().__init__(issues=room.tracker.issues, touched=room.tracker.touched, ticks=room.tracker.ticks)
        self.clock = room.clock
        self.broken = 0

    def look(self, number: int) -> IssueState:
        """Nine seconds later; an answer that nobody expects for the broken one."""
        self.clock.advance(seconds=9)
        if number == self.broken:
            raise KeyError("summary")
        return super().look(number)


@pytest.fixture
def slow(room: Room) -> Room:
    """A desk with ten issues of others in its Mantis, of which a sync has time for three."""
    for place in range(10):
        room.tracker.file(replace(FOREIGN, marker=f"{place}", summary=f"{FOREIGN.summary}, {place}"))
    room.tracker = SlowTracker(room)
    room.desk = replace(room.desk, tracker=room.tracker)
    return room


def shards(room: Room) -> dict[str, str]:
    """The shards with their digests, as they are named."""
    named: dict[str, str] = json.loads(room.files.kept[KEY][0])["shards"]
    return named


def shard(number: str | int) -> str:
    """Where a shard stands."""
    return f"known/issues/{number}.json"


def kept(room: Room) -> dict[int, str]:
    """The summaries of the known issues, as the files have them."""
    rows = [row for number in shards(room) for row in json.loads(room.files.kept[shard(number)][0])["issues"]]
    return {int(row["id"]): row["summary"] for row in rows}


def test_what_a_sync_has_no_time_for_is_read_by_the_next(slow: Room) -> None:
    """Within minutes, and not with the next list of everything only."""
    minutes(slow, 1)
    assert 3 == len(kept(slow))
    minutes(slow, 4)
    assert 10 == len(kept(slow))

    before = slow.clock()
    minutes(slow, 1)
    assert (60, 0) == ((slow.clock() - before).seconds, slow.desk.sync().looked)


def test_a_change_that_there_was_no_time_to_read_is_read(slow: Room) -> None:
    """An issue that is known keeps no words that it has lost."""
    minutes(slow, 5)
    for number in kept(slow):
        slow.tracker.issues[number] = replace(FOREIGN, summary=f"Changed {number}")
        slow.tracker._touch(number)
    minutes(slow, 6)

    assert {number: f"Changed {number}" for number in range(1, 11)} == kept(slow)


def test_what_the_file_store_did_not_take_is_taken_when_it_is_back(room: Room) -> None:
    """The sync knows what it has not kept yet."""
    number = room.tracker.file(FOREIGN).number
    minutes(room)
    room.files.down = True
    room.tracker.issues[number] = replace(FOREIGN, summary="Changed")
    room.tracker._touch(number)
    minutes(room, 5)
    room.files.down = False
    minutes(room, 1)

    assert {number: "Changed"} == kept(room)


def test_an_issue_that_cannot_be_read_holds_up_no_other(slow: Room) -> None:
    """Nor the sync itself."""
    assert isinstance(slow.tracker, SlowTracker)
    slow.tracker.broken = 2
    minutes(slow, 5)

    assert {1, *range(3, 11)} == set(kept(slow))


def test_a_request_that_this_version_cannot_read_holds_up_no_other(room: Room) -> None:
    """As after a roll-back: what is filed after it is known all the same."""
    spoilt = room.desk.take_in(LABELS, "first")
    room.store._logs[spoilt.id][0] = NEWER
    other = room.desk.take_in(LABELS, "second")
    minutes(room)

    assert [other.issue] == list(kept(room))


def test_a_page_without_suggestions_is_better_than_none(room: Room) -> None:
    """The file is whole, and holds what nobody expects."""
    first = room.desk.take_in(LABELS, "first")
    second = room.desk.take_in(LABELS, "second")
    minutes(room)
    content, kind = room.files.kept[shard(0)]
    room.files.kept[shard(0)] = (content.replace(f'"id": "{first.issue}"'.encode(), b'"id": "no number"'), kind)
    room.desk = another_process(room)
    assert [] == room.desk.similar(second)

    minutes(room, 7)
    assert [(first.issue, LABELS.summary)] == found(room, second.id)


def test_how_an_issue_of_others_stands_is_told(room: Room) -> None:
    """In Mantis's words, with the version that has the mend (R23)."""
    case = room.desk.take_in(LABELS, "first")
    number = room.tracker.file(replace(FOREIGN, status="resolved")).number
    room.tracker.fixed_in[number] = "2.4"
    minutes(room)

    assert ["resolved, fixed in 2.4"] == [one.state for one in room.desk.similar(case)]


# --- shards ----------------------------------------------------------------------------------


def filed(room: Room, numbers: Iterable[int]) -> None:
    """Issues of others with these numbers."""
    for number in numbers:
        room.tracker.issues[number] = replace(FOREIGN, marker=f"{number}", summary=f"{FOREIGN.summary}, {number}")
        room.tracker._touch(number)


def test_a_change_writes_the_shard_of_its_issue_and_no_other(room: Room) -> None:
    """However many there are; a shard whose last issue is gone goes with it."""
    filed(room, (1, SHARD - 1, SHARD, 5 * SHARD + 7))
    minutes(room)
    before = {key: room.files.kept[key] for key in map(shard, (0, 1, 5))}
    room.tracker.issues[SHARD] = replace(FOREIGN, summary="Changed")
    room.tracker._touch(SHARD)
    minutes(room)

    assert ["0", "1", "5"] == list(shards(room))
    assert [shard(1)] == [key for key, content in before.items() if room.files.kept[key] != content]
    assert "Changed" == kept(room)[SHARD]

    del room.tracker.issues[SHARD]
    minutes(room, 7)
    assert ["0", "5"] == list(shards(room))
    assert shard(1) not in room.files.kept


def test_another_process_reads_what_has_changed(room: Room) -> None:
    """Within a minute, shard by shard: new issues, changed ones, and those that are gone."""
    filed(room, (SHARD, 2 * SHARD))
    minutes(room)
    other = another_process(room)
    assert {SHARD, 2 * SHARD} == {one.number for one in other.issue_index.similar_to(REPORT)}

    del room.tracker.issues[SHARD]
    filed(room, (3 * SHARD,))
    minutes(room, 7)
    assert {2 * SHARD, 3 * SHARD} == {one.number for one in other.issue_index.similar_to(REPORT)}


def test_a_shard_that_is_gone_is_made_anew(room: Room) -> None:
    """Whoever misses it says so by the names, and the sync reads its issues again."""
    filed(room, (1, SHARD))
    minutes(room)
    del room.files.kept[shard(1)]
    assert [1] == [one.number for one in another_process(room).issue_index.similar_to(REPORT)]
    assert ["0"] == list(shards(room))

    minutes(room, 7)
    assert {1, SHARD} == set(kept(room))


def test_the_one_file_of_a_version_of_before_becomes_shards(room: Room) -> None:
    """Nothing is read from Mantis again, and nothing is lost meanwhile."""
    filed(room, (1, SHARD))
    minutes(room)
    index = DuplicateIndex()
    for number in (0, 1):
        index.add_bytes(room.files.kept.pop(shard(number))[0])
    rows = json.loads(index.to_bytes())
    before = [{name: value for name, value in row.items() if name != "words"} for row in rows["issues"]]
    content = json.dumps({"format": 4, "model": rows["model"], "issues": before}).encode()
    room.files.kept[KEY] = (content, "application/json")
    room.desk = another_process(room)
    room.tracker.look = lambda number: pytest.fail(f"{number} is read again")  # type: ignore[method-assign]

    assert {1, SHARD} == {one.number for one in room.desk.issue_index.similar_to(REPORT)}
    minutes(room, 7)
    assert ({1, SHARD}, ["0", "1"]) == (set(kept(room)), list(shards(room)))
