"""What an engineer's mail does to a request that it joins, carried out once (core/inbound/colleagues.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused
from intake_fn.core.events import AskedRequester, Escalated, Event, HandedOver, Noted
from intake_fn.core.inbound.colleagues import Act, Meant, meant, reasons_in_words
from intake_fn.core.names import SPECDESK, name_of
from intake_fn.texts import say

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.process import Person
    from intake_fn.core.request import Attachment
    from intake_fn.desk.needs import TakingMail


def act(
    desk: TakingMail,
    case_id: str,
    mail: InboundMail,
    author: Person,
    text: str,
    files: tuple[Attachment, ...],
    fingerprint: str,
    since: datetime,
) -> None:
    """Let happen what an engineer's mail means; what the rules refuse becomes a note that says why.

    `since` is when the mail came: what happened then or later in the same words was this mail's doing.
    """
    case = desk.cases.load(case_id)
    if any(_is_done(event, author.address, text, fingerprint, since) for event in case.history):
        return
    said = meant(mail, text, author, case, desk.process)
    if said.act is Act.NOTE or said.lacks_reason:
        if said.lacks_reason:
            _ask_for_reason(desk, case_id, said, author, fingerprint)
        _note(desk, case_id, author.address, text, files, fingerprint)
        return
    if files and not _takes_files(said):
        _note(desk, case_id, author.address, "", files, f"{fingerprint}-files")
        files = ()
    try:
        _let_happen(desk, case_id, said, author, files, since)
    except Refused as error:
        note = f"{text}\n\n" + say("mail.not-done", why=str(error))
        _note(desk, case_id, author.address, note, files, fingerprint)


def _takes_files(said: Meant) -> bool:
    return said.act in (Act.ASK, Act.ANSWER)


def _let_happen(
    desk: TakingMail, case_id: str, said: Meant, author: Person, files: tuple[Attachment, ...], since: datetime
) -> None:
    """Raises Refused where the rules do not allow it."""

    def decide(case: Case) -> Event | None:
        event = _event(desk, said, author, files)
        return None if any(one.at >= since and _is_same(one, event) for one in case.history) else event

    desk.change(case_id, decide)


def _is_done(event: Event, author: str, text: str, fingerprint: str, since: datetime) -> bool:
    """Whether an event is what this mail did, before the worker was cut off or the mail came once more."""
    if isinstance(event, Noted):
        return event.mail == fingerprint
    said = event.question if isinstance(event, AskedRequester) else getattr(event, "note", getattr(event, "text", None))
    by_mail = isinstance(event, Escalated | HandedOver | AskedRequester | UpdateSent) and event.actor == author
    return by_mail and event.at >= since and bool(said) and text.endswith(str(said))


GIVEN = ("actor", "level", "handler", "note", "question", "text")
"""What of an event a person gives."""


def _is_same(one: Event, other: Event) -> bool:
    return type(one) is type(other) and all(getattr(one, part, None) == getattr(other, part, None) for part in GIVEN)


def _event(desk: TakingMail, said: Meant, author: Person, files: tuple[Attachment, ...]) -> Event:
    now, actor = desk.clock(), author.address
    if said.act is Act.ASK:
        return AskedRequester(at=now, actor=actor, question=said.text, attachments=files)
    if said.act is Act.ANSWER:
        return UpdateSent(at=now, actor=actor, text=said.text, attachments=files)
    if said.act is Act.HAND_OVER:
        return HandedOver(at=now, actor=actor, handler=said.person, note=said.text)
    return Escalated(
        at=now, actor=actor, level=said.level or 0, handler=said.person, reason=said.reason, note=said.text
    )


def _ask_for_reason(desk: TakingMail, case_id: str, said: Meant, author: Person, fingerprint: str) -> None:
    """A note that is mailed to the engineer: it says what to answer."""
    person = name_of(said.person, desk.process)
    reasons = " / ".join(reasons_in_words(desk.process))
    text = say("mail.reason-missing", engineer=author.id, person=person, level=said.level, reasons=reasons)
    _note(desk, case_id, SPECDESK, text, (), f"{fingerprint}-reason")


def _note(
    desk: TakingMail, case_id: str, actor: str, text: str, files: tuple[Attachment, ...], fingerprint: str
) -> None:
    event = Noted(at=desk.clock(), actor=actor, text=text or say("mail.no-text"), attachments=files, mail=fingerprint)

    def decide(case: Case) -> Event | None:
        known = any(isinstance(one, Noted) and one.mail == fingerprint for one in case.history)
        return None if known else event

    desk.change(case_id, decide)
