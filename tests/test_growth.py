"""What reads strangers' texts takes time in proportion to their length: no pattern tries again and again.

Measured in the thread's own CPU time, so that other work on the machine changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from intake_fn.core import request_id
from intake_fn.core.addresses import wrong_with
from intake_fn.core.find import _words_in, terms
from intake_fn.core.mentions import _MENTION
from intake_fn.core.quotes import spoken
from intake_fn.core.redaction import redacted
from intake_fn.core.reply_intent import reading
from intake_fn.web.forms import clean_line, clean_text
from spec_lookup import Claim
from spec_lookup.judge.claim import visible
from spec_lookup.judge.deviation import agree, direction, reported_and_wanted
from spec_lookup.judge.form import stated_with_sureness, tells_report
from spec_lookup.judge.quantity import limits, quantities
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.response import _bare
from spec_lookup.search.clause import squeeze
from spec_lookup.search.words import mostly_latin


def _by_form(text: str) -> None:
    for form in ("setup", "question"):
        claim = Claim(text, text, reporter_says=form)
        tells_report(claim)
        stated_with_sureness(claim, by_words_alone=True)


def _deviation(text: str) -> None:
    direction.cache_clear()
    reported_and_wanted.cache_clear()
    agree(text, f"x {text}")


def _masked(text: str) -> None:
    masking = Masking(["Mark van der Berg"], ["Northwind Trading Ltd."])
    masking.unmask(masking.mask(text))


READERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "masking": (_masked, 8_000),
    "quantities": (quantities, 8_000),
    "limits": (limits, 8_000),
    "what the form settles": (_by_form, 2_000),
    "deviation": (_deviation, 2_000),
    "quotes for people": (spoken, 8_000),
    "quotes for the model": (_bare, 8_000),
    "white space": (squeeze, 50_000),
    "unseen signs": (visible, 50_000),
    "script": (mostly_latin, 50_000),
    "logs": (redacted, 8_000),
    "thanks": (reading, 50_000),
    "addresses": (wrong_with, 8_000),
    "form texts": (clean_text, 50_000),
    "form lines": (clean_line, 50_000),
    "request ids": (request_id.typed, 8_000),
    "words of a request": (_words_in, 20_000),
    "words of a query": (terms, 8_000),
    "mentions": (_MENTION.findall, 50_000),
}
"""By what it is for: what reads, and the longest text that it is tried with."""

HOSTILE = (
    *"\n -a1.,'@[]()*`_#$|:/?\u2019\u00e9\u00df\u4e2d",
    *(
        "-a ",
        "a? ",
        ", ",
        "1 ",
        "12",
        "0 ",
        "+1 ",
        "(0",
        "1.",
        "1,",
        "1'",
        "a.",
        "a@",
        "@a.",
        "A1",
        "AB12 ",
        "DE12 3456 ",
    ),
    *("](", "[a](", "[a]", "[[", "**", "a*", "{#", "<a", "x:", "| ", "|-", ":-", "1:", "12:3", "usd 1", "one ", "not "),
    *("should ", "instead of ", "when i it ", "i chose and ", "the list ", "A ", "no ", "is it ", "why ", "/status/"),
    *("://", "a:a@", "x-y", "dear a ", "i want to ", "N ", "Northwind ", "4111 1111 ", "%40", "a.a-", ". ", "? "),
)


def seconds(read: Callable[[str], Any], text: str) -> float:
    """The least of three times."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        read(text)
        times.append(time.thread_time() - began)
    return min(times)


@pytest.mark.parametrize("name", READERS)
def test_reading_grows_with_the_length(name: str) -> None:
    """Four times the text takes about four times the time; sixteen times would be a pattern that tries again."""
    read, longest = READERS[name]
    for hostile in HOSTILE:
        text = (hostile * longest)[:longest]
        short = seconds(read, text[: longest // 4])
        assert seconds(read, text) < 8 * short + 0.02, hostile
