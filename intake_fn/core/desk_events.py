"""What engineers do with a request besides deciding and resolving it: they write to its requester, or send it back."""

from __future__ import annotations

from intake_fn.core.events import Escalated, Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSent(Event):
    """An engineer wrote to the requester without asking anything: an update, or a workaround until it is resolved."""

    text: str
    workaround: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deescalated(Escalated):
    """Sent back to the level below, which may have had it before. `note` is why, in a person's words; it is required.

    For clock, activities and handlers it is a change of level like any escalation; `reason` is "".
    """

    reason: str = ""
