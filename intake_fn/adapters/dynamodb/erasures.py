"""The Erasures: logs that are written anew in their places, records of erasures, and what retention knows.

ERASURES    2026-11-27T13:05:00.000000+00:00#DIGEST    body
RETENTION   RULES                                      body: how the rules have settled
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.dynamodb.due_index import first_due
from intake_fn.adapters.dynamodb.inbound_items import decision_key, listed_mail, mail_item
from intake_fn.adapters.dynamodb.outbox_items import outbox_key
from intake_fn.adapters.dynamodb.requester_items import reader_item
from intake_fn.adapters.dynamodb.search_items import (
    pending_key,
    pending_writes,
    posting_item,
    words_in,
    words_key,
)
from intake_fn.adapters.dynamodb.states import RESTING, id_of, resting_line, state_item, state_key
from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import instant, instant_of, json_of
from intake_fn.adapters.dynamodb.writes import EXISTS, delete, put, update
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import Stale
from intake_fn.core.find import words_of
from intake_fn.core.inbound.record import ENDS, MailOutcome
from intake_fn.core.retention import RetentionState, Settled
from intake_fn.core.stored import MISREAD, event_to_plain, intent_to_plain
from intake_fn.ports import Aged, ErasureRecord, Pending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from intake_fn.adapters.dynamodb.values import Item
    from intake_fn.core.case import Case, Step
    from intake_fn.core.events import Event
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.intents import Intent
    from intake_fn.core.retention import Rule
    from intake_fn.ports import OutboxItem, Stored

ERASURES = "ERASURES"
RETENTION = {"pk": "RETENTION", "sk": "RULES"}


@dataclass
class DynamoErasures:
    """The Erasures port."""

    table: Table

    # --- a request ----------------------------------------------------------------------------

    def rewrite(self, case_id: str, events: Mapping[int, Event]) -> None:
        """Write events of a log anew in their places; no two of them together, so that it may be done again."""
        self.table.put_all([_event_item(case_id, number, event) for number, event in sorted(events.items())])

    def save_erased(self, before: int, step: Step) -> None:
        """Write the first event anew and append those after version `before`. Raises Stale.

        Neither ledger nor figures move: `desk/erasure.py` has seen to it that they come out as they are.
        """
        #   read v7 ── events 2 to 7 anew ── write v8 with event 1 anew ✓
        #       another: read v7 ── reply ── write v8 ✓     ours: v8 ✗: read v8, with the reply, and begin again
        case = step.case
        writes = [
            put(state_item(step), "#version = :before", {":before": before}),
            put(_event_item(case.id, 1, case.history[0]), EXISTS),
            *(put(_event_item(case.id, before + 1 + n, event)) for n, event in enumerate(step.events)),
        ]
        if not case.erased:
            writes += pending_writes(case, case.history[:1])
        if self.table.transact(writes):
            raise Stale(f"{case.id} has moved on while it was being erased. Read it again.")

    def rewrite_pending(self, item: OutboxItem, intent: Intent | None, error: str) -> bool:
        """Have a delivery hold something else, or leave the outbox; False where it is being delivered, or was tried."""
        as_read = f"{EXISTS} AND #tries = :tries AND #leased_until = :nobody"
        values = {":tries": item.tries, ":nobody": ""}
        if intent is None:
            return self.table.write(delete(outbox_key(item.id), as_read, values))
        change = {"body": json_of(intent_to_plain(intent)), "last_error": error}
        return self.table.write(update(outbox_key(item.id), change, as_read, values))

    def drop_pending_words(self, case_id: str) -> None:
        """What is not in the search index yet does not come there."""
        self.table.write(delete(pending_key(case_id), ""))

    def keep_words(self, case: Case, *, nothing: bool) -> None:
        """Take the postings of words out of the index that the case does not hold any more, or all of them."""
        #   sweep: reads pending ─ puts postings ─ WORDS ✗, since ours is there: it takes its postings back
        there = words_in(self.table.get(**words_key(case.id)))
        holds = frozenset() if nothing else frozenset(words_of(case))
        gone = Pending(case.id, case.version, case.received_at, tuple(sorted(there - holds)))
        item = {**words_key(case.id), "words": json.dumps(sorted(there & holds), ensure_ascii=False)}
        self.table.write(put(item, ""))
        self.table.delete_all([posting_item(word, gone) for word in gone.words])

    def forget_reader(self, case: Case, mailbox: str) -> None:
        """The case is no longer found by a mailbox."""
        item = reader_item(case, mailbox)
        self.table.write(delete({name: item[name] for name in ("pk", "sk")}, ""))

    # --- an address ---------------------------------------------------------------------------

    def forget_mailbox(self, mailbox: str, digests: Sequence[str]) -> None:
        """Settings, suppression, and what is found by digests: counters, answers by clauses."""
        keys: list[Any] = [
            {"pk": "UNREACHED", "sk": mailbox},
            {"pk": f"MAILBOX#{mailbox}", "sk": "SETTINGS"},
            *({"pk": f"COUNT#let-through-{digest}", "sk": "COUNT"} for digest in digests),
        ]
        for digest in digests:
            found = self.table.query("#pk = :pk", {":pk": f"ANSWERED#{digest}"})
            keys += [{name: item[name] for name in ("pk", "sk")} for item in found]
            for item in found:
                self._forget_who_was_answered(str(item["sk"]), digest)
        self.table.delete_all(keys)

    def forget_settings(self, mailbox: str) -> None:
        """The mail settings of a mailbox are the defaults again."""
        self.table.write(delete({"pk": f"MAILBOX#{mailbox}", "sk": "SETTINGS"}, ""))

    def _forget_who_was_answered(self, sort: str, digest: str) -> None:
        key = {"pk": f"ANSWERS#{sort[:7]}", "sk": sort}
        if answer := self.table.get(**key):
            others = " ".join(one for one in str(answer["people"]).split() if one != digest)
            self.table.write(update(key, {"people": others}, EXISTS, {}))

    def delete(self, stored: Stored) -> None:
        """An item is gone, be it there or not."""
        self.table.write(delete(dict(zip(("pk", "sk"), stored.key, strict=True)), ""))

    # --- mails and readers --------------------------------------------------------------------

    def rewrite_mail(self, record: MailRecord) -> None:
        """Write a record anew under its id and in the list of its outcome."""
        self.table.put_all([mail_item(record), listed_mail(record)])

    def forget_decision(self, fingerprint: str) -> None:
        """What was decided for a mail is no longer found by what it said."""
        self.table.write(delete(decision_key(fingerprint), ""))

    # --- records ------------------------------------------------------------------------------

    def keep_erasure(self, record: ErasureRecord) -> None:
        """Keep a record."""
        key = {"pk": ERASURES, "sk": f"{instant(record.at)}#{record.digest}"}
        self.table.write(put({**key, "body": json_of(to_plain(record))}, ""))

    def erasures(self) -> Sequence[ErasureRecord]:
        """All records, the first one first; one that this version cannot read is left out."""
        items = self.table.query("#pk = :pk", {":pk": ERASURES}, ConsistentRead=True)
        return [record for item in items if (record := _record(item))]

    # --- retention ----------------------------------------------------------------------------

    def resting(self, rule: Rule, before: datetime, limit: int) -> Sequence[Aged]:
        """Requests that go next by a rule and have rested since before an instant, the longest first."""
        states = first_due(self.table, resting_line(rule), instant(before), limit)
        return [Aged(id_of(state), instant_of(str(state["turn"]).partition("#")[0])) for state in states]

    def rest_until(self, case_id: str, until: datetime) -> None:
        """Have a request be listed as resting since then; nothing happens where it is not listed any more."""
        place = {"turn": f"{instant(until)}#{case_id}"}
        resting = " OR ".join(f"begins_with(#line, :line{number})" for number, _ in enumerate(RESTING))
        lines = {f":line{number}": resting_line(rule) for number, rule in enumerate(RESTING)}
        self.table.write(update(state_key(case_id), place, resting, lines))

    def mails_before(self, before: datetime, limit: int, after: str = "") -> Sequence[Aged]:
        """Mails that came before an instant and came to an end, behind a place; the first ones of each end.

        Those that wait for a person are none of them: they would stand before all others for ever.
        """
        condition, bound = "#pk = :pk AND #sk BETWEEN :after AND :bound", instant(before)
        if after >= bound:  # the rule is longer than it was when the list began
            return []
        items = [
            item
            for outcome in ENDS
            if outcome is not MailOutcome.QUARANTINED
            for item in self.table.query(
                condition, {":pk": f"MAILS#{outcome}", ":after": f"{after} ", ":bound": bound}, limit
            )
        ]
        places = sorted(str(item["sk"]) for item in items)[:limit]
        return [Aged(place.rpartition("#")[2], instant_of(place.partition("#")[0]), place) for place in places]

    def forget_mail(self, record: MailRecord) -> None:
        """A record of a mail is gone, under its id and in its list, with what was decided by what it said."""
        items = (
            mail_item(record),
            listed_mail(record),
            *([decision_key(record.fingerprint)] if record.fingerprint else []),
        )
        self.table.delete_all([{name: item[name] for name in ("pk", "sk")} for item in items])

    def forget_erasure(self, record: ErasureRecord) -> None:
        """A record of an erasure is gone."""
        self.table.write(delete({"pk": ERASURES, "sk": f"{instant(record.at)}#{record.digest}"}, ""))

    def retention_state(self) -> RetentionState:
        """How the rules have settled; nothing known where there is nothing, or it cannot be read: a grace begins."""
        stored = self.table.get(**RETENTION)
        try:
            return _state_of(json.loads(str(stored["body"]))) if stored else RetentionState()
        except MISREAD:
            return RetentionState()

    def keep_retention_state(self, state: RetentionState) -> None:
        """Keep it in the place of the one that is there."""
        self.table.write(put({**RETENTION, "body": json_of(_plain_of(state))}, ""))


def _plain_of(state: RetentionState) -> dict[str, Any]:
    rules = {name: to_plain(rule) for name, rule in state.rules.items()}
    listed = {name: instant(at) for name, at in state.listed.items()}
    return {"rules": rules, "places": dict(state.places), "listed": listed}


def _state_of(plain_state: Mapping[str, Any]) -> RetentionState:
    return RetentionState(
        {name: from_plain(Settled, rule) for name, rule in plain_state["rules"].items()},
        dict(plain_state["places"]),
        {name: instant_of(at) for name, at in plain_state["listed"].items()},
    )


def _record(item: Item) -> ErasureRecord | None:
    try:
        return from_plain(ErasureRecord, json.loads(str(item["body"])))
    except MISREAD:
        return None


def _event_item(case_id: str, number: int, event: Event) -> Item:
    return {"pk": f"REQ#{case_id}", "sk": f"EVENT#{number:06}", "body": json_of(event_to_plain(event))}
