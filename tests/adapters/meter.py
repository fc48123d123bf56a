"""Counts what our calls cost on DynamoDB, in capacity units; and a million requests that are not there.

The local AWS reports no consumed capacity, so it is reckoned by DynamoDB's rules from the items themselves:

- an item is as large as its names and values in UTF-8;
- a read takes a unit for each 4 KB that it returns, all items of a query together; half a unit where it need not be
  consistent, and never less than that for one page;
- a write takes a unit for each KB of the larger of the item before and after; twice that in a transaction;
- each index that holds the item takes a write as well, two where the item moves in it, none where what it holds of
  the item stays; in a transaction no more, for the indexes follow once it is committed.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from intake_fn.adapters.dynamodb.due_index import SHARDS
from intake_fn.adapters.dynamodb.values import instant
from intake_fn.adapters.provision.dynamodb import INDEXES, KEYS, KEYS_ONLY

READ_BYTES = 4096
WRITE_BYTES = 1024

Wire = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB has it on the wire: {"S": text}, {"N": digits} or {"BOOL": flag} by name."""


def size(item: Wire) -> int:
    """Bytes of an item."""
    return sum(len(name.encode()) + _bytes_of(*next(iter(value.items()))) for name, value in item.items())


def _bytes_of(kind: str, value: Any) -> int:
    if kind == "N":
        return math.ceil(len(value.strip("-")) / 2) + 1
    return 1 if kind == "BOOL" else len(value.encode())


def units_to_read(items: Sequence[Wire], *, consistent: bool) -> float:
    """Capacity units of one page."""
    pages = max(1, math.ceil(sum(map(size, items)) / READ_BYTES))
    return pages if consistent else pages / 2


def units_to_write(before: Wire | None, after: Wire | None, times: int = 1) -> int:
    """Capacity units of one item, its indexes included; `times` is 2 in a transaction."""
    return times * _table_units(before, after) + sum(_index_units(index, before, after) for index in INDEXES)


def _table_units(before: Wire | None, after: Wire | None) -> int:
    return max(1, math.ceil(max(size(before or {}), size(after or {})) / WRITE_BYTES))


def _index_units(index: str, before: Wire | None, after: Wire | None) -> int:
    """A put where the item comes in or what the index holds of it changes, a delete where it goes, both for a move."""
    keys = INDEXES[index]
    there, here = (_held(index, image) for image in (before, after))
    if there == here:
        return 0
    if there and here and all(there[key] == here[key] for key in keys):
        return _table_units(there, here)
    return sum(_table_units(image, None) for image in (there, here) if image)


def _held(index: str, item: Wire | None) -> Wire | None:
    """What an index holds of an item: None of one that lacks a key."""
    if not item or not set(INDEXES[index]) <= item.keys():
        return None
    held = {*KEYS, *INDEXES[index]} if index in KEYS_ONLY else item.keys()
    return {name: value for name, value in item.items() if name in held}


@dataclass
class Bill:
    """What was asked of the table: calls by operation, and capacity units."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    written: int = 0

    @property
    def figures(self) -> tuple[int, float, int]:
        """Calls, units read and units written."""
        return self.calls.total(), self.read, self.written


@dataclass(frozen=True)
class Turns(Sequence[str]):
    """The places of a shard's cases in the line of the clock: sorted, and worked out when they are asked for."""

    shard: int
    number: int
    first: datetime

    def __len__(self) -> int:
        """How many cases there are."""
        return self.number

    def __getitem__(self, place: Any) -> Any:
        """The turn of a case: one each second, from the first on."""
        if not 0 <= place < self.number:
            raise IndexError(place)
        return f"{instant(self.first + timedelta(seconds=place))}#HD-OTHER-{self.shard}-{place:07}"


@dataclass
class OtherRequests:
    """Open requests that nobody has to do anything about before `first`: as many as one likes, and none is stored.

    They stand in the index `due` in the lines of the clock. A query of that index gets those that meet its condition
    beside what the local AWS has: DynamoDB, too, goes to the place in the index and reads on from there.
    """

    number: int
    first: datetime
    template: Wire

    def meeting(self, asked: Mapping[str, Any]) -> list[Wire]:
        """Items of these requests that a query of an index returns, up to its limit."""
        if asked["IndexName"] != "due":
            return []
        values = asked["ExpressionAttributeValues"]
        line, _, shard = str(values[":partition"]["S"]).partition("#")
        if line != "clock":
            return []
        turns = Turns(int(shard), self.number // SHARDS, self.first)
        met = min(bisect_right(turns, values[":bound"]["S"]), asked.get("Limit", len(turns)))
        return [{**self.template, "turn": {"S": turns[place]}} for place in range(met)]


class Metered:
    """A DynamoDB client that keeps a bill. `others` are further requests in its index."""

    def __init__(self, client: Any, bill: Bill, others: OtherRequests | None = None) -> None:
        self.client = client
        self.bill = bill
        self.others = others

    def __getattr__(self, operation: str) -> Any:
        """What costs something goes past the bill, and what would read the whole table is not there."""
        assert operation not in ("scan", "execute_statement", "get_paginator"), "this reads whatever exists (R28)"
        call = getattr(self.client, operation)
        if operation in ("put_item", "update_item", "delete_item"):
            return partial(self._write, operation, call)
        return call

    def get_item(self, **asked: Any) -> Any:
        """One item."""
        answer = self.client.get_item(**asked)
        found = [answer["Item"]] if "Item" in answer else []
        self._read("get_item", found, consistent=asked.get("ConsistentRead", False))
        return answer

    def query(self, **asked: Any) -> Any:
        """One page, with those of the other requests that belong to it."""
        answer = self.client.query(**asked)
        if self.others and "IndexName" in asked:
            others = self.others.meeting(asked)
            merged = sorted([*answer["Items"], *others], key=lambda item: str(item["turn"]["S"])) if others else None
            answer["Items"] = merged[: asked.get("Limit")] if merged else answer["Items"]
        self._read("query", answer["Items"], consistent=asked.get("ConsistentRead", False))
        return answer

    def transact_write_items(self, **asked: Any) -> Any:
        """All or nothing; each item costs twice, its indexes do not."""
        writes = [next(iter(write.values())) for write in asked["TransactItems"]]
        return self._changed("transact_write_items", writes, 2, lambda: self.client.transact_write_items(**asked))

    def batch_get_item(self, **asked: Any) -> Any:
        """Some items; each is a read of its own."""
        answer = self.client.batch_get_item(**asked)
        self.bill.calls["batch_get_item"] += 1
        for table, about in asked["RequestItems"].items():
            found, consistent = answer["Responses"].get(table, []), about.get("ConsistentRead", False)
            missing = len(about["Keys"]) - len(found)
            read = [*([item] for item in found), *[[]] * missing]
            self.bill.read += sum(units_to_read(items, consistent=consistent) for items in read)
        return answer

    def batch_write_item(self, **asked: Any) -> Any:
        """Some puts; each is a write of its own."""
        writes = [
            {"TableName": table, "Item": request["PutRequest"]["Item"]}
            for table, requests in asked["RequestItems"].items()
            for request in requests
        ]
        return self._changed("batch_write_item", writes, 1, lambda: self.client.batch_write_item(**asked))

    def _write(self, operation: str, call: Callable[..., Any], **asked: Any) -> Any:
        return self._changed(operation, [asked], 1, lambda: call(**asked))

    def _changed(self, operation: str, writes: list[Any], times: int, call: Callable[[], Any]) -> Any:
        """What a refused write costs is not counted beyond the call."""
        before = [self._image(write) for write in writes]
        self.bill.calls[operation] += 1
        answer = call()
        after = [self._image(write) for write in writes]
        self.bill.written += sum(units_to_write(*images, times) for images in zip(before, after, strict=True))
        return answer

    def _image(self, write: Mapping[str, Any]) -> Wire | None:
        """The item that a write is about, as it stands; looking costs nothing here."""
        key = write.get("Key") or {name: write["Item"][name] for name in KEYS}
        found: Wire | None = self.client.get_item(TableName=write["TableName"], Key=key, ConsistentRead=True).get(
            "Item"
        )
        return found

    def _read(self, operation: str, items: Sequence[Wire], *, consistent: bool) -> None:
        self.bill.calls[operation] += 1
        self.bill.read += units_to_read(items, consistent=consistent)
