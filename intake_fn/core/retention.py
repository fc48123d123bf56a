"""Retention: how long each kind of data is kept, and when a rule comes into force. Pure.

Source: docs/operate/data-protection.md. What support.yml says is applied by the sweep (desk/retention.py), `FIXED` is
how long the table and the bucket keep what goes by itself. A rule that is new, or shorter than before, waits: a slip of
the hand in support.yml erases nothing at once. A longer one holds at once.

    first seen: keeps everything ── grace ──► 365 ── file says 90 ──► 365 holds ── grace ──► 90
                                                └── file says 730 ──► 730
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Status

if TYPE_CHECKING:
    from intake_fn.core.case import Case


class Rule(StrEnum):
    """What support.yml says how long to keep."""

    CLOSED_REQUESTS = "closed_requests"
    """The words of a request, since it was resolved; then it is erased."""
    QUARANTINED_REQUESTS = "quarantined_requests"
    """The words of a request that awaits review, since its requester wrote last, or of a rejected one since then."""
    ATTACHMENTS = "attachments"
    """The files of a request, since it was resolved."""
    RAW_MAILS = "raw_mails"
    """A mail as it came, since it came."""
    MAIL_RECORDS = "mail_records"
    """Who wrote a mail, when and about what, since it came."""
    SUPPRESSED_ADDRESSES = "suppressed_addresses"
    """An entry of the suppression list."""
    MODEL_EXCHANGES = "model_exchanges"
    """What a language model was sent and answered."""
    ERASURE_RECORDS = "erasure_records"
    """The record that somebody's data was erased."""


DEFAULTS: Mapping[Rule, int | None] = {
    Rule.CLOSED_REQUESTS: 1095,
    Rule.QUARANTINED_REQUESTS: 90,
    Rule.ATTACHMENTS: 730,
    Rule.RAW_MAILS: 180,
    Rule.MAIL_RECORDS: 365,
    Rule.SUPPRESSED_ADDRESSES: 730,
    Rule.MODEL_EXCHANGES: 365,
    Rule.ERASURE_RECORDS: 1825,
}
"""Days, where support.yml does not say otherwise; None keeps it as long as Specdesk runs."""

GRACE_DAYS = 30
"""How long a rule waits that is new or shorter than before."""

DRAFTS = timedelta(days=2)
"""Forms that are not sent, and their files: the bucket deletes them (adapters/provision/s3.py)."""
SUBMIT_KEYS = timedelta(days=90)
"""Keys that make a form that is sent twice one request."""
THROTTLES = timedelta(days=1)
"""How often a person was mailed about a request."""
SIGN_IN_REQUESTS = timedelta(days=2)
"""Requests for links, until they are mailed."""
ANSWERED_BY = timedelta(days=7)
"""People who were answered by a clause, as digests."""
RELEASED_SENDERS = timedelta(days=365)
"""Senders released from quarantine, as digests."""
MODEL_COSTS = timedelta(days=40)
"""A day's cost of the language model."""

FIXED: Mapping[str, timedelta] = {
    "drafts": DRAFTS,
    "submit_keys": SUBMIT_KEYS,
    "throttles": THROTTLES,
    "sign_in_requests": SIGN_IN_REQUESTS,
    "answered_by": ANSWERED_BY,
    "released_senders": RELEASED_SENDERS,
    "model_costs": MODEL_COSTS,
}
"""What goes by itself, by its time to live."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long each kind of data is kept, in days, None for ever; `grace_days` is how long a shorter rule waits."""

    days: Mapping[Rule, int | None] = field(default_factory=lambda: DEFAULTS)
    grace_days: int = GRACE_DAYS


@dataclass(frozen=True, slots=True)
class Settled:
    """A rule as the store knows it: `days` as support.yml says, `holds` as it is applied now, None for ever.

    `since` is when `days` comes into force; None where it is.
    """

    days: int | None
    holds: int | None
    since: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is not in force yet."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class RetentionState:
    """What the store knows: each rule as it has settled, how far the files are listed, and when they were last."""

    rules: Mapping[str, Settled] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, datetime] = field(default_factory=dict)


def settled(known: Settled | None, days: int | None, now: datetime, grace_days: int) -> Settled:
    """A rule as it is to be known now. Whatever support.yml says meanwhile, data go after a grace at the earliest."""
    holds = known.holds if known else None
    if known and known.days == days:
        return Settled(days, days) if known.since is not None and known.since <= now else known
    if days is None or (holds is not None and days >= holds):
        return Settled(days, days)
    return Settled(days, holds, now + timedelta(days=grace_days))


def cut_off(rule: Settled, at: datetime) -> datetime | None:
    """The instant before which data are gone by a rule at an instant; None where it keeps all of them.

    With an instant to come it holds unless support.yml is changed until then.
    """
    days = [rule.holds, rule.days if rule.since is not None and rule.since <= at else None]
    return max((at - timedelta(days=number) for number in days if number is not None), default=None)


def cut_off_of(rule: Rule, rules: Mapping[str, Settled], at: datetime) -> datetime | None:
    """The same for a rule among all: the files of a request go with its words at the latest."""
    names = (Rule.ATTACHMENTS, Rule.CLOSED_REQUESTS) if rule is Rule.ATTACHMENTS else (rule,)
    return max(filter(None, (cut_off(rules[name.value], at) for name in names)), default=None)


def goes_at(rule: Rule, rules: Mapping[str, Settled], since: datetime) -> datetime | None:
    """When something goes that counts since an instant; None where it is kept for ever."""
    names = (Rule.ATTACHMENTS, Rule.CLOSED_REQUESTS) if rule is Rule.ATTACHMENTS else (rule,)
    return min(filter(None, (_goes_at(rules[name.value], since) for name in names)), default=None)


def _goes_at(rule: Settled, since: datetime) -> datetime | None:
    held = None if rule.holds is None else since + timedelta(days=rule.holds)
    if rule.since is None or rule.days is None:
        return held
    then = max(rule.since, since + timedelta(days=rule.days))
    return then if held is None else min(held, then)


# --- requests ---------------------------------------------------------------------------------


def rests_since(case: Case) -> datetime | None:
    """Since when nobody works on a request that still holds words; None for one that is open or erased.

    One that awaits review counts from when its requester wrote last: nobody may ever review it.
    """
    if case.erased or case.status.is_open:
        return None
    if case.status is Status.QUARANTINED:
        from intake_fn.core.events import RequesterReplied  # noqa: PLC0415 - an empty form knows the rules, and no event

        written = (event.at for event in case.history if isinstance(event, RequesterReplied))
        return max(written, default=case.received_at)
    places = range(len(case.statuses) - 1, -1, -1)
    first = next((place + 1 for place in places if not _rests_as(case.statuses[place], case.status)), 0)
    return case.history[first].at


def _rests_as(before: Status, now: Status) -> bool:
    """Whether it rested already: to be closed changes nothing of what is resolved."""
    return before is now or (before.is_done and now.is_done)


def has_rested(case: Case, rule: Rule, before: datetime) -> bool:
    """Whether a request goes next by a rule, and has rested since before an instant."""
    since = rests_since(case)
    return since is not None and since <= before and rule_of(case) is rule


def rule_of(case: Case) -> Rule:
    """The rule by which a request goes next, once it rests."""
    if case.status.in_quarantine:
        return Rule.QUARANTINED_REQUESTS
    return Rule.ATTACHMENTS if _has_files(case) else Rule.CLOSED_REQUESTS


def _has_files(case: Case) -> bool:
    return bool(case.request.attachments) or any(getattr(event, "attachments", ()) for event in case.history)
