"""The core activities of the process page as a checklist: what was done for a case, by whom and when.

Where an event shows that an activity was done (`SHOWN_BY`), it is ticked by that; the others are ticked
by whoever handles the case. Which activities there are is data of support.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake_fn.core.case import AskedRequester, Case, Event, Judged, Overruled, Resolved, Ticked
from intake_fn.core.process import Activity, Process

SHOWN_BY: Mapping[str, tuple[type[Event], ...]] = {
    "asked": (AskedRequester,),
    "compared": (Judged, Overruled),
    "resolved": (Resolved,),
}
"""What `shown_by` may name, and the events that show it; the spec is consulted by a person, or by a judge that rests
its verdict on a clause."""

ALSO_BY_HAND = frozenset({"", "compared"})
"""What a person may tick: also that they have consulted the spec, where no event shows it."""


@dataclass(frozen=True, slots=True)
class Item:
    """An activity that a case asks for, and the latest event that did it; None while it is open."""

    activity: Activity
    done: Event | None


def checklist(case: Case, process: Process) -> tuple[Item, ...]:
    """The activities that the case's category asks for, in the order of the page."""
    return tuple(
        Item(activity, _done(activity, case))
        for activity in process.activities.values()
        if not activity.categories or case.category in activity.categories
    )


def to_tick(case: Case, process: Process) -> tuple[str, ...]:
    """The ids of the open activities that a person ticks."""
    return tuple(
        item.activity.id
        for item in checklist(case, process)
        if item.done is None and item.activity.shown_by in ALSO_BY_HAND
    )


def _done(activity: Activity, case: Case) -> Event | None:
    kinds = SHOWN_BY.get(activity.shown_by, ())
    return next(
        (
            event
            for event in reversed(case.history)
            if (isinstance(event, kinds) and _rests_on_a_clause(event))
            or (isinstance(event, Ticked) and event.activity == activity.id)
        ),
        None,
    )


def _rests_on_a_clause(event: Event) -> bool:
    """Whether a verdict takes a clause for its ground, rather than only showing what is near; true of other events."""
    if not isinstance(event, Judged):
        return True
    return any(row.get("stance") != "related" for row in event.verdict.get("citations", ()))
