"""The sentence that resembles a request most is marked in the clause that is quoted whole."""

from __future__ import annotations

from intake_fn.web.words import marked
from spec_lookup import Claim, Spec

PAGE = """# Shelves

## Capacity {#capacity}

A shelf stands in **one** room. A shelf holds at most 500 labels <each>.
It is moved by two people.
"""


def test_the_sentence_is_marked_and_all_else_is_escaped() -> None:
    """With its line breaks, and without Markdown's signs."""
    verdict = Spec.of([("shelves.md", PAGE)]).judge(Claim("Labels", "The shelf has no space for my labels.")).to_plain()
    quote = verdict["citations"][0]["quote"]
    html = str(marked(quote, verdict))

    assert "<mark>A shelf holds at most 500 labels" in html
    assert 1 == html.count("<mark>") == html.count("</mark>")
    assert "one room" in html
    assert "<each>" not in html


def test_without_a_sentence_nothing_is_marked() -> None:
    """Verdicts of before, and quotes in which it does not stand."""
    key = {"key": "nearest-sentence", "values": {"sentence": "Another sentence."}}

    assert "a &lt; b" == marked("a < b", {"reasons": ["It is so."]})
    assert "a &lt; b" == marked("a < b", {"reasons": [key]})
    assert "Another sentence." == marked("Another sentence.", {"reasons": [key]})
