"""The policy of attachments: names, types, sizes, and which of a request's files are accepted. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from intake_fn.core.errors import Refused
from intake_fn.core.file_types import FILE_TYPES, FORBIDDEN, FileType
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.pictures import without_metadata
from intake_fn.core.request import Attachment
from intake_fn.texts import gettext, mark

if TYPE_CHECKING:
    from intake_fn.core.process import IntakeLimits

MB = 2**20
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class AcceptedFile:
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
    """The files of one form: `staged` in the file store, `sent` with it, and what was wrong with the rest."""

    staged: tuple[Attachment, ...] = ()
    sent: tuple[AcceptedFile, ...] = ()
    problems: tuple[str, ...] = field(default=())
    waiting: Mapping[str, str] = field(default_factory=dict)
    """The names of files in the store that could not be read just now, by their tokens."""

    @property
    def count(self) -> int:
        """How many are attached."""
        return len(self.staged) + len(self.sent) + len(self.waiting)


def clean_name(name: str) -> str:
    """The last part of a path, without control and formatting characters, at most 100 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    tidy = " ".join(visible.split()).strip(". ") or "file"
    stem, dot, extension = tidy.rpartition(".")
    if dot and len(tidy) > LONGEST_NAME:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"[:LONGEST_NAME]
    return tidy[:LONGEST_NAME]


def inspect(name: str, content: bytes) -> AcceptedFile:
    """The file, if it is what its name says. Raises Refused with what to do."""
    name = clean_name(name)
    file_type = _type_of(name)
    if not content:
        raise Refused(gettext("%(name)s is empty. Please check the file and attach it again.") % {"name": name})
    if not file_type.matches(content):
        content_type = next(
            (kind for kind, magic in FORBIDDEN.items() if content.startswith(magic)),
            mark("of another type"),
        )
        wrong = gettext("%(name)s is not %(type)s: its content is %(content)s. Please attach the original file.")
        raise Refused(wrong % {"name": name, "type": gettext(file_type.name), "content": gettext(content_type)})
    clean = without_metadata(content, file_type.content_type)
    return AcceptedFile(name, file_type.content_type, clean, b"" if clean == content else content)


def check_upload(name: str, size: int, limits: IntakeLimits) -> None:
    """Whether a file of that name and size in bytes may go straight into the store. Raises Refused with what to do."""
    name = clean_name(name)
    _type_of(name)
    if size < 1:
        raise Refused(gettext("%(name)s is empty. Please check the file and attach it again.") % {"name": name})
    if size > limits.direct_mb * MB:
        wrong = gettext(
            "%(name)s (%(size)s) is too large: the limit is %(limit)s MB per file. Please reduce "
            "its size, or store it in a place that the Help Desk can reach, and tell us the place."
        )
        raise Refused(wrong % {"name": name, "size": size_in_words(size), "limit": limits.direct_mb})


def _type_of(name: str) -> FileType:
    """What a file of that name should be. Raises Refused for what can't be attached."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in FILE_TYPES:
        wrong = gettext("%(name)s: files of this type cannot be attached. Allowed types are %(types)s.")
        raise Refused(wrong % {"name": name, "types": ", ".join(FILE_TYPES)})
    return FILE_TYPES[extension]


def size_in_words(size: int) -> str:
    """12 B, 3.4 KB, 25.0 MB."""
    if size < 1024:  # noqa: PLR2004 - bytes in a kilobyte
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < MB else f"{size / MB:.1f} MB"


def select(staged: Sequence[Attachment], posted: Iterable[tuple[str, bytes]], limits: IntakeLimits) -> Selection:
    """The files that may be attached: the first ones, within count and size; the others as problems."""
    sent: list[AcceptedFile] = []
    problems: list[str] = []
    too_many = [file.name for file in staged[limits.files :]]
    staged = staged[: limits.files]
    room = limits.posted_mb * MB
    known = {(file.name, file.sha256) for file in staged}
    for name, content in posted:
        if len(staged) + len(sent) >= limits.files:
            too_many.append(clean_name(name))
        elif len(content) > room:
            wrong = gettext(
                "%(name)s (%(size)s) is too large: the limit is %(limit)s MB in total. Please reduce its size, "
                "for example by cropping the screenshot, and attach it again."
            )
            shown = {"name": clean_name(name), "size": size_in_words(len(content)), "limit": limits.posted_mb}
            problems.append(wrong % shown)
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
        wrong = gettext(
            "At most %(files)s files can be attached. The first %(files)s are attached; not attached: %(names)s. "
            "Put them into one zip file, or send them with a reply later."
        )
        problems.append(wrong % {"files": limits.files, "names": _some(too_many)})
    return Selection(tuple(staged), tuple(sent), tuple(problems))


def _some(names: Sequence[str], shown: int = 5) -> str:
    more = len(names) - shown
    listed = ", ".join(names[:shown])
    return gettext("%(names)s and %(count)s more") % {"names": listed, "count": more} if more > 0 else listed
