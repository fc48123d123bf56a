"""Citation and link stand at the end of every clause, whatever its heading is written with."""

from __future__ import annotations

import re

import pytest

from intake_fn.wiki.clauses import with_reports
from spec_lookup import read_page
from spec_lookup.search.rendering import rendered

PAGES = [
    ('# T\n\n## A {#a data-id="7" title="x > y"}\n\nOne.\n', ["a"], "One."),
    ("# T\n\n<h2 id='a'>A</h2>\n\n<H3 class=x ID=b>B</H3>\n\nOne.\n", ["a", "b"], "One."),
    ("# T {#t}\n\n![Only a picture](p.png)\n\n## A {#a}\n\nOne.\n", ["t", "a"], "One."),
    ("# T {#t}\n\n## A {#a}\n\nOne.\n", ["a"], "One."),
    ('# T\n\n## A {#a}\n\n<!-- <h2 id="gone">Gone</h2> -->\n\n```\n<h2 id="code">\n```\n\nOne.\n', ["a"], "One."),
    ("# T\n\n> ## A {#a}\n> One.\n\n- x\n\n    ### B {#b}\n\n    Two.\n", ["a", "b"], "Two."),
    ("# T\n\n## Über {#über}\n\nOne.\n", ["über"], "One."),
]


@pytest.mark.parametrize(("text", "anchors", "last"), PAGES)
def test_every_clause_shows_its_citation_once(text: str, anchors: list[str], last: str) -> None:
    """Those of the index in the order of the page, each below its own text, and nothing else is taken for one."""
    page = read_page("page.md", text)
    html = with_reports(rendered(text), "page", {clause.anchor for clause in page.clauses}, "https://help.example.com")

    assert [f"page#{anchor}" for anchor in anchors] == re.findall(r'<p class="sd-clause"><code>([^<]*)</code>', html)
    assert html.rindex(last) < html.rindex('<p class="sd-clause">')
