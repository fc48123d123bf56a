"""What the use cases cost on DynamoDB, Mantis and SES, counted and not timed, among a million open requests.

python -m benchmarks.capacity [DUE ...]
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client
from intake_fn.adapters.clock import now
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.dynamodb.states import state_item
from intake_fn.adapters.dynamodb.values import wire
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.core.events import Escalated, Filed
from intake_fn.core.process import Process
from intake_fn.core.process_file import parse
from intake_fn.core.queue.facets import Viewer
from intake_fn.core.queue.filters import Show, parsed
from intake_fn.core.request import Requester
from intake_fn.core.steps import fold, standing
from intake_fn.desk.find import find, post_pending
from intake_fn.desk.queue import done_requests, open_requests
from intake_fn.desk.spam_check import Submission
from intake_fn.settings import ROOT
from sandbox.aws import LocalAws
from spec_lookup import Spec
from tests.adapters.meter import Bill, Metered, OtherRequests
from tests.desk.test_story import Room, at_level_4, request
from tests.fakes import LEVELS, ports_of
from tests.web.conftest import application_of
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping

MILLION = 1_000_000
DUE = (0, 10, 1000)
SWEEP = 100
"""Alarms that one sweep takes up at most."""

WORDS = "its words in the search index, by the sweep"
"""What is written for the seventeen words of the request that is submitted; each further one is a unit."""

UNTIL_WARNING = timedelta(hours=4, minutes=5)
"""Half of the eight hours that level 4 has for a request of priority high, and a little."""


@dataclass(frozen=True)
class Cost:
    """What one use case cost."""

    name: str
    calls: int
    read: float
    written: int
    mantis: int
    mails: int

    def __add__(self, other: Cost) -> Cost:
        """Both together, named like the first."""
        return Cost(
            self.name,
            self.calls + other.calls,
            self.read + other.read,
            self.written + other.written,
            self.mantis + other.mantis,
            self.mails + other.mails,
        )


class Later:
    """A Dispatch that begins nothing by itself."""

    case_id = ""

    def soon(self, case_id: str) -> None:
        """See Dispatch."""
        self.case_id = case_id


class Counting:
    """Something whose calls are counted."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        """A method that counts."""
        method = getattr(self.inner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return method(*args, **kwargs)

        return counted


class Office:
    """A desk on a table of its own at the local AWS, with `due` requests to be warned of and `others` further ones."""

    def __init__(self, dynamodb: Any, table: str, process: Process, others: int, due: int = 0) -> None:
        create_table(dynamodb, table)
        self.bill = Bill()
        self.room = Room(process)
        pattern = self.room.store.load(at_level_4(self.room))
        store = DynamoStore(Table(lambda: dynamodb, table), LEVELS)
        for number in range(due):
            filed = [
                replace(event, number=number + 1) if isinstance(event, Filed) else event for event in pattern.history
            ]
            step = standing(fold(f"HD-{number:04}", filed), process)
            store.create(replace(step, events=tuple(filed)), f"key-{number}")
        self.room.clock.advance(seconds=UNTIL_WARNING.total_seconds())
        template = wire(state_item(standing(pattern, process)))
        further = OtherRequests(others, self.room.clock() + timedelta(minutes=1), template)
        self.tracker, self.mailer = Counting(self.room.tracker), Counting(self.room.mailer)
        metered: Any = Metered(dynamodb, self.bill, further)
        self.desk = replace(
            self.room.desk,
            **ports_of(DynamoStore(Table(lambda: metered, table), LEVELS)),
            tracker=self.tracker,
            mailer=self.mailer,
            inline=timedelta(minutes=5),
        )

    def cost(self, name: str, do: Any) -> Cost:
        """What doing something costs."""
        self.bill.calls.clear()
        self.bill.read = self.bill.written = self.tracker.calls = self.mailer.calls = 0
        do()
        return Cost(name, *self.bill.figures, self.tracker.calls, self.mailer.calls)


def of_requests(office: Office) -> list[Cost]:
    """The costs of a request from the form to level 1, and of looking at it."""
    desk, later = office.desk, Later()
    at_once = replace(desk, dispatch=later)
    receipt = office.cost("submit, judged: to the receipt", lambda: at_once.take_in(request(), "key", Submission()))
    office.room.clock.advance(seconds=1)  # a later change moves a case in the index of changes
    after = office.cost("filed, two notices: after the receipt", lambda: desk.deliver(later.case_id))
    costs = [replace(receipt + after, name="submit, judged, filed, two notices"), receipt, after]
    costs.append(office.cost(WORDS, lambda: post_pending(desk)))
    stranger = request(requester=Requester("Ann", "ann@client.example.net", "paris"))
    costs.append(
        office.cost("the same from an unknown mail domain", lambda: desk.take_in(stranger, "other", Submission()))
    )
    office.room.clock.advance(minutes=1)
    page = desk.cases.queue(0)
    case = desk.cases.load(page.rows[0].id)
    event = office.room.event(Escalated, level=1, handler="ihelp", reason="too-complex")
    costs.append(office.cost("escalation, two notices", lambda: desk.act(case.id, event, case.version)))
    costs.append(office.cost("a page of one level's queue", lambda: desk.cases.queue(1)))
    costs.append(office.cost("a request as the desk shows it", lambda: desk.cases.load(case.id)))
    for _ in range(2):  # the first looks at what was filed just now
        desk.sync()
        office.room.clock.advance(minutes=1)
    costs.append(office.cost("sync with nothing new in Mantis", desk.sync))
    spam = request(requester=Requester("x", "x@spam.example.net", "paris"))
    costs.append(office.cost("submit, held back", lambda: desk.take_in(spam, "spam", Submission(trapped=True))))
    return costs


def of_the_queue(office: Office) -> list[Cost]:
    """Lists of the desk, news of a list, and a search of two words: five levels, and what was submitted before."""
    desk = office.desk
    for number in range(3):
        desk.take_in(request(summary=f"Shipment {number} is lost"), f"queue {number}", Submission())
    resolved = parsed([("show", "closed")])
    since, here = office.room.clock() - timedelta(hours=1), Viewer("ihelp", office.room.clock(), "UTC", desk.process)
    costs = [
        office.cost("the queue: all open requests", lambda: open_requests(desk.cases, Show.ALL, here)[0]),
        office.cost("a page of resolved ones", lambda: done_requests(desk.cases, resolved, here, "")),
        office.cost("what has changed since a list", lambda: desk.cases.changed_since(since)),
        office.cost("a search of two words, pending", lambda: find(desk, "lost shipment", 8)),
    ]
    post_pending(desk)
    costs.append(office.cost("a search of two words, in the index", lambda: find(desk, "lost shipment", 8)))
    return costs


PAGES: Mapping[str, str] = {
    "the queue": "/desk",
    "the queue, filtered": "/desk?show=all&office=paris&order=-received",
    "news of the queue": "/desk/changes.json?since=2026-11-01T00:00:00%2B00:00",
    "find": "/desk/find?q=shipment",
    "a request": "/desk/requests/{id}",
    "who looks at it": "/desk/requests/{id}/presence",
    "quarantine": "/desk/quarantine",
    "incoming mail": "/desk/mail",
    "outbox": "/desk/outbox",
    "board": "/desk/board",
    "agenda": "/desk/board/agenda",
    "reports: requests": "/desk/reports",
    "reports: decisions": "/desk/reports/decisions",
    "reports: times": "/desk/reports/times",
    "reports: mail": "/desk/reports/mail",
    "reports: month": "/desk/reports/month",
    "reports: ledger": "/desk/reports/ledger",
    "requests of a number": "/desk/reports/requests?figure=received",
    "reports: judge": "/desk/reports/judge",
    "reports: spec": "/desk/spec",
}
"""The pages of the desk, each with an address; `id` is a request's."""


def of_the_pages(dynamodb: Any, table: str, process: Process) -> list[Cost]:
    """What a look at each page of the desk costs, its session included, with three open requests and one in quarantine.

    What a page costs grows with what it lists. Raises RuntimeError for a page that is not there.
    """
    create_table(dynamodb, table)
    bill = Bill()
    metered: Any = Metered(dynamodb, bill)
    store = DynamoStore(Table(lambda: metered, table), process.levels, zone=process.reports_zone)
    web = application_of(process, Spec.of(list(SPEC.items())), store)
    web.clock.at = now()  # the table deletes by its own clock what has expired, such as a session
    cases = [web.sent(steps=f"{number}. Click") for number in range(3)]
    post_pending(web.desk)
    web.sign_in("paul@example.com")
    costs = []
    for name, address in PAGES.items():
        bill.calls.clear()
        bill.read = bill.written = 0
        answer = web.client.get(address.format(id=cases[0].id))
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{name} answers {answer.status_code}")
        costs.append(Cost(name, *bill.figures, 0, 0))
    return costs


def of_a_sweep(office: Office, due: int, others: int) -> Cost:
    """The cost of a sweep, which handles a hundred alerts at most, with its look for an invitation."""

    def swept() -> None:
        office.desk.invite()
        office.desk.sweep(SWEEP)

    return office.cost(f"sweep, {due:,} due among {others:,}", swept)


def main(dues: tuple[int, ...] = DUE) -> None:
    """Print the table."""
    process = parse((ROOT / "support.yml").read_text(encoding="utf-8"))
    with LocalAws() as aws, closing(client("dynamodb", aws.environ())) as dynamodb:
        costs = of_requests(Office(dynamodb, "requests", process, MILLION))
        costs += of_the_queue(Office(dynamodb, "queue", process, MILLION))
        pages = of_the_pages(dynamodb, "pages", process)
        for due in dues:
            for others in (0, MILLION):
                office = Office(dynamodb, f"sweep-{due}-{others}", process, others, due)
                costs.append(of_a_sweep(office, due, others + due))
    print("\nCounted on the local AWS; capacity units by DynamoDB's rules. A sweep takes up 100 alarms at most.")
    print(f"{'what':44} {'calls':>7} {'units read':>11} {'written':>8} {'Mantis':>7} {'mails':>6}")
    for cost in (*costs, *pages):
        print(
            f"{cost.name:44} {cost.calls:7,} {cost.read:11,.1f} {cost.written:8,} {cost.mantis:7,} {cost.mails:6,}",
        )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or DUE)
