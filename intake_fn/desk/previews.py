"""Previews of pictures: decoded and drawn anew, small, and kept beside the file.

What a picture holds besides its pixels stays behind, and so does what only looks like one. Decoding what strangers send
costs memory, so there is a bound to what is decoded; a larger picture has no preview and is saved as any file.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from intake_fn.core.errors import Unknown

if TYPE_CHECKING:
    from intake_fn.core.request import Attachment
    from intake_fn.ports import Files

TYPE = "image/webp"
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP", "image/bmp": "BMP"}
"""What is drawn, by content type, and the one decoder that may read it."""

LARGEST = 720
"""Pixels of the longer side."""

DECODED = 25_000_000
"""Pixels of a picture that is decoded whole, about 100 MB; a JPEG is decoded in a smaller size."""

QUALITY = 80


def has_preview(attachment: Attachment) -> bool:
    """Whether a preview is tried."""
    return attachment.content_type in FORMATS


def key_of(attachment: Attachment) -> str:
    """Where the preview of a file is kept."""
    return f"previews/{hashlib.sha256(attachment.key.encode()).hexdigest()[:32]}"


def preview_of(files: Files, attachment: Attachment) -> bytes:
    """The preview of a file as WebP, at most `LARGEST` pixels wide and high. Raises Unknown for none, TryLater."""
    if not has_preview(attachment):
        raise Unknown("This file has no preview.")
    key = key_of(attachment)
    try:
        return files.get(key)
    except Unknown:
        made = drawn(files.get(attachment.key), FORMATS[attachment.content_type])
        files.put(key, made, TYPE)
        return made


def drawn(content: bytes, decoder: str) -> bytes:
    """The picture drawn anew, small, upright, as WebP. Raises Unknown for what cannot be decoded."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - only a preview needs it

    try:
        with Image.open(io.BytesIO(content), formats=(decoder,)) as picture:
            picture.draft("RGB", (LARGEST, LARGEST))
            if picture.width * picture.height > DECODED:
                raise Unknown("This picture is too large for a preview.")
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((LARGEST, LARGEST))
            made = io.BytesIO()
            small.convert("RGBA" if "A" in small.getbands() or "transparency" in small.info else "RGB").save(
                made, "WEBP", quality=QUALITY
            )
            return made.getvalue()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        Image.DecompressionBombError,
    ) as error:
        raise Unknown("This picture cannot be drawn.") from error
