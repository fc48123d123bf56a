"""The probes are sound: a proof that fails on them fails by itself and not by a broken line."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import page_clauses
from tests.spec_lookup.sets import clauses_of, shared_run

FOLDER = Path(__file__).parents[1] / "data" / "probes"
SPECS = ("bees", "radio")
PROOFS = ("limit", "list", "state", "role", "permission")
VERDICTS = ("bug", "change", "misc", "silent")
KINDS = {"bug": "spec", "change": "spec", "misc": "howto", "silent": "silent"}
TRAPS = {
    *("", "default", "exception_applies", "exception_elsewhere", "expected_first", "hypothetical"),
    *("irrelevant_numbers", "misquote", "negation", "other_clause", "other_role", "other_rule", "other_state"),
    *("other_subject", "paraphrase", "question", "swapped", "two_numbers", "two_persons", "unit", "wanted"),
}
TABLED = {"state", "role"}
SEED = 23
LONGEST_SHARED_RUN = 5
"""Words in a row that a request may share with its clause; more would be quoting."""

Row = dict[str, Any]
ROWS: list[Row] = [json.loads(line) for line in (FOLDER / "probes.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def clauses(spec: str) -> dict[str, str]:
    """Each clause of a spec."""
    return clauses_of(FOLDER / "specs" / spec)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_probe_rests_on_a_clause_that_it_does_not_quote(row: Row) -> None:
    """A clause is named where one decides or answers, and it exists."""
    assert row["proof"] in PROOFS
    assert row["trap"] in TRAPS
    assert row["kind"] == KINDS[row["verdict"]]
    assert (row["page"] is None) == (row["anchor"] is None) == (row["verdict"] == "silent")
    assert row["request"]["summary"]
    assert len(row["request"]["summary"]) <= 120
    if row["page"] is not None:
        clause = clauses(row["spec"])[f"{row['page']}#{row['anchor']}"]
        assert clause.strip()
        assert shared_run(row["request"], clause) <= LONGEST_SHARED_RUN


def test_no_probe_is_counted_twice() -> None:
    """Neither by its id nor by its words."""
    assert len(ROWS) == len({row["id"] for row in ROWS})
    assert len(ROWS) == len({row["request"]["what_happened"] for row in ROWS})


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("proof", PROOFS)
def test_every_proof_is_probed_in_both_directions_and_with_traps(spec: str, proof: str) -> None:
    """A proof that always says the same, or that nobody tries to mislead, is not measured."""
    there = [row for row in ROWS if row["spec"] == spec and row["proof"] == proof]
    plain = Counter(row["verdict"] for row in there if not row["trap"])
    trapped = Counter(row["verdict"] for row in there if row["trap"])

    assert len(there) >= 24
    assert set(plain) == {"bug", "change"}
    assert 0.35 <= plain["bug"] / plain.total() <= 0.65
    assert set(trapped) == set(VERDICTS)
    assert 0.35 <= trapped.total() / len(there) <= 0.6


@pytest.mark.parametrize("says", ["bug", "change", "question", ""])
def test_what_the_reporter_calls_it_tells_nothing_of_the_verdict(says: str) -> None:
    """A judge that reads the picked kind, or its opposite, in place of the pages must not gain by it."""
    every = Counter(row["verdict"] for row in ROWS)
    called = Counter(row["verdict"] for row in ROWS if row["request"]["reporter_says"] == says)

    assert all(abs(called[verdict] - every[verdict] / 4) <= 1 for verdict in VERDICTS)


def test_a_third_is_held_back_by_chance() -> None:
    """Whoever adds lines draws anew; nobody picks what is held."""
    drawn: set[str] = set()
    for proof in PROOFS:
        for verdict in VERDICTS:
            ids = sorted(row["id"] for row in ROWS if row["proof"] == proof and row["verdict"] == verdict)
            random.Random(SEED).shuffle(ids)  # noqa: S311 - a draw that anybody can repeat
            drawn |= set(ids[: round(len(ids) / 3)])

    assert drawn == {row["id"] for row in ROWS if row["held"]}


@pytest.mark.parametrize("spec", SPECS)
def test_a_spec_is_of_the_size_of_a_real_one_and_its_links_lead_to_clauses(spec: str) -> None:
    """The parser takes every page, and no link is dead."""
    pages = dict(read_pages(FOLDER / "specs" / spec))
    links = [
        f"{target or name.removesuffix('.md')}#{anchor}"
        for name, text in pages.items()
        for target, anchor in re.findall(r"\]\((?:([\w-]+)\.md)?#([\w-]+)\)", text)
    ]

    assert len(pages) == 6
    assert 30 <= sum(len(re.findall(r"^##+ ", text, re.MULTILINE)) for text in pages.values()) <= 40
    assert links
    assert [] == [link for link in links if link not in clauses(spec)]


def test_plain_probes_of_a_table_rest_on_a_table() -> None:
    """A plain probe of a state or role is read off a cell, so its clause has rows and columns."""
    plain = [row for row in ROWS if row["proof"] in TABLED and not row["trap"]]

    assert [] == [row["id"] for row in plain if "| --" not in tabled(row) and "|--" not in tabled(row)]


def tabled(row: Row) -> str:
    """The clause as it stands in the page, from its heading to the end of the page."""
    page = (FOLDER / "specs" / row["spec"] / f"{row['page']}.md").read_text(encoding="utf-8")
    line = next(c.line for c in page_clauses(row["page"], page) if c.cite == f"{row['page']}#{row['anchor']}")
    return "\n".join(page.splitlines()[line:]).split("\n## ")[0]


def test_the_readme_counts_what_is_there() -> None:
    """The table has a row for each proof, with the figures of the file."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for proof in (*PROOFS, "all"):
        there = [row for row in ROWS if proof in ("all", row["proof"])]
        counts = [len(there), *(sum(row["verdict"] == verdict for row in there) for verdict in VERDICTS)]
        counts += [sum(bool(row["trap"]) for row in there), sum(row["held"] for row in there)]
        [line] = [line for line in readme.splitlines() if line.startswith(f"| {proof} |")]
        assert [str(count) for count in counts] == line.strip("| ").split(" | ")[1:]
    assert f"seed {SEED}" in readme
    explained = re.findall(r"^\| `(\w+)` \|", readme.partition("| The careless reading |")[2], re.MULTILINE)
    assert sorted(TRAPS - {""}) == sorted(explained)
    assert TRAPS == {row["trap"] for row in ROWS}
