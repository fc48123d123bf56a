"""Texts of people in Markdown pages: as they were typed, and nothing in them is markup. Pure."""

from __future__ import annotations

import re

_ESCAPED = str.maketrans({**{mark: f"\\{mark}" for mark in "\\`*_{}[]"}, "<": "&lt;", "&": "&amp;", "|": "&#124;"})
_FIRST = str.maketrans({**{mark: f"\\{mark}" for mark in "#+->"}, ":": "&#58;", "=": "&#61;", "~": "&#126;"})
"""What begins a heading, a list, a quote, a definition or a fence."""
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")


def escaped(text: str) -> str:
    """A text on one line in which Markdown and HTML find nothing to read."""
    plain = " ".join(text.split()).translate(_ESCAPED)
    return _NUMBERED.sub(r"\1\\\2", plain[:1].translate(_FIRST) + plain[1:])
