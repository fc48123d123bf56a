"""The door for requests that anybody may send: it counts what comes, and says what a person should look at first.

What is counted are digests, for a day at most; nobody outside is asked. Of whom a person has let a request through, a
digest of the mailbox is kept for a year. Neither is worth failing for: what is not counted, or not remembered because
the function was cut short, holds one request more or less back, and loses none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from intake_fn.core.errors import TryLater
from intake_fn.core.events import Released
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.quarantine import STRANGERS, SpamSignals, known_domain, links_in, quarantine_reasons, text_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.request import Request
    from intake_fn.desk import Desk

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submission:
    """How a request came through a public door: whether it fell for the trap; when its form was opened, if known."""

    trapped: bool = False
    opened: datetime | None = None


def check(desk: Desk, request: Request, key: str, arrival: Submission) -> tuple[str, ...]:
    """Why a person should look first; () to go on. A store that cannot count lets everything go on.

    What is held back already is counted no further, so that a flood which gives itself away holds nobody else back,
    and one that does not holds others back for that hour only, until as many as are usual in a day have come through.
    """
    sender, limits = mailbox(request.requester.email), desk.process.intake.quarantine
    seconds = (desk.clock() - arrival.opened).total_seconds() if arrival.opened else None
    signs = SpamSignals(arrival.trapped, seconds, links_in(request), known_domain(sender, limits) or STRANGERS)
    try:
        if not signs.known and desk.counters.counted(_let_through(sender)):
            signs = replace(signs, crowd=sender)
        text = f"{signs.crowd} {text_of(request)}"
        own = {"same_text": (text, DAY), "same_mailbox": (sender, HOUR)}
        hour, day = {"in_an_hour": (signs.crowd, HOUR)}, {"in_a_day": (signs.crowd, DAY)}
        is_first = not quarantine_reasons(signs, limits) and desk.counters.use_once(
            f"came-{_digest(key)}", desk.clock() + DAY
        )
        for numbers in (own, hour, day):
            if quarantine_reasons(signs, limits):
                break
            found: dict[str, Any] = {sign: _count(desk, sign, *what, add=is_first) for sign, what in numbers.items()}
            signs = replace(signs, **found)
    except TryLater as error:
        log.warning("arrivals_not_counted", error=str(error))
    return quarantine_reasons(signs, limits)


def remember_release(desk: Desk, event: Event, case: Case) -> None:
    """Know the mailbox of a request that a person has let through, so that its next one is held back for less."""
    if not isinstance(event, Released):
        return
    try:
        desk.counters.count(_let_through(mailbox(case.request.requester.email)), desk.clock() + YEAR)
    except TryLater as error:
        log.warning("let_through_not_remembered", case=case.id, error=str(error))


def _count(desk: Desk, sign: str, what: str, window: timedelta, *, add: bool) -> int:
    """How many of that there are in this hour or day by the clock; what comes again with its key adds none (R9)."""
    now = desk.clock()
    counter = f"{sign}-{int(now.timestamp() // window.total_seconds())}-{_digest(what)}"
    return desk.counters.count(counter, now + window) if add else desk.counters.counted(counter)


def _let_through(sender: str) -> str:
    return f"let-through-{_digest(sender)}"


def _digest(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()[:32]
