"""The two things that differ at every call: the time and a new request number."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 as Crockford writes it: no I, L, O, U, so that a number survives being read aloud."""


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
    """A request number HD-XXXX-XXXX: one of 10^12, so not to be guessed; the store refuses one that is taken."""
    signs = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"HD-{signs[:4]}-{signs[4:]}"
