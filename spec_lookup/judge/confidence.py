"""How often each ground of the built-in judge was right where it was measured: a verdict's confidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Measured(NamedTuple):
    """How many cases a ground decided, and how many of them right."""

    decided: int
    right: int


MEASURED: Mapping[str, Measured] = {
    "crash": Measured(32, 32),
    "setup-form": Measured(48, 48),
    "question-form": Measured(58, 58),
    "set-up": Measured(14, 14),
    "question": Measured(23, 23),
}
"""By the key of the reason; see spec_lookup/evaluation/built-in.md."""


def confidence(ground: str) -> float:
    """The share of right ones, as if one more had been right and one more wrong (Laplace's rule of succession)."""
    measured = MEASURED.get(ground, Measured(0, 0))
    return round((measured.right + 1) / (measured.decided + 2), 2)
