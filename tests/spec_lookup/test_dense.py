"""The dense half of the score, held against the same rule clause by clause, with vectors that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from spec_lookup.search.dense import CLOSELY, DENSE, FAR, SENTENCE, SURE, Dense, Meanings

COLUMNS = 16


def drawn(seed: int, number: int) -> np.ndarray:
    """So many unit vectors."""
    rows = np.random.default_rng(seed).standard_normal((number, COLUMNS)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def dense_of(counts: list[int]) -> Dense:
    """Clauses with so many sentences each, and one passage."""
    starts = np.cumsum([0, *counts], dtype=np.int64)
    passages = np.arange(len(counts) + 1, dtype=np.int32)
    return Dense(drawn(1, len(counts)), drawn(2, int(starts[-1])).astype(np.float16), starts, passages)


def clause_by_clause(dense: Dense, lexical: np.ndarray, meanings: Meanings) -> list[float]:
    """What `Dense.scores` says, written as its rule reads; for specs of at most CLOSELY clauses."""
    near = [float(row @ meanings.mean) for row in dense.wholes]
    least, share = min(near), DENSE * min(1.0, max(*near, 0.0) / SURE)
    closer = []
    for clause, whole in enumerate(near):
        sentences = dense.of_sentences(clause)
        best = [max(float(row @ meant) for row in sentences) for meant in meanings.vectors] if len(sentences) else None
        closer.append((1 - SENTENCE) * whole + SENTENCE * float(np.dot(best, meanings.shares)) if best else whole)
    words, meant = lexical / lexical.max(), np.maximum(np.array(closer) - least, 0)
    fused = (1 - share) * words + share * meant / (meant.max() or 1.0)
    return [0.0 if near[n] < FAR and lexical[n] <= 0 else float(fused[n]) for n in range(len(near))]


@pytest.mark.parametrize(
    "counts",
    [[1], [0, 3], [2, 0, 0, 5, 1], [0, 0, 4], [1] * CLOSELY, [n % 4 for n in range(CLOSELY)]],
    ids=["one", "the first has none", "some have none", "the last alone has some", "one each", "mixed"],
)
def test_sentences_that_are_compared_at_once_count_for_their_own_clause(counts: list[int]) -> None:
    """A clause without a sentence, wherever it stands, takes none of its neighbours'."""
    dense, meanings = dense_of(counts), Meanings.of(drawn(3, 3), [1.0, 1.0, 2.0])
    lexical = np.random.default_rng(4).random(len(counts)).astype(np.float32)

    assert np.allclose(dense.scores(lexical, meanings), clause_by_clause(dense, lexical, meanings), atol=1e-5)


def test_clauses_without_any_sentence_are_compared_as_a_whole() -> None:
    """A spec of headings and pictures has none."""
    dense, meanings = dense_of([0, 0, 0]), Meanings.of(drawn(3, 1), [1.0])
    lexical = np.array([0.5, 1.0, 0.0], dtype=np.float32)

    assert np.allclose(dense.scores(lexical, meanings), clause_by_clause(dense, lexical, meanings), atol=1e-5)
