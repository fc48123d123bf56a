"""`specdesk qualify-judge` over the real set: one that guesses is caught, one that reads passes, a run is resumed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from spec_lookup import InputBroken
from spec_lookup.evaluation.qualify import lines_of, qualified
from spec_lookup.llm.budget import Price
from spec_lookup.llm.cassettes import Plain
from spec_lookup.llm.names import OPENAI
from spec_lookup.llm.openai import Endpoint, openai_model
from spec_lookup.llm.qualification import may_act, prompts_version, read_record
from tests.llm_server import LlmServer, judgement, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[LlmServer]:
    """An endpoint."""
    with running() as started:
        yield started


def clauses_in(text: str) -> dict[str, str]:
    """The clauses of a prompt by id."""
    rows = [json.loads(line) for line in text.splitlines() if line.startswith('{"id":')]
    return {row["id"]: row["text"] for row in rows}


def guessing(seed: int) -> Callable[[str], Plain]:
    """Reads nothing: a verdict by lot, on the clause that is first by its id."""
    lots = random.Random(seed)  # noqa: S311 - lots, and no secret

    def reading(text: str) -> Plain:
        clause, body = min(clauses_in(text).items())
        quote = max(body.splitlines(), key=lambda line: len(line.split()))
        return judgement(lots.choice(("bug", "change")), clause, quote)

    return reading


def always_bug(text: str) -> Plain:
    """A small model that has one answer for everything."""
    del text
    return judgement("bug")


def run(server: LlmServer, kept: Path, **more: Any) -> Any:
    """Qualify the model of the server."""
    model = openai_model(lambda: Endpoint(server.url), lambda: 10.0)
    return qualified(OPENAI, "stub", model, cassettes=kept, at="2026-11-26T12:00:00+00:00", **more)


def test_a_model_that_has_one_answer_is_caught(server: LlmServer, tmp_path: Path) -> None:
    """Each pair has one version in which it is wrong."""
    server.reading = always_bug
    record = run(server, tmp_path, limit=12)

    assert (12, 0, False) == (record.pairs, record.pairs_right, record.passed)
    assert 48 == record.total.cases
    assert record.total.wrong_share > 0.3
    assert record.total.cases == sum(figures.cases for figures in record.categories.values())


def limits_in(folder: Path) -> Path:
    """A set of sixty pairs: a limit that refuses what the request wishes, and one that allows it."""
    spec = folder / "specs" / "depot"
    spec.mkdir(parents=True)
    names = [f"{letter}{second}rex" for letter in "bdfgklmnpr" for second in "aeiouy"]
    body = "A batch of {} has at most {} pieces in one go."
    page = "\n".join(f"## {name} {{#{name}}}\n\n{body.format(name, 10)}\n" for name in names)
    (spec / "batches.md").write_text(f"# Batches\n\n{page}", encoding="utf-8")
    pairs = [
        {
            "id": name,
            "spec": "depot",
            "page": "batches",
            "anchor": name,
            "clause_b": body.format(name, 20),
            "request": {"summary": f"{name} refused", "what_happened": f"A batch of {name} with 15 pieces is refused."},
            "verdict_a": "change",
            "verdict_b": "bug",
            "phenomenon": "numbers",
        }
        for name in names
    ]
    lines = "".join(f"{json.dumps(pair)}\n" for pair in pairs)
    (folder / "pairs-depot.jsonl").write_text(lines, encoding="utf-8")
    return folder


def reads_limits(text: str) -> Plain:
    """Looks the clause of the request up, and compares its limit with fifteen."""
    name = re.search(r"A batch of (\w+) with 15", text)
    assert name is not None
    clause = f"batches#{name[1]}"
    body = clauses_in(text)[clause]
    limit = re.search(r"at most (\d+)", body)
    assert limit is not None
    return judgement("bug" if int(limit[1]) >= 15 else "change", clause, body.strip())


def test_a_model_that_reads_passes(server: LlmServer, tmp_path: Path) -> None:
    """Sixty pairs right in both versions, each read twice; the lines say what it cost."""
    server.reading = reads_limits
    record = run(server, tmp_path / "c", folder=limits_in(tmp_path / "set"), price=Price(1.0, 2.0))

    assert (60, 60, 240, True) == (record.pairs, record.pairs_right, record.calls, record.passed)
    assert (120, 120, 0) == (record.total.cases, record.total.decided, record.total.wrong)
    assert record.cost > 0
    assert may_act(record, "openai:stub", prompts_version())
    assert "pairs right     60 of 60 (1.000)" in list(lines_of(record))


def test_a_model_that_restates_is_qualified_as_such(server: LlmServer, tmp_path: Path) -> None:
    """A report is restated once for both versions; the record does not let a model act that reads without searches."""
    server.reading = reads_limits
    record = run(server, tmp_path / "c", folder=limits_in(tmp_path / "set"), restates=True, limit=4)

    assert (4, 4 * (1 + 2 + 2)) == (record.pairs_right, record.calls)
    assert prompts_version(restates=True) == record.prompts != prompts_version()


def test_a_model_that_guesses_is_caught(server: LlmServer, tmp_path: Path) -> None:
    """A first look is enough to see it, though half of its guesses are stopped by the second reading."""
    server.reading = guessing(7)
    record = run(server, tmp_path, limit=8)

    assert not record.passed
    assert record.pairs_right < 6
    assert record.total.wrong > 0


def test_a_run_is_resumed_and_what_is_there_is_not_asked_again(server: LlmServer, tmp_path: Path) -> None:
    """A model that goes down ends the run with a reason; the next run asks only for the rest."""
    server.reading, server.faults = always_bug, [*[""] * 3, "error"]
    with pytest.raises(InputBroken, match=r"gave no judgement 5 times in a row.*boom"):
        run(server, tmp_path, limit=5)
    kept = len(list(tmp_path.glob("*.json")))
    server.faults = []
    record = run(server, tmp_path, limit=5)
    again = run(server, tmp_path, limit=5)

    assert 3 == kept
    assert len(list(tmp_path.glob("*.json"))) == record.calls + kept
    assert (0, record.total) == (again.calls, again.total)
    assert any("wrong decided" in line for line in lines_of(record))


def test_the_command_writes_no_record_of_a_first_look(
    server: LlmServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And prints the figures; without a model it says how to name one."""
    path = tmp_path / "qualification.json"
    common = ["qualify-judge", "--url", server.url, "--model", "stub", "--cassettes", str(tmp_path / "c")]
    assert 0 == main([*common, "--record", str(path), "--limit", "1"])

    said = capsys.readouterr()
    assert "pairs right" in said.out
    assert "a first look" in said.out
    assert "not counted: no price is given" in said.out
    assert read_record(path) is None
    assert 0 == main([*common, "--limit", "1", "--price-in", "3", "--price-out", "15", "--json"])
    assert json.loads(capsys.readouterr().out)["cost"] > 0
    assert 1 == main(["qualify-judge", "--price-in", "3"])
    assert "belong to --url" in capsys.readouterr().err
    assert 1 == main(["qualify-judge", "--model", "stub"])
    assert "--url and --model belong together" in capsys.readouterr().err
