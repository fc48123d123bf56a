"""A clause: the smallest part of a spec that can be cited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SENTENCE_END = re.compile(
    r"(?<=[.!?;])[^\S\u00a0]+(?=[^\sa-z])|(?<=[\u3002\uff01\uff1f\uff1b])|\n\s*\n|\n(?=\s*(?:[-*+|]|\d+\.)\s*)"
)
"""Where a sentence, a list item or a row of a table ends."""

REMEMBERED = 1000
"""Clauses whose sentences are kept: the same ones are found again and again."""

_MARKUP_LINE = re.compile(r"^\s*(?:\|?[\s:|-]+\|?|!!!.*|\?\?\?.*|```.*|~~~.*)$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A heading of a page with its own body, up to the next heading of any level.

    `markdown` is the body as a person reads it on the site, its blocks apart, and what quotes are taken from; `line`
    counts from 1; `url` is relative to the spec's root as MkDocs publishes it; only a normative clause decides.
    """

    page: str
    anchor: str
    title: str
    page_title: str
    markdown: str
    line: int
    normative: bool = True
    links: str = ""
    """The addresses that the body links to, as they were written, with spaces between them."""
    file: str = ""
    """The file of its page below the spec's folder."""
    source: str = ""
    """What stands in the file from its heading to the next one; "" where its heading stands nowhere in it."""

    @property
    def cite(self) -> str:
        """How it is cited: page#anchor."""
        return f"{self.page}#{self.anchor}"

    @property
    def url(self) -> str:
        """Where it stands below the spec's root: page/#anchor."""
        folder = re.sub(r"(^|/)(?:index|README)$", r"\1", self.page)
        return f"{folder}{'/' if folder and not folder.endswith('/') else ''}#{self.anchor}"

    @property
    def text(self) -> str:
        """The body with its white space normalised; every quote is a part of it."""
        return squeeze(self.markdown)

    def sentences(self) -> list[str]:
        """The body in sentences, list items and table rows; each is a part of `text`."""
        return list(_sentences(self.markdown))


@lru_cache(maxsize=REMEMBERED)
def _sentences(markdown: str) -> tuple[str, ...]:
    text = squeeze(markdown)
    parts = (
        squeeze("\n".join(line for line in part.splitlines() if not _MARKUP_LINE.match(line)))
        for part in SENTENCE_END.split(markdown)
    )
    return tuple(part for part in parts if part and part in text)


def squeeze(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
