"""Searching from many threads at once gives what one thread gives."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spec_lookup import Claim, Spec
from spec_lookup.search.pages import read_pages
from spec_lookup.search.words import stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 8
ENDINGS = ("", "s", "ing", "ed", "ation", "ational", "fulness", "ly", "ies", "ment", "iveness", "ization")
ROOTS = ["".join(letters) for letters in product("bdrst", "aeiou", "bklnr", "aeo")]
WORDS = [root + ending for root in ROOTS for ending in ENDINGS]
SPECS = Path(__file__).parent.parent / "data" / "specs"


@pytest.fixture(autouse=True)
def _many_switches() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_stems_are_the_same_under_threads() -> None:
    """None is wrong, none raises, and none stays wrong in the memory of stems."""
    alone = [stem.__wrapped__(word) for word in WORDS]
    stem.cache_clear()
    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(lambda _: [stem.__wrapped__(word) for word in WORDS], range(THREADS)):
            assert alone == found
    assert alone == [stem(word) for word in WORDS]


def test_searches_and_verdicts_are_the_same_under_threads() -> None:
    """Clauses, scores, quotes and reasons."""
    spec = Spec.of(list(read_pages(SPECS / "library")))
    claims = [Claim(f"{word} of a book", f"The {word} renewal of loans was {word}.") for word in WORDS[:40]]
    alone = [(spec.search(claim.summary), spec.judge(claim)) for claim in claims]
    fresh = Spec.of(list(read_pages(SPECS / "library")))
    stem.cache_clear()
    words("")
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda claim: (fresh.search(claim.summary), fresh.judge(claim)), claims))

    assert alone == together
