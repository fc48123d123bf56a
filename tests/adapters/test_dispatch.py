"""The two ways of delivering after the answer: threads of a server, and one more call of the function."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, Self

import pytest

from intake_fn.adapters.background import THREADS, BackgroundDispatch
from intake_fn.adapters.own_function import ACCEPTED, OwnFunction
from intake_fn.core.errors import TryLater
from intake_fn.log import captured
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10


def test_cases_are_delivered_beside_the_answer_and_the_end_waits_for_what_has_begun() -> None:
    """A mail that is cut off may have been sent, which a person would have to find out."""
    begun, go_on, done = threading.Semaphore(0), threading.Event(), list[str]()

    def deliver(case_id: str) -> None:
        begun.release()
        assert go_on.wait(PATIENCE)
        done.append(case_id)

    dispatch = BackgroundDispatch(deliver)
    for number in range(THREADS):
        dispatch.soon(f"HD-{number}")
    for _ in range(THREADS):
        assert begun.acquire(timeout=PATIENCE)
    threading.Timer(0.05, go_on.set).start()
    dispatch.stop()
    dispatch.soon("HD-LATE")

    assert sorted(f"HD-{number}" for number in range(THREADS)) == sorted(done)


def test_more_than_can_wait_and_errors_are_left_to_the_sweep() -> None:
    """Whatever goes wrong with one, the next is delivered."""
    seen: list[str] = []
    busy = threading.Event()

    def deliver(case_id: str) -> None:
        seen.append(case_id)
        if case_id == "busy":
            busy.wait(PATIENCE)
        if case_id == "late":
            raise TryLater("The table is busy.")
        if case_id == "broken":
            raise ValueError("An error that nobody thought of.")

    with captured() as logs:
        dispatch = BackgroundDispatch(deliver, most=2)
        dispatch.soon("late")
        dispatch.soon("broken")
        while len(seen) < 2:
            busy.wait(0.01)
        for _ in range(THREADS):
            dispatch.soon("busy")
            while seen.count("busy") < _ + 1:
                busy.wait(0.01)
        for case_id in ("first", "second", "third"):
            dispatch.soon(case_id)
        busy.set()
        while len(seen) < THREADS + 4:
            threading.Event().wait(0.01)
        dispatch.stop()

    assert {"first", "second"} == {*seen[-2:]}
    assert [("late", "delivery_left_to_sweep"), ("third", "delivery_left_to_sweep")] == sorted(
        (line["case"], line["event"]) for line in logs if line["event"] == "delivery_left_to_sweep"
    )
    assert ["broken"] == [line["case"] for line in logs if line["event"] == "delivery_failed_unexpectedly"]


@contextmanager
def lambda_that_answers(status: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Lambda's own interface, which answers every call alike; its address, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(
                {"path": self.path, "body": json.loads(body), **{k.lower(): v for k, v in self.headers.items()}}
            )
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        serving.join()


def function_at(url: str) -> OwnFunction:
    """The function, where Lambda is at an address."""
    given = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": url,
    }
    return OwnFunction(given, "specdesk-dev")


def test_without_threads_the_sweep_delivers_and_the_next_case_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that gives no threads for a while makes no receipt fail."""
    delivered: list[str] = []
    dispatch = BackgroundDispatch(delivered.append)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        dispatch.soon("HD-1")
    dispatch.soon("HD-2")
    wait_until(lambda: len(delivered) == 2, seconds=10, pause=0.01)
    dispatch.stop()

    assert ["HD-1", "HD-2"] == sorted(delivered)


def refused(_: threading.Thread) -> None:
    """As a system without a free thread."""
    raise RuntimeError("can't start new thread")


def test_the_function_has_itself_called_without_waiting_for_the_call() -> None:
    """A signed call of the kind Event: Lambda answers as soon as it has taken it."""
    with lambda_that_answers(ACCEPTED) as (url, asked):
        function_at(url).soon("HD-0000-0001")

    (call,) = asked
    assert "/2015-03-31/functions/specdesk-dev/invocations" == call["path"]
    assert ("Event", {"deliver": "HD-0000-0001"}) == (call["x-amz-invocation-type"], call["body"])
    assert "/eu-west-1/lambda/aws4_request" in call["authorization"]
    assert "session" == call["x-amz-security-token"]


class Frozen:
    """Lambda, which closes each connection after an answer, as one that was kept while the function was frozen."""

    def __init__(self, closes: int) -> None:
        self.closes, self.asked = closes, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.serving = threading.Thread(target=self.serve, daemon=True)
        self.serving.start()

    def serve(self) -> None:
        """Close the first connections when the call has come, and answer on the others."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                with connection:
                    connection.recv(65536)
                    self.asked += 1
                    if self.asked > self.closes:
                        connection.sendall(f"HTTP/1.1 {ACCEPTED} Accepted\r\nContent-Length: 0\r\n\r\n".encode())

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.serving.join(PATIENCE)


@pytest.mark.parametrize(("closes", "asked", "left"), [(0, 1, 0), (1, 2, 0), (2, 2, 1)])
def test_a_connection_that_was_closed_is_made_anew_once(closes: int, asked: int, left: int) -> None:
    """After the function slept; where that breaks, too, the sweep delivers."""
    with Frozen(closes) as server, captured() as logs:
        function_at(server.url).soon("HD-0000-0001")

    assert asked == server.asked
    assert left == sum(line["event"] == "delivery_left_to_sweep" for line in logs)


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_call_that_is_not_taken_is_only_a_delay(status: int) -> None:
    """The receipt is given all the same; the log says that the sweep has to deliver."""
    with lambda_that_answers(status) as (url, _), captured() as logs:
        function_at(url).soon("HD-0000-0001")

    assert [("delivery_left_to_sweep", "HD-0000-0001")] == [(line["event"], line["case"]) for line in logs]


def test_nobody_at_the_address_is_only_a_delay() -> None:
    """As above."""
    with captured() as logs:
        function_at("http://127.0.0.1:9").soon("HD-0000-0001")

    assert ["delivery_left_to_sweep"] == [line["event"] for line in logs]
