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

from intake_fn import log
from intake_fn.core.attachments import Selection
from intake_fn.core.errors import Refused, Stale, TryLater, Unknown
from intake_fn.core.events import Event, Noted, RequesterReplied
from intake_fn.core.inbound.colleagues import Act, meant
from intake_fn.core.inbound.decide import colleague, turned_away
from intake_fn.core.inbound.files import accepted
from intake_fn.core.inbound.fingerprint import fingerprint_of
from intake_fn.core.inbound.mail import MailAddress, MailFile
from intake_fn.core.inbound.record import MOST_ATTEMPTS, MailDecision, MailOutcome, MailRecord
from intake_fn.core.inbound.request import asked, instead_of_text, request_of, shortened
from intake_fn.core.inbound.thanks import only_thanks
from intake_fn.core.mail_throttle import DAY, RECEIPTS, mailbox
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.vocabulary import Failure
from intake_fn.desk import attachments, inbound_colleagues, spam_check
from intake_fn.desk.change import ATTEMPTS
from intake_fn.desk.inbound_kind import with_kind
from intake_fn.desk.inbound_threads import THEIRS, addresses_of, bounced_case, thread_of
from intake_fn.desk.suppression_list import take_in_report
from intake_fn.ports import MailReport
from intake_fn.texts import message, say

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.process import Person
    from intake_fn.core.request import Attachment
    from intake_fn.desk.needs import TakingMail
    from intake_fn.texts import Message

ARRIVED = "mail-in/"
"""Where raw mails wait in the file store: SES puts them there under its own id, `keep` under their digest."""
KEPT = "mail/"
"""Where raw mails are kept that came to their end, under the same name."""

RAW_TYPE = "message/rfc822"

ATTEMPT = timedelta(seconds=20)
"""What begins sooner after an attempt is the same one, delivered more than once at a time."""

OVERDUE = timedelta(hours=1)

SETUP_NOTIFICATION = "AMAZON_SES_SETUP_NOTIFICATION"
"""What SES puts there once, to try whether it may."""

ANSWERED_RECEIPTS = 2
"""After so many receipts in a day, a new request that answers some mail waits for a person: two programs may talk."""

ABOUT = "-about"
"""Ends what the note about a mail names as its mail: the fingerprint alone is that of what the mail said."""


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
    if mail_id == SETUP_NOTIFICATION:
        return _finished(desk, record, MailDecision(MailOutcome.IGNORED, message("mail.setup")))
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
        if desk.seconds_left() <= 0:
            break
        try:
            take(desk, key.removeprefix(ARRIVED))
            done += 1
        except (TryLater, Unknown) as error:
            log.warning("mail_waits", mail=key, error=str(error))
    return done


def overdue(desk: TakingMail, limit: int = 100) -> list[str]:
    """The ids of mails that came longer ago than any attempt takes, and have not come to their end."""
    records = desk.inbound.mails((MailOutcome.WAITING,), limit).records
    return [record.id for record in records if desk.clock() - record.received_at > OVERDUE]


def raw_of(desk: TakingMail, record: MailRecord) -> bytes:
    """The raw bytes of a mail, also while another worker moves them. Raises Unknown, TryLater."""
    for key in (record.key, f"{ARRIVED}{record.id}"):
        with suppress(Unknown):
            return desk.files.get(key)
    return desk.files.get(f"{KEPT}{record.id}")


def release(desk: TakingMail, mail_id: str, actor: str) -> MailRecord:
    """Take in a mail that was not, now that a person says that nothing is wrong with it.

    Raises Refused for one that was taken in, has a virus, or names nobody to answer; Stale when somebody else was
    faster; TryLater.
    """
    record = _not_taken_in(desk, mail_id)
    mail = desk.read_mail(raw_of(desk, record))
    described = _described(record, mail)
    decision = replace(_decision(desk, mail, released=True), first=record.id)
    if decision.outcome is MailOutcome.REJECTED:
        raise Refused(f"{say(decision.reason.key, decision.reason.values)} It cannot be taken in.")
    desk.inbound.decide(described.fingerprint, decision, anew=True)
    return _reviewed(desk, record, described, _carried_out(desk, mail, described, decision), actor)


def join(desk: TakingMail, mail_id: str, actor: str, case_id: str, *, as_reply: bool) -> MailRecord:
    """Have a mail that was not taken in join a request, since a person says that it belongs there.

    `as_reply` says that it is the requester's, which ends a wait or reopens; else it is an internal note. Raises
    Unknown for no such request, otherwise as `release`.
    """
    record = _not_taken_in(desk, mail_id)
    mail = desk.read_mail(raw_of(desk, record))
    described = _described(record, mail)
    if mail.verdicts.virus == "fail":
        raise Refused(f"{say('mail.virus')} It cannot be taken in.")
    case = desk.cases.load(case_id)
    decision = MailDecision(MailOutcome.THREADED, message("mail.joined"), case.id, record.id)
    desk.inbound.decide(described.fingerprint, decision, anew=True)
    text, files = _content(desk, mail, key_of(described.fingerprint))
    if as_reply:
        _once(desk, case.id, _reply(desk, case, mail, text, files, described.fingerprint))
    else:
        text = text or instead_of_text(mail)
        note = Noted(at=desk.clock(), actor=actor, text=text, attachments=files, mail=described.fingerprint)
        _once(desk, case.id, note)
    _note(desk, case.id, described, unread(mail))
    _deliver(desk, case.id)
    return _reviewed(desk, record, described, decision, actor)


def reject(desk: TakingMail, mail_id: str, actor: str, reason: str) -> MailRecord:
    """Set a mail aside that waits for a person; it stays kept. Raises Refused when it does not wait, Stale.

    The same once more by the same person is a double click.
    """
    record, why = desk.inbound.mail(mail_id), message("mail.rejected", reason=reason.strip())
    if (record.outcome, record.reviewed_by, record.reason) == (MailOutcome.REJECTED, actor, why):
        return record
    if not record.needs_a_person:
        raise Refused("This mail waits for nobody. Open it again to see what became of it.")
    if not reason.strip():
        raise Refused("Please give the reason: colleagues read it.")
    return _reviewed(desk, record, record, MailDecision(MailOutcome.REJECTED, why), actor)


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
    thread = thread_of(desk, mail)
    joins = bool(thread.case_id)
    end = turned_away(mail, addresses_of(desk), desk.process, joins=joins, released=released)
    if end:
        outcome, why = end
        return MailDecision(outcome, why, thread.case_id or thread.may_belong)
    if mail.sender is None and not mail.senders:
        raise Refused("The mail names no sender, so nobody could be answered. Reject it, or write to whom it is from.")
    if thread.case_id and thread.why:
        return MailDecision(MailOutcome.THREADED, thread.why, thread.case_id)
    if not released and (reason := _flood(desk, mail)):
        return MailDecision(MailOutcome.QUARANTINED, reason, thread.may_belong)
    if thread.may_belong:
        return MailDecision(MailOutcome.TICKETED, message("mail.may-belong", number=thread.may_belong))
    return MailDecision(MailOutcome.TICKETED, message("mail.released" if released else "mail.new"))


def _flood(desk: TakingMail, mail: InboundMail) -> Message | None:
    """Why a new request waits for a person: its sender, or all unknown senders, send more than usual."""
    request = request_of(mail, desk.process)
    sender, now = mailbox(mail.senders[0].address), desk.clock()
    lately = [at for at in desk.mail_state.throttle(RECEIPTS, sender).sent.values() if now - at < DAY]
    if len(lately) >= ANSWERED_RECEIPTS and mail.references:
        return message("mail.loop")
    limits, key = desk.process.intake.quarantine, key_of(fingerprint_of(mail))
    checked = spam_check.check(desk.counters, limits, now, request, key, spam_check.Submission())
    return next(iter(checked.reasons), None)


def key_of(fingerprint: str) -> str:
    """The submit key of the request that a mail makes: one mail makes one (R3)."""
    return f"mail-{fingerprint}"


def _carried_out(desk: TakingMail, mail: InboundMail, record: MailRecord, decision: MailDecision) -> MailDecision:
    """Do what was decided, once for its fingerprint; returns the decision with the request that it made."""
    if decision.outcome is MailOutcome.TICKETED:
        return replace(decision, case_id=_made(desk, mail, record, decision))
    if decision.outcome is MailOutcome.THREADED:
        _joined(desk, mail, record, decision)
    if decision.outcome is MailOutcome.IGNORED and mail.bounced:
        return replace(decision, case_id=_bounced(desk, mail, record) or decision.case_id)
    return decision


def _made(desk: TakingMail, mail: InboundMail, record: MailRecord, decision: MailDecision) -> str:
    """The request that a mail makes, with its files and what a colleague should know of it."""
    key = key_of(record.fingerprint)
    text, files = _content(desk, mail, key, asked(mail, desk.process))
    request = replace(request_of(mail, desk.process), attachments=files)
    request = replace(request, description=text or request.description, mail=record.fingerprint)
    request = with_kind(desk, request)
    case = desk.take_in(request, key)
    if mail.message_id:
        desk.inbound.remember_message(f"{THEIRS}{mail.message_id}", case.id)
    belongs = decision.reason.key == "mail.may-belong"
    _note(desk, case.id, record, say("mail.belongs", decision.reason.values) if belongs else "", unread(mail))
    return case.id


def _note(desk: TakingMail, case_id: str, record: MailRecord, *texts: str) -> None:
    """Tell the Help Desk what it should know of a mail; nothing if there is nothing."""
    if text := "\n\n".join(filter(None, texts)):
        fingerprint = f"{record.fingerprint}{ABOUT}"
        _once(desk, case_id, Noted(at=desk.clock(), actor=SPECDESK, text=text, mail=fingerprint))


def unread(mail: InboundMail) -> str:
    """What of a mail could not be read, in words; "" for nothing."""
    lost = "; ".join(dict.fromkeys((*mail.problems, *mail.losses)))
    return say("mail.losses", losses=lost) if lost else ""


def _joined(desk: TakingMail, mail: InboundMail, record: MailRecord, decision: MailDecision) -> None:
    """A mail joins a request: as the reply of a requester, or as what an engineer means by it."""
    text, files = _content(desk, mail, key_of(record.fingerprint))
    case = desk.cases.load(decision.case_id)
    author = colleague(mail, desk.process)
    if author and not _takes_part(desk, case, mail, author, text):
        since = desk.inbound.mail(decision.first).received_at if decision.first else record.received_at
        inbound_colleagues.act(desk, case.id, mail, author, text, files, record.fingerprint, since)
    else:
        _once(desk, case.id, _reply(desk, case, mail, text, files, record.fingerprint))
    _note(desk, case.id, record, unread(mail))
    if mail.message_id:
        desk.inbound.remember_message(f"{THEIRS}{mail.message_id}", case.id)
    _deliver(desk, case.id)


def _reply(
    desk: TakingMail, case: Case, mail: InboundMail, text: str, files: tuple[Attachment, ...], fingerprint: str
) -> RequesterReplied:
    """The reply that a mail is; of a request that is done, whether it only thanks."""
    sender = mail.senders[0] if mail.senders else MailAddress("")
    works = case.status.is_done and not files and only_thanks(text, sender.name, sender.address)
    return RequesterReplied(
        at=desk.clock(),
        actor=REQUESTER,
        text=text or ("" if files or works else instead_of_text(mail)),
        attachments=files,
        works=works,
        sender=sender.address,
        mail=fingerprint,
    )


def _deliver(desk: TakingMail, case_id: str) -> None:
    """Deliver at once what can be; the rest goes with the sweep."""
    with suppress(TryLater):
        desk.deliver(case_id)


def _takes_part(desk: TakingMail, case: Case, mail: InboundMail, author: Person, text: str) -> bool:
    """Whether somebody of the Help Desk writes as the requester of this request.

    Who has forwarded a client's mail is its requester until a person says otherwise, and may be its handler as well:
    what they order is done.
    """
    if mailbox(author.address) != mailbox(case.request.requester.email):
        return False
    return case.request.on_behalf_of is None or meant(mail, text, author, case, desk.process).act is Act.NOTE


def _once(desk: TakingMail, case_id: str, event: RequesterReplied | Noted) -> None:
    """Let the event of a mail happen, unless it has."""

    def decide(case: Case) -> Event | None:
        known = any(getattr(one, "mail", "") == event.mail for one in case.history if type(one) is type(event))
        return None if known else event

    desk.change(case_id, decide)


def _content(desk: TakingMail, mail: InboundMail, key: str, text: str = "") -> tuple[str, tuple[Attachment, ...]]:
    """The text of a mail, or what is given for it, no longer than a form's; and its files in the file store."""
    files = accepted(mail.files)
    text = text or mail.reply.strip() or mail.text.strip()
    limit = desk.process.intake.text_characters
    if len(text) > limit:
        whole = MailFile("message.txt", "text/plain", text.encode(errors="replace"))
        files = accepted([*mail.files, whole])
        text = shortened(text, limit, files[-1].name)
    keep_originals = desk.process.intake.keep_originals
    return text, attachments.store(desk.files, Selection(sent=files), key, keep_originals=keep_originals)


def _bounced(desk: TakingMail, mail: InboundMail, record: MailRecord) -> str:
    """Mark the addresses that a mail of ours did not reach; the request that it was about, "" for none.

    Only what proves that a mail of ours came back counts, and only addresses that we write to: else anybody could have
    anybody's address suppressed.
    """
    case = bounced_case(desk, mail)
    if case is None:
        return ""
    ours = {mailbox(case.request.requester.email), *case.copies}
    ours |= {mailbox(person.address) for person in desk.process.people.values()}
    for one in mail.bounced:
        if one.action == "failed" and mailbox(one.address) in ours:
            failure = Failure.BOUNCED if one.lasts else Failure.UNDELIVERED
            detail = " ".join(filter(None, (one.status, one.detail))) or one.action
            take_in_report(desk, MailReport(record.fingerprint, one.address, failure, detail, f"{case.id}#mail"))
    return case.id


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


def _not_taken_in(desk: TakingMail, mail_id: str) -> MailRecord:
    """The record of a mail that came to nothing so far. Raises Refused for any other."""
    record = desk.inbound.mail(mail_id)
    if record.outcome not in (MailOutcome.QUARANTINED, MailOutcome.IGNORED, MailOutcome.REJECTED):
        raise Refused("This mail was taken in already. Open it again to see what became of it.")
    return record


def _reviewed(
    desk: TakingMail, before: MailRecord, described: MailRecord, decision: MailDecision, actor: str
) -> MailRecord:
    after = replace(_ended(desk, before, described, decision), reviewed_by=actor)
    if not desk.inbound.save_mail(before, after):
        raise Stale("Somebody else has just reviewed this mail. Open it again.")
    return after
