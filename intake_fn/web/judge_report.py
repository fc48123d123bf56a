"""The report on the judge: how often people decide what the judges said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from intake_fn.core.agreement import agreements, differing
from intake_fn.web.access import ENGINEER, config, open_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow

blueprint = Blueprint("judge_report", __name__, url_prefix="/desk/reports/judge")

PAGE = 100
MOST_PAGES = 5
"""How many pages of the list one report reads: it costs the same however many requests there are."""


@blueprint.get("")
@open_to(ENGINEER)
def shown() -> ResponseReturnValue:
    """What each judge said of the latest requests, what people decided then, and where they differ."""
    rows, cursor = _latest(request.args.get("cursor", ""))
    return render_template(
        "judge_report.html",
        rows=len(rows),
        since=min((row.received_at for row in rows), default=None),
        agreements=agreements(rows),
        differing=differing(rows),
        cursor=cursor,
        shadow=config().process.judge.shadow,
    )


def _latest(cursor: str) -> tuple[list[CaseRow], str]:
    """A page of the latest requests, open or not, from a cursor on; and the cursor of the next page."""
    cases = config().desk().cases
    rows: list[CaseRow] = []
    for _ in range(MOST_PAGES):
        page = cases.queue(None, open_only=False, limit=PAGE, cursor=cursor)
        rows += page.rows
        cursor = page.cursor
        if not cursor:
            break
    return rows, cursor
