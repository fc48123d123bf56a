"""Counters: the ledger, the open cases of each level, limits, and tokens that work once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Ledger:
    """received = filed + queued + failed + quarantined + rejected, always (R1)."""

    received: int
    filed: int
    queued: int
    failed: int
    quarantined: int = 0
    rejected: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every request that came in is accounted for."""
        return self.difference == 0

    @property
    def difference(self) -> int:
        """How many requests are not accounted for; negative where some are counted twice."""
        return self.received - self.filed - self.queued - self.failed - self.quarantined - self.rejected


@dataclass(frozen=True, slots=True)
class Came:
    """How often something has come by now; `again` says that this one had come before, and was not counted anew."""

    times: int
    again: bool


class Counters(Protocol):
    """Everything that is counted. Raises TryLater."""

    def counts(self) -> Mapping[int, int]:
        """How many open cases each level holds."""
        ...

    def ledger(self) -> Ledger:
        """The balance of everything that was ever received."""
        ...

    def totals(self) -> tuple[Ledger, Mapping[int, int]]:
        """Both, as of one moment: one read."""
        ...

    def count(self, key: str, until: datetime) -> int:
        """Count one more of `key`; the number by now. It is forgotten some time after `until`."""
        ...

    def count_once(self, key: str, name: str, most: int, until: datetime) -> Came:
        """Count a name under `key`, once; the number by now. From `most` on no names are kept, and each call counts."""
        ...

    def count_part(self, key: str, part: str, most: int, until: datetime) -> tuple[int, int]:
        """Count one more of a part of `key`, such as an hour of a day, and of the whole; both numbers by now.

        What comes when the part has `most` counts in the part alone.
        """
        ...

    def counted(self, key: str, part: str = "") -> int:
        """How many of `key` there are by now, or of a part of it."""
        ...

    def use_once(self, token: str, until: datetime) -> bool:
        """Mark a single-use token as used; False when it was used before (sign-in links)."""
        ...
