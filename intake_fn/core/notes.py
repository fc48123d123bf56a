"""What has happened, as notes for Mantis: one headline an event, and what was said.

The words stand in a table. Whether a note is owed is for core/escalation.py to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    Escalated,
    Event,
    HandedOver,
    MarkedDuplicate,
    Noted,
    Overruled,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    UnmarkedDuplicate,
)
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Category, Failure, Outcome

REQUESTER = "requester"
"""The actor of what a requester did; they have no account."""

SPECDESK = "specdesk"
"""The actor of events that no person caused."""

CATEGORY: Mapping[Category, str] = {
    Category.BUG: "bug",
    Category.CHANGE: "request for change",
    Category.MISC: "support",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.UNSAID: "",
    Outcome.FIXED: "It is fixed",
    Outcome.DONE: "It is done",
    Outcome.NO_CHANGE: "Nothing has to be changed",
    Outcome.NOT_REPRODUCIBLE: "We could not make it happen again",
    Outcome.NOT_FIXABLE: "It cannot be fixed",
    Outcome.DUPLICATE: "It is the same as what was reported before",
    Outcome.POSTPONED: "It is put off for now",
    Outcome.WONT_FIX: "It will not be changed",
}
"""What came of a request, in plain words."""

FAILURES: Mapping[Failure, str] = {
    Failure.BOUNCED: "came back",
    Failure.UNDELIVERED: "was not delivered this time",
    Failure.COMPLAINED: "was reported as unwanted",
    Failure.UNDELIVERABLE: "cannot be sent",
}
"""What became of a mail, after its address."""

NOTES: Mapping[type[Event], Callable[[Any, Process], tuple[str, str]]] = {
    Overruled: lambda e, _: (
        f"Decided: {CATEGORY[e.category]}, " + (f"by clause {e.clause}" if e.clause else "the spec is silent"),
        e.reason,
    ),
    Escalated: lambda e, p: (
        f"Escalated to level {e.level}, {name_of(e.handler, p)}: {p.reason(e.reason)}",
        e.note,
    ),
    HandedOver: lambda e, p: (f"Handed over to {name_of(e.handler, p)}", e.note),
    Reprioritised: lambda e, p: (f"Priority is now {p.priorities[e.priority].name}", e.note),
    AskedRequester: lambda e, _: ("Asked the requester", e.question),
    RequesterReplied: lambda e, _: ("Reply", reply_of(e)),
    Noted: lambda e, _: ("Note", e.text),
    Resolved: lambda e, _: (" ".join(filter(None, ("Resolved.", outcome_of(e)))).rstrip("."), e.resolution),
    Reopened: lambda e, _: ("Reopened", e.reason),
    Closed: lambda e, _: ("Closed", e.note),
    ActivityCompleted: lambda e, p: (f"Done: {activity_name(e.activity, p)}", e.note),
    MarkedDuplicate: lambda e, _: (f"The same as {e.other}, and follows it", ""),
    UnmarkedDuplicate: lambda *_: ("Not the same as another request after all", ""),
    ChangedInMantis: lambda e, _: ("Put back", e.why),
    Breached: lambda e, _: (f"Overdue since {e.due:%d %b %Y, %H:%M} UTC", ""),
}
"""An event as a headline and what was said."""


def makes_a_note(event: Event) -> bool:
    """Whether Mantis is to have a note of it: not of what was done there, nor of an activity nothing was said about.

    Of what is put back only where there is a reason to be read.
    """
    done_there = isinstance(event, Resolved | Closed) and event.in_mantis
    bare = (isinstance(event, ActivityCompleted) and not event.note) or (
        isinstance(event, ChangedInMantis) and not event.why
    )
    return type(event) in NOTES and not done_there and not bare


def note_of(event: Event, process: Process) -> str:
    """The note of an event that has a row: headline with who did it, then what was said."""
    headline, said = NOTES[type(event)](event, process)
    return "\n".join(filter(None, (f"{headline} ({actor_of(event, process)})", said)))


def outcome_of(event: Resolved) -> str:
    """What came of a request, as a sentence; "" where nobody said."""
    said = OUTCOMES[event.outcome]
    return said and f"{said}{f', in version {event.fixed_in}' if event.fixed_in else ''}."


def reply_of(event: RequesterReplied) -> str:
    """What the requester wrote, and the files that came with it."""
    files = (f"File: {file.name} ({file.size} bytes)" for file in event.attachments)
    return "\n".join(filter(None, ("It works." if event.works else "", event.text, *files)))


def actor_of(event: Event, process: Process) -> str:
    """Who did it: a person's name where the address is one of support.yml."""
    names = {person.address: person.name for person in process.everyone.values()}
    return {REQUESTER: "the requester", **names}.get(event.actor, event.actor)


def name_of(person: str, process: Process) -> str:
    """A person's name, also of one who has left; the id in quotes for one who is not in support.yml."""
    return process.person(person).name if person in process.everyone else repr(person)


def left(person: str, process: Process) -> str:
    """That somebody has left, as a sentence."""
    return f"{process.person(person).name} had it, and has left."


def activity_name(activity: str, process: Process) -> str:
    """An activity's name; the id in quotes for one that is not in support.yml any more."""
    return process.activities[activity].name if activity in process.activities else repr(activity)


def names_of(people: Iterable[str], process: Process) -> str:
    """Names of several people, separated by commas."""
    return ", ".join(name_of(person, process) for person in people)
