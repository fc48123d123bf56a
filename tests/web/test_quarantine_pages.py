"""The desk's lists of what is held back and of what was set aside, and deciding on many at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import TryLater
from intake_fn.core.events import RequesterReplied
from intake_fn.core.messages import in_words
from intake_fn.core.names import REQUESTER
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Status

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from tests.web.conftest import Web

ADMIN = "paul@example.com"
LIST = "/desk/quarantine"
ASIDE = "/desk/quarantine?rejected=1"
TRAP = "A field that people do not see was filled in."


def trapped(web: Web, number: int = 1) -> list[Case]:
    """Requests that fell for the trap, signed in to the desk."""
    cases = [
        web.sent(Kind.QUESTION, summary=f"Offer {each}", homepage="https://spam.example") for each in range(number)
    ]
    web.sign_in(ADMIN)
    return cases


def down(*_: Any, **__: Any) -> None:
    """The table is busy."""
    raise TryLater("The table is busy.")


def decide(web: Web, action: str, *cases: Case, on: str = LIST, **answers: Any) -> TestResponse:
    """Tick some and press a button."""
    ticked = [f"{case.id}:{case.version}" for case in cases]
    return web.post(on, on=on, action=action, case=ticked, **answers)


def statuses(web: Web, *cases: Case) -> list[Status]:
    """How they stand now."""
    return [web.store.load(case.id).status for case in cases]


def test_what_is_held_back_stands_in_a_list_of_its_own(web: Web) -> None:
    """With the reason and how many there are, for whoever opens the desk; one click on its page lets it go on."""
    (case,) = trapped(web)
    desk, all_, resolved, listed, page = (
        web.client.get(path).text
        for path in ("/desk", "/desk?show=all", "/desk?show=closed", LIST, f"/desk/requests/{case.id}")
    )

    assert 'Quarantine <span class="count">1</span>' in desk
    assert [False, False, True] == ["Offer 0" in text for text in (all_, resolved, listed)]
    assert [True, True] == [TRAP in text for text in (listed, page)]

    web.act(case, "release")
    assert 'Quarantine <span class="count">0</span>' in web.client.get("/desk").text
    assert 1 == web.desk.cases.load(case.id).issue


def test_many_are_set_aside_at_once_and_taken_back(web: Web) -> None:
    """With one reason, which their list shows; nobody is mailed until they go on."""
    cases = trapped(web, 4)
    mailed = len(web.mailer.sent)
    answer = decide(web, "reject", *cases[:3], reason="Advertisements.")
    said = web.client.get(answer.headers["Location"]).text
    aside = web.client.get(ASIDE).text

    assert [Status.REJECTED] * 3 + [Status.QUARANTINED] == statuses(web, *cases)
    assert "3 requests were rejected." in said
    assert [True, True, True, False] == [f"Offer {each}" in aside for each in range(4)]
    assert (3, mailed) == (aside.count("Advertisements."), len(web.mailer.sent))
    assert "Rejected: Advertisements." in web.client.get(f"/desk/requests/{cases[0].id}").text

    back = [web.store.load(case.id) for case in cases[:2]]
    assert 303 == decide(web, "release", *back, on=ASIDE).status_code
    assert [Status.OPEN, Status.OPEN, Status.REJECTED] == statuses(web, *cases[:3])


def test_what_takes_too_long_is_left_to_the_sweep(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """All together have the time of a single one: the page answers, and all go on within a minute."""
    cases = trapped(web, 5)
    file = web.tracker.file

    def slow(*args: Any, **kwargs: Any) -> Any:
        web.clock.advance(seconds=5)
        return file(*args, **kwargs)

    monkeypatch.setattr(web.tracker, "file", slow)
    assert 303 == decide(web, "release", *cases).status_code
    filed = [web.store.load(case.id).issue is not None for case in cases]
    assert [True, True, False, False, False] == filed

    web.clock.advance(minutes=1)
    web.desk.sweep()
    assert [Status.OPEN] * 5 == statuses(web, *cases)


def test_what_changed_meanwhile_is_left_as_it_is_and_said(web: Web) -> None:
    """Somebody else has decided, or its sender has written what nobody read yet."""
    decided, written, quiet = cases = trapped(web, 3)
    web.act(decided, "reject", reason="An advertisement.")
    reply = RequesterReplied(at=web.clock(), actor=REQUESTER, text="Please look.")
    web.desk.act(written.id, reply, written.version)
    answer = decide(web, "reject", *cases, reason="Advertisements.")

    assert [Status.REJECTED, Status.QUARANTINED, Status.REJECTED] == statuses(web, *cases)
    assert "An advertisement." == in_words(web.store.row(decided.id).why)
    said = web.client.get(answer.headers["Location"]).text
    assert "1 request was rejected. 2 have changed in the meantime and were skipped." in said
    assert "Its sender has written again." in said
    assert Status.REJECTED is web.store.load(quiet.id).status


@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        ({"action": "reject"}, 422, "Please enter a reason."),
        ({"action": "reject", "reason": "x", "case": []}, 422, "Select one request or more first."),
        ({"action": "resolve", "reason": "x"}, 422, "Press one of the buttons"),
    ],
)
def test_what_is_missing_is_said_with_everything_still_ticked(
    web: Web, answers: dict[str, Any], status: int, says: str
) -> None:
    """And nothing happens."""
    (case,) = trapped(web)
    answer = web.post(LIST, on=LIST, **{"case": [f"{case.id}:{case.version}"], **answers})

    assert (status, True) == (answer.status_code, says in answer.text)
    assert ("reason" in answers) or " checked" in answer.text
    assert [Status.QUARANTINED] == statuses(web, case)


def test_a_store_that_is_down_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was ticked and typed is still there."""
    (case,) = trapped(web)
    token = re.search(r'name="csrf_token" value="([^"]+)"', web.client.get(LIST).text)
    assert token is not None
    monkeypatch.setattr(web.store, "save", down)
    said = {"csrf_token": token[1], "action": "reject", "reason": "Ads.", "case": [f"{case.id}:{case.version}"]}
    answer = web.client.post(LIST, data=said)

    assert (503, True, True) == (answer.status_code, 'value="Ads."' in answer.text, " checked" in answer.text)


def test_all_on_a_page_can_be_ticked_without_javascript(web: Web) -> None:
    """A flood is set aside page by page."""
    trapped(web, 53)
    first = web.client.get(f"{LIST}?ticked=1").text
    more = re.search(r'href="([^"]+cursor=[^"]+)">Older', first)
    assert more is not None
    second = web.client.get(more[1].replace("&amp;", "&")).text

    assert (50, 0) == (first.count(" checked"), second.count(" checked"))
    assert 3 == second.count('name="case"')
    assert f'action="{more[1]}"' in second.replace("&amp;ticked=1", "")


def test_a_summary_of_a_program_is_shown_as_text(web: Web) -> None:
    """It is the list in which hostile texts stand."""
    web.sent(Kind.QUESTION, summary="<script>alert(1)</script>", homepage="x")
    web.sign_in(ADMIN)

    assert "<script>alert" not in web.client.get(LIST).text
    assert "&lt;script&gt;alert" in web.client.get(LIST).text


def test_only_engineers_see_it(web: Web) -> None:
    """Others are asked to sign in."""
    assert "/desk/sign-in" in web.client.get(LIST).headers["Location"]
    assert web.client.post(LIST, data={"action": "reject"}).status_code in (400, 401)


def test_the_quarantine_is_found_while_it_is_empty_by_admins_alone(web: Web) -> None:
    """A new admin who looks for it finds it under its name; nobody else is shown a door that is closed to them."""
    web.sign_in(ADMIN)
    admins = web.client.get("/desk").text
    web.sign_in()

    assert "Quarantine <span" in admins
    assert "Quarantine <span" not in web.client.get("/desk").text


def test_the_reason_of_a_rejection_is_a_sentence_of_its_own(web: Web) -> None:
    """Whether or not the admin has ended it with a full stop."""
    (case,) = trapped(web)
    web.act(case, "reject", reason="Spam")

    assert "Rejected: Spam. Nothing has been filed" in web.client.get(f"/desk/requests/{case.id}").text
