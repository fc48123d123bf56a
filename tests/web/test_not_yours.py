"""Acting on what somebody else has: the desk asks first, carries all that was typed, and acts once."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import AskedRequester, HandedOver, Noted, Resolved
from intake_fn.core.names import SPECDESK
from tests.removals import without
from tests.web.test_desk_pages import DOING
from tests.web.test_offboarding import with_roma
from tests.web.test_removed_names import reopened

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from tests.web.conftest import Web

ANDREI = "andrei@example.com"
ASK = {"question": "Which one?\nThe first “one”, or <b>another</b> & why?"}


def pressed(web: Web, case: Case, action: str = "ask", **said: Any) -> TestResponse:
    """A button of a request's page, as it is sent."""
    page = f"/desk/requests/{case.id}"
    return web.post(f"{page}/{action}", on=page, **{"seen": web.store.load(case.id).version, **said})


def fields_of(page: str) -> dict[str, str]:
    """What the question carries along."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page, re.DOTALL)
    return {unescape(name): unescape(text) for name, text in pairs}


def confirmed(web: Web, case: Case, page: str, action: str = "ask", sure: str | None = None) -> TestResponse:
    """One of the buttons of the question: the one that says yes unless told otherwise."""
    yes = re.findall(r'name="sure" value="([^"]*)"', page)[0]
    return web.client.post(
        f"/desk/requests/{case.id}/{action}", data={**fields_of(page), "sure": yes if sure is None else sure}
    )


@pytest.mark.parametrize("action", ["resolve", "escalate", "hand-over", "prioritise", "overrule", "ask", "complete"])
def test_whoever_acts_on_what_somebody_else_has_is_asked_first(web: Web, action: str) -> None:
    """The page names who has it and what the history will say; nothing happens before the second button."""
    case = web.sent()
    web.sign_in(ANDREI)
    typed = {**DOING[action][0], **({"handler": "london-liaison"} if action == "hand-over" else {})}
    if action == "resolve":
        decided = {"category": "bug", "reason": "It is one.", "sure": case.handler}
        assert 303 == pressed(web, case, "overrule", **decided).status_code
    before = web.store.load(case.id)
    answer = pressed(web, case, action, **typed)

    assert 200 == answer.status_code
    assert "This request is assigned to Paris CT2 Liaison" in answer.text
    assert typed.items() <= fields_of(answer.text).items()
    assert before.version == web.store.load(case.id).version

    done = confirmed(web, case, answer.text, action)

    assert 303 == done.status_code
    assert ANDREI == web.store.load(case.id).history[-1].actor


@pytest.mark.parametrize("action", ["resolve", "escalate", "ask"])
def test_who_has_it_is_not_asked(web: Web, action: str) -> None:
    """It is theirs."""
    case = web.sent()
    web.sign_in()
    pressed(web, case, "overrule", category="bug", reason="It is one.")

    assert 303 == pressed(web, case, action, **DOING[action][0]).status_code


def test_a_note_is_no_act(web: Web) -> None:
    """It is how one talks to who has it."""
    case = web.sent()
    web.sign_in(ANDREI)

    assert 303 == pressed(web, case, "note", text="Seen before.").status_code


def test_what_was_typed_arrives_as_typed(web: Web) -> None:
    """Line ends, quotes and angle brackets go through the question unharmed, and are shown as text."""
    case = web.sent()
    web.sign_in(ANDREI)
    page = pressed(web, case, **ASK).text
    confirmed(web, case, page)
    (event,) = (event for event in web.store.load(case.id).history if isinstance(event, AskedRequester))

    assert ASK["question"] == event.question
    assert "<b>another</b>" not in page


def test_whoever_goes_back_finds_what_they_typed(web: Web) -> None:
    """Nothing was done, and the form is open with it."""
    case = web.sent()
    web.sign_in(ANDREI)
    back = confirmed(web, case, pressed(web, case, **ASK).text, sure="")

    assert 200 == back.status_code
    assert "Nothing has been changed. Your text is still here." in back.text
    assert "Which one?" in back.text
    assert case.version == web.store.load(case.id).version


def test_a_second_click_on_the_answer_does_it_once(web: Web) -> None:
    """Both end on the request's page."""
    case = web.sent()
    web.sign_in(ANDREI)
    page = pressed(web, case, **ASK).text
    clicks = [confirmed(web, case, page) for _ in range(2)]

    assert [303, 303] == [click.status_code for click in clicks]
    assert 1 == len([event for event in web.store.load(case.id).history if isinstance(event, AskedRequester)])


def test_a_second_click_without_a_question_does_it_once_too(web: Web) -> None:
    """The handler's own double click is no quarrel with oneself; the same again on the new page is meant."""
    case = web.sent()
    web.sign_in()
    said = {"text": "Seen before.", "seen": case.version}
    clicks = [pressed(web, case, "note", **said) for _ in range(2)]

    assert [303, 303] == [click.status_code for click in clicks]
    assert 303 == pressed(web, case, "note", text="Seen before.").status_code
    assert 2 == len([event for event in web.store.load(case.id).history if isinstance(event, Noted)])


def test_what_another_person_did_in_the_same_words_is_not_ones_own(web: Web) -> None:
    """Two people who write the same have both written it: the second is told."""
    case = web.sent()
    web.sign_in()
    event = Noted(at=web.clock(), actor=ANDREI, text="Seen before.")
    web.desk.act(case.id, event, case.version)

    assert 409 == pressed(web, case, "note", text="Seen before.", seen=case.version).status_code


@pytest.mark.parametrize("when", ["before the question", "after the question"])
def test_who_was_slower_is_told_instead_of_asked(web: Web, when: str) -> None:
    """409 with what was typed; the answer to a question counts for the request as it was seen."""
    case = web.sent()
    web.sign_in(ANDREI)
    page = pressed(web, case, **ASK).text if when == "after the question" else ""
    web.desk.act(case.id, Noted(at=web.clock(), actor="paul@example.com", text="Mine."), case.version)
    answer = confirmed(web, case, page) if page else pressed(web, case, seen=case.version, **ASK)

    assert 409 == answer.status_code
    assert "Someone else has changed this request: Paul." in answer.text
    assert "Which one?" in answer.text


def test_who_has_it_by_now_is_asked_about_anew(web: Web) -> None:
    """An admin handed it over by the command meanwhile: the first answer was about somebody else."""
    case = web.sent()
    web.sign_in(ANDREI)
    page = pressed(web, case, **ASK).text
    event = HandedOver(at=web.clock(), actor=SPECDESK, handler="london-liaison")
    web.desk.act(case.id, event, case.version)
    again = confirmed(web, case, page)

    assert 200 == again.status_code
    assert "This request is assigned to London CT2 Liaison" in again.text
    assert "It was assigned to Paris CT2 Liaison" in again.text
    assert 303 == confirmed(web, case, again.text).status_code


def test_what_is_refused_or_incomplete_is_said_without_a_question(web: Web) -> None:
    """Nobody is asked whether they are sure of what cannot be done."""
    case = web.sent()
    web.sign_in(ANDREI)

    assert 422 == pressed(web, case, "ask", question="").status_code
    assert 422 == pressed(web, case, "escalate", to="4:andrei", reason="too-complex").status_code
    assert 422 == pressed(web, case, "hand-over", handler="paul").status_code


@pytest.mark.parametrize(("address", "status"), [(ANDREI, 303), ("paul@example.com", 200)])
def test_what_nobody_has_is_its_levels(web: Web, address: str, status: int) -> None:
    """Its handler has left: who is at its level just acts, all others are asked."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma", former=True))
    web.sign_in(address)
    answer = pressed(web, case, **ASK)

    assert status == answer.status_code
    assert "This request is assigned to Level 4" in answer.text or status == 303


def test_a_join_of_another_customers_request_asks_once(web: Web) -> None:
    """One page tells whose requests they are and who has this one."""
    client: dict[str, Any] = {"office": "client", "company": "Globex", "email": "bo@globex.example", "name": "Bo Ek"}
    lead, case = web.sent(summary="A"), web.sent(**{"summary": "B", **client})
    web.sign_in(ANDREI)
    asked = pressed(web, case, "mark-duplicate", request=lead.id)

    assert f"{case.id} is not assigned to you, but to <strong>iHelp</strong>." in asked.text
    assert 303 == web.client.post(f"/desk/requests/{case.id}/mark-duplicate", data=fields_of(asked.text)).status_code
    assert lead.id == web.store.load(case.id).duplicate_of


def test_a_made_up_answer_is_no_answer(web: Web) -> None:
    """Only the name of who has it counts."""
    case = web.sent()
    web.sign_in(ANDREI)

    assert 200 == pressed(web, case, **ASK, sure="yes").status_code
    assert not [event for event in web.store.load(case.id).history if isinstance(event, AskedRequester | Resolved)]
