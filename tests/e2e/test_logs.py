"""The log of the sandbox, looked through: it names pages and requests, and opens none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import TryLater
from tests.e2e.test_one_request import fill_bug, sign_in
from tests.fakes import ports_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from sandbox.stack import Sandbox
    from tests.e2e.conftest import Log

pytestmark = [pytest.mark.aws, pytest.mark.browser]


class Down:
    """A store that does not answer."""

    def __getattr__(self, name: str) -> Any:
        """Whatever is asked of it."""
        raise TryLater(f"The table does not answer ({name}).")


def test_an_outage_is_logged_with_pages_and_without_what_opens_them(page: Page, sandbox: Sandbox, log: Log) -> None:
    """Receipt, sign-in and reply during an outage; the whole run is looked through once more at its end."""
    page.goto(f"{sandbox.url}/requests/new/bug")
    fill_bug(page, "Who reads the log?")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/status/**")
    receipt = page.url
    sign_in(page, sandbox, "paul@example.com")
    front = sandbox.application.app.extensions["specdesk"]
    desk = replace(sandbox.application.desk, **ports_of(Down()))
    sandbox.application.app.extensions["specdesk"] = replace(front, desk=lambda: desk)
    try:
        for path in (receipt, f"{sandbox.url}/desk"):
            page.goto(path)
    finally:
        sandbox.application.app.extensions["specdesk"] = front

    assert "page_failed" in log.stream.getvalue()
    assert "/status/[token]" in log.stream.getvalue()
    assert [] == log.leaks(sandbox)
