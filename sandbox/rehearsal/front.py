"""What CloudFront does in production, for the rehearsal: one address before the function."""

from __future__ import annotations

import http.client
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from sandbox.aws import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

OF_A_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
OWN = ("host", "connection")
"""Headers of the connection to the browser that the function does not get."""
SECONDS = 60


class Front:
    """Serves at `port` what `origin`, an address below which the function answers, has for each path."""

    def __init__(self, port: int, origin: Callable[[], str]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._pass_on()

            def do_POST(self) -> None:
                self._pass_on()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {
                    name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
                }
                try:
                    status, answered, content = _asked(origin() + self.path, self.command, headers, body)
                except (OSError, http.client.HTTPException):
                    status, answered, content = 502, [], b"The function does not answer."
                with suppress(ConnectionError):  # a browser that has gone on reads no more
                    self._answer(status, answered, content)

            def _answer(self, status: int, answered: list[tuple[str, str]], content: bytes) -> None:
                self.send_response(status)
                for name, value in answered:
                    if name.lower() not in OF_A_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        """Start."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


def _asked(url: str, method: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()
