"""How long one page, or one part of the sweep, may take in all, whatever does not answer meanwhile.

    0 s ──────────────────────────────► 15 s ───────────► 20 s
    └─ everything may be asked ────────┘└─ table and files ┘└─ nothing is asked any more: the page says what to do

What is asked outside (Mantis, mail, a language model) leaves time to write down what came of it. Within a deadline, a
later one changes nothing. Commands have none: they end when they are done. A run of parts has a deadline in which each
part has its own: then the time to write down is kept by each part, and the last may ask outside as well as the first.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from intake_fn.core.errors import TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator

INSIDE = frozenset({"dynamodb", "s3", "ssm"})
"""Services that may be asked until the end; the others leave a quarter of the time."""

ONCE = frozenset({"sesv2"})
"""Services that are asked only if there is time for the slowest answer: without one, nobody knows what was done."""


_DEADLINE: ContextVar[tuple[float, float]] = ContextVar("deadline", default=(math.inf, math.inf))
"""Until when what is inside may be asked, and what is outside, by the monotonic clock."""


@contextmanager
def within(seconds: float, *, parts: bool = False) -> Iterator[None]:
    """All that is asked inside is answered, or given up, after that many seconds at the latest.

    `parts` says that each part of what is inside has a deadline of its own.
    """
    now, (end, outside) = time.monotonic(), _DEADLINE.get()
    whole = now + seconds
    before = _DEADLINE.set((min(end, whole), min(outside, whole if parts else now + seconds * 3 / 4)))
    try:
        yield
    finally:
        _DEADLINE.reset(before)


def seconds_left(*, inside: bool = False) -> float:
    """For how many seconds something outside, or `inside`, may still be asked; infinity where there is no deadline."""
    return _DEADLINE.get()[0 if inside else 1] - time.monotonic()


def seconds_for(service: str, wanted: float, *, inside: bool = False, needed: float = 0.0) -> float:
    """How long an answer may be waited for: `wanted` or what is left. Raises TryLater when less than `needed` is."""
    left = seconds_left(inside=inside)
    if left <= needed:
        raise TryLater(f"{service} was not asked: too little time is left.")
    return min(wanted, left)


def keep_to(client: Any) -> None:
    """Have each call of a boto client, and each further attempt of it, keep to the time that is left."""
    client.meta.events.register("before-send", _in_time)


def _in_time(request: Any, event_name: str, **_: object) -> None:
    service = event_name.split(".")[1]
    config = request.context["client_config"]
    needed = config.connect_timeout + config.read_timeout if service in ONCE else 0.0
    request.context["read_timeout"] = seconds_for(service, config.read_timeout, inside=service in INSIDE, needed=needed)
