"""Reconciliation of a case with its issue in Mantis: changes made there are taken over, our fields are set again.

core/reconciliation.py says what follows from a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.case import UPDATED, Case
from intake_fn.core.errors import TryLater, Unknown
from intake_fn.core.events import FieldsDropped
from intake_fn.core.intents import AddNote, BackfillNotes, FileIssue, UnknownIntent, UpdateIssue
from intake_fn.core.names import SPECDESK
from intake_fn.core.reconciliation import IssueState, assignee, drifted, expected, next_event
from intake_fn.core.steps import refuse_unread
from intake_fn.desk.filing import category_of, decided_of

if TYPE_CHECKING:
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Reconciling
    from intake_fn.ports import Tracker

EVENTS_AT_ONCE = 20
"""Events that one look at an issue may bring about; there may be more at the next."""


def reconcile(desk: Reconciling, case_id: str) -> Case:
    """Take over what was changed in the issue of a case; returns the case as it then stands.

    Raises what the tracker and the store raise.
    """
    return compare(desk, case_id)[0]


def compare(desk: Reconciling, case_id: str) -> tuple[Case, bool]:
    """Reconcile a case; and say whether the issue is not as we left it, by our own account's doing."""
    has_drifted = False

    def decide(case: Case) -> Event | None:
        nonlocal has_drifted
        refuse_unread(case)
        # Read after the case and before the issue: then the issue shows nothing older than what is pending.
        pending = [
            int(item.id.split("#")[1])
            for item in desk.outbox.items_of(case_id)
            if isinstance(item.intent, FileIssue | UpdateIssue | AddNote | BackfillNotes | UnknownIntent)
        ]
        issue = _issue_of(case, desk.tracker)
        event = next_event(case, issue, pending, desk.process, desk.clock())
        has_drifted = event is None and bool(issue and not pending and drifted(case, issue, desk.process))
        return event

    busy = TryLater(f"{case_id} is changing too fast to be compared with its issue. It is looked at again.")
    for _ in range(EVENTS_AT_ONCE):
        step = desk.change(case_id, decide, busy=busy)
        if not step.events:
            break
        log.info("mantis_told", case=case_id, issue=step.case.issue, tells=type(step.events[0]).__name__)
    return step.case, has_drifted


def _issue_of(case: Case, tracker: Tracker) -> IssueState | None:
    """The issue of a case; None when it has none, or Mantis does not know it."""
    if case.issue is None:
        return None
    try:
        return tracker.look(case.issue)
    except Unknown:
        return None


def align(desk: Reconciling, case: Case) -> FieldsDropped | None:
    """Set the fields of the case's issue; returns the event where Mantis drops other fields than before.

    Of a group any of its people may hold the issue. Raises what the tracker raises.
    """
    number = case.issue or 0
    fields = expected(case, desk.process)
    if fields["handler"] and desk.process.people[case.handler].mantis_accounts:
        fields["handler"] = assignee(case, desk.tracker.look(number), desk.process)
    category, decided = category_of(case, desk.process), decided_of(case, desk.process, desk.links)
    dropped = desk.tracker.update(number, **fields, category=category, decided=decided)
    if dropped == tuple(name for name in case.dropped_fields if name in UPDATED):
        return None
    log.warning("mantis_dropped_fields", case=case.id, issue=number, fields=dropped)
    return FieldsDropped(at=desk.clock(), actor=SPECDESK, dropped=dropped)


def undo_drift(desk: Reconciling, case: Case) -> None:
    """Undo what our own account's writes brought about: nobody did it, and nobody is notified."""
    log.info("mantis_set_right", case=case.id, issue=case.issue)
    event = align(desk, case)
    if event:
        desk.change(case.id, lambda _: event, case=case)
