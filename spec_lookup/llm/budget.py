"""What a language model costs, and how much may be spent in a day. Money is counted in millionths of a dollar."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Protocol

MILLION = 1_000_000

SIGNS_PER_TOKEN = 2
"""Fewer than any text has on average: what is not yet known is counted too dear rather than too cheap."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several responses."""

    input: int = 0
    output: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(self.input + other.input, self.output + other.output)

    @classmethod
    def of(cls, response: dict[str, Any]) -> Usage:
        """The usage that a response of `converse` states; none for one that was written by hand."""
        usage = response.get("usage")
        counts = [usage.get(name) for name in ("inputTokens", "outputTokens")] if isinstance(usage, dict) else [0, 0]
        return cls(*(count if isinstance(count, int) and count > 0 else 0 for count in counts))

    @classmethod
    def at_most(cls, prompt: dict[str, Any]) -> Usage:
        """What a prompt can use, before it is sent."""
        signs = len(json.dumps(prompt, ensure_ascii=False))
        return cls(math.ceil(signs / SIGNS_PER_TOKEN), prompt["inferenceConfig"]["maxTokens"])


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens, which is the same number as millionths of a dollar for one."""

    input: float = 0.0
    output: float = 0.0

    def of(self, usage: Usage) -> int:
        """Millionths of a dollar, rounded up."""
        return math.ceil(usage.input * self.input + usage.output * self.output)


class Budget(Protocol):
    """What was spent today (UTC). Raises NoResponse when that can't be known: then nothing is spent."""

    def spent(self) -> int:
        """Millionths of a dollar that were spent today."""
        ...

    def add(self, cost: int) -> None:
        """Count what was spent just now."""
        ...


class RunBudget:
    """Counts what one run spends; for the command line, and where nothing is to be paid."""

    def __init__(self) -> None:
        """Nothing is spent yet."""
        self._spent = 0

    def spent(self) -> int:
        """Millionths of a dollar that this run has spent."""
        return self._spent

    def add(self, cost: int) -> None:
        """Count what was spent just now."""
        self._spent += cost
