"""The server of the local run: many at once, large bodies, and a stop that cuts nobody off."""

from __future__ import annotations

import hashlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import urllib3
from flask import Flask
from werkzeug.test import Client

from sandbox.front import Mails, front
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HOST = "127.0.0.1"
MB = 2**20


def hashing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with the hash of what was sent."""
    digest = hashlib.sha256(environ["wsgi.input"].read()).hexdigest()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(digest)))])
    return [digest.encode()]


def test_a_large_upload_arrives_byte_for_byte() -> None:
    """As large as any form may be."""
    content = bytes(range(256)) * 4096 * 40
    with Server(hashing, HOST, 0) as server, urllib3.PoolManager() as http:
        answer = http.request("POST", server.url, body=content)

    assert (200, hashlib.sha256(content).hexdigest()) == (answer.status, answer.data.decode())


def test_requests_are_answered_side_by_side() -> None:
    """One that waits for Mantis holds nobody up."""
    together = threading.Barrier(8)

    def waiting(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        together.wait(10)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    with Server(waiting, HOST, 0) as server, urllib3.PoolManager(maxsize=8) as http, ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: http.request("GET", server.url, retries=False).status, range(8)))

    assert [200] * 8 == answers


def test_a_stop_lets_the_answer_in_progress_go_out_and_frees_the_port() -> None:
    """Ctrl-C in the middle of a submit: who sent it gets the receipt; the next start finds the port free."""
    leased, go_on = threading.Event(), threading.Event()

    def slow(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        leased.set()
        go_on.wait(10)
        start_response("200 OK", [("Content-Length", str(MB))])
        return [b"x" * MB]

    server = Server(slow, HOST, 0)
    server.start()
    with ThreadPoolExecutor(2) as people, urllib3.PoolManager() as http:
        answer = people.submit(http.request, "GET", server.url, retries=False)
        leased.wait(10)
        stopped = people.submit(server.stop)
        go_on.set()

        assert MB == len(answer.result(20).data)
        stopped.result(20)
    server.stop()  # once more does nothing

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, server.port))


def test_an_address_that_no_file_can_have_is_the_applications(tmp_path: Path) -> None:
    """Too long for a name, or with a NUL byte: the site has no such page, and that is no error of ours."""
    site = front(Flask("none"), tmp_path, Mails(list), "", ())
    client = Client(site)

    for path in ("/" + "9" * 5000, "/status/" + "é" * 200, "/%00", "/a/../../../etc/passwd"):
        assert 404 == client.get(path).status_code, path


def test_nothing_that_the_local_run_serves_is_guessed_at(tmp_path: Path) -> None:
    """Pages of the wiki and of the sandbox say what they are, as those of the application do."""
    (tmp_path / "page.txt").write_text("<script>", encoding="utf-8")
    client = Client(front(Flask("none"), tmp_path, Mails(list), "", ()))

    for path in ("/page.txt", "/sandbox/mail", "/sandbox/nothing"):
        with client.get(path) as answer:
            assert "nosniff" == answer.headers["X-Content-Type-Options"], path


def test_the_local_run_is_not_served_by_a_development_server() -> None:
    """Werkzeug's answers anybody who sends something odd as no server of production does."""
    with Server(hashing, HOST, 0) as server, socket.create_connection((HOST, server.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
        answer = line.recv(4096)

    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b"Werkzeug" not in answer
