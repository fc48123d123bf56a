"""Issues that people create in Mantis become requests, once: with the stand-in over HTTP, all else in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import TryLater
from intake_fn.core.events import (
    AskedRequester,
    ChangedInMantis,
    Filed,
    Judged,
    MissingInMantis,
    NotedInMantis,
    NoticeSkipped,
    Overruled,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.request import Channel, Kind, Priority
from intake_fn.core.vocabulary import Category, Filing, Stage, Status
from tests.desk.fault_injection import Killed
from tests.mantis.test_sync import Office

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from tests.mantis.conftest import StandIn


@pytest.fixture
def office(process: Process, stand_in: StandIn) -> Office:
    """The house is connected: a first sync has run."""
    office = Office(process, stand_in)
    for account in ("rep_rita", "andrei", "paul"):
        stand_in.raw("GET", "users/me", account=account)
    office.minute()
    return office


def create(office: Office, account: str = "andrei", **fields: Any) -> int:
    """Somebody creates an issue by hand; its number."""
    body = {
        "summary": "The invoice shows the wrong currency",
        "description": "It shows USD for a client that pays in EUR.",
        "steps_to_reproduce": "1. Open it",
        "project": {"name": "Bugs InBox"},
        "category": {"name": "General"},
        "priority": {"name": "high"},
        "reproducibility": {"name": "always"},
        **fields,
    }
    return int(office.mantis.raw("POST", "issues", body, account)["issue"]["id"])


def case_of(office: Office, number: int) -> Case:
    """The case of an issue."""
    found = office.room.store.find_issue(number)
    assert found, number
    return office.case(found)


def taken_in(office: Office, number: int) -> Case:
    """The case, when all that follows has happened."""
    office.at_rest()
    return case_of(office, number)


# --- what it becomes -------------------------------------------------------------------------


def test_an_issue_that_level_4_creates_is_a_request_with_level_clock_and_history(office: Office) -> None:
    """Its handler keeps it at their level; its clock runs since it was created; our note is there once."""
    created = office.room.clock()
    number = create(office, handler={"name": "andrei"}, files=[{"name": "a.txt", "content": "aGVsbG8="}])
    case = taken_in(office, number)
    request = case.request

    assert (Channel.MANTIS, Kind.BUG, Category.BUG, Priority.HIGH) == (
        request.channel,
        request.kind,
        case.category,
        case.priority,
    )
    assert ("Andrei", "andrei@example.com", "mantis", "andrei") == (
        request.requester.name,
        request.requester.email,
        request.requester.office,
        request.requester.account,
    )
    assert (True, "1. Open it", "The invoice shows the wrong currency") == (
        request.always,
        request.steps,
        request.summary,
    )
    assert "a.txt (5 bytes): http" in request.details["files_in_mantis"]
    assert (4, "andrei", Status.OPEN, Filing.FILED, number) == (
        case.level,
        case.handler,
        case.status,
        case.filing,
        case.issue,
    )
    assert created == case.received_at
    assert ["Received", "Filed", "Judged"] == [type(event).__name__ for event in case.history]
    assert ("assigned", "andrei") == office.stands(case.id)
    (note,) = office.desk.tracker.look(number).notes
    assert note.text.endswith(f"[{case.id}#2]")
    assert "bug, by the project in which it was created" in note.text
    assert "It shows USD for a client that pays in EUR." == office.desk.tracker.look(number).description
    assert 1 == len(office.mantis.raw("GET", "issues?page_size=0")["issues"])
    assert [] == [event for event in case.history if isinstance(event, NoticeSkipped)]
    assert {"andrei@example.com"} == {mail.to for mail in office.room.mailer.sent}


PLACES = [
    ({"project": {"name": "Change InBox"}}, Kind.CHANGE, Category.CHANGE, 1, "ihelp"),
    ({"project": {"name": "Support Misc"}}, Kind.QUESTION, Category.MISC, 1, "ihelp"),
    ({"handler": {"name": "marc.selter"}}, Kind.BUG, Category.BUG, 2, "marc-selter"),
    ({"handler": {"name": "paul"}, "priority": {"name": "urgent"}}, Kind.BUG, Category.BUG, 3, "paul"),
    ({"handler": {"name": "andrei"}, "priority": {"name": "urgent"}}, Kind.BUG, Category.BUG, 3, "system-analysts"),
    ({"priority": {"name": "immediate"}}, Kind.BUG, Category.BUG, 3, "system-analysts"),
    ({"handler": {"name": "a.contractor"}}, Kind.BUG, Category.BUG, 1, "ihelp"),
    ({"priority": {"name": "none"}}, Kind.BUG, Category.BUG, 1, "ihelp"),
]


@pytest.mark.parametrize(("fields", "kind", "category", "level", "handler"), PLACES)
def test_kind_goes_by_project_and_level_by_handler(
    office: Office, fields: dict[str, Any], kind: Kind, category: Category, level: int, handler: str
) -> None:
    """Nobody of a level handles it: its front end; urgent: level 3; and Mantis shows the same in the end."""
    office.mantis.raw("GET", "users/me", account="a.contractor")
    case = taken_in(office, create(office, **fields))

    assert (kind, category, level, handler) == (case.request.kind, case.category, case.level, case.handler)
    assert office.desk.process.people[handler].mantis == office.stands(case.id)[1]
    assert [] == office.told(case.id)


def test_the_project_that_a_person_chose_stands_beside_another_verdict(office: Office) -> None:
    """The judge says bug; it stays in Change InBox, the desk shows both, and a person may decide."""
    number = create(office, project={"name": "Change InBox"})
    case = taken_in(office, number)
    (judged,) = [event for event in case.history if isinstance(event, Judged)]

    assert (Category.BUG, False, Category.CHANGE) == (judged.category, judged.acts, case.category)
    assert "The program takes it for: bug" in office.desk.tracker.look(number).notes[0].text

    decision = office.room.event(Overruled, category=Category.BUG, clause="", reason="It is one.")
    office.desk.act(case.id, decision, case.version)
    office.at_rest()
    assert "Bugs InBox" == office.desk.tracker.look(number).project


def test_a_change_that_nobody_has_goes_to_the_owner_of_its_module(office: Office) -> None:
    """As for one of a form; the module is the category, and one that we do not know stays what it is in Mantis."""
    with office.mantis.state.change():
        office.mantis.state.add_category(3, "Rockets")
    number = create(office, project={"name": "Change InBox"}, category={"name": "Billing and charges"})
    strange = create(office, project={"name": "Change InBox"}, category={"name": "Rockets"})
    office.at_rest()

    owned, other = case_of(office, number), case_of(office, strange)
    assert ("billing", Stage.OWNER, "marc-selter") == (owned.request.module, owned.stage, owned.handler)
    assert ("", Stage.NONE, "ihelp") == (other.request.module, other.stage, other.handler)
    assert "Rockets" == office.mantis.raw("GET", f"issues/{strange}")["issues"][0]["category"]["name"]


def test_nobody_without_an_address_is_mailed_and_the_log_says_so(office: Office) -> None:
    """Their question is a note of the issue, and their note the answer: the clock runs again."""
    number = create(office, "rep_rita")
    case = taken_in(office, number)
    assert ("rep_rita", "") == (case.request.requester.name, case.request.requester.email)
    assert [] == [mail for mail in office.room.mailer.sent if not mail.to or "rita" in mail.to]
    assert "receipt" in [event.notice for event in case.history if isinstance(event, NoticeSkipped)]
    assert "No e-mail address of rep_rita" in office.desk.tracker.look(number).notes[0].text

    office.desk.act(case.id, office.room.event(AskedRequester, question="Which client?"), case.version)
    office.at_rest()
    assert Status.WAITING is office.case(case.id).status
    office.note(case.id, "ACME.", "rep_rita")
    office.at_rest()
    after = office.case(case.id)
    (reply,) = [event for event in after.history if isinstance(event, RequesterReplied)]

    assert (Status.OPEN, "ACME.", True) == (after.status, reply.text, reply.in_mantis)
    assert 1 == sum("ACME." in note.text for note in office.desk.tracker.look(number).notes)
    assert "ihelp@jaguarfreight.com" == office.room.mailer.sent[-1].to


def test_a_private_note_is_no_answer(office: Office) -> None:
    """Only developers are to read it; the log says that it is private."""
    number = create(office, "rep_rita")
    case = taken_in(office, number)
    office.desk.act(case.id, office.room.event(AskedRequester, question="Which client?"), case.version)
    body = {"text": "Between us.", "view_state": {"name": "private"}}
    office.mantis.raw("POST", f"issues/{number}/notes", body, "rep_rita")
    office.at_rest()
    after = office.case(case.id)
    (note,) = [event for event in after.history if isinstance(event, NotedInMantis)]

    assert (Status.WAITING, True) == (after.status, note.private)


def test_notes_and_changes_by_people_are_followed_as_in_ours(office: Office) -> None:
    """A note is taken over, a handler is put back, a resolution resolves it."""
    number = create(office, handler={"name": "andrei"})
    case = taken_in(office, number)
    office.note(case.id, "Seen it, too.", "roma")
    office.change(case.id, "roma", handler={"name": "paul"})
    office.at_rest()
    assert ["NotedInMantis", "ChangedInMantis"] == office.told(case.id)
    assert "andrei" == office.stands(case.id)[1]

    office.change(case.id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()
    assert Status.RESOLVED is office.case(case.id).status


def test_what_was_done_at_once_is_recorded_as_done(office: Office) -> None:
    """Created and resolved between two syncs: a request, resolved in Mantis; nothing reopens it."""
    number = create(office, handler={"name": "andrei"})
    done = {"status": {"name": "closed"}, "resolution": {"name": "fixed"}}
    office.mantis.raw("PATCH", f"issues/{number}", done, "andrei")
    case = taken_in(office, number)
    (resolved,) = [event for event in case.history if isinstance(event, Resolved)]

    assert (Status.RESOLVED, True, "andrei@example.com") == (case.status, resolved.in_mantis, resolved.actor)
    assert [] == [event for event in case.history if isinstance(event, ChangedInMantis)]
    assert "resolved" == office.stands(case.id)[0]


# --- what is left ----------------------------------------------------------------------------


def test_issues_from_before_do_not_flood_in(process: Process, stand_in: StandIn) -> None:
    """Twenty old ones, one of which is changed afterwards: none is a request, and none is read in full but that one."""
    office = Office(process, stand_in)
    old = [create(office) for _ in range(20)]
    office.room.clock.advance(minutes=5)
    office.minute()
    office.mantis.raw("POST", f"issues/{old[0]}/notes", {"text": "Still there."}, "andrei")
    new = create(office)
    office.at_rest()

    assert [""] == [*{office.room.store.find_issue(number) for number in old}]
    assert case_of(office, new)


def test_support_yml_may_name_an_earlier_start(process: Process, stand_in: StandIn) -> None:
    """Also when it does so later: then issues that were left before are taken in."""
    office = Office(process, stand_in)
    before = create(office)
    office.room.clock.advance(hours=1)
    since = office.room.clock()
    old = create(office)
    office.room.clock.advance(hours=1)
    office.minute()
    office.at_rest()
    assert "" == office.room.store.find_issue(old)

    mantis = replace(process.mantis, taken_in_since=since)
    office.room.desk = office.desk = replace(office.desk, process=replace(process, mantis=mantis))
    office.at_rest()
    assert case_of(office, old).issue == old
    assert "" == office.room.store.find_issue(before)


def test_a_private_issue_is_left_until_it_is_public(office: Office) -> None:
    """The desk would show it to more people than Mantis; its clock runs since it was made public."""
    number = create(office, view_state={"name": "private"})
    office.at_rest()
    assert "" == office.room.store.find_issue(number)

    office.room.clock.advance(hours=2)
    shown = office.room.clock()
    office.mantis.raw("PATCH", f"issues/{number}", {"view_state": {"name": "public"}}, "andrei")
    assert shown == taken_in(office, number).received_at


def test_an_issue_moved_into_our_projects_is_taken_in_and_out_of_them_is_put_back(office: Office) -> None:
    """Its clock runs since the move; a done one of an archive is left; the parent itself is none of our projects."""
    with office.mantis.state.change():
        office.mantis.state.add_project("Rockets")
        elsewhere = office.mantis.state.number("select id from project where name = 'Rockets'")
        office.mantis.state.add_category(elsewhere, "General")
    number, done = (create(office, project={"id": elsewhere}) for _ in range(2))
    office.mantis.raw("PATCH", f"issues/{done}", {"status": {"name": "closed"}}, "andrei")
    office.room.clock.advance(hours=3)
    moved = office.room.clock()
    for one in (number, done):
        office.mantis.raw("PATCH", f"issues/{one}", {"project": {"name": "Bugs InBox"}}, "administrator")
    case = taken_in(office, number)
    assert moved == case.received_at
    assert "" == office.room.store.find_issue(done)

    office.room.clock.advance(minutes=1)
    office.mantis.raw("PATCH", f"issues/{number}", {"project": {"id": elsewhere}}, "andrei")
    for _ in range(3):
        office.room.clock.advance(minutes=5)
        office.minute()
    assert "Bugs InBox" == office.desk.tracker.look(number).project
    assert 1 == office.told(case.id).count("ChangedInMantis")


def test_one_that_is_moved_out_or_deleted_before_it_is_seen_is_none(office: Office) -> None:
    """Nothing fails, and the sync comes to rest."""
    with office.mantis.state.change():
        office.mantis.state.add_project("Rockets")
    gone, moved = create(office), create(office)
    office.mantis.raw("DELETE", f"issues/{gone}", account="andrei")
    office.mantis.raw("PATCH", f"issues/{moved}", {"project": {"name": "Rockets"}}, "andrei")
    office.at_rest()

    assert "" == office.room.store.find_issue(moved)


def test_one_that_is_deleted_later_is_flagged(office: Office) -> None:
    """As for one of ours: a person decides, and all that we have stays."""
    number = create(office)
    case = taken_in(office, number)
    office.mantis.raw("DELETE", f"issues/{number}", account="andrei")
    office.room.clock.advance(minutes=5)
    office.minute()
    assert isinstance(office.case(case.id).history[-1], MissingInMantis)


def test_our_own_issues_are_no_persons(office: Office) -> None:
    """Also one of ours whose filing is not recorded yet, and one that our account makes without a marker."""
    body = {"summary": "By a program", "description": "x", "project": {"name": "Bugs InBox"}, "category": "General"}
    number = int(office.mantis.raw("POST", "issues", body)["issue"]["id"])
    office.at_rest()
    assert "" == office.room.store.find_issue(number)


def test_a_clone_of_an_issue_of_ours_is_a_request_of_its_own(office: Office) -> None:
    """Mantis copies the marker with all other texts; it still names the first one."""
    first = taken_in(office, create(office))
    marker = office.desk.process.mantis.marker.format(id=first.id)
    clone = create(office, additional_information=f"{marker}\nhttps://help.example.com/desk/requests/{first.id}")
    case = taken_in(office, clone)

    assert first.id != case.id
    assert marker in case.request.details["additional_information"]


# --- exactly once ----------------------------------------------------------------------------


def test_texts_that_are_strange_or_too_long_are_taken_over(office: Office) -> None:
    """What Mantis holds is kept: marks, directions, U+FFFD; of a very long text its beginning, and that it goes on."""
    text = "<script>alert(1)</script> \u202eabc \ufffd =1+1 @andrei"
    number = create(office, "o'brien <x>", summary=text, description="\u20ac" * 60_000, steps_to_reproduce="y" * 60_000)
    case = taken_in(office, number)

    assert "o'brien <x>" == case.request.requester.name
    assert text == case.request.summary
    assert case.request.description.endswith("(The text is longer. All of it stands in Mantis.)")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_the_write_makes_one_case(office: Office, when: str) -> None:
    """Before it nothing has happened; after it the next sync follows the case that is there."""
    number = create(office)
    store, create_case = office.room.store, office.room.store.create
    killed: list[str] = []

    def dying(*arguments: Any) -> str:
        if killed:
            return create_case(*arguments)
        killed.append(when)
        if when == "after":
            create_case(*arguments)
        raise Killed

    store.create = dying  # type: ignore[assignment, method-assign]  # dies once, and works all the same
    with pytest.raises(Killed):
        office.minute()
    case = taken_in(office, number)

    assert 1 == sum(isinstance(event, Filed) for event in case.history)
    assert 1 == len(store._cases)
    assert 1 == len(office.desk.tracker.look(number).notes)


def test_fifty_at_once_by_four_workers_are_fifty_cases(office: Office) -> None:
    """No sync's lease is needed for that: the number of the issue is claimed in the transaction. Again adds nothing."""
    from intake_fn.desk.mantis_intake import take_in  # noqa: PLC0415 - past the lease

    numbers = [create(office, summary=f"Issue {n}") for n in range(50)]
    since = office.room.clock() - timedelta(days=1)

    def work() -> None:
        for number in numbers:
            take_in(office.desk, number, since)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    office.at_rest()
    for number in numbers:
        take_in(office.desk, number, since)

    assert 50 == len(office.room.store._cases) == len({case_of(office, number).id for number in numbers})
    ledger = office.room.store.ledger()
    assert (50, 50) == (ledger.received, ledger.filed)


def test_one_that_mantis_cannot_show_is_tried_until_it_can(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than the cursor waits for it, and the others are taken in meanwhile."""
    broken, other = create(office), create(office)
    found: Callable[[int], Any] = office.desk.tracker.found

    def poisoned(number: int) -> Any:
        if number == broken:
            raise TryLater("Mantis answers nonsense.")
        return found(number)

    monkeypatch.setattr(office.desk.tracker, "found", poisoned)
    for _ in range(8):
        office.room.clock.advance(minutes=9)
        office.minute()
    assert "" == office.room.store.find_issue(broken)
    assert case_of(office, other)
    monkeypatch.undo()
    office.room.clock.advance(minutes=5)
    office.minute()

    assert case_of(office, broken)
