"""Two texts compared word by word, as people read a change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"

_PIECE = re.compile(r"\s+|[^\W_]+(?:[.,:'\u2019-][^\W_]+)*|.", re.DOTALL)
"""A run of white space, a word or a number, or any other sign."""

Part = tuple[str, str]
"""SAME, REMOVED or ADDED, with the text."""


def word_diff(old: str, new: str) -> list[Part]:
    """The parts of both texts in order; those that are SAME or REMOVED make the old text, SAME or ADDED the new one."""
    return list(_joined(_parts(_PIECE.findall(old), _PIECE.findall(new))))


def marked_diff(old: str, new: str) -> str:
    """The same as one text, marked as `git diff --word-diff` does: [-removed-] and {+added+}."""
    marks = {SAME: "{}", REMOVED: "[-{}-]", ADDED: "{{+{}+}}"}
    return "".join(marks[kind].format(text) for kind, text in word_diff(old, new))


def _parts(old: list[str], new: list[str]) -> Iterator[Part]:
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            yield SAME, "".join(old[a:b])
        else:
            yield REMOVED, "".join(old[a:b])
            yield ADDED, "".join(new[c:d])


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    """Without empty parts; words with nothing but a space between them that is the same become one part."""
    removed = added = ""
    for kind, text in parts:
        if kind == SAME and (text.strip() or not (removed or added)):
            yield from ((each, said) for each, said in ((REMOVED, removed), (ADDED, added)) if said)
            removed = added = ""
            if text:
                yield SAME, text
        else:
            removed += text if kind != ADDED else ""
            added += text if kind != REMOVED else ""
    yield from ((each, said) for each, said in ((REMOVED, removed), (ADDED, added)) if said)
