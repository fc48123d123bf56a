"""The Board's agenda: its items, who may vote on each, what it takes to decide, and who was asked to comment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.change_events import (
    BoardDecided,
    ChangeAssessed,
    Commented,
    DeferralEnded,
    MotionPut,
    Recused,
    VoteCast,
    VoteClosed,
)
from intake_fn.core.changes.board import Round, Tally, deferred_until, tally, voting_round
from intake_fn.core.changes.clause_text import assessment_of
from intake_fn.core.changes.mailed import comment_until, commenters
from intake_fn.core.changes.rules import is_person, voting_of
from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import MORE_THAN_HALF, Process
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Motion, Stage
from intake_fn.texts import Message, message

LONG = 60
"""Days after which a request that the Board has not decided is said to wait."""


@dataclass(frozen=True, slots=True)
class Item:
    """A change request before the Board, with its assessment and how the vote stands."""

    case: Case
    assessed: ChangeAssessed
    since: datetime
    """Since when it is before the Board: its assessment, or the end of its deferral."""
    until: datetime | None
    """The date to which it is put off; None where it is on the agenda."""
    voting: Round
    standing: Tally
    days: int
    """Days since it came before the Board."""

    @property
    def waits(self) -> Message | None:
        """The message that the Board has not decided on it for long; None while it has not waited long."""
        return message("board.waits", days=self.days) if self.days >= LONG and self.until is None else None


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the Board, and what they do about one request."""

    member: str
    deputy: str
    """Who may vote for them; "" for nobody."""
    vote: VoteCast | None
    by_deputy: bool
    """Whether the vote was cast by the deputy."""
    recused: str | None
    """Why they do not vote: a reason, "" for the requester; None where they may."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The owner of other modules that a change touches or has clauses near to, who is asked to comment."""

    person: str
    modules: tuple[str, ...]
    until: datetime
    comments: tuple[Commented, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log of votes; `counts` is False for a vote that does not count."""

    event: Event
    counts: bool = True
    is_member: bool = True


def item_of(case: Case, process: Process, now: datetime) -> Item | None:
    """A case as an item for the Board; None for one that nobody has assessed."""
    assessed = assessment_of(case)
    if assessed is None:
        return None
    since = next(event.at for event in reversed(case.history) if isinstance(event, ChangeAssessed | DeferralEnded))
    voting = _voting(case, process)
    until = deferred_until(case.history) if case.stage is Stage.DEFERRED else None
    days = (now - since).days if case.stage.is_the_boards else 0
    ahead = until if until is not None and until > now else None
    return Item(case, assessed, since, ahead, voting, tally(voting, now, process.board), days)


def _voting(case: Case, process: Process) -> Round:
    """The vote on the latest motion; once the Board has decided on the request, the vote that decided."""
    if not case.stage.is_the_boards:
        for number, event in reversed(list(enumerate(case.history))):
            if isinstance(event, BoardDecided):
                return voting_round(case.history[:number], case.request.requester.email, process)
    return voting_of(case, process)


def agenda(cases: Iterable[Case], process: Process, now: datetime) -> tuple[list[Item], list[Item]]:
    """The items that are to be decided now, by urgency and age; and those that are put off, by date."""
    items = [
        item
        for case in cases
        if case.stage.is_the_boards and case.status.is_open and (item := item_of(case, process, now))
    ]
    ready = [item for item in items if item.until is None]
    put_off = [item for item in items if item.until is not None]
    return sorted(ready, key=_pressing), sorted(put_off, key=lambda item: (str(item.until), item.case.id))


def _pressing(item: Item) -> tuple[int, datetime, str]:
    return list(Priority).index(item.case.priority), item.since, item.case.id


def seats(item: Item, process: Process) -> list[Seat]:
    """The members, each with their vote, or why they have none."""
    return [_seat(member, item, process) for member in process.board.members]


def _seat(member: str, item: Item, process: Process) -> Seat:
    vote = item.voting.votes.get(member)
    by_deputy = vote is not None and not is_person(member, vote.actor, process)
    return Seat(member, process.board.deputies.get(member, ""), vote, by_deputy, item.voting.recused.get(member))


def it_takes(item: Item, process: Process) -> list[Message]:
    """What it takes to decide: the quorum, the majority, what a tie is."""
    board, motion = process.board, item.voting.motion
    taken = [
        message("board.quorum", quorum=board.quorum, members=len(board.members)),
        message(f"carries.{board.majority}"),
    ]
    if board.majority == MORE_THAN_HALF and (motion is None or motion.motion is Motion.APPROVE):
        taken.append(message(f"tie.{board.tie}"))
    if motion and motion.closes:
        taken.append(message("board.online"))
    return taken


def asked(item: Item, process: Process) -> list[Asked]:
    """The owners of other modules who are asked, with their comments."""
    until = comment_until(item.assessed.at, process)
    return [
        Asked(owner, modules, until, tuple(_comments_of(owner, item.case, process)))
        for owner, modules in commenters(item.assessed, process).items()
    ]


def _comments_of(person: str, case: Case, process: Process) -> Iterator[Commented]:
    return (event for event in comments(case) if is_person(person, event.actor, process))


def comments(case: Case) -> list[Commented]:
    """The discussion, in its order."""
    return [event for event in case.history if isinstance(event, Commented)]


def log_of_votes(item: Item, process: Process) -> list[Entry]:
    """All motions, votes, recusals and decisions; votes that were replaced or are of nobody who may vote among them."""
    entries: list[Entry] = []
    for place, event in enumerate(item.case.history):
        if isinstance(event, MotionPut | BoardDecided | VoteClosed | DeferralEnded | Recused):
            entries.append(Entry(event))
        elif isinstance(event, VoteCast):
            entries.append(Entry(event, _counts(event, item, place), event.member in process.board.members))
    return entries


def _counts(vote: VoteCast, item: Item, place: int) -> bool:
    """Whether a vote, by its place in the log, counts now, or counted in the decision that followed it."""
    for event in item.case.history[place + 1 :]:
        if isinstance(event, MotionPut) or (isinstance(event, VoteCast) and event.member == vote.member):
            return False
        if isinstance(event, BoardDecided):
            return vote.member in event.votes
    return item.voting.votes.get(vote.member) == vote
