"""An engineer works on one request by the keys: decides, sends a workaround, mentions, sends back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.test_one_request import fill_bug, png, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]


def open_form(page: Page, key: str, name: str) -> None:
    """Press a key, and find oneself in the form of an action."""
    page.keyboard.press(key)
    expect(page.locator(f"#{name}")).to_have_attribute("open", "")
    expect(page.locator(f"#{name} :is(textarea, select):focus")).to_have_count(1)


def test_an_engineer_works_on_a_request_by_the_keys(  # noqa: PLR0915 - it is one way
    page: Page, sandbox: Sandbox, tmp_path: Path, screens: Path
) -> None:
    """One press decides; the requester has the workaround with its file; colleagues have the rest; a phone shows it."""
    picture = tmp_path / "button.png"
    picture.write_bytes(png())
    page.goto(f"{sandbox.url}/requests/new/bug")
    fill_bug(page, "Quote ended too early")
    page.get_by_label("What happened").fill("My quote for Rotterdam ended after 30 days.")
    page.get_by_label("What did you expect").fill("It should be valid for 45 days.")
    page.get_by_label("Steps to reproduce").fill("1. Open a quote of last month")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"HD-\w{4}-\w{4}"))
    status = page.url.partition("?")[0]
    number = re.search(r"HD-\w{4}-\w{4}", page.inner_text("main"))
    assert number is not None

    sign_in(page, sandbox, "liaison.paris@example.com")
    page.goto(f"{sandbox.url}/desk?level=0")
    page.keyboard.press("j")
    focused = page.locator("table.queue a:focus")
    expect(focused).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/requests/HD-"))
    page.goto(f"{sandbox.url}/desk/requests/{number[0]}")

    # The list of keys, and no key while somebody types.
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Decide by what you read")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Search the spec").fill("2?")
    page.get_by_label("Search the spec").press("a")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#update")).not_to_have_attribute("open", "")
    page.get_by_label("Search the spec").fill("how long is a quote valid")
    expect(page.locator("[data-found] code").first).to_be_visible()
    page.locator("[data-found] summary").first.click()
    expect(page.locator("[data-found] blockquote").first).to_be_visible()
    page.screenshot(path=screens / "desk-request.png", full_page=True)

    # One key decides.
    page.locator("h1").click()
    page.keyboard.press("2")
    expect(page.locator("main .notice-good")).to_have_text("Decided.")
    expect(page.locator(".chips")).to_contain_text("Bug")

    # A workaround with a file, by a template.
    open_form(page, "a", "update")
    form = page.locator("#update")
    expect(form.get_by_label("Your text")).to_be_focused()
    form.get_by_label("Template").select_option(label="Workaround")
    form.get_by_role("button", name="Insert").click()
    expect(form.get_by_label("Your text")).to_have_value(re.compile("^Hello Camille Laurent,"))
    form.get_by_label("Your text").fill("Extend the quote before it ends.")
    form.get_by_label("Files").set_input_files(picture)
    form.get_by_role("button", name="Send as workaround").click()
    expect(page.locator("main .notice-good")).to_contain_text("Sent to the requester by mail.")

    # A mention, an escalation, and back: it is somebody else's then, so the desk asks.
    open_form(page, "n", "note")
    note = page.locator("#note").get_by_label("Internal note")
    note.press_sequentially("@ihe")
    colleagues = page.get_by_role("listbox", name="Colleagues")
    expect(colleagues.get_by_role("option", selected=True)).to_contain_text("@ihelp")
    note.press("Enter")
    expect(note).to_have_value("@ihelp ")
    note.press_sequentially("@Mar")
    note.press("ArrowDown")
    note.press("Escape")
    expect(colleagues).to_be_hidden()
    note.fill("@ihelp, have you seen this before?")
    page.locator("#note").get_by_role("button").click()
    expect(page.locator("ol.history")).to_contain_text("Internal note, mailed to iHelp")
    open_form(page, "e", "escalate")
    page.locator("#escalate").get_by_label("Reason").select_option("too-complex")
    page.locator("#escalate").get_by_role("button").click()
    page.locator("#send-back summary").click()
    page.locator("#send-back").get_by_label("Reason").fill("It is a matter of training.")
    page.locator("#send-back").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This request is assigned to iHelp")
    page.get_by_role("button", name=re.compile("^Yes")).click()
    expect(page.locator("ol.history")).to_contain_text("Sent back to level 0, Paris CT2 Liaison")
    page.get_by_role("link", name=re.compile("^Decisions")).click()
    expect(page.locator("ol.history")).not_to_contain_text("Internal note")

    # At a phone the actions come before the evidence, and nothing is wider than the screen.
    page.set_viewport_size({"width": 390, "height": 844})
    action, evidence = (page.locator(place).bounding_box() for place in ("#update", ".worked-on-verdict"))
    assert action is not None
    assert evidence is not None
    assert action["y"] < evidence["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=screens / "desk-request-390.png", full_page=True)

    page.goto(status)
    expect(page.get_by_role("main")).to_contain_text("Extend the quote before it ends.")
    expect(page.get_by_role("main")).to_contain_text("button.png")
    expect(page.get_by_role("main")).not_to_contain_text("have you seen this before")
