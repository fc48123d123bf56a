"""The JSON API, as docs/api/openapi.yaml describes it: the same forms, the same answers.

A program that has no screenshot of a bug need not invent a reason: the request then says that none
was sent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from werkzeug.datastructures import MultiDict

from intake_fn.core.request import Channel, Kind
from intake_fn.desk.door import Arrival
from intake_fn.desk.filing import project_of
from intake_fn.web import attachments, posted
from intake_fn.web.access import PUBLIC, front, open_to
from intake_fn.web.forms import FORMS, IntakeForm, clean_line, form_for, to_request
from intake_fn.web.pages import citation, submit_key, take_in

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk import Desk

blueprint = Blueprint("api", __name__, url_prefix="/api")

OWN = ("kind", "clause", "details", "files")
"""Members of a request that are no field of the form."""

NO_SCREENSHOT = "None was sent with it."
SEARCH_LIMIT = 20
LONGEST_QUERY = 2000

Errors = dict[str, list[str]]


@blueprint.post("/requests")
@open_to(PUBLIC)
def create() -> Any:
    """Take a request in: 201 with its number, link and verdict, or 422 with everything that is wrong."""
    request.max_content_length = posted.LARGEST
    body = request.get_json()
    if not isinstance(body, Mapping):
        return _refuse({"": ["Send one JSON object."]})
    try:
        kind = Kind(body.get("kind", ""))
    except ValueError:
        return _refuse({"kind": [f"Must be one of {', '.join(Kind)}."]})
    desk = front().desk()
    answers, errors = _answers(kind, body)
    files, unread = _files(body.get("files"))
    selection = attachments.select((), files, desk.process.intake)
    if kind is Kind.BUG and not files and not answers.get("no_screenshot"):
        answers["no_screenshot"] = NO_SCREENSHOT
    form = form_for(kind, desk.process, answers)
    if not form.check(selection.count, (*unread, *selection.problems)) or errors:
        return _refuse({**_errors(form), **errors})
    draft = to_request(form, (), Channel.API, citation(clean_line(str(body.get("clause") or ""))))
    case, _ = take_in(desk, draft, selection, _key(draft, selection), Arrival())
    return jsonify(describe(case, desk)), 201


@blueprint.get("/search")
@open_to(PUBLIC)
def search() -> Any:
    """Clauses of the spec that are about a text: the suggestions while typing, and the tools of engineers."""
    text = clean_line(request.args.get("q", ""))[:LONGEST_QUERY]
    limit = min(max(request.args.get("limit", 5, int), 1), SEARCH_LIMIT)
    hits = front().desk().spec().search(text, limit) if text else []
    return jsonify(
        results=[
            {
                "clause": hit.clause.cite,
                "title": hit.clause.title,
                "page": hit.clause.page_title,
                "url": front().links.clause(hit.clause.url),
                "quote": hit.quote,
                "score": round(float(hit.score), 4),
            }
            for hit in hits
        ]
    )


def describe(case: Case, desk: Desk) -> dict[str, Any]:
    """A case for the program that sent it."""
    verdict = case.verdict
    return {
        "id": case.id,
        "status": case.status.value,
        "status_url": desk.links.status(case.id),
        "received_at": case.received_at.isoformat(timespec="seconds"),
        "level": case.level,
        "handler": desk.process.people[case.handler].name,
        "category": case.category.value,
        "verdict": verdict
        and {
            "category": verdict["category"],
            "confidence": verdict["confidence"],
            "citations": [_cited(citation) for citation in verdict["citations"]],
            "counter": _cited(verdict["counter"]) if verdict.get("counter") else None,
            "reasons": list(verdict["reasons"]),
            "judge": verdict["judge"],
            "engine": verdict["engine"],
            "spec": verdict["spec"],
        },
        "filing": case.filing.value,
        "issue": {"number": case.issue, "project": project_of(case, desk.process), "url": case.issue_url}
        if case.issue
        else None,
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in case.request.attachments],
    }


def _cited(citation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "clause": citation["clause"],
        "title": citation["title"],
        "url": front().links.clause(citation["url"]),
        "quote": citation["quote"],
        "stance": citation["stance"],
    }


# --- from JSON to the form -------------------------------------------------------------------


def _answers(kind: Kind, body: Mapping[str, Any]) -> tuple[MultiDict[str, str], Errors]:
    """The answers as a form has them, and what is wrong with members that no form can hold."""
    form = FORMS[kind]
    fields = {name for name in dir(form) if hasattr(getattr(form, name), "field_class")} - {"files", *form.details}
    details = body.get("details") or {}
    answers: MultiDict[str, str] = MultiDict()
    errors: Errors = {}
    if not isinstance(details, Mapping):
        return answers, {"details": ["Must be an object."]}
    given = [(name, name, value, name in fields) for name, value in body.items() if name not in OWN]
    given += [(f"details.{name}", name, value, name in form.details) for name, value in details.items()]
    for path, name, value, known in given:
        values = value if isinstance(value, list) else [value]
        if value in (None, "", []):
            continue
        if not known:
            errors[path] = [f"There is no such answer in a request of kind {kind.value}."]
        elif all(isinstance(one, str) for one in values):
            answers.setlist(name, values)
        else:
            errors[path] = ["Must be a text."]
    return answers, errors


def _errors(form: IntakeForm) -> Errors:
    """The form's errors, by the path of the member that they are about."""
    return {
        (f"details.{field.name}" if field.name in form.details else field.name): [str(error) for error in field.errors]
        for field in form
        if field.errors
    }


def _files(given: Any) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Names and bytes of the files in a request, and what to say about those that can't be read."""
    files: list[tuple[str, bytes]] = []
    problems: list[str] = []
    for number, file in enumerate(given if isinstance(given, list) else [given] if given else [], 1):
        try:
            files.append((str(file["name"]), base64.b64decode(file["content"], validate=True)))
        except (KeyError, TypeError, ValueError, binascii.Error):
            problems.append(f"File {number} can't be read: give its name, and its content in base64.")
    return files, problems


def _key(draft: Any, selection: attachments.Selection) -> str:
    """The submit key: of the whole content, so that nobody's key can open another's receipt."""
    return submit_key(draft, selection, f"idempotency-key: {request.headers.get('Idempotency-Key', '')}")


def _refuse(errors: Errors) -> Any:
    message = "The request is not complete. Mend what `fields` names and send it again."
    return jsonify(error={"title": "Not taken in", "message": message, "fields": errors}), 422
