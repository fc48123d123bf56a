"""Services that take a connection and never answer: every page answers in its time, and nothing is lost or doubled."""

from __future__ import annotations

import io
import json
import secrets
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.request import Kind
from intake_fn.ports import Purpose, Session
from intake_fn.wiring import Application
from tests.e2e.freezer import Freezer
from tests.web.samples import ANSWERS, PNG
from tests.web.test_api import body_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws

SECONDS = 4.0
MARGIN = 4.0
"""One pause of boto between two attempts, and a machine that has other things to do."""

SERVICES = ("dynamodb", "s3", "sesv2", "mantis")
TYPED = "Nobody may have to type this again."


@dataclass
class Cold:
    """An application before whose services freezers stand, and a request in it."""

    application: Application
    freezers: dict[str, Freezer]
    case_id: str = ""

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Ask for a page as an engineer who is signed in."""
        client = self.application.app.test_client()
        with client.session_transaction() as session:
            session["person"], session["session"] = "paul", "frozen"
        return client.open(path, method=method, **more)


@pytest.fixture(scope="module")
def cold(sandbox: Sandbox) -> Iterator[Cold]:
    """The application with a time of four seconds a page."""
    with ExitStack() as stack:
        at = {"mantis": sandbox.mantis_url}
        freezers = {name: stack.enter_context(Freezer(at.get(name, sandbox.aws.url))) for name in SERVICES}
        aws = {f"AWS_ENDPOINT_URL_{name.upper()}": freezers[name].url for name in SERVICES if name != "mantis"}
        mantis = {"SPECDESK_MANTIS_URL": freezers["mantis"].url}
        real = Application.from_environ({**sandbox.environ, **aws, **mantis, "SPECDESK_REQUEST_SECONDS": str(SECONDS)})
        real.app.config["WTF_CSRF_ENABLED"] = False
        made = Cold(real, freezers)
        paul, now = real.process.people["paul"], real.clock()
        real.desk.sessions.open_session(Session("paul", "frozen", mailbox(paul.address), now, now + timedelta(hours=1)))
        made.case_id = opened(made, made.call("POST", "/requests/bug", data=form("before@example.com")))
        yield made


def form(address: str, key: str = "") -> dict[str, Any]:
    """A whole bug report with a picture."""
    said = {**ANSWERS[Kind.BUG], "email": address, "summary": f"Frozen for {address}", "steps": TYPED}
    return {**said, "key": key or secrets.token_urlsafe(16), "files": (io.BytesIO(PNG), "screen.png")}


def opened(cold: Cold, answer: TestResponse) -> str:
    """The id of the request that was taken in."""
    assert 303 == answer.status_code, answer.text
    return cold.application.links.verify(Purpose.STATUS, answer.location.split("/status/")[1].partition("?")[0])


def timed(do: Callable[[], TestResponse]) -> tuple[float, TestResponse]:
    """How long it takes."""
    begun = time.monotonic()
    answer = do()
    return time.monotonic() - begun, answer


def calls(cold: Cold, name: str) -> dict[str, Callable[[], TestResponse]]:
    """Every page, and every post."""
    token = cold.application.links.sign(Purpose.STATUS, cold.case_id)
    file = cold.application.desk.cases.load(cold.case_id).request.attachments[0]
    case = f"/desk/requests/{cold.case_id}"
    download = cold.application.links.sign(Purpose.FILE, f"{cold.case_id}/{file.key}")
    read = [
        *("/requests/new", "/requests/new/bug", "/health", "/api/search?q=shipment", f"/status/{token}"),
        *("/requests/mine", f"/files/{download}", "/desk", "/desk?show=all", "/desk?show=closed", case),
        *("/desk/outbox", "/desk/quarantine", "/expected?q=shipment", "/desk/sign-in"),
    ]
    written: list[tuple[str, dict[str, Any]]] = [
        (f"/status/{token}/reply", {"data": {"text": TYPED, "files": (io.BytesIO(PNG), "more.png")}}),
        ("/requests/mine", {"data": {"who": cold.case_id}}),
        ("/desk/sign-in", {"data": {"address": "paul@example.com"}}),
        (f"{case}/note", {"data": {"text": TYPED, "seen": "1"}}),
        (f"{case}/escalate", {"data": {"reason": "too-complex", "text": TYPED, "to": "1:ihelp", "seen": "1"}}),
        ("/desk/quarantine", {"data": {"action": "reject", "reason": TYPED, "case": f"{cold.case_id}:1"}}),
        ("/desk/outbox/retry", {"data": {"item": f"{cold.case_id}#1#1"}}),
        ("/uploads", {"data": {"name": "a.log", "size": "5"}}),
        ("/requests/bug", {"data": form(f"{name}@example.com", f"frozen-key-of-{name}")}),
        ("/api/requests", {"json": body_of(Kind.QUESTION, email=f"api-{name}@example.com")}),
    ]
    return {
        **{path: partial(cold.call, "GET", path) for path in read},
        **{f"POST {path}": partial(cold.call, "POST", path, **more) for path, more in written},
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_page_answers_in_its_time_and_keeps_what_was_typed(cold: Cold, name: str) -> None:
    """Whichever service is frozen: 503 at worst, with the texts on it, and the files by name where they are lost."""
    asked = calls(cold, name)
    cold.freezers[name].freeze()
    try:
        with ThreadPoolExecutor(8) as browsers:
            answers = dict(zip(asked, browsers.map(timed, asked.values()), strict=True))
    finally:
        cold.freezers[name].thaw()
    codes = {page: answer.status_code for page, (_, answer) in answers.items()}

    assert {} == {page: round(took, 1) for page, (took, _) in answers.items() if took > SECONDS + MARGIN}
    assert not {500} & set(codes.values()), codes
    for page, (_, answer) in answers.items():
        if page.startswith("POST") and page != "POST /uploads" and answer.status_code == 503 and "/api/" not in page:
            assert page.endswith(("mine", "sign-in", "retry")) or TYPED in answer.text, page
        if answer.status_code == 503 and page.endswith(("/reply", "/requests/bug")):
            assert "choose them again" in answer.text or "Attached before" in answer.text, page
        if answer.status_code == 503 and "/api/" in page:
            assert "30" == answer.headers["Retry-After"]
            assert answer.is_json
    if name == "dynamodb":
        assert 503 == codes["POST /requests/bug"] == codes["POST /api/requests"] == codes["/desk"]


def test_when_all_has_thawed_nothing_is_lost_or_there_twice(cold: Cold, sandbox: Sandbox) -> None:
    """People send again what they were told to; each request is there once, in Mantis once, and mailed once."""
    for name in SERVICES:
        opened(cold, cold.call("POST", "/requests/bug", data=form(f"{name}@example.com", f"frozen-key-of-{name}")))
        body = body_of(Kind.QUESTION, email=f"api-{name}@example.com")
        assert 201 == cold.call("POST", "/api/requests", json=body).status_code
    desk = cold.application.background_desk
    until = time.monotonic() + 150  # longer than a lease, which a try that was cut off leaves behind
    while time.monotonic() < until:
        desk.sweep()
        rows = desk.cases.queue(None, open_only=False, limit=200).rows
        if not any(not item.dead_lettered for row in rows for item in desk.outbox.items_of(row.id)):
            break
        time.sleep(1)
    rows = desk.cases.queue(None, open_only=False, limit=200).rows
    ours = [row for row in rows if row.summary.startswith("Frozen for ")]
    said = Counter(row.summary for row in ours)
    issues = Counter(issue["summary"] for issue in issues_of(sandbox) if issue["summary"].startswith("Frozen for "))
    receipts = Counter(mail["to"] for mail in sandbox.aws.mails() if "We have received your request" in mail["subject"])

    assert {f"Frozen for {name}@example.com": 1 for name in ("before", *SERVICES)} == said == issues
    assert desk.counters.ledger().balanced
    assert [] == [address for address, times in receipts.items() if times > 1 and address.startswith(SERVICES)]
    assert [] == [(item.id, item.last_error) for row in rows for item in desk.outbox.items_of(row.id)]
    assert {f"{name}@example.com" for name in SERVICES} <= set(receipts)


def issues_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """All that stand in Mantis."""
    call = urllib.request.Request(
        f"{sandbox.mantis_url}/api/rest/issues?page_size=1000&page=1&select=id,summary",
        headers={"Authorization": sandbox.environ["SPECDESK_MANTIS_TOKEN"]},
    )
    with urllib.request.urlopen(call, timeout=10) as answer:
        issues: list[dict[str, Any]] = json.load(answer)["issues"]
    return issues
