"""The intents that follow from events on a change request's way: notes and updates in Mantis, and mails. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.change_events import (
    BoardDecided,
    ChangeAssessed,
    Commented,
    DeferralEnded,
    MotionPut,
    SentToOwner,
    StageReached,
    VoteCast,
    VoteClosed,
)
from intake_fn.core.changes.board import tally
from intake_fn.core.changes.mailed import comment_until, commenters, to, to_chair, to_seat, to_voters, voters
from intake_fn.core.changes.meetings import end_of_online_vote, meeting_after
from intake_fn.core.changes.rules import voting_of
from intake_fn.core.escalation import keeper
from intake_fn.core.intents import AddNote, Intent, SendNotice, UpdateIssue
from intake_fn.core.names import SPECDESK, actor_of, board_date, last_day, name_of
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Decision, Stage
from intake_fn.texts import Message, message


def on_sent_to_owner(_: Case, event: SentToOwner, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the owner and the requester learn of it."""
    yield from _in_mantis(after)
    module = process.modules[event.module].name
    yield to(event.owner, "assigned", process, message("why.owner"), text=event.note)
    yield _to_requester(after, message("step.owner", person=name_of(event.owner, process), module=module))


def on_assessed(_: Case, event: ChangeAssessed, after: Case, process: Process) -> Iterator[Intent]:
    """The Board is asked to vote, owners of other modules to comment, and the requester learns when."""
    yield from _in_mantis(after)
    until = last_day(comment_until(event.at, process), process)
    vote = [message("why.board"), *_meeting("why.meeting", event.at, process)]
    if after.priority is Priority.URGENT:  # the vote is open already
        vote = [message("why.urgent"), _open_until(end_of_online_vote(event.at, process), process)]
    asked = {
        owner: message("why.comment-by", modules=", ".join(modules), date=until)
        for owner, modules in commenters(event, process).items()
    }
    for member in voters(after, process):
        comment = asked.pop(member, None)
        yield from to_seat(member, process, *vote, *filter(None, (comment,)))
    for owner, comment in asked.items():
        yield to(owner, "board", process, comment)
    yield _to_requester(after, message("step.board"), *_meeting("step.meeting", event.at, process))


def on_commented(_: Case, __: Commented, after: Case, ___: Process) -> Iterator[Intent]:
    """The comment stands in Mantis, too."""
    yield AddNote(after.version)


def on_motion(before: Case, event: MotionPut, after: Case, process: Process) -> Iterator[Intent]:
    """Members are told of a motion that a person put; what we put follows from something that they are told of."""
    yield from _noted(before, after)
    if event.actor != SPECDESK:
        why = [message("why.motion", actor=actor_of(event, process), motion=event.motion)]
        if event.closes is not None:
            why.append(_open_until(event.closes, process))
        yield from to_voters(after, process, *why, text=event.reason)


def on_vote(before: Case, event: VoteCast, after: Case, process: Process) -> Iterator[Intent]:
    """Votes stand in Mantis as notes; the chair learns when an online vote is decided before its time is over."""
    yield from _noted(before, after)
    voting = voting_of(after, process)
    if voting.motion and voting.motion.closes and tally(voting, event.at, process.board).decision:
        yield from to_chair(process, message("why.all-voted"))


def on_vote_closed(_: Case, event: VoteClosed, after: Case, process: Process) -> Iterator[Intent]:
    """The chair is asked to proclaim what was decided; without a quorum, the members are told when they vote."""
    yield AddNote(after.version)
    if event.decided is not None:
        yield from to_chair(process, message("why.vote-closed", decision=event.decided))
    else:
        yield from to_voters(after, process, message("why.vote-lapsed"), *_meeting("why.meeting", event.at, process))


def on_deferral_ended(_: Case, event: DeferralEnded, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the members and the requester learn that it is on the agenda again."""
    yield from _in_mantis(after)
    yield from to_voters(after, process, message("why.again"), *_meeting("why.meeting", event.at, process))
    yield _to_requester(after, message("step.again"), *_meeting("step.meeting", event.at, process))


def on_decided(_: Case, event: BoardDecided, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the one who goes on with it and the requester learn of the decision; a declined one by its resolution."""
    yield from _in_mantis(after)
    if event.decision in (Decision.APPROVED, Decision.RETURNED):
        decided = message("why.decided", decision=event.decision)
        yield to(keeper(after, process).id, "assigned", process, decided, text=event.text)
    if event.decision not in (Decision.DECLINED, Decision.NOT_CARRIED):
        until = (message("step.until", date=board_date(event.until, process)),) if event.until else ()
        yield _to_requester(after, message(f"step.{event.decision}"), *until, text=event.text)


def on_stage(before: Case, event: StageReached, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis, the new handler and the requester learn of it."""
    yield from _in_mantis(after)
    if after.handler != before.handler:
        yield to(after.handler, "assigned", process, message("why.stage", stage=event.stage), text=event.note)
    if (before.stage, event.stage) in ((Stage.DESIGN, Stage.DEVELOPMENT), (Stage.DEVELOPMENT, Stage.READY)):
        version = (message("step.version", version=event.version),) if event.version else ()
        yield _to_requester(after, message(f"step.{event.stage}"), *version)
    else:
        yield _to_requester(after, message("step.back", stage=event.stage))


def on_noted_alone(_: Case, __: object, after: Case, ___: Process) -> Iterator[Intent]:
    """Mantis has a note of it."""
    yield AddNote(after.version)


def _open_until(closes: datetime, process: Process) -> Message:
    """Until when the members may vote online."""
    return message("why.online", zone=process.calendars[process.board.calendar].zone, due=closes.isoformat())


def _meeting(key: str, now: datetime, process: Process) -> tuple[Message, ...]:
    """When the Board meets next, if support.yml says it."""
    meeting, zone = meeting_after(now, process), process.calendars[process.board.calendar].zone
    return (message(key, zone=zone, due=meeting.isoformat()),) if meeting else ()


def _noted(before: Case, after: Case) -> Iterator[Intent]:
    """A note in Mantis, with the fields where the stage is another one."""
    yield from _in_mantis(after) if after.stage is not before.stage else (AddNote(after.version),)


def _in_mantis(after: Case) -> Iterator[Intent]:
    yield AddNote(after.version)
    yield UpdateIssue()


def _to_requester(case: Case, *why: Message, **fields: str) -> SendNotice:
    requester = case.request.requester
    return SendNotice("change", requester.email, {"name": requester.name, **fields}, why=why)
