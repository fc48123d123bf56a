"""The Views: named lists of the desk's queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import json_of
from intake_fn.adapters.dynamodb.writes import put
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.queue.views import View, key_of
from intake_fn.core.stored import MISREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.adapters.dynamodb.values import Item

SHARED = "VIEWS#"
"""The partition of the shared views; a person's own stand in one that has their id behind it."""


@dataclass
class DynamoViews:
    """The Views port."""

    table: Table

    def views(self, person: str) -> Sequence[View]:
        """A person's own views, then the shared ones; what this version cannot read is left out."""
        return [
            view
            for partition in (f"{SHARED}{person}", SHARED)
            for item in self.table.query("#pk = :pk", {":pk": partition}, ConsistentRead=True)
            if (view := _view(item))
        ]

    def save_view(self, view: View) -> None:
        """Keep a view in the place of the one of its name."""
        self.table.write(put({**_key(view), "body": json_of(to_plain(view))}, ""))

    def delete_view(self, view: View) -> None:
        """Delete a view."""
        self.table.delete(_key(view))


def _key(view: View) -> Item:
    return {"pk": SHARED if view.shared else f"{SHARED}{view.owner}", "sk": key_of(view)}


def _view(item: Item) -> View | None:
    try:
        return from_plain(View, json.loads(str(item["body"])))
    except MISREAD:
        return None
