"""A verdict: what the judge says, with everything that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.sentences import Reason, as_reason

BUG = "bug"
CHANGE = "change"
MISC = "misc"
UNDECIDED = "undecided"

SUPPORTS_OBSERVED = "supports-observed"
SUPPORTS_EXPECTED = "supports-expected"
RELATED = "related"

FORM = "form"
WORDS = "words"
PROOF = "proof"
READING = "reading"
NOTHING = "nothing"
GROUNDS = (FORM, WORDS, PROOF, READING, NOTHING)
"""What a verdict rests on: the form that was sent, words that need no clause, a proof by a clause, a reading of the
clauses (by a language model or a person), or nothing: undecided."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause with an exact quote, and on whose side it stands."""

    clause: str
    title: str
    url: str
    quote: str
    stance: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading by a language model came to; two that differ leave the verdict undecided, and both are shown."""

    category: str
    confidence: float
    citation: Citation | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """bug, change, misc or undecided, and why. `confidence` is 0 to 1; `spec` is the stamp of the spec read.

    `ground` is one of GROUNDS ("" in verdicts of before it was recorded), `proof` the kind of proof, and `readings`
    those of a language model.
    """

    category: str
    confidence: float
    citations: tuple[Citation, ...]
    counter: Citation | None
    reasons: tuple[Reason, ...]
    judge: str
    engine: str
    spec: str
    claim: Claim
    ground: str = ""
    proof: str = ""
    readings: tuple[Reading, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready data, always in the same order."""
        plain = asdict(self)
        plain["citations"] = list(plain["citations"])
        plain["reasons"] = list(plain["reasons"])
        plain["readings"] = list(plain["readings"])
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_plain` described; a former version wrote reasons as sentences."""
        return cls(
            **{
                **plain,
                "citations": tuple(Citation(**row) for row in plain["citations"]),
                "counter": Citation(**plain["counter"]) if plain["counter"] else None,
                "reasons": tuple(_reason(row) for row in plain["reasons"]),
                "claim": Claim(**plain["claim"]),
                "readings": tuple(_reading(row) for row in plain.get("readings", ())),
            }
        )


def _reason(plain: Mapping[str, Any] | str) -> Reason:
    return as_reason(plain) if isinstance(plain, str) else Reason(plain["key"], dict(plain["values"]))


def _reading(plain: Mapping[str, Any]) -> Reading:
    return Reading(**{**plain, "citation": Citation(**plain["citation"]) if plain["citation"] else None})
