"""Names of files as browsers and programs send them: in whatever encoding, with or without a path.

Browsers send UTF-8. Programs and old browsers send the encoding of their system and do not say which, so it is guessed:
each candidate is tried, and the text in which its characters are common and stand where their script has them wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

CANDIDATES = ("cp1252", "gbk", "cp932", "big5", "euc_kr", "cp1251", "latin-1")
"""Encodings that are tried where the bytes are no UTF-8; of equally likely ones the first is taken."""

SPOKEN: Mapping[str, str] = {
    "zh-tw": "big5",
    "zh-hk": "big5",
    "zh": "gbk",
    "ja": "cp932",
    "ko": "euc_kr",
    "ru": "cp1251",
    "uk": "cp1251",
    "bg": "cp1251",
}
"""The encoding that systems in a language have, by the browser's Accept-Language; others have cp1252."""

COMMON_ROWS: Mapping[str, range] = {
    "gbk": range(0xB0, 0xD8),
    "cp932": range(0x88, 0x98),
    "big5": range(0xA4, 0xC7),
    "euc_kr": range(0xB0, 0xC9),
}
"""First bytes of the common characters of the encodings with two bytes a character."""

TRAILS_FROM: Mapping[str, int] = {"gbk": 0xA1, "euc_kr": 0xA1}
"""The least second byte of a common character; the whole range elsewhere."""

PUNCTUATION = "\u20ac\u2018\u2019\u201c\u201d\u2013\u2014\u00ab\u00bb\u00b0"
"""Signs of western names that are no letters: euro, quotes, dashes, degrees."""

HINT = 0.5
"""What the browser's language is worth, where the most likely reading is worth 1 a character."""


def decoded(raw: bytes, languages: str = "") -> str:
    """A header line or a name as text. `languages` is the browser's Accept-Language. Never fails."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    hinted = _hinted(languages)
    best, text = -2.0, raw.decode("latin-1")
    for encoding in CANDIDATES:
        try:
            candidate = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        likely = _likelihood(candidate, encoding) + (HINT if encoding == hinted else 0)
        if likely > best:
            best, text = likely, candidate
    return text


def _hinted(languages: str) -> str:
    first = languages.partition(",")[0].partition(";")[0].strip().lower()
    return SPOKEN.get(first) or SPOKEN.get(first.partition("-")[0], "")


def _likelihood(text: str, encoding: str) -> float:
    """From -1 to 1, the mean over all characters beyond ASCII."""
    marks = list(_marks(text, encoding))
    return sum(marks) / len(marks) if marks else 0.0


def _marks(text: str, encoding: str) -> Iterator[float]:
    for at, sign in enumerate(text):
        if sign.isascii():
            continue
        if encoding in COMMON_ROWS:
            yield _double_byte(sign, encoding)
        else:
            yield _alphabetic(text[at - 1 : at], sign, text[at + 1 : at + 2], encoding)


@cache
def _double_byte(sign: str, encoding: str) -> float:
    """How likely a character is in an East Asian name."""
    raw = sign.encode(encoding)
    if len(raw) == 1:
        return -1.0  # half-width katakana: what other encodings' letters look like
    if encoding == "cp932" and "\u3041" <= sign <= "\u30fc":
        return 1.0
    common = raw[0] in COMMON_ROWS[encoding] and raw[1] >= TRAILS_FROM.get(encoding, 0)
    return 1.0 if common else 0.0 if unicodedata.category(sign)[0] in "PNS" else -0.5


def _alphabetic(before: str, sign: str, after: str, encoding: str) -> float:
    """How likely a letter is between its neighbours. Letters with accents stand alone among plain ones."""
    plain = any(letter.isascii() and letter.isalpha() for letter in (before, after))
    if sign in PUNCTUATION and encoding == "cp1252":
        return 1.0 if plain and after.isalpha() else 0.5
    if not sign.isalpha() or sign == "\u0192":  # a florin sign is the first byte of katakana
        return -1.0
    if before.islower() and sign.isupper():
        return -1.0
    if encoding == "cp1251":
        return -1.0 if plain or sign.encode(encoding) < b"\xa0" else 1.0
    alone = not any(letter.isalpha() and not letter.isascii() for letter in (before, after))
    return 1.0 if plain or alone else -1.0
