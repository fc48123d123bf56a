"""Attachments in the file store: those of a request, and those that wait while its form has to be shown again.

A form that cannot be taken in is shown again with its files: they are staged in the store, and signed tokens in the
form bring them back. Browsers put large files into the store themselves.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, replace
from itertools import chain
from typing import TYPE_CHECKING

from intake_fn.core.attachments import AcceptedFile, Selection, check_upload, clean_name, inspect, select
from intake_fn.core.errors import Refused, TryLater, Unknown
from intake_fn.core.request import Attachment
from intake_fn.ports import Purpose

if TYPE_CHECKING:
    from intake_fn.core.process import IntakeLimits
    from intake_fn.ports import Files, Links, Upload

EXPIRED = "A file that you attached earlier has expired. Please attach it again."

ORIGINALS = "originals"
"""Where pictures are kept as they came, by the name that they have below `files`; no page and no link leads there."""

PERMITTED_SECONDS = 900
"""How long a permission is good to begin with an upload; a slow line may take its time to end it."""


def collect(
    files: Files,
    links: Links,
    limits: IntakeLimits,
    *,
    staged: Iterable[str],
    uploaded: Iterable[str],
    posted: Iterable[tuple[str, bytes]],
) -> Selection:
    """The files of a form: those in the store, by their tokens, and those that came with it by name and content."""
    kept, expired = unstage(links, staged)
    arrived, missing, waiting = _uploads(files, links, uploaded)
    selection = select((*kept, *arrived), posted, limits)
    return replace(selection, problems=(*expired, *missing, *selection.problems), waiting=waiting)


def store(files: Files, selection: Selection, key: str, *, keep_originals: bool) -> tuple[Attachment, ...]:
    """Store all files of a form that is taken in under the submit key `key`: sent again, they land in the same place.

    One at a time is in memory. What is in the store is inspected again: it may have been changed since.
    How a picture came is stored beside it only with `keep_originals`. Raises TryLater, Refused.
    """
    place = hashlib.sha256(key.encode()).hexdigest()[:32]
    staged = (inspect(file.name, files.get(file.key)) for file in selection.staged)
    stored = []
    for file in chain(staged, selection.sent):
        if file.original and keep_originals:
            _put(files, f"{ORIGINALS}/{place}", file, file.original)
        stored.append(_put(files, f"files/{place}", file, file.content))
    return tuple(stored)


def stage(files: Files, links: Links, selection: Selection) -> dict[str, Attachment]:
    """Keep the files of a form that has to be shown again; by the token that brings each of them back.

    Raises TryLater.
    """
    new = (_put(files, f"held/{secrets.token_hex(16)}", file, file.original or file.content) for file in selection.sent)
    return {
        links.sign(Purpose.HELD, json.dumps(asdict(file), separators=(",", ":"))): file
        for file in (*selection.staged, *new)
    }


def unstage(links: Links, tokens: Iterable[str]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files that were staged, and what to say about those whose token has expired."""
    staged: dict[str, Attachment] = {}
    problems: set[str] = set()
    for token in tokens:
        try:
            file = Attachment(**json.loads(links.verify(Purpose.HELD, token)))
        except Unknown:
            problems.add(EXPIRED)
        else:
            staged[file.key] = file
    return tuple(staged.values()), tuple(problems)


def permit_upload(files: Files, links: Links, limits: IntakeLimits, name: str, size: int) -> tuple[str, Upload]:
    """Permission for a browser to put a file into the store itself, and the token by which it is collected.

    Nothing that a browser says of a file is believed: the token names the place and what to call it, and that is all.
    Raises Refused, TryLater.
    """
    check_upload(name, size, limits)
    upload = files.upload(f"held/{secrets.token_hex(16)}/upload", size, PERMITTED_SECONDS)
    return links.sign(Purpose.UPLOAD, json.dumps({"key": upload.key, "name": clean_name(name)})), upload


def _uploads(files: Files, links: Links, tokens: Iterable[str]) -> tuple[list[Attachment], list[str], dict[str, str]]:
    """The files that browsers put into the store, what is wrong with others, and those that can't be read just now."""
    arrived: list[Attachment] = []
    problems: list[str] = []
    waiting: dict[str, str] = {}
    for token in dict.fromkeys(tokens):
        try:
            upload = json.loads(links.verify(Purpose.UPLOAD, token))
        except Unknown:
            problems.append(EXPIRED)
            continue
        try:
            file = inspect(upload["name"], files.get(upload["key"]))
        except Unknown:
            problems.append(f"{upload['name']} was not uploaded completely. Please attach it again.")
        except Refused as error:
            problems.append(str(error))
        except TryLater:
            waiting[token] = upload["name"]
        else:
            arrived.append(Attachment(upload["key"], file.name, file.content_type, len(file.content), file.sha256))
    return arrived, problems, waiting


def _put(files: Files, folder: str, file: AcceptedFile, content: bytes) -> Attachment:
    key = f"{folder}/{file.sha256[:16]}"
    files.put(key, content, file.content_type)
    return Attachment(key, file.name, file.content_type, len(file.content), file.sha256)
