"""Incoming mail: what came, what became of it and why; and what a person does with a mail that needs one.

The original is a download and never shown; its text is shown as text, so nothing in it runs or loads anything.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from intake_fn.core.attachments import clean_name
from intake_fn.core.errors import Refused, Stale, TryLater, Unknown
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.messages import in_words
from intake_fn.core.request import Attachment
from intake_fn.core.request_id import typed as request_id
from intake_fn.desk import inbound_mail
from intake_fn.web import words
from intake_fn.web.access import ADMIN, ENGINEER, config, me, open_to, typed
from intake_fn.web.actions import refuse_long
from intake_fn.web.files import DOWNLOAD_SECONDS, OCTETS, SERVED_BYTES

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.inbound.record import MailRecord

blueprint = Blueprint("inbound_mails", __name__, url_prefix="/desk/mail")

PAGE = 50
FINGERPRINT = 40
"""Digits; an entry about a mail has more."""
SHOWN_CHARACTERS = 50_000
"""Characters of a mail's text on the page; the original has all of it."""

DONE = {
    "release": "The mail was released: it went on as if it had just come.",
    "reply": "The mail joined the request as its requester's reply.",
    "note": "The mail joined the request as an internal note.",
    "reject": "The mail was rejected. It is kept, and can still be released.",
}
RETYPE = "Type the request's number, such as HD-3B8X-VQ5T."

LEFT = (MailOutcome.QUARANTINED, MailOutcome.IGNORED, MailOutcome.REJECTED)
"""Ends of mails that are part of no request: a person may say that one is."""


@dataclass(frozen=True)
class Opened:
    """A mail on its page; `mail` is None where its bytes cannot be had at the moment, `trouble` says why."""

    record: MailRecord
    mail: InboundMail | None = None
    trouble: str = ""

    @property
    def text(self) -> str:
        """What it says, at most so much of it."""
        return self.mail.text[:SHOWN_CHARACTERS] if self.mail else ""

    @property
    def is_cut(self) -> bool:
        """Whether it says more."""
        return bool(self.mail) and len(self.mail.text) > SHOWN_CHARACTERS  # type: ignore[union-attr]

    @property
    def unread(self) -> list[str]:
        """What of it could not be read, each in a few words."""
        return [*dict.fromkeys((*self.mail.problems, *self.mail.losses))] if self.mail else []

    @property
    def files(self) -> list[tuple[str, str, int]]:
        """Names that lead nowhere, types, sizes in bytes."""
        files = self.mail.files if self.mail else ()
        return [(clean_name(file.name), file.content_type, len(file.content)) for file in files]


@blueprint.get("")
@open_to(ENGINEER)
def listed() -> ResponseReturnValue:
    """All mails that came in, or those with one end, the latest first."""
    desk = config().desk()
    outcome = _outcome(request.args.get("end", ""))
    page = desk.inbound.mails((outcome,) if outcome else (), PAGE, request.args.get("cursor", ""))
    ledger, counts = desk.counters.totals()
    return render_template(
        "inbound_mails.html",
        records=page.records,
        cursor=page.cursor,
        end=outcome,
        names=words.MAIL_END,
        outcomes=[MailOutcome.QUARANTINED, *(each for each in MailOutcome if each is not MailOutcome.QUARANTINED)],
        mails=desk.inbound.mail_ledger(),
        counts=counts,
        ledger=ledger,
        why=why,
        now=desk.clock(),
    )


@blueprint.get("/of/<fingerprint>")
@open_to(ENGINEER)
def of(fingerprint: str) -> ResponseReturnValue:
    """The page of the mail that an entry of a request was. Raises Unknown."""
    decision = config().desk().inbound.decided(fingerprint[:FINGERPRINT])
    if decision is None or not decision.first:
        raise Unknown("The mail is not known any more. Look into the list of incoming mail.")
    return redirect(url_for("inbound_mails.shown", mail_id=decision.first), 302)


@blueprint.get("/<mail_id>")
@open_to(ENGINEER)
def shown(mail_id: str) -> ResponseReturnValue:
    """A mail: who wrote what, and what became of it. Raises Unknown."""
    return _page(mail_id)


@blueprint.get("/<mail_id>/original")
@open_to(ENGINEER)
def original(mail_id: str) -> ResponseReturnValue:
    """The mail as it came, to be saved and never to be shown; a large one by a short-lived link. Raises Unknown."""
    desk = config().desk()
    record = desk.inbound.mail(mail_id)
    name = f"mail-{mail_id}.eml"
    if record.size > SERVED_BYTES:
        file = Attachment(record.key, name, OCTETS, record.size, record.sha256)
        return redirect(desk.files.link(file, DOWNLOAD_SECONDS), 302)
    raw = io.BytesIO(inbound_mail.raw_of(desk, record))
    answer = send_file(raw, OCTETS, as_attachment=True, download_name=name, etag=False, max_age=0)
    answer.headers["Cache-Control"] = "no-store"  # not that of assets
    return answer


@blueprint.post("/<mail_id>")
@open_to(ADMIN)
def decide(mail_id: str) -> ResponseReturnValue:
    """Release the mail, have it join a request, or reject it. Raises Unknown, Refused for no button."""
    action = request.form.get("action", "")
    if action not in DONE:
        raise Refused("Press one of the buttons: release, join or reject.")
    try:
        _decide(mail_id, action)
    except TryLater:
        return _page(mail_id, "It may not have been saved. Look at what is said here, and try again in a minute."), 503
    except (Refused, Stale) as error:
        return _page(mail_id, str(error)), 422
    return redirect(url_for("inbound_mails.shown", mail_id=mail_id, done=action), 303)


def _decide(mail_id: str, action: str) -> None:
    """Do it. Raises Refused for what is missing or may not be."""
    desk, actor = config().desk(), me().address
    if action == "release":
        inbound_mail.release(desk, mail_id, actor)
    elif action in ("reply", "note"):
        case_id = request_id(request.form.get("request", ""))
        if not case_id:
            raise Refused(RETYPE)
        try:
            inbound_mail.join(desk, mail_id, actor, case_id, as_reply=action == "reply")
        except Unknown as error:
            raise Refused(f"{error} {RETYPE}") from error
    else:
        reason = " ".join(request.form.get("reason", "").split())
        if not reason:
            raise Refused("Write why it is rejected, such as “advertisement”. Nobody is mailed.")
        refuse_long([reason], desk.process)
        inbound_mail.reject(desk, mail_id, actor, reason)


def _page(mail_id: str, problem: str = "") -> str:
    """The page of a mail; `problem` is shown above it, with what was typed."""
    desk = config().desk()
    opened = _opened(desk.inbound.mail(mail_id))
    return render_template(
        "inbound_mail.html",
        opened=opened,
        record=opened.record,
        why=why(opened.record),
        names=words.MAIL_END,
        is_left=opened.record.outcome in LEFT,
        problem=problem,
        typed=typed() if problem else {},
        typed_request=request.form.get("request", ""),
        typed_reason=request.form.get("reason", ""),
        done=DONE.get(request.args.get("done", ""), ""),
        zone=words.zone_of(me(), desk.process),
    )


def _opened(record: MailRecord) -> Opened:
    desk = config().desk()
    try:
        return Opened(record, desk.read_mail(inbound_mail.raw_of(desk, record)))
    except Unknown as error:
        return Opened(record, None, str(error))
    except TryLater:
        return Opened(record, None, "The file store does not answer at the moment. The mail is kept there.")


def why(record: MailRecord) -> str:
    """The reason of its end, in words."""
    return in_words([record.reason]) if record.reason else ""


def _outcome(name: str) -> MailOutcome | None:
    """The end that a list is of. Raises Refused for a name that is none."""
    if not name:
        return None
    if name not in {each.value for each in MailOutcome}:
        raise Refused("There is no such list of mails. Choose one of those above the list.")
    return MailOutcome(name)
