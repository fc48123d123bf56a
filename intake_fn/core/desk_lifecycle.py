"""The rows of updates and of the way back to a lower level in the lifecycle; core/lifecycle.py takes them in.

Source: the process page, "Core activities", "Escalation" and "Response times". An update or a workaround asks nothing:
the clock goes on as it does. The level below begins a new count, as with every change of level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intake_fn.core import lifecycle_rules as r
from intake_fn.core.case import Case
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.duplicates import on_escalated as notify_of_level
from intake_fn.core.duplicates import on_update as notify_of_update
from intake_fn.core.escalation import ways_down
from intake_fn.core.event_spec import HANDLED, JUDGED, EventSpec
from intake_fn.core.events import Event
from intake_fn.core.intents import AddNote, Intent
from intake_fn.core.lifecycle_intents import in_mantis, on_moved, to_requester
from intake_fn.core.messages import files_told
from intake_fn.core.process import Process
from intake_fn.core.sla import with_in_time


def on_update(_: Case, event: UpdateSent, after: Case, __: Process) -> Iterator[Intent]:
    """Mantis has it, and the requester is mailed it."""
    yield AddNote(after.version)
    yield to_requester(after, "workaround" if event.workaround else "update", *files_told(event), text=event.text)


def on_deescalated(before: Case, event: Deescalated, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the new handler and the requester learn of it."""
    yield from in_mantis(after)
    yield from on_moved("why.deescalated", before, event, after, process)
    yield to_requester(after, "deescalated")


def _workaround_is_for_open_ones(case: Case, event: UpdateSent, _: Process) -> Iterator[str]:
    """What is resolved needs no workaround."""
    if event.workaround and not case.status.is_open:
        yield f"{case.id} is {case.status.value}, and a workaround helps until then. Send an update."


def _goes_there(case: Case, event: Deescalated, process: Process) -> Iterator[str]:
    """It is the level below, and not one below the front end of its origin."""
    ways = ways_down(case, process)
    if event.level not in ways:
        known = " or ".join(f"level {level}" for level in ways) or "no other level"
        yield f"Level {case.level} can send it back to {known}, not to level {event.level}."


def _is_not_for_its_own_level(case: Case, _: Deescalated, process: Process) -> Iterator[str]:
    """Seed, Level 3: "All urgent issues must be handled at this level"."""
    rule = process.priorities[case.priority]
    if rule.handled_at is not None:
        yield f"{rule.name} requests are handled at level {rule.handled_at}. Lower its priority first."


DESK_LIFECYCLE: Mapping[type[Event], EventSpec] = {
    UpdateSent: EventSpec(
        allowed_in=JUDGED,
        action="write to the requester",
        rules=(
            r.can_be_asked,
            r.requires("text", "Please write what the requester is to read."),
            _workaround_is_for_open_ones,
        ),
        intents=on_update,
        notifies=notify_of_update,
        copied=True,
    ),
    Deescalated: EventSpec(
        allowed_in=HANDLED,
        action="send it back to the level below",
        rules=(
            r.is_with_its_level,
            _is_not_for_its_own_level,
            _goes_there,
            r.requires("note", "Please give the reason why it goes back: the level below reads it."),
            r.handler_is_at_the_level,
        ),
        changes=lambda _, event: {"level": event.level, "handler": event.handler},
        completes=with_in_time,
        intents=on_deescalated,
        notifies=notify_of_level,
        copied=True,
    ),
}
