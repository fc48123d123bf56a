"""The search box of the wiki: by words alone where the intake does not answer, and by meaning where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from benchmarks.golden import FOUND, rows

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

RUN = """async ([queries, base]) => {
  const { SearchIndex } = await import(`${base}/assets/search-index.js`);
  const index = await SearchIndex.of(await (await fetch(`${base}/search/index.json`)).json());
  const spec = (text) => index.search(text).filter((hit) => hit.section.kind === "spec").map((hit) => hit.section.cite);
  return queries.map(spec);
}"""

BY_WORDS = {
    "email": "users#create",
    "login": "users#create",
    "8%": "quotes#approval",
    "50000": "customs#four-eyes",
    "50 000 USD": "customs#four-eyes",
    "$50000": "customs#four-eyes",
    "8 percent": "quotes#approval",
    "25MB": "documents#upload",
    "noel": "Holidays",
    "sesion": "users#sessions",
    "003310": "shipments#search",
    "PAR-20": "shipments#search",
}
"""What is typed, and what a result has to show."""


def test_the_index_of_words_finds_the_golden_queries(page: Page, sandbox: Sandbox) -> None:
    """Codes, numbers, parts of both, typos, accents, French words and synonyms, without the intake."""
    page.goto(f"{sandbox.url}/spec/")
    queries = rows("queries")
    found: list[list[str]] = page.evaluate(RUN, [[row["query"] for row in queries], sandbox.url])
    for part, least in (("tune", 0.95), ("held", 0.92)):
        right = [_is_found(row, hits) for row, hits in zip(queries, found, strict=True) if row["part"] == part]

        assert sum(right) / len(right) >= least, f"{part}: {sum(right)} of {len(right)}"


def _is_found(row: dict[str, Any], hits: list[str]) -> bool:
    return any(cite in row["relevant"] for cite in hits[:FOUND])


def test_the_box_finds_by_words_where_the_intake_does_not_answer(page: Page, sandbox: Sandbox) -> None:
    """By the keyboard alone: to the box, to a result, to its clause; what is not found can be asked."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/api/search*", refuse)
    page.goto(f"{sandbox.url}/spec/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search the spec and the help pages")
    expect(box).to_be_focused()
    with page.expect_request("**/api/search*"):
        box.fill("mail")
    for text, shown in BY_WORDS.items():
        box.fill(text)
        expect(page.get_by_role("option").filter(has_text=shown).first, text).to_be_attached()

    assert 1 == len(asked), "what does not answer is not asked again"

    box.fill("sesion")
    expect(page.get_by_role("group", name="Spec", exact=True)).to_contain_text("users#sessions")
    expect(page.get_by_role("group", name="Running Specdesk")).to_be_attached()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{sandbox.url}/spec/users/#sessions")

    box.fill("xyzzyplugh")
    expect(page.get_by_text("Nothing found for “xyzzyplugh”.").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("xyzzyplugh")
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="Ask a question: “xyzzyplugh”").click()
    expect(page.get_by_label("Summary")).to_have_value("xyzzyplugh")


def test_the_box_finds_by_meaning_where_the_intake_answers(page: Page, sandbox: Sandbox) -> None:
    """The engine's first clause is the first; Enter without a choice leads to whole clauses, without scripts, too."""
    page.goto(f"{sandbox.url}/")
    box = page.get_by_role("combobox")
    with page.expect_response("**/api/search*", timeout=60_000) as answer:
        box.fill("how long until I am signed out")
    first = answer.value.json()["results"][0]
    expect(page.get_by_role("option").first).to_contain_text(first["clause"])
    box.press("Enter")
    expect(page.get_by_role("heading", name="Expected behaviour")).to_be_visible()
    expect(page.locator("blockquote").first).to_be_visible()


def test_the_box_does_not_wait_for_a_large_index(page: Page, sandbox: Sandbox) -> None:
    """What the intake finds is shown while the index of words is still on its way; its words come when it is there."""
    late: list[Route] = []
    page.route("**/search/index.json", lambda route: late.append(route))  # noqa: PLW0108 - Playwright marks the function
    page.goto(f"{sandbox.url}/")
    with page.expect_response("**/api/search*", timeout=60_000) as answer:
        page.get_by_role("combobox").fill("session")
    first = answer.value.json()["results"][0]
    expect(page.get_by_role("option").first).to_contain_text(first["clause"])
    expect(page.get_by_role("group", name="Running Specdesk")).not_to_be_attached()

    late[0].continue_()
    expect(page.get_by_role("group", name="Running Specdesk")).to_be_attached()
    expect(page.get_by_role("option").first).to_contain_text(first["clause"])
