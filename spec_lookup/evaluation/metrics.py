"""What was answered beside what is right, and the measures of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spec_lookup.judge.verdict import UNDECIDED

SEARCHED = 10
"""Clauses of a search that count."""

SUGGESTED = 5
"""Earlier issues of a report that count."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    count: int
    of: int

    @classmethod
    def where(cls, answers: Iterable[bool]) -> Share:
        """The share of answers that are true."""
        all_of_them = list(answers)
        return cls(sum(all_of_them), len(all_of_them))

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged case: the right verdict and clause, and those of the judge. `seconds` is the judgement's own time."""

    gold: str
    group: str
    """The phenomenon of a pair or the kind of a single."""
    given: str
    confidence: float
    cited: tuple[str, ...]
    seconds: float
    clause: str | None = None
    also: tuple[str, ...] = ()
    ground: str = ""
    """What the verdict rests on: the key of the reason that decided, or "reading"; "" if undecided."""
    false: tuple[str, ...] = ()
    """What a checker found not to be so in the verdict's sentences and quotes."""
    held: bool = False

    @property
    def right(self) -> bool:
        """Whether the verdict is the right one."""
        return self.gold == self.given

    @property
    def decided(self) -> bool:
        """Whether the judge gave a verdict at all."""
        return self.given != UNDECIDED


@dataclass(frozen=True, slots=True)
class Pair:
    """A request under two versions of its clause."""

    a: Judged
    b: Judged

    @property
    def right(self) -> bool:
        """Both versions right."""
        return self.a.right and self.b.right

    @property
    def wrong_way_round(self) -> bool:
        """Each version got the verdict of the other."""
        return not self.right and (self.a.given, self.b.given) == (self.b.gold, self.a.gold)


@dataclass(frozen=True, slots=True)
class Searched:
    """The clauses found for a query, the best first, and the grade of each relevant clause (2 answers, 1 helps)."""

    cites: tuple[str, ...]
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Matched:
    """The earlier issues found for a report, the best first, the true ones, and whether it was called a duplicate."""

    candidates: tuple[str, ...]
    duplicates: frozenset[str]
    called: bool


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything that was answered; what was not asked is empty."""

    pairs: Sequence[Pair] = field(default=())
    singles: Sequence[Judged] = field(default=())
    queries: Sequence[Searched] = field(default=())
    reports: Sequence[Matched] = field(default=())


def ndcg(cites: Sequence[str], grades: Mapping[str, int]) -> float:
    """NDCG@10 of one query: gain 2^grade - 1, discount log2(rank + 1), ideal from all of its graded clauses."""
    ideal = _gain(sorted(grades.values(), reverse=True))
    return _gain([grades.get(cite, 0) for cite in dict.fromkeys(cites)]) / ideal if ideal else 0.0


def recall(candidates: Sequence[str], duplicates: frozenset[str]) -> float:
    """The share of a report's duplicates that are among the first five."""
    return len(duplicates.intersection(candidates[:SUGGESTED])) / len(duplicates)


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:SEARCHED], 1))
