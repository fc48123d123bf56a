"""Who does what, by name: people, activities, and the two actors that are no people of the Help Desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from intake_fn.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

REQUESTER = "requester"
"""The actor of what a requester did; they have no account."""

SPECDESK = "specdesk"
"""The actor of events that no person caused."""


def actor_of(event: Event, process: Process) -> str:
    """Who did it: a person's name where the address is one of support.yml."""
    names = {person.address: person.name for person in process.everyone.values()}
    return {REQUESTER: say("actor.requester"), **names}.get(event.actor, event.actor)


def name_of(person: str, process: Process) -> str:
    """A person's name, also of one who has left; the id in quotes for one who is not in support.yml."""
    return process.person(person).name if person in process.everyone else repr(person)


def board_date(instant: datetime, process: Process) -> str:
    """The date of an instant where the Board meets, in words."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - no page asks for names of zones before it is shown

    zone = ZoneInfo(process.calendars[process.board.calendar].zone)
    return f"{instant.astimezone(zone):%-d %b %Y}"


def last_day(end: datetime, process: Process) -> str:
    """The last date before an instant, where the Board meets: what ends at midnight ends with the day before."""
    return board_date(end - timedelta.resolution, process)


def activity_name(activity: str, process: Process) -> str:
    """An activity's name; the id in quotes for one that is not in support.yml any more."""
    return process.activities[activity].name if activity in process.activities else repr(activity)


def names_of(people: Iterable[str], process: Process) -> str:
    """Names of several people, separated by commas."""
    return ", ".join(name_of(person, process) for person in people)
