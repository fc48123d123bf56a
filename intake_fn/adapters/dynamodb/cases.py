"""The CaseStore: each step of a case is one transaction of events, state, outbox items and ledger."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.adapters.dynamodb.board_items import (
    AGENDA,
    APPROVED,
    BOARD,
    board_restated,
    board_writes,
    decided_at,
    ids_of,
)
from intake_fn.adapters.dynamodb.due_index import ALERTS, first_due
from intake_fn.adapters.dynamodb.figure_items import FigureItems
from intake_fn.adapters.dynamodb.ledger import balance, levels_in, moves, tally
from intake_fn.adapters.dynamodb.lists import latest_changed, page_of_handler, page_of_queues, portion_of_queues
from intake_fn.adapters.dynamodb.outbox_items import outbox_entry, outbox_key, retried, tried
from intake_fn.adapters.dynamodb.requester_items import reader_item, requester_item, requester_key
from intake_fn.adapters.dynamodb.search_items import pending_writes
from intake_fn.adapters.dynamodb.states import event_of, id_of, level_queue, readable_row, row_of, state_item, state_key
from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import Item, epoch, instant, json_of
from intake_fn.adapters.dynamodb.writes import Write, delete, put, update
from intake_fn.core.errors import Refused, Stale, Unknown, Unreadable
from intake_fn.core.events import Filed
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.requester_events import CopyAdded, RequesterChanged
from intake_fn.core.retention import SUBMIT_KEYS
from intake_fn.core.steps import apply, fold
from intake_fn.core.stored import event_to_plain
from intake_fn.core.vocabulary import Postponed, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intake_fn.core.case import Case, Step
    from intake_fn.core.case_row import CaseRow, Page
    from intake_fn.core.events import Event
    from intake_fn.ports import OutboxItem


LONGEST_KEY = 200
"""Characters of a submit key."""
LEVELS_KNOWN = 60.0
"""Seconds for which the levels that are gone from the process are remembered: they only become fewer."""
LONGEST_ID = 100
"""Characters of a request's id that is looked up: it may come from an address, and a table key is bounded, too."""


@dataclass
class DynamoCases:
    """The CaseStore port. `levels` are those of the process: their queues, and those of gone levels, are all cases."""

    table: Table
    levels: Collection[int]
    zone: str = field(default="UTC", kw_only=True)
    """The zone whose days the figures count by."""
    _gone: tuple[float, Collection[int]] = field(default=(-LEVELS_KNOWN, ()), init=False, repr=False)
    """Levels that are gone from the process and held cases, and when that was read."""

    # --- changing -----------------------------------------------------------------------------

    def create(self, step: Step, key: str) -> str:
        """Save a new case under a submit key; returns its id, or that of the case made with the key before.

        Where it is the case of an issue that stands in Mantis already, and that issue has one, it is the id of that.

        Raises Stale when the id is taken, Refused when a text is too long to be kept.
        """
        #   click ──► put IDEM#key ✓ put STATE ✓ ──────► receipt HD-1
        #   click again, Lambda again ──► put IDEM#key ✗ ──► the item found there names HD-1
        #   another key, same random id ──► put STATE ✗ ──► Stale: draw another id
        if not 0 < len(key) <= LONGEST_KEY:
            raise Refused("A submit key has 1 to 200 characters. Open the form again.")
        case = step.case
        expires = epoch(case.received_at + SUBMIT_KEYS)
        unused_key = put({"pk": f"IDEM#{key}", "sk": "IDEM", "case_id": case.id, "expires": expires})
        untaken_id = put(state_item(step))
        figures = FigureItems(self.zone)
        counted = figures.writes(case.id, {}, figures.by_day(case)) or []
        moved = tally(case) + Counter({figures.ledger_counter: 1})
        found = [*pending_writes(case, step.events), put(requester_item(case), ""), *counted]
        claimed = [put(issue) for issue in _issues(step)]
        guards = [unused_key, untaken_id, *claimed]
        broken = self.table.transact([*guards, *_entries(step, 0), *moves(case.id, moved), *found])
        if 0 in broken and "case_id" not in broken[0]:
            raise Unreadable("What is known of this form cannot be read by this version. Open the form anew.")
        if 0 in broken:
            return str(broken[0]["case_id"])
        if claims := [broken[number] for number in broken if 1 < number < len(guards)]:
            return str(claims[0]["case_id"])
        if broken:
            raise Stale(f"The id {case.id} is taken.")
        return case.id

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """Append a step to a case that stands at version `before`, and move one outbox item with it.

        `done` leaves the outbox, `again` is due again, `dead_letter` is tried no more. Raises Stale when the case
        or the item has moved on since it was read, Refused when a text is too long to be kept.
        """
        #   read v3 ─────────────── decide ─────────────── write v4 ✓
        #      another: read v3 ── decide ── write v4 ✗  (the state is not as it was read: nothing is written)
        if before < 1:
            raise Stale(f"{step.case.id} is not there yet: version {before} is none. Read it again.")
        earlier = fold(step.case.id, step.case.history[:before])
        after = reduce(apply, step.events, earlier)
        moved = tally(after)
        moved.subtract(tally(earlier))
        as_read = put(state_item(replace(step, case=after)), "#version = :before", {":before": before})
        writes = [as_read, *_appended(step, before), *moves(after.id, moved), *board_writes(earlier, after, step)]
        writes += pending_writes(after, step.events)
        added = {mailbox(event.address) for event in step.events if isinstance(event, CopyAdded)}
        if any(isinstance(event, RequesterChanged) for event in step.events):
            added.add(mailbox(after.request.requester.email))
        writes += [put(reader_item(after, box), "") for box in sorted(added)]
        if done:
            writes.append(delete(outbox_key(done)))
        if again:
            writes.append(retried(again, after.changed_at))
        if dead_letter:
            error, now = dead_letter.last_error, after.changed_at
            writes.append(tried(dead_letter, now, error, Postponed.FAILED, dead_lettered=True))
        if self._transact_with_figures(writes, earlier, after):
            raise Stale(f"{step.case.id} has moved on while it was being changed. Read it again.")

    def _transact_with_figures(self, writes: list[Write], earlier: Case, after: Case) -> bool:
        """Write a step and what it changes of the figures; whether a guard of the step did not hold.

        Where the figures are not as the log before the step says, such as of an earlier layout, the step is written
        without them, and the case is recounted later: figures never keep anybody from working.
        """
        items = FigureItems(self.zone)
        counted = items.writes(after.id, items.by_day(earlier), items.by_day(after))
        if counted is not None:
            broken = self.table.transact([*writes, *counted])
            if not broken or min(broken) < len(writes):
                return bool(broken)
        log.info("figures_left_to_recount", case=after.id)
        return bool(self.table.transact([*writes, put(items.again_key(after.id), "")]))

    def restate(self, step: Step) -> None:
        """Write state, ledger and Board's lists anew as the fold has them. Raises Stale when the log has moved on."""
        case = step.case
        stored = self.table.get(**state_key(case.id))
        if stored is None or len(self.events(case.id)) != case.version:
            raise Stale(f"{case.id} has moved on while it was being counted. Read it again.")
        moved = tally(case)
        moved.subtract(tally(row_of(stored)))
        as_read = {":version": stored["version"], ":filing": stored["filing"]}
        state = put(state_item(step), "#version = :version AND #filing = :filing", as_read)
        found = [put(requester_item(case), ""), *(put(reader_item(case, box), "") for box in case.copies)]
        if self.table.transact([state, *found, *moves(case.id, moved), *board_restated(case)]):
            raise Stale(f"{case.id} has moved on while it was being counted. Read it again.")

    # --- one case -----------------------------------------------------------------------------

    def load(self, case_id: str) -> Case:
        """The case, folded from its events. Raises Unknown."""
        events = self.events(case_id)
        if not events:
            raise Unknown(f"There is no request {case_id}.")
        return fold(case_id, events)

    def events(self, case_id: str) -> Sequence[Event]:
        """The log of a case, oldest first; empty when there is none."""
        if not 0 < len(case_id) <= LONGEST_ID:
            return []
        log = {":pk": f"REQ#{case_id}", ":event": "EVENT#"}
        items = self.table.query("#pk = :pk AND begins_with(#sk, :event)", log, ConsistentRead=True)
        return [event_of(item) for item in items]

    def row(self, case_id: str) -> CaseRow:
        """The state of a case as it is stored, read consistently. Raises Unknown."""
        stored = self.table.get(**state_key(case_id)) if 0 < len(case_id) <= LONGEST_ID else None
        if stored is None:
            raise Unknown(f"There is no request {case_id}.")
        return row_of(stored)

    def rows_of(self, case_ids: Sequence[str]) -> Sequence[CaseRow]:
        """The states of some cases, in that order; what is not there or cannot be read is left out."""
        items = {id_of(item): item for item in self.table.get_all([state_key(case_id) for case_id in case_ids])}
        return [row for case_id in case_ids if case_id in items and (row := readable_row(items[case_id]))]

    def requests_of(self, mailbox: str, limit: int = 50) -> Sequence[str]:
        """The ids of the cases whose requester has this mailbox, or who has it was in copy, the latest first."""
        of = {":pk": requester_key(mailbox)}
        items = self.table.query("#pk = :pk", of, limit, ScanIndexForward=False, ConsistentRead=True)
        return [str(item["case_id"]) for item in items]

    def is_found_by(self, mailbox: str, case: Case) -> bool:
        """Whether a case is found by this mailbox; one read, however many it has."""
        item = reader_item(case, mailbox)
        return self.table.get(item["pk"], item["sk"]) is not None

    def find_issue(self, number: int) -> str:
        """The id of the case that was filed as Mantis issue `number`, or ""."""
        stored = self.table.get(f"MANTIS#{number}", "ISSUE")
        return str(stored.get("case_id", "")) if stored else ""

    # --- lists --------------------------------------------------------------------------------

    def queue(self, level: int | None, *, open_only: bool = True, limit: int = 50, cursor: str = "") -> Page:
        """Cases of a level (all for None): urgent ones, then the latest first. Raises Refused for a damaged cursor."""
        levels = self._levels() if level is None else {level}
        kinds = (True,) if open_only else (True, False)
        queues = [level_queue(number, is_open=is_open) for number in levels for is_open in kinds]
        return page_of_queues(self.table, queues, limit, cursor)

    def done(self, levels: Collection[int] | None, limit: int = 50, cursor: str = "") -> Page:
        """Resolved and closed cases of levels (all for None), the latest first. Raises Refused for a damaged cursor."""
        of_levels = self._levels() if levels is None else levels
        queues = [level_queue(number, is_open=False) for number in sorted(of_levels)]
        return page_of_queues(self.table, queues, limit, cursor)

    def portion(self, cursor: str = "", limit: int = 100, *, open_only: bool = True) -> Page:
        """The next portion of all cases, or of all open ones: one queue after another."""
        levels = sorted(self._levels())
        queues = [level_queue(level, is_open=True) for level in levels]
        if not open_only:
            queues += [level_queue(level, is_open=False) for level in levels]
            queues += [status for status in Status if status.in_quarantine]
        return portion_of_queues(self.table, queues, limit, cursor)

    def changed_since(self, since: datetime, limit: int = 100) -> Sequence[CaseRow]:
        """The states of cases that have changed after an instant, the latest first: one query, whatever exists."""
        return latest_changed(self.table, since, limit)

    def assigned(self, handler: str, limit: int = 50, cursor: str = "") -> Page:
        """Open cases of a handler, urgent ones, then the latest first. Raises Refused for a damaged cursor."""
        queues = [level_queue(number, is_open=True) for number in self._levels()]
        return page_of_handler(self.table, handler, queues, limit, cursor)

    def agenda(self) -> Sequence[str]:
        """The ids of cases that are before the Board or were put off by it."""
        within = {":pk": BOARD, ":agenda": AGENDA}
        return ids_of(self.table.query("#pk = :pk AND begins_with(#sk, :agenda)", within, ConsistentRead=True))

    def approved(self) -> Sequence[str]:
        """The ids of changes that the Board has approved and that are not released yet."""
        within = {":pk": BOARD, ":approved": APPROVED}
        return ids_of(self.table.query("#pk = :pk AND begins_with(#sk, :approved)", within, ConsistentRead=True))

    def decided_by_board(self, since: datetime, until: datetime) -> Sequence[str]:
        """The ids of cases on which the Board decided in a span of time, in that order."""
        within = {":pk": BOARD, ":since": decided_at(since), ":until": decided_at(until)}
        return ids_of(self.table.query("#pk = :pk AND #sk BETWEEN :since AND :until", within, ConsistentRead=True))

    def _levels(self) -> set[int]:
        """The levels of the process, and those that are gone from it and held cases, by the ledger of the last minute.

        A level that has just come in is one of the process.
        """
        at, gone = self._gone
        if time.monotonic() >= at + LEVELS_KNOWN:
            gone = levels_in(balance(self.table)).difference(self.levels)
            self._gone = time.monotonic(), gone
        return {*self.levels, *gone}

    def quarantine(self, status: Status, limit: int = 50, cursor: str = "") -> Page:
        """Cases that await review, or were rejected, the latest first. Raises Refused for a damaged cursor."""
        return page_of_queues(self.table, [status], limit, cursor)

    def alerts_due(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """The ids of cases whose next alert is due at `now`, the longest waiting first."""
        return [id_of(state) for state in first_due(self.table, ALERTS, f"{instant(now)}~", limit)]

    def defer_alert(self, case_id: str, until: datetime) -> None:
        """Have a case wait for its next alert `until` then; nothing happens when none is to come."""
        place = {"turn": f"{instant(until)}#{case_id}"}
        self.table.write(update(state_key(case_id), place, "begins_with(#line, :line)", {":line": f"{ALERTS}#"}))


def _appended(step: Step, before: int) -> list[Write]:
    """The events after version `before`, the outbox items of their intents, and where an issue is found."""
    return [*_entries(step, before), *(put(issue, "") for issue in _issues(step))]


def _entries(step: Step, before: int) -> list[Write]:
    """The events after version `before`, and the outbox items of their intents."""
    case = step.case
    events = [
        {"pk": f"REQ#{case.id}", "sk": f"EVENT#{number:06}", "body": json_of(event_to_plain(event))}
        for number, event in enumerate(step.events, before + 1)
    ]
    items = [outbox_entry(case, number, intent) for number, intent in enumerate(step.intents, 1)]
    return [put(item) for item in (*events, *items)]


def _issues(step: Step) -> list[Item]:
    """Where the issues of a step are found by their numbers."""
    filed = (event for event in step.events if isinstance(event, Filed))
    return [{"pk": f"MANTIS#{event.number}", "sk": "ISSUE", "case_id": step.case.id} for event in filed]
