"""Texts grouped by what they are about: average linkage over their nearness in meaning.

Two groups are joined while their texts are near in the mean, the nearest first. Where there is no model, or a text is
in a script that it has not learnt, shared words count instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spec_lookup.search.embed import Embedder, model_folder
from spec_lookup.search.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

NEAR = 0.6
"""The mean nearness (a cosine) down to which groups are joined. Of the pairs of tests/data/probes that are as near, 80
in a hundred are about one clause and 85 about one page; of the pairs of tests/data/duplicates that are the same, nearly
nine in ten are as near."""


def clustered(texts: Sequence[str]) -> list[list[int]]:
    """Groups of texts by their places, the largest first; each text is in one, and the most central one leads it."""
    if not texts:
        return []
    near = _nearness(texts)
    groups = _joined(near)
    led = [sorted(group, key=lambda place: (-float(near[place, group].mean()), place)) for group in groups]
    return sorted(([first, *sorted(rest)] for first, *rest in led), key=lambda group: (-len(group), min(group)))


def _nearness(texts: Sequence[str]) -> Matrix:
    """How near each text is to each other one, from 0 to 1."""
    import numpy as np  # noqa: PLC0415 - only who searches waits for it

    embedder = Embedder.open(model_folder())
    if embedder is None:
        return _by_words(texts)
    vectors = embedder.embed_all(list(texts))
    near: Matrix = (vectors @ vectors.T).clip(0, 1)
    unknown = np.flatnonzero((vectors == 0).all(axis=1))
    if len(unknown):
        by_words = _by_words(texts)
        near[unknown, :], near[:, unknown] = by_words[unknown, :], by_words[:, unknown]
    return near


def _by_words(texts: Sequence[str]) -> Matrix:
    """The share of words that texts have in common."""
    import numpy as np  # noqa: PLC0415 - as above

    found = [set(words(text)) for text in texts]
    near = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for row, mine in enumerate(found):
        for column, others in enumerate(found[: row + 1]):
            if mine and others:
                near[row, column] = near[column, row] = len(mine & others) / (len(mine) * len(others)) ** 0.5
    return near


def _joined(near: Matrix) -> list[list[int]]:
    import numpy as np  # noqa: PLC0415 - as above

    groups = {place: [place] for place in range(len(near))}
    between = near.copy()
    np.fill_diagonal(between, -1)
    while len(groups) > 1:
        one, other = map(int, np.unravel_index(int(between.argmax()), between.shape))
        if between[one, other] < NEAR:
            break
        ours, theirs = len(groups[one]), len(groups[other])
        joined = (between[one] * ours + between[other] * theirs) / (ours + theirs)
        between[one, :] = between[:, one] = joined
        between[other, :] = between[:, other] = -1
        between[one, one] = -1
        groups[one] += groups.pop(other)
    return list(groups.values())
