"""The tables of the reports, as data: what each column counts. `made` fills them from daily rows. No words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from enum import StrEnum

from intake_fn.core.figures.appeals import CHANGED, DECISION, STANDS
from intake_fn.core.figures.backlog import AGES, Backlog
from intake_fn.core.figures.entry import WITHIN, Figure
from intake_fn.core.figures.mail import LEFT, NO_ADDRESS, SUPPRESSED, TURNED_OFF, WHY
from intake_fn.core.figures.periods import Daily, Period, Sums
from intake_fn.core.figures.records import END, READERS, TO
from intake_fn.core.inbound.record import ENDS, MailOutcome
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Channel
from intake_fn.core.vocabulary import Failure, Filing

HALF, NINE_IN_TEN = 0.5, 0.9
MOST_ROWS = 30
"""Rows of a breakdown that are shown; the rest are in the CSV."""


IN_THE_LEDGER = (Filing.FILED, Filing.QUEUED, Filing.FAILED, Filing.QUARANTINED, Filing.REJECTED)
"""Received is the sum of these, always (R1)."""


class Kind(StrEnum):
    """What a cell holds."""

    NUMBER = "number"
    SHARE = "share"
    """0 to 1."""
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Pick:
    """What a number counts, so that a list can show it: entries of a figure, on days, of a name in a breakdown.

    `age` names those that were open at the end of the last day and of that age, "any" for all of them.
    """

    first: date
    last: date
    figure: Figure | None = None
    by: str = ""
    name: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and what it counts; None for what there is nothing to say of."""

    value: float | None
    kind: Kind
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a period, or a name of a breakdown."""

    cells: tuple[Cell, ...]
    period: Period
    name: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A number of entries; with `among`, their share of another figure's; with `share`, a time within which they were.

    `by` and `name` choose a name of a breakdown. In a table by a breakdown the row's name is chosen; `by` then names
    another breakdown of the same names.
    """

    key: str
    figure: Figure
    by: str = ""
    name: str = ""
    among: Figure | None = None
    share: float = 0.0

    def cell(self, sums: Sums, period: Period, by: str = "", name: str = "") -> Cell:
        """The value of a column in a row; `by` and `name` are those of the row."""
        row = by, name
        by, name = self.by or by, self.name or name
        count = sums.of(self.figure, by, name)
        pick = Pick(period.first, period.last, self.figure, by, name) if count else None
        if self.among:
            whole = sums.of(self.among, *row)
            return Cell(count / whole if whole else None, Kind.SHARE, pick)
        if self.share:
            breakdown = f"{WITHIN}-{name}" if by == "level" else WITHIN
            return Cell(sums.within(self.figure, self.share, breakdown), Kind.SECONDS, pick)
        return Cell(count, Kind.NUMBER, pick)


@dataclass(frozen=True, slots=True)
class Table:
    """A table by periods, or by the names of a breakdown of its first column's figure. `chart` is how it is drawn."""

    id: str
    columns: tuple[Column, ...]
    by: str = ""
    chart: str = ""
    ages: bool = False
    """Whether it is the backlog by age, which is no sum of days."""


@dataclass(frozen=True, slots=True)
class Made:
    """A table with its rows; `total` is the row of all periods together, None where it would say nothing."""

    table: Table
    rows: Sequence[Row]
    keys: tuple[str, ...]
    total: Row | None = None
    left_out: int = 0
    """Rows of a breakdown that are not shown."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What tables are made from: the daily rows, the periods, today, and how many requests are open now."""

    daily: Daily
    periods: Sequence[Period]
    today: date
    open_now: int
    _sums: dict[Period, Sums] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def whole(self) -> Period:
        """The days of all periods."""
        return Period(self.periods[0].first, self.periods[-1].last)

    def sums(self, period: Period) -> Sums:
        """The sums of a period, added up once for all tables."""
        if period not in self._sums:
            self._sums[period] = period.sums(self.daily)
        return self._sums[period]


def timed(key: str, figure: Figure) -> tuple[Column, Column, Column]:
    """How many entries with a time, and within which times half and nine in ten of them were."""
    return (
        Column(key, figure),
        Column("half", figure, share=HALF),
        Column("nine-in-ten", figure, share=NINE_IN_TEN),
    )


CAME_AND_WENT = (
    Column("received", Figure.RECEIVED),
    Column("resolved", Figure.RESOLVED),
    Column("reopened", Figure.REOPENED),
    Column("duplicates", Figure.DUPLICATE),
    Column("withdrawn", Figure.WITHDRAWN),
)
FLOW = Table("flow", CAME_AND_WENT, chart="bars")
BACKLOG = Table("backlog", (), chart="stacked", ages=True)
MODULES = Table("modules", CAME_AND_WENT, by="module")
CHANNELS = Table("channels", (Column("received", Figure.RECEIVED),), by="channel")
OUTCOMES = Table("outcomes", (Column("resolved", Figure.RESOLVED),), by="outcome")
DECIDED = Table(
    "decided",
    (
        Column("judged", Figure.JUDGED),
        Column("left", Figure.LEFT),
        Column("decided", Figure.DECIDED),
        Column("overridden", Figure.OVERRIDDEN),
        Column("overridden-share", Figure.OVERRIDDEN, among=Figure.JUDGED),
    ),
    chart="bars",
)
APPEALS = Table(
    "appeals",
    (
        Column("appeals", Figure.APPEALED),
        Column("stands", Figure.APPEAL_DECIDED, DECISION, STANDS),
        Column("changed", Figure.APPEAL_DECIDED, DECISION, CHANGED),
    ),
    chart="bars",
)
OVERRIDDEN = (
    Column("judged", Figure.JUDGED),
    Column("overridden", Figure.OVERRIDDEN),
    Column("overridden-share", Figure.OVERRIDDEN, among=Figure.JUDGED),
)
OVERRIDDEN_MODULES = Table("overridden-modules", OVERRIDDEN, by="module")
OVERRIDDEN_CLAUSES = Table("overridden-clauses", OVERRIDDEN, by="clause")
CLAUSES = Table(
    "clauses",
    (
        Column("requests", Figure.CLAUSE),
        Column("bugs", Figure.CLAUSE, by="clause-bug"),
        Column("changes", Figure.CLAUSE, by="clause-change"),
    ),
    by="clause",
)
BY_CLAUSES = (
    Column("clause-answered", Figure.CLAUSE_ANSWERED),
    Column("clause-taken-back", Figure.CLAUSE_TAKEN_BACK),
)
ANSWERED_BY_CLAUSE = Table("answered-by-clause", BY_CLAUSES, chart="bars")
ANSWERING_CLAUSES = Table("answering-clauses", BY_CLAUSES, by="clause")
ANSWERED = Table("answered", timed("answered", Figure.ANSWERED), chart="times")
SOLVED = Table("solved", timed("resolved", Figure.RESOLVED), chart="times")
DUE_TIMES = (Column("kept", Figure.DUE_KEPT), Column("missed", Figure.DUE_MISSED))
LEVELS = Table("levels", (*timed("stays", Figure.AT_LEVEL), *DUE_TIMES), by="level")
DUE = Table("due", DUE_TIMES, chart="stacked")
QUARANTINE = Table(
    "quarantine",
    (
        Column("quarantined", Figure.QUARANTINED),
        Column("released", Figure.RELEASED),
        Column("rejected", Figure.REJECTED),
    ),
    chart="bars",
)
MAIL = Table(
    "mail",
    (
        *(Column(f"to-{reader}", Figure.MAILED, TO, reader) for reader in READERS.values()),
        Column("digests", Figure.DIGEST),
        Column("replies", Figure.REPLIED),
    ),
    chart="bars",
)
UNDELIVERED = Table(
    "undelivered",
    (
        *(Column(failure.value, Figure.MAIL_FAILED, "failure", failure.value) for failure in Failure),
        *(Column(f"not-sent-{why}", Figure.NOT_SENT, WHY, why) for why in (SUPPRESSED, LEFT, NO_ADDRESS, TURNED_OFF)),
        Column("dead-letters", Figure.DEAD_LETTER),
    ),
)

CAME = Table(
    "mails-in",
    (
        Column("mails-came", Figure.MAIL_CAME),
        *(Column(f"came-{end.value}", Figure.MAIL_CAME, END, end.value) for end in (*ENDS, MailOutcome.WAITING)),
    ),
    chart="bars",
)
BY_MAIL = Table(
    "by-mail",
    (
        Column("received", Figure.RECEIVED),
        Column("by-mail", Figure.RECEIVED, "channel", Channel.MAIL.value),
        Column("by-mail-share", Figure.RECEIVED, "channel", Channel.MAIL.value, among=Figure.RECEIVED),
    ),
)

LEDGER = Table(
    "ledger",
    (
        Column("received", Figure.RECEIVED),
        *(Column(filing.value, Figure.FILING, "filing", filing.value) for filing in IN_THE_LEDGER),
    ),
)

PAGES: Mapping[str, tuple[Table, ...]] = {
    "requests": (FLOW, BACKLOG, MODULES, CHANNELS, OUTCOMES, ANSWERED_BY_CLAUSE, ANSWERING_CLAUSES),
    "decisions": (DECIDED, APPEALS, OVERRIDDEN_MODULES, OVERRIDDEN_CLAUSES, CLAUSES),
    "times": (ANSWERED, SOLVED, LEVELS, DUE),
    "mail": (CAME, BY_MAIL, MAIL, UNDELIVERED, QUARANTINE),
}
"""The tables of each page."""

TABLES: Mapping[str, Table] = {table.id: table for tables in (*PAGES.values(), (LEDGER,)) for table in tables}


def gap(row: Row) -> int:
    """How many requests of a row of the ledger are neither filed, queued, given up, quarantined nor rejected."""
    received, *accounted = (int(cell.value or 0) for cell in row.cells)
    return received - sum(accounted)


def made(table: Table, counts: Counts, most: int = MOST_ROWS) -> Made:
    """A table with its values."""
    if table.ages:
        return _by_age(table, counts)
    keys = tuple(column.key for column in table.columns)
    if table.by:
        return _by_name(table, counts, keys, most)
    rows = [Row(_cells(table, counts.sums(period), period), period) for period in counts.periods]
    total = Row(_cells(table, counts.sums(counts.whole), counts.whole), counts.whole)
    return Made(table, rows, keys, total)


def _cells(table: Table, sums: Sums, period: Period, name: str = "") -> tuple[Cell, ...]:
    return tuple(column.cell(sums, period, table.by, name) for column in table.columns)


def _by_name(table: Table, counts: Counts, keys: tuple[str, ...], most: int) -> Made:
    sums = counts.sums(counts.whole)
    numbers: dict[str, int] = {}
    for column in table.columns:
        for name, count in sums.names(column.figure, column.by or table.by).items():
            numbers.setdefault(name, count)
    order: Callable[[str], tuple[int, str]] = lambda name: (-numbers[name], name)  # noqa: E731 - the key of a sort
    names = sorted(numbers, key=str if table.by == "level" else order)
    rows = [Row(_cells(table, sums, counts.whole, name), counts.whole, name) for name in names[:most]]
    return Made(table, rows, keys, left_out=max(0, len(names) - most))


def _by_age(table: Table, counts: Counts) -> Made:
    """Open requests by age at the end of each period; of the present one at the end of today."""
    rows, backlog = [], Backlog.of(counts.daily, counts.open_now)
    for period in counts.periods:
        end = min(period.last, counts.today)
        if period.first > counts.today:
            continue
        by_age = backlog.at(end)
        shown: Iterable[tuple[str, int]] = (*by_age.items(), ("any", sum(by_age.values())))
        cells = (Cell(count, Kind.NUMBER, Pick(end, end, age=age) if count else None) for age, count in shown)
        rows.append(Row(tuple(cells), Period(period.first, end)))
    return Made(table, rows, (*AGES, "any"))
