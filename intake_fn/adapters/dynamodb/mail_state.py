"""The MailState: the throttle of each recipient of a case, the settings of each mailbox, and the suppression list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.table import Table
from intake_fn.adapters.dynamodb.values import Item, epoch, instant, instant_of, json_of
from intake_fn.adapters.dynamodb.writes import ABSENT, put
from intake_fn.core.codec import checked, from_plain, to_plain
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.retention import THROTTLES
from intake_fn.core.stored import MISREAD, NEVER
from intake_fn.ports import Recipient, SuppressedAddress
from intake_fn.texts import Message, as_written

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SUPPRESSED = "UNREACHED"
"""The partition of the suppression list."""


@dataclass
class DynamoMailState:
    """The MailState port."""

    table: Table

    # --- all that a mail asks for -------------------------------------------------------------

    def recipient(self, case_id: str, mailbox: str, others: Collection[str] = ()) -> Recipient:
        """What is known of a mailbox, and the settings of others, in one read."""
        about = {"suppressed": _suppression_key(mailbox), "throttle": _throttle_key(case_id, mailbox)}
        keys = [*about.values(), *map(_settings_key, dict.fromkeys((mailbox, *others)))]
        stored = {(item["pk"], item["sk"]): item for item in self.table.get_all(keys, consistent=True)}

        def found(key: Mapping[str, str]) -> Item | None:
            return stored.get((key["pk"], key["sk"]))

        suppressed = found(about["suppressed"])
        return Recipient(
            suppressed=suppression_of(suppressed) if suppressed else None,
            settings=_settings(found(_settings_key(mailbox))),
            throttle=_throttle_or_fresh(found(about["throttle"])),
            others={other: _settings(found(_settings_key(other))) for other in others},
        )

    # --- throttle -----------------------------------------------------------------------------

    def throttle(self, case_id: str, mailbox: str) -> MailThrottle:
        """What a person was mailed about a case lately."""
        return _throttle_or_fresh(self.table.get(**_throttle_key(case_id, mailbox)))

    def save_throttle(self, case_id: str, mailbox: str, before: MailThrottle, after: MailThrottle) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        latest = max(filter(None, (*after.sent.values(), after.quiet)))
        key, expires = _throttle_key(case_id, mailbox), epoch(latest + THROTTLES)
        item = {**key, "body": throttle_body(after), "expires": expires}
        if self._saved(item, f"{ABSENT} OR #body = :before", throttle_body(before)):
            return True
        stored = self.table.get(**key) if before == MailThrottle() else None
        if stored is None or _throttle(stored) is not None:
            return False
        # It cannot be read, so it is counted anew: it is gone in a day anyway.
        return self._saved(item, "#body = :before", stored.get("body", ""))

    def _saved(self, item: Item, as_read: str, before: str) -> bool:
        """Write a throttle if it stands as it was read, or as it is meant to."""
        values = {":before": before, ":after": item["body"]}
        return self.table.write(put(item, f"{as_read} OR #body = :after", values))

    # --- settings -----------------------------------------------------------------------------

    def settings(self, mailbox: str) -> MailSettings:
        """What a mailbox has turned off; the defaults, where its owner has said nothing or it cannot be read."""
        return _settings(self.table.get(**_settings_key(mailbox)))

    def save_settings(self, mailbox: str, settings: MailSettings) -> None:
        """Keep them in the place of those that are there."""
        self.table.write(put({**_settings_key(mailbox), "body": json_of(to_plain(settings))}, ""))

    # --- suppression list ---------------------------------------------------------------------

    def suppress(self, address: SuppressedAddress) -> None:
        """Put a mailbox on the suppression list, unless it is there."""
        self.table.write(put(suppression_item(address)))

    def unsuppress(self, mailbox: str) -> bool:
        """Let mail go there again; False when it was not on the list."""
        return self.table.delete(_suppression_key(mailbox))

    def suppression(self, mailbox: str) -> SuppressedAddress | None:
        """Why a mailbox gets no mail; None when it does."""
        stored = self.table.get(**_suppression_key(mailbox)) if mailbox else None
        return suppression_of(stored) if stored else None

    def suppression_list(self) -> Sequence[SuppressedAddress]:
        """All mailboxes that get no mail, by name."""
        items = self.table.query("#pk = :pk", {":pk": SUPPRESSED}, ConsistentRead=True)
        return [suppression_of(item) for item in items]


# --- items -----------------------------------------------------------------------------------


def _throttle_key(case_id: str, mailbox: str) -> dict[str, str]:
    return {"pk": f"PACE#{case_id}", "sk": mailbox}


def _settings_key(mailbox: str) -> dict[str, str]:
    return {"pk": f"MAILBOX#{mailbox}", "sk": "SETTINGS"}


def _suppression_key(mailbox: str) -> dict[str, str]:
    return {"pk": SUPPRESSED, "sk": mailbox}


def _settings(item: Item | None) -> MailSettings:
    """The defaults, where nothing is stored or it cannot be read."""
    try:
        return from_plain(MailSettings, json.loads(item["body"])) if item else MailSettings()
    except MISREAD:
        return MailSettings()


def throttle_body(throttle: MailThrottle) -> str:
    """The throttle as JSON; equal throttles are equal texts."""
    sent = {item: instant(at) for item, at in sorted(throttle.sent.items())}
    return json_of({"sent": sent, "quiet": instant(throttle.quiet) if throttle.quiet else ""})


def _throttle_or_fresh(item: Item | None) -> MailThrottle:
    """A fresh one, where nothing is stored or it cannot be read."""
    return (_throttle(item) if item else None) or MailThrottle()


def _throttle(item: Item) -> MailThrottle | None:
    """The throttle of an item; None when it cannot be read."""
    try:
        body = json.loads(item["body"])
        sent = {notice: instant_of(at) for notice, at in body["sent"].items()}
        return MailThrottle(sent, instant_of(body["quiet"]) if body["quiet"] else None)
    except MISREAD:
        return None


def suppression_item(address: SuppressedAddress) -> Item:
    """A mailbox that gets no more mail."""
    return {
        "pk": SUPPRESSED,
        "sk": address.mailbox,
        "why": json.dumps(to_plain(address.why)),
        "since": instant(address.since),
        "case_id": address.case_id,
    }


def suppression_of(item: Item) -> SuppressedAddress:
    """What `suppression_item` wrote; that it is suppressed holds, whatever else of it cannot be read."""
    why = item.get("why", "The reason cannot be read.")
    try:
        return checked(SuppressedAddress(item["sk"], _message(why), instant_of(item["since"]), item["case_id"]))
    except MISREAD:
        return SuppressedAddress(str(item["sk"]), as_written(str(why)), NEVER)


def _message(body: str) -> Message:
    """A message; a former version wrote a sentence."""
    return from_plain(Message, json.loads(body)) if body.startswith("{") else as_written(body)
