"""The Board in browsers on the whole stack: a desktop and two phones, four change requests, four ways to decide."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from intake_fn.core.change_events import ChangeAssessed, SentToOwner
from intake_fn.core.events import Overruled
from intake_fn.core.vocabulary import Category, Stage
from intake_fn.desk.proposing import clause_today
from sandbox.demo import send
from tests.e2e.test_one_request import sign_in
from tests.web.boards import MARC, PAUL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from intake_fn.core.case import Case
    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.aws]

REQUEST = {
    "kind": "change",
    "name": "Camille Lefort",
    "email": "camille@example.com",
    "office": "paris",
    "description": "A quote is valid for 30 days.",
    "expected": "It is valid for 45 days.",
    "details": {"benefit": "Fewer quotes are made anew."},
    "priority": "low",
    "module": "billing",
}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def with_its_owner(sandbox: Sandbox, summary: str, module: str, owner: str, priority: str = "low") -> Case:
    """A change request that the owner of its module has to assess."""
    desk = sandbox.application.desk
    case = desk.cases.load(send(sandbox.url, {**REQUEST, "summary": summary, "priority": priority})["id"])
    if case.category is not Category.CHANGE:
        decided: dict[str, Any] = {"category": Category.CHANGE, "clause": "", "module": module, "reason": "A wish."}
        case = desk.act(case.id, Overruled(at=desk.clock(), actor=PAUL, **decided), case.version)
    if case.stage is Stage.NONE:
        to_owner = SentToOwner(at=desk.clock(), actor=PAUL, module=module, owner=owner)
        case = desk.act(case.id, to_owner, case.version)
    return case


def before_the_board(sandbox: Sandbox, summary: str, priority: str = "low") -> str:
    """The id of a change request that Marc Selter has assessed."""
    desk = sandbox.application.desk
    case = with_its_owner(sandbox, summary, "billing", "marc-selter", priority)
    clause = clause_today(desk.spec(), "quotes#validity")
    assessment: dict[str, Any] = {
        "clause": clause.cite,
        "today": clause.source,
        "spec": clause.spec,
        "commit": clause.commit,
        "file": clause.file,
        "proposed": clause.source.replace("30 days", "45 days", 1),
        "effort": "2",
        "risk": "Quotes of last month become valid again.",
        "effect": "Clients have two weeks more to accept.",
        "modules": ("customs", "users"),
    }
    case = desk.act(case.id, ChangeAssessed(at=desk.clock(), actor=MARC, **assessment), case.version)
    return case.id


def vote(page: Page, sandbox: Sandbox, case_id: str, how: str, reason: str) -> None:
    """Vote on the Board's page of a request."""
    page.goto(f"{sandbox.url}/desk/board/{case_id}")
    form = page.locator("#vote form")
    form.get_by_label(how, exact=True).check()
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button", name="Vote").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("The vote is recorded.")


def proclaim(page: Page, sandbox: Sandbox, case_id: str, expected: str, text: str) -> None:
    """Proclaim what the votes decide."""
    page.goto(f"{sandbox.url}/desk/board/{case_id}")
    form = page.locator("#proclaim form")
    expect(form).to_contain_text(f"The votes decide: {expected}")
    form.get_by_label("The decision and its reason").fill(text)
    form.get_by_role("button", name="Proclaim the decision").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("The decision is proclaimed.")


def shot(page: Page, screens: Path, name: str) -> None:
    """The page at both widths; nothing is wider than its screen."""
    here = page.viewport_size
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # it is a size
        page.screenshot(path=screens / f"board-{name}-{size['width']}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
    if here:
        page.set_viewport_size(here)


@dataclass(frozen=True)
class People:
    """The members, each in a browser of their own: the chair at a desk, the others on phones, one without scripts."""

    marc: Page
    analysts: Page
    paul: Page


@pytest.fixture
def people(browser: Browser, sandbox: Sandbox) -> Iterator[People]:
    """The three members, signed in."""
    pages: list[Page] = []
    with ExitStack() as stack:
        for address, size, scripts in ((MARC, WIDE, True), ("sa@example.com", NARROW, True), (PAUL, NARROW, False)):
            context = browser.new_context(viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]  # a size
            stack.callback(context.close)
            pages.append(context.new_page())
            sign_in(pages[-1], sandbox, address)
        yield People(*pages)


def test_the_board_decides_on_four_requests(people: People, sandbox: Sandbox, screens: Path) -> None:
    """Approved with one member recused, declined, put off, and one by an urgent online vote."""
    summaries = ("Quotes are valid for 45 days", "Quotes never expire", "Quotes expire on Fridays", "Quotes at once")
    approved, declined, put_off = (before_the_board(sandbox, summary) for summary in summaries[:3])
    urgent = before_the_board(sandbox, summaries[3], "urgent")
    marc = people.marc
    marc.goto(f"{sandbox.url}/desk/board")
    expect(marc.locator("table.queue tbody tr").first).to_contain_text(summaries[3])
    expect(marc.get_by_role("main")).to_contain_text("board.meets of support.yml holds no rule")
    shot(marc, screens, "agenda")

    is_approved(people, sandbox, screens, approved)
    is_declined(people, sandbox, screens, declined)
    is_put_off(people, sandbox, put_off)
    is_voted_on_online(people, sandbox, screens, urgent)

    marc.goto(f"{sandbox.url}/desk/board")
    for summary in summaries:  # what other tests have before the Board may be there
        expect(marc.locator("table.queue tbody tr", has_text=summary)).to_have_count(0)
    expect(marc.get_by_role("main")).to_contain_text("On the agenda again from 3 Mar 2031")
    shot(marc, screens, "agenda-after")
    with marc.expect_download() as download:
        marc.get_by_role("button", name="Download").click()
    minutes = download.value.path().read_text(encoding="utf-8")
    assert all(case_id in minutes for case_id in (approved, declined, put_off, urgent))
    assert 4 <= minutes.count("**Decision: ")
    assert "- Paul: recused: My brother's company asked for it." in minutes
    assert "It costs too much." not in minutes
    for case_id, words in ((approved, "approved"), (declined, "declined"), (put_off, "deferred")):
        is_told(marc, sandbox, screens, case_id, words)


def is_approved(people: People, sandbox: Sandbox, screens: Path, case_id: str) -> None:
    """Three members vote on two devices; one recuses himself, one changes her mind, and the chair proclaims."""
    paul = people.paul
    vote(paul, sandbox, case_id, "No", "It costs too much.")
    vote(people.analysts, sandbox, case_id, "No", "Old quotes come back to life.")
    vote(people.marc, sandbox, case_id, "Yes", "Clients ask for it every week.")
    shot(people.analysts, screens, "voted")
    paul.goto(f"{sandbox.url}/desk/board/{case_id}")
    form = paul.locator("#recuse")
    form.locator("summary").click()
    form.get_by_label("Paul", exact=True).check()
    form.get_by_label("Reason").fill("My brother's company asked for it.")
    form.get_by_role("button").click()
    expect(paul.locator("#votes")).to_contain_text("My brother's company asked for it.")
    expect(paul.locator("#vote")).to_have_count(0)
    vote(people.analysts, sandbox, case_id, "Yes", "Not if it holds for new quotes only.")
    proclaim(people.marc, sandbox, case_id, "approved", "Clients ask for it, and it is two days' work.")
    expect(people.marc.locator("#votes")).to_contain_text("Decision of the Board: approved (2 for, 0 against")
    shot(people.marc, screens, "approved")


def is_declined(people: People, sandbox: Sandbox, screens: Path, case_id: str) -> None:
    """One vote against and an abstention; a form that is stale keeps its text."""
    page = people.analysts
    page.goto(f"{sandbox.url}/desk/board/{case_id}")
    vote(people.marc, sandbox, case_id, "No", "The law fixes 30 days.")
    page.locator("#vote").get_by_label("Abstain").check()
    page.locator("#vote").get_by_label("Reason").fill("I do not know the law.")
    page.locator("#vote").get_by_role("button").click()
    expect(page.locator("#vote")).to_contain_text("Someone else has changed this request: Marc Selter.")
    shot(page, screens, "stale")
    page.locator("#vote").get_by_role("button").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("The vote is recorded.")
    proclaim(people.marc, sandbox, case_id, "declined", "The law fixes 30 days.")


def is_put_off(people: People, sandbox: Sandbox, case_id: str) -> None:
    """A member moves it, two are for it."""
    people.paul.goto(f"{sandbox.url}/desk/board/{case_id}")
    form = people.paul.locator("#move")
    form.locator("summary").click()
    form.get_by_label("Put it off to a date").check()
    form.locator("input[type=date]").fill("2031-03-03")
    form.get_by_label("Reason").fill("After the audit.")
    form.get_by_role("button").click()
    vote(people.paul, sandbox, case_id, "Yes", "After the audit.")
    vote(people.analysts, sandbox, case_id, "Yes", "Agreed.")
    proclaim(people.marc, sandbox, case_id, "deferred", "The audit comes first.")


def is_voted_on_online(people: People, sandbox: Sandbox, screens: Path, case_id: str) -> None:
    """Opened by its urgency; decided when all have voted, not before."""
    marc = people.marc
    for page in (people.paul, people.analysts):
        vote(page, sandbox, case_id, "Yes", "It cannot wait.")
    marc.goto(f"{sandbox.url}/desk/board/{case_id}")
    expect(marc.locator("#votes")).to_contain_text("Online vote, open until")
    expect(marc.locator("#proclaim")).to_have_count(0)
    shot(marc, screens, "online")
    vote(marc, sandbox, case_id, "Abstain", "I own the module.")
    proclaim(marc, sandbox, case_id, "approved", "It cannot wait.")


def is_told(page: Page, sandbox: Sandbox, screens: Path, case_id: str, words: str) -> None:
    """The requester's page has the decision with its date, and Mantis a note of it."""
    page.goto(sandbox.application.links.status(case_id))
    expect(page.get_by_role("main")).to_contain_text(f"Decision of the Board: {words}")
    shot(page, screens, f"status-{words}")
    number = sandbox.application.desk.cases.load(case_id).issue
    for _ in range(100):  # the sweep writes the notes
        page.goto(f"{sandbox.mantis_url}/view.php?id={number}")
        if "Decision of the Board" in page.locator("body").inner_text():
            break
        page.wait_for_timeout(200)
    expect(page.locator("body")).to_contain_text(f"Decision of the Board: {words}")


def test_the_agenda_prints_each_item_on_its_page(page: Page, sandbox: Sandbox, screens: Path) -> None:
    """The print style leaves out what is for the screen, and begins a page with each item."""
    case_id = before_the_board(sandbox, "Quotes are printed")
    sign_in(page, sandbox, "andrei@example.com")
    page.goto(f"{sandbox.url}/desk/board")
    page.get_by_role("link", name="Agenda to print").click()
    shot(page, screens, "print")
    page.emulate_media(media="print")
    item = page.locator(f"[id='{case_id}']")

    expect(item.locator("ins")).to_have_text("45")
    assert "page" == item.evaluate("element => getComputedStyle(element).breakBefore")
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.get_by_role("link", name="Back to the Board")).to_be_hidden()
    page.pdf(path=screens / "agenda.pdf")
