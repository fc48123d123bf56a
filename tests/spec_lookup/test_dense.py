"""The dense half of the score, held against the same rule clause by clause, with vectors that are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spec_lookup import Spec
from spec_lookup.search.dense import CLOSELY, DENSE, FAR, SENTENCE, SURE, Dense, Meanings, as_float32
from spec_lookup.search.stored_index import read_index

COLUMNS = 16


def drawn(seed: int, number: int) -> np.ndarray:
    """A number of unit vectors."""
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


def test_halves_become_the_numbers_that_they_are() -> None:
    """All finite ones, those below the smallest normal one and minus zero among them, bit by bit."""
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]

    assert finite.astype(np.float32).tobytes() == as_float32(finite).tobytes()
    assert finite[::3].astype(np.float32).tobytes() == as_float32(finite[::3]).tobytes()


def test_runs_of_sentences_are_read_from_the_file_one_after_the_other(tmp_path: Path) -> None:
    """As slices of them would be, empty ones and repeated ones too."""
    Spec.of([("a.md", "# A\n\n## B\n\nOne rule. Two rules. Three rules.\n\n## C\n\nFour rules.\n")]).save(
        tmp_path / "i"
    )
    dense = read_index(tmp_path / "i")[2]
    assert dense is not None
    assert not isinstance(dense.sentences, np.ndarray)
    bounds = [(2, 4), (1, 1), (0, 3), (0, 3)]

    expected = np.concatenate([dense.sentences[first:end] for first, end in bounds])
    assert expected.tobytes() == dense.sentences.runs(bounds).tobytes()
    assert (0, expected.shape[1]) == dense.sentences.runs([]).shape
