"""A change request goes all the way, in a real browser against the application: from its form to its release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake_fn.wiring import Application
from spec_lookup import Spec, read_pages, site_of
from tests.e2e.test_one_request import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

ROOT = Path(__file__).parents[2]
MARC, ANALYSTS, PAUL, ROMA = "marc.selter@example.com", "sa@example.com", "paul@example.com", "roma@example.com"
SUMMARY = "Invoices should be due after 45 days"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def device(browser: Browser, sandbox: Sandbox) -> Callable[[str, dict[str, int]], Page]:
    """A device of somebody who is signed in at the desk."""

    def opened(address: str, size: dict[str, int]) -> Page:
        page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]  # width and height
        sign_in(page, sandbox, address)
        return page

    return opened


def press(page: Page, action: str, button: str) -> None:
    """Press the button of an action's form; what was to happen has happened."""
    page.locator(f"form[action$='/{action}']").get_by_role("button", name=button).click()
    expect(page.locator(".notice-good[role=status]").first).to_be_visible()


def fits(page: Page) -> bool:
    """Whether nothing of a page lies beyond its right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def shot(page: Page, screens: Path, name: str) -> None:
    """The page, on a desktop and on a phone."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
        page.screenshot(path=screens / f"change-{name}-{size['width']}.png", full_page=True)
        assert fits(page), name
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def ask(page: Page, sandbox: Sandbox) -> str:
    """Send the form; the number of the request."""
    page.goto(f"{sandbox.url}/requests/new/change")
    for label, text in (
        ("Summary", SUMMARY),
        ("How does it work today", "An invoice is due 30 days after its date; our contracts say 45."),
        ("How should it work", "An invoice is due 45 days after its date."),
        ("Your name", "Camille Laurent"),
        ("E-mail", "camille@example.com"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("Office").select_option("paris")
    page.get_by_label("Module").select_option("billing")
    page.get_by_role("button", name="Send").click()
    found = re.search(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}", page.get_by_role("main").inner_text())
    assert found is not None
    return found.group()


def decide(liaison: Page, request: str) -> None:
    """The Help Desk says that it is a change, by its clause."""
    liaison.goto(request)
    form = liaison.locator("form[action$='/overrule']")
    liaison.locator("#overrule > summary").click()
    form.get_by_label("Category").select_option("change")
    form.get_by_label("Deciding clause").fill("billing#terms")
    form.get_by_label("Reason").fill("The system does as the clause says.")
    press(liaison, "overrule", "Override the verdict")
    expect(liaison.locator("#way .now")).to_contain_text("With Marc Selter, the owner of Billing and charges")


def assess(owner: Page, sandbox: Sandbox, screens: Path) -> None:
    """The owner finds it under their own requests, and writes the clause as it would read."""
    owner.goto(f"{sandbox.url}/desk?show=mine")
    owner.get_by_role("link", name=SUMMARY).first.click()
    owner.get_by_role("link", name="Assess the change").click()
    written = owner.get_by_label("As it would read")
    expect(written).to_have_value(re.compile(r"^## Payment terms \{#terms\}\n\nAn invoice is due 30 days"))
    written.fill(written.input_value().replace("30 days", "45 days"))
    owner.get_by_role("button", name="Show the difference").click()
    expect(owner.locator(".diff ins").first).to_have_text("45")
    owner.get_by_label("Effort in days").fill("2")
    owner.get_by_label("What users and client companies will notice").fill("Invoices name a later date.")
    shot(owner, screens, "assessment")
    owner.get_by_role("button", name="Send it to the Board").click()
    expect(owner.locator("#way .now")).to_contain_text("Before the Board")


def vote(chair: Page, analysts: Page, paul: Page, item: str) -> None:
    """One member is recused, two vote, one of them on a phone; the chair proclaims."""
    paul.goto(item)
    paul.locator("#recuse > summary").click()
    form = paul.locator("form[action$='/recuse']")
    form.get_by_label("Paul").check()
    form.get_by_label("Reason").fill("My own contract says so.")
    press(paul, "recuse", "Recuse a member")
    for member in (chair, analysts):
        member.goto(item)
        form = member.locator("form[action$='/vote']")
        form.get_by_label("Yes").check()
        form.get_by_label("Reason").fill("Our clients have it in their contracts.")
        press(member, "vote", "Vote")
    chair.goto(item)
    chair.locator("form[action$='/proclaim']").get_by_label("The decision and its reason").fill("It is worth it.")
    press(chair, "proclaim", "Proclaim the decision")


def design(owner: Page, request: str) -> None:
    """The owner takes the patch to the wiki, and gives the change to an engineer."""
    owner.goto(request)
    with owner.expect_download() as patch:
        owner.get_by_role("link", name="Patch for the wiki").click()
    assert "+An invoice is due 45 days" in patch.value.path().read_text(encoding="utf-8")
    owner.locator("form[action$='/stage']").get_by_label("Assignee").select_option("roma")
    press(owner, "stage", "Move the change on")


def fill_release(engineer: Page) -> None:
    """The version, and what the requester reads."""
    form = engineer.locator("form[action$='/release-change']")
    if not form.is_visible():
        engineer.locator("#release-change > summary").click()
    form.get_by_label("Version").fill("4.3")
    form.get_by_label("What was changed").fill("An invoice is due 45 days after its date.")


def publish(sandbox: Sandbox, index: Path) -> None:
    """The wiki has the clause as proposed: the function is deployed with the index of that spec, and sweeps."""
    folder = ROOT / "docs" / "spec"
    pages = [(name, text.replace("is due 30 days", "is due 45 days")) for name, text in read_pages(folder)]
    Spec.of(pages, "c0ffee", site_of(folder)).save(index)
    Application.from_environ({**sandbox.environ, "SPECDESK_INDEX": str(index)}).background_desk.sweep()


def test_a_change_request_goes_from_its_form_to_its_release(
    page: Page, sandbox: Sandbox, device: Callable[[str, dict[str, int]], Page], screens: Path, tmp_path: Path
) -> None:
    """Owner, Board on two devices with one member recused, chair, design, engineer, published clause, release."""
    case_id = ask(page, sandbox)
    status_url = page.url.partition("?")[0]
    request, item = f"{sandbox.url}/desk/requests/{case_id}", f"{sandbox.url}/desk/board/{case_id}"
    decide(device("liaison.paris@example.com", DESKTOP), request)
    owner = device(MARC, DESKTOP)
    assess(owner, sandbox, screens)
    vote(owner, device(ANALYSTS, PHONE), device(PAUL, PHONE), item)
    design(owner, request)

    engineer = device(ROMA, DESKTOP)
    engineer.goto(request)
    engineer.locator("form[action$='/stage']").get_by_label("Stage", exact=True).select_option("ready")
    press(engineer, "stage", "Move the change on")
    fill_release(engineer)
    engineer.locator("form[action$='/release-change']").get_by_role("button", name="Release the change").click()
    expect(engineer.locator("#release-change .notice-bad")).to_contain_text("not published as proposed")

    publish(sandbox, tmp_path / "index")
    engineer.goto(request)
    expect(engineer.get_by_role("main")).to_contain_text("Clause billing#terms is published as proposed")
    fill_release(engineer)
    shot(engineer, screens, "ready")
    press(engineer, "release-change", "Release the change")

    page.goto(status_url)
    expect(page.locator(".way li")).to_have_count(7)
    expect(page.locator(".way .ahead")).to_have_count(0)
    expect(page.locator(".way .now")).to_contain_text("Released")
    expect(page.get_by_role("main")).to_contain_text("It is done, in version 4.3.")
    shot(page, screens, "requester")
