"""Whether a request that failed was transmitted in full: only then is its outcome unknown, else it was not executed.

    headers ─► all bytes but two ─► one byte ─► a pause ─► the last byte ─► the response
    └────────── connection lost here: not executed ──────┘└─ lost here: outcome unknown ─┘

The operating system accepts bytes for a connection that the peer has closed, and learns of the close from the reply to
them. The last byte therefore waits until the byte before would have been answered: a closed connection then refuses it.
That byte goes by itself, so that a peer that breaks off before it leaves something unread: only then is there a reply.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSE_SECONDS = 0.05
"""Longer than a round trip to the service."""


@dataclass
class Transmission:
    """The sending of a request: `started` before its first byte, `complete` once its last byte was accepted."""

    started: bool = False
    complete: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def body(self, content: bytes) -> Body:
        """The body to be sent in the place of these bytes; each attempt has a body of its own."""
        self.started, self.complete = True, False
        return Body(content, self)


@dataclass
class Body:
    """The bytes of a request, in three parts."""

    content: bytes
    transmission: Transmission

    def __iter__(self) -> Iterator[bytes]:
        """Each part is asked for once the connection has accepted the one before."""
        yield from filter(None, (self.content[:-2], self.content[-2:-1]))
        self.transmission.sleep(PAUSE_SECONDS)
        yield self.content[-1:]
        self.transmission.complete = True

    def seek(self, place: int) -> None:
        """Start again, as boto does before another attempt: an iteration always starts anew."""


_TRANSMISSION: ContextVar[Transmission | None] = ContextVar("transmission", default=None)


@contextmanager
def transmitting() -> Iterator[Transmission]:
    """The transmission of the request that is made inside, by a client that is tracked."""
    transmission = Transmission()
    before = _TRANSMISSION.set(transmission)
    try:
        yield transmission
    finally:
        _TRANSMISSION.reset(before)


def track(client: Any) -> None:
    """Track the requests of a boto client that are made inside `transmitting`."""
    client.meta.events.register("before-send", _send_in_parts)


def _send_in_parts(request: Any, **_: object) -> None:
    transmission = _TRANSMISSION.get()
    if transmission is not None and isinstance(request.body, bytes) and request.body:
        request.body = transmission.body(request.body)
