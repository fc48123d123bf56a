"""The clause of a change: word by word, and what may not change in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.changes.clause_text import ClauseText, problems
from intake_fn.core.changes.word_diff import MOST_WORDS, Part, Piece, word_diff

TERMS = "## Payment terms {#terms}\n\nAn invoice is due 30 days after its date."
TODAY = ClauseText("billing#terms", TERMS, "billing.md", "s", "c")
BY_TITLE = ClauseText("billing#tax", "## Tax\n\nNone.", "billing.md", "s", "c")
NEW = ClauseText("billing", "", "billing.md", "s", "c")


def test_a_diff_shows_the_words_that_changed() -> None:
    """And nothing around them."""
    assert [
        Piece(Part.SAME, "due "),
        Piece(Part.TAKEN_OUT, "30"),
        Piece(Part.PUT_IN, "45"),
        Piece(Part.SAME, " days"),
    ] == word_diff("due 30 days", "due 45 days")


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_diff_holds_both_texts(before: str, after: str) -> None:
    """Whatever they are."""
    pieces = word_diff(before, after)

    assert before == "".join(piece.text for piece in pieces if piece.part is not Part.PUT_IN)
    assert after == "".join(piece.text for piece in pieces if piece.part is not Part.TAKEN_OUT)


def test_long_texts_are_compared_by_lines() -> None:
    """Both are whole all the same."""
    before = "a b\n" * MOST_WORDS
    pieces = word_diff(before, before + "c d\n")

    assert [Piece(Part.SAME, before), Piece(Part.PUT_IN, "c d\n")] == pieces


@pytest.mark.parametrize(
    ("text", "proposed", "wrong"),
    [
        pytest.param(TODAY, TERMS.replace("30", "45"), "", id="other words"),
        pytest.param(TODAY, TERMS.replace("Payment terms", "Terms"), "", id="another title with its anchor"),
        pytest.param(TODAY, TERMS.replace("{#terms}", ""), "keep its anchor", id="no anchor"),
        pytest.param(TODAY, TERMS.replace("#terms", "#due"), "keep its anchor", id="another anchor"),
        pytest.param(TODAY, f"#{TERMS}", "keep its level", id="another level"),
        pytest.param(TODAY, "45 days.", "begin with the heading", id="no heading"),
        pytest.param(TODAY, f"{TERMS}\n\n## More\n\nText.", "one clause", id="two clauses"),
        pytest.param(TODAY, f"{TERMS}\n\n```\n# a comment\n```", "", id="code is no heading"),
        pytest.param(BY_TITLE, "## Tax\n\n20 %.", "", id="an anchor by title stays by title"),
        pytest.param(BY_TITLE, "## VAT {#tax}\n\n20 %.", "", id="or by being named"),
        pytest.param(BY_TITLE, "## VAT\n\n20 %.", "keep its anchor", id="and is lost by another title"),
        pytest.param(NEW, "## Interest {#interest}\n\nNone.", "", id="a new clause"),
        pytest.param(NEW, "## Interest\n\nNone.", "needs an anchor", id="a new one without anchor"),
        pytest.param(NEW, "## Terms {#terms}\n\nNone.", "exists already", id="one that is there"),
    ],
)
def test_a_clause_as_it_would_read_can_stand_in_the_spec(text: ClauseText, proposed: str, wrong: str) -> None:
    """What is wrong is said in words."""
    said = " ".join(problems(text, proposed, {"billing#terms", "billing#tax"}.__contains__))

    assert wrong in said
    assert bool(wrong) == bool(said)
