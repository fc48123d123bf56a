"""A notice as a mail: its letter, the headers that mail programs go by, and which notices go together."""

from __future__ import annotations

from intake_fn.core.addresses import ascii_host
from intake_fn.core.case import Case
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_settings import can_be_turned_off
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notices import NOTICES, Audience, MailLinks, RenderMail, values_of
from intake_fn.core.process import MailIdentity, Process
from intake_fn.core.sla_alerts import is_obsolete
from intake_fn.core.unassigned import readdressed
from intake_fn.ports import Links, Mail, OutboxItem

BOARD = "board"
"""The notice whose readers vote or comment: it leads to the Board's page of the request."""

ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program posts to the page of the settings when its reader presses "Unsubscribe" (RFC 8058)."""

ITEM = "X-Specdesk-Item"
"""The header that names the outbox item a mail was sent for."""


def mail_of(
    notice: SendNotice,
    item_id: str,
    case: Case,
    process: Process,
    links: Links,
    render: RenderMail,
    by_version: str = "",
) -> Mail:
    """The mail that an outbox item asks for, as the case stands; `by_version` as in `values_of`."""
    audience, box = NOTICES.get(notice.notice), mailbox(notice.to)
    of_desk = audience is Audience.HELP_DESK
    shown = MailLinks(
        status=links.copy(case.id, box) if audience is Audience.COPY else links.status(case.id),
        desk=links.board(case.id) if notice.notice == BOARD else links.desk(case.id),
        settings=links.desk_settings() if of_desk else links.mail_settings(case.id, box),
        form=links.form(case.id) if audience is Audience.REQUESTER else "",
    )
    subject, text, html = render(values_of(notice, case, process, shown, by_version))
    token = links.mail_token(case.id)
    about = headers(case.id, item_id, process.mail, token)
    if can_be_turned_off(notice.notice):
        about |= {"List-Unsubscribe": f"<{shown.settings}>", "List-Unsubscribe-Post": ONE_CLICK}
    answered_at = address_with(token, process.mail) if process.mail.plus_addresses else ""
    return Mail(notice.to, subject, text, html, about, item_id, reply_to=answered_at)


def address_with(token: str, identity: MailIdentity) -> str:
    """The address at which a mail about a request is answered: its token behind a plus sign (RFC 5233)."""
    name, _, host = identity.reply_to.rpartition("@")
    return f"{name}+{token}@{host}"


def headers(case_id: str, item_id: str, identity: MailIdentity, token: str = "") -> dict[str, str]:
    """Headers that keep all mails of a request in one thread, and auto-replies away from it (RFC 3834, RFC 5322).

    SES writes a Message-ID of its own on every mail, so no mail can refer to the one before it. All refer to a
    first one that was never sent, whose id follows from the request's number alone: mail programs put mails with
    the same root into one thread, whether or not they have the root. Before it stands one with the request's token,
    which comes back in what answers the mail.
    """
    root = f"<{case_id.lower()}@{_domain(identity)}>"
    signed = f"<{case_id.lower()}.{token}@{_domain(identity)}> " if token else ""
    return {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "References": f"{signed}{root}",
        "In-Reply-To": root,
        ITEM: item_id,
    }


def _domain(identity: MailIdentity) -> str:
    """The domain of our address, as headers take it."""
    return ascii_host(identity.address.rpartition("@")[2])


def notice_of(item: OutboxItem, case: Case, process: Process) -> SendNotice | None:
    """The notice of an item, addressed to its reader of now; None when its cause is gone."""
    if not isinstance(item.intent, SendNotice) or is_obsolete(item.intent, case, process):
        return None
    return readdressed(item.intent, case, process)


def goes_with(notice: SendNotice, other: SendNotice) -> bool:
    """Whether two notices may go in one mail: to one person, in the same part."""
    known = notice.notice in NOTICES and other.notice in NOTICES
    return known and NOTICES[notice.notice] is NOTICES[other.notice] and mailbox(notice.to) == mailbox(other.to)
