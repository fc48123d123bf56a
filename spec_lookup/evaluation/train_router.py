"""Train the router: `python -m spec_lookup.evaluation.train_router`. Prints what it is worth, and writes the weights.

The figures are of cross-validation in which a domain is either trained on or measured, never both. The
weights are a multinomial logistic regression with a quadratic penalty. Reports of behaviour are made likelier
afterwards than they are among the claims: they are most of what comes in, and taking one for something else costs most.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.router import BEHAVIOUR, KINDS, WEIGHTS, names_in, spoken, vectors
from spec_lookup.search.embed import Embedder
from spec_lookup.search.folder import model_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CLAIMS = Path(__file__).with_name("claims.jsonl")

PENALTY = 0.4
SEEN_IN = 3
"""Claims that a word has to occur in before it counts."""

COMMONER = 4.0
"""How much more of what comes in is a report of behaviour than of the claims trained on, beside the other kinds."""

STEPS = 500
FOLDS = 6
DIGITS = 3
"""Of a weight, behind the point; more change no verdict."""

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)


def fit(rows: Matrix, kinds: NDArray[np.int64]) -> Matrix:
    """The weights, by Nesterov's accelerated gradient descent, with a row for the bias at the end."""
    given = np.c_[rows, np.ones(len(rows))]
    right = np.eye(len(KINDS))[kinds]
    penalty = np.full((given.shape[1], 1), PENALTY)
    penalty[-1] = 0
    step = 1 / (0.5 * np.linalg.norm(given, 2) ** 2 + PENALTY)
    weights = ahead = np.zeros((given.shape[1], len(KINDS)))
    momentum = 1.0
    for _ in range(STEPS):
        fresh = ahead - step * (given.T @ (_shares(given @ ahead) - right) + penalty * ahead)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = fresh + (momentum - 1) / following * (fresh - weights)
        weights, momentum = fresh, following
    weights[-1, KINDS.index(BEHAVIOUR)] += np.log(COMMONER)
    return weights


def _shares(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def validated(rows: Matrix, kinds: NDArray[np.int64], domains: list[str]) -> Matrix:
    """The probabilities of each claim's kinds, by a model that has seen nothing of its domain."""
    fold_of = {domain: n % FOLDS for n, domain in enumerate(sorted(set(domains)))}
    folds = np.array([fold_of[domain] for domain in domains])
    found = np.zeros((len(rows), len(KINDS)))
    for fold in range(FOLDS):
        unseen = folds == fold
        if unseen.any():
            weights = fit(rows[~unseen], kinds[~unseen])
            found[unseen] = _shares(np.c_[rows[unseen], np.ones(unseen.sum())] @ weights)
    return found


def report(found: Matrix, kinds: NDArray[np.int64]) -> str:
    """How often the likeliest kind is right, and how often a kind that needs no spec is, by threshold."""
    said, sure = found.argmax(axis=1), found.max(axis=1)
    lines = [f"{len(kinds)} claims, likeliest kind right: {(said == kinds).mean():.3f}"]
    for threshold in THRESHOLDS:
        routed = (sure >= threshold) & (said != KINDS.index(BEHAVIOUR))
        needs_none = kinds != KINDS.index(BEHAVIOUR)
        right = (said == kinds) & routed
        precision, reach = right.sum() / max(routed.sum(), 1), right.sum() / max(needs_none.sum(), 1)
        lines.append(
            f"from {threshold:.1f}: routed {routed.sum()}, right {right.sum()} ({precision:.3f}), "
            f"{reach:.3f} of those that need no spec"
        )
    return "\n".join(lines)


def main() -> int:
    """Train and write."""
    embedder = Embedder.open(model_folder())
    if embedder is None:
        print("There is no embedding model: `make` makes it.", file=sys.stderr)
        return 1
    data = CLAIMS.read_bytes()
    claims: list[dict[str, Any]] = [json.loads(line) for line in data.decode().splitlines()]
    told = [_claim(row) for row in claims]
    known = _known(told)
    words = np.array([spoken(claim, known) for claim in told], dtype=np.float64)
    both = np.c_[np.array([vectors(claim, embedder) for claim in told], dtype=np.float64), words]
    kinds = np.array([KINDS.index(row["kind"]) for row in claims])
    domains = [row["domain"] for row in claims]
    about = {
        "model": embedder.digest,
        "claims": hashlib.sha256(data).hexdigest(),
        "kinds": list(KINDS),
        "known": list(known),
    }
    for name, rows in (("with vectors", both), ("words alone", words)):
        print(f"{name}: {report(validated(rows, kinds, domains), kinds)}")
        about[name] = fit(rows, kinds).round(DIGITS).tolist()
    WEIGHTS.write_text(json.dumps(about, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


def _known(claims: list[Claim]) -> dict[str, int]:
    """The words that count, with their places."""
    times = Counter(name for claim in claims for name in names_in(claim))
    return {name: place for place, name in enumerate(sorted(name for name, n in times.items() if n >= SEEN_IN))}


def _claim(row: dict[str, Any]) -> Claim:
    return Claim(row["summary"], row["what_happened"], row.get("what_expected", ""))


if __name__ == "__main__":
    sys.exit(main())
