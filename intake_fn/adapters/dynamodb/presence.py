"""The Presence: one short-lived item for each person who has the page of a request open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import epoch
from intake_fn.adapters.dynamodb.writes import put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intake_fn.adapters.dynamodb.table import Table


@dataclass
class DynamoPresence:
    """The Presence port. `expires` is the table's time to live: DynamoDB deletes the item some time after it."""

    table: Table

    def look(self, case_id: str, person: str, now: datetime, until: datetime) -> Sequence[str]:
        """Note that a person looks at a request until an instant; the others who do now, by the order of their ids."""
        place = f"LOOKING#{case_id}"
        self.table.write(put({"pk": place, "sk": person, "expires": epoch(until)}))
        items = self.table.query("#pk = :pk", {":pk": place})
        return [
            str(item["sk"])
            for item in items
            if item["sk"] != person and isinstance(item["expires"], int) and item["expires"] > epoch(now)
        ]
