"""Whether a request is held back until a person has looked at it. Pure; every rule of thumb stands in one table.

No rule refuses anything: what is held back is kept like any other request, and one click lets it go on. So a rule may
err, and none needs to know more about people than their mail domain. Known domains are those of the own offices and of
client companies (support.yml, `intake.quarantine.domains`): of what comes from there only the trap says something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake_fn.core.process import QuarantineLimits
    from intake_fn.core.request import Request

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of how a request came. Numbers count this request, too; `seconds` is None where nobody knows."""

    trapped: bool = False
    """Whether a field was filled in that people do not see."""
    seconds: float | None = None
    """How long the form was open."""
    links: int = 0
    same_text: int = 0
    """Requests with this text within a day."""
    same_mailbox: int = 0
    """Requests from this mailbox within an hour."""
    strangers_in_an_hour: int = 0
    """Requests from unknown domains within an hour, and within a day."""
    strangers_in_a_day: int = 0


Rule = Callable[[Signs, "QuarantineLimits"], str]
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
    lambda s, m: f"The same text came {s.same_text} times within a day." if s.same_text > m.same_text else "",
    lambda s, m: (
        f"{s.same_mailbox} requests came from this address within an hour."
        if s.same_mailbox > m.same_mailbox_per_hour
        else ""
    ),
    lambda s, m: (
        f"{s.strangers_in_an_hour} requests came from unknown mail domains within an hour, more than usual."
        if s.strangers_in_an_hour > m.strangers_per_hour
        else ""
    ),
    lambda s, m: (
        f"{s.strangers_in_a_day} requests came from unknown mail domains within a day, more than usual."
        if s.strangers_in_a_day > m.strangers_per_day
        else ""
    ),
)
"""Rules for requests from domains that are not known."""


def suspicions(signs: Signs, *, known: bool, limits: QuarantineLimits) -> tuple[str, ...]:
    """Why a person should look first; () where nothing speaks for it."""
    rules = ALWAYS if known else (*ALWAYS, *OF_STRANGERS)
    return tuple(reason for rule in rules if (reason := rule(signs, limits)))


def is_known(mailbox: str, limits: QuarantineLimits) -> bool:
    """Whether a mailbox is of a known domain, or of one below it."""
    domain = mailbox.rpartition("@")[2]
    return any(domain == known or domain.endswith(f".{known}") for known in limits.domains)


def links_in(request: Request) -> int:
    """How many links its texts hold."""
    return sum(len(_LINK.findall(text)) for text in (request.summary, request.description, request.expected))


def text_of(request: Request) -> str:
    """The words of a request, whatever their case and spacing: what is sent many times is known by them."""
    return " ".join(f"{request.summary} {request.description}".casefold().split())
