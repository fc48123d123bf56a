"""What should become of a change request, written down a second time: what the machine of changes is held against.

A request is a handful of plain fields, changed by hand at each event; votes are a dict, quorum and majority are counted
on fingers. Nothing of core/changes is called. `Expected` says of each event whether it may happen, and what it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from intake_fn.core.vocabulary import Decision, Motion, Outcome, Stage, Status, Vote

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.process import Board, Process

HANDLED = (Status.OPEN, Status.WAITING)
UNDECIDED = (Stage.OWNER, Stage.BOARD, Stage.DEFERRED)
APPROVED = (Stage.DESIGN, Stage.DEVELOPMENT, Stage.READY)
ADDRESSES = {
    "marc-selter": "marc.selter@example.com",
    "system-analysts": "sa@example.com",
    "paul": "paul@example.com",
    "andrei": "andrei@example.com",
    "roma": "roma@example.com",
    "ihelp": "ihelp@jaguarfreight.com",
}
"""The people of the test by their addresses, as support.yml has them."""


def count(votes: dict[str, Vote], away: set[str], board: Board, motion: Motion) -> Decision | None:
    """What the last votes of those who may vote come to; None below the quorum."""
    counted = {member: vote for member, vote in votes.items() if member in board.members and member not in away}
    if len(counted) < board.quorum:
        return None
    yes = sum(vote is Vote.YES for vote in counted.values())
    no = sum(vote is Vote.NO for vote in counted.values())
    if board.majority == "all":
        carried = yes >= 1 and no == 0
    elif board.majority == "two-thirds":
        carried = yes >= 1 and yes >= 2 * no
    elif yes == no and motion is Motion.APPROVE and board.tie == "chair":
        carried = counted.get(board.chair) is Vote.YES
    else:
        carried = yes > no
    if motion is Motion.APPROVE:
        return Decision.APPROVED if carried else Decision.DECLINED
    moved = Decision.DEFERRED if motion is Motion.DEFER else Decision.RETURNED
    return moved if carried else Decision.NOT_CARRIED


@dataclass
class Expected:
    """One request as it should stand."""

    requester: str
    urgent: bool
    module: str
    handler: str
    stage: Stage = Stage.NONE
    status: Status = Status.OPEN
    is_change: bool = False
    motion: Motion | None = None
    until: datetime | None = None
    """The date of a motion to defer."""
    closes: datetime | None = None
    noted: bool = False
    """Whether the end of an online vote is in the log."""
    votes: dict[str, Vote] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)
    deferred_to: datetime | None = None
    published: tuple[str, bool] | None = None
    """The text that the clause was published with since it was assessed, and whether that is the proposed one."""
    decisions: list[tuple[Any, ...]] = field(default_factory=list)
    """What was proclaimed: the decision, the votes that counted, the date."""

    @property
    def handled(self) -> bool:
        """Whether somebody works on it."""
        return self.status in HANDLED

    @property
    def is_the_boards(self) -> bool:
        """Whether it is before the Board, or will be."""
        return self.stage in (Stage.BOARD, Stage.DEFERRED)

    def is_put_off(self, now: datetime) -> bool:
        """Whether the date to which it was deferred is ahead."""
        return self.stage is Stage.DEFERRED and self.deferred_to is not None and now < self.deferred_to

    def away(self) -> set[str]:
        """Who does not vote: the recused, and whoever made the request."""
        return self.recused | {person for person in ADDRESSES if self.is_requester(ADDRESSES[person])}

    def is_requester(self, actor: str) -> bool:
        """Whether whoever acts made the request."""
        return self.requester.lower() == actor.lower()

    def has_it(self, actor: str, process: Process) -> bool:
        """Whether whoever acts is the handler, and is still there."""
        return self.handler in process.people and ADDRESSES[self.handler] == actor

    def counted(self, board: Board) -> dict[str, str]:
        """The votes that count, by member."""
        away = self.away()
        return {member: self.votes[member].value for member in board.members if member in {*self.votes} - away}

    def outcome(self, now: datetime, board: Board) -> Decision | None:
        """What is decided at an instant: an online vote is over when all have voted, or its time has passed."""
        if self.motion is None:
            return None
        all_voted = {*board.members} - self.away() <= {*self.votes}
        if self.closes is not None and now < self.closes and not all_voted:
            return None
        if self.until is not None and self.until <= now:
            return None
        return count(self.votes, self.away(), board, self.motion)

    # --- who may do what ---------------------------------------------------------------------

    def may_be_sent(self, owner: str) -> bool:
        """A change that is not before the Board, to an owner who has not got it."""
        here = self.stage in (Stage.NONE, Stage.OWNER, Stage.DECLINED, Stage.RELEASED)
        has_it = self.stage is Stage.OWNER and self.handler == owner
        return self.handled and self.is_change and here and not has_it

    def may_assess(self, actor: str, process: Process) -> bool:
        """The owner, before and while the Board votes."""
        return self.handled and self.stage in (Stage.OWNER, Stage.BOARD) and self.has_it(actor, process)

    def may_decline(self, actor: str, process: Process) -> bool:
        """The owner, of a module for which support.yml says so."""
        named = self.module in process.board.owner_declines
        return self.handled and self.stage is Stage.OWNER and self.has_it(actor, process) and named

    def may_move(
        self, actor: str, moved: tuple[Motion, datetime | None, datetime | None], now: datetime, process: Process
    ) -> bool:
        """A member or a deputy; the owner or who speaks for the chair online; not while a vote is, or has decided."""
        motion, until, closes = moved
        online = closes is not None
        if online:
            entitled = self.has_it(actor, process) or process.board.chair in speaks_for(actor, process.board)
        else:
            entitled = bool(speaks_for(actor, process.board))
        is_online = self.closes is not None and (now < self.closes or self.outcome(now, process.board) is not None)
        is_same = moved == (self.motion, self.until, self.closes)
        dated = motion is not Motion.DEFER or (until is not None and until > now)
        return self.handled and self.is_the_boards and entitled and not is_online and not is_same and dated

    def may_vote(self, actor: str, member: str, now: datetime, board: Board) -> bool:
        """A member who is not away, or the deputy for them; never the requester; while the vote is open."""
        entitled = member in speaks_for(actor, board) and member not in self.away() and not self.is_requester(actor)
        is_open = self.closes is None or now < self.closes
        return self.handled and self.is_the_boards and entitled and is_open and not self.is_put_off(now)

    def may_recuse(self, actor: str, member: str, board: Board) -> bool:
        """The member or the chair, while it is undecided."""
        entitled = actor in (ADDRESSES[member], ADDRESSES[board.chair])
        return self.handled and self.stage in UNDECIDED and member in board.members and entitled

    def may_proclaim(
        self, actor: str, said: tuple[Decision, dict[str, str], datetime | None], now: datetime, board: Board
    ) -> bool:
        """Who speaks for the chair, and exactly what the votes say."""
        decided = self.outcome(now, board)
        until = self.until if decided is Decision.DEFERRED else None
        entitled = board.chair in speaks_for(actor, board)
        true = decided is not None and said == (decided, self.counted(board), until)
        return self.handled and self.stage is Stage.BOARD and entitled and true

    def vote_closes(self, now: datetime) -> bool:
        """Whether the time of an online vote is over, and nobody has noted it."""
        is_over = self.closes is not None and now >= self.closes and not self.noted
        return self.handled and self.is_the_boards and is_over

    def deferral_ends(self, now: datetime) -> bool:
        """Whether the date has come."""
        return self.handled and self.stage is Stage.DEFERRED and not self.is_put_off(now)

    def may_reach(self, stage: Stage, handler: str, process: Process) -> bool:
        """One stage further or back, to somebody who is there."""
        ways = {
            Stage.DESIGN: (Stage.DEVELOPMENT,),
            Stage.DEVELOPMENT: (Stage.READY, Stage.DESIGN),
            Stage.READY: (Stage.DEVELOPMENT,),
        }
        return self.handled and stage in ways.get(self.stage, ()) and handler in process.people

    def may_release(self, reason: str) -> bool:
        """What is ready and published as proposed, or with a reason."""
        published = self.published is not None and self.published[1]
        return self.handled and self.stage is Stage.READY and (published or bool(reason))

    def may_resolve(self, outcome: Outcome, *, in_mantis: bool) -> bool:
        """Not past the Board, and not past the release; what was done in Mantis is done."""
        past = outcome in (Outcome.FIXED, Outcome.DONE, Outcome.WONT_FIX, Outcome.POSTPONED)
        return self.handled and (in_mantis or not past or self.stage not in (*UNDECIDED, *APPROVED))

    def may_hand_over(self, to: str, process: Process) -> bool:
        """To the owner that the module has by now; approved, to anybody; else within the level."""
        if self.stage in UNDECIDED:
            people: Any = (process.modules[self.module].owner,)
        else:
            people = process.people if self.stage in APPROVED else process.levels[3].resources
        return self.handled and to in people and to != self.handler

    # --- what it does ------------------------------------------------------------------------

    def decided_as(self, module: str | None, process: Process) -> None:
        """A person says that it is a change of a module, or with None that it is none."""
        self.is_change = module is not None
        self.module = module or self.module
        if module is None:
            self.stage = Stage.NONE
        elif self.stage is Stage.NONE and self.handled:
            self.stage, self.handler = Stage.OWNER, process.modules[module].owner

    def put(self, motion: Motion | None, until: datetime | None = None, closes: datetime | None = None) -> None:
        """A motion is before the Board, none for None; votes of before count no more."""
        self.motion, self.until, self.closes, self.noted, self.votes = motion, until, closes, False, {}

    def proclaimed(self, said: tuple[Decision, dict[str, str], datetime | None]) -> None:
        """What follows from the decision."""
        self.decisions.append(said)
        self.deferred_to = said[2]
        self.stage = {
            Decision.APPROVED: Stage.DESIGN,
            Decision.DECLINED: Stage.DECLINED,
            Decision.DEFERRED: Stage.DEFERRED,
            Decision.RETURNED: Stage.OWNER,
            Decision.NOT_CARRIED: Stage.BOARD,
        }[said[0]]
        self.put(Motion.APPROVE if self.stage in (Stage.DEFERRED, Stage.BOARD) else None)
        if said[0] is Decision.DECLINED:
            self.status = Status.RESOLVED


def speaks_for(actor: str, board: Board) -> set[str]:
    """The members that whoever acts is, or is the deputy of."""
    person = next((name for name, address in ADDRESSES.items() if address == actor), "")
    return {member for member in board.members if person and person in (member, board.deputies.get(member))}
