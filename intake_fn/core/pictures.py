"""Pictures without what a camera or a program wrote into them: place, device, owner, time, thumbnails, comments.

A picture is a row of segments; those that it is not drawn from are left out, and the others are kept byte for byte, so
that nothing of the picture itself is lost. Which way up a camera was held is the one thing that is kept, as otherwise
the picture would lie on its side. What follows the end of a picture is left out, too: programs hide earlier versions
and second pictures there.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

KEPT_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT pHYs bKGD hIST sPLT acTL fcTL fdAT".split()
)
"""Chunks of a PNG that it is drawn from (PNG specification, third edition)."""

KEPT_RIFF = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
"""Chunks of a WebP that it is drawn from."""

KEPT_GIF = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
"""Application extensions of a GIF that it is drawn from: how often it is played, and its colours."""

HAS_EXIF, HAS_XMP = 0x08, 0x04
"""Flags in a WebP's VP8X."""

ORIENTATION, SHORT = 0x0112, 3
UPRIGHT = 1


Pieces = Iterator[tuple[int, bytes]]
"""Where a segment ends, and what is kept of it."""


def without_metadata(content: bytes, content_type: str) -> bytes:
    """The picture without what it is not drawn from; anything else as it is.

    Of a damaged picture what can't be told apart is kept: viewers show it as far as they can.
    """
    read = READERS.get(content_type)
    if read is None:
        return content
    kept, end = bytearray(), 0
    try:
        for end, piece in read(content):  # noqa: B007 - where the last whole one ends
            kept += piece
    except (struct.error, IndexError, ValueError):
        kept += content[end:]
    return bytes(kept)


# --- JPEG ------------------------------------------------------------------------------------


def _jpeg(content: bytes) -> Pieces:
    """Segments, each with its length, and after each start of a scan its data up to the next marker.

    What stands between two segments, viewers pass over; it is left out.
    """
    yield 2, content[:2]
    at, turned = 2, False
    while True:
        at = _next_marker(content, at)
        marker = content[at + 1]
        if marker == EOI:
            yield len(content), content[at : at + 2]
            return
        if marker == TEM:
            yield at + 2, content[at : at + 2]
            at += 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment, end = content[at : at + 2 + length], at + 2 + length
        if end > len(content) and _kept(marker, segment):
            raise ValueError("A segment is not whole.")
        if marker == APP1 and not turned and segment[4:10] == b"Exif\0\0":
            upside = _orientation(segment[10:])
            turned = upside != UPRIGHT
            yield end, _exif_segment(upside) if turned else b""
        else:
            yield end, _kept(marker, segment)
        at = end
        if marker == SOS:
            at = _next_marker(content, end)
            yield at, content[end:at]


EOI, SOS, APP0, APP1, APP2, APP14, APP15, COM = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
TEM = 0x01
"""A marker without a length."""


def _kept(marker: int, segment: bytes) -> bytes:
    """What is kept of a segment: of an application's only what colours are read by, and JFIF without its thumbnail."""
    if marker == APP0 and segment[4:9] == b"JFIF\0":
        return b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0"
    if marker == APP2 and segment[4:16] == b"ICC_PROFILE\0":
        return segment
    if marker == APP14 and segment[4:9] == b"Adobe":
        return segment
    return b"" if APP0 <= marker <= APP15 or marker == COM else segment


def _next_marker(content: bytes, at: int) -> int:
    """Where the next marker of a segment stands; escaped bytes and restarts are data of a scan."""
    while True:
        at = content.index(b"\xff", at)
        following = content[at + 1]
        if following and following != 0xFF and not 0xD0 <= following <= 0xD7:  # noqa: PLR2004 - as JPEG has them
            return at
        at += 1 if following == 0xFF else 2  # noqa: PLR2004 - filled up


def _exif_segment(orientation: int) -> bytes:
    body = b"Exif\0\0" + _exif(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- Exif: which way up --------------------------------------------------------------------------


def _orientation(tiff: bytes) -> int:
    """Which way up the camera was held, 1 to 8; 1 where nothing says so."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if (tag, kind) == (ORIENTATION, SHORT):
                return value if 1 <= value <= 8 else UPRIGHT  # noqa: PLR2004 - as Exif counts them
    except (KeyError, struct.error):
        pass
    return UPRIGHT


def _exif(orientation: int) -> bytes:
    """Exif that says which way up, and nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, SHORT, 1, orientation, 0, 0)


# --- PNG, WebP, GIF --------------------------------------------------------------------------


def _png(content: bytes) -> Pieces:
    """Chunks: length, name, data, checksum."""
    yield 8, content[:8]
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if not name.isalpha():
            raise ValueError("No chunk where one must be.")
        if name in KEPT_CHUNKS:
            yield end, content[at:end]
        elif name == b"eXIf" and (upside := _orientation(content[at + 8 : end - 4])) != UPRIGHT:
            data = b"eXIf" + _exif(upside)
            yield end, struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
        else:
            yield end, b""
        if name == b"IEND":
            return
        at = end


def _webp(content: bytes) -> Pieces:
    """A RIFF file: name, length, data, filled up to an even length."""
    (size,) = struct.unpack_from("<I", content, 4)
    kept, at, end = bytearray(), 12, min(8 + size, len(content))
    upside, clean = UPRIGHT, end == len(content)
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, at)
        if name in KEPT_RIFF:
            kept += content[at : at + 8 + length] + b"\0" * (length % 2)
        else:
            clean = False
            exif = content[at + 8 : at + 8 + length] if name == b"EXIF" else b""
            upside = _orientation(exif.removeprefix(b"Exif\0\0")) if exif else upside
        at += 8 + length + length % 2
    if clean:
        yield len(content), content
        return
    exif = b"EXIF" + struct.pack("<I", len(_exif(upside))) + _exif(upside) if upside != UPRIGHT else b""
    if kept[:4] == b"VP8X":
        kept[8] = kept[8] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if exif else 0)
        kept += exif
    yield len(content), b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept


def _gif(content: bytes) -> Pieces:
    """A screen, then pictures and extensions of sub-blocks up to the trailer."""
    at = 13 + _colours(content[10])
    yield at, content[:at]
    while True:
        begin, kind = at, content[at]
        if kind == TRAILER:
            yield len(content), b";"
            return
        if kind == PICTURE:
            at = _end_of_blocks(content, at + 11 + _colours(content[at + 9]))
            yield at, content[begin:at]
        elif kind == EXTENSION:
            at = _end_of_blocks(content, at + 2)
            name = content[begin + 3 : begin + 14]
            drawn = content[begin + 1] in DRAWN or (content[begin + 1] == APPLICATION and name in KEPT_GIF)
            yield at, content[begin:at] if drawn else b""
        else:
            raise ValueError("No block where one must be.")


TRAILER, PICTURE, EXTENSION, APPLICATION = 0x3B, 0x2C, 0x21, 0xFF
DRAWN = (0xF9, 0x01)
"""Extensions that say how a picture is shown, and texts that are drawn."""


def _colours(packed: int) -> int:
    """Bytes of the colour table that a packed field announces."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _end_of_blocks(content: bytes, at: int) -> int:
    """Behind a row of sub-blocks, each with its length, and an empty one."""
    while content[at]:
        at += 1 + content[at]
    return at + 1


READERS: Mapping[str, Callable[[bytes], Pieces]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
}
