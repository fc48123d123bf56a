"""Who may do what with a case, and what follows from it. Everything that affects it is in this file.

Source: the process page, "Escalation" and "Help Desk Level 0" to "Level 4". Three tables say it all:
`TRANSITIONS` in which status an event may happen, `RULES` what else must hold for it, `OWED` what we
owe the world because of it. `advance` walks them; it reads no clock and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from intake_fn.core.activities import to_tick
from intake_fn.core.case import Case, Step, accepts, apply, module_of
from intake_fn.core.duplicates import TOLD, consequences, duplicate, issue_of_lead, passed_on
from intake_fn.core.errors import Refused, Unreadable
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    DeliveryFailed,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    FieldsDropped,
    Filed,
    FoundInMantis,
    HandedOver,
    Judged,
    LeadUpdated,
    Linked,
    LinkRequested,
    MailFailed,
    MarkedDuplicate,
    MissingInMantis,
    Noted,
    NotedInMantis,
    NoticesBundled,
    NoticeSkipped,
    Overruled,
    Quarantined,
    Received,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    Retried,
    Unlinked,
    UnmarkedDuplicate,
    Warned,
)
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    Intent,
    JudgeRequest,
    NotifyLead,
    RelateIssue,
    SendNotice,
    UpdateIssue,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notes import (
    FAILURES,
    NOTES,
    REQUESTER,
    SPECDESK,
    actor_of,
    left,
    makes_a_note,
    name_of,
    names_of,
    note_of,
    outcome_of,
    reply_of,
)
from intake_fn.core.process import CLIENT, NOT_THIS_LEVEL, OTHER, Level, Person, Process
from intake_fn.core.request import Priority, Request
from intake_fn.core.sla import calendar_of
from intake_fn.core.sla_alerts import Alert, alert, next_alert, running, send_after, share_of
from intake_fn.core.vocabulary import Category, Relation, Status

LONGEST_VERSION = 64
"""Characters of a version's name, as in Mantis."""

_FOR_THE_ISSUE = (UpdateIssue, AddNote, BackfillNotes, RelateIssue)
_MANTIS = frozenset({NotedInMantis, ChangedInMantis, MissingInMantis, FoundInMantis, FieldsDropped})
_OTHERS = frozenset({DuplicateAdded, DuplicateRemoved})
_MACHINE = _MANTIS | {Judged, Filed, DeliveryFailed, Retried, LeadUpdated}
_CLOCK = frozenset({Warned, Breached})
_MAIL = frozenset({NoticesBundled, MailFailed, NoticeSkipped})
_TALK = _MAIL | _OTHERS | {Noted, RequesterReplied, LinkRequested}
_WORK = frozenset(
    {
        Overruled,
        Escalated,
        HandedOver,
        Reprioritised,
        AskedRequester,
        ActivityCompleted,
        Linked,
        Unlinked,
        Refiled,
        MarkedDuplicate,
        UnmarkedDuplicate,
        Resolved,
    }
)

_STEPS = frozenset(
    {
        Overruled,
        Escalated,
        HandedOver,
        Reprioritised,
        AskedRequester,
        RequesterReplied,
        ActivityCompleted,
        MarkedDuplicate,
        UnmarkedDuplicate,
        Resolved,
        Reopened,
        Closed,
    }
)

TRANSITIONS: Mapping[Status, frozenset[type[Event]]] = {
    Status.QUARANTINED: frozenset((Noted, RequesterReplied, Released, Rejected)),
    Status.REJECTED: frozenset((Noted, RequesterReplied, Released)),
    Status.NEW: _TALK | _CLOCK | {Judged, DeliveryFailed, Retried, Overruled},
    Status.OPEN: _TALK | _CLOCK | _MACHINE | _WORK,
    Status.WAITING: _TALK | _MACHINE | _WORK,
    Status.RESOLVED: _TALK | _MACHINE | {Overruled, Linked, Unlinked, UnmarkedDuplicate, Reopened, Closed},
    Status.CLOSED: _TALK | _MACHINE | {Linked, Unlinked, UnmarkedDuplicate, Reopened},
}
"""Which events may happen in which status; Received, and Quarantined with it, begin a case (`take_in`).

What is held back owes nobody anything: no verdict, no issue, no mail to an address that may be a stranger's.

Nothing moves while a case is new, for Mantis can't be told of a change before it has the issue.
Where the judge can't speak, a person decides (Overruled), and the case goes on from there.

A case that waits for the requester keeps waiting whoever holds it and whatever its priority: escalating
it, handing it over or changing its priority answers no question. Only the requester's reply ends the
waiting, or a resolution. The clock of the level that receives it stands still until then.
"""

WORDS: Mapping[type[Event], str] = {
    Released: "let it through",
    Rejected: "set it aside",
    Escalated: "escalate",
    HandedOver: "hand over",
    Reprioritised: "change the priority",
    Overruled: "decide what it is",
    AskedRequester: "ask the requester",
    ActivityCompleted: "tick an activity",
    Linked: "link it to another issue",
    Unlinked: "take a link back",
    Refiled: "file it anew",
    MarkedDuplicate: "say that it is the same as another request",
    UnmarkedDuplicate: "say that it is not the same",
    Noted: "note",
    Resolved: "resolve",
    Reopened: "reopen",
    Closed: "close",
}
"""What the desk offers to engineers, in words."""


# --- where a request goes ---------------------------------------------------------------------


def front_end(request: Request, process: Process, case_id: str = "") -> tuple[int, str]:
    """Level and handler that a request meets first. Raises Refused for an office that is not there.

    Seed: Level 0 is the front end for users outside the New York office, Level 1 for those of the New
    York office and for client users. Which office has which is data of support.yml.
    """
    office = request.requester.office
    if office not in process.offices and office != CLIENT:
        known = ", ".join((*process.offices, CLIENT))
        raise Refused(f"There is no office {office!r}. Please choose one of {known}.")
    return _front_end(request, process, case_id)


def _front_end(request: Request, process: Process, case_id: str) -> tuple[int, str]:
    """The same; of an office that support.yml does not name any more, that of client companies."""
    office = process.offices.get(request.requester.office)
    level = office.front_end if office else process.client_front_end
    return level, _handler(level, request, process, case_id)


def handler_at(level: int, case: Case, process: Process) -> str:
    """The resource of a level who gets a case that comes there.

    Level 0: the liaison of the requester's office. A level with specialities (seed, Level 3: "server
    issues, firewall issues" and "all other issues"): by the module's, else by what it says. Others: spread over the
    level's resources by the case's id, so that the choice can be recomputed.
    """
    return _handler(level, replace(case.request, module=module_of(case)), process, case.id)


def _handler(level: int, request: Request, process: Process, case_id: str) -> str:
    row = process.levels[level]
    office = process.offices.get(request.requester.office)
    if office and office.front_end == level and office.liaison:
        return office.liaison
    if row.specialities:
        return row.specialities.get(_speciality(row, request, process), row.specialities[OTHER])
    return row.resources[crc32(case_id.encode()) % len(row.resources)]


def keeper(case: Case, process: Process) -> Person:
    """Who looks after a case: its handler; of one who has left, whoever would get it at its level now.

    They are told of it and find it on top of their list. It is not theirs before somebody takes it.
    """
    if not process.has_left(case.handler):
        return process.people[case.handler]
    level = case.level if case.level in process.levels else process.level(case.level).escalates_to[0]
    return process.people[handler_at(level, case, process)]


def arrival(request: Request, process: Process, case_id: str = "") -> tuple[int, str]:
    """Level and handler that get a request when it comes: its front end, or the level of its priority at once."""
    level, handler = front_end(request, process, case_id)
    at = process.priorities[request.priority].handled_at
    return (level, handler) if at is None or level == at else (at, _handler(at, request, process, case_id))


def speciality_of(request: Request, process: Process) -> str:
    """Whose matter a request is at the first level that has specialities, by its module and by what it says."""
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


def _last_handler_at(level: int, case: Case, process: Process) -> str:
    """Who had the case at a level the last time, if they are still there; else who would get it now."""
    found, at = handler_at(level, case, process), None
    for event in case.history:
        at = event.level if isinstance(event, Received | Escalated) else at
        if at == level and isinstance(event, Received | Escalated | HandedOver):
            found = event.handler if event.handler in process.levels[level].resources else found
    return found


# --- what may happen --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """What the desk may offer for a case as it stands. Levels are numbers, people are person ids."""

    events: frozenset[type[Event]]
    escalate_to: tuple[int, ...]
    hand_over_to: tuple[str, ...]
    priorities: tuple[Priority, ...]
    activities: tuple[str, ...]


def allowed(case: Case, process: Process, actor: str = "") -> Options:
    """The steps that `advance` would not refuse to a person, by address; to some person for ""."""
    level = process.level(case.level)
    may = frozenset() if case.unread else TRANSITIONS[case.status]
    escalate_to = tuple(to for to in _ways_up(case, process) if to in process.priorities[case.priority].levels)
    hand_over_to = tuple(person for person in level.resources if person != case.handler)
    fitting = tuple(priority for priority in Priority if not [*_fits(case, priority, process)])
    priorities = () if [*_may_lower(case, actor, process)] else fitting
    activities = to_tick(case, process)
    some = {
        Escalated: escalate_to,
        HandedOver: hand_over_to,
        Reprioritised: priorities,
        Resolved: not [*_is_decided(case), *_may_resolve(case, actor, process)],
        ActivityCompleted: activities,
        Linked: not case.missing_in_mantis,
        Unlinked: bool(case.links) and not case.missing_in_mantis,
        Refiled: case.missing_in_mantis,
        MarkedDuplicate: not case.duplicate_of,
        UnmarkedDuplicate: bool(case.duplicate_of),
    }
    return Options(
        events=frozenset(kind for kind in WORDS if kind in may and some.get(kind, True)),
        escalate_to=escalate_to if Escalated in may else (),
        hand_over_to=hand_over_to if HandedOver in may else (),
        priorities=priorities if Reprioritised in may else (),
        activities=activities if ActivityCompleted in may else (),
    )


def not_yet(case: Case, process: Process, actor: str) -> tuple[str, ...]:
    """Why a request that is being handled cannot be resolved, or its priority not changed, by this person now."""
    if case.unread or Resolved not in TRANSITIONS[case.status]:
        return ()
    return (*_is_decided(case), *_may_resolve(case, actor, process), *_may_lower(case, actor, process))


# --- steps -----------------------------------------------------------------------------------


def take_in(
    case_id: str, request: Request, now: datetime, process: Process, quarantine_reasons: tuple[str, ...] = ()
) -> Step:
    """The first step of a case, received by its front end or the level of its priority.

    It is to be judged; or to be looked at first (core/quarantine.py).

    Raises Refused (`front_end`).
    """
    level, handler = arrival(request, process, case_id)
    event = Received(at=now, actor=REQUESTER, request=request, level=level, handler=handler)
    case = apply(None, event, case_id)
    if not quarantine_reasons:
        return standing(case, process, (event,), (JudgeRequest(),))
    held = Quarantined(at=now, actor=SPECDESK, reasons=quarantine_reasons)
    return standing(apply(case, held), process, (event, held))


def standing(case: Case, process: Process, events: tuple[Event, ...] = (), intents: tuple[Intent, ...] = ()) -> Step:
    """A step with its clock: when the case as it stands is due, and when there is something to say of it."""
    found = running(case, process)
    return Step(case, events, intents, due=found.instant if found else None, next_alert=next_alert(case, process))


def advance(case: Case, event: Event, process: Process) -> Step:
    """What `event` does to a case. Raises Refused saying what the rules do not allow, and what they do.

    Raises Unreadable for a case whose log this version cannot read in full: nothing is built on a guess.

    Clocks of two machines may differ by a little: an event that seems older than the case happens
    at the case's last instant, so that the log never runs backwards.
    """
    refuse_unread(case)
    event = replace(event, at=max(event.at, case.changed_at))
    event = _completed(case, event, process)
    _refuse_unless_allowed(case, event, process)
    events = (*_before(case, event, process), event, *_behind(case, event))
    intents: list[Intent] = []
    before = case
    for happened in events:
        after = apply(before, happened)
        owed = (
            *OWED[type(happened)](before, happened, after, process),
            *_copied(before, happened, after, process),
            *passed_on(before, happened, after, process),
        )
        intents += [intent for intent in owed if intent not in intents]
        before = after
    if before.missing_in_mantis:  # there is nothing in Mantis that could be written to (but see `_back`)
        intents = [intent for intent in intents if not isinstance(intent, _FOR_THE_ISSUE)]
    return standing(before, process, events, tuple(_in_order(intents)))


def _in_order(intents: list[Intent]) -> list[Intent]:
    """The issue is brought in line behind all that is written there: a note of ours takes it out of feedback."""
    if UpdateIssue() not in intents:
        return intents
    others = [intent for intent in intents if intent != UpdateIssue()]
    last = max((n for n, intent in enumerate(others, 1) if isinstance(intent, _FOR_THE_ISSUE)), default=0)
    return [*others[:last], UpdateIssue(), *others[last:]]


def _completed(case: Case, event: Event, process: Process) -> Event:
    """The event with what follows from it by support.yml, so that the log keeps it as it was then."""
    if isinstance(event, ActivityCompleted) and event.activity in process.activities:
        return replace(event, mailed=process.activities[event.activity].mails_requester)
    if isinstance(event, Overruled) and not event.module:
        return replace(event, module=proposed_module(case, process, event.clause))
    return event


def proposed_module(case: Case, process: Process, clause: str = "") -> str:
    """The module that a request seems to belong to: the one it has, if that says anything; else that of the clause.

    The clause is the one that a person decided by, else the nearest one that the judge found.
    """
    here = module_of(case)
    named = process.modules.get(here)
    if named and (named.spec or named.speciality):
        return here
    near = case.verdict.get("citations", ()) if case.verdict else ()
    pages = [cited.partition("#")[0] for cited in (clause, *(row["clause"] for row in near[:1])) if cited]
    found = (module.id for page in pages for module in process.modules.values() if page in module.spec)
    return next(found, here if named else "")


def refuse_unread(case: Case) -> None:
    """Raise Unreadable when this version cannot read all that has happened to a case."""
    if case.unread:
        raise Unreadable(
            f"{case.id} holds what this version of Specdesk cannot read ({case.unread[0].why.rstrip('.')})."
            " It can be looked at, and changed again as soon as the newer version runs. Nothing of it is lost."
        )


def _before(case: Case, event: Event, process: Process) -> Iterator[Event]:
    """What has to happen first: a request that is raised to urgent goes to the level of urgent ones.

    Seed, Level 3: "All urgent issues must be handled at this level." The move comes before the new
    priority, so that not even the log ever holds an urgent request at another level.
    """
    level = _level_for(case, event.priority, process) if isinstance(event, Reprioritised) else case.level
    if isinstance(event, Reprioritised) and level != case.level:
        yield Escalated(
            at=event.at,
            actor=event.actor,
            level=level,
            handler=_last_handler_at(level, case, process),
            reason=NOT_THIS_LEVEL,
            note=event.note,
        )


def _behind(case: Case, event: Event) -> Iterator[Event]:
    """What follows at once: what is the same is a duplicate in Mantis, too, and goes where the other one goes."""
    match event:
        case MarkedDuplicate():
            yield from duplicate(case, event, event.number)
        case DuplicateAdded(other=other) if other == case.duplicate_of and case.id < other:
            parted = UnmarkedDuplicate(at=event.at, actor=event.actor)  # each has come to follow the other one
            yield from (parted, *_behind(case, parted))
        case UnmarkedDuplicate():
            number = issue_of_lead(case)
            if number and case.links.get(number) is Relation.DUPLICATE:
                yield Unlinked(at=event.at, actor=event.actor, number=number)
        case LeadUpdated():
            yield from consequences(case, event)


def _level_for(case: Case, priority: Priority, process: Process) -> int:
    """Where a case belongs with a priority: at that one's level, else where it is, or the next below that holds it."""
    rule = process.priorities[priority]
    if rule.handled_at is not None:
        return rule.handled_at
    return max((level for level in rule.levels if level <= case.level), default=case.level)


def _ways_up(case: Case, process: Process) -> tuple[int, ...]:
    """The levels to which a case can be escalated; one that is below the level of its priority goes there."""
    at = process.priorities[case.priority].handled_at
    return process.level(case.level).escalates_to if at is None or case.level >= at else (at,)


# --- what must hold --------------------------------------------------------------------------


def _refuse_unless_allowed(case: Case, event: Event, process: Process) -> None:
    kind = type(event)
    if kind not in TRANSITIONS[case.status]:
        offered = allowed(case, process, event.actor).events
        words = ", ".join(word for row, word in WORDS.items() if row in offered)
        doing = WORDS.get(kind, f"record {kind.__name__}")
        raise Refused(f"{case.id} is {case.status.value}: to {doing} is not possible now. Possible are: {words}.")
    problems = [problem for rule in RULES.get(kind, ()) for problem in rule(case, event, process)]
    if problems:
        raise Refused(" ".join(problems))


def _leads_there(case: Case, event: Escalated, process: Process) -> Iterator[str]:
    targets = _ways_up(case, process)
    if event.level not in targets:
        known = " or ".join(f"level {level}" for level in targets) or "nowhere: it is the last"
        yield f"Level {case.level} escalates to {known}, not to level {event.level}."


def _has_a_reason(_: Case, event: Escalated, process: Process) -> Iterator[str]:
    if event.reason not in process.escalation_reasons:
        known = " or ".join(f"“{sentence}”" for sentence in process.escalation_reasons.values())
        yield f"An escalation needs its reason: {known}."


def _may_be_held_there(case: Case, event: Escalated, process: Process) -> Iterator[str]:
    rule = process.priorities[case.priority]
    if event.level not in rule.levels:
        yield (
            f"{rule.name} requests are handled at level {max(rule.levels)} at the latest, never at level {event.level}."
            " Resolve it here, or lower its priority first."
        )


def _is_of_that_level(_: Case, event: Escalated, process: Process) -> Iterator[str]:
    level = process.levels.get(event.level)
    if level and event.handler not in level.resources:
        known = names_of(level.resources, process)
        yield f"{name_of(event.handler, process)} is not at level {event.level}; please choose {known}."


def _is_a_colleague(case: Case, event: HandedOver, process: Process) -> Iterator[str]:
    others = [person for person in process.level(case.level).resources if person != case.handler]
    if event.handler == case.handler:
        yield f"{name_of(event.handler, process)} has {case.id} already."
    elif event.handler not in others:
        whom = names_of(others, process) or "nobody else"
        yield f"{name_of(event.handler, process)} is not at level {case.level}; you may hand it over to {whom}."


def _priority_is_new(case: Case, event: Reprioritised, process: Process) -> Iterator[str]:
    yield from _fits(case, event.priority, process)
    rule = process.priorities[case.priority]
    if rule.handled_at is not None and event.priority is not case.priority:
        yield from _may_lower(case, event.actor, process)
        if not event.note.strip():
            yield f"Please give the reason why it is {rule.name.lower()} no more."


def _may_lower(case: Case, actor: str, process: Process) -> Iterator[str]:
    """What has a level of its own is lowered by that level alone."""
    rule = process.priorities[case.priority]
    if rule.handled_at is not None and not _is_at(actor, (rule.handled_at,), process):
        name = rule.name.lower()
        yield f"Only level {rule.handled_at} may lower a request that is {name}; escalate it, or write a note to them."


def _is_at_its_level(case: Case, event: Resolved, process: Process) -> Iterator[str]:
    """What was done in Mantis is done."""
    if not event.in_mantis:
        yield from _may_resolve(case, event.actor, process)


def _may_resolve(case: Case, actor: str, process: Process) -> Iterator[str]:
    """What has a level of its own is resolved there or above."""
    rule = process.priorities[case.priority]
    if rule.handled_at is None:
        return
    if case.level < rule.handled_at:
        yield f"{rule.name} requests are resolved at level {rule.handled_at}; escalate it there first."
    elif not _is_at(actor, [level for level in process.levels if level >= rule.handled_at], process):
        yield f"{rule.name} requests are resolved by level {rule.handled_at}, which has it; write a note to them."


def _is_at(actor: str, levels: Iterable[int], process: Process) -> bool:
    """Whether who acts is at one of the levels; of somebody whom support.yml does not name, nobody can say no."""
    person = next((one.id for one in process.people.values() if mailbox(one.address) == mailbox(actor)), None)
    return person is None or any(person in process.levels[level].resources for level in levels)


def _fits(case: Case, priority: Priority, process: Process) -> Iterator[str]:
    """Urgent always fits: what is raised to it moves to a level that may hold it (`_before`)."""
    rule = process.priorities[priority]
    if priority is case.priority:
        yield f"{case.id} has the priority {rule.name} already."
    elif priority is not Priority.URGENT and case.level not in rule.levels:
        levels = ", ".join(map(str, rule.levels))
        yield f"{rule.name} requests are not handled at level {case.level}; their levels are {levels}."


def _is_the_first(case: Case, event: Event, _: Process) -> Iterator[str]:
    done = case.verdict if isinstance(event, Judged) else case.issue
    if done is not None:
        yield f"{case.id} has been {type(event).__name__.lower()} before."


def _is_to_be_done(case: Case, event: ActivityCompleted, process: Process) -> Iterator[str]:
    known = to_tick(case, process)
    if event.activity not in known:
        names = "; ".join(process.activities[one].name for one in known) or "nothing is left"
        yield f"There is no such activity to tick. Open are: {names}."
    elif event.mailed and not event.note.strip():
        yield f"Please write what the requester is to read about it: {process.activities[event.activity].name}."


def _is_another_issue(case: Case, event: Linked, _: Process) -> Iterator[str]:
    if case.missing_in_mantis:
        yield f"The issue of {case.id} is gone from Mantis, so it cannot be linked there."
    if event.number < 1 or event.number == case.issue:
        yield "Please give the number of another issue in Mantis."
    elif case.links.get(event.number) is event.relation:
        yield f"It is linked to #{event.number} like this already."


def _is_linked(case: Case, event: Unlinked, _: Process) -> Iterator[str]:
    if case.missing_in_mantis:
        yield f"The issue of {case.id} is gone from Mantis, so nothing can be taken back there."
    if event.number not in case.links:
        yield f"It is not linked to #{event.number} here."


def _is_gone(case: Case, _: Refiled, __: Process) -> Iterator[str]:
    if not case.missing_in_mantis:
        yield f"The issue of {case.id} is not gone from Mantis."


def _follows_one_other(case: Case, event: MarkedDuplicate, _: Process) -> Iterator[str]:
    if event.other == case.id:
        yield "Please give the number of another request."
    if case.duplicate_of:
        yield f"{case.id} is the same as {case.duplicate_of} already. Say first that it is not."
    if event.other in case.duplicates:
        yield f"{event.other} follows {case.id} already. Have it follow no more first, on its own page."


def _follows(case: Case, _: UnmarkedDuplicate, __: Process) -> Iterator[str]:
    if not case.duplicate_of:
        yield f"{case.id} is not the same as another request."


def _is_news(case: Case, event: DuplicateAdded | DuplicateRemoved, _: Process) -> Iterator[str]:
    if (event.other in case.duplicates) == isinstance(event, DuplicateAdded):
        yield f"{case.id} knows that of {event.other} already."


def _is_of_the_one_it_follows(case: Case, event: LeadUpdated, _: Process) -> Iterator[str]:
    if event.other != case.duplicate_of:
        yield f"{case.id} does not follow {event.other}."


def _is_true(case: Case, event: Alert, process: Process) -> Iterator[str]:
    if event != alert(case, process, event.at, event.actor):
        yield f"The clock of {case.id} does not say so: {share_of(event)} % of {event.due.isoformat()}."


def _is_decided(case: Case, *_: object) -> Iterator[str]:
    """Seed: "All Support tasks are categorized into 3 mutually exclusive categories"."""
    if case.category is Category.UNDECIDED:
        yield "Please decide first what it is: bug, request for change, or support. Then it can be resolved."


def _decides(_: Case, event: Overruled, process: Process) -> Iterator[str]:
    if event.category is Category.UNDECIDED:
        yield "Please decide: bug, request for change, or support."
    if event.module and event.module not in process.modules:
        yield f"There is no module {event.module!r}. Please choose one of {', '.join(process.modules)}."


def _has_a_version(_: Case, event: Resolved, __: Process) -> Iterator[str]:
    if event.fixed_in and not event.outcome.has_a_version:
        yield "A version belongs only to what is fixed or done. Leave it empty, or choose another outcome."
    if len(event.fixed_in) > LONGEST_VERSION:
        yield f"The name of a version has at most {LONGEST_VERSION} characters."


def _replies_something(_: Case, event: RequesterReplied, __: Process) -> Iterator[str]:
    if not event.text.strip() and not event.attachments and not event.works:
        yield "Please write something before you send it."


def _says(field: str, ask: str) -> Rule:
    """Words that somebody is going to read must be there."""

    def rule(_: Case, event: Event, __: Process) -> Iterator[str]:
        if not getattr(event, field).strip():
            yield ask

    return rule


Rule = Callable[[Case, Any, Process], Iterator[str]]

RULES: Mapping[type[Event], tuple[Rule, ...]] = {
    Judged: (_is_the_first,),
    Overruled: (_decides, _says("reason", "Please give the reason: the requester reads it.")),
    Filed: (_is_the_first,),
    Escalated: (_leads_there, _has_a_reason, _may_be_held_there, _is_of_that_level),
    HandedOver: (_is_a_colleague,),
    Reprioritised: (_priority_is_new,),
    AskedRequester: (_says("question", "Please write your question to the requester."),),
    Rejected: (_says("reason", "Please say why it is set aside."),),
    RequesterReplied: (_replies_something,),
    Noted: (_says("text", "Please write the note."),),
    Resolved: (
        _says("resolution", "Please say how it was resolved: the requester reads it."),
        _is_decided,
        _has_a_version,
        _is_at_its_level,
    ),
    Reopened: (_says("reason", "Please say why it is reopened: the requester reads it."),),
    ActivityCompleted: (_is_to_be_done,),
    Linked: (_is_another_issue,),
    Unlinked: (_is_linked,),
    Refiled: (_is_gone,),
    MarkedDuplicate: (_follows_one_other,),
    UnmarkedDuplicate: (_follows,),
    DuplicateAdded: (_is_news,),
    DuplicateRemoved: (_is_news,),
    LeadUpdated: (_is_of_the_one_it_follows,),
    Warned: (_is_true,),
    Breached: (_is_true,),
}
"""What else must hold; each rule yields a sentence for everything that does not."""


# --- what is owed ----------------------------------------------------------------------------

Owed = Callable[[Case, Any, Case, Process], Iterator[Intent]]
"""From the case before, the event, the case after, and the process."""


def _nothing(_: Case, __: Event, ___: Case, ____: Process) -> Iterator[Intent]:
    yield from ()


def _let_through(_: Case, __: Released, ___: Case, ____: Process) -> Iterator[Intent]:
    """Now it begins; what was said meanwhile follows the issue (`_filing`)."""
    yield JudgeRequest()


def _judged(before: Case, _: Judged, after: Case, process: Process) -> Iterator[Intent]:
    """The verdict makes it an issue; one that comes after a person's decision is only recorded."""
    if before.status is Status.NEW:
        yield from _filing(after, process)


def _overruled(before: Case, event: Overruled, after: Case, process: Process) -> Iterator[Intent]:
    """A decision moves the issue to its project; where the judge could not speak, it makes the issue."""
    if before.status is Status.NEW:
        yield from _filing(after, process)
    else:
        yield from _in_mantis(event, after, process)
        yield _to_requester(after, "overruled", text=event.reason)


def _filing(case: Case, process: Process) -> Iterator[Intent]:
    """File the issue, let follow what was said while the case was new, and tell both sides."""
    yield FileIssue()
    if any(map(makes_a_note, case.history)):
        yield BackfillNotes()
    yield _to_requester(case, "receipt")
    if process.has_left(case.handler):
        yield _to_handler(case, process, "orphaned", why=left(case.handler, process))
    else:
        yield _to_handler(case, process, "assigned", why="It is new.")


def _filed(_: Case, event: Filed, __: Case, ___: Process) -> Iterator[Intent]:
    """What was done there before we knew of it was no sync's business; an update looks at it first."""
    if event.late:
        yield UpdateIssue()


def _noted(before: Case, event: Noted, after: Case, process: Process) -> Iterator[Intent]:
    if _has_an_issue(before):
        yield _note(event, after, process)


def _escalated(before: Case, event: Escalated, after: Case, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(event, after, process)
    reason = process.reason(event.reason) + "."
    why = f"{actor_of(event, process)} escalated it from level {before.level}: {reason}"
    yield _to_handler(after, process, "assigned", why=why, text=event.note)
    yield _to_requester(after, "escalated", why=reason)


def _handed_over(_: Case, event: HandedOver, after: Case, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(event, after, process)
    yield _to_handler(after, process, "assigned", why=f"{actor_of(event, process)} handed it over.", text=event.note)


def _reprioritised(_: Case, event: Reprioritised, after: Case, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(event, after, process)
    yield _to_requester(after, "priority")


def _asked(_: Case, event: AskedRequester, after: Case, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(event, after, process)
    yield _to_requester(after, "question", text=event.question)


def _replied(before: Case, event: RequesterReplied, after: Case, process: Process) -> Iterator[Intent]:
    """What was asked or reported goes to the handler; that it works is kept, in Mantis too, and asks for nothing."""
    if accepts(before, event):
        yield _note(event, after, process)
        return
    if _has_an_issue(before):
        yield from _in_mantis(event, after, process)
    if not before.status.in_quarantine:
        yield _to_handler(after, process, "replied", text=reply_of(event))


def _asked_for_link(_: Case, __: LinkRequested, after: Case, ___: Process) -> Iterator[Intent]:
    yield _to_requester(after, "link")


def _resolved(before: Case, event: Resolved, after: Case, process: Process) -> Iterator[Intent]:
    """Seed, Level 4: "Once completed notify Level 3 by e-mail"."""
    yield from _unless_told(event, after, process)
    yield _to_requester(after, "resolved", why=outcome_of(event), text=event.resolution)
    informed = process.level(before.level).notifies_on_completion
    if informed is not None:
        person = process.people[_last_handler_at(informed, before, process)]
        completed = f"{actor_of(event, process)} completed it at level {before.level}."
        why = " ".join(filter(None, (completed, outcome_of(event))))
        yield SendNotice("completed", person.address, {"name": person.name, "why": why, "text": event.resolution})


def _reopened(_: Case, event: Reopened, after: Case, process: Process) -> Iterator[Intent]:
    yield from _in_mantis(event, after, process)
    yield _to_requester(after, "reopened", text=event.reason)
    yield _to_handler(after, process, "returned", why=f"{actor_of(event, process)} reopened it.", text=event.reason)


def _closed(_: Case, event: Closed, after: Case, process: Process) -> Iterator[Intent]:
    yield from _unless_told(event, after, process)
    yield _to_requester(after, "closed")


def _ticked(_: Case, event: ActivityCompleted, after: Case, process: Process) -> Iterator[Intent]:
    """What was written about it belongs into Mantis; a workaround is mailed to the requester, too."""
    if makes_a_note(event):
        yield _note(event, after, process)
    if event.mailed:
        yield _to_requester(after, "workaround", text=event.note)


def _linked(_: Case, event: Linked, __: Case, ___: Process) -> Iterator[Intent]:
    yield RelateIssue(event.number, event.relation)


def _unlinked(_: Case, event: Unlinked, __: Case, ___: Process) -> Iterator[Intent]:
    yield RelateIssue(event.number, None)


def _refiled(_: Case, __: Refiled, ___: Case, ____: Process) -> Iterator[Intent]:
    """The new issue gets all notes and links that the lost one had from us."""
    yield FileIssue()
    yield BackfillNotes()


def _joined(_: Case, event: MarkedDuplicate, after: Case, process: Process) -> Iterator[Intent]:
    yield NotifyLead(event.other)
    yield _note(event, after, process)
    yield _to_requester(after, "joined")


def _parted(before: Case, event: UnmarkedDuplicate, after: Case, process: Process) -> Iterator[Intent]:
    """What is done is a duplicate in Mantis no more, by its resolution either."""
    yield NotifyLead(before.duplicate_of)
    if after.status.is_done:
        yield UpdateIssue()
    yield _note(event, after, process)
    yield _to_requester(after, "parted", why=_ALONE if after.status.is_open else _DONE)


_ALONE = "We look at it by itself."
_DONE = "It stays as it is: if something is still wrong, say so, and it is opened again."
"""What becomes of a request that is not the same as another one after all: an open one, and one that is done."""


def _heard(before: Case, event: LeadUpdated, after: Case, _: Process) -> Iterator[Intent]:
    if after.category is not before.category:
        yield UpdateIssue()
    if event.progress in TOLD and event.told:
        yield _to_requester(after, "heard", why=event.why, text=event.text)


def _alerted(_: Case, event: Alert, after: Case, process: Process) -> Iterator[Intent]:
    """The handler is mailed, in their working hours unless it is urgent."""
    zone = ZoneInfo(calendar_of(after, process).zone)
    due = f"{event.due.astimezone(zone):%a %d %b %Y, %H:%M} ({zone.key})"
    why = (
        f"{event.share} % of its time is used. It is due {due}." if isinstance(event, Warned) else f"It was due {due}."
    )
    about = {"share": str(share_of(event)), "due": event.due.isoformat()}
    notice = _to_handler(after, process, type(event).__name__.lower(), why=why, **about)
    yield replace(notice, after=send_after(after, process, event.at))


def _breached(before: Case, event: Breached, after: Case, process: Process) -> Iterator[Intent]:
    if _has_an_issue(before):
        yield _note(event, after, process)
    yield from _alerted(before, event, after, process)


def _put_back(_: Case, event: ChangedInMantis, after: Case, process: Process) -> Iterator[Intent]:
    """The one who changed it reads why, where Mantis alone does not tell."""
    yield UpdateIssue()
    if event.why:
        yield _note(event, after, process)


def _back(_: Case, __: Event, ___: Case, ____: Process) -> Iterator[Intent]:
    """Bring it in line, and let follow what could not be written while it was gone."""
    yield BackfillNotes()
    yield UpdateIssue()


def _mail_failed(_: Case, event: MailFailed, after: Case, process: Process) -> Iterator[Intent]:
    """The handler is told whom no mail reaches; of their own mailbox, the highest level for urgent requests."""
    person = keeper(after, process)
    if mailbox(event.to) == mailbox(person.address):
        person = process.people[_last_handler_at(max(process.priorities[Priority.URGENT].levels), after, process)]
    if event.failure.lasts and mailbox(event.to) != mailbox(person.address):
        why = f"Mail to {event.to} {FAILURES[event.failure]}. Nothing more is sent there."
        yield SendNotice("unreached", person.address, {"name": person.name, "why": why, "text": event.detail})


OWED: Mapping[type[Event], Owed] = {
    Released: _let_through,
    Rejected: _nothing,
    Judged: _judged,
    Overruled: _overruled,
    Filed: _filed,
    DeliveryFailed: _nothing,
    Escalated: _escalated,
    HandedOver: _handed_over,
    Reprioritised: _reprioritised,
    AskedRequester: _asked,
    RequesterReplied: _replied,
    LinkRequested: _asked_for_link,
    Noted: _noted,
    Resolved: _resolved,
    Reopened: _reopened,
    Closed: _closed,
    Warned: _alerted,
    Breached: _breached,
    Retried: _nothing,
    ActivityCompleted: _ticked,
    Linked: _linked,
    Unlinked: _unlinked,
    Refiled: _refiled,
    MarkedDuplicate: _joined,
    UnmarkedDuplicate: _parted,
    DuplicateAdded: _nothing,
    DuplicateRemoved: _nothing,
    LeadUpdated: _heard,
    NotedInMantis: _nothing,
    ChangedInMantis: _put_back,
    MissingInMantis: _nothing,
    FoundInMantis: _back,
    FieldsDropped: _nothing,
    NoticesBundled: _nothing,
    MailFailed: _mail_failed,
    NoticeSkipped: _nothing,
}
"""What an event makes us owe; a row for every event but Received, whose row is `take_in`."""


def _in_mantis(event: Event, after: Case, process: Process) -> Iterator[Intent]:
    yield _note(event, after, process)
    yield UpdateIssue()


def _unless_told(event: Resolved | Closed, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis needs no note of what was done there; the rest is brought in line all the same."""
    if event.in_mantis:
        yield UpdateIssue()
    else:
        yield from _in_mantis(event, after, process)


def _has_an_issue(before: Case) -> bool:
    """Whether it has one, or is about to; what is said before that follows the issue (`_filing`)."""
    return before.status is not Status.NEW and not before.status.in_quarantine


def _note(event: Event, after: Case, process: Process) -> AddNote:
    """The note of what has just happened."""
    return AddNote(note_of(event, process), after.version)


def _copied(before: Case, event: Event, after: Case, process: Process) -> Iterator[SendNotice]:
    """What the front end of its origin reads of a request that is handled elsewhere: each step, no colleague's note."""
    if before.status is Status.NEW and isinstance(event, Judged | Overruled):
        yield from _in_copy(before, after, process, why="It is new.")
    elif (
        type(event) in _STEPS
        and _has_an_issue(before)
        and not (isinstance(event, ActivityCompleted) and not event.mailed)
    ):
        headline, said = NOTES[type(event)](event, process)
        yield from _in_copy(before, after, process, why=f"{headline} ({actor_of(event, process)}).", text=said)


def _in_copy(before: Case, after: Case, process: Process, **fields: str) -> Iterator[SendNotice]:
    """The front end of its origin, when a request is or was of a priority that goes past it to another level."""
    at = [process.priorities[case.priority].handled_at for case in (before, after)]
    office = after.request.requester.office
    if office != CLIENT and office not in process.offices:  # it is gone, and with it its front end
        return
    level, handler = _front_end(after.request, process, after.id)
    if handler != after.handler and any(one is not None and one != level for one in at):
        person = process.people[handler]
        yield SendNotice("copied", person.address, {"name": person.name, **fields})


def _to_requester(case: Case, notice: str, **fields: str) -> SendNotice:
    requester = case.request.requester
    return SendNotice(notice, requester.email, {"name": requester.name, **fields})


def _to_handler(case: Case, process: Process, notice: str, **fields: str) -> SendNotice:
    person = keeper(case, process)
    return SendNotice(notice, person.address, {"name": person.name, **fields})
