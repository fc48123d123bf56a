"""The intents for Mantis, carried out: an issue is created once, updated, and gets its notes and relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from intake_fn import log
from intake_fn.core.errors import Broken, NotAttached, SpecdeskError, TryLater, Unknown
from intake_fn.core.events import Filed, Linked
from intake_fn.core.intents import AddNote, BackfillNotes, FileIssue, RelateIssue, UpdateIssue
from intake_fn.core.messages import makes_a_note, note_of
from intake_fn.core.names import SPECDESK
from intake_fn.core.reconciliation import note_marker
from intake_fn.core.vocabulary import Postponed, Status
from intake_fn.desk.filing import issue_of, note_text, project_of
from intake_fn.desk.outbox import record
from intake_fn.desk.reconciliation import align, reconcile

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.request import Attachment
    from intake_fn.desk.needs import Filing
    from intake_fn.ports import OutboxItem

FILE_TRIES = 5
"""How often a filing is tried for the sake of a file that fails; then it goes as its link alone."""


def file(desk: Filing, item: OutboxItem, case: Case, _: FileIssue) -> None:
    """Create the issue of a case with its files, or find the one that was created before."""
    placed = desk.tracker.file(issue_of(case, desk.process, desk.links))
    last = item.tries >= FILE_TRIES and item.postponed is Postponed.NOT_ATTACHED
    refused = [  # the issue has the signed link of each file all the same
        f"file {file.name}" for file in case.request.attachments if not _attached(desk, placed.number, file, last=last)
    ]
    dropped = (*placed.dropped, *refused)
    if dropped:
        log.warning("mantis_dropped_fields", case=case.id, issue=placed.number, fields=dropped)
    filed = Filed(
        at=desk.clock(),
        actor=SPECDESK,
        number=placed.number,
        project=project_of(case, desk.process),
        url=placed.url,
        dropped=dropped,
        late=bool(item.leased or item.tries or item.last_error),
    )
    record(desk, item, case, filed)


def _attached(desk: Filing, number: int, file: Attachment, *, last: bool) -> bool:
    """Whether a file is in the issue. One that keeps failing must not keep the filing from being recorded."""
    if file.size > desk.process.mantis.max_file_mb * 2**20:
        return False
    try:
        content = desk.files.get(file.key)
    except Unknown as error:
        log.warning("file_lost", issue=number, file=file.key, error=str(error))
        return False
    except (TryLater, Broken) as error:
        return _left_out(error, number, file, last=last)
    try:
        return desk.tracker.attach(number, file.name, content)
    except (TryLater, Broken, Unknown) as error:  # Unknown: an issue that was deleted since is made anew
        return _left_out(error, number, file, last=last)


def _left_out(error: SpecdeskError, number: int, file: Attachment, *, last: bool) -> bool:
    """False, at the last try for a file; else it is tried again. Raises NotAttached."""
    if not last:
        raise NotAttached(f"The issue is there, and a file of it is not: {error}") from error
    log.warning("file_not_attached", issue=number, file=file.key, error=str(error)[:200])
    return False


def update(desk: Filing, item: OutboxItem, case: Case, _: UpdateIssue | AddNote | BackfillNotes) -> None:
    """Set the fields of the issue. Changes in Mantis are taken over first: our status must not cover them."""
    _number(case)
    case = reconcile(desk, item.case_id)
    event = None if case.missing_in_mantis else align(desk, case)
    if event:
        record(desk, item, case, event)
    else:
        desk.outbox.finish(item)


def write(desk: Filing, item: OutboxItem, case: Case, intent: AddNote | BackfillNotes | RelateIssue) -> None:
    """Write a note or a relation; a missing issue gets all of them once there is one again.

    A note of ours takes an issue out of feedback (Mantis: reassign_on_feedback): it is put back while its case waits.
    """
    try:
        if not case.missing_in_mantis:
            _write(desk, case, intent)
    except Unknown:
        if not reconcile(desk, case.id).missing_in_mantis:
            raise
    if isinstance(intent, AddNote | BackfillNotes) and case.status is Status.WAITING and not case.missing_in_mantis:
        update(desk, item, case, intent)
    else:
        desk.outbox.finish(item)


def _write(desk: Filing, case: Case, intent: AddNote | BackfillNotes | RelateIssue) -> None:
    """Write it unless the issue has it; a relation only if no person has changed it since."""
    number = _number(case)
    match intent:
        case AddNote(about):
            event = case.history[about - 1]
            if makes_a_note(event):
                text = note_text(case, about, note_of(event, desk.process), desk.process, desk.links)
                desk.tracker.note(number, text, note_marker(case, about))
        case RelateIssue(other, relation):
            if case.links.get(other) is relation:
                desk.tracker.relate(number, other, relation)
        case BackfillNotes():
            for version, event in enumerate(case.history, 1):
                if makes_a_note(event):
                    _write(desk, case, AddNote(version))
            linked = dict.fromkeys(event.number for event in case.history if isinstance(event, Linked))
            for other in linked:
                _write(desk, case, RelateIssue(other, case.links.get(other)))
        case _:
            assert_never(intent)


def _number(case: Case) -> int:
    if case.issue is None:
        raise TryLater(f"{case.id} is not in Mantis yet.")
    return case.issue
