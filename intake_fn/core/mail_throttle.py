"""How often a person is mailed about a request, and which mailbox an address is. Pure.

A person gets so many mails about one request within an hour, and no more (`mail.per_hour` in support.yml).
What comes after that waits until nothing has gone for an hour and then goes as one mail; so it goes on until an
hour has brought nothing. Programs that answer each other come down to one mail an hour, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from intake_fn.core.addresses import ascii_host
from intake_fn.core.lazy_dataclass import dataclass

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

RECEIPTS = "receipts"
"""In the place of a request: the throttle of receipts for what a mailbox sends by mail."""
MOST_RECEIPTS = 10
"""In a day, to one mailbox, for requests by mail."""
MOST_OF_REPLIES = 2
"""Mails in a day to one person in copy of a request that others' mails cause: programs may answer each other."""


@dataclass(frozen=True, slots=True)
class MailThrottle:
    """What a person was mailed about a request within the last hour; nothing goes to them until `quiet`."""

    sent: Mapping[str, datetime] = field(default_factory=dict)
    """When, by the outbox item."""
    quiet: datetime | None = None


def throttled(
    pace: MailThrottle, item_id: str, now: datetime, per_hour: int, *, waited: bool = False
) -> tuple[MailThrottle, datetime | None]:
    """The pace after one more mail, and until when that mail has to wait; None when it may go.

    `waited` says that it was put off before. A mail that is tried again has its place still.
    """
    lately = {item: at for item, at in pace.sent.items() if now - HOUR < at <= now}
    if item_id in lately:
        return pace, None
    if pace.quiet and now < pace.quiet <= now + HOUR:  # later than that is of a clock that was turned back since
        return pace, pace.quiet
    if len(lately) >= per_hour:
        return MailThrottle(lately, now + HOUR), now + HOUR
    return MailThrottle({**lately, item_id: now}, now + HOUR if waited else None), None


def counted_within(
    throttle: MailThrottle, mail_id: str, now: datetime, most: int, window: timedelta
) -> MailThrottle | None:
    """The throttle after one more mail; None when `most` have gone within the window, so that it may not go.

    A mail that is tried again is counted once.
    """
    lately = {mail: at for mail, at in throttle.sent.items() if now - window < at <= now}
    if mail_id in lately:
        return throttle
    return MailThrottle({**lately, mail_id: now}) if len(lately) < most else None


def mailbox(address: str) -> str:
    """The address in the one form by which it is looked up: small letters, and the host in ASCII, as SES writes it."""
    name, at, host = address.strip().rpartition("@")
    try:
        return f"{name.lower()}{at}{ascii_host(host)}"
    except ValueError:
        return address.strip().lower()
