"""What a browser sent with a form: texts and files, read generously so that nothing typed is lost.

The intake reads far more than it takes: a file that is too large is then refused near its field,
with everything else still in the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from intake_fn.desk import attachments
from intake_fn.texts import gettext
from intake_fn.web.forms import LOST, clean_text
from intake_fn.web.forms.validators import SAID_TWICE

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from intake_fn.core.attachments import Selection
    from intake_fn.desk import Desk

LARGEST = 64 * 2**20
"""Bytes that are read; more gets the 413 page (web/errors.py)."""

CHECKED = 8 * 2**20
"""Up to this size in bytes the encoding is checked: then it is held in memory as a whole."""


FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def make_room() -> None:
    """Let the form be as large as forms with files are; before anything reads it."""
    request.max_content_length = request.max_form_memory_size = LARGEST


def read() -> tuple[MultiDict[str, str], bool]:
    """The texts of the form, and whether some came in another encoding than UTF-8.

    What could not be read stands there as U+FFFD. One that was really typed is fine: a label that
    prints it must be reportable.
    """
    make_room()
    if 0 < (request.content_length or 0) <= LARGEST and request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType
    if (request.content_length or 0) > CHECKED:
        return request.form, False
    raw = request.get_data(cache=True)
    form = request.form
    if not any(LOST in text for text in form.values()):
        return form, False
    plain = unquote_to_bytes(raw) if request.mimetype == "application/x-www-form-urlencoded" else raw
    return form, LOST.encode() not in plain


def answer(form: MultiDict[str, str], name: str) -> tuple[str, list[str]]:
    """The answer to a field, and what is wrong if several came that differ: then all of them, so that none is lost."""
    given = dict.fromkeys(filter(None, map(clean_text, form.getlist(name))))
    return "\n\n".join(given), [twice()] if len(given) > 1 else []


def twice() -> str:
    """The message about an answer that came more than once."""
    return gettext(SAID_TWICE)


def selection(desk: Desk, form: MultiDict[str, str]) -> Selection:
    """The files of the form: those that came with it, and those in the file store, by the tokens in the form."""
    return attachments.collect(
        desk.files,
        desk.links,
        desk.process.intake,
        staged=form.getlist("held"),
        uploaded=form.getlist("uploaded"),
        posted=files(),
    )


NAMELESS = "file"
"""What a file without a name is called."""


def files() -> list[tuple[str, bytes]]:
    """Names and bytes of the files, also of one that came without its name, or as a text, so that something is said.

    A file input that was left empty sends one without a name and content. No form has two of them, so a file is taken
    under whatever name of a field a program sends it.
    """
    sent = [(file.filename, file.read()) for _, file in request.files.items(multi=True)]
    sent += [("", text.encode(errors="replace")) for text in request.form.getlist("files")]
    return [(name or NAMELESS, content) for name, content in sent if name or content]
