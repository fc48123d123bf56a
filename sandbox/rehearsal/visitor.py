"""A person with a browser: fills in a form of the deployed function and reads the receipt."""

from __future__ import annotations

import os
import re
import shutil

from sandbox.rehearsal.stage import RehearsalError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NUMBER = re.compile(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}")
ANSWERS = {
    "If you have no screenshot": "Nothing can be seen.",
    "Your name": "Camille Laurent",
    "E-mail": "camille@example.com",
    "What happened": "I opened shipment S-PAR-2024-003310 and got an error page, twice.",
    "What did you expect": "The shipment opens.",
    "Steps to reproduce": "1. Open Shipments\n2. Click S-PAR-2024-003310",
}
CHOICES = {"Office": "paris", "Priority": "high", "Module": "shipments"}


def chromium() -> str:
    """Where the system's Chromium is: CHROMIUM, or the usual names. Raises RehearsalError."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    if path := next(filter(None, found), None):
        return path
    raise RehearsalError("no Chromium was found; on Debian: apt-get install chromium, or set CHROMIUM to a browser")


def submitted(address: str, summary: str) -> str:
    """Fill in the form for bugs and send it: the number of the request, as the receipt says it."""
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - heavy, and for one step

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"{address}/requests/new/bug")
            page.get_by_label("Summary").fill(summary)
            for label, text in ANSWERS.items():
                page.get_by_label(label).fill(text)
            for label, value in CHOICES.items():
                page.get_by_label(label).select_option(value)
            page.get_by_label("Yes", exact=True).check()
            page.get_by_role("button", name="Continue").click()
            page.get_by_role("button", name="Send").click()
            receipt = page.get_by_role("main")
            receipt.get_by_text(NUMBER).first.wait_for()
            text = receipt.inner_text()
            browser.close()
    except Error as error:
        raise RehearsalError(f"the browser did not get through: {error}") from error
    found = NUMBER.search(text)
    assert found is not None  # noqa: S101 - it was waited for
    return found[0]
