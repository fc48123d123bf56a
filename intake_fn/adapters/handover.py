"""Whether a service can have had the whole of a call that failed: what it had in part, it cannot have done.

    headers ─► all bytes but two ─► a moment ─► one byte ─► a moment ─► the last byte ─► the answer
    └────────────────────────── broken here: not done ─────────────────────────┘└─ broken here: unknown ─┘

The operating system takes bytes for a connection whose other end is gone, and learns of that by the answer to them.
So the last byte waits until the one before would have been answered: then such a connection does not take it.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOMENT_SECONDS = 0.05
"""Longer than bytes take to a service and back."""


@dataclass
class Handover:
    """One call: `begun` when it is about to be sent, `whole` once the connection has taken its last byte."""

    begun: bool = False
    whole: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def of(self, content: bytes) -> Body:
        """The body to be sent in the place of these bytes; each attempt has one of its own."""
        self.begun, self.whole = True, False
        return Body(content, self)


@dataclass
class Body:
    """The bytes of a call, in three parts."""

    content: bytes
    handover: Handover

    def __iter__(self) -> Iterator[bytes]:
        """Each part is asked for once the connection has taken the one before."""
        for part in filter(None, (self.content[:-2], self.content[-2:-1])):
            yield part
            self.handover.sleep(MOMENT_SECONDS)
        yield self.content[-1:]
        self.handover.whole = True

    def seek(self, place: int) -> None:
        """Begin again, as boto does before another attempt: an iteration always begins anew."""


_HANDOVER: ContextVar[Handover | None] = ContextVar("handover", default=None)


@contextmanager
def handing_over() -> Iterator[Handover]:
    """What becomes of the call that is made inside, by a client that is watched."""
    handover = Handover()
    before = _HANDOVER.set(handover)
    try:
        yield handover
    finally:
        _HANDOVER.reset(before)


def watch(client: Any) -> None:
    """Have the calls of a boto client watched while somebody is `handing_over`."""
    client.meta.events.register("before-send", _sent_by_parts)


def _sent_by_parts(request: Any, **_: object) -> None:
    handover = _HANDOVER.get()
    if handover is not None and isinstance(request.body, bytes) and request.body:
        request.body = handover.of(request.body)
