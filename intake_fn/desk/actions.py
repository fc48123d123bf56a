"""Actions: what a person does to a case, on the version of it that they saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from intake_fn.core import duplicates
from intake_fn.core.appeals import has_decided
from intake_fn.core.change_events import SentToOwner
from intake_fn.core.errors import Refused, Stale, Unknown
from intake_fn.core.events import ActivityCompleted, Event, LinkRequested, MarkedDuplicate, Noted, Overruled
from intake_fn.core.names import REQUESTER, SPECDESK, actor_of
from intake_fn.core.requester_events import CopyAdded, CopyRemoved

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from intake_fn.ports import CaseStore


def permitted(case: Case) -> None:
    """Nothing but the rules of the process stands against it."""
    del case


def decided(
    cases: CaseStore,
    process: Process,
    case: Case,
    event: Event,
    seen: int,
    may: Callable[[Case], None] = permitted,
) -> Event | None:
    """The event as it may happen to the case that its actor saw at version `seen`; None when it has happened already.

    Raises Stale when another person has changed the case since, Refused for a duplicate of what cannot be one, and what
    `may` raises for the case as it stands.
    """
    if _has_happened(event, case.history[seen:] if seen or event.actor == REQUESTER else ()):
        return None
    may(case)
    if isinstance(event, MarkedDuplicate):
        event = _of_lead(cases, case, event)
    if isinstance(event, Overruled) and case.appealed and case.duplicate_of:
        _refuse_if_decided_there(cases, case, event)
    if event.actor != REQUESTER:
        _refuse_if_changed(case, seen, process)
    return event


def _of_lead(cases: CaseStore, case: Case, event: MarkedDuplicate) -> MarkedDuplicate:
    """The event with what is known of the lead."""
    try:
        lead = cases.load(event.other)
    except Unknown as error:
        raise Refused(f"The request {event.other} does not exist. Please check its number.") from error
    return duplicates.with_lead(case, event, lead)


def _refuse_if_decided_there(cases: CaseStore, case: Case, event: Overruled) -> None:
    """Raise Refused for who decided on the lead: this request was decided with it."""
    if has_decided(cases.load(case.duplicate_of), event.actor):
        raise Refused(
            f"The requester does not agree, and you have decided on {case.duplicate_of}, with which this request was "
            "decided: somebody else decides now."
        )


def _refuse_if_changed(case: Case, seen: int, process: Process) -> None:
    """Raise Stale when a person has acted since; an event without a person surprises nobody.

    A version that does not exist yet was not read.
    """
    if not 0 <= seen <= case.version:
        raise Stale("This form does not belong to the current version of the request. Open the request again.")
    for event in case.history[seen:]:
        if event.actor != SPECDESK and not isinstance(event, UNSEEN):
            raise Stale(f"Someone else has changed this request: {actor_of(event, process)}.")


UNSEEN = (LinkRequested, CopyAdded, CopyRemoved)
"""What the requester does that changes nothing of what an engineer decides on."""


def _has_happened(event: Event, events: Sequence[Event]) -> bool:
    """Whether the same is among the events: done by the same person, in the same words."""
    return any(_given(other) == _given(event) for other in events if type(other) is type(event))


def _given(event: Event) -> dict[str, Any]:
    """What a person put into an event; of files their content, not their place."""
    ours = _OURS.get(type(event), _AT)
    given = {part.name: getattr(event, part.name) for part in fields(event) if part.name not in ours}
    if "attachments" in given:
        given["attachments"] = {file.sha256 for file in given["attachments"]}
    return given


_AT = ("at",)
_OURS: Mapping[type[Event], Sequence[str]] = {
    MarkedDuplicate: ("at", "number"),
    ActivityCompleted: ("at", "mailed"),
    Noted: ("at", "mentions"),
    Overruled: ("at", "handler"),
    SentToOwner: ("at", "owner"),
}
"""What we put into an event besides what a person did."""
