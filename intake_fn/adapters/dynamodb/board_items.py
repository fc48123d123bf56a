"""The Board's agenda and its decisions as items, written in the transaction of the step that changes them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import Item, instant, wire
from intake_fn.adapters.dynamodb.writes import Write, put
from intake_fn.core.change_events import BoardDecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from intake_fn.core.case import Case, Step
    from intake_fn.core.events import Event

BOARD = "BOARD"
"""The partition of both: a Board decides on few requests."""

AGENDA, DECIDED, APPROVED = "AGENDA#", "DECIDED#", "APPROVED#"
"""What the sort keys begin with."""


def board_writes(earlier: Case, after: Case, step: Step) -> Iterator[Write]:
    """What a step changes of the agenda and of the approved changes, and the decisions that it holds."""
    for begins, was, is_now in _listed(earlier, after):
        if is_now or was:
            yield _put_or_delete(begins, after, is_now=is_now)
    yield from _decisions(step.events, after)


def board_restated(case: Case) -> Iterator[Write]:
    """All that the Board's lists should hold of a case, and nothing else of it."""
    for begins, _, is_now in _listed(case, case):
        yield _put_or_delete(begins, case, is_now=is_now)
    yield from _decisions(case.history, case)


def _listed(earlier: Case, after: Case) -> tuple[tuple[str, bool, bool], ...]:
    """The lists by the beginning of their sort key: whether a case stood in them, and whether it stands in them now."""
    return (
        (AGENDA, earlier.stage.is_the_boards, after.stage.is_the_boards),
        (APPROVED, earlier.stage.is_approved, after.stage.is_approved),
    )


def _put_or_delete(begins: str, case: Case, *, is_now: bool) -> Write:
    key = {"pk": BOARD, "sk": f"{begins}{case.id}"}
    return put({**key, "case_id": case.id}, "") if is_now else {"Delete": {"Key": wire(key)}}


def _decisions(events: Iterable[Event], case: Case) -> Iterator[Write]:
    for event in events:
        if isinstance(event, BoardDecided):
            yield put({"pk": BOARD, "sk": decided_at(event.at, case.id), "case_id": case.id}, "")


def decided_at(at: datetime, case_id: str = "") -> str:
    """The sort key of a decision; without a case, what comes before all decisions of that instant."""
    return f"{DECIDED}{instant(at)}#{case_id}"


def ids_of(items: list[Item]) -> list[str]:
    """The cases of some items, each once, in their order."""
    return list(dict.fromkeys(str(item["case_id"]) for item in items))
