"""What a report is over: days, weeks or months, from a day to a day, as the address says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import request

from intake_fn.core.errors import Refused
from intake_fn.core.figures import day_of
from intake_fn.core.figures.periods import Period, Unit, month_of, periods
from intake_fn.core.figures.tables import Counts
from intake_fn.web.access import config

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS, WEEKS, MONTHS = 14, 12, 12
"""Periods of a report for which nobody chose days."""

LONGEST = timedelta(days=3 * 366)
LONGEST_BY_DAY = timedelta(days=92)
BEFORE = timedelta(days=31)
"""Days before the first one that are read, too: the ages of the backlog are told apart up to 30 days."""


@dataclass(frozen=True)
class Choice:
    """The chosen unit and days; `today` is by the zone of the reports."""

    unit: Unit
    first: date
    last: date
    today: date

    @property
    def arguments(self) -> Mapping[str, str]:
        """The period as query parameters."""
        return {"by": self.unit.value, "first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def periods(self) -> list[Period]:
        """The whole weeks or months."""
        return [*periods(self.unit, self.first, self.last)]

    def other(self, unit: Unit) -> Mapping[str, str]:
        """The usual days of a unit, as parts of an address."""
        return Choice(unit, usual(unit, self.today), self.today, self.today).arguments


def today() -> date:
    """The present day in the zone of the reports."""
    return day_of(config().desk().clock(), config().process.reports_zone)


def chosen() -> Choice:
    """What the address says; the last weeks where it says nothing. Raises Refused for no days at all."""
    now = today()
    unit = Unit(request.args["by"]) if request.args.get("by") in {*Unit} else Unit.WEEK
    last = date_in("last", now)
    first = date_in("first", usual(unit, last))
    if first > last:
        raise Refused("The first day is after the last one. Choose a first day that is not after the last one.")
    if last - first > LONGEST:
        raise Refused("A report covers three years at most. Choose days that are less far apart.")
    if unit is Unit.DAY and last - first > LONGEST_BY_DAY:
        raise Refused("A report by day covers three months at most. Choose weeks, or days that are less far apart.")
    return Choice(unit, first, last, now)


def date_in(name: str, missing: date) -> date:
    """A day of the address. Raises Refused for one that no calendar has, or that nobody lives to see."""
    text = request.args.get(name, "")
    if not text:
        return missing
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"There is no day {text[:20]!r}. Write it as 2026-11-27.") from None
    if not 2000 <= day.year <= 2199:  # noqa: PLR2004 - the years of this system
        raise Refused("Reports begin with the year 2000 and end with 2199. Choose another day.")
    return day


def counts(choice: Choice) -> Counts:
    """What the tables are made from: one query of the daily rows, and the counters of the open requests."""
    desk = config().desk()
    whole = choice.periods
    until = max(choice.today, whole[-1].last)
    daily = desk.figures.daily(whole[0].first - BEFORE, until)
    return Counts(daily, whole, choice.today, sum(desk.counters.counts().values()))


def usual(unit: Unit, last: date) -> date:
    """The first day of a report for which nobody chose one."""
    if unit is Unit.MONTH:
        return months_before(last, MONTHS - 1)
    return last - (timedelta(days=DAYS - 1) if unit is Unit.DAY else timedelta(weeks=WEEKS - 1))


def months_before(day: date, number: int) -> date:
    """The first day of the month that is so many months before that of a day."""
    for _ in range(number):
        day = month_of(day).first - timedelta(days=1)
    return month_of(day).first
