"""A proxy between a worker and a server that injects faults: it kills the worker at a call, or spoils the answer.

worker ──► proxy ──► server         before: killed before the call reaches the server
                                    held:   killed when the server has answered, before the answer reaches the worker
                                    after:  killed when the worker makes its next call
"""

from __future__ import annotations

import base64
import email
import json
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from intake_fn.desk.issue_index import KEY

HOST = "127.0.0.1"
BEFORE, HELD, AFTER = "before", "held", "after"
THROTTLED, CONFLICT, ERROR, DONE_BUT_ERROR, LOST, SLOW, LATE = (
    "throttled",
    "conflict",
    "500",
    "done but 500",
    "done but dropped",
    "slow",
    "late",
)
KILLS = (BEFORE, HELD, AFTER)
FAULTS = (THROTTLED, CONFLICT, ERROR, DONE_BUT_ERROR, LOST, SLOW)

SLOW_SECONDS = 0.3
ROUND_TRIP_SECONDS = 0.01
LATE_SECONDS = 5.5
"""Longer than the worker waits for AWS."""

PASSED_ON = frozenset({"host", "connection", "content-length", "transfer-encoding"})
"""Headers that are between two neighbours."""

Plan = Callable[[str, int], str]
"""The fault for a step, given how often the job has made this step before; "" is none."""


def through(step: str, time_: int) -> str:
    """The plan without faults."""
    del step, time_
    return ""


@dataclass
class FaultInjector:
    """Kills one worker, or spoils its calls, as the plan says, and counts what it did."""

    plan: Plan = through
    calls: list[str] = field(default_factory=list)
    """The steps of this job."""
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)
    mails: list[str] = field(default_factory=list)
    """The outbox items of the mails that the mail service took."""
    _pid: int = 0
    _pid_known: threading.Event = field(default_factory=threading.Event)
    _kill_next: tuple[str, str] | None = None

    def begin(self, plan: Plan) -> None:
        """A new job begins; `target` tells its process."""
        self.plan, self.calls, self._kill_next = plan, [], None
        self._pid_known.clear()

    def target(self, pid: int) -> None:
        """Set the process that does the job."""
        self._pid = pid
        self._pid_known.set()

    def on_call(self, step: str) -> str:
        """The fault for this call. At BEFORE the worker is dead already, and the call is not passed on."""
        if self._kill_next:
            self.kill(*self._kill_next)
            return BEFORE
        way = self.plan(step, self.calls.count(step))
        self.calls.append(step)
        if way == BEFORE:
            self.kill(step, way)
        elif way == AFTER:
            self._kill_next = step, way
        elif way and way != HELD:
            self.tally[step, way] += 1
        return way

    def kill(self, step: str, way: str) -> None:
        """Kill the worker with SIGKILL, while it waits for an answer."""
        self._pid_known.wait()
        os.kill(self._pid, signal.SIGKILL)
        self.tally[step, way] += 1


@dataclass
class Contention:
    """Refuses a write to items of a transaction in flight, as DynamoDB does; the local one takes calls one by one."""

    met: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _at: list[tuple[bool, frozenset[str]]] = field(default_factory=list)

    @contextmanager
    def holding(self, step: str, body: bytes) -> Iterator[bool]:
        """Hold the items of a call for the round trip of a region; True where another call holds one of them."""
        mine = is_transaction(step), items_of(body)
        with self._lock:
            met = any(mine[1] & items and (mine[0] or together) for together, items in self._at)
            self.met += met
            self._at += [] if met else [mine]
        try:
            time.sleep(0 if met else ROUND_TRIP_SECONDS)
            yield met
        finally:
            with self._lock:
                self._at[:] = [other for other in self._at if other is not mine]


class FaultProxy(ThreadingHTTPServer):
    """Listens for one worker and forwards to `server`."""

    daemon_threads = True

    def __init__(self, server: str, injector: FaultInjector, contention: Contention | None = None) -> None:
        super().__init__((HOST, 0), _Handler)
        self.server_at, self.injector, self.contention = server, injector, contention
        self.url = f"http://{HOST}:{self.server_port}"
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Open."""
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.shutdown()
        self._serving.join()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """A killed worker closes its connections: that is expected."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultProxy

    def handle_one_request(self) -> None:
        """Any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        injector = self.server.injector
        step = step_of(self.command, self.path, self.headers.get("X-Amz-Target", ""), body)
        way = injector.on_call(step)
        if way == BEFORE:
            self.close_connection = True
            return
        if way in (THROTTLED, CONFLICT, ERROR):
            self._answer(*spoilt(way, body))
            return
        if way == SLOW:
            time.sleep(SLOW_SECONDS)
        contention = self.server.contention
        if contention and writes(step):
            with contention.holding(step, body) as met:
                answer = spoilt(CONFLICT, body) if met else self._forward(body)
        else:
            answer = self._forward(body)
        if step == MAIL and answer[0] == 200:
            injector.mails.append(item_of(body))
        if way == HELD:
            injector.kill(step, way)
            self.close_connection = True
            return
        if way == LOST:
            self.close_connection = True
            return
        if way == LATE:
            time.sleep(LATE_SECONDS)
        self._answer(*(spoilt(way, body) if way == DONE_BUT_ERROR else answer))

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection(urlsplit(self.server.server_at).netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in PASSED_ON}
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in PASSED_ON]
            return answer.status, kept, answer.read()
        except (OSError, HTTPException):
            return 503, [], b""
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        with suppress(OSError):
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


# --- what a call is ---------------------------------------------------------------------------

MAIL = "mail: send"
KNOWN = "files: what is known"
KNOWN_AT = f"/{KEY.partition('/')[0]}/"
"""The folder of copies that Mantis can give again, such as issues and versions; a sync writes it now and then."""


def step_of(method: str, path: str, target: str, body: bytes) -> str:
    """The name of a call."""
    if target:
        return f"table: {_named(target.rpartition('.')[2], json.loads(body))}"
    if path.startswith("/v2/email"):
        return MAIL
    place = urlsplit(path).path
    if place.startswith(MANTIS):
        return f"Mantis: {method} {re.sub(r'[0-9]+', 'N', place.removeprefix(MANTIS))}"
    return KNOWN if KNOWN_AT in place else f"files: {_of_files(method, place)}"


MANTIS = "/api/rest/"


def _of_files(method: str, place: str) -> str:
    """What is done to a file, and in which folder of the bucket."""
    _, _, key = place.lstrip("/").partition("/")
    if not key:
        return "list"
    return f"{VERBS.get(method, method)} {key.partition('/')[0]}"


VERBS = {"GET": "read", "HEAD": "look", "PUT": "put", "DELETE": "delete"}


NAMES = {
    "BatchGetItem": "get",
    "BatchWriteItem": "index words",
    "DeleteItem": "finish",
    "GetItem": "get",
    "PutItem": "keep the pace",
    "Query": "query",
}


def _named(operation: str, call: Any) -> str:
    """The name of an operation on the table, by its purpose."""
    if operation == "TransactWriteItems":
        kinds = json.dumps(call["TransactItems"])
        return next((name for mark, name in OF_TRANSACTIONS.items() if mark in kinds), "save")
    if operation == "UpdateItem":
        key, change = call["Key"]["pk"]["S"], call["UpdateExpression"]
        if key == "SYNC":
            return "take the cursor" if "leased_until" in change else "keep the cursor"
        if key.startswith("COUNT#"):
            return "count"
        return "postpone" if "last_error" in change else "lease"
    if operation == "PutItem":
        kind = call["Item"]["pk"]["S"].partition("#")[0]
        return OF_ITEMS.get(kind, NAMES[operation])
    return NAMES.get(operation, operation)


OF_TRANSACTIONS = {"MAIL-LEDGER": "record the mail", "IDEM#": "create"}
OF_ITEMS = {"ONCE": "use once", "MAILIN": "decide on the mail", "MESSAGE": "remember the message"}


READS = ("Mantis: GET", "files: read", "files: look", "files: list")


def writes(step: str) -> bool:
    """Whether a step writes what must not be lost; copies of issues may be."""
    return step not in ("table: get", "table: query", KNOWN) and not step.startswith(READS)


def is_transaction(step: str) -> bool:
    """Whether it writes several items, all or nothing."""
    return step in ("table: create", "table: save")


def items_of(body: bytes) -> frozenset[str]:
    """The keys of the items that a call to the table writes."""
    call = json.loads(body) if body.startswith(b"{") else {}
    rows = [next(iter(write.values())) for write in call.get("TransactItems", [])] or [call]
    keys = [row.get("Key") or row.get("Item") or {} for row in rows]
    return frozenset(f"{key['pk']['S']} {key['sk']['S']}" for key in keys if "pk" in key)


def faults_of(step: str) -> tuple[str, ...]:
    """The faults that a step can have. An error of the mail service always means that it did not send."""
    if step == MAIL:
        return ERROR, SLOW
    return FAULTS if step.startswith("table: ") else (ERROR, DONE_BUT_ERROR, LOST, SLOW)


def item_of(body: bytes) -> str:
    """The outbox item of a mail."""
    raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
    return str(email.message_from_bytes(raw)["X-Specdesk-Item"])


def spoilt(way: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """An error answer as DynamoDB words it; of other servers only the 500 counts."""
    if way in (ERROR, DONE_BUT_ERROR):
        return 500, [], json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}).encode()
    kind, more = "ProvisionedThroughputExceededException", {}
    if way == CONFLICT:
        writes_ = json.loads(body).get("TransactItems")
        kind = "TransactionCanceledException" if writes_ else "TransactionConflictException"
        more = {"CancellationReasons": [{"Code": "TransactionConflict"}] * len(writes_ or [])}
    answer = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": way, **more}
    return 400, [("Content-Type", "application/x-amz-json-1.0")], json.dumps(answer).encode()
