"""A spec of a folder of cases, as saved and with another body of a clause.

A pair is one request under two versions of a clause. For version B a copy of the pages is made in
memory, the body of the clause is replaced, and a spec is built anew from the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from spec_lookup.judge.spec import Spec
from spec_lookup.search.clause import Clause
from spec_lookup.search.parse import page_clauses, page_name

Pages = list[tuple[str, str]]


class Source:
    """A spec of the folder, as saved."""

    def __init__(self, pages: Pages) -> None:
        """`pages` are name and text of each page."""
        self.pages = pages
        self.clauses = clauses_of(pages)

    @cached_property
    def spec(self) -> Spec:
        """The spec as saved; built on first use."""
        return Spec.of(self.pages)

    def with_body(self, cite: str, body: str) -> Pages:
        """A copy of the pages in which this clause has another body, and nothing else is otherwise.

        Raises ValueError when the body has a heading, or would change another clause or not become this one's text.
        """
        clause, alone = self.clauses[cite], _alone(body)
        pages = [
            (name, _replaced(text, clause, self._next_line(clause), body) if page_name(name) == clause.page else text)
            for name, text in self.pages
        ]
        wanted = {**self.clauses, cite: replace(clause, markdown=alone.markdown, links=alone.links)}
        if _without_lines(clauses_of(pages)) != _without_lines(wanted):
            raise ValueError(cite)
        return pages

    def _next_line(self, clause: Clause) -> int | None:
        """The line of the heading that ends this clause; None for the last one of its page."""
        below = [c.line for c in self.clauses.values() if c.page == clause.page and c.line > clause.line]
        return min(below, default=None)


def clauses_of(pages: Pages) -> dict[str, Clause]:
    """The clauses of some pages by how they are cited."""
    return {clause.cite: clause for name, text in pages for clause in page_clauses(name, text)}


def _without_lines(clauses: Mapping[str, Clause]) -> dict[str, Clause]:
    """What the clauses say, wherever and however they are written."""
    return {cite: replace(clause, line=0, source="") for cite, clause in clauses.items()}


def _alone(body: str) -> Clause:
    """A body as the clause of a page that holds nothing else. Raises ValueError when it has a heading."""
    bodies = page_clauses("body", f"\n{body}\n")  # below an empty line nothing is front matter
    if [clause.anchor for clause in bodies] not in ([], [""]):
        raise ValueError(body)
    return bodies[0] if bodies else Clause("body", "", "", "", "", 1)


def _replaced(text: str, clause: Clause, next_line: int | None, body: str) -> str:
    """The page with another body between the clause's heading and the next one."""
    lines = text.split("\n")
    below = lines[next_line - 1 :] if next_line else []
    return "\n".join([*lines[: clause.line], "", body, "", *below])
