"""The request that a mail makes: who asks, where they sit, and what they say. Pure.

| who sends it                                     | requester | office                           |
|--------------------------------------------------|-----------|----------------------------------|
| a liaison                                        | they      | the office of the liaison        |
| an address or domain of an office in support.yml | they      | that office                      |
| anybody else                                     | they      | client; they are asked for which |

Of a client's mail that a person of the Help Desk forwards, the client is proposed as the requester (core/forwarded.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.inbound.decide import colleague, is_confirmed
from intake_fn.core.inbound.mail import MailAddress
from intake_fn.core.inbound.quoting import quotes
from intake_fn.core.inbound.summary import NUMBER, answers, summary_of
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process import CLIENT
from intake_fn.core.quarantine import known_domain
from intake_fn.core.request import Channel, Kind, Request, Requester
from intake_fn.texts import say

if TYPE_CHECKING:
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.process import Process

LONGEST_NAME = 100


def request_of(mail: InboundMail, process: Process) -> Request:
    """The request, as a bug report until its kind is guessed (desk/inbound_kind.py); its files are added later."""
    author, client = mail.senders[0], passed_on(mail, process)
    unnamed = say("mail.untitled", sender=author.name or author.address)
    text = asked(mail, process)
    return Request(
        kind=Kind.BUG,
        requester=requester_of(author, process),
        summary=summary_of(mail.subject, text, unnamed),
        description=text or instead_of_text(mail),
        channel=Channel.MAIL,
        on_behalf_of=requester_of(client, process) if client else None,
    )


def asked(mail: InboundMail, process: Process) -> str:
    """What a mail asks that makes a request: the thread below it, too, where that is others' and we never saw it."""
    written = mail.reply.strip() or mail.text.strip()
    name, _, host = process.mail.reply_to.casefold().rpartition("@")
    own = (process.mail.address.casefold(), f"{name}@{host}", f"{name}+")
    answers_others = bool(mail.references) or answers(mail.subject)
    is_ours = NUMBER.search(mail.subject) is not None or quotes(mail.text, own)
    return mail.text.strip() if answers_others and not is_ours else written


def instead_of_text(mail: InboundMail) -> str:
    """What stands where a mail shows no text."""
    return say("mail.text-unread" if mail.problems else "mail.no-text")


def requester_of(author: MailAddress, process: Process) -> Requester:
    """Who asks, with their office and company as support.yml knows them."""
    name = (author.name or author.address.partition("@")[0])[:LONGEST_NAME]
    domain = mailbox(author.address).rpartition("@")[2]
    office = office_of(author.address, process)
    company = "" if office != CLIENT else process.client_companies.get(domain, "")
    return Requester(name, author.address, office, company)


def office_of(address: str, process: Process) -> str:
    """The office of an address: of its liaison, by its mailbox, by its domain; else that of client companies."""
    box = mailbox(address)
    domain = box.rpartition("@")[2]
    for office in process.offices.values():
        liaison = process.people.get(office.liaison)
        if (liaison and mailbox(liaison.address) == box) or box in map(mailbox, office.mail):
            return office.id
    by_domain = (office.id for office in process.offices.values() if domain in office.mail)
    return next(by_domain, CLIENT)


def passed_on(mail: InboundMail, process: Process) -> MailAddress | None:
    """The client whose mail a person of the Help Desk passes on; None for any other mail.

    Only who is beyond doubt of the Help Desk may speak for a client, and only for one whose mail domain is known.
    """
    sender, client = mail.sender, mail.forwarded
    if not (sender and client and colleague(mail, process) and is_confirmed(mail)):
        return None
    box = mailbox(client.address)
    staff = {mailbox(person.address) for person in process.people.values()}
    known = known_domain(box, process.intake.quarantine)
    return client if known and box not in staff and not _is_ours(box, process) else None


def shortened(text: str, limit: int, file: str) -> str:
    """The beginning of a text that is too long, and where the rest is."""
    note = say("mail.cut", name=file)
    return f"{text[: limit - len(note) - 2]}\n\n{note}"


def _is_ours(box: str, process: Process) -> bool:
    return box in (mailbox(process.mail.address), mailbox(process.mail.reply_to))
