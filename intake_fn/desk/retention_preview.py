"""What retention takes next: by each rule how much, when, and the first few. Nothing goes by looking.

The sweep (desk/retention.py) goes by the same cut-offs, so that what is shown here is what goes, unless somebody works
on it, or support.yml is changed, until then.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from intake_fn.core.errors import Unreadable
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.retention import Rule, Settled, cut_off_of, goes_at
from intake_fn.desk.retention import BY_AGE, RESTING, rules_of, waits
from intake_fn.ports import Aged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from intake_fn.desk import Desk

COUNTED = 1000
"""The most that are counted of what is due; more is "1,000 or more". Of files this many are looked at."""

SOON = timedelta(days=30)
"""What goes within this time is counted separately."""

FIRST = 5
"""The most that are named of each kind."""

LOOKED_AT = 25
"""The most mails that are looked up for whether they wait for a person."""


@dataclass(frozen=True, slots=True)
class Goes:
    """Something that goes next: its id, and when, at the earliest."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleNow:
    """A rule as a person reads it: what is due by it now, what will be when it is in force, and what within SOON."""

    rule: Rule
    settled: Settled
    due: int
    waiting: int
    soon: int = 0
    first: tuple[Goes, ...] = ()
    in_part: bool = False
    """Whether there are more files than were looked at: the first ones may be others."""


def shown(desk: Desk) -> list[RuleNow]:
    """What each rule takes now and next, and what it will when it is in force; nothing is changed. Raises TryLater."""
    now = desk.clock()
    rules = rules_of(desk.retention_lists.retention_state(), desk.process, now)
    return [_shown(desk, rule, rules, now) for rule in Rule]


def _shown(desk: Desk, rule: Rule, rules: Mapping[str, Settled], now: datetime) -> RuleNow:
    known = rules[rule.value]
    cut_offs = [cut_off_of(rule, rules, at) for at in (now, known.since or now, now + SOON)]
    latest = max(filter(None, cut_offs), default=None)
    if latest is None:
        return RuleNow(rule, known, 0, 0)
    listed = _Listed(desk, rule)
    aged = listed.before(latest, COUNTED)
    due, waiting, soon = (sum(one.since < before for one in aged) if before else 0 for before in cut_offs)
    next_ones = aged[:LOOKED_AT] if len(aged) >= FIRST else listed.before(now, FIRST)
    times = ((one, goes_at(rule, rules, one.since)) for one in next_ones)
    first = islice((Goes(one.id, max(at, now)) for one, at in times if at and _may_go(desk, rule, one)), FIRST)
    return RuleNow(rule, known, due, waiting, soon, tuple(first), listed.in_part)


def _may_go(desk: Desk, rule: Rule, one: Aged) -> bool:
    """Whether it may be deleted: not a mail that waits for a person, nor an unreadable one. Raises TryLater."""
    try:
        return not (rule is Rule.RAW_MAILS and waits(desk.inbound, one.id))
    except Unreadable:
        return False


class _Listed:
    """What goes by a rule, by its age."""

    def __init__(self, desk: Desk, rule: Rule) -> None:
        self._lists, self._rule = desk.retention_lists, rule
        self._every = sorted(_in_any_order(desk, rule), key=lambda one: one.since)
        self.in_part = rule in BY_AGE and len(self._every) == COUNTED

    def before(self, instant: datetime, limit: int) -> Sequence[Aged]:
        """What counts since before an instant, the oldest first, at most so many."""
        if self._rule is Rule.CLOSED_REQUESTS:  # one that has files is listed by these, and loses its words as well
            both = (self._lists.resting(rule, instant, limit) for rule in (Rule.CLOSED_REQUESTS, Rule.ATTACHMENTS))
            return sorted(chain(*both), key=lambda one: one.since)[:limit]
        if self._rule in RESTING:
            return self._lists.resting(self._rule, instant, limit)
        if self._rule is Rule.MAIL_RECORDS:
            return self._lists.mails_before(instant, limit)
        return [one for one in self._every if one.since < instant][:limit]


def _in_any_order(desk: Desk, rule: Rule) -> Iterator[Aged]:
    """What goes by a rule without a list by age, in any order."""
    if rule in BY_AGE:
        beginning = BY_AGE[rule]
        yield from (Aged(key.removeprefix(beginning), at) for key, at in desk.files.aged(beginning, "", COUNTED))
    elif rule is Rule.SUPPRESSED_ADDRESSES:
        yield from (Aged(entry.mailbox, entry.since) for entry in desk.mail_state.suppression_list())
    elif rule is Rule.ERASURE_RECORDS:
        yield from (Aged(record.digest, record.at) for record in desk.retention_lists.erasures())
