"""A port before a server that can be frozen: connections are taken and never answered. What came thaws with it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"


class Freezer:
    """Leads to the server at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._leads_to = (str(parts.hostname), int(parts.port or 80))
        self._running = threading.Event()
        self._running.set()
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Listen."""
        self._listening = socket.create_server((HOST, 0), backlog=64)
        self.url = f"http://{HOST}:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        self._running.set()
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def freeze(self) -> None:
        """Answer nothing from now on."""
        self._running.clear()

    def thaw(self) -> None:
        """Pass on all that came meanwhile, too."""
        self._running.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(self._leads_to)
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while sent := one.recv(65536):
                self._running.wait()
                other.sendall(sent)
        self._running.wait()
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
