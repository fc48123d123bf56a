"""The way of a change request as steps with dates, for its requester and for the desk. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from intake_fn.core.case import Case, module_of
from intake_fn.core.change_events import BoardDecided, OwnerDeclined
from intake_fn.core.changes.board import deferred_until
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import board_date, name_of
from intake_fn.core.process import Process
from intake_fn.core.steps import states
from intake_fn.core.vocabulary import Category, Stage
from intake_fn.texts import Message, message

STEPS = (Stage.OWNER, Stage.BOARD, Stage.DESIGN, Stage.DEVELOPMENT, Stage.READY, Stage.RELEASED)
"""The stages in their order; a request is put off where the Board has it, and declined after it."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step: what it is, since when, and whether the request is there now. `at` is None for what is yet to come."""

    what: Message
    at: datetime | None
    is_now: bool = False


def way(case: Case, process: Process) -> tuple[Milestone, ...]:
    """The steps of a change request, the first when it was sent; none of what is no change.

    One that was resolved on its way, such as a duplicate, is nowhere now, and nothing is ahead of it.
    """
    if case.category is not Category.CHANGE:
        return ()
    return tuple(_milestones(case, _reached(case), process))


def _milestones(case: Case, reached: Mapping[Stage, datetime], process: Process) -> Iterator[Milestone]:
    stage = case.stage
    yield Milestone(message("way.received"), case.received_at)
    if stage is Stage.NONE:
        is_open = case.status.is_open
        yield Milestone(message("way.choose"), _to_choose_since(case) if is_open else None, is_now=is_open)
    here = STEPS.index(_place(stage, by_owner=_owner_declined(case))) if stage is not Stage.NONE else -1
    goes_on = case.status.is_open or not (stage is Stage.NONE or stage.is_on_its_way)
    for number, step in enumerate(STEPS if goes_on else STEPS[: here + 1]):
        if step is Stage.OWNER and stage is Stage.NONE:
            continue
        is_now = number == here and stage is not Stage.DECLINED and goes_on
        what = _what(step, case, process, is_now=is_now) if number <= here else message(f"way.{step}-ahead")
        yield Milestone(what, reached.get(step) if number <= here else None, is_now)
        if stage is Stage.DECLINED and number == here:
            declined = "way.owner-declined" if step is Stage.OWNER else "way.declined"
            yield Milestone(message(declined), reached.get(Stage.DECLINED), is_now=True)
            return


def _to_choose_since(case: Case) -> datetime | None:
    """When it became a change request without a module; None where it is none now."""
    since: datetime | None = None
    for event, state in states(case):
        is_one = state.category is Category.CHANGE and state.stage is Stage.NONE
        since = (since or event.at) if is_one else None
    return since


def _place(stage: Stage, *, by_owner: bool = False) -> Stage:
    """The step of a stage: where it was put off, and after which it was declined."""
    if stage is Stage.DECLINED:
        return Stage.OWNER if by_owner else Stage.BOARD
    return Stage.BOARD if stage is Stage.DEFERRED else stage


def _owner_declined(case: Case) -> bool:
    decided = (event for event in reversed(case.history) if isinstance(event, BoardDecided | OwnerDeclined))
    return isinstance(next(decided, None), OwnerDeclined)


def _what(step: Stage, case: Case, process: Process, *, is_now: bool) -> Message:
    """The step that was reached, in words."""
    if step is Stage.OWNER:
        module = process.modules.get(module_of(case))
        if module is None:
            return message("way.owner-ahead")
        owner = name_of(case.handler if case.stage is Stage.OWNER else module.owner, process)
        key = "way.owner" if is_now else "way.owner-done"
        return message(key, person=owner, module=module.name)
    if step is Stage.BOARD and case.stage is Stage.DEFERRED:
        until = deferred_until(case.history)
        return message("way.deferred", date=board_date(until, process) if until else "")
    return message("way.board-done" if step is Stage.BOARD and not is_now else f"way.{step}")


def _reached(case: Case) -> Mapping[Stage, datetime]:
    """When each stage was reached the last time."""
    reached: dict[Stage, datetime] = {}
    before = Stage.NONE
    for event, state in states(case):
        if state.stage is not before:
            reached[_place(state.stage) if state.stage is not Stage.DECLINED else state.stage] = event.at
        before = state.stage
    return reached
