"""The Meetings: the invitation of the Board that was mailed last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.board_items import BOARD
from intake_fn.adapters.dynamodb.values import json_of
from intake_fn.adapters.dynamodb.writes import ABSENT, put
from intake_fn.core.changes.invitations import Invitation
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.stored import MISREAD

if TYPE_CHECKING:
    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.values import Item

KEY = {"pk": BOARD, "sk": "INVITATION"}


@dataclass
class DynamoMeetings:
    """The Meetings port."""

    table: Table

    def invitation(self) -> Invitation | None:
        """The invitation that was kept last; None while there is none, and for one that cannot be read."""
        item = self.table.get(**KEY)
        return _invitation(item) if item else None

    def save_invitation(self, before: Invitation | None, after: Invitation) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        item = {**KEY, "body": _body(after)}
        stored = self.table.get(**KEY)
        if before is None and (stored is None or _invitation(stored) is not None):
            return self.table.write(put(item, ABSENT))
        body = str(stored["body"]) if stored and before is None else _body(before) if before else ""
        return self.table.write(put(item, "#body = :body", {":body": body}))


def _body(invitation: Invitation) -> str:
    return json_of(to_plain(invitation))


def _invitation(item: Item) -> Invitation | None:
    try:
        return from_plain(Invitation, json.loads(str(item["body"])))
    except MISREAD:  # the members are invited anew: their calendars show a second entry, and nobody misses the meeting
        return None
