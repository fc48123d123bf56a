"""The search box of the desk: its page of results, and what it shows while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from intake_fn.core.errors import Unreadable
from intake_fn.core.find import LONGEST_QUERY, extract
from intake_fn.core.form_labels import LABELS
from intake_fn.desk.find import find, similar
from intake_fn.web import words
from intake_fn.web.access import ENGINEER, config, open_to
from intake_fn.web.forms import clean_line

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.find import Term

blueprint = Blueprint("find", __name__, url_prefix="/desk/find")

SHOWN = 20
"""Results of the page."""

OFFERED = 8
"""Results while somebody types."""

SHORTEST = 2
"""Characters of a query from which results are offered."""

WHERE = {
    "requester": "Requester",
    "description": "Description",
    "expected": "Expected",
    "steps": LABELS["steps"],
    "details": "Details",
    "RequesterReplied": "Reply of the requester",
    "Appealed": "Appeal of the requester",
    "AskedRequester": "Question to the requester",
    "Noted": "Internal note",
    "NotedInMantis": "Note in Mantis",
    "Overruled": "Decision",
    "UpdateSent": "Message to the requester",
    "Escalated": "Escalation",
    "Deescalated": "Sent back",
    "HandedOver": "Reassignment",
    "ActivityCompleted": "Activity",
    "Resolved": "Resolution",
    "Reopened": "Reopened",
}
"""Where words were found."""


@blueprint.get("")
@open_to(ENGINEER)
def results() -> ResponseReturnValue:
    """What was found; a number that names one request opens it."""
    query = asked()
    found = find(config().desk(), query, SHOWN)
    if found.by_number and not found.rows:
        return redirect(url_for("desk.show", case_id=found.by_number.id), 303)
    rows = [*filter(None, (found.by_number,)), *found.rows]
    return render_template(
        "find.html",
        q=query,
        found=found,
        rows=rows,
        extracts={row.id: _extract(row, found.terms) for row in rows},
        where=WHERE,
        similar=similar(config().desk(), query, {row.id for row in rows}) if found.terms else [],
        issue_page=config().desk().tracker.page_of,
        now=config().desk().clock(),
    )


@blueprint.get("/offers.json")
@open_to(ENGINEER)
def offers() -> ResponseReturnValue:
    """The first results of what has been typed so far, as JSON: address, number, summary, and a line about it."""
    query = asked()
    is_enough = len(query) >= SHORTEST or query.isdecimal()
    found = find(config().desk(), query, OFFERED) if is_enough else None
    rows = [*filter(None, (found.by_number,)), *found.rows] if found else []
    offered = [
        {
            "id": row.id,
            "summary": row.summary,
            "about": f"{row.requester} · {words.STATUS[row.status]} · level {row.level}",
            "url": url_for("desk.show", case_id=row.id),
        }
        for row in rows[:OFFERED]
    ]
    return jsonify({"q": query, "results": offered, "more": bool(found and found.more)})


def asked() -> str:
    """The query, on one line."""
    return clean_line(request.args.get("q", ""))[:LONGEST_QUERY]


def _extract(row: CaseRow, terms: tuple[Term, ...]) -> tuple[str, list[tuple[str, bool]]] | None:
    """Where the words stand in a request; None while this version cannot read it."""
    try:
        return extract(config().desk().cases.load(row.id), terms)
    except Unreadable:
        return None
