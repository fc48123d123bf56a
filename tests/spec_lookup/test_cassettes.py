"""Cassettes: a replay calls nobody, says what is missing, and gives the same verdicts always."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from spec_lookup import InputBroken, NotRecorded
from spec_lookup.evaluation import report
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.tables import tables
from spec_lookup.llm.cassettes import MISSING, prompt_hash, recording_in, replaying
from spec_lookup.llm.judge import Account, LlmJudge

DATA = Path(__file__).parent.parent / "data"
PROMPT: dict[str, Any] = {"modelId": "m", "text": "\u00e9"}


@pytest.fixture
def cassettes(tmp_path: Path) -> Path:
    """A copy of the recorded cassettes; a replay writes what is missing beside them."""
    return Path(shutil.copytree(DATA / "cassettes", tmp_path / "cassettes"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection here fails; a sandbox that other tests have running in a thread goes on."""
    here, connect = threading.current_thread(), socket.socket.connect

    def refused(self: socket.socket, address: Any) -> None:
        if threading.current_thread() is here:
            raise AssertionError("a replay never calls out")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_an_evaluation_is_replayed_from_files(cassettes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both versions of each pair right, the failure a bug, and what has no cassette left to a person."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")  # the context must not depend on whether there is a model
    accounts: list[Account] = []
    judge = LlmJudge("any-model", replaying(cassettes), log=accounts.append)
    figures = report.as_data(tables(evaluate(DATA / "evaluation-tiny", judge=judge)))
    shares = {row["measure"]: row for key in ("pairs", "singles") for row in figures[key]}

    assert ["answered"] * 5 + ["not-recorded"] == sorted(account.outcome for account in accounts)
    assert 1.0 == next(row for name, row in shares.items() if name.startswith("pair accuracy"))["share"]["share"]
    missing = [json.loads(line)["request"] for line in (cassettes / MISSING).read_text(encoding="utf-8").splitlines()]
    tools = [prompt["toolConfig"]["toolChoice"]["tool"]["name"] for prompt in missing]
    assert ["judge", "search", "search"] == sorted(tools)  # two claims share no word with the spec, and are restated


def test_what_was_recorded_when_a_claim_was_read_once_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """These files were written then; neither rules, clauses nor fences of their prompts may change."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    folder = DATA / "cassettes-earlier"

    def replay(prompt: dict[str, Any]) -> dict[str, Any]:
        path = folder / f"{prompt_hash(prompt)}.json"
        if not path.exists():
            raise NotRecorded(path.name)
        return dict(json.loads(path.read_text(encoding="utf-8"))["answer"])

    accounts: list[Account] = []
    evaluate(DATA / "evaluation-tiny", judge=LlmJudge("any-model", replay, earlier=True, log=accounts.append))

    assert ["answered"] * 5 + ["not-recorded"] == sorted(account.outcome for account in accounts)


def test_what_is_missing_is_listed_once_until_it_has_a_cassette(tmp_path: Path) -> None:
    """So that responses can be written anywhere and the run repeated."""
    for _ in range(2):
        with pytest.raises(NotRecorded):
            replaying(tmp_path)(PROMPT)
    (row,) = (json.loads(line) for line in (tmp_path / MISSING).read_text(encoding="utf-8").splitlines())
    assert {"hash": prompt_hash(PROMPT), "request": PROMPT} == row

    (tmp_path / f"{row['hash']}.json").write_text('{"answer": {"verdict": "bug"}}', encoding="utf-8")
    assert {"verdict": "bug"} == replaying(tmp_path)(PROMPT)
    assert "" == (tmp_path / MISSING).read_text(encoding="utf-8")


def test_what_is_recorded_can_be_replayed(tmp_path: Path) -> None:
    """The prompt stands beside its response, for people."""
    folder = tmp_path / "new" / "folder"
    assert {"a": 1} == recording_in(folder, lambda _: {"a": 1})(PROMPT)

    assert {"a": 1} == replaying(folder)(PROMPT)
    assert [f"{prompt_hash(PROMPT)}.json"] == [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not a cassette"),
        ("[]", "is not a cassette"),
        ("{}", "is not a cassette"),
        ('{"answer": "bug"}', "has to be a JSON object"),
        ('{"request": {}, "answer": {}}', "another prompt"),
    ],
)
def test_a_damaged_cassette_is_named(tmp_path: Path, text: str, says: str) -> None:
    """A run that went on would measure something else."""
    (tmp_path / f"{prompt_hash(PROMPT)}.json").write_text(text, encoding="utf-8")

    with pytest.raises(InputBroken, match=says):
        replaying(tmp_path)(PROMPT)


def test_the_same_prompt_has_the_same_hash_in_any_order_of_members() -> None:
    """The hash is of the content."""
    assert prompt_hash({"a": 1, "b": "\u00e9"}) == prompt_hash({"b": "\u00e9", "a": 1})
