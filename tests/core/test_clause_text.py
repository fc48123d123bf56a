"""The clause of a change: word by word, and what may not change in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.changes.clause_text import ClauseText, problems
from intake_fn.core.changes.word_diff import Part, Piece, clause_diff, flowed, word_diff

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


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (
            "## Terms {#t}\n\nAn invoice\nis due\n  in 30 days.\n\nNot before.",
            "## Terms {#t}\n\nAn invoice is due in 30 days.\n\nNot before.",
        ),
        ("## Terms\nAn invoice\nis due.", "## Terms\nAn invoice is due."),
        ("- one that\n  goes on\n- two\n1. three\nfour", "- one that goes on\n- two\n1. three four"),
        ("A hard  \nbreak\\\nand another\none", "A hard  \nbreak\\\nand another one"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nText", "| a | b |\n|---|---|\n| 1 | 2 |\nText"),
        ("```\na\nb\n```\nc\nd", "```\na\nb\n```\nc d"),
        ("Text:\n\n    code\n    code\n", "Text:\n\n    code\n    code"),
        ("!!! note\n    It\n    holds.", "!!! note\n    It\n    holds."),
        ("Above\n> quoted\n> twice", "Above\n> quoted\n> twice"),
        ("", ""),
    ],
)
def test_lines_of_a_paragraph_are_one_to_a_reader(source: str, read: str) -> None:
    """As Markdown has it; what begins a line of its own keeps it."""
    assert read == flowed(source)
    assert read == flowed(read)


def test_a_clause_that_is_only_wrapped_otherwise_has_no_difference() -> None:
    """And a word that changed is marked, wherever the lines end."""
    assert [Part.SAME] == [
        piece.part for piece in clause_diff("A quote is\nvalid for 30 days.", "A quote is valid\nfor 30 days.")
    ]
    changed = clause_diff("A quote is\nvalid for 30 days.", "A quote is valid for\n45 days.")
    assert ["A quote is valid for ", "30", "45", " days."] == [piece.text for piece in changed]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("a b\n" * 20_000, "a b\n" * 20_000 + "c d\n", 2),
        ("c d\n" + "a b\n" * 20_000, "c e\n" + "a b\n" * 20_000, 4),
        ("x\n" + "a b " * 3_000 + "\ny", "z\n" + "a b " * 2_999 + "\nv", 2),
        ("a\nb\n" * 3_000, "b\nc\n" * 3_000, 2),
    ],
    ids=["what both begin with is not compared", "nor what both end with", "by lines", "as a whole"],
)
def test_long_texts_that_repeat_themselves_are_compared_roughly(before: str, after: str, pieces: int) -> None:
    """An owner's page is there at once; both texts are whole all the same."""
    found = word_diff(before, after)

    assert pieces == len(found)
    assert before == "".join(piece.text for piece in found if piece.part is not Part.PUT_IN)
    assert after == "".join(piece.text for piece in found if piece.part is not Part.TAKEN_OUT)


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
