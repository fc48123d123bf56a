"""How a mail names the request that it belongs to, the surest way first. Pure.

| it names                                            | whoever sends it | because                                   |
|-----------------------------------------------------|------------------|-------------------------------------------|
| a token, in an address, an identifier or a link     | joins            | only who had a mail of the request has it |
| a mail of ours by its Message-ID                    | joins            | the same: SES draws it                    |
| a mail that a requester sent                        | joins as its own | others may know it                        |
| a number, in the subject or in the root of a thread | joins as its own | anybody may be told it                    |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from intake_fn.core.inbound.quoting import above_forwarded
from intake_fn.core.request_id import AS_TYPED, typed

if TYPE_CHECKING:
    from intake_fn.core.inbound.mail import InboundMail

ROOT = re.compile(r"(hd-[0-9a-z]{4}-[0-9a-z]{4})(?:\.([0-9a-z]{10,60}))?@.+", re.IGNORECASE)
"""The identifier of a mail that was never sent, to which all mails of a request refer (desk/mail.py)."""
PAGE = re.compile(r"/(status|copies)/([A-Za-z0-9_=.\-]{20,600})")
NUMBER = re.compile(rf"(?<![0-9A-Z-]){AS_TYPED}(?![0-9A-Z-])", re.IGNORECASE)
OF_MANTIS = (
    r"(?:#|\bmantis(?:bt)?(?: (?:issue|bug|ticket))?(?: (?:no\.?|nr\.?|number))? ?#? ?|^0{2,}|view\.php\?id=)"
    r"0*(\d{1,7})\b|\[[^\]\n]{1,60} 0*(\d{1,7})\]"
)
"""How an issue is named so that nothing else can be meant: with Mantis's name, or as in its subjects and links."""
IN_MANTIS = re.compile(OF_MANTIS, re.IGNORECASE)
ISSUE = re.compile(
    rf"{OF_MANTIS}|\b(?:issue|bug)(?: (?:no\.?|nr\.?|number))? ?#? ?0*(\d{{1,7}})\b"
    r"(?!\s*(?:%|times?\b|x\b|(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b))",
    re.IGNORECASE,
)
"""The same, and how colleagues speak of one; no number of days or times."""

MOST = 20
READ = 200_000
"""Characters of a text in which links are looked for."""


def tokens(mail: InboundMail, ours: frozenset[str]) -> Iterator[str]:
    """The tokens of addresses of ours that it was sent to, of identifiers that it refers to, and in its text."""
    addresses = [one.address for one in (*mail.to, *mail.cc)]
    yield from _of_addresses(addresses, ours)
    for reference in mail.references:
        found = ROOT.fullmatch(reference)
        if found and found[2]:
            yield found[2].lower()
    yield from _of_addresses(re.findall(r"[\w.+-]{1,64}@[\w.-]{1,255}", mail.text[:READ])[:MOST], ours)


def enclosed_tokens(mail: InboundMail, ours: frozenset[str]) -> Iterator[str]:
    """The tokens of the mails that a report encloses."""
    yield from _of_addresses(mail.enclosed_ids, ours)
    for one in mail.enclosed_ids:
        found = ROOT.fullmatch(one)
        if found and found[2]:
            yield found[2].lower()


def page_tokens(mail: InboundMail) -> list[tuple[str, str]]:
    """The kinds and tokens of our pages' links in its text."""
    return PAGE.findall(mail.text[:READ])[:MOST]


def numbers(mail: InboundMail) -> list[str]:
    """The numbers of requests in its subject, and in roots of threads that it refers to."""
    in_subject = [typed(found) for found in NUMBER.findall(mail.subject)]
    roots = [typed(found[1]) for reference in mail.references if (found := ROOT.fullmatch(reference))]
    return list(dict.fromkeys(filter(None, (*in_subject, *roots))))[:MOST]


def issues(mail: InboundMail) -> list[int]:
    """The numbers of issues in Mantis that an engineer's mail names: in its subject, else at its beginning.

    Of a mail that is passed on, only what the engineer wrote above it counts, and in the subject only a plain name:
    the rest is somebody else's words.
    """
    if mail.forwarded:
        found = IN_MANTIS.findall(mail.subject) or ISSUE.findall(above_forwarded(mail.reply, mail.subject)[:2_000])
    else:
        found = ISSUE.findall(mail.subject) or ISSUE.findall(mail.reply[:2_000])
    numbers = (int(number) for groups in found for number in groups if number)
    return list(dict.fromkeys(filter(None, numbers)))[:MOST]


def _of_addresses(addresses: list[str] | tuple[str, ...], ours: frozenset[str]) -> Iterator[str]:
    for address in addresses:
        name, _, host = address.lower().rpartition("@")
        base, plus, token = name.partition("+")
        if plus and f"{base}@{host}" in ours and token:
            yield token
