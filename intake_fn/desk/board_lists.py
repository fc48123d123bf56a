"""The Board's lists against the logs: its agenda, the approved changes, its decisions. For the consistency check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from intake_fn.core.case import Case
from intake_fn.core.case_row import CaseRow
from intake_fn.core.change_events import BoardDecided
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.desk.case_lists import rows
from intake_fn.ports import CaseStore


@dataclass(frozen=True, slots=True)
class BoardLists:
    """The requests that are listed as before the Board, and as approved by it."""

    agenda: frozenset[str]
    approved: frozenset[str]

    @classmethod
    def of(cls, cases: CaseStore) -> BoardLists:
        """The lists as they are stored now."""
        return cls(frozenset(cases.agenda()), frozenset(cases.approved()))

    def differences(self, case: Case, cases: CaseStore) -> Mapping[str, tuple[object, object]]:
        """What is listed otherwise than the log of a case says: as it is stored, and by the log."""
        pairs: dict[str, tuple[object, object]] = {
            "on the Board's agenda": (case.id in self.agenda, case.stage.is_the_boards),
            "among the approved changes": (case.id in self.approved, case.stage.is_approved),
        }
        for event in case.history:
            if isinstance(event, BoardDecided):
                listed = case.id in cases.decided_by_board(event.at, event.at + timedelta.resolution)
                pairs[f"decision of the Board at {event.at.isoformat()}"] = (listed, True)
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def with_listed(cases: CaseStore, lists: BoardLists, *, open_only: bool = True) -> Iterator[CaseRow]:
    """The rows of all cases, or of all open ones; then those of what else the Board's lists name."""
    seen: set[str] = set()
    for row in rows(cases, open_only=open_only):
        seen.add(row.id)
        yield row
    for case_id in sorted((lists.agenda | lists.approved) - seen):
        yield cases.row(case_id)
