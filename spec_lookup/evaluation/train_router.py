"""Train the router: `python -m spec_lookup.evaluation.train_router`. Prints its figures, and writes the weights.

With `--cases FOLDER`, as `specdesk export-cases` writes it, people's decisions are trained on as well, but for a part
that is held back. The weights are not written when they are worse on that part than the present ones (exit status 1).

The weights are a multinomial logistic regression with a quadratic penalty, by scikit-learn. The figures are of a
cross-validation in which a domain is either trained on or measured, never both. Reports of behaviour are made likelier
afterwards than they are among the claims: they are most of what comes in, and taking one for something else costs most.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from spec_lookup.evaluation.decided_claims import decided_claims, digest
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.router import BEHAVIOUR, KINDS, WEIGHTS, Router, names_in, spoken, texts_of, weighed
from spec_lookup.search.embed import Embedder, model_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CLAIMS = Path(__file__).with_name("claims.jsonl")

PENALTY = 0.4
SEEN_IN = 3
"""Claims that a word has to occur in before it counts."""

COMMONER = 4.1
"""How much more of what comes in is a report of behaviour than of the claims trained on, beside the other kinds."""

TOLERANCE = 1e-6
MOST_STEPS = 1_000
"""The most steps of the optimisation; it ends after some hundred, and warns if it has not."""

FOLDS = 6
DIGITS = 3
"""Decimals of a weight; more change no verdict."""

LEAST_HELD = 20
"""Decided cases that have to be held back to tell which weights are worse."""

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Training:
    """The claims as numbers: a row of features and a kind for each."""

    known: list[str]
    """The words that count; a claim's feature of a word stands at the word's place."""
    features: dict[str, Matrix]
    """The rows of each model, by its name in the file of weights."""
    kinds: NDArray[np.int64]
    domains: list[str]

    @classmethod
    def of(cls, rows: list[dict[str, Any]], embedder: Embedder) -> Training:
        """From the lines of claims.jsonl."""
        claims = [_claim_of(row) for row in rows]
        claims_with = Counter(name for claim in claims for name in names_in(claim))
        known = sorted(name for name, count in claims_with.items() if count >= SEEN_IN)
        places = {name: place for place, name in enumerate(known)}
        words = np.array([spoken(claim, places) for claim in claims], dtype=np.float64)
        texts = zip(*map(texts_of, claims), strict=True)
        meanings = weighed(*(embedder.embed_all([embedder.as_query(text) for text in column]) for column in texts))
        return cls(
            known=known,
            features={"with vectors": np.c_[meanings.astype(np.float64), words], "words alone": words},
            kinds=np.array([KINDS.index(row["kind"]) for row in rows]),
            domains=[row["domain"] for row in rows],
        )

    def weights(self, name: str) -> Matrix:
        """A column for each kind, a row for each feature, and one for the bias at the end."""
        with threadpool_limits(1):  # on small matrices more threads wait longer than they compute
            model = _model().fit(self.features[name], self.kinds)
        bias = model.intercept_.copy()
        bias[KINDS.index(BEHAVIOUR)] += np.log(COMMONER)
        weights: Matrix = np.vstack([model.coef_.T, bias]).round(DIGITS)
        return weights

    def figures(self, name: str) -> str:
        """How often the likeliest kind is right, and how often a kind that needs no spec is, by threshold."""
        chances = self._validated(name)
        likeliest, sure = chances.argmax(axis=1), chances.max(axis=1)
        needs_none = self.kinds != KINDS.index(BEHAVIOUR)
        lines = [f"{name}: {len(self.kinds)} claims, likeliest kind right: {(likeliest == self.kinds).mean():.3f}"]
        for threshold in THRESHOLDS:
            routed = (sure >= threshold) & (likeliest != KINDS.index(BEHAVIOUR))
            right = (likeliest == self.kinds) & routed
            precision, reach = right.sum() / max(routed.sum(), 1), right.sum() / max(needs_none.sum(), 1)
            lines.append(
                f"from {threshold:.1f}: routed {routed.sum()}, right {right.sum()} ({precision:.3f}), "
                f"{reach:.3f} of those that need no spec"
            )
        return "\n".join(lines)

    def _validated(self, name: str) -> Matrix:
        """The probabilities of each claim's kinds, by a model that has seen nothing of its domain."""
        folds = GroupKFold(FOLDS)
        with threadpool_limits(1):  # as above
            chances: Matrix = cross_val_predict(
                _model(), self.features[name], self.kinds, groups=self.domains, cv=folds, method="predict_proba"
            )
        chances[:, KINDS.index(BEHAVIOUR)] *= COMMONER
        shares: Matrix = chances / chances.sum(axis=1, keepdims=True)
        return shares


def _model() -> LogisticRegression:
    return LogisticRegression(C=1 / PENALTY, tol=TOLERANCE, max_iter=MOST_STEPS)


def right(router: Router, rows: list[dict[str, Any]]) -> int:
    """The number of claims whose likeliest kind is the right one."""
    return sum(_likeliest(router.kinds(_claim_of(row))) == row["kind"] for row in rows)


def _likeliest(kinds: Mapping[str, float]) -> str:
    return max(kinds, key=lambda kind: kinds[kind])


def _claim_of(row: Mapping[str, Any]) -> Claim:
    return Claim(row["summary"], row["what_happened"], row.get("what_expected", ""))


def refusal(training: Training, held: list[dict[str, Any]], embedder: Embedder, present: Router) -> tuple[str, bool]:
    """The figures of the new weights and the present ones on what was held back, and whether the new are refused."""
    places = {name: place for place, name in enumerate(training.known)}
    new = Router(training.weights("with vectors").astype(np.float32), places, embedder)
    before, after = right(present, held), right(new, held)
    figures = f"held back: {len(held)} decided cases, right before: {before}, right now: {after}"
    if len(held) < LEAST_HELD:
        return f"{figures}. These are too few to tell: at least {LEAST_HELD} are needed. Nothing is written.", True
    if after < before:
        return f"{figures}. The new weights are worse. Nothing is written.", True
    return figures, False


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write; refuse weights that are worse on what was held back."""
    options = argparse.ArgumentParser(prog="python -m spec_lookup.evaluation.train_router", description=main.__doc__)
    options.add_argument("--cases", type=Path, metavar="FOLDER", help="people's decisions, by specdesk export-cases")
    options.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="where the weights are written")
    given = options.parse_args(arguments)
    embedder = Embedder.open(model_folder())
    if embedder is None:
        print("There is no embedding model: `make` makes it.", file=sys.stderr)
        return 1
    data = CLAIMS.read_bytes()
    trained_on, held = decided_claims(given.cases) if given.cases else ([], [])
    training = Training.of([*(json.loads(line) for line in data.decode().splitlines()), *trained_on], embedder)
    about = {
        "model": embedder.digest,
        "claims": hashlib.sha256(data).hexdigest(),
        **({"decided": digest(trained_on)} if given.cases else {}),
        "kinds": list(KINDS),
        "known": training.known,
        **{name: training.weights(name).tolist() for name in training.features},
    }
    print("\n".join(training.figures(name) for name in training.features))
    if given.cases:
        figures, refused = refusal(training, held, embedder, Router.open(embedder))
        print(figures, file=sys.stderr if refused else sys.stdout)
        if refused:
            return 1
    given.out.write_text(json.dumps(about, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
