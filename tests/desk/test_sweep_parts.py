"""The parts of a sweep share the time of a run by a clock of ours, and one that fails stops no other."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import Broken, TryLater
from intake_fn.desk.dispatcher import ENOUGH
from intake_fn.desk.sweep_parts import Part, run_parts
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.process import Process


@dataclass
class Run:
    """A run that ends after some seconds, and what each part was given of it."""

    left: float
    shares: list[float] = field(default_factory=list)
    share: float = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """As adapters/deadline.py."""
        self.share = seconds
        self.shares.append(seconds)
        yield

    def part(self, name: str, takes: float, most: float, least: float, error: Exception | None = None) -> Part:
        """A part that takes so long, if it may."""

        def work() -> dict[str, int]:
            self.left -= min(takes, self.share)
            if error:
                raise error
            return {name: 1}

        return Part(name, work, most, least)


def test_what_hangs_leaves_to_the_others_what_they_need() -> None:
    """All parts together never take more than the run has, and each gets its least."""
    run = Run(57)
    parts = [run.part("deliveries", 99, 40, 14), run.part("sync", 99, 27, 8), run.part("retention", 99, 14, 4)]
    ran = run_parts(parts, lambda: run.left, run.within)

    assert [40, 13, 4] == run.shares
    assert (0, {"deliveries": 1, "sync": 1, "retention": 1}, ()) == (run.left, ran.done, ran.failed)


def test_what_ends_early_leaves_the_rest_to_the_others() -> None:
    """A part never takes more than its most all the same."""
    run = Run(57)
    parts = [run.part("deliveries", 1, 40, 14), run.part("sync", 30, 27, 8), run.part("retention", 1, 14, 4)]
    run_parts(parts, lambda: run.left, run.within)

    assert [40, 27, 14] == run.shares


@pytest.mark.parametrize("error", [Broken("a right is missing"), TryLater("The table is busy."), KeyError("x")])
def test_a_part_that_fails_stops_no_other_and_is_named(error: Exception) -> None:
    """Whatever it raises."""
    run = Run(57)
    ran = run_parts([run.part("sync", 1, 9, 1, error), run.part("check", 1, 9, 1)], lambda: run.left, run.within)

    assert ({"check": 1}, ("sync",)) == (ran.done, ran.failed)


def test_a_part_that_is_out_of_time_has_not_failed() -> None:
    """It goes on with the next sweep; a fault of ours is one all the same."""
    run = Run(5)
    late = [run.part("sync", 9, 9, 0, TryLater("too little time is left")), run.part("check", 9, 9, 0, KeyError("x"))]
    ran = run_parts(late, lambda: run.left, run.within)

    assert ("check",) == ran.failed


def test_what_is_not_begun_in_time_has_not_been_tried(process: Process) -> None:
    """It is due at once in the next sweep, instead of after a pause."""
    room = Room(process)
    left = ENOUGH
    room.desk = replace(room.desk, dispatch=Nobody(), seconds_left=lambda: left)
    case = room.desk.take_in(request(), "key")
    swept = room.desk.sweep()

    assert (0, 0) == (swept.delivered, swept.postponed)
    assert {0} == {item.tries for item in room.store.items_of(case.id)}
    left = ENOUGH + 1
    assert 3 == room.desk.sweep().delivered


class Nobody:
    """A Dispatch that leaves all to the sweep."""

    def soon(self, case_id: str) -> None:
        """See Dispatch."""


@pytest.mark.parametrize("deliverers", [1, 4])
def test_a_sweep_takes_up_all_that_is_due(process: Process, deliverers: int) -> None:
    """Portion after portion, one case or several at once; each issue is filed once, each mail sent once."""
    room = Room(process)
    room.desk = replace(room.desk, dispatch=Nobody())
    for number in range(7):
        room.desk.take_in(request(summary=f"{number}"), f"key {number}")
    swept = replace(room.desk, deliverers=deliverers).sweep(limit=4)

    assert (21, 7, 14) == (swept.delivered, len(room.tracker.issues), len(room.mailer.sent))
    assert 14 == len({mail.item for mail in room.mailer.sent})
    assert (7, 0) == (room.store.ledger().filed, room.store.ledger().queued)


def test_mails_go_while_mantis_hangs(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it takes all the time for is tried once; then those that do not depend on it come first."""
    room, left = Room(process), [ENOUGH + 1]
    room.desk = replace(room.desk, dispatch=Nobody(), seconds_left=lambda: left[0])
    for number in range(3):
        room.desk.take_in(request(summary=f"{number}"), f"key {number}")

    def hangs(*_: object) -> None:
        left[0] = 0.0
        raise TryLater("Mantis does not answer.")

    monkeypatch.setattr(room.tracker, "file", hangs)
    room.desk.sweep()
    assert [] == room.mailer.sent

    room.clock.advance(minutes=1)
    left[0] = ENOUGH + 1
    room.desk.sweep()
    assert 6 == len(room.mailer.sent)


def test_mails_go_however_many_requests_wait_for_mantis(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of these are due, and longer, than one portion holds, and each sweep has the time to ask Mantis once."""
    room, left = Room(process), [ENOUGH + 1]
    room.desk = replace(room.desk, dispatch=Nobody(), seconds_left=lambda: left[0], inline=timedelta(days=1))
    monkeypatch.setattr(room.tracker, "file", refuses)
    for number in range(9):
        room.desk.take_in(request(summary=f"{number}"), f"key {number}")
    room.desk.sweep()
    before = len(room.mailer.sent)
    room.clock.advance(minutes=30)
    room.desk.take_in(request(summary="late"), "late key")
    room.clock.advance(minutes=1)

    def hangs(*_: object) -> None:
        left[0] = 0.0
        raise TryLater("Mantis does not answer.")

    monkeypatch.setattr(room.tracker, "file", hangs)
    room.desk.sweep(limit=4)

    assert 2 == len(room.mailer.sent) - before


def refuses(*_: object) -> None:
    """A Mantis that is down and says so."""
    raise TryLater("Mantis does not answer.")


@pytest.mark.parametrize("deliverers", [1, 4])
def test_a_store_that_is_down_ends_the_sweep(process: Process, deliverers: int) -> None:
    """The run fails, and nothing is lost."""
    room = Room(process)
    room.desk = replace(room.desk, dispatch=Nobody(), deliverers=deliverers)
    for number in range(7):
        room.desk.take_in(request(summary=f"{number}"), f"key {number}")
    down: Any = Down(room.store)
    due = room.store.due_items(room.clock() + timedelta(minutes=1))
    with pytest.raises(TryLater):
        replace(room.desk, outbox=down).sweep()

    assert [item.id for item in due] == [item.id for item in room.store.due_items(room.clock() + timedelta(minutes=1))]


class Down:
    """An Outbox that lists what is due, and answers nothing else."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        """What lists is answered."""
        if name in ("reread", "due_items"):
            return getattr(self.store, name)
        raise TryLater("The table is busy.")


def test_an_invitation_that_fails_by_a_fault_of_ours_fails_the_run_behind_the_others(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliveries are made, and it is named by a part of its own."""
    room = Room(process)
    room.desk = replace(room.desk, dispatch=Nobody())
    room.desk.take_in(request(), "key")
    monkeypatch.setattr(room.store, "invitation", lambda: 1 / 0)
    run = Run(57)
    parts = [
        Part("invitation", lambda: {"invited": room.desk.invite()}, 10, 10),
        Part("deliveries", lambda: asdict(room.desk.sweep()), 40, 14),
    ]
    ran = run_parts(parts, lambda: run.left, run.within)

    assert 3 == ran.done["delivered"]
    assert ("invitation",) == ran.failed
