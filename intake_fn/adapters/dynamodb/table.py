"""The calls to the table: consistent reads, queries, guarded writes, and transactions that meet each other.

An answer can be lost though the write was done; boto then writes again, and must not meet itself. A write whose guard
its own first attempt breaks carries a token of the call: a transaction DynamoDB's own (ClientRequestToken), one item an
attribute that the guard knows again.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.adapters.dynamodb.values import Item, names, plain, wire
from intake_fn.adapters.dynamodb.writes import Write, delete
from intake_fn.core.errors import Broken, Stale, TryLater
from intake_fn.core.once import once
from intake_fn.core.stored import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE = "The table"

CONFLICT_PAUSES = tuple(0.02 * 2**turn for turn in range(7))
"""Seconds before a write is tried again that met another transaction at one of its items, each more or less by half."""

REMEDY = "`specdesk provision --apply` adds it."

BUSY_REASONS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
NO_INDEX = ("does not have the specified index", "Cannot read from backfilling global secondary index")
"""What DynamoDB says of an index that is not there, or not filled yet."""

BATCH_OF_KEYS, BATCH_OF_ITEMS = 100, 25
"""What DynamoDB takes in one call at most."""

OPERATIONS = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}
"""What sends a write alone."""


class NoIndex(Broken):
    """The table lacks an index, or DynamoDB is still filling it."""


@dataclass
class Table:
    """One DynamoDB table. `client_factory` is called when it is first used.

    Raises TryLater when DynamoDB is down or throttles, and Broken when the table is not there.
    """

    client_factory: Callable[[], DynamoDBClient]
    name: str
    sleep: Callable[[float], None] = time.sleep

    @once
    def client(self) -> DynamoDBClient:
        """The client of DynamoDB."""
        return self.client_factory()

    # --- reads --------------------------------------------------------------------------------

    def get(self, pk: str, sk: str) -> Item | None:
        """An item, read consistently."""
        with translated(SERVICE):
            answer = self.client.get_item(TableName=self.name, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    def query(self, condition: str, values: Mapping[str, Any], limit: int = 0, **more: Any) -> list[Item]:
        """All items of a key condition, or the first `limit`, page by page. Raises NoIndex."""
        items: list[Item] = []
        asked = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names(condition),
            "ExpressionAttributeValues": wire(values),
            **more,
        }
        while True:
            if limit:
                asked["Limit"] = limit - len(items)
            page = self._page(asked)
            items += [plain(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page or (limit and len(items) >= limit):
                return items
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _page(self, asked: Mapping[str, Any]) -> Any:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        with translated(SERVICE):
            try:
                return self.client.query(**asked)
            except ClientError as error:
                if code_of(error) == "ValidationException" and any(text in str(error) for text in NO_INDEX):
                    raise NoIndex(f"The table lacks the index {asked.get('IndexName')}. {REMEDY}") from error
                raise

    def merged(self, partitions: Iterable[str], condition: str, bound: str, limit: int, **more: Any) -> list[Item]:
        """The first `limit` items of each partition of an index; the caller puts them in one order."""
        return [
            item
            for partition in partitions
            for item in self.query(condition, {":partition": partition, ":bound": bound}, limit, **more)
        ]

    def get_all(self, keys: Sequence[Mapping[str, Any]], *, consistent: bool = False) -> list[Item]:
        """Those of some items that are there, in any order, read in batches.

        What is written now may be missing, unless they are read consistently, which costs twice as much.
        """
        asked = [
            {"Keys": [wire(key) for key in batch], "ConsistentRead": consistent}
            for batch in _batches(keys, BATCH_OF_KEYS)
        ]
        return [
            plain(item)
            for batch in asked
            for answer in self._batched("batch_get_item", batch, "UnprocessedKeys")
            for item in answer["Responses"].get(self.name, ())
        ]

    # --- writes -------------------------------------------------------------------------------

    def put_all(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Write whole items, whatever is there, in batches: each by itself, so that all may be written again."""
        self.put_as_they_are([wire({**item, "format": FORMAT}) for item in items])

    def put_as_they_are(self, items: Sequence[Mapping[str, Any]]) -> None:
        """The same with items in DynamoDB's types, to which nothing is added."""
        for batch in _batches(items, BATCH_OF_ITEMS):
            requests = [{"PutRequest": {"Item": item}} for item in batch]
            for _ in self._batched("batch_write_item", requests, "UnprocessedItems"):
                pass

    def delete_all(self, keys: Sequence[Mapping[str, Any]]) -> None:
        """Delete items, be they there or not, in batches: each by itself, so that all may be deleted again."""
        for batch in _batches(keys, BATCH_OF_ITEMS):
            requests = [{"DeleteRequest": {"Key": wire(key)}} for key in batch]
            for _ in self._batched("batch_write_item", requests, "UnprocessedItems"):
                pass

    def _batched(self, operation: str, requests: Any, left: str) -> Iterator[Any]:
        """The answers to a batch; what DynamoDB leaves of it is asked for again. Raises TryLater if that goes on."""
        asked = {self.name: requests}
        for pause in CONFLICT_PAUSES:
            with translated(SERVICE):
                answer = getattr(self.client, operation)(RequestItems=asked)
            yield answer
            asked = answer.get(left)
            if not asked:
                return
            self.sleep(pause)
        raise TryLater("The table is busy. Try again in a moment.")

    def write(self, write: Write) -> bool:
        """One guarded write of one item; False when its guard does not hold or a transaction is at the item."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        ((kind, request),) = write.items()
        with translated(SERVICE):
            try:
                getattr(self.client, OPERATIONS[kind])(TableName=self.name, **request)
            except ClientError as error:
                if code_of(error) in ("ConditionalCheckFailedException", "TransactionConflictException"):
                    return False
                raise
        return True

    def update(self, write: Write) -> tuple[bool, Item]:
        """One update of one item: whether its guard held, and the item as it is by now."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        with translated(SERVICE):
            try:
                answer = self.client.update_item(TableName=self.name, ReturnValues="ALL_NEW", **write["Update"])
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False, plain(error.response.get("Item", {}))  # type: ignore[arg-type]  # as it was found
        return True, plain(answer["Attributes"])

    def delete(self, key: Mapping[str, Any]) -> bool:
        """Delete an item; False when there is none. A transaction: no guard would know its own deletion again."""
        return not self.transact([delete(key)])

    def delete_if(self, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Delete an item that has these values; nothing happens when it is gone or has others."""
        guard = " AND ".join(f"#{name} = :{name}" for name in values)
        self.write(delete(key, guard, {f":{name}": value for name, value in values.items()}))

    def transact(self, writes: Iterable[Write]) -> dict[int, Item]:
        """Write all or nothing. Returns the positions whose guards did not hold, with the items found there.

        DynamoDB refuses a transaction while another one is at one of its items, be it only a shard of the
        ledger; the guards stand, so it may be tried again as it is. Raises Stale when that goes on for seconds.
        """
        requests = [{kind: {"TableName": self.name, **request} for kind, request in write.items()} for write in writes]
        mine = new_token()
        for pause in CONFLICT_PAUSES:
            try:
                return self._transact_once(requests, mine)
            except Stale:
                self.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that they do not meet again
        return self._transact_once(requests, mine)

    def _transact_once(self, requests: list[dict[str, Any]], mine: str) -> dict[int, Item]:
        """Raises Stale when another transaction is at the same items in this moment."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        with translated(SERVICE):
            try:
                self.client.transact_write_items(TransactItems=requests, ClientRequestToken=mine)  # type: ignore[arg-type]  # built in writes.py
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
                return _broken_guards(reasons, error)
        return {}


def _batches(items: Sequence[Mapping[str, Any]], size: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def new_token() -> str:
    """Names one call, so that a second attempt of it knows what the first one did."""
    return secrets.token_hex(16)


def _broken_guards(reasons: Sequence[Mapping[str, Any]], error: Exception) -> dict[int, Item]:
    """What a cancelled transaction means: guards that did not hold, else a conflict, else the table's own trouble."""
    broken = {
        position: plain(reason.get("Item", {}))
        for position, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    codes = {str(reason.get("Code")) for reason in reasons} - {"None"}
    if broken:
        return broken
    if "TransactionConflict" in codes:
        raise Stale("Somebody else is changing the same request. Read it again.") from error
    if codes & BUSY_REASONS:
        raise TryLater("The table is busy. Try again in a moment.") from error
    raise Broken(f"The table refused a write ({', '.join(sorted(codes))}): {error}") from error
