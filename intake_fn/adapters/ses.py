"""Mail through Amazon SES, as one whole message, so that our headers arrive as we wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, status_of, translated
from intake_fn.adapters.mail_headers import address_header, text_header, whole_text
from intake_fn.adapters.transmission import transmitting
from intake_fn.core.addresses import sendable
from intake_fn.core.errors import Broken, OutcomeUnknown, Refused, SpecdeskError, TryLater, Undeliverable
from intake_fn.core.once import once
from intake_fn.ports import ITEM_TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.exceptions import ClientError
    from mypy_boto3_sesv2 import SESV2Client

    from intake_fn.core.process import MailIdentity
    from intake_fn.ports import Mail

SERVICE = "The mail service"

ABOUT_ADDRESSES = re.compile(r"\b(?:address|recipient|mailbox|domain name)\b", re.IGNORECASE)
HEADER_NAME = re.compile(r"[!-9;-~]+")

PAUSED = ("AccountSuspendedException", "SendingPausedException")
"""An admin has to talk to AWS; meanwhile the mails wait in the outbox."""

PASSED_ON = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
"""A proxy passed the call on and has no answer: SES may have sent the mail."""


@dataclass
class SesMailer:
    """The Mailer port. `client_factory` is called when the first mail is sent."""

    client_factory: Callable[[], SESV2Client]
    identity: MailIdentity
    configuration_set: str = ""
    """Where SES is told to report what became of a mail; "" has it report nothing."""

    @once
    def _client(self) -> SESV2Client:
        return self.client_factory()

    def send(self, mail: Mail) -> str:
        """Send one mail to one address; returns SES's message id.

        Raises Refused for a line break in a header, Undeliverable for an address that SES will not take,
        TryLater when SES is down, busy or paused, or did not get the whole mail; OutcomeUnknown when it
        had the mail and gave no answer, Broken when our own address is not verified there.
        """
        to = sendable(mail.to)
        message = _message(mail, to, self.identity)
        with translated(SERVICE), transmitting() as transmission:
            from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004, PLC0415
            from botocore.parsers import ResponseParserError  # noqa: PLC0415 - loaded with the client

            try:
                sent = self._client.send_email(
                    FromEmailAddress=sendable(self.identity.address),
                    Destination={"ToAddresses": [to]},
                    Content={"Raw": {"Data": message}},
                    **self._reported(mail),
                )
            except (ConnectionError, HTTPClientError, ResponseParserError) as error:
                transmitted = transmission.complete if transmission.started else not isinstance(error, ConnectionError)
                kind = type(error).__name__
                if transmitted:
                    raise OutcomeUnknown(f"SES was told to send to {mail.to} and did not answer ({kind}).") from error
                raise TryLater(f"SES did not get the mail to {mail.to} ({kind}), so it was not sent.") from error
            except ClientError as error:
                meant = self._meant(error, mail, to)
                if meant is None:
                    raise
                raise meant from error
        if not sent.get("MessageId"):
            raise OutcomeUnknown(f"SES was told to send to {mail.to} and gave no whole answer.")
        return sent["MessageId"]

    def _meant(self, error: ClientError, mail: Mail, to: str) -> SpecdeskError | None:
        """What an error of SES, or of a proxy before it, means for a mail; None where it means the same everywhere."""
        code, message, status = code_of(error), str(error), status_of(error)
        if status in PASSED_ON:
            return OutcomeUnknown(f"SES was told to send to {mail.to}, and its answer was lost on the way ({status}).")
        if code in PAUSED:
            return TryLater(f"SES does not send for us at the moment ({code}). An admin has to look.")
        if code == "MessageRejected" and self.identity.address in message:
            return Broken(f"SES does not know {self.identity.address}. Verify it as an identity.")
        if code == "MessageRejected" and "not verified" in message:
            return Broken("SES sends to verified addresses only: ask AWS for production access.")
        if code in ("MessageRejected", "BadRequestException"):
            return _refusal(mail.to, to, message)
        return None

    def _reported(self, mail: Mail) -> dict[str, Any]:
        """What makes SES report on the mail, and name the outbox item in its reports."""
        tag = {"Name": ITEM_TAG, "Value": mail.item.replace("#", "_")}  # no # in a tag
        tags: dict[str, Any] = {"EmailTags": [tag]} if mail.item else {}
        return {**tags, **({"ConfigurationSetName": self.configuration_set} if self.configuration_set else {})}


def _refusal(address: str, sent_to: str, message: str) -> Refused:
    """What a refusal is about: the address, which then gets no more mail, or this one mail."""
    if address in message or sent_to in message or ABOUT_ADDRESSES.search(message):
        return Undeliverable(f"SES will not send to {address}: {message}.")
    return Refused(f"SES does not take this mail to {address}: {message}. Send what it says another way.")


def _message(mail: Mail, to: str, identity: MailIdentity) -> bytes:
    """The whole message. Raises Refused where a header would hold a line break.

    Headers are written by adapters/mail_headers.py; Python writes the parts, whose headers hold nobody's words.
    """
    from email.message import EmailMessage  # noqa: PLC0415 - 40 ms that a form page need not pay
    from email.policy import SMTP  # noqa: PLC0415

    texts = {"Subject": mail.subject, **mail.headers}
    for name, value in texts.items():
        if any(end in value for end in "\r\n") or not HEADER_NAME.fullmatch(name):
            raise Refused(f"The mail's header {name!r} holds a line break. Take it out.")
    content = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # 8bit is recoded on the way: DKIM would break
    content.set_content(whole_text(mail.text))
    if mail.html:
        content.add_alternative(whole_text(mail.html), subtype="html")
    if mail.calendar:
        method = {"method": mail.calendar.method}
        content.add_alternative(whole_text(mail.calendar.text), subtype="calendar", params=method)
    head = [
        address_header("From", sendable(identity.address), identity.name),
        address_header("To", to),
        address_header("Reply-To", sendable(mail.reply_to or identity.reply_to)),
        *(text_header(name, value) for name, value in texts.items()),
    ]
    return b"".join(head) + content.as_bytes()
