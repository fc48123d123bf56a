"""What SES writes above a mail that it receives: envelope, way, verdicts.

On this machine nobody can look up a domain, so the verdicts follow from the envelope: a mail whose From is of the
domain that the envelope names passes, any other one fails DMARC, as a forged one would.
"""

from __future__ import annotations

import re
import secrets
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

OF_SES = (b"return-path:", b"x-ses-spam-verdict:", b"x-ses-virus-verdict:", b"authentication-results: amazonses.com")
ADDRESS = re.compile(rb"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
HERE = "127.0.0.1"


def head_of(raw: bytes) -> bytes:
    """The headers of a mail, up to the first empty line."""
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]


def has_head_of_ses(raw: bytes) -> bool:
    """Whether SES received it already: its own headers are on top, the return path first."""
    head = head_of(raw).lower()
    lines = [line for line in re.split(rb"\r?\n", head) if line[:1] not in (b" ", b"\t")]
    return head.startswith(OF_SES[0]) and all(any(line.startswith(name) for line in lines) for name in OF_SES)


def sender_of(raw: bytes) -> str:
    """The address of the first From header, in angle brackets if it has some; "" where there is none."""
    found = re.search(rb"(?im)^from:((?:.*\r?\n[ \t])*.*)$", head_of(raw))
    told = (re.findall(rb"<([^<>]*)>", found[1]) or [found[1]])[0] if found else b""
    address = ADDRESS.search(told)
    return address[0].decode("ascii", "replace") if address else ""


def as_ses_stores(raw: bytes, mail_from: str, recipient: str, at: datetime) -> bytes:
    """The mail with SES's headers above it; one that has them stays as it is. `mail_from` is the envelope's."""
    if has_head_of_ses(raw):
        return raw
    author, host = sender_of(raw), mail_from.rpartition("@")[2].lower()
    known = "pass" if host else "none"
    aligned = "pass" if author and author.rpartition("@")[2].lower() == host else "fail"
    spf = f"{known} (sandbox: the envelope is believed) client-ip={HERE}; envelope-from={mail_from}; helo={HERE};"
    lines = [
        f"Return-Path: <{mail_from}>",
        f"Received: from [{HERE}] ([{HERE}])",
        f" by inbound-smtp.sandbox with SMTP id {secrets.token_hex(20)}",
        f" for {recipient};",
        f" {format_datetime(at)} (UTC)",
        "X-SES-Spam-Verdict: PASS",
        "X-SES-Virus-Verdict: PASS",
        f"Received-SPF: {spf}",
        "Authentication-Results: amazonses.com;",
        f" spf={spf}",
        " dkim=none;",
        f" dmarc={aligned} header.from={author.rpartition('@')[2]};",
        "",
    ]
    end = "\r\n" if b"\r\n" in raw or b"\n" not in raw else "\n"
    return end.join(lines).encode("utf-8", "replace") + raw
