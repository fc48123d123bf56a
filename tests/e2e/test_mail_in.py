"""Mail from a mail program, in the running sandbox: over SMTP into the local S3, to the desk and back."""

from __future__ import annotations

import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake_fn.core.events import AskedRequester, RequesterReplied
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.vocabulary import Status
from tests.e2e.test_one_request import sign_in
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from intake_fn.core.inbound.record import MailRecord
    from sandbox.stack import Sandbox

pytestmark = [pytest.mark.aws, pytest.mark.browser]

WRITER = "mail.writer@marlow.example.org"
DESK = "helpdesk@example.com"


def send(sandbox: Sandbox, raw: bytes, to: str = DESK) -> None:
    """As a mail program does."""
    with smtplib.SMTP("127.0.0.1", sandbox.mail_server.port, timeout=30) as program:
        program.sendmail(WRITER, [to], raw)


def letter(subject: str, text: str, to: str = DESK) -> bytes:
    """A mail."""
    return f"From: Mail Writer <{WRITER}>\r\nTo: {to}\r\nSubject: {subject}\r\n\r\n{text}\r\n".encode()


def taken(sandbox: Sandbox, subject: str) -> MailRecord:
    """The record of the mail with this subject, once it has come to its end."""

    def look() -> MailRecord | None:
        records = sandbox.application.background_desk.inbound.mails(limit=20).records
        return next((one for one in records if one.subject == subject and one.finished_at), None)

    return wait_until(look)


def test_a_mail_becomes_a_request_and_its_answer_ends_the_wait(sandbox: Sandbox, page: Page) -> None:
    """The desk shows both; what is broken waits there for a person, with the original one click away."""
    desk = sandbox.application.background_desk
    send(sandbox, letter("The gate list is empty", "Since this morning the list of the gate is empty."))
    record = taken(sandbox, "The gate list is empty")
    case = desk.cases.load(record.case_id)
    actor = desk.process.people[case.handler].address
    desk.act(case.id, AskedRequester(at=desk.clock(), actor=actor, question="Which gate is it?"), case.version)
    address = f"helpdesk+{desk.links.mail_token(case.id)}@example.com"
    send(sandbox, letter("Re: a question", "Gate seven.", address), address)
    taken(sandbox, "Re: a question")
    broken = b"Subject: Broken\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\nNobody can read \xff\xfe this"
    send(sandbox, broken)
    held = taken(sandbox, "Broken")

    answered = desk.cases.load(case.id)
    assert (MailOutcome.TICKETED, Status.OPEN) == (record.outcome, answered.status)
    assert ["Gate seven."] == [event.text for event in answered.history if isinstance(event, RequesterReplied)]
    sign_in(page, sandbox, "paul@example.com")
    page.goto(f"{sandbox.url}/desk/requests/{case.id}")
    assert page.get_by_text("Gate seven.").first.is_visible()
    page.goto(f"{sandbox.url}/desk")
    page.get_by_role("link", name="Incoming mail").click()
    page.get_by_role("link", name="Broken").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a file").click()
    assert held.needs_a_person
    assert download.value.path().read_bytes().endswith(broken + b"\r\n")


def test_fifty_deliveries_at_once_make_one_request(sandbox: Sandbox) -> None:
    """On DynamoDB and S3: one request with its text, and nothing that waits."""
    desk = sandbox.application.background_desk
    before = desk.counters.ledger().received
    raw = letter("Fifty times", "The same mail, over and over.")
    with ThreadPoolExecutor(50) as crowd:
        records = list(crowd.map(lambda _: sandbox.receive_mail(raw), range(50)))
    after = desk.inbound.mail(records[0].id)

    assert 1 == desk.counters.ledger().received - before
    assert "The same mail, over and over." in desk.cases.load(after.case_id).request.description
    assert 1 == len({record.id for record in records})
    assert desk.inbound.mail_ledger().balanced


def test_a_client_whose_mail_was_forwarded_completes_the_report(sandbox: Sandbox, page: Page) -> None:
    """A person makes them the requester; the receipt's link opens the form, which goes to the same request."""
    liaison, client = "liaison.london@example.com", "first.client@marlow.example.org"
    lines = f"From: First Client <{client}>\r\nSent: today\r\nTo: us\r\nSubject: Seals"
    text = f"For you.\r\n\r\n{lines}\r\n\r\nThe list of seals is an error page."
    raw = f"From: London <{liaison}>\r\nTo: {DESK}\r\nSubject: FW: Seals of the client\r\n\r\n{text}\r\n"
    with smtplib.SMTP("127.0.0.1", sandbox.mail_server.port, timeout=30) as program:
        program.sendmail(liaison, [DESK], raw.encode())
    case_id = taken(sandbox, "FW: Seals of the client").case_id
    sign_in(page, sandbox, liaison)
    page.goto(f"{sandbox.url}/desk/requests/{case_id}")
    page.get_by_role("button", name="Make them the requester").click()
    expect(page.get_by_text("They are the requester now")).to_be_visible()
    receipt = wait_until(lambda: next((mail for mail in sandbox.aws.mails() if mail["to"] == client), None))
    page.goto(re.findall(r"http\S+/form", receipt["text"])[0])
    expect(page.get_by_label("What did you expect?")).to_be_focused()
    page.get_by_label("What did you expect?").fill("The list.")
    page.get_by_label("Steps to reproduce").fill("1. Open the seals.")
    page.get_by_label("Yes").check()
    page.get_by_label("Priority").select_option("high")
    page.get_by_label("If you have no screenshot, tell us why").fill("None.")
    page.get_by_label("Company").or_(page.get_by_label("Which client company")).fill("Marlow")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("your report is complete")).to_be_visible()

    after = sandbox.application.background_desk.cases.load(case_id)
    assert (client, (liaison,)) == (after.request.requester.email, after.copies)
    assert ["The list."] == [
        event.answers["expected"] for event in after.history if isinstance(event, RequesterReplied)
    ]
