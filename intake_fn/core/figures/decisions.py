"""Who decided, and whether it stood: verdicts, decisions of people, verdicts overridden, clauses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from intake_fn.core.case import module_of
from intake_fn.core.events import Judged, Overruled
from intake_fn.core.figures.entry import Entry, Figure
from intake_fn.core.figures.log import Happened, Log
from intake_fn.core.spec_gaps import deciding_clause, relied_on
from intake_fn.core.verdicts import decision
from intake_fn.core.vocabulary import Category


def decisions(log: Log) -> Iterator[Entry]:
    """The verdict by which it was decided or left to people; the first decision of a person; what stands now.

    A verdict is overridden when the category that a person decided last is another one. That counts on the day of the
    verdict, so that it is a share of the verdicts of the same days, however much later people decide.
    """
    module = ("module", module_of(log.case) or "none")
    for row in log.of_kind(Judged):
        yield from _verdict(log, row, module)
    for row in islice(log.of_kind(Overruled), 1):
        assert isinstance(row.event, Overruled)  # noqa: S101 - of_kind has seen to it
        yield Entry(Figure.DECIDED, row.day, row.number, (module, ("category", row.event.category.value)))
    if clause := deciding_clause(log.case):
        *_, last = log.of_kind(Overruled if decision(log.case) else Judged)
        by = (("clause", clause), (f"clause-{log.case.category.value}", clause), module)
        yield Entry(Figure.CLAUSE, last.day, last.number, by)


def _verdict(log: Log, row: Happened, module: tuple[str, str]) -> Iterator[Entry]:
    judged = row.event
    assert isinstance(judged, Judged)  # noqa: S101 - of_kind has seen to it
    category = ("category", judged.category.value)
    if not judged.acts or judged.category is Category.UNDECIDED:
        yield Entry(Figure.LEFT, row.day, row.number, (module, category))
        return
    clause = tuple(("clause", name) for name in islice(relied_on(row.after), 1))
    yield Entry(Figure.JUDGED, row.day, row.number, (module, category, *clause))
    by_person = decision(log.case)
    if by_person and by_person.category is not judged.category:
        yield Entry(Figure.OVERRIDDEN, row.day, row.number, (module, category, *clause))
