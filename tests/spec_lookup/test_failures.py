"""What is gone or stuck is a failure only where no clause near it may be the cause; a crash always is one."""

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


def test_what_no_clause_explains_is_a_bug() -> None:
    """The sentence says no more than was looked at."""
    spec = Spec.of([("photos.md", "# Photos\n\n## Size {#size}\n\nA photo has at most 12 megapixels.\n")])
    verdict = spec.judge(Claim("Photos", "Since Monday all my photos are gone."))

    assert ("bug", "words", "loss") == (verdict.category, verdict.ground, verdict.reasons[0].key)
    assert "found no word for a possible cause" in in_words(verdict.reasons[0])


@pytest.mark.parametrize("word", ["gone", "lost", "vanished", "stuck", "disappeared"])
@pytest.mark.parametrize("clause", ["is removed after a day", "expires after a day", "is archived", "is hidden"])
def test_no_such_word_is_a_failure_beside_such_a_clause(word: str, clause: str) -> None:
    """Whatever word is used for it."""
    spec = Spec.of([("lists.md", f"# Lists\n\n## Notes {{#notes}}\n\nA note {clause}.\n")])

    assert "bug" != spec.judge(Claim(f"Notes {word}", f"My notes are {word} since today.")).category


def test_a_wish_is_new_only_where_the_spec_is_silent(shop: Spec) -> None:
    """Else a person reads the clause."""
    assert "change" == shop.judge(Claim("Dark theme", "Please add a dark theme, my eyes hurt at night.")).category
    assert (
        "undecided" == shop.judge(Claim("Draft", "Please add that a draft is deleted when nobody opens it.")).category
    )
