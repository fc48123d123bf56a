"""Mails with links that anybody may ask for, such as to sign in at the desk; and sessions of signed-in people.

    form ─► ask ─► the store: whatever address was typed, by the same steps ─► the answer
    sweep, every minute ─► mail_links ─► the address is of support.yml, and was mailed fewer than MOST links lately
                                             └─► attempt ─► mailed ► finish
                                                        └─► not now ► it is attempted again, later each time

So no answer, and no time that it takes, tells who works at the Help Desk, or whether mail goes out. A link that could
not be mailed is attempted for a day, and the outbox's page shows it with the reason.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Broken, TryLater
from intake_fn.core.mail_throttle import counted_within, mailbox
from intake_fn.desk import my_requests
from intake_fn.desk.change import ATTEMPTS
from intake_fn.desk.limits import SIGN_IN_BY_SOURCE, within
from intake_fn.desk.outbox import FIRST_DELAY, backoff, error_text
from intake_fn.ports import SESSION, Asked, Mail, Session, SignInAsked

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.process import Person, Process
    from intake_fn.desk.needs import SigningIn

AT_ONCE = 500
"""Links that one sweep looks at: who asks in vain costs a write each, and delays nobody by another minute."""

MOST = 5
"""Links that one address is mailed while a link is valid, 20 an hour with a quarter of an hour.

A window that is no longer than that locks nobody out: whoever is mailed no more has been mailed valid links.
"""

OUTAGE = timedelta(days=1)
"""How long a link is attempted that could not be mailed: it is made when it is mailed, so it is valid even then."""


def ask(desk: SigningIn, address: str, source: str) -> None:
    """Have a link mailed to an address, if it is one of the Help Desk. Raises TryLater."""
    now = desk.clock()
    if within(desk.counters, SIGN_IN_BY_SOURCE, source, now):
        desk.sessions.ask_sign_in(SignInAsked(secrets.token_hex(8), address, now))


def person_in(process: Process, address: str) -> Person | None:
    """The person of support.yml with this address."""
    wanted = mailbox(address)
    return next((person for person in process.people.values() if mailbox(person.address) == wanted), None)


def unmailed(desk: SigningIn) -> list[tuple[Person, SignInAsked]]:
    """The links for people of support.yml that were attempted in vain, and will be again."""
    asked = (link for link in desk.sessions.sign_ins_asked(AT_ONCE) if link.what is Asked.SIGN_IN)
    attempted = ((person_in(desk.process, link.address), link) for link in asked)
    return [(person, link) for person, link in attempted if person and link.tries]


# --- links -----------------------------------------------------------------------------------


def mail_links(desk: SigningIn) -> int:
    """Mail the links that are due; how many. After one that mail does not take, the others wait for the next sweep."""
    mailed = 0
    for asked in desk.sessions.sign_ins_asked(AT_ONCE):
        if asked.next_attempt and asked.next_attempt > desk.clock():
            continue
        mail = _mail_to_send(desk, asked)
        if mail is None:
            continue
        until = _next_attempt(desk, asked)
        if not desk.sessions.attempt_sign_in(asked, until):
            continue  # another sweep was faster
        if not _is_within_limit(desk, asked, mail.to):
            log.info("links_throttled", what=asked.what)
            desk.sessions.finish_sign_in(asked)
            continue
        try:
            desk.mailer.send(mail)
        except Exception as error:  # noqa: BLE001 - whatever it is: it is attempted again, and the sweep goes on
            log.warning("links_wait", what=asked.what, until=until.isoformat(), error=error_text(error))
            desk.sessions.sign_in_failed(asked, error_text(error))
            if isinstance(error, TryLater | Broken):
                break
        else:
            desk.sessions.finish_sign_in(asked)
            mailed += 1
    return mailed


def _mail_to_send(desk: SigningIn, asked: SignInAsked) -> Mail | None:
    """The mail that was asked for; None where nothing is to be sent now. Raises TryLater."""
    is_late = desk.clock() - asked.at > OUTAGE
    try:
        mail = _mail_of(desk, asked)
    except TryLater:
        raise
    except Exception as error:  # whatever it is: it is attempted again, and the other links are mailed
        log.exception("link_failed_unexpectedly", what=asked.what)
        if is_late:
            _drop(desk, asked, is_known=True)
        elif desk.sessions.attempt_sign_in(asked, _next_attempt(desk, asked)):
            desk.sessions.sign_in_failed(asked, error_text(error))
        return None
    if mail is None or is_late:
        _drop(desk, asked, is_known=mail is not None)
        return None
    return mail


def _next_attempt(desk: SigningIn, asked: SignInAsked) -> datetime:
    return desk.clock() + backoff(asked.id, asked.tries, FIRST_DELAY)


def _mail_of(desk: SigningIn, asked: SignInAsked) -> Mail | None:
    """The mail that was asked for; None for an address that gets none. Raises TryLater."""
    if asked.what is Asked.MY_REQUESTS:
        return my_requests.mail_of(desk, asked.address)
    person = person_in(desk.process, asked.address)
    return _mail(desk, person) if person else None


def _drop(desk: SigningIn, asked: SignInAsked, *, is_known: bool) -> None:
    """Forget a request for links whose address is unknown, or that was attempted for too long."""
    if is_known:
        log.error("links_given_up", what=asked.what, tries=asked.tries, error=asked.last_error)
    desk.sessions.finish_sign_in(asked)


def _is_within_limit(desk: SigningIn, asked: SignInAsked, address: str) -> bool:
    """Count the mail among those that the address got lately. Raises TryLater."""
    to, window = mailbox(address), timedelta(minutes=desk.process.intake.sign_in_minutes)
    for _ in range(ATTEMPTS):
        before = desk.mail_state.throttle(asked.what, to)
        after = counted_within(before, asked.id, desk.clock(), MOST, window)
        if after is None:
            return False
        if after == before or desk.mail_state.save_throttle(asked.what, to, before, after):
            return True
    raise TryLater("Too many mails with links go to one address at once. They are attempted again.")


def _mail(desk: SigningIn, person: Person) -> Mail:
    minutes = desk.process.intake.sign_in_minutes
    return Mail(
        to=person.address,
        subject=f"Your link to the {desk.process.product.name} desk",
        text=(
            f"Hello {person.name},\n\n"
            "this link signs you in at the desk:\n\n"
            f"{desk.links.sign_in(person.address)}\n\n"
            f"It is valid once, for {minutes} minutes. If you did not ask for it, you need not do anything.\n\n"
            f"{desk.process.mail.name}\n"
        ),
        headers={"Auto-Submitted": "auto-generated"},
    )


# --- sessions --------------------------------------------------------------------------------


def open_session(desk: SigningIn, person: Person, token: str) -> Session | None:
    """Sign a person in by the token of a link, which works once; None when it was used before. Raises TryLater."""
    now = desk.clock()
    until = now + 2 * timedelta(minutes=desk.process.intake.sign_in_minutes)
    if not desk.counters.use_once(hashlib.sha256(token.encode()).hexdigest(), until):
        return None
    session = Session(person.id, secrets.token_urlsafe(24), mailbox(person.address), now, now + SESSION)
    desk.sessions.open_session(session)
    return session


def is_signed_in(desk: SigningIn, person: Person, session_id: str) -> bool:
    """Whether the session of a person was opened with the address that they have now, and is not over."""
    session = desk.sessions.session(person.id, session_id)
    return session is not None and session.until > desk.clock() and session.mailbox == mailbox(person.address)
