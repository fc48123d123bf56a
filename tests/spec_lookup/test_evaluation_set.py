"""The evaluation sets are sound: a number that is measured on them means what it says."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import page_clauses

DATA = Path(__file__).parent.parent / "data"
SETS = ("evaluation", "evaluation-unseen")
LONGEST_SHARED_RUN = 5
"""Words in a row that a request may share with its clause; more would be quoting."""

Row = dict[str, Any]


def rows(name: str, sets: tuple[str, ...] = SETS) -> list[Row]:
    """The rows of one file in each of the sets."""
    files = [DATA / folder / f"{name}.jsonl" for folder in sets]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@cache
def bodies(spec: str) -> dict[str, str]:
    """Each clause of a spec with its body as it was written; no two sets have a spec of the same name."""
    [folder] = [DATA / each / "specs" / spec for each in SETS if (DATA / each / "specs" / spec).is_dir()]
    found = {}
    for name, text in read_pages(folder):
        lines = text.split("\n")
        made = page_clauses(name, text)
        ends = [clause.line - 1 for clause in made[1:]] + [len(lines)]
        for clause, end in zip(made, ends, strict=True):
            found[clause.cite] = flat("\n".join(lines[clause.line : end]))
    return found


def flat(text: str) -> str:
    """The text with single spaces."""
    return " ".join(text.split())


def shared_run(request: Row, clause: str) -> int:
    """The longest run of words that a request has in common with a clause."""
    told = re.findall(r"\w+", " ".join(map(str, request.values())).lower())
    clause_words = " ".join(re.findall(r"\w+", clause.lower()))
    text = f" {clause_words} "
    best = 0
    for start in range(len(told)):
        while start + best < len(told) and f" {' '.join(told[start : start + best + 1])} " in text:
            best += 1
    return best


PAIRS = rows("pairs")
EVERYTHING = [row for name in ("pairs", "singles", "queries", "issues", "new_reports") for row in rows(name)]


@pytest.mark.parametrize("row", PAIRS, ids=[row["id"] for row in PAIRS])
def test_a_pair_is_decided_by_its_clause(row: Row) -> None:
    """The deciding words stand in their own version only, the verdicts differ, and the request quotes neither."""
    body, other = bodies(row["spec"])[f"{row['page']}#{row['anchor']}"], flat(row["clause_b"])

    assert flat(row["decisive_text_a"]) in body
    assert flat(row["decisive_text_a"]) not in other
    assert flat(row["decisive_text_b"]) in other
    assert flat(row["decisive_text_b"]) not in body
    assert {row["verdict_a"], row["verdict_b"]} == {"bug", "change"}
    assert all(cite in bodies(row["spec"]) for cite in row.get("also", []))
    assert shared_run(row["request"], body) <= LONGEST_SHARED_RUN
    assert shared_run(row["request"], other) <= LONGEST_SHARED_RUN


def test_the_clauses_of_singles_and_queries_exist() -> None:
    """A gold clause that is not there could never be found."""
    for row in rows("singles"):
        assert row["page"] is None or f"{row['page']}#{row['anchor']}" in bodies(row["spec"]), row["id"]
    for row in rows("queries"):
        assert set(row["relevant"]) <= bodies(row["spec"]).keys(), row["id"]
        assert 2 in row["relevant"].values(), row["id"]


def test_ids_are_unique_and_every_row_has_its_part() -> None:
    """Tune is for looking, held for measuring; no page has deciding clauses in both."""
    assert len({row["id"] for row in EVERYTHING}) == len(EVERYTHING)
    assert {row["part"] for row in EVERYTHING} == {"tune", "held"}
    pages = {
        part: {(row["spec"], row["page"]) for row in (*PAIRS, *rows("singles")) if row["part"] == part and row["page"]}
        for part in ("tune", "held")
    }
    assert pages["tune"].isdisjoint(pages["held"])


def test_duplicates_are_mutual() -> None:
    """One fix would close both: that holds both ways."""
    issues = {row["id"]: row for row in rows("issues")}
    for row in issues.values():
        assert all(row["id"] in issues[other]["duplicates"] for other in row["duplicates"]), row["id"]
    for row in rows("new_reports"):
        for other in row["duplicates"]:
            assert set(issues[other]["duplicates"]) <= set(row["duplicates"]), row["id"]


@pytest.mark.parametrize(
    ("name", "least"), [("pairs", 60), ("singles", 60), ("queries", 60), ("issues", 45), ("new_reports", 30)]
)
def test_it_is_large_enough(name: str, least: int) -> None:
    """With fewer, one case would move a figure by too much."""
    assert len(rows(name, ("evaluation",))) >= least
