"""Six ports on one DynamoDB table; adapters/dynamodb_items.py says what stands in it.

Everything is read by Get and Query: what a read costs depends on what it returns, not on what
exists. Counting works the same way: open cases and the ledger are counters, moved in the
transaction of each step, in one shard for every eighth case, so that two requests seldom meet
in one item.

An answer can be lost though the write was done; boto then writes again, and must not meet itself. A write whose guard
its own first attempt breaks carries a token of the call: a transaction DynamoDB's own (ClientRequestToken), one item an
attribute that the guard knows again.
"""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any
from zlib import crc32

from intake_fn.adapters.aws import READ_SECONDS, code_of, translated
from intake_fn.adapters.deadline import seconds_for
from intake_fn.adapters.dynamodb_items import (
    OUTBOX_SHARDS,
    SESSIONS,
    SIGN_IN,
    SYNC,
    UNREACHED,
    UNREADABLE,
    Item,
    asked_key,
    asked_of,
    cursor_of,
    epoch,
    event_of,
    id_of,
    instant,
    json_of,
    mark_of,
    names,
    outbox_entry,
    outbox_item,
    outbox_key,
    place_of,
    plain,
    row_of,
    session_item,
    session_key,
    session_of,
    state_item,
    suppression_item,
    sync_body,
    sync_cursor,
    tally,
    throttle_body,
    throttle_key,
    throttle_of,
    waiting,
    wire,
)
from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.errors import Broken, Refused, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.events import Event, Filed
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.once import once
from intake_fn.core.steps import apply, fold
from intake_fn.core.stored import FORMAT, MISREAD, event_to_plain
from intake_fn.core.vocabulary import Filing, Status
from intake_fn.ports import Ledger, OutboxItem, Session, SignInAsked, SuppressedAddress, SyncCursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE = "The table"

LEVELS = range(5)
LEDGER_SHARDS = 8

IDEM_FOR = timedelta(days=90)
PACE_FOR = timedelta(days=1)
ASKED_FOR = timedelta(days=1)
LONGEST_KEY = 200
"""Characters of a submit key."""
LONGEST_ID = 100
"""Characters of a request's id that is looked up: it may come from an address, and a table key is bounded, too."""
LONGEST_ERROR = 1000
"""Characters of an error that are kept with an outbox item."""

CONFLICT_PAUSES = tuple(0.02 * 2**turn for turn in range(7))
"""Seconds before a write is tried again that met another transaction at one of its items, each more or less by half."""

LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends later than this is of a clock that was turned back since."""

EXISTS = "attribute_exists(#pk)"
ABSENT = "attribute_not_exists(#pk)"
BUSY_REASONS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


@dataclass
class DynamoStore:
    """All ports of the table. `client_factory` is called when the table is first used.

    Raises TryLater when DynamoDB is down or throttles, and Broken when the table is not there.
    """

    client_factory: Callable[[], DynamoDBClient]
    table: str
    sleep: Callable[[float], None] = time.sleep
    _doubtful: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """By outbox item, the token of a lease of ours of which no answer came: nobody has begun under it."""

    @once
    def _client(self) -> DynamoDBClient:
        return self.client_factory()

    # --- cases --------------------------------------------------------------------------------

    def create(self, step: Step, key: str) -> str:
        """Save a new case under a submit key; returns its id, or that of the case made with the key before.

        Raises Stale when the id is taken, Refused when a text is too long to be kept.
        """
        #   click ──► put IDEM#key ✓ put STATE ✓ ──────► receipt HD-1
        #   click again, Lambda again ──► put IDEM#key ✗ ──► the item found there names HD-1
        #   another key, same random id ──► put STATE ✗ ──► Stale: draw another id
        if not 0 < len(key) <= LONGEST_KEY:
            raise Refused("A submit key has 1 to 200 characters. Open the form again.")
        case = step.case
        unused_key = self._put(
            {"pk": f"IDEM#{key}", "sk": "IDEM", "case_id": case.id, "expires": epoch(case.received_at + IDEM_FOR)}
        )
        untaken_id = self._put(state_item(step))
        broken = self._transact([unused_key, untaken_id, *self._appended(step, 0), *self._counted(case, tally(case))])
        if 0 in broken and "case_id" not in broken[0]:
            raise Unreadable("What is known of this form cannot be read by this version. Open the form anew.")
        if 0 in broken:
            return str(broken[0]["case_id"])
        if broken:
            raise Stale(f"The id {case.id} is taken.")
        return case.id

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """Append a step to a case that stands at version `before`, and move one outbox item with it.

        `done` leaves the outbox, `again` is back in line, `dead_letter` is out of it. Raises Stale when the case
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
        writes = [
            self._put(state_item(replace(step, case=after)), "#version = :before", {":before": before}),
            *self._appended(step, before),
            *self._counted(after, moved),
        ]
        if done:
            writes.append({"Delete": self._guarded(outbox_key(done), EXISTS)})
        if again:
            in_line = {"tries": 0, **waiting(again, after.changed_at, dead_lettered=False)}
            writes.append({"Update": self._changed(outbox_key(again), in_line, "#failed = :yes", {":yes": True})})
        if dead_letter:
            writes.append(
                {"Update": self._tried(dead_letter, after.changed_at, dead_letter.last_error, dead_lettered=True)}
            )
        if self._transact(writes):
            raise Stale(f"{step.case.id} has moved on while it was being changed. Read it again.")

    def restate(self, step: Step) -> None:
        """Write the state anew as the fold has it, the ledger with it. Raises Stale when the log has moved on."""
        case = step.case
        here = self._get(f"REQ#{case.id}", "STATE")
        if here is None or len(self.events(case.id)) != case.version:
            raise Stale(f"{case.id} has moved on while it was being counted. Read it again.")
        moved = tally(case)
        moved.subtract(tally(row_of(here)))
        as_read = {":version": here["version"], ":filing": here["filing"]}
        state = self._put(state_item(step), "#version = :version AND #filing = :filing", as_read)
        if self._transact([state, *self._counted(case, moved)]):
            raise Stale(f"{case.id} has moved on while it was being counted. Read it again.")

    def alerts_due(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """The ids of cases whose clock has something to say at `now`, the longest waiting first."""
        return [id_of(state) for state in self._first_in_line("clock", f"{instant(now)}~", limit)]

    def defer_alert(self, case_id: str, until: datetime) -> None:
        """Have the clock of a case say nothing before `until`; nothing happens when it has no turn."""
        place = {"turn": f"{instant(until)}#{case_id}"}
        state = {"pk": f"REQ#{case_id}", "sk": "STATE"}
        self._write("update_item", self._changed(state, place, "attribute_exists(#turn)", {}))

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
        found = self._query(
            "#pk = :pk AND begins_with(#sk, :event)", {":pk": f"REQ#{case_id}", ":event": "EVENT#"}, ConsistentRead=True
        )
        return [event_of(item) for item in found]

    def queue(self, level: int | None, *, open_only: bool = True, limit: int = 50, cursor: str = "") -> Page:
        """Cases of a level (all for None): urgent ones, then the latest first. Raises Refused for a damaged cursor."""
        levels = LEVELS if level is None else (level,)
        stands = ("open",) if open_only else ("open", "closed")
        return self._listed([f"{number}#{stand}" for number in levels for stand in stands], limit, cursor)

    def quarantine(self, status: Status, limit: int = 50, cursor: str = "") -> Page:
        """Cases that wait for a person, or were set aside, the latest first. Raises Refused for a damaged cursor."""
        return self._listed([status], limit, cursor)

    def _listed(self, partitions: Iterable[str], limit: int, cursor: str) -> Page:
        place = place_of(cursor) if cursor else "~"
        found = self._merged(
            partitions,
            "#queue = :partition AND #place < :bound",
            place,
            limit + 1,
            IndexName="queue",
            ScanIndexForward=False,
        )
        latest = sorted(found, key=lambda item: item["place"], reverse=True)
        more = len(latest) > limit
        rows, unread = [], []
        for item in latest[:limit]:
            try:
                rows.append(row_of(item))
            except Unreadable:
                unread.append(id_of(item))
        return Page(rows, cursor_of(latest[limit - 1]["place"]) if more else "", unread)

    def row(self, case_id: str) -> CaseRow:
        """The state of a case as it is stored, read consistently. Raises Unknown."""
        here = self._get(f"REQ#{case_id}", "STATE") if 0 < len(case_id) <= LONGEST_ID else None
        if here is None:
            raise Unknown(f"There is no request {case_id}.")
        return row_of(here)

    def counts(self) -> Mapping[int, int]:
        """How many open cases each level holds; every level has its number."""
        stand = self._ledger()
        return {level: stand[f"open_{level}"] for level in LEVELS}

    def find_issue(self, number: int) -> str:
        """The id of the case that was filed as Mantis issue `number`, or ""."""
        found = self._get(f"MANTIS#{number}", "ISSUE")
        return str(found.get("case_id", "")) if found else ""

    def ledger(self) -> Ledger:
        """The balance of everything that was ever received; each shard is moved and read as a whole."""
        stand = self._ledger()
        kinds = (Filing.FILED, Filing.QUEUED, Filing.FAILED, Filing.QUARANTINED, Filing.REJECTED)
        return Ledger(stand["received"], *(stand[kind] for kind in kinds))

    def count(self, what: str, until: datetime) -> int:
        """One more of `what`; how many there are by now. Forgotten some time after `until`."""
        with translated(SERVICE):
            counted = self._client.update_item(
                TableName=self.table,
                Key=wire({"pk": f"COUNT#{what}", "sk": "COUNT"}),
                UpdateExpression="ADD #times :one SET #expires = :until",
                ExpressionAttributeNames={"#times": "times", "#expires": "expires"},
                ExpressionAttributeValues=wire({":one": 1, ":until": epoch(until)}),
                ReturnValues="UPDATED_NEW",
            )
        return int(plain(counted["Attributes"])["times"])

    def counted(self, what: str) -> int:
        """How many of `what` there are by now."""
        here = self._get(f"COUNT#{what}", "COUNT")
        times = here.get("times") if here else 0
        return times if isinstance(times, int) else 0

    def use_once(self, token: str, until: datetime) -> bool:
        """Mark a single-use token as used; False when it was used before. Forgotten some time after `until`."""
        mine = _token()
        once = {"pk": f"ONCE#{token}", "sk": "ONCE", "expires": epoch(until), "used_by": mine}
        return self._write("put_item", self._put(once, f"{ABSENT} OR #used_by = :mine", {":mine": mine})["Put"])

    def take_sync(self, now: datetime, until: datetime) -> SyncCursor | None:
        """The sync's cursor, for oneself alone until `until`; None while somebody else has it."""
        mine = _token()
        taken = {"leased_until": instant(until), "leased_by": mine}
        free = f"{ABSENT} OR #leased_until <= :now OR #leased_until > :never OR #leased_by = :mine"
        values = {":now": instant(now), ":never": instant(until + LONGEST_LEASE), ":mine": mine}
        if not self._write("update_item", self._changed(SYNC, taken, free, values)):
            return None
        return sync_cursor(self._get(SYNC["pk"], SYNC["sk"]) or {}, until)

    def keep_sync(self, cursor: SyncCursor) -> bool:
        """Keep a cursor, which stays taken until its `until`; False when somebody else took it since."""
        mine = {":mine": instant(cursor.until)}
        return self._write(
            "update_item", self._changed(SYNC, {"body": sync_body(cursor)}, "#leased_until = :mine", mine)
        )

    # --- signing in ---------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        """Keep a session; it is forgotten some time after its end."""
        self._write("put_item", self._put(session_item(session))["Put"])

    def session(self, person: str, session_id: str) -> Session | None:
        """A session that was not ended, read consistently; it may be past its `until`."""
        key = session_key(person, session_id)
        here = self._get(key["pk"], key["sk"]) if len(key["sk"]) <= LONGEST_ID else None
        return session_of(here) if here else None

    def sessions(self, person: str = "") -> Sequence[Session]:
        """The sessions of a person, or all; some may be past their `until`."""
        of = ("#pk = :pk AND begins_with(#sk, :person)", {":person": f"{person}#"}) if person else ("#pk = :pk", {})
        return [session_of(item) for item in self._query(of[0], {":pk": SESSIONS, **of[1]}, ConsistentRead=True)]

    def end_session(self, person: str, session_id: str) -> bool:
        """End a session; False when there is none."""
        return self._taken_out(session_key(person, session_id))

    def ask_sign_in(self, asked: SignInAsked) -> None:
        """Keep that a link was asked for, until it is taken; forgotten after a day."""
        item = {**asked_key(asked), "address": asked.address, "expires": epoch(asked.at + ASKED_FOR)}
        self._write("put_item", self._put(item)["Put"])

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first asked first."""
        return [asked_of(item) for item in self._query("#pk = :pk", {":pk": SIGN_IN}, limit, ConsistentRead=True)]

    def take_sign_in(self, asked: SignInAsked) -> bool:
        """Take one for oneself; False when somebody else was faster."""
        return self._taken_out(asked_key(asked))

    # --- mail ---------------------------------------------------------------------------------

    def throttle(self, case_id: str, mailbox: str) -> MailThrottle:
        """What a person was mailed about a case lately."""
        key = throttle_key(case_id, mailbox)
        here = self._get(key["pk"], key["sk"])
        return (_read_pace(here) or MailThrottle()) if here else MailThrottle()

    def save_throttle(self, case_id: str, mailbox: str, before: MailThrottle, after: MailThrottle) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        latest = max(filter(None, (*after.sent.values(), after.quiet)))
        item = {**throttle_key(case_id, mailbox), "body": throttle_body(after), "expires": epoch(latest + PACE_FOR)}
        if self._kept(item, f"{ABSENT} OR #body = :before", throttle_body(before)):
            return True
        here = self._get(item["pk"], item["sk"]) if before == MailThrottle() else None
        if here is None or _read_pace(here) is not None:
            return False
        # It cannot be read, so it is counted anew: it is gone in a day anyway.
        return self._kept(item, "#body = :before", here.get("body", ""))

    def _kept(self, item: Item, as_read: str, before: str) -> bool:
        """Write a pace if it stands as it was read, or as it is meant to."""
        values = {":before": before, ":after": item["body"]}
        return self._write("put_item", self._put(item, f"{as_read} OR #body = :after", values)["Put"])

    def suppress(self, mark: SuppressedAddress) -> None:
        """Mark a mailbox as one that gets no more mail, unless it is marked."""
        self._write("put_item", self._put(suppression_item(mark))["Put"])

    def unsuppress(self, mailbox: str) -> bool:
        """Let mail go there again; False when it was not marked."""
        return self._taken_out({"pk": UNREACHED, "sk": mailbox})

    def suppression(self, mailbox: str) -> SuppressedAddress | None:
        """Why a mailbox gets no mail; None when it does."""
        here = self._get(UNREACHED, mailbox)
        return mark_of(here) if here else None

    def suppression_list(self) -> Sequence[SuppressedAddress]:
        """All mailboxes that get no mail, by name."""
        return [mark_of(item) for item in self._query("#pk = :pk", {":pk": UNREACHED}, ConsistentRead=True)]

    # --- the outbox ---------------------------------------------------------------------------

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Items that may be tried at `now` and that nobody has a lease on, the longest waiting first."""
        return self._in_line("owed", f"{instant(now)}~", limit)

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """What was set aside because this version cannot read it."""
        return [item for item in map(outbox_item, self._aside(limit)) if item.unread]

    def reread(self, limit: int = 100) -> int:
        """Put back in line what was set aside and can be read by now; how many those are."""
        again = [item for item in map(outbox_item, self._aside(limit)) if not item.unread]
        return sum(self._lined(item, UNREADABLE, _line_of(item)) for item in again)

    def _aside(self, limit: int) -> list[Item]:
        condition = "#line = :partition"
        return self._query(condition, {":partition": UNREADABLE}, limit, IndexName="due")

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All outbox items of a case, failed ones too, in the order in which they came to be owed."""
        found = self._query("#pk = :pk", {":pk": f"OUT#{case_id}"}, ConsistentRead=True)
        items = [(outbox_item(item), item.get("leased_by")) for item in found]
        return [replace(item, leased=item.leased and self._doubtful.get(item.id) != by) for item, by in items]

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Outbox items that were given up, the first given up first."""
        return self._in_line("failed", "~", limit)

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for oneself for `seconds`; False when it is gone, tried since it was read, or taken.

        The item leaves the line until the lease is over: a deliverer that dies gives it back by waiting.
        """
        #   A: lease until 12:02 ──── dies
        #   B at 12:01: taken ✗            C at 12:03: free again ✓
        #   D read the item before A postponed it: tried since ✗
        #   E: the answer is lost; boto asks again: by E itself ✓
        #   F has no time to carry it out and write down what came of it: left to the sweep
        seconds_for("The outbox", READ_SECONDS)
        there = EXISTS
        alive = "#failed = :no"
        not_tried_since = "#tries = :tries"
        free_or_mine = "(#leased_until <= :now OR #leased_by = :mine)"
        until = instant(now + timedelta(seconds=seconds))
        mine = self._doubtful.pop(item.id, "") or _token()
        place = {
            "leased_until": until,
            "leased_by": mine,
            "turn": f"{max(until, instant(item.next_attempt))}#{item.id}",
        }
        changed = self._changed(
            outbox_key(item.id),
            place,
            f"{there} AND {alive} AND {not_tried_since} AND {free_or_mine}",
            {":no": False, ":tries": item.tries, ":now": instant(now), ":mine": mine},
        )
        try:
            return self._write("update_item", changed)
        except TryLater:
            self._doubtful[item.id] = mine
            self._give_back(item, mine, until)
            raise

    def _give_back(self, item: OutboxItem, mine: str, until: str) -> None:
        """End a lease that may have been taken: else it would look as if somebody had begun and been cut off."""
        free = {"leased_until": "", "leased_by": "", "turn": f"{instant(item.next_attempt)}#{item.id}"}
        this_one = "#leased_by = :mine AND #leased_until = :until"
        back = self._changed(outbox_key(item.id), free, this_one, {":mine": mine, ":until": until})
        with suppress(TryLater, Broken):
            self._write("update_item", back)

    def postpone(self, item: OutboxItem, until: datetime, error: str) -> None:
        """Count a try that did not succeed and free the item.

        Nothing happens when the item is gone, or when a try of the item as it was read is counted already.
        """
        self._write("update_item", self._tried(item, until, error, dead_lettered=False))

    def reschedule(self, item: OutboxItem, turn: datetime) -> None:
        """Give an item another place in the line; no try is counted, and `not_before` stays as it is.

        Nothing happens when it is gone, was tried since it was read, was given up or is in somebody's hands.
        """
        guard = "#failed = :no AND #tries = :tries AND #leased_until = :nobody"
        values = {":no": False, ":tries": item.tries, ":nobody": ""}
        place = {"turn": f"{instant(turn)}#{item.id}"}
        self._write("update_item", self._changed(outbox_key(item.id), place, guard, values))

    def finish(self, item: OutboxItem) -> None:
        """Take a completed item that leaves no event out of the outbox; it may be gone already."""
        with translated(SERVICE):
            self._client.delete_item(TableName=self.table, Key=wire(outbox_key(item.id)))

    # --- parts of a transaction ---------------------------------------------------------------

    def _appended(self, step: Step, before: int) -> list[dict[str, Any]]:
        """The events after version `before`, what is owed because of them, and where an issue is found."""
        case = step.case
        events = [
            {"pk": f"REQ#{case.id}", "sk": f"EVENT#{number:06}", "body": json_of(event_to_plain(event))}
            for number, event in enumerate(step.events, before + 1)
        ]
        owed = [outbox_entry(case, number, intent) for number, intent in enumerate(step.intents, 1)]
        issues = [
            {"pk": f"MANTIS#{event.number}", "sk": "ISSUE", "case_id": case.id}
            for event in step.events
            if isinstance(event, Filed)
        ]
        return [self._put(item) for item in (*events, *owed)] + [self._put(item, "") for item in issues]

    def _counted(self, case: Case, moved: Mapping[str, int]) -> list[dict[str, Any]]:
        """The move in the ledger, when there is one."""
        amounts = {column: amount for column, amount in moved.items() if amount}
        return [self._added(case.id, amounts)] if amounts else []

    def _added(self, case_id: str, amounts: Mapping[str, int]) -> dict[str, Any]:
        shard = crc32(case_id.encode()) % LEDGER_SHARDS
        expression = "ADD " + ", ".join(f"#{column} :{column}" for column in amounts)
        return {
            "Update": {
                "TableName": self.table,
                "Key": wire({"pk": "LEDGER", "sk": f"SHARD#{shard}"}),
                "UpdateExpression": expression,
                "ExpressionAttributeNames": names(expression),
                "ExpressionAttributeValues": wire({f":{column}": amount for column, amount in amounts.items()}),
            }
        }

    def _tried(self, item: OutboxItem, until: datetime, error: str, *, dead_lettered: bool) -> dict[str, Any]:
        """One more try of an item that stands as it was read, to be tried again `until`, or given up."""
        counted = {"tries": item.tries + 1, "last_error": error[:LONGEST_ERROR]}
        place = waiting(item.id, until, dead_lettered=dead_lettered)
        there = f"{EXISTS} AND #tries = :read"
        return self._changed(outbox_key(item.id), {**counted, **place}, there, {":read": item.tries})

    def _put(
        self, item: Mapping[str, Any], guard: str = ABSENT, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Write a whole item if `guard` holds for the one that is there; "" writes in any case."""
        whole = wire({**item, "format": FORMAT})
        if not guard:
            return {"Put": {"TableName": self.table, "Item": whole}}
        guarded = self._guarded({}, guard, values)
        del guarded["Key"]
        return {"Put": {**guarded, "Item": whole}}

    def _changed(
        self, key: Mapping[str, Any], change: Mapping[str, Any], guard: str, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Set some attributes of an item if `guard` holds."""
        expression = "SET " + ", ".join(f"#{name} = :new_{name}" for name in change)
        return {
            **self._guarded(key, guard, {**values, **{f":new_{name}": value for name, value in change.items()}}),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names(expression + guard),
        }

    def _guarded(self, key: Mapping[str, Any], guard: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "Key": wire(key),
            "ConditionExpression": guard,
            "ExpressionAttributeNames": names(guard),
            **({"ExpressionAttributeValues": wire(values)} if values else {}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    # --- calls --------------------------------------------------------------------------------

    def _transact(self, writes: list[dict[str, Any]]) -> dict[int, Item]:
        """Write all or nothing. Returns the positions whose guards did not hold, with the items found there.

        DynamoDB refuses a transaction while another one is at one of its items, be it only a shard of the
        ledger; the guards stand, so it may be tried again as it is. Raises Stale when that goes on for seconds.
        """
        mine = _token()
        for pause in CONFLICT_PAUSES:
            try:
                return self._transact_once(writes, mine)
            except Stale:
                self.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that they do not meet again
        return self._transact_once(writes, mine)

    def _transact_once(self, writes: list[dict[str, Any]], token: str) -> dict[int, Item]:
        """Raises Stale when another transaction is at the same items in this moment."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        with translated(SERVICE):
            try:
                self._client.transact_write_items(TransactItems=writes, ClientRequestToken=token)  # type: ignore[arg-type]  # built by the functions above
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
                return _guards_that_broke(reasons, error)
        return {}

    def _taken_out(self, key: Mapping[str, Any]) -> bool:
        """Delete an item; False when there is none. A transaction: no guard would know its own deletion again."""
        return not self._transact([{"Delete": self._guarded(key, EXISTS)}])

    def _write(self, operation: str, write: Mapping[str, Any]) -> bool:
        """One guarded write of one item; False when its guard does not hold or a transaction is at the item."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        with translated(SERVICE):
            try:
                getattr(self._client, operation)(**write)
            except ClientError as error:
                if code_of(error) in ("ConditionalCheckFailedException", "TransactionConflictException"):
                    return False
                raise
        return True

    def _get(self, pk: str, sk: str) -> Item | None:
        with translated(SERVICE):
            found = self._client.get_item(TableName=self.table, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return plain(found["Item"]) if "Item" in found else None

    def _query(self, condition: str, values: Mapping[str, Any], limit: int = 0, **more: Any) -> list[Item]:
        """All items of a key condition, or the first `limit`, page by page."""
        found: list[Item] = []
        asked = {
            "TableName": self.table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names(condition),
            "ExpressionAttributeValues": wire(values),
            **more,
        }
        while True:
            if limit:
                asked["Limit"] = limit - len(found)
            with translated(SERVICE):
                page = self._client.query(**asked)
            found += [plain(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page or (limit and len(found) >= limit):
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _merged(self, partitions: Iterable[str], condition: str, bound: str, limit: int, **more: Any) -> list[Item]:
        """The first `limit` items of each partition of an index; the caller puts them in one order."""
        return [
            item
            for partition in partitions
            for item in self._query(condition, {":partition": partition, ":bound": bound}, limit, **more)
        ]

    def _in_line(self, line: str, bound: str, limit: int) -> list[OutboxItem]:
        """The first `limit` that can be read; the others are set aside, so that they hold up nothing."""
        while True:
            found = [outbox_item(item) for item in self._first_in_line(line, bound, limit)]
            unread = [item for item in found if item.unread]
            moved = sum(self._lined(item, _line_of(item, line), UNREADABLE) for item in unread)
            if not moved:
                return [item for item in found if not item.unread]

    def _lined(self, item: OutboxItem, before: str, after: str) -> bool:
        """Move an item from one line of the index `due` to another; all else of it stays as it is."""
        guard = "#line = :before"
        return self._write(
            "update_item", self._changed(outbox_key(item.id), {"line": after}, guard, {":before": before})
        )

    def _first_in_line(self, line: str, bound: str, limit: int) -> list[Item]:
        found = self._merged(
            [f"{line}#{shard}" for shard in range(OUTBOX_SHARDS)],
            "#line = :partition AND #turn <= :bound",
            bound,
            limit,
            IndexName="due",
        )
        return sorted(found, key=lambda item: str(item["turn"]))[:limit]

    def _ledger(self) -> Counter[str]:
        stand: Counter[str] = Counter()
        for shard in self._query("#pk = :pk", {":pk": "LEDGER"}, ConsistentRead=True):
            counters = (one for one in shard.items() if one[0] != "format" and isinstance(one[1], int))
            stand.update(dict(counters))
        return stand


def _token() -> str:
    """Names one call, so that a second attempt of it knows what the first one did."""
    return secrets.token_hex(16)


def _read_pace(item: Item) -> MailThrottle | None:
    """None when it cannot be read."""
    try:
        return throttle_of(item["body"])
    except MISREAD:
        return None


def _line_of(item: OutboxItem, line: str = "") -> str:
    """The partition of the index `due` in which an item belongs."""
    return str(
        waiting(item.id, item.next_attempt, dead_lettered=(line == "failed") if line else item.dead_lettered)["line"]
    )


def _guards_that_broke(reasons: Sequence[Mapping[str, Any]], error: Exception) -> dict[int, Item]:
    """What a cancelled transaction means: guards that did not hold, else a conflict, else the table's own trouble."""
    broke = {
        position: plain(reason.get("Item", {}))
        for position, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    codes = {str(reason.get("Code")) for reason in reasons} - {"None"}
    if broke:
        return broke
    if "TransactionConflict" in codes:
        raise Stale("Somebody else is changing the same request. Read it again.") from error
    if codes & BUSY_REASONS:
        raise TryLater("The table is busy. Try again in a moment.") from error
    raise Broken(f"The table refused a write ({', '.join(sorted(codes))}): {error}") from error
