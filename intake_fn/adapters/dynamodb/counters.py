"""The Counters: the ledger, open cases by level, limits, and tokens that work once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.ledger import OPEN_AT, balance, levels_in
from intake_fn.adapters.dynamodb.table import Table, new_token
from intake_fn.adapters.dynamodb.values import Item, epoch
from intake_fn.adapters.dynamodb.writes import ABSENT, Write, count, put
from intake_fn.core.vocabulary import Filing
from intake_fn.ports import Came, Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TIMES = "times"
"""The attribute that counts; a part has its own beside it."""


@dataclass
class DynamoCounters:
    """The Counters port. `levels` are those of the process."""

    table: Table
    levels: Collection[int]

    def counts(self) -> Mapping[int, int]:
        """How many open cases each level holds: every level of the process, and gone ones that hold some."""
        return self.totals()[1]

    def ledger(self) -> Ledger:
        """The balance of everything that was ever received."""
        return self.totals()[0]

    def totals(self) -> tuple[Ledger, Mapping[int, int]]:
        """Both, as of one moment."""
        counters = balance(self.table)
        kinds = (Filing.FILED, Filing.QUEUED, Filing.FAILED, Filing.QUARANTINED, Filing.REJECTED)
        held = {level: counters[f"{OPEN_AT}{level}"] for level in sorted({*self.levels, *levels_in(counters)})}
        return (
            Ledger(counters["received"], *(counters[kind] for kind in kinds)),
            {level: count for level, count in held.items() if count or level in self.levels},
        )

    def count(self, key: str, until: datetime) -> int:
        """Count one more of `key`; the number by now. It is forgotten some time after `until`."""
        _, item = self.table.update(_one_more(key, [TIMES], until))
        return _times(item)

    def count_once(self, key: str, name: str, most: int, until: datetime) -> Came:
        """Count a name under `key`, once: names are attributes of its item, `most` at the most."""
        #   form A ──► counted, with its name ✓      A again ──► its name is there ✗
        #   the answer is lost; boto asks again ──► the name is there, with the token of this call: not again ✓
        #   form B when there are `most` ──► counted without a name
        named, mine = f"of_{name}", new_token()[:8]
        fresh = f"attribute_not_exists(#{named}) AND {_below(TIMES)}"
        done, item = self.table.update(_one_more(key, [TIMES], until, fresh, most, {named: mine}))
        if not done and named not in item:
            return Came(self.count(key, until), again=False)
        return Came(_times(item), again=item[named] != mine)

    def count_part(self, key: str, part: str, most: int, until: datetime) -> tuple[int, int]:
        """Count one more of a part of `key` and of the whole, in one item; of the part alone when it has `most`."""
        done, item = self.table.update(_one_more(key, [part, TIMES], until, _below(part), most))
        if not done:
            _, item = self.table.update(_one_more(key, [part], until))
        return _times(item, part), _times(item)

    def counted(self, key: str, part: str = "") -> int:
        """How many of `key` there are by now, or of a part of it."""
        stored = self.table.get(f"COUNT#{key}", "COUNT")
        return _times(stored, part or TIMES) if stored else 0

    def use_once(self, token: str, until: datetime) -> bool:
        """Mark a single-use token as used; False when it was used before. Forgotten some time after `until`."""
        mine = new_token()
        used = {"pk": f"ONCE#{token}", "sk": "ONCE", "expires": epoch(until), "used_by": mine}
        return self.table.write(put(used, f"{ABSENT} OR #used_by = :mine", {":mine": mine}))


def _below(counter: str) -> str:
    return f"(attribute_not_exists(#{counter}) OR #{counter} < :most)"


def _one_more(
    key: str,
    counters: Collection[str],
    until: datetime,
    guard: str = "",
    most: int = 0,
    kept: Mapping[str, str] | None = None,
) -> Write:
    """Add one to some counters of the item of `key`, which is kept `until`, and keep something with them."""
    change = {"expires": epoch(until), **(kept or {})}
    return count({"pk": f"COUNT#{key}", "sk": "COUNT"}, counters, change, guard, {":most": most} if guard else {})


def _times(item: Item, counter: str = TIMES) -> int:
    times = item.get(counter, 0)
    return times if isinstance(times, int) else 0
