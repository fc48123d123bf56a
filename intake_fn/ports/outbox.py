"""The outbox: what a step calls for outside, until it is delivered or dead-lettered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.figures.records import SentMail
from intake_fn.core.intents import Intent, UnknownIntent
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Postponed


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An intent of a step, to be delivered. Its id is fixed by the step: `case#version#n`."""

    id: str
    case_id: str
    intent: Intent
    tries: int
    next_attempt: datetime
    last_error: str = ""
    postponed: Postponed | None = None
    """Why the last attempt postponed it; None before the first one."""
    dead_lettered: bool = False
    leased: bool = False
    """Whether somebody took a lease and has not ended it: who did so is at it, or was cut off."""

    @property
    def unread(self) -> bool:
        """Whether this version cannot read it: it is set aside, and nothing is done about it."""
        return isinstance(self.intent, UnknownIntent)


class Outbox(Protocol):
    """The outbox items, and the leases on them; CaseStore writes them with their steps. Raises TryLater."""

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Outbox items that may be tried at `now`, the longest waiting first; no dead letters.

        What this version cannot read is set aside when it is met (`unreadable`), here as in `dead_letters`.
        """
        ...

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All outbox items of a case, dead letters too, in the order in which they were written."""
        ...

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """The dead letters, the first one first."""
        ...

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were set aside because this version cannot read them; they stay as they were stored."""
        ...

    def reread(self, limit: int = 100) -> int:
        """Have what was set aside and can be read by now be due again; how many those are."""
        ...

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for oneself for `seconds`; False when it is gone or somebody else has it."""
        ...

    def postpone(self, item: OutboxItem, until: datetime, error: str, reason: Postponed = Postponed.FAILED) -> None:
        """Count a try that did not succeed and free the item."""
        ...

    def reschedule(self, item: OutboxItem, due: datetime) -> None:
        """Have an item be due at another time (`due_items`); no try is counted.

        Nothing happens when it is gone, was tried since it was read, is a dead letter or leased.
        """
        ...

    def finish(self, item: OutboxItem) -> None:
        """Take a completed item that leaves no event out of the outbox."""
        ...

    def finish_mailed(self, item: OutboxItem, mail: SentMail) -> None:
        """Finish an item whose mail was sent; the mail is recorded and counted in the same transaction, once."""
        ...
