"""The report on the spec: what it leaves open, and how its clauses fare. Made every night, and when somebody asks.

It reads the logs of the latest requests, so it is kept as a file of the file store, and a page shows that.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import SpecdeskError, Unreadable
from intake_fn.core.spec_gaps import SpecReport, figures_of, gap_of, points_of
from intake_fn.desk.consistency_check import pages
from intake_fn.desk.judging import people_in
from spec_lookup import Masking, clustered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.spec_gaps import GapRequest
    from intake_fn.desk import Desk
    from intake_fn.ports import CaseStore, Files

KEY = "known/spec-report.json"

LATEST = 1000
"""Requests that are looked at: the latest ones."""

log = structlog.get_logger()


def report(desk: Desk) -> SpecReport:
    """The report as of now. Raises TryLater."""
    now = desk.clock()
    cases = list(_latest(desk.cases))
    gaps = {case.id: gap for case in cases if (gap := gap_of(case, now, _masked))}
    texts = [_meaning(case) for case in cases if case.id in gaps]
    found = list(gaps.values())
    groups: list[list[GapRequest]] = [[found[place] for place in group] for group in clustered(texts)]
    return SpecReport(now, len(cases), points_of(groups), figures_of(cases))


def keep(desk: Desk) -> SpecReport:
    """The same, kept for the page. Raises TryLater."""
    made = report(desk)
    desk.files.put(KEY, json.dumps(to_plain(made), ensure_ascii=False).encode(), "application/json")
    return made


def kept(files: Files) -> SpecReport | None:
    """The report as it was kept; None where there is none, or another version wrote it."""
    try:
        return from_plain(SpecReport, json.loads(files.get(KEY)))
    except (SpecdeskError, AttributeError, LookupError, TypeError, ValueError) as error:
        log.info("spec_report_not_read", error=str(error))
        return None


def _latest(cases: CaseStore) -> Iterator[Case]:
    for row in islice(pages(partial(cases.queue, None, open_only=False)), LATEST):
        try:
            yield cases.load(row.id)
        except Unreadable as error:
            log.warning("case_left_out", case=row.id, error=str(error))


def _meaning(case: Case) -> str:
    request = case.request
    return f"{request.summary}. {request.description}\n\n{request.expected}"


def _masked(case: Case, text: str) -> str:
    return Masking(people_in(case.request), (case.request.requester.company,)).mask(text)
