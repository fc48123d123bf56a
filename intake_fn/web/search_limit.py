"""How often one source may search: counted in memory, so that a search costs no call of the store.

Each running function counts for itself. That bounds what one source makes it do; a limit over all functions is the
gateway's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
MOST = 300
"""Searches of one source within the window: an office behind one address, where several people type at once."""

MOST_SOURCES = 10_000
"""Sources that are counted within a window; when there are more, counting begins anew."""


class SearchLimit:
    """The counts of the present window, which is a fixed one."""

    def __init__(self, most: int = MOST) -> None:
        """`most` searches of one source are within the limit."""
        self._most = most
        self._until: datetime | None = None
        self._counts: dict[str, int] = {}

    def within(self, who: str, now: datetime) -> bool:
        """Count one more search of `who`; whether that is within the limit."""
        if self._until is None or now >= self._until or len(self._counts) >= MOST_SOURCES:
            self._until, self._counts = now + WINDOW, {}
        self._counts[who] = self._counts.get(who, 0) + 1
        return self._counts[who] <= self._most
