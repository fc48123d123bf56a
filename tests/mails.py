"""Mails as the mail service stores them, for tests: what it puts on top, and below it what a program sent."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

DESK = "helpdesk@example.com"


def on_top(
    sender: str = "camille@example.com", to: str = DESK, *, dmarc: str = "pass", spam: str = "PASS", virus: str = "PASS"
) -> bytes:
    """The headers of the mail service; of each the first is its own."""
    host = sender.rpartition("@")[2]
    return (
        f"Return-Path: <{sender}>\r\n"
        f"Received: from mx.{host} (mx.{host} [198.51.100.7])\r\n"
        f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id abc\r\n for {to};\r\n"
        " Mon, 23 Nov 2026 15:00:00 +0000 (UTC)\r\n"
        f"X-SES-Spam-Verdict: {spam}\r\nX-SES-Virus-Verdict: {virus}\r\n"
        f"Received-SPF: {dmarc} (of {host})\r\n"
        f"Authentication-Results: amazonses.com;\r\n spf={dmarc} (x) client-ip=198.51.100.7;\r\n"
        f" dkim={dmarc} header.i=@{host};\r\n dmarc={dmarc} header.from={host};\r\n"
    ).encode()


def mail(
    text: str = "The list of shipments shows an error page.",
    *,
    sender: str = "camille@example.com",
    name: str = "Camille Laurent",
    to: str = DESK,
    subject: str = "Error page",
    message_id: str = "<one@example.com>",
    files: tuple[tuple[str, str, bytes], ...] = (),
    headers: dict[str, str] | None = None,
    **verdicts: Any,
) -> bytes:
    """A mail with a text and files, each by name, type and bytes."""
    written = EmailMessage(policy=SMTP)
    written["From"] = f"{name} <{sender}>"
    written["To"] = to
    written["Subject"] = subject
    written["Date"] = "Mon, 23 Nov 2026 10:00:00 -0500"
    if message_id:
        written["Message-ID"] = message_id
    for key, value in (headers or {}).items():
        written[key] = value
    written.set_content(text)
    for file, kind, content in files:
        main, _, sub = kind.partition("/")
        written.add_attachment(content, main, sub, filename=file)
    return on_top(sender, to, **verdicts) + written.as_bytes()
