"""Offboarding: the open requests of somebody who leaves are found and handed over, with history and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from intake_fn.core import unassigned
from intake_fn.core.names import SPECDESK
from intake_fn.desk.case_lists import pages, readable, rows

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from intake_fn.core.unassigned import MissingReference
    from intake_fn.desk.needs import Deciding
    from intake_fn.ports import CaseStore


def open_requests_of(cases: CaseStore, person: str) -> Iterator[str]:
    """The open requests that somebody handles."""
    return (row.id for row in pages(partial(cases.assigned, person)))


def hand_over(desk: Deciding, case_id: str, whom: str, to: str, why: str) -> bool:
    """Hand a request of `whom` over to somebody else; False when they do not handle it any more.

    Its intents are left to the sweep. Raises Refused when the rules do not allow it, and Stale when others are faster.
    """

    def decide(case: Case) -> Event | None:
        return unassigned.handed_over(case, whom, to, desk.process, desk.clock(), SPECDESK, why)

    return bool(desk.change(case_id, decide).events)


def missing_references(cases: CaseStore, process: Process) -> Mapping[MissingReference, Sequence[str]]:
    """What open requests refer to and support.yml no longer has, each with the ids of the requests."""
    case_ids: dict[MissingReference, list[str]] = {}
    for case in readable(cases, rows(cases)):
        for reference in unassigned.missing_references(case, process):
            case_ids.setdefault(reference, []).append(case.id)
    return case_ids
