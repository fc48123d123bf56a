"""Clauses that answer one question in two ways are found where words, numbers and tables settle it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec_lookup.seeded import ROOT, contradicting, edited, pages_of, rows

SPEC = ROOT / "docs" / "spec"
OTHERS = sorted(path for path in (ROOT / "tests" / "data").glob("evaluation*/specs/*") if path.name != "ct2")
PAGES_FOR_ONE = 50
"""Pages among which one false finding is bearable."""

FOUND = 19
"""Of 33. The others need to know what words mean, and are for a reader."""


@pytest.fixture(scope="module")
def sample() -> dict[str, str]:
    """The pages of the sample spec."""
    return pages_of(SPEC)


def test_the_sample_spec_does_not_contradict_itself(sample: dict[str, str]) -> None:
    """Nothing is found, so that a finding is looked at."""
    assert {} == {cites: (pair.first.text, pair.second.text) for cites, pair in contradicting(sample).items()}


def test_seeded_contradictions_are_found(sample: dict[str, str]) -> None:
    """All of them stand in the spec at once; those that are found are between the two clauses that were seeded."""
    seeded = rows("seeded")
    found = contradicting(edited(sample, seeded))

    assert FOUND <= sum(frozenset({row["clause"], row["other"]}) in found for row in seeded)


def test_sound_sentences_that_look_alike_are_not_found(sample: dict[str, str]) -> None:
    """The same again, another thing of the name, the other case, another rule about the same."""
    found = contradicting(edited(sample, rows("sound")))

    assert {} == {cites: (pair.first.text, pair.second.text) for cites, pair in found.items()}


def test_other_specs_hardly_have_a_false_finding() -> None:
    """At most one in fifty pages; nobody wrote them to pass."""
    pages = [pages_of(folder) for folder in OTHERS]
    found = [pair for each in pages for pair in contradicting(each).values()]

    assert len(found) <= sum(map(len, pages)) / PAGES_FOR_ONE, [(pair.first.text, pair.second.text) for pair in found]


def test_the_rows_are_of_two_clauses_or_of_one(sample: dict[str, str]) -> None:
    """Each names where it stands; a clause that contradicts itself stands there twice."""
    text = "".join(sample.values())
    anchors = {f"{Path(name).stem}" for name in sample}

    for row in rows("seeded"):
        assert {row["clause"].split("#")[0], row["other"].split("#")[0]} <= anchors
        assert all(f"{{#{cite.split('#')[1]}}}" in text for cite in (row["clause"], row["other"]))
