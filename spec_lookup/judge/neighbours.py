"""The clauses that have to do with a clause: they link to it, it links to them, or they are about the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from spec_lookup.search.clause import Clause
from spec_lookup.search.links import linked_clauses
from spec_lookup.search.spec_index import SpecIndex

NEAR = 5
"""Clauses that are named for being about the same."""


class Relation(StrEnum):
    """How a clause has to do with another one; the first that holds is said."""

    LINKS_HERE = "links-here"
    LINKED = "linked"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A clause with its relation to the one that was asked about."""

    clause: Clause
    relation: Relation


def neighbours(spec: SpecIndex, cite: str, text: str, near: int = NEAR) -> tuple[Neighbour, ...]:
    """The neighbours of a clause, each once; `text` is what it says, or would say if it is new."""
    here = spec.clause(cite)
    found: dict[str, Neighbour] = {}
    for clause in spec.clauses():
        if clause.links and any(linked.cite == cite for linked in linked_clauses(spec, clause)):
            found.setdefault(clause.cite, Neighbour(clause, Relation.LINKS_HERE))
    for linked in linked_clauses(spec, here) if here else ():
        found.setdefault(linked.cite, Neighbour(linked, Relation.LINKED))
    hits = [hit.clause for hit in spec.search(text, near + 1) if hit.clause.cite != cite]
    for clause in hits[:near]:
        found.setdefault(clause.cite, Neighbour(clause, Relation.NEAR))
    found.pop(cite, None)
    return tuple(found.values())
