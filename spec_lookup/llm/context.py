"""Which clauses a reader is shown for a claim: those that decide it nearly always, and what they refer to.

First the best for the claim as a whole, then the best for each of its parts (one part of a long report may
be about another page), then what any of these link to. Clauses are short, so many are shown: a
clause too many costs a fraction of a cent, and one too few a wrong verdict. They stand page by page, as they
are written, and not by their scores: a reader sees what belongs together, and a rank is no evidence.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import Spec
from spec_lookup.search.clause import Clause
from spec_lookup.search.parse import page_name

FOR_CLAIM = 24
FOR_PART = 3
"""Clauses that are shown for the whole claim, and for each of its parts alone."""

MOST_CHARACTERS = 12_000
"""What is shown at most. A clause that does not fit makes room for shorter ones behind it."""

LONGEST_CLAUSE = 6_000
"""Characters of one clause that are shown."""


def shown(spec: Spec, claim: Claim) -> list[Clause]:
    """The clauses to read, page by page. Only normative ones that say something: no other decides."""
    found: dict[str, Clause] = {}
    room = MOST_CHARACTERS
    for clause in _wanted(spec, claim.shortened().parts()):
        size = min(len(clause.markdown), LONGEST_CLAUSE)
        if clause.cite not in found and clause.normative and 0 < size <= room:
            found[clause.cite] = clause
            room -= size
    return sorted(found.values(), key=lambda clause: (clause.page, clause.line))


def _wanted(spec: Spec, parts: list[tuple[str, float]]) -> Iterator[Clause]:
    """All candidates in the order in which they are wanted; some come more than once."""
    best = [hit.clause for hit in spec.deciding(parts, FOR_CLAIM)]
    for part in parts:
        best += [hit.clause for hit in spec.deciding([part], FOR_PART)]
    yield from best
    for clause in dict.fromkeys(best):
        yield from linked(spec, clause)


def linked(spec: Spec, clause: Clause) -> Iterator[Clause]:
    """The clauses that a clause links to by page and anchor."""
    for link in clause.links.split():
        target, _, anchor = link.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(clause.page), target)) if target else clause.page
        there = spec.clause(f"{page_name(page)}#{anchor}")
        if there is not None:
            yield there
