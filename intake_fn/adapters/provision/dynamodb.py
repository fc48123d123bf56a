"""The table in DynamoDB: its keys and indexes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import TryLater

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE = "The table"

KEYS = ("pk", "sk")
INDEXES: Mapping[str, tuple[str, str]] = {
    "queue": ("queue", "place"),
    "due": ("line", "turn"),
    "handler": ("handler", "queue"),
    "changed": ("sk", "changed_at"),
}
"""Their keys. `handler` and `changed` came later; what they are by stands in all states, so that DynamoDB fills them by
itself."""

KEYS_ONLY = frozenset({"due"})
"""Indexes that hold nothing but keys: a write that moves no key, such as a lease, does not write them. An index of a
table that was made before holds whole items, and stays as it is."""

EXPIRES = "expires"
NO_TABLE = "table"
NO_EXPIRY = f"expiry by {EXPIRES}"
NO_INDEX: Mapping[str, str] = {index: f"index {index}" for index in INDEXES}
MENDABLE = frozenset({NO_TABLE, NO_EXPIRY, *NO_INDEX.values()})
"""What `create_table` makes where it is lacking."""
NOT_FILLED: Mapping[str, str] = {index: f"the whole of index {index}, which DynamoDB still fills" for index in INDEXES}

FILLING_SECONDS, PAUSE = 900, 5.0
"""DynamoDB takes some minutes to fill an index, be the table ever so small."""


def create_table(client: DynamoDBClient, name: str) -> None:
    """Make the table with its indexes, on demand, and let expired items go; what a table lacks that is there is added.

    DynamoDB fills a new index by itself, and one at a time. Raises TryLater where that takes longer than is waited for.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=_attributes(*KEYS, *(key for keys in INDEXES.values() for key in keys)),
                KeySchema=_keys(*KEYS),
                GlobalSecondaryIndexes=[_index(index) for index in INDEXES],
            )
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise
        client.get_waiter("table_exists").wait(TableName=name)
        for index in sorted(INDEXES.keys() - _await_indexes(client, name)):
            client.update_table(
                TableName=name,
                AttributeDefinitions=_attributes(*INDEXES[index]),
                GlobalSecondaryIndexUpdates=[{"Create": _index(index)}],
            )
            _await_indexes(client, name)
        if not _expires(client, name):
            client.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES}
            )


def table_lacks(client: DynamoDBClient, name: str) -> list[str]:
    """What the table lacks, in words; empty when all is well, ["table"] when there is none. Raises TryLater."""
    with translated(SERVICE):
        table = _described(client, name)
        if table is None:
            return [NO_TABLE]
        indexes = {index["IndexName"]: index["KeySchema"] for index in table.get("GlobalSecondaryIndexes", [])}
        filling = _filling(table)
        lacks = [] if table["KeySchema"] == _keys(*KEYS) else [f"keys {' and '.join(KEYS)}"]
        for index, keys in INDEXES.items():
            if index not in indexes:
                lacks.append(NO_INDEX[index])
            elif indexes[index] != _keys(*keys):
                lacks.append(f"index {index} by {' and '.join(keys)}")
            elif index in filling:
                lacks.append(NOT_FILLED[index])
        return lacks if _expires(client, name) else [*lacks, NO_EXPIRY]


NOT_RECOVERABLE = "point-in-time recovery"
NOT_PROTECTED = "protection from deletion"
NOT_ENCRYPTED = "encryption by a key of the account"


def protection_lacks(client: DynamoDBClient, name: str) -> list[str]:
    """What keeps the table of a stage from being lost or read, and is not on, in words; all of it without a table."""
    with translated(SERVICE):
        table = _described(client, name)
        if table is None:
            return [NOT_RECOVERABLE, NOT_PROTECTED, NOT_ENCRYPTED]
        backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    checks = {
        NOT_RECOVERABLE: recovery == "ENABLED",
        NOT_PROTECTED: bool(table.get("DeletionProtectionEnabled")),
        NOT_ENCRYPTED: table.get("SSEDescription", {}).get("Status") in ("ENABLED", "ENABLING", "UPDATING"),
    }
    return [lack for lack, well in checks.items() if not well]


def protect_table(client: DynamoDBClient, name: str, lack: str) -> None:
    """Mend one of what `protection_lacks` names."""
    with translated(SERVICE):
        if lack == NOT_RECOVERABLE:
            on: Any = {"PointInTimeRecoveryEnabled": True}
            client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
        elif lack == NOT_PROTECTED:
            client.update_table(TableName=name, DeletionProtectionEnabled=True)
        else:
            client.update_table(TableName=name, SSESpecification={"Enabled": True, "SSEType": "KMS"})
        client.get_waiter("table_exists").wait(TableName=name)


def delete_table(client: DynamoDBClient, name: str) -> None:
    """Delete the table with all that is in it."""
    with translated(SERVICE):
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        client.get_waiter("table_exists").wait(TableName=name)
        client.delete_table(TableName=name)


def _await_indexes(client: DynamoDBClient, name: str) -> set[str]:
    """The indexes of the table, all of them filled. Raises TryLater while one of them is not."""
    until = time.monotonic() + FILLING_SECONDS
    while filling := _filling(table := _described(client, name) or {}):
        if time.monotonic() > until:
            raise TryLater(f"{SERVICE} {name} still fills {', '.join(filling)}. Run the command again in some minutes.")
        time.sleep(PAUSE)
    return {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}


def _filling(table: Any) -> list[str]:
    """The indexes from which nothing can be read yet."""
    found = table.get("GlobalSecondaryIndexes", [])
    return [index["IndexName"] for index in found if index.get("IndexStatus") == "CREATING"]


def _expires(client: DynamoDBClient, name: str) -> bool:
    """Whether items go by themselves once their time is over."""
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and expiry.get("AttributeName") == EXPIRES


def _described(client: DynamoDBClient, name: str) -> Any | None:
    """The table as DynamoDB describes it; None when there is none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        return client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return None


def _index(name: str) -> Any:
    projection = "KEYS_ONLY" if name in KEYS_ONLY else "ALL"
    return {"IndexName": name, "KeySchema": _keys(*INDEXES[name]), "Projection": {"ProjectionType": projection}}


def _attributes(*names: str) -> Any:
    return [{"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(names)]


def _keys(partition: str, order: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": order, "KeyType": "RANGE"}]
