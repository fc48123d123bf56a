"""Files of issues and notes: each is stored in a transaction of its own, so that those before a bad one stay."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.mantis.answers import crash, refuse, uncaught
from sandbox.mantis.enums import NAME_LIMIT_BYTES, REFUSED_ENDINGS, REPORTER
from sandbox.mantis.rights import limit, writable
from sandbox.mantis.shapes import FILE_ADDED, View
from sandbox.mantis.state import Row
from sandbox.mantis.texts import stored, text_of

MISSING_NAME = (
    "Unhandled deprecation warning in /var/www/mantisbt/core/commands/IssueAddCommand.php line 350: "
    "'strlen(): Passing null to parameter #1 ($string) of type string is deprecated'"
)
"""Mantis tells a path of its server when a file has no name."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent, decoded."""

    name: str
    content: bytes


def checked_files(given: Iterable[Any]) -> list[File]:
    """The files of a new issue. Raises Refusal for what Mantis finds before it writes anything."""
    files = []
    for file in given:
        if not isinstance(file, dict):
            raise uncaught()
        if file.get("content") is None:
            raise refuse(400, 29, "File content not set", "files")
        name = file.get("name")
        if name is None:
            raise refuse(500, 0, MISSING_NAME)
        if len(text_of(name).encode()) > NAME_LIMIT_BYTES:
            raise refuse(500, 507, f"File name too long '{text_of(name)}'", text_of(name))
        files.append(File(text_of(name), decoded(text_of(file["content"]))))
    return files


def named_files(given: Iterable[Any]) -> list[File]:
    """The files of a note or of an upload."""
    rows = list(given)
    if any(isinstance(file, dict) and not file.get("name") for file in rows):
        raise refuse(400, 11, "File field 'name' is missing.", "name")
    return checked_files(rows)


def add_files(view: View, issue: Row, given: Any) -> None:
    """Attach files one by one; those before a bad one stay. Raises Refusal."""
    if view.level < REPORTER:
        raise refuse(403, 13, "access denied for uploading files")
    if not isinstance(given, list) or not given:
        raise refuse(400, 29, "Files not provided", "files")
    writable(view, issue)
    for file in named_files(given):
        add_file(view, int(issue["id"]), file)


def add_file(view: View, issue: int, file: File, note: int = 0) -> None:
    """Attach one file to an issue or to its note. Raises Refusal, with nothing stored."""
    if file.name.rpartition(".")[2].casefold() in REFUSED_ENDINGS:
        raise refuse(400, 501, f"File '{file.name}' type not allowed")
    if len(file.content) > view.state.option("max_file_size"):
        raise refuse(400, 500, f"File '{file.name}' too big")
    if not file.content:
        raise refuse(400, 504, f"File '{file.name}' not uploaded")
    limit(view)
    if stored(file.name) != file.name:
        raise crash()
    state = view.state
    with state.change():
        names = {row["name"] for row in state.rows("select name from file where issue = ?", issue)}
        row = {"issue": issue, "note": note, "reporter": view.id, "name": _free_name(file.name, names)}
        about = {"content_type": content_type(file.content), "created_at": state.seconds()}
        number = state.insert("file", {**row, **about, "content": file.content})
        state.log(issue, view.id, FILE_ADDED, old=number, new=row["name"])
        state.touch(issue)


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    stem, end = (stem, f".{ending}") if dot else (name, "")
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{stem}-{count}{end}"
    return free


def decoded(text: str) -> bytes:
    """Base64 as PHP decodes it: what does not belong there is skipped, so that anything becomes something."""
    clean = re.sub(r"[^A-Za-z0-9+/]", "", text)
    clean = clean[:-1] if len(clean) % 4 == 1 else clean
    return base64.b64decode(clean + "=" * (-len(clean) % 4))


MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"MZ": "application/x-dosexec",
}


def content_type(content: bytes) -> str:
    """What the first bytes say, whatever the name says."""
    for start, type_ in MAGIC.items():
        if content.startswith(start):
            return f"{type_}; charset=binary"
    if b"\0" in content:
        return "application/octet-stream; charset=binary"
    for charset, codec in (("us-ascii", "ascii"), ("utf-8", "utf-8")):
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        return f"text/plain; charset={charset}"
    return "application/octet-stream; charset=binary"
