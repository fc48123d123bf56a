"""A desk whose calls outwards fail at random: before the call, after it, without an answer, or with the worker's end.

The faults are drawn from a seed. A killed worker leaves what the store, Mantis and the mail service hold by then,
and the next worker begins with that.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.core.case import Case
from intake_fn.core.errors import OutcomeUnknown, Refused, TryLater
from intake_fn.core.events import (
    DeliveryFailed,
    Escalated,
    Event,
    LeadUpdated,
    MarkedDuplicate,
    NotedInMantis,
    Received,
    Reprioritised,
    Resolved,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.request import Priority
from intake_fn.core.steps import advance, apply, fold, take_in
from intake_fn.core.vocabulary import Progress, Relation
from intake_fn.desk.mail import ITEM
from tests.desk.test_story import Room, request
from tests.fakes import ports_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from intake_fn.core.process import Process
    from intake_fn.desk import Desk

READS = ("load", "due_items", "items_of", "alerts_due", "events", "dead_letters", "find_issue")
WRITES = ("create", "save", "lease", "postpone", "reschedule", "finish", "take_sync", "keep_sync")
MANTIS = ("file", "update", "note", "relate", "changes", "look")
FOLLOWS = 5
"""Of six requests the last is the same as the one before it."""

BECOMES_URGENT, IS_URGENT = 3, 7
"""Of eight requests one is raised to urgent, and one comes so."""

LEVEL_OF_URGENT = 3

FAULT_RATE = 0.04
"""The probability of a fault in each call."""


class Killed(BaseException):
    """The worker is killed. Nothing catches it, as nothing catches SIGKILL."""


class Broken(Exception):
    """An unexpected error."""


@dataclass
class FaultInjector:
    """Draws the faults, and counts them."""

    rng: random.Random
    active: bool = True
    faults_injected: Counter[str] = field(default_factory=Counter)

    def call(self, name: str, call: Any, *args: Any, **kwargs: Any) -> Any:
        """The call, or a fault in place of it or of its answer."""
        way = self.rng.choice(("before", "after", "timeout", "killed before", "killed after"))
        if not self.active or self.rng.random() > FAULT_RATE:
            return call(*args, **kwargs)
        self.faults_injected[f"{name}, {way}"] += 1
        if way == "before":
            raise Broken("An unexpected error.")
        if way == "killed before":
            raise Killed
        answer = call(*args, **kwargs)
        if way == "killed after":
            raise Killed
        if way == "after":
            raise Broken(f"The answer {answer!r} got lost.")
        raise OutcomeUnknown("No answer in time.") if name == "mail.send" else TryLater("No answer in time.")


class Unreliable:
    """A port whose calls may fail."""

    def __init__(self, inner: Any, injector: FaultInjector, name: str, methods: tuple[str, ...]) -> None:
        self._inner, self._injector, self._name, self._methods = inner, injector, name, methods

    def __getattr__(self, method: str) -> Any:
        """A method; one of those named goes through the injector."""
        call = getattr(self._inner, method)
        if method not in self._methods:
            return call
        return lambda *args, **kwargs: self._injector.call(f"{self._name}.{method}", call, *args, **kwargs)


@dataclass(frozen=True)
class RunResult:
    """The result of a run, counted from the store, Mantis and the mails."""

    submitted: int
    lost: int
    filed_twice: int
    unfiled: int
    notices: int
    notices_missing: int
    """Neither sent nor given up for a reason that stands with them."""
    notices_twice: int
    notices_unsure: int
    """Dead letters of which nobody knows whether they were sent: a person looks, since SES can't be asked."""
    unshown: int
    """Dead letters that the history of the request does not show."""
    balanced: bool
    notes: int = 0
    """What people wrote in Mantis."""
    notes_missed: int = 0
    notes_twice: int = 0
    duplicates: int = 0
    """Requests marked as duplicates of one that was resolved since."""
    apart: int = 0
    """Duplicates that were not resolved with it, or not told exactly once."""
    urgent: int = 0
    """Requests that came as urgent ones, or became so."""
    drifted: int = 0
    """Those that stood at another level than 3 while they were urgent, or whose front end got no copy."""
    faults_injected: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> tuple[int, ...]:
        """The counts that must be 0."""
        return (
            self.lost,
            self.filed_twice,
            self.unfiled,
            self.notices_missing,
            self.notices_twice,
            self.unshown,
            self.notes_missed,
            self.notes_twice,
            self.apart,
            self.drifted,
            int(not self.balanced),
        )

    def table(self) -> str:
        """The counts, one on a line."""
        return f"""
submitted        {self.submitted}
lost             {self.lost}
filed twice      {self.filed_twice}
never filed      {self.unfiled}
notices          {self.notices}
notices missing  {self.notices_missing}
notices twice    {self.notices_twice}
notices unknown  {self.notices_unsure} (dead-lettered: nobody knows whether they were sent)
dead, not shown  {self.unshown}
notes in Mantis  {self.notes}
notes missed     {self.notes_missed}
notes twice      {self.notes_twice}
followers        {self.duplicates}
not told once    {self.apart}
urgent           {self.urgent}
not at level 3   {self.drifted} (or without a copy to their front end)
ledger           {"balanced" if self.balanced else "NOT BALANCED"}
injected faults  {sum(self.faults_injected.values())}"""


def notices(case: Case, process: Process) -> dict[str, SendNotice]:
    """Each mail that a case ever had to send, by outbox item, computed anew from its log."""
    received = case.history[0]
    assert isinstance(received, Received)
    steps = [take_in(case.id, received.request, received.at, process)]
    while (number := steps[-1].case.version) < case.version:
        steps.append(advance(fold(case.id, case.history[:number]), _cause(case, number), process))
    return {
        f"{case.id}#{step.case.version}#{number}": intent
        for step in steps
        for number, intent in enumerate(step.intents, 1)
        if isinstance(intent, SendNotice)
    }


def _cause(case: Case, number: int) -> Event:
    """The event that caused a step: its first one, or, for a move to level 3, the new priority that follows."""
    first, *rest = case.history[number : number + 2]
    moved = isinstance(first, Escalated) and rest and isinstance(rest[0], Reprioritised) and rest[0].at == first.at
    return rest[0] if moved else first


def count(
    submitted: int,
    cases: Sequence[Case],
    filed: Iterable[str],
    sent: Iterable[str],
    desk: Desk,
    process: Process,
) -> RunResult:
    """Count the result; `filed` are the summaries in Mantis, `sent` the outbox items of the mails."""
    issues, mails = Counter(filed), Counter(sent)
    left = {item.id: item for case in cases for item in desk.outbox.items_of(case.id)}
    owed = [item_id for case in cases for item_id in notices(case, process)]
    explained = {item.id for item in left.values() if item.dead_lettered and item.last_error}
    given_up = Counter(item.case_id for item in left.values() if item.dead_lettered)
    told = {case.id: sum(isinstance(event, DeliveryFailed) for event in case.history) for case in cases}
    return RunResult(
        submitted=submitted,
        lost=submitted - len({case.request.summary for case in cases}),
        filed_twice=sum(times - 1 for times in issues.values()) + len(cases) - submitted,
        unfiled=sum(case.issue is None for case in cases),
        notices=len(owed),
        notices_missing=sum(item_id not in mails and item_id not in explained for item_id in owed),
        notices_twice=sum(times - 1 for times in mails.values()),
        notices_unsure=sum(item_id in explained for item_id in owed),
        unshown=sum(max(0, given_up[case_id] - told[case_id]) for case_id in told),
        balanced=desk.counters.ledger().balanced,
    )


def run(process: Process, submissions: int, seed: int) -> RunResult:
    """Submit requests through random faults, sweep until nothing is pending, and count."""
    with log.captured():
        return _run(process, submissions, seed)


def _run(process: Process, submissions: int, seed: int) -> RunResult:
    room = Room(process)
    injector = FaultInjector(random.Random(seed))  # noqa: S311 - the same faults for the same seed
    desk = replace(
        room.desk,
        **ports_of(Unreliable(room.store, injector, "store", READS + WRITES)),
        tracker=Unreliable(room.tracker, injector, "Mantis", MANTIS),
        mailer=Unreliable(room.mailer, injector, "mail", ("send",)),
    )
    written, pairs = _submit(desk, room, injector, submissions)
    injector.active = False
    _settle(desk, room, submissions)
    cases = [room.store.load(row.id) for row in room.store.queue(None, open_only=False, limit=10 * submissions).rows]
    result = count(
        submissions,
        cases,
        (issue.summary for issue in room.tracker.issues.values()),
        (mail.headers[ITEM] for mail in room.mailer.sent),
        room.desk,
        process,
    )
    read = [event.text for case in cases for event in case.history if isinstance(event, NotedInMantis)]
    return replace(
        result,
        notes=len(written),
        notes_missed=len({*written} - {*read}),
        notes_twice=len(read) - len({*read}),
        duplicates=len(pairs),
        apart=sum(
            _is_apart(room.store.load(lead), room.store.load(follower), room.tracker.related)
            for lead, follower in pairs
        ),
        urgent=sum(map(_was_urgent, cases)),
        drifted=sum(_is_astray(case, process, room) for case in cases if _was_urgent(case)),
        faults_injected=injector.faults_injected,
    )


def _submit(
    desk: Any, room: Room, injector: FaultInjector, submissions: int
) -> tuple[list[str], list[tuple[str, str]]]:
    """Submit requests and work on some; the notes that people wrote in Mantis, and the pairs of lead and duplicate."""
    written: list[str] = []
    pairs: list[tuple[str, str]] = []
    last = ""
    for number in range(submissions):
        case_id = _sent(desk, number)
        if number % 6 == FOLLOWS and _is_joined(desk, room, case_id, last):
            pairs.append((last, case_id))
        last = case_id
        if number % 8 == BECOMES_URGENT:
            _done(desk, room, case_id, Reprioritised, priority=Priority.URGENT, note="The port closes.")
        if number % 5 == 0 and room.tracker.issues:
            issue = injector.rng.choice([*room.tracker.issues][-10:])
            room.tracker.note(issue, "A person wrote this.", f"Note {number}")
            written.append(f"A person wrote this.\n\nNote {number}")
        if number % 7 == 0:
            _swept(desk, room)
    return written, pairs


def _settle(desk: Any, room: Room, submissions: int) -> None:
    """Sweep for twenty hours; a person retries dead filings, but no mails."""
    for _ in range(60):
        room.clock.advance(minutes=20)
        for item in room.store.dead_letters(limit=10 * submissions):
            if not isinstance(item.intent, SendNotice):
                desk.retry(item.id, "paul@example.com")
        _swept(desk, room)


def _sent(desk: Any, number: int) -> str:
    """The id of a request; the form is sent until it is taken in."""
    while True:
        try:
            priority = Priority.URGENT if number % 8 == IS_URGENT else Priority.HIGH
            case: Case = desk.take_in(request(summary=f"Request {number}", priority=priority), f"key {number}")
        except (Killed, Broken, TryLater):
            continue  # the form still has everything: it is sent again with the same key
        return case.id


def _is_joined(desk: Any, room: Room, case_id: str, other: str) -> bool:
    """Whether a person marked it as a duplicate, and resolved the other one."""
    return _done(desk, room, case_id, MarkedDuplicate, other=other) and _done(
        desk, room, other, Resolved, resolution="Mended."
    )


def _done(desk: Any, room: Room, case_id: str, kind: type[Event], **what: Any) -> bool:
    """Whether a person did it; they try again after a fault. False when it is refused."""
    while True:
        case = room.store.load(case_id)
        if any(isinstance(event, kind) for event in case.history):
            return True
        try:
            desk.act(case_id, kind(at=room.clock(), actor="paul@example.com", **what), case.version)
        except Refused:
            return False
        except (Killed, Broken, TryLater):
            continue


def _is_apart(lead: Case, follower: Case, related: Container[tuple[int | None, int | None]]) -> bool:
    """Whether a duplicate was not resolved with its lead, was not told exactly once, or is not related in Mantis."""
    heard = [event.progress for event in follower.history if isinstance(event, LeadUpdated)]
    done = [event for event in follower.history if isinstance(event, Resolved)]
    once = heard.count(Progress.RESOLVED) == len(done) == 1
    linked = {lead.issue: Relation.DUPLICATE} == follower.links and (follower.issue, lead.issue) in related
    return lead.status.is_open or not once or not linked


def _was_urgent(case: Case) -> bool:
    """Whether it ever was urgent."""
    raised = (event.priority for event in case.history if isinstance(event, Reprioritised))
    return Priority.URGENT in (case.request.priority, *raised)


def _is_astray(case: Case, process: Process, room: Room) -> bool:
    """Whether it ever was urgent at another level than 3, or its front end got no copy."""
    then: Case | None = None
    for event in case.history:
        then = apply(then, event, case.id)
        if then.priority is Priority.URGENT and then.level != LEVEL_OF_URGENT:
            return True
    sent = {mail.headers[ITEM] for mail in room.mailer.sent}
    given_up = {item.id for item in room.store.items_of(case.id) if item.dead_lettered}
    copies = {item for item, notice in notices(case, process).items() if notice.notice == "copied"}
    return not copies or bool(copies - sent - given_up)


def _swept(desk: Any, room: Room) -> None:
    """A sweep and a sync by a worker that may be killed; its leases end after three minutes."""
    try:
        desk.sweep(limit=1_000)
        desk.sync()
    except (Killed, Broken, TryLater):
        room.clock.advance(minutes=3)
