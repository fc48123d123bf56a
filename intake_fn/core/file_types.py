"""Types of files that may be attached, told by their content: it must agree with the extension. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from intake_fn.core.lazy_dataclass import dataclass


def _begins(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magics)


def _office(folder: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(b"PK\x03\x04") and folder in content


BINARY = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"\x00asm"),
    *(b"%PDF-", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0"),
)
"""How programs, archives, documents and pictures begin: none of them is a text."""

CONTROLS = bytes({*range(32)} - set(b"\t\n\x0b\x0c\r\b\a\x1a\x1b\0"))
"""Bytes that texts hardly have; terminals' colours and sounds are theirs, and NULs stand where a log was cut off."""

MOST_CONTROLS = 0.1
SAMPLE = 64 * 1024


def _text(content: bytes) -> bool:
    """Text in some encoding, also a log with NUL bytes, and UTF-16 with or without its mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    if content.startswith(BINARY):
        return False
    plain = content.replace(b"\0", b"")[:SAMPLE]
    odd = len(plain) - len(plain.translate(None, CONTROLS))
    return (bool(plain) and odd <= MOST_CONTROLS * len(plain)) or any(
        _letters(content[:SAMPLE], encoding) for encoding in ("utf-16-le", "utf-16-be")
    )


def _letters(raw: bytes, encoding: str) -> bool:
    """Whether the bytes are characters in an encoding, with hardly one that no text has."""
    text = raw.decode(encoding, errors="replace")
    odd = sum(
        sign == "\ufffd" or (unicodedata.category(sign) in ("Cc", "Cn", "Co") and sign not in "\t\r\n") for sign in text
    )
    return odd < MOST_CONTROLS / 2 * len(text)


PDF_MARK_WITHIN = 1024
"""Bytes in which readers look for a PDF's mark: printers and gateways write lines of their own before it."""


def _pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:PDF_MARK_WITHIN] and not content.startswith(tuple(FORBIDDEN.values()))


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    """ISO base media: its first box, `ftyp`, names the brand."""
    return lambda content: content[4:8] == b"ftyp" and content[8:12] in brands


HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
MP4_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"dash",
    b"M4V ",
    b"MSNV",
    b"3gp4",
)
"""Brands of films as phones, screen recorders and browsers write them."""

OLD_MOV = (b"moov", b"mdat", b"wide", b"free", b"skip")
"""First boxes of films from before there were brands."""


def _mov(content: bytes) -> bool:
    return (content[4:8] == b"ftyp" and content[8:12] == b"qt  ") or content[4:8] in OLD_MOV


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: what people call it, its media type, and how to tell by its content."""

    name: str
    content_type: str
    matches: Callable[[bytes], bool]


PNG = FileType("a PNG picture", "image/png", _begins(b"\x89PNG\r\n\x1a\n"))
JPEG = FileType("a JPEG picture", "image/jpeg", _begins(b"\xff\xd8\xff"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the compound files of old Office programs and of Outlook begin."""
OUTLOOK = FileType("an Outlook message", "application/vnd.ms-outlook", _begins(OLE))
OOXML = "application/vnd.openxmlformats-officedocument."

FILE_TYPES: Mapping[str, FileType] = {
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": FileType("a GIF picture", "image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": FileType("a WebP picture", "image/webp", lambda c: c[:4] == b"RIFF" and c[8:12] == b"WEBP"),
    "heic": FileType("a HEIC picture", "image/heic", _brand(*HEIC_BRANDS)),
    "bmp": FileType("a BMP picture", "image/bmp", _begins(b"BM")),
    "pdf": FileType("a PDF document", "application/pdf", _pdf),
    "txt": FileType("a text", "text/plain", _text),
    "log": FileType("a text", "text/plain", _text),
    "csv": FileType("a CSV table", "text/csv", _text),
    "eml": FileType("a mail", "message/rfc822", _text),
    "msg": OUTLOOK,
    "docx": FileType("a Word document", f"{OOXML}wordprocessingml.document", _office(b"word/")),
    "xlsx": FileType("an Excel workbook", f"{OOXML}spreadsheetml.sheet", _office(b"xl/")),
    "xls": FileType("an Excel workbook", "application/vnd.ms-excel", _begins(OLE)),
    "mp4": FileType("an MP4 film", "video/mp4", _brand(*MP4_BRANDS)),
    "mov": FileType("a QuickTime film", "video/quicktime", _mov),
    "zip": FileType("a zip archive", "application/zip", _begins(b"PK\x03\x04", b"PK\x05\x06")),
}
"""What may be attached, by extension."""

FORBIDDEN: Mapping[str, bytes] = {"a Windows program": b"MZ", "a program": b"\x7fELF", "a script": b"#!"}
"""Contents that are worth naming when they hide behind another name."""
