"""Nothing is lost and nothing is filed twice, wherever the work is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk.cuts import run

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_requests_come_through_random_cuts(process: Process, seed: int) -> None:
    """Some hundred requests, each call cut with a chance of one in 25; `make soak` sends ten thousand."""
    toll = run(process, 120, seed)

    assert 100 < sum(toll.cuts.values())
    assert 10 < toll.duplicates
    assert 20 < toll.urgent
    assert (0,) * len(toll.faults) == toll.faults
