"""Texts as Mantis can hold them: without characters that it cannot store, without mentions, within its limits. Pure."""

from __future__ import annotations

import re

SUMMARY_LIMIT = 128
TEXT_LIMIT = 65_535
TAG_LIMIT = 100
NAME_LIMIT_BYTES = 250

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=[^\s\u200b])")
"""What Mantis takes for a mention, byte by byte: letters beyond ASCII before the sign do not keep it from that."""


def storable(text: str) -> str:
    """A text without NUL and its like, and with U+FFFD for what its tables cannot store; ours is the record.

    An @name in it mails nobody: every text that Mantis gets goes through here.
    """
    kept = _FOUR_BYTES.sub("\ufffd", _CONTROL.sub("", text))
    return _MENTION.sub("@\N{ZERO WIDTH SPACE}", kept)[:TEXT_LIMIT]


def one_line(text: str) -> str:
    """A text on one line: a line break in an echoed name would turn an error into a success."""
    return " ".join(storable(text).split())


def summary(text: str) -> str:
    """A summary on one line, as long as Mantis holds it."""
    return one_line(text)[:SUMMARY_LIMIT]


def tag_name(name: str) -> str:
    """A tag's name without what separates tags; "" where nothing is left of it."""
    return one_line(name).replace(",", " ").lstrip("+-").replace("\ufffd", "").strip()[:TAG_LIMIT]


def file_name(name: str) -> str:
    """The last part of a name, short enough, without what makes Mantis fail."""
    clean = one_line(re.split(r"[/\\]", name)[-1]).replace("\ufffd", "_").strip(". ") or "file"
    stem, dot, ending = clean.rpartition(".")
    room = NAME_LIMIT_BYTES - len(f"{dot}{ending}".encode())
    cut = (stem or clean).encode()[: max(room, 1)].decode("utf-8", "ignore")
    return f"{cut}{dot}{ending}" if stem else cut
