"""The sync with Mantis: once a minute, a cheap look at what changed there.

    take the cursor (a lease: one sync at a time) ─► list what changed since ─► look at each ─► keep the cursor

- An idle minute is one call to Mantis and two small ones to the store.
- Mantis's instants have whole seconds, and an issue can change again within the second in which it
  was looked at: what was changed last is looked at in two syncs, and only then counts as seen.
- The cursor moves only over what was looked at. An outage in between costs a repetition, and
  repeating does nothing: an event is made only of a change that the log does not hold yet.
- An issue that was deleted or moved away is in no list. Every five minutes everything is listed, and the
  open requests whose issues are missing are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import SpecdeskError, Stale, TryLater, Unreadable
from intake_fn.desk import versions
from intake_fn.desk.case_lists import rows
from intake_fn.desk.reconciliation import compare, undo_drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.desk.needs import Syncing
    from intake_fn.ports import Change, SyncCursor

OVERLAP = timedelta(seconds=5)
"""How far each list reaches back behind the last one: clocks of a cluster may differ."""

LIST_ALL_EVERY = timedelta(minutes=5)
"""How soon a deletion or a move out of our projects is seen; a list of 5,000 numbers takes Mantis 200 ms."""

GIVE_UP_AFTER = timedelta(hours=1)
"""How long an issue that cannot be looked at keeps the cursor before it; no list of everything takes it up again."""

FAILURES = 3
"""So many failures in a row are an outage: the rest waits for the next sync."""

AT_MOST = timedelta(seconds=20)
"""How long one sync looks at issues; the rest waits for the next."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Synced:
    """What one sync did: issues looked at, events that followed, issues that could not be looked at."""

    looked: int = 0
    events: int = 0
    failed: int = 0


def sync(desk: Syncing) -> Synced:
    """Sync with Mantis, unless another sync runs. Raises nothing that passes: an outage is logged, and tried again."""
    now = desk.clock()
    cursor = desk.sync_state.take_sync(now, now + desk.sync_every)
    if cursor is None:
        return Synced()
    try:
        return _Run(desk, cursor, now).run()
    except SpecdeskError as error:
        log.warning("sync_failed", error=str(error))
        return Synced(failed=1)


@dataclass
class _Run:
    """One sync with the cursor that it took."""

    desk: Syncing
    cursor: SyncCursor
    now: datetime
    events: int = 0
    done: list[Change] = field(default_factory=list)
    failed: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)

    def run(self) -> Synced:
        """List, look, and keep the cursor where something is new."""
        complete = self.cursor.listed is None or abs(self.now - self.cursor.listed) >= LIST_ALL_EVERY
        since = self.cursor.since
        listed = self.desk.tracker.changes(None if complete else since)
        self._look_at([change for change in listed if self._is_news(change)])
        if complete:
            complete = self._look_for_missing({change.number for change in listed})
        seen = (*self.cursor.unread, *(change.number for change in self.done))
        numbers = {change.number for change in listed} if complete else None
        unread = self.desk.issue_index.update(seen, numbers, lambda: not self._time_is_up())
        if complete:
            versions.keep(self.desk.files, self.desk.tracker)
        after = replace(self._after(listed, complete=complete), unread=unread)
        if after != self.cursor:
            self.desk.sync_state.keep_sync(after)
        return Synced(len(self.done), self.events, len(self.failed))

    def _is_news(self, change: Change) -> bool:
        recent = self.cursor.since is None or change.at >= self.cursor.since
        return recent and self.cursor.twice.get(change.number) != change.at

    def _look_at(self, changes: Sequence[Change]) -> None:
        """Look at each, the oldest first, until all are seen, the time is up, or Mantis is down."""
        in_a_row = 0
        for place, change in enumerate(changes):
            if in_a_row == FAILURES or self._time_is_up():
                self.left = list(changes[place:])
                return
            case_id = self.desk.cases.find_issue(change.number)
            is_done = not case_id or self._follow(case_id)
            in_a_row = 0 if is_done else in_a_row + 1
            (self.done if is_done else self.failed).append(change)

    def _look_for_missing(self, numbers: set[int]) -> bool:
        """Look at the open requests whose issues are in no list; False where the time is up or Mantis is down."""
        in_a_row = 0
        for row in rows(self.desk.cases):
            if in_a_row == FAILURES or self._time_is_up():
                return False
            if row.issue is not None and row.issue not in numbers:
                in_a_row = 0 if self._follow(row.id) else in_a_row + 1
        return True

    def _follow(self, case_id: str) -> bool:
        """Whether Mantis answers well; one poisoned case must not block the others."""
        try:
            before = self.desk.cases.load(case_id).version
            case, has_drifted = compare(self.desk, case_id)
            self.events += case.version - before
            if has_drifted:
                undo_drift(self.desk, case)
        except Unreadable as error:  # taken over with the issue's next change, once it can be read
            log.warning("sync_unreadable", case=case_id, error=str(error))
            return True
        except (TryLater, Stale) as error:
            log.warning("sync_postponed", case=case_id, error=str(error))
            return False
        except Exception:  # whatever it is: it is logged each minute, for an hour
            log.exception("sync_failed_unexpectedly", case=case_id)
            return False
        return True

    def _time_is_up(self) -> bool:
        return self.desk.clock() - self.now > AT_MOST

    def _after(self, listed: Sequence[Change], *, complete: bool) -> SyncCursor:
        """The cursor: before all that is still to be looked at, else a little before what was changed last.

        What was changed earlier than that was looked at when its second was over, and need not be again.
        """
        if not listed:
            return replace(self.cursor, listed=self.now) if complete else self.cursor
        newest = listed[-1].at
        first = [change for change in self.done if self.cursor.once.get(change.number) != change.at]
        again = [change for change in self.failed if newest - change.at < GIVE_UP_AFTER]
        since = min([newest, *(change.at for change in (*again, *self.left))]) - OVERLAP
        pending = {change.number for change in (*first, *self.failed, *self.left)}
        return replace(
            self.cursor,
            since=since,
            listed=self.now if complete else self.cursor.listed,
            once={change.number: change.at for change in first},
            twice={
                change.number: change.at for change in listed if change.at >= since and change.number not in pending
            },
        )
