"""What kind of request a claim is, by its meaning."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spec_lookup import Claim, Spec, in_words
from spec_lookup.errors import ModelBroken
from spec_lookup.evaluation.train_router import CLAIMS, Training
from spec_lookup.judge import router as the_router
from spec_lookup.judge.confidence import confidence
from spec_lookup.judge.router import BEHAVIOUR, KINDS, WEIGHTS, Router
from spec_lookup.search.embed import Embedder, model_folder

PAGE = "# Halls\n\n## Booking\n\nA hall is booked for at most 4 hours.\n"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The model that `make` makes."""
    found = Embedder.open(model_folder())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("summary", "happened", "kind"),
    [
        ("nothing there", "I open the plan and the screen stays empty for ever, I had to pull the plug", "failure"),
        ("Nadia joins us", "She starts in the box office on Monday and needs to get into the system", "setup"),
        ("a question", "Where do I find the price list of last season?", "question"),
        (
            "bug: no calendar",
            "I would love to have the shows in the calendar of my phone, other programs offer it",
            "new",
        ),
        ("hall is refused", "The hall was free, yet it would only let me have four hours", "behaviour"),
    ],
)
def test_the_likeliest_kind(embedder: Embedder, summary: str, happened: str, kind: str) -> None:
    """One of each."""
    found = Router.open(embedder).kinds(Claim(summary, happened))

    assert kind == max(found, key=lambda name: found[name])
    assert 1.0 == pytest.approx(sum(found.values()))


def test_the_weights_are_of_these_claims_and_this_model(embedder: Embedder) -> None:
    """Who changes the claims or the embedding model trains again."""
    about = json.loads(WEIGHTS.read_text(encoding="utf-8"))

    assert hashlib.sha256(CLAIMS.read_bytes()).hexdigest() == about["claims"]
    assert embedder.digest == about["model"]


def test_the_weights_come_out_of_the_training(embedder: Embedder) -> None:
    """Anybody can make them again; the last digit may be another on another machine."""
    about = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    training = Training.of(rows, embedder)

    assert about["known"] == training.known
    for name in training.features:
        assert 0.002 > abs(training.weights(name) - about[name]).max()


def test_the_claims_are_sound() -> None:
    """Each once, and of a kind that is known."""
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]

    assert (
        len(rows) == len({row["id"] for row in rows}) == len({(row["summary"], row["what_happened"]) for row in rows})
    )
    assert set(KINDS) == {row["kind"] for row in rows}


def test_no_training_claim_is_one_of_the_evaluation(embedder: Embedder) -> None:
    """What is measured with was not trained on, not even in other words."""
    data = Path(__file__).parent.parent / "data"
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    measured = [
        json.loads(line)["request"]
        for folder in ("evaluation", "evaluation-unseen")
        for name in ("singles", "pairs")
        for line in (data / folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    trained = embedder.embed_all([f"{row['summary']}. {row['what_happened']}" for row in rows])
    asked = embedder.embed_all([f"{row['summary']}. {row['what_happened']}" for row in measured])

    assert 0.7 > float((trained @ asked.T).max())


def test_with_another_embedding_model_it_goes_by_words(embedder: Embedder) -> None:
    """Its vectors mean something else; without any model it is the same."""

    class Other:
        digest = "another"

    other: Any = Other()
    assert Router.open(other).by_words_alone
    assert Router.open(None).by_words_alone
    assert not Router.open(embedder).by_words_alone


def test_by_words_alone_it_knows_a_kind_when_it_is_said_plainly() -> None:
    """Without a model there is less to go by, and it still asks no spec how to make a user."""
    found = Router.open(None).kinds(Claim("new colleague", "Please create an account for our new colleague"))

    assert "setup" == max(found, key=lambda name: found[name])


def test_the_verdict_says_how_often_its_ground_was_right() -> None:
    """The router's own probability is no measure of that; the reason is one that a requester understands."""
    verdict = Spec.of([("halls.md", PAGE)]).judge(
        Claim("Nadia joins us", "She starts in the box office on Monday and needs access to the system")
    )

    assert "misc" == verdict.category
    assert confidence("set-up") == verdict.confidence
    assert "set something up" in in_words(verdict.reasons[0])


def test_a_report_of_behaviour_is_not_routed(embedder: Embedder) -> None:
    """It is left to the spec, and then to a person."""
    claim = Claim("hall", "The hall was free, yet it would only let me have four hours")
    found = Router.open(embedder).kinds(claim)

    assert 0.5 < found[BEHAVIOUR]
    assert "undecided" == Spec.of([("halls.md", PAGE)]).judge(replace(claim)).category


def test_damaged_weights_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, embedder: Embedder) -> None:
    """With what to do about it."""
    (tmp_path / "weights.json").write_text('{"kinds": []}', encoding="utf-8")
    monkeypatch.setattr(the_router, "WEIGHTS", tmp_path / "weights.json")
    the_router._read.cache_clear()
    try:
        with pytest.raises(ModelBroken, match="Train it again"):
            Router.open(embedder)
    finally:
        the_router._read.cache_clear()
