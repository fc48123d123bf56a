"""A query: texts with their weights, and the sentence of a clause that says the most of them."""

from __future__ import annotations

import math

from spec_lookup.search.clause import Clause
from spec_lookup.search.words import words

Parts = list[tuple[str, float]]
"""The texts of a query, and how much each of them counts."""

TELLING = 1.0
"""Texts from this weight on are asked for by their meaning, too."""

_ASKING = frozenset(words("how long how many how much how often how soon"))
"""Words that ask; a sentence that answers need not have them."""


def telling_of(parts: Parts) -> list[str]:
    """The texts whose meaning counts; those with less weight are only words, unless there is nothing else."""
    return [text for text, weight in parts if weight >= TELLING] or [text for text, _ in parts]


def best_sentence(clause: Clause, query: set[str]) -> str:
    """The sentence that says the most of the query in the fewest words; of a heading without text, the heading."""
    sentences = clause.sentences()
    if not sentences:
        return clause.text[:300] or clause.title
    return max(sentences, key=lambda sentence: _closeness(words(sentence), query))


def _closeness(sentence: list[str], query: set[str]) -> float:
    return len((query - _ASKING).intersection(sentence)) / math.sqrt(len(sentence) + 6)
