"""Who may do what with a case, and what follows. Everything that affects it is in this file.

Source: the process page, "Escalation" and "Help Desk Level 0" to "Level 4". Three tables tell it all:

- `TRANSITIONS`: which event may happen in which status;
- `RULES`: what else has to hold for an event, each rule a small function that may refuse;
- `OWED`: what we owe the judge, Mantis, the requester or a colleague because of it.

`advance` walks them. It takes the event with its instant and actor, and never looks at a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from intake_fn.core.case import (
    AddNote,
    AskedRequester,
    Case,
    Closed,
    DeliveryFailed,
    Escalated,
    Event,
    Filed,
    FileIssue,
    HandedOver,
    Intent,
    Judged,
    JudgeRequest,
    Noted,
    Overruled,
    Received,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    SendNotice,
    Status,
    Step,
    UpdateIssue,
    apply,
)
from intake_fn.core.errors import Refused
from intake_fn.core.process import Person, Process
from intake_fn.core.request import Priority, Request

URGENT_LEVEL = 3
"""Seed, Level 3: "All urgent issues must be handled at this level"."""

BY_PRIORITY = "urgent"
"""The reason of the one step down that there is: a request at level 4 that becomes urgent."""

_MACHINE = frozenset({Judged, Filed, DeliveryFailed})
_WORK = frozenset({Overruled, Escalated, HandedOver, Reprioritised, Noted, Resolved})

TRANSITIONS: Mapping[Status, frozenset[type[Event]]] = {
    Status.NEW: _MACHINE | {Noted, RequesterReplied},
    Status.OPEN: _MACHINE | _WORK | {AskedRequester, RequesterReplied},
    Status.WAITING: _MACHINE | _WORK | {RequesterReplied},
    Status.RESOLVED: _MACHINE | {Noted, Overruled, Reopened, RequesterReplied, Closed},
    Status.CLOSED: _MACHINE | {Noted, Reopened, RequesterReplied},
}

WORDS: Mapping[type[Event], str] = {
    Judged: "judge",
    Filed: "file",
    DeliveryFailed: "give up a delivery",
    Overruled: "overrule the verdict",
    Escalated: "escalate",
    HandedOver: "hand over",
    Reprioritised: "change the priority",
    AskedRequester: "ask the requester",
    RequesterReplied: "reply",
    Noted: "note",
    Resolved: "resolve",
    Reopened: "reopen",
    Closed: "close",
}


# --- where a request goes ---------------------------------------------------------------------


def front_end(request: Request, process: Process) -> tuple[int, str]:
    """Level and handler that a request meets first.

    Seed: Level 0 is the front end for users outside the New York office, Level 1 for those of the New
    York office and for client users. Which office has which is data of support.yml.
    """
    office = process.offices.get(request.requester.office)
    if office is None:
        level = process.client_front_end
        return level, process.levels[level].resources[0]
    return office.front_end, office.liaison or process.levels[office.front_end].resources[0]


def handler_at(level: int, case: Case, process: Process) -> str:
    """The resource of a level who gets a case that comes there.

    Level 0: the liaison of the requester's office. A level with specialities (seed, Level 3: "server
    issues, firewall issues" and "all other issues"): by the module's. Others: spread over the
    level's resources by the case's id, so that the choice can be recomputed.
    """
    row = process.levels[level]
    office = process.offices.get(case.request.requester.office)
    if office and office.front_end == level and office.liaison:
        return office.liaison
    if row.specialities:
        module = process.modules.get(case.request.module)
        speciality = module.speciality if module else ""
        return row.specialities.get(speciality) or row.specialities.get("other") or row.resources[0]
    return row.resources[crc32(case.id.encode()) % len(row.resources)]


def handlers(level: int, process: Process) -> list[Person]:
    """The people of a level, in the order of support.yml."""
    return [process.people[name] for name in process.levels[level].resources]


# --- what may happen --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """What the desk may offer for a case as it stands."""

    events: frozenset[type[Event]]
    escalate_to: tuple[int, ...]
    hand_over_to: tuple[str, ...]
    priorities: tuple[Priority, ...]


def allowed(case: Case, process: Process) -> Options:
    """The steps that `advance` would not refuse."""
    events = TRANSITIONS[case.status] - _MACHINE
    levels = tuple(
        level for level in process.levels[case.level].escalates_to if level in process.priorities[case.priority].levels
    )
    colleagues = tuple(name for name in process.levels[case.level].resources if name != case.handler)
    offered = {Escalated: bool(levels), HandedOver: bool(colleagues)}
    return Options(
        events=frozenset(event for event in events if offered.get(event, True)),
        escalate_to=levels,
        hand_over_to=colleagues,
        priorities=tuple(p for p in Priority if p != case.priority and _may_become(p, case, process)),
    )


def _may_become(priority: Priority, case: Case, process: Process) -> bool:
    """Urgent is always possible: where it may not stay, the case moves to level 3."""
    return priority is Priority.URGENT or case.level in process.priorities[priority].levels


def take_in(case_id: str, request: Request, now: datetime, process: Process) -> Step:
    """The first step of every case: it is received by its front end, and a verdict is owed."""
    level, handler = front_end(request, process)
    event = Received(at=now, actor="requester", request=request, level=level, handler=handler)
    return Step(apply(None, event, case_id), (event,), (JudgeRequest(),))


def advance(case: Case, event: Event, process: Process) -> Step:
    """Let `event` happen to `case`. Raises Refused, saying what is allowed instead; nothing changes then."""
    may = TRANSITIONS[case.status]
    if type(event) not in may:
        words = ", ".join(sorted(WORDS[kind] for kind in may - _MACHINE))
        raise Refused(
            f"{case.id} is {case.status.value}; to {WORDS.get(type(event), type(event).__name__)} is not possible now. "
            f"Possible are: {words}."
        )
    for rule in RULES.get(type(event), ()):
        rule(case, event, process)
    events = (event, *_consequences(case, event, process))
    owed: list[Intent] = []
    for happened in events:
        case = apply(case, happened)
        if follow := OWED.get(type(happened)):
            owed += follow(case, happened, process)
    return Step(case, events, tuple(_once(owed)))


def _consequences(case: Case, event: Event, process: Process) -> Iterator[Event]:
    """A request at a level that may not hold its new priority moves to level 3, by the same step."""
    if isinstance(event, Reprioritised) and case.level not in process.priorities[event.priority].levels:
        yield Escalated(
            at=event.at,
            actor=event.actor,
            level=URGENT_LEVEL,
            handler=handler_at(URGENT_LEVEL, case, process),
            reason=BY_PRIORITY,
            note="All urgent requests are handled at level 3.",
        )


def _once(owed: list[Intent]) -> Iterator[Intent]:
    """One update of the issue is enough for a step, however many of its events call for it."""
    seen: list[Intent] = []
    for intent in owed:
        if intent not in seen:
            seen.append(intent)
            yield intent


# --- rules: what else has to hold -------------------------------------------------------------

Rule = Callable[[Case, Any, Process], None]


def _level_is_reachable(case: Case, event: Escalated, process: Process) -> None:
    """Escalation goes where support.yml says that the level may escalate to."""
    ways = process.levels[case.level].escalates_to
    if event.level not in ways:
        where = " or ".join(f"level {level}" for level in ways) or "nowhere"
        raise Refused(f"Level {case.level} escalates to {where}, not to level {event.level}.")


def _reason_is_given(case: Case, event: Escalated, process: Process) -> None:
    """Seed: "task is too complex for current level", or the level "is not supposed to handle this type of task"."""
    del case
    if event.reason not in process.escalation_reasons:
        reasons = " or ".join(f"“{text}”" for text in process.escalation_reasons.values())
        raise Refused(f"An escalation needs its reason: {reasons}.")


def _level_may_hold_it(case: Case, event: Escalated, process: Process) -> None:
    """Seed, Level 3: "All urgent issues must be handled at this level"."""
    if event.level not in process.priorities[case.priority].levels:
        name = process.priorities[case.priority].name.lower()
        raise Refused(
            f"An {name} request is never handled at level {event.level}: all urgent ones are handled at level 3. "
            "Lower its priority first, if it is not urgent."
        )


def _handler_works_there(case: Case, event: Escalated | HandedOver, process: Process) -> None:
    """Who handles a request is a resource of the level that holds it."""
    level = event.level if isinstance(event, Escalated) else case.level
    if event.handler not in process.levels[level].resources:
        names = ", ".join(person.name for person in handlers(level, process))
        raise Refused(f"Level {level} is handled by {names}. Choose one of them.")


def _handler_changes(case: Case, event: HandedOver, process: Process) -> None:
    if event.handler == case.handler:
        raise Refused(f"{process.people[case.handler].name} handles it already. Choose a colleague.")


def _priority_changes(case: Case, event: Reprioritised, process: Process) -> None:
    if event.priority == case.priority:
        raise Refused(f"The priority is {case.priority.value} already.")
    if not _may_become(event.priority, case, process):
        raise Refused(f"Level {case.level} may not hold {event.priority.value} requests. Escalate it first.")


def _says_something(case: Case, event: Event, process: Process) -> None:
    """Words that are meant for somebody must be there."""
    del case, process
    for name, ask in _WORDS_NEEDED.items():
        if hasattr(event, name) and not getattr(event, name).strip():
            raise Refused(ask)


_WORDS_NEEDED: Mapping[str, str] = {
    "question": "Write the question that the requester should answer.",
    "text": "Write something first.",
    "resolution": "Write how it was resolved; the requester reads it.",
    "reason": "Give a reason; it is kept with the request.",
}

RULES: Mapping[type[Event], tuple[Rule, ...]] = {
    Overruled: (_says_something,),
    Escalated: (_reason_is_given, _level_is_reachable, _level_may_hold_it, _handler_works_there),
    HandedOver: (_handler_works_there, _handler_changes),
    Reprioritised: (_priority_changes,),
    AskedRequester: (_says_something,),
    RequesterReplied: (_says_something,),
    Noted: (_says_something,),
    Resolved: (_says_something,),
    Reopened: (_says_something,),
}


# --- what is owed because of it ---------------------------------------------------------------

Owed = Callable[[Case, Any, Process], Iterator[Intent]]
"""From the case after an event and the event."""


def _after_judged(case: Case, event: Event, process: Process) -> Iterator[Intent]:
    del event
    yield FileIssue()
    yield SendNotice("receipt", case.request.requester.email)
    yield _to(case.handler, "assigned", process)


def _after_overruled(case: Case, event: Overruled, process: Process) -> Iterator[Intent]:
    clause = event.clause or "the spec is silent"
    yield from _in_mantis(f"Verdict overruled by {event.actor}: {case.category.value} ({clause}). {event.reason}")
    yield SendNotice("overruled", case.request.requester.email, {"reason": event.reason})
    del process


def _after_escalated(case: Case, event: Escalated, process: Process) -> Iterator[Intent]:
    reason = process.escalation_reasons.get(event.reason, event.note)
    who = process.people[event.handler].name
    yield from _in_mantis(f"Escalated to level {event.level}, {who}, by {event.actor}: {reason}. {event.note}".strip())
    yield _to(event.handler, "assigned", process, note=event.note or reason)
    yield SendNotice("escalated", case.request.requester.email, {"note": reason})


def _after_handed_over(case: Case, event: HandedOver, process: Process) -> Iterator[Intent]:
    who = process.people[event.handler].name
    yield from _in_mantis(f"Handed over to {who} by {event.actor}. {event.note}".strip())
    yield _to(event.handler, "assigned", process, note=event.note)
    del case


def _after_reprioritised(case: Case, event: Reprioritised, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(f"Priority {event.priority.value}, set by {event.actor}. {event.note}".strip())
    del case, process


def _after_asked(case: Case, event: AskedRequester, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(f"{event.actor} asked the requester:\n{event.question}")
    yield SendNotice("question", case.request.requester.email, {"question": event.question})
    del process


def _after_replied(case: Case, event: RequesterReplied, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(f"The requester wrote:\n{event.text}")
    yield _to(case.handler, "replied", process, text=event.text)


def _after_noted(case: Case, event: Noted, process: Process) -> Iterator[Intent]:
    yield AddNote(f"{event.actor}:\n{event.text}")
    del case, process


def _after_resolved(case: Case, event: Resolved, process: Process) -> Iterator[Intent]:
    """Seed, Level 4: "Once completed notify Level 3 by e-mail"."""
    yield from _in_mantis(f"Resolved by {event.actor}: {event.resolution}")
    yield SendNotice("resolved", case.request.requester.email, {"resolution": event.resolution})
    above = process.levels[case.level].notifies_on_completion
    if above is not None:
        yield _to(handler_at(above, case, process), "completed", process, resolution=event.resolution)


def _after_reopened(case: Case, event: Reopened, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(f"Reopened by {event.actor}: {event.reason}")
    yield SendNotice("reopened", case.request.requester.email, {"reason": event.reason})
    yield _to(case.handler, "assigned", process, note=event.reason)


def _after_closed(case: Case, event: Closed, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(f"Closed by {event.actor}. {event.note}".strip())
    yield SendNotice("closed", case.request.requester.email)
    del process


def _in_mantis(note: str) -> Iterator[Intent]:
    yield UpdateIssue()
    yield AddNote(note)


def _to(person: str, notice: str, process: Process, **fields: str) -> SendNotice:
    return SendNotice(notice, process.people[person].address, fields)


OWED: Mapping[type[Event], Owed] = {
    Judged: _after_judged,
    Overruled: _after_overruled,
    Escalated: _after_escalated,
    HandedOver: _after_handed_over,
    Reprioritised: _after_reprioritised,
    AskedRequester: _after_asked,
    RequesterReplied: _after_replied,
    Noted: _after_noted,
    Resolved: _after_resolved,
    Reopened: _after_reopened,
    Closed: _after_closed,
}
"""Filed and DeliveryFailed owe nothing: they are what came of something owed."""
