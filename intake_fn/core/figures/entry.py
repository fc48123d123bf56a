"""An entry: a case counts for a figure on a day. And what it adds to the row of that day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core.lazy_dataclass import dataclass

LAYOUT = 2
"""The version of what is counted and how. With another one, all logs are counted anew, beside the former figures."""


class Figure(StrEnum):
    """What is counted."""

    RECEIVED = "received"
    FILING = "filing"
    """How far the request has come on its way into Mantis, as it stands; on the day on which it was received."""
    QUARANTINED = "quarantined"
    RELEASED = "released"
    REJECTED = "rejected"
    JUDGED = "judged"
    """A judge's verdict decided; on the day of the verdict."""
    LEFT = "left"
    """A judge left the request to people, with or without a proposal."""
    DECIDED = "decided"
    """A person decided, for the first time."""
    OVERRIDDEN = "overridden"
    """A verdict that decided stands no more: by people it is something else. On the day of the verdict."""
    CLAUSE = "clause"
    """A clause decides the request as a bug or a change; on the day of the decision that stands."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    DUPLICATE = "duplicate"
    """Marked as a duplicate, and not unmarked since."""
    OPENED = "opened"
    """The request came into the backlog."""
    CLEARED = "cleared"
    """The request left the backlog."""
    ANSWERED = "answered"
    """The first answer of a person to the requester."""
    AT_LEVEL = "at-level"
    """A stay at a level ended."""
    DUE_KEPT = "due-kept"
    DUE_MISSED = "due-missed"
    APPEALED = "appealed"
    """The requester does not agree with what was decided."""
    APPEAL_DECIDED = "appeal-decided"
    """Somebody else has decided anew."""
    WITHDRAWN = "withdrawn"
    """The requester has withdrawn it."""
    CLAUSE_ANSWERED = "clause-answered"
    """Somebody said that a clause answers them, and sent nothing; as far as is known, it did."""
    CLAUSE_TAKEN_BACK = "clause-taken-back"
    """Somebody said so and came again; on the day on which they said so."""
    MAILED = "mailed"
    """A mail was handed to the mail service."""
    MAIL_FAILED = "mail-failed"
    MAIL_CAME = "mail-came"
    """A mail came in; by its end as it stands, on the day on which it was received."""
    NOT_SENT = "not-sent"
    DIGEST = "digest"
    REPLIED = "replied"
    DEAD_LETTER = "dead-letter"


SECONDS = "seconds"
WITHIN = "within"
"""The names of what an entry with a time adds: its seconds, and the step of `STEPS` within which it is."""

MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS = (
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    16 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    5 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
)
"""Times, in seconds, that are told apart: rows of days can be summed, and a median of their sum is known to a step."""

BEYOND = "beyond"
"""Longer than the last step."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A case counts for a figure on a day. `number` is that of the event, from 1: with the figure it names the entry.

    It is 0 for what no event tells (core/figures/records.py).

    `by` are its names in each breakdown, such as ("module", "billing"). `seconds` is the time that it took, None for
    what has none.
    """

    figure: Figure
    day: date
    number: int
    by: tuple[tuple[str, str], ...] = ()
    seconds: int | None = None


def day_of(instant: datetime, zone: str) -> date:
    """The day of an instant on the calendar of a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def step_of(seconds: int) -> str:
    """The step within which a time is."""
    return next((str(step) for step in STEPS if seconds <= step), BEYOND)


def counters(entries: Iterable[Entry]) -> Counter[str]:
    """What entries add to the row of their day: `figure`, `figure|breakdown|name`, `figure|seconds`."""
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry.figure] += 1
        for breakdown, name in entry.by:
            sums[f"{entry.figure}|{breakdown}|{name}"] += 1
        if entry.seconds is not None:
            sums[f"{entry.figure}|{SECONDS}"] += entry.seconds
            sums[f"{entry.figure}|{WITHIN}|{step_of(entry.seconds)}"] += 1
    return sums


def plain_of(entries: Iterable[Entry]) -> list[Any]:
    """Entries of one day as JSON holds them: figure, number of the event, breakdowns, seconds."""
    return [[entry.figure.value, entry.number, dict(entry.by), entry.seconds] for entry in entries]


def entries_of_plain(plain: Sequence[Any], day: date) -> tuple[Entry, ...]:
    """What `plain_of` wrote. Raises ValueError or TypeError for what is something else."""
    return tuple(
        Entry(Figure(figure), day, int(number), tuple((str(name), str(of)) for name, of in by.items()), seconds)
        for figure, number, by, seconds in plain
    )
