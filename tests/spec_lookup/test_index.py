"""The index of words: the scores are BM25, and the best are the best."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup.search.index import K1, TYPO_WEIGHT, B, Bm25, GrowingBm25, best

TEXTS = st.lists(st.lists(st.sampled_from("quote ship late flag 12 rx-1".split()), max_size=8), min_size=1, max_size=8)
QUERY = st.lists(st.sampled_from("quote ship late 12 rx-1 unheard".split()), max_size=6)


def by_the_book(texts: list[list[str]], query: list[str]) -> list[float]:
    """BM25 as it is written down, one text at a time; a word that is said three times does not count three times."""
    mean = sum(map(len, texts)) / len(texts) or 1
    scores = []
    for text in texts:
        score = 0.0
        for word, times in Counter(query).items():
            holding = sum(word in other for other in texts)
            rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            count = text.count(word)
            score += times * 3 / (times + 2) * rarity * count / (count + K1 * (1 - B + B * len(text) / mean))
        scores.append(score)
    return scores


@given(TEXTS, QUERY)
def test_scores_are_bm25(texts: list[list[str]], query: list[str]) -> None:
    """The arrays give what the formula gives."""
    assert by_the_book(texts, query) == pytest.approx(
        Bm25.of((text, ()) for text in texts).scores(query).tolist(), rel=1e-5, abs=1e-6
    )


@given(TEXTS, TEXTS, QUERY)
def test_adding_later_is_as_good_as_at_once(first: list[list[str]], then: list[list[str]], query: list[str]) -> None:
    """Searching in between, and in whatever portions, leaves nothing behind."""
    index = GrowingBm25()
    for text in first:
        index.add(text)
    index.scores(query)
    for text in then:
        index.add(text)

    assert Bm25.of((text, ()) for text in [*first, *then]).scores(query).tolist() == index.scores(query).tolist()


def test_a_slip_of_the_pen_finds_what_was_meant_for_less() -> None:
    """And what was guessed once is not believed when the right word has come."""
    index = GrowingBm25()
    index.add(["shipment"])
    as_typed = float(index.scores(["shipment"])[0])

    assert TYPO_WEIGHT * as_typed == pytest.approx(float(index.scores(["shipmnet"])[0]))
    index.add(["shipmnet"])
    assert 0 == index.scores(["shipmnet"])[0]


@given(st.lists(st.integers(-2, 3), max_size=60), st.integers(1, 70))
def test_the_best_are_those_of_a_full_sort(scores: list[int], limit: int) -> None:
    """Highest first; of equal ones the one that stands first, always."""
    expected = sorted(range(len(scores)), key=lambda n: (-scores[n], n))[:limit]

    assert expected == best(np.array(scores, dtype=np.float32), limit).tolist()
