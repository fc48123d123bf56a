"""Calls to Mantis over HTTP, and the error that an answer means."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.deadline import seconds_for
from intake_fn.adapters.mantis.answers import SUCCESS, Answer, answer_of, issue_in, rows_of
from intake_fn.adapters.mantis.texts import one_line
from intake_fn.core.errors import Broken, SpecdeskError, TryLater, Unknown
from intake_fn.core.once import once

if TYPE_CHECKING:
    import urllib3

ERROR_CHARACTERS = 200
"""How much of Mantis's own words an error or a log line holds."""


class UnknownId(Broken):
    """Mantis does not know an id that it told us before; names have to be read anew."""


class Denied(Broken):
    """Mantis denies what was asked for: to us, or to the handler that was named."""


STATUS_ERRORS: Mapping[int, tuple[type[SpecdeskError], str]] = {
    401: (Broken, "Mantis does not accept our token. Make a new one for the service account and store it."),
    403: (Denied, "Mantis denies it. The service account must be MANAGER in the projects."),
    404: (UnknownId, "Mantis does not have what was named: a project, a category, a person, or the address is wrong."),
    412: (TryLater, "Somebody changed the issue in Mantis at the same moment."),
    429: (TryLater, "Mantis's rate limit is reached: the service account must stand above REPORTER."),
}
"""What a status means for us. Others below 500 are our own mistake, those from 500 on pass."""

NO_ISSUE = 1100
"""Mantis's code for an issue that is not there; a 404 without it says nothing of issues."""

ELSEWHERE = range(300, 400)
PASSES = frozenset({408, 421, 423, 425})
"""What below 500 passes by itself: a server before Mantis did not pass the call on."""

REFUSED_BEFORE = frozenset({401, 403, 407})
"""What a proxy or a firewall says with a page of its own."""

UNKNOWN_IDS = frozenset({700, 810, 811, 1502, 1503})
"""Mantis's codes for a project, a person or a category that is not there, or not in the project."""


@dataclass
class MantisHttp:
    """A client of Mantis's REST API. Nothing is sent before the first call; one object may be used by many threads."""

    url: str
    token: str = field(repr=False)
    timeout_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    """How it waits before it looks again."""

    @once
    def _pool(self) -> urllib3.PoolManager:
        import urllib3  # noqa: PLC0415 - a form page needs no HTTP client

        return urllib3.PoolManager(retries=False, maxsize=4)

    def issue(self, number: int) -> Mapping[str, Any]:
        """An issue. Raises Unknown."""
        return issue_in(self.call("GET", f"issues/{number}"))

    def rows(self, path: str, key: str, query: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
        """The list that a GET answers under a key. Raises as `call` does."""
        return rows_of(self.call("GET", path, query=query), key)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """The answer's JSON, an object. Raises what STATUS_ERRORS says for anything but success."""
        answer = self.send(method, path, body, query)
        self.check(answer)
        return answer.body

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer of Mantis, of any status. Raises TryLater without one, Broken where nothing can be sent."""
        import urllib3  # noqa: PLC0415 - as above

        seconds = seconds_for("Mantis", self.timeout_seconds)
        try:
            answer = self._pool.request(
                method,
                f"{self.url}/api/rest/{path}",
                fields=dict(query or {}) if body is None else None,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Authorization": self.token, "Content-Type": "application/json"},
                timeout=urllib3.Timeout(connect=min(5.0, seconds), read=seconds),
            )
        except urllib3.exceptions.HTTPError as error:
            raise TryLater(f"Mantis does not answer at {self.url} ({type(error).__name__}).") from error
        except OSError as error:  # http.client's LineTooLong and friends: an echoed text broke the answer
            raise TryLater(f"Mantis's answer cannot be read ({type(error).__name__}).") from error
        except ValueError:  # of a header that cannot be sent: its text holds the token
            raise Broken("Mantis cannot be called: its address or the token holds a character that none has.") from None
        return answer_of(answer.status, answer.data, answer.reason or "", answer.headers)

    def check(self, answer: Answer) -> None:
        """Raises the error that an answer means, unless it is a success."""
        if not (answer.succeeded and answer.readable):
            raise self.error(answer)

    def error(self, answer: Answer) -> SpecdeskError:
        """What an answer that is no success means. A 200 with an error inside is one of Mantis's habits."""
        kind, remedy = STATUS_ERRORS.get(answer.status, (Broken, "Mantis did not accept what was sent."))
        if answer.status in SUCCESS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            kind, remedy = TryLater, "Mantis is in trouble."
        elif answer.code in UNKNOWN_IDS:
            kind, remedy = STATUS_ERRORS[HTTPStatus.NOT_FOUND]
        elif answer.status == HTTPStatus.NOT_FOUND and answer.code == NO_ISSUE:
            kind, remedy = Unknown, "Mantis does not have the issue."
        elif answer.status == HTTPStatus.NOT_FOUND and answer.of_another:
            kind, remedy = TryLater, f"What answers at {self.url} is not Mantis, or not well."
        else:
            kind, remedy = self._of_another(answer) or (kind, remedy)
        message = answer.body.get("message", "") if isinstance(answer.body, dict) else answer.text
        return kind(f"{remedy} ({answer.status}: {one_line(str(message))[:ERROR_CHARACTERS]})")

    def _of_another(self, answer: Answer) -> tuple[type[SpecdeskError], str] | None:
        """What an answer of something before Mantis means; None for one of Mantis itself."""
        if answer.status in ELSEWHERE:
            to = f" to {one_line(answer.location)[:ERROR_CHARACTERS]}" if answer.location else ""
            return (
                TryLater,
                f"The address {self.url} leads elsewhere{to}. If Mantis has moved, set SPECDESK_MANTIS_URL.",
            )
        if answer.status in PASSES:
            return TryLater, f"What answers at {self.url} did not pass the call on to Mantis."
        if answer.status in REFUSED_BEFORE and (
            answer.of_another or answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        ):
            return (
                Broken,
                f"What answers at {self.url} is not Mantis, but a proxy or firewall: have it let our calls pass.",
            )
        return None
