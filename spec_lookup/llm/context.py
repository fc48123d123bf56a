"""The clauses that a prompt holds for a claim: those that decide it nearly always, and what they refer to.

Where the claim was restated in the manner of the spec a dozen are enough: the best for the claim, the best for each of
these searches, and what they link to. Where it was not, the search may have put the deciding clause far down, so there
are twice as many: the best for the claim as a whole, then the best for each of its parts (one part of a long report
may be about another page), then what any of these link to. Where nothing is found at all, as for a report in another
script than the spec, there is all of a small spec, and of a large one what comes nearest in meaning.

They stand page by page, as they are written, and not by their scores: the model sees what belongs together, and a rank
is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import Spec
from spec_lookup.search.clause import Clause
from spec_lookup.search.links import linked_clauses

MOST_CLAUSES = 12
"""Clauses in the context of a restated claim."""

FIRST_FOR_CLAIM = 4
WITH_SEARCHES = 10
"""So many are there with the best for the claim, and with the best for the searches in turn. Behind them stands what
the clauses so far link to, and if there is room left, more for the claim."""

FOR_CLAIM = 24
FOR_PART = 3
"""Clauses in the context for a claim that was not restated, and for each of its parts alone."""

MOST_CHARACTERS = 12_000
"""The longest context. A clause that does not fit makes room for shorter ones behind it."""

LONGEST_CLAUSE = 6_000
"""Characters of one clause that are in it."""


def context(spec: Spec, claim: Claim, searches: Sequence[str] = (), *, never_empty: bool = True) -> list[Clause]:
    """The clauses for a prompt, page by page. Only normative ones that say something: no other decides."""
    parts = claim.shortened().parts()
    chosen: dict[str, Clause] = {}
    if searches:
        whole = _found(spec, parts)
        _take(chosen, whole, FIRST_FOR_CLAIM)
        _take(chosen, _in_turn([_found(spec, [(search, 1.0)]) for search in searches]), WITH_SEARCHES)
        _take(chosen, (linked for clause in list(chosen.values()) for linked in linked_clauses(spec, clause)))
        _take(chosen, whole)
    else:
        _take(chosen, _wanted(spec, parts), None)
    if never_empty and not chosen:
        _take(chosen, spec.anyway(" ".join([*searches, *(text for text, _ in parts)])), None)
    return sorted(chosen.values(), key=lambda clause: (clause.page, clause.line))


def _found(spec: Spec, parts: list[tuple[str, float]]) -> list[Clause]:
    return [hit.clause for hit in spec.deciding(parts, MOST_CLAUSES)]


def _in_turn(lists: list[list[Clause]]) -> Iterator[Clause]:
    """The first of each, then the second of each, and so on."""
    return (clause for row in zip_longest(*lists) for clause in row if clause is not None)


def _take(chosen: dict[str, Clause], candidates: Iterable[Clause], most: int | None = MOST_CLAUSES) -> None:
    """Add candidates that are new and fit, in their order, until there are `most` in all."""
    room = MOST_CHARACTERS - sum(_size(clause) for clause in chosen.values())
    for clause in candidates:
        if most is not None and len(chosen) >= most:
            return
        if clause.cite not in chosen and clause.normative and 0 < _size(clause) <= room:
            chosen[clause.cite] = clause
            room -= _size(clause)


def _size(clause: Clause) -> int:
    return min(len(clause.markdown), LONGEST_CLAUSE)


def _wanted(spec: Spec, parts: list[tuple[str, float]]) -> Iterator[Clause]:
    """All candidates in the order in which they are wanted; some come more than once."""
    best = [hit.clause for hit in spec.deciding(parts, FOR_CLAIM)]
    for part in parts:
        best += [hit.clause for hit in spec.deciding([part], FOR_PART)]
    yield from best
    for clause in dict.fromkeys(best):
        yield from linked_clauses(spec, clause)
