"""The readers of the Board's mails: members who may vote, their deputies, the chair, owners asked to comment. Pure.

The rule stands in docs/process/changes.md: a deputy gets every mail that the member gets, since nobody reports an
absence; who is recused is not asked to vote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.change_events import ChangeAssessed
from intake_fn.core.changes.meetings import end_of_working_day
from intake_fn.core.changes.rules import is_person, voting_of
from intake_fn.core.intents import SendNotice
from intake_fn.core.names import name_of
from intake_fn.core.process import Process
from intake_fn.texts import Message, message


def comment_until(asked: datetime, process: Process) -> datetime:
    """The end of the last working day for comments that are asked for at an instant (`board.comment_days`)."""
    return end_of_working_day(asked, process.board.comment_days, process.calendars[process.board.calendar])


def commenters(assessed: ChangeAssessed, process: Process) -> Mapping[str, tuple[str, ...]]:
    """The owners who are asked to comment, with their modules: those that the change touches or is near to.

    Whoever assessed it is not asked, nor for a module that support.yml does not have any more.
    """
    owners: dict[str, list[str]] = {}
    for name in dict.fromkeys((*assessed.modules, *assessed.near)):
        module = process.modules.get(name)
        if module and not is_person(module.owner, assessed.actor, process):
            owners.setdefault(module.owner, []).append(module.name)
    return {owner: tuple(modules) for owner, modules in owners.items()}


def voters(case: Case, process: Process) -> list[str]:
    """The members who may vote on a request."""
    recused = voting_of(case, process).recused
    return [member for member in process.board.members if member not in recused]


def to_voters(case: Case, process: Process, *why: Message, **fields: str) -> Iterator[SendNotice]:
    """A mail to each member who may vote on a request, and the same to the deputy."""
    for member in voters(case, process):
        yield from to_seat(member, process, *why, **fields)


def to_chair(process: Process, *why: Message) -> Iterator[SendNotice]:
    """A mail to the chair, and the same to the deputy of the chair."""
    return to_seat(process.board.chair, process, *why)


def to_seat(member: str, process: Process, *why: Message, **fields: str) -> Iterator[SendNotice]:
    """A mail to a member, and one to their deputy that names the member."""
    yield to(member, "board", process, *why, **fields)
    if deputy := process.board.deputies.get(member):
        yield to(deputy, "board", process, message("why.deputy", person=name_of(member, process)), *why, **fields)


def to(person: str, notice: str, process: Process, *why: Message, **fields: str) -> SendNotice:
    """A mail to a person of support.yml."""
    known = process.people[person]
    return SendNotice(notice, known.address, {"name": known.name, **fields}, why=why)
