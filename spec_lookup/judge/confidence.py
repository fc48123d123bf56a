"""How often each ground of the built-in judge was right where it was measured: a verdict's confidence.

`python -m spec_lookup.evaluation.measure_grounds` writes `grounds.json` from cases that are held back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from spec_lookup.errors import ModelBroken

FILE = Path(__file__).with_name("grounds.json")


class Measured(NamedTuple):
    """How many cases a ground decided, and how many of them right."""

    decided: int
    right: int

    @property
    def share(self) -> float:
        """The share of right ones, with half a case more of each outcome (the mean under Jeffreys' prior).

        So that of few cases no certainty is made: 4 of 4 are 0.9, 18 of 18 are 0.97.
        """
        return round((self.right + 0.5) / (self.decided + 1), 2)


def confidence(ground: str) -> float:
    """The confidence of a ground, by the key of the reason that decides. Raises ModelBroken."""
    return measured()[ground].share


@lru_cache(maxsize=1)
def measured() -> Mapping[str, Measured]:
    """What was measured, by ground. Raises ModelBroken."""
    try:
        rows = json.loads(FILE.read_text(encoding="utf-8"))["grounds"]
        return {ground: Measured(**row) for ground, row in rows.items()}
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise ModelBroken(f"What was measured of the judge cannot be read: {error!r}. Measure it again.") from error
