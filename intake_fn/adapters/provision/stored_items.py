"""Everything in the table, for an erasure: which request, mail or address an item belongs to, and what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import translated
from intake_fn.adapters.dynamodb.values import plain
from intake_fn.ports import Place, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intake_fn.adapters.dynamodb import Table
    from intake_fn.adapters.dynamodb.values import Item

OF_AN_ADDRESS = ("UNREACHED", "MAILBOX#", "PACE#", "SIGN-IN")
"""Partitions of what is known of an address alone."""

NOT_OF_PEOPLE = (
    "FIGURES#",
    "COUNTED#",
    "RECOUNT#",
    "MAILED#",
    "LEDGER",
    "MAIL-LEDGER",
    "IDEM#",
    "MESSAGE#",
    "RETENTION",
    "ERASURES",
)
"""Partitions in which no text of anybody stands: counters, ids, digests."""


def stored(table: Table) -> Iterator[Stored]:
    """Every item that may hold a text, a page at a time. It reads all there is: for admins, who may wait."""
    with translated("The table"):
        for page in table.client.get_paginator("scan").paginate(TableName=table.name):
            yield from (_stored(plain(item)) for item in page["Items"] if _may_hold_a_text(item))


def _may_hold_a_text(item: Mapping[str, Any]) -> bool:
    return not str(item["pk"]["S"]).startswith(NOT_OF_PEOPLE)


def _stored(item: Item) -> Stored:
    pk, sk = str(item["pk"]), str(item["sk"])
    place, of = _place(pk, sk)
    text = "\n".join(value for value in item.values() if isinstance(value, str))
    return Stored(place, of, (pk, sk), text, is_event=sk.startswith("EVENT#"))


def _place(pk: str, sk: str) -> tuple[Place, str]:
    beginning, _, of = pk.partition("#")
    if (beginning, sk) == ("MAILIN", "RECORD"):
        return Place.MAIL, of
    if pk.startswith(OF_AN_ADDRESS):
        return Place.OF_AN_ADDRESS, pk
    last = sk.rpartition("#")[2]
    known = {
        "REQ": (Place.CASE, of),
        "OUT": (Place.CASE, of),
        "FIND": (Place.CASE, sk),
        "WORD": (Place.CASE, last),
        "MAILS": (Place.MAIL, last),
    }
    return known.get(beginning, (Place.OTHER, pk))
