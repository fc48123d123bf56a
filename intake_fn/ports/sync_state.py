"""How far the sync with the tracker has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SyncCursor:
    """How far the sync with the tracker has come (desk/sync.py). Rows are numbers with the instant of their change.

    `until` is the end of the lease, and its name: a sync that lost its lease does not keep its cursor.
    """

    until: datetime
    since: datetime | None = None
    """Rows changed from here on are still to be looked at; None at the very beginning."""
    listed: datetime | None = None
    """When everything was listed last."""
    once: Mapping[int, datetime] = field(default_factory=dict)
    twice: Mapping[int, datetime] = field(default_factory=dict)
    unread: tuple[int, ...] = ()
    """Issues that the known ones (desk/issue_index.py) still lack as they stand."""
    started: datetime | None = None
    """From when on issues that people create are taken in; None before the first sync."""
    untaken: tuple[int, ...] = ()
    """Issues that could not be taken in yet."""
    missing: str = ""
    """From which portion of the open requests on it is still to be looked whose issues are missing."""


class SyncState(Protocol):
    """The cursor of the sync, under a lease. Raises TryLater."""

    def take_sync(self, now: datetime, until: datetime) -> SyncCursor | None:
        """The sync's cursor, for oneself alone until `until`; None while somebody else has it."""
        ...

    def keep_sync(self, cursor: SyncCursor) -> bool:
        """Keep a cursor, which stays taken until its `until`; False when somebody else took it since."""
        ...
