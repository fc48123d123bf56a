"""What the rules of retention are called, for pages: what each keeps, and since when it counts."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.retention import Rule

KEPT: Mapping[Rule, tuple[str, str]] = {
    Rule.CLOSED_REQUESTS: ("words and names of a request", "it was resolved; what is counted stays"),
    Rule.QUARANTINED_REQUESTS: (
        "a request in quarantine",
        "its requester wrote last, or it was rejected; what is counted stays",
    ),
    Rule.ATTACHMENTS: ("files of a request", "it was resolved"),
    Rule.RAW_MAILS: ("mails as they came", "they came"),
    Rule.MAIL_RECORDS: ("who wrote a mail, when and about what", "it came"),
    Rule.SUPPRESSED_ADDRESSES: ("entries of the suppression list", "they were suppressed"),
    Rule.MODEL_EXCHANGES: ("what a language model was sent and answered", "it answered"),
    Rule.ERASURE_RECORDS: ("records of erasures", "the erasure"),
}
"""What each rule keeps, and since when it counts, as ends of sentences."""


def in_days(days: int | None) -> str:
    """How long something is kept."""
    return "as long as Specdesk runs" if days is None else f"{days} day{'' if days == 1 else 's'}"
