"""The invitation to the Board's meeting: once, again when it moves, and as RFC 5545 has it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.changes.invitations import Invitation, icalendar, invitation_now, method_of
from intake_fn.core.process import MeetingRule
from tests.core.samples import NOW, at

if TYPE_CHECKING:
    from intake_fn.core.process import Process

MARC, ANALYSTS, PAUL = "marc.selter@example.com", "sa@example.com", "paul@example.com"
TUESDAY, WEDNESDAY = MeetingRule(1, time(10), 2), MeetingRule(2, time(14, 30), 2)
AGENDA = "https://help.example.com/desk/board"


def meeting(process: Process, rule: MeetingRule | None, **changes: object) -> Process:
    """The process with another meeting rule, or another Board."""
    return replace(process, board=replace(process.board, meets=rule, **changes))  # type: ignore[arg-type]  # as given


def sent(invitation: Invitation | None) -> Invitation:
    """The invitation when all were mailed."""
    assert invitation is not None
    return replace(invitation, pending=())


def test_without_a_rule_nobody_is_invited(process: Process) -> None:
    """As support.yml is delivered."""
    assert invitation_now(None, process, NOW) is None


def test_the_members_are_invited_once_to_each_meeting(process: Process) -> None:
    """Not again while nothing changes; to the next one when this one has begun, under another UID."""
    process = meeting(process, TUESDAY)
    first = sent(invitation_now(None, process, NOW))
    again = invitation_now(first, process, first.begins - timedelta(minutes=1))
    after = invitation_now(first, process, first.begins)

    assert (0, at("2026-12-08 10:00"), (MARC, ANALYSTS, PAUL)) == (first.sequence, first.begins, first.invited)
    assert first == again
    assert after is not None
    assert (0, at("2027-01-12 10:00")) == (after.sequence, after.begins)
    assert after.uid != first.uid
    assert (MARC, ANALYSTS, PAUL) == after.pending


def test_a_meeting_that_moves_keeps_its_uid_and_raises_the_sequence(process: Process) -> None:
    """Each time, to all members."""
    first = sent(invitation_now(None, meeting(process, TUESDAY), NOW))
    moved = invitation_now(first, meeting(process, WEDNESDAY), NOW)
    back = invitation_now(sent(moved), meeting(process, TUESDAY), NOW)

    assert moved is not None
    assert back is not None
    assert (first.uid, 1, at("2026-12-09 14:30")) == (moved.uid, moved.sequence, moved.begins)
    assert (first.uid, 2, first.begins, first.invited) == (back.uid, back.sequence, back.begins, back.pending)


def test_a_meeting_is_called_off_when_its_rule_goes_and_comes_back_with_it(process: Process) -> None:
    """CANCEL to all who were invited, once; then REQUEST with a higher SEQUENCE."""
    first = sent(invitation_now(None, meeting(process, TUESDAY), NOW))
    off = invitation_now(first, process, NOW)
    assert off is not None
    assert (1, True, first.invited) == (off.sequence, off.cancelled, off.pending)
    assert {"CANCEL"} == {method_of(off, address) for address in off.pending}
    assert sent(off) == invitation_now(sent(off), process, NOW)

    again = invitation_now(sent(off), meeting(process, TUESDAY), NOW)
    assert again is not None
    assert (first.uid, 2, "REQUEST") == (again.uid, again.sequence, method_of(again, PAUL))


def test_who_is_no_member_any_more_is_told_and_the_others_too(process: Process) -> None:
    """They get CANCEL; a new member gets REQUEST."""
    first = sent(invitation_now(None, meeting(process, TUESDAY), NOW))
    members = ("marc-selter", "paul", "andrei")
    changed = invitation_now(first, meeting(process, TUESDAY, members=members), NOW)
    assert changed is not None
    methods = {address: method_of(changed, address) for address in changed.pending}

    assert {MARC: "REQUEST", PAUL: "REQUEST", "andrei@example.com": "REQUEST", ANALYSTS: "CANCEL"} == methods


def test_a_deputy_is_invited_as_who_may_come(process: Process) -> None:
    """Each is mailed it; calendars show members as expected, deputies as optional."""
    process = meeting(process, TUESDAY, deputies={"paul": "andrei"})
    invitation = sent(invitation_now(None, process, NOW))
    lines = unfolded(icalendar(invitation, PAUL, process, AGENDA, NOW))

    assert (MARC, ANALYSTS, PAUL, "andrei@example.com") == invitation.invited
    assert 3 == sum("ROLE=REQ-PARTICIPANT" in line for line in lines)
    assert 'ATTENDEE;CN="Andrei";ROLE=OPT-PARTICIPANT;RSVP=FALSE:mailto:andrei@example.com' in lines


def unfolded(text: str) -> list[str]:
    """The lines of an iCalendar object, each whole."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_the_invitation_is_whole(process: Process) -> None:
    """What RFC 5545 and 5546 ask of a REQUEST, with the wall clock and its zone."""
    process = meeting(process, TUESDAY)
    invitation = sent(invitation_now(None, process, NOW))
    lines = unfolded(icalendar(invitation, PAUL, process, AGENDA, NOW))

    assert ["BEGIN:VCALENDAR", "END:VCALENDAR"] == [lines[0], lines[-1]]
    expected = {
        "VERSION:2.0",
        "METHOD:REQUEST",
        "UID:board-20261208T1500Z@example.com",
        "SEQUENCE:0",
        "DTSTAMP:20261124T160000Z",
        "DTSTART;TZID=America/New_York:20261208T100000",
        "DURATION:PT1H",
        "STATUS:CONFIRMED",
        "SUMMARY:The CT2 Board: meeting",
        'ORGANIZER;CN="CT2 Help Desk":mailto:helpdesk@example.com',
        'ATTENDEE;CN="Paul";ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:paul@example.com',
        f"URL:{AGENDA}",
    }
    assert expected <= set(lines)
    assert 3 == sum(line.startswith("ATTENDEE") for line in lines)
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE")]
    assert [
        "TZID:America/New_York",
        "BEGIN:STANDARD",
        "DTSTART:20261101T020000",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "TZNAME:EST",
        "END:STANDARD",
    ] == zone[1:]


def test_a_cancellation_names_who_it_is_for(process: Process) -> None:
    """And nobody else, with the higher SEQUENCE."""
    first = sent(invitation_now(None, meeting(process, TUESDAY), NOW))
    off = invitation_now(first, process, NOW)
    assert off is not None
    lines = unfolded(icalendar(off, PAUL, process, AGENDA, NOW))

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1", f"UID:{first.uid}"} <= set(lines)
    assert ["ATTENDEE:mailto:paul@example.com"] == [line for line in lines if line.startswith("ATTENDEE")]


@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "Europe/London", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
@settings(deadline=None)
@given(instant=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_the_zone_in_the_invitation_gives_the_instant_back(process: Process, zone: str, instant: datetime) -> None:
    """Read by the rule that stands in it, the wall clock is the instant of the meeting, wherever the Board sits."""
    instant = instant.replace(second=0, microsecond=0)
    calendar = replace(process.calendars["new-york"], zone=zone)
    process = replace(process, calendars={**process.calendars, "new-york": calendar})
    text = icalendar(Invitation("1@example.com", 0, instant, (PAUL,)), PAUL, process, AGENDA, NOW)
    lines = dict(line.partition(":")[::2] for line in unfolded(text) if not line.startswith("BEGIN"))
    begins = datetime.strptime(lines[f"DTSTART;TZID={zone}"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall clock
    sign, hours, minutes = re.fullmatch(r"([+-])(\d\d)(\d\d)", lines["TZOFFSETTO"]).groups()  # type: ignore[union-attr]  # it has this form
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)

    assert instant.replace(tzinfo=None) == begins - offset
    assert instant.astimezone(ZoneInfo(zone)).utcoffset() == offset
    onset = re.search(r"BEGIN:(?:STANDARD|DAYLIGHT)\r\nDTSTART:(\w+)", text)
    assert onset is not None
    assert datetime.strptime(onset[1], "%Y%m%dT%H%M%S") <= begins + timedelta(hours=1)  # noqa: DTZ007 - wall clock


def test_names_cannot_break_the_object(process: Process) -> None:
    """Quotation marks, line ends, separators and long names with accents stay inside their values."""
    paul = replace(process.people["paul"], name='Pa"ul\r\nATTENDEE:mailto:eve@example.com ' + "é" * 90)
    board = replace(process.board, name="A; B, C\\D\nE")
    process = meeting(replace(process, people={**process.people, "paul": paul}, board=board), TUESDAY)
    invitation = sent(invitation_now(None, process, NOW))
    lines = unfolded(icalendar(invitation, PAUL, process, AGENDA, NOW))

    assert r"SUMMARY:A\; B\, C\\D\nE: meeting" in lines
    assert 3 == sum(line.startswith("ATTENDEE") for line in lines)
    assert not [line for line in lines if line.startswith("ATTENDEE:")]
