"""The status page in the running sandbox: disagree, answer on a phone without scripts, withdraw, My requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from intake_fn.core.events import AskedRequester, Overruled
from intake_fn.core.request import Attachment, Kind, Request, Requester
from intake_fn.core.vocabulary import Category, Status
from tests.e2e.test_one_request import png, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

SOLENE = Requester("Solène Petit", "solene@example.com", "paris")


def sent(sandbox: Sandbox, summary: str) -> Case:
    """A request of Solène's with a picture."""
    desk = sandbox.application.background_desk
    key = f"files/status/{summary}"
    desk.files.put(key, png(64), "image/png")
    picture = Attachment(key, "screen.png", "image/png", len(png(64)), "ab" * 32)
    request = Request(
        Kind.BUG, SOLENE, summary, f"{summary}, twice.", "It opens.", "1. Open it.", attachments=(picture,)
    )
    return desk.take_in(request, f"status {summary}")


def act(sandbox: Sandbox, case: Case, kind: type[Event], **what: Any) -> None:
    """Paul does something."""
    desk = sandbox.application.desk
    event = kind(at=datetime.now(UTC), actor="paul@example.com", **what)
    desk.act(case.id, event, desk.cases.load(case.id).version)


def wide_as_the_screen(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def decided_by_andrei(page: Page, sandbox: Sandbox, case: Case) -> None:
    """Paul, who decided, is told that he does not decide again; Andrei decides by one press, with a reason."""
    address = f"{sandbox.url}/desk/requests/{case.id}"
    sign_in(page, sandbox, "paul@example.com")
    page.goto(address)
    expect(page.get_by_role("heading", name="The requester does not agree")).to_be_visible()
    expect(page.get_by_text(f"you have decided on {case.id} before").first).to_be_visible()
    expect(page.locator("#read")).to_have_count(0)
    page.context.clear_cookies()
    sign_in(page, sandbox, "andrei@example.com")
    page.goto(address)
    page.get_by_text("Decide again by what you read").click()
    page.locator("#read-reason").fill("The contract was read.")
    page.get_by_role("button", name="Neither: support").click()
    page.get_by_role("button", name="Yes").first.click()  # it is in somebody else's hands


def walked_without_scripts(small: Page, link: str, screens: Path) -> None:
    """On a phone: the question and its answer come first; then somebody in copy, an appeal, and a withdrawal."""
    small.goto(link)
    box = small.get_by_role("heading", name="Our question to you").bounding_box()
    assert box is not None
    assert box["y"] < 500
    small.get_by_label("Your answer").fill("The second one.")
    small.get_by_role("button", name="Send answer").click()
    expect(small.locator(".notice-good")).to_contain_text("your reply is saved")
    assert wide_as_the_screen(small)
    small.screenshot(path=screens / "answered-390.png", full_page=True)
    small.get_by_label("Add somebody by e-mail address").fill("camille@example.com")
    small.get_by_role("button", name="Add in copy").click()
    expect(small.locator("#copies")).to_contain_text("camille@example.com")
    small.get_by_role("button", name="Remove camille@example.com").click()
    expect(small.locator("#copies")).not_to_contain_text("camille@example.com")
    small.get_by_text("I do not agree", exact=True).click()
    small.get_by_role("button", name="Have it decided anew").click()
    expect(small.locator("#disagree [role=alert]")).to_be_visible()
    small.get_by_label("Why not, or what is new").fill("The label is empty in each browser.")
    small.get_by_role("button", name="Have it decided anew").click()
    expect(small.locator(".notice-good")).to_contain_text("decides anew")
    small.get_by_role("link", name="Withdraw the request").click()
    small.get_by_role("button", name="Withdraw the request").click()
    expect(small.get_by_role("heading", name="You have withdrawn this request")).to_be_visible()


def test_a_requester_disagrees_answers_withdraws_and_finds_all_links(
    page: Page, browser: Browser, sandbox: Sandbox, screens: Path
) -> None:
    """Each is done on the page, without scripts where it is a phone, and shows at the desk and in the mails."""
    desk = sandbox.application.desk
    case, other = sent(sandbox, "Shipment S-PAR-7 shows an error"), sent(sandbox, "Label of S-PAR-8 is empty")
    act(sandbox, case, Overruled, category=Category.BUG, clause="", reason="So it is.")

    page.goto(desk.links.status(case.id))
    expect(page.locator("img[src$='/preview']")).to_have_js_property("naturalWidth", 64)
    page.get_by_text("I do not agree", exact=True).click()
    page.get_by_label("Why not, or what is new").fill("The contract promises more.")
    page.reload()
    expect(page.locator("#disagree .sd-restored")).to_contain_text("is restored")
    expect(page.get_by_label("Why not, or what is new")).to_have_value("The contract promises more.")
    page.get_by_role("button", name="Have it decided anew").click()
    expect(page.locator(".notice-good")).to_contain_text("decides anew")
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('specdesk-draft-'))") == []
    page.screenshot(path=screens / "appealed.png", full_page=True)

    decided_by_andrei(page, sandbox, case)
    page.goto(desk.links.status(case.id))
    expect(page.get_by_role("heading", name="All decisions")).to_be_visible()
    expect(page.get_by_text("The contract was read.").first).to_be_visible()

    act(sandbox, other, Overruled, category=Category.BUG, clause="", reason="So it is.")
    act(sandbox, other, AskedRequester, question="Which label?")
    with browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False) as phone:
        walked_without_scripts(phone.new_page(), desk.links.status(other.id), screens)
    assert Status.RESOLVED is desk.cases.load(other.id).status

    page.goto(f"{sandbox.url}/requests/mine")
    page.get_by_label("Your e-mail address, or a request number").fill("solene@example.com")
    page.get_by_role("button", name="Mail me the links").click()
    expect(page.locator(".notice-good")).to_contain_text("within a few minutes")
    for _ in range(100):  # the sweep mails it
        theirs = (mail for mail in sandbox.aws.mails() if SOLENE.email == mail["to"])
        mails = [mail for mail in theirs if "Your requests" in mail["subject"]]
        if mails:
            break
        page.wait_for_timeout(200)
    assert mails[0]["text"].index(case.id) < mails[0]["text"].index(other.id)
