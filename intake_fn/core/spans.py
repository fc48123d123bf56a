"""Parts of a day, as support.yml writes them: opening hours, and holidays that take a day or a part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from itertools import pairwise

from intake_fn.core.lazy_dataclass import dataclass

HOUR = 60
DAY_MINUTES = 24 * HOUR
"""Minutes."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a day, in minutes after its first midnight; what is beyond `DAY_MINUTES` is of the next date."""

    start: int
    end: int

    @property
    def crosses_midnight(self) -> bool:
        """Whether it ends on the next date."""
        return self.end > DAY_MINUTES

    @property
    def opens(self) -> str:
        """When it begins, as a clock shows it."""
        return shown(self.start % DAY_MINUTES)

    def __str__(self) -> str:
        """The span as support.yml writes it: 09:00-18:00, 22:00-06:00, 00:00-24:00."""
        return f"{self.opens}-{shown(self.end)}"


WHOLE_DAY = Span(0, DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which nobody works, or a part of one."""

    name: str
    part: Span = WHOLE_DAY

    @property
    def is_whole_day(self) -> bool:
        """Whether nobody works at all on that day."""
        return self.part == WHOLE_DAY

    def __str__(self) -> str:
        """The name; of a part of a day, with its times."""
        return self.name if self.part == WHOLE_DAY else f"{self.name}, {self.part}"


def shown(minute: int) -> str:
    """A minute of a day as its clock shows it; 24:00 where the day ends."""
    return f"{(minute - DAY_MINUTES if minute > DAY_MINUTES else minute) // HOUR:02}:{minute % HOUR:02}"


def minute_of(at: time, hours: Sequence[Span]) -> int:
    """The minute of a working day at which a clock shows a time: on the next date, where its hours cross midnight."""
    minute = at.hour * HOUR + at.minute
    return minute + DAY_MINUTES if hours[-1].crosses_midnight and minute <= hours[0].start else minute


class NoSpan(ValueError):
    """A text is no time and no span of a day. `what` is wrong with it, and `remedy` is what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(what)


def time_of(text: str) -> int:
    """The minute of a day that is written as 09:00; 24:00 is its end. Raises NoSpan."""
    match = re.fullmatch(r"([0-9]{2}):([0-9]{2})", text)
    if not match:
        raise NoSpan(f"{text!r} is not a time of day", 'Write it with two digits each, as "09:00"')
    hour, minute = map(int, match.groups())
    if minute >= HOUR or hour * HOUR + minute > DAY_MINUTES:
        raise NoSpan(f"no clock shows {text}", "A day goes from 00:00 to 24:00")
    return hour * HOUR + minute


def span_of(text: str) -> Span:
    """What is written as 09:00-18:00; what ends at an earlier time ends on the next date. Raises NoSpan."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash:
        raise NoSpan(f"{text!r} is not a span of the day", 'Write it as "09:00-18:00"')
    start, end = time_of(first), time_of(last)
    if start == DAY_MINUTES:
        raise NoSpan(f"{text} begins at 24:00, when the day is over", "Write 00:00 for a day's first minute")
    if start == end:
        raise NoSpan(f"{text} ends when it begins", 'Write "00:00-24:00" for day and night')
    return Span(start, end if start < end else end + DAY_MINUTES)


def of_a_day(spans: Sequence[Span]) -> list[Span]:
    """The spans of a working day in their order, whatever the order in which they are written.

    A night with a break is written as it passes, such as 20:00-02:00 and 03:00-06:00: what comes after its midnight is
    of the next date. Spans are read so where they are then nearer to each other than on one date.
    """
    ordered, night = sorted(spans), list(_as_they_pass(spans))
    return night if _length(night) < _length(ordered) else ordered


def _as_they_pass(spans: Iterable[Span]) -> Iterator[Span]:
    """Each span after the one that is written before it, on the next date if its clock shows an earlier time."""
    days = last = 0
    for span in spans:
        days += DAY_MINUTES if span.start + days < last else 0
        last = span.start + days
        yield Span(last, span.end + days)


def _length(spans: Sequence[Span]) -> int:
    return spans[-1].end - spans[0].start if spans else 0


def overlap(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """Two spans of a working day that share time, also with those of the day after it; None where there are none."""
    ordered = sorted(spans)
    again = [Span(span.start + DAY_MINUTES, span.end + DAY_MINUTES) for span in ordered]
    pairs = pairwise([*ordered, *again[:1]]) if len(ordered) > 1 else ()
    return next(((first, second) for first, second in pairs if first.end > second.start), None)
