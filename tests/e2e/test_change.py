"""Change requests all the way, by a Board of four: one to the release notes, one declined, one online, one put off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sandbox.clock import shift
from sandbox.stack import ROOT
from tests.e2e.changes import (
    CLAUSE,
    PROPOSED,
    SEEDED,
    TODAY,
    VERSION,
    WISH,
    People,
    ask,
    board_page,
    changing,
    git,
    is_no_wider,
    pictures,
    press,
    steps,
    vote,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from sandbox.stack import Sandbox
    from tests.e2e.conftest import Log

pytestmark = [pytest.mark.browser, pytest.mark.aws]

DATE = re.compile(r"\d{1,2} [A-Z][a-z]{2} 20\d\d, \d\d:\d\d")
SUMMARY = WISH["Summary"]


@dataclass(frozen=True)
class Wish:
    """A change of one clause: what it says today is to be what is proposed."""

    summary: str
    clause: str
    today: str
    proposed: str

    @property
    def said(self) -> dict[str, str]:
        """What is typed into the form."""
        return {
            "Summary": self.summary,
            "How does it work today": f"It says {self.today} now, and that does not suit our office.",
            "How should it work": f"It should be {self.proposed}.",
        }


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, log: Log) -> Iterator[tuple[Sandbox, Path]]:
    """The sandbox and its wiki, for all tests of this file."""
    with changing(tmp_path_factory.mktemp("changes")) as (started, wiki):
        yield started, wiki
        assert [] == log.leaks(started), "stand in the log of the browser tests"


@pytest.fixture(scope="module")
def sandbox(stage: tuple[Sandbox, Path]) -> Sandbox:
    """The sandbox of this file, for `page`."""
    return stage[0]


@pytest.fixture(scope="module")
def people(browser: Browser, sandbox: Sandbox, log: Log) -> Iterator[People]:
    """Who signs in at the desk."""
    known = People(browser, sandbox, log)
    yield known
    known.close()


def assess(page: Page, sandbox: Sandbox, number: str, clause: str, today: str, proposed: str) -> None:
    """As the owner: find the request under "My requests", write how the clause would read, send it to the Board."""
    page.goto(f"{sandbox.url}/desk")
    page.get_by_role("navigation", name="Queues").get_by_role("link", name="My requests").click()
    page.locator("tr", has_text=number).get_by_role("link").first.click()
    page.get_by_role("link", name="Assess the change").click()
    if page.get_by_label("The clause that would change").input_value() != clause:
        page.get_by_label("The clause that would change").fill(clause)
        page.get_by_role("button", name="Take this clause").click()
    text = page.get_by_label("As it would read")
    assert today in text.input_value()
    text.fill(text.input_value().replace(today, proposed))
    page.get_by_role("button", name="Show the difference").click()
    expect(page.locator("del").first).to_have_text(today.partition(" ")[0])
    expect(page.locator("ins").first).to_have_text(proposed.partition(" ")[0])
    page.get_by_label("Effort in days").fill("2")
    page.get_by_label("Risk").fill("Quotes of the old rule are still open.")
    page.get_by_label("What users and client companies will notice").fill("Quotes stay open for two weeks more.")
    page.get_by_label("Billing and charges").check()
    page.get_by_role("button", name="Send it to the Board").click()
    expect(page.locator("ol.way [aria-current=step], ol.way .now")).to_contain_text("Before the Board")


def confirmed(page: Page) -> None:
    """Say yes where a page asks whether to act on a request of somebody else."""
    page.wait_for_load_state()
    sure = page.get_by_role("button", name=re.compile("^Yes"))
    if sure.count():
        sure.click()


def decided_by_the_liaison(page: Page, sandbox: Sandbox, number: str, clause: str) -> None:
    """A person decides that it is a change, by the clause."""
    page.goto(f"{sandbox.url}/desk/requests/{number}")
    page.get_by_label(re.compile("^(Another clause|Clause)")).fill(clause)
    page.get_by_role("button", name="The system does what it says: change request").click()
    confirmed(page)
    expect(page.locator("#way")).to_contain_text("With System Analysts (SAs), the owner of Bookings and quotes")


def recused(page: Page, who: str) -> None:
    """As the chair: recuse a member."""
    form = press(page, "recuse")
    form.get_by_label(who, exact=True).check()
    form.get_by_label("Reason").fill("Is at a client's for a month.")
    press(page, "recuse", "Recuse a member")
    expect(page.locator(".seats li", has_text=who)).to_contain_text("recused")


def proclaimed(page: Page, says: str, text: str) -> None:
    """As the chair: proclaim what the votes decide."""
    form = press(page, "proclaim")
    expect(form).to_contain_text(f"The votes decide: {says}")
    form.get_by_label("The decision and its reason").fill(text)
    press(page, "proclaim", "Proclaim the decision")
    expect(page.get_by_role("main").get_by_role("status").first).to_have_text("The decision is proclaimed.")


def moved_on(page: Page, stage: str, assignee: str) -> None:
    """Take an approved change a stage further."""
    form = press(page, "stage")
    form.get_by_label("Stage").select_option(label=stage)
    form.get_by_label("Assignee").select_option(label=assignee)
    form.get_by_label("Planned for version").fill(VERSION)
    press(page, "stage", "Move the change on")
    confirmed(page)
    expect(page.get_by_role("main").get_by_role("status").first).to_have_text("The change is a stage further, or back.")


def words_of(page: Page) -> list[str]:
    """The steps that the requester's page shows, each of them with a date, without it."""
    told = steps(page)
    reached = [one for one in told if DATE.search(one)]
    return [DATE.split(one)[0].strip() for one in reached]


def test_a_change_goes_from_the_form_to_the_release_notes(  # noqa: PLR0915 - it is one way
    page: Page, stage: tuple[Sandbox, Path], people: People, screens: Path
) -> None:
    """By the pages; the clause is published by the patch, and the requester reads each step with its date."""
    sandbox, wiki = stage
    seeded = ask(page, sandbox, SEEDED, kind="bug")
    number = ask(page, sandbox, WISH)
    receipt = page.get_by_role("main")
    expect(receipt).to_contain_text("With System Analysts (SAs), the owner of Bookings and quotes, who assesses it")
    status = page.url.partition("?")[0]
    page.screenshot(path=screens / "change-receipt.png", full_page=True)

    # The owner assesses it.
    owner = people["sa"]
    assess(owner, sandbox, number, CLAUSE, TODAY, PROPOSED)
    pictures(owner, screens, "change-owner")

    # The packet shows the seeded flip.
    owner.get_by_role("link", name="Impact packet").click()
    owner.get_by_role("button", name="Judge requests again").click()
    flips = owner.locator("#flips")
    expect(flips).to_contain_text("1 of 1 would flip")
    expect(flips.locator("li", has_text=seeded)).to_contain_text("Change request → Bug")
    pictures(owner, screens, "change-packet")

    chair = people["marc"]
    chair.goto(f"{sandbox.url}/desk/board")
    expect(chair.locator("tr", has_text=number)).to_be_visible()
    pictures(chair, screens, "change-agenda")

    # Three members vote, one of them at a phone; the fourth is recused.
    phone = people["paul"]
    board_page(chair, number)
    recused(chair, "Andrei")
    vote(chair, "Yes", "Clients ask for it.")
    board_page(phone, number)
    is_no_wider(phone)
    phone.get_by_role("link", name="To your vote").click()
    expect(phone.locator("#vote")).to_be_in_viewport()
    vote(phone, "No", "Two weeks more of old rates.")
    phone.screenshot(path=screens / "change-votes-390.png", full_page=True)
    board_page(owner, number)
    vote(owner, "Yes", "It is little work.")
    chair.reload()
    expect(chair.locator("#votes")).to_contain_text("Decided: approved")
    pictures(chair, screens, "change-item")
    proclaimed(chair, "approved (2 yes, 1 no, 0 abstained)", "Approved: clients need the time.")

    # Design, and the clause goes into the wiki by its patch.
    owner.goto(f"{sandbox.url}/desk/requests/{number}")
    with owner.expect_download() as download:
        owner.get_by_role("link", name="Patch for the wiki").click()
    git(wiki, "apply", str(download.value.path()))
    git(wiki, "commit", "-qam", "Quotes are valid for 45 days")
    moved_on(owner, "in development", "Andrei, Level 4 engineer A")
    moved_on(owner, "ready for release", "Andrei, Level 4 engineer A")
    expect(press(owner, "release-change")).to_contain_text("does not hold the clause as proposed")

    sandbox.publish()
    commit = git(wiki, "rev-parse", "HEAD")[:12]
    for _ in range(40):  # the sweep notes it
        owner.reload()
        if commit in press(owner, "release-change").inner_text():
            break
        owner.wait_for_timeout(500)
    form = press(owner, "release-change")
    expect(form).to_contain_text(f"The published spec holds the clause as proposed since commit {commit}.")
    owner.screenshot(path=screens / "change-ready.png", full_page=True)
    expect(owner.locator("ol.history")).not_to_contain_text("Changed in Mantis")
    expect(owner.locator("ol.history")).to_contain_text(re.compile(rf"Spec [0-9a-f]{{12}}, commit {commit}"))
    expect(form.get_by_label("Version")).to_have_value(VERSION)
    form.get_by_label("What was changed").fill("A quote is now valid for 45 days.")
    press(owner, "release-change", "Release the change")
    confirmed(owner)
    expect(owner.get_by_role("main").get_by_role("status").first).to_have_text("Released. The requester is notified.")

    # The release notes have it, with the clause before and now.
    def notes() -> str:
        command = [sys.executable, "-m", "intake_fn.cli", "release-notes", VERSION, "--docs", str(wiki / "docs")]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **sandbox.environ}, capture_output=True, check=True)
        return (wiki / "docs" / "releases" / f"{VERSION}.md").read_text(encoding="utf-8")

    for _ in range(20):  # Mantis has to have it
        text = notes()
        if SUMMARY in text:
            break
        owner.wait_for_timeout(500)
    assert SUMMARY in text
    assert f"../spec/quotes.md#{CLAUSE.partition('#')[2]}" in text
    assert TODAY in text
    assert PROPOSED in text

    # The requester reads every step with its date.
    page.goto(status)
    pictures(page, screens, "change-steps")
    assert [
        "Sent",
        "With System Analysts (SAs), the owner of Bookings and quotes",
        "Before the Board",
        "Approved by the Board: in design",
        "In development",
        "Ready for release",
        "Released",
    ] == words_of(page)
    expect(page.get_by_role("main")).to_contain_text("Approved: clients need the time.")
    expect(page.get_by_role("main")).to_contain_text("A quote is now valid for 45 days.")


def assessed_by_the_owner(page: Page, sandbox: Sandbox, people: People, wish: Wish, priority: str = "low") -> str:
    """A wish that nothing decides by itself: a person decides that it is a change, and its owner assesses it."""
    number = ask(page, sandbox, wish.said, priority=priority)
    decided_by_the_liaison(people["liaison"], sandbox, number, wish.clause)
    assess(people["sa"], sandbox, number, wish.clause, wish.today, wish.proposed)
    return number


def test_a_change_is_declined(page: Page, sandbox: Sandbox, people: People, screens: Path) -> None:
    """Two members against it, one of them at a phone; the requester reads why, and the way ends there."""
    wish = Wish("Reminders of quotes should come 5 days ahead", "quotes#reminder", "3 days", "5 days")
    number = assessed_by_the_owner(page, sandbox, people, wish)
    status = page.url.partition("?")[0]
    chair, phone = people["marc"], people["paul"]
    board_page(phone, number)
    vote(phone, "No", "Clients have not asked for it.")
    board_page(chair, number)
    expect(chair.locator("#proclaim")).to_have_count(0)
    vote(chair, "No", "As Paul says.")
    proclaimed(chair, "declined (0 yes, 2 no, 0 abstained)", "Declined: nobody has asked for it.")

    page.goto(status)
    page.screenshot(path=screens / "change-declined.png", full_page=True)
    assert [
        "Sent",
        "With System Analysts (SAs), the owner of Bookings and quotes",
        "Before the Board",
        "Declined by the Board",
    ] == words_of(page)
    expect(page.get_by_role("main")).to_contain_text("Declined: nobody has asked for it.")
    expect(page.get_by_role("main")).to_contain_text("Resolved")
    chair.get_by_role("link", name="Board", exact=True).click()
    expect(chair.locator("tr", has_text=number)).to_have_count(0)


def test_an_urgent_change_is_voted_on_online(page: Page, sandbox: Sandbox, people: People, screens: Path) -> None:
    """The vote is open as soon as it is assessed; when all who may vote have voted the chair is asked to proclaim."""
    wish = Wish(
        "Waiting approvals should be shown to all after a day and a half", "quotes#approval", "24 hours", "36 hours"
    )
    number = assessed_by_the_owner(page, sandbox, people, wish, priority="urgent")
    status = page.url.partition("?")[0]
    owner, chair, phone = people["sa"], people["marc"], people["paul"]
    board_page(chair, number)
    expect(chair.locator("#votes .motion")).to_contain_text("Online vote, open until")
    recused(chair, "Andrei")
    vote(chair, "Yes", "It cannot wait.")
    board_page(phone, number)
    vote(phone, "Abstain", "I do not know the clients.")
    board_page(owner, number)
    vote(owner, "Yes", "It is little work.")
    for _ in range(40):  # the sweep mails it
        owner.goto(f"{sandbox.url}/sandbox/mail")
        asked = owner.locator("article", has_text="please proclaim the decision").filter(has_text=number)
        if asked.count():
            break
        owner.wait_for_timeout(500)
    expect(asked).to_contain_text("to marc.selter@example.com")
    chair.reload()
    chair.screenshot(path=screens / "change-online.png", full_page=True)
    proclaimed(chair, "approved (2 yes, 0 no, 1 abstained)", "Approved, before the meeting.")

    page.goto(status)
    assert "Approved by the Board: in design" in words_of(page)
    expect(page.locator("ol.way [aria-current=step]")).to_contain_text("Approved by the Board: in design")


def test_a_change_is_put_off_to_a_date_and_comes_back_by_itself(
    page: Page, sandbox: Sandbox, people: People, screens: Path
) -> None:
    """It leaves the agenda until its date; the clock of the sandbox is turned to it. So this test is the last."""
    wish = Wish("A quote should have at most 50 versions", "quotes#versions", "20 versions", "50 versions")
    number = assessed_by_the_owner(page, sandbox, people, wish)
    status = page.url.partition("?")[0]
    owner, chair = people["sa"], people["marc"]
    until = datetime.now(UTC).date() + timedelta(days=30)
    in_words = f"{until:%d %b %Y}".lstrip("0")
    board_page(chair, number)
    form = press(chair, "move")
    form.get_by_label("Put it off to a date").check()
    form.get_by_label("Put off to").fill(until.isoformat())
    form.get_by_label("Reason").fill("The new tariff is not there yet.")
    press(chair, "move", "Put a motion")
    vote(chair, "Yes", "We wait for the tariff.")
    board_page(owner, number)
    vote(owner, "Yes", "So do we.")
    chair.reload()
    proclaimed(chair, f"deferred, to {in_words}", "Put off until the new tariff is there.")
    chair.get_by_role("link", name="Board", exact=True).click()
    expect(chair.locator("tr", has_text=number)).to_have_count(0)
    expect(chair.locator("li", has_text=number)).to_contain_text(f"On the agenda again from {in_words}")
    pictures(chair, screens, "change-put-off")
    page.goto(status)
    expect(page.locator("ol.way [aria-current=step]")).to_contain_text(f"Deferred by the Board to {in_words}")
    expect(page.get_by_role("main")).to_contain_text("Put off until the new tariff is there.")

    shift(sandbox.clock_file, "+31d")
    here = page.locator("ol.way [aria-current=step]")
    for _ in range(40):  # the sweep brings it back
        page.goto(status)
        if "Before the Board, which decides" in here.inner_text():
            break
        page.wait_for_timeout(500)
    expect(here).to_contain_text("Before the Board, which decides")
    expect(page.get_by_role("main")).to_contain_text("On the agenda of the Board again")
