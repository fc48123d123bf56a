"""Something was saved and the store's answer was lost: no page says that it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import TryLater
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from tests.web.conftest import Web


@pytest.fixture
def lossy(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """An application whose store does what it is told, and loses its answers to writes."""

    def losing(write: Any) -> Any:
        def lost(*args: Any, **more: Any) -> None:
            write(*args, **more)
            raise TryLater("No answer came.")

        return lost

    for name in ("save", "create"):
        monkeypatch.setattr(web.store, name, losing(getattr(web.store, name)))
    return web


def test_what_was_saved_is_not_said_to_be_lost(web: Web, request: pytest.FixtureRequest) -> None:
    """At the desk, in a reply and in a form; the form that is sent again is taken in once."""
    assert isinstance(web.store, MemoryStore)
    case = web.sent()
    web.sign_in()
    request.getfixturevalue("lossy")
    answers = [
        web.act(case, "note", text="A note that is saved."),
        web.upload(f"/status/{web.links.status(case.id).rpartition('/')[2]}/reply", text="A reply that is saved."),
        web.send(key="the-same-key-both-times"),
    ]

    assert [503, 503, 503] == [answer.status_code for answer in answers]
    assert not any("could not be saved" in answer.text or "was not saved" in answer.text for answer in answers)
    assert all("may not have been saved" in answer.text for answer in answers)
