"""The server of the local run: waitress, in a thread, with a stop that lets the answers in progress go out."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from sandbox.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 16
"""Requests that are answered at once; others wait. Some wait for Mantis for seconds."""

LARGEST = 256 * 2**20
"""Bytes of a request that are read at all; what is too large for the application gets its page (web/posted.py)."""

LAST_ANSWERS_SECONDS = 5.0

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that one waits for a thread is no news


class Server(Running):
    """A WSGI application on a port; 0 takes any free one. Raises OSError when the port is taken."""

    def __init__(self, app: Callable[..., Any], host: str, port: int) -> None:
        self._channels: dict[int, Any] = {}
        self._server: Any = create_server(
            app,
            map=self._channels,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=LARGEST,
            clear_untrusted_proxy_headers=True,
        )
        self.port = int(self._server.effective_port)
        self.url = f"http://{host}:{self.port}"
        self._stopping = threading.Event()
        self._serving = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._serving.start()

    def stop(self) -> None:
        """Take no more requests, let the answers in progress go out, and close everything. May be called twice."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._server.pull_trigger()
        self._serving.join()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._turn()
        self._server.accepting = False
        until = time.monotonic() + LAST_ANSWERS_SECONDS
        while self._is_answering() and time.monotonic() < until:
            self._turn()
        self._server.task_dispatcher.shutdown(timeout=1)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()  # with the files that long answers wait in
        self._server.close()
        wasyncore.close_all(self._channels, ignore_all=True)

    def _turn(self) -> None:
        wasyncore.loop(timeout=0.5, map=self._channels, count=1)

    def _is_answering(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)
