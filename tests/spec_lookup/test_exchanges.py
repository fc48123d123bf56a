"""Exchanges with a model as files: replay calls nobody, says what is missing, and gives the same verdicts always."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from spec_lookup import InputBroken, NotRecorded
from spec_lookup.evaluation import metrics, report
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.llm.cassettes import MISSING, recorded, replayed, request_hash
from spec_lookup.llm.judge import Account, Reader

DATA = Path(__file__).parent.parent / "data"
REQUEST: dict[str, Any] = {"modelId": "m", "text": "\u00e9"}


@pytest.fixture
def exchanges(tmp_path: Path) -> Path:
    """A copy of the recorded exchanges; a replay writes what is missing beside them."""
    return Path(shutil.copytree(DATA / "exchanges", tmp_path / "exchanges"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection here fails; a sandbox that other tests have running in a thread goes on."""
    here, connect = threading.current_thread(), socket.socket.connect

    def refused(self: socket.socket, address: Any) -> None:
        if threading.current_thread() is here:
            raise AssertionError("a replay never calls out")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_an_evaluation_is_replayed_from_files(exchanges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both versions of each pair right, the failure a bug, and what was never answered left to a person."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")  # what is shown must not depend on whether there is a model
    accounts: list[Account] = []
    reader = Reader("any-model", replayed(exchanges), told=accounts.append)
    figures = report.as_data(metrics.tables(evaluate(DATA / "evaluation-tiny", judge=reader)))
    shares = {row["measure"]: row for key in ("pairs", "singles") for row in figures[key]}

    assert ["answered"] * 5 + ["not-recorded"] == sorted(account.outcome for account in accounts)
    assert 1.0 == next(row for name, row in shares.items() if name.startswith("pair accuracy"))["share"]["share"]
    assert 1 == len((exchanges / MISSING).read_text(encoding="utf-8").splitlines())


def test_what_is_missing_is_listed_once_and_struck_off_when_it_is_filled_in(tmp_path: Path) -> None:
    """So that answers can be filled in from anywhere and the run repeated."""
    for _ in range(2):
        with pytest.raises(NotRecorded):
            replayed(tmp_path)(REQUEST)
    (row,) = (json.loads(line) for line in (tmp_path / MISSING).read_text(encoding="utf-8").splitlines())
    assert {"hash": request_hash(REQUEST), "request": REQUEST} == row

    (tmp_path / f"{row['hash']}.json").write_text('{"answer": {"verdict": "bug"}}', encoding="utf-8")
    assert {"verdict": "bug"} == replayed(tmp_path)(REQUEST)
    assert "" == (tmp_path / MISSING).read_text(encoding="utf-8")


def test_what_is_recorded_can_be_replayed(tmp_path: Path) -> None:
    """The request stands beside its answer, for people."""
    folder = tmp_path / "new" / "folder"
    assert {"a": 1} == recorded(folder, lambda _: {"a": 1})(REQUEST)

    assert {"a": 1} == replayed(folder)(REQUEST)
    assert [f"{request_hash(REQUEST)}.json"] == [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not an exchange"),
        ("[]", "is not an exchange"),
        ("{}", "is not an exchange"),
        ('{"answer": "bug"}', "has to be a JSON object"),
        ('{"request": {}, "answer": {}}', "another request"),
    ],
)
def test_a_damaged_exchange_is_named(tmp_path: Path, text: str, says: str) -> None:
    """A run that went on would measure something else."""
    (tmp_path / f"{request_hash(REQUEST)}.json").write_text(text, encoding="utf-8")

    with pytest.raises(InputBroken, match=says):
        replayed(tmp_path)(REQUEST)


def test_the_same_request_has_the_same_name_in_any_order_of_members() -> None:
    """The hash is of the content."""
    assert request_hash({"a": 1, "b": "\u00e9"}) == request_hash({"b": "\u00e9", "a": 1})
