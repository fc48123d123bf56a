"""The invitation to the Board's meeting that was mailed last."""

from __future__ import annotations

from typing import Protocol

from intake_fn.core.changes.invitations import Invitation


class Meetings(Protocol):
    """What the members of the Board were invited to last. Raises TryLater."""

    def invitation(self) -> Invitation | None:
        """The invitation that was kept last, read consistently; None while there is none."""
        ...

    def save_invitation(self, before: Invitation | None, after: Invitation) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        ...
