"""The ledger: counters in eight shards, moved in the transaction of each step, so that two requests seldom meet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

from intake_fn.adapters.dynamodb.writes import Write, add

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.core.case import Case
    from intake_fn.core.case_row import CaseRow

LEDGER = "LEDGER"
SHARDS = 8
OPEN_AT = "open_"
"""What the counter of a level's open cases begins with."""


def tally(case: Case | CaseRow) -> Counter[str]:
    """How the ledger counts a case as it stands."""
    counters = Counter({"received": 1, str(case.filing): 1})
    if case.status.is_open:
        counters[f"{OPEN_AT}{case.level}"] = 1
    return counters


def moves(case_id: str, moved: Mapping[str, int]) -> list[Write]:
    """The move in the ledger, when there is one."""
    amounts = {counter: amount for counter, amount in moved.items() if amount}
    return [add(shard_of(case_id), amounts)] if amounts else []


def shard_of(case_id: str) -> dict[str, str]:
    """The key of the counters that a case is counted in."""
    return {"pk": LEDGER, "sk": f"SHARD#{crc32(case_id.encode()) % SHARDS}"}


def levels_in(counters: Mapping[str, int]) -> set[int]:
    """Every level that ever held an open case, be it in the process or gone from it."""
    names = (name.removeprefix(OPEN_AT) for name in counters if name.startswith(OPEN_AT))
    return {int(number) for number in names if number.isdecimal()}


def balance(table: Table) -> Counter[str]:
    """All counters; each shard is moved and read as a whole."""
    counters: Counter[str] = Counter()
    for shard in table.query("#pk = :pk", {":pk": LEDGER}, ConsistentRead=True):
        counters.update({name: count for name, count in shard.items() if name != "format" and isinstance(count, int)})
    return counters
