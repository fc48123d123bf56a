"""No answer is lost: neither the store's, nor one of two that came to one field."""

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


@pytest.mark.parametrize(
    ("action", "answers"),
    [
        ("note", {"text": ["The first note.", "The second note."]}),
        ("prioritise", {"priority": ["low", "high"]}),
    ],
)
def test_two_answers_to_one_field_of_the_desk_are_refused_and_both_are_shown(
    web: Web, action: str, answers: dict[str, Any]
) -> None:
    """Else the first would be taken, and the second lost unsaid; the same one twice is one answer."""
    case = web.sent()
    web.sign_in()
    refused = web.act(case, action, **answers)
    same: dict[str, Any] = {name: [texts[0]] * 2 for name, texts in answers.items()}
    taken = web.act(case, action, **same)

    assert 422 == refused.status_code
    assert "This answer came more than once" in refused.text
    assert all("\n\n".join(texts) in refused.text for texts in answers.values())
    assert 303 == taken.status_code
    assert case.version + 1 == web.desk.cases.load(case.id).version


def test_what_was_typed_twice_is_shown_to_who_is_no_longer_signed_in(web: Web) -> None:
    """Both texts, to be copied."""
    case = web.sent()
    answer = web.client.post(f"/desk/requests/{case.id}/note", data={"text": ["The first note.", "The second one."]})

    assert 401 == answer.status_code
    assert "The first note.\n\nThe second one." in answer.text
