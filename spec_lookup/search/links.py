"""The clauses that a clause links to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from spec_lookup.search.clause import Clause
from spec_lookup.search.parse import page_name
from spec_lookup.search.spec_index import SpecIndex


def linked_clauses(spec: SpecIndex, clause: Clause) -> Iterator[Clause]:
    """The clauses that a clause links to by page and anchor."""
    for link in clause.links.split():
        target, _, anchor = link.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(clause.page), target)) if target else clause.page
        linked = spec.clause(f"{page_name(page)}#{anchor}")
        if linked is not None:
            yield linked
