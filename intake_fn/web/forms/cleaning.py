"""What is done to every text that people type."""

from __future__ import annotations

import re

LOST = "\ufffd"
"""Stands where bytes could not be read as UTF-8."""

UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and halves of characters."""


KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""The key under which a form is taken in once."""

CITATION = re.compile(r"[\w./-]{1,150}#[\w.:-]{1,100}")


def clean_text(text: str | None) -> str:
    """Line ends to LF; NUL and other control characters, which no keyboard types, are left out."""
    return UNTYPED.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str | None) -> str:
    """The text like clean_text, on one line, with single spaces; other kinds of spaces stay as typed."""
    return re.sub("[ \t\n\u2028\u2029]+", " ", clean_text(text))


def citation(text: str) -> str:
    """A clause as page#anchor, "" for anything else."""
    return text if CITATION.fullmatch(text) else ""
