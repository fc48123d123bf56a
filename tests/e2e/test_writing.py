"""What helps while somebody writes: a clause picked below the field, a pasted screenshot, a draft, answers to check."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.changes import is_no_wider
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

PASTE = """field => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 30});
  canvas.getContext("2d").fillRect(0, 0, 20, 30);
  return new Promise(done => canvas.toBlob(blob => {
    const data = new DataTransfer();
    data.items.add(new File([blob], "image.png", {type: "image/png"}));
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    done();
  }));
}"""
SUMMARY = "A quote is shown as expired after 20 days"


def test_a_bug_is_reported_with_a_clause_and_a_screenshot_from_a_draft(  # noqa: PLR0915 - it is one way
    page: Page, sandbox: Sandbox, screens: Path
) -> None:
    """The draft comes back in another tab; what was said of the clause reaches the engineer as the requester's."""
    page.goto(sandbox.url)
    page.get_by_role("main").get_by_role("link", name="Report a bug").click()
    page.get_by_label("Summary").fill(SUMMARY)
    page.get_by_label("What happened?").fill("The quote was sent on 3 November. It expired on 23 November.")
    first = page.locator("[data-clause]").first
    expect(first).to_contain_text("Is that what you see?")
    clause = first.get_attribute("data-clause") or ""
    first.get_by_role("button", name="The system does something else").click()
    expect(first).to_contain_text("This goes along with your request as what you say. A person decides.")
    page.get_by_label("What happened?").evaluate(PASTE)
    expect(page.locator(".sd-uploads li")).to_have_text(re.compile(r"screenshot-\d{6}\.png .*attached"))
    expect(page.locator(".sd-uploads canvas")).to_have_count(1)
    page.screenshot(path=screens / "writing.png", full_page=True)

    # Another tab, as on another day: the text is there, the file is named.
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    restored = page.locator(".sd-restored")
    expect(restored).to_contain_text("is restored. It is kept in this browser only, for 7 days at most.")
    expect(restored).to_contain_text(re.compile(r"Please attach again: screenshot-\d{6}\.png"))
    expect(page.get_by_label("Summary")).to_have_value(SUMMARY)
    expect(page.locator(f"[data-clause='{clause}'] [aria-pressed=true]")).to_have_text("The system does something else")
    page.get_by_label("What happened?").evaluate(PASTE)
    page.get_by_label("What did you expect?").fill("A quote is valid for 30 days.")
    page.get_by_label("Steps to reproduce").fill("1. Open the quote")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Priority").select_option("low")
    page.get_by_label("Your name").fill("Camille Laurent")
    page.get_by_label("E-mail").fill("camille@example.com")

    # Refused: by an address of its own, so that reloading it asks nothing.
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#problems")).to_contain_text("Office")
    page.reload()
    expect(page.locator("#problems")).to_contain_text("Office")
    page.get_by_label("Office").select_option("paris")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Continue").click()

    # The answers, one of them changed.
    answers = page.get_by_role("main")
    expect(answers).to_contain_text("Nothing is sent until you press Send.")
    expect(answers).to_contain_text(re.compile(r"screenshot-\d{6}\.png"))
    expect(answers).to_contain_text(f"{clause}: The system does something else.")
    is_no_wider(page)
    page.screenshot(path=screens / "check-answers-390.png", full_page=True)
    page.get_by_role("link", name="Change Steps to reproduce").click()
    page.get_by_label("Steps to reproduce").fill("1. Open the quote\n2. Look at its status")
    page.get_by_role("button", name="Continue").click()
    expect(answers).to_contain_text("2. Look at its status")
    page.get_by_role("button", name="Send").click()
    expect(answers).to_contain_text(re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}"))
    number = re.search(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}", answers.inner_text())
    assert number is not None
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('specdesk-draft-'))") == []

    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, sandbox, "liaison.paris@example.com")
    page.goto(f"{sandbox.url}/desk/requests/{number.group()}")
    expect(page.get_by_role("main")).to_contain_text(clause)
    expect(page.get_by_role("main")).to_contain_text(re.compile("requester", re.IGNORECASE))


def test_a_question_is_answered_by_a_clause_and_nothing_is_sent(page: Page, sandbox: Sandbox, screens: Path) -> None:
    """It is counted as answered, and no longer when the person says that it was not."""
    answers = sandbox.application.desk.clause_answers
    today = sandbox.application.clock().date()

    def counted() -> Counter[bool]:
        return Counter(answer.counts for answer in answers.answers_in(today))

    before = counted()  # by other tests
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{sandbox.url}/requests/new/question")
    page.get_by_label("Summary").fill("How long is a quote valid?")
    page.get_by_role("button", name="Yes, that answers it").first.click()
    expect(page.get_by_text("Answered, and nothing was sent")).to_be_visible()
    is_no_wider(page)
    page.screenshot(path=screens / "answered-390.png", full_page=True)
    assert Counter([True]) == counted() - before

    page.get_by_role("button", name="It does not, after all: back to the form").click()
    expect(page.get_by_label("Summary")).to_be_visible()
    expect(page.get_by_label("Summary")).to_have_value("How long is a quote valid?")
    assert Counter([False]) == counted() - before


def test_two_tabs_keep_two_drafts(page: Page, sandbox: Sandbox) -> None:
    """Of the same form as of two kinds: neither overwrites the other, and each draft has a submit key of its own."""
    first, second, third = page, page.context.new_page(), page.context.new_page()
    key = "form.sd-form input[name=key]"
    for tab, kind, text in (
        (first, "bug", "The first one"),
        (second, "bug", "The second one"),
        (third, "setup", "Ana"),
    ):
        tab.goto(f"{sandbox.url}/requests/new/{kind}")
        if tab is second:
            expect(tab.locator(".sd-restored")).to_contain_text("open in another tab, too")
        tab.get_by_label("Summary").fill(text)
    for tab, text in ((first, "The first one"), (second, "The second one"), (third, "Ana")):
        tab.reload()
        expect(tab.get_by_label("Summary")).to_have_value(text)
    assert first.input_value(key) != second.input_value(key)

    second.close()
    later = page.context.new_page()
    later.goto(f"{sandbox.url}/requests/new/bug")
    expect(later.get_by_label("Summary")).to_have_value("The second one")
    expect(later.locator(".sd-restored").first).to_contain_text("is restored")
