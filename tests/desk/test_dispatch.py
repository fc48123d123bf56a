"""Deliveries after the answer: the receipt is there before Mantis and mail are asked, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import Filed, Judged, Received
from intake_fn.core.vocabulary import Filing, Status
from intake_fn.desk.spam_check import Submission
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from spec_lookup import Claim, Spec, Verdict


@dataclass
class Later:
    """A Dispatch that begins nothing by itself."""

    asked: list[str] = field(default_factory=list)

    def soon(self, case_id: str) -> None:
        """See Dispatch."""
        self.asked.append(case_id)


@pytest.fixture
def later() -> Later:
    """Nothing is asked yet."""
    return Later()


@pytest.fixture
def room(process: Process, later: Later) -> Room:
    """A desk on fakes that delivers after the answer."""
    room = Room(process)
    room.desk = replace(room.desk, dispatch=later)
    return room


def test_the_receipt_has_the_verdict_and_nobody_outside_was_asked_for_it(room: Room, later: Later) -> None:
    """Request and verdict are one transaction; Mantis and mail come after it, each once."""
    case = room.desk.take_in(request(), "key")

    assert (Status.OPEN, Filing.QUEUED, None) == (case.status, case.filing, case.issue)
    assert [Received, Judged] == [type(event) for event in room.store.load(case.id).history]
    assert ([case.id], {}, []) == (later.asked, room.tracker.issues, room.mailer.sent)

    background = replace(room.desk, dispatch=None)
    for _ in range(2):
        background.deliver(case.id)

    assert Filed in [type(event) for event in room.store.load(case.id).history]
    assert (1, 2) == (len(room.tracker.issues), len(room.mailer.sent))
    assert [] == [*room.store.items_of(case.id)]


def test_a_verdict_that_would_take_long_comes_after_the_receipt(room: Room, later: Later) -> None:
    """A process that has just started would first load the model: the request is saved, and the other run judges it."""
    cold = replace(room.desk, judges_at_once=lambda: False)
    case = cold.take_in(request(), "key")

    assert [Received] == [type(event) for event in room.store.load(case.id).history]
    assert ([case.id], None) == (later.asked, case.verdict)

    replace(cold, dispatch=None).deliver(case.id)
    kinds = [type(event) for event in room.store.load(case.id).history]

    assert [Received, Judged, Filed] == [kind for kind in kinds if kind in (Received, Judged, Filed)]
    assert room.store.ledger().balanced


def test_a_desk_that_delivers_before_the_answer_judges_before_it(room: Room) -> None:
    """Whether it has just started or not: nobody would come after it."""
    case = replace(room.desk, dispatch=None, judges_at_once=lambda: False).take_in(request(), "key")

    assert case.verdict is not None


def test_what_nobody_begins_is_delivered_by_the_sweep(room: Room) -> None:
    """The other run was not called, or died: the items are due all the same."""
    case = room.desk.take_in(request(), "key")
    room.desk.sweep()

    assert Filing.FILED is room.store.load(case.id).filing
    assert (1, 2) == (len(room.tracker.issues), len(room.mailer.sent))
    assert room.store.ledger().balanced


def test_a_form_that_comes_again_begins_nothing(room: Room, later: Later) -> None:
    """The first one did (R9)."""
    first = room.desk.take_in(request(), "key")
    again = room.desk.take_in(request(), "key")

    assert first.id == again.id
    assert [first.id] == later.asked


def test_a_judge_that_fails_holds_up_no_receipt(room: Room, later: Later) -> None:
    """The request is saved without a verdict, and judged as soon as the judge can speak."""
    room.spec.broken = True
    case = room.desk.take_in(request(), "key")

    assert (Status.NEW, [case.id]) == (case.status, later.asked)
    room.spec.broken = False
    room.clock.advance(minutes=2)
    room.desk.sweep()
    assert (Status.OPEN, Filing.FILED) == (room.store.load(case.id).status, room.store.load(case.id).filing)


class Killed(BaseException):
    """The worker is no more."""


def test_a_judge_that_ends_the_process_keeps_no_request_out(room: Room, later: Later) -> None:
    """The form is sent again with its key, and is saved before it is judged."""

    def judge(_: Claim) -> Verdict:
        raise Killed

    room.spec.judge = judge
    with pytest.raises(Killed):
        room.desk.take_in(request(), "key", Submission())
    case = room.desk.take_in(request(), "key", Submission())

    assert (Status.NEW, [case.id]) == (case.status, later.asked)


def test_a_judge_that_asks_others_is_asked_once_the_request_is_saved(room: Room, later: Later) -> None:
    """The receipt has its verdict, and nothing else is waited for."""
    saved: list[int] = []

    def judge(spec: Spec, claim: Claim, _: Any) -> Verdict:
        saved.append(len(room.store.events("HD-0000-0001")))
        return replace(spec.judge(claim), judge="another")

    case = replace(room.desk, judge=judge).take_in(request(), "key")

    assert ([1], Status.OPEN, None) == (saved, case.status, case.issue)
    assert ([case.id], {}, []) == (later.asked, room.tracker.issues, room.mailer.sent)
