"""A notice as a mail: what core/notices.py says, the headers that mail programs go by, and what goes together."""

from __future__ import annotations

from intake_fn.core.alarms import addressed, outlived
from intake_fn.core.case import Case, SendNotice
from intake_fn.core.mailing import mailbox
from intake_fn.core.notices import NOTICES, render
from intake_fn.core.process import MailIdentity, Process
from intake_fn.ports import Links, Mail, OutboxItem

PUT_OFF = "Put off: "
"""How the reason begins that stands with an item which waits because there were too many mails."""

OUT_OF_HOURS = "It waits for the working hours of its level."
"""The reason that stands with a notice about a due time which is held up until somebody is at work."""

ITEM = "X-Specdesk-Item"
"""The header that names the outbox item a mail was sent for."""


def mail_of(notice: SendNotice, item_id: str, case: Case, process: Process, links: Links) -> Mail:
    """The mail that an outbox item asks for, as the case stands."""
    subject, text, html = render(notice, case, process, links.status(case.id), links.desk(case.id))
    return Mail(notice.to, subject, text, html, headers(case.id, item_id, process.mail), item_id)


def headers(case_id: str, item_id: str, identity: MailIdentity) -> dict[str, str]:
    """Headers that keep all mails of a request in one thread, and auto-replies away from it (RFC 3834, RFC 5322).

    SES writes a Message-ID of its own on every mail, so no mail can refer to the one before it. All refer to a
    first one that was never sent, whose id follows from the request's number alone: mail programs put mails with
    the same root into one thread, whether or not they have the root.
    """
    root = f"<{case_id.lower()}@{_domain(identity)}>"
    return {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "References": root,
        "In-Reply-To": root,
        ITEM: item_id,
    }


def _domain(identity: MailIdentity) -> str:
    """The domain of our address, as headers take it."""
    return identity.address.rpartition("@")[2].lower().encode("idna").decode()


def notice_of(item: OutboxItem, case: Case, process: Process) -> SendNotice | None:
    """The notice that an item asks for, to whom it has to go by now; None when it has lost its cause."""
    if not isinstance(item.intent, SendNotice) or outlived(item.intent, case, process):
        return None
    return addressed(item.intent, case, process)


def goes_with(one: SendNotice, other: SendNotice) -> bool:
    """Whether two notices may be told in one mail: to one person, in the same part."""
    known = one.notice in NOTICES and other.notice in NOTICES
    same_part = known and NOTICES[one.notice].audience is NOTICES[other.notice].audience
    return same_part and mailbox(one.to) == mailbox(other.to)
