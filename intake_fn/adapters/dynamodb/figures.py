"""The Figures: daily rows, entries by day, and what brings them to what the logs say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.figure_items import (
    CHANGES,
    SHARDS,
    FigureItems,
    body_of,
    entries_in,
    sums_of,
)
from intake_fn.adapters.dynamodb.figure_records import KINDS, bounds, kinds_of, partition, recorded_in
from intake_fn.adapters.dynamodb.ledger import balance, moves
from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import instant
from intake_fn.adapters.dynamodb.writes import ABSENT, put
from intake_fn.core.errors import Refused, Stale
from intake_fn.core.figures import Entry, Figure, counters
from intake_fn.core.figures.records import RECORDED
from intake_fn.ports import EntryPage, Unbalanced

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from intake_fn.adapters.dynamodb.values import Item
    from intake_fn.core.case import Case

PLACE = re.compile(r"(?:(?:ANSWERS|CAME|MAILED):)?\d{4}-\d\d-\d\d[T#][!-~]{1,80}")
CHUNK = 200
"""Items of entries that are read at once while a page is filled."""

ATTEMPTS = 5


@dataclass
class DynamoFigures:
    """The Figures port, by the days of one zone."""

    table: Table
    zone: str = field(default="UTC", kw_only=True)

    @property
    def _items(self) -> FigureItems:
        return FigureItems(self.zone)

    # --- reading --------------------------------------------------------------------------------

    def daily(self, first: date, last: date) -> Mapping[date, Mapping[str, int]]:
        """The rows of some days, each the sum of its shards: one query, a page for each megabyte."""
        within = {":pk": f"FIGURES#{self._items.name}", ":first": f"{first}#", ":last": f"{last}#~"}
        days: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for row in self.table.query("#pk = :pk AND #sk BETWEEN :first AND :last", within):
            days[date.fromisoformat(str(row["sk"]).partition("#")[0])].update(sums_of(row))
        return days

    def entries(
        self, figures: Collection[Figure], first: date, last: date, limit: int = 0, cursor: str = ""
    ) -> EntryPage:
        """The entries of some figures, by day. Raises Refused for a damaged cursor."""
        if cursor and not PLACE.fullmatch(cursor):
            raise Refused("This page of the list does not exist. Start again at its first page.")
        found: list[tuple[str, Entry]] = []
        for place, about, stored in self._counted(figures, first, last, cursor):
            found += [(about, entry) for entry in stored if entry.figure in figures]
            if limit and len(found) >= limit:
                return EntryPage(found, place)
        return EntryPage(found)

    def _counted(
        self, figures: Collection[Figure], first: date, last: date, after: str
    ) -> Iterator[tuple[str, str, Sequence[Entry]]]:
        """What may hold entries of some figures, behind a place: its place, what it is about, and its entries.

        First what the logs tell, then each kind of records.
        """
        reached, _, sort = after.partition(":") if after.startswith(tuple(KINDS)) else ("", "", "")
        if not reached and {*figures} - RECORDED:
            for item in self._stored(first, last, after):
                yield (str(item["sk"]), *entries_in(item))
        for kind in [kind for kind in kinds_of(figures) if kind >= reached]:
            for item in self._records(kind, first, last, sort if kind == reached else ""):
                if one := recorded_in(item, self.zone):
                    yield f"{kind}:{item['sk']}", one.about, [one.entry]

    def _records(self, kind: str, first: date, last: date, after: str = "") -> Iterator[Item]:
        """The records of some days, by their instant, behind a place."""
        begins, ends = bounds(first, last, self.zone)
        month, until = begins.date().replace(day=1), instant(ends)
        bound = max(instant(begins), f"{after}!" if after else "")
        while month <= ends.date():
            yield from self._chunks(partition(kind, month), bound, until)
            month = (month + timedelta(days=31)).replace(day=1)

    def _stored(self, first: date, last: date, after: str) -> Iterator[Item]:
        """The items of entries of some days, in their order, behind a place."""
        month = max(first, date.fromisoformat(after.partition("#")[0]) if after else first).replace(day=1)
        while month <= last:
            bound = max(f"{first}#", f"{after}!" if after else "")
            yield from self._chunks(self._items.month(month), bound, f"{last}#~")
            month = (month + timedelta(days=31)).replace(day=1)

    def _chunks(self, partition: str, bound: str, until: str) -> Iterator[Item]:
        """The items of a partition from one sort key to another, some at a time."""
        while True:
            within = {":pk": partition, ":first": bound, ":last": until}
            items = self.table.query("#pk = :pk AND #sk BETWEEN :first AND :last", within, CHUNK)
            yield from items
            if len(items) < CHUNK:
                return
            bound = f"{items[-1]['sk']}!"

    def uncounted(self) -> int:
        """How many requests have never been counted here, by the ledger."""
        ledger = balance(self.table)
        return max(0, ledger["received"] - ledger[self._items.ledger_counter])

    def to_recount(self) -> Sequence[str]:
        """The ids of cases whose last steps could not be counted."""
        return [str(item["sk"]) for item in self.table.query("#pk = :pk", {":pk": self._items.again_key("")["pk"]})]

    def recounted(self, case_id: str) -> None:
        """Take a case off that list."""
        self.table.delete(self._items.again_key(case_id))

    # --- recounting -----------------------------------------------------------------------------

    def recount(self, case: Case, days: Collection[date] = (), *, fix: bool = True) -> Sequence[date]:
        """The days on which the entries of a case are not as its log says; with `fix`, they are afterwards.

        Raises Stale when somebody else changes them in the same moment.
        """
        wanted = self._items.by_day(case)
        return [day for day in sorted({*wanted, *days}) if self._differs(case.id, day, wanted.get(day, ()), fix=fix)]

    def _differs(self, case_id: str, day: date, wanted: tuple[Entry, ...], *, fix: bool) -> bool:
        stored = self.table.get(**self._items.key(day, case_id)) or {}
        body = str(stored.get("body", ""))
        if body == body_of(wanted):
            return False
        if fix:
            _, old = entries_in(stored)
            received = self._items.received({day: old}, {day: wanted})
            writes = [*self._items.moved(case_id, day, body, old, wanted)]
            if self.table.transact([*writes, *moves(case_id, {self._items.ledger_counter: received})]):
                raise Stale(f"The figures of {case_id} are being changed. Count again.")
        return True

    def unbalanced(self, day: date, *, fix: bool = True) -> Unbalanced | None:
        """How the row of a day differs from the sum of its entries. Raises Stale when they change all the time."""
        wrong: dict[str, tuple[int, int]] = {}
        for shard in range(SHARDS):
            for name, (held, sum_) in self._shard_differs(day, shard, fix=fix).items():
                before = wrong.get(name, (0, 0))
                wrong[name] = (before[0] + held, before[1] + sum_)
        return Unbalanced(day, wrong) if wrong else None

    def _shard_differs(self, day: date, shard: int, *, fix: bool) -> dict[str, tuple[int, int]]:
        """A row is read before and after its entries: what did not change meanwhile is compared."""
        key = self._items.shard_key(day, shard)
        for _ in range(ATTEMPTS):
            row = self.table.get(**key) or {}
            sums = self._sum(day, key)
            held = sums_of(row)
            differ = {name: (held[name], sums[name]) for name in {*held, *sums} if held[name] != sums[name]}
            if not differ:
                return {}
            if (self.table.get(**key) or {}).get(CHANGES) != row.get(CHANGES):
                continue
            if not fix:
                return differ
            version = {":seen": row[CHANGES]} if CHANGES in row else None
            guard = "#changes = :seen" if version else f"{ABSENT} OR attribute_not_exists(#changes)"
            sound = put({**key, **sums, CHANGES: int(row.get(CHANGES, 0)) + 1}, guard, version)
            if not self.table.transact([sound]):
                return differ
        raise Stale(f"The figures of {day} are changing too fast. Count again in a moment.")

    def _sum(self, day: date, key: Item) -> Counter[str]:
        """What the entries of a day in one shard add up to."""
        within = {":pk": self._items.month(day), ":day": f"{day}#"}
        items = self.table.query("#pk = :pk AND begins_with(#sk, :day)", within, ConsistentRead=True)
        found = (entries_in(item) for item in items)
        of_logs = (entry for case_id, entries in found if self._items.row_key(day, case_id) == key for entry in entries)
        records = (recorded_in(item, self.zone) for kind in KINDS for item in self._records(kind, day, day))
        return counters([*of_logs, *(one.entry for one in records if one and self._items.row_key(day, one.id) == key)])
