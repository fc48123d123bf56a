"""Readings of two sets by careful readers, through the whole path: search, prompt, checks, verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup import LlmJudge
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.metrics import Judged, Outcomes
from spec_lookup.evaluation.shown import shown
from spec_lookup.llm.readings import from_readings

DATA = Path(__file__).parents[1] / "data"
FOLDER = Path(__file__).parents[2] / "spec_lookup" / "evaluation" / "qualification"
SETS = {"qualification": FOLDER, "evaluation-held-out": DATA / "evaluation-held-out"}
KEPT = DATA / "readings"
SEARCHES = KEPT / "searches.jsonl"

MOST_WRONG = 0.03
"""Of the decided ones."""

LEAST_DECIDED = 0.85
"""Cases that are decided, for each kept reading: where it is less, many fit their prompts no more and have to be read
anew."""


LEAST_SHOWN = 0.98
MOST_CLAUSES = 12
"""With restated searches: the issue's goal."""


def test_restated_searches_bring_the_deciding_clause_among_a_dozen() -> None:
    """They were written by careful readers who saw the reports alone; two hops included."""
    searches = from_readings(SEARCHES.read_text(encoding="utf-8").splitlines())
    cases = [case for kind in shown(FOLDER, known=searches, restates=True).values() for case in kind if case.deciding]
    found = [case for case in cases if {case.deciding, *case.also} <= set(case.cites)]

    assert len(found) >= LEAST_SHOWN * len(cases)
    assert max(len(case.cites) for case in cases) <= MOST_CLAUSES


def decided(outcomes: Outcomes) -> list[Judged]:
    """The cases that were decided."""
    cases = [*outcomes.singles, *(version for pair in outcomes.pairs for version in (pair.a, pair.b))]
    return [case for case in cases if case.decided]


@pytest.mark.parametrize("name", SETS)
def test_a_careful_reader_shown_our_clauses_is_hardly_ever_wrong(name: str) -> None:
    """The share of wrong ones among the decided; what was not read stays undecided."""
    readings = (KEPT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    cases = decided(evaluate(SETS[name], judge=LlmJudge("any-model", from_readings(readings))))
    wrong = [case for case in cases if not case.right]

    assert len(wrong) <= MOST_WRONG * len(cases), wrong
    assert len(cases) >= LEAST_DECIDED * len(readings)
