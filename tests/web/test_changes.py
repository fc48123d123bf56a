"""The pages of a change request: who sends it where, what its owner writes, what its requester reads."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.changes.clause_text import assessment_of
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Stage, Status
from intake_fn.core.way import way
from intake_fn.desk.impact import modules_near
from spec_lookup import Spec
from tests.web.conftest import application_of
from tests.web.samples import SPEC
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

ANALYSTS, LIAISON = "sa@example.com", "liaison.paris@example.com"


def change(web: Web, module: str = "", **changed: str) -> Case:
    """A change request that a person has decided to be one."""
    case = web.sent(Kind.CHANGE, module=module, **changed)
    web.sign_in(LIAISON)
    web.act(case, "overrule", category="change", clause="", module=module, reason="The spec has no such thing.")
    return web.desk.cases.load(case.id)


def words_of(page: str) -> str:
    """The text of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_change_with_a_module_goes_to_its_owner_who_sees_it_under_mine(web: Web) -> None:
    """The owner of Shipments is of level 3; the request is at level 0."""
    case = change(web, "shipments")
    assert (Stage.OWNER, "system-analysts", 0) == (case.stage, case.handler, case.level)
    assert "sa" == web.tracker.look(case.issue or 0).handler
    web.desk.sweep()
    assert any("please assess it" in mail.text for mail in web.mailer.sent if mail.to == ANALYSTS)

    web.sign_in(ANALYSTS)
    mine = web.client.get("/desk?show=mine").text
    assert case.id in mine
    assert "with the owner of the module" in mine
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert "owner of Shipments and milestones" in page
    assert 'id="escalate"' not in page


def test_the_requester_reads_the_way_with_its_dates(web: Web) -> None:
    """One step is now, and what is yet to come has no date."""
    case = change(web, "shipments")
    page = web.client.get(page_of(web, case)).text
    now = re.findall(r'<li class="now" aria-current="step">(.*?)</li>', page, re.DOTALL)

    assert ["With System Analysts (SAs), the owner of Shipments and milestones, who assesses it"] == [
        re.findall(r"<span>(.*?)</span>", one)[0] for one in now
    ]
    assert re.search(r'class="reached">\s*<span>Sent</span>\s*<span class="muted">', page)
    assert re.search(r'class="ahead">\s*<span>The Board decides</span>\s*</li>', page)
    assert "System Analysts (SAs), owner of Shipments and milestones" in words_of(page)


def test_without_a_module_the_help_desk_chooses_one(web: Web) -> None:
    """The page of the nearest clause is proposed; whose module it is stands beside it."""
    case = change(web, summary="Show the validity of a quote in the list of quotes")
    assert Stage.NONE is case.stage
    assert "which chooses the module" in web.client.get(page_of(web, case)).text
    form = web.client.get(f"/desk/requests/{case.id}").text.split('id="send-to-owner-module"', 1)[1].split("</sel")[0]
    assert re.findall(r'value="bookings" selected>Bookings and quotes \(System Analysts \(SAs\)\)<', form)

    assert 422 == web.act(case, "send-to-owner", module="").status_code
    assert 303 == web.act(case, "send-to-owner", module="billing", note="Is it yours?").status_code
    case = web.desk.cases.load(case.id)
    assert (Stage.OWNER, "marc-selter") == (case.stage, case.handler)
    assert "marc.selter" == web.tracker.look(case.issue or 0).handler


def test_no_change_after_all_goes_back_to_the_level(web: Web) -> None:
    """Its owner decides by the spec like anybody."""
    case = change(web, "shipments")
    web.sign_in(ANALYSTS)
    answer = web.act(case, "overrule", category="bug", clause="shipments#open", module="shipments", reason="See.")

    assert 303 == answer.status_code
    case = web.desk.cases.load(case.id)
    assert (Category.BUG, Stage.NONE, "paris-liaison") == (case.category, case.stage, case.handler)
    assert "who assesses it" not in web.client.get(page_of(web, case)).text


# --- the assessment --------------------------------------------------------------------------

OPENING = (
    "## Opening a shipment {#open}\n\nA shipment opens within 3 seconds for every user of the offices that it touches."
)
FASTER = OPENING.replace("3 seconds", "1 second")


def with_owner(web: Web) -> Case:
    """A change that its owner is about to assess, who is signed in."""
    case = change(web, "shipments", clause="shipments#open")
    web.sign_in(ANALYSTS)
    return case


def assess(web: Web, case: Case, **changed: object) -> TestResponse:
    """Send the owner's form."""
    said = {
        "clause": "shipments#open",
        "base": OPENING,
        "proposed": FASTER,
        "effort": "2",
        "risk": "More load.",
        "effect": "It opens faster.",
        "seen": web.desk.cases.load(case.id).version,
    }
    page = f"/desk/requests/{case.id}/assessment?clause=shipments%23open"
    return web.post(page.partition("?")[0], on=page, **{**said, **changed})


def test_the_owner_sees_todays_clause_and_writes_on_it(web: Web) -> None:
    """The Markdown of the page with its heading, its hash, and the same in the text box."""
    case = with_owner(web)
    page = html.unescape(web.client.get(f"/desk/requests/{case.id}/assessment?clause=shipments%23open").text)

    assert f'<pre class="clause" dir="auto">{OPENING}</pre>' in page
    assert sha256(OPENING.encode()).hexdigest() in page
    assert f'spellcheck="true">\n{OPENING}</textarea>' in page


def test_the_difference_is_shown_before_anything_is_sent(web: Web) -> None:
    """With everything typed still there."""
    case = with_owner(web)
    answer = assess(web, case, preview="1")

    assert 200 == answer.status_code
    assert "<del>3</del><ins>1</ins>" in answer.text
    assert "More load." in answer.text
    assert Stage.OWNER is web.desk.cases.load(case.id).stage


def test_an_assessment_goes_to_the_board(web: Web) -> None:
    """With the clause of today, its stamp and file; members, owners of other modules and the requester are mailed.

    Owners are asked whose modules were ticked, and those whose clauses link to it, are linked or are about the same;
    a member among them by the mail that asks for the vote.
    """
    case = with_owner(web)
    assert 303 == assess(web, case, modules=["billing", "users"]).status_code
    case = web.desk.cases.load(case.id)
    event = assessment_of(case)
    assert event is not None
    assert Stage.BOARD is case.stage
    assert (OPENING, FASTER, "shipments") == (event.today, event.proposed, event.file)
    assert web.desk.spec().stamp.content == event.spec
    assert ("billing", "users") == event.modules
    assert modules_near(web.desk.spec(), web.desk.process, "shipments#open", FASTER) == event.near
    assert "shipments" not in event.near

    web.desk.sweep()
    told = {mail.to: mail.text for mail in web.mailer.sent}
    assert "before the Board" in told["paul@example.com"]
    asked = "which you own: please comment by 1 Dec 2026."
    assert f"Users and client companies, {asked}" in told["ihelp@jaguarfreight.com"]
    assert f"Billing and charges, {asked}" in told["marc.selter@example.com"]
    assert "before the Board: please vote." in told["marc.selter@example.com"]
    assert "now before the Board" in told["camille@example.com"]
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert "<del>3</del><ins>1</ins>" in page
    assert "now before the Board" not in page
    assert "Before the Board, which decides" in web.client.get(page_of(web, case)).text


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"proposed": OPENING}, "reads as it does today|would read as it does today"),
        ({"proposed": FASTER.replace("{#open}", "")}, "keep its anchor"),
        ({"effort": "a lot"}, "effort in days as a number"),
        ({"clause": "shipments#closed"}, "has no clause shipments#closed"),
    ],
)
def test_what_is_incomplete_is_said_and_nothing_is_lost(web: Web, changed: dict[str, str], problem: str) -> None:
    """The stage stays, and so does what was typed."""
    case = with_owner(web)
    answer = assess(web, case, **changed)

    assert 422 == answer.status_code
    assert re.search(problem, html.unescape(answer.text))
    assert "More load.</textarea>" in html.unescape(answer.text)
    assert Stage.OWNER is web.desk.cases.load(case.id).stage


def test_two_people_of_one_mailbox_do_not_overwrite_each_other(web: Web) -> None:
    """The second is told, and has their text still."""
    case = with_owner(web)
    seen = web.desk.cases.load(case.id).version
    assert 303 == assess(web, case, seen=seen).status_code
    answer = assess(web, case, seen=seen, proposed=FASTER.replace("1 second", "2 seconds"), risk="Other words.")

    assert 409 == answer.status_code
    assert "2 seconds" in answer.text
    assert "Other words." in answer.text
    event = assessment_of(web.desk.cases.load(case.id))
    assert event is not None
    assert FASTER == event.proposed


def test_a_clause_that_changed_meanwhile_is_shown_before_it_is_sent(web: Web) -> None:
    """The text was begun on another one: the person decides what to take over."""
    case = with_owner(web)
    answer = assess(web, case, base=OPENING.replace("3", "5"))

    assert 409 == answer.status_code
    assert "<del>5</del><ins>3</ins>" in answer.text
    assert "1 second" in answer.text
    assert Stage.OWNER is web.desk.cases.load(case.id).stage
    assert 303 == assess(web, case).status_code


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({"shipments": SPEC["shipments"].replace("3 seconds", "2 seconds")}, "has changed in the spec since"),
        ({"quotes": SPEC["quotes"]}, "is no longer in the spec"),
        ({"shipments": SPEC["shipments"].replace("3 seconds", "1 second")}, "holds the clause as proposed"),
    ],
)
def test_a_spec_that_moves_on_is_seen_on_the_request(web: Web, pages: dict[str, str], said: str) -> None:
    """Changed, gone, or published as proposed."""
    case = with_owner(web)
    assess(web, case)
    later = Spec.of(list(pages.items()))
    object.__setattr__(web.desk, "spec", lambda: later)

    assert said in web.client.get(f"/desk/requests/{case.id}").text


def test_a_new_clause_stands_under_a_page(web: Web) -> None:
    """There is nothing that it reads today."""
    case = with_owner(web)
    new = "## Closing a shipment {#close}\n\nA shipment closes by itself after 30 days."
    assert 303 == assess(web, case, clause="shipments", base="", proposed=new).status_code
    event = assessment_of(web.desk.cases.load(case.id))

    assert event is not None
    assert ("shipments", "", new, "shipments") == (event.clause, event.today, event.proposed, event.file)
    assert "A new clause under" in web.client.get(f"/desk/requests/{case.id}").text


def test_only_the_owner_assesses_and_a_question_pauses(web: Web) -> None:
    """Others are led back to the request; the owner asks like anybody."""
    case = with_owner(web)
    assert 303 == web.act(case, "ask", question="For which office?").status_code
    assert Status.WAITING is web.desk.cases.load(case.id).status

    web.sign_in(LIAISON)
    assert 303 == web.client.get(f"/desk/requests/{case.id}/assessment").status_code
    assert "Assess the change" not in web.client.get(f"/desk/requests/{case.id}").text


@pytest.mark.parametrize(("may", "status"), [((), 422), (("shipments",), 303)])
def test_an_owner_declines_where_support_yml_says_so(
    process: Process, spec: Spec, may: tuple[str, ...], status: int
) -> None:
    """Not by default."""
    web = application_of(replace(process, board=replace(process.board, owner_declines=may)), spec)
    case = with_owner(web)
    page = f"/desk/requests/{case.id}/assessment"
    assert bool(may) == ('id="decline"' in web.client.get(page).text)
    too_long = web.post(
        f"{page}/decline",
        on=page,
        seen=web.desk.cases.load(case.id).version,
        reason="x" * (web.desk.process.intake.text_characters + 1),
    )
    assert 422 == too_long.status_code
    assert "This text is too long: the limit is" in too_long.text
    answer = web.post(f"{page}/decline", on=page, seen=web.desk.cases.load(case.id).version, reason="Too dear.")
    assert status == answer.status_code
    assert bool(may) != ("Too dear.</textarea>" in answer.text)
    case = web.desk.cases.load(case.id)
    if may:
        assert (Stage.DECLINED, Status.RESOLVED) == (case.stage, case.status)
        steps = [one.what.key for one in way(case, web.desk.process)]
        assert ["way.received", "way.owner-done", "way.owner-declined"] == steps
        assert "Too dear." in web.client.get(page_of(web, case)).text
    else:
        assert Stage.OWNER is case.stage
