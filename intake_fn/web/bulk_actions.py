"""Actions on several requests of a list: reassign, priority, resolve as duplicates, export.

It asks first where somebody else has some of them, as a single action does, and says of each what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Blueprint, render_template, request

from intake_fn.core import request_id
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.messages import in_history
from intake_fn.core.queue.filters import Filters
from intake_fn.core.unassigned import candidates
from intake_fn.desk.bulk import Result, act_on_each
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.actions import event_of
from intake_fn.web.numbers import whole
from intake_fn.web.queue_list import asked, people_at
from intake_fn.web.queue_pages import csv_of, list_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.events import Event

blueprint = Blueprint("bulk", __name__, url_prefix="/desk/bulk")

MOST = 100
"""Requests that one press acts on."""

EXPORT, DUPLICATES, ONLY_MINE = "export", "mark-duplicate", "mine"

TITLES = {
    "hand-over": "Reassign",
    "prioritise": "Change priority",
    DUPLICATES: "Resolve as duplicates",
}
"""The actions that change requests, and their buttons."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """The requests that were ticked, each at the version that was seen."""

    seen: dict[str, int]
    rows: Sequence[CaseRow]


@blueprint.post("")
@open_to(ENGINEER)
def act() -> ResponseReturnValue:
    """Do it to each of the ticked requests, and say what came of it; ask first where others have some of them."""
    action = request.form.get("do", "")
    ticked = _ticked()
    if not ticked.seen:
        return _page(action, ticked, problem="Tick one request or more first."), 422
    if action == EXPORT:
        return csv_of(ticked.rows)
    if action not in TITLES:
        raise Refused("Press one of the buttons: reassign, change priority, resolve as duplicates, or export.")
    try:
        event = event_of(action, request.form, config().desk(), me())
    except Refused as error:
        return _page(action, ticked, problem=str(error)), 422
    chosen, others = _chosen(action, ticked), _of_others(ticked)
    if request.form.get("only") == ONLY_MINE:
        chosen = {case_id: seen for case_id, seen in chosen.items() if case_id not in {row.id for row in others}}
    elif any(f"{row.id}:{row.handler}" not in request.form.getlist("sure") for row in others if row.id in chosen):
        left = [row for row in others if row.id in chosen]
        return _page(action, ticked, others=left, told=in_history(event, config().process))
    return _done(action, ticked, chosen, event)


def _ticked() -> Ticked:
    pairs = (value.partition(":") for value in request.form.getlist("case")[:MOST])
    numbers = {request_id.typed(case_id): whole(seen, 0) for case_id, _, seen in pairs}
    numbers.pop("", None)
    rows = config().desk().cases.rows_of([*numbers]) if numbers else []
    return Ticked({row.id: numbers[row.id] for row in rows}, rows)


def _chosen(action: str, ticked: Ticked) -> dict[str, int]:
    """The requests to act on; of duplicates all but the lead."""
    lead = request_id.typed(request.form.get("request", "")) if action == DUPLICATES else ""
    return {case_id: seen for case_id, seen in ticked.seen.items() if case_id != lead}


def _of_others(ticked: Ticked) -> list[CaseRow]:
    """The ticked requests that another person handles."""
    process, person = config().process, me()

    def is_mine(row: CaseRow) -> bool:
        return row.handler == person.id or (process.has_left(row.handler) and person in candidates(row, process))

    return [row for row in ticked.rows if not is_mine(row)]


def _done(action: str, ticked: Ticked, chosen: dict[str, int], event: Event) -> str:
    """What came of it, request by request."""
    outcomes = act_on_each(config().desk(), chosen.items(), event)
    by_result = {result: [one for one in outcomes if one.result is result] for result in Result}
    return render_template(
        "bulk_done.html",
        title=TITLES[action],
        done=by_result[Result.DONE],
        refused=by_result[Result.REFUSED],
        unknown=by_result[Result.UNKNOWN],
        untried=by_result[Result.UNTRIED],
        summaries={row.id: row.summary for row in ticked.rows},
        back=list_link(_list()),
    )


def _page(
    action: str, ticked: Ticked, *, problem: str = "", others: Sequence[CaseRow] = (), told: tuple[str, str] = ("", "")
) -> str:
    """The ticked requests with the form once more: what is missing, or who has some of them. Nothing has happened.

    `told` is what the history of each would show.
    """
    return render_template(
        "bulk.html",
        action=action,
        title=TITLES.get(action, "Several requests"),
        rows=ticked.rows,
        ticked=[f"{case_id}:{seen}" for case_id, seen in ticked.seen.items()],
        others=others,
        told=told,
        mine=len(_chosen(action, ticked)) - len(others),
        problem=problem,
        said=request.form,
        back=list_link(_list()),
        query=_list().query(),
        people=people_at({row.level for row in ticked.rows}, config().process),
    )


def _list() -> Filters:
    """The list from which it was done; the person's own level where the address is none."""
    try:
        return asked(parse_qsl(request.form.get("query", "")))
    except Refused:
        return Filters()
