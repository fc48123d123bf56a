"""Pages of cases, read from the indexes `queue` and `handler`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intake_fn import log
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

IN_QUEUE = "#queue = :partition AND #place < :bound"

A_READ = 101
"""States of one partition that are read at once, at least, where a list has more than a hundred."""


def page_of_queues(table: Table, queues: Iterable[str], limit: int, cursor: str) -> Page:
    """The cases of some partitions of the index `queue`. Raises Refused for a damaged cursor."""
    return page_of(_first(table, queues, place_of(cursor) if cursor else "~", limit + 1), limit)


def _first(table: Table, queues: Iterable[str], bound: str, limit: int) -> list[Item]:
    """The first `limit` states of some partitions, and some more: each is read no further than it belongs to them."""
    behind = dict.fromkeys(queues, bound)
    size = max(A_READ, -(-limit // max(1, len(behind))))
    states: list[Item] = []
    while behind:
        for queue, place in list(behind.items()):
            read = _read(table, queue, place, min(size, limit))
            states += read
            if len(read) < min(size, limit):
                del behind[queue]
            else:
                behind[queue] = str(read[-1]["place"])
        places = sorted((str(state["place"]) for state in states), reverse=True)
        last = places[limit - 1] if len(places) >= limit else ""
        behind = {queue: place for queue, place in behind.items() if place > last}
        size *= 2
    return states


def _read(table: Table, queue: str, bound: str, limit: int) -> list[Item]:
    within = {":partition": queue, ":bound": bound}
    return table.query(IN_QUEUE, within, limit, IndexName="queue", ScanIndexForward=False)


def portion_of_queues(table: Table, queues: Sequence[str], limit: int, cursor: str) -> Page:
    """The next cases of partitions that are read one after another; one that is gone meanwhile begins anew."""
    queue, _, bound = cursor.partition("|")
    if queue not in queues:
        queue, bound = queues[0], "~"
    states = _read(table, queue, bound, limit)
    page = page_of(states, limit)
    following = queues[queues.index(queue) + 1 :]
    if len(states) == limit:
        return replace(page, cursor=f"{queue}|{states[-1]['place']}")
    return replace(page, cursor=f"{following[0]}|~" if following else "")


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
        in_queues = table.merged(queues, IN_QUEUE, bound, 0, IndexName="queue")
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
