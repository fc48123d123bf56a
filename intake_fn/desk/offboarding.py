"""What somebody who leaves has open: it is found, and given to somebody else, with history and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import Unreadable
from intake_fn.core.names import SPECDESK
from intake_fn.core.unassigned import Gone, handing_over, homeless
from intake_fn.desk.consistency_check import pages, rows

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from intake_fn.desk.needs import Deciding
    from intake_fn.ports import CaseStore

log = structlog.get_logger()


def of(cases: CaseStore, person: str) -> Iterator[str]:
    """The open requests that somebody handles."""
    return (row.id for row in pages(partial(cases.assigned, person)))


def hand_over(desk: Deciding, case_id: str, whom: str, to: str, why: str) -> bool:
    """Give a request that `whom` handles to somebody else; False when they do not handle it any more.

    What is owed because of it is left to the sweep. Raises Refused when the rules do not allow it, and Stale when
    others are faster.
    """

    def decide(case: Case) -> Event | None:
        return handing_over(case, whom, to, desk.process, desk.clock(), SPECDESK, why)

    return bool(desk.change(case_id, decide).events)


def orphans(cases: CaseStore, process: Process) -> Mapping[Gone, Sequence[str]]:
    """What open requests refer to and is gone, and which requests these are."""
    found: dict[Gone, list[str]] = {}
    for row in rows(cases):
        try:
            for gone in homeless(cases.load(row.id), process):
                found.setdefault(gone, []).append(row.id)
        except Unreadable as error:
            log.warning("case_left_out", case=row.id, error=str(error))
    return found
