"""A notice as a mail: both parts, one thread for a request, and no answer from machines."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.ses import _message
from intake_fn.core.case import SendNotice
from intake_fn.core.notices import NOTICES
from intake_fn.desk.post import headers, mail_of
from tests.core.samples import CASE_ID, case_at
from tests.fakes import PlainLinks

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>")
"""RFC 5322, msg-id, with a domain of at least two labels."""


def mail(name: str, process: Process, number: int = 1) -> Mail:
    """A notice about one case."""
    notice = SendNotice(name, "camille@example.com", {"name": "Camille", "text": "Hello"})
    return mail_of(notice, f"{CASE_ID}#{number}#1", case_at(3, "paul"), process, PlainLinks())


@pytest.mark.parametrize("name", list(NOTICES))
def test_every_notice_goes_out_as_plain_text_and_html(process: Process, name: str) -> None:
    """A mail program shows what it can; automatic answers are asked not to come (RFC 3834)."""
    sent = mail(name, process)
    read = message_from_bytes(_message(sent, sent.to, process.mail).as_bytes(), policy=default)
    text, html = read.iter_parts()

    assert ["text/plain", "text/html"] == [text.get_content_type(), html.get_content_type()]
    assert (sent.text, sent.html) == tuple(p.get_content().replace("\r\n", "\n") for p in (text, html))
    assert "auto-generated" == read["Auto-Submitted"]
    assert process.mail.reply_to == read["Reply-To"]
    assert f"{CASE_ID}#1#1" == read["X-Specdesk-Item"]


def test_all_mails_of_a_request_have_one_root_and_those_of_another_have_another(process: Process) -> None:
    """Mail programs thread by it; it follows from the request's number, so it is the same in a year."""
    roots = {
        value
        for number, name in enumerate(NOTICES)
        for key, value in mail(name, process, number).headers.items()
        if key in ("References", "In-Reply-To")
    }

    assert {"<hd-0000-0001@example.com>"} == roots
    assert roots.isdisjoint(headers("HD-0000-0002", "HD-0000-0002#1#1", process.mail).values())


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("helpdesk@example.com", "example.com"),
        ("HelpDesk@Mail.Example.COM", "mail.example.com"),
        ("aide@bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_root_is_a_message_id_in_the_domain_of_our_address(process: Process, address: str, domain: str) -> None:
    """In ASCII, whatever the address is written in."""
    root = headers(CASE_ID, "item", replace(process.mail, address=address))["References"]

    assert f"<{CASE_ID.lower()}@{domain}>" == root
    assert MESSAGE_ID.fullmatch(root)
