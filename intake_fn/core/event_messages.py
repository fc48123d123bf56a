"""What a row says of the texts of one kind of event (core/messages.py, core/change_messages.py). Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Process
from intake_fn.texts import say

Key = str | Callable[[Any], str]
"""A key of the catalogue, or how it follows from the event."""


def no_text(_: Any) -> str:
    """No text: an event that nobody writes."""
    return ""


def with_files(text: str, event: Any) -> str:
    """A text, and the names of the files that came with it."""
    files = (say("reply.file", name=file.name, size=file.size) for file in event.attachments)
    return "\n".join(filter(None, (text, *files)))


def no_values(_: Any, __: Process) -> dict[str, str]:
    """The message shows no values."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMessages:
    """What an event says. A key that is "" says that it is not shown there."""

    history: Key
    """The headline in the desk's history."""
    page: Key = ""
    """The headline on the requester's page."""
    note: Key = ""
    """The headline of the note in Mantis."""
    values: Callable[[Any, Process], dict[str, str]] = no_values
    """What the headlines show."""
    text: Callable[[Any], str] = no_text
    """What a person wrote, in the history and in the note."""
    page_text: Callable[[Any], str] = no_text
    """What of it stands on the requester's page."""
    note_text: Callable[[Any], str] | None = None
    """What of it stands in the note, if that is something else."""
    notices: tuple[str, ...] = ()
    """The mails that it may cause (core/lifecycle_intents.py)."""
