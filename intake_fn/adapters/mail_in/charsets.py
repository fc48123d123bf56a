"""Bytes to text where the charset is wrong or missing, as it often is. Pure.

| what is declared             | what is tried, in this order                                        |
|------------------------------|---------------------------------------------------------------------|
| a 7-bit charset with escapes | itself                                                              |
| a charset of several bytes   | UTF-8 where three bytes make a character, itself, UTF-8              |
| any other, ASCII, or none    | ISO-2022-JP by its escapes, UTF-8, itself, a guess                   |

UTF-16 is known by its bytes before all of this. What is ASCII by name and UTF-8 by its bytes is UTF-8: a text in
another charset is hardly ever valid UTF-8. A guess goes by the letters and words of the text; who shows it says so.
"""

from __future__ import annotations

import codecs
import re

ALIASES = {
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
    return decoded_as(raw, declared)[0]


def decoded_as(raw: bytes, declared: str = "") -> tuple[str, str]:
    """The text, and the charset if it was guessed: then the text may be wrong. "" for one that is as it says."""
    named = charset(declared)
    text, guess = _plainly(raw, named) or _by_its_bytes(raw, named)
    return HALF_OR_NUL.sub("\ufffd", text), guess


def charset(declared: str) -> str:
    """Python's name of a charset; "" for none, and for an unknown one."""
    name = declared.strip().strip("\"'").lower().partition("*")[0]
    try:
        info = codecs.lookup(ALIASES.get(name, name))
    except (LookupError, ValueError):
        return ""
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name not in NO_CHARSETS else ""


def of_sixteen_bits(raw: bytes) -> bytes:
    """Bytes as UTF-8 if they are UTF-16: by the mark at their beginning, or since each second one is NUL."""
    name = _sixteen_bits(raw)
    return raw.decode(name, errors="replace").encode() if name else raw


def _sixteen_bits(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = raw[:SAMPLE]
    if len(sample) < SHORTEST or not sample.count(0) * 5 > len(sample) * 2:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * ONE_SIDE > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


SHORTEST = 8
"""Bytes by whose NULs UTF-16 is known."""
ONE_SIDE = 20
"""All NULs but one of so many stand at even places, or at odd ones."""


def _plainly(raw: bytes, declared: str) -> tuple[str, str] | None:
    """The text by the charset that it names, or that its bytes show beyond doubt; None where neither is so."""
    wide = _sixteen_bits(raw)
    if wide and not declared.startswith("utf-32"):
        return raw.decode(wide, errors="replace"), ""
    if raw.isascii() and b"\0" not in raw and declared.startswith(("utf-16", "utf-32")):
        declared = "ascii"
    if raw.isascii() and declared not in ESCAPED:
        escaped = next((name for mark, name in _ESCAPES if mark in raw), "")
        return raw.decode(escaped or "ascii", errors="replace"), ""
    for name in _tried(raw, declared):
        try:
            return raw.decode(name), ""
        except (UnicodeError, LookupError):
            continue
    return None


def _by_its_bytes(raw: bytes, declared: str) -> tuple[str, str]:
    """As what it is most likely; and the charset if that is no more than likely."""
    if declared in ESCAPED or declared in SEVERAL_BYTES:
        return raw.decode(declared, errors="replace"), ""  # most of it is as it says
    if text := _cut_utf_8(raw):
        return text, ""
    damaged = raw.decode("utf-8", errors="replace")
    if damaged.count("\ufffd") * FEW <= sum(not sign.isascii() for sign in damaged):
        return damaged, ""  # UTF-8 but for a few bytes, such as a character that was cut
    guess = _guessed(raw)
    return raw.decode(guess or declared.replace("ascii", "") or "cp1252", errors="replace"), guess


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


def _guessed(raw: bytes) -> str:
    """The charset of a text that does not say it, by its letters and words; "" where nobody can tell."""
    from chardet import detect  # noqa: PLC0415 - 60 ms, and hardly any mail needs it

    guess = charset(detect(raw[:SAMPLE], include_encodings=(*LATIN, *OTHER_SCRIPTS))["encoding"] or "")
    is_latin = guess in {*map(charset, LATIN)}
    if guess and (is_latin or MIXED_WORD.search(raw[:SAMPLE].decode(guess, errors="replace"))):
        return _latin(raw) or guess
    return guess


def _latin(raw: bytes) -> str:
    """The charset of a text in Latin letters: windows-1252, which most of them are in, unless another is likelier."""
    from chardet import detect_all  # noqa: PLC0415

    likely: dict[str, float] = {}
    for found in detect_all(raw[:SAMPLE], include_encodings=LATIN, ignore_threshold=True):
        likely.setdefault(charset(found["encoding"] or ""), found["confidence"])
    likely.pop("", None)
    best = max(likely, key=lambda name: likely[name], default="")
    return best if not likely or likely[best] > LIKELIER * likely.get("cp1252", 0) else "cp1252"


LIKELIER = 4 / 3
"""Times, by what the detection says."""
LATIN = ("windows-1250", "windows-1252", "windows-1254", "windows-1257", "windows-1258", "iso-8859-2", "iso-8859-16")
OTHER_SCRIPTS = (
    *("windows-1251", "windows-1253", "windows-1255", "windows-1256", "windows-874", "iso-8859-5", "iso-8859-7"),
    *("koi8-r", "koi8-u", "cp866", "cp932", "euc-jp", "cp949", "gb18030", "big5-hkscs"),
)
"""What mail programs wrote before UTF-8."""

MIXED_WORD = re.compile("[A-Za-z][\u0370-\u07ff\u0e00-\u0e7f]|[\u0370-\u07ff\u0e00-\u0e7f][A-Za-z]")
"""A Latin letter beside one of Greek, Cyrillic, Hebrew, Arabic or Thai: no word is written so."""
