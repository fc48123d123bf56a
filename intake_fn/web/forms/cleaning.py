"""What is done to every text that people type."""

from __future__ import annotations

import re
import unicodedata

LOST = "\ufffd"
"""Stands where bytes could not be read as UTF-8."""

UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and halves of characters."""

BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""
UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"))
"""Kinds of characters that show nothing by themselves: spaces, marks of direction, accents."""

TURNING = re.compile("[\u202a-\u202e\ufeff]")
"""Marks that turn the direction of what follows, also beyond the line they stand in; and the mark of byte order."""


KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""The key under which a form is taken in once."""

CITATION = re.compile(r"[\w./-]{1,150}#[\w.:-]{1,100}")


def clean_text(text: str | None) -> str:
    """Line ends to LF; NUL and other control characters, which no keyboard types, are left out.

    "" for a text in which nothing can be seen.
    """
    typed = UNTYPED.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip().lstrip("\ufeff")
    return typed if any(map(_is_seen, typed)) else ""


def clean_line(text: str | None) -> str:
    """The text like clean_text, on one line, with single spaces; other kinds of spaces stay as typed.

    Marks that turn the direction of writing are left out: on a page, more than the line would be turned.
    """
    return re.sub("[ \t\n\u2028\u2029]+", " ", TURNING.sub("", clean_text(text))).strip()


def _is_seen(sign: str) -> bool:
    return sign not in BLANK and unicodedata.category(sign) not in UNSEEN


def citation(text: str) -> str:
    """A clause as page#anchor, "" for anything else."""
    return text if CITATION.fullmatch(text) else ""
