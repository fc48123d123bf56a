"""Waiting for what another thread or process does, such as the sweep of a sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PAUSE = 0.1
"""Seconds between two looks."""


def wait_until(look: Callable[[], Found | None], seconds: float = 60, pause: float = PAUSE) -> Found:
    """What `look` gives as soon as it is true. A minute is enough for every sweep; fails when it takes longer."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"it did not happen within {seconds} s"
        time.sleep(pause)
    return found
