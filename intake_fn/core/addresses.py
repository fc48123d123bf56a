"""E-mail addresses: which ones mail can be sent to, in which form they are sent to, and by which form they are known.

A host in other scripts is written in ASCII by IDNA 2008, in which faß.example and fass.example are two. No address is
looked up in the DNS: whether a mailbox exists, only a mail can tell. The libraries are imported for addresses that are
not of the plainest kind, which those of a support.yml are as a rule: a form page need not wait for them.
"""

from __future__ import annotations

import re

from intake_fn.core.errors import Undeliverable
from intake_fn.texts import gettext

LONGEST = 254
"""Characters of an address (RFC 5321)."""

PLAINEST = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@"
    r"(?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)\.){1,4}(?!(?:arpa|invalid|local|localhost|onion|test)$)[a-z]{2,20}"
)
"""Good beyond doubt, and sent to as they stand; a test holds them to the library."""


def sendable(address: str) -> str:
    """The address as a mail service takes it. Raises Undeliverable that says what is wrong with it."""
    mail_address, why = _read(address)
    if why:
        raise Undeliverable(f"{address!r} is not an address that mail can be sent to: {why}")
    return mail_address


def wrong_with(address: str) -> str:
    """What is wrong with an address, for who typed it; "" for one that mail can be sent to."""
    why = fault_of(address)
    if not why:
        return ""
    wrong = gettext("This doesn't look like an e-mail address: %(why)s It should read like name@company.com.")
    return wrong % {"why": why}


def fault_of(address: str) -> str:
    """What is wrong with an address, and nothing else, as a sentence; "" for one that mail can be sent to."""
    return _read(address)[1]


def _read(address: str) -> tuple[str, str]:
    """The address as a mail service takes it, and "", or what is wrong with it, as a sentence."""
    if len(address) <= LONGEST and PLAINEST.fullmatch(address):
        return address, ""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see the first lines

    if len(address) > LONGEST:
        return "", gettext("it has %(length)s characters, and at most %(limit)s fit.") % {
            "length": f"{len(address):,}",
            "limit": LONGEST,
        }
    try:
        validated = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        return "", "".join(sign if sign.isprintable() else "\ufffd" for sign in str(error)).rstrip(".") + "."
    except (UnicodeError, ValueError):  # half a character, or a host that the library cannot read
        return "", gettext("it holds characters that none has.")
    return str(validated.ascii_email), ""


def ascii_host(host: str) -> str:
    """A host in small letters, in the ASCII form in which it is looked up. Raises ValueError when it has none."""
    if host.isascii():
        return host.lower()
    import idna  # noqa: PLC0415 - see the first lines

    return idna.encode(host, uts46=True).decode().lower()
