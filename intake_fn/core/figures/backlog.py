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

AGES: Mapping[str, tuple[int, int]] = {
    "0-2": (0, 2),
    "3-7": (3, 7),
    "8-30": (8, 30),
    "31": (31, 10**6),
}
"""Ages in whole days since the request was received, by name: from and to, both included."""


def backlog(daily: Daily, end: date, open_now: int) -> Mapping[str, int]:
    """The open requests at the end of a day by age.

    `daily` holds all days from 30 days before that one to the present, and `open_now` is how many are open now. What is
    older than 30 days is the rest: the days on which it was received need not be read.
    """
    later: Counter[str] = Counter()
    until: Counter[date] = Counter()
    for day, row in daily.items():
        for figure, sign in ((Figure.OPENED, 1), (Figure.CLEARED, -1)):
            if day > end:
                later["open"] += sign * row.get(figure.value, 0)
                continue
            prefix = f"{figure}|{FROM}|"
            for name, count in row.items():
                if name.startswith(prefix):
                    until[date.fromisoformat(name.removeprefix(prefix))] += sign * count
    total = open_now - later["open"]
    by_age = {
        name: sum(count for day, count in until.items() if first <= (end - day).days <= last)
        for name, (first, last) in AGES.items()
    }
    younger = sum(count for name, count in by_age.items() if name != "31")
    return {**by_age, "31": total - younger}


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
