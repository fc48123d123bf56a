"""Links to sign in at the desk: asked for by anybody, mailed to people of support.yml, by the sweep.

    form ─► ask ─► the store: whatever address was typed, in the same time ─► the answer
    sweep, every minute ─► mail_links: whose address is of support.yml gets a link; the others get nothing

So no answer, and no time that it takes, tells who works at the Help Desk, and an outage of the mail delays links only.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import Broken, TryLater
from intake_fn.core.mail_throttle import mailbox
from intake_fn.desk.limits import SIGN_IN_BY_SOURCE, sign_in_by_address, within
from intake_fn.ports import Mail, SignInAsked

if TYPE_CHECKING:
    from intake_fn.core.process import Person, Process
    from intake_fn.desk.needs import SigningIn

log = structlog.get_logger()

AT_ONCE = 500
"""Links that one sweep looks at: a crowd that asks in vain costs a write each, and delays nobody by another minute."""

OUTAGE = timedelta(hours=1)
"""So long a link that was asked for is worth mailing: it is made when it is mailed."""


def ask(desk: SigningIn, address: str, source: str) -> None:
    """Have a link mailed to an address, if it is one of the Help Desk, and not too often. Raises TryLater."""
    counted = [
        within(desk.counters, SIGN_IN_BY_SOURCE, source, desk.clock()),
        within(desk.counters, sign_in_by_address(desk.process), mailbox(address), desk.clock()),
    ]
    if all(counted):
        desk.sessions.ask_sign_in(SignInAsked(secrets.token_hex(8), address, desk.clock()))


def person_in(process: Process, address: str) -> Person | None:
    """The person of support.yml with this address."""
    wanted = mailbox(address)
    return next((person for person in process.people.values() if mailbox(person.address) == wanted), None)


def mail_links(desk: SigningIn) -> int:
    """Mail the links that were asked for; how many. What mail does not take now is tried again by the next sweep.

    Whoever takes one out of the store mails it, so two sweeps at once mail it once. One that is cut off in between
    is asked for again by its person.
    """
    mailed = 0
    for asked in desk.sessions.sign_ins_asked(AT_ONCE):
        if not desk.sessions.take_sign_in(asked):
            continue
        person = person_in(desk.process, asked.address)
        if person is None or desk.clock() - asked.at > OUTAGE:
            continue
        try:
            desk.mailer.send(_mail(desk, person))
        except (TryLater, Broken) as error:
            log.warning("sign_in_link_waits", person=person.id, error=str(error))
            desk.sessions.ask_sign_in(asked)
            break
        except Exception:  # whatever it is: the others wait for theirs, and the rest of the sweep for them
            log.exception("sign_in_link_failed", person=person.id)
            continue
        mailed += 1
    return mailed


def _mail(desk: SigningIn, person: Person) -> Mail:
    minutes = desk.process.intake.sign_in_minutes
    return Mail(
        to=person.address,
        subject=f"Your link to the {desk.process.product.name} desk",
        text=(
            f"Hello {person.name},\n\n"
            "this link signs you in at the desk:\n\n"
            f"{desk.links.sign_in(person.address)}\n\n"
            f"It is good once, for {minutes} minutes. If you did not ask for it, you need not do anything.\n\n"
            f"{desk.process.mail.name}\n"
        ),
        headers={"Auto-Submitted": "auto-generated"},
    )
