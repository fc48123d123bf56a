"""The InboundMails: a record of each mail that came in, the lists of them by outcome, and their ledger.

A record stands twice, under its id and in the list of its outcome; both move in one transaction with the ledger and
with what the reports count of it (figure_records.py).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.adapters.dynamodb.figure_records import came_item, moved_row, recorded_in
from intake_fn.adapters.dynamodb.inbound_items import (
    LEDGER,
    RECEIVED,
    decision_key,
    listed_mail,
    mail_body,
    mail_item,
    mail_key,
    mail_record,
    message_key,
    shard_of,
)
from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import cursor_of, json_of, place_of
from intake_fn.adapters.dynamodb.writes import ABSENT, Write, add, delete, put
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import Stale, Unknown, Unreadable
from intake_fn.core.inbound.record import MailDecision, MailLedger, MailOutcome, MailRecord
from intake_fn.ports import MailPage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from intake_fn.adapters.dynamodb.values import Item

LAST = "~"
"""Comes after every place of a list."""


@dataclass
class DynamoInboundMails:
    """The InboundMails port."""

    table: Table
    zone: str = field(default="UTC", kw_only=True)

    def add_mail(self, record: MailRecord) -> bool:
        """Keep a record and count it as received; False when there is one with its id."""
        moved = {RECEIVED: 1, record.outcome: 1}
        writes = [put(mail_item(record)), put(listed_mail(record), ""), _moves(record.id, moved)]
        return self._save_counted(writes, self._count_came(None, record), record)

    def mail(self, mail_id: str) -> MailRecord:
        """A record, read consistently. Raises Unknown, Unreadable."""
        stored = self.table.get(**mail_key(mail_id))
        if stored is None:
            raise Unknown("There is no such mail. Look into the list of incoming mail.")
        record = mail_record(stored)
        if record is None:
            raise Unreadable("The record of this mail was written by a newer version. It stays as it is.")
        return record

    def save_mail(self, before: MailRecord, after: MailRecord) -> bool:
        """Keep `after` in the place of `before`, in the lists and in the ledger; False when somebody was faster."""
        as_read = put(mail_item(after), "#body = :before", {":before": mail_body(before)})
        writes = [as_read, put(listed_mail(after), "")]
        if after.outcome is not before.outcome:
            writes.append(delete({name: listed_mail(before)[name] for name in ("pk", "sk")}, ""))
            writes.append(_moves(after.id, {before.outcome: -1, after.outcome: 1}))
            return self._save_counted(writes, self._count_came(self._came(after), after), after)
        return not self.table.transact(writes)

    def count_mail(self, record: MailRecord, *, fix: bool = True) -> bool:
        """Whether the figures differ from a record of a mail; `fix` corrects them. Raises Stale, TryLater."""
        came = self._came(record)
        if came and came["end"] == record.outcome:
            return False
        if fix and self.table.transact(self._count_came(came, record)):
            raise Stale("The figures of this mail are being changed. Count again.")
        return True

    def _came(self, record: MailRecord) -> Item | None:
        """What is counted of a mail; None for one of before mails were counted."""
        item = came_item(record)
        return self.table.get(**{name: item[name] for name in ("pk", "sk")})

    def _count_came(self, came: Item | None, record: MailRecord) -> list[Write]:
        """Count a mail by the end that its record has, in the place of what was counted."""
        item = came_item(record)
        guard = put(item, "#end = :end", {":end": came["end"]}) if came else put(item, ABSENT)
        old = recorded_in(came, self.zone) if came else None
        new = recorded_in(item, self.zone)
        return [guard, *moved_row(self.zone, record.id, *([one.entry] if one else [] for one in (old, new)))]

    def _save_counted(self, writes: list[Write], counted: list[Write], record: MailRecord) -> bool:
        """Write all or nothing. No mail fails because of a figure: where its row is too busy, a recount counts it."""
        try:
            return not self.table.transact([*writes, *counted])
        except Stale:
            log.warning("incoming_mail_not_counted", mail=record.id)
            return not self.table.transact(writes)

    def mails(self, outcomes: Collection[MailOutcome] = (), limit: int = 50, cursor: str = "") -> MailPage:
        """Records of some outcomes (all for none), the latest received first. Raises Refused for a damaged cursor."""
        bound = place_of(cursor) if cursor else LAST
        items = [
            item
            for outcome in outcomes or MailOutcome
            for item in self.table.query(
                "#pk = :pk AND #sk < :bound",
                {":pk": f"MAILS#{outcome}", ":bound": bound},
                limit + 1,
                ScanIndexForward=False,
                ConsistentRead=True,
            )
        ]
        items.sort(key=lambda item: str(item["sk"]), reverse=True)
        shown = items[:limit]
        records = [record for item in shown if (record := mail_record(item))]
        return MailPage(records, cursor_of(str(shown[-1]["sk"])) if len(items) > limit else "")

    def decide(self, fingerprint: str, decision: MailDecision, *, anew: bool = False) -> MailDecision:
        """Keep what was decided for a fingerprint, unless there is a decision, or with `anew`; the one that holds."""
        item = {**decision_key(fingerprint), "body": json_of(to_plain(decision))}
        if self.table.write(put(item, "" if anew else f"{ABSENT} OR #body = :body", {":body": item["body"]})):
            return decision
        return self.decided(fingerprint) or decision

    def decided(self, fingerprint: str) -> MailDecision | None:
        """What was decided for a fingerprint; None for nothing yet."""
        stored = self.table.get(**decision_key(fingerprint))
        return from_plain(MailDecision, json.loads(str(stored["body"]))) if stored else None

    def remember_message(self, message_id: str, case_id: str) -> None:
        """A mail with this Message-ID belongs to a case; the first one that says so holds."""
        self.table.write(put({**message_key(message_id), "case_id": case_id}))

    def case_of_message(self, message_id: str) -> str:
        """The case that a mail with this Message-ID belongs to; "" for none."""
        stored = self.table.get(**message_key(message_id))
        return str(stored["case_id"]) if stored else ""

    def mail_ledger(self) -> MailLedger:
        """The balance of all mails that came in."""
        counters: Counter[str] = Counter()
        for shard in self.table.query("#pk = :pk", {":pk": LEDGER}, ConsistentRead=True):
            counters.update({name: count for name, count in shard.items() if isinstance(count, int)})
        return MailLedger(counters[RECEIVED], *(counters[outcome] for outcome in MailOutcome))


def _moves(mail_id: str, moved: Mapping[str, int]) -> Write:
    return add(shard_of(mail_id), moved)
