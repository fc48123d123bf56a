"""What was done in Mantis comes back: a cheap look at what changed there, once a minute.

    take the cursor (a lease: one sync at a time) ─► list what changed since ─► look at each ─► keep the cursor

- An idle minute is one call to Mantis and two small ones to the store.
- Mantis's instants have whole seconds, and an issue can change again within the second in which it
  was looked at: what was changed last is looked at in two syncs, and only then counts as seen.
- The cursor moves only over what was looked at; an outage in between costs a repetition, and
  repeating does nothing, for an event is made only of what the log does not tell yet.
- An issue that was deleted or moved away is in no list. Every five minutes everything is listed, and the
  open requests whose issues are missing are looked at.

What follows from what is found is core/reconciliation.py's to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.case import UPDATED, Case
from intake_fn.core.errors import SpecdeskError, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.events import FieldsDropped
from intake_fn.core.intents import AddNote, BackfillNotes, FileIssue, UnknownIntent, UpdateIssue
from intake_fn.core.notes import SPECDESK
from intake_fn.core.reconciliation import IssueState, assignee, drifted, expected, next_event
from intake_fn.core.steps import refuse_unread
from intake_fn.desk.consistency_check import rows
from intake_fn.desk.filing import category_of, decided_of
from intake_fn.desk.issue_index import update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.events import Event
    from intake_fn.desk import Desk
    from intake_fn.ports import Change, SyncCursor

OVERLAP = timedelta(seconds=5)
"""How far each list reaches back behind the last one: clocks of a cluster may differ."""

LIST_ALL_EVERY = timedelta(minutes=5)
"""How soon a deletion or a move out of our projects is seen; a list of 5,000 numbers takes Mantis 200 ms."""

GIVE_UP_AFTER = timedelta(hours=1)
"""How long an issue that cannot be looked at holds the cursor back; no list of everything takes it up again."""

FAILURES = 3
"""So many failures in a row are an outage: the rest waits for the next sync."""

AT_MOST = timedelta(seconds=20)
"""How long one sync looks at issues; the rest waits for the next."""

EVENTS_AT_ONCE = 20
"""Events that one look at an issue may bring about; there may be more at the next."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Synced:
    """What one sync did: issues looked at, events that followed, issues that could not be looked at."""

    looked: int = 0
    events: int = 0
    failed: int = 0


def sync(desk: Desk) -> Synced:
    """Sync with Mantis, unless somebody else does. Raises nothing that passes: an outage is logged, and tried again."""
    now = desk.clock()
    cursor = desk.sync_state.take_sync(now, now + desk.sync_every)
    if cursor is None:
        return Synced()
    try:
        return _Run(desk, cursor, now).run()
    except SpecdeskError as error:
        log.warning("sync_failed", error=str(error))
        return Synced(failed=1)


def follow(desk: Desk, case_id: str) -> Case:
    """Let the case follow its issue: take over what was said there, owe what has to be put back.

    Returns the case as it then stands. Raises what the tracker and the store raise.
    """
    return _followed(desk, case_id)[0]


def in_line(desk: Desk, case: Case) -> FieldsDropped | None:
    """Bring the case's issue in line; returns what there is to tell of fields that Mantis does not keep.

    Of a group any of its people may hold the issue. Raises what the tracker raises.
    """
    number = case.issue or 0
    wanted = expected(case, desk.process)
    if wanted["handler"] and desk.process.people[case.handler].mantis_accounts:
        wanted["handler"] = assignee(case, desk.tracker.look(number), desk.process)
    category, decided = category_of(case, desk.process), decided_of(case, desk.process, desk.links)
    dropped = desk.tracker.update(number, **wanted, category=category, decided=decided)
    if dropped == tuple(name for name in case.dropped_fields if name in UPDATED):
        return None
    log.warning("mantis_dropped_fields", case=case.id, issue=number, fields=dropped)
    return FieldsDropped(at=desk.clock(), actor=SPECDESK, dropped=dropped)


def _followed(desk: Desk, case_id: str) -> tuple[Case, bool]:
    """The case when it has followed; and whether its issue is not as we left it, by our own account's doing."""
    astray = False

    def decide(case: Case) -> Event | None:
        nonlocal astray
        refuse_unread(case)
        # Owed after the case and before the issue is read: then the issue shows nothing older than what is owed.
        owed = [
            int(item.id.split("#")[1])
            for item in desk.outbox.items_of(case_id)
            if isinstance(item.intent, FileIssue | UpdateIssue | AddNote | BackfillNotes | UnknownIntent)
        ]
        stands = _look(desk, case)
        event = next_event(case, stands, owed, desk.process, desk.clock())
        astray = event is None and bool(stands and not owed and drifted(case, stands, desk.process))
        return event

    busy = TryLater(f"{case_id} is changing too fast to be compared with its issue. It is looked at again.")
    for _ in range(EVENTS_AT_ONCE):
        step = desk.change(case_id, decide, busy=busy)
        if not step.events:
            break
        log.info("mantis_told", case=case_id, issue=step.case.issue, tells=type(step.events[0]).__name__)
    return step.case, astray


def _set_right(desk: Desk, case: Case) -> None:
    """Undo what our own account's writes brought about: nobody did it, and nobody is told."""
    log.info("mantis_set_right", case=case.id, issue=case.issue)
    event = in_line(desk, case)
    if event:
        desk.change(case.id, lambda _: event, case=case)


def _look(desk: Desk, case: Case) -> IssueState | None:
    """None when the issue is gone."""
    if case.issue is None:
        return None
    try:
        return desk.tracker.look(case.issue)
    except Unknown:
        return None


@dataclass
class _Run:
    """One sync with the cursor that it took."""

    desk: Desk
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
        self._look_at([one for one in listed if self._is_news(one)])
        if complete:
            complete = self._look_for_missing({change.number for change in listed})
        seen = (*self.cursor.unread, *(one.number for one in self.done))
        there = {one.number for one in listed} if complete else None
        unread = update(self.desk, seen, there, lambda: not self._time_is_up())
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
            well = not case_id or self._follow(case_id)
            in_a_row = 0 if well else in_a_row + 1
            (self.done if well else self.failed).append(change)

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
        """Whether Mantis answers well; one poisoned case must not hold up the others."""
        try:
            before = self.desk.cases.load(case_id).version
            case, wrong = _followed(self.desk, case_id)
            self.events += case.version - before
            if wrong:
                _set_right(self.desk, case)
        except Unreadable as error:  # it is looked at again when everything is listed
            log.warning("sync_unreadable", case=case_id, error=str(error))
            return True
        except (TryLater, Stale) as error:
            log.warning("sync_postponed", case=case_id, error=str(error))
            return False
        except Exception:  # whatever it is: it is told each minute, and given up after an hour
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
        first = [one for one in self.done if self.cursor.once.get(one.number) != one.at]
        held = [one for one in self.failed if newest - one.at < GIVE_UP_AFTER]
        since = min([newest, *(one.at for one in (*held, *self.left))]) - OVERLAP
        open_ = {one.number for one in (*first, *self.failed, *self.left)}
        return replace(
            self.cursor,
            since=since,
            listed=self.now if complete else self.cursor.listed,
            once={one.number: one.at for one in first},
            twice={one.number: one.at for one in listed if one.at >= since and one.number not in open_},
        )
