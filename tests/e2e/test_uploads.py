"""Large files in a real browser: straight into the file store, with progress, and never lost on the way."""

from __future__ import annotations

import hashlib
import re
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.test_one_request import fill_bug

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Request, Route

    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

MB = 2**20
LINE = b"2026-11-23T10:00:00Z ERROR the shipment cannot be opened\n"


def log_of(folder: Path, size: int, name: str = "trace.log") -> Path:
    """A text of exactly that many bytes."""
    path = folder / name
    path.write_bytes((LINE * (size // len(LINE) + 1))[:size])
    return path


def test_25_mb_reach_the_request_and_never_pass_through_the_function(
    page: Page, sandbox: Sandbox, tmp_path: Path, screens: Path
) -> None:
    """The receipt has the hash of the very file, and what is downloaded there is the file (R12, R13)."""
    path = log_of(tmp_path, 25 * MB)
    largest: list[int] = []

    def weigh(request: Request) -> None:
        if request.url.startswith(sandbox.url):
            largest.append(len(request.post_data_buffer or b""))

    page.on("request", weigh)
    page.goto(f"{sandbox.url}/requests/new/bug")
    expect(page.get_by_text("At most 10 files of 25 MB each.")).to_be_visible()
    fill_bug(page, "A large file comes with it")
    page.get_by_label("Screenshots").set_input_files(path)
    expect(page.locator(".sd-uploads")).to_contain_text("attached", timeout=30_000)
    page.screenshot(path=screens / "upload-there.png", full_page=True)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()

    receipt = page.get_by_role("main")
    expect(receipt).to_contain_text(re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}"), timeout=30_000)
    expect(receipt).to_contain_text("25.0 MB")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    expect(receipt).to_contain_text(sha256)
    link = receipt.get_by_role("link", name="trace.log").get_attribute("href") or ""
    with urllib.request.urlopen(f"{sandbox.url}{urlsplit(link).path}", timeout=30) as download:
        assert sha256 == hashlib.sha256(download.read()).hexdigest()
    assert max(largest) < 100_000


@pytest.mark.parametrize("width", [390, 1280])
def test_too_large_is_said_before_anything_is_sent(
    page: Page, sandbox: Sandbox, tmp_path: Path, screens: Path, width: int
) -> None:
    """And the rest of the form stays as it is; another file takes its place. Suggestions alone are asked for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path) if request.method == "POST" else None)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{sandbox.url}/requests/new/bug")
    fill_bug(page, "Too large a file")
    page.get_by_label("Screenshots").set_input_files(log_of(tmp_path, 25 * MB + 1))
    expect(page.get_by_text("trace.log has 25.0 MB; the limit is 25 MB per file.")).to_be_visible()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.screenshot(path=screens / f"upload-too-large-{width}.png", full_page=True)

    assert {*asked} <= {"/suggestions"}
    page.get_by_label("Screenshots").set_input_files(log_of(tmp_path, 1000))
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("trace.log")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}"))


@pytest.mark.parametrize("width", [390, 1280])
def test_an_upload_that_fails_is_tried_again_or_removed(
    page: Page, sandbox: Sandbox, tmp_path: Path, screens: Path, width: int
) -> None:
    """The form is not sent without it unless the person says so."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{sandbox.url}/requests/new/question")
    page.get_by_label("Your name").fill("Camille Laurent")
    page.get_by_label("E-mail").fill("camille@example.com")
    page.get_by_label("Office").select_option("paris")
    page.get_by_label("Your question", exact=False).first.fill("Where is the shipment?")

    def cut(route: Route) -> None:
        route.abort()

    store = re.compile(re.escape(sandbox.aws.url))
    page.route(store, cut)
    page.get_by_label("Files").set_input_files([log_of(tmp_path, 5 * MB), log_of(tmp_path, 5 * MB, "other.log")])
    expect(page.get_by_text("The upload failed.")).to_have_count(2)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text("is not attached. Retry the upload, or remove the file.")).to_be_visible()
    page.screenshot(path=screens / f"upload-failed-{width}.png", full_page=True)
    page.unroute(store)
    page.get_by_role("button", name="Retry trace.log").click()
    page.get_by_role("button", name="Remove other.log").click()
    expect(page.locator(".sd-uploads li")).to_have_text(re.compile("trace.log.*attached"))

    assert page.evaluate("document.documentElement.scrollWidth") <= width
