"""Earlier issues that one fix would close together with a new report. It suggests; a person links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spec_lookup.embed import Embedder
from spec_lookup.folder import model_folder
from spec_lookup.index import GrowingBm25, best
from spec_lookup.words import words

if TYPE_CHECKING:
    from spec_lookup.index import Scores

SUMMARY_TIMES = 2
"""How often the words of the summary count beside those of the description."""

MEANING = 0.7
"""What nearness in meaning counts beside shared words."""

SURE = 0.63
"""Similarity from which a candidate is called a duplicate. Reports about the same screen or the same number come
up to 0.62 in the sets that were looked at, so few duplicates are called so: a false alarm costs more than a miss."""

SURE_BY_WORDS = 0.5
"""The same without a model, where less is known."""


@dataclass(frozen=True, slots=True)
class IssueText:
    """A filed issue or a new report, as far as it is compared."""

    id: str
    summary: str
    description: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier issue and how similar it is: 1 is the same text, 0 has nothing in common."""

    id: str
    score: float


class DuplicateIndex:
    """Filed issues, searchable; adding one costs one embedding and as much as it has words."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._bm25 = GrowingBm25()
        self._embedder = Embedder.open(model_folder())
        self._vectors = self._embedder.embed([]) if self._embedder else None  # with room for more than there are

    @classmethod
    def of(cls, issues: Iterable[IssueText]) -> DuplicateIndex:
        """The index of these issues."""
        index = cls()
        for issue in issues:
            index.add(issue)
        return index

    def add(self, issue: IssueText) -> None:
        """Add one issue."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        if self._embedder and self._vectors is not None:
            vector = self._embedder.embed([_meaning_of(issue)])
            if len(self._ids) == len(self._vectors):
                self._vectors = np.concatenate([self._vectors, vector, np.zeros_like(self._vectors)])
            self._vectors[len(self._ids)] = vector
        self._bm25.add(_words_of(issue))
        self._ids.append(issue.id)

    def find(self, report: IssueText, limit: int = 5) -> list[Candidate]:
        """The most similar issues, the best first; those with nothing in common are left out."""
        scores = self._likeness(report)
        return [Candidate(self._ids[n], round(float(scores[n]), 4)) for n in best(scores, limit) if scores[n] > 0]

    def _likeness(self, report: IssueText) -> Scores:
        """How similar each issue is: 1 for the same text, 0 for one with nothing in common."""
        import numpy as np  # noqa: PLC0415 - as above

        said = _words_of(report)
        same = self._bm25.own_score(said) or 1.0
        by_words: Scores = np.minimum(self._bm25.scores(said) / np.float32(same), 1)
        if self._embedder is None or self._vectors is None:
            return by_words
        by_meaning = self._vectors[: len(self._ids)] @ self._embedder.embed([_meaning_of(report)])[0]
        both: Scores = (1 - MEANING) * by_words + MEANING * by_meaning.clip(0, 1)
        return both

    def is_duplicate(self, candidates: Sequence[Candidate]) -> bool:
        """Whether the best candidate is similar enough to be called a duplicate."""
        sure = SURE if self._embedder else SURE_BY_WORDS
        return bool(candidates) and candidates[0].score >= sure


def _meaning_of(issue: IssueText) -> str:
    return f"{issue.summary}. {issue.description}"


def _words_of(issue: IssueText) -> list[str]:
    return SUMMARY_TIMES * words(issue.summary) + words(issue.description)
