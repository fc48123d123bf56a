"""The sync with Mantis: once a minute, a cheap look at what changed there.

    take the cursor (a lease: one sync at a time) ─► list what changed since ─► look at each ─► keep the cursor

- An idle minute is one call to Mantis and two small ones to the store.
- Mantis's instants have whole seconds, and an issue can change again within the second in which it
  was looked at: what was changed last is looked at in two syncs, and only then counts as seen.
- The cursor moves only over what was looked at. An outage in between costs a repetition, and
  repeating does nothing: an event is made only of a change that the log does not hold yet.
- An issue without a case, which a person created in one of our projects, becomes one (core/mantis_intake.py): from the
  starting instant on, which is that of the first sync unless support.yml names one. One that cannot be taken in now is
  tried again for ever.
- An issue that was deleted or moved away is in no list. Every five minutes the LISTED issues that were changed last
  are listed, which is all of them as a rule, and the open requests whose issues are missing are looked at: as many as
  there is time for, the others in the next minutes.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import SpecdeskError, Stale, TryLater, Unreadable
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.desk import versions
from intake_fn.desk.issue_index import MOST
from intake_fn.desk.mantis_intake import take_in
from intake_fn.desk.reconciliation import compare, undo_drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.desk.needs import Syncing
    from intake_fn.ports import Change, SyncCursor

OVERLAP = timedelta(seconds=5)
"""How far each list reaches back behind the last one: clocks of a cluster may differ."""

LIST_ALL_EVERY = timedelta(minutes=5)
"""How soon a deletion or a move out of our projects is seen."""

LISTED = 20_000
"""Issues in that list at most: 1 MB, and 0.8 s of Mantis. Where there are more, each open request whose issue is not
among them is looked at by itself."""

GIVE_UP_AFTER = timedelta(hours=1)
"""How long an issue that cannot be looked at keeps the cursor before it; no list of everything takes it up again."""

FAILURES = 3
"""After so many failures in a row Mantis is asked whether it is down: then the rest waits for the next sync. If it is
not, it is the requests that cannot be synced, and they hold up no other."""

REMEMBERED = 5_000
"""Issues that are known to have been looked at twice, some 200 KB of the cursor. Where more were changed in the same
five seconds, such as by a script, the others are looked at again in each sync until something changes later."""

AT_MOST = timedelta(seconds=20)
"""How long one sync looks at issues; the rest waits for the next."""


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
        return _Run(desk, cursor, now, untaken={*cursor.untaken}, missing=cursor.missing).run()
    except SpecdeskError as error:
        log.warning("sync_failed", error=str(error))
        return Synced(failed=1)


@dataclass
class _Run:
    """A sync with the cursor that it took."""

    desk: Syncing
    cursor: SyncCursor
    now: datetime
    events: int = 0
    untaken: set[int] = field(default_factory=set)
    missing: str = ""
    in_a_row: int = 0
    """Failures since something succeeded last, or Mantis was seen to be up."""
    done: list[Change] = field(default_factory=list)
    failed: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)

    def run(self) -> Synced:
        """List, look, and keep the cursor where something is new."""
        late = self.cursor.listed is None or abs(self.now - self.cursor.listed) >= LIST_ALL_EVERY
        complete = late and not self._begins_earlier
        since = self._started if self._begins_earlier else self.cursor.since
        listed = self.desk.tracker.changes(None if complete else since, LISTED)
        self._look_at([change for change in listed if self._is_news(change)])
        if complete:
            there = {change.number for change in listed}
            self._take_in_again(there, whole=len(listed) < LISTED)
            complete = self._look_for_missing(there)
        seen = (*self.cursor.unread, *(change.number for change in self.done))
        numbers = {change.number for change in listed[-MOST:]} if complete else None
        unread = self.desk.issue_index.update(seen, numbers, lambda: not self._time_is_up())
        if complete:
            versions.keep(self.desk.files, self.desk.tracker)
        after = replace(
            self._after(listed, complete=complete),
            unread=unread,
            started=self._started,
            untaken=tuple(sorted(self.untaken)),
            missing=self.missing,
        )
        if after != self.cursor:
            self.desk.sync_state.keep_sync(after)
        return Synced(len(self.done), self.events, len(self.failed))

    @property
    def _started(self) -> datetime:
        """From when on issues that people create are taken in."""
        return self.desk.process.mantis.taken_in_since or self.cursor.started or self.now

    @property
    def _begins_earlier(self) -> bool:
        """Whether that is earlier than it was at the last sync: then issues that were seen and left may be taken in."""
        return self.cursor.started is not None and self._started < self.cursor.started

    def _is_news(self, change: Change) -> bool:
        if self._begins_earlier and change.at >= self._started:
            return True
        recent = self.cursor.since is None or change.at >= self.cursor.since
        return recent and self.cursor.twice.get(change.number) != change.at

    def _look_at(self, changes: Sequence[Change]) -> None:
        """Look at each, the oldest first, until all are seen, the time is up, or Mantis is down."""
        for place, change in enumerate(changes):
            if self._time_is_up() or self._is_down():
                self.left = list(changes[place:])
                return
            case_id = self.desk.cases.find_issue(change.number)
            is_done = self._follow(case_id) if case_id else self._take_in(change)
            if not is_done and place and self._time_is_up():
                # It did not have the time that it needs: the next sync begins with it, and it is not given up.
                self.left = list(changes[place:])
                return
            self._count(is_done=is_done)
            (self.done if is_done else self.failed).append(change)

    def _take_in(self, change: Change) -> bool:
        """Whether an issue without a case was looked at; what was not changed since the start came before it."""
        if change.at < self._started:
            return True
        is_done = self._is_taken_in(change.number)
        (self.untaken.discard if is_done else self.untaken.add)(change.number)
        return is_done

    def _is_taken_in(self, number: int) -> bool:
        """Whether an issue was taken in, or need not be; one poisoned issue must not block the others."""
        try:
            self.events += take_in(self.desk, number, self._started)
        except TryLater as error:
            log.warning("mantis_issue_postponed", issue=number, error=str(error))
            return False
        except Exception:  # whatever it is: it is logged and tried again
            log.exception("mantis_issue_not_taken_in", issue=number)
            return False
        return True

    def _take_in_again(self, numbers: set[int], *, whole: bool) -> None:
        """Try again the issues that could not be taken in, and forget those that are gone, if the list is `whole`."""
        tried = {change.number for change in (*self.done, *self.failed)}
        for number in sorted(self.untaken & numbers - tried):
            if self._time_is_up() or self._is_down():
                return
            is_done = self._is_taken_in(number)
            self._count(is_done=is_done)
            if is_done:
                self.untaken.discard(number)
        if whole:
            self.untaken &= numbers

    def _look_for_missing(self, numbers: set[int]) -> bool:
        """Look at the open requests whose issues are in no list; False where the time is up or Mantis is down.

        Then the next sync goes on behind the last one that was looked at.
        """
        while True:
            page = self.desk.cases.portion(self.missing)
            for place, row in enumerate(page.rows):
                if self._time_is_up():
                    self._go_on_behind(place)
                    return False
                if self._is_down():
                    return False
                if row.issue is not None and row.issue not in numbers:
                    self._count(is_done=self._follow(row.id))
            self.missing = page.cursor
            if not page.cursor:
                return True
            if self._time_is_up():
                return False

    def _go_on_behind(self, rows: int) -> None:
        """Have the next sync begin behind so many of the page, else a page that takes longer would be its last."""
        if rows:
            self.missing = self.desk.cases.portion(self.missing, rows).cursor

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

    def _count(self, *, is_done: bool) -> None:
        self.in_a_row = 0 if is_done else self.in_a_row + 1

    def _is_down(self) -> bool:
        """Whether Mantis is down, which is asked after some failures in a row."""
        if self.in_a_row < FAILURES:
            return False
        try:
            self.desk.tracker.probe()
        except SpecdeskError as error:
            log.warning("sync_stopped", error=str(error))
            return True
        self.in_a_row = 0
        return False

    def _time_is_up(self) -> bool:
        return self.desk.clock() - self.now > AT_MOST or self.desk.seconds_left() <= 0

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
        seen = [change for change in listed if change.at >= since and change.number not in pending]
        return replace(
            self.cursor,
            since=since,
            listed=self.now if complete else self.cursor.listed,
            once={change.number: change.at for change in first if change.at >= since},
            twice={change.number: change.at for change in seen[-REMEMBERED:]},
        )
