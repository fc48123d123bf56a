"""The spam check: the context of a submission by a public form, and why a request is quarantined because of it.

What is counted are digests, for a day at most; nobody outside is asked. When a person releases a request, a digest of
its mailbox is kept for a year. Neither is worth failing for: what is not counted, or not remembered because the
function was cut short, quarantines one request more or less, and loses none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import TryLater
from intake_fn.core.events import Released
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.quarantine import STRANGERS, SpamSignals, known_domain, links_in, quarantine_reasons, text_of
from intake_fn.core.retention import RELEASED_SENDERS
from intake_fn.desk.limits import counter_of, digest_of
from intake_fn.texts import Message

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import QuarantineLimits
    from intake_fn.core.request import Request
    from intake_fn.ports import Counters

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Submission:
    """How a public form was sent: whether the hidden field was filled in, and when it was opened, if known."""

    trapped: bool = False
    opened: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of the check: why a request is quarantined, if it is, and whether its key came before."""

    reasons: tuple[Message, ...]
    again: bool = False


def check(
    counters: Counters,
    limits: QuarantineLimits,
    now: datetime,
    request: Request,
    key: str,
    submission: Submission,
) -> Checked:
    """Why a request is quarantined, if it is. While the store cannot count, all go on.

    A request that is quarantined already is counted no further: a flood that gives itself away quarantines nobody
    else, and one that does not does so for that hour only, until as many as are usual in a day have gone on.
    """
    sender = mailbox(request.requester.email)
    seconds = (now - submission.opened).total_seconds() if submission.opened else None
    again = False
    signals = SpamSignals(submission.trapped, seconds, links_in(request), known_domain(sender, limits) or STRANGERS)
    try:
        if not signals.known and counters.counted(_released(sender)):
            signals = replace(signals, sender_group=sender)
        text = f"{signals.sender_group} {text_of(request)}"
        usual = limits.known if signals.known else limits.strangers
        if not quarantine_reasons(signals, limits):
            texts = counter_of("same_text", text, DAY, now)
            came = counters.count_once(texts, digest_of(key), usual.same_text, now + DAY)
            again, signals = came.again, replace(signals, same_text=came.times)
        if not quarantine_reasons(signals, limits):  # beyond `same_text` no key is known again
            of_mailbox = _count(counters, counter_of("same_mailbox", sender, HOUR, now), now + HOUR, add=not again)
            signals = replace(signals, same_mailbox=of_mailbox)
        if not quarantine_reasons(signals, limits):
            in_an_hour, in_a_day = _arrivals(counters, now, signals.sender_group, usual.per_hour, add=not again)
            signals = replace(signals, in_an_hour=in_an_hour)
            if not quarantine_reasons(signals, limits):
                signals = replace(signals, in_a_day=in_a_day)
    except TryLater as error:
        log.warning("arrivals_not_counted", error=str(error))
    return Checked(quarantine_reasons(signals, limits), again)


def remember_release(counters: Counters, event: Event, case: Case, now: datetime) -> None:
    """Remember the mailbox of a request that a person releases: its next one is not counted with those of strangers."""
    if not isinstance(event, Released):
        return
    try:
        counters.count(_released(mailbox(case.request.requester.email)), now + RELEASED_SENDERS)
    except TryLater as error:
        log.warning("let_through_not_remembered", case=case.id, error=str(error))


def _count(counters: Counters, counter: str, until: datetime, *, add: bool) -> int:
    """How many there are by now; one that comes again with its key adds none (R9)."""
    return counters.count(counter, until) if add else counters.counted(counter)


def _arrivals(counters: Counters, now: datetime, sender_group: str, per_hour: int, *, add: bool) -> tuple[int, int]:
    """Requests of a sender group in this hour and on this day by the clock (UTC): one counter with a part an hour.

    Former versions had two counters, `in_an_hour` and `in_a_day`. They expire unread: with the update both begin anew.
    """
    counter, hour = counter_of("arrivals", sender_group, DAY, now), f"hour_{now.astimezone(UTC).hour}"
    if add:
        return counters.count_part(counter, hour, per_hour, now + DAY)
    return counters.counted(counter, hour), counters.counted(counter)


def _released(sender: str) -> str:
    return f"let-through-{digest_of(sender)}"
