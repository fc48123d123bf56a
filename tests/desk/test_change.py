"""The one way to change a case: a conflict is met by reading again and deciding anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import Stale, TryLater, Unknown
from intake_fn.core.events import Noted
from intake_fn.desk.change import ATTEMPTS, Change
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process


class Conflicting:
    """Cases that somebody else changes `times` times just before they are saved."""

    def __init__(self, room: Room, times: int) -> None:
        self.room, self.times = room, times

    def __getattr__(self, name: str) -> Any:
        """All else is the store's."""
        return getattr(self.room.store, name)

    def save(self, before: int, *rest: Any) -> None:
        """Save, or meet somebody who was faster. Raises Stale."""
        if self.times:
            self.times -= 1
            raise Stale("Somebody was faster.")
        self.room.store.save(before, *rest)


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def changing(room: Room, times: int, process: Process) -> Change:
    """A change that meets so many conflicts."""
    cases: Any = Conflicting(room, times)
    return Change(cases, process)


def test_a_conflict_is_met_by_deciding_anew(room: Room, process: Process) -> None:
    """The decision is made on the case as it stands then, and saved once."""
    case_id = room.desk.take_in(request(), "key").id
    seen: list[int] = []

    def decide(case: Case) -> Any:
        seen.append(case.version)
        return room.event(Noted, text="once")

    step = changing(room, ATTEMPTS - 1, process)(case_id, decide)

    assert ATTEMPTS == len(seen)
    assert step.case == room.store.load(case_id)
    assert 1 == sum(isinstance(event, Noted) for event in step.case.history)


def test_the_first_attempt_decides_on_the_case_as_it_was_read(room: Room, process: Process) -> None:
    """After a conflict it is read again."""
    case = room.desk.take_in(request(), "key")
    seen: list[bool] = []

    def decide(now: Case) -> Any:
        seen.append(now is case)
        return room.event(Noted, text="once")

    changing(room, 1, process)(case.id, decide, case=case)

    assert [True, False] == seen


def test_no_decision_saves_nothing(room: Room, process: Process) -> None:
    """The step has no events, and the case that was read."""
    case = room.desk.take_in(request(), "key")
    step = changing(room, 0, process)(case.id, lambda _: None)

    assert ((), case) == (step.events, step.case)
    assert case == room.store.load(case.id)


@pytest.mark.parametrize("busy", [None, TryLater("It is tried again.")])
def test_conflicts_without_end_are_raised(room: Room, process: Process, busy: TryLater | None) -> None:
    """As Stale, or as the error that the caller has for it; nothing was saved."""
    case = room.desk.take_in(request(), "key")

    with pytest.raises(TryLater if busy else Stale, match="tried again" if busy else "too fast"):
        changing(room, ATTEMPTS, process)(case.id, lambda _: room.event(Noted, text="never"), busy=busy)
    assert case == room.store.load(case.id)


def test_a_case_that_is_not_there_is_unknown(room: Room, process: Process) -> None:
    """It is said at once."""
    with pytest.raises(Unknown):
        changing(room, 0, process)("HD-0000-0000", lambda _: None)
