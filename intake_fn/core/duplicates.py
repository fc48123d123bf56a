"""Duplicates: requests that are marked as duplicates of another one, the lead, and what they learn of it. Pure.

An engineer marks a request as a duplicate of another one, an earlier one as a rule. Until it is unmarked, the lead's
progress reaches it:

| The lead is           | The duplicate                                                  |
|-----------------------|----------------------------------------------------------------|
| filed, or filed anew  | is a duplicate of that issue in Mantis                         |
| at another level      | stays as it is, and its requester is notified                  |
| decided               | takes the category if it is undecided; its requester is notified |
| given a workaround    | stays as it is, and its requester is mailed the workaround     |
| resolved              | is resolved in the same words, if it is open                   |
| reopened              | is reopened, if it had been resolved with it                   |
| closed                | is closed, if it had been resolved with it and still is so     |

Each is notified once, as news of the requester's own request: in its thread, with the link to its page. Receipts,
questions, updates, files and replies stay between the Help Desk and each requester, and so does what the other one
asked for: names and addresses are masked in what was written to the lead's requester. What happened before the mark is
not notified, with two exceptions: a duplicate of a resolved lead is resolved at once, and a duplicate of an open lead
that has a workaround is mailed it.

A duplicate cannot be a new duplicate's lead: its own lead is named instead, so no circle comes about. Of two requests
that are marked as duplicates of each other at the same moment, the one with the smaller number stays the lead. A lead
may become a duplicate of another request: its duplicates are notified through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import spec_lookup
from intake_fn.core.case import Case, accepts, resolved_by
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused, Unconfirmed
from intake_fn.core.events import (
    ActivityCompleted,
    Closed,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    Filed,
    LeadUpdated,
    Linked,
    MarkedDuplicate,
    Overruled,
    Reopened,
    RequesterReplied,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
)
from intake_fn.core.intents import NotifyDuplicates
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import NOTIFIED
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Request
from intake_fn.core.requester_events import Appealed
from intake_fn.core.vocabulary import Category, Progress, Relation, Status
from intake_fn.texts import Message, message

# --- leads and duplicates --------------------------------------------------------------------


def with_lead(case: Case, event: MarkedDuplicate, other: Case) -> MarkedDuplicate:
    """The event with what is known of the other request.

    Raises Refused when that one can't be a lead, Unconfirmed when it is another customer's and that isn't confirmed.
    """
    if other.duplicate_of == case.id:
        raise Refused(f"{other.id} is a duplicate of {case.id} already. Unmark it first, on its own page.")
    if other.status.in_quarantine:
        raise Refused(f"{other.id} is in quarantine. Review it first.")
    if other.duplicate_of:
        raise Refused(f"{other.id} is itself a duplicate of {other.duplicate_of}. Name {other.duplicate_of} instead.")
    if other.id != case.id and are_strangers(case.request, other.request) and not event.confirmed:
        raise Unconfirmed(f"{other.id} is another customer's request. Confirm that it is a duplicate.")
    return replace(event, number=None if other.missing_in_mantis else other.issue)


def are_strangers(request: Request, other: Request) -> bool:
    """Whether two requests are of different customers: of another company, or from another mail domain."""
    return _customer(request) != _customer(other)


def _customer(request: Request) -> tuple[str, str]:
    """Company and mail domain; staff of any office are of one company."""
    company = request.requester.company if request.requester.office == CLIENT else ""
    return " ".join(company.casefold().split()), mailbox(request.requester.email).rpartition("@")[2]


def company_of(request: Request, process: Process) -> str:
    """The requester, for people of the Help Desk to read."""
    requester = request.requester
    domain = requester.email.rpartition("@")[2]
    ours = requester.office != CLIENT
    name = f"our office {process.origin(requester.office)}" if ours else requester.company or process.client_name
    return f"{name} (mail domain {domain})"


def duplicate_change(case: Case, other: Case, at: datetime, actor: str) -> DuplicateAdded | DuplicateRemoved | None:
    """The event by which a lead learns of a duplicate that was marked or unmarked; None when it knows."""
    is_marked, is_known = case.duplicate_of == other.id, case.id in other.duplicates
    if is_marked == is_known:
        return None
    if not is_marked:
        return DuplicateRemoved(at=at, actor=actor, other=case.id)
    return DuplicateAdded(at=at, actor=actor, other=case.id, issue=issue_of_lead(case))


def issue_of_lead(case: Case) -> int | None:
    """The issue of its lead, as far as it knows; None when it does not, and without a lead."""
    numbers = (
        event
        for event in reversed(case.history)
        if isinstance(event, MarkedDuplicate) or (isinstance(event, LeadUpdated) and event.progress is Progress.FILED)
    )
    return next((event.number for event in numbers), None) if case.duplicate_of else None


# --- what is passed on -----------------------------------------------------------------------


def _notify(
    case: Case, progress: Progress, why: Message | None = None, text: str = "", number: int | None = None
) -> _News:
    """News for all duplicates of a case; nothing without any."""
    if case.duplicates:
        yield NotifyDuplicates(case.duplicates, progress, why, masked(text, case), number)


_News = Iterator[NotifyDuplicates]


def on_filed(_: Case, __: Filed, after: Case, ___: Process) -> _News:
    """The issue that the duplicates are duplicates of."""
    yield from _notify(after, Progress.FILED, number=after.issue)


def on_lead_updated(_: Case, event: LeadUpdated, after: Case, __: Process) -> _News:
    """News of our own lead that changes nothing here; what changes something is notified by that event."""
    if event.progress in NOTIFIED:
        yield from _notify(after, event.progress, event.why, event.text)


def on_overruled(before: Case, event: Overruled, after: Case, __: Process) -> _News:
    """The decision and its reason; an appeal that changes nothing resolves it as before."""
    done = resolved_by(after)
    if before.status.is_open and after.status.is_done and done:
        if after.duplicates:
            yield _resolution(after.duplicates, done, after)
        return
    yield from _notify(after, Progress.DECIDED, message("lead.decided", category=event.category), event.reason)


def on_escalated(_: Case, __: Escalated, after: Case, process: Process) -> _News:
    """Who handles it now."""
    person, level = process.person(after.handler).name, process.level(after.level).name
    yield from _notify(after, Progress.ESCALATED, message("lead.escalated", person=person, level=level))


def on_update(_: Case, event: UpdateSent, after: Case, __: Process) -> _News:
    """A workaround that the requester was mailed, without its files; any other update is for that requester alone."""
    if event.workaround:
        yield from _notify(after, Progress.WORKAROUND, message("lead.workaround"), event.text)


def on_resolved(_: Case, event: Resolved, after: Case, __: Process) -> _News:
    """How it was resolved."""
    if after.duplicates:
        yield _resolution(after.duplicates, event, after)


def on_reopened(_: Case, event: Reopened, after: Case, __: Process) -> _News:
    """Why it is open again."""
    yield from _notify(after, Progress.REOPENED, text=event.reason)


def on_replied(before: Case, event: RequesterReplied, after: Case, _: Process) -> _News:
    """A reply to what is done opens it again, unless it says that it works; its words are not for others."""
    if not before.status.is_open and not accepts(before, event):
        yield from _notify(after, Progress.REOPENED)


def on_appealed(before: Case, _: Appealed, after: Case, __: Process) -> _News:
    """An appeal against the decision on what is done opens it again; its words are not for others."""
    if not before.status.is_open:
        yield from _notify(after, Progress.REOPENED)


def on_closed(_: Case, __: Closed, after: Case, ___: Process) -> _News:
    """The news that the lead is closed."""
    yield from _notify(after, Progress.CLOSED)


def _resolution(others: tuple[str, ...], event: Resolved, case: Case) -> NotifyDuplicates:
    """What came of a case, for others."""
    text = masked(event.resolution, case)
    return NotifyDuplicates(others, Progress.RESOLVED, None, text, None, event.outcome, event.fixed_in)


def on_added(_: Case, event: DuplicateAdded, case: Case, __: Process) -> _News:
    """The news for the new duplicate alone: what has happened to the lead before."""
    if case.issue not in (None, event.issue) and not case.missing_in_mantis:
        yield NotifyDuplicates((event.other,), Progress.FILED, number=case.issue)
    workaround = _workaround_of(case)
    if workaround:
        yield NotifyDuplicates(
            (event.other,), Progress.WORKAROUND, message("lead.workaround"), masked(workaround, case)
        )
    done = resolved_by(case)
    if done and not case.status.is_open:
        yield _resolution((event.other,), done, case)


def _workaround_of(case: Case) -> str:
    """What was mailed last as a workaround for an open request; "" for none."""
    given = filter(None, map(workaround_in, reversed(case.history)))
    return next(given, "") if case.status.is_open else ""


def workaround_in(event: Event) -> str:
    """The workaround that an event sent to the requester, also one of a log before UpdateSent; "" for none."""
    if isinstance(event, UpdateSent):
        return event.text if event.workaround else ""
    return event.note if isinstance(event, ActivityCompleted) and event.mailed else ""


def lead_update(
    duplicate: Case, intent: NotifyDuplicates, item: str, lead: Case, at: datetime, actor: str
) -> LeadUpdated | None:
    """The event by which a duplicate learns of its lead's progress; None when it is unmarked, or knows it.

    A person who sent both requests is notified as the lead's requester, and not once more.
    """
    known = any(isinstance(event, LeadUpdated) and event.item == item for event in duplicate.history)
    if known or duplicate.duplicate_of != lead.id:
        return None
    theirs, others = (mailbox(case.request.requester.email) for case in (duplicate, lead))
    return LeadUpdated(
        at=at,
        actor=actor,
        other=lead.id,
        item=item,
        progress=intent.progress,
        why=intent.why,
        text=intent.text,
        number=intent.number,
        told=theirs != others,
        category=lead.category,
        outcome=intent.outcome,
        fixed_in=intent.fixed_in,
    )


def after_marked(case: Case, event: MarkedDuplicate, _: Process) -> Iterator[Event]:
    """A duplicate here is a duplicate in Mantis."""
    yield from duplicate(case, event, event.number)


def after_unmarked(case: Case, event: UnmarkedDuplicate, _: Process) -> Iterator[Event]:
    """The relation in Mantis is removed, too."""
    yield from _unlinked(case, event, issue_of_lead(case))


def after_added(case: Case, event: DuplicateAdded, process: Process) -> Iterator[Event]:
    """Where two requests were marked as duplicates of each other, the one with the smaller id stays the lead."""
    if event.other == case.duplicate_of and case.id < event.other:
        unmarked = UnmarkedDuplicate(at=event.at, actor=event.actor)
        yield unmarked
        yield from after_unmarked(case, unmarked, process)


def consequences(case: Case, event: LeadUpdated, _: Process) -> Iterator[Event]:
    """The events of a duplicate that follow from its lead's progress; none when it stays as it is."""
    make = _CONSEQUENCES.get(event.progress)
    if make:
        yield from make(case, event)


def masked(text: str, *cases: Case) -> str:
    """What was written to the requester of a case, for others' eyes: nobody of these cases is named."""
    people = (case.request.requester.name for case in cases)
    named = (case.request.details.get(name, "") for case in cases for name in ("person_name", "approver"))
    companies = (case.request.requester.company for case in cases)
    clients = (case.request.details.get("client_company", "") for case in cases)
    return spec_lookup.Masking((*people, *named), (*companies, *clients)).mask(text)


# --- consequences ----------------------------------------------------------------------------


def _relink(case: Case, event: LeadUpdated) -> Iterator[Event]:
    """The lead has a new issue: the old one is missing in Mantis, or there was none yet."""
    before = issue_of_lead(case)
    if before != event.number:
        yield from _unlinked(case, event, before)
    yield from duplicate(case, event, event.number)


def _unlinked(case: Case, event: Event, number: int | None) -> Iterator[Unlinked]:
    """Remove the relation to this issue in Mantis, if there is one."""
    if number and case.links.get(number) is Relation.DUPLICATE:
        yield Unlinked(at=event.at, actor=event.actor, number=number)


def duplicate(case: Case, event: Event, number: int | None) -> Iterator[Linked]:
    """Relate it in Mantis to its lead's issue as a duplicate, unless it is related already."""
    if number and number != case.issue and case.links.get(number) is not Relation.DUPLICATE:
        yield Linked(at=event.at, actor=event.actor, number=number, relation=Relation.DUPLICATE)


def _resolve(case: Case, event: LeadUpdated) -> Iterator[Event]:
    """What is undecided even then, for the other one was resolved before that had to be, waits for a person."""
    undecided = case.category is Category.UNDECIDED and event.category is Category.UNDECIDED
    if case.status.is_open and not undecided and not case.appealed:
        done = Resolved(at=event.at, actor=event.actor, resolution=event.text)
        yield replace(done, outcome=event.outcome, fixed_in=event.fixed_in)


def _reopen(case: Case, event: LeadUpdated) -> Iterator[Event]:
    if not case.status.is_open and _resolved_with_it(case):
        yield Reopened(at=event.at, actor=event.actor, reason=event.text)


def _close(case: Case, event: LeadUpdated) -> Iterator[Event]:
    if case.status is Status.RESOLVED and _resolved_with_it(case):
        yield Closed(at=event.at, actor=event.actor)


_CONSEQUENCES: Mapping[Progress, Callable[[Case, LeadUpdated], Iterator[Event]]] = {
    Progress.FILED: _relink,
    Progress.RESOLVED: _resolve,
    Progress.REOPENED: _reopen,
    Progress.CLOSED: _close,
}


def _resolved_with_it(case: Case) -> bool:
    """Whether what resolved it last was that the other one was resolved."""
    places = [place for place, event in enumerate(case.history) if isinstance(event, Resolved)]
    cause = case.history[places[-1] - 1] if places else None
    return isinstance(cause, LeadUpdated) and cause.progress is Progress.RESOLVED and cause.other == case.duplicate_of
