"""A table as version 0.1 made it, with what that version wrote into it (tests/data/stored/README.md)."""

from __future__ import annotations

import json
from typing import Any

from intake_fn.settings import ROOT

WRITTEN = ROOT / "tests" / "data" / "stored" / "table-1.jsonl"

KEYS_AND_INDEXES: Any = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "queue", "place", "line", "turn")
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": order, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name, partition, order in (("queue", "queue", "place"), ("due", "line", "turn"))
    ],
}


def make(dynamodb: Any, name: str) -> None:
    """Make the table; it lacks what later versions need."""
    dynamodb.create_table(TableName=name, **KEYS_AND_INDEXES)


def fill(dynamodb: Any, name: str) -> int:
    """Put the items into it as they stood; how many there are."""
    items = [json.loads(line) for line in WRITTEN.read_text(encoding="utf-8").splitlines()]
    for first in range(0, len(items), 25):
        puts: Any = [{"PutRequest": {"Item": item}} for item in items[first : first + 25]]
        left = dynamodb.batch_write_item(RequestItems={name: puts})["UnprocessedItems"]
        assert not left, left  # noqa: S101 - the local AWS takes all
    return len(items)
