"""Somebody leaves: what they had open is named, goes on, and can be handed over; they get no mail any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.escalation import keeper
from intake_fn.core.events import (
    AskedRequester,
    ChangedInMantis,
    Escalated,
    HandedOver,
    Noted,
    NoticeSkipped,
    Reprioritised,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.messages import in_words, note_of
from intake_fn.core.names import REQUESTER
from intake_fn.core.request import Priority, Requester
from intake_fn.desk import offboarding, sign_in
from tests.desk.test_story import Room, request
from tests.removals import without

if TYPE_CHECKING:
    from intake_fn.core.process import Process

ROMA, ANDREI = "roma@example.com", "andrei@example.com"


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def with_roma(room: Room) -> str:
    """A request that Roma has at level 4, filed in Mantis in her name."""
    case = room.desk.take_in(request(), "with-roma")
    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "paul"), (4, "roma")):
        up = room.event(Escalated, level=level, handler=handler, reason="too-complex")
        case = room.desk.act(case.id, up, case.version)
    return case.id


def gone(room: Room, part: str = "people", name: str = "roma", *, former: bool = True) -> Room:
    """The application without a name in support.yml."""
    room.desk = replace(room.desk, process=without(part, name, former=former))
    room.mailer.sent.clear()
    return room


def minutes(room: Room, number: int = 3) -> None:
    """Sweep and sync run once a minute."""
    for _ in range(number):
        room.clock.advance(minutes=1)
        room.desk.sweep()
        room.desk.sync()


def test_mail_about_it_goes_to_whoever_would_get_it_now(room: Room) -> None:
    """A reply of the requester reaches somebody who is there, and not who has left."""
    case_id = with_roma(room)
    gone(room)
    reply = RequesterReplied(at=room.clock(), actor=REQUESTER, text="It happens again.")
    room.desk.act(case_id, reply, room.seen(case_id))
    minutes(room)
    to = [mail.to for mail in room.mailer.sent if "The requester has replied" in mail.subject]

    assert [ANDREI] == to
    assert "Hello Andrei," in room.mailer.sent[-1].text
    assert ROMA not in [mail.to for mail in room.mailer.sent]


def test_a_mail_that_waited_goes_to_somebody_who_is_there(room: Room) -> None:
    """It was owed to her while mail was down; now it says that nobody has the request, since that is so."""
    room.mailer.down = True
    case_id = with_roma(room)
    gone(room)
    room.mailer.down = False
    room.clock.advance(hours=1)
    minutes(room)
    told = {mail.to: mail for mail in room.mailer.sent if "Unassigned" in mail.subject}

    assert [ANDREI] == [*told]
    assert "It was assigned to Roma, who has left." in told[ANDREI].text
    assert "now with you" not in told[ANDREI].text
    assert ROMA not in [mail.to for mail in room.mailer.sent]
    assert [] == [*room.store.items_of(case_id)]


def test_a_requester_is_not_told_that_it_is_with_somebody_who_left(room: Room) -> None:
    """The mail about a priority names who has it; nobody has."""
    case_id = with_roma(gone(room, "modules", "reports"))
    gone(room)
    room.desk.act(case_id, room.event(Reprioritised, priority=Priority.LOW), room.seen(case_id))
    told = next(mail.text for mail in room.mailer.sent if mail.to == "camille@example.com")

    assert "It is assigned to the Help Desk, Help Desk Level 4." in told
    assert "Roma" not in told


def test_in_mantis_the_handler_stays_and_nobody_is_blamed_until_it_is_handed_over(room: Room) -> None:
    """Her account is nobody's to hand to; whoever is set there meanwhile is not put back. Then it is ours again."""
    case_id = with_roma(room)
    number = room.store.load(case_id).issue or 0
    gone(room, former=False)
    room.desk.act(case_id, room.event(Noted, text="She has left."), room.seen(case_id))
    room.tracker.issues[number] = replace(room.tracker.issues[number], handler="somebody")
    room.tracker.touched[number] = room.clock()
    minutes(room, 70)

    assert "somebody" == room.tracker.issues[number].handler
    assert not [event for event in room.store.load(case_id).history if isinstance(event, ChangedInMantis)]

    assert offboarding.hand_over(room.desk, case_id, "roma", "andrei", "")
    room.desk.sync()
    minutes(room)

    assert "andrei" == room.tracker.issues[number].handler
    assert not [event for event in room.store.load(case_id).history if isinstance(event, ChangedInMantis)]


def test_it_is_handed_over_with_history_and_a_mail_and_only_once(room: Room) -> None:
    """The log says who, by whom and why; the second call does nothing."""
    case_id = with_roma(room)
    gone(room)

    assert [case_id] == [*offboarding.open_requests_of(room.store, "roma")]
    assert offboarding.hand_over(room.desk, case_id, "roma", "andrei", "Roma has left.")
    assert not offboarding.hand_over(room.desk, case_id, "roma", "andrei", "Roma has left.")
    minutes(room)
    case = room.store.load(case_id)
    (told,) = (mail for mail in room.mailer.sent if "Assigned to you" in mail.subject)
    (event,) = (event for event in case.history if isinstance(event, HandedOver))

    assert ("andrei", "Roma has left.", "specdesk") == (case.handler, event.note, event.actor)
    assert (ANDREI, True) == (told.to, "Roma has left." in told.text)
    assert [] == [*offboarding.open_requests_of(room.store, "roma")]


def test_from_a_level_that_is_gone_it_goes_to_the_next_one(room: Room) -> None:
    """There is nobody at its own to hand it to."""
    case_id = with_roma(room)
    gone(room, "levels", "4")
    assert offboarding.hand_over(room.desk, case_id, "roma", "paul", "Level 4 is no more.")
    case = room.store.load(case_id)

    assert (3, "paul") == (case.level, case.handler)


def test_only_who_is_at_its_level_gets_it(room: Room) -> None:
    """The rules of the desk hold for the command, too."""
    case_id = with_roma(room)
    gone(room)
    with pytest.raises(Refused, match="Paul is not at level 4; you may hand it over to Andrei"):
        offboarding.hand_over(room.desk, case_id, "roma", "paul", "")

    assert "roma" == room.store.load(case_id).handler


@pytest.mark.parametrize(
    ("part", "name", "says"),
    [
        ("people", "roma", "handled by Roma, who has left"),
        ("levels", "4", "at level 4, which is no more"),
        ("offices", "paris", "from the office 'paris', which is gone"),
    ],
)
def test_what_is_orphaned_is_named_with_what_to_do(room: Room, part: str, name: str, says: str) -> None:
    """By what is gone, with the open requests that refer to it; nothing while all is there."""
    case_id = with_roma(room)

    assert {} == offboarding.missing_references(room.store, room.desk.process)

    gone(room, part, name)
    found = offboarding.missing_references(room.store, room.desk.process)

    assert {says: [case_id]} == {thing.what: [*those] for thing, those in found.items()}

    case = room.store.load(case_id)
    room.desk.act(case_id, room.event(Resolved, resolution="Done."), case.version)

    assert {} == offboarding.missing_references(room.store, room.desk.process)


def test_everything_is_kept_by_somebody_who_is_there(room: Room) -> None:
    """Also where both the handler and the level are gone."""
    case = room.store.load(with_roma(room))
    process = without("levels", "4")

    assert keeper(case, process) == process.people["roma"]
    assert keeper(replace(case, handler="nobody"), process).id in process.levels[3].resources


def test_who_has_left_gets_no_mail_about_their_own_request_either(room: Room) -> None:
    """Its history says so, and to whom and why; nothing waits or was given up."""
    case = room.desk.take_in(request(requester=Requester("Roma", "Roma@Example.com", "paris")), "hers")
    gone(room)
    room.desk.act(case.id, room.event(AskedRequester, question="Which one?"), case.version)
    (event,) = (event for event in room.store.load(case.id).history if isinstance(event, NoticeSkipped))

    assert ("question", "Roma has left.") == (event.notice, in_words([event.why]))
    assert ROMA not in [mail.to.lower() for mail in room.mailer.sent]
    assert [] == [*room.store.items_of(case.id)]


@pytest.mark.parametrize("former", [True, False])
def test_who_has_left_gets_no_link_to_sign_in(process: Process, *, former: bool) -> None:
    """Whether support.yml still knows them or not."""
    room = gone(Room(process), former=former)
    sign_in.ask(room.desk, ROMA, "192.0.2.7")

    assert (0, []) == (sign_in.mail_links(room.desk), room.mailer.sent)


def test_what_a_former_person_did_is_still_told_by_name(room: Room) -> None:
    """In Mantis' notes as on the desk."""
    case_id = with_roma(room)
    event = Noted(at=room.clock(), actor=ROMA, text="I have looked.")
    room.desk.act(case_id, event, room.seen(case_id))
    gone(room)

    assert note_of(event, room.desk.process).startswith("Note (Roma)")
