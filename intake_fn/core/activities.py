"""The core activities of the process page as a checklist: which were done for a case, when and by whom.

Each level has its own (seed: "Responsibilities and Workflow" of the levels), and does them itself: what another level
did stands beside it. Where an event shows that an activity was done (`SHOWN_BY`), it is ticked by that; the others are
ticked by whoever handles the case. Which activities there are is data of support.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from intake_fn.core.case import Case
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    Event,
    Filed,
    Judged,
    Linked,
    Overruled,
    Received,
    Resolved,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Activity, Process
from intake_fn.core.vocabulary import Relation

SHOWN_BY: Mapping[str, tuple[type[Event], ...]] = {
    "asked": (AskedRequester,),
    "compared": (Judged, Overruled),
    "resolved": (Resolved,),
    "passed-on": (Resolved, Escalated),
    "filed": (Filed,),
    "child-linked": (Linked,),
}
"""What `shown_by` may name, and the events that show it; the spec is consulted by a person, or by a judge that rests
its verdict on a clause; linked is what a person says to be the child of another issue."""

ALSO_BY_HAND = frozenset({"", "compared", "child-linked"})
"""What a person may tick, too: where no event shows it, that the spec was consulted, or that there is no parent."""

ONCE = frozenset({"filed", "child-linked"})
"""What is done for all levels when it is done: the issue is there."""


@dataclass(frozen=True, slots=True)
class Item:
    """An activity that a case asks for at its level, and the latest event that did it there; None while it is open.

    `elsewhere` is who did it at other levels, by level.
    """

    activity: Activity
    done: Event | None
    elsewhere: Mapping[int, Event]


def checklist(case: Case, process: Process) -> tuple[Item, ...]:
    """The activities that the case's level and category ask for, in the order of the page."""
    placed = tuple(_with_levels(case))
    return tuple(
        _item(activity, case, placed) for activity in process.activities.values() if _is_asked_for(activity, case)
    )


def to_tick(case: Case, process: Process) -> tuple[str, ...]:
    """The ids of the open activities that a person ticks; what may be tried again is open."""
    return tuple(
        item.activity.id
        for item in checklist(case, process)
        if (item.done is None or item.activity.reproduces) and item.activity.shown_by in ALSO_BY_HAND
    )


def _is_asked_for(activity: Activity, case: Case) -> bool:
    of_category = not activity.categories or case.category in activity.categories
    return of_category and (not activity.levels or case.level in activity.levels)


def _with_levels(case: Case) -> Iterator[tuple[int, Event]]:
    """Each event of the log with the level at which it happened: an escalation happens where it leads away from."""
    level = case.level
    for event in case.history:
        level = event.level if isinstance(event, Received) else level
        yield level, event
        level = event.level if isinstance(event, Escalated) else level


def _item(activity: Activity, case: Case, placed: Iterable[tuple[int, Event]]) -> Item:
    shown_by_level = {level: event for level, event in placed if _shows(event, activity)}
    if activity.shown_by in ONCE and shown_by_level:
        return Item(activity, [*shown_by_level.values()][-1], {})
    return Item(activity, shown_by_level.pop(case.level, None), shown_by_level)


def _shows(event: Event, activity: Activity) -> bool:
    if isinstance(event, ActivityCompleted):
        return event.activity == activity.id
    if isinstance(event, UpdateSent):
        return event.workaround and activity.mails_requester
    if (isinstance(event, Linked) and event.relation is not Relation.CHILD) or isinstance(event, Deescalated):
        return False
    return isinstance(event, SHOWN_BY.get(activity.shown_by, ())) and _rests_on_a_clause(event)


def _rests_on_a_clause(event: Event) -> bool:
    """Whether a verdict decides by a clause, rather than proposing or showing what is near; true of other events."""
    if not isinstance(event, Judged):
        return True
    return event.acts and any(row.get("stance") != "related" for row in event.verdict.get("citations", ()))
