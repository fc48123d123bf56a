"""A write that was done and whose answer was lost: the second attempt must know the first one's deed as its own.

The calls are made to the local AWS, which does them; then the answer is thrown away, and boto tries again.
"""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.core.events import Noted
from intake_fn.core.intents import AddNote, FileIssue, JudgeRequest, SendNotice
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.ports import OutboxItem, Session, SignInAsked, SuppressedAddress, SyncCursor
from intake_fn.texts import as_written
from tests.adapters.test_store import (
    LATER,
    MINUTE,
    _create,
    _deliver,
    _retry,
    _save,
    _tick,
    at,
    everything,
    received,
    then,
)
from tests.desk.test_story import Room, request
from tests.fakes import LEVELS, MONDAY, MemoryStore, Store, ports_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws

pytestmark = pytest.mark.aws

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
CAMILLE = "camille@example.com"


@dataclass
class Lossy:
    """A client of DynamoDB that loses the answers to the first `times` attempts of each write that `loses` names."""

    client: Any
    times: int = 1
    loses: Callable[[str], bool] = lambda _: True
    lost: Counter[str] = field(default_factory=Counter)
    _attempts: int = 0

    def begin(self, model: Any, **_: object) -> None:
        """A new call."""
        self._operation, self._attempts = model.name, 0

    def send(self, request: Any, **_: object) -> Any:
        """Have it done, and lose the answer."""
        from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - only here

        self._attempts += 1
        if self._operation not in WRITES or self._attempts > self.times or not self.loses(self._operation):
            return None
        self.client._endpoint.http_session.send(request)
        self.lost[self._operation] += 1
        raise ConnectionClosedError(endpoint_url=request.url, error=OSError("lost"), request=request)


@pytest.fixture
def lossy(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lossy]:
    """A client that loses the first answer to each write; boto does not wait before it tries again."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with closing(client("dynamodb", aws.environ())) as dynamodb:
        made = Lossy(dynamodb)
        dynamodb.meta.events.register("before-call.dynamodb", made.begin)
        dynamodb.meta.events.register("before-send.dynamodb", made.send)
        yield made


@pytest.fixture
def store(lossy: Lossy, dynamo_store: DynamoStore) -> DynamoStore:
    """A store whose answers are lost, on a table of its own."""
    return DynamoStore(Table(lambda: lossy.client, dynamo_store.table.name), LEVELS)


def item_of(store: Store) -> OutboxItem:
    """An outbox item of a new request."""
    store.create(received("HD-1", SendNotice("received", CAMILLE, {})), "key")
    (item,) = store.items_of("HD-1")
    return item


MARK = SuppressedAddress(CAMILLE, as_written("bounced"), MONDAY)
SESSION = Session("paul", "abc", "paul@example.com", MONDAY, MONDAY + timedelta(hours=12))
ASKED = SignInAsked("1", "paul@example.com", MONDAY)
SENT = MailThrottle({"HD-1#1#1": MONDAY})


def of_two(store: Store, prepare: Callable[[Store], Any], do: Callable[[Store], Any]) -> tuple[Any, Any]:
    """What the first and the second of two who do the same are told."""
    prepare(store)
    return do(store), do(store)


WRITING: dict[str, tuple[Callable[[Store], Any], Callable[[Store], Any], tuple[Any, Any]]] = {
    "create": (lambda _: None, lambda store: store.create(received("HD-1"), "key"), ("HD-1", "HD-1")),
    "lease": (item_of, lambda store: store.lease(store.items_of("HD-1")[0], MONDAY, 120), (True, False)),
    "use once": (lambda _: None, lambda store: store.use_once("token", LATER), (True, False)),
    "count once": (
        lambda _: None,
        lambda store: store.count_once("text", "form", 9, LATER).again,
        (False, True),
    ),
    "take the cursor": (
        lambda _: None,
        lambda store: store.take_sync(MONDAY, MONDAY + MINUTE),
        (SyncCursor(MONDAY + MINUTE), None),
    ),
    "keep the cursor": (
        lambda store: store.take_sync(MONDAY, MONDAY + MINUTE),
        lambda store: store.keep_sync(SyncCursor(MONDAY + MINUTE, MONDAY)),
        (True, True),
    ),
    "keep the pace": (
        lambda _: None,
        lambda store: store.save_throttle("HD-1", CAMILLE, MailThrottle(), SENT),
        (True, True),
    ),
    "end a session": (
        lambda store: store.open_session(SESSION),
        lambda store: store.end_session("paul", "abc"),
        (True, False),
    ),
    "unmark": (lambda store: store.suppress(MARK), lambda store: store.unsuppress(CAMILLE), (True, False)),
    "attempt a link": (
        lambda store: store.ask_sign_in(ASKED),
        lambda store: store.attempt_sign_in(ASKED, LATER),
        (True, False),
    ),
}


@pytest.mark.parametrize("what", WRITING)
@pytest.mark.parametrize("times", [1, 2])
def test_who_wrote_is_told_so_though_answers_were_lost(lossy: Lossy, store: DynamoStore, what: str, times: int) -> None:
    """And the next one is told as ever that somebody was faster."""
    lossy.times = times
    prepare, do, expected = WRITING[what]

    assert expected == of_two(store, prepare, do)
    assert lossy.lost


def test_with_every_first_answer_lost_the_store_tells_the_same_story(store: DynamoStore, lossy: Lossy) -> None:
    """As the one in memory, which loses none: versions, leases, retries, the ledger."""
    stores: list[tuple[Store, random.Random]] = [
        (each, random.Random(5))  # noqa: S311 - a story, not a secret
        for each in (MemoryStore(), store)
    ]
    acts = [_create, _save, _save, _save, _deliver, _retry, _tick]
    for turn in range(60):
        told = []
        for each, chance in stores:
            try:
                result = chance.choice(acts)(each, chance, turn)
            except SpecdeskError as error:
                result = type(error).__name__
            told.append((result, each.ledger(), each.counts()))

        assert told[0] == told[1], f"turn {turn}"
    for case_id in (f"HD-{number}" for number in range(1, 6)):
        assert everything(stores[0][0], case_id) == everything(store, case_id)
    assert {"TransactWriteItems", "UpdateItem"} <= lossy.lost.keys()


def test_an_item_of_an_earlier_version_is_leased_as_ever(
    clients: Callable[[str], Any], dynamo_store: DynamoStore, store: DynamoStore
) -> None:
    """It has no owner's name: free by its time, and taken by its time."""
    item = item_of(dynamo_store)
    key = {"pk": {"S": "OUT#HD-1"}, "sk": {"S": "000001#001"}}
    got = []
    for until in ("", (MONDAY + MINUTE).isoformat(timespec="microseconds")):
        clients("dynamodb").update_item(
            TableName=store.table.name,
            Key=key,
            UpdateExpression="SET leased_until = :until REMOVE leased_by",
            ExpressionAttributeValues={":until": {"S": until}},
        )
        got += [store.lease(item, MONDAY, 60)]

    assert [True, False] == got


def test_of_many_deliverers_that_lose_answers_one_gets_the_lease(
    aws: LocalAws, dynamo_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each knows its own first attempt, and nobody else's."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    item = item_of(dynamo_store)
    made = []
    for _ in range(4):
        dynamodb = client("dynamodb", aws.environ())
        lossy = Lossy(dynamodb)
        dynamodb.meta.events.register("before-call.dynamodb", lossy.begin)
        dynamodb.meta.events.register("before-send.dynamodb", lossy.send)
        made.append(dynamodb)
    with ThreadPoolExecutor(4) as many:
        got = list(
            many.map(
                lambda dynamodb: DynamoStore(Table(lambda: dynamodb, dynamo_store.table.name), LEVELS).lease(
                    item, MONDAY, 60
                ),
                made,
            )
        )
    for dynamodb in made:
        dynamodb.close()

    assert [False, False, False, True] == sorted(got)


@pytest.mark.parametrize("times", [1, 3], ids=["the first answer", "every answer"])
def test_mails_are_sent_once_and_none_is_parked_though_leases_lose_answers(
    process: Process, lossy: Lossy, store: DynamoStore, times: int
) -> None:
    """With the first answer lost they go at once; with all, by the next sweep: nobody has begun to send."""
    lossy.times = times
    lossy.loses = lambda operation: operation == "UpdateItem" and lossy.lost.total() < 12
    room: Any = Room(process)
    room.desk = replace(room.desk, **ports_of(store))
    case = room.desk.take_in(request(), "key")
    at_once = len(room.mailer.sent)
    for _ in range(12):
        room.clock.advance(minutes=1)
        try:
            room.desk.sweep()
        except TryLater:
            continue
    items = [mail.item for mail in room.mailer.sent]

    assert (3 if times == 1 else 12) == lossy.lost.total()  # the leases of the issue and of two mails
    assert bool(at_once) is (times == 1)
    assert {CAMILLE, "liaison.paris@example.com"} == {mail.to for mail in room.mailer.sent}
    assert len(set(items)) == len(items)
    assert [] == list(store.items_of(case.id))
    assert "DeliveryFailed" not in {type(event).__name__ for event in store.load(case.id).history}


def test_a_step_whose_answers_were_all_lost_is_there_once(lossy: Lossy, store: DynamoStore) -> None:
    """Who acted is asked to try again, and then sees that it is done: the same step does not go onto itself."""
    first = received("HD-1", JudgeRequest(), FileIssue())
    store.create(first, "key")
    lossy.times = 3
    step = then(first.case, at(Noted, 1, text="x"), owed=(AddNote(1),))
    with pytest.raises(TryLater):
        store.save(1, step)
    lossy.times = 0

    assert 2 == store.load("HD-1").version
    assert 3 == len(store.items_of("HD-1"))
    assert store.ledger().balanced
