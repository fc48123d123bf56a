"""Steps of a case: an event, what it changes and which intents follow. Walks the registry of core/lifecycle.py. Pure.

`advance` reads no clock and changes nothing; `fold` is the case that a log describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from intake_fn.core.activities import to_tick
from intake_fn.core.appeals import appeal_is_decided, may_decide
from intake_fn.core.case import Case, Step
from intake_fn.core.changes.clock import next_instant
from intake_fn.core.changes.options import offered
from intake_fn.core.copies import informed
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.errors import Broken, Refused, Unreadable
from intake_fn.core.escalation import arrival, colleagues, ways_down, ways_up
from intake_fn.core.event_spec import EventSpec
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    Event,
    HandedOver,
    Linked,
    MarkedDuplicate,
    Overruled,
    Quarantined,
    Received,
    Refiled,
    Reprioritised,
    Resolved,
    UnknownEvent,
    Unlinked,
    UnmarkedDuplicate,
)
from intake_fn.core.forwarded import is_open
from intake_fn.core.intents import AddNote, BackfillNotes, Intent, JudgeRequest, RelateIssue, SendNotice, UpdateIssue
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.lifecycle import ACTIONS, LIFECYCLE, TRANSITIONS
from intake_fn.core.lifecycle_intents import copies
from intake_fn.core.lifecycle_rules import fits, has_to_be_decided, may_lower, may_resolve
from intake_fn.core.mail_settings import to_followers
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import has_a_note
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.process import Process
from intake_fn.core.request import Priority, Request
from intake_fn.core.requester_events import RequesterChanged, RequesterKept
from intake_fn.core.sla_alerts import next_alert, running
from intake_fn.core.vocabulary import Category, Status
from intake_fn.texts import Message

_UNREAD = EventSpec(allowed_in=frozenset())

_FOR_THE_ISSUE = (UpdateIssue, AddNote, BackfillNotes, RelateIssue)


@dataclass(frozen=True, slots=True)
class Options:
    """What the desk may offer for a case as it stands. Levels are numbers, people are person ids."""

    events: frozenset[type[Event]]
    escalate_to: tuple[int, ...]
    send_back_to: tuple[int, ...]
    hand_over_to: tuple[str, ...]
    priorities: tuple[Priority, ...]
    activities: tuple[str, ...]


def allowed(case: Case, process: Process, actor: str = "") -> Options:
    """The steps that `advance` would not refuse to a person, by address; to some person for ""."""
    may = frozenset() if case.unread else TRANSITIONS[case.status]
    ways = () if case.stage.is_on_its_way and case.level in process.levels else ways_up(case, process)
    escalate_to = tuple(to for to in ways if to in process.priorities[case.priority].levels)
    is_held = case.stage.is_on_its_way or process.priorities[case.priority].handled_at is not None
    send_back_to = () if is_held else ways_down(case, process)
    hand_over_to = colleagues(case, process)
    fitting = tuple(priority for priority in Priority if not [*fits(case, priority, process)])
    priorities = () if [*may_lower(case, actor, process)] else fitting
    activities = to_tick(case, process)
    some: dict[type[Event], object] = {
        **offered(case, process, actor),
        Escalated: escalate_to,
        Deescalated: send_back_to,
        HandedOver: hand_over_to,
        Reprioritised: priorities,
        Resolved: not [*has_to_be_decided(case), *appeal_is_decided(case), *may_resolve(case, actor, process)],
        Overruled: not [*may_decide(case, actor, process)],
        ActivityCompleted: activities,
        Linked: not case.missing_in_mantis,
        Unlinked: bool(case.links) and not case.missing_in_mantis,
        AskedRequester: not case.erased,
        UpdateSent: not case.erased,
        Refiled: case.missing_in_mantis,
        MarkedDuplicate: not case.duplicate_of,
        UnmarkedDuplicate: bool(case.duplicate_of),
        RequesterChanged: is_open(case),
        RequesterKept: is_open(case),
    }
    return Options(
        events=frozenset(kind for kind in ACTIONS if kind in may and some.get(kind, True)),
        escalate_to=escalate_to if Escalated in may else (),
        send_back_to=send_back_to if Deescalated in may else (),
        hand_over_to=hand_over_to if HandedOver in may else (),
        priorities=priorities if Reprioritised in may else (),
        activities=activities if ActivityCompleted in may else (),
    )


def not_yet(case: Case, process: Process, actor: str) -> tuple[str, ...]:
    """Why a request that is being handled cannot be resolved, or its priority not changed, by this person now."""
    if case.unread or Resolved not in TRANSITIONS[case.status]:
        return ()
    return (
        *has_to_be_decided(case),
        *appeal_is_decided(case),
        *may_decide(case, actor, process),
        *may_resolve(case, actor, process),
        *may_lower(case, actor, process),
    )


def take_in(
    case_id: str, request: Request, now: datetime, process: Process, quarantine_reasons: tuple[Message, ...] = ()
) -> Step:
    """The first step of a case, received by its front end or the level of its priority.

    It is to be judged, or awaits review in quarantine (core/quarantine.py).

    Raises Refused (`front_end`).
    """
    level, handler = arrival(request, process, case_id)
    event = Received(at=now, actor=REQUESTER, request=request, level=level, handler=handler)
    case = apply(None, event, case_id)
    if not quarantine_reasons:
        return standing(case, process, (event,), (JudgeRequest(),))
    held = Quarantined(at=now, actor=SPECDESK, reasons=quarantine_reasons)
    return standing(apply(case, held), process, (event, held))


def followed(first: Step, intent: Intent, second: Step) -> Step:
    """Two steps of a case as one, where the second does what an intent of the first is for."""
    left = tuple(other for other in first.intents if other != intent)
    return replace(second, events=(*first.events, *second.events), intents=(*left, *second.intents))


def standing(case: Case, process: Process, events: tuple[Event, ...] = (), intents: tuple[Intent, ...] = ()) -> Step:
    """A step with its clock: when the case as it stands is due, and when time has something to say or do about it."""
    due_time = running(case, process)
    next_time = min(filter(None, (next_alert(case, process), next_instant(case, process))), default=None)
    return Step(case, events, intents, due=due_time.instant if due_time else None, next_alert=next_time)


def advance(case: Case, event: Event, process: Process) -> Step:
    """What `event` does to a case. Raises Refused saying what the rules do not allow, and what they do.

    Raises Unreadable for a case whose log this version cannot read in full: nothing is built on a guess.

    Clocks of two machines may differ by a little: an event that seems older than the case happens
    at the case's last instant, so that the log never runs backwards.
    """
    refuse_unread(case)
    event = replace(event, at=max(event.at, case.changed_at))
    spec = LIFECYCLE[type(event)]
    event = spec.completes(case, event, process)
    _refuse_unless_allowed(case, event, process)
    events = (*spec.before(case, event, process), event, *spec.after(case, event, process))
    intents: list[Intent] = []
    before = case
    for happened in events:
        after = apply(before, happened)
        intents += [intent for intent in caused(before, happened, after, process) if intent not in intents]
        before = after
    if before.missing_in_mantis:  # nothing can be written there; what is missing follows (`on_found_in_mantis`)
        intents = [intent for intent in intents if not isinstance(intent, _FOR_THE_ISSUE)]
    return standing(before, process, events, tuple(_in_order(intents)))


def caused(before: Case, event: Event, after: Case, process: Process) -> tuple[Intent, ...]:
    """The deliveries that an event causes: those of its row, copies, news for duplicates and for people in copy."""
    spec = LIFECYCLE[type(event)]
    intents = (
        *spec.intents(before, event, after, process),
        *(copies(before, event, after, process) if spec.copied else ()),
        *spec.notifies(before, event, after, process),
    )
    told = {mailbox(intent.to) for intent in intents if isinstance(intent, SendNotice)}
    followed = to_followers(before, event, after, process, told) if spec.copied and has_a_note(event) else ()
    return (*intents, *followed, *informed(event, after, intents))


def _in_order(intents: list[Intent]) -> list[Intent]:
    """The update of the issue comes behind all notes: a note of ours takes it out of feedback."""
    if UpdateIssue() not in intents:
        return intents
    others = [intent for intent in intents if intent != UpdateIssue()]
    last = max((n for n, intent in enumerate(others, 1) if isinstance(intent, _FOR_THE_ISSUE)), default=0)
    return [*others[:last], UpdateIssue(), *others[last:]]


def refuse_unread(case: Case) -> None:
    """Raise Unreadable when this version cannot read all that has happened to a case."""
    if case.unread:
        raise Unreadable(
            f"{case.id} holds what this version of Specdesk cannot read ({case.unread[0].why.rstrip('.')})."
            " It can be looked at, and changed again as soon as the newer version runs. Nothing of it is lost."
        )


def _refuse_unless_allowed(case: Case, event: Event, process: Process) -> None:
    kind = type(event)
    if kind not in TRANSITIONS[case.status]:
        offered = allowed(case, process, event.actor).events
        words = ", ".join(action for row, action in ACTIONS.items() if row in offered)
        doing = ACTIONS.get(kind, f"record {kind.__name__}")
        raise Refused(f"{case.id} is {case.status.value}: to {doing} is not possible now. Possible are: {words}.")
    problems = [problem for rule in LIFECYCLE[kind].rules for problem in rule(case, event, process)]
    if problems:
        raise Refused(" ".join(problems))


def apply(case: Case | None, event: Event, case_id: str = "") -> Case:
    """The case after `event`. Decides nothing: `advance` says whether an event may happen.

    Raises Broken when a log does not begin with Received, or holds an event that has no row here, and Unreadable
    when its beginning cannot be read.
    """
    if isinstance(event, Received):
        return Case(
            id=case_id,
            version=1,
            request=event.request,
            status=Status.NEW,
            level=event.level,
            handler=event.handler,
            priority=event.request.priority,
            category=Category.UNDECIDED,
            received_at=event.at,
            changed_at=event.at,
            history=(event,),
            statuses=(Status.NEW,),
        )
    if case is None and isinstance(event, UnknownEvent):
        raise Unreadable(f"{case_id} cannot be read by this version of Specdesk: {event.why}")
    if case is None:
        raise Broken(f"The log of {case_id} begins with {type(event).__name__}; it must begin with Received.")
    spec = _UNREAD if isinstance(event, UnknownEvent) else LIFECYCLE.get(type(event))
    if spec is None:
        raise Broken(f"{case.id}: core/lifecycle.py has no row for {type(event).__name__}.")
    changes = {"status": spec.leads_to.get(case.status, case.status), **spec.changes(case, event)}
    return replace(
        case,
        version=case.version + 1,
        changed_at=max(case.changed_at, event.at),
        history=(*case.history, event),
        statuses=(*case.statuses, changes["status"]),
        **changes,
    )


def fold(case_id: str, events: Iterable[Event]) -> Case:
    """The case that a log describes. Raises Broken for an empty log."""
    case: Case | None = None
    for event in events:
        case = apply(case, event, case_id)
    if case is None:
        raise Broken(f"The log of {case_id} is empty.")
    return case


def states(case: Case) -> Iterator[tuple[Event, Case]]:
    """Each event of a case's log, with the case as it stood after it."""
    state: Case | None = None
    for event in case.history:
        state = apply(state, event, case.id)
        yield event, state
