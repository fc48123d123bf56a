"""Where the cases of a mailbox are found: one item for its requester, and one for each who was ever in copy. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import Item, instant
from intake_fn.core.mail_throttle import mailbox

if TYPE_CHECKING:
    from intake_fn.core.case import Case


def requester_item(case: Case) -> Item:
    """Where a case is found by the mailbox of its requester."""
    return reader_item(case, case.request.requester.email)


def reader_item(case: Case, address: str) -> Item:
    """Where a case is found by the mailbox of somebody who reads it."""
    return {
        "pk": requester_key(mailbox(address)),
        "sk": f"{instant(case.received_at)}#{case.id}",
        "case_id": case.id,
    }


def requester_key(box: str) -> str:
    """The partition of a mailbox, which may be longer than a key: its digest stands for it."""
    return f"REQUESTER#{hashlib.sha256(box.encode(errors='replace')).hexdigest()[:40]}"
