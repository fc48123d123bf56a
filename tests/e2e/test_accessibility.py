"""Every page in every state, light and dark, wide and narrow: axe finds nothing, nothing is scrolled sideways."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pages import DESK, REQUESTER, WIKI, Cases, Visit, made
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Browser, Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """async (rules) => {
  const found = await axe.run(document, {resultTypes: ["violations"], runOnly: rules});
  return found.violations.map((one) => `${one.id}: ${one.help}\\n` +
    one.nodes.slice(0, 4).map((node) => `    ${node.html.slice(0, 160)}\\n      ${node.failureSummary}`).join("\\n"));
}"""
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""The rules that axe has for pages, those beyond WCAG, too."""

OF_LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "landmark-unique"]
"""Those whose result changes with colours or width, for the second look."""

LOOKS = (("light", 1280), ("dark", 390)), (("dark", 1280), ("light", 390))
"""Two looks of each page, in turns, so that each kind of page is seen in all four."""

SCHEME = """(scheme) => {
  const body = document.body;
  if (body.dataset.mdColorScheme) body.dataset.mdColorScheme = scheme === "dark" ? "slate" : "default";
}"""


@pytest.fixture(scope="module")
def desk(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    """An admin at the desk."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, sandbox, "paul@example.com")
    yield page
    context.close()


@pytest.fixture(scope="module")
def cases(desk: Page, sandbox: Sandbox) -> Cases:
    """Requests in all states."""
    return made(desk, sandbox)


def test_axe_finds_nothing_on_the_pages_of_the_wiki_and_of_requesters(page: Page, cases: Cases) -> None:
    """Everybody can read, search and send, whatever they see, hear or press."""
    assert [] == list(_problems(page, cases, (*WIKI, *REQUESTER)))


def test_axe_finds_nothing_on_the_pages_of_the_desk(desk: Page, cases: Cases) -> None:
    """Engineers may be blind, too."""
    assert [] == list(_problems(desk, cases, DESK))


def _problems(page: Page, cases: Cases, visits: Iterable[Visit]) -> Iterator[str]:
    for number, visit in enumerate(visits):
        visit.open(page, cases)
        page.evaluate(AXE)
        for (scheme, width), rules in zip(LOOKS[number % 2], (ALL, OF_LOOKS), strict=True):
            _look(page, scheme, width)
            shown = f"{visit.name}, {scheme}, {width}"
            yield from (f"{shown}: {problem}" for problem in page.evaluate(RUN, rules))
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                yield f"{shown}: has to be scrolled sideways"


def _look(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(SCHEME, scheme)
