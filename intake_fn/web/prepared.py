"""What an engineer is given while filling in a form of the desk: templates for answers, and clauses found in place.

Each works by a button that sends the form as it is and shows the page again, with everything typed and chosen; with
JavaScript the same happens without a new page (static/desk.js).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from intake_fn.core.answer_templates import ANSWERS
from intake_fn.core.errors import Refused
from intake_fn.web import answer_files
from intake_fn.web.access import ENGINEER, config, open_to
from intake_fn.web.desk_pages import blueprint
from intake_fn.web.forms import clean_line
from intake_fn.web.request_view import page, prepared_for, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case
    from spec_lookup import Clause

FOUND = 5
"""Clauses that a search in place shows."""
LONGEST_QUERY = 500

TEXT_OF: Mapping[str, str] = {"update": "text", "ask": "question", "resolve": "resolution"}
"""The field into which a template goes, by the action."""


@blueprint.post("/requests/<case_id>/template")
@open_to(ENGINEER)
def insert_template(case_id: str) -> ResponseReturnValue:
    """The page with a template at the end of what was typed; nothing is sent to anybody."""
    action = request.form.get("insert", "")
    if action not in ANSWERS:
        raise Refused("Please choose a template beside the text that it is for.")
    sent = answer_files.sent_with(action)
    case = config().desk().cases.load(case_id)
    chosen = request.form.get("template", "")
    text = next((one.text for one in prepared_for(action, case) if one.id == chosen), "")
    typed = request.form.get(TEXT_OF[action], "").rstrip()
    said = {**request.form, TEXT_OF[action]: "\n\n".join(filter(None, (typed, text)))}
    return page(case_id, action, "" if text else "Please choose a template.", sent, said=said)


@blueprint.get("/requests/<case_id>/clauses")
@open_to(ENGINEER)
def clauses(case_id: str) -> ResponseReturnValue:
    """The clauses that a search finds, as choices for the decision; a part of the page, for its script."""
    case = config().desk().cases.load(case_id)
    query = clean_line(request.args.get("find", ""))[:LONGEST_QUERY]
    return render_template("found_clauses.html", found=found_clauses(case, query), find=query)


@blueprint.post("/requests/<case_id>/clauses")
@open_to(ENGINEER)
def find_clauses(case_id: str) -> ResponseReturnValue:
    """The page with the clauses that a search finds among the choices; nothing is decided."""
    case = config().desk().cases.load(case_id)
    query = clean_line(request.form.get("find", ""))[:LONGEST_QUERY]
    found = found_clauses(case, query)
    return page(case_id, "read", "", said=request.form, found=found)


def found_clauses(case: Case, query: str) -> list[Clause]:
    """The clauses that a search of the spec finds, the best first, without those that the page offers anyway."""
    if not query:
        return []
    offered = readable(case)
    hits = config().desk().spec_shown(case).search(query, FOUND + len(offered))
    return [hit.clause for hit in hits if hit.clause.cite not in offered][:FOUND]
