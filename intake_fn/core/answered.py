"""Answered by a clause: somebody reads a clause while writing, says that it answers them, and sends nothing. Pure.

Source: docs/process/index.md, "Answered by a clause". No request exists then, so no event log tells it: each answer is
counted by itself, only because the person has said so, and taken back when the same person comes again on that clause
within `COMES_BACK_WITHIN`. Who it was is kept as digests: of the mailbox if they had entered it, and of a random number
that their browser keeps as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.retention import ANSWERED_BY

COMES_BACK_WITHIN = ANSWERED_BY


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer by a clause: page#anchor, the stamp of the spec, digests of the person, and when it was taken back."""

    id: str
    at: datetime
    clause: str
    spec: str
    people: tuple[str, ...]
    taken_back: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether the clause has answered, as far as is known."""
        return self.taken_back is None


def clauses_of(case: Case) -> frozenset[str]:
    """The clauses that a request is on: the one it names, the one that its requester has read, the nearest one."""
    request, cited = case.request, case.verdict["citations"][:1] if case.verdict else ()
    return frozenset((request.clause, request.reading_clause, *(one["clause"] for one in cited))) - {""}


def to_take_back(answers: Iterable[Answered], clauses: Iterable[str], now: datetime) -> tuple[Answered, ...]:
    """The answers of a person that no longer count when they come again on these clauses."""
    again = frozenset(clauses)
    return tuple(
        answer
        for answer in answers
        if answer.counts and answer.clause in again and now - answer.at <= COMES_BACK_WITHIN
    )
