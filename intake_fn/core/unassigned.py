"""Requests that refer to what support.yml names no more: a handler who has left, a level or an office that is gone.

They stay readable, and nothing about them fails. Until somebody takes such a request, whoever would get it now looks
after it (`escalation.keeper`): mail goes to them, and it stands on top of their list.
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
from intake_fn.core.process import CLIENT, NOT_THIS_LEVEL, Person, Process
from intake_fn.texts import Message, message


class Held(Protocol):
    """A request as far as it says who has it: a case, or its row in a queue."""

    @property
    def level(self) -> int:
        """The level that holds it."""
        ...

    @property
    def handler(self) -> str:
        """Who handles it there."""
        ...


class Gone(NamedTuple):
    """What of a request is gone, and what to do about it."""

    what: str
    remedy: str


def orphaned(held: Held, process: Process) -> Iterator[Gone]:
    """Why nobody can go on with a request as it is; nothing for all others."""
    if process.has_left(held.handler):
        name = name_of(held.handler, process)
        remedy = (
            f"`specdesk hand-over {held.handler} TO` gives it to somebody; at the desk anybody of its level may take it"
        )
        yield Gone(f"handled by {name}, who has left", remedy)
    if held.level not in process.levels:
        to = process.level(held.level).escalates_to[0]
        remedy = f"Escalate it to level {to} at the desk, or `specdesk hand-over {held.handler} TO`"
        yield Gone(f"at level {held.level}, which is no more", remedy)


def beside(held: Held, process: Process) -> list[Person]:
    """Who is at the level that a request is at, or goes to from one that is gone: one of them would get it now."""
    level = process.level(held.level)
    there = process.levels[level.escalates_to[0]] if held.level not in process.levels else level
    return [process.people[name] for name in there.resources]


def homeless(case: Case, process: Process) -> Iterator[Gone]:
    """The same, and what else of a request is gone."""
    yield from orphaned(case, process)
    office = case.request.requester.office
    if office != CLIENT and office not in process.offices:
        remedy = "Put the office back, or let it be: it is counted in the hours of whoever has no office"
        yield Gone(f"from the office {office!r}, which is gone", remedy)


def addressed(notice: SendNotice, case: Case, process: Process) -> SendNotice:
    """The notice to whoever it is for by now; no mail goes to somebody who has left.

    One about an alarm goes to whoever has the case: it may have been handed over while the mail waited.
    """
    if NOTICES.get(notice.notice) is not Audience.HELP_DESK:
        return notice
    boxes = {mailbox(person.address) for person in process.people.values()}
    if mailbox(notice.to) in boxes and "share" not in notice.fields:
        return notice
    person = keeper(case, process)
    found = replace(notice, to=person.address, fields={**notice.fields, "name": person.name})
    if notice.notice == "assigned" and process.has_left(case.handler):
        return replace(found, notice="orphaned", why=(message("why.left", person=name_of(case.handler, process)),))
    return found


def gone_away(address: str, process: Process) -> Message | None:
    """Why nothing is mailed to an address, also about requests of its own; None unless its person has left."""
    names = {mailbox(person.address): person.name for person in process.former.values() if person.address}
    name = names.get(mailbox(address))
    return message("skipped.left", person=name) if name else None


def handing_over(case: Case, whom: str, to: str, process: Process, at: datetime, actor: str, why: str) -> Event | None:
    """The event that gives to `to` what `whom` handles; None when they do not (any more).

    From a level that is gone it goes to the next one.
    """
    if case.handler != whom:
        return None
    if case.level in process.levels:
        return HandedOver(at=at, actor=actor, handler=to, note=why)
    level = process.level(case.level).escalates_to[0]
    return Escalated(at=at, actor=actor, level=level, handler=to, reason=NOT_THIS_LEVEL, note=why)
