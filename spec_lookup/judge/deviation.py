"""In which direction a report says that something is otherwise than it should be, and whether two reports agree in it.

Two reports may share nearly every word and be opposite complaints: "expires too early" and "expires too late". What
tells them apart are negations, opposite words, quantities and the order of names. Where any of them differ, one fix
would hardly close both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from spec_lookup.judge.opposites import SIDES
from spec_lookup.judge.quantity import quantities
from spec_lookup.search.words import fold, words

LONGEST = 2_000
"""Characters of a text that are read for its direction."""

ENGLISH = 1
"""Common English words that a text has at least, if it is English."""

DENIED = 1
"""Words after a negation, without stop words, that are denied by it."""

EXCHANGED = 1
"""Words that a text has in the place of others, while all else is the same: then it is of something else."""

KEPT = 3
"""Words that the texts share for each that is exchanged, at least."""

REMEMBERED = 2_000
"""Texts whose direction is kept: each new report is compared with the same earlier ones."""

_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|nowhere|neither|nor|cannot|without|missing|lacks?|lost|gone|hidden"
    r"|refuse[sd]?|reject(?:s|ed)?|empty|unable|forgot(?:ten)?|ignore[sd]?)\b|n't\b"
)

_WRONG = re.compile(r"\b(?:wrong(?:ly)?|incorrect|mistaken|different|instead)\b")

_DENIED = re.compile(r"(?:\b(?:not|no|never|nobody|cannot)\b|n't\b)((?: [\w'-]{1,30}){1,4})")

_ENGLISH = re.compile(
    r"\b(?:the|is|are|and|of|to|it|with|that|this|has|have|my|our|from|not|by|for|after|before|were|should|wrong|gets?|shows?)\b"
)

_PARTS = re.compile(r"[.!?;\n]\s|,\s|\n")

_WANTED = re.compile(
    r"\b(?:should|shall|must|ought to|expect(?:s|ed)?|supposed to|wants?|wanted|wish(?:es)?)\b", re.IGNORECASE
)

_INSTEAD = re.compile(r"\b(?:instead of|rather than)\b", re.IGNORECASE)

_NAME = re.compile(r"(?<![\w-])[A-Z][\w-]{1,30}")

_SENTENCE_BEGINS = re.compile(r"(?:\A|[.!?:;\n])\s{0,3}[\"'(]{0,2}\Z")


@dataclass(frozen=True, slots=True)
class Direction:
    """What a text says of its direction: negated or not, the opposites that it names, its quantities and its names."""

    negated: bool
    denied: frozenset[str]
    stems: frozenset[str]
    sides: frozenset[tuple[int, int]]
    amounts: Mapping[str, frozenset[float]]
    names: tuple[str, ...]
    wrong: bool

    @property
    def signs(self) -> frozenset[object]:
        """All that the text says of how it deviates."""
        amounts = {(unit, value) for unit, values in self.amounts.items() for value in values}
        return frozenset(
            {*self.sides, *amounts, *(["wrong"] if self.wrong else []), *(["not"] if self.negated else [])}
        )


@lru_cache(maxsize=REMEMBERED)
def direction(text: str) -> Direction:
    """The direction of a text."""
    begin = text[:LONGEST]
    folded = fold(begin)
    sides = {(row, side) for row, pair in enumerate(SIDES) for side in (0, 1) if pair[side].search(folded)}
    denied = frozenset(word for match in _DENIED.finditer(folded) for word in words(match[1])[:DENIED])
    amounts: dict[str, set[float]] = {}
    for quantity in quantities(begin):
        amounts.setdefault(quantity.unit, set()).add(quantity.value)
    return Direction(
        bool(_NEGATION.search(folded)),
        denied,
        frozenset(words(folded)) - denied,
        frozenset(sides),
        {unit: frozenset(values) for unit, values in amounts.items()},
        tuple(dict.fromkeys(_names(begin))),
        bool(_WRONG.search(folded)),
    )


def agree(text: str, other: str, wanted: tuple[str, str] = ("", "")) -> bool:
    """Whether nothing in two texts, nor in what their writers want, tells of another direction.

    What is not English is not read, and so agrees with nothing.
    """
    if not (_is_read(text) and _is_read(other)):
        return False
    report, earlier = reported_and_wanted(text), reported_and_wanted(other)
    wishes = [f"{mine[1]} {more}" for mine, more in zip((report, earlier), wanted, strict=True)]
    return not _exchanged(report[0], earlier[0]) and _alike(report[0], earlier[0]) and _alike(*wishes)


def _exchanged(report: str, earlier: str) -> bool:
    """Whether they are the same but for a few words, each with others in their place: "in red" and "in blue"."""
    first, second = set(words(report[:LONGEST])), set(words(earlier[:LONGEST]))
    mine, theirs = len(first - second), len(second - first)
    return 0 < mine <= EXCHANGED and 0 < theirs <= EXCHANGED and len(first & second) >= KEPT * max(mine, theirs)


def _is_read(text: str) -> bool:
    """Whether a text is in English, as far as a few common words tell: of others no direction is known."""
    return len(set(_ENGLISH.findall(fold(text[:LONGEST])))) >= ENGLISH


@lru_cache(maxsize=REMEMBERED)
def reported_and_wanted(text: str) -> tuple[str, str]:
    """What a text reports, and what it says that should be: "in pounds instead of kilograms" tells of pounds."""
    reported: list[str] = []
    wanted: list[str] = []
    for part in _PARTS.split(text[:LONGEST]):
        before, instead, after = _partition(_INSTEAD, part)
        (wanted if _WANTED.search(before) else reported).append(before)
        if instead:
            wanted.append(after)
    return ". ".join(reported), ". ".join(wanted)


def _partition(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    match = pattern.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _alike(report: str, earlier: str) -> bool:
    if not report.strip() or not earlier.strip():
        return True
    first, second = direction(report), direction(earlier)
    return (
        first.negated == second.negated
        and not first.denied & second.stems
        and not second.denied & first.stems
        and not _opposite(first.sides, second.sides)
        and not _other_amounts(first.amounts, second.amounts)
        and not _other_names(first.names, second.names)
        and not _other_signs(first.signs, second.signs)
    )


def _names(text: str) -> Iterable[str]:
    """Words with a capital that does not only begin a sentence."""
    for match in _NAME.finditer(text):
        if not _SENTENCE_BEGINS.search(text[max(0, match.start() - 6) : match.start()]):
            yield match[0]


def _opposite(first: frozenset[tuple[int, int]], second: frozenset[tuple[int, int]]) -> bool:
    """Whether one names a side alone and the other the other side alone."""
    for row in range(len(SIDES)):
        mine, theirs = ({side for n, side in sides if n == row} for sides in (first, second))
        if len(mine) == len(theirs) == 1 and mine != theirs:
            return True
    return False


def _other_amounts(first: Mapping[str, frozenset[float]], second: Mapping[str, frozenset[float]]) -> bool:
    """Whether each has an amount of some unit that the other has not."""
    return any(first[unit] - second[unit] and second[unit] - first[unit] for unit in first.keys() & second.keys())


def _other_names(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether names that both have come in another order (Paris as in London), or none that one has is the other's."""
    shared = [name for name in first if name in second]
    return shared != [name for name in second if name in first] or bool(first and second and not shared)


def _other_signs(first: frozenset[object], second: frozenset[object]) -> bool:
    """Whether both say how it deviates and have nothing of that in common."""
    return bool(first) and bool(second) and not first & second
