"""A request of somebody whose address does not exist, in the running sandbox: through local DynamoDB and SES."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.mail_events import reports_in
from intake_fn.core.events import MailFailed, NoticeSkipped
from sandbox.demo import send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws

REQUEST = {
    "kind": "question",
    "name": "Nobody",
    "email": "nobody@example.com",
    "office": "paris",
    "summary": "Where do I find the list of carriers?",
    "description": "I do not find it.",
    "priority": "high",
    "module": "users",
}


def bounced(item: str) -> str:
    """What SES says of a mail to nobody."""
    about = {
        "bounceType": "Permanent",
        "bouncedRecipients": [{"emailAddress": "nobody@example.com", "diagnosticCode": "550 5.1.1 unknown"}],
        "feedbackId": "feedback",
    }
    return json.dumps({"eventType": "Bounce", "bounce": about, "mail": {"tags": {"specdesk-item": [item]}}})


def test_a_bounce_is_taken_in_once_and_what_follows_is_recorded_instead_of_sent(sandbox: Sandbox) -> None:
    """On DynamoDB and through the local SES, twice the same message of SNS."""
    desk = sandbox.application.background_desk
    case_id = send(sandbox.url, REQUEST)["id"]
    wait_until(lambda: [mail for mail in sandbox.aws.mails() if mail["to"] == "nobody@example.com"])
    event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": bounced(f"{case_id}_2_2")}}]}
    taken = [desk.mail_failed(report) for report in (*reports_in(event), *reports_in(event))]
    second = send(sandbox.url, {**REQUEST, "summary": "Where is the list of carriers now?"})["id"]
    wait_until(lambda: not desk.outbox.items_of(second))
    (told,) = wait_until(lambda: [mail for mail in sandbox.aws.mails() if "does not arrive" in mail["subject"]])
    history = desk.cases.load(second).history
    desk.mail_state.unsuppress("nobody@example.com")

    assert [True, False] == taken
    assert 1 == sum(isinstance(event, MailFailed) for event in desk.cases.load(case_id).history)
    assert ["receipt"] == [event.notice for event in history if isinstance(event, NoticeSkipped)]
    assert 1 == [mail["to"] for mail in sandbox.aws.mails()].count("nobody@example.com")
    assert ("liaison.paris@example.com", True) == (told["to"], "550 5.1.1 unknown</blockquote>" in told["html"])
