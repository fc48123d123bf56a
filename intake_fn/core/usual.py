"""How long requests usually are at a level, from our own figures: said where no response time is agreed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from intake_fn.core.case import Case
from intake_fn.core.figures.entry import BEYOND, STEPS, WITHIN, Figure
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Status
from intake_fn.texts import message, say

DAYS = 30
"""Days whose figures count."""

ENOUGH = 20
"""Stays at a level from which on something is said: of fewer, one more would change it."""

HOUR, DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Usual:
    """Half of so many stays at a level took at most `within`, without waits for the requester."""

    stays: int
    within: timedelta


def usual(rows: Iterable[Mapping[str, int]], level: int) -> Usual | None:
    """What is usual at a level, by the daily rows of the figures.

    None for too few stays, and where half of them took longer than the longest time that is told apart.
    """
    prefix, counts = f"{Figure.AT_LEVEL}|{WITHIN}-{level}|", Counter[str]()
    for row in rows:
        counts.update({name.removeprefix(prefix): count for name, count in row.items() if name.startswith(prefix)})
    stays = counts.total()
    if stays < ENOUGH:
        return None
    reached = 0
    for step in (*map(str, STEPS), BEYOND):
        reached += counts[step]
        if 2 * reached >= stays:
            return None if step == BEYOND else Usual(stays, timedelta(seconds=int(step)))
    return None


def is_asked_for(case: Case, process: Process) -> bool:
    """Whether nothing else says by when: it is open at a level without a response time for its priority."""
    agreed = process.level(case.level).response.get(case.priority) is not None
    return case.status is Status.OPEN and not case.stage.is_on_its_way and not agreed


def in_words(found: Usual) -> str:
    """What is usual, as a sentence that promises nothing."""
    seconds = int(found.within.total_seconds())
    unit, length = ("days", DAY) if seconds >= 2 * DAY else ("hours", HOUR) if seconds >= HOUR else ("minutes", 60)
    time = message(f"usual.{unit}", count=seconds // length)
    return say("usual.half", stays=found.stays, time=say(time.key, time.values))
