"""The dense half of the search, and how the two halves become one score.

A clause has a vector of its title and body (a long one has several, of its title and each passage), and one of its
title and each sentence. A text is as near to a clause as the mean of its nearness to the best passage and to the best
sentence; a claim is as near as its parts are in the mean. All passages are compared; sentences only those of the best
clauses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol, cast

from spec_lookup.search.clause import Clause, squeeze
from spec_lookup.search.embed import Embedder
from spec_lookup.search.index import best
from spec_lookup.search.passages import best_of_each, passages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spec_lookup.search.embed import Vectors
    from spec_lookup.search.index import Integers
    from spec_lookup.search.vectors import KeptVectors

    Scores = NDArray[np.float32]

DENSE = 0.7
"""The dense half's share of the score. 0.6 to 0.8 are as good, on every collection that was measured."""

DENSE_FOR_CODES = 0.2
"""The same for a short query with a number or a code in it: what is written like that is meant to the letter."""

SENTENCE = 0.5
"""What the best sentence counts beside the clause as a whole."""

SURE = 0.3
"""The nearness (a cosine) from which meaning counts in full; where nothing comes near, it has less to say."""

FAR = 0.25
"""The nearness below which a clause that shares no word with the query has nothing to do with it."""

_SIGN_AND_NUMBER = ~0x7000_0000
"""All bits but the three that the sign fills when it is moved."""

CLOSELY = 50
"""Clauses whose sentences are compared; more change nothing."""


class Rows(Protocol):
    """Vectors of which a few at a time are read."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, rows: slice, /) -> NDArray[np.float16]:
        """Those from one to another."""
        ...

    def runs(self, bounds: Sequence[tuple[int, int]], /) -> NDArray[np.float16]:
        """Those of several such runs, one after the other."""
        ...


@dataclass(frozen=True, slots=True)
class Meanings:
    """What is asked for: unit vectors of texts as rows, and the share of each."""

    vectors: Vectors
    shares: Vectors

    @classmethod
    def of(cls, vectors: Vectors, weights: Sequence[float]) -> Meanings:
        """The shares of these weights."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        return cls(vectors, np.asarray(weights, dtype=np.float32) / np.float32(sum(weights)))

    @property
    def mean(self) -> Vectors:
        """All of it as one vector."""
        return self.shares @ self.vectors


class Dense:
    """The vectors of a spec: a row of `wholes` for each passage, and of `sentences` for each sentence."""

    def __init__(
        self, wholes: Vectors, sentences: Rows | NDArray[np.float16], starts: Integers, passages: Integers
    ) -> None:
        """Clause n has the rows `starts[n]` to `starts[n + 1]` of `sentences`, and those of `passages` of `wholes`.

        All wholes are compared at once, which numpy does for float32 alone without a detour; of the sentences, which
        are several times as many, only a few are read, so they are kept in half the room.
        """
        self.wholes = wholes
        self.sentences = sentences
        self.starts = starts
        self.passages = passages

    @classmethod
    def of(cls, clauses: Sequence[Clause], embedder: Embedder, kept: KeptVectors | None = None) -> Dense:
        """The vectors of these clauses; only those that are not `kept` are worked out."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        sentences = [_sentences(clause) for clause in clauses]
        starts = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
        ends = np.cumsum([0, *(len(passages(clause)) for clause in clauses)], dtype=np.int32)
        vectors, wholes = embedder.embed_all(_all_texts(clauses, sentences), kept), int(ends[-1])
        return cls(vectors[:wholes], vectors[wholes:].astype(np.float16), starts, ends)

    def scores(self, lexical: Scores, meanings: Meanings, share: float = DENSE) -> Scores:
        """A score for every clause: `lexical` fused with its nearness to what is asked for.

        0 for a clause that neither shares a word nor comes near.
        """
        near = self.nearness(meanings)
        if not near.size:
            return near
        least, far = float(near.min()), near < FAR
        share *= min(1.0, max(float(near.max()), 0.0) / SURE)
        by_words = (1 - share) * _up_to_one(lexical)
        fused = by_words + share * _up_to_one(near - least)
        closest = self._with_sentences(best(fused, CLOSELY))
        if closest.size:
            near[closest] = (1 - SENTENCE) * near[closest] + SENTENCE * self._sentences_nearness(closest, meanings)
        fused = by_words + share * _up_to_one(near - least)
        fused[far & (lexical <= 0)] = 0
        return fused

    def nearness(self, meanings: Meanings) -> Scores:
        """How near each clause as a whole comes to what is asked for: the cosine of its best passage."""
        return best_of_each(self.wholes @ meanings.mean, self.passages)

    def _with_sentences(self, clauses: Integers) -> Integers:
        """Those of the clauses that have a sentence."""
        return clauses[self.starts[clauses] < self.starts[clauses + 1]]

    def _sentences_nearness(self, clauses: Integers, meanings: Meanings) -> Scores:
        """How near the best sentences of each clause come to what is asked for: all are compared at once."""
        import numpy as np  # noqa: PLC0415 - as above

        starts, ends = self.starts[clauses], self.starts[clauses + 1]
        bounds = list(zip(starts.tolist(), ends.tolist(), strict=True))
        if isinstance(self.sentences, np.ndarray):
            sentences = np.concatenate([self.sentences[start:end] for start, end in bounds])
        else:
            sentences = self.sentences.runs(bounds)
        firsts = np.cumsum(ends - starts) - (ends - starts)
        near = as_float32(sentences) @ meanings.vectors.T
        best_near: Scores = np.maximum.reduceat(near, firsts) @ meanings.shares
        return best_near

    def of_sentences(self, clause: int) -> Vectors:
        """The vectors of a clause's sentences, in order."""
        import numpy as np  # noqa: PLC0415 - as above

        return self.sentences[self.starts[clause] : self.starts[clause + 1]].astype(np.float32)


def as_float32(halves: NDArray[np.float16]) -> Vectors:
    """What `astype(float32)` gives for finite numbers, to the last bit; numpy takes six times as long.

    Sign, exponent and fraction are moved to their places in 32 bits. The exponent then counts from -127 and no longer
    from -15, which 2^112 makes good.
    """
    import numpy as np  # noqa: PLC0415 - as above

    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(_SIGN_AND_NUMBER)
    numbers: Vectors = bits.view(np.float32)
    numbers *= np.float32(2.0**112)
    return numbers


@contextmanager
def embedding_ahead(
    embedder: Embedder | None, kept: KeptVectors | None
) -> Iterator[Callable[[Sequence[Clause]], None]]:
    """While pages are still being read, the clauses that are given are embedded, and in the end their vectors `kept`.

    So no core waits for the one that reads. Nothing is done without a model, or without a place to keep vectors. After
    an error nothing further is embedded. Raises ModelBroken.
    """
    if embedder is None or kept is None:
        yield lambda _: None
        return
    with embedder.batches() as batches:
        yield lambda clauses: batches.add(embedder.unknown(texts_of(clauses), kept))
    kept.add(batches.vectors)


def texts_of(clauses: Sequence[Clause]) -> list[str]:
    """What is embedded of clauses: all of them in passages, then their sentences, each below its title."""
    return _all_texts(clauses, [_sentences(clause) for clause in clauses])


def _all_texts(clauses: Sequence[Clause], sentences: Sequence[list[str]]) -> list[str]:
    wholes = [f"{clause.title}: {text}" for clause in clauses for text in _texts(clause)]
    return [*wholes, *chain.from_iterable(sentences)]


def _sentences(clause: Clause) -> list[str]:
    return [f"{clause.title}: {sentence}" for sentence in clause.sentences()]


def _texts(clause: Clause) -> list[str]:
    return [squeeze(passage.text(clause)) for passage in passages(clause)]


def _up_to_one(scores: Scores) -> Scores:
    """The scores, none of them negative, with the largest as 1."""
    positive = scores.clip(0)
    largest = float(positive.max(initial=0.0))
    return cast("Scores", positive / largest if largest > 0 else positive)
