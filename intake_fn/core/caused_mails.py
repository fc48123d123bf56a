"""The mails that the events of a log caused, worked out from it; what became of each is told by later events. Pure.

Worked out by the rules and the support.yml of today; of an event whose people are there no more it may be nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.case import Case
from intake_fn.core.duplicates import workaround_in
from intake_fn.core.events import ActivityCompleted, Event, UnknownEvent
from intake_fn.core.intents import Intent, SendNotice
from intake_fn.core.lifecycle_intents import to_requester
from intake_fn.core.process import Process
from intake_fn.core.steps import caused, states


def caused_mails(case: Case, process: Process) -> Iterator[tuple[Event, tuple[SendNotice, ...]]]:
    """Each event of the log, with the mails that it caused, to requester and Help Desk, in their order."""
    before: Case | None = None
    for event, after in states(case):
        owed = () if before is None else _caused(before, event, after, process)
        yield event, tuple(intent for intent in owed if isinstance(intent, SendNotice))
        before = after


def _caused(before: Case, event: Event, after: Case, process: Process) -> tuple[Intent, ...]:
    if isinstance(event, UnknownEvent):
        return ()
    if isinstance(event, ActivityCompleted) and (text := workaround_in(event)):
        return (to_requester(after, "workaround", text=text),)
    try:
        return caused(before, event, after, process)
    except LookupError:  # somebody or something whom support.yml named then
        return ()
