"""A notice as a mail: its letter, the headers that mail programs go by, what goes together, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from intake_fn.core.addresses import ascii_host
from intake_fn.core.case import Case
from intake_fn.core.errors import Broken, Deferred, OutcomeUnknown, Refused, SpecdeskError, TryLater, Undeliverable
from intake_fn.core.events import MailFailed, NoticesBundled, NoticeSkipped
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_throttle import mailbox, throttled
from intake_fn.core.notes import FAILURES, SPECDESK
from intake_fn.core.notices import NOTICES, RenderMail, bundle, values_of
from intake_fn.core.process import MailIdentity, Process
from intake_fn.core.sla_alerts import deferred_until, is_obsolete
from intake_fn.core.unassigned import addressed, gone_away
from intake_fn.core.vocabulary import Failure
from intake_fn.desk.change import ATTEMPTS
from intake_fn.desk.outbox import LEASE_SECONDS, deliverable, error_text, record
from intake_fn.ports import Links, Mail, OutboxItem, SuppressedAddress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake_fn.desk import Desk

log = structlog.get_logger()

PUT_OFF = "Put off: "
"""How the reason begins that stands with an item which waits because there were too many mails."""

OUT_OF_HOURS = "It waits for the working hours of its level."
"""The reason that stands with a notice about a due time which is held up until somebody is at work."""

ITEM = "X-Specdesk-Item"
"""The header that names the outbox item a mail was sent for."""


def mail_of(notice: SendNotice, item_id: str, case: Case, process: Process, links: Links, render: RenderMail) -> Mail:
    """The mail that an outbox item asks for, as the case stands."""
    values = values_of(notice, case, process, links.status(case.id), links.desk(case.id))
    subject, text, html = render(values)
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
    return ascii_host(identity.address.rpartition("@")[2])


def notice_of(item: OutboxItem, case: Case, process: Process) -> SendNotice | None:
    """The notice that an item asks for, to whom it has to go by now; None when it has lost its cause."""
    if not isinstance(item.intent, SendNotice) or is_obsolete(item.intent, case, process):
        return None
    return addressed(item.intent, case, process)


def goes_with(one: SendNotice, other: SendNotice) -> bool:
    """Whether two notices may be told in one mail: to one person, in the same part."""
    known = one.notice in NOTICES and other.notice in NOTICES
    return known and NOTICES[one.notice] is NOTICES[other.notice] and mailbox(one.to) == mailbox(other.to)


# --- sending ---------------------------------------------------------------------------------


LOOK = "Ask whether it came, or try again to send it once more."


def asked(desk: Desk, item: OutboxItem, case: Case) -> SendNotice | None:
    """The notice that is to be sent now; None when there is none any more. Raises Deferred when it has to wait."""
    notice = notice_of(item, case, desk.process)
    if notice is None:
        log.info("notice_outlived", item=item.id)
        desk.outbox.finish(item)
        return None
    mark = desk.mail_state.suppression(mailbox(notice.to))
    if why := mark.why if mark else gone_away(notice.to, desk.process):
        event = NoticeSkipped(at=desk.clock(), actor=SPECDESK, to=notice.to, notice=notice.notice, why=why)
        record(desk, item, case, event)
        return None
    until = deferred_until(notice, case, desk.process, desk.clock())
    if until:
        raise Deferred(OUT_OF_HOURS, until)
    _pace(desk, item, notice)
    return notice


def send(desk: Desk, item: OutboxItem, case: Case, notice: SendNotice) -> None:
    """Send a notice, and with it those that were put off for the same person."""
    notices, others = [notice], []
    try:
        if item.last_error.startswith(PUT_OFF):
            for other, asked in _put_off_with(desk, item, notice, case):
                notices.append(asked)
                others.append(other)
        said = bundle(notices) if others else notice
        mail = mail_of(said, item.id, case, desk.process, desk.links, desk.render_mail)
    except Exception:
        _release(desk, others)
        raise
    try:
        _send(desk, mail, others)
    except Undeliverable as error:
        _cannot_reach(desk, item, case, notice, error)
        return
    try:
        if others:
            names = tuple(one.notice for one in notices)
            record(desk, item, case, NoticesBundled(at=desk.clock(), actor=SPECDESK, to=notice.to, notices=names))
        for one in (item, *others):
            desk.outbox.finish(one)
    except Exception as error:
        raise OutcomeUnknown(f"It was sent, which could not be written down. {LOOK}") from error


def _cannot_reach(desk: Desk, item: OutboxItem, case: Case, notice: SendNotice, error: Undeliverable) -> None:
    """An address that takes no mail: as after a bounce nothing more goes there, and the Help Desk is told.

    It is the address's fault alone, so nothing is given up and everybody else's mail goes on.
    """
    failure = Failure.UNDELIVERABLE
    why = f"Mail to {notice.to} {FAILURES[failure]}. {error}"
    desk.mail_state.suppress(SuppressedAddress(mailbox(notice.to), why, desk.clock(), case.id))
    event = MailFailed(
        at=desk.clock(), actor=SPECDESK, to=notice.to, failure=failure, detail=str(error), report=item.id
    )
    record(desk, item, case, event)


def _pace(desk: Desk, item: OutboxItem, notice: SendNotice) -> None:
    """Take a place among the mails of this hour. Raises Deferred when there is none (core/mail_throttle.py)."""
    to, most = mailbox(notice.to), desk.process.mail.per_hour
    for _ in range(ATTEMPTS):
        before = desk.mail_state.throttle(item.case_id, to)
        after, until = throttled(before, item.id, desk.clock(), most, waited=item.last_error.startswith(PUT_OFF))
        if after != before and not desk.mail_state.save_throttle(item.case_id, to, before, after):
            continue
        if until:
            why = f"{notice.to} has had {most} mails about {item.case_id} within an hour; the rest goes as one."
            raise Deferred(f"{PUT_OFF}{why}", until)
        return
    raise TryLater(f"Too many mails about {item.case_id} go at once. It is tried again.")


def _put_off_with(
    desk: Desk, item: OutboxItem, notice: SendNotice, case: Case
) -> Iterator[tuple[OutboxItem, SendNotice]]:
    """Other notices that were put off, go to the same person and may go by now, each under a lease."""
    for other in deliverable(desk, case.id)[0]:
        if other.id == item.id or other.leased or not other.last_error.startswith(PUT_OFF):
            continue
        asked = notice_of(other, case, desk.process)
        if asked and goes_with(notice, asked) and desk.outbox.lease(other, desk.clock(), LEASE_SECONDS):
            yield other, asked


def _release(desk: Desk, items: Sequence[OutboxItem]) -> None:
    """Nothing was done about them: they are as they were."""
    for item in items:
        desk.outbox.postpone(item, desk.clock(), item.last_error)


def _send(desk: Desk, mail: Mail, others: Sequence[OutboxItem]) -> None:
    """Send a mail once. SES can't be asked what it has sent, so what may have been sent is not sent again (R29).

    Then the leases of the `others` in it just end, and they are given up as cut off (`_attempt`).
    """
    try:
        desk.mailer.send(mail)
    except (TryLater, Refused, Broken):  # it was not sent
        _release(desk, others)
        raise
    except Exception as error:
        if not isinstance(error, SpecdeskError):
            log.exception("mail_failed_unexpectedly", item=mail.item)
        raise OutcomeUnknown(f"It may have been sent or not: {error_text(error)} {LOOK}") from error
