"""Outbox items: how they are written, where they stand in the index `due`, and how they are read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.due_index import DEAD_LETTERED, DUE, partition_of
from intake_fn.adapters.dynamodb.values import Item, instant, instant_of, json_of, written
from intake_fn.adapters.dynamodb.writes import EXISTS, Write, update
from intake_fn.core.codec import checked
from intake_fn.core.intents import Intent, UnknownIntent, ready_at
from intake_fn.core.stored import MISREAD, NEVER, intent_to_plain, postponed_by, read_intent
from intake_fn.core.vocabulary import Postponed
from intake_fn.ports import OutboxItem

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case

UNREADABLE = "unreadable"
"""The partition of the index `due` of outbox items that were set aside."""

LONGEST_ERROR = 1000
"""Characters of an error that are kept with an outbox item."""


def outbox_entry(case: Case, number: int, intent: Intent) -> Item:
    """The outbox item for the `number`th intent (from 1) of the step that led to `case`."""
    item_id = f"{case.id}#{case.version}#{number}"
    return {
        **outbox_key(item_id),
        "id": item_id,
        "case_id": case.id,
        "body": json_of(intent_to_plain(intent)),
        "tries": 0,
        "last_error": "",
        **waiting(item_id, ready_at(intent, case.changed_at), dead_lettered=False),
    }


def outbox_key(item_id: str) -> Item:
    """Numbers are padded, so that the items of a case stand in the order in which they were written."""
    case_id, version, number = item_id.rsplit("#", 2)
    return {"pk": f"OUT#{case_id}", "sk": f"{int(version):06}#{int(number):03}"}


def waiting(item_id: str, until: datetime, *, dead_lettered: bool) -> Item:
    """Where an item that nobody has a lease on stands in the index `due`."""
    return {
        "not_before": instant(until),
        "leased_until": "",
        "failed": dead_lettered,
        "line": line_of(item_id, dead_lettered=dead_lettered),
        "turn": f"{instant(until)}#{item_id}",
    }


def line_of(item_id: str, *, dead_lettered: bool) -> str:
    """The partition of the index `due` in which an item belongs."""
    return partition_of(DEAD_LETTERED if dead_lettered else DUE, item_id.partition("#")[0])


def tried(item: OutboxItem, until: datetime, error: str, reason: Postponed, *, dead_lettered: bool) -> Write:
    """The write of a failed attempt: the item, unchanged since it was read, waits `until` or is dead-lettered."""
    counted = {"tries": item.tries + 1, "last_error": error[:LONGEST_ERROR], "postponed": reason}
    place = waiting(item.id, until, dead_lettered=dead_lettered)
    return update(outbox_key(item.id), {**counted, **place}, f"{EXISTS} AND #tries = :read", {":read": item.tries})


def retried(item_id: str, now: datetime) -> Write:
    """A dead-lettered item is due again, with all its tries before it."""
    change = {"tries": 0, **waiting(item_id, now, dead_lettered=False)}
    return update(outbox_key(item_id), change, "#failed = :yes", {":yes": True})


def outbox_item(item: Item) -> OutboxItem:
    """What the desk sees of an outbox item; its intent is an UnknownIntent where something of it cannot be read."""
    intent = read_intent(str(item.get("body", "")), written(item))
    try:
        return _read(item, intent)
    except MISREAD as error:
        kind = intent.kind if isinstance(intent, UnknownIntent) else type(intent).__name__
        return _set_aside(item, UnknownIntent(kind, f"What is stored of it is not complete ({error!r})."))


def _read(item: Item, intent: Intent) -> OutboxItem:
    if {"pk": item["pk"], "sk": item["sk"]} != outbox_key(item["id"]):
        raise ValueError("it names another item than its key")
    return checked(
        OutboxItem(
            id=item["id"],
            case_id=item["case_id"],
            intent=intent,
            tries=item["tries"],
            next_attempt=instant_of(item["not_before"]),
            last_error=item["last_error"],
            postponed=Postponed(item["postponed"]) if "postponed" in item else postponed_by(item["last_error"]),
            dead_lettered=item["failed"],
            leased=bool(item["leased_until"]),
        )
    )


def _set_aside(item: Item, intent: UnknownIntent) -> OutboxItem:
    """What can be known of an item whose attributes are not as they should be: its key is always there."""
    case_id = str(item["pk"]).removeprefix("OUT#")
    version, _, number = str(item["sk"]).partition("#")
    plain_id = f"{case_id}#{version.lstrip('0')}#{number.lstrip('0')}"
    last_error, dead_lettered = str(item.get("last_error", "")), item.get("failed") is True
    return OutboxItem(plain_id, case_id, intent, 0, NEVER, last_error, dead_lettered=dead_lettered)
