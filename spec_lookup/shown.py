"""Which clauses a reader is shown for a claim: those that decide it nearly always, and what they refer to.

First the best for the claim as a whole, then the best for each of its parts (a single sentence of a long
report may be about another page), then the neighbours of the first ones, then what any of these link to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from spec_lookup.claim import Claim
from spec_lookup.clause import Clause
from spec_lookup.spec import Spec

FOR_CLAIM = 8
FOR_PART = 3
"""Clauses that are shown for the whole claim, and for each of its parts alone."""

WITH_NEIGHBOURS = 2
"""How many of the first clauses bring the ones before and after them on their page."""

MOST_CLAUSES = 16
MOST_CHARACTERS = 24_000
"""What is shown at most; the first clause is shown whatever its length, up to LONGEST_CLAUSE."""

LONGEST_CLAUSE = 8_000

_LINK = re.compile(r"\]\(\s*<?([^()\s>]*?)#([^()\s>]+)>?(?:\s[^()]*)?\)")


def shown(spec: Spec, claim: Claim) -> list[Clause]:
    """The clauses to read, the most likely first, each once. Only normative ones: no other decides."""
    parts = claim.shortened().parts()
    found: dict[str, Clause] = {}
    room = MOST_CHARACTERS
    for clause in _wanted(spec, parts):
        size = min(len(clause.markdown), LONGEST_CLAUSE)
        if clause.cite in found or not clause.normative or size > room:
            continue
        found[clause.cite] = clause
        room -= size
        if len(found) == MOST_CLAUSES:
            break
    return list(found.values())


def _wanted(spec: Spec, parts: list[tuple[str, float]]) -> Iterator[Clause]:
    """All candidates in the order in which they are wanted; some come more than once."""
    first = [hit.clause for hit in spec.deciding(parts, FOR_CLAIM)]
    for part in parts:
        first += [hit.clause for hit in spec.deciding([part], FOR_PART)]
    first = list(dict.fromkeys(first))
    yield from first
    for clause in first:
        yield from linked(spec, clause)
    yield from _neighbours(spec, first[:WITH_NEIGHBOURS])


def linked(spec: Spec, clause: Clause) -> Iterator[Clause]:
    """The clauses that a clause links to with page and anchor."""
    for target, anchor in _LINK.findall(clause.markdown):
        page = posixpath.normpath(posixpath.join(posixpath.dirname(clause.page), target)) if target else clause.page
        if (there := spec.clause(f"{page.removesuffix('.md')}#{anchor}")) is not None:
            yield there


def _neighbours(spec: Spec, clauses: list[Clause]) -> Iterator[Clause]:
    """The clauses directly before and after each, on the same page."""
    every = spec.clauses
    places = {clause.cite: place for place, clause in enumerate(every)}
    for clause in clauses:
        place = places[clause.cite]
        for near in (place - 1, place + 1):
            if 0 <= near < len(every) and every[near].page == clause.page:
                yield every[near]
