"""The search index: which requests hold which words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Posting:
    """A word that a request holds; `received` is when the request came in."""

    word: str
    received: datetime
    case_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A request whose words are not all in the index yet, as it stood at `version`."""

    case_id: str
    version: int
    received: datetime
    words: tuple[str, ...]


class SearchIndex(Protocol):
    """Words of requests. A step of a case that brings words is pending from its own transaction on, and so is found.

    All methods raise TryLater when the store is down or throttles.
    """

    def postings(self, beginning: str, limit: int, *, whole: bool) -> Sequence[Posting]:
        """The first `limit` postings of the words that begin so, or of the `whole` word alone.

        Of one word, the latest received first; words come in descending order.
        """
        ...

    def words(self, case_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The words of some requests, as far as they are in the index; at most a hundred are asked for at once."""
        ...

    def pending(self, limit: int) -> Sequence[Pending]:
        """The requests whose words are not all in the index yet."""
        ...

    def post(self, pending: Pending) -> int:
        """Put words into the index, and take the request from those that are pending unless it has moved on.

        Doing it again changes nothing. Returns how many words are new.
        """
        ...
