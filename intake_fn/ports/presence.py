"""Who looks at a request now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Presence(Protocol):
    """Who has the page of a request open. Nothing of it is kept longer than it holds. Raises TryLater."""

    def look(self, case_id: str, person: str, now: datetime, until: datetime) -> Sequence[str]:
        """Note that a person (an id of support.yml) looks at a request until an instant; the ids of others who do now.

        One write and one read.
        """
        ...
