"""A sample of what `make soak` does in full: due times are those of a counter of minutes (R15, R16, R18)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.core.counter import disagreement, leap_days, trials, windows, zones

if TYPE_CHECKING:
    from intake_fn.core.process import Process

HISTORIES = 1000
ZONES = 40
WINDOWS = 50


def test_a_sample_of_random_histories_is_due_when_the_counter_says(process: Process) -> None:
    """Start, time, due instant, trace and what is left, around clock changes and leap days, in all kinds of hours."""
    rng = random.Random(20261123)  # noqa: S311 - the same sample every time
    of = rng.sample(zones(), ZONES)
    places = [*rng.sample(windows(rng, of), WINDOWS), *leap_days(rng, of)]
    found = []
    for trial in trials(rng, process, places, HISTORIES):
        minute = int(trial.log[-1].at.timestamp()) // 60 + rng.randrange(5 * 24 * 60)
        found += [(trial.zone, said) for said in [disagreement(trial, minute)] if said]

    assert [] == found
