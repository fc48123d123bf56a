"""The views: named lists of the desk's queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from intake_fn.core.queue.views import View


class Views(Protocol):
    """Named lists, of one person or shared. All methods raise TryLater when the store is down or throttles."""

    def views(self, person: str) -> Sequence[View]:
        """A person's own views, then the shared ones, each by name."""
        ...

    def save_view(self, view: View) -> None:
        """Keep a view in the place of the one of its name."""
        ...

    def delete_view(self, view: View) -> None:
        """Delete a view, be it there or not."""
        ...
