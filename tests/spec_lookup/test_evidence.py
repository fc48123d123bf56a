"""What a claim's own words settle, and what they don't."""

from __future__ import annotations

import time

import pytest

from spec_lookup import Claim, Spec
from spec_lookup.judge.claim import LONGEST_PART
from spec_lookup.judge.evidence import deviates, expects_answer, route, wishes
from spec_lookup.judge.failures import tells_failure
from spec_lookup.search.words import LONGEST_TEXT, _words

BOOM = "Internal Server Error 500"
PAGE = "# Halls\n\n## Booking\n\nA hall is booked for at most 4 hours.\n"


@pytest.mark.parametrize(
    "happened",
    [
        f"The page shows {BOOM}.",
        f'When I save, I get "{BOOM}".',
        f"When I save, the screen reads \u201c{BOOM}\u201d.",
        "The program crashed twice today.",
        "It does not load, internal server error.",
        "The report as a PDF is damaged: the file is damaged.",
        "I opened the plan of the season that starts in May, and then an internal server\nerror came up.",
    ],
)
def test_a_failure_that_was_seen_is_a_bug(happened: str) -> None:
    """In the requester's words or quoted from the screen."""
    assert tells_failure(Claim("Hall", happened))
    assert "bug" == Spec.of([("halls.md", PAGE)]).judge(Claim("Hall", happened)).category


NOT_SEEN = [
    ("The hall is green.", f"I expected {BOOM}."),
    ("The hall is green.", BOOM),
    ("The hall is green.", "an error page"),
    ("The hall is green. There is no error page.", ""),
    ("It works without a crash and the hall is green.", ""),
    ("It doesn't give an internal server error, the hall is just green.", ""),
    ("The hall is green. It should show an error page.", ""),
    ("The hall is green. I want an exception for members.", ""),
    (f'My colleague said "{BOOM}" but here the hall is green.', ""),
    (f'The manual says "{BOOM}" is possible. The hall is green.', ""),
    (f"The hall is green.\n> the page shows {BOOM}", ""),
    (f"The hall is green.\n-----Original Message-----\nFrom: Kim\nThe page shows {BOOM}", ""),
    (f"The hall is green.\nOn Monday Kim wrote:\nThe page shows {BOOM}", ""),
    (f"The hall is green.\nFrom: Kim\nSubject: broken\nThe page shows {BOOM}", ""),
    ("The hall is green. Tell me if it crashes.", ""),
]


@pytest.mark.parametrize(("happened", "expected"), NOT_SEEN)
def test_a_failure_that_nobody_saw_turns_no_verdict(happened: str, expected: str) -> None:
    """Expected, denied, wished for, quoted or pasted: none of it happened to the requester."""
    claim = Claim("Colour of the hall", happened, expected)

    assert not tells_failure(claim.evidence())
    assert "bug" != Spec.of([("halls.md", PAGE)]).judge(claim).category


HOSTILE = [
    "\n",
    " ",
    ", ",
    "-",
    "a",
    "bug:",
    "bug::::",
    "](",
    "{#",
    "'s",
    "shows \u201c",
    "can x ",
    '"',
    ">\n",
    "on x ",
    "no ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_reading_a_claim_grows_with_its_length(text: str) -> None:
    """Four times the text takes about four times the time; sixteen times would be a pattern that tries again."""

    def seconds(length: int) -> float:
        part = (text * length)[:length]
        claim = Claim(part, part, part, part)
        times = []
        for _ in range(3):
            began = time.thread_time()
            read = claim.evidence()
            route(read), wishes(read), deviates(read), expects_answer(read)
            times.append(time.thread_time() - began)
        return min(times)

    assert seconds(LONGEST_PART) < 8 * seconds(LONGEST_PART // 4) + 0.02


@pytest.mark.parametrize("text", ["](", "{#", "<a", "a-", "1.", "\u2019", "报价的", "税は", "ใบเสนอ", "요금은 "])
def test_finding_words_grows_with_the_length(text: str) -> None:
    """The same for the longest text whose words are looked at."""

    def seconds(length: int) -> float:
        began = time.thread_time()
        _words((text * length)[:length])
        return time.thread_time() - began

    assert seconds(LONGEST_TEXT) < 8 * seconds(LONGEST_TEXT // 4) + 0.05
