"""Citation and link stand at the end of every clause, whatever its heading is written with."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.wiki.clause_figures import figures
from intake_fn.wiki.clauses import with_reports
from spec_lookup import read_page
from spec_lookup.search.rendering import rendered

if TYPE_CHECKING:
    from pathlib import Path

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


NONE = {"bugs": 0, "changes": 0, "overridden": 0, "open": 0, "oldest_days": None}


def counted(tmp_path: Path, clauses: object) -> Path:
    """A file of counts."""
    path = tmp_path / "clauses.json"
    path.write_text(json.dumps({"at": "2026-11-27", "requests": 9, "clauses": clauses}), encoding="utf-8")
    return path


def test_a_clause_shows_the_counts_of_its_requests(tmp_path: Path) -> None:
    """By its citation, with their date; one without requests shows nothing."""
    counts: dict[str, Any] = {
        "page#a": {"bugs": 2, "changes": 1, "overridden": 1, "open": 2, "oldest_days": 12},
        "page#b": NONE,
        "page#c": {**NONE, "changes": 3, "open": 1, "oldest_days": 1},
    }
    told = figures(counted(tmp_path, counts))

    assert {
        "page#a": "2 bugs · 1 change · 1 verdict overridden · 2 open, the oldest for 12 days (27 Nov 2026)",
        "page#c": "3 changes · 1 open, the oldest for 1 day (27 Nov 2026)",
    } == told
    html = with_reports("<h2 id=a>A</h2>One.<h2 id=b>B</h2>Two.", "page", {"a", "b"}, "", told)
    assert 1 == html.count("sd-clause-figures") == html.count("the oldest for 12 days (27 Nov 2026)</span></p>")


@pytest.mark.parametrize("clauses", [[], {"page#a": {}}, {"page#a": {**NONE, "bugs": "many"}}, {"page#a": None}])
def test_counts_that_are_none_are_told(tmp_path: Path, clauses: object) -> None:
    """The build fails with the reason."""
    with pytest.raises(ValueError, match="it is no file of `specdesk silence --counts`"):
        figures(counted(tmp_path, clauses))
