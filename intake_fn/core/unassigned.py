"""Unassigned requests: support.yml no longer has their handler or their level, or, at least, their office.

They stay readable, and nothing about them fails. Until somebody takes an unassigned request, whoever would get it now
looks after it (`escalation.keeper`): mail goes to them, and it is on top of their list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

from intake_fn.core.case import Case
from intake_fn.core.escalation import keeper
from intake_fn.core.events import Escalated, Event, HandedOver
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import name_of
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.core.process import CLIENT, IN_MANTIS, NOT_THIS_LEVEL, Person, Process
from intake_fn.core.vocabulary import Stage
from intake_fn.texts import Message, message


class Assignment(Protocol):
    """Who a request is assigned to, as a case or its row in a queue has it."""

    @property
    def level(self) -> int:
        """The level that it is at."""
        ...

    @property
    def handler(self) -> str:
        """Who handles it there."""
        ...

    @property
    def stage(self) -> Stage:
        """Where it stands as a change request."""
        ...


class MissingReference(NamedTuple):
    """What a request refers to and support.yml no longer has, and what to do about it."""

    what: str
    remedy: str


def unassigned(request: Assignment, process: Process) -> Iterator[MissingReference]:
    """Why nobody has the request; nothing for one that is assigned."""
    if process.has_left(request.handler):
        name = name_of(request.handler, process)
        remedy = (
            f"`specdesk hand-over {request.handler} TO` gives it to somebody; "
            f"at the desk {_who_may_take(request)} may take it"
        )
        yield MissingReference(f"handled by {name}, who has left", remedy)
    if request.level not in process.levels:
        to = process.level(request.level).escalates_to[0]
        remedy = f"Escalate it to level {to} at the desk, or `specdesk hand-over {request.handler} TO`"
        yield MissingReference(f"at level {request.level}, which is no more", remedy)


def _who_may_take(request: Assignment) -> str:
    if request.stage.is_undecided:
        return "the owner of its module"
    return "anybody" if request.stage.is_approved else "anybody of its level"


def candidates(request: Assignment, process: Process) -> list[Person]:
    """The people who may be assigned the request now: of its level, or of the next one where that is gone."""
    level = process.level(request.level)
    current = process.levels[level.escalates_to[0]] if request.level not in process.levels else level
    return [process.people[name] for name in current.resources]


def missing_references(case: Case, process: Process) -> Iterator[MissingReference]:
    """Why nobody has the request, and whether its office is gone."""
    yield from unassigned(case, process)
    office = case.request.requester.office
    if office not in (CLIENT, IN_MANTIS, *process.offices):
        remedy = "Put the office back, or let it be: it is counted in the hours of whoever has no office"
        yield MissingReference(f"from the office {office!r}, which is gone", remedy)


def readdressed(notice: SendNotice, case: Case, process: Process) -> SendNotice:
    """The notice to the person that it is for by now; no mail goes to somebody who has left.

    An SLA alert goes to whoever handles the case: it may have been handed over while the mail was pending.
    """
    if NOTICES.get(notice.notice) is not Audience.HELP_DESK:
        return notice
    boxes = {mailbox(person.address) for person in process.people.values()}
    if mailbox(notice.to) in boxes and "share" not in notice.fields:
        return notice
    person = keeper(case, process)
    to_keeper = replace(notice, to=person.address, fields={**notice.fields, "name": person.name})
    if notice.notice == "assigned" and process.has_left(case.handler):
        return replace(to_keeper, notice="orphaned", why=(message("why.left", person=name_of(case.handler, process)),))
    return to_keeper


def former_recipient(address: str, process: Process) -> Message | None:
    """Why nothing is mailed to an address, also about requests of its own; None unless its person has left."""
    names = {mailbox(person.address): person.name for person in process.former.values() if person.address}
    name = names.get(mailbox(address))
    return message("skipped.left", person=name) if name else None


def handed_over(case: Case, whom: str, to: str, process: Process, at: datetime, actor: str, why: str) -> Event | None:
    """The event that hands the case of `whom` over to `to`; None when they do not handle it (any more).

    From a level that is gone it is escalated to the next one.
    """
    if case.handler != whom:
        return None
    if case.level in process.levels:
        return HandedOver(at=at, actor=actor, handler=to, note=why)
    level = process.level(case.level).escalates_to[0]
    return Escalated(at=at, actor=actor, level=level, handler=to, reason=NOT_THIS_LEVEL, note=why)
