"""Mail that comes in: kept as it is before anything is parsed, then taken in; each mail comes to one named end.

    keep ─► raw bytes at mail-in/ID ─► take ─► record (waiting) ─► parse ─► decide ─► carry out ─► record (its end)

`take` may be cut off anywhere and run again: what is decided for a mail is stored under the fingerprint of what it
says before anything is done, and doing it twice does nothing more. So a mail that is delivered many times, at once
or later, does what it does once (R3, R4).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import Refused, Stale, TryLater, Unknown
from intake_fn.core.inbound.fingerprint import fingerprint_of
from intake_fn.core.inbound.record import MOST_ATTEMPTS, MailDecision, MailOutcome, MailRecord
from intake_fn.desk.change import ATTEMPTS
from intake_fn.texts import message

if TYPE_CHECKING:
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.desk.needs import TakingMail

ARRIVED = "mail-in/"
"""Where raw mails wait in the file store: SES puts them there under its own id, `keep` under their digest."""
KEPT = "mail/"
"""Where raw mails are kept that came to their end, under the same name."""

RAW_TYPE = "message/rfc822"

ATTEMPT = timedelta(seconds=20)
"""What begins sooner after an attempt is the same one, delivered more than once at a time."""

log = structlog.get_logger()


def keep(desk: TakingMail, raw: bytes) -> str:
    """Keep a raw mail before anything else is tried; returns its id. The same bytes again are the same mail.

    Raises TryLater: then it is not kept, and whoever sends it has to keep it.
    """
    mail_id = hashlib.sha256(raw).hexdigest()[:40]
    desk.files.put(f"{ARRIVED}{mail_id}", raw, RAW_TYPE)
    return mail_id


def take(desk: TakingMail, mail_id: str) -> MailRecord:
    """Take in a mail that is kept; returns its record as it then stands. Any number of times does the same as once.

    Raises Unknown where no such mail is kept, and TryLater where it could not be taken in just now: it is kept, and
    the sweep takes it up. After MOST_ATTEMPTS it waits for a person, whatever went wrong.
    """
    record = _begun(desk, mail_id)
    if record.outcome is not MailOutcome.WAITING:
        desk.files.delete(f"{ARRIVED}{mail_id}")
        return record
    if record.attempts > MOST_ATTEMPTS:
        return _finished(desk, record, MailDecision(MailOutcome.QUARANTINED, message("mail.attempts")))
    try:
        mail = desk.read_mail(raw_of(desk, record))
        described = _described(record, mail)
        decision = desk.inbound.decide(described.fingerprint, replace(_decision(desk, mail), first=mail_id))
        return _finished(desk, described, _carried_out(desk, mail, described, decision))
    except TryLater:
        raise
    except Exception as error:
        log.exception("mail_failed", mail=mail_id)
        raise TryLater(f"The mail {mail_id} could not be taken in. It is kept, and tried again.") from error


def sweep_mail(desk: TakingMail, limit: int = 25) -> int:
    """Take in mails that are kept and not finished; how many were. Each is by itself: trouble with one stops none."""
    done = 0
    for key in desk.files.keys(ARRIVED, limit):
        try:
            take(desk, key.removeprefix(ARRIVED))
            done += 1
        except (TryLater, Unknown) as error:
            log.warning("mail_waits", mail=key, error=str(error))
    return done


def raw_of(desk: TakingMail, record: MailRecord) -> bytes:
    """The raw bytes of a mail. Raises Unknown when they are kept no more, TryLater."""
    with suppress(Unknown):
        return desk.files.get(record.key)
    return desk.files.get(f"{ARRIVED}{record.id}")


def release(desk: TakingMail, mail_id: str, actor: str) -> MailRecord:
    """Take in a mail that waits for a person, now that they say that nothing is wrong with it.

    Raises Refused when it does not wait, Stale when somebody else was faster, TryLater.
    """
    record = _waiting_for_a_person(desk, mail_id)
    mail = desk.read_mail(raw_of(desk, record))
    described = _described(record, mail)
    decision = replace(_decision(desk, mail, released=True), first=record.id)
    desk.inbound.decide(described.fingerprint, decision, anew=True)
    return _reviewed(desk, record, described, _carried_out(desk, mail, described, decision), actor)


def reject(desk: TakingMail, mail_id: str, actor: str, reason: str) -> MailRecord:
    """Set a mail aside that waits for a person; it stays kept. Raises Refused when it does not wait, Stale."""
    record = _waiting_for_a_person(desk, mail_id)
    if not reason.strip():
        raise Refused("Please give the reason: colleagues read it.")
    decision = MailDecision(MailOutcome.REJECTED, message("mail.rejected", reason=reason.strip()))
    return _reviewed(desk, record, record, decision, actor)


def _begun(desk: TakingMail, mail_id: str) -> MailRecord:
    """The record of a mail, with one more attempt. Raises Unknown where no such mail is kept."""
    now = desk.clock()
    try:
        record = desk.inbound.mail(mail_id)
    except Unknown:
        raw = desk.files.get(f"{ARRIVED}{mail_id}")
        record = MailRecord(
            id=mail_id,
            key=f"{ARRIVED}{mail_id}",
            received_at=now,
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
            attempts=1,
            attempted_at=now,
        )
        return record if desk.inbound.add_mail(record) else desk.inbound.mail(mail_id)
    if record.outcome is MailOutcome.WAITING and (record.attempted_at is None or now - record.attempted_at >= ATTEMPT):
        again = replace(record, attempts=record.attempts + 1, attempted_at=now)
        return again if desk.inbound.save_mail(record, again) else desk.inbound.mail(mail_id)
    return record


def _described(record: MailRecord, mail: InboundMail) -> MailRecord:
    """The record with what the mail says of itself."""
    sender = mail.senders[0] if mail.senders else None
    return replace(
        record,
        sender=sender.address if sender else "",
        name=sender.name if sender else "",
        subject=mail.subject,
        message_id=mail.message_id,
        fingerprint=fingerprint_of(mail),
    )


def _decision(desk: TakingMail, mail: InboundMail, *, released: bool = False) -> MailDecision:
    """What is to become of a mail."""
    del desk, mail, released
    return MailDecision(MailOutcome.QUARANTINED, message("mail.unread"))


def _carried_out(desk: TakingMail, mail: InboundMail, record: MailRecord, decision: MailDecision) -> MailDecision:
    """Do what was decided, once for its fingerprint; returns the decision with the request that it made."""
    del desk, mail, record
    return decision


def _finished(desk: TakingMail, record: MailRecord, decision: MailDecision) -> MailRecord:
    """Write down how a mail ended, and move its bytes to where they stay."""
    desk.files.put(f"{KEPT}{record.id}", raw_of(desk, record), RAW_TYPE)
    for _ in range(ATTEMPTS):
        before = desk.inbound.mail(record.id)
        if before.outcome is not MailOutcome.WAITING:
            after = before
            break
        after = _ended(desk, before, record, decision)
        if desk.inbound.save_mail(before, after):
            break
    else:
        raise TryLater(f"The record of the mail {record.id} is changing too fast. It is tried again.")
    desk.files.delete(f"{ARRIVED}{record.id}")
    return after


def _ended(desk: TakingMail, before: MailRecord, described: MailRecord, decision: MailDecision) -> MailRecord:
    """The record of a mail that came to its end."""
    return replace(
        before,
        key=f"{KEPT}{before.id}",
        sender=described.sender,
        name=described.name,
        subject=described.subject,
        message_id=described.message_id,
        fingerprint=described.fingerprint,
        outcome=decision.outcome,
        reason=decision.reason,
        case_id=decision.case_id,
        same_as=decision.first if decision.first != before.id else "",
        finished_at=desk.clock(),
    )


def _waiting_for_a_person(desk: TakingMail, mail_id: str) -> MailRecord:
    record = desk.inbound.mail(mail_id)
    if not record.needs_a_person:
        raise Refused("This mail waits for nobody. Open it again to see what became of it.")
    return record


def _reviewed(
    desk: TakingMail, before: MailRecord, described: MailRecord, decision: MailDecision, actor: str
) -> MailRecord:
    after = replace(_ended(desk, before, described, decision), reviewed_by=actor)
    if not desk.inbound.save_mail(before, after):
        raise Stale("Somebody else has just reviewed this mail. Open it again.")
    return after
