"""The SyncState: the cursor of the sync with Mantis, under a lease."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.table import Table, new_token
from intake_fn.adapters.dynamodb.values import Item, instant, instant_of, json_of
from intake_fn.adapters.dynamodb.writes import ABSENT, update
from intake_fn.core.stored import MISREAD
from intake_fn.ports import SyncCursor

if TYPE_CHECKING:
    from datetime import datetime

KEY = {"pk": "SYNC", "sk": "MANTIS"}

LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends later than this is of a clock that was turned back since."""


@dataclass
class DynamoSyncState:
    """The SyncState port."""

    table: Table

    def take_sync(self, now: datetime, until: datetime) -> SyncCursor | None:
        """The sync's cursor, for oneself alone until `until`; None while somebody else has it."""
        mine = new_token()
        lease = {"leased_until": instant(until), "leased_by": mine}
        free = f"{ABSENT} OR #leased_until <= :now OR #leased_until > :never OR #leased_by = :mine"
        values = {":now": instant(now), ":never": instant(until + LONGEST_LEASE), ":mine": mine}
        if not self.table.write(update(KEY, lease, free, values)):
            return None
        return sync_cursor(self.table.get(**KEY) or {}, until)

    def keep_sync(self, cursor: SyncCursor) -> bool:
        """Keep a cursor, which stays taken until its `until`; False when somebody else took it since."""
        mine = {":mine": instant(cursor.until)}
        return self.table.write(update(KEY, {"body": sync_body(cursor)}, "#leased_until = :mine", mine))


def sync_body(cursor: SyncCursor) -> str:
    """All of a cursor but its lease, as JSON."""
    return json_of(
        {
            "since": instant(cursor.since) if cursor.since else "",
            "listed": instant(cursor.listed) if cursor.listed else "",
            "once": {str(number): instant(at) for number, at in cursor.once.items()},
            "twice": {str(number): instant(at) for number, at in cursor.twice.items()},
            "unread": list(cursor.unread),
            "started": instant(cursor.started) if cursor.started else "",
            "untaken": list(cursor.untaken),
            "missing": cursor.missing,
        }
    )


def sync_cursor(item: Item, until: datetime) -> SyncCursor:
    """The cursor that stands in the table, taken until `until`; one that begins if none stands there yet."""
    try:
        return _cursor(item, until)
    except MISREAD:  # it only says from where to go on: all is listed anew
        return SyncCursor(until)


def _cursor(item: Item, until: datetime) -> SyncCursor:
    body = json.loads(item.get("body", "{}"))
    since, listed, started = (
        instant_of(body[name]) if body.get(name) else None for name in ("since", "listed", "started")
    )
    once, twice = (
        {int(number): instant_of(at) for number, at in body.get(name, {}).items()} for name in ("once", "twice")
    )
    unread, untaken = (tuple(int(number) for number in body.get(name, ())) for name in ("unread", "untaken"))
    return SyncCursor(until, since, listed, once, twice, unread, started, untaken, str(body.get("missing", "")))
