"""Pictures: what a camera wrote into them is gone, and what is to be seen is the same, point by point."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from intake_fn.core.pictures import READERS, without_metadata

SECRETS = (b"Kim's phone", b"51 deg", b"SECRET", b"Exif\0\0II", b"xmpmeta", b"GPSVersion")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRET</x:xmpmeta>'


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: its name, its owner, where it was, which way up it was held."""
    tags = Image.Exif()
    tags[0x010F], tags[0x013B], tags[0x0132] = "Kim's phone", "SECRET", "2026:11:26 10:00:00"
    tags[0x0112] = orientation
    tags.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 29: "SECRET"})
    return tags


def drawing(mode: str = "RGB", *, seed: int = 0) -> Image.Image:
    """Something with a top and a left, so that turning it shows."""
    picture = Image.new("RGB", (48, 32))
    picture.putdata([((x * 5 + seed) % 256, y * 7 % 256, (x * y) % 256) for y in range(32) for x in range(48)])
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    """As a file."""
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def with_trailer(content: bytes) -> bytes:
    """With something behind its end, as phones and picture editors leave it."""
    return content + b"SECRET Kim's phone" + saved(drawing(), "JPEG", exif=exif())


def png_with_texts(orientation: int = 1) -> bytes:
    """Texts of all three kinds, a time, Exif."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "SECRET")
    info.add_text("Comment", "SECRET " * 40, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add(b"tIME", b"\x07\xea\x0b\x1a\x0a\x00\x00")
    return saved(drawing("RGBA"), "PNG", pnginfo=info, exif=exif(orientation))


def gif_with_comment() -> bytes:
    """Animated, with a comment, XMP of an application, and texts behind its end."""
    frames = [drawing("P", seed=n) for n in range(3)]
    plain = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0, comment=b"SECRET")
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(XMP)]) + XMP + b"\0"
    return plain[:-1] + xmp + b";"


PICTURES: dict[str, tuple[str, bytes]] = {
    "jpeg": ("JPEG", saved(drawing(), "JPEG", exif=exif(), comment=b"SECRET", quality=90)),
    "jpeg, turned": ("JPEG", saved(drawing(), "JPEG", exif=exif(6))),
    "jpeg, progressive": ("JPEG", saved(drawing(), "JPEG", exif=exif(3), progressive=True, xmp=XMP)),
    "jpeg, restarts": ("JPEG", saved(drawing(), "JPEG", exif=exif(), restart_marker_blocks=1)),
    "jpeg, four colours": ("JPEG", saved(drawing("CMYK"), "JPEG", exif=exif())),
    "jpeg, grey": ("JPEG", saved(drawing("L"), "JPEG", exif=exif(8))),
    "jpeg, two in one": ("JPEG", with_trailer(saved(drawing(), "JPEG", exif=exif()))),
    "png": ("PNG", png_with_texts()),
    "png, turned": ("PNG", png_with_texts(6)),
    "png, with an earlier version behind it": ("PNG", with_trailer(png_with_texts())),
    "png, animated": ("PNG", saved(drawing(), "PNG", save_all=True, append_images=[drawing(seed=9)], exif=exif())),
    "webp": ("WEBP", saved(drawing(), "WEBP", exif=exif(), xmp=XMP)),
    "webp, turned": ("WEBP", saved(drawing(), "WEBP", exif=exif(8), lossless=True)),
    "webp, see-through": ("WEBP", saved(drawing("RGBA"), "WEBP", exif=exif())),
    "webp, animated": ("WEBP", saved(drawing(), "WEBP", save_all=True, append_images=[drawing(seed=9)], exif=exif())),
    "webp, with a trailer": ("WEBP", with_trailer(saved(drawing(), "WEBP", exif=exif()))),
    "gif": ("GIF", gif_with_comment()),
    "gif, with a trailer": ("GIF", with_trailer(gif_with_comment())),
}


def points(content: bytes) -> list[bytes]:
    """What is to be seen, the right way up, frame by frame."""
    picture = Image.open(io.BytesIO(content))
    frames = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        frames.append(ImageOps.exif_transpose(picture).convert("RGBA").tobytes())
    return frames


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_of_the_camera_is_left_and_the_picture_is_the_same(name: str) -> None:
    """Place, device, owner, time, comments, thumbnails, what stands behind the end."""
    kind, content = PICTURES[name]
    clean = without_metadata(content, TYPES[kind])

    assert any(secret in content for secret in SECRETS), "the sample has nothing to lose"
    assert [] == [secret for secret in SECRETS if secret in clean]
    assert points(content) == points(clean)
    left = dict(Image.open(io.BytesIO(clean)).getexif())
    assert set() == set(left) - {0x0112}
    assert clean == without_metadata(clean, TYPES[kind])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_which_way_up_is_kept(kind: str, orientation: int) -> None:
    """Otherwise a picture of a phone would lie on its side."""
    content = saved(drawing(), kind, exif=exif(orientation))
    kept = Image.open(io.BytesIO(without_metadata(content, TYPES[kind]))).getexif().get(0x0112, 1)

    assert orientation == kept


def test_what_colours_are_read_by_is_kept() -> None:
    """The colours of a wide screen would change without their profile."""
    profile = b"\0" * 128 + b"profile"
    for kind in ("JPEG", "PNG", "WEBP"):
        content = saved(drawing(), kind, icc_profile=profile, exif=exif())

        assert profile == Image.open(io.BytesIO(without_metadata(content, TYPES[kind]))).info["icc_profile"]


def test_a_thumbnail_within_the_header_is_left_out() -> None:
    """It may show what was cut off since."""
    plain = saved(drawing(), "JPEG")
    (length,) = struct.unpack(">H", plain[4:6])
    thumbnail = b"\x01\x01" + b"SEC"
    with_one = plain[:4] + struct.pack(">H", length + 3) + plain[6:18] + thumbnail + plain[20:]
    clean = without_metadata(with_one, "image/jpeg")

    assert b"SEC" not in clean
    assert points(plain) == points(clean)


@pytest.mark.parametrize("between", [b"\0", b"SECRET", b"\xff\xff", b"\xff\0", b"\xff\xd0"])
def test_what_stands_between_two_segments_of_a_jpeg_hides_nothing(between: bytes) -> None:
    """Viewers pass over it and show the picture, so what comes behind it is read as ever."""
    content = saved(drawing(), "JPEG", exif=exif())
    (length,) = struct.unpack(">H", content[4:6])
    spoilt = content[: 4 + length] + between + content[4 + length :]
    clean = without_metadata(spoilt, "image/jpeg")

    assert b"Exif\0\0" in spoilt[4 + length :]
    assert [] == [secret for secret in SECRETS if secret in clean]
    assert points(content) == points(clean)


@pytest.mark.parametrize("marker", [b"\xff\xed", b"\xff\xfe", b"\xff\xe2"])
def test_a_note_that_was_cut_off_is_left_out(marker: bytes) -> None:
    """Place and owner stand in the notes of picture agencies, too (APP13), and in comments."""
    cut = saved(drawing(), "JPEG")[:20] + marker + b"\x0f\xff" + b"Photoshop 3.0\0SECRET"

    assert b"SECRET" not in without_metadata(cut, "image/jpeg")


@pytest.mark.parametrize("content_type", [*READERS, "text/plain", "application/pdf"])
def test_a_picture_without_anything_in_it_is_not_touched(content_type: str) -> None:
    """Byte for byte: its hash on the receipt is that of the file."""
    for kind, its in TYPES.items():
        content = saved(drawing(), kind)
        if its == content_type:
            assert content == without_metadata(content, its)

    if content_type not in READERS:
        assert b"Exif\0\0 in a text" == without_metadata(b"Exif\0\0 in a text", content_type)


@given(st.data())
def test_no_broken_picture_makes_it_fail(data: st.DataObject) -> None:
    """Cut off, or with some bytes changed."""
    kind, content = PICTURES[data.draw(st.sampled_from(sorted(PICTURES)))]
    broken = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(broken) - 1)), max_size=5)):
        broken[at : at + 1] = bytes([data.draw(st.integers(0, 255))])

    assert len(without_metadata(bytes(broken), TYPES[kind])) <= len(broken) + 128


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_of_a_picture_that_was_cut_off_nothing_of_the_camera_is_left_either(kind: str) -> None:
    """Viewers show it as far as it goes; what stands before the picture is read as ever."""
    content = saved(drawing(), kind, exif=exif())
    plain = saved(drawing(), kind)
    for part in range(40, len(content), 7):
        clean = without_metadata(content[:part], TYPES[kind])
        if plain[-200:-160] in content[:part]:  # the picture has begun
            assert [] == [secret for secret in SECRETS if secret in clean], part


def test_a_bomb_of_chunks_is_read_in_one_pass() -> None:
    """A hundred thousand empty texts: each is looked at once."""
    empty = struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))
    plain = saved(drawing(), "PNG")

    assert plain == without_metadata(plain[:33] + empty * 100_000 + plain[33:], "image/png")
