"""What time alone does to a change request before the Board: an online vote closes, a deferral ends. Pure.

Each is an event that the sweep records (desk/alerts.py), found by the same index as SLA alerts.
"""

from __future__ import annotations

from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.change_events import DeferralEnded, VoteClosed
from intake_fn.core.changes.board import deferred_until, tally
from intake_fn.core.changes.rules import closing, voting_of
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Stage, Status


def next_instant(case: Case, process: Process) -> datetime | None:
    """When time changes something of a case; it may be long ago."""
    if case.status not in (Status.OPEN, Status.WAITING) or not case.stage.is_the_boards:
        return None
    if case.stage is Stage.DEFERRED:
        return deferred_until(case.history)
    return closing(case, process)


def by_time(case: Case, process: Process, now: datetime, actor: str) -> VoteClosed | DeferralEnded | None:
    """What time has done to a case by `now`; None when it has done nothing."""
    instant = next_instant(case, process)
    if instant is None or now < instant:
        return None
    if case.stage is Stage.DEFERRED:
        return DeferralEnded(at=now, actor=actor)
    voting = voting_of(case, process)
    standing = tally(voting, now, process.board)
    return VoteClosed(at=now, actor=actor, voted=len(voting.votes), decided=standing.decision)
