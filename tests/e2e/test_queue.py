"""The desk's queue in a browser: find by words while typing, filter, save a view, reassign ticked ones, live news."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from intake_fn.wiring import Application
from tests.e2e.changes import is_no_wider
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

WORD = "Zanzibar"


def ask(sandbox: Sandbox, summary: str) -> str:
    """Send a question by the API; its number."""
    answers: dict[str, Any] = {
        "kind": "question",
        "name": "Camille Laurent",
        "email": "camille@example.com",
        "office": "paris",
        "summary": summary,
        "description": f"How do I find the rates to {WORD}?",
    }
    call = urllib.request.Request(
        f"{sandbox.url}/api/requests",
        json.dumps(answers).encode(),
        {"Content-Type": "application/json", "Idempotency-Key": f"queue-{summary}"},
    )
    with urllib.request.urlopen(call, timeout=30) as answer:
        number: str = json.load(answer)["id"]
    return number


def until_delivered(sandbox: Sandbox, number: str) -> None:
    """Wait until nothing of a request is left to be delivered: it changes with each delivery, after its receipt."""
    desk = Application.from_environ(sandbox.environ).background_desk
    for _ in range(60):
        if not desk.outbox.items_of(number):
            return
        desk.deliver(number)
        time.sleep(0.5)
    pytest.fail(f"{number} is not delivered within half a minute")


def test_an_engineer_finds_filters_saves_reassigns_and_hears_news(page: Page, sandbox: Sandbox, screens: Path) -> None:
    """One morning at the queue, by keyboard where a keyboard does."""
    first, second = ask(sandbox, "Rates of the first quarter"), ask(sandbox, "Rates of the second")
    sign_in(page, sandbox, "liaison.paris@example.com")

    page.goto(f"{sandbox.url}/desk?level=0&office=paris")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Find a request")
    expect(box).to_be_focused()
    box.press_sequentially("zanzib quart", delay=20)
    offers = page.get_by_role("listbox", name="Requests").get_by_role("option")
    expect(offers).to_have_count(1)
    expect(offers).to_contain_text(first)
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "find-option-0")
    box.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/requests/{first}$"))

    page.goto(f"{sandbox.url}/desk?level=0&office=paris")
    rows = page.locator("tr[data-request]")
    shown = rows.count()
    page.get_by_text("Save this list as a view").click()
    page.get_by_label("Name").fill("Paris at level 0")
    page.get_by_role("button", name="Save").click()
    view = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Paris at level 0")
    expect(view).to_have_attribute("aria-current", "page")
    expect(view).to_contain_text(str(shown))

    third = ask(sandbox, "Rates of the third")
    until_delivered(sandbox, third)
    page.clock.install()
    page.reload()
    before = page.locator("tr[data-request]").all_inner_texts()
    fourth = ask(sandbox, "Rates of the fourth")
    page.clock.run_for(21_000)
    expect(page.locator("[data-news-text]")).to_have_text("1 new")
    expect(page).to_have_title(re.compile(r"^\(1\) Desk"))
    assert before == page.locator("tr[data-request]").all_inner_texts()
    page.screenshot(path=screens / "queue-news.png")
    page.get_by_role("link", name="Show the list anew").click()
    expect(page.locator(f"tr[data-request='{fourth}']")).to_be_visible()

    for number in (second, third):
        page.get_by_label(f"Select {number}").check()
    expect(page.locator("[data-ticked]")).to_have_text("2")
    page.get_by_label("Reassign to").select_option("london-liaison")
    page.get_by_role("button", name="Reassign").click()
    expect(page.get_by_role("heading", name="2 done")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("link", name="Back to the list").first.click()
    expect(page.locator(f"tr[data-request='{second}']")).to_contain_text("London CT2 Liaison")
    page.screenshot(path=screens / "queue-phone.png", full_page=True)
    is_no_wider(page)

    page.goto(f"{sandbox.url}/desk?level=0&handler=london-liaison&priority=urgent")  # urgent ones are at level 3
    page.get_by_role("link", name=re.compile("^Clear Priority")).click()
    expect(page.locator(f"tr[data-request='{second}']")).to_be_visible()
