"""The Outbox: due items, leases on them, and what becomes of a try."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.adapters.aws import READ_SECONDS, translated
from intake_fn.adapters.deadline import seconds_for
from intake_fn.adapters.dynamodb.due_index import DEAD_LETTERED, DUE, first_due
from intake_fn.adapters.dynamodb.figure_records import mail_item, moved_row
from intake_fn.adapters.dynamodb.outbox_items import UNREADABLE, line_of, outbox_item, outbox_key, tried
from intake_fn.adapters.dynamodb.table import SERVICE, Table, new_token
from intake_fn.adapters.dynamodb.values import Item, instant, wire
from intake_fn.adapters.dynamodb.writes import EXISTS, delete, put, update
from intake_fn.core.errors import Broken, Stale, TryLater
from intake_fn.core.figures.records import of_mail
from intake_fn.core.vocabulary import Postponed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intake_fn.core.figures.records import SentMail
    from intake_fn.ports import OutboxItem


MOST_LEASED = 100
"""Leased items that stand before the others in the index `due`: as many as deliver at once (`lambda_concurrency`)."""


@dataclass
class DynamoOutbox:
    """The Outbox port."""

    table: Table
    zone: str = field(default="UTC", kw_only=True)
    """The zone whose days the figures count by."""
    _doubtful: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """The tokens of our leases without an answer, by outbox item: nobody has begun under them."""

    # --- lists --------------------------------------------------------------------------------

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Items that may be tried at `now` and that nobody has a lease on, the longest waiting first."""
        return self._readable(DUE, f"{instant(now)}~", limit, instant(now))

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Dead-lettered items, the first one first."""
        return self._readable(DEAD_LETTERED, "~", limit)

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All outbox items of a case, dead-lettered ones too, in the order in which they were written."""
        stored = self.table.query("#pk = :pk", {":pk": f"OUT#{case_id}"}, ConsistentRead=True)
        items = [(outbox_item(item), item.get("leased_by")) for item in stored]
        return [replace(item, leased=item.leased and self._doubtful.get(item.id) != by) for item, by in items]

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """What was set aside because this version cannot read it."""
        return [item for item in map(outbox_item, self._set_aside(limit)) if item.unread]

    def reread(self, limit: int = 100) -> int:
        """Have what was set aside and can be read by now stand where it belongs; how many those are."""
        read = [item for item in map(outbox_item, self._set_aside(limit)) if not item.unread]
        return sum(self._moved(item, UNREADABLE, line_of(item.id, dead_lettered=item.dead_lettered)) for item in read)

    def _readable(self, line: str, bound: str, limit: int, free_at: str = "~") -> list[OutboxItem]:
        """The first `limit` that can be read and are free; the others are set aside, so that they hold up nothing."""
        while True:
            first = self._whole(first_due(self.table, line, bound, limit + MOST_LEASED))
            items = [outbox_item(item) for item in first if str(item.get("leased_until", "")) <= free_at][:limit]
            unread = [item for item in items if item.unread]
            moved = (
                self._moved(item, line_of(item.id, dead_lettered=line == DEAD_LETTERED), UNREADABLE) for item in unread
            )
            if not sum(moved):
                return [item for item in items if not item.unread]

    def _set_aside(self, limit: int) -> list[Item]:
        return self._whole(self.table.query("#line = :partition", {":partition": UNREADABLE}, limit, IndexName="due"))

    def _whole(self, listed: Sequence[Item]) -> list[Item]:
        """What the index `due` lists by its keys alone, read where it stands, in the order of the index.

        An index follows its table: what has left the outbox since, or its place in the index, is left out. For a
        moment an item may be listed at two places.
        """
        stored = {(item["pk"], item["sk"]): item for item in self.table.get_all(_keys_of(listed))}
        found = [(stored.get((one["pk"], one["sk"])), (one["line"], one["turn"])) for one in listed]
        return [item for item, place in found if item and place == (item.get("line"), item.get("turn"))]

    def _moved(self, item: OutboxItem, before: str, after: str) -> bool:
        """Move an item from one line of the index `due` to another; all else of it stays as it is."""
        return self.table.write(update(outbox_key(item.id), {"line": after}, "#line = :before", {":before": before}))

    # --- leases -------------------------------------------------------------------------------

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for oneself for `seconds`; False when it is gone, tried since it was read, or taken.

        The item is not due until the lease is over: a deliverer that dies gives it back by waiting. It keeps its place
        in the index `due` meanwhile: to move it there and back would cost as much again.
        """
        #   A: lease until 12:02 ──── dies
        #   B at 12:01: taken ✗            C at 12:03: free again ✓
        #   D read the item before A postponed it: tried since ✗
        #   E: the answer is lost; boto asks again: by E itself ✓
        #   F has no time to carry it out and write down what came of it: left to the sweep
        seconds_for("The outbox", READ_SECONDS)
        exists = EXISTS
        alive = "#failed = :no"
        not_tried_since = "#tries = :tries"
        free_or_mine = "(#leased_until <= :now OR #leased_by = :mine)"
        until = instant(now + timedelta(seconds=seconds))
        mine = self._doubtful.pop(item.id, "") or new_token()
        lease = {"leased_until": until, "leased_by": mine}
        guard = f"{exists} AND {alive} AND {not_tried_since} AND {free_or_mine}"
        values = {":no": False, ":tries": item.tries, ":now": instant(now), ":mine": mine}
        try:
            return self.table.write(update(outbox_key(item.id), lease, guard, values))
        except TryLater:
            self._doubtful[item.id] = mine
            self._give_back(item, mine, until)
            raise

    def _give_back(self, item: OutboxItem, mine: str, until: str) -> None:
        """End a lease that may have been taken: else it would look as if somebody had begun and been cut off."""
        free = {"leased_until": "", "leased_by": ""}
        this_lease = "#leased_by = :mine AND #leased_until = :until"
        with suppress(TryLater, Broken):
            self.table.write(update(outbox_key(item.id), free, this_lease, {":mine": mine, ":until": until}))

    # --- what becomes of a try ----------------------------------------------------------------

    def postpone(self, item: OutboxItem, until: datetime, error: str, reason: Postponed = Postponed.FAILED) -> None:
        """Count a try that did not succeed and free the item.

        Nothing happens when the item is gone, or when a try of the item as it was read is counted already.
        """
        self.table.write(tried(item, until, error, reason, dead_lettered=False))

    def reschedule(self, item: OutboxItem, due: datetime) -> None:
        """Have an item be due at another time; no try is counted, and `not_before` stays as it is.

        Nothing happens when it is gone, was tried since it was read, is dead-lettered or leased.
        """
        guard = "#failed = :no AND #tries = :tries AND #leased_until = :nobody"
        values = {":no": False, ":tries": item.tries, ":nobody": ""}
        self.table.write(update(outbox_key(item.id), {"turn": f"{instant(due)}#{item.id}"}, guard, values))

    def finish(self, item: OutboxItem) -> None:
        """Take a completed item that leaves no event out of the outbox; it may be gone already."""
        with translated(SERVICE):
            self.table.client.delete_item(TableName=self.table.name, Key=wire(outbox_key(item.id)))

    def finish_mailed(self, item: OutboxItem, mail: SentMail) -> None:
        """Take out an item whose mail was sent: with it that is recorded, and the row of its day moves.

        The mail is out, so nothing may fail because of a figure: where the row is too busy, the mail is not counted.
        """
        gone = delete(outbox_key(item.id), "")
        counted = moved_row(self.zone, mail.item, (), [of_mail(mail, self.zone)])
        try:
            self.table.transact([gone, put(mail_item(mail)), *counted])
        except Stale:
            log.warning("mail_not_counted", item=item.id)
            self.finish(item)


def _keys_of(items: Sequence[Item]) -> list[Item]:
    """The keys of items, each once."""
    return [{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys((item["pk"], item["sk"]) for item in items)]
