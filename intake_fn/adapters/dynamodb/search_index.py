"""The SearchIndex: a word costs a query, however many requests there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.search_items import (
    PENDING,
    partition_of,
    pending_key,
    pending_of,
    posting_item,
    posting_of,
    words_in,
    words_key,
)
from intake_fn.adapters.dynamodb.states import state_key
from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.writes import check, put

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from intake_fn.ports import Pending, Posting

NOT_ERASED_SINCE = "attribute_not_exists(#erased) OR #erased <= :version"
"""A condition on the state of a request: words that were pending before an erasure may hold what was erased."""


@dataclass
class DynamoSearchIndex:
    """The SearchIndex port."""

    table: Table

    def postings(self, beginning: str, limit: int, *, whole: bool) -> Sequence[Posting]:
        """The postings of words, of one word the latest received first."""
        begins = f"{beginning}#" if whole else beginning
        items = self.table.query(
            "#pk = :pk AND begins_with(#sk, :begins)",
            {":pk": partition_of(beginning), ":begins": begins},
            limit,
            ScanIndexForward=False,
        )
        return [posting_of(item) for item in items]

    def words(self, case_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The words of some requests."""
        items = self.table.get_all([words_key(case_id) for case_id in case_ids])
        return {str(item["pk"]).removeprefix("REQ#"): words_in(item) for item in items}

    def pending(self, limit: int) -> Sequence[Pending]:
        """What is not in the index yet; what this version cannot read waits for one that can."""
        items = self.table.query("#pk = :pk", {":pk": PENDING}, limit)
        return [pending for item in items if (pending := pending_of(item))]

    def post(self, pending: Pending) -> int:
        """Put words into the index."""
        #   transaction: words v3 pending ──► sweep: postings, WORDS ──► pending ✗ if it is v3 still
        #                     reply: v4 pending ──────────────────────►  it stays: v4 is posted next
        #   erased: the postings of what was pending before that are taken back
        #   two sweeps at once: the words are put as they were read; who is later leaves the request pending
        stored = self.table.get(**words_key(pending.case_id))
        there = words_in(stored)
        version = {":version": pending.version}
        new = [word for word in dict.fromkeys(pending.words) if word not in there]
        if new:
            self.table.put_all([posting_item(word, pending) for word in new])
            known = json.dumps(sorted({*there, *new}), ensure_ascii=False)
            item = {**words_key(pending.case_id), "words": known}
            as_read = put(item, "#words = :read", {":read": stored["words"]}) if stored else put(item)
            if self.table.transact([as_read, check(state_key(pending.case_id), NOT_ERASED_SINCE, version)]):
                self._take_back(pending, new)
                return 0
        self.table.delete_if(pending_key(pending.case_id), {"version": pending.version})
        return len(new)

    def _take_back(self, pending: Pending, new: Sequence[str]) -> None:
        """Delete postings of words that were pending before somebody's data was erased from the request."""
        state = self.table.get(**state_key(pending.case_id))
        if state and state.get("erased", 0) > pending.version:
            there = words_in(self.table.get(**words_key(pending.case_id)))
            self.table.delete_all([posting_item(word, pending) for word in new if word not in there])
            self.table.delete_if(pending_key(pending.case_id), {"version": pending.version})
