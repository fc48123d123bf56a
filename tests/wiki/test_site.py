"""The built wiki: nothing from elsewhere, every clause where it is cited, every form complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from intake_fn.core.request import Kind
from intake_fn.web.forms import FORMS
from spec_lookup import Clause, page_clauses
from tests.wiki.conftest import ROOT, Site, build

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "use": "href"}
"""Tags whose address a browser fetches by itself."""

ELSEWHERE = re.compile(r"^(?:[a-z]+:)?//")
STYLE_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^)\"'\s]+)")

SPEC_PAGES = sorted((ROOT / "docs" / "spec").glob("*.md"))


def clauses_of(path: Path) -> list[Clause]:
    """The clauses of a page as the judge knows them."""
    return page_clauses(path.name, path.read_text(encoding="utf-8"))


def address(path: Path) -> str:
    """Where the site has a page of the spec."""
    return "spec/" if path.stem == "index" else f"spec/{path.stem}/"


def loaded(site: Site) -> Iterator[tuple[str, str]]:
    """Page and address of everything that browsers fetch to show the pages."""
    for page in site.values():
        for element in page.elements:
            if element.tag in LOADING and (target := element.attributes.get(LOADING[element.tag])):
                yield page.name, target


def test_no_page_loads_anything_from_another_host(site: Site) -> None:
    """A wiki that asks nobody else works offline and tells nobody who reads it."""
    assert [found for found in loaded(site) if ELSEWHERE.match(found[1])] == []


def test_no_style_sheet_loads_anything_from_another_host(site: Site) -> None:
    """Fonts and pictures hide in style sheets."""
    sheets = site.folder.rglob("*.css")
    styles = [sheet.read_text(encoding="utf-8") for sheet in sheets] + [page.html for page in site.values()]

    assert [found for style in styles for found in STYLE_ADDRESS.findall(style)] == []


def test_everything_that_a_page_loads_is_there(site: Site) -> None:
    """A script or a picture that is missing shows only in the browser's console."""
    missing = [
        (page, target)
        for page, target in loaded(site)
        if not target.startswith("data:")
        and page != "404.html"
        and not (site.folder / page / target.partition("?")[0]).resolve().exists()
    ]

    assert missing == []


def test_mermaid_is_loaded_before_the_theme_and_only_where_a_diagram_is(site: Site) -> None:
    """The theme fetches Mermaid from elsewhere unless it is there already; 3.5 MB are for those who need them."""
    with_diagram = {name for name, page in site.items() if 'class="mermaid"' in page.html}
    with_script = {page for page, target in loaded(site) if target.endswith("mermaid.min.js")}

    assert with_diagram == with_script == {"process/"}

    html = site["process/"].html

    assert html.index("assets/mermaid.min.js") < html.index("assets/javascripts/bundle")


@pytest.mark.parametrize("path", SPEC_PAGES, ids=lambda path: path.stem)
def test_every_clause_stands_in_the_page_under_the_anchor_that_is_cited(site: Site, path: Path) -> None:
    """A receipt's link must land on the clause: spec_lookup's anchors are the ids of the built page."""
    ids = site[address(path)].ids

    assert {clause.anchor: 1 for clause in clauses_of(path)} == {
        clause.anchor: ids.count(clause.anchor) for clause in clauses_of(path)
    }


@pytest.mark.parametrize("path", SPEC_PAGES, ids=lambda path: path.stem)
def test_every_clause_shows_its_citation_and_links_to_report_it_and_to_change_it(site: Site, path: Path) -> None:
    """They carry the clause to the form, so that nobody has to copy it."""
    page = site[address(path)]
    targets = [element.attributes.get("href", "") for element in page.elements if element.tag == "a"]
    cites = [clause.cite for clause in clauses_of(path)]

    ways = "Report a problem with this clause Ask to change this clause"
    assert [cite for cite in cites if f"{cite} {ways}" not in page.text] == []
    assert [target for target in targets if "clause=" in target] == [
        f"/requests/new/{kind}?clause={cite.replace('#', '%23')}" for cite in cites for kind in ("bug", "change")
    ]


def test_the_spec_says_that_it_is_the_sample_and_who_owns_each_page(site: Site) -> None:
    """Nobody should take the sample instance for their own product's spec."""
    assert "This is the sample instance" in site["spec/"].text
    assert "Owner: Marc Selter · sample instance" in site["spec/billing/"].text


def test_home_is_a_start_page_to_the_forms_the_spec_and_the_desk(site: Site) -> None:
    """It asks what the reader needs, as the intake's start page does: each form with the same words."""
    page = site[""]
    targets = {element.attributes.get("href") for element in page.elements if element.tag == "a"}

    assert {
        "/requests/new",
        "spec/",
        "process/",
        "/desk",
        *(f"/requests/new/{kind}" for kind in Kind),
    } - targets == set()
    assert "What do you need?" in page.text
    assert [form.title for form in FORMS.values() if f"{form.title} {form.choose_when}" not in page.text] == []


def test_another_intake_gets_all_forms_and_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where forms and desk have an address of their own, `extra.intake_url` moves everything there.

    The wiki's own pages of such a name, as `process/desk/`, stay.
    Clauses show their figures where the build is given some.
    """
    counts = {"bugs": 2, "changes": 0, "overridden": 0, "open": 0, "oldest_days": None}
    told = {"at": "2026-11-27", "requests": 2, "clauses": {"quotes#validity": counts}}
    (tmp_path / "clauses.json").write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("SPECDESK_CLAUSE_FIGURES", "clauses.json")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace('intake_url: ""', "intake_url: https://help.ct2")
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    for name in ("docs", "intake_fn", "support.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = build(tmp_path / "site", folder=tmp_path)

    assert done.returncode == 0, done.stderr

    pages = Site(tmp_path / "site")
    assert 1 == pages["spec/quotes/"].text.count("2 bugs (27 Nov 2026)")
    addresses = [
        value
        for address, page in pages.items()
        for element in page.elements
        for name, value in element.attributes.items()
        if name in ("href", "action")
        and re.search(r"/(?:requests|desk|status)(?:/|$)", value)
        and urlsplit(urljoin(f"/{address}", value)).path.lstrip("/") not in pages
    ]

    assert addresses
    assert [found for found in addresses if not found.startswith("https://help.ct2/")] == []
