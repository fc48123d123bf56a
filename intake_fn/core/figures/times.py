"""How long it took: to the first answer, and at a level; and whether due times were kept."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import ActivityCompleted, AskedRequester, Breached, Escalated, Event, Released, Resolved
from intake_fn.core.figures.entry import WITHIN, Entry, Figure, day_of, step_of
from intake_fn.core.figures.log import Happened, Log


def times(log: Log) -> Iterator[Entry]:
    """The first answer, each stay at a level, and whether each level kept its due time."""
    yield from _first_answer(log)
    yield from _stays(log)
    yield from _due_times(log)


def answers(event: Event) -> bool:
    """Whether an event is an answer of a person to the requester: a question, an update, a workaround, a resolution."""
    return isinstance(event, AskedRequester | UpdateSent | Resolved) or (
        isinstance(event, ActivityCompleted) and event.mailed
    )


def _first_answer(log: Log) -> Iterator[Entry]:
    """The time to the first answer, since the request was received or released from quarantine."""
    since = max((row.event.at for row in log.of_kind(Released)), default=log.case.received_at)
    first = next((row for row in log.happened if answers(row.event)), None)
    if first and first.before:
        by = (("level", str(first.before.level)),)
        yield Entry(
            Figure.ANSWERED, first.day, first.number, by, max(0, round((first.event.at - since).total_seconds()))
        )


def _stays(log: Log) -> Iterator[Entry]:
    """A stay ends when the request goes to another level, or out of the backlog."""
    before = 0
    for row in log.happened:
        if row.before and row.before.status.is_open and (row.clears or row.after.level != row.before.level):
            seconds, level = row.spent - before, row.before.level
            by = (("level", str(level)), (f"{WITHIN}-{level}", step_of(seconds)))
            yield Entry(Figure.AT_LEVEL, row.day, row.number, by, seconds)
            before = row.spent


def _due_times(log: Log) -> Iterator[Entry]:
    """One entry for each stay at a level with a clock: missed once it was late, else kept when it ended in time."""
    stay: list[Happened] = []
    for row in log.happened:
        stay.append(row)
        if isinstance(row.event, Escalated):
            yield from _due_time(log, stay)
            stay = []
    yield from _due_time(log, stay)


def _due_time(log: Log, stay: list[Happened]) -> Iterator[Entry]:
    late = next((row for row in stay if isinstance(row.event, Breached) or _in_time(row.event) is False), None)
    in_time = [row for row in stay if _in_time(row.event)]
    last = late or (in_time[-1] if in_time else None)
    if last is None or last.before is None:
        return
    by = (("level", str(last.before.level)), ("priority", last.before.priority.value))
    day = day_of(last.event.due, log.zone) if isinstance(last.event, Breached) else last.day
    yield Entry(Figure.DUE_MISSED if late else Figure.DUE_KEPT, day, last.number, by)


def _in_time(event: Event) -> bool | None:
    return event.in_time if isinstance(event, Resolved | Escalated) else None
