"""Two texts compared word by word: the clause as it reads and as it would read. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

MOST_PAIRS = 4_000_000
"""Pairs of equal words that are looked at, about a second's work: beyond that texts are compared line by line, and
beyond that as a whole."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Part(StrEnum):
    """What became of a piece of the text."""

    SAME = "same"
    TAKEN_OUT = "taken out"
    PUT_IN = "put in"


class Piece(NamedTuple):
    """A run of words that stays, goes or comes."""

    part: Part
    text: str


def word_diff(today: str, proposed: str) -> list[Piece]:
    """The pieces that make both texts: without those put in, today's; without those taken out, the proposed one."""
    for split in (_WORDS.findall, partial(str.splitlines, keepends=True), _whole):
        before, after = split(today), split(proposed)
        begins = _common(before, after)
        ends = _common(before[begins:][::-1], after[begins:][::-1])
        middle = before[begins : len(before) - ends], after[begins : len(after) - ends]
        if _pairs(*middle) <= MOST_PAIRS:
            break
    same = Piece(Part.SAME, "".join(before[:begins])), Piece(Part.SAME, "".join(before[len(before) - ends :]))
    return _joined([same[0], *_compared(*middle), same[1]])


def _whole(text: str) -> list[str]:
    return [text]


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(before), len(after)))


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """How many pairs of equal words there are: what a comparison costs."""
    counts = Counter(after)
    return sum(counts[word] for word in before)


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for how, start, end, start_after, end_after in matcher.get_opcodes():
        if how == "equal":
            yield Piece(Part.SAME, "".join(before[start:end]))
            continue
        yield Piece(Part.TAKEN_OUT, "".join(before[start:end]))
        yield Piece(Part.PUT_IN, "".join(after[start_after:end_after]))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Without empty pieces, and neighbours of one kind in one."""
    kept = groupby(filter(_text, pieces), key=_part)
    return [Piece(part, "".join(map(_text, group))) for part, group in kept]


_part, _text = itemgetter(0), itemgetter(1)


# --- a clause as Markdown reads it ---------------------------------------------------------------

_FENCE = re.compile(r"\s*(?:```|~~~)")
_RULE = r"(?:[-*_]\s*){3,}$"
_BLOCK = re.compile(rf"\s*(?:$|#{{1,6}}\s|[-*+]\s|\d+[.)]\s|[|<>]|:\s|{{:|!!!|\?\?\?|===|\[[^\]]+\]:\s|{_RULE})| {{4}}")
"""Lines that begin something of their own, or are indented as code and contents are."""
_ENDS = re.compile(rf"\s*(?:$|#{{1,6}}\s|[|<]|!!!|\?\?\?|===|{_RULE})|.*(?:  |\\)$")
"""Lines after which no text goes on: headings, rows of tables, and hard line breaks."""


def clause_diff(today: str, proposed: str) -> list[Piece]:
    """The word diff of two clauses as they are read: where their lines are broken makes no difference."""
    return word_diff(flowed(today), flowed(proposed))


def flowed(source: str) -> str:
    """Markdown with each paragraph on one line: a line break within it is a space to Markdown.

    Headings, lists, tables, code and hard line breaks stay on lines of their own.
    """
    lines: list[str] = []
    fenced, goes_on = False, False
    for line in source.splitlines():
        is_fence = _FENCE.match(line) is not None
        if goes_on and not fenced and not is_fence and not _BLOCK.match(line):
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        else:
            lines.append(line)
        fenced ^= is_fence
        goes_on = not fenced and not is_fence and not _ENDS.match(line)
    return "\n".join(lines)
