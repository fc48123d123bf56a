"""The Counters: the ledger, open cases by level, limits, and tokens that work once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.aws import translated
from intake_fn.adapters.dynamodb.ledger import OPEN_AT, balance, levels_in
from intake_fn.adapters.dynamodb.table import SERVICE, Table, new_token
from intake_fn.adapters.dynamodb.values import epoch, plain, wire
from intake_fn.adapters.dynamodb.writes import ABSENT, put
from intake_fn.core.vocabulary import Filing
from intake_fn.ports import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


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
        """One more of `key`; how many there are by now. Forgotten some time after `until`."""
        with translated(SERVICE):
            answer = self.table.client.update_item(
                TableName=self.table.name,
                Key=wire({"pk": f"COUNT#{key}", "sk": "COUNT"}),
                UpdateExpression="ADD #times :one SET #expires = :until",
                ExpressionAttributeNames={"#times": "times", "#expires": "expires"},
                ExpressionAttributeValues=wire({":one": 1, ":until": epoch(until)}),
                ReturnValues="UPDATED_NEW",
            )
        return int(plain(answer["Attributes"])["times"])

    def counted(self, key: str) -> int:
        """How many of `key` there are by now."""
        stored = self.table.get(f"COUNT#{key}", "COUNT")
        times = stored.get("times") if stored else 0
        return times if isinstance(times, int) else 0

    def use_once(self, token: str, until: datetime) -> bool:
        """Mark a single-use token as used; False when it was used before. Forgotten some time after `until`."""
        mine = new_token()
        used = {"pk": f"ONCE#{token}", "sk": "ONCE", "expires": epoch(until), "used_by": mine}
        return self.table.write(put(used, f"{ABSENT} OR #used_by = :mine", {":mine": mine}))
