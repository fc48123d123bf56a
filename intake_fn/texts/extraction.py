"""The catalogue for Babel, which collects all texts for translators: `pybabel extract`, with each key as a comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from intake_fn.texts.catalogue import CATALOGUE, Plural

Extracted = tuple[int, str, str | tuple[str, str], list[str]]


def catalogue(fileobj: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Extracted]:
    """Line, function, text and comments of each message, as Babel has it."""
    del fileobj, keywords, comment_tags, options
    for number, (key, entry) in enumerate(CATALOGUE.items(), 1):
        if isinstance(entry, Plural):
            yield number, "ngettext", (entry.one, entry.other), [key]
        else:
            yield number, "gettext", entry, [key]
