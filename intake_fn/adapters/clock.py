"""The two things that differ at every call: the time and a new request number."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 as Crockford writes it: no I, L, O, U, so that a number survives being read aloud."""


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A request number HD-XXXX-XXXX: one of 10^12, so not to be guessed; the store refuses one that is taken."""
    signs = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"HD-{signs[:4]}-{signs[4:]}"
