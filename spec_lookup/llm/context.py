"""The clauses that a prompt holds for a claim: those that decide it nearly always, and what they refer to.

First the best for the claim as a whole, then the best for each of its parts (one part of a long report may
be about another page), then what any of these link to. Clauses are short, so the context has many: a
clause too many costs a fraction of a cent, and one too few a wrong verdict. They stand page by page, as they
are written, and not by their scores: the model sees what belongs together, and a rank is no evidence.
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
"""Clauses in the context for the whole claim, and for each of its parts alone."""

MOST_CHARACTERS = 12_000
"""The longest context. A clause that does not fit makes room for shorter ones behind it."""

LONGEST_CLAUSE = 6_000
"""Characters of one clause that are in it."""


def context(spec: Spec, claim: Claim) -> list[Clause]:
    """The clauses for a prompt, page by page. Only normative ones that say something: no other decides."""
    by_cite: dict[str, Clause] = {}
    room = MOST_CHARACTERS
    for clause in _wanted(spec, claim.shortened().parts()):
        size = min(len(clause.markdown), LONGEST_CLAUSE)
        if clause.cite not in by_cite and clause.normative and 0 < size <= room:
            by_cite[clause.cite] = clause
            room -= size
    return sorted(by_cite.values(), key=lambda clause: (clause.page, clause.line))


def _wanted(spec: Spec, parts: list[tuple[str, float]]) -> Iterator[Clause]:
    """All candidates in the order in which they are wanted; some come more than once."""
    best = [hit.clause for hit in spec.deciding(parts, FOR_CLAIM)]
    for part in parts:
        best += [hit.clause for hit in spec.deciding([part], FOR_PART)]
    yield from best
    for clause in dict.fromkeys(best):
        yield from linked_clauses(spec, clause)


def linked_clauses(spec: Spec, clause: Clause) -> Iterator[Clause]:
    """The clauses that a clause links to by page and anchor."""
    for link in clause.links.split():
        target, _, anchor = link.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(clause.page), target)) if target else clause.page
        linked = spec.clause(f"{page_name(page)}#{anchor}")
        if linked is not None:
            yield linked
