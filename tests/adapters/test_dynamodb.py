"""What holds for DynamoDB alone: the layout, the cost of each use case, the making of the table."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.dynamodb.requester_items import requester_key
from intake_fn.adapters.dynamodb.states import state_item
from intake_fn.adapters.dynamodb.values import plain
from intake_fn.adapters.provision.dynamodb import NOT_FILLED, create_table, table_lacks
from intake_fn.core.case import Step
from intake_fn.core.case_row import CaseRow
from intake_fn.core.errors import Broken, Stale
from intake_fn.core.events import Breached, HandedOver, MailFailed, Noted, Warned
from intake_fn.core.figures import LAYOUT
from intake_fn.core.intents import FileIssue, JudgeRequest, SendNotice
from intake_fn.core.sla_alerts import share_of
from intake_fn.core.steps import standing
from intake_fn.core.stored import FORMAT, event_from_plain
from intake_fn.core.vocabulary import Failure, Status
from intake_fn.ports import Ledger, MailReport
from tests.adapters.test_store import at, dead_letter, filed, judged, received, retry, then
from tests.desk.test_mail import busy
from tests.desk.test_story import Room, at_level_4, request
from tests.fakes import LEVELS, MONDAY, ports_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws
    from tests.adapters.conftest import Watch

pytestmark = pytest.mark.aws


@pytest.fixture
def items(clients: Callable[[str], Any], dynamo_store: DynamoStore) -> Callable[[], dict[tuple[str, str], Any]]:
    """Everything in the table by its key; a test may scan."""

    def scan() -> dict[tuple[str, str], Any]:
        found = [plain(item) for item in clients("dynamodb").scan(TableName=dynamo_store.table.name)["Items"]]
        return {(item["pk"], item["sk"]): item for item in found}

    return scan


def test_a_request_stands_in_the_table_under_the_keys_of_the_design(
    dynamo_store: DynamoStore, items: Callable[[], dict[tuple[str, str], Any]]
) -> None:
    """Whoever opens the table in the console finds what the documentation names."""
    first = received("HD-1", JudgeRequest(), FileIssue())
    dynamo_store.create(first, "key")
    dynamo_store.save(1, then(first.case, judged(), filed(4711)), "HD-1#1#2")
    dynamo_store.use_once("token", MONDAY)

    found = items()
    (shard,) = (sk for pk, sk in found if pk == "LEDGER")
    (shard_of_the_day,) = (sk[-1] for pk, sk in found if pk.startswith("FIGURES#"))
    assert set(found) == {
        ("REQ#HD-1", "STATE"),
        ("REQ#HD-1", "EVENT#000001"),
        ("REQ#HD-1", "EVENT#000002"),
        ("REQ#HD-1", "EVENT#000003"),
        ("OUT#HD-1", "000001#001"),
        ("IDEM#key", "IDEM"),
        ("FIND", "HD-1"),
        ("MANTIS#4711", "ISSUE"),
        (requester_key("camille@example.com"), "2026-11-23T15:00:00.000000+00:00#HD-1"),
        ("LEDGER", shard),
        (f"FIGURES#{LAYOUT}#UTC", f"2026-11-23#{shard_of_the_day}"),
        (f"COUNTED#{LAYOUT}#UTC#2026-11", "2026-11-23#HD-1"),
        ("ONCE#token", "ONCE"),
    }
    assert event_from_plain(json.loads(found["REQ#HD-1", "EVENT#000001"]["body"])) == first.events[0]
    assert {item["expires"] for item in found.values() if "expires" in item} == {
        int((MONDAY + timedelta(days=90)).timestamp()),
        int(MONDAY.timestamp()),
    }


def test_the_state_is_the_fold_of_the_events(
    dynamo_store: DynamoStore, items: Callable[[], dict[tuple[str, str], Any]]
) -> None:
    """It is stored only so that queues can be listed: recomputing it changes nothing."""
    first = received()
    dynamo_store.create(first, "key")
    dynamo_store.save(1, then(first.case, judged(), filed()))

    assert items()["REQ#HD-1", "STATE"] == {**state_item(Step(dynamo_store.load("HD-1"), ())), "format": FORMAT}


def test_each_use_case_costs_a_fixed_number_of_calls(dynamo_store: DynamoStore, watched: tuple[Any, Watch]) -> None:
    """However many requests exist; with the watch's refusal of Scan this is what keeps queues fast (R28)."""
    watch = watched[1]
    first = received("HD-1", JudgeRequest())

    def calls(do: Callable[[], Any]) -> list[str]:
        watch.calls.clear()
        do()
        return list(watch.calls)

    assert calls(lambda: dynamo_store.create(first, "key")) == ["TransactWriteItems"]
    assert calls(lambda: dynamo_store.save(1, then(first.case, judged()))) == ["TransactWriteItems"]
    assert calls(lambda: dynamo_store.load("HD-1")) == ["Query"]
    assert calls(lambda: dynamo_store.queue(1)) == ["Query"]
    assert calls(lambda: dynamo_store.queue(None)) == ["Query"] * 6  # the ledger knows the levels that are gone
    assert calls(lambda: dynamo_store.queue(None, open_only=False)) == ["Query"] * 10  # … for a minute
    assert calls(lambda: dynamo_store.assigned("paul")) == ["Query"] * 5
    assert calls(lambda: dynamo_store.portion(open_only=False)) == ["Query"]
    assert calls(lambda: dynamo_store.is_found_by("camille@example.com", first.case)) == ["GetItem"]
    assert calls(dynamo_store.totals) == ["Query"]
    assert calls(lambda: dynamo_store.quarantine(Status.QUARANTINED)) == ["Query"]
    assert calls(lambda: dynamo_store.count("text", MONDAY)) == ["UpdateItem"]
    assert calls(lambda: dynamo_store.counted("text")) == ["GetItem"]
    assert calls(dynamo_store.counts) == ["Query"]
    assert calls(dynamo_store.ledger) == ["Query"]
    assert calls(lambda: dynamo_store.due_items(MONDAY)) == [*["Query"] * 4, "BatchGetItem"]
    assert calls(lambda: dynamo_store.due_items(MONDAY - timedelta(days=1))) == ["Query"] * 4
    assert calls(lambda: dynamo_store.alerts_due(MONDAY)) == ["Query"] * 4
    assert calls(lambda: dynamo_store.items_of("HD-1")) == ["Query"]


def test_an_idle_sync_takes_its_lease_reads_its_cursor_and_writes_nothing(
    process: Process, dynamo_store: DynamoStore, watched: tuple[Any, Watch]
) -> None:
    """Every minute, whatever exists."""
    room = Room(process)
    room.desk = replace(room.desk, **ports_of(dynamo_store))
    room.desk.take_in(request(), "key")
    for _ in range(3):
        room.desk.sync()
        room.clock.advance(minutes=1)
    watched[1].calls.clear()
    room.desk.sync()

    assert ["UpdateItem", "GetItem"] == watched[1].calls


def test_a_retry_between_reading_and_writing_makes_a_step_stale(
    dynamo_store: DynamoStore, watched: tuple[Any, Watch], clients: Callable[[str], Any]
) -> None:
    """A retry moves the ledger: a step that did not see it would count the request twice."""
    first = received("HD-1", FileIssue())
    dynamo_store.create(first, "key")
    (item,) = dynamo_store.items_of("HD-1")
    given_up = dead_letter(dynamo_store, item)
    step = then(given_up.case, filed())
    admin = DynamoStore(Table(lambda: clients("dynamodb"), dynamo_store.table.name), LEVELS)
    again: list[Step] = []

    def try_again(**_: object) -> None:
        again.append(retry(admin, item))

    moment = ("before-parameter-build.dynamodb.TransactWriteItems", try_again)
    watched[0].meta.events.register(*moment)
    try:
        with pytest.raises(Stale):
            dynamo_store.save(2, step, item.id)
    finally:
        watched[0].meta.events.unregister(*moment)
    dynamo_store.save(3, then(again[0].case, filed()), item.id)

    assert dynamo_store.ledger() == Ledger(received=1, filed=1, queued=0, failed=0)


def test_the_index_of_what_is_due_holds_keys_only(dynamo_store: DynamoStore, clients: Callable[[str], Any]) -> None:
    """A lease does not write it: what it would cost is measured in tests/adapters/test_capacity.py."""
    dynamo_store.create(received("HD-1", FileIssue()), "key")
    (item,) = dynamo_store.items_of("HD-1")
    dynamo_store.lease(item, MONDAY, 60)
    found = clients("dynamodb").scan(TableName=dynamo_store.table.name, IndexName="due")["Items"]

    assert [{"pk", "sk", "line", "turn"}] == [set(listed) for listed in found]


def test_an_index_that_is_behind_lists_nothing_that_is_gone_or_waits(
    dynamo_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment it lists what has left the outbox, and an item at its former place beside its new one."""
    dynamo_store.create(received("HD-1", JudgeRequest(), FileIssue()), "key")
    judging, filing = dynamo_store.items_of("HD-1")
    later, query = MONDAY + timedelta(hours=1), dynamo_store.table.query
    place: dict[str, Any] = {"IndexName": "due"}
    line = {":partition": dynamo_store.table.get("OUT#HD-1", "000001#001")["line"]}  # type: ignore[index]  # it is there
    behind = query("#line = :partition", line, **place)
    dynamo_store.finish(judging)
    dynamo_store.postpone(filing, later, "503")
    listed = [*behind, *query("#line = :partition", line, **place)]
    monkeypatch.setattr(
        dynamo_store.table,
        "query",
        lambda _condition, values, _limit, **_: [one for one in listed if one["line"] == values[":partition"]],
    )

    assert 3 == len(listed)
    assert [] == dynamo_store.dead_letters()
    assert [(filing.id, later)] == [(item.id, item.next_attempt) for item in dynamo_store.due_items(later)]


def test_a_log_of_more_than_a_megabyte_is_read_whole(dynamo_store: DynamoStore) -> None:
    """DynamoDB gives at most 1 MB a page; a long story with long texts must not lose its end."""
    step = received()
    dynamo_store.create(step, "key")
    for version in range(1, 5):
        step = then(
            step.case,
            at(Noted, version, text=f"{version}" * 300_000),
            owed=(SendNotice("question", "a@example.com", {"text": "x" * 300_000}),),
        )
        dynamo_store.save(version, step)

    assert dynamo_store.load("HD-1") == step.case
    assert len(dynamo_store.items_of("HD-1")) == 4


def test_making_the_table_twice_changes_nothing(clients: Callable[[str], Any], dynamo_store: DynamoStore) -> None:
    """`provision` runs at every start of the sandbox and may run at every deployment."""
    dynamo_store.create(received(), "key")
    dynamodb = clients("dynamodb")
    before = dynamodb.describe_table(TableName=dynamo_store.table.name)["Table"]
    create_table(dynamodb, dynamo_store.table.name)

    assert dynamodb.describe_table(TableName=dynamo_store.table.name)["Table"] == before
    assert before["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert dynamodb.describe_time_to_live(TableName=dynamo_store.table.name)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }
    assert dynamo_store.load("HD-1").id == "HD-1"


def test_the_index_of_handlers_is_added_to_a_table_that_is_there(
    clients: Callable[[str], Any], dynamo_store: DynamoStore, watched: tuple[Any, Watch]
) -> None:
    """Until then the list comes from all open cases; no state has to be written anew."""
    dynamodb, name, watch = clients("dynamodb"), dynamo_store.table.name, watched[1]
    for number in range(3):
        dynamo_store.create(received(f"HD-{number}", minutes=number, level=number), f"key {number}")
    dynamo_store.save(1, then(dynamo_store.load("HD-1"), at(HandedOver, handler="somebody-else")))
    whole = dynamo_store.assigned("ihelp", limit=1)
    dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "handler"}}])

    assert ["index handler"] == table_lacks(dynamodb, name)
    assert whole == dynamo_store.assigned("ihelp", limit=1)
    assert ["HD-0"] == [row.id for row in dynamo_store.assigned("ihelp", cursor=whole.cursor).rows]

    create_table(dynamodb, name)
    watch.calls.clear()

    assert [] == table_lacks(dynamodb, name)
    assert ["HD-2", "HD-0"] == [row.id for row in dynamo_store.assigned("ihelp").rows]
    assert ["Query"] * 5 == watch.calls
    assert ["HD-1"] == [row.id for row in dynamo_store.assigned("somebody-else").rows]


def test_indexes_are_added_one_at_a_time_and_each_is_waited_for(
    clients: Callable[[str], Any], dynamo_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB fills one index for minutes, and refuses the next one meanwhile; the local one is done at once."""
    real, name = clients("dynamodb"), dynamo_store.table.name
    for index in ("handler", "changed"):
        real.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}])
    client = SlowIndexes(real)
    monkeypatch.setattr("intake_fn.adapters.provision.dynamodb.PAUSE", 0)

    create_table(client, name)  # type: ignore[arg-type]  # all but this is the client's own
    assert ["changed", "handler"] == client.made
    assert [] == table_lacks(client, name)  # type: ignore[arg-type]  # as above
    client.looks = 3
    assert [NOT_FILLED["handler"]] == table_lacks(client, name)  # type: ignore[arg-type]  # as above


class SlowIndexes:
    """A client of DynamoDB whose indexes are filled after three looks."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.made: list[str] = []
        self.looks = 0

    def __getattr__(self, name: str) -> Any:
        """What is not slow is the client's own."""
        return getattr(self.real, name)

    def describe_table(self, **call: Any) -> Any:
        """With an index that is being filled."""
        answer = self.real.describe_table(**call)
        for index in answer["Table"]["GlobalSecondaryIndexes"]:
            if self.looks and index["IndexName"] == self.made[-1]:
                index["IndexStatus"] = "CREATING"
        self.looks = max(self.looks - 1, 0)
        return answer

    def update_table(self, **call: Any) -> None:
        """Refused while another index is being filled."""
        assert not self.looks
        self.real.update_table(**call)
        (created,) = call["GlobalSecondaryIndexUpdates"]
        self.made.append(created["Create"]["IndexName"])
        self.looks = 3


def test_a_table_that_is_not_there_is_for_an_admin(aws: LocalAws) -> None:
    """A wrong name in the settings does not pass by itself."""
    with closing(client("dynamodb", aws.environ())) as dynamodb, pytest.raises(Broken, match="Check its name"):
        DynamoStore(Table(lambda: dynamodb, "no-such-table"), LEVELS).create(received(), "key")


def test_sweeps_at_once_mark_a_breach_once(dynamo_store: DynamoStore, process: Process) -> None:
    """Four sweeps start together, again and again: one transaction on the version wins, one mail goes out."""
    room: Any = Room(process)
    room.store, room.desk = dynamo_store, replace(room.desk, **ports_of(dynamo_store))
    case_id = at_level_4(room)
    for _ in range(6):
        room.clock.advance(hours=2, minutes=30)
        with ThreadPoolExecutor(4) as sweeps:
            list(sweeps.map(lambda _: room.desk.sweep(), range(4)))
    room.clock.at = MONDAY + timedelta(hours=24)
    with ThreadPoolExecutor(4) as sweeps:
        list(sweeps.map(lambda _: room.desk.sweep(), range(4)))
    said = [share_of(event) for event in dynamo_store.load(case_id).history if isinstance(event, Warned | Breached)]
    subjects = [mail.subject.partition("] ")[2].partition(" (")[0] for mail in room.mailer.sent]

    assert [50, 80, 100] == said
    assert ["Due soon", "Due soon", "Overdue"] == subjects
    assert CaseRow.of(standing(dynamo_store.load(case_id), process)) == dynamo_store.row(case_id)
    assert [] == list(dynamo_store.alerts_due(room.clock()))


def test_the_same_report_four_times_at_once_is_one_event(dynamo_store: DynamoStore, process: Process) -> None:
    """SNS delivers at least once, and Lambda runs side by side."""
    room: Any = Room(process)
    desk = replace(room.desk, **ports_of(dynamo_store))
    case = desk.take_in(request(), "key")
    report = MailReport("1", "camille@example.com", Failure.BOUNCED, "550", f"{case.id}#2#2")
    with ThreadPoolExecutor(4) as many:
        taken = list(many.map(lambda _: desk.mail_failed(report), range(4)))

    assert 1 == taken.count(True)
    assert 1 == sum(isinstance(event, MailFailed) for event in dynamo_store.load(case.id).history)
    assert ["camille@example.com"] == [mark.mailbox for mark in dynamo_store.suppression_list()]


def test_deliverers_side_by_side_keep_to_the_mails_of_an_hour(dynamo_store: DynamoStore, process: Process) -> None:
    """Thirty notices to each of two are owed when the mail service is back; four sweeps start together."""
    room: Any = Room(process)
    room.store, room.desk = dynamo_store, replace(room.desk, **ports_of(dynamo_store))
    room.mailer.down = True
    busy(room, 29)
    room.mailer.down = False
    room.clock.advance(minutes=30)
    with ThreadPoolExecutor(4) as sweeps:
        list(sweeps.map(lambda _: room.desk.sweep(), range(4)))
    went = Counter(mail.to for mail in room.mailer.sent)
    items = [mail.item for mail in room.mailer.sent]
    for _ in range(30):
        room.clock.advance(minutes=10)
        room.desk.sweep()

    assert {"camille@example.com": 20, "liaison.paris@example.com": 20} == went
    assert len(set(items)) == len(items)
    assert [] == [item for item in dynamo_store.due_items(room.clock()) if isinstance(item.intent, SendNotice)]
