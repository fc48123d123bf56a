"""The lifecycle of a case: one row per event. `advance` (core/steps.py) walks this registry, and so does the fold.

Source: the process page, "Escalation" and "Help Desk Level 0" to "Level 4". A row says in which statuses an event may
happen, which rules must hold, which status it leads to, what else it changes, and what follows: intents, further events
of the same case, and what its duplicates are notified of. The functions that the rows name stand in lifecycle_rules.py,
lifecycle_changes.py, lifecycle_intents.py and duplicates.py. The state diagram of the docs is drawn from here
(wiki/lifecycle_diagram.py).

A case in quarantine causes no delivery: no verdict, no issue, no mail to an address that may be a stranger's. A case
that is new does not move, since Mantis can't be told of a change before it has the issue; where the judge can't decide,
a person decides (Overruled). A case that waits for the requester keeps waiting whoever handles it and whatever its
priority; a reply ends the waiting, or a resolution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from intake_fn.core import appeals, copies, forwarded
from intake_fn.core import duplicates as d
from intake_fn.core import events as e
from intake_fn.core import lifecycle_changes as c
from intake_fn.core import lifecycle_intents as i
from intake_fn.core import lifecycle_rules as r
from intake_fn.core.case import Case
from intake_fn.core.changes.lifecycle import CHANGE_LIFECYCLE, handler_by
from intake_fn.core.changes.rules import takes_its_way
from intake_fn.core.clause_changed import is_new_to_it, on_clause_changed
from intake_fn.core.desk_lifecycle import DESK_LIFECYCLE
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.erasure_events import DataErased
from intake_fn.core.escalation import last_handler_at, level_for, proposed_module
from intake_fn.core.event_spec import (
    ACCEPTED,
    ANY,
    CLOSED,
    HANDLED,
    JUDGED,
    NEW,
    OPEN,
    QUARANTINED,
    REJECTED,
    RESOLVED,
    WAITING,
    EventSpec,
    to,
)
from intake_fn.core.mail_settings import MAIL_LIFECYCLE
from intake_fn.core.mentions import mentioned
from intake_fn.core.names import REQUESTER
from intake_fn.core.process import NOT_THIS_LEVEL, Process
from intake_fn.core.request import Priority
from intake_fn.core.requester_events import (
    Appealed,
    CopyAdded,
    CopyRemoved,
    RequesterChanged,
    RequesterKept,
    Withdrawn,
)
from intake_fn.core.sla import with_in_time
from intake_fn.core.vocabulary import Filing, Status

# --- what support.yml adds, and what happens first -------------------------------------------


def _with_mentions(case: Case, event: e.Noted, process: Process) -> e.Event:
    """A case in quarantine causes no mail."""
    return replace(event, mentions=() if case.status.in_quarantine else mentioned(event.text, process, event.actor))


def _with_module(case: Case, event: e.Overruled, process: Process) -> e.Event:
    module = event.module or proposed_module(case, process, event.clause)
    return replace(event, module=module, handler=handler_by(case, event, process))


def _with_handler(case: Case, event: e.Judged, process: Process) -> e.Event:
    return replace(event, handler=handler_by(case, event, process))


def _moved_first(case: Case, event: e.Reprioritised, process: Process) -> Iterator[e.Event]:
    """A request that is raised to urgent goes to the level of urgent ones before it is urgent.

    Seed, Level 3: "All urgent issues must be handled at this level." The move comes before the new priority, so that
    not even the log ever holds an urgent request at another level. A change on its way stays with whoever has it.
    """
    level = level_for(case, event.priority, process)
    if level != case.level:
        handler = case.handler if case.stage.is_on_its_way else last_handler_at(level, case, process)
        moved = e.Escalated(
            at=event.at, actor=event.actor, level=level, handler=handler, reason=NOT_THIS_LEVEL, note=event.note
        )
        yield with_in_time(case, moved, process)


def _answered_in_mantis(case: Case, event: e.NotedInMantis, _: Process) -> Iterator[e.Event]:
    """A note by who created the issue in Mantis is the answer that we wait for; a private one is for developers."""
    who = case.request.requester
    if case.status is WAITING and who.account and event.actor in (who.email, who.account) and not event.private:
        yield e.RequesterReplied(at=event.at, actor=REQUESTER, text=event.text, in_mantis=True)


def _as_urgent_as_said(case: Case, event: e.RequesterReplied, process: Process) -> Iterator[e.Event]:
    """The priority that the form of a report by mail was sent with, as if it had come with the form.

    Nothing where somebody has set the priority since, or the rules do not allow it: then it stands in the reply alone.
    """
    said = event.answers.get("priority", "")
    is_set = any(isinstance(one, e.Reprioritised) for one in case.history)
    if said not in {*Priority} or case.status not in HANDLED or is_set or case.stage.is_on_its_way:
        return
    prioritised = e.Reprioritised(at=event.at, actor=REQUESTER, priority=Priority(said))
    if not [*r.priority_may_change(case, prioritised, process)]:
        yield from _moved_first(case, prioritised, process)
        yield prioritised


# --- the registry ----------------------------------------------------------------------------

LIFECYCLE: Mapping[type[e.Event], EventSpec] = {
    e.Received: EventSpec(allowed_in=frozenset()),
    e.Quarantined: EventSpec(
        allowed_in=frozenset(),
        leads_to=to(QUARANTINED),
        changes=lambda *_: {"filing": Filing.QUARANTINED},
    ),
    e.Released: EventSpec(
        allowed_in=frozenset((QUARANTINED, REJECTED)),
        action="release",
        rules=(r.is_not_withdrawn,),
        leads_to=to(NEW),
        changes=lambda *_: {"filing": Filing.QUEUED},
        intents=i.on_released,
    ),
    e.Rejected: EventSpec(
        allowed_in=frozenset((QUARANTINED,)),
        action="reject",
        rules=(r.requires("reason", "Please give the reason for the rejection."),),
        leads_to=to(REJECTED),
        changes=lambda *_: {"filing": Filing.REJECTED},
    ),
    e.Judged: EventSpec(
        allowed_in=ACCEPTED,
        rules=(r.is_the_first,),
        leads_to={NEW: OPEN},
        changes=c.judged,
        completes=_with_handler,
        intents=i.on_judged,
        copied=True,
    ),
    e.JudgedInShadow: EventSpec(allowed_in=JUDGED, rules=(r.is_the_first_in_shadow,)),
    e.Filed: EventSpec(
        allowed_in=JUDGED, rules=(r.is_the_first,), changes=c.filed, intents=i.on_filed, notifies=d.on_filed
    ),
    e.DeliveryFailed: EventSpec(allowed_in=ACCEPTED, changes=c.delivery_failed),
    e.Retried: EventSpec(allowed_in=ACCEPTED, changes=c.retried),
    e.Escalated: EventSpec(
        allowed_in=HANDLED,
        action="escalate",
        rules=(
            r.is_with_its_level,
            r.escalates_there,
            r.has_a_reason,
            r.level_takes_the_priority,
            r.handler_is_at_the_level,
        ),
        changes=lambda _, event: {"level": event.level, "handler": event.handler},
        completes=with_in_time,
        intents=i.on_escalated,
        notifies=d.on_escalated,
        copied=True,
    ),
    e.HandedOver: EventSpec(
        allowed_in=HANDLED,
        action="hand over",
        rules=(r.handler_is_a_colleague,),
        changes=lambda _, event: {"handler": event.handler},
        intents=i.on_handed_over,
        copied=True,
    ),
    e.Reprioritised: EventSpec(
        allowed_in=HANDLED,
        action="change the priority",
        rules=(r.priority_may_change,),
        changes=lambda _, event: {"priority": event.priority},
        before=_moved_first,
        intents=i.on_reprioritised,
        copied=True,
    ),
    e.Overruled: EventSpec(
        allowed_in=HANDLED | {NEW, RESOLVED},
        action="override the verdict",
        rules=(r.decides, r.reading_fits, appeals.is_decided_by_another),
        leads_to={NEW: OPEN},
        changes=c.overruled,
        completes=_with_module,
        intents=i.on_overruled,
        notifies=d.on_overruled,
        copied=True,
    ),
    e.RequesterRead: EventSpec(allowed_in=HANDLED, rules=(r.requester_may_read,), intents=i.on_requester_read),
    e.AskedRequester: EventSpec(
        allowed_in=HANDLED,
        action="ask the requester",
        rules=(r.can_be_asked, r.requires("question", "Please write your question to the requester.")),
        leads_to=to(WAITING),
        intents=i.on_asked,
        copied=True,
    ),
    e.RequesterReplied: EventSpec(
        allowed_in=ANY,
        rules=(r.is_not_erased, r.reply_has_content),
        leads_to={REJECTED: QUARANTINED, WAITING: OPEN, RESOLVED: OPEN, CLOSED: OPEN},
        changes=c.replied,
        after=_as_urgent_as_said,
        intents=i.on_replied,
        notifies=d.on_replied,
        copied=True,
    ),
    Appealed: EventSpec(
        allowed_in=JUDGED,
        rules=(r.is_not_erased, appeals.can_be_appealed),
        leads_to={WAITING: OPEN, RESOLVED: OPEN, CLOSED: OPEN},
        changes=lambda *_: {"appealed": True},
        intents=appeals.on_appealed,
        notifies=d.on_appealed,
        copied=True,
    ),
    Withdrawn: EventSpec(
        allowed_in=frozenset((QUARANTINED,)),
        leads_to=to(REJECTED),
        changes=lambda *_: {"filing": Filing.REJECTED},
    ),
    CopyAdded: EventSpec(
        allowed_in=ACCEPTED,
        rules=(r.is_not_erased, copies.can_be_added),
        changes=copies.added,
        intents=copies.on_copy_added,
    ),
    CopyRemoved: EventSpec(allowed_in=ACCEPTED, rules=(copies.is_in_copy,), changes=copies.removed),
    RequesterChanged: EventSpec(
        allowed_in=HANDLED,
        action="make who wrote a forwarded mail the requester",
        rules=(forwarded.is_proposed, forwarded.can_be_requester),
        changes=forwarded.changed,
        before=forwarded.moved_first,
        intents=forwarded.on_requester_changed,
        copied=True,
    ),
    RequesterKept: EventSpec(
        allowed_in=HANDLED,
        action="keep who forwarded a mail as the requester",
        rules=(forwarded.is_proposed,),
        changes=forwarded.kept,
    ),
    e.LinkRequested: EventSpec(allowed_in=ACCEPTED, intents=i.on_link_requested),
    e.ActivityCompleted: EventSpec(
        allowed_in=HANDLED,
        action="complete an activity",
        rules=(r.activity_is_open, r.says_whether_reproduced),
        intents=i.on_activity_completed,
    ),
    e.Linked: EventSpec(
        allowed_in=JUDGED,
        action="link it to another issue",
        rules=(r.is_another_issue,),
        changes=c.linked,
        intents=i.on_linked,
    ),
    e.Unlinked: EventSpec(
        allowed_in=JUDGED,
        action="remove a link",
        rules=(r.is_linked,),
        changes=c.unlinked,
        intents=i.on_unlinked,
    ),
    e.Refiled: EventSpec(
        allowed_in=HANDLED,
        action="create a new Mantis issue",
        rules=(r.is_missing_in_mantis,),
        changes=c.refiled,
        intents=i.on_refiled,
    ),
    e.MarkedDuplicate: EventSpec(
        allowed_in=HANDLED,
        action="mark it as a duplicate",
        rules=(r.may_be_marked,),
        changes=lambda _, event: {"duplicate_of": event.other},
        after=d.after_marked,
        intents=i.on_marked,
        copied=True,
    ),
    e.UnmarkedDuplicate: EventSpec(
        allowed_in=JUDGED,
        action="unmark it as a duplicate",
        rules=(r.is_marked,),
        changes=lambda *_: {"duplicate_of": ""},
        after=d.after_unmarked,
        intents=i.on_unmarked,
        copied=True,
    ),
    e.DuplicateAdded: EventSpec(
        allowed_in=ACCEPTED,
        rules=(r.changes_the_duplicates,),
        changes=lambda case, event: {"duplicates": (*case.duplicates, event.other)},
        after=d.after_added,
        notifies=d.on_added,
    ),
    e.DuplicateRemoved: EventSpec(allowed_in=ACCEPTED, rules=(r.changes_the_duplicates,), changes=c.duplicate_removed),
    e.LeadUpdated: EventSpec(
        allowed_in=JUDGED,
        rules=(r.is_of_its_lead,),
        changes=c.lead_updated,
        after=d.consequences,
        intents=i.on_lead_updated,
        notifies=d.on_lead_updated,
    ),
    ClauseChanged: EventSpec(allowed_in=JUDGED, rules=(is_new_to_it,), intents=on_clause_changed),
    e.Noted: EventSpec(
        allowed_in=ANY,
        action="add a note",
        rules=(r.requires("text", "Please write the note."),),
        completes=_with_mentions,
        intents=i.on_noted,
    ),
    e.Resolved: EventSpec(
        allowed_in=HANDLED,
        action="resolve",
        rules=(
            r.says_how,
            r.may_be_withdrawn,
            r.is_decided,
            r.appeal_is_decided,
            r.version_fits_the_outcome,
            r.is_at_its_level,
            takes_its_way,
        ),
        leads_to=to(RESOLVED),
        changes=lambda *_: {"appealed": False},
        completes=with_in_time,
        intents=i.on_resolved,
        notifies=d.on_resolved,
        copied=True,
    ),
    e.Reopened: EventSpec(
        allowed_in=frozenset((RESOLVED, CLOSED)),
        action="reopen",
        rules=(r.requires("reason", "Please say why it is reopened: the requester reads it."),),
        leads_to=to(OPEN),
        intents=i.on_reopened,
        notifies=d.on_reopened,
        copied=True,
    ),
    e.Closed: EventSpec(
        allowed_in=frozenset((RESOLVED,)),
        action="close",
        leads_to=to(CLOSED),
        intents=i.on_closed,
        notifies=d.on_closed,
        copied=True,
    ),
    e.Warned: EventSpec(allowed_in=frozenset((NEW, OPEN)), rules=(r.alert_is_due,), intents=i.on_alert),
    e.Breached: EventSpec(allowed_in=frozenset((NEW, OPEN)), rules=(r.alert_is_due,), intents=i.on_breached),
    e.NotedInMantis: EventSpec(allowed_in=JUDGED, after=_answered_in_mantis),
    e.ChangedInMantis: EventSpec(allowed_in=JUDGED, intents=i.on_changed_in_mantis),
    e.MissingInMantis: EventSpec(allowed_in=JUDGED, changes=lambda *_: {"missing_in_mantis": True}),
    e.FoundInMantis: EventSpec(
        allowed_in=JUDGED, changes=lambda *_: {"missing_in_mantis": False}, intents=i.on_found_in_mantis
    ),
    e.FieldsDropped: EventSpec(allowed_in=JUDGED, changes=c.fields_dropped),
    e.NoticesBundled: EventSpec(allowed_in=ACCEPTED),
    e.MailFailed: EventSpec(allowed_in=ACCEPTED, intents=i.on_mail_failed),
    e.NoticeSkipped: EventSpec(allowed_in=ACCEPTED),
    DataErased: EventSpec(allowed_in=ANY, changes=c.data_erased),
    **CHANGE_LIFECYCLE,
    **DESK_LIFECYCLE,
    **MAIL_LIFECYCLE,
}

EVENTS: Mapping[str, type[e.Event]] = {kind.__name__: kind for kind in LIFECYCLE}
"""Every kind of event by the name under which it is stored."""

TRANSITIONS: Mapping[Status, frozenset[type[e.Event]]] = {
    status: frozenset(kind for kind, spec in LIFECYCLE.items() if status in spec.allowed_in) for status in Status
}
"""Which events may happen in which status."""

ACTIONS: Mapping[type[e.Event], str] = {kind: spec.action for kind, spec in LIFECYCLE.items() if spec.action}
"""What the desk offers to engineers, in words."""
