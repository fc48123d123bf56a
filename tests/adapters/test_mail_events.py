"""Reports of SES as they come through SNS: what is read of them, and that nothing in them breaks anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from intake_fn import log
from intake_fn.adapters.mail_events import reports_in
from intake_fn.core.vocabulary import Failure
from intake_fn.ports import MailReport

MAIL = {
    "timestamp": "2026-11-23T15:00:00.000Z",
    "source": "CT2 Help Desk <helpdesk@example.com>",
    "messageId": "0100000000000000-00000000-0000-0000-0000-000000000000-000000",
    "destination": ["camille@example.com"],
    "headersTruncated": False,
    "headers": [{"name": "X-Specdesk-Item", "value": "HD-0000-0001#2#3"}],
    "tags": {"ses:configuration-set": ["specdesk"], "specdesk-item": ["HD-0000-0001_2_3"]},
}
NOBODY = {"emailAddress": "camille@example.com", "action": "failed", "status": "5.1.1", "diagnosticCode": "550 nobody"}


def bounce(*recipients: dict[str, Any], kind: str = "Permanent", mail: Any = MAIL) -> dict[str, Any]:
    """A bounce, as SES writes it."""
    about = {
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": list(recipients or (NOBODY,)),
        "timestamp": "2026-11-23T15:00:02.669Z",
        "feedbackId": "feedback-1",
        "reportingMTA": "dsn; mta.example.com",
    }
    return {"eventType": "Bounce", "bounce": about, "mail": mail}


def complaint(kind: str = "abuse") -> dict[str, Any]:
    """A complaint, as SES writes it."""
    about = {
        "complainedRecipients": [{"emailAddress": "camille@example.com"}],
        "timestamp": "2026-11-23T15:00:02.669Z",
        "feedbackId": "feedback-2",
        "userAgent": "Mailer",
        "complaintFeedbackType": kind,
    }
    return {"eventType": "Complaint", "complaint": about, "mail": MAIL}


def sns(*messages: Any) -> dict[str, Any]:
    """Messages as SNS hands them to a function; what is no text is written as JSON."""
    texts = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "Sns": {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:x:1:mail", "Message": text},
            }
            for text in texts
        ]
    }


def test_a_bounce_names_the_address_the_item_and_what_the_server_said() -> None:
    """The tag carries the item; it needs no setting of its own."""
    assert [MailReport("feedback-1", "camille@example.com", Failure.BOUNCED, "550 nobody", "HD-0000-0001#2#3")] == (
        reports_in(sns(bounce()))
    )


@pytest.mark.parametrize("mail", [{**MAIL, "tags": {}}, {"headers": MAIL["headers"]}])
def test_without_a_tag_the_header_names_the_item(mail: Any) -> None:
    """Where SES is told to include headers."""
    assert ["HD-0000-0001#2#3"] == [report.item for report in reports_in(sns(bounce(mail=mail)))]


def test_a_mail_that_was_sent_for_no_item_has_none() -> None:
    """A link to sign in."""
    assert [""] == [report.item for report in reports_in(sns(bounce(mail={"tags": {}, "headers": []})))]


@pytest.mark.parametrize(
    ("message", "failures"),
    [
        (bounce(), [Failure.BOUNCED]),
        (
            bounce(kind="Transient"),
            [Failure.UNDELIVERED],
        ),  # a full mailbox, an absence notice
        (bounce(kind="Undetermined"), [Failure.UNDELIVERED]),
        (complaint(), [Failure.COMPLAINED]),
        (complaint("not-spam"), []),  # a reader took it back
        ({"eventType": "Delivery", "mail": MAIL, "delivery": {}}, []),
        ({**bounce(), "eventType": None, "notificationType": "Bounce"}, [Failure.BOUNCED]),  # set up at the identity
    ],
)
def test_what_happened_is_told_apart(message: dict[str, Any], failures: list[Failure]) -> None:
    """Only what lasts may silence an address."""
    assert failures == [report.failure for report in reports_in(sns(message))]


def test_each_recipient_and_each_message_has_a_report() -> None:
    """SES may put several into one."""
    two = bounce(NOBODY, {"emailAddress": "Anna <anna@example.com>"})

    assert [
        ("camille@example.com", "550 nobody"),
        ("anna@example.com", "Permanent, General"),
        ("camille@example.com", "abuse"),
    ] == [(report.to, report.detail) for report in reports_in(sns(two, complaint()))]


MALFORMED: list[Any] = [
    "Successfully validated SNS topic for Amazon SES event publishing.",
    "",
    "null",
    "[]",
    "17",
    '"Bounce"',
    {},
    {"eventType": "Bounce"},
    {"eventType": "Bounce", "bounce": None, "mail": None},
    {"eventType": ["Bounce"]},
    bounce({"emailAddress": None}),
    bounce({"emailAddress": "nobody"}),
    bounce({"emailAddress": "a" * 400 + "@example.com"}),
    bounce({}),
    bounce(mail={"tags": {"specdesk-item": "HD"}, "headers": 3}, kind="")["bounce"],
    {"command": "os.abort"},
]


@pytest.mark.parametrize("message", MALFORMED)
def test_what_is_not_understood_is_logged_and_keeps_nothing_else_from_being_read(message: Any) -> None:
    """SNS would only send the same again."""
    with log.captured() as logs:
        found = reports_in(sns(message, bounce()))

    assert ["feedback-1"] == [report.id for report in found]
    assert 1 == len(logs)


@pytest.mark.parametrize("event", [{}, {"Records": None}, {"Records": []}, {"Records": [{}]}, {"Records": "x"}])
def test_an_event_that_is_none_of_sns_is_logged(event: dict[str, Any]) -> None:
    """And has no reports."""
    with log.captured() as logs:
        assert [] == reports_in(event)

    assert logs


def test_what_a_server_said_is_one_printable_line_of_bounded_length() -> None:
    """It stands in a history and in a mail."""
    said = "550\r\nBcc: x\x00\u202e\ud800" + "y" * 2000
    (report,) = reports_in(sns(bounce({**NOBODY, "diagnosticCode": said})))

    assert report.detail.startswith("550 Bcc: x yyy")
    assert 500 == len(report.detail)
