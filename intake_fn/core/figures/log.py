"""A log as the figures read it: each event with the case before and after it, and its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from intake_fn.core.case import Case
from intake_fn.core.events import Event, Quarantined
from intake_fn.core.figures.entry import day_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.spec_gaps import ON_THE_CLOCK
from intake_fn.core.steps import states

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a log. `before` is None for the first one; `number` counts from 1, `day` is by the zone."""

    number: int
    event: Event
    before: Case | None
    after: Case
    day: date
    spent: int
    """Seconds that the Help Desk had had the request when it happened: day and night, without waits for the requester
    and without the way of a change request."""

    @property
    def opens(self) -> bool:
        """Whether the request comes into the backlog."""
        return self.after.status.is_open and not (self.before and self.before.status.is_open)

    @property
    def clears(self) -> bool:
        """Whether the request leaves the backlog."""
        return self.before is not None and self.before.status.is_open and not self.after.status.is_open

    @property
    def resolves(self) -> bool:
        """Whether the request is resolved by it."""
        return self.after.status.is_done and not (self.before and self.before.status.is_done)


@dataclass(frozen=True, slots=True)
class Log:
    """The whole log of a case, whose days are those of a zone."""

    case: Case
    zone: str
    happened: tuple[Happened, ...]

    @classmethod
    def of(cls, case: Case, zone: str) -> Log:
        """The log of a case. One that is quarantined on arrival never was in the backlog: that is one step."""
        every = [*states(case)]
        if len(every) > 1 and isinstance(every[1][0], Quarantined):
            every[0] = (every[0][0], every[1][1])
        rows: list[Happened] = []
        before, spent = None, timedelta()
        for number, (event, after) in enumerate(every, 1):
            if before and _on_the_clock(before):
                spent += max(timedelta(), after.changed_at - before.changed_at)
            rows.append(Happened(number, event, before, after, day_of(after.changed_at, zone), round(spent / SECOND)))
            before = after
        return cls(case, zone, tuple(rows))

    @property
    def received_on(self) -> date:
        """The day on which it was received."""
        return day_of(self.case.received_at, self.zone)

    def of_kind(self, *kinds: type[Event]) -> Iterable[Happened]:
        """The events of some kinds."""
        return (row for row in self.happened if isinstance(row.event, kinds))


def _on_the_clock(case: Case) -> bool:
    return case.status in ON_THE_CLOCK and not case.stage.is_on_its_way
