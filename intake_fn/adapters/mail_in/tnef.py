"""The text of a winmail.dat (TNEF), as Outlook sends it instead of a mail. Pure.

A mail may be nothing but this file. Its files stay within it: a person downloads it as it came. The source of the
layout is Microsoft's MS-OXTNEF: attributes of level, number, length, value and checksum; one of them, the message's
properties, is a list of MAPI properties.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from intake_fn.adapters.mail_in import html
from intake_fn.adapters.mail_in.charsets import decoded

SIGNATURE = b"\x78\x9f\x3e\x22"
CODEPAGE, BODY, PROPERTIES = 0x00069007, 0x0002800C, 0x00069003
MESSAGE_LEVEL = 1

PLAIN, PAGE, INTERNET_CODEPAGE = 0x1000, 0x1013, 0x3FDE
INT, STRING, UNICODE, BINARY, OBJECT = 0x0003, 0x001E, 0x001F, 0x0102, 0x000D
SIZES = {0x0002: 4, INT: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8}
SIZES |= {0x0048: 16}
SEVERAL = 0x1000
"""The bit of a property's type that says that it has several values."""
NAMED = 0x8000
MOST = 10_000
"""Properties and values that are read."""


def text_of(content: bytes) -> str:
    """The text that a winmail.dat holds; "" for none, and for what is none."""
    try:
        return _text_of(content)
    except (struct.error, ValueError):
        return ""


def _text_of(content: bytes) -> str:
    if not content.startswith(SIGNATURE):
        return ""
    found = dict(_attributes(content))
    codepage = _number(found.get(CODEPAGE, b""))
    properties = dict(_properties(found.get(PROPERTIES, b"")))
    if BODY in found:
        return _string(found[BODY], codepage)
    for kind, as_text in ((UNICODE, _unicode), (STRING, lambda value: _string(value, codepage))):
        if value := properties.get((PLAIN, kind)):
            return as_text(value)
    page = properties.get((PAGE, BINARY), b"")
    of_page = _number(properties.get((INTERNET_CODEPAGE, INT), b"")) or codepage
    return html.text_of(_string(page, of_page)) if page else ""


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of the message itself, up to where the file is cut."""
    place = len(SIGNATURE) + 2
    while place + 9 <= len(content):
        level, number, length = struct.unpack_from("<BII", content, place)
        value = content[place + 9 : place + 9 + length]
        if len(value) < length:
            return
        if level == MESSAGE_LEVEL:
            yield number, value
        place += 9 + length + 2


def _properties(raw: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The properties by number and type, each with its first value, up to one that cannot be read."""
    if not raw:
        return
    place = 4
    for _ in range(min(struct.unpack_from("<I", raw)[0], MOST)):
        kind, number = struct.unpack_from("<HH", raw, place)
        place += 4
        if number >= NAMED:
            by_string, length = struct.unpack_from("<II", raw, place + 16)
            place += 24 + (_padded(length) if by_string else 0)
        values, place = _values(raw, place, kind)
        if values is None:
            return
        if values:
            yield (number, kind), values[0]


def _values(raw: bytes, place: int, kind: int) -> tuple[list[bytes] | None, int]:
    base, is_long = kind & ~SEVERAL, kind & ~SEVERAL in (STRING, UNICODE, BINARY, OBJECT)
    count = 1
    if is_long or kind & SEVERAL:
        (count,) = struct.unpack_from("<I", raw, place)
        place += 4
    values: list[bytes] = []
    for _ in range(min(count, MOST)):
        if is_long:
            (length,) = struct.unpack_from("<I", raw, place)
            place += 4
        elif base in SIZES:
            length = SIZES[base]
        else:
            return None, place
        if place + length > len(raw):
            return None, place
        values.append(raw[place : place + length])
        place += _padded(length)
    return values, place


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _number(value: bytes) -> int:
    return int.from_bytes(value[:4], "little")


def _string(value: bytes, codepage: int) -> str:
    return decoded(value.rstrip(b"\0"), "utf-8" if codepage == UTF_8 else f"cp{codepage or 1252}")


UTF_8 = 65001


def _unicode(value: bytes) -> str:
    return value.decode("utf-16-le", errors="replace").rstrip("\0")
