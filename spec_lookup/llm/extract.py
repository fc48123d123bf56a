"""A long clause in a prompt: the paragraphs about its passage that is nearest to the claim."""

from __future__ import annotations

import math
import re

from spec_lookup.llm.context import LONGEST_CLAUSE
from spec_lookup.search.clause import Clause
from spec_lookup.search.words import words

SHORT = 12
"""Words that a paragraph counts as longer than it is, so that a line of two words is not the best by one of them."""

_BETWEEN = re.compile(r"\n[^\S\n]*\n+")


def extract(clause: Clause, wanted: set[str]) -> str:
    """The clause's text, or, of a long one, whole paragraphs about the passage that says most of these words.

    A single paragraph that is too long by itself is cut at line ends, and a line at that length.
    """
    text = clause.markdown
    if len(text) <= LONGEST_CLAUSE:
        return text
    blocks = [piece for block in _BETWEEN.split(text) for piece in _pieces(block)]
    best = max(range(len(blocks)), key=lambda n: (_closeness(words(blocks[n]), wanted), -n))
    first = last = best
    size = len(blocks[best])
    while True:  # what stands before is as likely to be needed as what stands behind, so they grow in turn
        before = len(blocks[first - 1]) + 2 if first > 0 else LONGEST_CLAUSE
        behind = len(blocks[last + 1]) + 2 if last + 1 < len(blocks) else LONGEST_CLAUSE
        smaller = min(before, behind)
        if size + smaller > LONGEST_CLAUSE:
            return "\n\n".join(blocks[first : last + 1])
        size += smaller
        if behind <= before:
            last += 1
        else:
            first -= 1


def _closeness(paragraph: list[str], wanted: set[str]) -> float:
    return len(wanted.intersection(paragraph)) / math.sqrt(len(paragraph) + SHORT)


def _pieces(block: str) -> list[str]:
    """A paragraph, or, of one that is too long, runs of its lines."""
    if len(block) <= LONGEST_CLAUSE:
        return [block]
    lines = [
        line[at : at + LONGEST_CLAUSE]
        for line in block.split("\n")
        for at in range(0, max(len(line), 1), LONGEST_CLAUSE)
    ]
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + 1 + len(line) <= LONGEST_CLAUSE // 4:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces
