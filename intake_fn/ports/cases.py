"""The cases: their logs, the states that lists show, and the steps that change them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.events import Event
from intake_fn.core.vocabulary import Status
from intake_fn.ports.outbox import OutboxItem


class CaseStore(Protocol):
    """Cases and their events. Each change is one transaction with the outbox and the ledger, all or nothing.

    All methods raise TryLater when the store is down or throttles.
    """

    def create(self, step: Step, key: str) -> str:
        """Save a new case, its events, its state and its outbox items under the submit key `key`.

        Returns the id of the case: of this one, or of the one that was made with the same key
        before, in which case nothing is written (R9). So it is for a step with an issue (Filed) that is
        another case's by now: the id is that of this one. Raises Stale when the id is already taken.
        """
        ...

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """Append a step's events to a case that stands at version `before`.

        `done` is the id of an outbox item that this step completes: it leaves the outbox in the
        same transaction. `again` is that of a dead letter, which is due again with all its tries before
        it. `dead_letter` is an item as it was read, with the error that ends its tries: it waits for `again`.
        Raises Stale when the case is no longer at `before`, `done` is gone, `again` is no dead letter, or
        `dead_letter` is gone or was tried since.
        """
        ...

    def restate(self, step: Step) -> None:
        """Write state, ledger and Board's lists anew as the fold of a log has them; no event tells of it.

        For what the log does not decide alone: a due time moves when support.yml does. Raises Stale
        when the log has moved on.
        """
        ...

    def alerts_due(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """The ids of cases whose next SLA alert is due at `now`, the longest waiting first."""
        ...

    def defer_alert(self, case_id: str, until: datetime) -> None:
        """Have a case wait for its next alert `until` then (`alerts_due`); the case itself stays as it is."""
        ...

    def load(self, case_id: str) -> Case:
        """The case, folded from its events. Raises Unknown, and Unreadable when its beginning cannot be read."""
        ...

    def events(self, case_id: str) -> Sequence[Event]:
        """The log of a case, oldest first; empty when there is none. UnknownEvent stands for what cannot be read."""
        ...

    def queue(self, level: int | None, *, open_only: bool = True, limit: int = 50, cursor: str = "") -> Page:
        """Cases of a level (all levels for None), urgent open ones, then the latest; none in quarantine."""
        ...

    def done(self, levels: Collection[int] | None, limit: int = 50, cursor: str = "") -> Page:
        """Resolved and closed cases of some levels (all levels for None), the latest received first."""
        ...

    def portion(self, cursor: str = "", limit: int = 100, *, open_only: bool = True) -> Page:
        """The next portion of all cases, or of all open ones, in whatever order costs least; one read.

        It may be empty and have a cursor all the same. A case that changes its level or its status while they are gone
        through may come twice or not at all.
        """
        ...

    def changed_since(self, since: datetime, limit: int = 100) -> Sequence[CaseRow]:
        """The states of cases that have changed after an instant, open or not, the latest first; one read."""
        ...

    def assigned(self, handler: str, limit: int = 50, cursor: str = "") -> Page:
        """Open cases of all levels that `handler` has, urgent ones, then the latest; none in quarantine."""
        ...

    def quarantine(self, status: Status, limit: int = 50, cursor: str = "") -> Page:
        """Cases that await review (QUARANTINED), or were rejected (REJECTED), the latest first."""
        ...

    def agenda(self) -> Sequence[str]:
        """The ids of cases that are before the Board or were put off by it; some may be resolved meanwhile."""
        ...

    def approved(self) -> Sequence[str]:
        """The ids of changes that the Board has approved and that are not released yet."""
        ...

    def decided_by_board(self, since: datetime, until: datetime) -> Sequence[str]:
        """The ids of cases on which the Board decided from `since` until before `until`, each once, in that order."""
        ...

    def row(self, case_id: str) -> CaseRow:
        """The state of a case as it is stored, read consistently. Raises Unknown, Unreadable."""
        ...

    def rows_of(self, case_ids: Sequence[str]) -> Sequence[CaseRow]:
        """The states of some cases, in that order; what is not there or cannot be read is left out."""
        ...

    def requests_of(self, mailbox: str, limit: int = 50) -> Sequence[str]:
        """The ids of the cases whose requester has this mailbox (`mailbox` of core/mail_throttle.py), the latest first.

        Those of which who has it is in copy are among them, or was once. All of them for the limit 0.
        """
        ...

    def is_found_by(self, mailbox: str, case: Case) -> bool:
        """Whether `requests_of` finds a case by this mailbox; one read, however many it has."""
        ...

    def find_issue(self, number: int) -> str:
        """The id of the case that was filed as Mantis issue `number`, or ""."""
        ...
