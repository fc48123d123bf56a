"""The index `due`: what is to be looked at, by when, in four shards of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.values import Item

SHARDS = 4
"""Every delivery moves an item about in the index; one partition takes 1,000 writes a second."""

DUE, DEAD_LETTERED, ALERTS = "owed", "failed", "clock"
"""What the partitions of the index begin with."""


def partition_of(line: str, case_id: str) -> str:
    """The partition in which something of a case stands."""
    return f"{line}#{crc32(case_id.encode()) % SHARDS}"


def first_due(table: Table, line: str, bound: str, limit: int) -> list[Item]:
    """The first `limit` of a line, in their order."""
    items = table.merged(
        [f"{line}#{shard}" for shard in range(SHARDS)],
        "#line = :partition AND #turn <= :bound",
        bound,
        limit,
        IndexName="due",
    )
    return sorted(items, key=lambda item: str(item["turn"]))[:limit]
