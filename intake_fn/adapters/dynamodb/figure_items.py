"""The figures as items: the entries of a case on a day, and the row of the day. Pure.

A step writes the entries of each day on which they change, guarded by what stood there, and moves the row of the day by
the difference, all in its own transaction: whatever is cut off or tried twice, a row is the sum of its entries. Which
layout and zone the figures are of stands in the keys: with another one they begin anew, beside the former ones.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zlib import crc32

from intake_fn.adapters.dynamodb.values import Item, json_of
from intake_fn.adapters.dynamodb.writes import ABSENT, Write, add, delete, put
from intake_fn.core.figures import LAYOUT, Entry, Figure, counters, entries, entries_of_plain, plain_of
from intake_fn.core.stored import MISREAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from intake_fn.core.case import Case

SHARDS = 4
"""Rows of a day: enough that two requests seldom meet, and few enough that a year is read at once."""

MOST_DAYS = 20
"""Days that one step may change; more of them are counted by the next recount."""

CHANGES = "changes"
"""The counter of a row that moves with each change of it: the row's version."""

UNREADABLE = "unreadable"

ByDay = dict[date, tuple[Entry, ...]]


@dataclass(frozen=True)
class FigureItems:
    """The figures of one zone: their keys, and the writes of a step."""

    zone: str

    @property
    def name(self) -> str:
        """Names layout and zone."""
        return f"{LAYOUT}#{self.zone}"

    @property
    def ledger_counter(self) -> str:
        """The ledger's counter of the requests that are counted here."""
        return f"counted_{self.name}"

    # --- keys -----------------------------------------------------------------------------------

    def row_key(self, day: date, case_id: str) -> Item:
        """Where the row of a day stands, in the shard of a case."""
        return self.shard_key(day, crc32(case_id.encode()) % SHARDS)

    def shard_key(self, day: date, shard: int) -> Item:
        """The key of a shard, by its number."""
        return {"pk": f"FIGURES#{self.name}", "sk": f"{day}#{shard}"}

    def month(self, day: date) -> str:
        """The partition of the entries of a month."""
        return f"COUNTED#{self.name}#{day:%Y-%m}"

    def key(self, day: date, case_id: str) -> Item:
        """Where the entries of a case on a day stand."""
        return {"pk": self.month(day), "sk": f"{day}#{case_id}"}

    def again_key(self, case_id: str) -> Item:
        """Where it stands that a case is to be recounted."""
        return {"pk": f"RECOUNT#{self.name}", "sk": case_id}

    # --- entries --------------------------------------------------------------------------------

    def by_day(self, case: Case | None) -> ByDay:
        """The entries of a case by day; none of a case that is not there yet."""
        days: defaultdict[date, list[Entry]] = defaultdict(list)
        for entry in entries(case, self.zone) if case else ():
            days[entry.day].append(entry)
        return {day: tuple(each) for day, each in days.items()}

    # --- writes ---------------------------------------------------------------------------------

    def writes(self, case_id: str, before: ByDay, after: ByDay) -> list[Write] | None:
        """What a step writes of the figures, from the entries before and after it; None for too much at once."""
        changed = sorted(day for day in {*before, *after} if before.get(day) != after.get(day))
        if len(changed) > MOST_DAYS:
            return None
        pairs = ((day, before.get(day, ()), after.get(day, ())) for day in changed)
        return [write for day, old, new in pairs for write in self.moved(case_id, day, body_of(old), old, new)]

    def moved(
        self, case_id: str, day: date, stored: str, old: Sequence[Entry], new: Sequence[Entry]
    ) -> Iterator[Write]:
        """Put the entries of a day in the place of what is `stored` ("" for none), and move the row with them."""
        guard, values = ("#body = :body", {":body": stored}) if stored else (ABSENT, None)
        key = self.key(day, case_id)
        yield put({**key, "body": body_of(new)}, guard, values) if new else delete(key, guard, values)
        amounts = difference(old, new)
        if amounts:
            yield add(self.row_key(day, case_id), {**amounts, CHANGES: 1})

    def received(self, before: ByDay, after: ByDay) -> int:
        """How many more requests are counted: 1 for one that was not before."""
        return _received(after) - _received(before)


def _received(days: ByDay) -> int:
    return sum(entry.figure is Figure.RECEIVED for each in days.values() for entry in each)


def difference(old: Iterable[Entry], new: Iterable[Entry]) -> dict[str, int]:
    """The changes of the counters of a row."""
    moved = counters(new)
    moved.subtract(counters(old))
    return {name: amount for name, amount in moved.items() if amount}


def body_of(day: Sequence[Entry]) -> str:
    """The entries of a day as they are stored; "" for none."""
    return json_of({"entries": plain_of(day)}) if day else ""


def entries_in(item: Mapping[str, object]) -> tuple[str, tuple[Entry, ...]]:
    """The request and its entries that an item holds; no entries where this version cannot read them."""
    day, _, case_id = str(item.get("sk", "")).partition("#")
    try:
        plain = json.loads(str(item.get("body", "")))["entries"]
        return case_id, entries_of_plain(plain, date.fromisoformat(day))
    except MISREAD:
        return case_id, ()


def sums_of(row: Mapping[str, object]) -> Counter[str]:
    """The counters of a row, without its version."""
    known = {name: count for name, count in row.items() if isinstance(count, int) and name not in (CHANGES, "format")}
    return Counter({name: count for name, count in known.items() if count})
