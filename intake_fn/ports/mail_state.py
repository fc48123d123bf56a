"""What is known of the recipients of mail: their throttles and settings, and the suppression list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.texts import Message


@dataclass(frozen=True, slots=True)
class SuppressedAddress:
    """An entry of the suppression list: a mailbox that gets no more mail, why, and the case that showed it."""

    mailbox: str
    why: Message
    since: datetime
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """What is known of a mailbox before it is mailed about a case."""

    suppressed: SuppressedAddress | None
    settings: MailSettings
    throttle: MailThrottle
    others: Mapping[str, MailSettings]
    """The settings of further mailboxes that were asked for."""


class MailState(Protocol):
    """The mail throttle and the suppression list. Raises TryLater."""

    def recipient(self, case_id: str, mailbox: str, others: Collection[str] = ()) -> Recipient:
        """What is known of a mailbox, and the settings of others, in one read."""
        ...

    def throttle(self, case_id: str, mailbox: str) -> MailThrottle:
        """What a person was mailed about a case lately; a fresh one when that is nothing."""
        ...

    def save_throttle(self, case_id: str, mailbox: str, before: MailThrottle, after: MailThrottle) -> bool:
        """Keep it in the place of the one that was read; False when somebody else was faster."""
        ...

    def suppress(self, address: SuppressedAddress) -> None:
        """Put a mailbox on the suppression list, unless it is there."""
        ...

    def unsuppress(self, mailbox: str) -> bool:
        """Let mail go there again; False when it was not on the list."""
        ...

    def suppression(self, mailbox: str) -> SuppressedAddress | None:
        """Why a mailbox gets no mail; None when it does."""
        ...

    def settings(self, mailbox: str) -> MailSettings:
        """What a mailbox has turned off; the defaults, where its owner has said nothing or it cannot be read."""
        ...

    def save_settings(self, mailbox: str, settings: MailSettings) -> None:
        """Keep them in the place of those that are there."""
        ...

    def suppression_list(self) -> Sequence[SuppressedAddress]:
        """All mailboxes that get no mail, by name."""
        ...
