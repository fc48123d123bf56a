"""tests/data/requests.jsonl: requests as CT2's users write them, which `make demo` and the benchmarks send."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from werkzeug.datastructures import MultiDict

from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category
from intake_fn.web.forms import form_for
from spec_lookup import Claim, Spec, page_clauses, read_pages
from tests.wiki.conftest import ROOT

if TYPE_CHECKING:
    from intake_fn.core.process import Process

LINES = (ROOT / "tests" / "data" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
REQUESTS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
OPENAPI = yaml.safe_load((ROOT / "docs" / "api" / "openapi.yaml").read_text(encoding="utf-8"))

LEAST = 30


@pytest.mark.parametrize("request_", REQUESTS, ids=[row["summary"] for row in REQUESTS])
def test_the_api_takes_it(request_: dict[str, Any], process: Process) -> None:
    """Each one passes the API's schema and its form."""
    sent = {name: value for name, value in request_.items() if name != "expect"}
    schema = {"$ref": "#/components/schemas/Request", "components": OPENAPI["components"]}
    given = {name: value for name, value in sent.items() if value not in ("", {})}
    jsonschema.validate(given, schema)
    answers: MultiDict[str, str] = MultiDict()
    for name, value in {**sent, **sent["details"]}.items():
        answers.setlist(name, value if isinstance(value, list) else [value])
    form = form_for(Kind(sent["kind"]), process, answers)

    assert form.check(attached=1), form.errors


def test_the_clauses_that_decide_exist() -> None:
    """What a careful person would cite stands in the spec."""
    pages = sorted((ROOT / "docs" / "spec").glob("*.md"))
    known = {clause.cite for page in pages for clause in page_clauses(page.name, page.read_text(encoding="utf-8"))}
    wanted = {row["expect"]["clause"] for row in REQUESTS} - {None}

    assert wanted - known == set()


def test_they_are_many_and_of_all_sorts(process: Process) -> None:
    """Every office and client companies, every kind, every verdict, and labels that mislead."""
    assert len(REQUESTS) >= LEAST
    assert {row["office"] for row in REQUESTS} == {*process.offices, "client"}
    assert {row["kind"] for row in REQUESTS} == set(Kind)
    assert {row["expect"]["category"] for row in REQUESTS} == set(Category)

    pairs = Counter((row["kind"], row["expect"]["category"]) for row in REQUESTS)
    misleading = ("bug", "change"), ("bug", "misc"), ("bug", "undecided"), ("change", "bug"), ("question", "bug")

    assert [pair for pair in misleading if not pairs[pair]] == []


def test_nobody_real_is_in_them() -> None:
    """Addresses are those of example.com."""
    assert {row["email"].partition("@")[2] for row in REQUESTS} == {"example.com"}


def test_the_guide_says_what_the_demo_prints() -> None:
    """How many get the verdict that a careful person gives, and how many are left to a person."""
    spec = Spec.of(list(read_pages(ROOT / "docs" / "spec")))
    said = Counter(
        "undecided"
        if verdict == "undecided" != row["expect"]["category"]
        else str(verdict == row["expect"]["category"])
        for row in REQUESTS
        for verdict in [spec.judge(_claim(row)).category]
    )
    guide = " ".join((ROOT / "docs" / "operate" / "running.md").read_text(encoding="utf-8").split())

    assert 0 == said["False"]
    assert (
        f"of {len(REQUESTS)} requests {said['True']} get the verdict of a careful person, "
        f"{said['undecided']} stay undecided"
    ) in guide


def _claim(row: dict[str, Any]) -> Claim:
    said = (row["summary"], row["description"], row["expected"], row["steps"])
    return Claim(*said, module=row["module"], reporter_says=row["kind"])
