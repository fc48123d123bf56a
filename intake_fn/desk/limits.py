"""How often something may be asked for that anybody may ask for: by address, and by where it comes from.

Counted are digests, in the store, in fixed windows. Who is over a limit gets the answer that everybody gets, where
another one would tell something.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake_fn.desk import Desk


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within each window."""

    name: str
    most: int
    window: timedelta


SIGN_IN_BY_SOURCE = Limit("sign-in-source", 30, timedelta(hours=1))
LOST_LINK_BY_SOURCE = Limit("lost-link-source", 30, timedelta(hours=1))
UPLOADS_BY_SOURCE = Limit("uploads-source", 60, timedelta(hours=1))
"""Of 25 MB at most; small files travel with their form. An office behind one address is one source."""


def sign_in_by_address(desk: Desk) -> Limit:
    """The window is as long as a link is good: whoever makes it overflow has had a good link mailed meanwhile."""
    return Limit("sign-in-address", 5, timedelta(minutes=desk.process.intake.sign_in_minutes))


def within(desk: Desk, limit: Limit, who: str) -> bool:
    """Count one more; whether that is within the limit. Raises TryLater."""
    now = desk.clock()
    number = int(now.timestamp() // limit.window.total_seconds())
    digest = hashlib.sha256(who.encode(errors="replace")).hexdigest()[:32]
    return desk.counters.count(f"{limit.name}-{number}-{digest}", now + limit.window) <= limit.most
