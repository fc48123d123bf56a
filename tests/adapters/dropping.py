"""A server on loopback that drops its first calls at some stage, and answers all later ones as SES does."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
ACCEPTED, HANDSHAKE, BEGUN, HEADERS, HALF, BODY, HALF_AN_ANSWER, SILENT, DEAF = (
    "accepted",
    "in the handshake",
    "in the headers",
    "after the headers",
    "half of the body",
    "after the body",
    "half an answer",
    "silent after the body",
    "reads nothing",
)
TAKEN = json.dumps({"MessageId": "1"}).encode()
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for a connection that is reset instead of closed in good order."""


def answer(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@dataclass
class Dropping:
    """`stage` is where the first `times` calls end, or the whole answer to them; `had` are the bodies it had whole."""

    stage: str | bytes
    times: int = 1
    certificate: Path | None = None
    reset: bool = False
    had: list[bytes] = field(default_factory=list)
    calls: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    """Set when a connection is closed."""

    def __enter__(self) -> Self:
        """Listen."""
        self._listening = socket.create_server((HOST, 0))
        self._held: list[socket.socket] = []
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()
        scheme = "https" if self.certificate else "http"
        self.url = f"{scheme}://localhost:{self._listening.getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._serving.join()
        for connection in self._held:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.calls += 1
            drops = self.calls <= self.times
            with suppress(OSError):
                connection = self._met(connection, self.stage if drops else answer(200, TAKEN))
            if drops and self.stage in (SILENT, DEAF):
                self._held.append(connection)
                continue
            if drops and self.reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
            self.closed.set()

    def _met(self, connection: socket.socket, stage: str | bytes) -> socket.socket:
        """Go as far as the stage says; the connection as it is then."""
        if stage in (ACCEPTED, DEAF):
            return connection
        if self.certificate and stage == HANDSHAKE:
            connection.recv(1)
            return connection
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            connection = context.wrap_socket(connection, server_side=True)
            self._held.append(connection)
        if stage != BEGUN:
            self._read(connection, stage)
        else:
            connection.recv(10)
        return connection

    def _read(self, connection: socket.socket, stage: str | bytes) -> None:
        there = b""
        while b"\r\n\r\n" not in there:
            there += connection.recv(1)
        if stage == HEADERS:
            return
        length = next(int(line.split(b":")[1]) for line in there.lower().split(b"\r\n") if b"content-length" in line)
        body = b""
        while len(body) < (length // 2 if stage == HALF else length):
            body += connection.recv(min(65536, length - len(body))) if stage != HALF else connection.recv(100)
        if stage == HALF:
            return
        self.had.append(body)
        if stage == HALF_AN_ANSWER:
            connection.sendall(answer(200, TAKEN)[:-8])
        elif isinstance(stage, bytes):
            connection.sendall(stage)


def certificate(folder: Path) -> Path:
    """A certificate for localhost with its key, signed by itself."""
    path = folder / "localhost.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", path, "-out", folder / "half.pem"], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (folder / "half.pem").read_bytes())
    return path
