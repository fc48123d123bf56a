"""Quarantine: whether a person has to review a request before it goes on. Pure; each rule stands in one table.

No rule refuses anything: a quarantined request is kept like any other, and one click releases it. So a rule may
err, and none needs to know more about people than their address. Known are the domains of the own offices and of
client companies (support.yml, `intake.quarantine.domains`), and mailboxes of which a person has let a request through.
Anybody can write any address into a form, so of what comes from there floods are quarantined, too, only later.

| sign                            | strangers | known   | because                                                     |
|---------------------------------|-----------|---------|-------------------------------------------------------------|
| the trap                        | yes       | yes     | people do not see it; programs fill in all there is         |
| seconds the form was open       | yes       | no      | colleagues' browsers and tools fill forms in                |
| links                           | yes       | no      | colleagues link to what they mean                           |
| one text, one mailbox, a flood  | `Usual`   | `Usual` | in an outage many say the same; in a flood everybody does   |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from intake_fn.core.events import Quarantined, Rejected, RequesterReplied
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.requester_status import was_withdrawn_unread, withdrawal
from intake_fn.core.vocabulary import Status
from intake_fn.texts import Message, as_written, message

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import QuarantineLimits, Usual
    from intake_fn.core.request import Request

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

LONGEST_REASON = 500
"""Characters of what a person wrote about a rejection that lists show."""

STRANGERS = "unknown mail domains"
"""All unknown senders, counted together."""


@dataclass(frozen=True, slots=True)
class SpamSignals:
    """The signals of how a request came. Numbers count this request, too; `seconds` is None if unknown."""

    trapped: bool = False
    """Whether a field was filled in that people do not see."""
    seconds: float | None = None
    """How long the form was open."""
    links: int = 0
    sender_group: str = STRANGERS
    """The senders with whom this one is counted: a known domain, a known mailbox, or all strangers."""
    same_text: int = 0
    """Requests of the sender group with this text within a day."""
    same_mailbox: int = 0
    """Requests from this mailbox within an hour."""
    in_an_hour: int = 0
    """Requests of the sender group within an hour, and within a day."""
    in_a_day: int = 0

    @property
    def known(self) -> bool:
        """Whether somebody knows where it comes from."""
        return self.sender_group != STRANGERS


Rule = Callable[[SpamSignals, "QuarantineLimits"], Message | None]
CountRule = Callable[[SpamSignals, "Usual"], Message | None]
"""The reason, for the Help Desk; None where there is none."""

ALWAYS: tuple[Rule, ...] = (lambda s, _: message("quarantine.trap") if s.trapped else None,)
"""Rules for everybody."""

OF_STRANGERS: tuple[Rule, ...] = (
    lambda s, m: (
        message("quarantine.seconds", seconds=f"{s.seconds:.0f}")
        if s.seconds is not None and s.seconds < m.seconds
        else None
    ),
    lambda s, m: message("quarantine.links", links=s.links) if s.links >= m.links else None,
)
"""Rules for requests of unknown origin."""

COUNTED: tuple[CountRule, ...] = (
    lambda s, u: message("quarantine.same-text", times=s.same_text) if s.same_text > u.same_text else None,
    lambda s, u: (
        message("quarantine.same-mailbox", requests=s.same_mailbox)
        if s.same_mailbox > u.same_mailbox_per_hour
        else None
    ),
    # The messages are stored: their parameter keeps the name `crowd`.
    lambda s, u: (
        message("quarantine.hour", requests=s.in_an_hour, crowd=s.sender_group) if s.in_an_hour > u.per_hour else None
    ),
    lambda s, u: (
        message("quarantine.day", requests=s.in_a_day, crowd=s.sender_group) if s.in_a_day > u.per_day else None
    ),
)
"""Rules for everybody, with bounds of their own for those who are known."""


def quarantine_reasons(signs: SpamSignals, limits: QuarantineLimits) -> tuple[Message, ...]:
    """Why a person should look first; () where nothing speaks for it."""
    rules = ALWAYS if signs.known else (*ALWAYS, *OF_STRANGERS)
    usual = limits.known if signs.known else limits.strangers
    reasons = (*(rule(signs, limits) for rule in rules), *(rule(signs, usual) for rule in COUNTED))
    return tuple(filter(None, reasons))


def why_in_quarantine(case: Case) -> tuple[Message, ...]:
    """Why a case is in quarantine, or was rejected; () for all others."""
    if was_withdrawn_unread(case):
        return (message("history.withdrawn"),)
    if case.status is Status.REJECTED:
        reason = next(event.reason for event in reversed(case.history) if isinstance(event, Rejected))
        return (as_written(reason[:LONGEST_REASON]),)
    if case.status is not Status.QUARANTINED:
        return ()
    reasons = [reason for event in case.history if isinstance(event, Quarantined) for reason in event.reasons]
    if withdrawal(case):
        reasons.append(message("quarantine.withdrawn-replied"))
    elif any(isinstance(event, Rejected) for event in case.history):
        reasons.append(message("quarantine.rejected-replied"))
    elif any(isinstance(event, RequesterReplied) for event in case.history):
        reasons.append(message("quarantine.replied"))
    return tuple(reasons)


def known_domain(mailbox: str, limits: QuarantineLimits) -> str:
    """The known domain of a mailbox, which may be of one below it; "" for a stranger's."""
    domain = mailbox.rpartition("@")[2]
    return next((known for known in limits.domains if domain == known or domain.endswith(f".{known}")), "")


def may_be_quoted(case: Case, limits: QuarantineLimits) -> bool:
    """Whether mails to the requester may hold what was typed: their domain is known, or a person has acted on the case.

    Until then somebody may have typed another's address, to have their words sent there by us.
    """
    return has_been_read(case) or known_domain(mailbox(case.request.requester.email), limits) != ""


def has_been_read(case: Case) -> bool:
    """Whether a person of the Help Desk has acted on it."""
    return any(event.actor not in (REQUESTER, SPECDESK) for event in case.history)


def links_in(request: Request) -> int:
    """How many links its texts hold."""
    return sum(len(_LINK.findall(text)) for text in (request.summary, request.description, request.expected))


def text_of(request: Request) -> str:
    """The words of a request, whatever their case and spacing: what is sent many times is known by them."""
    return " ".join(f"{request.summary} {request.description}".casefold().split())
