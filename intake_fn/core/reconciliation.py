"""Reconciliation with Mantis: what an issue should show of its case, and the rule for changes made there. Pure.

The rule: **what is said in Mantis is taken over, what is set in Mantis is put back.**

| In Mantis somebody                         | So we                                                      |
|--------------------------------------------|------------------------------------------------------------|
| writes a note                              | take it over (NotedInMantis)                               |
| resolves or closes an open request         | take it over (Resolved: requester and level 3 are notified)|
| closes a resolved request                  | take it over (Closed)                                      |
| resolves or closes an undecided request    | put it back, and say there why: it is to be decided first  |
| resolves or closes one that is appealed    | put it back, and say there why: somebody decides it first  |
| sets another resolution on what is done    | put ours back                                              |
| sets status, handler, priority or project  | put ours back, and show both on the desk (ChangedInMantis) |
| deletes the issue, or hides it             | flag it for a person (MissingInMantis), and keep all we have|

It holds as well where our state has moved on in the meantime: a resolution made there counts, a
handler set there does not. Our own writes are exempt: Mantis may show every state that the case has had since
the oldest write that is still pending. Only a value outside of that is somebody's change. A field that Mantis
drops (`Case.dropped_fields`) says nothing, and so is not compared.

What our own account changed last to a state that the case once had is nobody's change: a write of ours
came late, or Mantis itself took the issue out of feedback because its reporter, who is us, wrote a note
(`reassign_on_feedback`). It is corrected without a note (`drifted`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from intake_fn.core.case import Case, resolved_by
from intake_fn.core.events import (
    ChangedInMantis,
    Closed,
    Event,
    Filed,
    FoundInMantis,
    MissingInMantis,
    NotedInMantis,
    Resolved,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import REOPENED, Process
from intake_fn.core.steps import states
from intake_fn.core.vocabulary import Category, Outcome, Status
from intake_fn.texts import Message, message

MANTIS = "mantis"
"""The actor of what was changed in Mantis by nobody we could name."""


@dataclass(frozen=True, slots=True)
class MantisNote:
    """A note as it stands in Mantis."""

    number: int
    author: str
    text: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class IssueState:
    """An issue as it stands in Mantis. Names are Mantis's; `handler` is "" for nobody.

    `changed_by` names who changed a field last, by field; `ours` are the fields that our own account did. The texts
    are for finding duplicates; ours are the record.
    """

    project: str
    handler: str
    status: str
    priority: str
    resolution: str = ""
    fixed_in: str = ""
    target: str = ""
    notes: tuple[MantisNote, ...] = ()
    changed_by: Mapping[str, str] | None = None
    ours: frozenset[str] = frozenset()
    summary: str = ""
    description: str = ""
    is_private: bool = False
    """Whether only developers and who created it see it there."""


def note_marker(case: Case, version: int) -> str:
    """What the note of an event ends with, `version` being the event's place in the log: it is written once."""
    return f"[{case.id}#{version}]"


ANYTHING = "*"
"""Stands for whatever a field may hold."""


def expected(case: Case, process: Process) -> dict[str, str]:
    """What Mantis should show of a case, by field; what is "" stays as it is there, as a handler who has left."""
    return {
        "project": process.mantis.projects[case.category],
        "handler": "" if process.has_left(case.handler) else process.people[case.handler].mantis,
        "status": process.mantis.status_of(Status.NEW if case.status.in_quarantine else case.status, case.stage),
        "priority": process.priorities[case.priority].mantis,
        "resolution": _resolution(case, process),
    }


def _resolution(case: Case, process: Process) -> str:
    """The resolution for Mantis, "" for none; that of a duplicate, unless it was resolved in Mantis by itself."""
    done = resolved_by(case)
    if done is None:
        return ""
    if not case.status.is_done:
        return process.mantis.resolution[REOPENED]
    outcome = Outcome.DUPLICATE if case.duplicate_of and not done.in_mantis else done.outcome
    return process.mantis.resolution.get(outcome, "")


def _outcome(stands: IssueState, case: Case, process: Process) -> Outcome:
    """What a resolution in Mantis stands for; of two with one name there, the one that fits what the request is."""
    outcomes = [
        Outcome(name)
        for name, theirs in process.mantis.resolution.items()
        if theirs.casefold() == stands.resolution.casefold() and name not in (REOPENED, Outcome.WITHDRAWN)
    ]
    return outcomes[-1 if case.category is Category.MISC else 0] if outcomes else Outcome.UNSAID


def assignee(case: Case, stands: IssueState, process: Process) -> str:
    """The account that is to hold the issue: one of a group's people who holds it already keeps it."""
    person = process.person(case.handler)
    mine = {account.casefold() for account in person.accounts}
    return stands.handler if stands.handler.casefold() in mine else person.mantis


def next_event(
    case: Case, stands: IssueState | None, owed: Iterable[int], process: Process, now: datetime
) -> Event | None:
    """The first thing that an issue tells of a case and its log does not; None when there is nothing (more).

    `stands` is None when the issue is gone; `owed` are the versions of the case that owe Mantis a write yet. A case
    that is new is of an issue that was taken in a moment ago; it is compared once it is judged.
    """
    if case.issue is None or case.status is Status.NEW:
        return None
    if stands is None:
        return None if case.missing_in_mantis else MissingInMantis(at=now, actor=MANTIS, number=case.issue)
    if case.missing_in_mantis:
        return FoundInMantis(at=now, actor=MANTIS, number=case.issue)
    events = (*_notes(case, stands, process, now), *_changes(case, stands, [*owed], process, now))
    return next(iter(events), None)


def drifted(case: Case, stands: IssueState, process: Process) -> bool:
    """Whether a field that nobody but our own account changed is not as it should be, though nothing is owed."""
    return bool(_theirs(case, stands, (), process, ours=True))


def _notes(case: Case, stands: IssueState, process: Process, now: datetime) -> Iterator[Event]:
    known = {event.number for event in case.history if isinstance(event, NotedInMantis)}
    markers = {note_marker(case, version) for version in range(1, case.version + 1)}
    writers: dict[str, str] = {}
    for note in stands.notes:
        _, bracket, last = note.text.rstrip().rpartition("[")
        marker = f"{bracket}{last}"
        # The first with a marker is ours; who else ends a note with it quotes it.
        ours = marker in markers and writers.setdefault(marker, note.author) == note.author
        if not ours and note.number not in known:
            who = _who(note.author, process)
            yield NotedInMantis(at=now, actor=who, number=note.number, text=note.text, private=note.private)


def _changes(case: Case, stands: IssueState, owed: Sequence[int], process: Process, now: datetime) -> Iterator[Event]:
    """A resolution that is taken over, or else what is put back."""
    theirs = _theirs(case, stands, owed, process)
    if "status" in theirs:
        yield from _done(case, stands, process, now)
    if theirs:
        done = {process.mantis.status[status].casefold() for status in Status if status.is_done}
        early = theirs.get("status", "").casefold() in done
        ours = {name: value for name, value in expected(case, process).items() if name in theirs}
        who = next((name for field in theirs if (name := (stands.changed_by or {}).get(field, ""))), "")
        yield ChangedInMantis(
            at=now,
            actor=_who(who, process),
            theirs=theirs,
            ours=ours,
            why=_first(case) if early else None,
        )


def _first(case: Case) -> Message | None:
    """What has to be decided before it can be resolved, for who did that in Mantis."""
    if case.category is Category.UNDECIDED:
        return message("mantis.decide-first")
    return message("mantis.appeal-first") if case.appealed else None


def _theirs(
    case: Case, stands: IssueState, owed: Sequence[int], process: Process, *, ours: bool = False
) -> dict[str, str]:
    """What Mantis shows and may not show because of us, by field; `ours` chooses who changed it last."""
    may_show = _may_show(case, owed, process)
    silent = {*case.dropped_fields, *_not_known(case, owed, process)}
    by_us = _by_us(case, stands, process)
    return {
        name: value
        for name, value in _fields(stands).items()
        if name not in silent and not {value.casefold(), ANYTHING} & may_show[name] and (name in by_us) == ours
    }


def _by_us(case: Case, stands: IssueState, process: Process) -> set[str]:
    """The fields that our own account changed last, to what we may have written; a person may use its token."""
    once = _shown_since(case, 1, process, resets=True)
    return {name for name, value in _fields(stands).items() if name in stands.ours and value.casefold() in once[name]}


def _done(case: Case, stands: IssueState, process: Process, now: datetime) -> Iterator[Event]:
    """Resolved or closed in Mantis: the requester reads how, without the notes, which are for colleagues."""
    status = process.mantis.status
    resolved, closed = (
        stands.status.casefold() == status[done_status].casefold() for done_status in (Status.RESOLVED, Status.CLOSED)
    )
    who = _who((stands.changed_by or {}).get("status", ""), process)
    decided = case.category is not Category.UNDECIDED and not case.appealed
    if case.status in (Status.OPEN, Status.WAITING) and decided and (resolved or closed):
        outcome = _outcome(stands, case, process)
        yield Resolved(
            at=now,
            actor=who,
            resolution=_in_words(stands, closed=closed),
            in_mantis=True,
            outcome=outcome,
            fixed_in=stands.fixed_in if outcome.has_a_version else "",
        )
    elif case.status is Status.RESOLVED and closed:
        yield Closed(at=now, actor=who, in_mantis=True)


NO_WORDS = ("", "open", "reopened")
"""Resolutions that say nothing of how it was done; nor does a number that has no name, such as @0@."""


def _in_words(stands: IssueState, *, closed: bool) -> str:
    """What the developers said by a resolution, for the requester; that they said nothing, where they did not."""
    if stands.resolution.casefold() in NO_WORDS or stands.resolution.startswith("@"):
        return f"The developers have {'closed' if closed else 'resolved'} it and did not say how it was resolved."
    return f"The developers say: {stands.resolution}."


def _may_show(case: Case, owed: Sequence[int], process: Process) -> dict[str, set[str]]:
    """The values by field that Mantis may show because of us, or because they are known and about to be put back.

    While something is owed to a case that waits, a note of ours may just have taken its issue out of feedback.
    """
    first = _first_shown(case, min(owed)) if owed else case.version
    shown = _shown_since(case, first, process, resets=bool(owed))
    if owed:
        known = [*case.history[min(owed) - 1 :], *_found(case, min(owed))]
        for event in known:
            for name, value in _known(event, process).items():
                shown[name].add(value.casefold())
    return shown


def _found(case: Case, pending: int) -> Iterator[Filed]:
    """The taking in of an issue that a person created, while the first write to it is pending."""
    judged = next((version for version, status in enumerate(case.statuses, 1) if status is not Status.NEW), 0)
    if pending <= judged:
        yield from (event for event in case.history if isinstance(event, Filed) and event.found)


def _first_shown(case: Case, pending: int) -> int:
    """The oldest version that Mantis may show while the write of a version is pending.

    While the issue was missing nothing was written, whatever happened to the case.
    """
    if isinstance(case.history[pending - 1], FoundInMantis):
        missing = (event for event in reversed(case.history[:pending]) if isinstance(event, MissingInMantis))
        pending = case.history.index(next(missing)) + 1
    return _before_step(case, pending)


def _before_step(case: Case, version: int) -> int:
    """The version before the step that led to one.

    The events of a step have one instant (`advance`); what we add to somebody's event has us as its actor.
    """
    first = version
    while first > 1 and _is_one_step(*case.history[first - 2 : first]):
        first -= 1
    return max(first - 1, 1)


def _is_one_step(event: Event, following: Event) -> bool:
    return event.at == following.at and following.actor in (event.actor, SPECDESK)


def _shown_since(case: Case, first: int, process: Process, *, resets: bool) -> dict[str, set[str]]:
    """The values by field that the case has had since a version; `resets` adds those that Mantis makes of feedback."""
    shown = _shows(case, process)
    for _, state in states(case):
        if state.version >= first:
            for name, values in _shows(state, process).items():
                shown[name] |= values
            if resets and state.status is Status.WAITING:
                shown["status"] |= {process.mantis.status[status].casefold() for status in (Status.OPEN, Status.NEW)}
    return shown


def _shows(case: Case, process: Process) -> dict[str, set[str]]:
    """The values by field that stand for the case in Mantis; the handler is any person of a group."""
    shown = {name: {value.casefold()} for name, value in expected(case, process).items()}
    done = resolved_by(case)
    if not case.status.is_done or done is None or not done.outcome:
        # While it is open, it says how far others have come; and where nobody said what came of it, as before that was
        # asked, nothing was written there that somebody could have changed.
        shown["resolution"] = {ANYTHING}
    shown["handler"] |= {account.casefold() for account in process.person(case.handler).accounts}
    return shown


def _not_known(case: Case, owed: Sequence[int], process: Process) -> Iterator[str]:
    """The handler, where ours has left: nobody is put back; or while a write is owed, if nobody knows whose it was."""
    known = process.everyone
    lost = any((who := _assigned_by(event)) and who not in known for event in case.history)
    if process.has_left(case.handler) or (owed and lost):
        yield "handler"


def _assigned_by(event: Event) -> str:
    """The handler that an event sets; "" for none."""
    return str(getattr(event, "owner", "") or getattr(event, "handler", ""))


def _known(event: Event, process: Process) -> Mapping[str, str]:
    """What an event has told of Mantis already; what was closed there is resolved here first: people may object."""
    if isinstance(event, Resolved) and event.in_mantis:
        return {"status": process.mantis.status[Status.CLOSED]}
    if isinstance(event, Filed):  # what was resolved there already is taken over
        done = {process.mantis.status[status].casefold() for status in Status if status.is_done}
        return {name: value for name, value in event.found.items() if name != "status" or value.casefold() not in done}
    return event.theirs if isinstance(event, ChangedInMantis) else {}


def _fields(stands: IssueState) -> dict[str, str]:
    return {
        "project": stands.project,
        "handler": stands.handler,
        "status": stands.status,
        "priority": stands.priority,
        "resolution": stands.resolution,
    }


def _who(account: str, process: Process) -> str:
    """The address of the person or group whose account it is; the account's own name for others, and for several."""
    person = process.account_of(account)
    return person.address if person else account or MANTIS
