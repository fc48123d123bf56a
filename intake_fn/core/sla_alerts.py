"""What the clock of a case has to say, and when: a warning at 50 % and 80 % of its time, a breach after 100 %.

Each is an event, said once for each version of the due time: a due time that moved (a pause, another
level or priority, another calendar) is warned of anew. Nothing is said while the clock stands still.
If several are to be said at once, because nobody looked for a while, only the last one is. The event
happens when it is true; the mail about it waits for the recipient's working hours unless it is urgent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from intake_fn.core.case import Case
from intake_fn.core.events import Breached, Warned
from intake_fn.core.intents import SendNotice
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.sla import ClockState, Due, calendar_of, due, next_open

SHARES = (50, 80)
"""Warnings, in percent of the time that is used."""

ALL = 100

Alert = Warned | Breached


def running(case: Case, process: Process) -> Due | None:
    """The due time of a case whose clock runs; None while it stands still and where there is no target."""
    due_time = due(case, process)
    return due_time if due_time and due_time.clock is ClockState.RUNS else None


def next_alert(case: Case, process: Process) -> datetime | None:
    """When the clock has something to say next, as the case stands; it may be long ago."""
    due_time = running(case, process)
    return next((instant for instant, _ in _alerts_ahead(case, due_time)), None) if due_time else None


def alert(case: Case, process: Process, now: datetime, actor: str) -> Alert | None:
    """What has to be said at `now`; None when nothing has."""
    due_time = running(case, process)
    shares = [share for instant, share in _alerts_ahead(case, due_time) if instant <= now] if due_time else []
    if not due_time or not shares:
        return None
    if shares[-1] == ALL:
        return Breached(at=now, actor=actor, due=due_time.instant)
    return Warned(at=now, actor=actor, share=shares[-1], due=due_time.instant)


def send_after(case: Case, process: Process, alerted_at: datetime) -> datetime | None:
    """When the mail about an alarm may go: in the hours of the level that holds the case; None is at once."""
    return None if case.priority is Priority.URGENT else next_open(alerted_at, calendar_of(case, process))


def deferred_until(notice: SendNotice, case: Case, process: Process, now: datetime) -> datetime | None:
    """When a mail about an alarm may go that has waited past the hours it was meant for (R21); None is now."""
    until = send_after(case, process, now) if "share" in notice.fields else None
    return until if until and until > now else None


def is_obsolete(notice: SendNotice, case: Case, process: Process) -> bool:
    """Whether a mail about an alarm has lost its cause while it waited (R20): moved, stopped, or overtaken."""
    if "share" not in notice.fields:
        return False
    due_time = running(case, process)
    if due_time is None or due_time.instant.isoformat() != notice.fields["due"]:
        return True
    return int(notice.fields["share"]) < _last_share(case, due_time)


def share_of(event: Alert) -> int:
    """How much of the time was used, in percent."""
    return event.share if isinstance(event, Warned) else ALL


def _alerts_ahead(case: Case, due_time: Due) -> Iterator[tuple[datetime, int]]:
    """The instants at which something is still to be said of a due time, with the share; in order."""
    last_share = _last_share(case, due_time)
    yield from ((_mark(due_time, share), share) for share in SHARES if share > last_share)
    if last_share < ALL:
        yield due_time.instant + timedelta.resolution, ALL  # at the due instant itself nothing is late


def _last_share(case: Case, due_time: Due) -> int:
    """The highest share that was told of this version of the due time."""
    return max(
        (share_of(event) for event in case.history if isinstance(event, Alert) and event.due == due_time.instant),
        default=0,
    )


def _mark(due_time: Due, share: int) -> datetime:
    """The instant at which a share of the time is used."""
    needed = due_time.budget * share / ALL
    reached = next((piece for piece in due_time.trace if piece.counted and piece.sum >= needed), None)
    return reached.end - (reached.sum - needed) if reached else due_time.instant
