"""The door that is open to everybody: programs are held back, people come through, and nothing is lost (R14)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Filing, Joined, LetThrough, Noted, Quarantined, Rejected, RequesterReplied, Status
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.hours import due
from intake_fn.core.request import Requester
from intake_fn.desk.door import Arrival
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from intake_fn.core.request import Request

STRANGER = Requester("Nobody", "nobody@spam.example", "paris")
SCRIPTED = 10_000
GENUINE = 500
HURRIED = 6
TEXTS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


def held(room: Room, **changes: Any) -> Case:
    """A request that fell for the trap."""
    return room.desk.take_in(request(requester=STRANGER, **changes), "key", Arrival(trapped=True))


def test_what_is_held_back_owes_nobody_anything(room: Room) -> None:
    """No verdict, no issue, no mail to what may be a stranger's address, and no clock; all of it is kept."""
    case = held(room)
    room.clock.advance(days=3)
    room.desk.sweep()

    assert (Status.QUARANTINED, Filing.QUARANTINED, None) == (case.status, case.filing, case.verdict)
    assert [case.request.summary] == [row.summary for row in room.store.held_back(Status.QUARANTINED).rows]
    assert ([], {}, []) == ([*room.store.owed_by(case.id)], room.tracker.issues, room.mailer.sent)
    assert (None, None) == (room.store.row(case.id).due, room.store.row(case.id).wake)
    assert (1, True) == (room.store.ledger().quarantined, room.store.ledger().balanced)
    assert [] == [*room.store.queue(None).rows]


def test_no_clock_runs_before_it_is_let_through(process: Process) -> None:
    """Where its level has a response time, too: nobody is warned of what goes nowhere, and then it has all its time."""
    front_end = replace(process.levels[0], response=process.levels[4].response)
    room = Room(replace(process, levels={**process.levels, 0: front_end}))
    case = held(room)
    room.clock.advance(days=30)

    assert (None, None) == (room.store.row(case.id).due, room.store.row(case.id).wake)
    assert (0, []) == (room.desk.sweep().warned, room.mailer.sent)
    let_through = room.desk.act(case.id, room.event(LetThrough), case.version)
    found = due(let_through, room.desk.process)
    assert found is not None
    assert (room.clock(), room.store.row(case.id).due) == (found.started, found.instant)


def test_what_is_let_through_goes_on_as_if_it_had_just_come(room: Room) -> None:
    """With what was said meanwhile; its clock starts now."""
    case = held(room)
    room.desk.act(case.id, RequesterReplied(at=room.clock(), actor="requester", text="Please look."), case.version)
    room.desk.act(case.id, room.event(Noted, text="A new client."), 99)
    assert [] == room.mailer.sent
    room.clock.advance(days=2)
    case = room.desk.act(case.id, room.event(LetThrough), 99)

    assert (Status.OPEN, 1) == (case.status, case.issue)
    assert ["Reply (the requester)", "Note (Paul)"] == [note.splitlines()[0] for note in room.tracker.notes[1]]
    assert ["nobody@spam.example", "liaison.paris@example.com"] == [mail.to for mail in room.mailer.sent]
    assert (0, 1, True) == (room.store.ledger().quarantined, room.store.ledger().filed, room.store.ledger().balanced)


def test_what_is_set_aside_stays_and_can_still_go_on(room: Room) -> None:
    """Nobody is told; a reason is needed."""
    case = held(room)
    with pytest.raises(Refused, match="why"):
        room.desk.act(case.id, room.event(Rejected, reason=" "), case.version)
    case = room.desk.act(case.id, room.event(Rejected, reason="An advertisement."), case.version)
    ledger = room.store.ledger()

    assert (Status.REJECTED, [], 1, True) == (case.status, room.mailer.sent, ledger.rejected, ledger.balanced)
    assert [] == [*room.store.held_back(Status.QUARANTINED).rows]
    assert Status.OPEN is room.desk.act(case.id, room.event(LetThrough), 99).status


def test_who_writes_again_after_being_set_aside_is_looked_at_again(room: Room) -> None:
    """The page asks them to write if it is wrong, so a person reads what they write; still no mail goes out."""
    case = held(room)
    room.desk.act(case.id, room.event(Rejected, reason="An advertisement."), case.version)
    case = room.desk.act(case.id, RequesterReplied(at=room.clock(), actor="requester", text="No!"), 99)
    ledger = room.store.ledger()

    assert (Status.QUARANTINED, Filing.QUARANTINED, []) == (case.status, case.filing, room.mailer.sent)
    assert (1, 0, True) == (ledger.quarantined, ledger.rejected, ledger.balanced)
    assert [case.id] == [row.id for row in room.store.held_back(Status.QUARANTINED).rows]


def test_who_was_let_through_is_known(room: Room) -> None:
    """Their next request is not held back for links or haste, however they write their address; a flood is."""
    hasty = request(requester=STRANGER, description="http://a http://b http://c")
    case = room.desk.take_in(hasty, "first", Arrival(opened=room.clock()))
    assert Status.QUARANTINED is case.status
    room.desk.act(case.id, room.event(LetThrough), case.version)

    again = replace(hasty, requester=replace(STRANGER, email="Nobody@Spam.example"))
    cases = [
        room.desk.take_in(replace(again, summary=f"{number}"), f"again {number}", Arrival(opened=room.clock()))
        for number in range(31)
    ]
    assert [Status.OPEN] * 30 + [Status.QUARANTINED] == [case.status for case in cases]
    other = replace(hasty, requester=replace(STRANGER, email="another@spam.example"))
    assert Status.QUARANTINED is room.desk.take_in(other, "other", Arrival(opened=room.clock())).status


def test_nothing_follows_what_is_held_back(room: Room) -> None:
    """It goes nowhere, so whoever followed it would never hear anything."""
    case = held(room)
    other = room.desk.take_in(request(), "other")

    with pytest.raises(Refused, match="is held back until a person has looked"):
        room.desk.act(other.id, room.event(Joined, other=case.id), other.version)


def test_a_let_through_that_is_not_remembered_still_counts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes on; only the next one of its sender is held back once more."""
    case = held(room)
    monkeypatch.setattr(room.store, "count", broken)

    assert Status.OPEN is room.desk.act(case.id, room.event(LetThrough), case.version).status


def test_the_same_click_counts_once(room: Room) -> None:
    """However often a form is sent again, or its answer lost on the way."""
    first = [room.desk.take_in(request(requester=STRANGER), "key", Arrival()).id for _ in range(99)]
    others = [room.desk.take_in(request(requester=STRANGER), f"key {n}", Arrival()).status for n in range(3)]

    assert (1, Status.OPEN) == (len(set(first)), room.store.load(first[0]).status)
    assert [Status.OPEN, Status.OPEN, Status.QUARANTINED] == others


def test_a_store_that_cannot_count_holds_nobody_back(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting is a help, and no door."""
    monkeypatch.setattr(room.store, "count", broken)

    assert Status.OPEN is room.desk.take_in(request(requester=STRANGER), "other", Arrival()).status


def test_what_gives_itself_away_holds_nobody_else_back(room: Room) -> None:
    """A flood of the trap, of haste, of one text and of one mailbox leaves strangers their usual number."""
    for number in range(100):
        sender = Requester("x", f"{number}@spam.example", "paris")
        room.desk.take_in(request(requester=sender), f"trap {number}", Arrival(trapped=True))
        room.desk.take_in(request(requester=sender), f"haste {number}", Arrival(opened=room.clock()))
        room.desk.take_in(request(requester=sender, summary="Cheap"), f"text {number}", Arrival())
        room.desk.take_in(request(requester=STRANGER, summary=f"{number}"), f"mailbox {number}", Arrival())
    came_through = room.store.ledger().filed
    person = Requester("Ann", "ann@client.example.net", "paris")

    assert 3 + 10 == came_through
    assert Status.OPEN is room.desk.take_in(request(requester=person), "ann", Arrival()).status


def broken(*_: object) -> int:
    """The table is busy."""
    raise TryLater("The table is busy.")


# --- 10,000 posts by programs, and 500 by people -----------------------------------------------


@dataclass(frozen=True)
class Post:
    """A request that is sent some time after the one before; `seconds` are how long its form was open, if known."""

    request: Request
    after: timedelta
    seconds: float | None = None
    trapped: bool = False


def by_programs(chance: Random) -> Iterator[Post]:
    """Five kinds in turn, within hours: a flood of one text, one sender, many senders, the trap, links in a moment."""
    for number in range(SCRIPTED):
        made_up = f"{chance.randrange(16**8):08x}"
        sender = Requester(made_up, f"{made_up}@{made_up[:4]}.example.net", "paris")
        text = " ".join(chance.choices(made_up + "abcdefgh", k=20))
        whole = request(requester=sender, summary=f"Offer {made_up}", description=text)
        after = timedelta(seconds=chance.uniform(0.1, 2))
        kinds = (
            Post(replace(whole, summary="Cheap freight", description="The best offers of all."), after),
            Post(replace(whole, requester=replace(sender, email="one@spam.example.net")), after),
            Post(whole, after),
            Post(whole, after, trapped=True),
            Post(replace(whole, description="http://a.example http://b.example www.c.example"), after, seconds=0.2),
        )
        yield kinds[number % len(kinds)]


def by_people(chance: Random) -> Iterator[Post]:
    """Of the offices and of client companies whose domain nobody entered, through both forms, at all hours of a month.

    Some leave the form open for a day, some send six within ten minutes, a few the same words for another shipment.
    """
    for number in range(GENUINE):
        told = TEXTS[number % len(TEXTS)]
        person = chance.randrange(60)
        domain = "example.com" if person % 2 else f"client-{person}.example.net"
        sender = Requester(f"Person {person}", f"person.{person}@{domain}", "paris")
        whole = request(requester=sender, summary=told["summary"], description=f"{told['description']} ({number // 3})")
        hurried = number % 50 < HURRIED
        after = timedelta(minutes=chance.uniform(1, 2) if hurried else chance.uniform(20, 150))
        yield Post(whole, after, seconds=chance.choice([None, chance.uniform(20, 900), 86_000.0]))


def run(room: Room, posts: Iterator[Post], name: str) -> tuple[int, int]:
    """Send them all; how many were taken in, and how many of these are held back."""
    ids = set()
    for number, post in enumerate(posts):
        room.clock.at += post.after
        opened = room.clock() - timedelta(seconds=post.seconds) if post.seconds is not None else None
        ids.add(room.desk.take_in(post.request, f"{name} {number}", Arrival(post.trapped, opened)).id)
    cases = [room.store.load(case_id) for case_id in ids]
    return len(ids), sum(any(isinstance(event, Quarantined) for event in case.history) for case in cases)


def test_programs_are_held_back(room: Room) -> None:
    """At least 99 of 100; and all that they sent is kept as well."""
    taken, held_back = run(room, by_programs(Random(14)), "program")  # noqa: S311 - a test

    assert taken == SCRIPTED == room.store.ledger().received
    assert held_back >= 0.99 * SCRIPTED
    assert room.store.ledger().balanced


def test_people_come_through(room: Room) -> None:
    """None of five hundred is lost, and none has to wait."""
    taken, held_back = run(room, by_people(Random(14)), "person")  # noqa: S311 - a test

    assert (GENUINE, 0) == (taken, held_back)
