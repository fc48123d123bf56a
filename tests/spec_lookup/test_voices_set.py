"""The set of voices: three products that nobody had in view, and requests in the words of real users."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.metrics import Judged
from tests.spec_lookup.sets import assert_sixty_of_each

FOLDER = Path(__file__).parents[1] / "data" / "evaluation-voices"
SPECS = {"garage": 19, "music-school": 19, "ferry": 17}
FEWEST_DECIDED = 44
"""Of 180; measured: 47."""

WRONG = 1
"""A text with an order to the judge that has the words of a crash beside it; orders change no verdict."""


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
    """And enough is decided that silence is no way out."""
    decided = [case for case in judged if case.decided]

    assert WRONG >= sum(not case.right for case in decided)
    assert FEWEST_DECIDED <= len(decided)
