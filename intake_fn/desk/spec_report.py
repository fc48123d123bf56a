"""The report on the spec: what it leaves open, and how its clauses fare. Made every night, and when somebody asks.

It reads the logs of the latest requests, so it is kept as a file of the file store, and a page shows that.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn.core.spec_gaps import SpecReport, figures_of, gap_of, points_of
from intake_fn.desk import kept_files
from intake_fn.desk.case_lists import queued, readable
from intake_fn.desk.judged_requests import masking_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.spec_gaps import GapRequest
    from intake_fn.desk import Desk
    from intake_fn.ports import Files

KEY = "known/spec-report.json"

LATEST = 1000
"""Requests that are looked at: the latest ones."""


def report(desk: Desk) -> SpecReport:
    """The report as of now. Raises TryLater."""
    now = desk.clock()
    cases = list(readable(desk.cases, islice(queued(desk.cases, open_only=False), LATEST)))
    gaps = {case.id: gap for case in cases if (gap := gap_of(case, now, _masked))}
    texts = [_meaning(case) for case in cases if case.id in gaps]
    found = list(gaps.values())
    groups: list[list[GapRequest]] = [[found[place] for place in group] for group in spec_lookup.clustered(texts)]
    return SpecReport(now, len(cases), points_of(groups), figures_of(cases))


def keep(desk: Desk) -> SpecReport:
    """Make the report, and keep it for the page. Raises TryLater."""
    made = report(desk)
    kept_files.keep(desk.files, KEY, made)
    return made


def kept(files: Files) -> SpecReport | None:
    """The report as it was kept; None where there is none, or another version wrote it. Raises TryLater, Broken."""
    return kept_files.kept(files, KEY, SpecReport)


def _meaning(case: Case) -> str:
    request = case.request
    return f"{request.summary}. {request.description}\n\n{request.expected}"


def _masked(case: Case, text: str) -> str:
    return masking_of(case).mask(text)
