"""All entries of a case: the fold over its log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from intake_fn.core.case import Case
from intake_fn.core.figures.appeals import appeals
from intake_fn.core.figures.decisions import decisions
from intake_fn.core.figures.entry import Entry
from intake_fn.core.figures.intake import intake
from intake_fn.core.figures.log import Log
from intake_fn.core.figures.mail import mail
from intake_fn.core.figures.progress import progress
from intake_fn.core.figures.times import times

GROUPS: tuple[Callable[[Log], Iterator[Entry]], ...] = (intake, decisions, progress, times, appeals, mail)


def entries(case: Case, zone: str) -> tuple[Entry, ...]:
    """Where a case counts, by day; what this version cannot read of its log counts for nothing."""
    log = Log.of(case, zone)
    return tuple(entry for group in GROUPS for entry in group(log))
