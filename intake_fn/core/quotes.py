"""Quotes of clauses as people read them: without Markdown's signs, with the sentence that is nearest. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

REMEMBERED = 500
"""Texts that are kept with their sentences, some 1 KB each: they come up with each pause while somebody writes."""

_TABLE_RULE = re.compile(r"\s*\|[\s:|-]+$")
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|(`+|\*\*|__|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w))")


class Marked(NamedTuple):
    """A text in three parts; the one in the middle resembles the request most. It is empty where there is none."""

    before: str
    sentence: str = ""
    after: str = ""


def spoken(quote: str) -> str:
    """A quote without Markdown's signs: links as their words, emphasis and code as plain text, rows as cells."""
    return "\n".join(_spoken_line(line) for line in quote.splitlines() if not _TABLE_RULE.match(line))


def _spoken_line(line: str) -> str:
    plain = _MARKUP.sub(lambda match: match.group(1) or "", line.strip())
    if plain.startswith("|") and plain.endswith("|"):
        return " · ".join(cell.strip() for cell in plain.strip("|").split("|"))
    return re.sub(r"^(?:[-*+]|\d+\.)\s+", "", plain)


def nearest_sentence(verdict: Mapping[str, Any]) -> str:
    """The sentence of the nearest clause that resembles the request most, as it is read; "" where none is told."""
    told = (reason["values"] for reason in verdict["reasons"] if isinstance(reason, Mapping) and "values" in reason)
    return spoken(next((values["sentence"] for values in told if "sentence" in values), ""))


@lru_cache(maxsize=REMEMBERED)
def marked(text: str, sentence: str) -> Marked:
    """The text around the sentence; undivided where it does not stand there, or is all of it."""
    found = re.search(r"\s+".join(map(re.escape, sentence.split())), text) if sentence else None
    if found is None or not found[0] or found[0] == text.strip():
        return Marked(text)
    return Marked(text[: found.start()], found[0], text[found.end() :])
