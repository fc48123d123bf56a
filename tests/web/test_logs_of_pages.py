"""What is logged of pages holds neither the tokens of their addresses nor what people typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.ports import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Web

WROTE = "My password is hunter2"


def test_an_error_page_is_logged_without_the_token_of_its_address(lines: Callable[[], str], web: Web) -> None:
    """The line names the page; who reads the log must not be able to open it for 400 days."""
    case = web.sent()
    token = web.links.sign(Purpose.STATUS, case.id)
    web.store.down = True
    assert 503 == web.client.get(f"/status/{token}").status_code
    assert 503 == web.client.post(f"/status/{token}/reply", data={"text": WROTE}).status_code
    written = lines()

    assert "page_failed" in written
    assert "/status/[token]/reply" in written
    assert token not in written
