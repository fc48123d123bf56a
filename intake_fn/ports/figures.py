"""The figures of the reports: entries of cases by day, and the daily rows that are their sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from intake_fn.core.case import Case
from intake_fn.core.figures import Entry, Figure
from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Where requests count: their entries, each with the request's id, and the cursor that continues ("" for none)."""

    entries: Sequence[tuple[str, Entry]]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A day whose row is not the sum of its entries: by counter, what the row holds and what the entries add up to."""

    day: date
    counters: Mapping[str, tuple[int, int]]


class Figures(Protocol):
    """What is counted. The entries of a step are stored in its transaction (CaseStore), and the rows move with them.

    Days are those of the zone of the reports. All methods raise TryLater.
    """

    def daily(self, first: date, last: date) -> Mapping[date, Mapping[str, int]]:
        """The rows of the days from `first` to `last`, both included; a day on which nothing happened has none."""
        ...

    def entries(
        self, figures: Collection[Figure], first: date, last: date, limit: int = 0, cursor: str = ""
    ) -> EntryPage:
        """The entries of some figures on the days from `first` to `last`, by day; all of them for no limit.

        Raises Refused for a damaged cursor.
        """
        ...

    def uncounted(self) -> int:
        """How many requests have never been counted: they came in before there were figures, or in another zone."""
        ...

    def to_recount(self) -> Sequence[str]:
        """The ids of cases whose last steps could not be counted beside what was stored of them."""
        ...

    def recount(self, case: Case, days: Collection[date] = (), *, fix: bool = True) -> Sequence[date]:
        """Compare the entries of a case, on its days and on `days`, with its log; the days on which they differ.

        With `fix` they and the rows are brought to what the log says. Raises Stale when others change them meanwhile.
        """
        ...

    def recounted(self, case_id: str) -> None:
        """Take a case off the list of those that are `to_recount`."""
        ...

    def unbalanced(self, day: date, *, fix: bool = True) -> Unbalanced | None:
        """How the row of a day differs from the sum of its entries; None where it does not.

        With `fix`, it does not afterwards. Raises Stale when others change them meanwhile.
        """
        ...
