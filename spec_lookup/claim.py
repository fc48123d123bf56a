"""A claim: what a requester says, as the judge reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

WEIGHTS = {"summary": 1.5, "what_happened": 1.0, "what_expected": 1.0, "steps": 0.3, "module": 0.3}
"""How much each part counts in the search for the deciding clause."""

TELLING = 1.0
"""Parts of a claim from this weight on are asked for by their meaning, too."""

LONGEST_PART = 8_000
"""Characters of a part that are compared with the spec; the rest of a pasted log decides nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What was observed and what was expected. `reporter_says` is kept and is no evidence."""

    summary: str
    what_happened: str
    what_expected: str = ""
    steps: str = ""
    module: str = ""
    reporter_says: str = ""

    def shortened(self) -> Claim:
        """The claim as far as it is read: no part longer than LONGEST_PART."""
        return replace(self, **{name: getattr(self, name)[:LONGEST_PART] for name in WEIGHTS})

    def parts(self) -> list[tuple[str, float]]:
        """The texts to search with, and their weights; empty ones are left out."""
        return [(text, weight) for name, weight in WEIGHTS.items() if (text := getattr(self, name).strip())]

    def telling(self) -> list[str]:
        """The parts whose meaning counts."""
        return telling_of(self.parts())

    @property
    def observed(self) -> str:
        """Summary and what happened, as one text."""
        return f"{self.summary}\n{self.what_happened}"

    @property
    def expected(self) -> str:
        """What was expected, as said in its own field."""
        return self.what_expected

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready data."""
        return asdict(self)


def telling_of(parts: list[tuple[str, float]]) -> list[str]:
    """The texts whose meaning counts; steps and module are only words, unless there is nothing else."""
    return [text for text, weight in parts if weight >= TELLING] or [text for text, _ in parts]
