"""The line of what is owed: which items may be tried, and what becomes of one that was.

    ready ─► lease ─► done ───► record, or finish
                  └─► not now ► postpone; after many tries, or at once where trying again does not help, give up

An item that is given up is told in the log of its case, and waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import structlog

from intake_fn.core.errors import Deferred, SpecdeskError, Stale, TryLater, Unreadable
from intake_fn.core.events import DeliveryFailed
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    NotifyDuplicates,
    NotifyLead,
    RelateIssue,
    UpdateIssue,
)
from intake_fn.core.notes import SPECDESK
from intake_fn.core.redaction import without_secrets
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.intents import Intent
    from intake_fn.desk import Desk
    from intake_fn.ports import OutboxItem

LEASE_SECONDS = 120
"""How long a deliverer has an item to itself; longer than the slowest Mantis answer we wait for."""

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
MAX_TRIES = 200
"""About two days of trying; then the item is given up visibly and waits for `specdesk outbox retry`."""

PARKED = timedelta(hours=1)
"""How long what waits for an item that was given up stays out of the line; `retry` puts it back at once."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers of outbox items, and how often the clock had something to say."""

    delivered: int = 0
    postponed: int = 0
    dead_lettered: int = 0
    warned: int = 0

    def __add__(self, other: Swept) -> Swept:
        """Both together."""
        return Swept(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.dead_lettered + other.dead_lettered,
            self.warned + other.warned,
        )


def deliverable(desk: Desk, case_id: str) -> tuple[list[OutboxItem], list[tuple[OutboxItem, datetime]]]:
    """Items that may be tried now; and those that could be but for an earlier one, with when that is looked at.

    What goes one way goes in order: an earlier one holds up the later. One that was given up does so only where
    the later ones make no sense without it.
    """
    now = desk.clock()
    deliverable: list[OutboxItem] = []
    waiting: list[tuple[OutboxItem, datetime]] = []
    held_up: dict[str, datetime] = {}
    for item in desk.outbox.items_of(case_id):
        way = ordering_key(item.intent)
        if item.dead_lettered or item.unread or item.next_attempt > now:
            pass
        elif way not in held_up:
            deliverable.append(item)
        elif held_up[way] > now:
            waiting.append((item, held_up[way]))
        if way and not (item.dead_lettered and not isinstance(item.intent, FileIssue | NotifyDuplicates)):
            held_up.setdefault(way, now + PARKED if item.dead_lettered else item.next_attempt)
    return deliverable, waiting


def record(desk: Desk, item: OutboxItem, case: Case, event: Event) -> None:
    """Append what a delivery brought about and take the item out of the outbox, in one transaction."""

    def decide(now: Case) -> Event:
        if now is not case and all(other.id != item.id for other in desk.outbox.items_of(item.case_id)):
            raise Stale(f"{item.id} is not in the outbox any more.")
        return event

    busy = TryLater(f"{case.id} is changing too fast; the result of {item.id} is recorded at the next try.")
    desk.change(item.case_id, decide, case=case, done=item.id, busy=busy)


def postpone(desk: Desk, item: OutboxItem, error: Exception) -> Swept:
    """Have it tried again later; the last of its tries gives it up.

    What cannot be read waits as long as it takes: trying is not what is wrong with it.
    """
    if isinstance(error, Unreadable):
        log.warning("delivery_unreadable", item=item.id, error=str(error))
        desk.outbox.postpone(item, desk.clock() + PARKED, str(error))
        return Swept(postponed=1)
    if item.tries + 1 >= MAX_TRIES:
        return dead_letter(desk, item, error)
    until = error.until if isinstance(error, Deferred) else desk.clock() + _delay(item, desk.first_delay)
    log.warning("delivery_postponed", item=item.id, until=until.isoformat(), error=error_text(error))
    desk.outbox.postpone(item, until, error_text(error))
    return Swept(postponed=1)


def dead_letter(desk: Desk, item: OutboxItem, error: Exception) -> Swept:
    """Stop trying, visibly: the case shows it, the item waits for `specdesk outbox retry`. Both or nothing."""
    log.error("delivery_given_up", item=item.id, error=error_text(error))
    given_up = replace(item, last_error=error_text(error))
    event = DeliveryFailed(at=desk.clock(), actor=SPECDESK, what=type(item.intent).__name__, error=error_text(error))
    try:
        desk.change(item.case_id, lambda _: event, dead_letter=given_up)
    except Stale:
        return Swept()  # somebody else has tried it since, or will when the lease is over
    return Swept(dead_lettered=1)


def error_text(error: Exception) -> str:
    """What may be written down of an error: the text of one of ours; of others, which may hold anything, the kind."""
    ours = isinstance(error, SpecdeskError | SpecLookupError)
    return without_secrets(str(error)) if ours else f"{type(error).__name__}. The log says where."


def ordering_key(intent: Intent) -> str:
    """Where an intent goes that must not overtake an earlier one: Mantis, or other requests; "" for all else."""
    match intent:
        case NotifyLead(other):
            return other
        case NotifyDuplicates():
            return "duplicates"
        case FileIssue() | UpdateIssue() | AddNote() | BackfillNotes() | RelateIssue():
            return "Mantis"
        case _:
            return ""


def _delay(item: OutboxItem, first: timedelta) -> timedelta:
    """Exponential back-off; the jitter comes from the item's id, so that equal input gives equal times."""
    doubled = first * float(2 ** min(item.tries, 16))
    jitter = crc32(f"{item.id}/{item.tries}".encode()) % 1000 / 1000
    return min(doubled, LONGEST_DELAY) * (0.75 + jitter / 2)
