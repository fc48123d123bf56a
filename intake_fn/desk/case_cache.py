"""A cache of one case and its outbox items for the time of a delivery: what was just written is not read back.

    save ✓ ─► the case after the step, its items without `done`, with those of its intents
    lease ✓ ─► the item is leased
    Stale, a lease refused, an error ─► forgotten: read again

What others write meanwhile is met by the guards of `save` and `lease`, as it is when it comes just after a read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from intake_fn.core.intents import ready_at
from intake_fn.core.vocabulary import Postponed
from intake_fn.ports import CaseStore, Outbox, OutboxItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intake_fn.core.case import Case, Step
    from intake_fn.core.figures.records import SentMail


@dataclass
class Known:
    """What is known of one case: None where it has to be read."""

    case_id: str
    case: Case | None = None
    items: list[OutboxItem] | None = None

    def forget(self) -> None:
        """Have everything read again."""
        self.case = self.items = None

    def without(self, item_id: str) -> None:
        """An item has left the outbox."""
        self.items = [item for item in self.items if item.id != item_id] if self.items is not None else None

    def after(self, step: Step) -> None:
        """A step was saved, with its intents as items."""
        case = step.case
        new = [
            OutboxItem(f"{case.id}#{case.version}#{number}", case.id, intent, 0, ready_at(intent, case.changed_at))
            for number, intent in enumerate(step.intents, 1)
        ]
        self.case = case
        self.items = [*self.items, *new] if self.items is not None else None


def known_after(step: Step) -> Known:
    """What is known of a case that a step has just created."""
    known = Known(step.case.id, items=[])
    known.after(step)
    return known


class CachedCases:
    """A CaseStore that knows one case; everything else goes through."""

    def __init__(self, cases: CaseStore, known: Known) -> None:
        self._cases, self._known = cases, known

    def __getattr__(self, name: str) -> Any:
        """What the store does otherwise."""
        return getattr(self._cases, name)

    def load(self, case_id: str) -> Case:
        """See CaseStore."""
        if case_id != self._known.case_id:
            return self._cases.load(case_id)
        if self._known.case is None:
            self._known.case = self._cases.load(case_id)
        return self._known.case

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """See CaseStore."""
        if step.case.id != self._known.case_id:
            self._cases.save(before, step, done, again, dead_letter)
            return
        kept, self._known.items, self._known.case = self._known.items, None, None
        self._cases.save(before, step, done, again, dead_letter)
        self._known.items = kept if not again and dead_letter is None else None
        self._known.without(done)
        self._known.after(step)


class CachedOutbox:
    """An Outbox that knows the items of one case; everything else goes through."""

    def __init__(self, outbox: Outbox, known: Known) -> None:
        self._outbox, self._known = outbox, known

    def __getattr__(self, name: str) -> Any:
        """What the outbox does otherwise."""
        return getattr(self._outbox, name)

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """See Outbox."""
        if case_id != self._known.case_id:
            return self._outbox.items_of(case_id)
        if self._known.items is None:
            self._known.items = [*self._outbox.items_of(case_id)]
        return [*self._known.items]

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """See Outbox."""
        kept, self._known.items = self._known.items, None
        if not self._outbox.lease(item, now, seconds):
            self._known.forget()
            return False
        self._known.items = kept and [replace(one, leased=True) if one.id == item.id else one for one in kept]
        return True

    def postpone(self, item: OutboxItem, until: datetime, error: str, reason: Postponed = Postponed.FAILED) -> None:
        """See Outbox."""
        self._known.forget()
        self._outbox.postpone(item, until, error, reason)

    def reschedule(self, item: OutboxItem, due: datetime) -> None:
        """See Outbox."""
        self._known.forget()
        self._outbox.reschedule(item, due)

    def finish(self, item: OutboxItem) -> None:
        """See Outbox."""
        self._outbox.finish(item)
        self._known.without(item.id)

    def finish_mailed(self, item: OutboxItem, mail: SentMail) -> None:
        """See Outbox."""
        self._outbox.finish_mailed(item, mail)
        self._known.without(item.id)
