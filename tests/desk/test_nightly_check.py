"""The nightly check goes through all open requests in portions, whatever their number, and tells of each difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import TryLater
from intake_fn.core.steps import fold, standing
from intake_fn.desk import nightly_check
from intake_fn.desk.nightly_check import Part
from tests.core.samples import judged, received
from tests.desk.test_consistency_check import spoil
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.case_row import Page
    from intake_fn.core.process import Process

MANY = 230
"""Requests: more than two pages."""


@pytest.fixture
def room(process: Process) -> Room:
    """A desk with many open requests, of which each takes a second to be read."""
    room = Room(process)
    log = (received(0, "paris-liaison"), judged())
    for number in range(MANY):
        step = standing(fold(f"HD-{number:04}", log), process)
        room.store.create(replace(step, events=log), f"key {number}")
    load = room.store.load

    def slow(case_id: str) -> Case:
        room.clock.advance(seconds=1)
        return load(case_id)

    room.store.load = slow  # type: ignore[method-assign]
    return room


def test_a_portion_ends_in_time_and_the_next_one_goes_on(room: Room) -> None:
    """Three pages, three portions; then the report, which wants a portion for itself; then nothing is left to do."""
    spoil(room, "HD-0003")
    spoil(room, "HD-0222")
    portions = [nightly_check.begin(room.desk)]
    while portion := nightly_check.go_on(room.desk):
        portions.append(portion)

    assert [100, 200, MANY, MANY] == [portion.requests for portion in portions]
    assert [Part.REQUESTS, Part.REQUESTS, Part.LISTED, Part.DONE] == [portion.part for portion in portions]
    assert {"HD-0003", "HD-0222"} == {*portions[-1].wrong}
    assert 2 == portions[-1].differences


def test_a_check_that_is_not_done_goes_on_and_a_done_one_begins_anew(room: Room) -> None:
    """Whoever runs it: the clock, an admin, or AWS once more."""
    assert nightly_check.go_on(room.desk) is None
    assert 100 == nightly_check.begin(room.desk).requests
    assert 200 == nightly_check.begin(room.desk).requests
    while nightly_check.go_on(room.desk):
        pass
    assert 100 == nightly_check.begin(room.desk).requests


def test_a_poisoned_request_stops_no_other(room: Room) -> None:
    """It is logged; the others are looked at."""
    load = room.store.load

    def poisoned(case_id: str) -> Case:
        if case_id == "HD-0005":
            raise ZeroDivisionError(case_id)
        return load(case_id)

    room.store.load = poisoned  # type: ignore[method-assign]
    spoil(room, "HD-0004")
    progress = nightly_check.begin(room.desk)
    while portion := nightly_check.go_on(room.desk):
        progress = portion

    assert (MANY, ("HD-0004",), True) == (progress.requests, progress.wrong, progress.is_done)


def test_while_the_file_store_is_down_nobody_knows_how_far_a_check_came(room: Room) -> None:
    """It is no check that is done: the run says so, and the next one goes on."""
    nightly_check.begin(room.desk)
    room.files.down = True
    for run in (nightly_check.go_on, nightly_check.begin):
        with pytest.raises(TryLater):
            run(room.desk)
    room.files.down = False
    progress = nightly_check.go_on(room.desk)

    assert progress is not None
    assert 200 == progress.requests


def test_an_outage_leaves_the_portion_to_the_next_run(room: Room) -> None:
    """Nothing is counted twice."""
    nightly_check.begin(room.desk)
    load = room.store.load

    def down(case_id: str) -> Case:
        raise TryLater(f"The table does not answer ({case_id}).")

    room.store.load = down  # type: ignore[method-assign]
    with pytest.raises(TryLater):
        nightly_check.go_on(room.desk)
    room.store.load = load  # type: ignore[method-assign]
    progress = nightly_check.go_on(room.desk)

    assert progress is not None
    assert 200 == progress.requests


def test_what_was_kept_by_another_version_begins_anew(room: Room) -> None:
    """A damaged file, too."""
    room.files.put(nightly_check.KEY, b'{"part": "what comes later"}', "application/json")

    assert nightly_check.go_on(room.desk) is None
    assert 100 == nightly_check.begin(room.desk).requests


def done(room: Room) -> None:
    """A whole check, in as many portions as it takes."""
    nightly_check.begin(room.desk)
    while nightly_check.go_on(room.desk):
        pass


def test_all_are_counted_again_only_for_what_could_not_be_counted_before(room: Room) -> None:
    """One that cannot be counted costs one night; where there are others later, all are counted once more."""
    store, counted, uncounted = room.store, list[str](), [1]
    portion = store.portion

    def listed(cursor: str = "", limit: int = 100, *, open_only: bool = True) -> Page:
        if not open_only and not cursor:
            counted.append("all")
        return portion(cursor, limit, open_only=open_only)

    store.portion = listed  # type: ignore[method-assign]
    store.uncounted = lambda: uncounted[0]  # type: ignore[method-assign]
    nights = []
    for number in (1, 1, 0, 1):
        uncounted[0] = number
        done(room)
        nights.append(len(counted))

    assert [1, 1, 1, 2] == nights


def test_a_request_that_cannot_be_counted_stops_no_other(room: Room) -> None:
    """It is logged, and the check comes to its end."""
    store, again = room.store, list[str]()
    load = store.load

    def poisoned(case_id: str) -> Case:
        if case_id == "HD-0005":
            raise ZeroDivisionError(case_id)
        return load(case_id)

    store.load = poisoned  # type: ignore[method-assign]
    store.to_recount = lambda: ["HD-0005", "HD-0006"]  # type: ignore[method-assign]
    store.recounted = again.append  # type: ignore[assignment, method-assign]
    done(room)

    assert ["HD-0006"] == again
