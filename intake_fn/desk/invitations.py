"""The members of the Board are mailed an invitation to its next meeting: once, and again when the meeting moves.

    sweep ─► invitation_now: as support.yml has it ─► nothing is pending ► nothing to do
                                                 └─► lease it ─► mail each member ─► keep who is still to be mailed

A mail that was cut off is sent again: a calendar that has an invitation of this UID and SEQUENCE stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.changes.invitations import icalendar, invitation_now, method_of, subject_of, text_of
from intake_fn.core.errors import Broken, TryLater
from intake_fn.core.mail_throttle import mailbox
from intake_fn.desk.outbox import error_text
from intake_fn.ports import CalendarPart, Mail

if TYPE_CHECKING:
    from intake_fn.core.changes.invitations import Invitation
    from intake_fn.desk.needs import Inviting

LEASE = timedelta(minutes=5)
"""How long one sweep has the invitation to itself."""


def mail_invitation(desk: Inviting) -> int:
    """Mail what is pending of the invitation; how many. What mail does not take now is tried by the next sweep."""
    now = desk.clock()
    known = desk.meetings.invitation()
    invitation = invitation_now(known, desk.process, now)
    if invitation is None or not invitation.pending:
        return 0
    if known and known.leased_until and known.leased_until > now:
        return 0
    mine = replace(invitation, leased_until=now + LEASE)
    if not desk.meetings.save_invitation(known, mine):
        return 0  # another sweep was faster
    pending, mailed = list(mine.pending), 0
    for address in mine.pending:
        if desk.mail_state.suppression(mailbox(address)):
            log.warning("invitation_suppressed", uid=mine.uid)
        else:
            try:
                desk.mailer.send(_mail(desk, mine, address))
            except (TryLater, Broken) as error:  # it was not sent
                log.warning("invitation_waits", uid=mine.uid, error=error_text(error))
                break
            except Exception as error:  # noqa: BLE001 - the others are mailed all the same
                log.error("invitation_failed", uid=mine.uid, error=error_text(error))  # noqa: TRY400 - its text says it
            else:
                mailed += 1
        pending.remove(address)
    desk.meetings.save_invitation(mine, replace(mine, pending=tuple(pending), leased_until=None))
    return mailed


def _mail(desk: Inviting, invitation: Invitation, address: str) -> Mail:
    agenda = desk.links.board()
    text = icalendar(invitation, address, desk.process, agenda, desk.clock())
    return Mail(
        to=address,
        subject=subject_of(invitation, address, desk.process),
        text=text_of(invitation, address, desk.process, agenda),
        headers={"Auto-Submitted": "auto-generated"},
        calendar=CalendarPart(method_of(invitation, address), text),
    )
