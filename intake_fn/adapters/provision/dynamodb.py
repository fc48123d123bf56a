"""The table in DynamoDB: its keys and indexes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE = "The table"

KEYS = ("pk", "sk")
INDEXES: Mapping[str, tuple[str, str]] = {"queue": ("queue", "place"), "due": ("line", "turn")}
EXPIRES = "expires"
NO_TABLE = "table"
NO_EXPIRY = f"expiry by {EXPIRES}"


def create_table(client: DynamoDBClient, name: str) -> None:
    """Make the table with its two indexes, on demand, and let expired items go; nothing happens where it is."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    keys = [*KEYS, *(key for pair in INDEXES.values() for key in pair)]
    with translated(SERVICE):
        try:
            client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=_keys(*KEYS),
                GlobalSecondaryIndexes=[
                    {"IndexName": index, "KeySchema": _keys(*of), "Projection": {"ProjectionType": "ALL"}}
                    for index, of in INDEXES.items()
                ],
            )
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise
        client.get_waiter("table_exists").wait(TableName=name)
        if not _expires(client, name):
            client.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES}
            )


def table_lacks(client: DynamoDBClient, name: str) -> list[str]:
    """What the table lacks, in words; empty when all is well, ["table"] when there is none. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            table = client.describe_table(TableName=name)["Table"]
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return [NO_TABLE]
        indexes = {index["IndexName"]: index["KeySchema"] for index in table.get("GlobalSecondaryIndexes", [])}
        lacks = [] if table["KeySchema"] == _keys(*KEYS) else [f"keys {' and '.join(KEYS)}"]
        lacks += [f"index {index}" for index, of in INDEXES.items() if indexes.get(index) != _keys(*of)]
        return lacks if _expires(client, name) else [*lacks, NO_EXPIRY]


def _expires(client: DynamoDBClient, name: str) -> bool:
    """Whether items go by themselves once their time is over."""
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and expiry.get("AttributeName") == EXPIRES


def _keys(partition: str, order: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": order, "KeyType": "RANGE"}]
