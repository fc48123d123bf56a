"""Who approves a new user goes with the request: to its page, the desk, the mails and Mantis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.intents import SendNotice
from intake_fn.core.request import Kind
from tests.core.samples import case_at
from tests.letters import letter_of
from tests.web.samples import ANSWERS
from tests.web.test_api import body_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

NAMED = "as named by the requester: Claire Morel, claire@example.com"


def test_the_approver_reaches_everybody_who_works_on_it(web: Web) -> None:
    """What was asked for at the form is not lost on the way to whoever sets the user up."""
    case = web.sent(Kind.SETUP)
    mails = {mail.to: mail.text for mail in web.mailer.sent}
    web.sign_in()

    assert case.issue is not None
    assert "Claire Morel" == case.request.details["approver"]
    assert NAMED in mails["camille@example.com"]
    assert all(NAMED in mail.text for mail in web.mailer.sent if "Assigned to you" in mail.subject)
    assert "Claire Morel, claire" in web.tracker.issues[case.issue].description.replace("\u200b", "")
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert "Claire Morel" in page
    assert "claire@example.com" in page


def test_a_program_that_names_no_approver_is_told_why(web: Web) -> None:
    """The same words as at the form, at the member's path."""
    body = body_of(Kind.SETUP)
    details = {name: said for name, said in body["details"].items() if not name.startswith("approver")}
    answer = web.client.post("/api/requests", json={**body, "details": details})

    assert 422 == answer.status_code
    assert answer.json is not None
    fields = answer.json["error"]["fields"]
    assert {"details.approver", "details.approver_email"} == set(fields)
    assert "on the request of an Office Manager" in fields["details.approver"][0]
    client = {**details, "client_company": "Northwind Trading"}
    assert 201 == web.client.post("/api/requests", json={**body, "details": client}).status_code


def test_a_form_without_approver_is_shown_again_with_the_reason(web: Web) -> None:
    """What was typed stays, and the field says what is missing."""
    answer = web.send(Kind.SETUP, approver="", approver_email="")

    assert 422 == answer.status_code
    assert "Please enter the Office Manager who approves it." in answer.text
    assert str(ANSWERS[Kind.SETUP]["person_name"]) in answer.text


@pytest.mark.parametrize("notice", ["receipt", "assigned"])
def test_a_request_of_before_has_no_approver_and_reads_on(process: Process, notice: str) -> None:
    """Requests that were stored without one are mailed as ever, with no line for it."""
    case = case_at(3, "paul")
    old = replace(case, request=replace(case.request, kind=Kind.SETUP, details={"what": "A new user"}))
    letter = letter_of(
        SendNotice(notice, "someone@example.com", {"name": "Kim"}), old, process, "https://s", "https://d"
    )

    assert "Office Manager" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text
