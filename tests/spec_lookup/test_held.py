"""The gate of the built-in judge on all that is held back: nothing false is said, and next to nothing decided wrongly.

Nobody reads the rows that are held back; what fails here is a ground, and a ground that fails is switched off.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.grounds import calibration_error
from spec_lookup.evaluation.measure_grounds import GROUNDS, judged_in, main, measure
from spec_lookup.evaluation.metrics import Judged
from spec_lookup.judge.confidence import FILE, confidence, measured

DATA = Path(__file__).parent.parent / "data"
SPECS = {"ct2": DATA.parent.parent / "docs" / "spec", "library": DATA / "specs" / "library"}

MEASURED_ON = ("evaluation", "evaluation-unseen", "clerks", "probes", "forms")
"""What `grounds.json` is measured on; the last set stays apart from it."""

SETS = (*MEASURED_ON, "evaluation-held-out")

MOST_WRONG = 0.03

Sets = Mapping[str, list[Judged]]


@pytest.fixture(scope="module")
def held() -> Sets:
    """The cases that are held back, judged, by set."""
    return {name: judged_in(evaluate(DATA / name, "held", specs=SPECS)) for name in SETS}


def test_nothing_false_is_said(held: Sets) -> None:
    """No sentence and no quote of any verdict, decided or not, that a second look at claim and clause denies."""
    assert [] == [wrong for rows in held.values() for case in rows for wrong in case.false]


def test_next_to_nothing_is_decided_wrongly(held: Sets) -> None:
    """Of all that is decided, in all sets together."""
    decided = [case for rows in held.values() for case in rows if case.decided]
    wrong = Counter(case.ground for case in decided if not case.right)

    assert sum(wrong.values()) <= MOST_WRONG * len(decided), wrong


@pytest.mark.parametrize(
    ("name", "least"),
    [("forms", 36), ("clerks", 5), ("evaluation", 4), ("evaluation-unseen", 2)],
)
def test_silence_is_no_way_out(held: Sets, name: str, least: int) -> None:
    """A judge that decides nothing makes no mistakes: so many are decided of each set."""
    assert least <= sum(case.decided for case in held[name])


@pytest.mark.parametrize(
    ("ground", "least"), [("crash", 8), ("setup-form", 15), ("question-form", 15), ("question", 4)]
)
def test_each_ground_decides(held: Sets, ground: str, least: int) -> None:
    """What the issue of a certain judge leaves it: crashes, the forms that say what they are, plain questions."""
    assert least <= sum(case.ground == ground for rows in held.values() for case in rows)


def test_the_confidence_that_is_stated_is_what_was_measured(held: Sets) -> None:
    """The file in the package is what its command writes today; who changes the judge measures it again."""
    now = measure({name: held[name] for name in MEASURED_ON})
    then = json.loads(FILE.read_text(encoding="utf-8"))

    assert now == then
    assert set(GROUNDS) == set(measured())
    assert all(row.right >= (1 - MOST_WRONG) * row.decided for row in measured().values())


def test_the_confidence_is_near_what_is_reached(held: Sets) -> None:
    """Expected calibration error over all that is held back."""
    error = calibration_error([case for rows in held.values() for case in rows])

    assert error is not None
    assert error <= 0.05


def test_nothing_is_decided_that_is_not_high(held: Sets) -> None:
    """What is stated flatly is stated with high confidence, in the words of the receipt (from 0.75)."""
    assert all(case.confidence >= 0.75 for rows in held.values() for case in rows if case.decided)
    assert all(confidence(ground) < 1 for ground in GROUNDS)


def test_the_command_writes_what_it_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a folder that cannot be read it writes nothing."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", str(tmp_path / "no-model"))
    out = tmp_path / "grounds.json"

    assert 2 == main([str(tmp_path / "nowhere"), "--out", str(out)])
    assert not out.exists()
    assert 0 == main([str(DATA / "clerks"), "--spec", f"ct2={SPECS['ct2']}", "--out", str(out)])
    assert {"clerks": 67} == json.loads(out.read_text(encoding="utf-8"))["measured on"]
