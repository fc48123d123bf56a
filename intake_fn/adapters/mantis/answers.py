"""Answers of Mantis, read with suspicion: what is not as expected is TryLater, and nothing is guessed. Pure.

A maintenance page, a PHP notice or a byte order mark before the JSON, and half an answer all come with status 200.
A field that is null is as good as one that is left out; PHP writes an empty object as an empty list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from intake_fn.core.errors import TryLater, Unknown
from intake_fn.core.lazy_dataclass import dataclass

SUCCESS = range(200, 300)
WITHOUT_BODY = (HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
"""Successes that may have nothing to say."""

ALWAYS = ("project", "status", "priority")
"""What every issue has: one that lacks any of these was not answered in full."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP. `body` is its JSON, None for what is none; `text` is what it says, for logs and people."""

    status: int
    body: Any
    text: str
    version: str
    account: str = ""
    """The account of the token, as Mantis says."""
    empty: bool = False
    location: str = ""
    """Where it leads, if it leads elsewhere."""

    @property
    def code(self) -> int | None:
        """Mantis's own error code, where the answer has one."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, int) else None

    @property
    def succeeded(self) -> bool:
        """Whether the status says success and no error is inside."""
        fault = isinstance(self.body, dict) and "message" in self.body and "issue" not in self.body
        return self.status in SUCCESS and not fault

    @property
    def denies(self) -> bool:
        """Whether Mantis itself says that we may not see what was asked for."""
        return isinstance(self.body, dict) and text_in(self.body, "message").startswith("Access denied")

    @property
    def of_another(self) -> bool:
        """Whether something before Mantis answered: its own refusals are JSON or empty."""
        return self.body is None and not self.empty

    @property
    def readable(self) -> bool:
        """Whether it is the JSON object that Mantis answers, or rightly empty."""
        return isinstance(self.body, dict) or (self.empty and self.status in WITHOUT_BODY)


def answer_of(status: int, data: bytes, reason: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """What came over the wire."""
    names = ("X-Mantis-Version", "X-Mantis-Username", "Location")
    version, account, location = ((headers or {}).get(name, "") for name in names)
    text = data.decode("utf-8", "replace")
    try:
        body = json.loads(text, object_pairs_hook=_without_nulls)
    except (ValueError, RecursionError):
        body = None
    return Answer(status, body, text or reason, version, account, empty=not data.strip(), location=location)


def _without_nulls(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None}


def expect(body: Any, key: str) -> Any:
    """A part that has to be there. Raises TryLater."""
    if not isinstance(body, dict) or key not in body:
        raise TryLater(f"Mantis's answer lacks {key!r}; it is looked at again.")
    return body[key]


def rows_of(body: Any, key: str) -> list[Mapping[str, Any]]:
    """A list that has to be there. Raises TryLater, as for an error in its place."""
    rows = expect(body, key)
    if not isinstance(rows, list):
        raise TryLater(f"Mantis answered {key!r} with an error inside; it is looked at again.")
    return [row for row in rows if isinstance(row, dict)]


def issue_in(body: Any) -> Mapping[str, Any]:
    """The one issue of an answer. Raises Unknown for the fault that says so, TryLater for half an issue."""
    rows = expect(body, "issues")
    row = rows[0] if isinstance(rows, list) and rows else rows
    if isinstance(row, dict) and row.get("status_code") in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        raise Unknown("Mantis shows us no such issue.")
    return whole(row)


def whole(row: Any) -> Mapping[str, Any]:
    """An issue that has what every issue has. Raises TryLater."""
    if not isinstance(row, dict) or not all(name_in(row, part) for part in ALWAYS):
        raise TryLater("Mantis answered half an issue; it is looked at again.")
    number_in(row)
    number_in(part(row, "project"))
    return row


def number_in(row: Mapping[str, Any]) -> int:
    """The id of a row. Raises TryLater."""
    number = row.get("id")
    if not isinstance(number, int):
        raise TryLater("Mantis answered something without its number; it is looked at again.")
    return number


def part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within a row; empty where there is none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def parts(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list within a row."""
    values = row.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def name_in(row: Mapping[str, Any], name: str) -> str:
    """The name of an object within a row; "" where there is none."""
    return text_in(part(row, name), "name")


def text_in(row: Mapping[str, Any], name: str) -> str:
    """A text within a row; "" where there is none."""
    return str(row.get(name, ""))


def level_in(row: Mapping[str, Any]) -> int:
    """The number of the access level that a row tells; 0 where it tells none."""
    level = part(row, "access_level").get("id")
    return level if isinstance(level, int) else 0
