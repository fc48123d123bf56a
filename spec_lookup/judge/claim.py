"""A claim: what a requester says, as the judge reads it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Any

from spec_lookup.search.query import Parts, telling_of

WEIGHTS = {"summary": 1.5, "what_happened": 1.0, "what_expected": 1.0, "steps": 0.3, "module": 0.3}
"""How much each part counts in the search for the deciding clause."""

LONGEST_PART = 8_000
"""Characters of a part that are compared with the spec; the rest of a pasted log decides nothing."""


_NAMES = r"(?:bugs?|defects?|faults?|errors?|(?:change|feature) requests?|requests? for (?:a )?change|questions?|misc)"
_LABEL = re.compile(
    rf"^(?:\W{{0,20}}(?:{_NAMES}|urgent|important|asap|broken|idea|suggestion|subject|re|fwd?)\s{{0,5}}[:!\u2013\u2014-]{{1,9}}\s{{0,5}})+",
    re.IGNORECASE,
)
_ORDERS = (
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:specs?|rules?|instructions?|clauses?|manual|above|previous)\b",
    rf"\b(?:answer|classify|treat|judge|label|rate|say)(?: (?:this|it|that))?(?: as|:)? (?:an? )?[\"']?{_NAMES}\b",
    r"\byou are (?:the|a|now)\b.{0,20}\b(?:judge|model|assistant|system)\b",
    r"\b(?:what|whatever) you (?:must|shall|should|have to|are to|will)\b.{0,20}\b(?:answer|say|reply|decide|judge)\b",
    r"\byou (?:must|shall|have to|are to|will) (?:\w+ )?(?:answer|say|reply|respond|decide|judge|classify|call)\b",
    r"\b(?:right|correct|final|only) (?:answer|verdict|category) (?:is|must be)\b|\bverdict ?[:=]",
    r"\b(?:pretend|act as if)\b",
)
_ORDER = re.compile("|".join(_ORDERS), re.IGNORECASE)
"""What tells the judge to say something."""

_ABOUT_ITSELF = re.compile(
    "|".join(
        (
            rf"^\W*(?:{_NAMES}|urgent|important|asap)\W*$",
            rf"\b(?:this|that|it)(?: is|'s| was)\b.{{0,30}}\b{_NAMES}\b",
            rf"\b(?:answer|classify|treat|judge|mark|label|rate|decide|say)\b.{{0,20}}\b(?:{_NAMES}|change)\b",
            *_ORDERS,
        )
    ),
    re.IGNORECASE,
)
"""What a text says about itself, or tells the judge to say. That is no evidence, whoever is right."""

_TAG = re.compile(r"</?[a-z][^<>]{0,80}>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"((?<=[.!?])\s+|\n+)")


def visible(text: str) -> str:
    """The text without control, format and right-to-left signs; line ends and tabs stay."""
    lines = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))


def _unlabelled(text: str) -> str:
    parts = _SENTENCE_END.split(_LABEL.sub("", _TAG.sub(" ", visible(text))))
    ends = ["\n" if "\n" in end else " " for end in parts[1::2]] + [""]
    sentences = zip(parts[::2], ends, strict=True)
    left = "".join(part + end for part, end in sentences if not _ABOUT_ITSELF.search(part)).strip()
    return left if re.search(r"\w", left) else text


@dataclass(frozen=True, slots=True)
class Claim:
    """What was observed and what was expected.

    `reporter_says` is no evidence, unless it names a form that says what it is (form.py).
    """

    summary: str
    what_happened: str
    what_expected: str = ""
    steps: str = ""
    module: str = ""
    reporter_says: str = ""

    def shortened(self) -> Claim:
        """The claim as far as it is read: no part longer than LONGEST_PART."""
        return replace(self, **{name: getattr(self, name)[:LONGEST_PART] for name in WEIGHTS})

    def evidence(self) -> Claim:
        """The claim as far as it tells what happened: shortened, and without what it calls itself or tells the judge.

        A part that says nothing else stays as it is.
        """
        short = self.shortened()
        return replace(short, **{name: _unlabelled(getattr(short, name)) for name in WEIGHTS})

    def parts(self) -> Parts:
        """The texts to search with, and their weights; empty ones are left out."""
        return [(text, weight) for name, weight in WEIGHTS.items() if (text := getattr(self, name).strip())]

    def telling(self) -> list[str]:
        """The parts whose meaning counts."""
        return telling_of(self.parts())

    @property
    def observed(self) -> str:
        """Summary and what happened, as one text."""
        return f"{self.summary}\n{self.what_happened}"

    @property
    def is_order(self) -> bool:
        """Whether evidence of a claim has nothing to tell of what happened, but what the judge is to say."""
        return bool(
            _ORDER.search(self.what_happened) or (not self.what_happened.strip() and _ORDER.search(self.summary))
        )

    @property
    def expected(self) -> str:
        """What was expected, as said in its own field."""
        return self.what_expected

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready data."""
        return asdict(self)
