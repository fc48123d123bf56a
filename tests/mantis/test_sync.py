"""What people do in Mantis comes back to the desk: with the stand-in over real HTTP, and every other part in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.mantis.answers import answer_of
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import (
    AskedRequester,
    ChangedInMantis,
    Closed,
    FieldsDropped,
    FoundInMantis,
    HandedOver,
    Linked,
    MissingInMantis,
    Noted,
    NotedInMantis,
    Overruled,
    Refiled,
    Resolved,
)
from intake_fn.core.request import Attachment, Requester
from intake_fn.core.vocabulary import Category, Filing, Relation, Status
from intake_fn.desk import sync
from intake_fn.desk.filing import issue_of
from intake_fn.desk.reconciliation import compare
from intake_fn.desk.sync import Synced
from sandbox.mantis import people
from tests.desk.test_story import Room, at_level_4, request

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.case_row import Page
    from intake_fn.core.process import Process
    from intake_fn.ports import Issue
    from tests.mantis.conftest import StandIn

FOREIGN = (NotedInMantis, ChangedInMantis, MissingInMantis, FoundInMantis)


class Office:
    """A desk whose Mantis is the stand-in; calls to it are counted."""

    def __init__(self, process: Process, stand_in: StandIn) -> None:
        self.room = Room(process)
        self.mantis = stand_in
        self.mantis.state._now = self.room.clock  # a minute here is a minute there
        self.calls: list[str] = []
        original = stand_in.tracker.http.send

        def counted(method: str, path: str, *arguments: Any, **more: Any) -> Any:
            self.calls.append(f"{method} {path}")
            return original(method, path, *arguments, **more)

        stand_in.tracker.http.send = counted  # type: ignore[method-assign]  # counts calls, and sends them all the same
        self.room.desk = replace(self.room.desk, tracker=stand_in.tracker)
        self.desk = self.room.desk

    def minute(self) -> Synced:
        """The sweep of the next minute, with its sync."""
        self.room.clock.advance(minutes=1)
        self.desk.sweep()
        return self.desk.sync()

    def at_rest(self) -> None:
        """Let minutes pass until there is no more to be looked at."""
        for _ in range(5):
            if self.minute() == Synced():
                return
        pytest.fail("it never comes to rest")

    def case(self, case_id: str) -> Case:
        """The case as it stands."""
        return self.room.store.load(case_id)

    def told(self, case_id: str) -> list[str]:
        """What came from Mantis, in order."""
        return [type(event).__name__ for event in self.case(case_id).history if isinstance(event, FOREIGN)]

    def stands(self, case_id: str) -> tuple[str, str]:
        """Status and handler in Mantis."""
        found = self.desk.tracker.look(self.case(case_id).issue or 0)
        return found.status, found.handler

    def issue(self, case_id: str) -> Issue:
        """The issue as it would be filed."""
        return issue_of(self.case(case_id), self.desk.process, self.desk.links)

    def change(self, case_id: str, account: str = "andrei", **fields: Any) -> None:
        """Somebody changes the issue in Mantis."""
        self.mantis.raw("PATCH", f"issues/{self.case(case_id).issue}", fields, account)

    def note(self, case_id: str, text: str, account: str = "andrei") -> None:
        """Somebody writes a note in Mantis."""
        self.mantis.raw("POST", f"issues/{self.case(case_id).issue}/notes", {"text": text}, account)

    def mails(self, about: str) -> list[str]:
        """The recipients of mails whose subject holds these words."""
        return [mail.to for mail in self.room.mailer.sent if about in mail.subject]


@pytest.fixture
def office(process: Process, stand_in: StandIn) -> Office:
    """Nothing has happened yet."""
    return Office(process, stand_in)


@pytest.fixture
def case_id(office: Office) -> str:
    """A request at level 4, with Andrei or Roma; the sync has seen it."""
    found = at_level_4(office.room)
    office.at_rest()
    return found


# --- what comes back -------------------------------------------------------------------------


def test_our_own_writes_are_nobodys_changes(office: Office, case_id: str) -> None:
    """Filed, escalated four times, noted: the log tells of it once, and the sync adds nothing."""
    assert [] == office.told(case_id)
    assert office.stands(case_id)[0] == "assigned"


def test_a_resolution_in_mantis_resolves_the_request_and_tells_both_once(office: Office, case_id: str) -> None:
    """Seed, Level 4: "Once completed notify Level 3 by e-mail"; the requester is told as from the desk."""
    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    for _ in range(4):
        office.minute()
    case = office.case(case_id)
    (resolved,) = [event for event in case.history if isinstance(event, Resolved)]

    assert (Status.RESOLVED, "andrei@example.com", True) == (case.status, resolved.actor, resolved.in_mantis)
    assert "fixed" in resolved.resolution
    assert ["camille@example.com"] == office.mails("Resolved:")
    assert ["sa@example.com"] == office.mails("Completed:")
    assert [] == office.told(case_id)


def test_closed_in_mantis_is_resolved_here_and_a_resolved_one_is_closed(office: Office, case_id: str) -> None:
    """An open request is never closed without the requester having been told how it was resolved."""
    office.change(case_id, "administrator", status={"name": "closed"})
    office.at_rest()
    assert (Status.RESOLVED, "resolved") == (office.case(case_id).status, office.stands(case_id)[0])

    office.change(case_id, "administrator", status={"name": "closed"})
    office.at_rest()
    assert (Status.CLOSED, "closed") == (office.case(case_id).status, office.stands(case_id)[0])
    assert 1 == sum(isinstance(event, Closed) for event in office.case(case_id).history)


def test_a_note_is_taken_over_once_with_who_wrote_it(office: Office, case_id: str) -> None:
    """Ours come back as nobody's; a second note of the same second is not missed."""
    office.note(case_id, "It is the firewall.", "paul")
    office.minute()
    office.note(case_id, "Mended, please try.", "a.contractor")
    office.at_rest()
    notes = [event for event in office.case(case_id).history if isinstance(event, NotedInMantis)]

    assert [("paul@example.com", "It is the firewall."), ("a.contractor", "Mended, please try.")] == [
        (note.actor, note.text) for note in notes
    ]


def test_a_second_change_of_the_second_that_was_looked_at_is_seen(office: Office, case_id: str) -> None:
    """Mantis's clock cannot tell the two apart, and others change in between."""
    other = office.desk.take_in(request(), "other").id
    office.at_rest()
    office.room.clock.advance(minutes=1)
    office.note(case_id, "First.")
    office.desk.sync()
    office.note(case_id, "Second.")
    office.room.clock.advance(seconds=30)
    office.note(other, "Later.")
    office.at_rest()

    assert ["First.", "Second."] == [e.text for e in office.case(case_id).history if isinstance(e, NotedInMantis)]


@pytest.mark.parametrize(
    ("change", "theirs"),
    [
        ({"status": {"name": "confirmed"}}, {"status": "confirmed"}),
        ({"handler": {"name": "ihelp"}}, {"handler": "ihelp"}),
        ({"handler": {"id": 0}}, {"handler": ""}),
        ({"priority": {"name": "low"}}, {"priority": "low"}),
        ({"project": {"name": "Change InBox"}}, {"project": "Change InBox"}),
    ],
)
def test_what_is_set_in_mantis_is_put_back_and_told(
    office: Office, case_id: str, change: dict[str, Any], theirs: dict[str, str]
) -> None:
    """One event says who set what, and Mantis stands again as before; nothing goes back and forth."""
    before = office.desk.tracker.look(office.case(case_id).issue or 0)
    office.change(case_id, **change)
    office.at_rest()
    (told,) = [event for event in office.case(case_id).history if isinstance(event, ChangedInMantis)]
    after = office.desk.tracker.look(office.case(case_id).issue or 0)

    assert (theirs, "andrei@example.com") == (dict(told.theirs), told.actor)
    assert (before.project, before.handler, before.status, before.priority) == (
        after.project,
        after.handler,
        after.status,
        after.priority,
    )


def test_it_can_be_set_again_and_is_put_back_again(office: Office, case_id: str) -> None:
    """The same change a second time is a second change."""
    for _ in range(2):
        office.change(case_id, priority={"name": "low"})
        office.at_rest()

    assert ["ChangedInMantis"] * 2 == office.told(case_id)


def test_an_issue_moved_out_of_our_projects_is_brought_back(office: Office, case_id: str) -> None:
    """It is in no list of ours any more; the list of everything finds that out within five minutes."""
    with office.mantis.state.change():
        office.mantis.state.add_project("Elsewhere")
        office.mantis.state.add_category(
            office.mantis.state.number("select id from project where name = 'Elsewhere'"), "x"
        )
    office.change(case_id, project={"name": "Elsewhere"}, category="x")
    for _ in range(6):
        office.minute()

    assert ["ChangedInMantis"] == office.told(case_id)
    back = office.mantis.tracker.http.issue(office.case(case_id).issue or 0)
    assert ("Bugs InBox", "Shipments and milestones") == (back["project"]["name"], back["category"]["name"])


def test_what_was_moved_away_by_hand_comes_back_with_its_category(office: Office, case_id: str) -> None:
    """Mantis's page loses a category that the other project lacks."""
    with office.mantis.state.change():
        office.mantis.state.add_project("Elsewhere")
    number = office.case(case_id).issue or 0
    people.move(office.mantis.state, "andrei", number, "Elsewhere")
    assert "category" in (lost := office.mantis.raw("GET", f"issues/{number}")["issues"][0])
    assert lost["category"] is None
    for _ in range(6):
        office.minute()
    back = office.mantis.tracker.http.issue(number)

    assert ("Bugs InBox", "Shipments and milestones") == (back["project"]["name"], back["category"]["name"])
    assert ["ChangedInMantis"] == office.told(case_id)


@pytest.mark.parametrize("how", ["fixed", "suspended", "unable to duplicate", "open"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_reopening_that_is_put_back_leaves_the_resolution_as_it_was(
    office: Office, case_id: str, how: str, closed: bool
) -> None:
    """Whatever it was, and whether it was said here or there: not *reopened*."""
    office.change(case_id, status={"name": "resolved"}, resolution={"name": how})
    office.at_rest()
    if closed:
        office.desk.act(case_id, office.room.event(Closed), office.case(case_id).version)
    number = office.case(case_id).issue or 0
    people.reopen(office.mantis.state, "andrei", number)
    assert ("feedback", "reopened") == (office.stands(case_id)[0], office.desk.tracker.look(number).resolution)
    office.at_rest()

    assert ("closed" if closed else "resolved", how) == (
        office.stands(case_id)[0],
        office.desk.tracker.look(number).resolution,
    )


@pytest.mark.parametrize("where", ["summary", "name", "details", "clause"])
def test_nobody_is_mailed_by_mantis_for_what_a_requester_typed(office: Office, where: str) -> None:
    """In whatever field of a form."""
    asker = Requester("@andrei", "@andrei@example.com", "paris") if where == "name" else request().requester
    typed = {"name": {}, "details": {"details": {"browser": "@andrei"}}}.get(where, {where: "Is @andrei there"})
    office.desk.take_in(request(requester=asker, **typed), "key")

    assert 1 == office.mantis.state.number("select count(*) from issue")
    assert [] == office.mantis.state.rows("select * from mention")


def test_a_process_that_knew_a_category_files_when_it_was_made_anew(office: Office, case_id: str) -> None:
    """At the first try, and nothing is dropped."""
    del case_id
    with office.mantis.state.change():
        office.mantis.state.run("update category set id = id + 500")
        office.mantis.state.run("update issue set category = category + 500")
    case = office.desk.take_in(request(), "another")

    assert (Filing.FILED, ()) == (case.filing, case.dropped_fields)


def test_a_deletion_is_seen_where_mantis_holds_more_than_is_listed(
    office: Office, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open request whose issue is not among the last ones is looked at; one that stands as before tells nothing."""
    monkeypatch.setattr(sync, "LISTED", 2)
    others = [office.desk.take_in(request(summary=f"Another {number}"), f"key {number}").id for number in range(3)]
    office.at_rest()
    for _ in range(6):
        office.minute()
    assert [[]] * 4 == [office.told(each) for each in (case_id, *others)]

    office.mantis.raw("DELETE", f"issues/{office.case(case_id).issue}", None, "andrei")
    for _ in range(6):
        office.minute()
    assert [["MissingInMantis"], [], [], []] == [office.told(each) for each in (case_id, *others)]


def test_very_many_changes_within_a_second_do_not_stop_the_sync(
    office: Office, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as by a script: the cursor has room for some, and the others are looked at once more."""
    monkeypatch.setattr(sync, "REMEMBERED", 2)
    others = [office.desk.take_in(request(summary=f"Another {number}"), f"key {number}").id for number in range(3)]
    for each in (case_id, *others):
        office.note(each, "Seen.")
    for _ in range(4):
        office.minute()
    assert [["NotedInMantis"]] * 4 == [office.told(each) for each in (case_id, *others)]

    office.note(case_id, "Seen again.")
    office.at_rest()
    assert ["NotedInMantis"] * 2 == office.told(case_id)


def test_what_a_sync_has_no_time_to_look_for_is_looked_for_by_the_next(office: Office, case_id: str) -> None:
    """From the portion of the open requests on that it did not come to the end of."""
    case = office.case(case_id)
    office.mantis.raw("DELETE", f"issues/{case.issue}", None, "andrei")
    portion, asked = office.room.store.portion, list[str]()

    def long(cursor: str = "", limit: int = 100, *, open_only: bool = True) -> Page:
        """Two portions, of which the first takes longer than a sync looks at issues."""
        asked.append(cursor)
        if not cursor:
            office.room.clock.advance(seconds=30)
            return replace(portion(), rows=(), cursor="second")
        return portion(limit=limit, open_only=open_only)

    office.room.store.portion = long  # type: ignore[method-assign]
    for _ in range(6):
        office.minute()

    assert ["MissingInMantis"] == office.told(case_id)
    assert ["", "second"] == asked[:2]


def test_a_portion_that_takes_longer_than_a_sync_is_looked_at_to_its_end(
    office: Office, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as where Mantis is slow, and holds more than is listed: each sync goes on behind what was looked at."""
    others = [office.desk.take_in(request(summary=f"Another {number}"), f"key {number}").id for number in range(4)]
    office.at_rest()
    for each in (case_id, *others):
        office.mantis.raw("DELETE", f"issues/{office.case(each).issue}", None, "andrei")

    def slow(*arguments: Any) -> Any:
        office.room.clock.advance(seconds=15)
        return compare(*arguments)

    monkeypatch.setattr(sync, "compare", slow)
    for _ in range(10):
        office.minute()

    assert [["MissingInMantis"]] * 5 == [office.told(each) for each in (case_id, *others)]


def test_a_deleted_issue_is_told_once_and_nothing_is_lost(office: Office, case_id: str) -> None:
    """The request goes on here, with all its words; Mantis is owed nothing that could not be delivered."""
    office.mantis.raw("DELETE", f"issues/{office.case(case_id).issue}", None, "andrei")
    office.at_rest()
    for _ in range(12):
        office.minute()
    case = office.case(case_id)
    assert (["MissingInMantis"], True, Status.OPEN) == (office.told(case_id), case.missing_in_mantis, case.status)

    office.desk.act(case_id, office.room.event(Resolved, resolution="Done."), case.version)
    assert ([], ["camille@example.com"]) == (list(office.room.store.items_of(case_id)), office.mails("Resolved:"))


def test_an_address_where_no_mantis_answers_says_nothing_of_issues(office: Office, case_id: str) -> None:
    """A proxy that answers 404 for all, or a wrong address, makes no issue count as deleted."""
    tracker = replace(office.mantis.tracker, url=f"{office.mantis.url}/elsewhere")
    case = office.case(case_id)
    with pytest.raises(TryLater):
        tracker.look(case.issue or 0)


def test_a_delivery_that_meets_a_deleted_issue_tells_it_at_once(office: Office, case_id: str) -> None:
    """Nothing is tried for two days that cannot succeed."""
    office.mantis.raw("DELETE", f"issues/{office.case(case_id).issue}", None, "andrei")
    case = office.case(case_id)
    office.desk.act(case_id, office.room.event(Resolved, resolution="Done."), case.version)

    assert (["MissingInMantis"], []) == (office.told(case_id), list(office.room.store.dead_letters()))
    assert [] == list(office.room.store.items_of(case_id))


def test_an_issue_that_is_shown_again_is_brought_in_line(office: Office, case_id: str) -> None:
    """Hidden from us by mistake, then shown: what waited for it then, and happened meanwhile, arrives once."""
    number = office.case(case_id).issue or 0
    other = office.desk.take_in(request(), "other").issue or 0
    act = [office.room.event(Noted, text="Before."), office.room.event(Linked, number=other, relation=Relation.RELATED)]
    office.desk.act(case_id, act[0], office.case(case_id).version)
    office.mantis.fault("maintenance")
    for event in (office.room.event(Noted, text="Waits."), act[1]):
        office.desk.act(case_id, event, office.case(case_id).version)
    hide(office, number)
    for _ in range(30):  # the whole list is compared every five minutes, and what waits is tried again soon after
        office.minute()
    assert ["MissingInMantis"] == office.told(case_id)
    assert [] == office.room.store.items_of(case_id)

    office.desk.act(case_id, office.room.event(Resolved, resolution="Done."), office.case(case_id).version)
    show(office, number)
    office.at_rest()

    notes = [note.text.splitlines() for note in office.desk.tracker.look(number).notes]
    assert ["Before.", "Waits.", "Done."] == [lines[1] for lines in notes][-3:]
    assert len(notes) == len({lines[-1] for lines in notes})
    assert [other] == [row["issue"]["id"] for row in office.mantis.tracker.http.issue(number)["relationships"]]
    assert ["MissingInMantis", "FoundInMantis"] == office.told(case_id)
    assert (False, "resolved") == (office.case(case_id).missing_in_mantis, office.stands(case_id)[0])


def hide(office: Office, number: int) -> None:
    """Somebody moves the issue where we do not see it."""
    with office.mantis.state.change():
        secret = office.mantis.state.add_project("Secret", view_state=50)
        office.mantis.state.run("update issue set view_state = 50, project = ? where id = ?", secret, number)


def show(office: Office, number: int) -> None:
    """And back to where it was."""
    with office.mantis.state.change():
        ours = office.mantis.state.number("select id from project where name = 'Bugs InBox'")
        office.mantis.state.run("update issue set view_state = 10, project = ? where id = ?", ours, number)
        office.mantis.state.touch(number)


def test_a_note_that_quotes_one_of_ours_to_its_end_is_taken_over(office: Office, case_id: str) -> None:
    """What ends like a note of ours is one only the first time."""
    office.desk.act(case_id, office.room.event(Noted, text="See the log."), office.case(case_id).version)
    ours = office.desk.tracker.look(office.case(case_id).issue or 0).notes[-1].text
    office.note(case_id, f"Where is it?\n> {ours}")
    office.at_rest()

    assert ["NotedInMantis"] == office.told(case_id)


# --- both at once ----------------------------------------------------------------------------


def test_a_resolution_counts_although_we_have_moved_on(office: Office, case_id: str) -> None:
    """They resolve while our hand-over waits for Mantis: the status that we owe must not cover it."""
    office.mantis.fault("maintenance", times=50)
    case = office.case(case_id)
    other = "roma" if case.handler == "andrei" else "andrei"
    office.desk.act(case_id, office.room.event(HandedOver, handler=other), case.version)
    assert office.room.store.items_of(case_id)
    office.mantis.fault("slow", times=1)
    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()

    assert (Status.RESOLVED, other) == (office.case(case_id).status, office.case(case_id).handler)
    assert ("resolved", other) == office.stands(case_id)
    assert (["camille@example.com"], []) == (office.mails("Resolved:"), office.told(case_id))


def test_what_we_owe_yet_is_not_taken_for_their_change(office: Office, case_id: str) -> None:
    """Mantis still shows what it showed before our step: it lags, and nobody changed it."""
    case = office.case(case_id)
    office.mantis.fault("maintenance", times=50)
    office.desk.act(case_id, office.room.event(Resolved, resolution="Done."), case.version)
    office.mantis.fault("slow", times=1)
    office.note(case_id, "Looking at it.", "paul")
    office.desk.sync()
    office.room.clock.advance(minutes=1)
    office.desk.sync()
    assert ["NotedInMantis"] == office.told(case_id)
    office.at_rest()

    assert (["NotedInMantis"], "resolved") == (office.told(case_id), office.stands(case_id)[0])


def test_two_syncs_at_once_take_a_change_over_once(office: Office, case_id: str) -> None:
    """The lease keeps the second away; where it ran out, the version of the case does."""
    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.room.clock.advance(minutes=1)
    impatient = replace(office.desk, sync_every=timedelta(0))
    together = threading.Barrier(4)

    def one() -> None:
        together.wait()
        impatient.sync()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.at_rest()

    assert 1 == sum(isinstance(event, Resolved) for event in office.case(case_id).history)
    assert ["camille@example.com"] == office.mails("Resolved:")


def test_one_sync_runs_in_a_minute(office: Office, case_id: str) -> None:
    """However often the sweep is called."""
    del case_id
    office.minute()
    before = len(office.calls)
    office.desk.sync()
    office.desk.sync()

    assert before == len(office.calls)


# --- what it costs, and trouble --------------------------------------------------------------


def test_an_idle_minute_is_one_call(office: Office, case_id: str) -> None:
    """Whatever exists: a list of numbers and instants."""
    for number in range(12):
        office.desk.take_in(request(), f"key {number}")
    del case_id
    office.at_rest()
    office.calls.clear()
    office.minute()

    assert ["GET issues"] == office.calls


def test_many_changes_are_found_on_a_page_that_grows(
    office: Office, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More changes than a page holds: page 1 is asked again, larger; pages are not turned."""
    monkeypatch.setattr("intake_fn.adapters.mantis.listing.PAGE_SIZE", 4)
    others = [office.desk.take_in(request(), f"key {number}").id for number in range(12)]
    office.at_rest()
    for other in (case_id, *others):
        office.change(other, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()

    assert {Status.RESOLVED} == {office.case(other).status for other in (case_id, *others)}


@pytest.mark.parametrize("fault", ["down", "error-500", "maintenance"])
@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_an_outage_in_the_middle_loses_and_repeats_nothing(office: Office, fault: str, after: int) -> None:
    """Of five changes some are taken over before Mantis goes down, the others after it is back."""
    found = [office.desk.take_in(request(), f"key {number}").id for number in range(5)]
    office.at_rest()
    for one in found:
        office.note(one, "Mended.")
        office.change(one, status={"name": "resolved"}, resolution={"name": "fixed"})
    counted = office.mantis.tracker.http.send
    office.calls.clear()

    def then_down(*arguments: Any, **more: Any) -> Any:
        if len(office.calls) == after:
            office.mantis.fault(fault, times=4)
        return counted(*arguments, **more)

    office.mantis.tracker.http.send = then_down  # type: ignore[method-assign]  # sends them all the same
    office.room.clock.advance(minutes=1)
    office.desk.sync()
    for _ in range(20):
        office.minute()

    for one in found:
        assert Status.RESOLVED is office.case(one).status
        assert 1 == sum(isinstance(event, Resolved) for event in office.case(one).history)
        assert ["NotedInMantis"] == office.told(one)
    assert 5 == len(office.mails("Resolved:"))


def test_one_issue_that_cannot_be_read_holds_up_no_other(office: Office, case_id: str) -> None:
    """It is tried again each minute, for an hour."""
    other = office.desk.take_in(request(), "other").id
    office.at_rest()
    for one in (case_id, other):
        office.change(one, status={"name": "resolved"}, resolution={"name": "fixed"})
    look, poisoned = office.mantis.tracker.look, office.case(case_id).issue

    def hard_to_read(number: int) -> Any:
        if number == poisoned:
            raise TryLater("Mantis is in trouble.")
        return look(number)

    office.mantis.tracker.look = hard_to_read  # type: ignore[method-assign]  # as when one row is damaged
    office.minute()
    assert (Status.OPEN, Status.RESOLVED) == (office.case(case_id).status, office.case(other).status)
    third = office.desk.take_in(request(), "a third moves on what was seen").id
    for _ in range(3):
        office.minute()
    assert [] == office.told(third)
    office.mantis.tracker.look = look  # type: ignore[method-assign]
    office.at_rest()

    assert Status.RESOLVED is office.case(case_id).status


def test_requests_that_cannot_be_synced_are_no_outage(office: Office, case_id: str) -> None:
    """However many in a row: the ones behind them are looked at, and deletions are seen, while Mantis answers."""
    poisoned = [office.desk.take_in(request(summary=f"{number}"), f"key {number}").id for number in range(7)]
    office.at_rest()
    for one in (*poisoned, case_id):
        office.mantis.raw("DELETE", f"issues/{office.case(one).issue}", None, "andrei")
    look, numbers = office.mantis.tracker.look, {office.case(one).issue for one in poisoned}

    def hard_to_read(number: int) -> Any:
        if number in numbers:
            raise TryLater("Mantis is in trouble.")
        return look(number)

    office.mantis.tracker.look = hard_to_read  # type: ignore[method-assign]  # as when rows are damaged
    for _ in range(6):
        office.minute()
    cursor = office.room.store.take_sync(office.room.clock() + timedelta(hours=1), office.room.clock())

    assert ["MissingInMantis"] == office.told(case_id)
    assert cursor is not None
    assert cursor.listed is not None
    assert cursor.listed >= office.room.clock() - timedelta(minutes=6)
    assert "" == cursor.missing


def test_what_the_end_of_the_time_cuts_off_is_not_given_up(office: Office, case_id: str) -> None:
    """After an outage of hours the oldest changes come first; one of them is cut off, and the next sync reads it."""
    others = [office.desk.take_in(request(summary=f"{number}"), f"key {number}").id for number in range(2)]
    office.at_rest()
    for one in (case_id, *others):
        office.mantis.raw("POST", f"issues/{office.case(one).issue}/notes", {"text": "Looking at it."}, "andrei")
        office.room.clock.advance(minutes=90)
    look, late, left = office.mantis.tracker.look, office.case(others[0]).issue, [60.0]

    def cut_off(number: int) -> Any:
        if number != late:
            return look(number)
        left[0] = 0.0
        raise TryLater("Mantis was not asked: too little time is left.")

    office.mantis.tracker.look = cut_off  # type: ignore[method-assign]  # as when a part of the sweep ends
    office.desk = replace(office.desk, seconds_left=lambda: left[0])
    office.minute()
    office.mantis.tracker.look, left[0] = look, 60.0  # type: ignore[method-assign]  # the next sweep
    for _ in range(3):
        office.minute()

    assert [["NotedInMantis"]] * 3 == [office.told(one) for one in (case_id, *others)]


def test_when_mantis_is_down_the_sync_says_so_and_goes_on(office: Office, case_id: str) -> None:
    """The sweep's own work does not depend on it."""
    del case_id
    office.mantis.fault("down", times=1)

    assert Synced(failed=1) == office.minute()
    assert Synced() == office.minute()


# --- fields that Mantis does not keep --------------------------------------------------------


def test_a_field_that_an_update_drops_is_told_once_and_compared_no_more(office: Office, case_id: str) -> None:
    """A handler whose account is gone in Mantis: an event says so, until Mantis keeps the handler again."""
    case = office.case(case_id)
    other = "roma" if case.handler == "andrei" else "andrei"
    office.mantis.tracker.names._known.clear()
    with office.mantis.state.change():
        office.mantis.state.run("update account set level = 10 where name = ?", other)
    case = office.desk.act(case_id, office.room.event(HandedOver, handler=other), case.version)
    office.at_rest()

    assert (("handler",), []) == (office.case(case_id).dropped_fields, office.told(case_id))

    with office.mantis.state.change():
        office.mantis.state.run("update account set level = 55 where name = ?", other)
    office.mantis.tracker.names._known.clear()
    case = office.case(case_id)
    office.desk.act(case_id, office.room.event(Resolved, resolution="Done."), case.version)
    office.at_rest()

    assert ((), ("resolved", other)) == (office.case(case_id).dropped_fields, office.stands(case_id))
    assert [("handler",), ()] == [e.dropped for e in office.case(case_id).history if isinstance(e, FieldsDropped)]


# --- filed anew ------------------------------------------------------------------------------


def test_what_was_deleted_is_filed_anew_once_with_all_that_was_said(office: Office, case_id: str) -> None:
    """A new number, our notes and links on it, and one issue however often the button is pressed."""
    other = office.desk.take_in(request(), "other").issue or 0
    office.at_rest()
    for event in (
        office.room.event(Noted, text="Seen at the client's."),
        office.room.event(Linked, number=other, relation=Relation.RELATED),
    ):
        office.desk.act(case_id, event, office.case(case_id).version)
    lost = office.case(case_id).issue
    office.mantis.raw("DELETE", f"issues/{lost}", None, "administrator")
    for _ in range(7):  # the whole list is compared every five minutes
        office.minute()
    gone = office.case(case_id)
    office.desk.act(case_id, office.room.event(Refiled), gone.version)
    with pytest.raises(Refused, match="not missing in Mantis"):
        office.desk.act(case_id, office.room.event(Refiled), office.case(case_id).version)
    office.desk.act(case_id, office.room.event(Refiled), gone.version)  # a double click
    office.at_rest()
    case = office.case(case_id)
    assert 1 == sum(isinstance(event, Refiled) for event in case.history)
    issue = office.mantis.tracker.http.issue(case.issue or 0)

    assert (True, False, Filing.FILED) == (gone.missing_in_mantis, case.missing_in_mantis, case.filing)
    assert lost != case.issue
    assert ("assigned", case.issue) == (
        office.stands(case_id)[0],
        office.desk.tracker.file(office.issue(case_id)).number,
    )
    assert 1 == sum("Seen at the client's." in note["text"] for note in issue["notes"])
    assert [other] == [row["issue"]["id"] for row in issue["relationships"]]
    assert ["MissingInMantis"] == office.told(case_id)
    assert office.room.store.ledger().balanced

    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()
    assert Status.RESOLVED is office.case(case_id).status


# --- a decision moves the issue --------------------------------------------------------------


def test_a_decision_moves_the_issue_and_all_that_it_holds(office: Office) -> None:
    """Overruled, the issue goes to the other project as it is; the sync takes the move for nobody's act."""
    office.room.files.put("key", b"log", "text/plain")
    attached = Attachment("key", "trace.log", "text/plain", 3, "")
    case = office.desk.take_in(request(attachments=(attached,)), "key")
    other = office.desk.take_in(request(), "other")
    office.note(case.id, "Looks known.")
    office.at_rest()
    case = office.case(case.id)
    event = office.room.event(Linked, number=other.issue, relation=Relation.RELATED)
    case = office.desk.act(case.id, event, case.version)
    office.at_rest()
    before = office.mantis.tracker.http.issue(case.issue or 0)
    event = office.room.event(Overruled, category=Category.CHANGE, clause="", reason="The spec has no such thing.")
    case = office.desk.act(case.id, event, office.case(case.id).version)
    office.at_rest()
    after = office.mantis.tracker.http.issue(case.issue or 0)
    moved = {name for name in before if before[name] != after[name]}

    assert ("Bugs InBox", "Change InBox") == (before["project"]["name"], after["project"]["name"])
    assert {"project", "category", "description", "handler", "updated_at", "notes", "history"} >= moved
    assert before["notes"] == after["notes"][: len(before["notes"])]
    assert "The spec has no such thing." in after["notes"][-1]["text"]
    assert after["category"] is not None
    assert ["trace.log"] == [file["filename"] for file in after["attachments"]]
    assert [other.issue] == [row["issue"]["id"] for row in after["relationships"]]
    assert ["NotedInMantis"] == office.told(case.id)
    assert () == office.case(case.id).dropped_fields


# --- asking the requester --------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["down", "error-500", "created-no-answer", "bom"])
@pytest.mark.parametrize("after", range(6))
def test_a_question_stands_in_mantis_as_feedback_and_nobody_is_blamed(
    office: Office, case_id: str, fault: str, after: int
) -> None:
    """Mantis takes an issue out of feedback when its reporter, who is us, writes a note: at whatever call it fails."""
    send = office.mantis.tracker.http.send
    office.calls.clear()

    def then_fails(*arguments: Any, **more: Any) -> Any:
        if len(office.calls) == after:
            office.mantis.fault(fault)
        return send(*arguments, **more)

    office.mantis.tracker.http.send = then_fails  # type: ignore[method-assign]  # sends them all the same
    for event in (AskedRequester, Noted):
        what = {"question": "Which?"} if event is AskedRequester else {"text": "On it."}
        office.desk.act(case_id, office.room.event(event, **what), office.case(case_id).version)
        office.desk.sync()
    office.at_rest()

    assert "feedback" == office.stands(case_id)[0]
    assert [] == office.told(case_id)

    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()
    assert Status.RESOLVED is office.case(case_id).status


def test_a_question_is_asked_in_the_issue_that_was_filed_anew(office: Office, case_id: str) -> None:
    """All notes are written again, and it still waits for its answer."""
    event = office.room.event(AskedRequester, question="Which?")
    office.desk.act(case_id, event, office.case(case_id).version)
    office.mantis.raw("DELETE", f"issues/{office.case(case_id).issue}", None, "administrator")
    for _ in range(7):
        office.minute()
    office.desk.act(case_id, office.room.event(Refiled), office.case(case_id).version)
    office.at_rest()

    assert "feedback" == office.stands(case_id)[0]
    assert ["MissingInMantis"] == office.told(case_id)


# --- files -----------------------------------------------------------------------------------


def with_files(office: Office, *contents: bytes) -> str:
    """A request with files of one name."""
    for number, content in enumerate(contents):
        office.room.files.put(f"key/{number}", content, "image/bmp")
    files = tuple(
        Attachment(f"key/{number}", "screen.bmp", "image/bmp", len(content), sha256(content).hexdigest())
        for number, content in enumerate(contents)
    )
    return office.desk.take_in(request(attachments=files), "key").id


SCREENS = tuple(b"BM" + bytes([n]) * 5000 for n in (1, 2))


def test_two_files_of_one_name_both_stand_in_the_issue(office: Office) -> None:
    """Of one size as well, and other bytes: nothing is dropped."""
    case = office.case(with_files(office, *SCREENS))

    assert ["screen.bmp", "screen-2.bmp"] == [
        file["filename"] for file in office.mantis.tracker.http.issue(case.issue or 0)["attachments"]
    ]
    assert () == case.dropped_fields


def test_a_file_that_a_proxy_refuses_leaves_the_request_filed(office: Office) -> None:
    """413 with a page: the file goes as its link, and the case says so."""
    office.mantis.fault("too-large", times=1)
    case = office.case(with_files(office, *SCREENS))

    assert (Filing.FILED, ("file screen.bmp",), 1) == (case.filing, case.dropped_fields, case.issue)
    assert 1 == len(office.mantis.tracker.http.issue(1)["attachments"])
    assert [] == office.room.store.items_of(case.id)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 502])
def test_a_file_that_keeps_failing_does_not_keep_the_filing_from_being_recorded(office: Office, status: int) -> None:
    """It is tried five times more; then it goes as its link."""
    send = office.mantis.tracker.http.send

    def no_files(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        refused = method == "POST" and path.endswith("/files")
        return answer_of(status, b"") if refused else send(method, path, *arguments, **more)

    office.mantis.tracker.http.send = no_files  # type: ignore[method-assign]  # all else is sent
    found = with_files(office, *SCREENS)
    assert office.case(found).filing is Filing.QUEUED
    for _ in range(30):
        office.minute()
    case = office.case(found)

    assert (Filing.FILED, ("file screen.bmp", "file screen.bmp")) == (case.filing, case.dropped_fields)


def test_one_failure_after_a_long_outage_costs_no_file(office: Office) -> None:
    """The tries before were for Mantis, not for the file."""
    office.mantis.fault("maintenance", times=500)
    found = with_files(office, *SCREENS)
    for _ in range(120):
        office.minute()
    send, failed = office.mantis.tracker.http.send, iter([502])

    def fails_once(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        status = next(failed, None) if method == "POST" and path.endswith("/files") else None
        return answer_of(status, b"") if status else send(method, path, *arguments, **more)

    office.mantis.tracker.http.send = fails_once  # type: ignore[method-assign]  # all else is sent
    office.mantis.fault("slow", times=1)
    for _ in range(60):
        office.minute()
    case = office.case(found)

    assert (Filing.FILED, ()) == (case.filing, case.dropped_fields)
    assert 2 == len(office.mantis.tracker.http.issue(case.issue or 0)["attachments"])


def test_a_file_that_is_lost_does_not_keep_the_request_from_mantis(office: Office) -> None:
    """The file store has it no more; the request is filed without."""
    office.mantis.fault("maintenance", times=50)
    found = with_files(office, *SCREENS)
    office.room.files.kept.pop("key/0")
    office.mantis.fault("maintenance", times=1)
    for _ in range(5):
        office.minute()
    case = office.case(found)

    assert (Filing.FILED, ("file screen.bmp",)) == (case.filing, case.dropped_fields)
