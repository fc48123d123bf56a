"""Where a request goes: its front end, the levels that it may be escalated to, and who gets it there. Pure.

Source: the process page, "Escalation" and "Help Desk Level 0" to "Level 4". What a step does to a case is a row of
core/lifecycle.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from zlib import crc32

from intake_fn.core.case import Case, module_of
from intake_fn.core.errors import Refused
from intake_fn.core.events import Escalated, HandedOver, Received
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process import CLIENT, IN_MANTIS, OTHER, Level, Person, Process
from intake_fn.core.request import Channel, Priority, Request


def front_end(request: Request, process: Process, case_id: str = "") -> tuple[int, str]:
    """Level and handler that a request meets first. Raises Refused for an office that is not there.

    Seed: Level 0 is the front end for users outside the New York office, Level 1 for those of the New
    York office and for client users. Which office has which is data of support.yml.
    """
    office = request.requester.office
    if office not in process.offices and office != CLIENT and request.channel is not Channel.MANTIS:
        known = ", ".join((*process.offices, CLIENT))
        raise Refused(f"There is no office {office!r}. Please choose one of {known}.")
    return routed(request, process, case_id)


def routed(request: Request, process: Process, case_id: str) -> tuple[int, str]:
    """Level and handler; those of client companies for Mantis, and for an office that support.yml has no more."""
    office = process.offices.get(request.requester.office)
    level = office.front_end if office else process.client_front_end
    return level, _handler(level, request, process, case_id)


def origin(request: Request, process: Process) -> Request:
    """A request as if by a form: one from Mantis is of the office whose liaison created it, else a client's."""
    if request.requester.office != IN_MANTIS:
        return request
    people = process.people
    box = mailbox(request.requester.email)
    of_liaison = (
        office.id
        for office in process.offices.values()
        if box and office.liaison in people and mailbox(people[office.liaison].address) == box
    )
    return replace(request, requester=replace(request.requester, office=next(of_liaison, CLIENT)))


def handler_at(level: int, case: Case, process: Process) -> str:
    """The resource of a level who gets a case that comes there.

    Level 0: the liaison of the requester's office. A level with specialities (seed, Level 3: "server
    issues, firewall issues" and "all other issues"): by the module's, else by what it says. Others: spread over the
    level's resources by the case's id, so that the choice can be recomputed. For a level that support.yml does not have
    any more, the one that has its requests now.
    """
    return _handler(_present(level, process), replace(case.request, module=module_of(case)), process, case.id)


def _present(level: int, process: Process) -> int:
    """The level itself, or the next one where support.yml does not have it any more."""
    return level if level in process.levels else process.level(level).escalates_to[0]


def _handler(level: int, request: Request, process: Process, case_id: str) -> str:
    row = process.levels[level]
    office = process.offices.get(request.requester.office)
    if office and office.front_end == level and office.liaison:
        return office.liaison
    if row.specialities:
        return row.specialities.get(_speciality(row, request, process), row.specialities[OTHER])
    return row.resources[crc32(case_id.encode()) % len(row.resources)]


def colleagues(case: Case, process: Process) -> tuple[str, ...]:
    """The people to whom its handler may hand a request over without a change of level.

    Others of its level; of a change that the Board has not decided, the owner of its module where that is somebody else
    by now; of an approved one, everybody.
    """
    people = process.level(case.level).resources
    if case.stage.is_undecided:
        people = _owner(case, process)
    elif case.stage.is_approved:
        people = tuple(process.people)
    return tuple(person for person in people if person != case.handler)


def _owner(case: Case, process: Process) -> tuple[str, ...]:
    module = process.modules.get(module_of(case))
    return (module.owner,) if module else ()


def keeper(case: Case, process: Process) -> Person:
    """Who looks after a case: its handler; of one who has left, whoever would get it at its level now.

    A change on its way is looked after by the owner of its module.

    They are told of it and find it on top of their list. It is not theirs before somebody takes it.
    """
    if not process.has_left(case.handler):
        return process.people[case.handler]
    if case.stage.is_on_its_way and (owner := _owner(case, process)):
        return process.people[owner[0]]
    return process.people[handler_at(case.level, case, process)]


def arrival(request: Request, process: Process, case_id: str = "") -> tuple[int, str]:
    """Level and handler that get a request when it comes: its front end, or the level of its priority at once."""
    level, handler = front_end(request, process, case_id)
    at = process.priorities[request.priority].handled_at
    return (level, handler) if at is None or level == at else (at, _handler(at, request, process, case_id))


def speciality_of(request: Request, process: Process) -> str:
    """The speciality of a request at the first level that has specialities, by its module and its words."""
    row = next((level for level in process.levels.values() if level.specialities), None)
    return _speciality(row, request, process) if row else OTHER


def _speciality(level: Level, request: Request, process: Process) -> str:
    module = process.modules.get(request.module)
    if module and module.speciality in level.specialities:
        return module.speciality
    text = " ".join(f"{request.summary} {request.description} {request.steps}".casefold().split())
    for name, phrases in level.speciality_words.items():
        if any(re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", text) for phrase in phrases):
            return name
    return OTHER


def last_handler_at(level: int, case: Case, process: Process) -> str:
    """Who had the case at a level the last time, if they are still there; else who would get it now."""
    handler, at = handler_at(level, case, process), None
    resources = process.levels[_present(level, process)].resources
    for event in case.history:
        at = event.level if isinstance(event, Received | Escalated) else at
        if at == level and isinstance(event, Received | Escalated | HandedOver):
            handler = event.handler if event.handler in resources else handler
    return handler


def proposed_module(case: Case, process: Process, clause: str = "") -> str:
    """The module that a request seems to belong to: the one it has, if that says anything; else that of the clause.

    The clause is the one that a person decided by or the requester names, else the nearest one that the judge found.
    """
    here = module_of(case)
    if says_something(here, process):
        return here
    named = process.modules.get(here)
    near = case.verdict.get("citations", ()) if case.verdict else ()
    cites = (clause, case.request.clause, *(row["clause"] for row in near[:1]))
    return next(filter(None, (module_of_clause(cited, process) for cited in cites)), here if named else "")


def module_of_clause(clause: str, process: Process) -> str:
    """The module to whose spec a clause belongs, cited as page#anchor; "" for none."""
    page = clause.partition("#")[0]
    return next((module.id for module in process.modules.values() if page and page in module.spec), "")


def says_something(module: str, process: Process) -> bool:
    """Whether a module says what a request is about; "Something else" does not."""
    named = process.modules.get(module)
    return named is not None and bool(named.spec or named.speciality)


def level_for(case: Case, priority: Priority, process: Process) -> int:
    """Where a case belongs with a priority: at that one's level, else where it is, or the next below that holds it."""
    rule = process.priorities[priority]
    if rule.handled_at is not None:
        return rule.handled_at
    return max((level for level in rule.levels if level <= case.level), default=case.level)


def ways_down(case: Case, process: Process) -> tuple[int, ...]:
    """The levels to which a case can be sent back: those that escalate to its own, not below its front end."""
    first, _ = routed(case.request, process, case.id)
    below = (level for level in process.levels.values() if case.level in level.escalates_to)
    return tuple(level.number for level in below if first <= level.number < case.level)


def ways_up(case: Case, process: Process) -> tuple[int, ...]:
    """The levels to which a case can be escalated; one that is below the level of its priority goes there."""
    at = process.priorities[case.priority].handled_at
    return process.level(case.level).escalates_to if at is None or case.level >= at else (at,)
