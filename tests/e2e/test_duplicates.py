"""Two requests that are the same, in the running sandbox: joined at the desk, resolved as one, told apart."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake_fn.core.vocabulary import Status
from sandbox.demo import send
from tests.e2e.test_one_request import sign_in
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

LEAD = {
    "kind": "question",
    "name": "Camille Lefort",
    "email": "camille@example.com",
    "office": "paris",
    "summary": "Where do I see which carriers may be booked?",
    "description": "I do not find the list of carriers.",
    "priority": "high",
    "module": "users",
}
FOLLOWER = {**LEAD, "name": "Jun", "email": "jun@example.com", "summary": "Where is the list of carriers?"}


def test_what_is_the_same_is_resolved_as_one(page: Page, sandbox: Sandbox, screens: Path) -> None:
    """On DynamoDB, over HTTP and with Mantis; each requester gets one mail, and reads nothing of the other."""
    desk = sandbox.application.desk
    lead, follower = (send(sandbox.url, one)["id"] for one in (LEAD, FOLLOWER))
    sign_in(page, sandbox, "liaison.paris@example.com")
    similar = page.locator("#similar li", has_text=lead).get_by_role("link", name="Mark as duplicate")
    page.goto(f"{sandbox.url}/desk/requests/{follower}")

    def is_shown() -> bool:  # the sync finds what is similar, by the index of issues in the file store
        page.reload()
        return bool(similar.count())

    wait_until(is_shown, seconds=90, pause=0.5)
    similar.click()
    page.get_by_role("button", name="Mark as duplicate").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(
        "is notified of the progress of the other request"
    )
    page.screenshot(path=screens / "follower.png", full_page=True)
    page.goto(f"{sandbox.url}/desk/requests/{lead}")
    expect(page.locator(".facts", has_text="Duplicates")).to_contain_text(follower)
    page.screenshot(path=screens / "lead.png", full_page=True)
    page.locator("#resolve summary").click()
    expect(page.locator("#resolve")).to_contain_text("do not name anybody")
    page.get_by_label("Outcome").select_option("done")
    page.get_by_label("Resolution").fill("Camille, it is under Partners now.")
    page.get_by_role("button", name="Resolve").click()
    wait_until(lambda: desk.cases.load(follower).status is Status.RESOLVED and not desk.outbox.items_of(follower))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{sandbox.url}/desk/requests/{follower}")
    page.screenshot(path=screens / "follower-phone.png", full_page=True)
    page.goto(sandbox.application.desk.links.status(follower))
    expect(page.locator("body")).to_contain_text("[name 1], it is under Partners now.")
    expect(page.locator("body")).not_to_contain_text("Camille")
    expect(page.locator("body")).not_to_contain_text(lead)
    page.screenshot(path=screens / "status-phone.png", full_page=True)
    page.goto(f"{sandbox.url}/sandbox/mail")
    expect(page.locator("article", has_text=f"[{follower}] Resolved")).to_have_count(1)
    issue = f"{sandbox.mantis_url}/api/rest/issues/{desk.cases.load(follower).issue}"
    call = urllib.request.Request(issue, headers={"Authorization": sandbox.environ["SPECDESK_MANTIS_TOKEN"]})
    with urllib.request.urlopen(call) as answer:
        stands = json.load(answer)["issues"][0]
    related = [(one["type"]["name"], one["issue"]["id"]) for one in stands["relationships"]]
    assert ("resolved", [("duplicate-of", desk.cases.load(lead).issue)]) == (stands["status"]["name"], related)
