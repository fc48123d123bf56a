"""Nothing is lost and nothing is filed twice, wherever the work fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk.fault_injection import run

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_requests_come_through_random_faults(process: Process, seed: int) -> None:
    """Some hundred requests, with a fault in one call of 25; `make soak` sends ten thousand."""
    result = run(process, 120, seed)

    assert 100 < sum(result.faults_injected.values())
    assert 10 < result.duplicates
    assert 20 < result.urgent
    assert (0,) * len(result.faults) == result.faults
