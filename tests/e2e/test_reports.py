"""The lead reads the month in a browser: charts from the tables, numbers with their requests, and a print of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sandbox.year import year
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

WIDTHS = (1280, 390)


def test_the_lead_reads_the_month(sandbox: Sandbox, page: Page, browser: Browser) -> None:
    """On a desktop and a phone no page scrolls sideways; on paper the tables stand without navigation.

    Without JavaScript the tables stand alone.
    """
    desk = sandbox.application.desk
    for step in year(40, desk.clock(), desk.process, ["quotes#validity", "billing#due"]):
        desk.cases.create(step, f"year-{step.case.id}")
    sign_in(page, sandbox, "marc.selter@example.com")
    page.goto(f"{sandbox.url}/desk/reports?by=month")

    expect(page.get_by_role("img", name="Chart: Received and resolved.")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for name in ("Decisions", "Times", "Mail and quarantine", "Ledger", "Month"):
            page.get_by_role("link", name=name, exact=True).first.click()
            expect(page.locator("table.figures").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == width, (name, width)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Help Desk,")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Reports")).to_be_hidden()
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
    page.emulate_media(media="screen")

    page.goto(f"{sandbox.url}/desk/reports?by=month")
    total = page.locator("table.figures").first.locator("tfoot td").first
    number = int(total.inner_text().replace(",", ""))
    total.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Received, "))
    assert page.locator("tbody tr").count() == min(number, 50)

    bare = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    try:
        plain = bare.new_page()
        plain.goto(f"{sandbox.url}/desk/reports?by=month")
        expect(plain.locator("canvas")).to_have_count(0)
        expect(plain.locator("table.figures").first).to_contain_text("All together")
    finally:
        bare.close()
