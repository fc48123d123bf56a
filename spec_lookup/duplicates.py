"""Earlier issues that one fix would close together with a new report. It suggests; a person links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spec_lookup.index import Bm25
from spec_lookup.words import words

SUMMARY_TIMES = 2
"""How often the words of the summary count beside those of the description."""

SURE = 0.38
"""Similarity from which a candidate is called a duplicate; chosen for few false alarms."""


@dataclass(frozen=True, slots=True)
class IssueText:
    """A filed issue or a new report, as far as it is compared."""

    id: str
    summary: str
    description: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier issue and how similar it is: 1 is the same text, 0 shares no word."""

    id: str
    score: float


class DuplicateIndex:
    """Filed issues, searchable; adding one costs nothing until the next search."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._texts: list[list[str]] = []
        self._bm25: Bm25 | None = None

    @classmethod
    def of(cls, issues: Iterable[IssueText]) -> DuplicateIndex:
        """The index of these issues."""
        index = cls()
        for issue in issues:
            index.add(issue)
        return index

    def add(self, issue: IssueText) -> None:
        """Add one issue."""
        self._ids.append(issue.id)
        self._texts.append(_words_of(issue))
        self._bm25 = None

    def find(self, report: IssueText, limit: int = 5) -> list[Candidate]:
        """The most similar issues, the best first; those that share no word are left out."""
        if not self._ids:
            return []
        if self._bm25 is None:
            self._bm25 = Bm25.of(self._texts)
        said = _words_of(report)
        scores = self._bm25.scores(said)
        same = float(Bm25.of([*self._texts, said]).scores(said)[-1]) or 1.0  # what the very same text would get
        ranked = sorted(range(len(self._ids)), key=lambda n: (-scores[n], n))[:limit]
        return [Candidate(self._ids[n], round(min(1.0, float(scores[n]) / same), 4)) for n in ranked if scores[n] > 0]

    @staticmethod
    def is_duplicate(candidates: Sequence[Candidate]) -> bool:
        """Whether the best candidate is similar enough to be called a duplicate."""
        return bool(candidates) and candidates[0].score >= SURE


def _words_of(issue: IssueText) -> list[str]:
    return SUMMARY_TIMES * words(issue.summary) + words(issue.description)
