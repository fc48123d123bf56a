"""A crash of the program is a bug, unless a clause near it may be the cause; what is gone or stuck is for a person."""

from __future__ import annotations

import re

import pytest

from spec_lookup import Claim, Spec, in_words

SHOP = """# Baskets

## Drafts {#drafts}

A draft that nobody opens for 14 days is deleted at night.

## Photos {#photos}

A photo has at most 12 megapixels. It is shown beside the article.

## Approval {#approval}

An order above 500 euros waits until a manager approves it. Until then it is locked.

## Covers {#covers}

A cover that is not paid for is shown as a grey square.
"""


@pytest.fixture(scope="module")
def shop() -> Spec:
    """A spec that removes, locks and hides."""
    return Spec.of([("baskets.md", SHOP)])


@pytest.mark.parametrize(
    ("summary", "happened", "explains"),
    [
        ("Draft gone", "My draft of three weeks ago: the text is gone.", "baskets#drafts"),
        ("Drafts disappeared", "The notes of my old draft have disappeared.", "baskets#drafts"),
        ("Order frozen", "My order of 700 euros is frozen, no manager has looked.", "baskets#approval"),
        ("Cover is a grey square", "The cover comes as a grey square.", "baskets#covers"),
    ],
)
def test_what_a_clause_may_explain_is_left_to_a_person(shop: Spec, summary: str, happened: str, explains: str) -> None:
    """Nobody is told that it is a bug whatever the spec says; the clause is named."""
    verdict = shop.judge(Claim(summary, happened))
    said = " ".join(map(in_words, verdict.reasons))

    assert ("undecided", "nothing") == (verdict.category, verdict.ground)
    assert "may-explain" == verdict.reasons[-1].key
    assert explains == verdict.reasons[-1].values["clause"]
    assert not re.search(r"whatever the spec says|takes it for a bug", said)


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        ("I open a draft and get an internal server error.", "crash"),
        ("After saving the draft there is an error page.", "crash"),
        ("The app crashed while I looked at the draft.", "crash"),
        ("The draft as a PDF has 0 bytes.", "crash"),
    ],
)
def test_a_crash_is_a_bug_beside_any_clause(shop: Spec, happened: str, reason: str) -> None:
    """Also where the clause speaks of deleting."""
    verdict = shop.judge(Claim("Draft", happened))

    assert ("bug", "words", reason) == (verdict.category, verdict.ground, verdict.reasons[0].key)


def test_what_is_lost_is_never_decided_by_its_words() -> None:
    """Also where the search found nothing that explains it: a person is told what it sounds like."""
    spec = Spec.of([("photos.md", "# Photos\n\n## Size {#size}\n\nA photo has at most 12 megapixels.\n")])
    verdict = spec.judge(Claim("Photos", "Since Monday all my photos are gone."))

    assert ("undecided", "nothing", "sounds-lost") == (verdict.category, verdict.ground, verdict.reasons[-1].key)
    assert "It sounds as if something is lost" in in_words(verdict.reasons[-1])


STATUS = """# Status

## Nights {#nights}

At night, during maintenance, the site shows an error page.

## Preview {#preview}

Until an article has a picture, its page stays white.

## Prices {#prices}

After 10 days the system freezes the price. The discount stays at 10 %.
"""


@pytest.mark.parametrize(
    ("happened", "explains"),
    [
        ("At night the site shows an error page.", "status#nights"),
        ("I open the article and the page is white.", "status#preview"),
    ],
)
def test_a_crash_that_a_clause_may_explain_is_left_to_a_person(happened: str, explains: str) -> None:
    """A spec may say that an error page is shown."""
    verdict = Spec.of([("status.md", STATUS)]).judge(Claim("Site", happened))

    assert "undecided" == verdict.category
    assert ("may-explain", explains) == (verdict.reasons[-1].key, verdict.reasons[-1].values["clause"])


@pytest.mark.parametrize(
    "happened",
    [
        "The system freezes the price after 10 days.",
        "My discount stays at 10 percent.",
        "We may order 500 at a time, and page 3 says so.",
        "The page goes white for a blink and works.",
        "The shipment says damaged, it is not.",
        "The system shuts down at 22:00.",
        "Our crash report form has a wrong field.",
        "Please show an error page when I forget the pin.",
    ],
)
def test_words_of_failures_are_not_always_failures(happened: str) -> None:
    """An object, a number or a moment makes a behaviour of them."""
    spec = Spec.of([("halls.md", "# Halls\n\n## Booking\n\nA hall is booked for at most 4 hours.\n")])

    assert "bug" != spec.judge(Claim("Order", happened)).category


@pytest.mark.parametrize("word", ["gone", "lost", "vanished", "stuck", "disappeared"])
@pytest.mark.parametrize("clause", ["is removed after a day", "expires after a day", "is archived", "is hidden"])
def test_no_such_word_is_a_failure_beside_such_a_clause(word: str, clause: str) -> None:
    """Whatever word is used for it."""
    spec = Spec.of([("lists.md", f"# Lists\n\n## Notes {{#notes}}\n\nA note {clause}.\n")])

    assert "bug" != spec.judge(Claim(f"Notes {word}", f"My notes are {word} since today.")).category


def test_a_wish_is_told_to_the_person_who_decides(shop: Spec) -> None:
    """Whether the spec has it already, a person reads."""
    verdict = shop.judge(Claim("Dark theme", "Please add a dark theme, my eyes hurt at night."))

    assert ("undecided", "sounds-new") == (verdict.category, verdict.reasons[-1].key)
