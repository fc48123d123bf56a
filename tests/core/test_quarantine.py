"""What has a request looked at by a person first: each rule by itself, on both sides of its bound."""

from __future__ import annotations

from typing import Any

import pytest

from intake_fn.core.messages import in_words
from intake_fn.core.process import QuarantineLimits, Usual
from intake_fn.core.quarantine import STRANGERS, SpamSignals, known_domain, links_in, quarantine_reasons, text_of
from tests.core.samples import request

LIMITS = QuarantineLimits(
    domains=("example.com", "example.org"), strangers=Usual(3, 10, 20, 100), known=Usual(20, 30, 100, 300)
)
KNOWN = ("example.com", "ann@client.example.net")


@pytest.mark.parametrize(
    ("usual", "unusual", "says"),
    [
        ({"seconds": 3.0}, {"seconds": 2.4}, "2 seconds after the form was opened"),
        ({"seconds": None}, {"seconds": -1.0}, "seconds after"),
        ({"links": 2}, {"links": 3}, "It holds 3 links."),
        ({"same_text": 3}, {"same_text": 4}, "came 4 times within a day"),
        ({"same_mailbox": 10}, {"same_mailbox": 11}, "11 requests came from this address"),
        ({"in_an_hour": 20}, {"in_an_hour": 21}, "21 requests came from unknown mail domains within an hour"),
        ({"in_a_day": 100}, {"in_a_day": 101}, "101 requests came from unknown mail domains within a day"),
    ],
)
def test_each_rule_is_for_strangers(usual: dict[str, Any], unusual: dict[str, Any], says: str) -> None:
    """What is usual says nothing; what is not says why, and nothing of those who are known."""
    assert () == quarantine_reasons(SpamSignals(**usual), LIMITS)
    (reason,) = quarantine_reasons(SpamSignals(**unusual), LIMITS)
    assert says in in_words([reason])
    assert [(), ()] == [quarantine_reasons(SpamSignals(**unusual, sender_group=group), LIMITS) for group in KNOWN]


@pytest.mark.parametrize(
    ("usual", "unusual", "says"),
    [
        ({"same_text": 20}, {"same_text": 21}, "came 21 times within a day"),
        ({"same_mailbox": 30}, {"same_mailbox": 31}, "31 requests came from this address"),
        ({"in_an_hour": 100}, {"in_an_hour": 101}, "101 requests came from example.com within an hour"),
        ({"in_a_day": 300}, {"in_a_day": 301}, "301 requests came from example.com within a day"),
        ({"seconds": 0.1, "links": 50}, {"trapped": True}, "A field that people do not see was filled in."),
    ],
)
def test_who_is_known_is_held_back_for_a_flood_or_the_trap(
    usual: dict[str, Any], unusual: dict[str, Any], says: str
) -> None:
    """Anybody can write a known address into a form."""
    assert () == quarantine_reasons(SpamSignals(**usual, sender_group="example.com"), LIMITS)
    (reason,) = quarantine_reasons(SpamSignals(**unusual, sender_group="example.com"), LIMITS)
    assert says in in_words([reason])


def test_every_reason_is_given() -> None:
    """A person who decides reads all of them."""
    assert 7 == len(quarantine_reasons(SpamSignals(True, 0.1, 9, STRANGERS, 99, 99, 99, 999), LIMITS))


@pytest.mark.parametrize(
    ("mailbox", "domain"),
    [
        ("ann@example.com", "example.com"),
        ("ann@mail.example.org", "example.org"),
        ("ann@badexample.com", ""),
        ("ann@example.com.evil.org", ""),
        ("example.com", "example.com"),
        ("", ""),
    ],
)
def test_a_domain_is_known_with_all_below_it(mailbox: str, domain: str) -> None:
    """And no other that looks like it."""
    assert domain == known_domain(mailbox, LIMITS)


def test_links_and_words_are_those_of_all_texts() -> None:
    """However they are written."""
    spam = request(
        summary="Cheap  OFFER", description="See HTTPS://a.example and www.b.example\nnow", expected="http://c"
    )

    assert 3 == links_in(spam)
    assert "cheap offer see https://a.example and www.b.example now" == text_of(spam)
