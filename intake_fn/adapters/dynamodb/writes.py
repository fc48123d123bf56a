"""Writes of one item, each under a guard that reads as a sentence. Pure: `Table` sends them, alone or together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.adapters.dynamodb.values import names, wire
from intake_fn.core.stored import FORMAT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

EXISTS = "attribute_exists(#pk)"
ABSENT = "attribute_not_exists(#pk)"

Write = dict[str, dict[str, Any]]
"""{"Put": ...}, {"Update": ...}, {"Delete": ...} or {"ConditionCheck": ...}, as a transaction takes it, but for the
name of the table."""


def put(item: Mapping[str, Any], guard: str = ABSENT, values: Mapping[str, Any] | None = None) -> Write:
    """Write a whole item if `guard` holds for the one that is there; "" writes in any case."""
    return {"Put": {"Item": wire({**item, "format": FORMAT}), **(_guarded(guard, values) if guard else {})}}


def update(key: Mapping[str, Any], change: Mapping[str, Any], guard: str, values: Mapping[str, Any]) -> Write:
    """Set some attributes of an item if `guard` holds."""
    expression = "SET " + ", ".join(f"#{name} = :new_{name}" for name in change)
    return {
        "Update": {
            "Key": wire(key),
            "UpdateExpression": expression,
            **_guarded(guard, {**values, **{f":new_{name}": value for name, value in change.items()}}),
            "ExpressionAttributeNames": names(expression + guard),
        }
    }


def add(key: Mapping[str, Any], amounts: Mapping[str, int]) -> Write:
    """Move some counters of an item, of any names; it need not be there yet."""
    counters = [*enumerate(amounts.items())]
    return {
        "Update": {
            "Key": wire(key),
            "UpdateExpression": "ADD " + ", ".join(f"#counter{number} :amount{number}" for number, _ in counters),
            "ExpressionAttributeNames": {f"#counter{number}": counter for number, (counter, _) in counters},
            "ExpressionAttributeValues": wire({f":amount{number}": amount for number, (_, amount) in counters}),
        }
    }


def count(
    key: Mapping[str, Any], counters: Collection[str], change: Mapping[str, Any], guard: str, values: Mapping[str, Any]
) -> Write:
    """Add one to counters of an item, and set attributes, if `guard` holds, if any; the item need not be there yet."""
    expression = "ADD " + ", ".join(f"#{name} :one" for name in counters)
    expression += " SET " + ", ".join(f"#{name} = :new_{name}" for name in change)
    new = {f":new_{name}": value for name, value in change.items()}
    return {
        "Update": {
            "Key": wire(key),
            "UpdateExpression": expression,
            **(_guarded(guard, None) if guard else {}),
            "ExpressionAttributeNames": names(expression + guard),
            "ExpressionAttributeValues": wire({":one": 1, **new, **values}),
        }
    }


def delete(key: Mapping[str, Any], guard: str = EXISTS, values: Mapping[str, Any] | None = None) -> Write:
    """Delete an item that is there, or for which `guard` holds; "" deletes in any case."""
    return {"Delete": {"Key": wire(key), **(_guarded(guard, values) if guard else {})}}


def check(key: Mapping[str, Any], guard: str, values: Mapping[str, Any]) -> Write:
    """Write nothing, and have the transaction fail unless `guard` holds for an item, which need not be there."""
    return {"ConditionCheck": {"Key": wire(key), **_guarded(guard, values)}}


def _guarded(guard: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "ConditionExpression": guard,
        "ExpressionAttributeNames": names(guard),
        **({"ExpressionAttributeValues": wire(values)} if values else {}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
