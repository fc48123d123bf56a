"""What is usual at a level without a response time: a median of enough stays, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.request import Priority
from intake_fn.core.usual import ENOUGH, Usual, in_words, is_asked_for, usual
from intake_fn.core.vocabulary import Stage, Status
from tests.core.samples import case_at

if TYPE_CHECKING:
    from intake_fn.core.process import Process

HOUR, DAY = 3600, 86400


def rows(level: int = 1, **counts: int) -> list[dict[str, int]]:
    """Daily rows, one for each count: `s3600=4` stays within an hour."""
    return [{f"at-level|within-{level}|{step[1:]}": count, "received": 9} for step, count in counts.items()]


def test_half_of_the_stays_took_at_most_that() -> None:
    """Over all days together; of other levels nothing counts."""
    counted = [*rows(s3600=9, s14400=2, s86400=9), *rows(2, s900=500)]

    assert Usual(20, timedelta(hours=4)) == usual(counted, 1)
    assert Usual(20, timedelta(hours=1)) == usual(rows(s3600=10, s86400=10), 1)


@pytest.mark.parametrize("counted", [[], rows(s3600=ENOUGH - 1), rows(s3600=9, sbeyond=11)])
def test_of_too_few_or_too_long_ones_nothing_is_said(counted: list[dict[str, int]]) -> None:
    """A figure that the next request would change is none."""
    assert usual(counted, 1) is None


def test_it_is_said_only_where_no_time_is_agreed(process: Process) -> None:
    """Not of a change on its way, nor of what waits for the requester or is done."""
    case = case_at(1, "ihelp")

    assert is_asked_for(case, process)
    assert not is_asked_for(replace(case, stage=Stage.BOARD), process)
    assert not is_asked_for(replace(case, status=Status.WAITING), process)
    assert not is_asked_for(replace(case_at(4, "roma"), priority=Priority.HIGH), process)


@pytest.mark.parametrize(
    ("seconds", "says"), [(1800, "30 minutes"), (HOUR, "1 hour,"), (16 * HOUR, "16 hours"), (2 * DAY, "2 days")]
)
def test_it_promises_nothing(seconds: int, says: str) -> None:
    """In the largest unit, with how many requests it rests on."""
    text = in_words(Usual(31, timedelta(seconds=seconds)))

    assert says in text
    assert "without a promise: half of the last 31 requests at this level" in text
