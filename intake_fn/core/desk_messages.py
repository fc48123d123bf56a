"""What updates and the way back to a lower level say: the keys of their texts in `texts/catalogue.py`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.event_messages import EventMessages, with_files
from intake_fn.core.events import Event
from intake_fn.core.names import name_of
from intake_fn.core.process import Process


def _level(event: Deescalated, process: Process) -> dict[str, str]:
    return {"level": str(event.level), "handler": name_of(event.handler, process)}


DESK_MESSAGES: Mapping[type[Event], EventMessages] = {
    UpdateSent: EventMessages(
        history=lambda event: "history.workaround-sent" if event.workaround else "history.update-sent",
        page=lambda event: "page.workaround-sent" if event.workaround else "page.update-sent",
        note=lambda event: "history.workaround-sent" if event.workaround else "history.update-sent",
        text=lambda event: with_files(event.text, event),
        page_text=lambda event: with_files(event.text, event),
        note_text=lambda event: event.text,
        notices=("update", "workaround", "copied"),
    ),
    Deescalated: EventMessages(
        history="history.deescalated",
        page="page.deescalated",
        note="history.deescalated",
        values=_level,
        text=lambda event: event.note,
        notices=("assigned", "deescalated", "copied"),
    ),
}
"""One row per event, as in core/messages.py."""
