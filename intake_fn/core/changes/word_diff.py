"""Two texts compared word by word: the clause as it reads and as it would read. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

MOST_WORDS = 20_000
"""Beyond that two texts are compared line by line: the time that words take grows with their square."""

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
    before, after = _WORDS.findall(today), _WORDS.findall(proposed)
    if len(before) + len(after) > MOST_WORDS:
        before, after = today.splitlines(keepends=True), proposed.splitlines(keepends=True)
    pieces: list[Piece] = []
    for how, start, end, start_after, end_after in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece(Part.SAME, "".join(before[start:end])))
            continue
        if end > start:
            pieces.append(Piece(Part.TAKEN_OUT, "".join(before[start:end])))
        if end_after > start_after:
            pieces.append(Piece(Part.PUT_IN, "".join(after[start_after:end_after])))
    return pieces
