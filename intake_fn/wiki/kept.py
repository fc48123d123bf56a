"""What is kept how long, for pages: the table for admins, the times to live, a list for requesters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from intake_fn.core.retention import FIXED, Rule
from intake_fn.web.retention_words import KEPT
from intake_fn.wiki.tables import table

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.core.retention import RetentionPolicy

GOES: Mapping[str, str] = {
    "drafts": "forms that are not sent, with their files",
    "submit_keys": "keys by which a form that is sent twice is recognised",
    "throttles": "how often somebody was mailed about a request",
    "sign_in_requests": "that a link was asked for",
    "answered_by": "who was answered by a clause, as a digest",
    "released_senders": "whose request was released from quarantine, as a digest",
    "model_costs": "a day's cost of the language model",
}
"""What each of the times to live is for."""

AFTERWARDS = (
    "After that, your words, your name and your address are erased. Of a request we keep only that there was one: when "
    "it came, what kind it was, how long it took."
)
READERS = (
    "The people who handle your request read it. A request that we take on is copied into Mantis, where they work; "
    "there we erase as much as Mantis allows."
)


def retention(policy: RetentionPolicy, mark: str) -> str:
    """The rules as a table; `mark` says that they are to be confirmed."""
    rows = [
        (f"`{rule.value}`", what, _days(policy.days[rule]), f"since {since}") for rule, (what, since) in KEPT.items()
    ]
    grace = f"A rule that is new or shorter than before comes into force after **{policy.grace_days} days**."
    return table(("Rule", "What", f"Kept{mark}", "Counted"), rows) + f"\n\n{grace}"


def times_to_live() -> str:
    """What goes by itself."""
    return table(("What", "Goes after"), [(what, f"{FIXED[name].days} days") for name, what in GOES.items()])


def for_requesters(process: Process, mark: str) -> str:
    """A list of what is kept how long, what comes after that, and whom to ask; true of every request."""
    days = process.retention.days
    mails, held = days[Rule.RAW_MAILS], days[Rule.QUARANTINED_REQUESTS]
    kept = (
        f"{_of_words(days[Rule.CLOSED_REQUESTS], days[Rule.ATTACHMENTS])}{mark}.",
        f"A mail that you send is kept in its original form for {mails} days, longer only while it waits for a person."
        if mails
        else "",
        f"A request that we do not take on is kept for {held} days." if held else "",
        f"A form that you do not send is deleted after {FIXED['drafts'].days} days.",
    )
    asked = f"Write to {process.mail.reply_to} if you want to know what we keep about you, or want it erased earlier."
    return "\n\n".join(("\n".join(f"- {sentence}" for sentence in kept if sentence), AFTERWARDS, READERS, asked))


def _of_words(words: int | None, files: int | None) -> str:
    if words is None:
        of_files = f", and its files for {files} days after it is resolved" if files else ""
        return f"We keep what you write, with your name and address, as long as we run this service{of_files}"
    of_files = f", its files for {files} days" if files else ""
    return (
        "We keep what you write, with your name and address, while your request is open and for "
        f"{words} days after it is resolved{of_files}"
    )


def _days(number: int | None) -> str:
    return "as long as Specdesk runs" if number is None else f"{number} days"
