"""The daily rows are the sums of what the logs say, whatever is cut off, tried again, or was stored before."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake_fn.adapters.dynamodb import DynamoStore
from intake_fn.adapters.dynamodb.values import instant
from intake_fn.core.answered import Answered
from intake_fn.core.errors import Refused, SpecdeskError, Stale, TryLater
from intake_fn.core.events import Event, Received
from intake_fn.core.figures import Figure, counters, day_of, entries
from intake_fn.core.figures.records import SentMail
from intake_fn.core.inbound.record import MailOutcome, MailRecord
from intake_fn.core.intents import SendNotice
from intake_fn.core.steps import advance, fold, standing
from intake_fn.desk import figures, nightly_check
from intake_fn.desk.nightly_check import Part
from intake_fn.ports import OutboxItem
from tests.core.samples import NOW, judged, received
from tests.core.test_machine import events, made_to_fit
from tests.desk.test_story import Room
from tests.fakes import MemoryStore, ports_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from tests.adapters.conftest import Watch

pytestmark = pytest.mark.aws

ZONE = "America/New_York"
LONG_AGO, FAR_AWAY = date(2026, 1, 1), date(2027, 12, 31)
ANSWERS = (Figure.CLAUSE_ANSWERED, Figure.CLAUSE_TAKEN_BACK)
FATES = ("saved", "saved", "saved", "saved twice", "stale", "lost before", "answer lost", "uncounted")
"""What becomes of a step; the last one as if a version had stored it that counted nothing."""


class Breaking:
    """A client of DynamoDB whose next transaction fails: before it is done, or with the answer lost afterwards."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.fate = ""

    def __getattr__(self, name: str) -> Any:
        """All other calls as they are."""
        return getattr(self.client, name)

    def transact_write_items(self, **asked: Any) -> Any:
        """Cut off once."""
        fate, self.fate = self.fate, ""
        if fate == "lost before":
            raise TryLater("cut off before it was done")
        answer = self.client.transact_write_items(**asked)
        if fate == "answer lost":
            raise TryLater("cut off after it was done")
        return answer


def create(store: DynamoStore, case_id: str) -> Case:
    """A request, received and judged."""
    case = fold(case_id, [received(1, "ihelp")])
    store.create(standing(case, PROCESS[0], case.history), case_id)
    return step(store, case, judged(), "saved")


PROCESS: list[Process] = []
runs = count(1)
"""Each example has requests of its own in the one table."""


def step(store: DynamoStore, case: Case, event: Event, fate: str) -> Case:
    """Let an event happen, with what may go wrong; the case as it is stored then."""
    try:
        made = advance(case, event, PROCESS[0])
    except Refused:
        return case
    broken: Any = store.table.client
    broken.fate = fate
    plain = replace(store, zone="Etc/GMT+12") if fate == "uncounted" else store
    try:
        plain.save(case.version, made)
    except TryLater:
        return store.load(case.id)  # who was cut off reads it again
    if fate == "saved twice":
        with pytest.raises(Stale):
            store.save(case.version, made)
    if fate == "stale":
        with pytest.raises(Stale):
            store.save(case.version, advance(case, replace(event, actor="another"), PROCESS[0]))
    return made.case


def of_logs(cases: list[Case]) -> Mapping[date, Counter[str]]:
    """The sums of what the logs say, by day."""
    days: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for case in cases:
        for entry in entries(case, ZONE):
            days[entry.day].update(counters([entry]))
    return days


def desk_on(store: DynamoStore, process: Process) -> Any:
    """A desk on a store, long after all that happens here."""
    room = Room(process)
    room.clock.at = NOW + timedelta(days=60)
    return replace(room.desk, **ports_of(store))


@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    log=st.lists(st.tuples(st.integers(0, 2), events, st.sampled_from(FATES)), min_size=4, max_size=14),
)
def test_no_crash_and_no_retry_counts_twice_or_not_at_all(
    dynamo_store: DynamoStore, process: Process, log: list[tuple[int, Event, str]]
) -> None:
    """Rows are sums of entries at every moment; what could not be counted is, by the next recount, and then all is."""
    PROCESS[:] = [process]
    store = replace(dynamo_store, zone=ZONE)
    client: Any = Breaking(dynamo_store.table.client)
    store.table = replace(dynamo_store.table, client_factory=lambda: client)
    run = next(runs)
    cases = {case_id: create(store, case_id) for case_id in (f"HD-{run:06}-{number}" for number in range(3))}
    uncounted = False
    for number, event, fate in log:
        case = [*cases.values()][number]
        cases[case.id] = step(store, case, made_to_fit(event, case, process), fate)
        uncounted |= fate == "uncounted"
    desk = desk_on(store, process)
    before = figures.recompute(desk, fix=False)

    assert [] == before.rows
    assert uncounted or not before.entries
    figures.recompute(desk, fix=True)
    after = figures.recompute(desk, fix=False)

    assert 0 == after.differences
    assert of_logs([store.load(row) for row in every_id(store)]) == store.daily(LONG_AGO, FAR_AWAY)
    assert 0 == store.uncounted()
    assert [] == store.to_recount()


def every_id(store: DynamoStore) -> set[str]:
    """The requests in the table of this test: those of all its examples."""
    return {case_id for case_id, entry in store.entries([Figure.RECEIVED], LONG_AGO, FAR_AWAY).entries}


def test_a_damaged_row_and_a_stray_entry_are_found_and_put_right(dynamo_store: DynamoStore, process: Process) -> None:
    """Whoever changed them, and how."""
    PROCESS[:] = [process]
    store = replace(dynamo_store, zone=ZONE)
    case = create(store, "HD-0000-0001")
    items = store._items
    day = case.received_at.date()
    key = {name: {"S": value} for name, value in items.row_key(day, case.id).items()}
    change: dict[str, Any] = {"UpdateExpression": "ADD #n :one", "ExpressionAttributeNames": {"#n": "received"}}
    store.table.client.update_item(
        TableName=store.table.name, Key=key, ExpressionAttributeValues={":one": {"N": "1"}}, **change
    )
    stray = {name: {"S": value} for name, value in items.key(day + timedelta(days=1), case.id).items()}
    store.table.client.put_item(
        TableName=store.table.name, Item={**stray, "body": {"S": '{"entries":[["resolved",1,{},null]]}'}}
    )
    desk = desk_on(store, process)
    found = figures.recompute(desk, fix=True)

    assert {case.id: [day + timedelta(days=1)]} == found.entries
    assert {"received": (2, 1)} in [row.counters for row in found.rows]
    assert 0 == figures.recompute(desk, fix=False).differences


def test_requests_of_before_are_counted_by_the_night(dynamo_store: DynamoStore, process: Process) -> None:
    """And those of another zone, which has days of its own; until then the reports can say how many are missing."""
    PROCESS[:] = [process]
    case = create(dynamo_store, "HD-0000-0001")
    paris = replace(dynamo_store, zone="Europe/Paris")

    assert (0, 1) == (dynamo_store.uncounted(), paris.uncounted())
    assert Part.DONE is nightly_check.begin(desk_on(paris, process)).part
    assert 0 == paris.uncounted()
    assert 1 == sum(row["received"] for row in paris.daily(LONG_AGO, FAR_AWAY).values())
    assert case.id == paris.entries([Figure.RECEIVED], LONG_AGO, FAR_AWAY).entries[0][0]


def of_the_year(store: DynamoStore, figure: Figure) -> int:
    """What the daily rows say of a figure."""
    return sum(row.get(figure, 0) for row in store.daily(LONG_AGO, FAR_AWAY).values())


def item_of(case: Case, number: int) -> OutboxItem:
    """An outbox item that is not there any more, as after a digest."""
    return OutboxItem(f"{case.id}#{number}#1", case.id, SendNotice("receipt", "a@example.com"), 0, NOW)


def test_mails_and_answers_are_counted_with_what_records_them(dynamo_store: DynamoStore, process: Process) -> None:
    """A sent mail with its outbox item, an answer when it is kept and when it is taken back; in another zone, anew."""
    PROCESS[:] = [process]
    store = replace(dynamo_store, zone=ZONE)
    case = create(store, "HD-0000-0001")
    item = item_of(case, 2)
    store.finish_mailed(item, SentMail(item.id, NOW, "receipt"))
    answers = [Answered(str(n), NOW + timedelta(days=n), "billing#due", "stamp", ("digest",)) for n in range(3)]
    for answer in answers:
        store.keep_answer(answer)
    for _ in range(2):  # the second time changes nothing
        store.take_back(answers[1], NOW + timedelta(days=5))

    counted = [of_the_year(store, figure) for figure in (Figure.MAILED, *ANSWERS)]
    assert [1, 2, 1] == counted
    assert 0 == figures.recompute(desk_on(store, process), fix=False).differences
    paris = replace(store, zone="Europe/Paris")
    assert figures.recompute(desk_on(paris, process), fix=True).rows
    assert counted == [of_the_year(paris, figure) for figure in (Figure.MAILED, *ANSWERS)]
    assert 0 == figures.recompute(desk_on(paris, process), fix=False).differences


def test_a_mail_that_came_in_counts_by_its_end_whatever_it_was_before(
    dynamo_store: DynamoStore, process: Process
) -> None:
    """One that was there before mails were counted is counted by a recount; a record that is gone counts still."""
    store = replace(dynamo_store, zone=ZONE)
    first = MailRecord(id="mail1", key="mail-in/mail1", received_at=NOW)
    second = replace(first, id="mail2", outcome=MailOutcome.QUARANTINED)
    day = day_of(NOW, ZONE)
    for record in (first, second):
        assert store.add_mail(record)
    assert store.save_mail(first, replace(first, outcome=MailOutcome.TICKETED))
    assert Counter(store.daily(day, day)[day]) == Counter(
        {"mail-came": 2, "mail-came|end|ticketed": 1, "mail-came|end|quarantined": 1}
    )
    assert [] == figures.recompute(desk_on(store, process), fix=False).mails

    store.table.delete({"pk": f"CAME#{NOW:%Y-%m}", "sk": f"{instant(NOW)}#mail2"})
    assert ["mail2"] == figures.recompute(desk_on(store, process), fix=False).mails
    figures.recompute(desk_on(store, process), fix=True)
    assert 0 == figures.recompute(desk_on(store, process), fix=False).differences
    assert store.save_mail(second, replace(second, outcome=MailOutcome.REJECTED))
    assert 0 == figures.recompute(desk_on(store, process), fix=False).differences
    listed = store.entries([Figure.MAIL_CAME], day, day).entries
    assert [("mail1", "ticketed"), ("mail2", "rejected")] == [(about, dict(one.by)["end"]) for about, one in listed]


def test_records_are_listed_by_day_a_page_at_a_time(dynamo_store: DynamoStore, process: Process) -> None:
    """Over the months, behind what the logs tell; a mail names its request, an answer itself."""
    PROCESS[:] = [process]
    store = replace(dynamo_store, zone=ZONE)
    case = create(store, "HD-0000-0001")
    for number in range(7):
        at = NOW + timedelta(days=10 * number)
        store.finish_mailed(item_of(case, number), SentMail(f"{case.id}#{number}#1", at, "receipt"))
        store.keep_answer(Answered(f"answer-{number}", at, "billing#due", "stamp", ()))
    wanted = [Figure.RECEIVED, Figure.MAILED, Figure.CLAUSE_ANSWERED]
    whole = store.entries(wanted, LONG_AGO, FAR_AWAY).entries
    pages: list[Any] = []
    cursor = "first"
    while cursor:
        page = store.entries(wanted, LONG_AGO, FAR_AWAY, limit=4, cursor=cursor.removeprefix("first"))
        pages += page.entries
        cursor = page.cursor

    assert [*whole] == pages
    assert [case.id] * 8 == [about for about, entry in whole if entry.figure is not Figure.CLAUSE_ANSWERED]
    assert [f"answer-{n}" for n in range(7)] == [a for a, entry in whole if entry.figure is Figure.CLAUSE_ANSWERED]
    day = (NOW + timedelta(days=20)).date()
    assert ["answer-2"] == [about for about, _ in store.entries([Figure.CLAUSE_ANSWERED], day, day).entries]


def test_a_report_over_a_year_costs_one_query(
    dynamo_store: DynamoStore, watched: tuple[Any, Watch], process: Process
) -> None:
    """A page for each megabyte of rows; a list of requests reads page by page, and goes on where it ended."""
    PROCESS[:] = [process]
    picked = random.Random(7)  # noqa: S311 - any will do
    for number in range(30):
        when = NOW - timedelta(days=picked.randrange(300))
        case = fold(f"HD-0000-{number:04}", [received(1, "ihelp", when=when)])
        dynamo_store.create(standing(case, process, case.history), case.id)
    watched[1].calls.clear()
    rows = dynamo_store.daily(LONG_AGO, LONG_AGO + timedelta(days=364))

    assert ["Query"] == watched[1].calls
    assert 30 == sum(row["received"] for row in rows.values())
    first = dynamo_store.entries([Figure.RECEIVED], LONG_AGO, FAR_AWAY, limit=20)
    rest = dynamo_store.entries([Figure.RECEIVED], LONG_AGO, FAR_AWAY, limit=20, cursor=first.cursor)
    assert (20, 10, "") == (len(first.entries), len(rest.entries), rest.cursor)
    assert 30 == len({case_id for case_id, _ in (*first.entries, *rest.entries)})
    with pytest.raises(SpecdeskError):
        dynamo_store.entries([Figure.RECEIVED], LONG_AGO, FAR_AWAY, cursor="elsewhere")


def test_the_twin_counts_the_same(dynamo_store: DynamoStore, process: Process) -> None:
    """What the tests of the pages go by."""
    PROCESS[:] = [process]
    store, memory = replace(dynamo_store, zone=ZONE), MemoryStore()
    case = fold("HD-0000-0001", [received(1, "ihelp")])
    answer = Answered("one", NOW, "billing#due", "stamp", ("digest",))
    for each in (store, memory):
        each.keep_answer(answer)
        each.finish_mailed(item_of(case, 1), SentMail(f"{case.id}#1#1", NOW, "assigned"))
        each.create(standing(case, process, case.history), "key")
        made = advance(case, judged(), process)
        each.save(1, made)

    assert isinstance(case.history[0], Received)
    assert store.daily(LONG_AGO, FAR_AWAY) == memory.daily(LONG_AGO, FAR_AWAY)
    assert store.entries([*Figure], LONG_AGO, FAR_AWAY) == memory.entries([*Figure], LONG_AGO, FAR_AWAY)
