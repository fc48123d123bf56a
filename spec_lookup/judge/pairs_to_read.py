"""Pairs of clauses that a reader should compare: those whose statements say or mean nearly the same, the nearest first.

What words, numbers and tables settle is found without a reader (contradictions). Of the 14 seeded contradictions that
they do not settle, 4 are among the first 20 pairs and 11 among the first 1,000 of the sample spec; by words alone the
first 100 pairs hold one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spec_lookup.judge.contradictions import ClausePair, Statement, clause_pairs, statements
from spec_lookup.search.clause import Clause
from spec_lookup.search.embed import Embedder, model_folder

MEANING = 0.5
"""What nearness in meaning counts beside shared words; .3 and .7 are as good on the seeded contradictions."""

MEANT = 0.45
"""The cosine below which two statements are not about the same."""

BELOW = 0.4
UNSAID = 0.3
"""What a pair counts in meaning, or in words, that is not near in it."""


def pairs_to_read(clauses: Sequence[Clause], settled: Sequence[ClausePair] = ()) -> list[ClausePair]:
    """One pair of statements for each two clauses that are near, without those of `settled`; by words without a model.

    Embeds each statement: half a minute for 300 clauses.
    """
    embedder = Embedder.open(model_folder())
    known = {pair.cites for pair in settled}
    said: dict[frozenset[str], ClausePair] = {}
    for pair in clause_pairs(clauses):
        if pair.kind:
            known.add(pair.cites)
        elif pair.cites not in said or pair.nearness > said[pair.cites].nearness:
            said[pair.cites] = pair
    meant = dict(_meant(statements(clauses), embedder)) if embedder else {}
    near = [
        _fused(said.get(cites), meant.get(cites), embedder is not None)
        for cites in {**said, **meant}
        if cites not in known
    ]
    return sorted(near, key=lambda pair: (-pair.nearness, sorted(pair.cites)))


def _meant(made: Sequence[Statement], embedder: Embedder) -> Iterator[tuple[frozenset[str], ClausePair]]:
    """The statements of each two clauses that are nearest in meaning, the farthest pair first: the last one counts."""
    import numpy as np  # noqa: PLC0415 - only who searches waits for it

    vectors = embedder.embed_all([f"{one.clause.title}: {one.text}" for one in made])
    near = np.triu(vectors @ vectors.T, 1)
    places = np.argwhere(near > MEANT)
    for first, second in places[np.argsort(near[places[:, 0], places[:, 1]], kind="stable")].tolist():
        pair = ClausePair(made[first], made[second], float(near[first, second]), None)
        if len(pair.cites) > 1:
            yield pair.cites, pair


def _fused(said: ClausePair | None, meant: ClausePair | None, has_model: bool) -> ClausePair:
    """The pair with the nearness of both; its statements are those that are nearest in meaning, where there are any."""
    pair = next(one for one in (meant, said) if one)
    if not has_model:
        return pair
    words, meaning = said.nearness if said else UNSAID, meant.nearness if meant else BELOW
    return ClausePair(pair.first, pair.second, (1 - MEANING) * words + MEANING * meaning, None)
