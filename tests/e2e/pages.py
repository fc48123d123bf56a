"""Every page and state that a person sees, as one list: what is to hold on all pages walks it (test_accessibility.py).

A new page is a row here: its name, its address or a function that makes one, and, where the state needs it, what is
done on the page before it is looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from intake_fn.adapters.clock import new_id
from intake_fn.core.events import Overruled, RequesterReplied, Resolved
from intake_fn.core.names import REQUESTER as BY_REQUESTER
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Channel, Kind, Request, Requester
from intake_fn.core.requester_events import Appealed
from intake_fn.core.vocabulary import Category, Outcome
from intake_fn.desk.answered import keep
from sandbox.demo import REQUESTS, send
from tests.e2e.test_board import before_the_board, with_its_owner
from tests.e2e.test_one_request import fill_bug, png

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from intake_fn.core.events import Event
    from sandbox.stack import Sandbox


@dataclass(frozen=True)
class Cases:
    """Requests in the states that pages show: their numbers and the addresses of their status pages."""

    sandbox: Sandbox
    numbers: dict[str, str]
    status: dict[str, str]

    def desk(self, name: str) -> str:
        """The desk's page of a request."""
        return f"/desk/requests/{self.numbers[name]}"


@dataclass(frozen=True)
class Visit:
    """A page in a state. `address` starts with "/", or is made of the cases; `do` brings the page into the state."""

    name: str
    address: str | Callable[[Cases], str]
    do: Callable[[Page], None] | None = None

    def open(self, page: Page, cases: Cases) -> None:
        """Go there."""
        address = self.address if isinstance(self.address, str) else self.address(cases)
        page.goto(f"{cases.sandbox.url}{address}" if address.startswith("/") else address)
        if self.do:
            self.do(page)


# --- what is done on a page -------------------------------------------------------------------


def _searched(page: Page) -> None:
    page.get_by_role("combobox").fill("email")
    expect(page.get_by_role("option").first).to_be_visible()


def _nothing_found(page: Page) -> None:
    page.route("**/api/search*", lambda route: route.abort())
    page.get_by_role("combobox").fill("xyzzyplugh")
    expect(page.get_by_text("Nothing found").first).to_be_visible()


def _sent_empty(page: Page) -> None:
    page.locator("form.sd-form button.primary").click()
    expect(page.locator(".sd-error").first).to_be_visible()


def _writing(page: Page) -> None:
    page.get_by_label("Summary").fill("A quote is shown as expired after 20 days")
    page.locator("[data-clause]").first.get_by_role("button", name="The system does something else").click()
    expect(page.locator("[data-clause] [data-said]").first).to_be_visible()


def _draft_offered(page: Page) -> None:
    _writing(page)
    page.reload()
    expect(page.locator(".sd-restored")).to_be_visible()
    page.evaluate("addEventListener('pagehide', () => localStorage.clear())")


def _answers_shown(page: Page) -> None:
    fill_bug(page, "Error page when a Paris shipment is opened")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.evaluate("addEventListener('pagehide', () => localStorage.clear())")


def _mine_sent(page: Page) -> None:
    page.get_by_label("Your e-mail address, or a request number").fill("camille@example.com")
    page.get_by_role("button", name="Mail me the links").click()
    expect(page.locator(".notice-good")).to_be_visible()


def _not_added(page: Page) -> None:
    page.get_by_label("Add somebody by e-mail address").fill("jo@elsewhere.example")
    page.get_by_role("button", name="Add in copy").click()
    expect(page.locator("#copies [role=alert]")).to_be_visible()
    _actions_open(page)


def _found_typing(page: Page) -> None:
    page.get_by_role("combobox", name="Find a request").press_sequentially("quote")
    expect(page.get_by_role("listbox", name="Requests").get_by_role("option").first).to_be_visible()


def _view_saved(page: Page) -> None:
    page.get_by_text("Save this list as a view").click()
    page.get_by_label("Name").fill("Paris")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("navigation", name="Saved views")).to_be_visible()


def _ticked(button: str, choice: Mapping[str, str] | None = None) -> Callable[[Page], None]:
    """Tick two rows of a list, and press a button below it."""

    def do(page: Page) -> None:
        for number in range(2):
            page.locator("tr[data-request] input[type=checkbox]").nth(number).check()
        for label, value in (choice or {}).items():
            page.get_by_label(label, exact=True).select_option(value)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("2 ")

    return do


def _bulk_done(page: Page) -> None:
    _ticked("Change priority", {"Priority": "low"})(page)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("button", name="Yes")).to_have_count(0)
    expect(page.get_by_role("link", name="Back to the list").first).to_be_visible()


def _keys_listed(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def _mentioning(page: Page) -> None:
    page.locator("#note summary").click()
    page.get_by_label("Internal note").press_sequentially("@ma")
    expect(page.get_by_role("listbox", name="Colleagues")).to_be_visible()


def _mentions_a_stranger(page: Page) -> None:
    page.locator("#note summary").click()
    page.get_by_label("Internal note").fill("@nobody-here, have a look.")
    page.locator("#note").get_by_role("button", name="Add an internal note").click()
    expect(page.locator("#note").get_by_role("alert")).to_be_visible()


def _refused(action: str) -> Callable[[Page], None]:
    """Send the form of an action without what it needs."""

    def do(page: Page) -> None:
        page.locator(f"#{action}").evaluate("(one) => { one.open = true; }")
        page.locator(f"#{action} form button.primary").first.click()
        expect(page.locator(f"#{action}").get_by_role("alert")).to_be_visible()

    return do


def _asked_whether_sure(page: Page) -> None:
    page.locator("#update summary").click()
    page.get_by_label("Your text").fill("We are working on it.")
    page.locator("#update form button.primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This request is assigned to")


def _difference_shown(page: Page) -> None:
    text = page.get_by_label("As it would read")
    text.fill(text.input_value().replace("30 days", "45 days"))
    page.get_by_role("button", name="Show the difference").click()
    expect(page.locator("ins").first).to_be_visible()


def _assessment_refused(page: Page) -> None:
    page.get_by_role("button", name="Send it to the Board").click()
    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()


def _actions_open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


# --- the list: a row for each page and state --------------------------------------------------

WIKI = (
    Visit("home", "/"),
    Visit("home, search", "/", _searched),
    Visit("home, nothing found", "/", _nothing_found),
    Visit("spec", "/spec/"),
    Visit("spec page with tables", "/spec/users/"),
    Visit("process with diagrams", "/process/"),
    Visit("process of changes", "/process/changes/"),
    Visit("operators' page with code", "/operate/running/"),
    Visit("glossary", "/glossary/"),
    Visit("decision", "/decisions/0001-one-house-with-floors/"),
)

REQUESTER = (
    Visit("start page", "/requests/new"),
    *(Visit(f"form {kind}", f"/requests/new/{kind}") for kind in ("bug", "change", "setup", "question")),
    *(Visit(f"form {kind} with errors", f"/requests/new/{kind}", _sent_empty) for kind in ("bug", "setup")),
    Visit("form about a clause", "/requests/new/bug?clause=quotes%23validity"),
    Visit("form while writing", "/requests/new/question", _writing),
    Visit("form with a draft", "/requests/new/bug", _draft_offered),
    Visit("check answers", "/requests/new/bug", _answers_shown),
    Visit("status, decided, with all parts open", lambda cases: cases.status["change"], _actions_open),
    Visit("status, appealed, with files", lambda cases: cases.status["appealed"], _actions_open),
    Visit("status, withdrawn", lambda cases: cases.status["withdrawn"] + "?said=withdrawn"),
    Visit("status, address refused", lambda cases: cases.status["change"], _not_added),
    Visit("withdraw", lambda cases: cases.status["change"] + "/withdraw"),
    Visit("my requests", "/requests/mine"),
    Visit("my requests, sent", "/requests/mine", _mine_sent),
    Visit("receipt", lambda cases: cases.status["bug"] + "?new=1"),
    Visit("status, undecided", lambda cases: cases.status["question"]),
    Visit("status, waiting for requester", lambda cases: cases.status["asked"]),
    Visit("status, resolved", lambda cases: cases.status["resolved"]),
    Visit("status of a change", lambda cases: cases.status["change"]),
    Visit("lost link", "/status/lost"),
    Visit("form of a report by mail", lambda cases: cases.status["mailed"] + "/form"),
    Visit("form of a report by mail with errors", lambda cases: cases.status["mailed"] + "/form", _sent_empty),
    Visit("form of a report by mail, sent before", lambda cases: cases.status["completed"] + "/form"),
    Visit("expected behaviour", "/expected"),
    Visit("expected behaviour, found", "/expected?q=how+long+is+a+quote+valid"),
    Visit("expected behaviour, nothing", "/expected?q=xyzzyplugh"),
    Visit("page not found", "/nowhere"),
    Visit("sign-in", "/desk/sign-in"),
)

DESK = (
    Visit("queue", "/desk"),
    Visit("queue of all", "/desk?show=all"),
    Visit("queue, a view saved", "/desk?office=paris", _view_saved),
    Visit("queue, its keys", "/desk", _keys_listed),
    Visit("ticked, to confirm", "/desk?show=all", _ticked("Reassign", {"Reassign to": "london-liaison"})),
    Visit("ticked, refused", "/desk?show=all", _ticked("Reassign")),
    Visit("ticked, done", "/desk?show=all", _bulk_done),
    Visit("find, while typing", "/desk", _found_typing),
    Visit("find", "/desk/find?q=quote"),
    Visit("find, nothing", "/desk/find?q=xyzzyplugh"),
    Visit("request", lambda cases: cases.desk("bug"), _actions_open),
    Visit("undecided request", lambda cases: cases.desk("question"), _actions_open),
    Visit("resolved request", lambda cases: cases.desk("resolved"), _actions_open),
    Visit("request of a forwarded mail", lambda cases: cases.desk("mailed")),
    Visit("request for change", lambda cases: cases.desk("change"), _actions_open),
    Visit("request, mentioning", lambda cases: cases.desk("bug"), _mentioning),
    Visit("request, a stranger mentioned", lambda cases: cases.desk("bug"), _mentions_a_stranger),
    Visit("request, an update refused", lambda cases: cases.desk("bug"), _refused("update")),
    Visit("request, an escalation refused", lambda cases: cases.desk("bug"), _refused("escalate")),
    Visit("request, of somebody else", lambda cases: cases.desk("bug"), _asked_whether_sure),
    Visit("assessment", lambda cases: cases.desk("owned") + ASSESSING),
    Visit("assessment, difference", lambda cases: cases.desk("owned") + ASSESSING, _difference_shown),
    Visit("assessment, refused", lambda cases: cases.desk("owned") + ASSESSING, _assessment_refused),
    Visit("request that is assessed", lambda cases: cases.desk("assessed"), _actions_open),
    Visit("impact packet", lambda cases: cases.desk("assessed") + "/impact"),
    Visit("outbox", "/desk/outbox"),
    Visit("quarantine", "/desk/quarantine"),
    Visit("incoming mail", "/desk/mail"),
    Visit("reports", "/desk/reports"),
    *(Visit(f"reports, {page}", f"/desk/reports/{page}") for page in ("decisions", "times", "mail", "month")),
    Visit("reports, refused", "/desk/reports?first=2026-11-31"),
    Visit("requests of a report", "/desk/reports/requests?figure=received"),
    Visit("answers of a report", "/desk/reports/requests?figure=clause-answered"),
    Visit("report on the judge", "/desk/reports/judge"),
    Visit("ledger", "/desk/reports/ledger"),
    Visit("retention", "/desk/reports/retention"),
    Visit("report on the spec", "/desk/spec"),
    Visit("board", "/desk/board"),
    Visit("agenda", "/desk/board/agenda"),
    Visit("board's page of a change", lambda cases: f"/desk/board/{cases.numbers['assessed']}", _actions_open),
)


ASSESSING = "/assessment?clause=quotes%23validity"


# --- the states ---------------------------------------------------------------------------------

SAMPLES = {
    "bug": "Quote expires after 14 days although no period was chosen",
    "asked": "Staff are signed out after 10 minutes",
    "resolved": "New user for the London office from 1 December",
    "change": "Text messages for delays",
    "question": "reports are wrong",
    "appealed": "Order of package labels is random",
    "withdrawn": "Totals differ between report and accounting system",
}
"""Requests of the demo, by the state that they are brought into."""


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
FILES = {
    "appealed": {
        "files": [
            {"name": name, "content": base64.b64encode(content).decode()}
            for name, content in (("labels.png", png(64)), ("IMG_0042.HEIC", HEIC))
        ]
    }
}
"""Files that they have: one with a preview and one without."""


def mailed(cases: Cases, name: str) -> None:
    """A report that a liaison forwarded by mail, which is to be completed and whose requester is to be confirmed."""
    desk = cases.sandbox.application.desk
    liaison = Requester("London CT2 Liaison", "liaison.london@example.com", "london")
    request = Request(
        kind=Kind.BUG,
        requester=liaison,
        summary=f"A forwarded mail, {name}",
        description="The list of seals shows an error page.",
        channel=Channel.MAIL,
        on_behalf_of=Requester("Chloe Yip", "chloe.yip@lotus.example.org", CLIENT, "Lotus Line"),
    )
    case = desk.take_in(request, f"pages {name}")
    cases.numbers[name], cases.status[name] = case.id, desk.links.status(case.id)


def made(engineer: Page, sandbox: Sandbox) -> Cases:
    """Send the requests, and bring them into their states at the desk; `engineer` is signed in there."""
    lines = map(json.loads, REQUESTS.read_text(encoding="utf-8").splitlines())
    samples = {line["summary"]: line for line in lines}
    sent = {name: send(sandbox.url, samples[summary] | FILES.get(name, {})) for name, summary in SAMPLES.items()}
    cases = Cases(
        sandbox,
        {name: one["id"] for name, one in sent.items()},
        {name: one["status_url"] for name, one in sent.items()},
    )
    cases.numbers["owned"] = with_its_owner(sandbox, "Quotes should be valid for 45 days", "server", "paul").id
    cases.numbers["assessed"] = before_the_board(sandbox, "Quotes should be valid for longer")
    keep(sandbox.application.desk.clause_answers, new_id, sandbox.application.desk.clock(), "quotes#validity", "spec")
    for name in ("mailed", "completed"):
        mailed(cases, name)
    _happen(cases, "completed", RequesterReplied, BY_REQUESTER, text="Steps: 1.", answers={"steps": "1."})
    act(engineer, cases, "asked", "ask", question="In which browser did you see it?")
    act(engineer, cases, "resolved", "resolve", outcome="done", resolution="The user has got an invitation by mail.")
    _happen(cases, "appealed", Overruled, "paul@example.com", category=Category.BUG, clause="", reason="So it is.")
    _happen(cases, "appealed", Appealed, BY_REQUESTER, text="The contract promises more.")
    withdrawn = {"resolution": "It works again.", "outcome": Outcome.WITHDRAWN}
    _happen(cases, "withdrawn", Resolved, BY_REQUESTER, **withdrawn)
    return cases


def _happen(cases: Cases, name: str, kind: type[Event], actor: str, **what: Any) -> None:
    desk = cases.sandbox.application.desk
    case = desk.cases.load(cases.numbers[name])
    desk.act(case.id, kind(at=desk.clock(), actor=actor, **what), case.version)


def act(page: Page, cases: Cases, name: str, action: str, **answers: str) -> None:
    """Do something with a request as a form of its page does; sure of it, whoever has the request."""
    page.goto(f"{cases.sandbox.url}{cases.desk(name)}")
    hidden: dict[str, Any] = {
        field: page.locator(f"main input[name={field}]").first.input_value() for field in ("csrf_token", "seen")
    }
    handler = cases.sandbox.application.desk.cases.load(cases.numbers[name]).handler
    done = page.request.post(
        f"{cases.sandbox.url}{cases.desk(name)}/{action}", form={**hidden, "sure": handler, **answers}
    )
    assert done.ok, f"{action} of {name}: {done.status}"
