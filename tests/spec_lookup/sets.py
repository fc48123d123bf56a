"""What the tests of the evaluation sets ask of a request and its clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from spec_lookup.evaluation.cases import Cases
from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import page_clauses


def clauses_of(folder: Path) -> dict[str, str]:
    """The text of each clause of a spec."""
    return {clause.cite: clause.text for name, text in read_pages(folder) for clause in page_clauses(name, text)}


def assert_sixty_of_each(folder: Path, specs: Mapping[str, int]) -> None:
    """A set has sixty requests about each spec, none of them held back, and each spec so many clauses."""
    rows = Cases(folder, "tune").singles

    assert dict.fromkeys(specs, 60) == Counter(row.data["spec"] for row in rows)
    assert {name: len(clauses_of(folder / "specs" / name)) for name in specs} == specs


def shared_run(request: Mapping[str, str], clause: str) -> int:
    """The longest run of words that a part of a request has in common with a clause."""
    clause_words = " ".join(["", *re.findall(r"\w+", clause.lower()), ""])
    best = 0
    for part in request.values():
        told = re.findall(r"\w+", part.lower())
        for start in range(len(told)):
            while start + best < len(told) and f" {' '.join(told[start : start + best + 1])} " in clause_words:
                best += 1
    return best
