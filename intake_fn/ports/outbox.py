"""The outbox: what a step calls for outside, until it is delivered or dead-lettered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake_fn.core.intents import Intent, UnknownIntent
from intake_fn.core.vocabulary import Postponed


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something owed to the world outside. Its id is fixed from the moment it is owed: `case#version#n`."""

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
    """Whether somebody took it in hand and has not put it down again: who did so is at it, or was cut off."""

    @property
    def unread(self) -> bool:
        """Whether this version cannot read it: it is set aside, and nothing is done about it."""
        return isinstance(self.intent, UnknownIntent)


class Outbox(Protocol):
    """The outbox items, and the leases on them; CaseStore writes them with their steps. Raises TryLater."""

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Outbox items that may be tried at `now`, the longest waiting first; not the failed ones.

        What this version cannot read is set aside when it is met (`unreadable`), here as in `dead_letters`.
        """
        ...

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All outbox items of a case, failed ones too, in the order in which they came to be owed."""
        ...

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were given up."""
        ...

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were set aside because this version cannot read them; they stay as they were stored."""
        ...

    def reread(self, limit: int = 100) -> int:
        """Put back in line what was set aside and can be read by now; how many those are."""
        ...

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for oneself for `seconds`; False when it is gone or somebody else has it."""
        ...

    def postpone(self, item: OutboxItem, until: datetime, error: str, reason: Postponed = Postponed.FAILED) -> None:
        """Count a try that did not succeed and free the item."""
        ...

    def reschedule(self, item: OutboxItem, turn: datetime) -> None:
        """Give an item that nobody has in hand another place in the line (`owed`); no try is counted.

        Nothing happens when it is gone, was tried since it was read, was given up or is in somebody's hands.
        """
        ...

    def finish(self, item: OutboxItem) -> None:
        """Take a completed item that leaves no event out of the outbox."""
        ...
