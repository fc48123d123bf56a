"""A sandbox for changes of the spec, and its people: a wiki that is a checkout, a Board of four, seeded readings."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from sandbox.stack import ROOT, Ports, Sandbox
from spec_lookup import RECORDED, Claim, Spec
from tests.drift_requests import BUG, CHANGE, Read
from tests.e2e.test_one_request import sign_in
from tests.kept_vectors import with_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

    from tests.e2e.conftest import Log

CLAUSE = "quotes#validity"
TODAY, PROPOSED = "30 days", "45 days"
VERSION = "4.3"

WISH = {
    "Summary": "Quotes should be valid for 45 days",
    "How does it work today": "A quote is valid for 30 days, which is too short for the committees of our clients.",
    "How should it work": "A quote is valid for 45 days.",
    "benefit": "Sales sends forty quotes a month anew.",
}
SEEDED = {
    "Summary": "Quote ended too early",
    "What happened": "My quote for Rotterdam ended after 30 days.",
    "What did you expect": "It should be valid for 45 days.",
    "Steps to reproduce": "1. Open a quote of last month",
}
"""It asks for what the clause does not say today, and would say as proposed: a change that becomes a bug."""

ADDRESSES = {
    "marc": "marc.selter@example.com",
    "sa": "sa@example.com",
    "paul": "paul@example.com",
    "liaison": "liaison.paris@example.com",
}


@dataclass(frozen=True)
class Readings:
    """What a reader says of requests; all else is judged by the built-in judge."""

    path: Path

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the application."""
        return {
            "SPECDESK_JUDGE": RECORDED,
            "SPECDESK_READINGS": str(self.path),
            "SPECDESK_LLM_MODEL": "careful-reader",
        }


def git(folder: Path, *arguments: str) -> str:
    """Git in a folder; what it printed."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def changing(folder: Path) -> Iterator[tuple[Sandbox, Path]]:
    """The sandbox, and the checkout of the wiki whose spec it looks up."""
    wiki = folder / "wiki"
    shutil.copytree(ROOT / "docs", wiki / "docs")
    git(wiki.parent, "init", "-q", str(wiki))
    git(wiki, "add", ".")
    git(wiki, "commit", "-qm", "The wiki")
    spec = wiki / "docs" / "spec"
    support = folder / "support.yml"
    support.write_text(_with_a_board_of_four((ROOT / "support.yml").read_text(encoding="utf-8")), encoding="utf-8")
    readings = folder / "readings.jsonl"
    readings.write_text("\n".join(_readings(spec, folder / "index")), encoding="utf-8")
    with Sandbox(
        Ports(0, 0, 0),
        build=with_vectors(folder / "build"),
        state=folder / "state",
        support=support,
        spec=spec,
        wiki=False,
        llm=Readings(readings),
    ) as sandbox:
        yield sandbox, wiki


def _with_a_board_of_four(text: str) -> str:
    members = "members: [marc-selter, system-analysts, paul"
    never = "meets: null "
    assert 1 == text.count(members) == text.count(never)
    text = text.replace(members, f"{members}, andrei")
    return text.replace(never, 'meets: {week: second, day: tue, at: "10:00"} ')


def _readings(spec_folder: Path, index: Path) -> Iterator[str]:
    """Both requests are changes by the spec as it stands; by the clause as it would read they are bugs."""
    with_vectors(index.parent)
    Spec.build(spec_folder, index)
    spec = Spec.open(index)
    clause = spec.clause(CLAUSE)
    assert clause is not None
    would_be = spec.amended(CLAUSE, clause.source.replace(TODAY, PROPOSED))
    for said, kind in ((WISH, "change"), (SEEDED, "bug")):
        summary, what, expected, more = said.values()
        steps = more if kind == "bug" else ""
        claim = Claim(summary, what, expected, steps, module="bookings", reporter_says=kind)
        yield from Read(summary, claim, CLAUSE, CHANGE, BUG, "").readings(spec, would_be)


# --- what people do ----------------------------------------------------------------------------


class People:
    """Those who have signed in at the desk, each at a device of their own; Paul's is a phone."""

    def __init__(self, browser: Browser, sandbox: Sandbox, log: Log) -> None:
        self._browser, self._sandbox, self._log = browser, sandbox, log
        self._pages: dict[str, Page] = {}

    def __getitem__(self, name: str) -> Page:
        """The device of a person, who is signed in."""
        if name not in self._pages:
            shape: Any = (
                {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
                if name == "paul"
                else {"viewport": {"width": 1280, "height": 900}}
            )
            page = self._browser.new_context(**shape, accept_downloads=True).new_page()
            page.set_default_timeout(10_000)
            page.on("request", lambda sent: self._log.requested(sent.url, sent.headers.get("referer", "")))
            sign_in(page, self._sandbox, ADDRESSES[name])
            self._pages[name] = page
        return self._pages[name]

    def close(self) -> None:
        """Put all devices away."""
        for page in self._pages.values():
            page.context.close()


def ask(page: Page, sandbox: Sandbox, said: dict[str, str], *, kind: str = "change", priority: str = "low") -> str:
    """Fill in a form and send it; the number of the request. The page shows the receipt then."""
    page.goto(f"{sandbox.url}/requests/new/{kind}")
    for label, text in said.items():
        page.get_by_label(label).fill(text)
    if kind == "bug":
        page.get_by_label("If you have no screenshot").fill("A screenshot shows only the date.")
        page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Priority").select_option(priority)
    page.get_by_label("Module").select_option("bookings")
    page.get_by_label("Your name").fill("Camille Laurent")
    page.get_by_label("E-mail").fill("camille@example.com")
    page.get_by_label("Office").select_option("paris")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    found = re.search(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}", page.get_by_role("main").inner_text())
    assert found is not None
    return found.group()


def press(page: Page, name: str, button: str = "") -> Locator:
    """Open an action of the page if it is not open, and give its form; with `button` press that in it."""
    action = page.locator(f"details#{name}")
    if not action.evaluate("one => one.open"):
        action.locator("summary").click()
    if button:
        action.get_by_role("button", name=button, exact=True).click()
    return action


def steps(page: Page) -> list[str]:
    """The steps of the way that a page shows, each on one line: what, and when."""
    return [" ".join(one.split()) for one in page.locator("ol.way > li").all_inner_texts()]


def board_page(page: Page, number: str) -> None:
    """From the desk to the Board's page of a request, by its agenda."""
    page.get_by_role("link", name="Board", exact=True).click()
    page.locator("tr", has_text=number).get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(number)


def vote(page: Page, how: str, reason: str) -> None:
    """Vote on the request whose Board's page is open."""
    form = press(page, "vote")
    form.get_by_label(how, exact=True).check()
    form.get_by_label("Reason").fill(reason)
    press(page, "vote", "Vote")
    expect(page.get_by_role("main").get_by_role("status").first).to_have_text("The vote is recorded.")


def is_no_wider(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def pictures(page: Page, screens: Path, name: str) -> None:
    """A page at the width of a phone and of a desktop, neither of which has to be scrolled sideways."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        is_no_wider(page)
        page.screenshot(path=screens / f"{name}-{width}.png", full_page=True)
