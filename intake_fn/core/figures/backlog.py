"""Open requests by age at the end of a day: how many, and which.

The rows tell what came into the backlog and left it, each by the day on which the request was received. What is open
now is known; so what was open on an earlier day is that, without what has come since and with what has left since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.periods import Daily
from intake_fn.core.figures.progress import FROM
from intake_fn.core.lazy_dataclass import dataclass

AGES: Mapping[str, tuple[int, int]] = {
    "0-2": (0, 2),
    "3-7": (3, 7),
    "8-30": (8, 30),
    "31": (31, 10**6),
}
"""Ages in whole days since the request was received, by name: from and to, both included."""

YOUNG = 30
"""Days up to which ages are told apart. What is that young came into the backlog, and left it, within them."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What came into the backlog and left it: of each day, its balance by the day on which requests were received."""

    moved: Mapping[date, Mapping[date, int]]
    net: Mapping[date, int]
    """The balance of each day, whatever was received when."""
    open_now: int

    @classmethod
    def of(cls, daily: Daily, open_now: int) -> Backlog:
        """The backlog from the rows of some days and the number of requests open now."""
        moved = {day: _moved(row) for day, row in daily.items()}
        return cls(moved, {day: _net(row) for day, row in daily.items()}, open_now)

    def at(self, end: date) -> Mapping[str, int]:
        """The open requests at the end of a day by age.

        The rows have to hold all days from 30 days before that one to the present. What is older than 30 days is the
        rest: the days on which it was received need not be read.
        """
        total = self.open_now - sum(net for day, net in self.net.items() if day > end)
        open_of: Counter[date] = Counter()
        for day, moved in self.moved.items():
            if 0 <= (end - day).days <= YOUNG:
                open_of.update(moved)
        younger = {
            name: sum(count for day, count in open_of.items() if first <= (end - day).days <= last)
            for name, (first, last) in AGES.items()
            if last <= YOUNG
        }
        return {**younger, "31": total - sum(younger.values())}


SIGNS = ((Figure.OPENED, 1), (Figure.CLEARED, -1))


def _net(row: Mapping[str, int]) -> int:
    return sum(sign * row.get(figure.value, 0) for figure, sign in SIGNS)


def _moved(row: Mapping[str, int]) -> Mapping[date, int]:
    moved: Counter[date] = Counter()
    for figure, sign in SIGNS:
        prefix = f"{figure}|{FROM}|"
        for name, count in row.items():
            if name.startswith(prefix):
                moved[date.fromisoformat(name.removeprefix(prefix))] += sign * count
    return moved


def open_at(end: date, open_now: Mapping[str, date], since: Iterable[tuple[str, Entry]]) -> Mapping[str, date]:
    """The requests that were open at the end of a day, each with the day on which it was received.

    `open_now` are those that are open now; `since` are the entries of the flow of the backlog after that day.
    """
    received = dict(open_now)
    balance = Counter(dict.fromkeys(open_now, 1))
    for case_id, entry in since:
        if entry.figure in (Figure.OPENED, Figure.CLEARED) and entry.day > end:
            received.setdefault(case_id, date.fromisoformat(dict(entry.by)[FROM]))
            balance[case_id] -= 1 if entry.figure is Figure.OPENED else -1
    return {case_id: received[case_id] for case_id, count in balance.items() if count > 0}
