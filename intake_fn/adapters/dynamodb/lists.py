"""Pages of cases, read from the indexes `queue` and `handler`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from intake_fn.adapters.dynamodb.states import STATE, id_of, readable_row, row_of
from intake_fn.adapters.dynamodb.table import NoIndex
from intake_fn.adapters.dynamodb.values import cursor_of, instant, place_of
from intake_fn.core.case_row import Page
from intake_fn.core.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.values import Item
    from intake_fn.core.case_row import CaseRow

log = structlog.get_logger()


def page_of_queues(table: Table, queues: Iterable[str], limit: int, cursor: str) -> Page:
    """The cases of some partitions of the index `queue`. Raises Refused for a damaged cursor."""
    bound = place_of(cursor) if cursor else "~"
    condition = "#queue = :partition AND #place < :bound"
    states = table.merged(queues, condition, bound, limit + 1, IndexName="queue", ScanIndexForward=False)
    return page_of(states, limit)


def page_of_handler(table: Table, handler: str, queues: Sequence[str], limit: int, cursor: str) -> Page:
    """The cases of a handler in some queues; all of them are read for each page, for a person has few open cases.

    Until the index `handler` is there and filled, they are looked for among all cases of the queues.
    """
    bound = place_of(cursor) if cursor else "~"
    condition = "#handler = :handler AND #queue = :queue"
    try:
        states = [
            state
            for queue in queues
            for state in table.query(condition, {":handler": handler, ":queue": queue}, IndexName="handler")
        ]
    except NoIndex as error:
        log.warning("index_missing", error=str(error))
        in_queues = table.merged(queues, "#queue = :partition AND #place < :bound", bound, 0, IndexName="queue")
        states = [state for state in in_queues if state.get("handler") == handler]
    return page_of((state for state in states if str(state["place"]) < bound), limit)


def latest_changed(table: Table, since: datetime, limit: int) -> list[CaseRow]:
    """The states that were written since then, the latest first; none until the index `changed` is there and filled."""
    within = {":state": STATE, ":since": instant(since)}
    condition = "#sk = :state AND #changed_at > :since"
    try:
        states = table.query(condition, within, limit, IndexName="changed", ScanIndexForward=False)
    except NoIndex as error:
        log.warning("index_missing", error=str(error))
        return []
    return [row for state in states if (row := readable_row(state))]


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
