"""The intent SendNotice, carried out: a notice is mailed once, throttled, and bundled with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Broken, Deferred, OutcomeUnknown, Refused, SpecdeskError, TryLater, Undeliverable
from intake_fn.core.events import NoticesBundled, NoticeSkipped, RequesterReplied
from intake_fn.core.figures.records import SentMail
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_settings import turned_off
from intake_fn.core.mail_throttle import (
    DAY,
    MOST_OF_REPLIES,
    MOST_RECEIPTS,
    RECEIPTS,
    counted_within,
    mailbox,
    throttled,
)
from intake_fn.core.names import SPECDESK
from intake_fn.core.notices import NOTICES, Audience, bundle
from intake_fn.core.request import Channel
from intake_fn.core.requester_events import LevelInformed
from intake_fn.core.sla_alerts import deferred_until
from intake_fn.core.unassigned import former_recipient
from intake_fn.core.vocabulary import Postponed
from intake_fn.desk.change import ATTEMPTS
from intake_fn.desk.mail import goes_with, mail_of, notice_of
from intake_fn.desk.outbox import LEASE_SECONDS, deliverable, error_text, record
from intake_fn.desk.suppression_list import suppress_undeliverable
from intake_fn.texts import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake_fn.core.case import Case
    from intake_fn.core.intents import SendNotice
    from intake_fn.desk.needs import Mailing
    from intake_fn.ports import Mail, OutboxItem, Recipient
    from intake_fn.texts import Message

RECEIPT = "receipt"
LOOK = "Ask whether it came, or try again to send it once more."


@dataclass(frozen=True, slots=True)
class Ready:
    """A notice that is to be sent now, and who of its level is told by it that a request has come there."""

    notice: SendNotice
    informed: tuple[str, ...] = ()


def prepare(desk: Mailing, item: OutboxItem, case: Case) -> Ready | None:
    """What is to be sent now; None when there is nothing any more. Raises Deferred when it has to wait.

    What the store knows of the people is read at once.
    """
    notice = notice_of(item, case, desk.process)
    if notice is None:
        log.info("notice_outlived", item=item.id)
        desk.outbox.finish(item)
        return None
    requester = case.request.requester
    if not notice.to:
        nobody = message("skipped.no-address", account=requester.account or requester.name)
        _skip(desk, item, case, notice, nobody)
        return None
    others = {name: mailbox(desk.process.people[name].address) for name in _others_of_the_level(desk, notice, case)}
    recipient = desk.mail_state.recipient(case.id, mailbox(notice.to), others.values())
    if why := _why_not(desk, notice, case, recipient):
        _skip(desk, item, case, notice, why)
        return None
    until = deferred_until(notice, case, desk.process, desk.clock())
    if until:
        raise Deferred("It waits for the working hours of its level.", until, Postponed.OUT_OF_HOURS)
    _throttle(desk, item, notice, recipient)
    if why := _capped(desk, item, notice, case):
        _skip(desk, item, case, notice, why)
        return None
    wanting = (name for name, other in others.items() if recipient.others[other].level)
    return Ready(notice, tuple(wanting))


def _skip(desk: Mailing, item: OutboxItem, case: Case, notice: SendNotice, why: Message) -> None:
    """Record why a notice is not mailed; an issue's creator without an address is named by their account."""
    to = notice.to or case.request.requester.account
    record(desk, item, case, NoticeSkipped(at=desk.clock(), actor=SPECDESK, to=to, notice=notice.notice, why=why))


def _why_not(desk: Mailing, notice: SendNotice, case: Case, recipient: Recipient) -> Message | None:
    """Why nothing is mailed to an address; None when it is."""
    suppressed = recipient.suppressed
    if why := suppressed.why if suppressed else former_recipient(notice.to, desk.process):
        return why
    return turned_off(notice, case, recipient.settings)


def _capped(desk: Mailing, item: OutboxItem, notice: SendNotice, case: Case) -> Message | None:
    """Why a mail is not sent that somebody's mail causes; None where it is sent.

    Programs that answer each other's mails would do so for ever. What a mail causes is counted by its recipient for a
    day: receipts for all requests by mail together, news of replies by mail for each request (R6).
    """
    about = notice.fields.get("about", "")
    event = case.history[int(about) - 1] if about.isdecimal() else None
    if notice.notice == RECEIPT and case.request.channel is Channel.MAIL:
        counter, most = RECEIPTS, MOST_RECEIPTS
    elif isinstance(event, RequesterReplied) and event.mail and NOTICES.get(notice.notice) is Audience.COPY:
        counter, most = f"{item.case_id}/replies", MOST_OF_REPLIES
    else:
        return None
    to = mailbox(notice.to)
    for _ in range(ATTEMPTS):
        before = desk.mail_state.throttle(counter, to)
        after = counted_within(before, item.id, desk.clock(), most, DAY)
        if after is None:
            return message("skipped.capped", to=notice.to, most=most)
        if after == before or desk.mail_state.save_throttle(counter, to, before, after):
            return None
    raise TryLater(f"Too many mails to {notice.to} go at once. It is tried again.")


def _throttle(desk: Mailing, item: OutboxItem, notice: SendNotice, recipient: Recipient) -> None:
    """Count the mail among those of this hour. Raises Deferred where there are too many (core/mail_throttle.py)."""
    to, most = mailbox(notice.to), desk.process.mail.per_hour
    for attempt in range(ATTEMPTS):
        before = desk.mail_state.throttle(item.case_id, to) if attempt else recipient.throttle
        after, until = throttled(before, item.id, desk.clock(), most, waited=item.postponed is Postponed.THROTTLED)
        if after != before and not desk.mail_state.save_throttle(item.case_id, to, before, after):
            continue
        if until:
            why = f"{notice.to} has had {most} mails about {item.case_id} within an hour; the rest goes as one."
            raise Deferred(why, until, Postponed.THROTTLED)
        return
    raise TryLater(f"Too many mails about {item.case_id} go at once. It is tried again.")


def send(desk: Mailing, item: OutboxItem, case: Case, ready: Ready) -> None:
    """Send a notice, with those that the throttle deferred for its reader. Raises OutcomeUnknown, TryLater, Broken."""
    notice = ready.notice
    notices, others = [notice], []
    try:
        if item.postponed is Postponed.THROTTLED:
            for other, other_notice in _deferred_with(desk, item, notice, case):
                notices.append(other_notice)
                others.append(other)
        whole = bundle(notices) if others else notice
        version = desk.judged_by_version(case)
        mail = mail_of(whole, item.id, case, desk.process, desk.links, desk.render_mail, version)
    except Exception:
        _release(desk, others)
        raise
    try:
        _send(desk, mail, others)
    except Undeliverable as error:  # the address alone is at fault: no dead letter, and other mail goes on
        record(desk, item, case, suppress_undeliverable(desk, notice.to, error, case, item.id))
        return
    try:
        if others:
            names = tuple(notice.notice for notice in notices)
            record(desk, item, case, NoticesBundled(at=desk.clock(), actor=SPECDESK, to=notice.to, notices=names))
        elif ready.informed:
            record(desk, item, case, LevelInformed(at=desk.clock(), actor=SPECDESK, people=ready.informed))
        desk.outbox.finish_mailed(item, SentMail(item.id, desk.clock(), whole.notice))
        for other in others:
            desk.outbox.finish(other)
    except Exception as error:
        raise OutcomeUnknown(f"It was sent, which could not be written down. {LOOK}") from error


def _others_of_the_level(desk: Mailing, notice: SendNotice, case: Case) -> Iterator[str]:
    """Who may want to be told that a request has come to their level, beside its assignee."""
    if notice.notice == "assigned":
        yield from (name for name in desk.process.level(case.level).resources if name != case.handler)


def _deferred_with(
    desk: Mailing, item: OutboxItem, notice: SendNotice, case: Case
) -> Iterator[tuple[OutboxItem, SendNotice]]:
    """Other notices that were throttled, go to the same person and are due, each under a lease."""
    for other in deliverable(desk.outbox.items_of(case.id), desk.clock())[0]:
        if other.id == item.id or other.leased or other.postponed is not Postponed.THROTTLED:
            continue
        other_notice = notice_of(other, case, desk.process)
        if other_notice and goes_with(notice, other_notice) and desk.outbox.lease(other, desk.clock(), LEASE_SECONDS):
            yield other, other_notice


def _release(desk: Mailing, items: Sequence[OutboxItem]) -> None:
    """Free the items: nothing was done about them, and they are due again."""
    for item in items:
        desk.outbox.postpone(item, desk.clock(), item.last_error, Postponed.THROTTLED)


def _send(desk: Mailing, mail: Mail, others: Sequence[OutboxItem]) -> None:
    """Send a mail once. SES can't be asked what it has sent, so what may have been sent is not sent again (R29).

    Then the leases of the `others` in it just end, and they become dead letters as cut off (dispatcher.once).
    """
    try:
        message_id = desk.mailer.send(mail)
    except (TryLater, Refused, Broken):  # it was not sent
        _release(desk, others)
        raise
    except Exception as error:
        if not isinstance(error, SpecdeskError):
            log.exception("mail_failed_unexpectedly", item=mail.item)
        raise OutcomeUnknown(f"It may have been sent or not: {error_text(error)} {LOOK}") from error
    try:
        desk.inbound.remember_message(message_id, mail.item.partition("#")[0])
    except Exception:  # it was sent: its answers are known by their token, and nearly all have one
        log.exception("message_id_not_kept", item=mail.item)
