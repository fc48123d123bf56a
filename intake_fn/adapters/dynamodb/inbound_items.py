"""Records of incoming mail as items: under their id, in the list of their outcome, and what was decided. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

from intake_fn.adapters.dynamodb.values import instant, json_of, written
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.inbound.record import MailRecord
from intake_fn.core.stored import FORMAT, MISREAD

if TYPE_CHECKING:
    from intake_fn.adapters.dynamodb.values import Item

SHARDS = 4
LEDGER = "MAIL-LEDGER"
RECEIVED = "received"
RECORD = "RECORD"


def mail_key(mail_id: str) -> dict[str, str]:
    """Where a record stands under its id."""
    return {"pk": f"MAILIN#{mail_id}", "sk": RECORD}


def decision_key(fingerprint: str) -> dict[str, str]:
    """Where it stands what was decided for a fingerprint."""
    return {"pk": f"MAILIN#{fingerprint}", "sk": "DECISION"}


def message_key(message_id: str) -> dict[str, str]:
    """The key of a message id: its digest, since a header may be of any length."""
    return {"pk": f"MESSAGE#{hashlib.sha256(message_id.encode(errors='replace')).hexdigest()[:40]}", "sk": "CASE"}


def mail_body(record: MailRecord) -> str:
    """A record as JSON."""
    return json_of(to_plain(record))


def mail_item(record: MailRecord) -> Item:
    """A record as it stands under its id."""
    return {**mail_key(record.id), "body": mail_body(record)}


def listed_mail(record: MailRecord) -> Item:
    """The item of a mail in the list of its outcome."""
    return {
        "pk": f"MAILS#{record.outcome}",
        "sk": f"{instant(record.received_at)}#{record.id}",
        "body": mail_body(record),
    }


def mail_record(item: Item) -> MailRecord | None:
    """The record of an item; None when this version cannot read it."""
    try:
        if written(item) > FORMAT:
            return None
        return from_plain(MailRecord, json.loads(str(item["body"])))
    except MISREAD:
        return None


def counted(item: Item) -> tuple[dict[str, str], Counter[str]] | None:
    """The shard of the ledger that counts a record, and how; None for what is no record, or none that can be read."""
    record = mail_record(item) if item["sk"] == RECORD else None
    return (shard_of(record.id), Counter({RECEIVED: 1, str(record.outcome): 1})) if record else None


def shard_of(mail_id: str) -> dict[str, str]:
    """The shard of the ledger that counts a mail."""
    return {"pk": LEDGER, "sk": f"SHARD#{crc32(mail_id.encode()) % SHARDS}"}
