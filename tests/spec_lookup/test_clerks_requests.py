"""The clerk's requests are sound: each clause is in the sample spec as it is now, and the mix is as the README says."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.spec_lookup.sets import clauses_of, shared_run

ROOT = Path(__file__).parents[2]
MIX = {
    ("bug", "spec"): 55,
    ("bug", "crash"): 15,
    ("change", "spec"): 45,
    ("change", "new"): 25,
    ("misc", "newuser"): 8,
    ("misc", "newcompany"): 5,
    ("misc", "access"): 8,
    ("misc", "howto"): 15,
    ("misc", "general"): 4,
    ("silent", "silent"): 20,
}
WITH_A_CLAUSE = {"spec", "howto"}
LONGEST_SHARED_RUN = 3
"""Words in a row that a request may share with its clause; more would be quoting."""

FILE = ROOT / "tests" / "data" / "clerks" / "requests.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@cache
def spec() -> dict[str, str]:
    """Each clause of the sample spec."""
    return clauses_of(ROOT / "docs" / "spec")


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_request_rests_on_a_clause_or_on_none(row: dict[str, Any]) -> None:
    """A clause is named where one decides or answers, it exists, and the clerk doesn't quote it."""
    assert (row["page"] is not None) == (row["anchor"] is not None) == (row["kind"] in WITH_A_CLAUSE)
    if row["page"] is not None:
        clause = spec()[f"{row['page']}#{row['anchor']}"]
        assert clause.strip()
        assert shared_run(row["request"], clause) <= LONGEST_SHARED_RUN


def test_the_mix_is_what_the_readme_says() -> None:
    """A figure over all of them weighs the verdicts like this."""
    assert Counter((row["verdict"], row["kind"]) for row in ROWS) == MIX


def test_no_request_is_counted_twice() -> None:
    """Neither by its id nor by its words."""
    assert len(ROWS) == len({row["id"] for row in ROWS})
    assert len(ROWS) == len({row["request"]["what_happened"] for row in ROWS})


def test_a_third_of_each_kind_is_held_back_by_chance() -> None:
    """Whoever adds lines draws anew; nobody picks what is held."""
    draw = random.Random(12)  # noqa: S311 - a draw that anybody can repeat
    drawn = set()
    for kind, count in MIX.items():
        there = [index for index, row in enumerate(ROWS) if (row["verdict"], row["kind"]) == kind]
        drawn |= set(draw.sample(there, round(count / 3)))

    assert len(drawn) == 67
    assert drawn == {index for index, row in enumerate(ROWS) if row["held"]}
