"""The outbox: which items are due, and what becomes of one that was attempted.

    due ─► lease ─► delivered ► record, or finish
                └─► not now ──► postpone; after many attempts, or where another one does not help, dead_letter

A dead letter is an event in the log of its case, and waits for a person to retry it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never
from zlib import crc32

from intake_fn import log
from intake_fn.core.errors import Deferred, NotAttached, Refused, SpecdeskError, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.events import DeliveryFailed, Retried
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    JudgeInShadow,
    JudgeRequest,
    NotifyDuplicates,
    NotifyLead,
    RelateIssue,
    SendNotice,
    UnknownIntent,
    UpdateIssue,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import SPECDESK
from intake_fn.core.redaction import without_secrets
from intake_fn.core.steps import refuse_unread
from intake_fn.core.vocabulary import Postponed
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.intents import Intent
    from intake_fn.desk.needs import Delivering
    from intake_fn.ports import Outbox, OutboxItem

LEASE_SECONDS = 120
"""How long a deliverer has an item to itself; longer than the slowest Mantis answer we wait for."""

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
MAX_TRIES = 200
"""About two days of trying; then the item is a dead letter and waits for `specdesk outbox retry`."""

MANTIS = "Mantis"
"""The ordering key of what Mantis is asked for."""

PARKED = timedelta(hours=1)
"""When an item is looked at again that a dead letter blocks, or that cannot be read; `retry` makes it due at once."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers of outbox items, and how many SLA alerts it raised."""

    delivered: int = 0
    postponed: int = 0
    dead_lettered: int = 0
    alerts: int = 0
    breaches: int = 0
    """Alerts of due times that have passed."""

    def __add__(self, other: Swept) -> Swept:
        """Both together."""
        return Swept(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.dead_lettered + other.dead_lettered,
            self.alerts + other.alerts,
            self.breaches + other.breaches,
        )


def deliverable(
    items: Iterable[OutboxItem], now: datetime
) -> tuple[list[OutboxItem], list[tuple[OutboxItem, datetime]]]:
    """The due items of a case; and those blocked by an earlier one, each with the next attempt of that one.

    Items with one ordering key are delivered in order. A dead letter blocks the later ones only where they make no
    sense without it.
    """
    due: list[OutboxItem] = []
    blocked: list[tuple[OutboxItem, datetime]] = []
    blocked_until: dict[str, datetime] = {}
    for item in items:
        key = ordering_key(item.intent)
        if item.dead_lettered or item.unread or item.next_attempt > now:
            pass
        elif key not in blocked_until:
            due.append(item)
        elif blocked_until[key] > now:
            blocked.append((item, blocked_until[key]))
        if key and not (item.dead_lettered and not isinstance(item.intent, FileIssue | NotifyDuplicates)):
            blocked_until.setdefault(key, now + PARKED if item.dead_lettered else item.next_attempt)
    return due, blocked


def ordering_key(intent: Intent) -> str:
    """What an intent must not overtake an earlier one to: Mantis, or other requests; "" where order is nothing."""
    match intent:
        case NotifyLead(other):
            return other
        case NotifyDuplicates():
            return "duplicates"
        case FileIssue() | UpdateIssue() | AddNote() | BackfillNotes() | RelateIssue():
            return MANTIS
        case JudgeRequest() | JudgeInShadow() | SendNotice() | UnknownIntent():
            return ""
        case _:
            assert_never(intent)


def is_for_mantis(intent: Intent) -> bool:
    """Whether Mantis is asked to carry it out."""
    return ordering_key(intent) == MANTIS


def record(desk: Delivering, item: OutboxItem, case: Case, event: Event) -> None:
    """Append what a delivery brought about and take the item out of the outbox, in one transaction.

    `case` is as it was read. Raises Stale when somebody else has delivered the item.
    """

    def decide(now: Case) -> Event:
        if now is not case and all(other.id != item.id for other in desk.outbox.items_of(item.case_id)):
            raise Stale(f"{item.id} is not in the outbox any more.")
        return event

    busy = TryLater(f"{case.id} is changing too fast; the result of {item.id} is recorded at the next try.")
    desk.change(item.case_id, decide, case=case, done=item.id, busy=busy)


def postpone(desk: Delivering, item: OutboxItem, error: Exception) -> Swept:
    """Schedule the next attempt; after the last one it is a dead letter.

    What cannot be read waits as long as it takes: trying is not what is wrong with it.
    """
    if isinstance(error, Unreadable):
        log.warning("delivery_unreadable", item=item.id, error=str(error))
        desk.outbox.postpone(item, desk.clock() + PARKED, str(error))
        return Swept(postponed=1)
    if item.tries + 1 >= MAX_TRIES:
        return dead_letter(desk, item, error)
    until, reason = _next_attempt(desk, item, error)
    log.warning("delivery_postponed", item=item.id, until=until.isoformat(), error=error_text(error))
    desk.outbox.postpone(item, until, error_text(error), reason)
    return Swept(postponed=1)


def _next_attempt(desk: Delivering, item: OutboxItem, error: Exception) -> tuple[datetime, Postponed]:
    """When an item is tried again, and why not before."""
    if isinstance(error, Deferred):
        return error.until, error.reason
    reason = Postponed.NOT_ATTACHED if isinstance(error, NotAttached) else Postponed.FAILED
    return desk.clock() + backoff(item.id, item.tries, desk.first_delay), reason


def dead_letter(desk: Delivering, item: OutboxItem, error: Exception) -> Swept:
    """Stop trying, visibly: the case shows it, the item waits for `specdesk outbox retry`. Both or nothing."""
    log.error("delivery_given_up", item=item.id, error=error_text(error))
    event = DeliveryFailed(at=desk.clock(), actor=SPECDESK, what=type(item.intent).__name__, error=error_text(error))
    try:
        desk.change(item.case_id, lambda _: event, dead_letter=replace(item, last_error=error_text(error)))
    except Stale:
        return Swept()  # somebody else has tried it since, or will when the lease is over
    return Swept(dead_lettered=1)


def retry(desk: Delivering, item_id: str, actor: str) -> None:
    """Make a dead letter due again, and what it blocks. Raises Unknown, Refused, Unreadable, or Stale."""
    case_id = item_id.partition("#")[0]
    _, blocked = deliverable(desk.outbox.items_of(case_id), desk.clock())

    def decide(case: Case) -> Retried:
        refuse_unread(case)
        item = next((item for item in desk.outbox.items_of(case.id) if item.id == item_id), None)
        if item is not None and item.unread:
            raise Refused(f"{item_id} cannot be read by this version of Specdesk: run the newer version again.")
        if item is None or not item.dead_lettered:
            raise Unknown(f"{item_id} is not among the dead letters. See: specdesk outbox list")
        return Retried(at=desk.clock(), actor=actor, what=type(item.intent).__name__)

    busy = Stale(f"{item_id} is changing too fast. Look at the list again in a moment.")
    desk.change(case_id, decide, again=item_id, busy=busy)
    for other, _ in blocked:
        desk.outbox.reschedule(other, desk.clock())


def stuck(outbox: Outbox, now: datetime, limit: int) -> list[OutboxItem]:
    """Items that were attempted in vain and will be again by themselves: what they are for is down or slow (R8)."""
    waiting = outbox.due_items(now + 2 * LONGEST_DELAY, limit)
    return [item for item in waiting if item.tries and not (item.postponed and item.postponed.is_deferral)]


def oldest_wait(items: Iterable[OutboxItem], now: datetime, first: timedelta) -> timedelta:
    """How long the oldest of these items has waited since its first attempt was due, by the back-off of its tries."""
    return max((now - item.next_attempt + _backed_off(item, first) for item in items), default=timedelta())


def _backed_off(item: OutboxItem, first: timedelta) -> timedelta:
    return sum((backoff(item.id, tries, first) for tries in range(item.tries)), timedelta())


def error_text(error: Exception) -> str:
    """What may be written down of an error: the text of one of ours; of others, which may hold anything, the kind."""
    ours = isinstance(error, SpecdeskError | SpecLookupError)
    return without_secrets(str(error)) if ours else f"{type(error).__name__}. The log says where."


def backoff(name: str, tries: int, first: timedelta) -> timedelta:
    """Exponential back-off; the jitter comes from the name, so that equal input gives equal times."""
    doubled = first * float(2 ** min(tries, 16))
    jitter = crc32(f"{name}/{tries}".encode()) % 1000 / 1000
    return min(doubled, LONGEST_DELAY) * (0.75 + jitter / 2)
