"""Days, weeks and months, and the sums of their daily rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from intake_fn.core.figures.entry import BEYOND, STEPS, WITHIN, Figure
from intake_fn.core.lazy_dataclass import dataclass

Daily = Mapping[date, Mapping[str, int]]
"""The counters of each day (core/figures/entry.py)."""

ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a row of a report is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def sums(self, daily: Daily) -> Sums:
        """The sums of its daily rows."""
        total: Counter[str] = Counter()
        for day, row in daily.items():
            if self.first <= day <= self.last:
                total.update(row)
        return Sums(total)


def week_of(day: date) -> Period:
    """The week of a day, from Monday to Sunday (ISO 8601)."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_of(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY)


UNITS = {Unit.DAY: lambda day: Period(day, day), Unit.WEEK: week_of, Unit.MONTH: month_of}


def periods(unit: Unit, first: date, last: date) -> Iterator[Period]:
    """The whole days, weeks or months in which the days from `first` to `last` lie."""
    period = UNITS[unit](first)
    while period.first <= last:
        yield period
        period = UNITS[unit](period.last + ONE_DAY)


@dataclass(frozen=True)
class Sums:
    """Counters of several days together."""

    counters: Counter[str]

    def of(self, figure: Figure, by: str = "", name: str = "") -> int:
        """How many entries of a figure; those of one name of a breakdown, where it is given."""
        return self.counters[f"{figure}|{by}|{name}" if by else figure.value]

    def names(self, figure: Figure, by: str) -> Mapping[str, int]:
        """The names of a breakdown, with their numbers."""
        prefix = f"{figure}|{by}|"
        return {
            name.removeprefix(prefix): count
            for name, count in self.counters.items()
            if count and name.startswith(prefix)
        }

    def within(self, figure: Figure, share: float, by: str = WITHIN) -> float | None:
        """The seconds within which such a share of the entries were: a step of STEPS, `inf` beyond the last one.

        None where there are no entries. Times are known to their step only, so it is an upper bound.
        """
        counts = self.names(figure, by)
        rest = math.ceil(share * sum(counts.values()))
        if not rest:
            return None
        for step in STEPS:
            rest -= counts.get(str(step), 0)
            if rest <= 0:
                return step
        assert counts[BEYOND]  # noqa: S101 - all others are at a step
        return math.inf
