"""What is owed, carried out: the verdict, the issue in Mantis, what other requests have to know. Mail is in mail.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from intake_fn.core import duplicates, escalation, reconciliation, steps
from intake_fn.core.errors import Broken, OutcomeUnknown, Refused, SpecdeskError, Stale, TryLater, Unknown
from intake_fn.core.events import Filed, Judged, Linked
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    JudgeRequest,
    NotifyDuplicates,
    NotifyLead,
    RelateIssue,
    SendNotice,
    UpdateIssue,
)
from intake_fn.core.notes import SPECDESK, makes_a_note, note_of
from intake_fn.core.vocabulary import Category, Status
from intake_fn.desk import sync
from intake_fn.desk.filing import issue_of, note_text, project_of
from intake_fn.desk.mail import LOOK, asked, send
from intake_fn.desk.outbox import LEASE_SECONDS, Swept, dead_letter, deliverable, postpone, record
from intake_fn.desk.verdict_replay import claim_of, people_in
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.request import Attachment
    from intake_fn.desk import Desk
    from intake_fn.ports import OutboxItem

FILE_TRIES = 5
"""How often a filing is tried for the sake of a file that fails; then it goes as its link alone."""

NOT_ATTACHED = "The issue is there, and a file of it is not:"
"""How the error of a filing begins that failed for the sake of a file; that of an outage begins otherwise."""

log = structlog.get_logger()


def deliver(desk: Desk, case_id: str, *, in_line: bool = False) -> Swept:
    """Attempt the case's items until none is left, none may be tried yet, or the time is up.

    `in_line` says that they stood first in line: those that have to wait for another one leave their places.
    """
    until = desk.clock() + desk.inline
    seen: set[str] = set()
    sum_ = Swept()
    while desk.clock() <= until:
        now, later = deliverable(desk, case_id)
        fresh = [item for item in now if item.id not in seen]
        if not fresh:
            for item, turn in later if in_line else ():
                desk.outbox.reschedule(item, turn)
            break
        item = fresh[0]
        seen.add(item.id)
        sum_ += _attempt(desk, item)
    return sum_


def _attempt(desk: Desk, item: OutboxItem) -> Swept:
    """One try at one item, under a lease."""
    mail = isinstance(item.intent, SendNotice)
    if mail and not item.leased:
        return _attempt_mail(desk, item)
    if not desk.outbox.lease(item, desk.clock(), LEASE_SECONDS):
        return Swept()
    if mail:
        return dead_letter(desk, item, OutcomeUnknown(f"It may have been sent or not: the work was cut off. {LOOK}"))
    return _tried(desk, item, lambda: _carry_out(desk, item))


def _attempt_mail(desk: Desk, item: OutboxItem) -> Swept:
    """The same for a mail, of which nobody can be asked whether it was sent.

    What is found under a lease that is over may have been sent. So all that can be done before is done before the
    lease: what is cut off until then was surely not sent.
    """
    trouble, notice = None, None
    try:
        case = desk.cases.load(item.case_id)
        steps.refuse_unread(case)
        notice = asked(desk, item, case)
    except Exception as error:  # noqa: BLE001 - it is raised again, under the lease: one alone may write it down
        trouble = error
    if notice is None and trouble is None:
        return Swept(delivered=1)
    if not desk.outbox.lease(item, desk.clock(), LEASE_SECONDS):
        return Swept()

    def go_on() -> None:
        if notice is None:
            raise trouble or Stale("It is no longer owed.")
        send(desk, item, case, notice)

    return _tried(desk, item, go_on)


def _tried(desk: Desk, item: OutboxItem, do: Callable[[], None]) -> Swept:
    """Do it; whatever goes wrong is written down with the item."""
    try:
        do()
    except Stale:
        return Swept()  # somebody else has done it, or will: the item is still there if it is owed
    except (Refused, OutcomeUnknown) as error:
        return dead_letter(desk, item, error)
    except Exception as error:  # whatever it is: one poisoned item must not hold up the others
        if not isinstance(error, SpecdeskError | SpecLookupError):
            log.exception("delivery_failed_unexpectedly", item=item.id)
        return postpone(desk, item, error)
    return Swept(delivered=1)


def _carry_out(desk: Desk, item: OutboxItem) -> None:
    case = desk.cases.load(item.case_id)
    steps.refuse_unread(case)
    match item.intent:
        case JudgeRequest():
            record(desk, item, case, _judge(desk, case))
        case FileIssue():
            late = bool(item.leased or item.tries or item.last_error)
            record(desk, item, case, replace(_file(desk, case, item), late=late))
        case UpdateIssue():
            _update(desk, item, case)
        case AddNote() | BackfillNotes() | RelateIssue():
            _say(desk, item, case, item.intent)
        case NotifyLead(other):
            _tell(desk, item.case_id, other)
            desk.outbox.finish(item)
        case NotifyDuplicates():
            _pass_on(desk, item, case, item.intent)
            desk.outbox.finish(item)


def _say(desk: Desk, item: OutboxItem, case: Case, intent: AddNote | BackfillNotes | RelateIssue) -> None:
    """Write it, if the issue is there; if it is not, all is owed anew once there is one again.

    A note of ours takes an issue out of feedback (Mantis: reassign_on_feedback): what waits is put there again.
    """
    try:
        if not case.missing_in_mantis:
            _write(desk, case, intent)
    except Unknown:
        if not sync.follow(desk, case.id).missing_in_mantis:
            raise
    if isinstance(intent, AddNote | BackfillNotes) and case.status is Status.WAITING and not case.missing_in_mantis:
        _update(desk, item, case)
    else:
        desk.outbox.finish(item)


def _write(desk: Desk, case: Case, intent: AddNote | BackfillNotes | RelateIssue) -> None:
    """Say it in Mantis, unless it stands there; a link only if no person has said otherwise since."""
    number = _number(case)
    match intent:
        case AddNote(text, about):
            said = note_text(case, about, text, desk.links)
            desk.tracker.note(number, said, reconciliation.note_marker(case, about))
        case RelateIssue(other, relation) if case.links.get(other) is relation:
            desk.tracker.relate(number, other, relation)
        case BackfillNotes():
            for version, event in enumerate(case.history, 1):
                if makes_a_note(event):
                    _write(desk, case, AddNote(note_of(event, desk.process), version))
            linked = dict.fromkeys(event.number for event in case.history if isinstance(event, Linked))
            for other in linked:
                _write(desk, case, RelateIssue(other, case.links.get(other)))


def _tell(desk: Desk, case_id: str, other_id: str) -> None:
    """Have the other request know whether this one follows it, as both stand."""

    def decide(other: Case) -> Event | None:
        return duplicates.settled(desk.cases.load(case_id), other, desk.clock(), SPECDESK)

    busy = TryLater(f"{other_id} is changing too fast to be told of {case_id}. It is tried again.")
    desk.change(other_id, decide, busy=busy)


def _pass_on(desk: Desk, item: OutboxItem, case: Case, news: NotifyDuplicates) -> None:
    """Have all followers hear of it; one that cannot does not keep the others from it. Raises what the first met.

    What a follower owes because of it stands in its own outbox, for the next sweep.
    """
    errors = []
    for follower in news.others:
        try:
            _let_hear(desk, follower, item, case, _without_others(desk, news, follower))
        except SpecdeskError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _without_others(desk: Desk, news: NotifyDuplicates, case_id: str) -> NotifyDuplicates:
    """The news for one follower: whoever else follows is not named in it."""
    others = []
    for other in (number for number in news.others if news.text and number != case_id):
        try:
            others.append(desk.cases.load(other))
        except SpecdeskError as error:
            log.warning("follower_not_masked", case=other, error=str(error))
    return replace(news, text=duplicates.masked(news.text, *others)) if others else news


def _let_hear(desk: Desk, case_id: str, item: OutboxItem, lead: Case, news: NotifyDuplicates) -> None:
    """Its log says what it has heard, so that it is once however often this runs."""

    def decide(follower: Case) -> Event | None:
        return duplicates.heard(follower, news, item.id, lead, desk.clock(), SPECDESK)

    busy = TryLater(f"{case_id} is changing too fast to hear of {item.case_id}. It is tried again.")
    desk.change(case_id, decide, busy=busy)


def _judge(desk: Desk, case: Case) -> Judged:
    with structlog.contextvars.bound_contextvars(case=case.id):
        verdict = desk.judge(desk.spec(), claim_of(case.request), people_in(case.request))
    return Judged(
        at=desk.clock(),
        actor=SPECDESK,
        category=Category(verdict.category),
        verdict=verdict.to_plain(),
        speciality=escalation.speciality_of(case.request, desk.process),
    )


def _file(desk: Desk, case: Case, item: OutboxItem) -> Filed:
    placed = desk.tracker.file(issue_of(case, desk.process, desk.links))
    last = item.tries >= FILE_TRIES and item.last_error.startswith(NOT_ATTACHED)
    refused = [  # the signed link of each file stands in the issue all the same
        f"file {file.name}" for file in case.request.attachments if not _attached(desk, placed.number, file, last=last)
    ]
    dropped = (*placed.dropped, *refused)
    if dropped:
        log.warning("mantis_dropped_fields", case=case.id, issue=placed.number, fields=dropped)
    return Filed(
        at=desk.clock(),
        actor=SPECDESK,
        number=placed.number,
        project=project_of(case, desk.process),
        url=placed.url,
        dropped=dropped,
    )


def _attached(desk: Desk, number: int, file: Attachment, *, last: bool) -> bool:
    """Whether a file is in the issue. One that keeps failing must not keep the filing from being recorded."""
    if file.size > desk.process.mantis.max_file_mb * 2**20:
        return False
    try:
        content = desk.files.get(file.key)
    except Unknown as error:
        log.warning("file_lost", issue=number, file=file.key, error=str(error))
        return False
    except (TryLater, Broken) as error:
        return _given_up(error, number, file, last=last)
    try:
        return desk.tracker.attach(number, file.name, content)
    except (TryLater, Broken, Unknown) as error:  # Unknown: an issue that was deleted since is made anew
        return _given_up(error, number, file, last=last)


def _given_up(error: SpecdeskError, number: int, file: Attachment, *, last: bool) -> bool:
    """False, at the last try for a file; else it is tried again. Raises TryLater."""
    if not last:
        raise TryLater(f"{NOT_ATTACHED} {error}") from error
    log.warning("file_not_attached", issue=number, file=file.key, error=str(error)[:200])
    return False


def _update(desk: Desk, item: OutboxItem, case: Case) -> None:
    """Bring the issue in line. What was said there first is taken over first: our status must not cover it."""
    _number(case)
    case = sync.follow(desk, item.case_id)
    if case.missing_in_mantis:
        desk.outbox.finish(item)
        return
    event = sync.in_line(desk, case)
    if event:
        record(desk, item, case, event)
    else:
        desk.outbox.finish(item)


def _number(case: Case) -> int:
    if case.issue is None:
        raise TryLater(f"{case.id} is not in Mantis yet.")
    return case.issue
