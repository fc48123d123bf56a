"""The evaluation set as a gate: no change makes search, judge or duplicates worse without being noticed.

The floors lie some cases below what is reached, so that another machine's last digit trips nothing. Who makes
something better raises them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.metrics import Outcomes, Share
from spec_lookup.evaluation.tables import tables

FOLDER = Path(__file__).parent.parent / "data" / "evaluation"


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """Everything answered once, with the model."""
    return evaluate(FOLDER)


def figure(outcomes: Outcomes, table: str, row: str, column: int = 1) -> float:
    """One cell of the tables as a number."""
    [found] = [each for each in tables(outcomes) if each.key == table]
    [cells] = [cells for cells in found.rows if cells[0] == row]
    cell = cells[column]
    value = cell.value if isinstance(cell, Share) else cell
    assert isinstance(value, int | float)
    return float(value)


@pytest.mark.parametrize(
    ("table", "row", "column", "floor"),
    [
        ("search", "nDCG@10", 1, 0.74),
        ("citations", "pairs", 1, 0.39),  # hit@1
        ("citations", "pairs", 2, 0.58),  # hit@3
        ("citations", "singles", 1, 0.62),
        ("citations", "singles", 2, 0.81),
        ("singles", "decided (coverage)", 1, 0.18),
        ("singles", "right among the decided", 1, 0.97),
        ("duplicates", "recall@5 (mean over reports that have duplicates)", 1, 0.94),
    ],
)
def test_what_is_reached_is_kept(outcomes: Outcomes, table: str, row: str, column: int, floor: float) -> None:
    """Each floor is about four cases below what is reached."""
    assert floor <= figure(outcomes, table, row, column)


@pytest.mark.parametrize(
    ("table", "row", "ceiling"),
    [
        ("pairs", "both versions answered the wrong way round", 0.03),
        ("duplicates", "false alarms", 0.10),
    ],
)
def test_what_would_hurt_stays_rare(outcomes: Outcomes, table: str, row: str, ceiling: float) -> None:
    """A wrong verdict costs more than none, and so does a false alarm."""
    assert ceiling >= figure(outcomes, table, row)


def test_pairs_are_decided_with_care(outcomes: Outcomes) -> None:
    """Few pair cases are decided wrongly, however many are decided."""
    wrong = [case for pair in outcomes.pairs for case in (pair.a, pair.b) if case.decided and not case.right]

    assert 0.03 >= len(wrong) / (2 * len(outcomes.pairs))
