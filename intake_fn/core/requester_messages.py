"""What the events of a requester say: the keys of their texts in `texts/catalogue.py`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.core.event_messages import EventMessages, with_files
from intake_fn.core.events import Event
from intake_fn.core.names import name_of, names_of
from intake_fn.core.process import Process
from intake_fn.core.requester_events import (
    Appealed,
    CopyAdded,
    CopyRemoved,
    LevelInformed,
    NewsMuted,
    RequesterChanged,
    RequesterKept,
    RequestFollowed,
    Withdrawn,
)


def _address(event: Any, _: Process) -> dict[str, str]:
    return {"address": event.address}


REQUESTER_MESSAGES: Mapping[type[Event], EventMessages] = {
    Appealed: EventMessages(
        history="history.appealed",
        page="page.appealed",
        note="history.appealed",
        text=lambda event: event.text,
        page_text=lambda event: event.text,
        note_text=lambda event: with_files(event.text, event),
        notices=("appealed", "informed", "copied"),
    ),
    Withdrawn: EventMessages(history="history.withdrawn", page="page.withdrawn", text=lambda event: event.reason),
    CopyAdded: EventMessages(
        history=lambda event: "history.copy-followed" if event.themselves else "history.copy-added",
        page=lambda event: "page.copy-followed" if event.themselves else "page.copy-added",
        values=_address,
        notices=("copy",),
    ),
    CopyRemoved: EventMessages(
        history=lambda event: "history.copy-left" if event.themselves else "history.copy-removed",
        page=lambda event: "page.copy-left" if event.themselves else "page.copy-removed",
        values=_address,
    ),
    RequesterChanged: EventMessages(
        history="history.requester-changed",
        page="page.requester-changed",
        note="history.requester-changed",
        values=_address,
        notices=("receipt", "question", "copy", "copied"),
    ),
    RequesterKept: EventMessages(history="history.requester-kept", values=_address),
    NewsMuted: EventMessages(
        history=lambda event: "history.muted" if event.muted else "history.unmuted", values=_address
    ),
    RequestFollowed: EventMessages(
        history=lambda event: "history.followed" if event.follows else "history.unfollowed",
        values=lambda event, process: {"person": name_of(event.person, process)},
    ),
    LevelInformed: EventMessages(
        history="history.level-informed",
        values=lambda event, process: {"people": names_of(event.people, process)},
        notices=("copied",),
    ),
}
