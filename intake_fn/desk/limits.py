"""Rate limits: how often anybody may ask for what is open to everybody, by source.

Digests are counted, in the store, in fixed windows. Over the limit the answer is the same as below it, where another
one would tell something.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.ports import Counters


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the number of calls within each window."""

    name: str
    most: int
    window: timedelta


SIGN_IN_BY_SOURCE = Limit("sign-in-source", 30, timedelta(hours=1))
LOST_LINK_BY_SOURCE = Limit("lost-link-source", 30, timedelta(hours=1))
UPLOADS_BY_SOURCE = Limit("uploads-source", 60, timedelta(hours=1))
"""Uploads of 25 MB at most; small files travel with their form. An office behind one address is one source."""

ANSWERS_BY_SOURCE = Limit("answers-source", 120, timedelta(hours=1))
"""Presses of *that answers it*: a program must not make up figures."""


def digest_of(text: str) -> str:
    """What stands for a text in the name of a counter, so that no address is stored there."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def counter_of(name: str, text: str, window: timedelta, now: datetime) -> str:
    """The counter of a text in the window, a fixed one by the clock, that holds an instant."""
    return f"{name}-{int(now.timestamp() // window.total_seconds())}-{digest_of(text)}"


def within(counters: Counters, limit: Limit, who: str, now: datetime) -> bool:
    """Count one more; whether that is within the limit. Raises TryLater."""
    return counters.count(counter_of(limit.name, who, limit.window, now), now + limit.window) <= limit.most
