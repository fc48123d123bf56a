"""All that is asked within a deadline is answered or given up in time, by a clock of ours."""

from __future__ import annotations

import math
import time

import pytest

from intake_fn.adapters.deadline import seconds_for, seconds_left, within
from intake_fn.core.errors import TryLater


class Clock:
    """The monotonic clock, which passes when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.at)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """As above."""
    return Clock(monkeypatch)


def test_who_is_outside_is_waited_for_as_long_as_time_is_left(clock: Clock) -> None:
    """A quarter of it is kept, to write down what came of it."""
    with within(40):
        assert (30, 20) == (seconds_for("Mantis", 45), seconds_for("Mantis", 20))
        clock.at += 25
        assert (5, 15) == (seconds_for("Mantis", 45), seconds_for("The table", 45, inside=True))
        clock.at += 5
        with pytest.raises(TryLater, match="Mantis was not asked: too little time is left"):
            seconds_for("Mantis", 45)
        assert (0, 10) == (seconds_left(), seconds_left(inside=True))


def test_a_part_never_gets_more_than_the_run_has(clock: Clock) -> None:
    """And when it ends, the run has what is left."""
    with within(57):
        clock.at += 50
        with within(40):
            assert (0, 7) == (max(0, seconds_left()), seconds_left(inside=True))
        with within(4):
            assert (-7.25, 4) == (seconds_left(), seconds_left(inside=True))
        assert 7 == seconds_left(inside=True)
    assert math.inf == seconds_left()


def test_the_last_part_of_a_run_may_ask_outside_as_well_as_the_first(clock: Clock) -> None:
    """While Mantis hangs, the parts before take all the time that they may: retention has its own all the same."""
    with within(57, parts=True):
        for most, least in ((40, 22), (12, 18), (27, 10), (34, 4), (14, 0)):
            share = min(most, seconds_left(inside=True) - least)
            with within(share):
                assert (share * 3 / 4, share) == pytest.approx((seconds_left(), seconds_left(inside=True)))
                assert seconds_left() >= 3
                clock.at += share
        assert 0 == seconds_left(inside=True)


def test_who_has_no_deadline_waits_as_long_as_it_takes(clock: Clock) -> None:
    """As commands do."""
    del clock
    assert (45, math.inf) == (seconds_for("Mantis", 45), seconds_left())
