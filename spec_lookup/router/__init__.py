"""What kind of request a claim is, by its meaning, without the spec: a small linear model over its vectors.

It catches what the rules of `evidence.route` have no words for. README.md is its model card; `train`
makes `weights.json` from `claims.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from spec_lookup.errors import ModelBroken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spec_lookup.claim import Claim
    from spec_lookup.embed import Embedder

    Numbers = NDArray[np.float32]

FOLDER = Path(__file__).parent

FAILURE = "failure"
SETUP = "setup"
QUESTION = "question"
NEW = "new"
BEHAVIOUR = "behaviour"
KINDS = (FAILURE, SETUP, QUESTION, NEW, BEHAVIOUR)
"""A crash or lost data; a user, a company or access to set up; a question; a wish for something that the product
does not have; a report of what the product does, which only the spec can decide."""

PART = 0.5
"""What the vectors of the summary and of what happened weigh beside that of the whole."""


class Router:
    """The trained model; it reads the vectors of one embedding model only."""

    def __init__(self, weights: Numbers, model: str) -> None:
        """`weights` has a row for each number of a claim's features and one for the bias, a column for each kind."""
        self._weights = weights
        self.model = model

    @classmethod
    def open(cls, embedder: Embedder) -> Router | None:
        """The router that was trained on this embedder's vectors; None when there is none. Raises ModelBroken."""
        router = _opened()
        return router if router.model == embedder.digest else None

    def kinds(self, claim: Claim, embedder: Embedder) -> Mapping[str, float]:
        """The probability of each kind."""
        import numpy as np  # noqa: PLC0415 - only who judges waits for it

        scores = np.append(features(claim, embedder), np.float32(1)) @ self._weights
        powers = np.exp(scores - scores.max())
        return dict(zip(KINDS, (powers / powers.sum()).tolist(), strict=True))


def features(claim: Claim, embedder: Embedder) -> Numbers:
    """The vectors of a claim: the whole, the summary, what happened. The search asks for the same texts."""
    import numpy as np  # noqa: PLC0415 - as above

    summary, happened, whole = embedder.embed_queries(
        [claim.summary.strip(), claim.what_happened.strip(), " ".join(claim.telling())]
    )
    return np.concatenate([whole, np.float32(PART) * summary, np.float32(PART) * happened])


@lru_cache(maxsize=1)
def _opened() -> Router:
    import numpy as np  # noqa: PLC0415 - as above

    try:
        about = json.loads((FOLDER / "weights.json").read_text(encoding="utf-8"))
        weights = np.array(about["weights"], dtype=np.float32)
        model, kinds = str(about["model"]), about["kinds"]
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise ModelBroken(f"The router's weights cannot be read: {error!r}. Train it again.") from error
    if kinds != list(KINDS) or weights.shape[1:] != (len(KINDS),):
        raise ModelBroken("The router's weights are for other kinds of claims. Train it again.")
    return Router(weights, model)
