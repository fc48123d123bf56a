"""The intents that follow from an event: what goes to Mantis, by mail and to the judge because of it. Pure.

Which intents follow from which event is a column of core/lifecycle.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from intake_fn.core.appeals import outcome_of_appeal
from intake_fn.core.case import Case, accepts, module_of
from intake_fn.core.change_events import BoardDecided, OwnerDeclined, SentToOwner
from intake_fn.core.escalation import keeper, last_handler_at, origin, routed
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    Escalated,
    Event,
    Filed,
    HandedOver,
    Judged,
    LeadUpdated,
    Linked,
    LinkRequested,
    MailFailed,
    MarkedDuplicate,
    Noted,
    Overruled,
    Refiled,
    Released,
    Reopened,
    Reprioritised,
    RequesterRead,
    RequesterReplied,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
    Warned,
)
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    Intent,
    JudgeInShadow,
    JudgeRequest,
    NotifyLead,
    RelateIssue,
    SendNotice,
    UpdateIssue,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import NOTIFIED, files_told, has_a_note, makes_a_note, outcome_of, reply_of
from intake_fn.core.names import actor_of, name_of
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Channel, Priority
from intake_fn.core.sla import calendar_of
from intake_fn.core.sla_alerts import Alert, send_after, share_of
from intake_fn.core.vocabulary import Category, Outcome, Stage, Status
from intake_fn.texts import Message, message

SHADOW = timedelta(minutes=1)
"""How long after the verdict a language model speaks in the shadow: the requester does not wait for it."""


def on_released(_: Case, __: Released, ___: Case, ____: Process) -> Iterator[Intent]:
    """Now it begins; what was said meanwhile follows the issue (`_filing`)."""
    yield JudgeRequest()


def on_judged(before: Case, event: Judged, after: Case, process: Process) -> Iterator[Intent]:
    """The verdict makes it an issue; one that comes after a person's decision is only recorded."""
    if before.status is Status.NEW:
        yield from _filing(before, after, process)
    if process.judge.shadow:
        yield JudgeInShadow(event.at + SHADOW)


def on_overruled(before: Case, event: Overruled, after: Case, process: Process) -> Iterator[Intent]:
    """A decision moves the issue to its project; where the judge could not speak, it makes the issue."""
    if before.status is Status.NEW:
        yield from _filing(before, after, process)
    else:
        yield from in_mantis(after)
        read = [message(f"stance.{event.stance}")] if event.stance else []
        notice = "appeal-decided" if before.appealed else "overruled"
        of_appeal = outcome_of_appeal(before, event, after, process) if before.appealed else ()
        yield to_requester(after, notice, *read, *of_appeal, *_way(before, after, process), text=event.reason)
        if after.handler != before.handler:
            yield _to_handler(after, process, "assigned", _assignment(after), text=event.reason)


def _filing(before: Case, case: Case, process: Process) -> Iterator[Intent]:
    """File the issue unless a person has, let follow what was said while the case was new, and tell both sides."""
    if case.issue is None:
        yield FileIssue()
    if any(map(makes_a_note, case.history)):
        yield BackfillNotes()
    if case.issue is not None:
        yield UpdateIssue()
    yield to_requester(case, "receipt", *_way(before, case, process))
    if process.has_left(case.handler):
        yield _to_handler(case, process, "orphaned", message("why.left", person=name_of(case.handler, process)))
    else:
        yield _to_handler(case, process, "assigned", _assignment(case))


def _assignment(case: Case) -> Message:
    """Why whoever handles it gets it: a change is assessed by the owner of its module."""
    if case.stage is Stage.OWNER:
        return message("why.owner")
    if case.category is Category.CHANGE and case.stage is Stage.NONE:
        return message("why.choose")
    if case.request.channel is Channel.MANTIS and not any(map(_was_with_owner, case.history)):
        return message("why.taken-in")
    return message("why.no-change") if any(map(_was_with_owner, case.history)) else message("why.new")


def _was_with_owner(event: Event) -> bool:
    """Whether it went to the owner of a module as a change."""
    owned = isinstance(event, Judged | Overruled) and event.category is Category.CHANGE and event.handler
    return bool(owned) or isinstance(event, SentToOwner)


def _way(before: Case, after: Case, process: Process) -> tuple[Message, ...]:
    """What a change's requester is told of the way that begins."""
    if after.category is not Category.CHANGE or before.category is Category.CHANGE or after.status.is_done:
        return ()
    module = process.modules.get(module_of(after))
    if after.stage is not Stage.OWNER or module is None:
        return (message("step.choose"),)
    return (message("step.owner", person=name_of(after.handler, process), module=module.name),)


def on_filed(_: Case, event: Filed, __: Case, ___: Process) -> Iterator[Intent]:
    """What was done there before we knew of it was no sync's business; an update looks at it first."""
    if event.late:
        yield UpdateIssue()


def on_noted(before: Case, event: Noted, after: Case, process: Process) -> Iterator[Intent]:
    """A colleague's note goes to Mantis, and by mail to each colleague whom it mentions."""
    if _has_an_issue(before):
        yield AddNote(after.version)
    why = message("why.mentioned", actor=actor_of(event, process))
    for mention in event.mentions:
        person = process.people.get(mention)
        if person:
            yield SendNotice("mentioned", person.address, {"name": person.name, "text": event.text}, why=(why,))


def on_requester_read(before: Case, _: RequesterRead, after: Case, __: Process) -> Iterator[Intent]:
    """What the requester says of a clause goes to Mantis."""
    if _has_an_issue(before):
        yield AddNote(after.version)


def on_escalated(before: Case, event: Escalated, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the new handler and the requester learn of it."""
    yield from in_mantis(after)
    yield from on_moved("why.escalated", before, event, after, process)
    yield to_requester(after, "escalated", message("why.escalated-from", level=before.level, reason=event.reason))


def on_moved(key: str, before: Case, event: Escalated, after: Case, process: Process) -> Iterator[Intent]:
    """Whoever gets it at another level learns from where it comes and why."""
    why = message(key, actor=actor_of(event, process), level=before.level, reason=event.reason)
    yield _to_handler(after, process, "assigned", why, text=event.note)


def on_handed_over(_: Case, event: HandedOver, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis and the new handler learn of it."""
    yield from in_mantis(after)
    why = message("why.handed-over", actor=actor_of(event, process))
    yield _to_handler(after, process, "assigned", why, text=event.note)


def on_reprioritised(_: Case, __: Reprioritised, after: Case, ___: Process) -> Iterator[Intent]:
    """Mantis and the requester learn of it."""
    yield from in_mantis(after)
    yield to_requester(after, "priority")


def on_asked(_: Case, event: AskedRequester, after: Case, __: Process) -> Iterator[Intent]:
    """Mantis has the question, and the requester is mailed it."""
    yield from in_mantis(after)
    yield to_requester(after, "question", *files_told(event), text=event.question)


def on_replied(before: Case, event: RequesterReplied, after: Case, process: Process) -> Iterator[Intent]:
    """What was asked or reported goes to the handler; that it works is kept, in Mantis too, and asks for nothing."""
    if accepts(before, event):
        yield AddNote(after.version)
        return
    if event.in_mantis:
        yield UpdateIssue()
    elif _has_an_issue(before):
        yield from in_mantis(after)
    if not before.status.in_quarantine:
        yield _to_handler(after, process, "replied", text=reply_of(event))


def on_link_requested(_: Case, __: LinkRequested, after: Case, ___: Process) -> Iterator[Intent]:
    """The requester is mailed the link."""
    yield to_requester(after, "link")


def on_resolved(before: Case, event: Resolved, after: Case, process: Process) -> Iterator[Intent]:
    """Seed, Level 4: "Once completed notify Level 3 by e-mail"."""
    yield from _unless_done_in_mantis(event, after)
    if event.outcome is Outcome.WITHDRAWN:
        yield to_requester(after, "withdrawn")
        yield _to_handler(after, process, "withdrew", text=event.resolution)
        return
    if refused := _declined(before):
        yield to_requester(after, "change", refused, message("step.object"), text=event.resolution)
    else:
        yield to_requester(after, "resolved", *outcome_of(event), *files_told(event), text=event.resolution)
    informed = process.level(before.level).notifies_on_completion
    if informed is not None:
        person = process.people[last_handler_at(informed, before, process)]
        completed = message("why.completed", actor=actor_of(event, process), level=before.level)
        fields = {"name": person.name, "text": event.resolution}
        yield SendNotice("completed", person.address, fields, why=(completed, *outcome_of(event)))


def _declined(before: Case) -> Message | None:
    """The message that the owner or the Board declined the change; None for all else."""
    last = before.history[-1]
    if before.stage is not Stage.DECLINED or not isinstance(last, BoardDecided | OwnerDeclined):
        return None
    return message("step.declined" if isinstance(last, BoardDecided) else "step.owner-declined")


def on_reopened(_: Case, event: Reopened, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the requester and the handler learn of it."""
    yield from in_mantis(after)
    with_lead = () if event.reason else (message("lead.reopened"),)
    yield to_requester(after, "reopened", *with_lead, text=event.reason)
    why = message("why.reopened", actor=actor_of(event, process))
    yield _to_handler(after, process, "returned", why, *with_lead, text=event.reason)


def on_closed(_: Case, event: Closed, after: Case, __: Process) -> Iterator[Intent]:
    """Mantis and the requester learn of it."""
    yield from _unless_done_in_mantis(event, after)
    yield to_requester(after, "closed")


def on_activity_completed(_: Case, event: ActivityCompleted, after: Case, __: Process) -> Iterator[Intent]:
    """What was written about it belongs into Mantis."""
    if makes_a_note(event):
        yield AddNote(after.version)


def on_linked(_: Case, event: Linked, __: Case, ___: Process) -> Iterator[Intent]:
    """The issues are related in Mantis."""
    yield RelateIssue(event.number, event.relation)


def on_unlinked(_: Case, event: Unlinked, __: Case, ___: Process) -> Iterator[Intent]:
    """The issues are related no more in Mantis."""
    yield RelateIssue(event.number, None)


def on_refiled(_: Case, __: Refiled, ___: Case, ____: Process) -> Iterator[Intent]:
    """The new issue gets all notes and links that the lost one had from us."""
    yield FileIssue()
    yield BackfillNotes()


def on_marked(_: Case, event: MarkedDuplicate, after: Case, __: Process) -> Iterator[Intent]:
    """The lead, Mantis and the requester learn of it."""
    yield NotifyLead(event.other)
    yield AddNote(after.version)
    yield to_requester(after, "joined")


def on_unmarked(before: Case, _: UnmarkedDuplicate, after: Case, __: Process) -> Iterator[Intent]:
    """What is done is a duplicate in Mantis no more, by its resolution either."""
    yield NotifyLead(before.duplicate_of)
    if after.status.is_done:
        yield UpdateIssue()
    yield AddNote(after.version)
    yield to_requester(after, "parted", message("why.stands-alone" if after.status.is_open else "why.stays-done"))


def on_lead_updated(before: Case, event: LeadUpdated, after: Case, _: Process) -> Iterator[Intent]:
    """A new category goes to Mantis; news that changes nothing here is mailed."""
    if after.category is not before.category:
        yield UpdateIssue()
    if event.progress in NOTIFIED and event.told:
        yield to_requester(after, "heard", *filter(None, (event.why,)), text=event.text)


def on_alert(_: Case, event: Alert, after: Case, process: Process) -> Iterator[Intent]:
    """The handler is mailed, in their working hours unless it is urgent."""
    zone = calendar_of(after, process).zone
    about = {"share": str(share_of(event)), "due": event.due.isoformat()}
    name, key = ("warned", "why.warned") if isinstance(event, Warned) else ("breached", "why.breached")
    notice = _to_handler(after, process, name, message(key, zone=zone, **about), **about)
    yield replace(notice, after=send_after(after, process, event.at))


def on_breached(before: Case, event: Breached, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis has a note, and the handler is mailed."""
    if _has_an_issue(before):
        yield AddNote(after.version)
    yield from on_alert(before, event, after, process)


def on_changed_in_mantis(_: Case, event: ChangedInMantis, after: Case, __: Process) -> Iterator[Intent]:
    """The one who changed it reads why, where Mantis alone does not tell."""
    yield UpdateIssue()
    if event.why:
        yield AddNote(after.version)


def on_found_in_mantis(_: Case, __: Event, ___: Case, ____: Process) -> Iterator[Intent]:
    """Bring it in line, and let follow what could not be written while it was missing."""
    yield BackfillNotes()
    yield UpdateIssue()


def on_mail_failed(_: Case, event: MailFailed, after: Case, process: Process) -> Iterator[Intent]:
    """The handler learns whom no mail reaches; of their own mailbox, the highest level for urgent requests."""
    person = keeper(after, process)
    if mailbox(event.to) == mailbox(person.address):
        person = process.people[last_handler_at(max(process.priorities[Priority.URGENT].levels), after, process)]
    if event.failure.lasts and mailbox(event.to) != mailbox(person.address):
        why = message("why.unreached", to=event.to, failure=event.failure)
        yield SendNotice("unreached", person.address, {"name": person.name, "text": event.detail}, why=(why,))


def in_mantis(after: Case) -> Iterator[Intent]:
    """A note of what happened, and the fields of the issue as the case stands now."""
    yield AddNote(after.version)
    yield UpdateIssue()


def _unless_done_in_mantis(event: Resolved | Closed, after: Case) -> Iterator[Intent]:
    """Mantis needs no note of what was done there; the rest is brought in line all the same."""
    if event.in_mantis:
        yield UpdateIssue()
    else:
        yield from in_mantis(after)


def _has_an_issue(before: Case) -> bool:
    """Whether it has one, or is about to; what is said before that follows the issue (`_filing`)."""
    return before.status is not Status.NEW and not before.status.in_quarantine


def copies(before: Case, event: Event, after: Case, process: Process) -> Iterator[SendNotice]:
    """What the front end of its origin reads of a request that is handled elsewhere: each step, no colleague's note."""
    if before.status is Status.NEW and isinstance(event, Judged | Overruled):
        from_mantis = after.request.channel is Channel.MANTIS
        yield from _in_copy(before, after, process, message("why.taken-in" if from_mantis else "why.new"))
    elif _has_an_issue(before) and has_a_note(event):
        yield from _in_copy(before, after, process, about=str(after.version))


def _in_copy(before: Case, after: Case, process: Process, *why: Message, **fields: str) -> Iterator[SendNotice]:
    """The front end of its origin, when a request is or was of a priority that goes past it to another level."""
    at = [process.priorities[case.priority].handled_at for case in (before, after)]
    request = origin(after.request, process)
    office = request.requester.office
    if office != CLIENT and office not in process.offices:  # removed, and its front end with it
        return
    level, handler = routed(request, process, after.id)
    if handler != after.handler and any(handled_at is not None and handled_at != level for handled_at in at):
        person = process.people[handler]
        yield SendNotice("copied", person.address, {"name": person.name, **fields}, why=why)


def to_requester(case: Case, notice: str, *why: Message, **fields: str) -> SendNotice:
    """A mail to the requester. `why` is what we say of it, `fields` what a person wrote."""
    requester = case.request.requester
    return SendNotice(notice, requester.email, {"name": requester.name, **fields}, why=why)


def _to_handler(case: Case, process: Process, notice: str, *why: Message, **fields: str) -> SendNotice:
    person = keeper(case, process)
    return SendNotice(notice, person.address, {"name": person.name, **fields}, why=why)
