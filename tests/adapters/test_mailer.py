"""What every mailer keeps to, held against the fake and against SES (the local one)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.provision.ses import reports_lack
from intake_fn.adapters.ses import SesMailer, _message
from intake_fn.core.errors import Broken, OutcomeUnknown, Refused, SpecdeskError, TryLater, Undeliverable
from intake_fn.ports import CalendarPart, Mail
from tests.fakes import MemoryMailer

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.process import Process
    from intake_fn.ports import Mailer
    from sandbox.aws import LocalAws

MAIL = Mail(
    to="camille@example.com",
    subject="Réponse à « HD-1 » — 已收到 🚢",
    text="Bonjour,\n\nvoilà: https://help.example.com/status/" + "x" * 200 + "\n",
    html="<p>Voilà</p>",
    headers={
        "Auto-Submitted": "auto-generated",
        "References": "<hd-1@example.com>",
        "In-Reply-To": "<hd-1@example.com>",
    },
)


@pytest.fixture(params=["memory", pytest.param("ses", marks=pytest.mark.aws)])
def mailer(request: pytest.FixtureRequest) -> Mailer:
    """A mailer: the fake, then the real one."""
    if request.param == "memory":
        return MemoryMailer()
    real: Mailer = request.getfixturevalue("ses_mailer")
    return real


@pytest.fixture
def ses_mailer(clients: Callable[[str], Any], identity: str, process: Process) -> SesMailer:
    """The real mailer with a verified address."""
    del identity
    return SesMailer(lambda: clients("sesv2"), process.mail)


def test_a_mail_that_is_taken_gets_an_id(mailer: Mailer) -> None:
    """Each its own."""
    ids = {mailer.send(MAIL), mailer.send(MAIL)}

    assert len(ids) == 2
    assert "" not in ids


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Hello\r\nBcc: everybody@example.com"},
        {"subject": "Hello\n"},
        {"headers": {"References": "<a>\r\nBcc: x@example.com"}},
        {"headers": {"X-Specdesk\r\nBcc": "x@example.com"}},
        {"to": "a@example.com\r\nBcc: b@example.com"},
    ],
)
def test_a_line_break_in_a_header_is_refused(mailer: Mailer, changed: dict[str, Any]) -> None:
    """A subject holds what the requester typed: it must not become a header of its own."""
    with pytest.raises(Refused):
        mailer.send(replace(MAIL, **changed))


@pytest.mark.parametrize(
    "address",
    ["", "camille", "@example.com", "camille@", "a@b.example, c@d.example", "Ann <a@b.example>", "a b@c.example"],
)
def test_what_is_not_one_plain_address_is_refused(mailer: Mailer, address: str) -> None:
    """One mail goes to one person; a list or a name would send it elsewhere."""
    with pytest.raises(Undeliverable, match="not an address"):
        mailer.send(replace(MAIL, to=address))


@pytest.mark.aws
def test_a_mail_arrives_as_it_was_written(ses_mailer: SesMailer, aws: LocalAws) -> None:
    """Subject, text and HTML in any script; long links are not broken."""
    ses_mailer.send(replace(MAIL, to="only-here@example.com"))

    (mail,) = [mail for mail in aws.mails() if mail["to"] == "only-here@example.com"]
    assert mail["subject"] == MAIL.subject
    assert mail["text"] == MAIL.text.rstrip("\n")
    assert mail["html"] == MAIL.html


def test_the_message_carries_our_headers_and_our_name(process: Process) -> None:
    """Programs must see that it is automatic (RFC 3834), and mail readers to which thread it belongs."""
    read = message_from_bytes(_message(MAIL, MAIL.to, process.mail), policy=default)

    assert read["Auto-Submitted"] == "auto-generated"
    assert read["References"] == "<hd-1@example.com>"
    assert read["In-Reply-To"] == "<hd-1@example.com>"
    assert read["From"].addresses[0].display_name == "CT2 Help Desk"
    assert read["From"].addresses[0].addr_spec == "helpdesk@example.com"
    assert read["Reply-To"] == "helpdesk@example.com"
    assert read["To"] == "camille@example.com"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("text", ["Grüße, 您好", "Zu Größe 7: " + "ä" * 3000, "\u2028", "a\x85b"])
def test_a_body_is_written_in_ascii_and_short_lines(process: Process, text: str) -> None:
    """A server on the way may recode 8bit and long lines, and the signature would hold no more (RFC 6376, 5.3)."""
    message = _message(replace(MAIL, text=text, html=f"<p>{text}</p>"), MAIL.to, process.mail)
    plain = message_from_bytes(message, policy=default).get_body(("plain",))

    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 78
    assert plain is not None
    assert text == plain.get_content().rstrip("\r\n")


def test_a_plain_mail_has_one_part(process: Process) -> None:
    """No HTML, no alternative."""
    read = message_from_bytes(_message(replace(MAIL, html=""), MAIL.to, process.mail), policy=default)

    assert read.get_content_type() == "text/plain"
    assert read.get_content().replace("\r\n", "\n") == MAIL.text


@pytest.mark.aws
@pytest.mark.parametrize(
    "summary",
    [
        "Label =?utf-8?q?=0D=0A=0D=0APay_here?= question",
        "=?utf-8?b?QmNjOiBhbGxAZXhhbXBsZS5jb20=?=",
        "שלום 👩\u200d👩\u200d👧 " * 20,
    ],
)
def test_what_was_typed_arrives_as_typed_through_ses(ses_mailer: SesMailer, aws: LocalAws, summary: str) -> None:
    """The whole way: one subject, one body, and nobody else who gets it."""
    to = f"typed-{len(summary)}@example.com"
    ses_mailer.send(replace(MAIL, to=to, subject=f"[HD-1] We have your request: {summary}".strip()))

    (mail,) = [mail for mail in aws.mails() if mail["to"] == to]
    assert f"[HD-1] We have your request: {summary}".strip() == mail["subject"]
    assert mail["text"] == MAIL.text.rstrip("\n")


@pytest.mark.aws
def test_a_host_in_another_script_is_sent_in_its_ascii_form(ses_mailer: SesMailer, aws: LocalAws) -> None:
    """SES takes nothing else; the person has a good address all the same."""
    ses_mailer.send(replace(MAIL, to="anna@bücher.example"))

    assert "anna@xn--bcher-kva.example" in [mail["to"] for mail in aws.mails()]


@pytest.mark.aws
def test_an_address_of_ours_that_is_not_verified_is_for_an_admin(
    clients: Callable[[str], Any], process: Process
) -> None:
    """The requester's address is right: the mail must wait, not be given up."""
    stranger = replace(process.mail, address="not-verified@example.org")

    with pytest.raises(Broken, match=r"not-verified@example\.org"):
        SesMailer(lambda: clients("sesv2"), stranger).send(MAIL)


class Sending:
    """A client that takes everything and remembers how it was called."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def send_email(self, **asked: Any) -> dict[str, str]:
        """Take a mail."""
        self.asked = asked
        return {"MessageId": "1"}


def test_ses_is_told_the_item_and_where_to_report(process: Process) -> None:
    """The tag comes back with every report, without a setting of its own; SES allows letters, digits, _ and - in it."""
    client: Any = Sending()
    SesMailer(lambda: client, process.mail, "specdesk").send(replace(MAIL, item="HD-0000-0001#2#3"))

    assert [{"Name": "specdesk-item", "Value": "HD-0000-0001_2_3"}] == client.asked["EmailTags"]
    assert "specdesk" == client.asked["ConfigurationSetName"]


def test_without_item_and_configuration_set_ses_is_told_neither(process: Process) -> None:
    """A link to sign in, on a laptop."""
    client: Any = Sending()
    SesMailer(lambda: client, process.mail).send(MAIL)

    assert {"FromEmailAddress", "Destination", "Content"} == set(client.asked)


@pytest.mark.aws
def test_a_configuration_set_has_to_report_bounces_and_complaints_through_sns(
    clients: Callable[[str], Any], process: Process, identity: str
) -> None:
    """What it lacks is told, step by step; mail through it goes out."""
    del identity
    ses, name = clients("sesv2"), "reports"
    lacks = [reports_lack(ses, name)]
    mailer = SesMailer(lambda: ses, process.mail, name)
    ses.create_configuration_set(ConfigurationSetName=name)
    lacks.append(reports_lack(ses, name))
    for number, kinds in enumerate((["BOUNCE"], ["COMPLAINT", "BOUNCE"])):
        ses.create_configuration_set_event_destination(
            ConfigurationSetName=name,
            EventDestinationName=f"to-sns-{number}",
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": kinds,
                "SnsDestination": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:mail"},
            },
        )
        lacks.append(reports_lack(ses, name))

    bounce, complaint = "SNS destination for BOUNCE", "SNS destination for COMPLAINT"
    assert [["configuration set"], [bounce, complaint], [complaint], []] == lacks
    assert mailer.send(replace(MAIL, item="HD-0000-0001#2#3"))


@pytest.mark.parametrize(
    ("code", "told", "expected"),
    [
        ("MessageRejected", "Address is on the suppression list", Undeliverable),  # a person has to correct it
        ("BadRequestException", "Illegal address", Undeliverable),
        ("BadRequestException", "Domain of camille@example.com ends with dot", Undeliverable),
        ("MessageRejected", "Message length is more than 10485760 bytes long", Refused),  # the address is right
        ("MessageRejected", "Email address is not verified. Failed in EU-WEST-1: camille@example.com", Broken),
        ("MessageRejected", "not verified: helpdesk@example.com", Broken),  # ours
        ("MailFromDomainNotVerifiedException", "no", Broken),
        ("NotFoundException", "Configuration set <specdesk> does not exist.", Broken),
        ("SendingPausedException", "no", TryLater),  # an admin talks to AWS, the mails wait
        ("AccountSuspendedException", "no", TryLater),
        ("TooManyRequestsException", "slow down", TryLater),
    ],
)
def test_what_ses_says_is_told_by_whose_turn_it_is(
    process: Process, code: str, told: str, expected: type[SpecdeskError]
) -> None:
    """Answers that the local SES does not give."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only here

    class Refusing:
        def send_email(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": code, "Message": told}}, "SendEmail")

    with pytest.raises(expected) as raised:
        SesMailer(Refusing, process.mail).send(MAIL)  # type: ignore[arg-type]  # all that it needs of a client

    assert expected is raised.type


def test_a_mail_that_ses_had_and_did_not_answer_for_may_have_been_sent(process: Process) -> None:
    """So it must not be sent again by itself; a host that could not be reached has sent nothing."""
    from botocore.exceptions import EndpointConnectionError, ReadTimeoutError  # noqa: PLC0415 - only here

    class Silent:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def send_email(self, **_: object) -> None:
            raise self.error

    url = "https://email.example.com"
    for error, expected in (
        (ReadTimeoutError(endpoint_url=url), OutcomeUnknown),
        (EndpointConnectionError(endpoint_url=url), TryLater),
    ):
        silent: Any = Silent(error)
        with pytest.raises(expected):
            SesMailer(lambda client=silent: client, process.mail).send(MAIL)  # type: ignore[misc]  # a default in a lambda


def test_an_invitation_is_a_part_that_calendars_read(process: Process) -> None:
    """text/calendar with its method, beside the text; its lines arrive as they were written."""
    text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Réunion\r\nEND:VCALENDAR\r\n"
    mail = replace(MAIL, html="", calendar=CalendarPart("REQUEST", text))
    read = message_from_bytes(_message(mail, mail.to, process.mail), policy=default)
    plain, calendar = read.iter_parts()

    assert "multipart/alternative" == read.get_content_type()
    assert ["text/plain", "text/calendar"] == [plain.get_content_type(), calendar.get_content_type()]
    assert ("REQUEST", "utf-8") == (calendar.get_param("method"), calendar.get_param("charset"))
    assert text == calendar.get_content().replace("\r\n", "\n").replace("\n", "\r\n")


@pytest.mark.aws
def test_a_mail_with_an_invitation_arrives(ses_mailer: SesMailer, aws: LocalAws) -> None:
    """SES takes it, and its text is that of the mail."""
    calendar = CalendarPart("REQUEST", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
    ses_mailer.send(replace(MAIL, to="invited@example.com", html="", calendar=calendar))

    (mail,) = [mail for mail in aws.mails() if mail["to"] == "invited@example.com"]
    assert mail["text"] == MAIL.text.rstrip("\n")
