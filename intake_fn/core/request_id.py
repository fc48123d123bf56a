"""The id of a request, HD-XXXX-XXXX: how it is written, drawn, and read as people type it.

Two groups of four signs of Crockford's base 32: no I, L, O, U, so that it survives being read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PREFIX = "HD"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 4

SHAPE = f"{PREFIX}-XXXX-XXXX"
"""The form of an id, for people."""

EXAMPLE = f"{PREFIX}-7K2M-9QXA"

PATTERN = f"{PREFIX}-[0-9A-HJKMNP-TV-Z]{{{GROUP}}}-[0-9A-HJKMNP-TV-Z]{{{GROUP}}}"
"""The form of an id as a regular expression; the description of the API has it, too."""

_BETWEEN = "[\\s._\u2010-\u2015\u2212-]?"
AS_TYPED = _BETWEEN.join((PREFIX, f"[0-9A-TV-Z]{{{GROUP}}}", f"[0-9A-TV-Z]{{{GROUP}}}"))
"""The form of an id as people and programs write it: other signs between its groups, letters that look like digits."""

LOOKS_LIKE = str.maketrans("OIL", "011")
"""Letters that the alphabet does not have are what they look like."""


def draw(choose: Callable[[str], str]) -> str:
    """An id whose signs `choose` picks: one of 10^12, so not to be guessed; the store refuses one that is taken."""
    return _written("".join(choose(ALPHABET) for _ in range(2 * GROUP)))


def typed(text: str) -> str:
    """The id that a person typed, in whatever case and with whatever between its signs; "" when it is none."""
    written = _written(re.sub(r"[^0-9A-Z]", "", text.upper()).removeprefix(PREFIX).translate(LOOKS_LIKE))
    return written if re.fullmatch(PATTERN, written) else ""


def _written(signs: str) -> str:
    return f"{PREFIX}-{signs[:GROUP]}-{signs[GROUP:]}"
