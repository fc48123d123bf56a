"""What has a request looked at by a person first: each rule by itself, on both sides of its bound."""

from __future__ import annotations

from typing import Any

import pytest

from intake_fn.core.process import QuarantineLimits
from intake_fn.core.suspicion import Signs, is_known, links_in, suspicions, text_of
from tests.core.samples import request

LIMITS = QuarantineLimits(domains=("example.com",))


@pytest.mark.parametrize(
    ("usual", "unusual", "says"),
    [
        ({"seconds": 3.0}, {"seconds": 2.4}, "2 seconds after the form was opened"),
        ({"seconds": None}, {"seconds": -1.0}, "seconds after"),
        ({"links": 2}, {"links": 3}, "It holds 3 links."),
        ({"same_text": 3}, {"same_text": 4}, "came 4 times within a day"),
        ({"same_mailbox": 10}, {"same_mailbox": 11}, "11 requests came from this address"),
        ({"strangers_in_an_hour": 20}, {"strangers_in_an_hour": 21}, "within an hour, more than usual"),
        ({"strangers_in_a_day": 100}, {"strangers_in_a_day": 101}, "within a day, more than usual"),
    ],
)
def test_each_rule_is_for_strangers(usual: dict[str, Any], unusual: dict[str, Any], says: str) -> None:
    """What is usual says nothing; what is not says why, and nothing of a domain that is known."""
    assert () == suspicions(Signs(**usual), known=False, limits=LIMITS)
    (reason,) = suspicions(Signs(**unusual), known=False, limits=LIMITS)
    assert says in reason
    assert () == suspicions(Signs(**unusual), known=True, limits=LIMITS)


def test_the_trap_is_for_everybody() -> None:
    """No person fills in what they do not see."""
    signs = Signs(trapped=True)

    assert suspicions(signs, known=True, limits=LIMITS) == suspicions(signs, known=False, limits=LIMITS)
    assert ("A field that people do not see was filled in.",) == suspicions(signs, known=True, limits=LIMITS)


@pytest.mark.parametrize(
    ("mailbox", "known"),
    [
        ("ann@example.com", True),
        ("ann@mail.example.com", True),
        ("ann@badexample.com", False),
        ("ann@example.com.evil.org", False),
        ("example.com", True),
        ("", False),
    ],
)
def test_a_domain_is_known_with_all_below_it(mailbox: str, known: bool) -> None:
    """And no other that looks like it."""
    assert known is is_known(mailbox, LIMITS)


def test_links_and_words_are_those_of_all_texts() -> None:
    """However they are written."""
    spam = request(
        summary="Cheap  OFFER", description="See HTTPS://a.example and www.b.example\nnow", expected="http://c"
    )

    assert 3 == links_in(spam)
    assert "cheap offer see https://a.example and www.b.example now" == text_of(spam)
