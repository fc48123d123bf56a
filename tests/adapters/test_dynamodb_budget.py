"""A day's spending in the table: a sum that many functions may raise at once, new every day."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb.budget import DynamoBudget
from spec_lookup import NoResponse
from tests.fakes import Clock

if TYPE_CHECKING:
    from intake_fn.adapters.dynamodb import DynamoStore

pytestmark = pytest.mark.aws


def test_spending_adds_up_and_begins_anew_each_day(dynamo_store: DynamoStore) -> None:
    """Two functions raise the same sum; tomorrow it is nothing."""
    clock = Clock()
    here, there = (DynamoBudget(dynamo_store.table.client_factory, dynamo_store.table.name, clock) for _ in range(2))
    assert 0 == here.spent()
    here.add(10_500)
    there.add(7)
    assert 10_507 == here.spent()
    clock.advance(days=1)

    assert 0 == there.spent()


def test_without_the_table_nothing_is_spent() -> None:
    """What is spent can't be known, so nothing is asked; what was spent stands in the log."""
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": "eu-west-1"}
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    with closing(client("dynamodb", {**nowhere, **keys}, attempts=1)) as dynamodb:
        budget = DynamoBudget(lambda: dynamodb, "t", Clock())
        budget.add(5)

        with pytest.raises(NoResponse, match="not known what was spent"):
            budget.spent()
