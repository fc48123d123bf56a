"""What the desk may offer a person for a change request as it stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.case import Case, module_of
from intake_fn.core.change_events import (
    BoardDecided,
    ChangeAssessed,
    ChangeReleased,
    Commented,
    MotionPut,
    OwnerDeclined,
    Recused,
    SentToOwner,
    StageReached,
    VoteCast,
)
from intake_fn.core.changes import board
from intake_fn.core.changes.rules import is_person, voting_of
from intake_fn.core.events import Event
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Category, Stage


def offered(case: Case, process: Process, actor: str) -> Mapping[type[Event], bool]:
    """The events of a change's way that a person, by address, may make happen; to some person for ""."""
    before_the_board = case.stage in (Stage.BOARD, Stage.DEFERRED)
    owner = not actor or is_person(case.handler, actor, process)
    member = not actor or bool(board.members_of(actor, process))
    return {
        SentToOwner: case.category is Category.CHANGE and (case.stage is Stage.OWNER or not case.stage.is_on_its_way),
        ChangeAssessed: case.stage in (Stage.OWNER, Stage.BOARD) and owner,
        OwnerDeclined: case.stage is Stage.OWNER and owner and module_of(case) in process.board.owner_declines,
        Commented: case.stage.is_undecided,
        MotionPut: before_the_board and (member or is_person(case.handler, actor, process)),
        VoteCast: before_the_board and (not actor or bool(votes_for(case, process, actor))),
        Recused: case.stage.is_undecided and member,
        BoardDecided: case.stage is Stage.BOARD and (not actor or board.may_proclaim(actor, process)),
        StageReached: case.stage.is_approved,
        ChangeReleased: case.stage is Stage.READY,
    }


def votes_for(case: Case, process: Process, actor: str) -> tuple[str, ...]:
    """The members for whom a person may vote: themselves, and whom they stand in for; none for the requester."""
    if mailbox(actor) == mailbox(case.request.requester.email):
        return ()
    recused = voting_of(case, process).recused
    return tuple(member for member in board.members_of(actor, process) if member not in recused)
