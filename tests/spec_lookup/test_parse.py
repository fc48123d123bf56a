"""Pages into clauses: nothing is lost, and the anchors are the published ones."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import SpecBroken
from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import decode_page, page_clauses
from spec_lookup.search.rendering import rendered

LIBRARY = Path(__file__).parent.parent / "data" / "specs" / "library"


def page(name: str) -> str:
    """The text of a page of the library's spec."""
    return dict(read_pages(LIBRARY))[name]


def test_a_clause_is_a_heading_with_its_own_body() -> None:
    """The body of an H2 ends where its H3 begins; the anchor is the explicit one where there is one."""
    found = page_clauses("loans.md", page("loans.md"))

    assert ["loans", "loan-period", "renewal", "fines", "limits", "limits_1"] == [clause.anchor for clause in found]
    period = found[1]
    assert "What members may borrow, and for how long." == found[0].text
    assert "renewed" not in period.text
    assert "loans#loan-period" == period.cite
    assert "loans/#loan-period" == period.url
    assert ("Loan period", "Loans", 5) == (period.title, period.page_title, period.line)


def test_code_is_no_heading() -> None:
    """A comment in a fenced block does not end a clause."""
    fines = page_clauses("loans.md", page("loans.md"))[3]

    assert "rate = 0.20" in fines.markdown


def test_front_matter_is_read_and_lines_are_counted_from_the_top_of_the_file() -> None:
    """`normative: false` makes a page searchable that decides nothing."""
    weekdays = page_clauses("opening.md", page("opening.md"))[0]

    assert (7, True) == (weekdays.line, weekdays.normative)
    assert not page_clauses("x.md", "---\nnormative: false\n---\n# X\n\n## Y\n\nz\n")[0].normative


def test_a_page_without_headings_is_one_clause() -> None:
    """It can be found and cited by its page."""
    (only,) = page_clauses("ops/badges.md", "They expire after 90 days.\n")

    assert ("ops/badges#", "They expire after 90 days.") == (only.cite, only.text)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    """Pages come from every editor."""
    data = page("loans.md").replace("\n", "\r\n").encode("utf-8-sig")

    assert page_clauses("loans.md", page("loans.md")) == page_clauses("loans.md", decode_page(data, "loans.md"))


def test_bytes_that_are_not_utf_8_are_reported_with_page_and_line() -> None:
    """The author learns where to look."""
    with pytest.raises(SpecBroken, match=r"loans\.md:3: .*UTF-8"):
        decode_page(b"# Menu\n\ncaf\xe9\n", "loans.md")


def test_sentences_are_parts_of_the_text() -> None:
    """Whatever is quoted stands in the clause, word by word; table rows and list items are sentences, too."""
    for name, text in read_pages(LIBRARY):
        for clause in page_clauses(name, text):
            assert [] == [sentence for sentence in clause.sentences() if sentence not in clause.text]
    limits = page_clauses("loans.md", page("loans.md"))[4]
    assert "Member: Adult; Items: 12 items" in limits.sentences()


titles = st.text(st.sampled_from("abcdefgh ABC123"), min_size=1, max_size=12).map(str.strip).filter(bool)
bodies = st.text(st.sampled_from("abc \n.1|-*_"), max_size=40).map(lambda text: f"x {text}")
sections = st.lists(st.tuples(st.integers(2, 6), titles, bodies), min_size=1, max_size=6)


@given(sections)
def test_no_clause_is_lost_and_every_anchor_is_published(rows: list[tuple[int, str, str]]) -> None:
    """For any page, each heading below the first is a clause, and its anchor is that of the site's parser."""
    text = "# Top\n\n" + "\n\n".join(f"{'#' * level} {title}\n\n{body}" for level, title, body in rows)
    html = rendered(text)
    found = page_clauses("page.md", text)

    for clause in found:
        assert f'id="{clause.anchor}"' in html
    assert len(rows) <= len(found)
    assert len(found) == len({clause.cite for clause in found})


def test_two_headings_with_one_anchor_are_reported_with_page_and_line() -> None:
    """A citation would mean either of them."""
    with pytest.raises(SpecBroken, match=r"fees\.md:7: "):
        page_clauses("fees.md", "# Fees\n\n## Late {#late}\n\nOne.\n\n## Lost {#late}\n\nTwo.\n")


@pytest.mark.parametrize(
    "text",
    [
        "```\n## not closed\n",
        "## \n\nno title\n",
        "| a | b\n|---\n| 1",
        "<div>\n\n## inside\n\nText.\n",
        "**bold [link(\n",
    ],
)
def test_broken_markdown_is_read_as_it_is_published(text: str) -> None:
    """What the site shows somehow is indexed somehow; nothing is refused and nothing is lost without a word."""
    found = page_clauses("page.md", f"# Page\n\n## First\n\nA rule.\n\n{text}")

    assert "A rule." in found[0].markdown
    assert found == page_clauses("page.md", f"# Page\n\n## First\n\nA rule.\n\n{text}")


def anchors(text: str) -> dict[str, str]:
    """The clauses of a page: anchor and text."""
    return {clause.anchor: clause.text for clause in page_clauses("page.md", text)}


CONSTRUCTS = [
    (
        '## A {#a}\n\n``` yaml title="p.yml"\nx: 1\n```\n\n## B {#b}\n\nTwo.\n',
        {"a": "p.yml x: 1", "b": "Two."},
        "titled fence",
    ),
    ("## A {#a}\n\n``` yaml\n---\nquote: Q-1\n```\n", {"a": "--- quote: Q-1"}, "dashes first in a fence"),
    ("## A {#a}\n\nOne.\n\n> ### Q {#q}\n> Two.\n", {"a": "One.", "q": "Two."}, "quotation"),
    ('!!! info "D"\n\n    ### Q {#q}\n\n    Two.\n', {"": "D", "q": "Two."}, "admonition above any heading"),
    ("## A {#a}\n\n- One.\n\n    ### Q {#q}\n\n    Two.\n", {"a": "One.", "q": "Two."}, "list"),
    ('<h2 id="raw">Raw</h2>\n<p>One.</p>\n\n## B {#b}\n\nTwo.\n', {"raw": "One.", "b": "Two."}, "raw HTML"),
    ('## A {#a data-x="1"}\n\nOne.\n', {"a": "One."}, "data attribute"),
    ("# T\n\nOne.\n\n## B {#b}\n\nTwo.\n", {"t": "One.", "b": "Two."}, "text below the title"),
    ("Zero.\n\n# T\n\n## B {#b}\n\nTwo.\n", {"": "Zero.", "b": "Two."}, "text above the title"),
    ("## A\n\nOne.\n\n## A\n\nTwo.[^n]\n\n[^n]: Note.\n", {"a": "One.", "a_1": "Two.1 Note. ↩"}, "twins, a footnote"),
    ("## A {#a}\n\nTerm\n:   Meaning.\n", {"a": "Term Meaning."}, "definition"),
    ("## A {#a}\n\n| Carrier | Limit |\n|---|---|\n| X | 24 h |\n", {"a": "Carrier: X; Limit: 24 h"}, "table"),
]


@pytest.mark.parametrize(("text", "found", "why"), CONSTRUCTS, ids=[row[2] for row in CONSTRUCTS])
def test_every_published_heading_and_word_is_in_a_clause(text: str, found: dict[str, str], why: str) -> None:
    """Whatever a page is written with, its clauses are what the site shows."""
    assert found == anchors(text), why


def test_a_row_of_a_table_is_one_sentence_with_the_heads_of_its_columns() -> None:
    """A quote is what a person reads, whatever stands in the cells."""
    (clause,) = page_clauses(
        "page.md", "## A\n\n| Case | Rule |\n|---|---|\n| Late. Lost; Gone | Pay **2** EUR. At once |\n"
    )

    assert ["Case: Late. Lost; Gone; Rule: Pay 2 EUR. At once"] == clause.sentences()


@pytest.mark.parametrize("name", ["a/rules.md", "a/rules.markdown", "a/rules.mkd"])
def test_pages_of_any_markdown_ending_are_read(tmp_path: Path, name: str) -> None:
    """The endings are those of MkDocs."""
    (tmp_path / "a").mkdir()
    (tmp_path / name).write_text("## A\n\nOne.\n", encoding="utf-8")

    assert ["a/rules#a"] == [clause.cite for page, text in read_pages(tmp_path) for clause in page_clauses(page, text)]


def test_the_time_to_read_a_page_grows_as_the_page_does() -> None:
    """Each heading's line is looked up; a page of a thousand headings is no thousand pages."""

    def seconds(headings: int) -> float:
        text = "\n\n".join(f"## Head {n} {{#h{n}}}\n\nText of {n}.\n\nMore of it." for n in range(headings))
        began = time.thread_time()
        found = page_clauses("page.md", text)
        took = time.thread_time() - began
        assert [6 * n + 1 for n in range(headings)] == [clause.line for clause in found]
        return took

    seconds(10)  # what is loaded once

    assert 7 > min(seconds(1_600) / seconds(400) for _ in range(3))


def test_a_clause_keeps_what_stands_in_its_file() -> None:
    """From its heading to the next one, with the front matter left out: joined, they are the page."""
    body = "# Billing\n\nIntro with a [link](quotes.md).\n\n## Terms {#terms}\n\n**30** days.\n\n### Late\n\n- 9 %"
    clauses = page_clauses("billing.md", f"---\nowner: x\n---\n{body}\n")

    assert body == "\n\n".join(clause.source for clause in clauses)
    assert {"billing.md"} == {clause.file for clause in clauses}
