"""What is checked of a built site before it is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from intake_fn.adapters.provision.site import patterns
from intake_fn.wiki.site_check import broken_links, missing_clauses, read_pages, stamp_of, too_few_pages
from spec_lookup import Clause, content_stamp, page_clauses
from spec_lookup import read_pages as read_spec
from tests.wiki.conftest import ROOT, Site

if TYPE_CHECKING:
    from pathlib import Path

SPEC = ROOT / "docs" / "spec"


def clauses() -> list[Clause]:
    """The clauses of the sample spec."""
    return [clause for name, text in read_spec(SPEC) if name.endswith(".md") for clause in page_clauses(name, text)]


def test_the_wiki_as_it_is_may_be_published(site: Site) -> None:
    """Each link leads somewhere, each clause stands where it is cited, and its stamp is that of the index."""
    pages = read_pages(site.folder)

    assert [] == [*broken_links(site.folder, pages, patterns())]
    assert [] == [*missing_clauses(pages, clauses())]
    assert content_stamp([*read_spec(SPEC)]) == stamp_of(site.folder)
    assert len(site) == len(pages)


def test_no_file_of_the_wiki_stands_where_the_function_answers(site: Site) -> None:
    """It would be published, and nobody could read it; the description of the API has a row of its own in site.json."""
    tops = {path.relative_to(site.folder).parts[0] for path in site.folder.rglob("*") if path.is_file()}
    taken = {pattern.split("/")[1] for pattern in patterns()}

    assert {"api"} == tops & taken
    assert ["openapi.yaml"] == [path.name for path in (site.folder / "api").rglob("*")]


def test_what_is_broken_is_named(tmp_path: Path) -> None:
    """A missing file, a missing anchor, a lost clause; addresses of other servers and of the function are not ours."""
    (tmp_path / "spec" / "quotes").mkdir(parents=True)
    links = ("spec/quotes/#validity", "spec/quotes/#gone", "nowhere/", "/desk", "https://example.org/", "mailto:a@b")
    (tmp_path / "index.html").write_text("".join(f'<a href="{link}">x</a>' for link in links), encoding="utf-8")
    (tmp_path / "spec" / "quotes" / "index.html").write_text('<h2 id="validity">V</h2><img src="../../a.png">')
    pages = read_pages(tmp_path)
    known = [clause for clause in clauses() if clause.cite in ("quotes#validity", "quotes#sending", "billing#overdue")]

    assert [
        "index.html leads to spec/quotes/#gone, and spec/quotes/index.html has no such anchor",
        "index.html leads to nowhere/, and there is no nowhere/index.html",
        "spec/quotes/index.html leads to ../../a.png, and there is no a.png",
    ] == [*broken_links(tmp_path, pages, patterns())]
    assert "quotes#validity" not in str([*missing_clauses(pages, known)])
    assert "clause billing#overdue is not at spec/billing/#overdue" in [*missing_clauses(pages, known)]


def test_lost_pages_are_noticed() -> None:
    """99 of 100 will do; a first version has nothing to lose."""
    assert [] == [*too_few_pages(99, 100), *too_few_pages(1, 0)]
    assert ["it has 98 pages, and the version that is shown has 100"] == [*too_few_pages(98, 100)]


def test_a_site_without_a_stamp_has_none(tmp_path: Path) -> None:
    """Whatever stands there."""
    assert "" == stamp_of(tmp_path)
    for text in ("", "[]", "{}", json.dumps({"content": "x"})[:-1]):
        (tmp_path / "stamp.json").write_text(text)
        assert "" == stamp_of(tmp_path)
