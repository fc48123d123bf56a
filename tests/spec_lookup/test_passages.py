"""Long clauses: their passages hold all of them, and what stands far down is found and shown."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import Clause, Spec
from spec_lookup.search.passages import LONGEST, OVERLAP, WHOLE, passages

TEXT = st.lists(st.sampled_from(["word ", "Sentence. ", "\n\n", "a" * 700, "; ", "Ende.\n- item "]), max_size=90).map(
    "".join
)


@given(TEXT)
def test_passages_hold_the_whole_clause(text: str) -> None:
    """In order, without a gap, none too long; two overlap by a little, and never by all."""
    clause = Clause("page", "a", "Title", "Page", text, 1)
    found = passages(clause)

    assert (0, len(text)) == (found[0].start, found[-1].end)
    assert all(0 <= each.end - each.start <= (WHOLE if len(found) == 1 else LONGEST) for each in found)
    for one, other in pairwise(found):
        assert one.start < other.start <= one.end < other.end
        assert one.end - other.start <= OVERLAP


def long_page(sections: int) -> str:
    """One clause of many paragraphs, of which one tells of badges."""
    filler = [
        f"Room {n} has {n} chairs and {n + 2} tables; its door is painted in colour {n}." for n in range(sections)
    ]
    filler.insert(sections * 3 // 4, "A lost badge is replaced at the porter's lodge for a fee of 15 euros.")
    return "# House\n\n## Rules of the house {#rules}\n\n" + "\n\n".join(filler) + "\n"


@pytest.mark.parametrize("model", [True, False])
def test_what_stands_far_down_a_long_clause_is_found_and_quoted(
    model: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the model and by words alone, also after the index was written and read."""
    if not model:
        monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    others = "# Other\n\n" + "\n\n".join(f"## Visit {n}\n\nVisitors of group {n} wear a badge." for n in range(5))
    built = Spec.of([("house.md", long_page(120)), ("other.md", others + "\n")])
    built.save(tmp_path / "index")
    for spec in (built, Spec.open(tmp_path / "index")):
        hit = spec.search("what does a new badge cost when mine is lost", 1)[0]

        assert "house#rules" == hit.clause.cite
        assert "A lost badge is replaced at the porter's lodge for a fee of 15 euros." == hit.quote
        assert hit.quote in re.sub(r"\s+", " ", hit.extract)
        assert len(hit.extract) <= LONGEST < len(hit.clause.markdown)


def test_a_short_clause_is_one_passage() -> None:
    """Its extract is all of it."""
    hit = Spec.of([("a.md", "# A\n\n## B\n\nDoors close at noon.\n")]).search("doors", 1)[0]

    assert hit.clause.markdown == hit.extract
