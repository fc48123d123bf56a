"""The Board's votes on a change request, and the decision that they make. Pure.

Source: the process page, "Requests for change ... are discussed at the CT2 Board meeting ... The Board decides whether
they are necessary", and docs/process/changes.md. Members, quorum, majority, deputies and ties are data of support.yml.

A decision is computed from the log and never typed: `tally` reads the votes on the latest motion, the chair proclaims
what it says, and nothing else is accepted (`decision_is_the_tally`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from intake_fn.core.change_events import BoardDecided, MotionPut, Recused, VoteCast
from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process import ALL, CHAIR, MORE_THAN_HALF, TWO_THIRDS, Board, Process
from intake_fn.core.vocabulary import Decision, Motion, Vote
from intake_fn.texts import Message, message, say

CARRIED: Mapping[Motion, Decision] = {
    Motion.APPROVE: Decision.APPROVED,
    Motion.DEFER: Decision.DEFERRED,
    Motion.RETURN: Decision.RETURNED,
}
LOST: Mapping[Motion, Decision] = {
    Motion.APPROVE: Decision.DECLINED,
    Motion.DEFER: Decision.NOT_CARRIED,
    Motion.RETURN: Decision.NOT_CARRIED,
}
"""What a motion comes to with a majority, and without."""


@dataclass(frozen=True, slots=True)
class Round:
    """The vote on one motion: the motion, the votes that count by member, and who does not vote."""

    motion: MotionPut | None
    votes: Mapping[str, VoteCast]
    recused: Mapping[str, str]
    """Members who do not vote on the request, with the reason; "" for the requester."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a vote stands. `decision` is None while there is none; `why` says why not."""

    yes: int
    no: int
    abstained: int
    may_vote: tuple[str, ...]
    """Members who may vote."""
    missing: tuple[str, ...]
    """The members who have not voted."""
    decision: Decision | None
    why: Message | None = None


def voting_round(history: Iterable[Event], requester: str, process: Process) -> Round:
    """The vote on the latest motion. `requester` is the address of whoever made the request, who does not vote.

    What is said of a request stays when another motion is put: a member who is recused is so for all of them.
    """
    motion: MotionPut | None = None
    votes: dict[str, VoteCast] = {}
    recused = {member: "" for member in process.board.members if _is(member, requester, process)}
    for event in history:
        if isinstance(event, MotionPut):
            motion, votes = event, {}
        elif isinstance(event, BoardDecided):
            motion, votes = None, {}
        elif isinstance(event, VoteCast):
            votes[event.member] = event
        elif isinstance(event, Recused):
            recused.setdefault(event.member, event.reason)
    counted = {member: cast for member, cast in votes.items() if member not in recused}
    return Round(motion, {member: counted[member] for member in process.board.members if member in counted}, recused)


def tally(voting: Round, now: datetime, board: Board) -> Tally:
    """How the vote stands at an instant, and what it decides.

    There is a decision when the quorum has voted and, in an online vote, all who may vote have, or its time is over;
    none on a motion to put off to a date that has come.
    """
    votes = [cast.vote for cast in voting.votes.values()]
    yes, no, abstained = (votes.count(vote) for vote in (Vote.YES, Vote.NO, Vote.ABSTAIN))
    may_vote = tuple(member for member in board.members if member not in voting.recused)
    missing = tuple(member for member in may_vote if member not in voting.votes)
    decision, why = None, _why_not(voting, now, board, len(may_vote), missing)
    if why is None and voting.motion is not None:
        decision = _decision(voting.motion.motion, yes, no, voting, board)
    return Tally(yes, no, abstained, may_vote, missing, decision, why)


def _why_not(voting: Round, now: datetime, board: Board, may_vote: int, missing: tuple[str, ...]) -> Message | None:
    """Why nothing is decided yet; None when it is."""
    if voting.motion is None:
        return message("board.no-motion")
    if may_vote < board.quorum:
        return message("board.quorum-out-of-reach", may_vote=may_vote, quorum=board.quorum)
    if len(voting.votes) < board.quorum:
        return message("board.below-quorum", voted=len(voting.votes), quorum=board.quorum)
    if voting.motion.until is not None and voting.motion.until <= now:
        return message("board.date-passed")
    if voting.motion.closes is not None and missing and now < voting.motion.closes:
        return message("board.vote-open", missing=len(missing))
    return None


def _decision(motion: Motion, yes: int, no: int, voting: Round, board: Board) -> Decision:
    """What a vote that is over comes to. Abstentions count for the quorum alone; a tie is as support.yml says."""
    if board.majority == MORE_THAN_HALF and yes == no and motion is Motion.APPROVE:
        return _tie(voting, board)
    majority = {MORE_THAN_HALF: yes > no, TWO_THIRDS: yes > 0 and 3 * yes >= 2 * (yes + no), ALL: yes > 0 and not no}
    return (CARRIED if majority[board.majority] else LOST)[motion]


def _tie(voting: Round, board: Board) -> Decision:
    """The decision of a tie: declined, or what the chair voted for."""
    chairs = voting.votes.get(board.chair)
    with_chair = board.tie == CHAIR and chairs is not None and chairs.vote is Vote.YES
    return Decision.APPROVED if with_chair else Decision.DECLINED


# --- rules: each yields a sentence for what does not hold --------------------------------------


def may_cast(event: VoteCast, voting: Round, process: Process) -> Iterator[str]:
    """A member votes, or the named deputy for them; nobody on their own request, and nobody once the vote is over."""
    board = process.board
    name = process.person(event.member).name
    if event.member not in board.members:
        yield f"{name} is no member of {board.name}."
    elif event.member in voting.recused:
        own = not voting.recused[event.member]
        yield f"{name} made the request and does not vote on it." if own else f"{name} does not vote on this request."
    elif not _is(event.member, event.actor, process) and not _is(
        board.deputies.get(event.member, ""), event.actor, process
    ):
        deputy = board.deputies.get(event.member, "")
        whose = f"{name} or the deputy, {process.person(deputy).name}" if deputy else name
        yield f"Only {whose} may cast this vote."
    if voting.motion is None:
        yield "There is no motion to vote on."
    elif voting.motion.closes is not None and event.at >= voting.motion.closes:
        yield "The online vote is closed."


def decision_is_the_tally(event: BoardDecided, voting: Round, process: Process) -> Iterator[str]:
    """The chair proclaims exactly what the votes decide."""
    board = process.board
    standing = tally(voting, event.at, board)
    if not may_proclaim(event.actor, process):
        yield f"{process.person(board.chair).name} chairs {board.name} and proclaims its decisions."
    if standing.decision is None:
        why = say(standing.why.key, standing.why.values) if standing.why else ""
        yield f"The vote has not decided yet. {why}"
    elif event.decision is not standing.decision:
        yield f"The votes decide: {say(f'decision.{standing.decision}')}. Nothing else can be proclaimed."
    elif dict(event.votes) != votes_of(voting) or event.until != until_of(voting, standing.decision):
        yield "The votes have changed since you looked; please look at them again."


def may_proclaim(actor: str, process: Process) -> bool:
    """Whether who acts, by address, chairs the Board or is the chair's deputy."""
    return process.board.chair in members_of(actor, process)


def members_of(actor: str, process: Process) -> tuple[str, ...]:
    """The members that whoever acts is, or is the named deputy of."""
    board = process.board
    return tuple(
        member
        for member in board.members
        if _is(member, actor, process) or _is(board.deputies.get(member, ""), actor, process)
    )


def deferred_until(history: Iterable[Event]) -> datetime | None:
    """The date to which the Board has put it off last; None where it has not."""
    decisions = [event for event in history if isinstance(event, BoardDecided)]
    return decisions[-1].until if decisions and decisions[-1].decision is Decision.DEFERRED else None


def until_of(voting: Round, decision: Decision | None) -> datetime | None:
    """The date to which a decision puts the request off; None for all others."""
    return voting.motion.until if voting.motion and decision is Decision.DEFERRED else None


def votes_of(voting: Round) -> dict[str, str]:
    """The votes that count, by member, as a decision records them."""
    return {member: cast.vote.value for member, cast in voting.votes.items()}


def _is(person: str, address: str, process: Process) -> bool:
    """Whether an address is that of a person."""
    known = process.people.get(person)
    return known is not None and bool(address) and mailbox(known.address) == mailbox(address)
