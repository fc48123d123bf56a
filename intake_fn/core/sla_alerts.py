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
    found = due(case, process)
    return found if found and found.clock is ClockState.RUNS else None


def next_alert(case: Case, process: Process) -> datetime | None:
    """When the clock has something to say next, as the case stands; it may be long ago."""
    found = running(case, process)
    return next((instant for instant, _ in _unsaid(case, found)), None) if found else None


def alert(case: Case, process: Process, now: datetime, actor: str) -> Alert | None:
    """What has to be said at `now`; None when nothing has."""
    found = running(case, process)
    shares = [share for instant, share in _unsaid(case, found) if instant <= now] if found else []
    if not found or not shares:
        return None
    if shares[-1] == ALL:
        return Breached(at=now, actor=actor, due=found.instant)
    return Warned(at=now, actor=actor, share=shares[-1], due=found.instant)


def send_after(case: Case, process: Process, said: datetime) -> datetime | None:
    """When the mail about an alarm may go: in the hours of the level that holds the case; None is at once."""
    return None if case.priority is Priority.URGENT else next_open(said, calendar_of(case, process))


def deferred_until(notice: SendNotice, case: Case, process: Process, now: datetime) -> datetime | None:
    """When a mail about an alarm may go that has waited past the hours it was meant for (R21); None is now."""
    until = send_after(case, process, now) if "share" in notice.fields else None
    return until if until and until > now else None


def is_obsolete(notice: SendNotice, case: Case, process: Process) -> bool:
    """Whether a mail about an alarm has lost its cause while it waited (R20): moved, stopped, or overtaken."""
    if "share" not in notice.fields:
        return False
    found = running(case, process)
    if found is None or found.instant.isoformat() != notice.fields["due"]:
        return True
    return int(notice.fields["share"]) < _said(case, found)


def share_of(event: Alert) -> int:
    """How much of the time was used, in percent."""
    return event.share if isinstance(event, Warned) else ALL


def _unsaid(case: Case, found: Due) -> Iterator[tuple[datetime, int]]:
    """The instants at which something is still to be said of a due time, with the share; in order."""
    said = _said(case, found)
    yield from ((_mark(found, share), share) for share in SHARES if share > said)
    if said < ALL:
        yield found.instant + timedelta.resolution, ALL  # at the due instant itself nothing is late


def _said(case: Case, found: Due) -> int:
    """The highest share that was told of this version of the due time."""
    return max(
        (share_of(event) for event in case.history if isinstance(event, Alert) and event.due == found.instant),
        default=0,
    )


def _mark(found: Due, share: int) -> datetime:
    """The instant at which a share of the time is used."""
    needed = found.budget * share / ALL
    reached = next((piece for piece in found.trace if piece.counted and piece.sum >= needed), None)
    return reached.end - (reached.sum - needed) if reached else found.instant
