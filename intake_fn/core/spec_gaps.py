"""What the spec leaves open, and how its clauses fare: requests on which it is silent, figures for each clause. Pure.

A request is a **gap** of the spec when a person has decided it with "the spec is silent", or when the Help Desk has
had it for a day, nobody has decided it and no judge proposes anything. Gaps that are about the same are one open
point, which has a stub: a clause to be written.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from intake_fn.core.case import Case
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.markdown import escaped
from intake_fn.core.steps import states
from intake_fn.core.verdicts import decision, judgement, proposal
from intake_fn.core.vocabulary import Category, Stance, Status

ON_THE_CLOCK = (Status.NEW, Status.OPEN)
"""Statuses in which the Help Desk has the request: its hours count. While it waits for the requester they do not."""

UNDECIDED_AFTER = 24
"""Hours at the Help Desk after which a request counts that nobody has decided: one that has just come only waits."""

RELATED = "related"
"""The stance of a citation that decides nothing."""

ANCHOR_WORDS = 6
IN_STUB = 10
"""Requests that a stub names."""

Masked = Callable[[Case, str], str]
"""A text of a case without personal data."""


@dataclass(frozen=True, slots=True)
class GapRequest:
    """A request on which the spec is silent; the summary without personal data. `hours` are those at the Help Desk."""

    id: str
    summary: str
    received_at: datetime
    hours: float
    undecided: bool
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Requests that are about the same, and the stub of the clause that would decide them."""

    title: str
    requests: tuple[GapRequest, ...]
    nearest: str
    stub: str

    @property
    def hours(self) -> float:
        """What they took together."""
        return sum(request.hours for request in self.requests)

    @property
    def undecided(self) -> int:
        """How many nobody has decided yet."""
        return sum(request.undecided for request in self.requests)


@dataclass(frozen=True, slots=True)
class ClauseFigures:
    """How a clause fares. `overridden` are verdicts by it that a person decided otherwise.

    `oldest` is when the oldest open request was received that the clause decides.
    """

    clause: str
    bugs: int
    changes: int
    overridden: int
    open: int
    oldest: datetime | None = None

    def age(self, now: datetime) -> int | None:
        """Days since the oldest open request was received; None where none is open."""
        return (now - self.oldest).days if self.oldest else None


@dataclass(frozen=True, slots=True)
class SpecReport:
    """Both, over the latest requests, as they were at an instant."""

    at: datetime
    requests: int
    points: tuple[OpenPoint, ...]
    clauses: tuple[ClauseFigures, ...]


def gap_of(case: Case, now: datetime, masked: Masked) -> GapRequest | None:
    """The request as a gap of the spec; None where the spec, or what needs no spec, has decided it."""
    hours = round(hours_of(case, now), 1)
    undecided = _stayed_undecided(case) and hours >= UNDECIDED_AFTER
    if case.erased or (not undecided and not _is_silent(case)):
        return None
    cited = case.verdict["citations"] if case.verdict else ()
    return GapRequest(
        case.id,
        " ".join(masked(case, case.request.summary).split()),
        case.received_at,
        hours,
        undecided,
        str(cited[0]["clause"]) if cited else "",
    )


def _stayed_undecided(case: Case) -> bool:
    judged = case.category is Category.UNDECIDED and case.status.is_open and judgement(case) is not None
    return judged and proposal(case) is None


def _is_silent(case: Case) -> bool:
    """Whether a person decided without a clause; in logs before stances, what is a bug or a change all the same."""
    decided = decision(case)
    if decided is None or decided.clause:
        return False
    unsaid = decided.stance is Stance.UNSAID and decided.category in (Category.BUG, Category.CHANGE)
    return decided.stance is Stance.SILENT or unsaid


def hours_of(case: Case, now: datetime) -> float:
    """The hours that the Help Desk had a request, waits for the requester left out."""
    spent, since = timedelta(), None
    for event, state in states(case):
        if since is not None:
            spent += event.at - since
        since = event.at if state.status in ON_THE_CLOCK else None
    if since is not None:
        spent += now - since
    return spent / timedelta(hours=1)


def points_of(groups: Iterable[Sequence[GapRequest]]) -> tuple[OpenPoint, ...]:
    """An open point for each group, whose first request is the most central; most requests first, then most hours."""
    points = [_point(group) for group in groups]
    return tuple(sorted(points, key=lambda point: (-len(point.requests), -point.hours, point.requests[0].id)))


def _point(group: Sequence[GapRequest]) -> OpenPoint:
    nearest = Counter(request.nearest for request in group if request.nearest).most_common(1)
    title = group[0].summary.rstrip(".!?") or group[0].id
    by_age = tuple(sorted(group, key=lambda request: (request.received_at, request.id)))
    return OpenPoint(title, by_age, nearest[0][0] if nearest else "", stub_of(title, by_age))


def stub_of(title: str, requests: Sequence[GapRequest]) -> str:
    """A clause to be written, in Markdown: heading with an anchor, and the requests that it would decide."""
    lines = [
        f"## {escaped(title)} {{#{_anchor(title)}}}",
        "",
        "*Open. Write here what holds; it would decide:*",
        "",
    ]
    lines += [f"- {escaped(request.summary)} ({request.id})" for request in requests[:IN_STUB]]
    if len(requests) > IN_STUB:
        lines.append(f"- and {len(requests) - IN_STUB} more")
    return "\n".join([*lines, ""])


def _anchor(title: str) -> str:
    found = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(found[:ANCHOR_WORDS]) or "open-point"


# --- per clause -------------------------------------------------------------------------------


def figures_of(cases: Iterable[Case]) -> tuple[ClauseFigures, ...]:
    """The figures of every clause that decided a request; most requests first."""
    made: dict[str, ClauseFigures] = defaultdict(lambda: ClauseFigures("", 0, 0, 0, 0))
    for case in cases:
        clause = deciding_clause(case)
        if clause:
            made[clause] = _with(made[clause], case)
        for overridden in _overridden(case):
            made[overridden] = replace(made[overridden], overridden=made[overridden].overridden + 1)
    named = (replace(figures, clause=clause) for clause, figures in made.items())
    return tuple(sorted(named, key=lambda one: (-(one.bugs + one.changes), -one.overridden, one.clause)))


def deciding_clause(case: Case) -> str:
    """The clause that decides a request as a bug or a change, by a person or by a verdict that rests on it; or ""."""
    if case.category not in (Category.BUG, Category.CHANGE):
        return ""
    decided = decision(case)
    return decided.clause if decided else next(relied_on(case), "")


def relied_on(case: Case) -> Iterator[str]:
    """The clauses on which an acting verdict rests."""
    judged = judgement(case)
    if judged and judged.acts and judged.category is not Category.UNDECIDED:
        yield from (row["clause"] for row in judged.verdict["citations"] if row["stance"] != RELATED)


def _overridden(case: Case) -> Iterator[str]:
    judged, decided = judgement(case), decision(case)
    if judged and decided and decided.category is not judged.category:
        yield from list(relied_on(case))[:1]


def _with(figures: ClauseFigures, case: Case) -> ClauseFigures:
    is_open = case.status.is_open
    oldest = min(filter(None, (figures.oldest, case.received_at if is_open else None)), default=None)
    return replace(
        figures,
        bugs=figures.bugs + (case.category is Category.BUG),
        changes=figures.changes + (case.category is Category.CHANGE),
        open=figures.open + is_open,
        oldest=oldest,
    )


def counts_of(report: SpecReport) -> dict[str, Any]:
    """The figures of the clauses as the wiki's build takes them: counts by page#anchor, and nothing of any request.

    `oldest_days` is the age of the oldest open request when the report was made, None where none is open.
    """
    clauses = {
        one.clause: {
            "bugs": one.bugs,
            "changes": one.changes,
            "overridden": one.overridden,
            "open": one.open,
            "oldest_days": one.age(report.at),
        }
        for one in report.clauses
    }
    return {"at": report.at.date().isoformat(), "requests": report.requests, "clauses": clauses}
