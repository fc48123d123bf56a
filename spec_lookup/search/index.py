"""The search of a set of texts: BM25 over our own words, with slips of the pen forgiven.

Texts are given as words (`words.words`); a word may be repeated to weigh more. Kept is only where each word
occurs and how often, and scores are worked out when they are asked for: a text is added at the cost of its own
words, and of an index on disk only what the query's words need is read. Scores are comparable within one query only.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spec_lookup.search.numbers import SIGN
from spec_lookup.search.words import guesses, is_code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.integer[Any]]
    Numbers = Integers | array[int]
    Scores = NDArray[np.float32]

    Posting = tuple[Numbers, Numbers]
    """The texts that hold a word, by number and in order, and how often each does."""

K1 = 1.2
B = 0.75

TYPO_WEIGHT = 0.7
"""What a guessed word counts beside one that was found as typed."""

STRANGE = 8
"""Words of a query that are looked at for slips at most; a long text has enough others."""

GUESSES = 3
"""Words that one slip may have been meant for, at most."""

REMEMBERED = 5_000
"""Words whose guesses are kept: who goes on typing asks for the same ones again and again, and each costs 2 ms."""

SHORTEST_PART = 4
"""Digits from which a number that does not occur may be part of one that does."""


class Bm25:
    """An index of texts, in the order in which they were given."""

    def __init__(self, postings: Mapping[str, Posting], lengths: Numbers) -> None:
        """`postings` has the words' places; `lengths` has for each text how many words it is long."""
        self.postings = postings
        self.lengths = lengths
        self._guessed: dict[str, list[str]] = {}

    @classmethod
    def of(cls, texts: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Bm25:
        """Index `texts`, each its words and the other forms under which it is found."""
        index = GrowingBm25()
        for text, forms in texts:
            index.add(text, forms)
        return index

    def knows_code(self, query: Iterable[str]) -> bool:
        """Whether a word of the query that is no plain word (a number, a code, a compound) occurs in the texts."""
        return any(is_code(word) and word in self.postings for word in query)

    def scores(self, query: Iterable[str]) -> Scores:
        """A score for every text; 0 where no word of the query occurs."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        size = len(self.lengths)
        postings = [(weight, *self.postings[word]) for word, weight in self._asked(query).items()]
        if not postings:
            return np.zeros(size, dtype=np.float32)
        texts = np.concatenate([texts for _, texts, _ in postings])
        counts = np.concatenate([counts for _, _, counts in postings]).astype(np.float32)
        gains = np.array([weight * _rarity(len(texts), size) for weight, texts, _ in postings], dtype=np.float32)
        gains = gains.repeat([len(texts) for _, texts, _ in postings])
        gains *= counts / (counts + self._norms[texts])
        return np.bincount(texts, weights=gains, minlength=size).astype(np.float32)

    def importance(self, query: Iterable[str]) -> dict[str, float]:
        """The words that are asked for, or may have been meant, and occur, with how much each tells texts apart."""
        size = len(self.lengths)
        return {word: weight * _rarity(self._texts_with(word), size) for word, weight in self._asked(query).items()}

    def own_score(self, text: Sequence[str]) -> float:
        """What `text` would get if it were one of the texts, and all of its words were asked for."""
        norm: float = _norm(len(text), self._mean)
        size = len(self.lengths) + 1
        return sum(
            _damped(times) * _rarity(self._texts_with(word) + 1, size) * times / (times + norm)
            for word, times in Counter(text).items()
        )

    def _asked(self, query: Iterable[str]) -> dict[str, float]:
        """The weights of the query's words that occur, and of words that occur and are one slip away from others."""
        times = Counter(query)
        asked = {word: _damped(count) for word, count in times.items() if word in self.postings}
        strange = [word for word in times if word not in asked][:STRANGE]
        guessed = Counter(guess for word in strange for guess in self._meant(word)[:GUESSES])
        for word, count in guessed.items():
            asked[word] = asked.get(word, 0.0) + TYPO_WEIGHT * _damped(count)
        return asked

    def _meant(self, word: str) -> list[str]:
        """The words that one may have been meant for: one slip away from it; of a number, those that it is part of."""
        if (known := self._guessed.get(word)) is not None:
            return known
        if len(word) >= SHORTEST_PART and word.isdecimal():
            meant = sorted(other for other in self.postings if word in other and not other.startswith(SIGN))
        else:
            meant = guesses(word, self.postings.keys())
        if len(self._guessed) >= REMEMBERED:
            self._guessed.clear()
        self._guessed[word] = meant
        return meant

    def _texts_with(self, word: str) -> int:
        return len(self.postings[word][0]) if word in self.postings else 0

    @cached_property
    def _mean(self) -> float:
        import numpy as np  # noqa: PLC0415 - as above

        return (float(np.mean(self.lengths)) if len(self.lengths) else 0.0) or 1.0

    @cached_property
    def _norms(self) -> Scores:
        """How much the count of a word is held down, for each text: more in a long one."""
        import numpy as np  # noqa: PLC0415 - as above

        norms: Scores = _norm(np.asarray(self.lengths, dtype=np.float32), self._mean)
        return norms


class GrowingBm25(Bm25):
    """An index in memory, to which texts can be added; not by several threads at once."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[array[int], array[int]]] = {}
        self._sizes = array("i")
        super().__init__(self._places, self._sizes)

    def add(self, text: Sequence[str], forms: Sequence[str] = ()) -> None:
        """Add one text; it costs as much as it has words. `forms` find it, too, and make it no longer."""
        self.add_counted(Counter((*text, *forms)), len(text))

    def add_counted(self, words: Mapping[str, int], length: int) -> None:
        """The same with how often each word comes, and how long the text is without the forms."""
        number = len(self._sizes)
        for word, times in words.items():
            texts, counts = self._places.setdefault(word, (array("i"), array("i")))
            texts.append(number)
            counts.append(times)
        self._sizes.append(length)
        self._guessed.clear()
        self.__dict__.pop("_mean", None)
        self.__dict__.pop("_norms", None)


class StoredPostings(Mapping[str, "Posting"]):
    """The places of words in three arrays that may stay on disk: those of word n begin at `starts[n]`."""

    def __init__(self, words: Sequence[str], starts: Integers, texts: Integers, counts: Integers) -> None:
        """`starts` has one number more than there are words."""
        self._numbers = dict(zip(words, range(len(words)), strict=True))
        self._starts = starts
        self._texts = texts
        self._counts = counts

    def __getitem__(self, word: str) -> Posting:
        """The places of a word. Raises KeyError."""
        number = self._numbers[word]
        places = slice(self._starts[number], self._starts[number + 1])
        return self._texts[places], self._counts[places]

    def __contains__(self, word: object) -> bool:
        """Whether the word occurs."""
        return word in self._numbers

    def __iter__(self) -> Iterator[str]:
        """The words."""
        return iter(self._numbers)

    def keys(self) -> KeysView[str]:
        """The same as a set, which is asked some thousand times for a slip of the pen."""
        return self._numbers.keys()

    def __len__(self) -> int:
        """How many words there are."""
        return len(self._numbers)


def best(scores: Scores, limit: int) -> Integers:
    """The places of the `limit` highest scores, the best first; of equal ones the first first."""
    import numpy as np  # noqa: PLC0415 - as above

    if limit < len(scores):
        least = np.partition(scores, -limit)[-limit]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")[:limit]]


def _rarity(texts: int, size: int) -> float:
    """What a word counts that so many texts hold, of `size`."""
    return math.log(1 + (size - texts + 0.5) / (texts + 0.5))


def _norm(length: Any, mean: float) -> Any:
    return K1 * (1 - B + B * length / mean)


def _damped(times: int) -> float:
    """A word that is said three times weighs more, but not three times as much (BM25's k3 = 2)."""
    return times * 3 / (times + 2)
