"""Takes a person's words out of an issue, as far as Mantis lets it over REST; what it keeps is said, for its admin.

Mantis keeps the former summary in the history, and former long texts and notes as revisions; up to 2.28 no file can be
deleted over REST (docs/operate/mantis.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from intake_fn.adapters.mantis.answers import name_in, number_in, parts, text_in
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.mantis.notes import PRIVATE
from intake_fn.adapters.mantis.reading import row_of
from intake_fn.adapters.mantis.texts import storable, summary
from intake_fn.ports import IssueTexts
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


def erase(http: MantisHttp, number: int, texts: IssueTexts | None, scrub: Scrub) -> tuple[str, ...]:
    """Take a person's words out of an issue; what stays in Mantis, in words. Raises Unknown when it is gone."""
    row, account = row_of(http, number)
    left: list[str] = []
    wanted = dict(_texts(row, texts, scrub))
    notes = list(_notes(row, account if texts else "", scrub))
    if wanted or notes:
        http.call("PATCH", f"issues/{number}", {**wanted, **({"notes": notes} if notes else {})})
        left.append(
            f"Issue {number}: Mantis keeps the former texts as revisions, and the former summary in its history. Drop "
            "the revisions on the issue's page, or delete the issue if the history may not stay either."
        )
    for note in parts(row, "notes") if texts else ():
        if account and name_in(note, "reporter") == account:
            _delete(http, f"issues/{number}/notes/{number_in(note)}")
    files = [file for file in parts(row, "attachments") if not (texts and _delete_file(http, number, file))]
    named = [str(number_in(file)) for file in files if texts or scrub(text_in(file, "filename")) != file["filename"]]
    if named:
        left.append(
            f"Issue {number}: this Mantis deletes no files over REST. Delete those of these numbers on its page: "
            f"{', '.join(named)}."
        )
    return tuple(left)


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
