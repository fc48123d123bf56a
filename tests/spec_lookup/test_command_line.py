"""The command line, run as a command: JSON Lines in, JSON Lines out, bad lines named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPECS = Path(__file__).parent.parent / "data" / "specs"


def run(*arguments: object, text: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    """Run `python -m spec_lookup` with some standard input."""
    data = text.encode() if isinstance(text, str) else text
    return subprocess.run(
        [sys.executable, "-m", "spec_lookup", *map(str, arguments)], input=data, capture_output=True, check=False
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the library's spec, made by the command."""
    out = tmp_path_factory.mktemp("built") / "index"
    assert 0 == run("build", SPECS / "library", "--out", out).returncode
    return out


def test_search_answers_each_query_in_order(index: Path, tmp_path: Path) -> None:
    """One result for one query; ids are given back as they came."""
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "b", "query": "fine"}\n\n{"id": 7, "query": "café"}\n', encoding="utf-8")
    done = run("search", "--index", index, "--queries", queries, "--limit", 1)
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]

    assert ["b", 7] == [row["id"] for row in rows]
    assert ["loans#fines", "opening#weekdays"] == [row["results"][0]["clause"] for row in rows]
    assert {"clause", "score", "quote"} == set(rows[0]["results"][0])


def test_a_search_that_finds_nothing_says_so(index: Path) -> None:
    """No result on standard output, a sentence beside it, and no failure."""
    done = run("search", "--index", index, "猫粮多少钱")

    assert (0, {"id": "1", "results": []}) == (done.returncode, json.loads(done.stdout))
    assert b"1: the search found no clause about this" in done.stderr


def test_judge_reads_standard_input(index: Path) -> None:
    """The result has exactly the members that are promised."""
    request = {"id": "1", "summary": "Error page", "what_happened": "It shows an internal server error."}
    done = run("judge", "--index", index, "--requests", "-", text=json.dumps(request))
    row = json.loads(done.stdout)

    assert {"id", "verdict", "confidence", "citations", "reasons", "spec"} == set(row)
    assert "bug" == row["verdict"]


def test_duplicates_ranks_filed_issues(tmp_path: Path) -> None:
    """The issue about the same thing comes first."""
    issues, reports = tmp_path / "issues.jsonl", tmp_path / "reports.jsonl"
    rows = [("A", "Fine is charged twice", "for one day"), ("B", "Search is slow", "it takes a minute")]
    lines = [json.dumps({"id": i, "summary": s, "description": d}) for i, s, d in rows]
    issues.write_text("\n".join(lines), encoding="utf-8")
    reports.write_text(
        json.dumps({"id": "N", "summary": "a fine charged two times", "description": "the same day twice"}),
        encoding="utf-8",
    )
    row = json.loads(run("duplicates", "--issues", issues, "--reports", reports).stdout)

    assert "A" == row["candidates"][0]["id"]
    assert {"id", "candidates", "duplicate"} == set(row)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "not a line of JSON"),
        (b"[1]", "object is needed"),
        (b'{"id": "2"}', "'query' is missing"),
        (b'{"id": "2", "query": 5}', "has to be a text"),
        (b'{"id": "2", "query": "caf\xe9"}', "UTF-8"),
    ],
)
def test_a_bad_line_ends_the_run_before_anything_is_printed(index: Path, line: bytes, says: str) -> None:
    """Its number stands on stderr, the status is 2, and no partial output is presented as whole."""
    done = run("search", "--index", index, "--queries", "-", text=b'{"id": "1", "query": "fine"}\n' + line)

    assert (2, b"") == (done.returncode, done.stdout)
    assert "-:2:" in done.stderr.decode()
    assert says in done.stderr.decode()


def test_a_missing_index_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """No stack trace."""
    done = run("search", "--index", tmp_path, "fine")

    assert 2 == done.returncode
    assert b"Build it" in done.stderr
    assert b"Traceback" not in done.stderr
