"""Whole numbers as people and programs type them into addresses and forms."""

from __future__ import annotations

MOST_DIGITS = 9
"""More is no number of ours: no version, level, size in bytes or issue has as many."""


def whole(text: str | None, otherwise: int) -> int:
    """The number, from 0; `otherwise` for what is none: other scripts' digits, signs, endless rows of digits."""
    digits = (text or "").strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        return otherwise
    return int(digits)
