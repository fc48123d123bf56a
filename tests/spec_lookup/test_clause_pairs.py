"""Pairs of clauses that a language model reads: what it calls a contradiction has to stand in both, in two readings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from intake_fn.cli import main
from spec_lookup import Clause, NoResponse, Price, page_clauses, pairs_to_read, read_pairs
from spec_lookup.llm.cassettes import replaying
from spec_lookup.llm.clause_pairs import Relation, checked_comparison
from spec_lookup.llm.response import Fault
from tests.llm_server import running
from tests.spec_lookup.seeded import ROOT, pages_of

DATA = ROOT / "tests" / "data" / "pairs-read"
QUESTION = "How often may the loan of one book be extended while nobody waits for it?"
ONCE, OFTEN = "A reader extends a loan once, by 14 days", "as often as its reader asks, as long as nobody waits for it"

Plain = dict[str, Any]


@pytest.fixture(scope="module")
def clauses() -> dict[str, Clause]:
    """The clauses of the small spec."""
    pages = pages_of(DATA / "spec").items()
    return {clause.cite: clause for name, text in pages for clause in page_clauses(name, text)}


def read(clauses: dict[str, Clause], first: str, second: str) -> Any:
    """What the recorded readings of a pair come to."""
    model = replaying(DATA / "cassettes", note_missing=False)
    (pair,) = read_pairs("any-model", model, [(clauses[first], clauses[second])])
    return pair


def filled(**changes: Any) -> Plain:
    """A comparison that holds, changed."""
    held = {"relation": "contradict", "question": QUESTION, "first_quote": OFTEN, "second_quote": ONCE}
    return {**held, **changes}


def test_a_contradiction_stands_in_both_clauses_in_both_readings(clauses: dict[str, Clause]) -> None:
    """With the question that both answer; the passage that was copied wrongly was told once."""
    pair = read(clauses, "desk#renewals", "loans#extend")

    assert (QUESTION, OFTEN, ONCE) == (
        pair.contradiction.question,
        pair.contradiction.first,
        pair.contradiction.second,
    )
    assert pair.contradiction.first in pair.first.text
    assert pair.contradiction.second in pair.second.text


def test_what_agrees_is_read_once_and_what_is_read_differently_is_left_to_a_person(clauses: dict[str, Clause]) -> None:
    """Neither is a finding."""
    agrees, differs = read(clauses, "desk#fees", "loans#late"), read(clauses, "desk#room", "loans#period")

    assert (Relation.AGREE, None, "") == (agrees.found.relation, agrees.contradiction, agrees.why)
    assert (None, "two readings differ") == (differs.contradiction, differs.why)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"relation": "maybe"}, "has to be one of"),
        ({"question": " "}, "is needed"),
        ({"first_quote": "as often as its reader wants"}, "does not stand in desk#renewals"),
        ({"second_quote": None}, "does not stand in loans#extend"),
        ({"second_quote": OFTEN}, "does not stand in loans#extend"),
    ],
    ids=["relation", "question", "changed", "missing", "of the other clause"],
)
def test_what_does_not_hold_is_a_fault(clauses: dict[str, Clause], changes: Plain, says: str) -> None:
    """Nothing of it is ever shown."""
    first, second = clauses["desk#renewals"], clauses["loans#extend"]
    assert checked_comparison(filled(), first, second).first == OFTEN

    with pytest.raises(Fault, match=says):
        checked_comparison(filled(**changes), first, second)


def test_a_fault_that_stays_leaves_the_pair_to_a_person(clauses: dict[str, Clause]) -> None:
    """And the next pair is read."""
    pair = (clauses["desk#renewals"], clauses["loans#extend"])
    read_again = list(read_pairs("m", lambda _: filled(first_quote="invented by somebody"), [pair, pair]))

    assert [None, None] == [one.contradiction for one in read_again]
    assert all("does not hold" in one.why for one in read_again)


def test_a_model_that_is_gone_ends_the_run_and_the_limit_ends_the_calls(clauses: dict[str, Clause]) -> None:
    """Five silent pairs in a row are enough; behind the limit nothing is asked."""
    pair, asked = (clauses["desk#fees"], clauses["loans#late"]), []

    def silent(prompt: Plain) -> Plain:
        asked.append(prompt)
        raise NoResponse("nobody there")

    def costly(prompt: Plain) -> Plain:
        asked.append(prompt)
        call = {"toolUse": {"toolUseId": "1", "name": "compare", "input": {"relation": "apart"}}}
        usage = {"inputTokens": 1000, "outputTokens": 100}
        return {"output": {"message": {"content": [call]}}, "usage": usage}

    with pytest.raises(NoResponse, match="5 times in a row"):
        list(read_pairs("m", silent, [pair] * 9))
    assert 5 == len(asked)
    asked.clear()
    cut = list(read_pairs("m", costly, [pair] * 3, price=Price(1.0, 1.0), limit=1500))
    assert (2, "the limit for the language model is reached") == (len(asked), cut[-1].why)


def test_a_pair_that_means_the_same_is_near_without_its_words(clauses: dict[str, Clause]) -> None:
    """Each two clauses once; what is about other things is farther."""
    near = [pair.cites for pair in pairs_to_read(list(clauses.values()))]

    assert len(near) == len(set(near))
    assert {frozenset({"desk#fees", "loans#late"}), frozenset({"desk#room", "loans#period"})} == set(near[:2])
    assert frozenset({"desk#renewals", "loans#extend"}) in near


def test_the_command_reads_pairs_if_it_is_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From recorded exchanges, without a call; without the option no model is needed."""
    kept = Path(shutil.copytree(DATA / "cassettes", tmp_path / "cassettes"))
    lint = ["spec", "lint", "--spec", str(DATA / "spec"), "--json"]
    model = ["--url", "http://127.0.0.1:9/v1", "--model", "any-model", "--cassettes", str(kept)]
    assert 1 == main([*lint, "--llm", *model])
    said = json.loads(capsys.readouterr().out)

    assert [("read", QUESTION)] == [(one["kind"], one["question"]) for one in said["contradictions"]]
    assert [{"clauses": ["desk#room", "loans#period"], "why": "two readings differ"}] == said["unread"]
    main(lint)
    assert [] == json.loads(capsys.readouterr().out)["contradictions"]
    assert 1 == main([*lint, "--llm"])
    assert "No language model is set up" in capsys.readouterr().err


def test_what_was_read_is_kept_when_the_endpoint_breaks_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next run asks only what is left."""
    with running(reading=lambda _: {"relation": "apart"}, faults=["", "", "error"]) as server:
        model = ["--url", server.url, "--model", "any-model", "--cassettes", str(tmp_path)]
        lint = ["spec", "lint", "--spec", str(DATA / "spec"), "--llm", *model]
        assert 1 == main(lint)
        said = capsys.readouterr()
        assert "What was read is kept" in said.err
        server.faults = [""]
        main(lint)

    assert "has read 8 of 8 pairs: 0 contradictions" in capsys.readouterr().out
    assert 8 == len(list(tmp_path.glob("*.json")))
