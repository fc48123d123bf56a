"""The Board's agenda and its decisions as items, written in the transaction of the step that changes them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import Item, instant, wire
from intake_fn.adapters.dynamodb.writes import Write, put
from intake_fn.core.change_events import BoardDecided

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from intake_fn.core.case import Case, Step

BOARD = "BOARD"
"""The partition of both: a Board decides on few requests."""

AGENDA, DECIDED, APPROVED = "AGENDA#", "DECIDED#", "APPROVED#"
"""What the sort keys begin with."""


def board_writes(earlier: Case, after: Case, step: Step) -> Iterator[Write]:
    """What a step changes of the agenda and of the approved changes, and the decisions that it holds."""
    lists = (
        (AGENDA, earlier.stage.is_the_boards, after.stage.is_the_boards),
        (APPROVED, earlier.stage.is_approved, after.stage.is_approved),
    )
    for begins, was, is_now in lists:
        key = {"pk": BOARD, "sk": f"{begins}{after.id}"}
        if is_now:
            yield put({**key, "case_id": after.id}, "")
        elif was:
            yield {"Delete": {"Key": wire(key)}}
    for event in step.events:
        if isinstance(event, BoardDecided):
            yield put({"pk": BOARD, "sk": decided_at(event.at, after.id), "case_id": after.id}, "")


def decided_at(at: datetime, case_id: str = "") -> str:
    """The sort key of a decision; without a case, what comes before all decisions of that instant."""
    return f"{DECIDED}{instant(at)}#{case_id}"


def ids_of(items: list[Item]) -> list[str]:
    """The cases of some items, each once, in their order."""
    return list(dict.fromkeys(str(item["case_id"]) for item in items))
