"""What people do on the Board's page of a change request: each a row, with the event that its form makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from intake_fn.core.change_events import BoardDecided, Commented, MotionPut, Recused, VoteCast
from intake_fn.core.changes.board import until_of, votes_of
from intake_fn.core.changes.meetings import beginning_of, end_of_online_vote
from intake_fn.core.changes.rules import voting_of
from intake_fn.core.errors import Refused
from intake_fn.core.steps import fold
from intake_fn.core.vocabulary import Decision, Motion, Vote
from intake_fn.web.actions import Action, event_by, one_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Person, Process
    from intake_fn.desk import Desk

ONLINE = "online"

BOARD_ACTIONS: Mapping[str, Action] = {
    "vote": Action(
        "Vote",
        "The vote is recorded.",
        VoteCast,
        {"vote": "Please choose yes, no or abstain.", "reason": "Please give the reason of the vote."},
        lambda a: {"member": a["member"], "vote": one_of(Vote, a["vote"]), "reason": a["reason"]},
        asks=False,
    ),
    "proclaim": Action(
        "Proclaim the decision",
        "The decision is proclaimed.",
        BoardDecided,
        {"text": "Please write the decision and its reason in words: the requester reads it."},
        lambda a: {"decision": one_of(Decision, a["decision"]), "votes": {}, "text": a["text"]},
        asks=False,
    ),
    "move": Action(
        "Put a motion",
        "The motion is before the Board.",
        MotionPut,
        {"motion": "Please choose what the Board is to vote on."},
        lambda a: {"motion": one_of(Motion, a["motion"]), "reason": a["reason"]},
        asks=False,
    ),
    ONLINE: Action(
        "Open an online vote",
        "The online vote is open, and the members are mailed.",
        MotionPut,
        {"reason": "Please say why it cannot wait for the meeting: the members read it."},
        lambda a: {"motion": Motion.APPROVE, "reason": a["reason"]},
        asks=False,
    ),
    "recuse": Action(
        "Recuse a member",
        "The member does not vote on this request.",
        Recused,
        {"member": "Please choose the member.", "reason": "Please give the reason."},
        lambda a: {"member": a["member"], "reason": a["reason"]},
        asks=False,
    ),
    "comment": Action(
        "Comment",
        "The comment is saved.",
        Commented,
        {"text": "Please write your comment."},
        lambda a: {"text": a["text"]},
        asks=False,
    ),
}


def board_event(name: str, form_data: Mapping[str, str], desk: Desk, person: Person, case: Case, seen: int) -> Event:
    """The event that a form of the Board's page makes. Raises Refused for what is missing or unknown.

    A decision takes the votes as the chair saw them, so that one that has changed since is never proclaimed.
    """
    event = event_by(BOARD_ACTIONS[name], form_data, desk, person)
    if isinstance(event, BoardDecided):
        as_seen = fold(case.id, case.history[:seen]) if 0 < seen <= case.version else case
        voting = voting_of(as_seen, desk.process)
        return replace(event, votes=votes_of(voting), until=until_of(voting, event.decision))
    if isinstance(event, MotionPut) and name == ONLINE:
        return replace(event, closes=end_of_online_vote(event.at, desk.process))
    if isinstance(event, MotionPut) and event.motion is Motion.DEFER:
        return replace(event, until=_beginning_of(form_data.get("until", ""), desk.process))
    return event


def _beginning_of(text: str, process: Process) -> datetime:
    """The beginning of a date where the Board meets, as an instant. Raises Refused for what is no date."""
    try:
        return beginning_of(date.fromisoformat(text.strip()), process)
    except (ValueError, OverflowError):
        raise Refused("Please give the date to which it is put off, such as 2027-01-31.") from None
