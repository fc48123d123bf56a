"""How often people decide what judges said: what a case's log tells of it, and the sums of many cases. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

from intake_fn.core.events import Judged, JudgedInShadow
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.verdicts import decision
from intake_fn.core.vocabulary import Category

if TYPE_CHECKING:
    from intake_fn.core.case import Case


class Role(StrEnum):
    """What a verdict was worth when it was given."""

    ACTED = "acted"
    PROPOSED = "proposed"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge said of a case."""

    judge: str
    category: Category
    role: Role


def said(case: Case) -> tuple[Said, ...]:
    """What judges said of a case, in the order of its log."""
    return tuple(_said(case))


def _said(case: Case) -> Iterator[Said]:
    for event in case.history:
        if isinstance(event, Judged):
            yield Said(event.verdict["judge"], event.category, Role.ACTED if event.acts else Role.PROPOSED)
        if isinstance(event, JudgedInShadow):
            yield Said(event.verdict["judge"], event.category, Role.SHADOW)


def decided(case: Case) -> Category | None:
    """What a person decided that a case is; None where none did."""
    last = decision(case)
    return last.category if last else None


class Compared(Protocol):
    """What is compared: the row of a case in a list."""

    @property
    def said(self) -> tuple[Said, ...]:
        """What judges said that it is."""
        ...

    @property
    def decided(self) -> Category | None:
        """What a person decided that it is."""
        ...


Row = TypeVar("Row", bound=Compared)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a judge said a category, and what people decided then.

    `open` are those on which no person has decided. Of what a judge left undecided, `same` and `other` say nothing.
    """

    judge: str
    role: Role
    category: Category
    same: int
    other: int
    open: int

    @property
    def total(self) -> int:
        """How often it was said."""
        return self.same + self.other + self.open


def agreements(rows: Iterable[Compared]) -> tuple[Agreement, ...]:
    """The sums of many cases, by judge, role and category."""
    counts = {
        "same": Counter[Said](),
        "other": Counter[Said](),
        "open": Counter[Said](),
    }
    for row in rows:
        for one in row.said:
            kind = "open" if row.decided is None else "same" if row.decided is one.category else "other"
            counts[kind][one] += 1
    every = sorted(set().union(*counts.values()), key=lambda one: (one.judge, one.role, one.category))
    return tuple(
        Agreement(one.judge, one.role, one.category, **{kind: count[one] for kind, count in counts.items()})
        for one in every
    )


def differing(rows: Iterable[Row]) -> list[tuple[Row, Said]]:
    """The cases that a person decided otherwise than a judge said; without those that the judge left to a person."""
    return [
        (row, one)
        for row in rows
        for one in row.said
        if row.decided is not None and one.category not in (row.decided, Category.UNDECIDED)
    ]
