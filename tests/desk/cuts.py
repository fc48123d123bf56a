"""A house whose every call outwards may be cut: before it is made, after it is done, or by the end of the worker.

What is cut is drawn from a seed. A worker that is killed leaves what the store, Mantis and the mail service have
by then, and nothing else; the next one begins with that.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

from intake_fn.core.case import SendNotice
from intake_fn.core.errors import TryLater, Unsure
from intake_fn.desk.post import ITEM
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.process import Process

READS = ("load", "owed", "owed_by", "waking", "events", "failed")
WRITES = ("create", "save", "lease", "postpone", "finish")
CHANCE = 0.04
"""Of each call to be cut."""


class Killed(BaseException):
    """The worker is no more. Nothing catches it, as nothing catches SIGKILL."""


class Broken(Exception):
    """An error that nobody thought of."""


@dataclass
class Knife:
    """Where it cuts, and how often it has."""

    rng: random.Random
    sharp: bool = True
    cuts: Counter[str] = field(default_factory=Counter)

    def around(self, name: str, call: Any, *args: Any, **kwargs: Any) -> Any:
        """The call, or what is left of it."""
        way = self.rng.choice(("before", "after", "timeout", "killed before", "killed after"))
        if not self.sharp or self.rng.random() > CHANCE:
            return call(*args, **kwargs)
        self.cuts[f"{name}, {way}"] += 1
        if way == "before":
            raise Broken("An error that nobody thought of.")
        if way == "killed before":
            raise Killed
        answer = call(*args, **kwargs)
        if way == "killed after":
            raise Killed
        if way == "after":
            raise Broken(f"The answer {answer!r} got lost.")
        raise Unsure("No answer in time.") if name == "mail.send" else TryLater("No answer in time.")


class Cut:
    """Something outside, behind the knife."""

    def __init__(self, inner: Any, knife: Knife, name: str, methods: tuple[str, ...]) -> None:
        self._inner, self._knife, self._name, self._methods = inner, knife, name, methods

    def __getattr__(self, method: str) -> Any:
        """A method, under the knife if it is one of those named."""
        call = getattr(self._inner, method)
        if method not in self._methods:
            return call
        return lambda *args, **kwargs: self._knife.around(f"{self._name}.{method}", call, *args, **kwargs)


@dataclass(frozen=True)
class Toll:
    """What came of it. Nothing is lost, missing or there twice, and what is not known is said (`notices_unsure`)."""

    submitted: int
    lost: int
    filed_twice: int
    unfiled: int
    notices_missing: int
    notices_twice: int
    notices_unsure: int
    """Given up visibly, since nobody knows whether they were sent: a person looks. SES can't be asked."""
    balanced: bool
    cuts: Counter[str]


def run(process: Process, submissions: int, seed: int) -> Toll:
    """Submit them all through random cuts, sweep until nothing is owed, and count."""
    with capture_logs():
        return _run(process, submissions, seed)


def _run(process: Process, submissions: int, seed: int) -> Toll:
    room = Room(process)
    knife = Knife(random.Random(seed))  # noqa: S311 - the same cuts for the same seed
    desk = replace(
        room.desk,
        store=Cut(room.store, knife, "store", READS + WRITES),
        tracker=Cut(room.tracker, knife, "Mantis", ("file", "update", "note")),
        mailer=Cut(room.mailer, knife, "mail", ("send",)),
    )
    for number in range(submissions):
        sent = request(summary=f"Request {number}")
        while True:
            try:
                desk.take_in(sent, f"key {number}")
            except (Killed, Broken, TryLater):
                continue  # the form still has everything: it is sent again with the same key
            break
        if number % 7 == 0:
            _swept(desk, room)
    knife.sharp = False
    for _ in range(60):
        room.clock.advance(minutes=20)
        for item in room.store.failed(limit=10 * submissions):
            if not isinstance(item.intent, SendNotice):
                desk.retry(item.id, "paul@example.com")
        _swept(desk, room)
    cases = [room.store.load(row.id) for row in room.store.queue(None, open_only=False, limit=10 * submissions).rows]
    filed = Counter(issue.summary for issue in room.tracker.issues.values())
    mails = Counter(mail.headers[ITEM] for mail in room.mailer.sent)
    owed = [item for case in cases for item in room.store.owed_by(case.id) if isinstance(item.intent, SendNotice)]
    return Toll(
        submitted=submissions,
        lost=submissions - len({case.request.summary for case in cases}),
        filed_twice=sum(count - 1 for count in filed.values()) + len(cases) - submissions,
        unfiled=sum(case.issue is None for case in cases),
        notices_missing=sum(not item.failed for item in owed),
        notices_twice=sum(count - 1 for count in mails.values()),
        notices_unsure=sum(item.failed for item in owed),
        balanced=room.store.ledger().balanced,
        cuts=knife.cuts,
    )


def _swept(desk: Any, room: Room) -> None:
    """A sweep, by a worker that may be killed; what it held is free again when its lease is over."""
    try:
        desk.sweep(limit=1_000)
    except (Killed, Broken, TryLater):
        room.clock.advance(minutes=3)
