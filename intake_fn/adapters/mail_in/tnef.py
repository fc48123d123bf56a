"""What a winmail.dat (TNEF) holds, which Outlook sends in the place of a mail's parts: its text and its files. Pure.

    signature, key, then attributes: level (message, file), number, length, value, sum of the value's bytes
    "a file begins" ─► its title, its bytes, its properties ─► "a file begins" ─► ...

The source of the layout is Microsoft's MS-OXTNEF: one attribute of the message, and one of each file, is a list of MAPI
properties. A file that is a message is a TNEF of its own within. Whoever reads this keeps the winmail.dat, too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import field

from intake_fn.adapters.mail_in import html, rtf
from intake_fn.adapters.mail_in.charsets import decoded
from intake_fn.core.inbound.mail import MailFile
from intake_fn.core.lazy_dataclass import dataclass

SIGNATURE = b"\x78\x9f\x3e\x22"
CODEPAGE, BODY, PROPERTIES = 0x00069007, 0x0002800C, 0x00069003
FILE_BEGINS, TITLE, CONTENT, FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
MESSAGE_LEVEL, FILE_LEVEL = 1, 2

PLAIN, PAGE, COMPRESSED_RTF, INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
NAMES = (0x3707, 0x3001, 0x3704)
"""The properties with a file's names: the long one, the displayed one, the short one."""
MIME_TYPE, CONTENT_ID, OBJECT_DATA, METHOD = 0x370E, 0x3712, 0x3701, 0x3705
IS_MESSAGE = 5
INT, STRING, UNICODE, BINARY, OBJECT = 0x0003, 0x001E, 0x001F, 0x0102, 0x000D
SIZES = {0x0002: 4, INT: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8}
SIZES |= {0x0048: 16}
SEVERAL = 0x1000
"""The bit of a property's type that says that it has several values."""
NAMED = 0x8000
INTERFACE = 16
"""Bytes before a message that is a file: what kind of object it is."""
MOST = 100_000
"""Attributes, properties and values that are read of one mail."""
MOST_FILES = 500
DEEPEST = 3
"""Messages within each other that are opened."""
UTF_8 = 65001

CUT, SPOILT = "it is cut off", "a part of it is damaged"
TOO_MUCH = "it holds more files than are opened"
TOO_MANY = "it has more parts than are read"

Properties = Mapping[tuple[int, int], bytes]


@dataclass(slots=True)
class Opened:
    """What it holds; `losses` name in a few words what could not be read."""

    text: str = ""
    files: list[MailFile] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Allowance:
    """What is still read of one mail, however many of these it holds, and messages within them."""

    parts: int = MOST
    rtf: rtf.Budget = field(default_factory=rtf.Budget)
    pages: html.Budget = field(default_factory=html.Budget)

    def take(self) -> bool:
        """Whether one more attribute, property or value is read."""
        self.parts -= 1
        return self.parts >= 0


@dataclass(slots=True)
class Held:
    """A file within, as its attributes say it."""

    title: bytes = b""
    content: bytes | None = None
    properties: Properties = field(default_factory=dict)


def is_named(name: str) -> bool:
    """Whether a file is called as programs call one that they send as any bytes."""
    return name.lower().endswith((".dat", ".tnef"))


def opened(content: bytes, allowance: Allowance | None = None) -> Opened:
    """The text and the files of a winmail.dat, as far as it can be read and is allowed; nothing of what is none."""
    return _opened(content, 0, allowance or Allowance())


def _opened(content: bytes, depth: int, allowance: Allowance) -> Opened:
    found = Opened()
    if not content.startswith(SIGNATURE):
        return found
    message: dict[int, bytes] = {}
    held: list[Held] = []
    for level, number, value in _attributes(content, found.losses, allowance):
        if level == MESSAGE_LEVEL:
            message.setdefault(number, value)
        elif number == FILE_BEGINS:
            if len(held) > MOST_FILES:
                break
            held.append(Held())
        elif held:
            _take(held[-1], number, value, found.losses, allowance)
    codepage = _number(message.get(CODEPAGE, b""))
    found.text = _text(message, codepage, found.losses, allowance)
    if len(held) > MOST_FILES:
        found.losses.append(TOO_MUCH)
    for each in held[:MOST_FILES]:
        _add(found, each, codepage, depth, allowance)
    return found


def _attributes(content: bytes, losses: list[str], allowance: Allowance) -> Iterator[tuple[int, int, bytes]]:
    """Level, number and value of each attribute, up to where the file is cut."""
    place = len(SIGNATURE) + 2
    while place < len(content):
        if not allowance.take():
            losses.append(TOO_MANY)
            return
        if place + 9 > len(content):
            losses.append(CUT)
            return
        level, number, length = struct.unpack_from("<BII", content, place)
        value = content[place + 9 : place + 9 + length]
        end = place + 9 + length
        if len(value) < length or end + 2 > len(content):
            losses.append(CUT)
            if not value or level not in (MESSAGE_LEVEL, FILE_LEVEL):
                return
        elif sum(value) & 0xFFFF != struct.unpack_from("<H", content, end)[0]:
            losses.append(SPOILT)
        yield level, number, value
        place = end + 2


def _take(held: Held, number: int, value: bytes, losses: list[str], allowance: Allowance) -> None:
    """An attribute of a file."""
    if number == TITLE:
        held.title = value
    elif number == CONTENT:
        held.content = value
    elif number == FILE_PROPERTIES:
        held.properties = _properties(value, losses, allowance)


def _text(message: Mapping[int, bytes], codepage: int, losses: list[str], allowance: Allowance) -> str:
    """The text: the plain one, else that of its page, else of its RTF."""
    if BODY in message:
        return _string(message[BODY], codepage)
    properties = _properties(message.get(PROPERTIES, b""), losses, allowance)
    if plain := _words(properties, PLAIN, codepage):
        return plain
    page = properties.get((PAGE, BINARY), b"")
    of_page = _number(properties.get((INTERNET_CODEPAGE, INT), b"")) or codepage
    if page:
        text, too_long = html.text_of(_string(page[: html.LARGEST * 4], of_page), allowance.pages)
        losses += [html.TOO_LONG] if too_long or len(page) > html.LARGEST * 4 else []
        return text
    budget = allowance.rtf
    before, budget.exceeded = budget.exceeded, False
    text = rtf.text_of(rtf.decompressed(properties.get((COMPRESSED_RTF, BINARY), b""), budget), budget)
    if budget.exceeded:
        losses.append(html.TOO_LONG)
    budget.exceeded |= before
    return text


def _add(found: Opened, held: Held, codepage: int, depth: int, allowance: Allowance) -> None:
    """A file; of one that is a message, its text as a file, and its files."""
    names = [_words(held.properties, name, codepage) for name in NAMES]
    name = next(filter(None, (*names[:2], _string(held.title, codepage), names[2])), "")
    object_ = held.properties.get((OBJECT_DATA, OBJECT), b"")
    is_message = _number(held.properties.get((METHOD, INT), b"")) == IS_MESSAGE
    if is_message and object_[INTERFACE:].startswith(SIGNATURE) and depth < DEEPEST:
        inner = _opened(object_[INTERFACE:], depth + 1, allowance)
        text = MailFile(f"{name or 'message'}.txt", "text/plain", inner.text.encode(errors="replace"))
        found.files += [text, *inner.files]
        found.losses += inner.losses
        return
    content = held.content
    if content is None:
        content = object_[INTERFACE:] or held.properties.get((OBJECT_DATA, BINARY))
    if content is None:
        found.losses.append(f"the file {name or '(without a name)'} in it has no content")
        return
    kind = _words(held.properties, MIME_TYPE, codepage).lower() or "application/octet-stream"
    inline = bool(_words(held.properties, CONTENT_ID, codepage))
    found.files.append(MailFile(name or f"file-{len(found.files) + 1}", kind, content, inline))


# --- MAPI properties -------------------------------------------------------------------------


def _properties(raw: bytes, losses: list[str], allowance: Allowance) -> Properties:
    """The properties by number and type, each with its first value, up to one that cannot be read."""
    found: dict[tuple[int, int], bytes] = {}
    try:
        for key, value in _each(raw, allowance):
            found.setdefault(key, value)
    except _TooManyError:
        losses.append(TOO_MANY)
    except (struct.error, ValueError):
        losses.append(SPOILT)
    return found


class _TooManyError(Exception):
    """The allowance is used up."""


def _each(raw: bytes, allowance: Allowance) -> Iterator[tuple[tuple[int, int], bytes]]:
    if not raw:
        return
    place = 4
    for _ in range(struct.unpack_from("<I", raw)[0]):
        kind, number = struct.unpack_from("<HH", raw, place)
        place += 4
        if number >= NAMED:
            by_string, length = struct.unpack_from("<II", raw, place + 16)
            place += 24 + (_padded(length) if by_string else 0)
        values, place = _values(raw, place, kind, allowance)
        if values:
            yield (number, kind), values[0]


def _values(raw: bytes, place: int, kind: int, allowance: Allowance) -> tuple[list[bytes], int]:
    """The values of a property, and where the next one begins. Raises ValueError for what cannot be read."""
    if not allowance.take():
        raise _TooManyError
    base, is_long = kind & ~SEVERAL, kind & ~SEVERAL in (STRING, UNICODE, BINARY, OBJECT)
    count = 1
    if is_long or kind & SEVERAL:
        (count,) = struct.unpack_from("<I", raw, place)
        place += 4
    values: list[bytes] = []
    for _ in range(count):
        if not allowance.take():
            raise _TooManyError
        if is_long:
            (length,) = struct.unpack_from("<I", raw, place)
            place += 4
        elif base in SIZES:
            length = SIZES[base]
        else:
            raise ValueError(f"There is no type {base:#x}.")
        if place + length > len(raw):
            raise ValueError("A value is cut off.")
        values.append(raw[place : place + length])
        place += _padded(length)
    return values, place


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _number(value: bytes) -> int:
    return int.from_bytes(value[:4], "little")


def _words(properties: Properties, number: int, codepage: int) -> str:
    """A property that is a text; "" for none."""
    if value := properties.get((number, UNICODE)):
        return value.decode("utf-16-le", errors="replace").rstrip("\0")
    return _string(properties.get((number, STRING), b""), codepage)


def _string(value: bytes, codepage: int) -> str:
    return decoded(value.rstrip(b"\0"), "utf-8" if codepage == UTF_8 else f"cp{codepage or 1252}")
