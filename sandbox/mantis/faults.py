"""Trouble on demand, for demonstrations and tests.

    POST   /_control  {"fault": "down", "times": 3, "seconds": 2}   starts a fault
    GET    /_control                                                 shows it
    DELETE /_control                                                 ends it

It meets calls below /api/rest only; pages stay. `times` is the number of calls that it meets, all of
them until DELETE when it is left out. `seconds` is how long each of these calls waits (default 0).

    down               the connection ends without an answer, and nothing is done
    slow               the call is answered, after the wait
    created-no-answer  a call that writes is done; after the wait the connection ends without an answer
    error-500          500 with an empty body, and nothing is done, as when the database is down
    maintenance        503 "Mantis Offline" with an empty body, and nothing is done
    maintenance-page   200 with a page for people, and nothing is done
    php-notice         the call is done; a notice of PHP stands before its JSON
    bom                the call is done; a byte order mark stands before its JSON
    half-answer        the call is done; the second half of its JSON is missing
    nulls              the call is done; what may be missing in its JSON is null
    too-large          413 with a page of a proxy, for a call that brings a file, and nothing is done
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.mantis.answers import Answer, bare, crash

PAGE = "<html><head><title>Down for maintenance</title></head><body><h1>Down for maintenance</h1></body></html>"
NOTICE = (
    "<br />\n<b>Warning</b>:  Undefined array key 0 in <b>/var/www/mantisbt/core/helper_api.php</b> on line 1<br />\n"
)
TOO_LARGE = "<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>"
NULLS = frozenset(
    {"category", "handler", "reporter", "user", "notes", "tags", "attachments", "relationships", "history"}
)
"""Fields of an issue and of what hangs on it that are null while nulls are on."""

GARBLED: Mapping[str, Callable[[str], str]] = {
    "php-notice": NOTICE.__add__,
    "bom": "\ufeff".__add__,
    "half-answer": lambda text: text[: len(text) // 2],
    "nulls": lambda text: json.dumps(_nulled(json.loads(text or "{}"))),
}
"""What becomes of the text of an answer."""

KINDS = (
    "down",
    "slow",
    "created-no-answer",
    "error-500",
    "maintenance",
    "maintenance-page",
    "too-large",
    *GARBLED,
)
READING = ("GET", "HEAD", "OPTIONS")
LONGEST_SECONDS = 300


class Dropped(ConnectionError):
    """The connection ends without an answer; the server closes it quietly."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault. `times` None is until it is ended."""

    fault: str
    times: int | None = None
    seconds: float = 0.0


class Faults:
    """The fault that is on at the moment, if any. Threads share it."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._fault: Fault | None = None

    def control(self, request: Request) -> Response:
        """The control endpoint."""
        if request.method in ("POST", "DELETE"):
            try:
                fault = _fault(request.get_json(force=True)) if request.method == "POST" else None
            except ValueError as error:
                return _json(400, {"error": str(error)})
            with self._lock:
                self._fault = fault
        elif request.method != "GET":
            return _json(405, {"error": "Use POST, GET or DELETE."})
        return _json(200, asdict(self._fault) if self._fault else {"fault": None})

    def meet(self, request: Request, answer: Callable[[], Answer]) -> Answer:
        """Answer a call, or let it meet the fault. Raises Dropped."""
        request.get_data()  # all of it, or the server takes the rest for the next request
        fault = self._take(request)
        if fault is None:
            return answer()
        kind = fault.fault
        if kind == "created-no-answer":
            answer()
        self._sleep(fault.seconds)
        if kind in ("down", "created-no-answer"):
            _hang_up(request)
            raise Dropped
        if kind == "slow":
            return answer()
        if kind in GARBLED:
            return _garbled(answer(), GARBLED[kind])
        return ENDS[kind]

    def _take(self, request: Request) -> Fault | None:
        """The fault that this call meets; one of its times is used up."""
        with self._lock:
            fault = self._fault
            if fault is None or not MEETS.get(fault.fault, _any)(request):
                return None
            if fault.times is not None:
                self._fault = replace(fault, times=fault.times - 1) if fault.times > 1 else None
            return fault


def _any(_: Request) -> bool:
    return True


MEETS: Mapping[str, Callable[[Request], bool]] = {
    "created-no-answer": lambda request: request.method not in READING,
    "too-large": lambda request: request.method == "POST" and request.path.endswith("/files"),
}
"""The calls that a kind meets; of other kinds all."""

ENDS: Mapping[str, Answer] = {
    "error-500": crash().answer,
    "maintenance": bare(503, "Mantis Offline", signed=False).answer,
    "maintenance-page": Answer(200, text=PAGE, signed=False),
    "too-large": Answer(413, text=TOO_LARGE, signed=False),
}
"""The answer in place of Mantis's."""


def _garbled(given: Answer, change: Callable[[str], str]) -> Answer:
    text = given.response().get_data(as_text=True)
    return replace(given, text=change(text), body=given.body if change(text) else None)


def _nulled(value: Any) -> Any:
    if isinstance(value, list):
        return [_nulled(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: None if name in NULLS else _nulled(one) for name, one in value.items()}


def _fault(given: Any) -> Fault:
    """What was asked for. Raises ValueError that says how to ask."""
    if not isinstance(given, dict) or given.get("fault") not in KINDS:
        raise ValueError(f"Name a fault: {', '.join(KINDS)}.")
    times, seconds = given.get("times"), given.get("seconds", 0)
    if times is not None and (type(times) is not int or times < 1):
        raise ValueError("`times` is how many calls meet the fault: a number from 1 on, or leave it out.")
    if type(seconds) not in (int, float) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError(f"`seconds` is how long each call waits: from 0 to {LONGEST_SECONDS}.")
    return Fault(given["fault"], times, float(seconds))


def _hang_up(request: Request) -> None:
    """Close the connection; where there is none, in a test without a server, the error itself has to do."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # the client has gone already
            return


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
