"""What a newer version left behind, on the pages: named, with what to do, and never a page that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Unreadable
from intake_fn.core.intents import UnknownIntent
from tests.desk.test_unreadable import NEWER
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow
    from tests.web.conftest import Web


def test_what_is_set_aside_stands_on_the_outbox_page_with_what_to_do(web: Web) -> None:
    """Queue, outbox and request answer, and the queue leads there."""
    web.tracker.down = True
    case = web.sent()
    web.store.spoil(case.id, item=UnknownIntent("CallTheMoon", "It is of the unknown kind 'CallTheMoon'."))
    web.sign_in("paul@example.com")
    outbox = web.client.get("/desk/outbox").text

    assert "CallTheMoon" in outbox
    assert case.id in outbox
    assert "run the newer version again" in outbox
    assert "in the outbox cannot be read by this version" in web.client.get("/desk").text.replace("&#39;", "'")
    assert "Unreadable item of a newer version" in web.client.get(f"/desk/requests/{case.id}").text


def test_a_request_with_an_unknown_entry_has_its_pages_and_loses_no_reply(web: Web) -> None:
    """The desk says why nothing can be done; the requester's words stay in the form, and nothing false is promised."""
    case = web.sent()
    status = web.links.status(case.id).removeprefix(web.links.base_url)
    web.store.spoil(case.id, event=NEWER)
    web.sign_in()
    page = web.client.get(f"/desk/requests/{case.id}")

    assert page.status_code == 200
    assert "A newer version of Specdesk has stored data in this request" in page.text
    assert "Blessed" in page.text
    assert web.client.get(status).status_code == 200

    answer = web.client.post(f"{status}/reply", data={"text": "It is on page 3.", "seen": "1"})

    assert answer.status_code == 503
    assert "It is on page 3." in answer.text
    assert "in a minute" not in answer.text


def test_a_similar_request_that_cannot_be_read_takes_no_page_away(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by its issue alone."""
    spoilt, case = web.sent(key="a" * 22), web.sent(key="b" * 22)
    web.sign_in()
    for _ in range(3):
        web.clock.advance(minutes=1)
        web.desk.sync()

    def row(case_id: str) -> CaseRow:
        if case_id == spoilt.id:
            raise Unreadable("A newer version wrote it.")
        return MemoryStore.row(web.store, case_id)

    monkeypatch.setattr(web.store, "row", row)
    page = web.client.get(f"/desk/requests/{case.id}")

    assert 200 == page.status_code
    assert f"#{spoilt.issue}" in page.text
