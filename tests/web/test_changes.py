"""The pages of a change request: who sends it where, what its owner writes, what its requester reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Stage
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
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
    assert 'class="way"' not in web.client.get(page_of(web, case)).text
