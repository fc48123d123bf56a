"""The rules of a change request's way. Each yields a sentence for everything that does not hold. Pure.

Source: the process page, "Escalation": requests for change "go first to the module's owner, are discussed at the CT2
Board meeting", and docs/process/changes.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from intake_fn.core.case import Case, module_of
from intake_fn.core.change_events import (
    BoardDecided,
    ChangeAssessed,
    ChangeReleased,
    ClausePublished,
    DeferralEnded,
    MotionPut,
    OwnerDeclined,
    Recused,
    SentToOwner,
    StageReached,
    VoteCast,
    VoteClosed,
)
from intake_fn.core.changes import board
from intake_fn.core.changes.clause_text import published_since
from intake_fn.core.events import Event, Resolved
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import board_date, last_day, name_of
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Category, Motion, Outcome, Stage

WHERE: dict[Stage, str] = {
    Stage.NONE: "is with no owner of a module yet",
    Stage.OWNER: "is with the owner of its module",
    Stage.BOARD: "is before the Board",
    Stage.DEFERRED: "was put off by the Board",
    Stage.DESIGN: "is in design",
    Stage.DEVELOPMENT: "is in development",
    Stage.READY: "is ready for release",
    Stage.RELEASED: "is released",
    Stage.DECLINED: "was declined by the Board",
}

NEXT: dict[Stage, tuple[Stage, ...]] = {
    Stage.DESIGN: (Stage.DEVELOPMENT,),
    Stage.DEVELOPMENT: (Stage.READY, Stage.DESIGN),
    Stage.READY: (Stage.DEVELOPMENT,),
}
"""The stages after approval: one further, or one back."""

_EFFORT = re.compile(r"\d{1,4}(?:\.\d)?")

BY_THE_BOARD = (Outcome.FIXED, Outcome.DONE, Outcome.WONT_FIX, Outcome.POSTPONED)
"""What comes of a change by the Board's decision and by its release alone."""


def stands_at(*stages: Stage) -> Any:
    """The change request is at one of these stages."""

    def rule(case: Case, _: Event, __: Process) -> Iterator[str]:
        if case.stage not in stages:
            yield f"{case.id} {WHERE[case.stage]}."

    return rule


def has_an_owner(case: Case, event: SentToOwner, process: Process) -> Iterator[str]:
    """It is a change request, and goes to the owner of a module of support.yml."""
    module = process.modules.get(event.module)
    if case.category is not Category.CHANGE:
        yield "Only a change request goes to the owner of a module. Please decide first that it is one."
    if module is None:
        yield f"There is no module {event.module!r}. Please choose one of {', '.join(process.modules)}."
    elif event.owner != module.owner:
        yield f"The owner of {module.name} is {name_of(module.owner, process)}."
    elif case.stage is Stage.OWNER and case.handler == event.owner:
        yield f"{name_of(event.owner, process)} has {case.id} already."


def is_by_the_owner(case: Case, event: ChangeAssessed | OwnerDeclined, process: Process) -> Iterator[str]:
    """The owner of the module does it."""
    if not is_person(case.handler, event.actor, process):
        yield f"The owner of the module does this: {name_of(case.handler, process)}."


def owner_may_decline(case: Case, _: OwnerDeclined, process: Process) -> Iterator[str]:
    """support.yml names the modules whose owner may."""
    if module_of(case) not in process.board.owner_declines:
        yield f"Changes of this module are declined by {process.board.name} alone. Assess it, and write what you think."


def is_assessed(_: Case, event: ChangeAssessed, process: Process) -> Iterator[str]:
    """It says what the clause would read and what it takes."""
    if not event.clause.strip():
        yield "Please name the clause that would change, or the page of a new one."
    if not event.proposed.strip():
        yield "Please write the clause as it would read."
    elif event.proposed.strip() == event.today.strip():
        yield "The clause would read as it does today. Please write what would change."
    if not _EFFORT.fullmatch(event.effort.strip()):
        yield "Please give the effort in days as a number, such as 2 or 0.5."
    for module in event.modules:
        if module not in process.modules:
            yield f"There is no module {module!r}."


def may_move(case: Case, event: MotionPut, process: Process) -> Iterator[str]:
    """A member of the Board, or a deputy, puts a motion; an online vote is opened by the owner or the chair."""
    voting = voting_of(case, process)
    motion = voting.motion
    if event.closes is not None and not may_open_online(case, event.actor, process):
        owner, chair = name_of(case.handler, process), name_of(process.board.chair, process)
        yield f"Only {owner}, who has the request, or {chair}, who chairs {process.board.name}, opens an online vote."
    elif event.closes is None and not board.members_of(event.actor, process):
        yield f"Only members of {process.board.name} do this: {_members(process)}."
    if motion and motion.closes and event.at < motion.closes:
        yield f"An online vote is open to the end of {last_day(motion.closes, process)}; it is closed first."
    elif motion and motion.closes and board.tally(voting, event.at, process.board).decision:
        yield "The online vote has decided; its decision is proclaimed first."
    elif motion and (motion.motion, motion.closes) == (event.motion, event.closes) and motion.until == event.until:
        yield "This motion is before the Board already."


def may_open_online(case: Case, actor: str, process: Process) -> bool:
    """Whether whoever acts, by address, may let the members vote between meetings: the owner, or the chair."""
    return is_person(case.handler, actor, process) or board.may_proclaim(actor, process)


def motion_is_whole(_: Case, event: MotionPut, __: Process) -> Iterator[str]:
    """To defer needs a date ahead, and what is no approval needs a reason."""
    if event.motion is Motion.DEFER and (event.until is None or event.until <= event.at):
        yield "Please give the date to which it is put off; it has to lie ahead."
    if event.closes is not None and event.closes <= event.at:
        yield "An online vote needs some time to vote in."
    if (event.motion is not Motion.APPROVE or event.closes) and not event.reason.strip():
        yield "Please give the reason: the members and the owner read it."


def may_vote(case: Case, event: VoteCast, process: Process) -> Iterator[str]:
    """The member may vote, and the vote is open."""
    if case.stage is Stage.DEFERRED and (until := board.deferred_until(case.history)) and event.at < until:
        yield f"It is put off until {board_date(until, process)}."
    own = mailbox(event.actor) == mailbox(case.request.requester.email)
    if own and not is_person(event.member, event.actor, process):
        yield "Whoever made the request does not vote on it, not for a member either."
    yield from board.may_cast(event, voting_of(case, process), process)


def is_over(case: Case, event: VoteClosed, process: Process) -> Iterator[str]:
    """The time of the online vote is over, and that is not recorded yet."""
    closes = closing(case, process)
    if closes is None or event.at < closes:
        yield "There is no online vote whose time is over."


def has_come(case: Case, event: DeferralEnded, _: Process) -> Iterator[str]:
    """The date has come to which it was put off."""
    until = board.deferred_until(case.history)
    if until is None or event.at < until:
        yield "It is not put off to a date that has come."


def may_be_recused(_: Case, event: Recused, process: Process) -> Iterator[str]:
    """A member says so of themselves, or the chair of a member; with a reason."""
    if event.member not in process.board.members:
        yield f"{name_of(event.member, process)} is no member of {process.board.name}."
    elif not is_person(event.member, event.actor, process) and not is_person(process.board.chair, event.actor, process):
        yield f"{name_of(event.member, process)} or the chair says so."
    if not event.reason.strip():
        yield "Please give the reason."


def is_proclaimed(case: Case, event: BoardDecided, process: Process) -> Iterator[str]:
    """The chair proclaims what the votes decided, with words for the requester."""
    yield from board.decision_is_the_tally(event, voting_of(case, process), process)
    if not event.text.strip():
        yield "Please write the decision in words: the requester reads it."


def goes_one_stage(case: Case, event: StageReached, process: Process) -> Iterator[str]:
    """One stage further or back, to somebody who is there; back with a reason."""
    ways = NEXT.get(case.stage, ())
    if event.stage not in ways:
        yield f"{case.id} {WHERE[case.stage]}; from there it goes to {' or '.join(ways) or 'no further stage'}."
    elif event.stage != ways[0] and not event.note.strip():
        yield "Please give the reason why it goes back."
    if event.handler not in process.people:
        yield f"{name_of(event.handler, process)} is none of the people of support.yml."


def is_another_text(case: Case, event: ClausePublished, _: Process) -> Iterator[str]:
    """The clause has been published in another form than was known."""
    known = published_since(case)
    if known is not None and known.text == event.text:
        yield f"It is known that {event.clause} is published like that."


def is_delivered(case: Case, event: ChangeReleased, _: Process) -> Iterator[str]:
    """The clause is published as proposed, or a person says why it is not."""
    published = published_since(case)
    if not event.text.strip():
        yield "Please say what was changed: the requester reads it."
    if (published is None or not published.as_proposed) and not event.reason.strip():
        yield "The clause is not published as proposed. Publish it first, or give the reason why not."


def takes_its_way(case: Case, event: Resolved, _: Process) -> Iterator[str]:
    """A change is declined by the Board and done by its release; what was done in Mantis is done."""
    on_its_way = case.stage.is_undecided or case.stage.is_approved
    if on_its_way and event.outcome in BY_THE_BOARD and not event.in_mantis:
        yield f"{case.id} {WHERE[case.stage]}. It is declined by the Board, or done when it is released."


def closing(case: Case, process: Process) -> datetime | None:
    """When the online vote that is open, or whose end nobody has noted, closes; None where there is none."""
    motion = voting_of(case, process).motion
    if motion is None or motion.closes is None:
        return None
    later = reversed(case.history)
    last = next(event for event in later if isinstance(event, MotionPut | VoteClosed))
    return None if isinstance(last, VoteClosed) else motion.closes


def voting_of(case: Case, process: Process) -> board.Round:
    """The vote on a case's latest motion."""
    return board.voting_round(case.history, case.request.requester.email, process)


def is_person(person: str, actor: str, process: Process) -> bool:
    """Whether who acts, by address, is this person."""
    known = process.people.get(person)
    return known is not None and mailbox(known.address) == mailbox(actor)


def _members(process: Process) -> str:
    return ", ".join(name_of(member, process) for member in process.board.members)
