"""Which request a mail belongs to: what it names is looked up, the surest first (core/inbound/threads.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.errors import Unknown, Unreadable
from intake_fn.core.inbound import threads
from intake_fn.core.inbound.decide import colleague, is_confirmed
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.ports import Purpose
from intake_fn.texts import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.desk.needs import TakingMail

THEIRS = "theirs:"
"""Before the Message-ID of a mail that somebody sent us: others may know it, or write it on a mail of theirs."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The request that a mail joins, and why; or the one that it may belong to, which it does not join."""

    case_id: str = ""
    why: Message | None = None
    may_belong: str = ""


def thread_of(desk: TakingMail, mail: InboundMail) -> Thread:
    """Where a mail belongs. Raises TryLater."""
    ours = addresses_of(desk)
    for case in _by_tokens(desk, mail, ours):
        return Thread(case.id, message("mail.by-token"))
    for case in _by_messages(desk, mail):
        return Thread(case.id, message("mail.by-message"))
    for case in _by_pages(desk, mail):
        return Thread(case.id, message("mail.by-token"))
    may_belong = ""
    for case in _known(desk, _named(desk, mail)):
        if belongs(case, mail, desk):
            return Thread(case.id, message("mail.by-number"))
        may_belong = may_belong or case.id
    if case_id := _by_issue(desk, mail):
        return case_id
    return Thread(may_belong=may_belong)


def bounced_case(desk: TakingMail, mail: InboundMail) -> Case | None:
    """The request whose mail came back; None where nothing in the report proves that it was one of ours."""
    tokens = threads.enclosed_tokens(mail, addresses_of(desk))
    for case in _known(desk, _verified(desk, tokens)):
        return case
    for case in _known(desk, (desk.inbound.case_of_message(one) for one in known_forms(mail.enclosed_ids))):
        return case
    return None


def belongs(case: Case, mail: InboundMail, desk: TakingMail) -> bool:
    """Whether the sender of a mail has to do with a request: its requester, in copy, or surely of the Help Desk."""
    if mail.sender is None:
        return False
    box = mailbox(mail.sender.address)
    if box == mailbox(case.request.requester.email) or box in case.copies:
        return True
    return colleague(mail, desk.process) is not None and is_confirmed(mail)


def addresses_of(desk: TakingMail) -> frozenset[str]:
    """The addresses that our mail comes from and is answered at."""
    return frozenset(map(mailbox, (desk.process.mail.address, desk.process.mail.reply_to)))


def known_forms(message_ids: tuple[str, ...]) -> Iterator[str]:
    """Identifiers as they are kept: whole, and what SES drew of one, as the domain behind it differs by region."""
    for message_id in message_ids:
        yield message_id
        yield message_id.partition("@")[0]


def _by_tokens(desk: TakingMail, mail: InboundMail, ours: frozenset[str]) -> Iterator[Case]:
    return _known(desk, _verified(desk, threads.tokens(mail, ours)))


def _by_messages(desk: TakingMail, mail: InboundMail) -> Iterator[Case]:
    return _known(desk, (desk.inbound.case_of_message(one) for one in known_forms(mail.references)))


def _by_pages(desk: TakingMail, mail: InboundMail) -> Iterator[Case]:
    """The cases of links of our mails in the quoted text."""
    purposes = {"status": Purpose.STATUS, "copies": Purpose.COPY}

    def opened() -> Iterator[str]:
        for kind, token in threads.page_tokens(mail):
            try:
                yield desk.links.verify(purposes[kind], token.rstrip(".")).partition("/")[0]
            except Unknown:
                continue

    return _known(desk, opened())


def _named(desk: TakingMail, mail: InboundMail) -> Iterator[str]:
    """The ids of requests by requesters' mails that it refers to, and by the numbers in its subject and its thread."""
    for reference in mail.references:
        yield desk.inbound.case_of_message(f"{THEIRS}{reference}")
    yield from threads.numbers(mail)


def _by_issue(desk: TakingMail, mail: InboundMail) -> Thread | None:
    """The request of the issue that an engineer's mail names."""
    if colleague(mail, desk.process) is None:
        return None
    for number in threads.issues(mail):
        if case_id := desk.cases.find_issue(number):
            return Thread(case_id, message("mail.by-issue", number=number))
    return None


def _verified(desk: TakingMail, tokens: Iterator[str]) -> Iterator[str]:
    for token in tokens:
        try:
            yield desk.links.case_of_mail_token(token)
        except Unknown:
            continue


def _known(desk: TakingMail, case_ids: Iterator[str]) -> Iterator[Case]:
    """The cases of some ids that are there and can be read."""
    for case_id in dict.fromkeys(filter(None, case_ids)):
        try:
            case = desk.cases.load(case_id)
        except (Unknown, Unreadable):
            continue
        if not case.erased:  # nobody is its requester any more: what comes is a new request
            yield case
