"""Clients of the local AWS that watch what the adapters ask of it."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.adapters.provision.ses import create_identity
from tests.fakes import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws

numbers = count(1)

CHEAP = frozenset(
    {
        *("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"),
        *("BatchGetItem", "BatchWriteItem"),
    }
)
"""Operations whose cost does not grow with what exists: no Scan, ever (R28)."""

KEY_CONDITION = re.compile(
    r"#\w+ = :\w+( AND (#\w+ (<|<=|=|>|>=) :\w+|begins_with\(#\w+, :\w+\)|#\w+ BETWEEN :\w+ AND :\w+))?",
)


@dataclass
class Watch:
    """Sees every call of a DynamoDB client before it is made; `calls` holds their operations."""

    calls: list[str] = field(default_factory=list)

    def see(self, params: dict[str, Any], model: Any, **_: object) -> None:
        """Refuse what costs more with every request that exists, and what DynamoDB refuses but ministack lets pass."""
        assert model.name in CHEAP, f"{model.name} has no place in a request or a sweep"
        self.calls.append(model.name)
        if model.name == "Query":
            assert KEY_CONDITION.fullmatch(params["KeyConditionExpression"])
            assert "FilterExpression" not in params, "a filter pays for what it throws away"
            assert not ("IndexName" in params and params.get("ConsistentRead")), "no index reads consistently"
        for write in params.get("TransactItems", [params]):
            self.lint(next(iter(write.values())) if "TransactItems" in params else write)

    def lint(self, write: dict[str, Any]) -> None:
        """Names and values are all declared, all used, and joined by operators that DynamoDB has."""
        expressions = " ".join(str(value) for name, value in write.items() if name.endswith("Expression"))
        assert set(re.findall(r"#\w+", expressions)) == set(write.get("ExpressionAttributeNames", {}))
        assert set(re.findall(r":\w+", expressions)) == set(write.get("ExpressionAttributeValues", {}))
        assert "==" not in expressions
        assert "!=" not in expressions
        assert all(name.startswith("#") for name in re.findall(r"([#\w]+) (?:=|<|<=) ", expressions))


@pytest.fixture(scope="session")
def clients(aws: LocalAws) -> Iterator[Callable[[str], Any]]:
    """One client for every service, closed at the end of the run."""
    made: dict[str, Any] = {}

    def of(service: str) -> Any:
        if service not in made:
            made[service] = client(service, aws.environ())
        return made[service]

    yield of
    for each in made.values():
        each.close()


@pytest.fixture(scope="session")
def watched(aws: LocalAws) -> Iterator[tuple[Any, Watch]]:
    """A DynamoDB client that is watched."""
    watch = Watch()
    with closing(client("dynamodb", aws.environ())) as dynamodb:
        dynamodb.meta.events.register("before-parameter-build.dynamodb", watch.see)
        yield dynamodb, watch


@pytest.fixture
def dynamo_store(clients: Callable[[str], Any], watched: tuple[Any, Watch]) -> DynamoStore:
    """A store on a table of its own."""
    name = f"table-{next(numbers)}"
    create_table(clients("dynamodb"), name)
    return DynamoStore(Table(lambda: watched[0], name), LEVELS)


@pytest.fixture
def bucket(clients: Callable[[str], Any]) -> str:
    """A bucket of one's own."""
    name = f"bucket-{next(numbers)}"
    create_bucket(clients("s3"), name)
    return name


@pytest.fixture(scope="session")
def identity(clients: Callable[[str], Any], process: Process) -> str:
    """The verified address of our mail."""
    create_identity(clients("sesv2"), process.mail.address)
    return process.mail.address
