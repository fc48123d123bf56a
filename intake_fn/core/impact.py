"""The impact of a change: which requests its clause would decide otherwise, as it was worked out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256

from intake_fn.core.case import Case
from intake_fn.core.change_events import BoardDecided, ChangeAssessed
from intake_fn.core.changes.clause_text import assessment_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.verdicts import decision, shown_clauses


@dataclass(frozen=True, slots=True)
class Affected:
    """A request whose verdict or decision cites the clause, and what it would be by the clause as it would read.

    `flip` is the kind of its flip (spec_lookup's FlipKind), "" for one that stays as it is; `comparable` is False where
    nobody has read it by the changed clause.
    """

    request: str
    is_open: bool
    flip: str = ""
    before: str = ""
    after: str = ""
    comparable: bool = True


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """What was decided before by the clause: the category by a person, or what the Board decided on a change of it."""

    request: str
    at: datetime
    actor: str
    what: str
    by_board: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """What was worked out for one assessment against one spec; `left` counts the requests not judged again yet."""

    of: str
    at: datetime
    affected: tuple[Affected, ...] = ()
    decisions: tuple[EarlierDecision, ...] = ()
    left: int = 0

    @property
    def flips(self) -> tuple[Affected, ...]:
        """The requests that flip."""
        return tuple(one for one in self.affected if one.flip)


def is_new(assessment: ChangeAssessed) -> bool:
    """Whether it is about a clause that the spec does not have yet."""
    return "#" not in assessment.clause


def key_of(assessment: ChangeAssessed, stamp: str) -> str:
    """What an impact is worked out of: the clause as it would read, and the spec that is published."""
    return sha256(f"{assessment.clause}\n{assessment.proposed}\n{stamp}".encode()).hexdigest()


def cites(case: Case, clause: str) -> bool:
    """Whether the verdict of a request shows the clause, or a person decided it by the clause."""
    by_person = decision(case)
    return clause in shown_clauses(case) or (by_person is not None and by_person.clause == clause)


def decisions_on(cases: Iterable[Case], clause: str) -> Iterator[EarlierDecision]:
    """What people and the Board decided on a clause, in the order of the requests."""
    for case in cases:
        by_person = decision(case)
        if by_person and by_person.clause == clause:
            yield EarlierDecision(case.id, by_person.at, by_person.actor, by_person.category.value, by_board=False)
        assessment = assessment_of(case)
        decided = next((event for event in reversed(case.history) if isinstance(event, BoardDecided)), None)
        if assessment and decided and assessment.clause == clause:
            yield EarlierDecision(case.id, decided.at, decided.actor, decided.decision.value, by_board=True)
