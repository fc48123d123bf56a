"""Events and intents as stored data: JSON, with the format in which it was written.

The present format and all former ones are read. What cannot be read becomes an UnknownEvent or UnknownIntent; the
stored item stays as it is, and is read again when a version runs that knows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import SpecdeskError, Unreadable
from intake_fn.core.events import Event, UnknownEvent
from intake_fn.core.intents import INTENTS, Intent, UnknownIntent
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.vocabulary import Postponed
from intake_fn.texts import as_written

FORMAT = 3
"""The format in which events, outbox items and states are stored. A higher one was written by a newer version."""

FORMER_NAMES: Mapping[str, str] = {
    "LetThrough": "Released",
    "AskedForLink": "LinkRequested",
    "Ticked": "ActivityCompleted",
    "Joined": "MarkedDuplicate",
    "Parted": "UnmarkedDuplicate",
    "Followed": "DuplicateAdded",
    "Unfollowed": "DuplicateRemoved",
    "Heard": "LeadUpdated",
    "GoneFromMantis": "MissingInMantis",
    "BackInMantis": "FoundInMantis",
    "NotKept": "FieldsDropped",
    "Bundled": "NoticesBundled",
    "NotMailed": "NoticeSkipped",
    "CatchUp": "BackfillNotes",
    "TellRequest": "NotifyLead",
    "PassOn": "NotifyDuplicates",
}
"""The names of events and intents in format 1, by what they are called today."""


def _sentence(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A field that held a sentence, or "" for none, and holds a message today."""

    def read(plain: dict[str, Any]) -> dict[str, Any]:
        value = plain.get(name)
        return {**plain, name: _written(value) if value else None} if isinstance(value, str) else plain

    return read


def _reasons(plain: dict[str, Any]) -> dict[str, Any]:
    reasons = plain.get("reasons")
    if not isinstance(reasons, list | tuple):
        return plain
    return {**plain, "reasons": [_written(reason) if isinstance(reason, str) else reason for reason in reasons]}


def _why_in_fields(plain: dict[str, Any]) -> dict[str, Any]:
    values = plain.get("fields")
    if not isinstance(values, Mapping) or "why" not in values:
        return plain
    others = {name: value for name, value in values.items() if name != "why"}
    return {**plain, "fields": others, "why": [_written(values["why"])] if values["why"] else []}


def _without_text(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name != "text"}


def _written(sentence: str) -> dict[str, Any]:
    return to_plain(as_written(sentence))


FORMER_FIELDS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Quarantined": _reasons,
    "LeadUpdated": _sentence("why"),
    "ChangedInMantis": _sentence("why"),
    "NoticeSkipped": _sentence("why"),
    "NotifyDuplicates": _sentence("why"),
    "SendNotice": _why_in_fields,
    "AddNote": _without_text,
}
"""How the fields of format 1 are read, by what the event or intent is called today: it stored sentences."""


FORMER_REASONS: Mapping[str, Postponed] = {
    "Put off: ": Postponed.THROTTLED,
    "It waits for the working hours of its level.": Postponed.OUT_OF_HOURS,
    "The issue is there, and a file of it is not:": Postponed.NOT_ATTACHED,
}
"""How the error of a postponed outbox item began in version 0.1, which said so why it was postponed."""


MISREAD = (SpecdeskError, ValueError, TypeError, LookupError, AttributeError)
"""What reading stored data raises that is not as this version knows it."""


NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for an instant that cannot be read."""


def event_to_plain(event: Event) -> dict[str, Any]:
    """JSON-ready data; `event` names the kind, instants are ISO 8601 in UTC."""
    return {"event": type(event).__name__, **to_plain(event)}


def read_event(body: str, written: int = FORMAT) -> Event:
    """The event that stands in a log, `written` in that format; UnknownEvent for what this version cannot read."""
    plain: Any = None
    try:
        plain = json.loads(body)
        _refuse_newer(written)
        return event_from_plain(plain, written)
    except MISREAD as error:
        kind, why = _misread(plain, "event", error)
        return UnknownEvent(at=_instant_in(plain), actor="specdesk", kind=kind, why=why)


def read_intent(body: str, written: int = FORMAT) -> Intent:
    """The intent of an outbox item, `written` in that format; UnknownIntent for what this version cannot read."""
    plain: Any = None
    try:
        plain = json.loads(body)
        _refuse_newer(written)
        return intent_from_plain(plain, written)
    except MISREAD as error:
        return UnknownIntent(*_misread(plain, "intent", error))


def postponed_by(error: str) -> Postponed | None:
    """Why an outbox item was postponed that says so by its error alone."""
    reasons = (reason for beginning, reason in FORMER_REASONS.items() if error.startswith(beginning))
    return next(reasons, Postponed.FAILED if error else None)


def _refuse_newer(written: int) -> None:
    if written > FORMAT:
        raise Unreadable(f"It is stored in format {written}, and this version knows formats up to {FORMAT}.")


def _misread(plain: Any, named: str, error: Exception) -> tuple[str, str]:
    """Which kind of thing could not be read, and why, in a sentence."""
    kind = str(plain.get(named, "")) if isinstance(plain, Mapping) else ""
    if isinstance(error, SpecdeskError):
        return kind, str(error)
    return kind, f"{kind or 'It'} is not as this version knows it ({type(error).__name__}: {error})."


def _instant_in(plain: Any) -> datetime:
    try:
        return datetime.fromisoformat(plain["at"]).astimezone(UTC)
    except MISREAD:
        return NEVER


def event_from_plain(plain: Mapping[str, Any], written: int = FORMAT) -> Event:
    """The event that `event_to_plain` described. Raises Unreadable for a kind that is not known."""
    event: Event = _read(plain, "event", EVENTS, written)
    return event


def intent_to_plain(intent: Intent) -> dict[str, Any]:
    """JSON-ready data; `intent` names the kind."""
    return {"intent": type(intent).__name__, **to_plain(intent)}


def intent_from_plain(plain: Mapping[str, Any], written: int = FORMAT) -> Intent:
    """The intent that `intent_to_plain` described.

    Raises Unreadable for a kind that is not known, and TypeError for a field that is not: leaving out what it asks
    for may be wrong.
    """
    intent: Intent = _read(plain, "intent", INTENTS, written, strict=True)
    return intent


def _read(
    plain: Mapping[str, Any], named: str, known: Mapping[str, type[Any]], written: int, *, strict: bool = False
) -> Any:
    data = dict(plain)
    name = data.pop(named, "")
    name = FORMER_NAMES.get(name, name)
    kind = known.get(name)
    if kind is None:
        raise Unreadable(f"It is of the unknown kind {name!r}; a newer version wrote it.")
    former = FORMER_FIELDS.get(name) if written == 1 else None
    return from_plain(kind, former(data) if former else data, strict=strict)
