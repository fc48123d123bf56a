"""Header lines of a mail, written so that what a person typed arrives as typed, character by character.

Nothing is ever decoded here: a text that looks like an encoded word (RFC 2047) is encoded itself, so that the reader
sees those very characters. Python's own header classes decode such a text, and older versions (CVE-2024-6923) then
write the line breaks that were hidden in it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

LONGEST_WORD = 75
"""Characters of an encoded word (RFC 2047, section 2)."""
LONGEST_LINE = 76
"""Characters of a line that holds one; folded lines of plain words keep to it, too."""
LONGEST_PLAIN_WORD = 900
"""Characters without a space that may stand as they are: a line has at most 998 (RFC 5322)."""

FRAME = "=?utf-8?{}?{}?="
ROOM = LONGEST_WORD - len(FRAME.format("b", ""))
"""Characters that an encoded word has left for the text."""

SAFE_PYTHON = {(3, 11): 10, (3, 12): 5}
"""The first release of a version whose `email` package writes no line break into a header (CVE-2024-6923)."""

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and whatever ends a line somewhere."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character, which UTF-8 does not have."""
PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?|")
ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
"""A display name that needs no quotes."""


def flaw_of(python: tuple[int, int, int]) -> str:
    """What to know of the `email` package of a Python, and what to do; "" where it has no flaw of this kind."""
    version, release = python[:2], python[2]
    if release >= SAFE_PYTHON.get(version, 0):
        return ""
    name = f"{version[0]}.{version[1]}"
    return (
        f"Python {name}.{release} has a flaw in its email package (CVE-2024-6923). Our mails are written without it; "
        f"anything else that runs on this Python may not be. Update to {name}.{SAFE_PYTHON[version]} or newer."
    )


def text_header(name: str, value: str) -> bytes:
    """A header whose value is text, or made of words that programs read; folded, with its line end."""
    value = _clean(value)
    first_room = LONGEST_LINE - len(name) - 2
    folded = _folded(value, first_room) if _is_plain(value) else "\r\n ".join(_encoded(value, first_room))
    return f"{name}: {folded}\r\n".encode("ascii")


def address_header(name: str, address: str, display: str = "") -> bytes:
    """A header that holds one address, with a display name before it if there is one."""
    display, room = _clean(display), LONGEST_LINE - len(name) - 2
    if not display:
        return f"{name}: {address}\r\n".encode("ascii")
    if not _is_plain(display):
        shown = "\r\n ".join(_encoded(display, room))
    elif ATOMS.fullmatch(display):
        shown = _folded(display, room)
    else:
        shown = _folded('"' + re.sub(r'(["\\])', r"\\\1", display) + '"', room)
    last = shown.rpartition("\r\n")[2]
    fits = len(last) + len(address) + 3 <= (room if last == shown else LONGEST_LINE)
    between = " " if fits else "\r\n "
    return f"{name}: {shown}{between}<{address}>\r\n".encode("ascii")


def whole_text(text: str) -> str:
    """A body that can be written as UTF-8: half characters and controls that no mail may hold are U+FFFD."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", text)


def _clean(value: str) -> str:
    return SURROGATE.sub("\ufffd", UNSAFE.sub(" ", value))


def _is_plain(value: str) -> bool:
    """Whether it can stand as it is, and no reader takes any of it for an encoded word."""
    longest = max(map(len, value.split(" ")))
    return "=?" not in value and longest <= LONGEST_PLAIN_WORD and PLAIN.fullmatch(value) is not None


def _folded(value: str, room: int) -> str:
    """The words on lines of moderate length; a line breaks before a space, which is part of the text."""
    lines = [""]
    for word in re.findall(r" *[^ ]+", value):
        if lines[-1] and len(lines[-1]) + len(word) > (room if len(lines) == 1 else LONGEST_LINE):
            lines.append("")
        lines[-1] += word
    return "\r\n".join(lines)


def _encoded(value: str, first_room: int) -> Iterator[str]:
    """The encoded words of a text; the white space between them is none of its characters (RFC 2047, section 6.2)."""
    kind, encode = min(_ENCODINGS, key=lambda row: len(row[1](value)))
    room = min(ROOM, first_room - len(FRAME.format(kind, "")))
    word = ""
    for character in value:
        if word and len(encode(word + character)) > room:
            yield FRAME.format(kind, encode(word))
            word, room = "", ROOM
        word += character
    yield FRAME.format(kind, encode(word))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _quoted(text: str) -> str:
    """The "Q" encoding with the few signs that are safe in a display name, too (RFC 2047, section 5)."""
    return "".join(chr(byte) if chr(byte) in _AS_IS else _OTHERS.get(byte, f"={byte:02X}") for byte in text.encode())


_AS_IS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_OTHERS = {ord(" "): "_"}
_ENCODINGS: tuple[tuple[str, Callable[[str], str]], ...] = (("q", _quoted), ("b", _base64))
