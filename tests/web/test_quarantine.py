"""What a form tells of how it was sent, and what its sender sees of a request that is held back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Status
from tests.web.test_api import body_of
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from tests.web.conftest import Web

STRANGER = "someone@new-client.example.net"


def opened(web: Web) -> str:
    """What a form says of when it was opened."""
    found = re.search(r'name="opened" value="([^"]+)"', web.client.get("/requests/new/question").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", Kind)
def test_people_do_not_see_the_trap(web: Web, kind: Kind) -> None:
    """Nor does a screen reader, and the keyboard passes it by."""
    page = web.client.get(f"/requests/new/{kind.value}").text

    assert '<p class="sd-away" aria-hidden="true">' in page
    assert 'name="homepage" id="homepage" tabindex="-1" autocomplete="off"' in page


def test_whoever_fills_it_in_gets_an_ordinary_receipt(web: Web) -> None:
    """Which says honestly that a person looks first; no mail goes out, and no new link is mailed either."""
    case = web.sent(homepage="https://spam.example")
    page = web.client.get(page_of(web, case)).text
    lost = web.client.post("/status/lost", data={"number": case.id})

    assert Status.QUARANTINED is case.status
    assert "a person looks at it before anything else happens" in page
    assert "not filed before the review" in page
    assert "it says how the review ends" in web.client.get(f"{page_of(web, case)}?new=1").text
    assert "There is no verdict yet. It follows after the review." in page
    assert "on its way" not in page
    assert (200, []) == (lost.status_code, web.mailer.sent)


@pytest.mark.parametrize(
    ("email", "seconds", "status"),
    [
        (STRANGER, 1, Status.QUARANTINED),
        (STRANGER, 30, Status.OPEN),
        (STRANGER, 86_400 * 3, Status.OPEN),
        ("camille@example.com", 1, Status.OPEN),
    ],
)
def test_a_stranger_takes_a_moment_to_fill_in_a_form(web: Web, email: str, seconds: int, status: Status) -> None:
    """However long it stays open; people of known domains may have it filled in by their browser."""
    token = opened(web)
    web.clock.advance(seconds=seconds)

    assert status is web.sent(Kind.QUESTION, email=email, opened=token).status


def test_a_form_that_is_shown_again_keeps_when_it_was_opened(web: Web) -> None:
    """What is mended in a moment was not typed in one."""
    token = opened(web)
    web.clock.advance(minutes=5)
    again = web.send(Kind.QUESTION, email=STRANGER, opened=token, summary="")
    assert f'name="opened" value="{token}"' in again.text

    web.clock.advance(seconds=1)
    assert Status.OPEN is web.sent(Kind.QUESTION, email=STRANGER, opened=token).status


@pytest.mark.parametrize("token", ["", "2026-11-23T15:00:00+00:00", "x" * 500])
def test_a_form_that_does_not_say_it_is_taken_all_the_same(web: Web, token: str) -> None:
    """Those in the wiki do not."""
    assert Status.OPEN is web.sent(Kind.QUESTION, email=STRANGER, opened=token).status


def test_what_an_engineer_sends_for_somebody_else_is_not_held_back(web: Web) -> None:
    """They have looked already; by the form as by the API."""
    token = opened(web)
    web.sign_in()
    links = "http://a.example http://b.example http://c.example"
    body = body_of(Kind.QUESTION, email=STRANGER, description=links)

    assert Status.OPEN is web.sent(Kind.QUESTION, email=STRANGER, opened=token).status
    assert "open" == web.client.post("/api/requests", json=body).get_json()["status"]


def test_the_api_is_a_door_like_the_forms(web: Web) -> None:
    """A flood through it is held back as well."""
    sent = [
        web.client.post("/api/requests", json=body_of(Kind.QUESTION, email=STRANGER, summary=f"Number {n}"))
        for n in range(12)
    ]
    cases = [web.desk.cases.load(answer.get_json()["id"]) for answer in sent]

    assert [Status.OPEN] * 10 + [Status.QUARANTINED] * 2 == [case.status for case in cases]


def test_what_awaits_review_is_withdrawn_and_comes_back_by_a_reply(web: Web) -> None:
    """After a confirmation that promises no mail; the page says so, and the desk lists it apart without a release."""
    case = web.sent(Kind.QUESTION, homepage="https://spam.example")
    address = page_of(web, case)
    assert "Withdraw the request" in web.client.get(address).text

    asked = web.client.get(f"{address}/withdraw").text
    done = web.client.post(f"{address}/withdraw", data={"reason": "Found it.", "seen": case.version})
    page = web.client.get(done.location).text
    again = web.client.post(f"{address}/withdraw")
    assert "nothing is filed or mailed" in asked
    assert "assignee" not in asked
    assert "You have withdrawn this request" in page
    assert "Found it." in page
    assert "Nobody reviews it any more" in page
    assert "rejected" not in page.lower()
    assert (422, True) == (again.status_code, "You have withdrawn this request already." in again.text)
    assert web.mailer.sent == []

    web.sign_in("paul@example.com")
    assert "Withdrawn by the requester" in web.client.get("/desk/quarantine?rejected=1").text

    web.client.post(f"{address}/reply", data={"text": "I need it after all."})
    assert Status.QUARANTINED is web.store.load(case.id).status
    assert "had withdrawn it, and has written again" in web.client.get("/desk/quarantine").text
