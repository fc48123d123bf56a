"""A sample of what `make soak` does in full: due times are those of a counter of minutes (R15, R16, R18)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.core.counter import disagreement, trials, windows, zones

if TYPE_CHECKING:
    from intake_fn.core.process import Process

HISTORIES = 1000
ZONES = 40
WINDOWS = 50


def test_a_sample_of_random_histories_is_due_when_the_counter_says(process: Process) -> None:
    """Random events, calendars and targets around clock changes: start, time, due instant, trace and what is left."""
    rng = random.Random(20261123)  # noqa: S311 - the same sample every time
    places = windows(rng, rng.sample(zones(), ZONES))
    found = []
    for trial in trials(rng, process, rng.sample(places, WINDOWS), HISTORIES):
        minute = int(trial.log[-1].at.timestamp()) // 60 + rng.randrange(5 * 24 * 60)
        found += [(trial.zone, said) for said in [disagreement(trial, minute)] if said]

    assert [] == found
