"""The qualification set is sound: a judge that fails on it fails by itself and not by a broken case."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import page_clauses
from tests.spec_lookup.sets import shared_run

FOLDER = Path(__file__).parents[2] / "spec_lookup" / "evaluation" / "qualification"
DOMAINS = ("carsharing", "pool", "theatre", "vet")
FEWEST = {"pairs": 16, "singles": 16, "probes": 16}
"""The rows that each domain has at least."""

PHENOMENA = {
    *("numbers", "negation", "role", "order", "default", "format", "units", "time_zone", "condition"),
    *("quantifier", "state", "paraphrase", "multi_hop"),
}
PROBES = {
    *("at_limit", "just_above", "just_below", "unit_conversion", "number_word", "two_numbers"),
    *("exception_applies", "exception_does_not_apply", "expected_first", "irrelevant_numbers", "misquote"),
    *("hidden_defect", "wish_is_a_crash", "silent_same_topic", "instruction"),
    *("french", "german", "spanish", "chinese"),
}
VERDICTS = {
    "crash": {"bug"},
    "spec": {"bug", "change"},
    "new": {"change"},
    "newuser": {"misc"},
    "newcompany": {"misc"},
    "access": {"misc"},
    "howto": {"misc"},
    "silent": {"silent"},
}
"""The verdicts that a single or probe of each kind can have."""

DECIDED_BY_A_CLAUSE = {"spec", "howto"}
LONGEST_SHARED_RUN = 5
"""Words in a row that a request may share with its clause; more would be quoting."""

Row = dict[str, Any]


def rows(name: str, domain: str = "*") -> list[Row]:
    """The rows of one kind of file, of one domain or of all."""
    files = sorted(FOLDER.glob(f"{name}-{domain}.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@cache
def bodies(domain: str) -> dict[str, str]:
    """Each clause of a spec with its body as it was written, in single spaces."""
    found = {}
    for name, text in read_pages(FOLDER / "specs" / domain):
        lines = text.split("\n")
        made = page_clauses(name, text)
        ends = [clause.line - 1 for clause in made[1:]] + [len(lines)]
        for clause, end in zip(made, ends, strict=True):
            found[clause.cite] = flat("\n".join(lines[clause.line : end]))
    return found


def headings(domain: str) -> int:
    """The clauses of a spec below a heading of their own; what a page says before the first is not counted."""
    return sum(len(re.findall(r"^##+ ", text, re.MULTILINE)) for _, text in read_pages(FOLDER / "specs" / domain))


def flat(text: str) -> str:
    """The text with single spaces."""
    return " ".join(text.split())


PAIRS = rows("pairs")
SINGLES = [*rows("singles"), *rows("probes")]


@pytest.mark.parametrize("row", PAIRS, ids=[row["id"] for row in PAIRS])
def test_a_pair_is_decided_by_its_clause(row: Row) -> None:
    """The deciding words stand in their own version only, the verdicts differ, and the request quotes neither."""
    body, other = bodies(row["spec"])[f"{row['page']}#{row['anchor']}"], flat(row["clause_b"])

    assert flat(row["decisive_text_a"]) in body
    assert flat(row["decisive_text_a"]) not in other
    assert flat(row["decisive_text_b"]) in other
    assert flat(row["decisive_text_b"]) not in body
    assert {row["verdict_a"], row["verdict_b"]} == {"bug", "change"}
    assert row["phenomenon"] in PHENOMENA
    assert "also" in row or row["phenomenon"] != "multi_hop"
    assert all(cite in bodies(row["spec"]) for cite in row.get("also", []))
    assert not re.search(r"^#", row["clause_b"], re.MULTILINE), "a version has the headings of the page as saved"
    assert shared_run(row["request"], body) <= LONGEST_SHARED_RUN
    assert shared_run(row["request"], other) <= LONGEST_SHARED_RUN


@pytest.mark.parametrize("row", SINGLES, ids=[row["id"] for row in SINGLES])
def test_a_single_has_the_verdict_of_its_kind_and_a_clause_that_exists(row: Row) -> None:
    """Where a clause decides it exists and is not quoted; elsewhere none is named."""
    assert row["verdict"] in VERDICTS[row["kind"]]
    assert (row["page"] is not None) == (row["anchor"] is not None) == (row["kind"] in DECIDED_BY_A_CLAUSE)
    if row["page"] is not None:
        clause = bodies(row["spec"])[f"{row['page']}#{row['anchor']}"]
        assert shared_run(row["request"], clause) <= LONGEST_SHARED_RUN


def test_every_row_has_an_id_and_a_request_of_its_own() -> None:
    """A case that was counted twice would weigh twice."""
    every = [*PAIRS, *SINGLES]

    assert [] == [key for key, times in Counter(row["id"] for row in every).items() if times > 1]
    assert [] == [key for key, times in Counter(row["request"]["what_happened"] for row in every).items() if times > 1]


@pytest.mark.parametrize("says", ["bug", "change", "question", ""])
def test_what_the_reporter_calls_it_tells_nothing_of_the_verdict(says: str) -> None:
    """A judge that reads the picked kind, or its opposite, in place of the pages must not gain by it."""
    verdicts = Counter(
        row["verdict"] for row in SINGLES if row["kind"] == "spec" if row["request"]["reporter_says"] == says
    )

    assert 0.3 <= verdicts["bug"] / verdicts.total() <= 0.7


def test_every_file_is_of_a_known_domain() -> None:
    """A file whose name is misspelled would not be measured."""
    known = {f"{name}-{domain}.jsonl" for name in FEWEST for domain in DOMAINS}

    assert known == {path.name for path in FOLDER.glob("*.jsonl")}
    assert set(DOMAINS) == {path.name for path in (FOLDER / "specs").iterdir()}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_has_enough_of_each_kind(domain: str) -> None:
    """Half of the pairs begin with a bug, and every difficulty is tried in every domain."""
    pairs, singles, probes = (rows(name, domain) for name in FEWEST)

    assert all(FEWEST[name] <= len(rows(name, domain)) for name in FEWEST)
    assert all(row["spec"] == domain for row in (*pairs, *singles, *probes))
    assert {"bug": len(pairs) // 2, "change": len(pairs) // 2} == Counter(row["verdict_a"] for row in pairs)
    assert {row["probe"] for row in probes} == PROBES
    assert {"spec", "crash", "new", "access", "howto", "silent"} <= {row["kind"] for row in singles}
    assert {"newuser", "newcompany"} & {row["kind"] for row in singles}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_spec_is_of_the_size_of_a_real_one_and_its_links_lead_to_clauses(domain: str) -> None:
    """The parser takes every page (it refuses a page with two equal anchors), and no link is dead."""
    clauses = bodies(domain)
    pages = dict(read_pages(FOLDER / "specs" / domain))
    links = [
        f"{target or name.removesuffix('.md')}#{anchor}"
        for name, text in pages.items()
        for target, anchor in re.findall(r"\]\((?:([\w-]+)\.md)?#([\w-]+)\)", text)
    ]

    assert 7 <= len(pages) <= 9
    assert 40 <= headings(domain) <= 55
    assert links
    assert [] == [link for link in links if link not in clauses]
    assert sum(text.count("](") for text in pages.values()) == len(links), "every link names a clause"


def test_the_readme_counts_what_is_there() -> None:
    """The table of counts has a row for each domain, with the figures of its files."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for domain in DOMAINS:
        counts = [len(list(read_pages(FOLDER / "specs" / domain))), headings(domain)]
        counts += [len(rows(name, domain)) for name in FEWEST]
        [line] = [line for line in readme.splitlines() if line.startswith(f"| `{domain}` |")]
        assert [str(count) for count in counts] == line.strip("| ").split(" | ")[2:]
