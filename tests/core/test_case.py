"""The log is the truth: how it is folded, written and read, and what no event can be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from intake_fn.core.errors import Broken, Unreadable
from intake_fn.core.events import Event, Noted
from intake_fn.core.intents import AddNote, BackfillNotes, FileIssue, JudgeRequest, SendNotice, UpdateIssue
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.steps import apply, fold
from intake_fn.core.stored import event_from_plain, event_to_plain, intent_from_plain, intent_to_plain
from intake_fn.core.vocabulary import Status
from intake_fn.texts import message
from tests.core.samples import CASE_ID, NOW, PAUL, judged, received


def test_a_case_remembers_its_whole_log() -> None:
    """Version and history count every event; the last instant is the case's."""
    log = (received(3, "paul"), judged(NOW + timedelta(minutes=1)))
    case = fold(CASE_ID, log)

    assert (2, log, NOW, NOW + timedelta(minutes=1)) == (case.version, case.history, case.received_at, case.changed_at)


def test_a_log_that_does_not_begin_with_received_is_our_mistake() -> None:
    """It names the case and the event."""
    with pytest.raises(Broken, match=rf"{CASE_ID} begins with Judged"):
        fold(CASE_ID, [judged()])


def test_an_empty_log_is_no_case() -> None:
    """It names the case."""
    with pytest.raises(Broken, match=f"{CASE_ID} is empty"):
        fold(CASE_ID, [])


def test_an_event_that_nobody_knows_how_to_apply_is_our_mistake() -> None:
    """A new kind of event needs its row; until then it can't slip through."""

    class Sneezed(Event):
        """No row anywhere."""

    with pytest.raises(Broken, match="no row for Sneezed"):
        apply(fold(CASE_ID, [received(3, "paul")]), Sneezed(at=NOW, actor=PAUL))


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(datetime(2026, 11, 24, 11, 0), id="without a zone"),  # noqa: DTZ001 - that is what is refused
        pytest.param(datetime(2026, 11, 24, 11, 0, tzinfo=timezone(timedelta(hours=1))), id="of another zone"),
    ],
)
def test_an_event_without_a_place_in_time_cannot_exist(when: datetime) -> None:
    """All instants are UTC: a due time computed from anything else would be wrong by hours."""
    with pytest.raises(Broken, match="not an instant in UTC"):
        Noted(at=when, actor=PAUL, text="Now?")


@pytest.mark.parametrize(
    "intent",
    [
        JudgeRequest(),
        FileIssue(),
        UpdateIssue(),
        AddNote(about=7),
        BackfillNotes(),
        SendNotice("receipt", "a@example.com", {"a": "b"}),
        SendNotice("assigned", "a@example.com", why=(message("why.new"), message("why.left", person="Paul"))),
    ],
)
def test_every_intent_survives_the_outbox(intent: object) -> None:
    """Written as plain data and read back, it is the same."""
    assert intent == intent_from_plain(intent_to_plain(intent))  # type: ignore[arg-type]  # each is an Intent


@pytest.mark.parametrize(("read", "plain"), [(event_from_plain, {"event": "X"}), (intent_from_plain, {"intent": "X"})])
def test_what_a_newer_version_wrote_is_named(read: object, plain: dict[str, str]) -> None:
    """After a roll-back the message says why the log can't be read."""
    with pytest.raises(Unreadable, match="unknown kind 'X'"):
        read(plain)  # type: ignore[operator]  # one of the two readers


def test_a_field_that_a_newer_version_added_is_passed_over() -> None:
    """The rest of such an event can be read."""
    event = Noted(at=NOW, actor=PAUL, text="On it.")

    assert event == event_from_plain({**event_to_plain(event), "mood": "good"})


def test_a_status_is_open_while_it_stands_in_a_queue() -> None:
    """New, open and waiting are somebody's work; resolved and closed are not."""
    assert {Status.NEW, Status.OPEN, Status.WAITING} == {status for status in Status if status.is_open}


def test_events_are_known_by_the_names_they_are_stored_under() -> None:
    """Renaming a class would orphan what is stored in format 2: a name is never taken away."""
    stored = (
        "Received Quarantined Released Rejected Judged Filed DeliveryFailed Retried Escalated HandedOver Reprioritised"
        " Overruled AskedRequester RequesterReplied LinkRequested ActivityCompleted Linked Unlinked Refiled"
        " MarkedDuplicate UnmarkedDuplicate DuplicateAdded DuplicateRemoved LeadUpdated Noted Resolved Reopened Closed"
        " Warned Breached NotedInMantis ChangedInMantis MissingInMantis FoundInMantis FieldsDropped NoticesBundled"
        " MailFailed NoticeSkipped"
    )

    assert set(stored.split()) <= set(EVENTS)
