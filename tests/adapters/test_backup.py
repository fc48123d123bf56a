"""A backup holds all that is stored, also while people work, and fills an empty stage with it; on the local AWS."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.provision.backup import ITEMS, LEDGERS, MANIFEST, MARK, NUMBERS, back_up, manifest_of, restore
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.adapters.provision.stored_items import stored
from intake_fn.core.codec import to_plain
from intake_fn.core.erasure_digest import salt_of, sealed
from intake_fn.core.errors import Refused
from intake_fn.core.events import Noted
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.request import Requester
from intake_fn.desk.erasure import Eraser, again
from intake_fn.ports import ErasureRecord
from tests.adapters.test_inbound_mails import record
from tests.adapters.test_retention import NoIssues
from tests.desk.test_story import Room, request
from tests.fakes import LEVELS, ports_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake_fn.core.process import Process

pytestmark = pytest.mark.aws


class Stage:
    """A desk on a table and a bucket of the local AWS."""

    def __init__(self, clients: Callable[[str], Any], store: DynamoStore, bucket: str, process: Process) -> None:
        self.room = Room(process)
        self.desk = replace(self.room.desk, **ports_of(store))
        self.store, self.bucket, self.s3 = store, bucket, clients("s3")
        self.table = Table(lambda: clients("dynamodb"), store.table.name)

    def items(self) -> dict[tuple[str, str], Any]:
        """Everything in the table but the ledgers, in which a count of none may stand or not."""
        found = self.table.client.scan(TableName=self.table.name)["Items"]
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in found if item["pk"]["S"] not in LEDGERS}

    def eraser(self) -> Eraser:
        """With leave to read everything."""
        seal = hashlib.sha256  # of records of an earlier version
        return Eraser(
            desk=self.desk,
            store=self.store,
            issues=NoIssues(),
            seals=[lambda box: seal(box.encode()).hexdigest()],
            everything=lambda: stored(self.table),
        )

    def back_up(self, folder: Path) -> Any:
        """Back up at the instant that the room's clock shows."""
        return back_up(self.table, self.s3, self.bucket, folder, self.room.clock)

    def fill(self, folder: Path) -> Any:
        """From a backup."""
        return restore(self.table, self.s3, self.bucket, folder)


@pytest.fixture
def stage(clients: Callable[[str], Any], dynamo_store: DynamoStore, bucket: str, process: Process) -> Stage:
    """With two requests, a mail and two files."""
    made = Stage(clients, dynamo_store, bucket, process)
    for number in (1, 2):
        made.desk.take_in(request(summary=f"Écran noir {number}"), f"key-{number}")
        made.s3.put_object(Bucket=bucket, Key=f"files/ab/{number} é.png", Body=b"png" * number, ContentType="image/png")
    made.store.add_mail(record(1, MailOutcome.TICKETED))
    return made


@pytest.fixture
def empty(clients: Callable[[str], Any], process: Process, stage: Stage) -> Stage:
    """Another stage, just provisioned."""
    create_table(clients("dynamodb"), f"{stage.table.name}-new")
    create_bucket(clients("s3"), f"{stage.bucket}-new")
    store = DynamoStore(Table(lambda: clients("dynamodb"), f"{stage.table.name}-new"), LEVELS)
    return Stage(clients, store, f"{stage.bucket}-new", process)


def test_a_restored_stage_holds_the_same(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """Each item, each file with its type, ledgers that balance; the issues' numbers stand in a list of their own."""
    manifest = stage.back_up(tmp_path / "backup")

    assert manifest == manifest_of(tmp_path / "backup")
    assert (2, 2, 9, ()) == (manifest.requests, manifest.files, manifest.bytes, manifest.unsettled)
    assert 0o700 == (tmp_path / "backup").stat().st_mode & 0o777
    numbers = (tmp_path / "backup" / NUMBERS).read_text().splitlines()
    assert ["issue,request", "1,HD-0000-0001", "2,HD-0000-0002"] == [numbers[0], *sorted(numbers[1:])]

    empty.fill(tmp_path / "backup")

    assert stage.items() == empty.items()
    assert stage.store.ledger() == empty.store.ledger()
    assert stage.store.mail_ledger() == empty.store.mail_ledger()
    answer = empty.s3.get_object(Bucket=empty.bucket, Key="files/ab/2 é.png")
    assert (b"pngpng", "image/png") == (answer["Body"].read(), answer["ContentType"])


def test_nobody_is_signed_in_by_a_backup(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """Sessions stay behind."""
    stage.table.put_all([{"pk": "SESSIONS", "sk": "paul#1"}, {"pk": "LOOKING#HD-0000-0001", "sk": "paul"}])
    stage.back_up(tmp_path / "backup")
    empty.fill(tmp_path / "backup")

    assert not {pk for pk, _ in empty.items() if pk.startswith(("SESSIONS", "LOOKING"))}


def test_what_changes_meanwhile_comes_along_whole(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """A request that somebody works on, and one that comes in, after the table was read and before the rest is."""

    def meanwhile(**_: Any) -> None:
        events.unregister("after-call.dynamodb.Scan", meanwhile)
        stage.room.clock.advance(minutes=5)
        event = stage.room.event(Noted, text="Seen meanwhile.")
        stage.desk.act("HD-0000-0001", event, seen=stage.store.load("HD-0000-0001").version)
        stage.desk.take_in(request(summary="It came meanwhile"), "key-3")

    events = stage.table.client.meta.events
    events.register("after-call.dynamodb.Scan", meanwhile)
    assert () == stage.back_up(tmp_path / "backup").unsettled
    empty.fill(tmp_path / "backup")

    for case_id in ("HD-0000-0001", "HD-0000-0002", "HD-0000-0003"):
        assert stage.store.load(case_id) == empty.store.load(case_id)
        assert stage.store.row(case_id) == empty.store.row(case_id)
    assert stage.store.ledger() == empty.store.ledger()


def test_a_restoration_that_broke_off_goes_on(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """By the same backup; another one is refused, as it is in a table that is in use."""
    stage.back_up(tmp_path / "backup")
    stage.room.clock.advance(minutes=5)
    stage.back_up(tmp_path / "later")
    send = empty.table.put_as_they_are
    calls: list[int] = []

    def breaks(items: Any) -> None:
        calls.append(len(items))
        if len(calls) == 2:
            send(items[:3])
            raise ConnectionError
        send(items)

    empty.table.put_as_they_are = breaks  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        empty.fill(tmp_path / "backup")
    with pytest.raises(Refused, match="is not empty"):
        empty.fill(tmp_path / "later")
    assert (MARK["pk"], MARK["sk"]) in empty.items()
    empty.fill(tmp_path / "backup")

    assert stage.items() == empty.items()
    with pytest.raises(Refused, match="is not empty"):
        empty.fill(tmp_path / "backup")


def test_a_bucket_in_use_is_left_alone(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """Its files would be mixed with others."""
    stage.back_up(tmp_path / "backup")
    empty.s3.put_object(Bucket=empty.bucket, Key="theirs", Body=b"x")

    with pytest.raises(Refused, match=r"bucket .* is not empty"):
        empty.fill(tmp_path / "backup")
    assert {} == empty.items()


def test_a_damaged_backup_is_named_and_restores_nothing(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """A list, a file, the manifest; a folder that is none; one of a newer version; one that is used twice."""
    folder = tmp_path / "backup"
    stage.back_up(folder)
    with pytest.raises(Refused, match="is not an empty folder"):
        stage.back_up(folder)
    manifest = json.loads((folder / MANIFEST).read_text())

    def refused(words: str) -> None:
        with pytest.raises(Refused, match=words):
            empty.fill(folder)

    whole = (folder / ITEMS).read_bytes()
    (folder / ITEMS).write_bytes(whole[:-9])
    refused(f"damaged: {ITEMS}")
    (folder / ITEMS).write_bytes(whole)
    one = next((folder / "files").iterdir())
    content = one.read_bytes()
    one.unlink()
    refused("damaged: files/ab/")
    one.write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps({**manifest, "layout": 99}))
    refused("newer Specdesk")
    (folder / MANIFEST).write_text("{")
    refused("cannot be read")
    (folder / MANIFEST).unlink()
    refused("no backup, or one that broke off")
    assert {} == empty.items()


@pytest.mark.parametrize("earlier", [False, True])
def test_what_was_erased_since_a_backup_is_erased_again(
    stage: Stage, empty: Stage, tmp_path: Path, earlier: bool
) -> None:
    """By the hashes of the records, also the keyed ones of an earlier version: they hold no address.

    Who was not erased is there as before; an address without any request is erased as well.
    """
    stage.store.save_settings("camille@example.com", MailSettings(news=False))
    stage.desk.take_in(request(requester=Requester("Jo Park", "jo@example.com", "london")), "key-jo")
    stage.back_up(tmp_path / "backup")
    record = stage.eraser().apply(stage.eraser().plan("camille@example.com"), "paul@example.com")
    assert record is not None
    assert "2" == record.counts["requests"]

    assert record.salt
    if earlier:
        record = replace(record, digest=hashlib.sha256(b"camille@example.com").hexdigest(), salt="")
    empty.fill(tmp_path / "backup")
    told: list[str] = []
    made = again(empty.eraser(), [record, record], "paul@example.com", told.append).records

    assert ["2"] == [one.counts["requests"] for one in made]
    assert [] == [*empty.store.requests_of("camille@example.com", 0)]
    assert 1 == len(empty.store.requests_of("jo@example.com", 0))
    assert "camille@example.com" not in json.dumps([*empty.items().values()]).lower()
    assert () == again(empty.eraser(), [record], "paul@example.com").records


def test_an_address_alone_is_known_again(stage: Stage) -> None:
    """Whoever has settings and no request, or a name in Mantis and no address."""
    eraser = stage.eraser()
    stage.store.save_settings("gone@example.com", MailSettings(news=False))
    stage.desk.take_in(request(requester=Requester("Jo Park", "", "london", account="jpark")), "key-account")
    records = [
        ErasureRecord(sealed(box, salt_of("ab")), stage.room.clock(), "paul@example.com", {}, salt=salt_of("ab"))
        for box in ("gone@example.com", "jpark", "nobody@example.com")
    ]

    assert 2 == len(again(eraser, records, "paul@example.com").records)
    assert () == again(eraser, records, "paul@example.com").records
    with pytest.raises(Refused, match="run a newer one"):
        again(eraser, [replace(records[0], salt="argon2$ab")], "paul@example.com")


def test_what_was_sent_since_an_erasure_is_not_erased_with_it(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """The backup was taken after the erasure, and its record stands in it: who has come back keeps the new request."""
    jo = Requester("Jo Park", "jo@example.com", "london")
    stage.desk.take_in(request(requester=jo), "key-before")
    first = stage.eraser().apply(stage.eraser().plan("jo@example.com"), "paul@example.com")
    stage.room.clock.advance(days=30)
    stage.desk.take_in(request(requester=jo), "key-since")
    stage.back_up(tmp_path / "backup")
    empty.fill(tmp_path / "backup")

    assert first is not None
    assert () == again(empty.eraser(), [first], "paul@example.com").records
    assert 1 == len(empty.store.requests_of("jo@example.com", 0))
    later = replace(first, at=first.at + timedelta(days=40))
    assert ["1"] == [
        one.counts["requests"] for one in again(empty.eraser(), [first, later], "paul@example.com").records
    ]


def test_an_erasure_that_ends_while_a_backup_is_taken_is_done_again(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """What was copied before it may hold the person: the backup knows it as it was at the beginning."""
    stage.store.save_settings("camille@example.com", MailSettings(news=False))
    made: list[Any] = []

    def meanwhile(**_: Any) -> None:
        events.unregister("after-call.dynamodb.Scan", meanwhile)
        made.append(stage.eraser().apply(stage.eraser().plan("camille@example.com"), "paul@example.com"))

    events = stage.table.client.meta.events
    events.register("after-call.dynamodb.Scan", meanwhile)
    stage.back_up(tmp_path / "backup")
    empty.fill(tmp_path / "backup")

    assert made[0].finished
    done = again(empty.eraser(), made, "paul@example.com")
    assert done.finished
    assert "camille@example.com" not in json.dumps([*empty.items().values()]).lower()


def test_a_name_that_was_left_to_others_is_left_to_them_again(stage: Stage, empty: Stage, tmp_path: Path) -> None:
    """Nobody is asked for it at a restoration; the record holds its digest."""
    stage.desk.take_in(request(requester=Requester("Customer Service", "cs@example.com", "london")), "key-cs")
    jo = Requester("Jo Park", "jo@example.com", "london")
    named = stage.desk.take_in(request(requester=jo, summary="Customer Service cannot print"), "key-jo").id
    stage.back_up(tmp_path / "backup")
    eraser = stage.eraser()
    record = eraser.apply(eraser.plan("cs@example.com", ["customer service"]), "paul@example.com")
    empty.fill(tmp_path / "backup")

    assert record is not None
    assert "ustomer" not in json.dumps(to_plain(record))
    (made,) = again(empty.eraser(), [record], "paul@example.com").records
    assert "Customer Service cannot print" == empty.store.load(named).request.summary
    assert [] == [*empty.store.requests_of("cs@example.com", 0)]
    assert (sealed("customer service", made.salt),) == made.spared


def test_one_of_the_help_desk_among_the_records_keeps_nobody_else_from_being_erased(stage: Stage) -> None:
    """Somebody was a client, was erased, and works here since; it is said, and all is not done."""
    stage.desk.take_in(request(requester=Requester("Paul Adams", "paul@example.com", "london")), "key-paul")
    stage.desk.take_in(request(requester=Requester("Zoe Park", "zoe@example.com", "london")), "key-zoe")
    salt = salt_of("ab")
    records = [
        ErasureRecord(sealed(box, salt), stage.room.clock(), "ihelp@example.com", {}, salt=salt)
        for box in ("paul@example.com", "zoe@example.com")
    ]

    done = again(stage.eraser(), records, "ihelp@example.com")

    assert [] == [*stage.store.requests_of("zoe@example.com", 0)]
    assert 1 == len(done.refused)
    assert "paul@example.com" in done.refused[0]
    assert not done.finished
