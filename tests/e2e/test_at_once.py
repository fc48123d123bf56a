"""Several people at the same moment, over HTTP and on DynamoDB: one of them is first, and the others are told."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import urllib3

from intake_fn.core.events import ActivityCompleted, AskedRequester, Escalated, Noted, Reprioritised, Resolved
from intake_fn.core.names import SPECDESK
from intake_fn.desk.case_lists import rows
from intake_fn.desk.consistency_check import difference
from intake_fn.ports import Purpose
from intake_fn.wiring import Application
from sandbox.demo import send
from tests.e2e.fault_proxy import HOST, Contention, FaultInjector, FaultProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from sandbox.stack import Sandbox
from sandbox.server import Server

pytestmark = pytest.mark.aws

CLICKS = 50
ENGINEERS = 8
ROUNDS = 3

REQUEST = {
    "name": "Camille Laurent",
    "email": "camille@example.com",
    "office": "paris",
    "summary": "How do I export the list of shipments?",
    "description": "I need it as a spreadsheet for a client.",
    "priority": "medium",
}

ACTIONS = (
    ("note", Noted, {"text": "It is the firewall."}),
    ("escalate", Escalated, {"to": "1:ihelp", "reason": "too-complex", "note": "See the log."}),
    ("prioritise", Reprioritised, {"priority": "high", "note": "A client waits."}),
    ("ask", AskedRequester, {"question": "Which browser?"}),
    ("complete", ActivityCompleted, {"activity": "analyse", "note": "Always."}),
    ("resolve", Resolved, {"outcome": "done", "resolution": "It is in the menu."}),
    ("note", Noted, {"text": "It is the proxy."}),
    ("escalate", Escalated, {"to": "1:ihelp", "reason": "too-complex", "note": "See the other log."}),
)
"""What eight engineers decide about one request, each for good reasons."""


@dataclass(frozen=True)
class Site:
    """The app on a port of its own, before a table where transactions meet as they do in DynamoDB."""

    url: str
    application: Application
    contention: Contention


@pytest.fixture(scope="module")
def site(sandbox: Sandbox) -> Iterator[Site]:
    """The sandbox's own table, mail and Mantis."""
    contention = Contention()
    with FaultProxy(sandbox.aws.url, FaultInjector(), contention) as proxy:
        application = Application.from_environ({**sandbox.environ, "AWS_ENDPOINT_URL": proxy.url})
        with Server(application.app, HOST, 0) as server:
            yield Site(server.url, application, contention)


@pytest.fixture(scope="module")
def http() -> Iterator[urllib3.PoolManager]:
    """Connections for everybody."""
    with urllib3.PoolManager(maxsize=CLICKS, retries=False) as pool:
        yield pool


def test_fifty_clicks_with_one_key_make_one_request(sandbox: Sandbox, site: Site, http: urllib3.PoolManager) -> None:
    """One request, one issue, one receipt by mail; and each of the fifty answers leads to it (R9)."""
    form = http.request("GET", f"{site.url}/requests/new/question").data.decode()
    key = re.search(r'name="key" value="([^"]+)"', form)

    assert key is not None

    answers = {**REQUEST, "key": key[1], "summary": "Fifty clicks"}
    ready = threading.Barrier(CLICKS)

    def click(_: int) -> tuple[int, str]:
        ready.wait()
        answer = http.request("POST", f"{site.url}/requests/question", fields=answers, redirect=False)
        token = urlsplit(answer.headers.get("Location", "")).path.rpartition("/")[2]
        return answer.status, site.application.links.verify(Purpose.STATUS, token)

    with ThreadPoolExecutor(CLICKS) as clicks:
        told = list(clicks.map(click, range(CLICKS)))
    desk = site.application.background_desk
    desk.sweep()
    taken = [row for row in rows(desk.cases, open_only=False) if row.summary == answers["summary"]]
    mails = [mail["to"] for mail in sandbox.aws.mails() if answers["summary"] in mail["subject"]]

    assert 0 < site.contention.met
    assert [(303, taken[0].id)] * CLICKS == told
    assert 1 == len(taken)
    assert taken[0].issue is not None
    assert ["camille@example.com", "liaison.paris@example.com"] == sorted(mails)
    assert desk.counters.ledger().balanced


@dataclass
class Engineer:
    """Somebody who is signed in at the desk."""

    site: Site
    http: urllib3.PoolManager
    address: str
    cookie: str = ""

    def sign_in(self) -> None:
        """Sign in by the link that is mailed."""
        link = self.site.application.links.sign_in(self.address)
        self.post(link, self.read(link)["csrf_token"])

    def read(self, url: str) -> dict[str, str]:
        """A page's hidden fields."""
        answer = self.http.request("GET", url, headers={"Cookie": self.cookie})
        self._keep(answer)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.data.decode()))

    def post(self, url: str, token: str, **answers: str) -> tuple[int, str]:
        """Press a button; status and page."""
        fields = {"csrf_token": token, **answers}
        answer = self.http.request("POST", url, fields=fields, headers={"Cookie": self.cookie}, redirect=False)
        self._keep(answer)
        return answer.status, answer.data.decode()

    def _keep(self, answer: urllib3.BaseHTTPResponse) -> None:
        self.cookie = answer.headers.get("Set-Cookie", self.cookie).partition(";")[0]


@pytest.fixture(scope="module")
def engineers(site: Site, http: urllib3.PoolManager) -> list[Engineer]:
    """Eight of support.yml."""
    people = [person.address for person in site.application.process.people.values()][:ENGINEERS]
    signed_in = [Engineer(site, http, address) for address in people]
    for engineer in signed_in:
        engineer.sign_in()
    return signed_in


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_eight_engineers_at_once_one_acts_and_seven_are_told(
    site: Site, engineers: list[Engineer], number: int
) -> None:
    """Nothing is lost: seven find what they typed on their page, and the log holds one event."""
    desk = site.application.background_desk
    case_id = send(site.url, {**REQUEST, "kind": "question", "summary": f"How do I export list number {number}?"})["id"]
    page = f"{site.url}/desk/requests/{case_id}"
    read = [engineer.read(page) for engineer in engineers]
    ready, handler = threading.Barrier(ENGINEERS), desk.cases.load(case_id).handler

    def act(place: int) -> tuple[int, str]:
        name, _, answers = ACTIONS[place]
        ready.wait()
        hidden = read[place]
        said = {"seen": hidden["seen"], "sure": handler, **answers}
        return engineers[place].post(f"{page}/{name}", hidden["csrf_token"], **said)

    with ThreadPoolExecutor(ENGINEERS) as acting:
        told = list(acting.map(act, range(ENGINEERS)))
    first = [place for place, (status, _) in enumerate(told) if status == 303]

    assert [(engineers[place].address, ACTIONS[place][1]) for place in first] == acted(desk.cases.load(case_id))
    assert 1 == len(first)
    for place in {*range(ENGINEERS)} - {*first}:
        assert 409 == told[place][0]
        assert "Someone else has changed this request" in told[place][1]
        assert next(reversed(ACTIONS[place][2].values())) in told[place][1]
    assert difference(desk.cases, desk.process, desk.cases.row(case_id)) is None


def acted(case: Case) -> list[tuple[str, type]]:
    """What persons have done with a request: who, and what."""
    return [(event.actor, type(event)) for event in case.history[1:] if event.actor != SPECDESK]
