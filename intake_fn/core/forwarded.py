"""A mail that a person of the Help Desk forwards for a client: who is its requester. Pure.

Source: docs/process/mail.md, "A mail that is forwarded".

| step                                          | requester       | who forwarded it | who wrote it             |
|-----------------------------------------------|-----------------|------------------|--------------------------|
| the mail comes                                | who forwarded it | requester        | a proposal, not mailed   |
| a person confirms it: `RequesterChanged`      | who wrote it    | in copy          | has the receipt          |
| a person does not: `RequesterKept`            | who forwarded it | requester        | forgotten, never mailed  |

Who is proposed stands in `Request.on_behalf_of` until either has happened, so it happens once. The request goes to the
front end of its new requester where it has not come as far yet: a client's request is none of an office's liaison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from intake_fn.core.addresses import wrong_with
from intake_fn.core.case import Case
from intake_fn.core.copies import MOST
from intake_fn.core.escalation import handler_at, routed
from intake_fn.core.events import AskedRequester, Escalated, Event
from intake_fn.core.intents import AddNote, Intent, SendNotice
from intake_fn.core.lifecycle_intents import to_requester
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import files_told
from intake_fn.core.process import NOT_THIS_LEVEL, Process
from intake_fn.core.requester_events import RequesterChanged, RequesterKept
from intake_fn.core.sla import with_in_time
from intake_fn.core.vocabulary import Status
from intake_fn.texts import message, say


def is_open(case: Case) -> bool:
    """Whether somebody is proposed and not decided on yet; an erased address is nobody's."""
    return bool(case.request.on_behalf_of and case.request.on_behalf_of.email)


def is_proposed(case: Case, event: RequesterChanged | RequesterKept, _: Process) -> Iterator[str]:
    """The address is the proposed one, and was not decided on before."""
    proposed = case.request.on_behalf_of
    if mailbox(event.address) == mailbox(case.request.requester.email):
        yield say("behalf.is-requester", address=event.address)
    elif proposed is None or mailbox(proposed.email) != mailbox(event.address):
        yield say("behalf.not-proposed")


def can_be_requester(case: Case, event: RequesterChanged, _: Process) -> Iterator[str]:
    """The address can be mailed, and there is room in copy for who has forwarded the mail."""
    if wrong := wrong_with(event.address):
        yield wrong
    if len(copies_after(case, event)) > MOST:
        yield say("copy.most", most=MOST)


def copies_after(case: Case, event: RequesterChanged) -> tuple[str, ...]:
    """Who is in copy after it: who was the requester, and all others but the new one."""
    others = tuple(box for box in case.copies if box != mailbox(event.address))
    before = mailbox(case.request.requester.email)
    return others if before in others else (*others, before)


def changed(case: Case, event: RequesterChanged) -> dict[str, Any]:
    """The writer of the forwarded mail is the requester; the forwarder is in copy."""
    requester = case.request.on_behalf_of or case.request.requester
    return {
        "request": replace(case.request, requester=requester, on_behalf_of=None),
        "copies": copies_after(case, event),
    }


def kept(case: Case, _: RequesterKept) -> dict[str, Any]:
    """Nobody is proposed any more."""
    return {"request": replace(case.request, on_behalf_of=None)}


def moved_first(case: Case, event: RequesterChanged, process: Process) -> Iterator[Event]:
    """A request that is below the front end of its new requester goes there, while it is still that of the former."""
    after = replace(case, **changed(case, event))
    level, _ = routed(after.request, process, case.id)
    takes_it = level in process.priorities[case.priority].levels
    if case.level < level and case.level in process.levels and takes_it and not case.stage.is_on_its_way:
        handler = handler_at(level, after, process)
        moved = Escalated(at=event.at, actor=event.actor, level=level, handler=handler, reason=NOT_THIS_LEVEL)
        yield with_in_time(case, moved, process)


def on_requester_changed(before: Case, _: RequesterChanged, after: Case, __: Process) -> Iterator[Intent]:
    """Mantis has a note; the new requester has the receipt and an open question, the former one a link of their own."""
    former = before.request.requester
    yield AddNote(after.version)
    yield to_requester(after, "receipt", message("why.forwarded", person=former.name))
    asked = next((event for event in reversed(before.history) if isinstance(event, AskedRequester)), None)
    if asked and after.status is Status.WAITING:
        yield to_requester(after, "question", *files_told(asked), text=asked.question)
    yield SendNotice("copy", former.email)
