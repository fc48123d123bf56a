"""Takes a person's words out of an issue, as far as Mantis lets it over REST; what it keeps is said, for its admin.

Mantis keeps the former summary and the names of files in the history, former long texts and notes as revisions; up to
2.28 no file can be deleted over REST (docs/operate/data-protection.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from intake_fn.adapters.mantis.answers import name_in, number_in, part, parts, text_in
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.mantis.notes import PRIVATE
from intake_fn.adapters.mantis.reading import row_of
from intake_fn.adapters.mantis.texts import storable, summary
from intake_fn.ports import IssueLeft, IssueTexts
from intake_fn.ports.erasures import Scrub

FIELDS = {
    "summary": "summary",
    "description": "description",
    "steps_to_reproduce": "steps",
    "additional_information": "information",
}
"""The texts of an issue in Mantis, by what they are called here."""

CANNOT = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
"""What a Mantis answers that has no such route, or has deleted it already."""


LONG_TEXTS = (6, 7, 8)
NOTE_EDITED, FILE_ADDED, FILE_DELETED = 3, 9, 10
"""Kinds of entries in the history of an issue: description, information and steps updated; notes and files."""


def erase(http: MantisHttp, number: int, texts: IssueTexts | None, scrub: Scrub) -> IssueLeft:
    """Take a person's words out of an issue; what stays in Mantis. Raises Unknown when it is gone.

    Done a second time it says the same: what was replaced before stands in the history.
    """
    row, account = row_of(http, number)
    wanted = dict(_texts(row, texts, scrub))
    notes = list(_notes(row, account if texts else "", scrub))
    if wanted or notes:
        http.call("PATCH", f"issues/{number}", {**wanted, **({"notes": notes} if notes else {})})
    for note in parts(row, "notes") if texts else ():
        if account and name_in(note, "reporter") == account:
            _delete(http, f"issues/{number}/notes/{number_in(note)}")
    files = [file for file in parts(row, "attachments") if not (texts and _delete_file(http, number, file))]
    named = [file for file in parts(row, "attachments") if texts or _holds(text_in(file, "filename"), scrub)]
    history = parts(row, "history")
    kinds = {kind for entry in history if isinstance(kind := part(entry, "type").get("id"), int)}
    return IssueLeft(
        number,
        revisions=bool(wanted.keys() - {"summary"}) or (texts is not None and not kinds.isdisjoint(LONG_TEXTS)),
        history="summary" in wanted
        or bool(named)
        or any(_is_kept(entry, scrub, whole=texts is not None) for entry in history),
        notes=tuple(sorted({*(int(note["id"]) for note in notes), *(_edited(history) if texts else ())})),
        files=tuple(number_in(file) for file in files if file in named),
    )


def _is_kept(entry: Mapping[str, Any], scrub: Scrub, *, whole: bool) -> bool:
    """Whether an entry of the history holds a former summary or the name of a file; of others', one with their data."""
    is_summary = name_in(entry, "field") == "summary"
    is_file = part(entry, "type").get("id") in (FILE_ADDED, FILE_DELETED)
    held = [text_in(entry, name) for name in ("old_value", "new_value")] + [text_in(part(entry, "file"), "filename")]
    return (whole and (is_summary or is_file)) or ((is_summary or is_file) and any(_holds(one, scrub) for one in held))


def _holds(text: str, scrub: Scrub) -> bool:
    return scrub(text) != text


def _edited(history: list[Mapping[str, Any]]) -> Iterator[int]:
    """The notes that were ever edited: Mantis keeps their revisions, also of one that is deleted."""
    for entry in history:
        note = part(entry, "note").get("id")
        if part(entry, "type").get("id") == NOTE_EDITED and isinstance(note, int):
            yield note


def _texts(row: Mapping[str, Any], texts: IssueTexts | None, scrub: Scrub) -> Iterator[tuple[str, str]]:
    """The texts that change."""
    for name, ours in FIELDS.items():
        stands = text_in(row, name).replace("\r\n", "\n")
        left = (getattr(texts, ours) or " ") if texts else scrub(stands)
        left = summary(left) if name == "summary" else storable(left)
        if left.strip() != stands.strip():
            yield name, left


def _notes(row: Mapping[str, Any], account: str, scrub: Scrub) -> Iterator[dict[str, Any]]:
    """The notes of others that hold the person's data, as they are to read; those of `account` are deleted instead."""
    for note in parts(row, "notes"):
        text = text_in(note, "text")
        left = scrub(text)
        if left != text and not (account and name_in(note, "reporter") == account):
            view = PRIVATE if name_in(note, "view_state") == PRIVATE else "public"
            yield {"id": number_in(note), "text": storable(left), "view_state": {"name": view}}


def _delete_file(http: MantisHttp, number: int, file: Mapping[str, Any]) -> bool:
    """Delete a file; False where this Mantis cannot."""
    return _delete(http, f"issues/{number}/files/{number_in(file)}")


def _delete(http: MantisHttp, path: str) -> bool:
    """Delete something; False where this Mantis cannot. Raises as `MantisHttp.check`."""
    answer = http.send("DELETE", path)
    if answer.status in CANNOT:
        return False
    http.check(answer)
    return True
