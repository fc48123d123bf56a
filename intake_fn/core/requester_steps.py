"""The steps of a request with their dates, as its requester sees them; of a change, its way (core/way.py). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from intake_fn.core.appeals import decisions
from intake_fn.core.case import Case, resolved_by
from intake_fn.core.events import Closed
from intake_fn.core.process import Process
from intake_fn.core.requester_events import Appealed
from intake_fn.core.requester_status import RequesterStatus, began_at, requester_status
from intake_fn.core.vocabulary import Category, Status
from intake_fn.core.way import Milestone, way
from intake_fn.texts import message


def steps(case: Case, process: Process) -> tuple[Milestone, ...]:
    """What has happened and what is ahead; of a change its way; nothing of what awaits review or was rejected."""
    if case.status.in_quarantine:
        return ()
    return way(case, process) or _in_order(_steps(case, process))


def _in_order(steps_made: Iterable[Milestone]) -> tuple[Milestone, ...]:
    """What was reached by its date, then what is ahead. Where the request is now is the last step that was reached."""
    made = tuple(steps_made)
    dates = sorted({step.at for step in made if step.at})
    reached = [step for date in dates for step in made if step.at == date]
    ahead = [step for step in made if not step.at]
    if any(step.is_now for step in reached):
        reached = [replace(step, is_now=step is reached[-1]) for step in reached]
    return (*reached, *ahead)


def _steps(case: Case, process: Process) -> Iterator[Milestone]:
    status, done = requester_status(case), case.status.is_done
    yield Milestone(message("step.received"), case.received_at)
    chain = decisions(case, process)
    if case.category is Category.UNDECIDED:
        if not done:
            yield Milestone(message("step.to-decide"), None, is_now=case.status is not Status.NEW)
    elif chain:
        yield Milestone(message("step.decided", category=chain[0].category), chain[0].at)
        if chain[-1] is not chain[0]:
            yield Milestone(message("step.decided-anew", category=case.category), chain[-1].at)
    if status is RequesterStatus.APPEALED:
        yield Milestone(message("step.appealed"), _last(case, Appealed), is_now=True)
    began = began_at(case)
    if began:
        yield Milestone(message("step.begun"), began, is_now=status is RequesterStatus.IN_PROGRESS)
    elif not done:
        reopened = status is RequesterStatus.REOPENED
        yield Milestone(message("step.to-begin-again" if reopened else "step.to-begin"), None)
    if status is RequesterStatus.WAITING:
        yield Milestone(message("step.waiting"), _waits_since(case), is_now=True)
    yield from _end(case, status)


def _waits_since(case: Case) -> datetime:
    """When it came to wait last; what happens while it waits, such as a note or an escalation, changes nothing."""
    so_far = takewhile(lambda one: one[1] is Status.WAITING, zip(case.history[::-1], case.statuses[::-1], strict=False))
    return min((event.at for event, _ in so_far), default=case.changed_at)


def _end(case: Case, status: RequesterStatus) -> Iterator[Milestone]:
    resolution = resolved_by(case)
    if resolution is None or not case.status.is_done:
        yield Milestone(message("step.to-resolve"), None)
        return
    key = "step.withdrawn" if status is RequesterStatus.WITHDRAWN else "step.resolved"
    yield Milestone(message(key), resolution.at, is_now=case.status is Status.RESOLVED)
    if case.status is Status.CLOSED:
        yield Milestone(message("step.closed"), _last(case, Closed), is_now=True)


def _last(case: Case, kind: type[Appealed | Closed]) -> datetime | None:
    return next((event.at for event in reversed(case.history) if isinstance(event, kind)), None)
