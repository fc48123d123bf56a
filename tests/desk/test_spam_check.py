"""The door that is open to everybody: programs are held back, people come through, and nothing is lost (R14)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import MarkedDuplicate, Noted, Rejected, Released, RequesterReplied
from intake_fn.core.request import Requester
from intake_fn.core.sla import due
from intake_fn.core.vocabulary import Filing, Status
from intake_fn.desk.spam_check import Submission
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
    return room.desk.take_in(request(requester=STRANGER, **changes), "key", Submission(trapped=True))


def test_what_is_held_back_owes_nobody_anything(room: Room) -> None:
    """No verdict, no issue, no mail to what may be a stranger's address, and no clock; all of it is kept."""
    case = held(room)
    room.clock.advance(days=3)
    room.desk.sweep()

    assert (Status.QUARANTINED, Filing.QUARANTINED, None) == (case.status, case.filing, case.verdict)
    assert [case.request.summary] == [row.summary for row in room.store.quarantine(Status.QUARANTINED).rows]
    assert ([], {}, []) == ([*room.store.items_of(case.id)], room.tracker.issues, room.mailer.sent)
    assert (None, None) == (room.store.row(case.id).due, room.store.row(case.id).next_alert)
    assert (1, True) == (room.store.ledger().quarantined, room.store.ledger().balanced)
    assert [] == [*room.store.queue(None).rows]


def test_no_clock_runs_before_it_is_let_through(process: Process) -> None:
    """Where its level has a response time, too: nobody is warned of what goes nowhere, and then it has all its time."""
    front_end = replace(process.levels[0], response=process.levels[4].response)
    room = Room(replace(process, levels={**process.levels, 0: front_end}))
    case = held(room)
    room.clock.advance(days=30)

    assert (None, None) == (room.store.row(case.id).due, room.store.row(case.id).next_alert)
    assert (0, []) == (room.desk.sweep().alerts, room.mailer.sent)
    let_through = room.desk.act(case.id, room.event(Released), case.version)
    found = due(let_through, room.desk.process)
    assert found is not None
    assert (room.clock(), room.store.row(case.id).due) == (found.started, found.instant)


def test_what_is_let_through_goes_on_as_if_it_had_just_come(room: Room) -> None:
    """With what was said meanwhile; its clock starts now."""
    case = held(room)
    room.desk.act(case.id, RequesterReplied(at=room.clock(), actor="requester", text="Please look."), case.version)
    room.desk.act(case.id, room.event(Noted, text="A new client."), room.seen(case.id))
    assert [] == room.mailer.sent
    room.clock.advance(days=2)
    case = room.desk.act(case.id, room.event(Released), room.seen(case.id))

    assert (Status.OPEN, 1) == (case.status, case.issue)
    assert ["Reply (the requester)", "Note (Paul)"] == [note.splitlines()[0] for note in room.tracker.notes[1]]
    assert ["nobody@spam.example", "liaison.paris@example.com"] == [mail.to for mail in room.mailer.sent]
    assert (0, 1, True) == (room.store.ledger().quarantined, room.store.ledger().filed, room.store.ledger().balanced)


def test_what_is_set_aside_stays_and_can_still_go_on(room: Room) -> None:
    """Nobody is told; a reason is needed."""
    case = held(room)
    with pytest.raises(Refused, match="reason"):
        room.desk.act(case.id, room.event(Rejected, reason=" "), case.version)
    case = room.desk.act(case.id, room.event(Rejected, reason="An advertisement."), case.version)
    ledger = room.store.ledger()

    assert (Status.REJECTED, [], 1, True) == (case.status, room.mailer.sent, ledger.rejected, ledger.balanced)
    assert [] == [*room.store.quarantine(Status.QUARANTINED).rows]
    assert Status.OPEN is room.desk.act(case.id, room.event(Released), room.seen(case.id)).status


def test_who_writes_again_after_being_set_aside_is_looked_at_again(room: Room) -> None:
    """The page asks them to write if it is wrong, so a person reads what they write; still no mail goes out."""
    case = held(room)
    room.desk.act(case.id, room.event(Rejected, reason="An advertisement."), case.version)
    case = room.desk.act(case.id, RequesterReplied(at=room.clock(), actor="requester", text="No!"), room.seen(case.id))
    ledger = room.store.ledger()

    assert (Status.QUARANTINED, Filing.QUARANTINED, []) == (case.status, case.filing, room.mailer.sent)
    assert (1, 0, True) == (ledger.quarantined, ledger.rejected, ledger.balanced)
    assert [case.id] == [row.id for row in room.store.quarantine(Status.QUARANTINED).rows]


def test_who_was_let_through_is_known(room: Room) -> None:
    """Their next request is not held back for links or haste, however they write their address; a flood is."""
    hasty = request(requester=STRANGER, description="http://a http://b http://c")
    case = room.desk.take_in(hasty, "first", Submission(opened=room.clock()))
    assert Status.QUARANTINED is case.status
    room.desk.act(case.id, room.event(Released), case.version)

    again = replace(hasty, requester=replace(STRANGER, email="Nobody@Spam.example"))
    cases = [
        room.desk.take_in(replace(again, summary=f"{number}"), f"again {number}", Submission(opened=room.clock()))
        for number in range(31)
    ]
    assert [Status.OPEN] * 30 + [Status.QUARANTINED] == [case.status for case in cases]
    other = replace(hasty, requester=replace(STRANGER, email="another@spam.example"))
    assert Status.QUARANTINED is room.desk.take_in(other, "other", Submission(opened=room.clock())).status


def test_nothing_follows_what_is_held_back(room: Room) -> None:
    """It goes nowhere, so whoever followed it would never hear anything."""
    case = held(room)
    other = room.desk.take_in(request(), "other")

    with pytest.raises(Refused, match="is in quarantine"):
        room.desk.act(other.id, room.event(MarkedDuplicate, other=case.id), other.version)


def test_a_let_through_that_is_not_remembered_still_counts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes on; only the next one of its sender is held back once more."""
    case = held(room)
    monkeypatch.setattr(room.store, "count", broken)

    assert Status.OPEN is room.desk.act(case.id, room.event(Released), case.version).status


def test_the_same_click_counts_once(room: Room) -> None:
    """However often a form is sent again, or its answer lost on the way."""
    first = [room.desk.take_in(request(requester=STRANGER), "key", Submission()).id for _ in range(99)]
    others = [room.desk.take_in(request(requester=STRANGER), f"key {n}", Submission()).status for n in range(3)]

    assert (1, Status.OPEN) == (len(set(first)), room.store.load(first[0]).status)
    assert [Status.OPEN, Status.OPEN, Status.QUARANTINED] == others


def test_the_same_click_counts_its_mailbox_once_even_beyond_the_usual_number_of_one_text(room: Room) -> None:
    """From there on no key is known again; such a form is in quarantine for its text, and counts no further."""
    for number in range(4):
        sender = STRANGER if number == 3 else replace(STRANGER, email=f"{number}@spam.example")
        for _ in range(20):
            room.desk.take_in(request(requester=sender), f"key {number}", Submission())

    other = room.desk.take_in(request(requester=STRANGER, summary="Another"), "another", Submission())

    assert Status.OPEN is other.status


def test_a_store_that_cannot_count_holds_nobody_back(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting is a help, and no door."""
    monkeypatch.setattr(room.store, "count", broken)

    assert Status.OPEN is room.desk.take_in(request(requester=STRANGER), "other", Submission()).status


def test_what_gives_itself_away_holds_nobody_else_back(room: Room) -> None:
    """A flood of the trap, of haste, of one text and of one mailbox leaves strangers their usual number."""
    for number in range(100):
        sender = Requester("x", f"{number}@spam.example", "paris")
        room.desk.take_in(request(requester=sender), f"trap {number}", Submission(trapped=True))
        room.desk.take_in(request(requester=sender), f"haste {number}", Submission(opened=room.clock()))
        room.desk.take_in(request(requester=sender, summary="Cheap"), f"text {number}", Submission())
        room.desk.take_in(request(requester=STRANGER, summary=f"{number}"), f"mailbox {number}", Submission())
    came_through = room.store.ledger().filed
    person = Requester("Ann", "ann@client.example.net", "paris")

    assert 3 + 10 == came_through
    assert Status.OPEN is room.desk.take_in(request(requester=person), "ann", Submission()).status


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


def wrote(post: Post, summary: str, description: str) -> Post:
    """The post with this text."""
    return replace(post, request=replace(post.request, summary=summary, description=description))


def by(post: Post, email: str) -> Post:
    """The post from this address."""
    return replace(post, request=replace(post.request, requester=replace(post.request.requester, email=email)))


def claimed(post: Post) -> Post:
    """The post from an address that an office could have."""
    return by(post, f"{post.request.requester.name}@example.com")


FLOOD = "Cheap freight", "The best offers of all."
LINKS = "http://a.example http://b.example www.c.example"
IN_A_MOMENT = 0.2

KINDS: dict[str, Callable[[Post], Post]] = {
    "one text": lambda post: wrote(post, *FLOOD),
    "one sender": lambda post: by(post, "one@spam.example.net"),
    "many senders and texts": lambda post: post,
    "the trap": lambda post: replace(post, trapped=True),
    "links": lambda post: wrote(post, post.request.summary, LINKS),
    "in a moment": lambda post: replace(post, seconds=IN_A_MOMENT),
}
"""How programs send, each by itself; from addresses that nobody knows."""

CLAIMS: dict[str, Callable[[Post], Post]] = {
    "one text": lambda post: wrote(claimed(post), *FLOOD),
    "one sender": lambda post: by(post, "ann@example.com"),
    "many senders and texts": claimed,
    "the trap": lambda post: replace(claimed(post), trapped=True),
}
"""The same by programs that claim a known domain."""


def by_programs(chance: Random, kinds: Sequence[Callable[[Post], Post]], number: int = SCRIPTED) -> Iterator[Post]:
    """Some kinds in turn, within hours."""
    for each in range(number):
        made_up = f"{chance.randrange(16**8):08x}"
        sender = Requester(made_up, f"{made_up}@{made_up[:4]}.example.net", "paris")
        text = " ".join(chance.choices(made_up + "abcdefgh", k=20))
        whole = request(requester=sender, summary=f"Offer {made_up}", description=text)
        yield kinds[each % len(kinds)](Post(whole, timedelta(seconds=chance.uniform(0.1, 2))))


def by_people(chance: Random, minutes: tuple[float, float] = (20, 150)) -> Iterator[Post]:
    """Of the offices and of client companies whose domain nobody entered, through both forms, at all hours of a month.

    Some leave the form open for a day, some send six within ten minutes, a few the same words for another shipment, and
    some write from one address for all of their office.
    """
    for number in range(GENUINE):
        told = TEXTS[number % len(TEXTS)]
        person = chance.randrange(60)
        domain = "example.com" if person % 2 else f"client-{person}.example.net"
        mailbox = "office" if person % 5 == 0 else f"person.{person}"
        sender = Requester(f"Person {person}", f"{mailbox}@{domain}", "paris")
        whole = request(requester=sender, summary=told["summary"], description=f"{told['description']} ({number // 3})")
        hurried = number % 50 < HURRIED
        after = timedelta(minutes=chance.uniform(1, 2) if hurried else chance.uniform(*minutes))
        yield Post(whole, after, seconds=chance.choice([None, chance.uniform(20, 900), 86_000.0]))


def send(room: Room, post: Post, key: str) -> str:
    """Send it now; the number of the request."""
    opened = room.clock() - timedelta(seconds=post.seconds) if post.seconds is not None else None
    return room.desk.take_in(post.request, key, Submission(post.trapped, opened)).id


def run(room: Room, posts: Iterator[Post]) -> tuple[int, int]:
    """Send them all; how many were taken in, and how many of these are held back."""
    ids = set()
    for number, post in enumerate(posts):
        room.clock.at += post.after
        ids.add(send(room, post, f"key {number}"))
    return len(ids), held_back_of(room, ids)


def held_back_of(room: Room, ids: Iterable[str]) -> int:
    """How many of these are held back."""
    return sum(room.store.row(case_id).status is Status.QUARANTINED for case_id in ids)


def test_programs_are_held_back(room: Room) -> None:
    """At least 99 of 100; and all that they sent is kept as well."""
    taken, quarantine = run(room, by_programs(Random(14), [*KINDS.values()]))  # noqa: S311 - a test

    assert taken == SCRIPTED == room.store.ledger().received
    assert quarantine >= 0.99 * SCRIPTED
    assert room.store.ledger().balanced
    assert SCRIPTED - quarantine == len(room.tracker.issues)


@pytest.mark.parametrize(
    ("kinds", "name", "through"),
    [
        *((KINDS, *row) for row in [("one text", 3), ("one sender", 10), ("many senders and texts", 20)]),
        *((KINDS, *row) for row in [("the trap", 0), ("links", 0), ("in a moment", 0)]),
        *((CLAIMS, *row) for row in [("one text", 20), ("one sender", 30), ("many senders and texts", 100)]),
        (CLAIMS, "the trap", 0),
    ],
)
def test_each_kind_is_held_back_by_itself(
    room: Room, kinds: dict[str, Callable[[Post], Post]], name: str, through: int
) -> None:
    """Of a thousand within half an hour so many come through; each costs a verdict, an issue and two mails."""
    run(room, by_programs(Random(14), [kinds[name]], 1000))  # noqa: S311 - a test

    assert (through, 2 * through) == (len(room.tracker.issues), len(room.mailer.sent))


def test_people_come_through(room: Room) -> None:
    """None of five hundred is lost, and none has to wait."""
    assert (GENUINE, 0) == run(room, by_people(Random(14)))  # noqa: S311 - a test


def test_people_come_through_a_flood(room: Room) -> None:
    """Five hundred in the three hours of the flood: none is lost, and nobody of a known domain has to wait.

    Of the strangers some wait for a person: among so many unknown senders nothing tells them from the others.
    """
    chance = Random(14)  # noqa: S311 - a test
    people = by_people(chance, (0.2, 0.4))
    ids: dict[bool, set[str]] = {True: set(), False: set()}
    for number, post in enumerate(by_programs(chance, [*KINDS.values()])):
        room.clock.at += post.after
        send(room, post, f"program {number}")
        if number % (SCRIPTED // GENUINE) == 0:
            person = next(people)
            ids[person.request.requester.email.endswith("@example.com")].add(send(room, person, f"person {number}"))
    known, strangers = ids[True], ids[False]

    assert GENUINE == len(known) + len(strangers)
    assert SCRIPTED + GENUINE == room.store.ledger().received
    assert 0 == held_back_of(room, known)
    assert 0 < held_back_of(room, strangers) < len(strangers)
