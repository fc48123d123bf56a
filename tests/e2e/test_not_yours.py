"""Acting on what somebody else has, in a browser without JavaScript: asked, back with what was typed, then done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sandbox.demo import send
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

REQUEST = {
    "kind": "question",
    "name": "Camille Lefort",
    "email": "camille@example.com",
    "office": "paris",
    "summary": "Where do I see which agents may be booked?",
    "description": "I do not find the list of agents.",
    "priority": "high",
    "module": "users",
}
WIDTHS = (1280, 390)


def test_a_colleague_is_asked_before_they_act(browser: Browser, sandbox: Sandbox, screens: Path) -> None:
    """Going back keeps the text; going on does it once; nothing is wider than the screen."""
    case_id = send(sandbox.url, REQUEST)["id"]
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, sandbox, "andrei@example.com")
        page.goto(f"{sandbox.url}/desk/requests/{case_id}")
        assert 0 == page.locator("[hidden]:visible").count(), "buttons that only a script can press"
        page.locator("#ask summary").click()
        page.get_by_label("Your question").fill("Which list?\nThe one under Partners?")
        page.get_by_role("button", name="Ask the requester").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("This request is assigned to Paris CT2 Liaison")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=screens / f"sure-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="No, go back").click()
        expect(page.get_by_label("Your question")).to_have_value("Which list?\nThe one under Partners?")
        page.get_by_role("button", name="Ask the requester").click()
        page.get_by_role("button", name="Yes: ask the requester").click()
        expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(
            "Your question is sent to the requester."
        )
        expect(page.get_by_role("main")).to_contain_text("The one under Partners?")
        page.goto(f"{sandbox.url}/desk/outbox")
        expect(page.get_by_role("main")).to_contain_text("Only admins may do this: iHelp, Paul")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=screens / f"admins-{width}.png", full_page=True)
