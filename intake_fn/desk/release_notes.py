"""The release notes of a version, from Mantis and from our cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.release_notes import notes_of, versions_between
from intake_fn.desk.case_lists import readable, rows
from intake_fn.desk.judged_requests import masking_of
from spec_lookup import Masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.release_notes import ReleaseNotes
    from intake_fn.desk import Desk
    from intake_fn.ports import CaseStore


TOLD_EACH = 500
"""Requests after which it is said how far the reading is."""


def release_notes(
    desk: Desk, version: str, since: str = "", tell: Callable[[str], None] = lambda _: None
) -> ReleaseNotes:
    """What a version delivers, and what came after `since`. Raises Refused for a version that Mantis does not know.

    It reads every resolved request, one at a time, and holds those of the version; `tell` hears how far it is. Raises
    TryLater when Mantis is down.
    """
    versions = versions_between(desk.tracker.versions(), version, since)
    return notes_of(versions, desk.tracker.fixed(), _resolved(desk.cases, tell), desk.process, _masked)


def _resolved(cases: CaseStore, tell: Callable[[str], None]) -> Iterator[Case]:
    """Our requests that are resolved; one that cannot be read is left out, and its issue goes by what Mantis says."""
    resolved = (row for row in rows(cases, open_only=False) if row.status.is_done)
    for place, case in enumerate(readable(cases, resolved), 1):
        yield case
        if place % TOLD_EACH == 0:
            tell(f"{place} resolved requests read, the last one {case.id}.")


def _masked(case: Case | None, text: str) -> str:
    return (masking_of(case) if case else Masking()).mask(text)
