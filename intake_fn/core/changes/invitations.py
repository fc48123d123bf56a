"""The invitation to the Board's next meeting: sent once, sent again when the meeting moves or is called off. Pure.

RFC 5545 and 5546: one UID for a meeting; each change of it raises SEQUENCE, so that calendars replace what they have.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from intake_fn.core.changes.meetings import meeting_after
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import board_date
from intake_fn.core.process import Person, Process
from intake_fn.texts import say

LENGTH = timedelta(hours=1)
"""How long a meeting is shown in calendars; support.yml does not say how long it is."""

LONGEST_LINE = 75
"""Bytes of a line of iCalendar, without its end."""

FAR_BACK = 400
"""Days within which the last change of the clocks is looked for; a zone without one has none."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the members were invited to last. `pending` are the addresses that are still to be mailed of it."""

    uid: str
    sequence: int
    begins: datetime
    invited: tuple[str, ...]
    pending: tuple[str, ...] = ()
    cancelled: bool = False
    leased_until: datetime | None = None
    """Until when somebody is mailing it."""


def invitation_now(known: Invitation | None, process: Process, now: datetime) -> Invitation | None:
    """The invitation as it is to be now: the known one while nothing has changed, None while there is no meeting."""
    meeting = meeting_after(now, process)
    members = _addresses(process)
    if known is None or known.begins <= now:
        if meeting is None:
            return known
        domain = process.mail.address.rpartition("@")[2]
        return Invitation(f"board-{meeting:%Y%m%dT%H%MZ}@{domain}", 0, meeting, members, members)
    if meeting is None:
        if known.cancelled:
            return known
        return replace(known, sequence=known.sequence + 1, cancelled=True, pending=known.invited)
    if (known.begins, known.invited, known.cancelled) == (meeting, members, False):
        return known
    left_out = tuple(address for address in known.invited if address not in members)
    return replace(
        known,
        sequence=known.sequence + 1,
        begins=meeting,
        invited=members,
        pending=(*members, *left_out),
        cancelled=False,
    )


def is_called_off(invitation: Invitation, address: str) -> bool:
    """Whether an address is told that there is no meeting for it."""
    return invitation.cancelled or address not in invitation.invited


def subject_of(invitation: Invitation, address: str, process: Process) -> str:
    """The subject of the mail to an address."""
    return say(f"invitation.{_kind(invitation, address)}", _values(invitation, process))


def text_of(invitation: Invitation, address: str, process: Process, agenda: str) -> str:
    """The text of the mail to an address."""
    name = next((one.name for one in process.people.values() if one.address == address), address)
    kind = _kind(invitation, address)
    body = say(f"invitation.{kind}-text", _values(invitation, process))
    where = say("invitation.agenda", link=agenda)
    return f"{say('invitation.hello', name=name)}\n\n{body}\n\n{where}\n\n{process.mail.name}\n"


def icalendar(invitation: Invitation, address: str, process: Process, agenda: str, now: datetime) -> str:
    """The invitation as an iCalendar object, to be mailed to an address."""
    off = is_called_off(invitation, address)
    zone = ZoneInfo(process.calendars[process.board.calendar].zone)
    here = invitation.begins.astimezone(zone)
    people = [one for one in process.people.values() if one.address in invitation.invited]
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Specdesk//Board//EN",
        "VERSION:2.0",
        f"METHOD:{method_of(invitation, address)}",
        *_time_zone(here, zone),
        "BEGIN:VEVENT",
        f"UID:{invitation.uid}",
        f"SEQUENCE:{invitation.sequence}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID={zone.key}:{here:%Y%m%dT%H%M%S}",
        f"DURATION:PT{int(LENGTH.total_seconds()) // 3600}H",
        f"SUMMARY:{_text(say('invitation.summary', board=process.board.name))}",
        f"DESCRIPTION:{_text(say('invitation.agenda', link=agenda))}",
        f"URL:{agenda}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"ORGANIZER;CN={_parameter(process.mail.name)}:mailto:{process.mail.address}",
        *(
            f"ATTENDEE;CN={_parameter(one.name)};ROLE={_role(one, process)};RSVP=FALSE:mailto:{one.address}"
            for one in people
            if not off
        ),
        *([f"ATTENDEE:mailto:{address}"] if off else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def method_of(invitation: Invitation, address: str) -> str:
    """The iTIP method of the mail to an address."""
    return "CANCEL" if is_called_off(invitation, address) else "REQUEST"


def _addresses(process: Process) -> tuple[str, ...]:
    """The addresses of the present members, then of their deputies."""
    board = process.board
    invited = (*board.members, *(board.deputies[member] for member in board.members if member in board.deputies))
    return tuple(process.people[person].address for person in invited if person in process.people)


def _role(person: Person, process: Process) -> str:
    """Members are expected; a deputy comes where the member does not."""
    return "OPT-PARTICIPANT" if person.id in process.board.deputies.values() else "REQ-PARTICIPANT"


def _kind(invitation: Invitation, address: str) -> str:
    if is_called_off(invitation, address):
        return "cancelled"
    return "moved" if invitation.sequence else "invited"


def _values(invitation: Invitation, process: Process) -> dict[str, str]:
    zone = ZoneInfo(process.calendars[process.board.calendar].zone)
    when = f"{board_date(invitation.begins, process)}, {invitation.begins.astimezone(zone):%H:%M} ({zone.key})"
    return {"board": process.board.name, "when": when}


# --- iCalendar -------------------------------------------------------------------------------


def _time_zone(here: datetime, zone: ZoneInfo) -> list[str]:
    """The zone with the rule that is in force at the meeting: since when, and by how much it differs from UTC."""
    onset, before = _last_change(here)
    kind = "DAYLIGHT" if here.dst() else "STANDARD"
    began = f"{onset + before:%Y%m%dT%H%M%S}" if onset else "19700101T000000"
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{zone.key}",
        f"BEGIN:{kind}",
        f"DTSTART:{began}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(here.utcoffset() or timedelta())}",
        f"TZNAME:{here.tzname()}",
        f"END:{kind}",
        "END:VTIMEZONE",
    ]


def _last_change(here: datetime) -> tuple[datetime | None, timedelta]:
    """The instant (UTC) at which the clocks changed last before the meeting, and the offset before that."""
    zone, now = here.tzinfo, here.astimezone(UTC)
    offset = here.utcoffset() or timedelta()
    for hours in range(1, FAR_BACK * 24):
        earlier = (now - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        before = earlier.astimezone(zone).utcoffset() or timedelta()
        if before != offset:
            return earlier + timedelta(hours=1), before
    return None, offset


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _text(text: str) -> str:
    """A value of the type TEXT."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _parameter(text: str) -> str:
    """A parameter's value, quoted: it may hold no quotation mark and no line end."""
    return '"' + "".join(sign for sign in text if sign >= " " and sign not in '"\x7f') + '"'


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, each whole characters; the second and later ones begin with a space."""
    pieces: list[str] = []
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > LONGEST_LINE - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])
