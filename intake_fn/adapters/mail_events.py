"""What SES says of mails that did not do well, as it comes through SNS: an envelope around a text that is JSON.

What cannot be read is logged and left: SNS would only send the same again. Whether a report was taken in
before is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import parseaddr
from typing import Any

from intake_fn import log
from intake_fn.core.vocabulary import Failure
from intake_fn.ports import ITEM_TAG, MailReport

LONGEST_DETAIL = 500
"""Characters that are kept of what a mail server said."""

LONGEST_ADDRESS = 320
"""Characters; RFC 3696."""

HEADER = "x-specdesk-item"
"""Names the outbox item, too; it is in the report only where SES is told to include headers."""


def reports_in(event: Mapping[str, Any]) -> list[MailReport]:
    """The reports of an SNS event, one for each recipient; what cannot be read is logged."""
    reports: list[MailReport] = []
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        log.warning("mail_event_without_records", keys=sorted(map(str, event))[:10])
        return reports
    for record in records:
        try:
            reports += _reports(json.loads(record["Sns"]["Message"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("mail_event_not_understood", error=f"{type(error).__name__}: {error}"[:LONGEST_DETAIL])
    return reports


def _reports(message: Mapping[str, Any]) -> Iterator[MailReport]:
    """The reports of one message. Deliveries and the like have none."""
    read = _KINDS.get(message.get("eventType") or message.get("notificationType") or "")
    if read is None:
        log.info("mail_event_of_no_concern", kind=str(message.get("eventType"))[:50])
        return
    item = _item(message.get("mail", {}))
    for report_id, address, failure, detail in read(message):
        yield MailReport(_one_line(report_id), _address(address), failure, _one_line(detail), item)


Read = Callable[[Mapping[str, Any]], Iterable[tuple[str, str, Failure, str]]]


def _bounce(message: Mapping[str, Any]) -> Iterator[tuple[str, str, Failure, str]]:
    """A mailbox that is not there (permanent), or a mail that did not get there this time (all else)."""
    bounce = message["bounce"]
    failure = Failure.BOUNCED if bounce["bounceType"] == "Permanent" else Failure.UNDELIVERED
    for recipient in bounce["bouncedRecipients"]:
        detail = recipient.get("diagnosticCode") or f"{bounce['bounceType']}, {bounce.get('bounceSubType', '')}"
        yield bounce["feedbackId"], recipient["emailAddress"], failure, detail


def _complaint(message: Mapping[str, Any]) -> Iterator[tuple[str, str, Failure, str]]:
    """A reader who pressed "spam"; one who took it back is no complaint."""
    complaint = message["complaint"]
    kind = complaint.get("complaintFeedbackType") or ""
    if kind == "not-spam":
        return
    for recipient in complaint["complainedRecipients"]:
        yield complaint["feedbackId"], recipient["emailAddress"], Failure.COMPLAINED, kind


_KINDS: Mapping[str, Read] = {"Bounce": _bounce, "Complaint": _complaint}


def _item(mail: Mapping[str, Any]) -> str:
    """The outbox item that a mail was sent for, by its tag, else by its header; "" for others."""
    tags = (mail.get("tags") or {}).get(ITEM_TAG) or []
    if tags:
        return str(tags[0]).replace("_", "#")
    headers = (header for header in mail.get("headers") or [] if header["name"].lower() == HEADER)
    return next((str(header["value"]) for header in headers), "")


def _address(text: str) -> str:
    """The address alone, without a name. Raises ValueError for none."""
    address = _one_line(parseaddr(text)[1])
    if "@" not in address or len(address) > LONGEST_ADDRESS:
        raise ValueError(f"{text!r} is no address")
    return address


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_DETAIL]
