"""The index of the search box: every section once, for whom it is, and nothing that is no text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.wiki.search_index import OPERATORS, SPEC, SUPPORT, as_json, kind_of, sections
from spec_lookup import page_clauses
from tests.wiki.test_site import SPEC_PAGES

if TYPE_CHECKING:
    from tests.wiki.conftest import Site

PAGE = """
<h1 id="mail">Mail<a class="headerlink" href="#mail">¶</a></h1><p class="sd-owner">Owner: Paul</p>
<p>Read <em>once</em>.<br>Then</p><table><tr><td>one</td><td>two</td></tr></table>
<h2 id="sender">The <code>sender</code> &amp; form<a class="headerlink" href="#sender">¶</a></h2>
<p>From us.<script>let x = "<h2>";</script></p><p class="sd-clause"><code>mail#sender</code> <a href="/">Report</a></p>
"""


@pytest.fixture(scope="module")
def index(site: Site) -> dict[str, Any]:
    """The index as it is published."""
    read: dict[str, Any] = json.loads((site.folder / "search" / "index.json").read_text(encoding="utf-8"))
    return read


def test_a_page_is_cut_at_its_headings() -> None:
    """Signs beside headings, scripts, owners and the foot of a clause are left out; cells stay apart."""
    found = sections(PAGE, "spec/mail/", SPEC, "mail")

    assert [("spec/mail/", "Mail", "mail#mail"), ("spec/mail/#sender", "The sender & form", "mail#sender")] == [
        (section.url, section.title, section.cite) for section in found
    ]
    assert ["Read once. Then one two", "From us."] == [section.text for section in found]
    assert {"Mail"} == {section.page for section in found}


def test_the_index_is_small_json_with_the_synonyms() -> None:
    """Accents are written as they are."""
    assert '{"synonyms":[["booking","réservation"]],"sections":[]}' == as_json([], [["booking", "réservation"]])


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("spec/index.md", SPEC),
        ("process/index.md", SUPPORT),
        ("index.md", SUPPORT),
        ("operate/mail.md", OPERATORS),
        ("glossary.md", OPERATORS),
        ("decisions/0001-one-house-with-floors.md", OPERATORS),
    ],
)
def test_pages_for_operators_stand_apart(uri: str, kind: str) -> None:
    """Who looks for a rule of the product is not led to a setting of the help desk."""
    assert kind == kind_of(uri)


def test_every_clause_of_the_spec_is_found_under_its_citation(index: dict[str, Any]) -> None:
    """With the words that the judge knows, whatever tables and lists it has."""
    found = {section["cite"]: section for section in index["sections"] if section["cite"]}
    clauses = [clause for path in SPEC_PAGES for clause in page_clauses(path.name, path.read_text(encoding="utf-8"))]

    assert {clause.cite for clause in clauses} == set(found)
    assert [clause.cite for clause in clauses if clause.title != found[clause.cite]["title"]] == []


def test_synonyms_of_the_spec_and_its_abbreviations_come_along(index: dict[str, Any]) -> None:
    """What the engine knows, the box knows where the engine does not answer."""
    terms = [set(group) for group in index["synonyms"]]

    assert any({"booking", "réservation"} <= group for group in terms)


def test_the_search_box_is_a_form_that_works_without_scripts(site: Site) -> None:
    """It leads to the page of expected behaviour; no page loads the index by itself."""
    for name in ("", "spec/users/"):
        form = next(
            e.attributes for e in site[name].elements if e.tag == "form" and e.attributes.get("role") == "search"
        )

        assert ("get", "/expected") == (form["method"], form["action"])
        assert (site.folder / name / form["data-index"]).resolve().is_file()
