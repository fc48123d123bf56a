"""The two things that differ at every call: the time and a new request id."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from intake_fn.core import request_id


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def shifted(path: Path) -> Callable[[], datetime]:
    """The sandbox's clock: this instant and the shift that stands in a file, read anew each time."""
    return lambda: now() + shift_of(path)


def shift_of(path: Path) -> timedelta:
    """The shift in a file, in whole seconds; none where there is no file."""
    try:
        return timedelta(seconds=int(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()


def new_id() -> str:
    """A new request id, at random."""
    return request_id.draw(secrets.choice)
