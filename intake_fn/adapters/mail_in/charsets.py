"""Bytes to text where the charset is wrong or missing, as it often is. Pure.

| what is declared             | what is tried, in this order                                        |
|------------------------------|---------------------------------------------------------------------|
| a 7-bit charset with escapes | itself                                                              |
| a charset of several bytes   | UTF-8 where three bytes make a character, itself, UTF-8, a guess     |
| any other, or none           | ISO-2022-JP by its escapes, UTF-8, itself, a guess                   |

What is ASCII by name and UTF-8 by its bytes is UTF-8: a text in another charset is hardly ever valid UTF-8.
"""

from __future__ import annotations

import codecs
import re

ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "tis-620": "cp874",
}
"""Names that mean more than they say, and names that Python does not know."""

ESCAPED = frozenset(("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "hz", "utf-7"))
SEVERAL_BYTES = frozenset(("gb18030", "big5", "big5hkscs", "cp950", "cp932", "cp949", "euc_jp", "johab"))
NO_CHARSETS = frozenset(("idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem"))
"""What Python calls an encoding, and no mail is written in."""

JAPANESE, KOREAN = b"\x1b$B", b"\x1b$)C"
SAMPLE = 64 * 1024
"""Bytes by which a charset is guessed."""

FEW = 10
"""One character in so many may be damaged."""

HALF_OR_NUL = re.compile("[\x00\ud800-\udfff]")


def decoded(raw: bytes, declared: str = "") -> str:
    """The text of some bytes. What cannot be read stands there as U+FFFD, and so does a NUL byte."""
    return HALF_OR_NUL.sub("\ufffd", _decoded(raw, charset(declared)))


def charset(declared: str) -> str:
    """What Python calls a charset; "" for none, and for one that nobody knows."""
    name = declared.strip().strip("\"'").lower().partition("*")[0]
    try:
        info = codecs.lookup(ALIASES.get(name, name))
    except (LookupError, ValueError):
        return ""
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name not in NO_CHARSETS else ""


def _decoded(raw: bytes, declared: str) -> str:
    if raw.isascii() and declared not in ESCAPED:
        escaped = next((name for mark, name in _ESCAPES if mark in raw), "")
        return raw.decode(escaped or "ascii", errors="replace")
    for name in _tried(raw, declared):
        try:
            return raw.decode(name)
        except (UnicodeError, LookupError):
            continue
    if declared in ESCAPED or declared in SEVERAL_BYTES:
        return raw.decode(declared, errors="replace")  # most of it is as it says
    if text := _cut_utf_8(raw):
        return text
    damaged = raw.decode("utf-8", errors="replace")
    if damaged.count("\ufffd") * FEW <= sum(not sign.isascii() for sign in damaged):
        return damaged  # UTF-8 but for a few bytes, such as a character that was cut
    guess = _western(raw) or _guessed(raw)
    return raw.decode(guess or declared or "cp1252", errors="replace")


_ESCAPES = ((JAPANESE, "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (KOREAN, "iso2022_kr"))


def _tried(raw: bytes, declared: str) -> list[str]:
    if declared in ESCAPED:
        wider = ["iso2022_jp_ext", "iso2022_jp_2"] if declared == "iso2022_jp" else []
        return [declared, *wider, "utf-8"]
    if declared in SEVERAL_BYTES:
        return ["utf-8", declared] if THREE_BYTES.search(raw) else [declared, "utf-8"]
    return ["utf-8-sig", declared] if declared else ["utf-8-sig"]


THREE_BYTES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")


def _cut_utf_8(raw: bytes) -> str:
    """UTF-8 of which nothing but the last character is cut; "" for anything else."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeError:
        return ""
    return "" if text.isascii() else text + "\ufffd"


SPARSE = re.compile(rb"[A-Za-z]+|([\x80-\xff]+)")
BETWEEN_LETTERS = re.compile("[^\\W\\d_][\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc-\xbf][^\\W\\d_]")


def _western(raw: bytes) -> str:
    """The charset of a text of Latin letters, of which few are not ASCII and stand alone; "" for another text.

    A statistical guess takes a few such letters for Chinese.
    """
    runs = [found[1] for found in SPARSE.finditer(raw[:SAMPLE]) if found[1]]
    letters = sum(sign in LETTERS for sign in raw[:SAMPLE])
    if any(len(run) > 2 for run in runs) or sum(map(len, runs)) * 2 > letters:  # noqa: PLR2004 - two in a row, half
        return ""
    central = BETWEEN_LETTERS.search(raw[:SAMPLE].decode("cp1252", errors="replace")) or UNDEFINED.search(raw)
    return "cp1250" if central else "cp1252"


LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""Bytes that windows-1252 leaves out and windows-1250 has."""


def _guessed(raw: bytes) -> str:
    """The charset of a text that does not say it; "" where nobody can tell."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - hardly any mail needs it

    best = from_bytes(raw[:SAMPLE], cp_exclusion=["utf_7", "utf_16", "utf_32"]).best()
    return best.encoding if best else ""
