"""The search index as items: words that are pending, postings, and the words of a request. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import Item, instant, instant_of
from intake_fn.adapters.dynamodb.writes import Write, put
from intake_fn.core.find import SHORTEST_BEGINNING, is_searched, words_of
from intake_fn.core.stored import MISREAD
from intake_fn.ports import Pending, Posting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event

PENDING = "FIND"
"""The partition of the requests whose words are not all in the index yet: those of a minute, as a rule."""

WORDS = "WORDS"
"""The sort key of the words of a request that are in the index."""


def pending_writes(after: Case, events: Iterable[Event]) -> Iterator[Write]:
    """The write that has a request's words indexed, where a step brings new ones."""
    if any(map(is_searched, events)):
        item = {
            **pending_key(after.id),
            "case_id": after.id,
            "version": after.version,
            "received_at": instant(after.received_at),
            "words": json.dumps(words_of(after), ensure_ascii=False),
        }
        yield put(item, "")


def pending_key(case_id: str) -> Item:
    """Where the words of a request stand until they are in the index."""
    return {"pk": PENDING, "sk": case_id}


def pending_of(item: Item) -> Pending | None:
    """What is pending; None for what this version cannot read."""
    try:
        words = tuple(map(str, json.loads(item["words"])))
        return Pending(str(item["case_id"]), int(item["version"]), instant_of(item["received_at"]), words)
    except MISREAD:
        return None


def words_key(case_id: str) -> Item:
    """Where the words of a request stand that are in the index."""
    return {"pk": f"REQ#{case_id}", "sk": WORDS}


def words_in(item: Item | None) -> frozenset[str]:
    """The words of a request that are in the index; none for what this version cannot read."""
    try:
        return frozenset(map(str, json.loads(item["words"]))) if item else frozenset()
    except MISREAD:
        return frozenset()


def posting_item(word: str, pending: Pending) -> Item:
    """The posting of a word: those of one word stand together, in the order in which requests came in."""
    return {
        "pk": partition_of(word),
        "sk": f"{word}#{instant(pending.received)}#{pending.case_id}",
    }


def partition_of(word: str) -> str:
    """The partition of the words that begin as this one does."""
    return f"WORD#{word[:SHORTEST_BEGINNING]}"


def posting_of(item: Item) -> Posting:
    """A posting; a word may hold a #."""
    word, received, case_id = str(item["sk"]).rsplit("#", 2)
    return Posting(word, instant_of(received), case_id)
