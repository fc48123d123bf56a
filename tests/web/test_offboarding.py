"""Somebody leaves: the desk shows what they had on top, and anybody of the level takes it; their session ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.duplicates import company_of
from intake_fn.core.events import Escalated
from tests.removals import without
from tests.web.test_removed_names import reopened

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

ANDREI = "andrei@example.com"


def with_roma(web: Web) -> Case:
    """A request that Roma has, and two newer ones that Andrei has."""
    cases: list[Case] = []
    for handler in ("roma", "andrei", "andrei"):
        case = web.sent(summary=f"Error page number {len(cases)}")
        for level, who in ((1, "ihelp"), (2, "marc-selter"), (3, "paul"), (4, handler)):
            up = Escalated(at=web.clock(), actor=ANDREI, level=level, handler=who, reason="too-complex")
            case = web.desk.act(case.id, up, case.version)
        cases.append(case)
    return cases[0]


def _cookie(web: Web) -> tuple[str, str]:
    """Name and value of the session's cookie."""
    name = web.client.application.config["SESSION_COOKIE_NAME"]
    cookie = web.client.get_cookie(name)

    assert cookie is not None
    return name, cookie.value


@pytest.mark.parametrize("former", [True, False])
@pytest.mark.parametrize("path", ["/desk?show=mine", "/desk?level=4", "/desk?show=all"])
def test_a_request_whose_handler_has_left_stands_on_top(web: Web, path: str, *, former: bool) -> None:
    """In the list of who would get it now, in that of its level, and in that of all; once in each."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma", former=former))
    web.sign_in(ANDREI)
    page = web.client.get(path).text

    assert 1 == page.count(f"/desk/requests/{case.id}")
    assert page.index("has left<") < page.index("HD-0000-0003")
    assert 'Unassigned <span class="count">1</span>' in page


def test_it_is_in_nobody_elses_own_list(web: Web) -> None:
    """Who is at another level sees it in the list of all."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma"))
    web.sign_in("paul@example.com")

    assert case.id not in web.client.get("/desk?show=mine").text
    assert case.id in web.client.get("/desk?show=all").text


def test_anybody_of_the_level_takes_it_by_one_button(web: Web) -> None:
    """No question is asked: it is nobody's. The history says who had it and who has it."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma", former=True))
    web.sign_in(ANDREI)
    page = web.client.get(f"/desk/requests/{case.id}").text

    assert "Unassigned: Roma has left." in page
    assert "Assign to me" in page
    assert 303 == web.act(case, "hand-over", handler="andrei").status_code
    assert "andrei" == web.store.load(case.id).handler
    assert "Assign to me" not in web.client.get(f"/desk/requests/{case.id}").text


def test_who_is_not_of_the_level_is_offered_no_such_button(web: Web) -> None:
    """A request of level 4 is not level 3's to take."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma", former=True))
    web.sign_in("paul@example.com")

    assert "Assign to me" not in web.client.get(f"/desk/requests/{case.id}").text


def test_the_requester_reads_the_level_and_not_who_has_left(web: Web) -> None:
    """It is with nobody, so the page names nobody; and an office that is gone is none of the client companies."""
    case = with_roma(web)
    web = reopened(web, without("people", "roma", former=True))
    status = web.client.get(web.links.status(case.id).removeprefix(web.links.base_url)).text

    assert "<dd>Help Desk Level 4</dd>" in status


def test_an_office_that_is_gone_is_shown_by_its_name(web: Web) -> None:
    """It is no client company, here as in Mantis."""
    web.tracker.down = True
    case = web.sent()
    web = reopened(web, without("offices", "paris"))
    web.sign_in(ANDREI)
    web.clock.advance(minutes=5)
    web.desk.sweep()
    page = web.client.get(f"/desk/requests/{case.id}").text

    assert web.desk.process.client_name not in page
    assert "<camille@example.com>, paris" in web.tracker.issues[1].description


def test_an_office_that_is_gone_is_no_other_customer(web: Web) -> None:
    """Where two requests are compared, it is one of ours still."""
    case = web.sent()

    assert "our office paris (" in company_of(case.request, without("offices", "paris"))


def test_a_level_that_is_gone_has_its_list_while_it_holds_something(web: Web) -> None:
    """The page says where it can go on, and that way is open."""
    case = with_roma(web)
    web = reopened(web, without("levels", "4"))
    web.sign_in("paul@example.com")

    assert "Level 4 (removed)" in web.client.get("/desk").text
    assert "Escalate this request to level 3" in web.client.get(f"/desk/requests/{case.id}").text
    assert 303 == web.act(case, "escalate", to="3:paul", reason="not-this-level", sure=case.handler).status_code
    assert 422 == web.client.get("/desk?level=7").status_code


@pytest.mark.parametrize("former", [True, False])
def test_the_session_of_who_has_left_ends_at_once(web: Web, *, former: bool) -> None:
    """With the next page, whether it reads or writes."""
    case = with_roma(web)
    web.sign_in("roma@example.com")
    page = f"/desk/requests/{case.id}"
    token = web.token_on(page)
    cookie = _cookie(web)
    web = reopened(web, without("people", "roma", former=former))
    web.client.set_cookie(*cookie)
    answer = web.client.post(f"{page}/note", data={"csrf_token": token, "seen": case.version, "text": "One more."})

    assert (302, 401) == (web.client.get(page).status_code, answer.status_code)
    assert case.version == web.store.load(case.id).version


def test_a_name_that_is_taken_again_opens_no_old_session(web: Web) -> None:
    """The session is of an address, too: another Roma is another person."""
    web.sign_in("roma@example.com")
    cookie = _cookie(web)
    people = {**web.desk.process.people}
    people["roma"] = replace(people["roma"], address="roma.2@example.com")
    web = reopened(web, replace(web.desk.process, people=people))
    web.client.set_cookie(*cookie)

    assert 302 == web.client.get("/desk").status_code
