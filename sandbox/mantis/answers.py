"""What goes back over the wire, and the four shapes in which Mantis refuses.

    JSON with code      refuse(...)   checks in its newer code
    JSON, message only  plain(...)    its older code: most of PATCH
    empty body          bare(...)     authentication, malformed bodies, If-Match: the text is the reason phrase
    empty 500           crash()       every error of its database

The reason phrase is the message, in raw UTF-8. A line break in it makes PHP drop the whole status
line, so that the error arrives as 200 OK.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from sandbox.mantis.enums import VERSION

# By code, what the account's language makes of it; {} is what the refusal is about.
LOCALIZED = {
    0: "An error occurred during this action. You may wish to report it to your local administrator.",
    11: 'A necessary field "{}" was empty. Please recheck your inputs.',
    13: "Access Denied.",
    27: (
        "You have reached the allowed activity limit of 10 events within the last 3600 seconds; "
        "your action has been blocked to avoid spam, please try again later."
    ),
    28: 'Maximum length for Field "{}" is 65535 characters.',
    29: 'Invalid value for "{}"',
    31: "Added user does not have sufficient access rights to monitor this issue.",
    500: (
        "File upload failed. This is likely because the filesize was larger than is currently allowed "
        "by this PHP installation."
    ),
    501: "File type not allowed for uploads.",
    504: "No file was uploaded. Please go back and Choose a file before pressing Upload.",
    507: 'File name "{}" is too long.',
    600: "Note not found.",
    700: 'Project "{}" not found.',
    701: "A project with that name already exists. Please go back and enter a different name.",
    703: "That operation would create a loop in the subproject hierarchy.",
    704: "{}.",
    810: 'User with name "{}" not found.',
    811: 'User with id "{}" not found.',
    1100: "Issue {} not found.",
    1103: 'The action cannot be performed because issue "{}" is read-only.',
    1300: "Custom field not found.",
    1502: "Category not found.",
    1503: "{}.",
    1802: "Relationship not found.",
    1803: "An issue cannot be related to itself.",
    2000: "Filter {} not found.",
    2200: 'Could not find tag "{}".',
    2202: 'Tag name "{}" is invalid.',
}

CLOSES = frozenset({400, 500, 503})
"""After these Apache closes the connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `body` None is an empty one; `reason` "" is the standard phrase; `text` is sent as it is."""

    status: int
    body: Any = None
    reason: str = ""
    text: str = ""
    etag: str = ""
    account: str = ""
    signed: bool = True

    def response(self) -> Response:
        """The answer as a WSGI response. `signed` ones carry Mantis's version, and the account where there is one."""
        status, reason = self.status, self.reason or HTTPStatus(self.status).phrase
        if any(character in reason for character in "\r\n\0"):
            status, reason = 200, "OK"
        response = Response(self.text or (b"" if self.body is None else _dump(self.body)))
        response.status = f"{status} {reason}".encode().decode("latin-1")
        response.content_type = "text/html; charset=UTF-8" if self.body is None else "application/json"
        response.headers["Set-Cookie"] = f"PHPSESSID={secrets.token_hex(13)}; path=/; HttpOnly; SameSite=Lax"
        response.headers["Cache-Control"] = "no-store, no-cache, must-revalidate, max-age=0"
        if self.signed:
            response.headers["X-Mantis-Version"] = VERSION
        if self.signed and self.account:
            response.headers["X-Mantis-Username"] = self.account
            response.headers["X-Mantis-LoginMethod"] = "api-token"
        if self.etag:
            response.headers["ETag"] = self.etag
        if status in CLOSES:
            response.headers["Connection"] = "close"
        return response


class Refusal(Exception):
    """Mantis says no. What was stored before it stays stored."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.reason)


def refuse(status: int, code: int, message: str, about: object = "") -> Refusal:
    """JSON with message, code and the localised text about `about`."""
    body = {"message": message, "code": code, "localized": LOCALIZED[code].format(about)}
    return Refusal(Answer(status, body, message, signed=False))


def plain(status: int, message: str) -> Refusal:
    """JSON with the message alone."""
    return Refusal(Answer(status, {"message": message}, message, signed=False))


def bare(status: int, reason: str = "", *, etag: str = "", signed: bool = True) -> Refusal:
    """An empty body; the reason phrase is all there is."""
    return Refusal(Answer(status, reason=reason, etag=etag, signed=signed))


def crash() -> Refusal:
    """What every error of the database looks like."""
    return bare(500, signed=False)


def uncaught() -> Refusal:
    """What an error in PHP itself looks like."""
    return Refusal(Answer(500, {"message": "Slim Application Error"}, signed=False))


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()
