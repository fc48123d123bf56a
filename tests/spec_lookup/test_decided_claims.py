"""People's decisions train the router, and weights that are worse on what was held back are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spec_lookup.evaluation import train_router
from spec_lookup.evaluation.decided_claims import decided_claims, is_held, kind_of
from spec_lookup.evaluation.train_router import CLAIMS, LEAST_HELD, Training, main, refusal
from spec_lookup.judge.router import KINDS, Router
from spec_lookup.search.embed import Embedder, model_folder

CLAIMED = [json.loads(line) for line in CLAIMS.read_text("utf-8").splitlines()]
SOME = CLAIMED[::6]
OTHERS = CLAIMED[1::18]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The model that `make` makes."""
    found = Embedder.open(model_folder())
    assert found is not None
    return found


def wrong(row: dict[str, Any]) -> dict[str, Any]:
    """A claim with another kind than its own."""
    return {**row, "kind": KINDS[(KINDS.index(row["kind"]) + 1) % len(KINDS)]}


def router_of(training: Training, embedder: Embedder) -> Router:
    """The trained router."""
    places = {name: place for place, name in enumerate(training.known)}
    return Router(training.weights("with vectors").astype(np.float32), places, embedder)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"verdict": "change", "page": "quotes", "request": {}}, "behaviour"),
        ({"verdict": "bug", "page": None, "request": {}}, "failure"),
        ({"verdict": "change", "page": None, "request": {"reporter_says": "setup"}}, "new"),
        ({"verdict": "misc", "page": None, "request": {"reporter_says": "setup"}}, "setup"),
        ({"verdict": "misc", "page": None, "request": {"reporter_says": "bug"}}, "question"),
        ({"verdict": "silent", "page": None, "request": {}}, None),
    ],
)
def test_a_decision_shows_the_kind_of_request(row: dict[str, Any], kind: str | None) -> None:
    """What a clause decided is a report of behaviour; the form tells set-ups from questions."""
    assert kind == kind_of(row)


def exported(folder: Path, number: int) -> Path:
    """A folder as `specdesk export-cases` writes it."""
    request = {"summary": "Labels", "what_happened": "They are in pounds", "reporter_says": "bug"}
    row = {"spec": "spec", "verdict": "bug", "page": "documents", "anchor": "labels", "request": request}
    lines = [json.dumps({"id": f"HD-{at}", **row}) for at in range(number)]
    (folder / "singles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_the_same_part_is_held_back_always(tmp_path: Path) -> None:
    """By the id alone, whatever else is exported; it is never trained on."""
    trained, held = decided_claims(exported(tmp_path, 100))
    _, fewer = decided_claims(exported(tmp_path, 50))

    assert 100 == len(trained) + len(held)
    assert 10 <= len(held) <= 40
    assert {row["id"] for row in fewer} <= {row["id"] for row in held}
    assert not any(is_held(row["id"]) for row in trained)
    assert {"behaviour"} == {row["kind"] for row in held}


def test_weights_that_are_worse_are_refused(embedder: Embedder) -> None:
    """With the figures of both; better ones pass."""
    good, bad = Training.of(SOME, embedder), Training.of([wrong(row) for row in SOME], embedder)
    refused, passed = (
        refusal(bad, OTHERS, embedder, router_of(good, embedder)),
        refusal(good, OTHERS, embedder, router_of(bad, embedder)),
    )

    assert "The new weights are worse. Nothing is written." in refused[0]
    assert f"held back: {len(OTHERS)} decided cases" in passed[0]
    assert (True, False) == (refused[1], passed[1])


def test_too_few_cases_tell_nothing(
    embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, and no weights are written."""
    assert embedder
    few = tmp_path / "claims.jsonl"
    few.write_text("\n".join(map(json.dumps, SOME)), encoding="utf-8")
    monkeypatch.setattr(train_router, "CLAIMS", few)
    out = tmp_path / "weights.json"

    assert 1 == main(["--cases", str(exported(tmp_path, 8)), "--out", str(out)])
    assert f"at least {LEAST_HELD} are needed" in capsys.readouterr().err
    assert not out.exists()
    assert 0 == main(["--out", str(out)])
    assert list(KINDS) == json.loads(out.read_text("utf-8"))["kinds"]
