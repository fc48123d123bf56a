"""One request, all the way through, in a real browser against the application."""

from __future__ import annotations

import re
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]


def png(side: int = 32) -> bytes:
    """A real PNG of a grey square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\x80" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def fill_bug(page: Page, summary: str, no_screenshot: str = "Nothing can be seen.") -> None:
    """Fill in every part that the process asks of a bug report; a reason stands in for a screenshot."""
    page.get_by_label("If you have no screenshot").fill(no_screenshot)
    page.get_by_label("Your name").fill("Camille Laurent")
    page.get_by_label("E-mail").fill("camille@example.com")
    page.get_by_label("Office").select_option("paris")
    page.get_by_label("Summary").fill(summary)
    page.get_by_label("What happened").fill("I opened shipment S-PAR-2024-003310 and got an error page, twice.")
    page.get_by_label("What did you expect").fill("The shipment opens.")
    page.get_by_label("Steps to reproduce").fill("1. Open Shipments\n2. Click S-PAR-2024-003310")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Priority").select_option("high")
    page.get_by_label("Module").select_option("shipments")


SESSIONS: dict[tuple[str, str], Any] = {}
"""The cookies of who has signed in, by sandbox and address."""


def sign_in(page: Page, sandbox: Sandbox, address: str) -> None:
    """Sign in at the desk by the link that the sandbox's mail page shows, or as before in this sandbox.

    An address has five links in a quarter of an hour at most, and many journeys share a sandbox.
    """
    page.context.clear_cookies()
    page.context.add_cookies(SESSIONS.get((sandbox.url, address), []))
    page.goto(f"{sandbox.url}/desk")
    if "/desk/sign-in" not in page.url:
        return

    def links() -> Locator:
        page.goto(f"{sandbox.url}/sandbox/mail")
        return page.locator("article", has_text=address).locator("a[href*='/desk/sign-in/']")

    before = links().count()
    page.goto(f"{sandbox.url}/desk")
    page.get_by_label("address").fill(address)
    page.get_by_role("button", name="Send").click()
    for _ in range(100):  # the sweep mails it
        if links().count() > before:
            break
        page.wait_for_timeout(200)
    links().first.click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    SESSIONS[sandbox.url, address] = page.context.cookies()


def await_issue(page: Page) -> None:
    """Reload a receipt until the number of its issue stands there: it is filed after the receipt."""
    shown = page.get_by_role("main").get_by_role("link", name=re.compile(r"#\d+"))
    until = time.monotonic() + 40
    while not shown.count() and time.monotonic() < until:
        page.wait_for_timeout(200)
        page.reload()
    expect(shown.first).to_be_visible()


def test_a_bug_report_goes_from_the_form_to_mantis_and_up_the_levels(
    page: Page, sandbox: Sandbox, tmp_path: Path, screens: Path
) -> None:
    """Fill the form with a screenshot, read the receipt, open the status page, escalate, find it in Mantis."""
    picture = tmp_path / "écran.png"
    picture.write_bytes(png())
    summary = "Error page when a Paris shipment is opened"

    page.goto(f"{sandbox.url}/requests/new/bug")
    fill_bug(page, summary, no_screenshot="")
    page.get_by_label("Screenshots").set_input_files(picture)
    page.screenshot(path=screens / "form.png", full_page=True)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()

    receipt = page.get_by_role("main")
    expect(receipt).to_contain_text(re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}"))
    expect(receipt).to_contain_text("écran.png")
    expect(receipt).to_contain_text(re.compile("bug", re.IGNORECASE))
    page.screenshot(path=screens / "receipt.png", full_page=True)
    found = re.search(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}", receipt.inner_text())
    assert found is not None
    case_id = found.group()
    await_issue(page)
    issue_link = receipt.get_by_role("link", name=re.compile(r"#\d+")).first
    number = issue_link.inner_text().rpartition("#")[2]

    status_url = page.url.partition("?")[0]
    page.goto(status_url)
    expect(page.get_by_role("main")).to_contain_text(case_id)

    sign_in(page, sandbox, "liaison.paris@example.com")
    page.goto(f"{sandbox.url}/desk?level=0")
    page.screenshot(path=screens / "desk.png", full_page=True)
    page.get_by_role("link", name=re.compile(summary)).first.click()
    expect(page.get_by_role("main")).to_contain_text("S-PAR-2024-003310")
    page.screenshot(path=screens / "desk-request.png", full_page=True)

    page.locator("#escalate > summary").click()
    form = page.locator("form[action$='/escalate']")
    form.get_by_label("Reason").select_option("too-complex")
    form.get_by_role("button", name="Escalate").click()
    expect(page.get_by_role("main")).to_contain_text("iHelp")

    page.goto(f"{sandbox.mantis_url}/view.php?id={number}")
    issue = page.locator("body")
    expect(issue).to_contain_text(summary)
    expect(issue).to_contain_text("Bugs InBox")
    expect(issue).to_contain_text(f"Specdesk {case_id}")
    expect(issue).to_contain_text("ihelp")
    expect(issue).to_contain_text("écran.png")
    page.screenshot(path=screens / "mantis.png", full_page=True)

    page.goto(status_url)
    expect(page.get_by_role("main")).to_contain_text("Level 1")


def test_while_mantis_is_down_the_receipt_says_so_and_it_is_filed_later(page: Page, sandbox: Sandbox) -> None:
    """The asker's receipt never depends on Mantis; what is owed to it is delivered when it is back."""
    sandbox.stop_mantis()
    try:
        page.goto(f"{sandbox.url}/requests/new/bug")
        fill_bug(page, "The list of shipments hangs")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("main")).to_contain_text("it is being filed in Mantis")
    finally:
        sandbox.start_mantis()
    await_issue(page)


def test_a_form_works_without_javascript(browser: object, sandbox: Sandbox) -> None:
    """From the wiki's start page: a missing part is named, and what was typed is kept."""
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]  # playwright's Browser
    page: Page = context.new_page()
    page.goto(sandbox.url)
    page.get_by_role("main").get_by_role("link", name="Report a bug").click()
    fill_bug(page, "Error page when a booking is opened")
    page.get_by_label("Steps to reproduce").fill("")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Summary")).to_have_value("Error page when a booking is opened")
    expect(page.get_by_role("main")).to_contain_text("Steps to reproduce")
    page.get_by_label("Steps to reproduce").fill("1. Open Bookings")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}"))
    context.close()


def test_a_second_click_gives_the_same_receipt(page: Page, sandbox: Sandbox) -> None:
    """The submit key is rendered into the form, so going back and sending again changes nothing (R9)."""
    page.goto(f"{sandbox.url}/requests/new/question")
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Office").select_option("hong-kong")
    page.get_by_label("Summary").fill("How do I export the list of shipments?")
    page.get_by_label("Your question").fill("I need it as a spreadsheet for a client.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text("HD-")
    first = page.url
    page.go_back()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("HD-")

    shown = page.get_by_role("main").inner_text()
    page.goto(first)

    assert re.search(r"HD-\S+", shown).group() == re.search(r"HD-\S+", page.get_by_role("main").inner_text()).group()  # type: ignore[union-attr]  # both expected above


def test_the_lookup_lands_on_the_clause(page: Page, sandbox: Sandbox) -> None:
    """A question in, clauses out; the link opens the published page at the clause's own anchor."""
    sign_in(page, sandbox, "paul@example.com")
    page.goto(f"{sandbox.url}/expected?q=shipment+number")
    page.get_by_role("main").locator("a[href*='/spec/']").first.click()
    anchor = page.url.partition("#")[2]

    assert anchor != ""
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", "/process/", "/spec/shipments/", "/requests/new/bug", "/desk/sign-in"])
def test_no_page_is_wider_than_its_screen(page: Page, sandbox: Sandbox, path: str, width: int, screens: Path) -> None:
    """On a phone as on a desktop nothing is cut off or has to be scrolled sideways."""
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{sandbox.url}{path}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screens / f"page{path.replace('/', '-')}{width}.png")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_figure_1_is_drawn_without_a_network(page: Page, sandbox: Sandbox, screens: Path) -> None:
    """The Help Desk diagram becomes a drawing, though the page asks no other host (the `page` fixture sees to that)."""
    page.goto(f"{sandbox.url}/process/")
    drawn = page.locator("div.mermaid").first
    expect(drawn).to_be_visible(timeout=15_000)
    drawn.screenshot(path=screens / "figure-1.png")
    box = drawn.bounding_box()

    assert box is not None
    assert box["height"] > 200, "an empty or failed drawing is low"
