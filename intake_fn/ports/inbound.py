"""The records of mails that came in, what was decided for each, and which request a Message-ID belongs to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from intake_fn.core.inbound.record import MailDecision, MailLedger, MailOutcome, MailRecord
from intake_fn.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some records, the latest first; `cursor` asks for the next ones, "" for none."""

    records: Sequence[MailRecord]
    cursor: str = ""


class InboundMails(Protocol):
    """Mails that came in. Raises TryLater when the store is down or throttles."""

    def add_mail(self, record: MailRecord) -> bool:
        """Keep a record and count it as received, in one transaction; False when there is one with its id."""
        ...

    def mail(self, mail_id: str) -> MailRecord:
        """A record, read consistently. Raises Unknown, and Unreadable when this version cannot read it."""
        ...

    def save_mail(self, before: MailRecord, after: MailRecord) -> bool:
        """Keep `after` in the place of `before`, in the lists and in the ledger, in one transaction.

        False when somebody else was faster.
        """
        ...

    def mails(self, outcomes: Collection[MailOutcome] = (), limit: int = 50, cursor: str = "") -> MailPage:
        """Records of some outcomes (all for none), the latest received first. Raises Refused for a damaged cursor."""
        ...

    def decide(self, fingerprint: str, decision: MailDecision, *, anew: bool = False) -> MailDecision:
        """Keep what was decided for a fingerprint, unless there is a decision, or with `anew`; the one that holds."""
        ...

    def decided(self, fingerprint: str) -> MailDecision | None:
        """What was decided for a fingerprint; None for nothing yet."""
        ...

    def remember_message(self, message_id: str, case_id: str) -> None:
        """A mail with this Message-ID, ours or a requester's, belongs to a case; the first one that says so holds."""
        ...

    def case_of_message(self, message_id: str) -> str:
        """The case that a mail with this Message-ID belongs to; "" for none."""
        ...

    def count_mail(self, record: MailRecord, *, fix: bool = True) -> bool:
        """Whether the figures of the reports hold something else of a record than it says; with `fix`, not afterwards.

        Raises Stale when it changes in the same moment.
        """
        ...

    def mail_ledger(self) -> MailLedger:
        """The balance of all mails that came in."""
        ...
