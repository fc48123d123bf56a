"""A copy of table and bucket in a folder, and the way back from it into empty ones.

A scan is no snapshot. Requests that change while it goes on are read again afterwards, with their outbox, until none
has changed any more; records of erasures are as they were before it; the ledgers are counted anew from what comes back.
What else can be made anew (`specdesk reindex`, `specdesk reports recompute`, `specdesk recompute --fix`) is copied as
it was met.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.adapters.dynamodb import inbound_items, ledger
from intake_fn.adapters.dynamodb.erasures import ERASURES
from intake_fn.adapters.dynamodb.states import STATE, readable_row
from intake_fn.adapters.dynamodb.values import instant, plain, wire
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from intake_fn.adapters.dynamodb import Table

LAYOUT = 1
"""The format of the folder; a higher one is refused."""

MANIFEST = "manifest.json"
ITEMS, CHANGED, FILES, NUMBERS = "items.jsonl.gz", "changed.jsonl.gz", "files.jsonl.gz", "mantis.csv"
CONTENTS = "files"
"""The folder of the files' contents, each under its SHA-256."""

PASSES = 6
LATE = timedelta(minutes=1)
"""How far an index may lag behind its table, and clocks behind each other."""

LEDGERS = frozenset({ledger.LEDGER, inbound_items.LEDGER})
PASSING = ("SESSIONS", "SIGN-IN", "LOOKING#")
"""What belongs to sessions at the desk: it is not copied, so that nobody is signed in by a restored table."""

MARK = {"pk": "RESTORE", "sk": "BACKUP"}
"""Stands in a table while it is filled: a restoration that broke off is taken up by the same backup alone."""

BATCH = 500
"""Items that are sent to the table together."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; `sums` are the SHA-256 of its lists, `unsettled` requests that changed at each pass."""

    layout: int
    made_at: str
    table: str
    bucket: str
    items: int
    requests: int
    files: int
    bytes: int
    unsettled: tuple[str, ...]
    sums: Mapping[str, str]


# --- out --------------------------------------------------------------------------------------


def back_up(table: Table, s3: S3Client, bucket: str, folder: Path, clock: Callable[[], datetime]) -> Manifest:
    """Copy everything into an empty folder that only its owner may read; the manifest is written last.

    Raises Refused for a folder that holds something, and TryLater: then the folder is of no use.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder. Name a new one for each backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = clock()
    with _written(folder / ITEMS) as items, (folder / NUMBERS).open("w", encoding="utf-8") as numbers:
        numbers.write("issue,request\n")
        counted = Counter(_erasures(table, items))
        counted.update(_kept(_scanned(table), items, numbers))
    with _written(folder / CHANGED) as changed:
        unsettled = _copy_changed(table, begun, clock, changed)
    files, size = _copy_files(s3, bucket, folder)
    manifest = Manifest(
        layout=LAYOUT,
        made_at=instant(begun),
        table=table.name,
        bucket=bucket,
        items=counted.total(),
        requests=counted[STATE],
        files=files,
        bytes=size,
        unsettled=unsettled,
        sums={name: _sum(folder / name) for name in (ITEMS, CHANGED, FILES, NUMBERS)},
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    return manifest


def _erasures(table: Table, items: IO[str]) -> Iterator[str]:
    """Write down the records of erasures as they are at the beginning; yields their sort keys.

    One that ends later may have erased what was copied before: it is none of a backup that says it is finished.
    """
    for item in table.query("#pk = :pk", {":pk": ERASURES}, ConsistentRead=True):
        items.write(_line(wire(item)))
        yield str(item["sk"])


def _scanned(table: Table) -> Iterator[Any]:
    """Every item in DynamoDB's types. The one place that scans: it is for admins, who may wait."""
    with translated("The table"):
        for page in table.client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True):
            yield from page["Items"]


def _kept(scanned: Iterable[Any], items: IO[str], numbers: IO[str]) -> Iterator[str]:
    """Write down what is copied; yields its sort keys."""
    for item in scanned:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if pk.startswith(PASSING) or pk in LEDGERS or pk in (MARK["pk"], ERASURES):
            continue
        items.write(_line(item))
        if pk.startswith("MANTIS#"):
            numbers.write(f"{pk.removeprefix('MANTIS#')},{item['case_id']['S']}\n")
        yield sk


def _copy_changed(table: Table, begun: datetime, clock: Callable[[], datetime], out: IO[str]) -> tuple[str, ...]:
    """Write what requests that changed since then hold now, and their outbox; the ids of those that never settled.

    A line for each partition and pass: the last one of a partition counts.
    """
    copied: dict[str, int] = {}
    moving: list[str] = []
    since = begun - LATE
    for _ in range(PASSES):
        at = clock()
        states = table.query(
            "#sk = :state AND #changed_at >= :since", {":state": STATE, ":since": instant(since)}, IndexName="changed"
        )
        moving = [str(state["id"]) for state in states if copied.get(str(state["id"])) != state["version"]]
        if not moving:
            break
        for case_id in moving:
            for pk in (f"REQ#{case_id}", f"OUT#{case_id}"):
                held = [wire(item) for item in table.query("#pk = :pk", {":pk": pk}, ConsistentRead=True)]
                out.write(_line({"pk": pk, "items": held}))
                copied.update((case_id, int(item["version"]["N"])) for item in held if item["sk"]["S"] == STATE)
        since = at - LATE
    return tuple(moving)


def _copy_files(s3: S3Client, bucket: str, folder: Path) -> tuple[int, int]:
    """Copy every object under the SHA-256 of its content; how many there are, and their bytes."""
    contents = folder / CONTENTS
    contents.mkdir(mode=0o700)
    number = size = 0
    with translated("The file store"), _written(folder / FILES) as out:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", ()):
                if (read := _object(s3, bucket, found["Key"])) is None:
                    continue
                content, kind = read
                digest = hashlib.sha256(content).hexdigest()
                (contents / digest).write_bytes(content)
                row = {"key": found["Key"], "sha256": digest, "bytes": len(content), "type": kind}
                out.write(_line(row))
                number, size = number + 1, size + len(content)
    return number, size


def _object(s3: S3Client, bucket: str, key: str) -> tuple[bytes, str] | None:
    """The content of an object and its type; None for one that was deleted since it was listed."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "404"):
            return None
        raise
    return answer["Body"].read(), answer["ContentType"]


# --- whole or not -----------------------------------------------------------------------------


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a backup whose lists and files all have their checksums. Raises Refused naming what has not."""
    try:
        read = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**read, "unsettled": tuple(read["unsettled"])})
    except FileNotFoundError:
        raise Refused(f"{folder} holds no {MANIFEST}: it is no backup, or one that broke off. Take another.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"{folder / MANIFEST} cannot be read: {error}. Take another backup.") from error
    if manifest.layout > LAYOUT:
        raise Refused(f"{folder} was written by a newer Specdesk. Restore it with that version.")
    wrong = [name for name, digest in manifest.sums.items() if _sum(folder / name) != digest]
    wrong = wrong or [row["key"] for row in _lines(folder / FILES) if _sum(_content(folder, row)) != row["sha256"]]
    if wrong:
        raise Refused(f"The backup in {folder} is damaged: {', '.join(wrong[:5])}. Take another copy of it.")
    return manifest


# --- back -------------------------------------------------------------------------------------


def restore(table: Table, s3: S3Client, bucket: str, folder: Path) -> Manifest:
    """Fill an empty table and an empty bucket from a backup; run again, it goes on where it broke off.

    Files come first, so that no request names one that is missing. The ledgers are counted from the requests and mails
    that come back. Raises Refused for a damaged backup, and for a table or bucket that holds something else; TryLater.
    """
    manifest = manifest_of(folder)
    _begin(table, s3, bucket, _sum(folder / MANIFEST))
    with translated("The file store"):
        for row in _lines(folder / FILES):
            body = _content(folder, row).read_bytes()
            s3.put_object(Bucket=bucket, Key=row["key"], Body=body, ContentType=row["type"])
    counters: dict[tuple[str, str], Counter[str]] = {}
    batch: list[Any] = []
    for item in _items(folder):
        _count(item, counters)
        batch.append(item)
        if len(batch) == BATCH:
            table.put_as_they_are(batch)
            batch = []
    shards = [wire({"pk": pk, "sk": sk, **counted}) for (pk, sk), counted in counters.items()]
    table.put_as_they_are([*batch, *shards])
    table.delete(MARK)
    return manifest


def _begin(table: Table, s3: S3Client, bucket: str, digest: str) -> None:
    """Mark the table as being filled from this backup. Raises Refused when it, or the bucket, is not for it."""
    mark = table.get(**MARK)
    if mark and mark["backup"] == digest:
        return
    with translated("The table"):
        holds = table.client.scan(TableName=table.name, Limit=1, ConsistentRead=True)["Items"]
    if holds:
        raise Refused(f"The table {table.name} is not empty. Restore into a new one: `specdesk provision --apply`.")
    with translated("The file store"):
        holds_files = s3.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents")
    if holds_files:
        raise Refused(f"The bucket {bucket} is not empty. Restore into a new one: `specdesk provision --apply`.")
    table.put_as_they_are([wire({**MARK, "backup": digest})])


def _items(folder: Path) -> Iterator[Any]:
    """All items as they stood when the backup was done: of partitions that were read again, what was read last."""
    again = {row["pk"]: row["items"] for row in _lines(folder / CHANGED)}
    yield from (item for item in _lines(folder / ITEMS) if item["pk"]["S"] not in again)
    for items in again.values():
        yield from items


def _count(item: Any, counters: dict[tuple[str, str], Counter[str]]) -> None:
    """Count a request's state, or the record of a mail, in the shard of its ledger."""
    bare = plain(item)
    counted = inbound_items.counted(bare)
    if bare["sk"] == STATE and (row := readable_row(bare)):
        counted = ledger.shard_of(row.id), ledger.tally(row)
    if counted:
        key, amounts = counted
        counters.setdefault((key["pk"], key["sk"]), Counter()).update(amounts)


# --- the folder -------------------------------------------------------------------------------


def _written(path: Path) -> IO[str]:
    return gzip.open(path, "wt", encoding="utf-8", compresslevel=6)


def _line(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _content(folder: Path, row: Mapping[str, Any]) -> Path:
    return folder / CONTENTS / str(row["sha256"])


def _sum(path: Path) -> str:
    """The SHA-256 of a file; "" where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
