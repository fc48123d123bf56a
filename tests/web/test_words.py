"""How quotes and clauses are put into words."""

from __future__ import annotations

import pytest

from intake_fn.core.quotes import spoken
from intake_fn.web.words import against, cited_as


@pytest.mark.parametrize(
    ("quote", "shown", "why"),
    [
        ("See [fines](#fines) and `S-PAR-1`.", "See fines and S-PAR-1.", "links and code are read as words"),
        ("**All** are *prepaid*.", "All are prepaid.", "emphasis is not read aloud"),
        ("| Sent | with the client |", "Sent · with the client", "a row of a table is read cell by cell"),
        ("- Only once", "Only once", "an item of a list is read without its bullet"),
        ("2 * 3 * 4 and a_b", "2 * 3 * 4 and a_b", "a sign that stands alone or in a word is meant"),
    ],
)
def test_a_quote_is_shown_without_markup(quote: str, shown: str, why: str) -> None:
    """The record keeps the quote to the letter; the page shows what a reader sees in the spec."""
    assert shown == spoken(quote), why


NEAR = {"clause": "a#b", "stance": "related"}
FOR = {"clause": "a#b", "stance": "supports-observed"}
AGAINST = {"clause": "c#d", "stance": "supports-expected"}


def test_clauses_that_take_no_side_are_not_called_what_the_spec_says() -> None:
    """A crash is a bug whatever the spec says: the clauses found for it are only near."""
    assert "Related clauses" == cited_as([NEAR])
    assert "What the spec says" == cited_as([FOR, NEAR])


def test_the_counter_clause_is_shown_once_and_called_what_it_is() -> None:
    """One that speaks against the verdict always; one that is only near unless it stands above already."""
    assert "Evidence against it" == against({"counter": AGAINST, "citations": [FOR]})
    assert "Also related" == against({"counter": {**AGAINST, "stance": "related"}, "citations": [FOR]})
    assert "" == against({"counter": NEAR, "citations": [NEAR]})
    assert "" == against({"counter": None, "citations": []})
