"""The mixed set: failures of other products, short foreign texts, examples that decide nothing, and plain requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.metrics import Judged
from spec_lookup.judge.verdict import UNDECIDED
from tests.spec_lookup.sets import assert_sixty_of_each

FOLDER = Path(__file__).parents[1] / "data" / "evaluation-mixed"
SPECS = {"charging": 13, "school": 13, "flags": 14}
FEWEST_DECIDED = 29
"""Of 180; measured: 32."""

FEWEST_FIRST = 110
"""Of the 123 requests with a deciding clause, those for which it is the first that is shown; measured: 116."""


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """All requests, judged once."""
    return list(evaluate(FOLDER).singles)


def test_the_set_is_what_its_page_says() -> None:
    """Sixty requests about each product, none of them held back."""
    assert_sixty_of_each(FOLDER, SPECS)


def test_nothing_false_is_said(judged: list[Judged]) -> None:
    """No sentence and no quote, decided or not."""
    assert [] == [wrong for case in judged for wrong in case.false]


def test_what_is_decided_is_right(judged: list[Judged]) -> None:
    """All of it, and enough that silence is no way out."""
    decided = [case for case in judged if case.decided]

    assert [] == [case for case in decided if not case.right]
    assert FEWEST_DECIDED <= len(decided)


def test_what_a_person_has_to_answer_is_left_to_a_person(judged: list[Judged]) -> None:
    """Failures of other products, failures that are over, and what no clause speaks of."""
    assert {UNDECIDED} == {case.given for case in judged if case.group == "silent"}


def test_the_clause_that_decides_is_shown_first(judged: list[Judged]) -> None:
    """A person who decides has it before them."""
    with_clause = [case for case in judged if case.clause]

    assert FEWEST_FIRST <= sum(case.cited[:1] == (case.clause,) for case in with_clause)
