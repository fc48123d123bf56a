"""The spam check: the context of a submission by a public form, and why a request is quarantined because of it.

What is counted are digests, for a day at most; nobody outside is asked. When a person releases a request, a digest of
its mailbox is kept for a year. Neither is worth failing for: what is not counted, or not remembered because the
function was cut short, quarantines one request more or less, and loses none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.core.errors import TryLater
from intake_fn.core.events import Released
from intake_fn.core.late_dataclass import dataclass
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
            signals = replace(signals, crowd=sender)
        text = f"{signals.crowd} {text_of(request)}"
        own = {"same_text": (text, DAY), "same_mailbox": (sender, HOUR)}
        hour, day = {"in_an_hour": (signals.crowd, HOUR)}, {"in_a_day": (signals.crowd, DAY)}
        goes_on = not quarantine_reasons(signals, limits)
        is_first = goes_on and counters.use_once(f"came-{digest_of(key)}", now + DAY)
        again = goes_on and not is_first
        for numbers in (own, hour, day):
            if quarantine_reasons(signals, limits):
                break
            counts: dict[str, Any] = {
                signal: _count(counters, now, signal, *counted, add=is_first) for signal, counted in numbers.items()
            }
            signals = replace(signals, **counts)
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


def _count(counters: Counters, now: datetime, signal: str, text: str, window: timedelta, *, add: bool) -> int:
    """How many there are in this hour or day by the clock; one that comes again with its key adds none (R9)."""
    counter = counter_of(signal, text, window, now)
    return counters.count(counter, now + window) if add else counters.counted(counter)


def _released(sender: str) -> str:
    return f"let-through-{digest_of(sender)}"
