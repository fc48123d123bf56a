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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.core.events import Quarantined, Rejected, RequesterReplied
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notes import REQUESTER, SPECDESK
from intake_fn.core.vocabulary import Status

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import QuarantineLimits, Usual
    from intake_fn.core.request import Request

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

STRANGERS = "unknown mail domains"
"""All whom nobody knows, as one crowd."""


@dataclass(frozen=True, slots=True)
class SpamSignals:
    """What is known of how a request came. Numbers count this request, too; `seconds` is None where nobody knows."""

    trapped: bool = False
    """Whether a field was filled in that people do not see."""
    seconds: float | None = None
    """How long the form was open."""
    links: int = 0
    crowd: str = STRANGERS
    """With whom this one is counted: a known domain, a known mailbox, or all strangers."""
    same_text: int = 0
    """Requests of the crowd with this text within a day."""
    same_mailbox: int = 0
    """Requests from this mailbox within an hour."""
    in_an_hour: int = 0
    """Requests of the crowd within an hour, and within a day."""
    in_a_day: int = 0

    @property
    def known(self) -> bool:
        """Whether somebody knows where it comes from."""
        return self.crowd != STRANGERS


Rule = Callable[[SpamSignals, "QuarantineLimits"], str]
CountRule = Callable[[SpamSignals, "Usual"], str]
"""The reason, in words for the Help Desk; "" where there is none."""

ALWAYS: tuple[Rule, ...] = (lambda s, _: "A field that people do not see was filled in." if s.trapped else "",)
"""Rules for everybody."""

OF_STRANGERS: tuple[Rule, ...] = (
    lambda s, m: (
        f"It was sent {s.seconds:.0f} seconds after the form was opened."
        if s.seconds is not None and s.seconds < m.seconds
        else ""
    ),
    lambda s, m: f"It holds {s.links} links." if s.links >= m.links else "",
)
"""Rules for requests from where nobody knows."""

COUNTED: tuple[CountRule, ...] = (
    lambda s, u: f"The same text came {s.same_text} times within a day." if s.same_text > u.same_text else "",
    lambda s, u: (
        f"{s.same_mailbox} requests came from this address within an hour."
        if s.same_mailbox > u.same_mailbox_per_hour
        else ""
    ),
    lambda s, u: (
        f"{s.in_an_hour} requests came from {s.crowd} within an hour, more than usual."
        if s.in_an_hour > u.per_hour
        else ""
    ),
    lambda s, u: (
        f"{s.in_a_day} requests came from {s.crowd} within a day, more than usual." if s.in_a_day > u.per_day else ""
    ),
)
"""Rules for everybody, with bounds of their own for those who are known."""


def quarantine_reasons(signs: SpamSignals, limits: QuarantineLimits) -> tuple[str, ...]:
    """Why a person should look first; () where nothing speaks for it."""
    rules = ALWAYS if signs.known else (*ALWAYS, *OF_STRANGERS)
    usual = limits.known if signs.known else limits.strangers
    reasons = (*(rule(signs, limits) for rule in rules), *(rule(signs, usual) for rule in COUNTED))
    return tuple(filter(None, reasons))


def quarantine_note(case: Case) -> str:
    """Why a case is held back, or was set aside, as a person reads it; "" for all others."""
    if case.status is Status.REJECTED:
        return next(event.reason for event in reversed(case.history) if isinstance(event, Rejected))
    if case.status is not Status.QUARANTINED:
        return ""
    reasons = [reason for event in case.history if isinstance(event, Quarantined) for reason in event.reasons]
    if any(isinstance(event, Rejected) for event in case.history):
        reasons.append("It was set aside, and its sender has written again.")
    elif any(isinstance(event, RequesterReplied) for event in case.history):
        reasons.append("Its sender has written again.")
    return " ".join(reasons)


def known_domain(mailbox: str, limits: QuarantineLimits) -> str:
    """The known domain of a mailbox, which may be of one below it; "" for a stranger's."""
    domain = mailbox.rpartition("@")[2]
    return next((known for known in limits.domains if domain == known or domain.endswith(f".{known}")), "")


def may_be_quoted(case: Case, limits: QuarantineLimits) -> bool:
    """Whether mails to the requester may hold what was typed: their domain is known, or a person has acted on the case.

    Until then somebody may have typed another's address, to have their words sent there by us.
    """
    acted = any(event.actor not in (REQUESTER, SPECDESK) for event in case.history)
    return acted or known_domain(mailbox(case.request.requester.email), limits) != ""


def links_in(request: Request) -> int:
    """How many links its texts hold."""
    return sum(len(_LINK.findall(text)) for text in (request.summary, request.description, request.expected))


def text_of(request: Request) -> str:
    """The words of a request, whatever their case and spacing: what is sent many times is known by them."""
    return " ".join(f"{request.summary} {request.description}".casefold().split())
