"""Pages of cases, read from the index `queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.states import id_of, row_of
from intake_fn.adapters.dynamodb.values import cursor_of, place_of
from intake_fn.core.case_row import Page
from intake_fn.core.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.values import Item


def page_of_queues(table: Table, queues: Iterable[str], limit: int, cursor: str) -> Page:
    """The cases of some partitions of the index `queue`. Raises Refused for a damaged cursor."""
    bound = place_of(cursor) if cursor else "~"
    condition = "#queue = :partition AND #place < :bound"
    states = table.merged(queues, condition, bound, limit + 1, IndexName="queue", ScanIndexForward=False)
    return page_of(states, limit)


def page_of(states: Iterable[Item], limit: int) -> Page:
    """The first `limit` of some states, urgent ones first, then the latest; and the cursor that continues them."""
    latest = sorted(states, key=lambda item: str(item["place"]), reverse=True)
    rows, unread = [], []
    for item in latest[:limit]:
        try:
            rows.append(row_of(item))
        except Unreadable:
            unread.append(id_of(item))
    return Page(rows, cursor_of(latest[limit - 1]["place"]) if len(latest) > limit else "", unread)
