"""The held-out set is sound: each clause exists, the mix is as the README says, and nothing was trained on it."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spec_lookup.evaluation.cases import REQUEST, Cases
from spec_lookup.evaluation.train_router import CLAIMS
from spec_lookup.search.embed import Embedder, model_folder
from spec_lookup.search.pages import read_pages
from tests.spec_lookup.sets import clauses_of, shared_run

FOLDER = Path(__file__).parents[1] / "data" / "evaluation-held-out"
SPECS = {"school-library": 48, "recycling-yard": 50}
WITH_A_CLAUSE = {"spec", "howto"}
LONGEST_SHARED_RUN = 5
"""Words in a row that a request may share with its clause; more would be quoting."""

Row = dict[str, Any]
ROWS: list[Row] = [json.loads(line) for line in (FOLDER / "singles.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def clauses(spec: str) -> dict[str, str]:
    """Each clause of a spec."""
    return clauses_of(FOLDER / "specs" / spec)


def table(heading: str) -> list[list[str]]:
    """The rows of the README's table with this heading, without the marks of code."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").replace("`", "")
    lines = readme.partition(f"| {heading} |")[2].split("\n\n")[0].splitlines()[2:]
    return [line.strip("| ").split(" | ") for line in lines]


def test_evaluate_reads_it_and_takes_every_row_for_held() -> None:
    """All rows of both specs are measured with the part held, and none can be used for tuning."""
    assert len(Cases(FOLDER, "held").singles) == len(ROWS) == 200
    assert Counter(row["spec"] for row in ROWS) == dict.fromkeys(SPECS, 100)
    assert {row["part"] for row in ROWS} == {"held"}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_request_rests_on_a_clause_or_on_none(row: Row) -> None:
    """A clause is named where one decides or answers, it exists, and the request doesn't quote it."""
    assert set(row["request"]) <= set(REQUEST)
    assert 0 < len(row["request"]["summary"]) <= 120
    assert row["request"]["reporter_says"] in {"bug", "change", "question", ""}
    assert (row["page"] is not None) == (row["anchor"] is not None) == (row["kind"] in WITH_A_CLAUSE)
    if row["page"] is not None:
        clause = clauses(row["spec"])[f"{row['page']}#{row['anchor']}"]
        assert clause.strip()
        assert shared_run(row["request"], clause) <= LONGEST_SHARED_RUN


def test_no_request_is_counted_twice() -> None:
    """Neither by its id nor by its words."""
    assert len(ROWS) == len({row["id"] for row in ROWS})
    assert len(ROWS) == len({(row["request"]["summary"], row["request"]["what_happened"]) for row in ROWS})


@pytest.mark.parametrize("spec", SPECS)
def test_a_spec_has_six_pages_and_the_clauses_that_the_readme_counts(spec: str) -> None:
    """The parser takes every page, and no clause is empty."""
    assert len(list(read_pages(FOLDER / "specs" / spec))) == 6
    assert len(clauses(spec)) == SPECS[spec]
    assert all(text.strip() for text in clauses(spec).values())
    assert f"{SPECS[spec]} clauses" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_mix_is_what_the_readme_says() -> None:
    """A figure over all of them weighs verdicts, kinds and ways of putting it like this."""
    mix = {(verdict, kind): int(count) for verdict, kind, count in table("verdict | kind | Rows")}
    put_as = table("note | Put as | Bug | Change")
    notes = Counter((row["note"], row["verdict"]) for row in ROWS if row["kind"] == "spec")

    assert Counter((row["verdict"], row["kind"]) for row in ROWS) == mix
    told = {note.replace("(empty)", ""): (int(bugs), int(changes)) for note, _, bugs, changes in put_as}
    assert told == {note: (notes[note, "bug"], notes[note, "change"]) for note, _ in notes}
    assert {row["note"] for row in ROWS if row["kind"] != "spec"} == {""}
    assert {row["request"]["reporter_says"] for row in ROWS if row["note"] == "question form"} == {"question"}


def test_no_training_claim_is_one_of_them() -> None:
    """What is measured with was not trained on, not even in other words."""
    embedder = Embedder.open(model_folder())
    assert embedder is not None
    claims = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    trained, asked = (
        embedder.embed_all([f"{row['summary']}. {row['what_happened']}" for row in rows])
        for rows in (claims, [row["request"] for row in ROWS])
    )

    assert 0.7 > float((trained @ asked.T).max())
