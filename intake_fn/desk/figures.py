"""The figures of the reports against the logs: what differs, and how it is put right.

Steps count themselves in their own transactions (adapters/dynamodb/figure_items.py). Here is what they leave over:
requests of before there were figures, of another zone or layout, and those whose step could not be counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Stale, TryLater, Unreadable
from intake_fn.core.figures import Figure, counters, day_of
from intake_fn.core.figures.records import RECORDED
from intake_fn.core.steps import refuse_unread
from intake_fn.desk.case_lists import readable, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.figures import Entry
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.desk import Desk
    from intake_fn.ports import Unbalanced

ATTEMPTS = 5
PAGE = 100
"""Records of mails that are read at once."""
ENTRIES = 1000
"""Entries of requests that are read at once."""
BEGINNING = date(2000, 1, 1)
"""No figure is older."""


@dataclass
class Recounted:
    """What differed: by request, the days on which its entries did; and the days whose rows were no sum of them."""

    requests: int = 0
    entries: dict[str, list[date]] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    """The ids of incoming mails that counted otherwise than their records say."""
    rows: list[Unbalanced] = field(default_factory=list)
    days: int = 0

    @property
    def differences(self) -> int:
        """How many entries of a request on a day, mails, and counters of rows, differed."""
        of_rows = sum(len(row.counters) for row in self.rows)
        return sum(map(len, self.entries.values())) + len(self.mails) + of_rows


Left = Callable[["Iterable[CaseRow]"], "Iterable[CaseRow]"]
"""Of all requests those that are to be counted; it hears how far that is (commands/progress.py)."""


def recompute(desk: Desk, *, fix: bool, left: Left = iter) -> Recounted:
    """Count every request anew from its log, and every row from its entries and records. Raises TryLater.

    It reads all logs, one at a time, and is no part of a page or a sweep. It holds on which days each request counts.
    """
    found = Recounted()
    last = day_of(desk.clock(), desk.process.reports_zone) + timedelta(days=1)
    received = (day_of(row.received_at, desk.process.reports_zone) for row in rows(desk.cases, open_only=False))
    first = min((min(received, default=last), *desk.figures.daily(BEGINNING, last)))
    stored: defaultdict[str, set[date]] = defaultdict(set)
    for case_id, entry in _entries(desk, {*Figure} - RECORDED, first, last):
        stored[case_id].add(entry.day)
    for case in readable(desk.cases, left(rows(desk.cases, open_only=False))):
        found.requests += 1
        if days := recount(desk, case, stored.pop(case.id, ()), fix=fix):
            found.entries[case.id] = days
    if fix:
        for case_id in desk.figures.to_recount():
            desk.figures.recounted(case_id)
    for record in _mails(desk):
        first = min(first, day_of(record.received_at, desk.process.reports_zone))
        if desk.inbound.count_mail(record, fix=fix):
            found.mails.append(record.id)
    found.days = (last - first).days + 1
    for day in _doubtful(desk, first, last):
        unbalanced = desk.figures.unbalanced(day, fix=fix)
        found.rows += [unbalanced] if unbalanced else []
    return found


def _entries(desk: Desk, figures: Collection[Figure], first: date, last: date) -> Iterator[tuple[str, Entry]]:
    """The entries of some figures, by day, a page at a time."""
    cursor = ""
    while True:
        page = desk.figures.entries(figures, first, last, limit=ENTRIES, cursor=cursor)
        yield from page.entries
        cursor = page.cursor
        if not cursor:
            return


def _mails(desk: Desk) -> Iterator[MailRecord]:
    """The records of all mails that came in, the latest first."""
    cursor = ""
    while True:
        page = desk.inbound.mails(limit=PAGE, cursor=cursor)
        yield from page.records
        cursor = page.cursor
        if not cursor:
            return


def _doubtful(desk: Desk, first: date, last: date) -> list[date]:
    """The days whose rows do not seem to be the sums of their entries: each is looked at anew, by itself."""
    sums: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for _, entry in _entries(desk, [*Figure], first, last):
        sums[entry.day].update(counters([entry]))
    rows = desk.figures.daily(first, last)
    return [day for day in sorted({*sums, *rows}) if sums[day] != Counter(rows.get(day, {}))]


def recount(desk: Desk, case: Case, days: Iterable[date] = (), *, fix: bool = True) -> list[date]:
    """The days on which the entries of a case differ from its log; again after a change. Raises Stale, Unreadable."""
    for _ in range(ATTEMPTS):
        try:
            differ = list(desk.figures.recount(case, {*days}, fix=fix))
        except Stale:
            differ = []
        else:
            if not differ or desk.cases.row(case.id).version == case.version:
                return differ
        case = desk.cases.load(case.id)
        refuse_unread(case)
    raise Stale(f"{case.id} is changing too fast to be counted. Try again in a moment.")


def count(desk: Desk, listed: Iterable[CaseRow]) -> None:
    """Count these requests; one that cannot be read, or is changing too fast, is left out."""
    for case in readable(desk.cases, listed):
        try:
            recount(desk, case)
        except (Stale, Unreadable) as error:
            log.warning("case_left_uncounted", case=case.id, error=str(error))
        except TryLater:
            raise
        except Exception:  # whatever it is: one poisoned case must not block the others
            log.exception("case_left_uncounted", case=case.id)


def count_again(desk: Desk, case_id: str) -> None:
    """Count a request whose last step could not be counted. Raises Stale, Unreadable."""
    case = desk.cases.load(case_id)
    recount(desk, case)
    desk.figures.recounted(case_id)
