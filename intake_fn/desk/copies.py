"""Adding somebody in copy of a request: by the rules of core/copies.py, and not so often that it bothers anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.copies import may_be_in_copy, may_follow
from intake_fn.core.errors import Refused
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER
from intake_fn.core.requester_events import CopyAdded
from intake_fn.desk.limits import Limit, within
from intake_fn.texts import say

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk.needs import ActingByProcess

BY_SOURCE = Limit("copies-source", 20, timedelta(hours=1))
TO_ADDRESS = Limit("copies-address", 5, timedelta(days=1))
"""Invitations that one address gets from all requests together."""


def follow(desk: ActingByProcess, case: Case, address: str, source: str) -> bool:
    """Have somebody in copy at their own wish. Raises TryLater.

    Whether they are is for the log alone: the answer to who asks must not tell whose request it is.
    """
    now = desk.clock()
    if not within(desk.counters, BY_SOURCE, source, now) or [*may_follow(case, address, desk.process)]:
        return False
    if not within(desk.counters, TO_ADDRESS, mailbox(address), now):
        return False
    try:
        desk.act(case.id, CopyAdded(at=now, actor=REQUESTER, address=address, themselves=True), case.version)
    except Refused:
        return False
    return True


def add(desk: ActingByProcess, case: Case, address: str, seen: int, source: str) -> None:
    """Have somebody in copy. A second click finds them there. Raises Refused with the reason, TryLater."""
    box, now = mailbox(address), desk.clock()
    if box in case.copies and any(isinstance(event, CopyAdded) for event in case.history[seen:]):
        return
    if problems := [*may_be_in_copy(case, address, desk.process)]:
        raise Refused(" ".join(problems))
    if not desk.mail_state.settings(box).copies:
        raise Refused(say("copy.unwanted", address=address))
    if not within(desk.counters, BY_SOURCE, source, now) or not within(desk.counters, TO_ADDRESS, box, now):
        raise Refused(say("copy.often", address=address))
    desk.act(case.id, CopyAdded(at=now, actor=REQUESTER, address=address), seen)
