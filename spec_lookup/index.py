"""The search of a set of texts: BM25 over our own words, with slips of the pen forgiven.

Texts are given as words (`words.words`), each text once; a word may be repeated to weigh more.
bm25s does the arithmetic; scores are comparable within one query only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spec_lookup.words import guesses

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

K1 = 1.2
B = 0.75

TYPO_WEIGHT = 0.7
"""What a guessed word counts beside one that was found as typed."""

STRANGE = 8
"""Words of a query that are looked at for slips at most; a long text has enough others."""

GUESSES = 3
"""Words that one slip may have been meant for, at most."""


class Bm25:
    """An index of texts, in the order in which they were given."""

    def __init__(self, engine: Any, size: int) -> None:
        """`engine` is a bm25s.BM25 with its vocabulary, None for no text at all."""
        self.engine = engine
        self.size = size

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Bm25:
        """Index `texts`, each a list of words."""
        import bm25s  # noqa: PLC0415 - it brings numpy: only who searches waits for it

        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(word, len(vocabulary)) for word in text] for text in texts]
        if not vocabulary:
            return cls(None, len(texts))
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        engine.index((ids, vocabulary), create_empty_token=False, show_progress=False)
        return cls(engine, len(texts))

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Word to its number."""
        found: Mapping[str, int] = self.engine.vocab_dict if self.engine else {}
        return found

    def knows_code(self, query: Iterable[str]) -> bool:
        """Whether a word of the query that is no plain word (a number, a code, a compound) occurs in the texts."""
        return any(not word.isalpha() and word in self.vocabulary for word in query)

    def scores(self, query: Iterable[str]) -> Scores:
        """A score for every text; 0 where no word of the query occurs."""
        import numpy as np  # noqa: PLC0415 - as above

        total = np.zeros(self.size, dtype=np.float32)
        if self.engine is None:
            return total
        known, guessed = self._known(query)
        for found, weight in ((known, 1.0), (guessed, TYPO_WEIGHT)):
            for times, group in _by_count(found).items():
                total += weight * _damped(times) * self.engine.get_scores(group)
        return total

    def _known(self, query: Iterable[str]) -> tuple[list[str], list[str]]:
        """The query's words that occur in the index, and words that occur and are one slip away from the others."""
        vocabulary = self.vocabulary
        known: list[str] = []
        strange: list[str] = []
        guessed: list[str] = []
        for word in query:
            (known if word in vocabulary else strange).append(word)
        for word in list(dict.fromkeys(strange))[:STRANGE]:
            guessed += guesses(word, vocabulary)[:GUESSES]
        return known, guessed


def _by_count(words: Iterable[str]) -> dict[int, list[str]]:
    """Words by how often they occur, each once."""
    groups: dict[int, list[str]] = {}
    for word, times in sorted(Counter(words).items()):
        groups.setdefault(times, []).append(word)
    return groups


def _damped(times: int) -> float:
    """A word that is said three times weighs more, but not three times as much (BM25's k3 = 2)."""
    return times * 3 / (times + 2)
