"""The nightly check, in portions: open requests against their logs, what the figures lack, and the report on the spec.

    night:  begin ─► a portion ─► how far it came is kept ┐
    sweep:                     a portion ─► … ◄───────────┘ until all is done

A portion takes PORTION at most, however many requests there are, and holds no more than a page of them. What was being
looked at when a run died is looked at again: looking twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import SpecdeskError, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.figures import day_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.desk import figures, kept_files, spec_report
from intake_fn.desk.board_lists import BoardLists
from intake_fn.desk.consistency_check import difference, migrated
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow
    from intake_fn.desk import Desk

KEY = "known/nightly-check.json"

PORTION = timedelta(seconds=25)
"""How long one run goes on; the function ends after a minute (zappa_settings.json)."""

FOR_THE_REPORT = timedelta(seconds=20)
"""What has to be left of a portion for the report on the spec, which is made in one go."""

NAMED = 100
"""Requests that are named of those that differ; the others are only counted."""


class Part(StrEnum):
    """What is being done, in this order."""

    REQUESTS = "requests"
    """Open requests: those of earlier versions are brought up to date, then state and log are compared."""
    LISTED = "listed"
    """The requests that the Board's lists name and that are not open."""
    FIGURES = "figures"
    """The requests whose last step could not be counted."""
    COUNTING = "counting"
    """All requests, where some were never counted: those of before there were figures, or of another zone."""
    DAYS = "days"
    """The daily rows after that."""
    REPORT = "report"
    """The report on the spec."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check has come: `cursor` says where its part goes on."""

    began: datetime
    part: Part = Part.REQUESTS
    cursor: str = ""
    requests: int = 0
    differences: int = 0
    wrong: tuple[str, ...] = ()
    """The first requests that differ."""
    first: str = ""
    """The first day that has a counted request."""
    uncounted: int = 0
    """The requests that could not be counted when all were: for them, all are not counted again."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to look at."""
        return self.part is Part.DONE

    def then(self, part: Part, cursor: str = "") -> Progress:
        """The next part, or the same one from another place on."""
        return replace(self, part=part, cursor=cursor)

    def looked_at(self, case_id: str, *, differs: bool) -> Progress:
        """With one more request."""
        wrong = (*self.wrong, case_id)[:NAMED] if differs else self.wrong
        return replace(self, requests=self.requests + 1, differences=self.differences + differs, wrong=wrong)


def begin(desk: Desk) -> Progress:
    """The first portion of a check; one that is not done goes on instead. Raises TryLater."""
    kept = kept_files.kept(desk.files, KEY, Progress)
    if kept and not kept.is_done:
        return _portion(desk, kept)
    return _portion(desk, Progress(desk.clock(), uncounted=kept.uncounted if kept else 0))


def go_on(desk: Desk) -> Progress | None:
    """The next portion of the check that was begun; None where there is none to go on with. Raises TryLater."""
    kept = kept_files.kept(desk.files, KEY, Progress)
    return None if kept is None or kept.is_done else _portion(desk, kept)


def _portion(desk: Desk, progress: Progress) -> Progress:
    end = desk.clock() + PORTION

    def left() -> timedelta:
        return min(end - desk.clock(), timedelta(seconds=min(desk.seconds_left(), PORTION.total_seconds())))

    while not progress.is_done:
        before, progress = progress, PARTS[progress.part](desk, progress, left)
        if left() <= timedelta(0) or progress == before:
            break
    kept_files.keep(desk.files, KEY, progress)
    return progress


Left = Callable[[], timedelta]


def _requests(desk: Desk, progress: Progress, left: Left) -> Progress:
    """Pages of the open requests, while there is time; a page that was begun is looked at to its end."""
    lists = BoardLists.of(desk.cases)
    while left() > timedelta(0):
        page = desk.cases.portion(progress.cursor)
        for row in page.rows:
            progress = _looked_at(desk, progress, row, lists)
        if not page.cursor:
            return progress.then(Part.LISTED)
        progress = progress.then(Part.REQUESTS, page.cursor)
    return progress


def _listed(desk: Desk, progress: Progress, left: Left) -> Progress:
    lists = BoardLists.of(desk.cases)
    for case_id in sorted(lists.agenda | lists.approved):
        if case_id <= progress.cursor:
            continue
        if left() <= timedelta(0):
            return progress
        with suppress(Unknown, Unreadable):
            row = desk.cases.row(case_id)
            if not row.status.is_open:
                progress = _looked_at(desk, progress, row, lists)
        progress = progress.then(Part.LISTED, case_id)
    return progress.then(Part.FIGURES)


def _looked_at(desk: Desk, progress: Progress, row: CaseRow, lists: BoardLists) -> Progress:
    """Bring a request of an earlier version up to date, and compare it with its log; a poisoned one stops no other."""
    differs = False
    try:
        case = desk.cases.load(row.id)
        if row.status.is_open and migrated(desk.cases, desk.process, row, desk.clock(), case):
            row, case = desk.cases.row(row.id), desk.cases.load(row.id)
        differs = difference(desk.cases, desk.process, row, lists, case) is not None
    except (Unreadable, Stale):  # the outbox's page and the desk say so; the next night looks again
        pass
    except TryLater:
        raise
    except Exception:
        log.exception("nightly_check_failed", case=row.id)
    return progress.looked_at(row.id, differs=differs)


def _figures(desk: Desk, progress: Progress, left: Left) -> Progress:
    """What of it cannot be counted now is left to the next night: the reports say how many requests lack."""
    with suppress(SpecdeskError):
        for case_id in sorted(desk.figures.to_recount()):
            if case_id <= progress.cursor:
                continue
            if left() <= timedelta(0):
                return progress
            _count_again(desk, case_id)
            progress = progress.then(Part.FIGURES, case_id)
    uncounted = desk.figures.uncounted()
    progress = replace(progress, uncounted=min(uncounted, progress.uncounted))
    return progress.then(Part.COUNTING if uncounted > progress.uncounted else Part.REPORT)


def _count_again(desk: Desk, case_id: str) -> None:
    """Count a request; a poisoned one stops no other."""
    try:
        figures.count_again(desk, case_id)
    except SpecdeskError as error:
        log.warning("case_left_uncounted", case=case_id, error=str(error))
    except Exception:
        log.exception("case_left_uncounted", case=case_id)


def _counting(desk: Desk, progress: Progress, left: Left) -> Progress:
    while left() > timedelta(0):
        page = desk.cases.portion(progress.cursor, open_only=False)
        days = [day_of(row.received_at, desk.process.reports_zone).isoformat() for row in page.rows]
        progress = replace(progress, first=min(filter(None, (progress.first, *days)), default=""))
        figures.count(desk, page.rows)
        if not page.cursor:
            return progress.then(Part.DAYS, progress.first)
        progress = progress.then(Part.COUNTING, page.cursor)
    return progress


def _days(desk: Desk, progress: Progress, left: Left) -> Progress:
    for day in _days_from(progress.cursor, day_of(desk.clock(), desk.process.reports_zone)):
        if left() <= timedelta(0):
            return progress.then(Part.DAYS, day.isoformat())
        with suppress(
            Stale
        ):  # people work on that day's requests: the row is right, or looked at by `specdesk recompute`
            desk.figures.unbalanced(day, fix=True)
    return replace(progress, uncounted=desk.figures.uncounted()).then(Part.REPORT)


def _days_from(first: str, last: date) -> Iterator[date]:
    day = date.fromisoformat(first) if first else last
    while day <= last:
        yield day
        day += timedelta(days=1)


def _report(desk: Desk, progress: Progress, left: Left) -> Progress:
    """Make the report on the spec, once a night; after a failure the page shows the report of an earlier night."""
    if progress.cursor:  # the run that tried it did not come to its end
        return progress.then(Part.DONE)
    if left() < FOR_THE_REPORT:
        return progress
    kept_files.keep(desk.files, KEY, progress.then(Part.REPORT, "begun"))
    try:
        spec_report.keep(desk)
    except (SpecdeskError, SpecLookupError) as error:
        log.warning("spec_report_not_made", error=str(error))
    except Exception:  # whatever it is: the check is done all the same
        log.exception("spec_report_not_made")
    return progress.then(Part.DONE)


PARTS: dict[Part, Callable[[Desk, Progress, Left], Progress]] = {
    Part.REQUESTS: _requests,
    Part.LISTED: _listed,
    Part.FIGURES: _figures,
    Part.COUNTING: _counting,
    Part.DAYS: _days,
    Part.REPORT: _report,
}
