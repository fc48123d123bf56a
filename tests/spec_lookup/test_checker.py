"""The checker of verdicts: what is so passes, and each thing that is made untrue is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spec_lookup import Claim, Reason, Spec, Verdict
from spec_lookup.evaluation.checker import false_sentences
from spec_lookup.judge.reasons import LONGEST_QUOTE

LONG = "A crate holds at most 30 bottles. " * (LONGEST_QUOTE // 30)
PAGE = f"""# Shelves

## Capacity {{#capacity}}

A shelf stands in **one** room, see [rooms](rooms.md). A shelf holds at most 500 labels.

## Removal {{#removal}}

A draft is removed after 14 days.

## Crates {{#crates}}

{LONG}
"""


@pytest.fixture(scope="module")
def spec() -> Spec:
    """A spec with a limit, a cause of loss and a long clause."""
    return Spec.of([("shelves.md", PAGE)])


CLAIMS = [
    Claim("Labels", "The shelf has no space for my labels."),
    Claim("Labels", "The shelf refuses 600 labels.", "They fit."),
    Claim("Draft", "The text of my draft is gone."),
    Claim("Shelf", "I get an internal server error."),
    Claim("Shelf", "How do I book a shelf?", reporter_says="question"),
    Claim("Login", "Please create a login for Ann.", reporter_says="setup"),
    Claim("Bottles", "The crate takes too few bottles."),
    Claim("zzz", "qqq"),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.what_happened)
def test_what_the_judge_says_is_so(spec: Spec, claim: Claim) -> None:
    """Decided or not."""
    assert () == false_sentences(spec, spec.judge(claim))


def reasoned(verdict: Verdict, key: str, **values: str) -> Verdict:
    """The answer with a reason in place of its own."""
    return replace(verdict, reasons=(Reason(key, values),))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("nearest-sentence", {"sentence": "A shelf holds at most 600 labels."}),
        ("number-missing", {"number": "700 labels"}),
        ("nearest-whole", {"clause": "shelves#removal", "title": "Removal"}),
        ("nearest-begins", {"clause": "shelves#capacity", "title": "Capacity"}),
        ("may-explain", {"clause": "shelves#gone", "title": "Gone"}),
        ("may-explain", {"clause": "shelves#removal", "title": "Capacity"}),
        ("setup-form", {}),
        ("question-form", {}),
        ("no-clause", {}),
        ("said", {"text": "700 labels are above the limit of 500."}),
    ],
)
def test_what_is_not_so_is_found(spec: Spec, key: str, values: dict[str, str]) -> None:
    """A number, a sentence, a clause, a form: each by itself."""
    verdict = spec.judge(CLAIMS[0])

    assert 1 == len(false_sentences(spec, reasoned(verdict, key, **values)))


def test_a_claim_that_is_otherwise_is_found(spec: Spec) -> None:
    """That nothing is expected, or that there is no number."""
    verdict = spec.judge(CLAIMS[1])

    assert () == false_sentences(spec, verdict)
    assert 1 == len(false_sentences(spec, reasoned(verdict, "nothing-expected")))
    assert 1 == len(false_sentences(spec, reasoned(verdict, "number-missing", number="500 labels")))
    assert () == false_sentences(spec, reasoned(verdict, "said", text="600 labels are above the limit of 500."))


def test_a_quote_that_does_not_stand_there_is_found(spec: Spec) -> None:
    """In another clause, under another title, or in none."""
    verdict = spec.judge(CLAIMS[0])
    first, *others = verdict.citations

    for wrong in (
        replace(first, quote="A shelf holds at most 600 labels."),
        replace(first, title="Rooms"),
        replace(first, clause="shelves#rooms"),
    ):
        assert false_sentences(spec, replace(verdict, citations=(wrong, *others), reasons=()))
