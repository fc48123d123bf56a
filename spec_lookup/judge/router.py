"""What kind of request a claim is, without the spec: a small linear model over its words and its vectors.

It catches what the rules of `evidence.route` have no words for. `spec_lookup/evaluation/router.md` is its model card;
`spec_lookup.evaluation.train_router` makes `router_weights.json` from claims.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import ModelBroken
from spec_lookup.judge.claim import Claim
from spec_lookup.search.words import LONGEST_TEXT, fold, stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spec_lookup.search.embed import Embedder

    Numbers = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("router_weights.json")

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

SPOKEN = 1.5
"""What all words together weigh beside the vector of the whole."""

OPENING = 3
"""Words at the beginning that count as such, too: "how", "please", "could we"."""

_TOKEN = re.compile(r"[a-z']+|\d+|[?!]")
_SMALL = re.compile(r"\b[a-z]{2,40}\b")


class Router:
    """A trained model: over words and the vectors of one embedding model, or over words alone."""

    def __init__(self, weights: Numbers, known: Mapping[str, int], embedder: Embedder | None) -> None:
        """`weights` has a row for each number of a claim's features and one for the bias, a column for each kind."""
        self._weights = weights
        self._known = known
        self._embedder = embedder

    @classmethod
    def open(cls, embedder: Embedder | None) -> Router:
        """The router over the vectors of this embedder, if trained on them, else over words. Raises ModelBroken."""
        about = _read()
        if embedder is None or embedder.digest != about["model"]:
            return cls(about["words alone"], about["known"], None)
        return cls(about["with vectors"], about["known"], embedder)

    @property
    def by_words_alone(self) -> bool:
        """Whether it has no vectors to go by: then it knows less."""
        return self._embedder is None

    def knows(self, text: str) -> bool:
        """Whether it has learnt any word of a text that is written small, and so is no name; True if none is."""
        small = _SMALL.findall(text)
        return not small or any(stem(word) in self._known for word in small)

    def kinds(self, claim: Claim) -> Mapping[str, float]:
        """The probability of each kind."""
        import numpy as np  # noqa: PLC0415 - only who judges waits for it

        rows = [spoken(claim, self._known), np.ones(1, dtype=np.float32)]
        if self._embedder:
            rows.insert(0, vectors(claim, self._embedder))
        scores = np.concatenate(rows) @ self._weights
        powers = np.exp(scores - scores.max())
        return dict(zip(KINDS, (powers / powers.sum()).tolist(), strict=True))

    def reports(self, stated: str) -> float:
        """The probability that statements report a failure or a behaviour."""
        kinds = self.kinds(Claim("", stated))
        return kinds[FAILURE] + kinds[BEHAVIOUR]


def vectors(claim: Claim, embedder: Embedder) -> Numbers:
    """The vectors of a claim. The search asks for the same texts."""
    return weighed(*embedder.embed_queries(texts_of(claim)))


def texts_of(claim: Claim) -> tuple[str, str, str]:
    """The texts whose vectors count: the whole, the summary, what happened."""
    return " ".join(claim.telling()), claim.summary.strip(), claim.what_happened.strip()


def weighed(whole: Numbers, summary: Numbers, happened: Numbers) -> Numbers:
    """Their vectors side by side, those of a part with less weight; of one claim, or of many by rows."""
    import numpy as np  # noqa: PLC0415 - as above

    return np.concatenate([whole, np.float32(PART) * summary, np.float32(PART) * happened], axis=-1)


def spoken(claim: Claim, known: Mapping[str, int]) -> Numbers:
    """Which of the known words a claim has: those that it has share a fixed length among them."""
    import numpy as np  # noqa: PLC0415 - as above

    row = np.zeros(len(known), dtype=np.float32)
    places = [known[name] for name in names_in(claim) if name in known]
    row[places] = SPOKEN / math.sqrt(len(places) or 1)
    return row


def names_in(claim: Claim) -> set[str]:
    """The stems of a claim's words ("#" is any number), those that it opens with, and whether something is expected.

    Words that searches leave out count here: "how" and "can" say more about the kind than nouns do.
    """
    folded = fold(f"{claim.summary} . {claim.what_happened}"[:LONGEST_TEXT])
    stems = ["#" if token.isdigit() else stem(token) for token in _TOKEN.findall(folded)]
    expects = "=expected" if claim.what_expected.strip() else "=nothing"
    return {*stems, *(f"^{name}" for name in stems[:OPENING]), expects}


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - as above

    try:
        about = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        for name in ("with vectors", "words alone"):
            about[name] = np.array(about[name], dtype=np.float32)
        sizes = [about[name].shape for name in ("with vectors", "words alone")]
        known = about["known"] = {name: place for place, name in enumerate(about["known"])}
        kinds, _ = about["kinds"], about["model"]
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise ModelBroken(f"The router's weights cannot be read: {error!r}. Train it again.") from error
    if kinds != list(KINDS) or sizes[1] != (len(known) + 1, len(KINDS)) or sizes[0][1:] != (len(KINDS),):
        raise ModelBroken("The router's weights are for other kinds of claims. Train it again.")
    return dict(about)
