"""Which files may be attached, and how they wait while a form has to be shown again.

What a file is, its content says, not its name: both must agree with one row of KINDS.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from intake_fn.core.errors import Refused, TryLater, Unknown
from intake_fn.core.pictures import without_metadata
from intake_fn.core.request import Attachment
from intake_fn.ports import Purpose

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from intake_fn.core.process import IntakeLimits
    from intake_fn.desk import Desk

MB = 2**20
LONGEST_NAME = 100


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


@dataclass(frozen=True, slots=True)
class Type:
    """One kind of file: what people call it, its media type, and how to tell by its content."""

    name: str
    content_type: str
    matches: Callable[[bytes], bool]


PNG = Type("a PNG picture", "image/png", _begins(b"\x89PNG\r\n\x1a\n"))
JPEG = Type("a JPEG picture", "image/jpeg", _begins(b"\xff\xd8\xff"))
OUTLOOK = Type("an Outlook message", "application/vnd.ms-outlook", _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
OOXML = "application/vnd.openxmlformats-officedocument."

KINDS: Mapping[str, Type] = {
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": Type("a GIF picture", "image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": Type("a WebP picture", "image/webp", lambda c: c[:4] == b"RIFF" and c[8:12] == b"WEBP"),
    "bmp": Type("a BMP picture", "image/bmp", _begins(b"BM")),
    "pdf": Type("a PDF document", "application/pdf", _pdf),
    "txt": Type("a text", "text/plain", _text),
    "log": Type("a text", "text/plain", _text),
    "csv": Type("a CSV table", "text/csv", _text),
    "eml": Type("a mail", "message/rfc822", _text),
    "msg": OUTLOOK,
    "docx": Type("a Word document", f"{OOXML}wordprocessingml.document", _office(b"word/")),
    "xlsx": Type("an Excel workbook", f"{OOXML}spreadsheetml.sheet", _office(b"xl/")),
    "zip": Type("a zip archive", "application/zip", _begins(b"PK\x03\x04", b"PK\x05\x06")),
}
"""What may be attached, by extension."""

FORBIDDEN: Mapping[str, bytes] = {"a Windows program": b"MZ", "a program": b"\x7fELF", "a script": b"#!"}
"""Contents that are worth naming when they hide behind another name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form and passed: its clean name, its type, its bytes.

    `original` is how a picture came, where something was taken out of it (core/pictures.py).
    """

    name: str
    content_type: str
    content: bytes
    original: bytes = field(default=b"", repr=False)

    @property
    def sha256(self) -> str:
        """Proves the bytes (R12)."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Selection:
    """The files of one form: `held` in the store, `sent` with it, and what was wrong with the rest."""

    held: tuple[Attachment, ...] = ()
    sent: tuple[Sent, ...] = ()
    problems: tuple[str, ...] = field(default=())
    waiting: Mapping[str, str] = field(default_factory=dict)
    """By their tokens, the names of files in the store that could not be read just now."""

    @property
    def count(self) -> int:
        """How many are attached."""
        return len(self.held) + len(self.sent) + len(self.waiting)


def clean_name(name: str) -> str:
    """The last part of a path, without control and formatting characters, at most 100 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    tidy = " ".join(visible.split()).strip(". ") or "file"
    stem, dot, extension = tidy.rpartition(".")
    if dot and len(tidy) > LONGEST_NAME:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"[:LONGEST_NAME]
    return tidy[:LONGEST_NAME]


def inspect(name: str, content: bytes) -> Sent:
    """The file, if it is what its name says. Raises Refused with what to do."""
    name = clean_name(name)
    kind = _kind(name)
    if not content:
        raise Refused(f"{name} is empty. Please check the file and attach it again.")
    if not kind.matches(content):
        found = next((what for what, magic in FORBIDDEN.items() if content.startswith(magic)), "something else")
        raise Refused(f"{name} is not {kind.name}: its content is {found}. Please attach the real file.")
    clean = without_metadata(content, kind.content_type)
    return Sent(name, kind.content_type, clean, b"" if clean == content else content)


def announce(name: str, size: int, limits: IntakeLimits) -> None:
    """Whether a file of that name and size in bytes may go straight into the store. Raises Refused with what to do."""
    name = clean_name(name)
    _kind(name)
    if size < 1:
        raise Refused(f"{name} is empty. Please check the file and attach it again.")
    if size > limits.direct_mb * MB:
        raise Refused(
            f"{name} ({size_in_words(size)}) is too large: a file may have {limits.direct_mb} MB. Please make it "
            "smaller, or put it where the Help Desk can fetch it and write where that is."
        )


def _kind(name: str) -> Type:
    """What a file of that name should be. Raises Refused for what can't be attached."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in KINDS:
        raise Refused(f"{name}: this kind of file can't be attached. Allowed are {', '.join(KINDS)}.")
    return KINDS[extension]


def size_in_words(size: int) -> str:
    """12 B, 3.4 KB, 25.0 MB."""
    if size < 1024:  # noqa: PLR2004 - bytes in a kilobyte
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < MB else f"{size / MB:.1f} MB"


def select(held: Sequence[Attachment], posted: Iterable[tuple[str, bytes]], limits: IntakeLimits) -> Selection:
    """Those files that may be attached: the first ones, within count and size; the others as problems."""
    sent: list[Sent] = []
    problems: list[str] = []
    too_many = [file.name for file in held[limits.files :]]
    held = held[: limits.files]
    room = limits.posted_mb * MB
    known = {(file.name, file.sha256) for file in held}
    for name, content in posted:
        if len(held) + len(sent) >= limits.files:
            too_many.append(clean_name(name))
        elif len(content) > room:
            problems.append(
                f"{clean_name(name)} ({size_in_words(len(content))}) is too large: files sent together may have "
                f"{limits.posted_mb} MB in all. Please make it smaller, for example by cutting the picture to the part "
                "that matters, and attach it again."
            )
        else:
            try:
                file = inspect(name, content)
            except Refused as error:
                problems.append(str(error))
                continue
            if (file.name, file.sha256) not in known:
                known.add((file.name, file.sha256))
                sent.append(file)
                room -= len(content)
    if too_many:
        problems.append(
            f"At most {limits.files} files can be attached. The first {limits.files} are kept; left out: "
            f"{_some(too_many)}. Put them into one zip file, or send them with a reply later."
        )
    return Selection(tuple(held), tuple(sent), tuple(problems))


def _some(names: Sequence[str], shown: int = 5) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


# --- kept in the file store ------------------------------------------------------------------


def chosen(desk: Desk, said: MultiDict[str, str], posted: Iterable[tuple[str, bytes]]) -> Selection:
    """The files of a form: those that the store has, by their tokens, and those that came with it."""
    held, lost = release(desk, said.getlist("held"))
    there, missing, waiting = fetched(desk, said.getlist("uploaded"))
    found = select((*held, *there), posted, desk.process.intake)
    return replace(found, problems=(*lost, *missing, *found.problems), waiting=waiting)


def store(desk: Desk, selection: Selection, key: str) -> tuple[Attachment, ...]:
    """Keep all files of a form that is taken in under the submit key `key`: sent again, they land in the same place.

    One at a time is in memory. What stands in the store is looked at again: it may have been changed since.
    How a picture came is kept beside it only where support.yml says so. Raises TryLater, Refused.
    """
    place = hashlib.sha256(key.encode()).hexdigest()[:32]
    held = (inspect(file.name, desk.files.get(file.key)) for file in selection.held)
    kept = []
    for file in chain(held, selection.sent):
        if file.original and desk.process.intake.keep_originals:
            _put(desk, f"{ORIGINALS}/{place}", file, file.original)
        kept.append(_put(desk, f"files/{place}", file, file.content))
    return tuple(kept)


ORIGINALS = "originals"
"""Where pictures stand as they came, by the name that they have below `files`; no page and no link leads there."""


def fetched(desk: Desk, tokens: Iterable[str]) -> tuple[list[Attachment], list[str], dict[str, str]]:
    """The files that browsers put into the store, what is wrong with others, and those that can't be read just now."""
    files: list[Attachment] = []
    problems: list[str] = []
    waiting: dict[str, str] = {}
    for token in dict.fromkeys(tokens):
        try:
            named = json.loads(desk.links.verify(Purpose.UPLOAD, token))
        except Unknown:
            problems.append(GONE)
            continue
        try:
            file = inspect(named["name"], desk.files.get(named["key"]))
        except Unknown:
            problems.append(f"{named['name']} did not arrive. Please attach it again.")
        except Refused as error:
            problems.append(str(error))
        except TryLater:
            waiting[token] = named["name"]
        else:
            files.append(Attachment(named["key"], file.name, file.content_type, len(file.content), file.sha256))
    return files, problems, waiting


GONE = "A file that you attached before is no longer kept. Please attach it again."


def hold(desk: Desk, selection: Selection) -> dict[str, Attachment]:
    """Keep the files of a form that has to be shown again; by the token that brings each of them back.

    Raises TryLater.
    """
    new = (_put(desk, f"held/{secrets.token_hex(16)}", file, file.original or file.content) for file in selection.sent)
    return {
        desk.links.sign(Purpose.HELD, json.dumps(asdict(file), separators=(",", ":"))): file
        for file in (*selection.held, *new)
    }


def release(desk: Desk, tokens: Iterable[str]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files that `hold` kept, and what to say about those whose token no longer opens anything."""
    files: dict[str, Attachment] = {}
    problems: set[str] = set()
    for token in tokens:
        try:
            file = Attachment(**json.loads(desk.links.verify(Purpose.HELD, token)))
        except Unknown:
            problems.add(GONE)
        else:
            files[file.key] = file
    return tuple(files.values()), tuple(problems)


def _put(desk: Desk, folder: str, file: Sent, content: bytes) -> Attachment:
    key = f"{folder}/{file.sha256[:16]}"
    desk.files.put(key, content, file.content_type)
    return Attachment(key, file.name, file.content_type, len(file.content), file.sha256)
