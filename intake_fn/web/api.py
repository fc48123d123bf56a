"""The JSON API, as docs/api/openapi.yaml describes it: the same forms, the same answers.

A program that has no screenshot of a bug need not invent a reason: the request then says that none
was sent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, request
from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField

from intake_fn.core.attachments import select
from intake_fn.core.request import Channel, Kind
from intake_fn.core.verdicts import judgement, reasons_of
from intake_fn.desk.filing import project_of
from intake_fn.desk.spam_check import Submission
from intake_fn.web import posted
from intake_fn.web.access import PUBLIC, config, open_to
from intake_fn.web.expected import LONGEST_QUERY, count_search
from intake_fn.web.forms import IntakeForm, citation, clean_line, form_for, to_request
from intake_fn.web.numbers import whole
from intake_fn.web.submission import reading_in, stance_in, submit_key, take_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case
    from intake_fn.desk import Desk

blueprint = Blueprint("api", __name__, url_prefix="/api")

OWN = ("kind", "clause", "reading_clause", "reading_stance", "details", "files")
"""Members of a request that are no field of the form."""

NO_SCREENSHOT = "No screenshot was sent."
SEARCH_LIMIT = 20
LONGEST_KEY = 200
LONGEST_NAME = 100
"""Characters of an unknown member's name that the answer repeats."""

MOST_MEMBERS = 50
NO_OBJECT = "Must be an object."

Errors = dict[str, list[str]]


@blueprint.post("/requests")
@open_to(PUBLIC)
def create() -> ResponseReturnValue:
    """Take a request in: 201 with its number, link and verdict, or 422 with everything that is wrong."""
    request.max_content_length = posted.LARGEST
    body = request.get_json()
    if not isinstance(body, Mapping):
        return _refuse({"": ["Send one JSON object."]})
    name = body.get("kind")
    if not isinstance(name, str) or name not in list(Kind):
        return _refuse({"kind": [f"Must be one of {', '.join(Kind)}."]})
    desk, kind = config().desk(), Kind(name)
    limits = desk.process.intake
    answers, errors = _answers(kind, body, form_for(kind, desk.process))
    files, unread = _files([] if body.get("files") is None else body["files"], limits.files)
    selection = select((), files, limits)
    if kind is Kind.BUG and not files and not answers.get("no_screenshot"):
        answers["no_screenshot"] = NO_SCREENSHOT
    form = form_for(kind, desk.process, answers)
    clause = "" if body.get("clause") is None else body["clause"]
    if not isinstance(clause, str) or (clause and not citation(clause)):
        errors["clause"] = ["Send the clause as page#anchor, such as shipments/tracking#status."]
    errors |= _faults_of_reading(body)
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        errors["Idempotency-Key"] = [f"This header may have {LONGEST_KEY} characters."]
    if not form.check(selection.count, (*unread, *selection.problems)) or errors:
        return _refuse({**_errors(form), **errors})
    draft = to_request(form, (), Channel.API, clause, reading_in(body))
    case, _ = take_in(desk, draft, selection, submit_key(draft, selection, f"idempotency-key: {key}"), Submission())
    return jsonify(describe(case, desk)), 201


def _faults_of_reading(body: Mapping[str, Any]) -> Errors:
    """What is wrong with the clause that the requester has read, and with what they say of it."""
    clause, stance = (body.get(name) for name in ("reading_clause", "reading_stance"))
    faults: Errors = {}
    if clause not in (None, "") and not (isinstance(clause, str) and citation(clause)):
        faults["reading_clause"] = ["Send the clause as page#anchor, such as shipments/tracking#status."]
    if stance not in (None, "") and stance_in(stance) is None:
        faults["reading_stance"] = ["Must be one of matches, contradicts."]
    return faults


@blueprint.get("/search")
@open_to(PUBLIC)
def search() -> ResponseReturnValue:
    """Clauses of the spec that are about a text: the suggestions while typing, and the tools of engineers."""
    asked, limit = request.args.get("q", ""), whole(request.args.get("limit", "5"), 0)
    if len(asked) > LONGEST_QUERY:
        return _refuse({"q": [f"This text has {len(asked):,} characters; the limit is {LONGEST_QUERY:,}."]})
    if not 1 <= limit <= SEARCH_LIMIT:
        return _refuse({"limit": [f"Must be a number from 1 to {SEARCH_LIMIT}."]})
    text = clean_line(asked)
    if text:
        count_search()
    hits = config().desk().spec().search(text, limit) if text else []
    answer = jsonify(
        results=[
            {
                "clause": hit.clause.cite,
                "title": hit.clause.title,
                "page": hit.clause.page_title,
                "url": config().links.clause(hit.clause.url),
                "quote": hit.quote,
                "score": round(float(hit.score), 4),
            }
            for hit in hits
        ]
    )
    wiki = "{0.scheme}://{0.netloc}".format(urlsplit(config().site_url))
    answer.headers["Vary"] = "Origin"
    if request.headers.get("Origin") == wiki:  # its search box asks, too; no cookie counts here
        answer.headers["Access-Control-Allow-Origin"] = wiki
    return answer


def describe(case: Case, desk: Desk) -> dict[str, Any]:
    """A case for the program that sent it."""
    verdict, judged = case.verdict, judgement(case)
    return {
        "id": case.id,
        "status": case.status.value,
        "status_url": desk.links.status(case.id),
        "received_at": case.received_at.isoformat(timespec="seconds"),
        "level": case.level,
        "handler": desk.process.person(case.handler).name,
        "category": case.category.value,
        "verdict": verdict
        and {
            "category": verdict["category"],
            "acts": judged is None or judged.acts,
            "confidence": verdict["confidence"],
            "citations": [_cited(citation) for citation in verdict["citations"]],
            "counter": _cited(verdict["counter"]) if verdict.get("counter") else None,
            "reasons": list(reasons_of(verdict)),
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
        "url": config().links.clause(citation["url"]),
        "quote": citation["quote"],
        "stance": citation["stance"],
    }


# --- from JSON to the form -------------------------------------------------------------------


def _answers(kind: Kind, body: Mapping[str, Any], form: IntakeForm) -> tuple[MultiDict[str, str], Errors]:
    """The answers as a form has them, and what is wrong with members that no form can hold."""
    details = {} if body.get("details") is None else body["details"]
    answers: MultiDict[str, str] = MultiDict()
    if not isinstance(details, Mapping):
        return answers, {"details": [NO_OBJECT]}
    if len(body) + len(details) > MOST_MEMBERS:
        return answers, {"": [f"There are more than {MOST_MEMBERS} members; a request has fewer."]}
    errors: Errors = {}
    given = [(name, name, value, name not in form.details) for name, value in body.items() if name not in OWN]
    given += [(f"details.{name}", name, value, name in form.details) for name, value in details.items()]
    for path, name, value, known in given:
        if not (known and name in form.fields and name != "files"):
            errors[path[:LONGEST_NAME]] = [f"A request of kind {kind.value} has no such member."]
        elif value is not None and (problem := _wrong_with(value, form, name)):
            errors[path] = [problem]
        elif value not in (None, "", []):
            answers.setlist(name, value if isinstance(value, list) else [value])
    return answers, errors


def _wrong_with(value: Any, form: IntakeForm, name: str) -> str:
    """What is wrong with a value as such, counted as it was sent; whether it must be there, the form says."""
    field, limit = form.fields[name], form.limit(name)
    choices: list[str] = list(getattr(field, "choices", None) or ())
    if isinstance(field, SelectMultipleField):
        many = isinstance(value, list) and len(value) <= MOST_MEMBERS and all(member in choices for member in value)
        return "" if many else f"Must be a list of {', '.join(choices)}."
    if not isinstance(value, str):
        return "Must be a text."
    if choices and value and value not in choices:
        return f"Must be one of {', '.join(filter(None, choices))}."
    if len(value) > limit:
        return f"This text has {len(value):,} characters; the limit is {limit:,}."
    return ""


def _errors(form: IntakeForm) -> Errors:
    """The form's errors, by the path of the member that they are about."""
    return {
        (f"details.{field.name}" if field.name in form.details else field.name): [str(error) for error in field.errors]
        for field in form
        if field.errors
    }


def _files(given: Any, most: int) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Names and bytes of the files in a request, and what to say about those that can't be read."""
    files: list[tuple[str, bytes]] = []
    problems: list[str] = []
    if not isinstance(given, list):
        return [], ["Must be a list of objects, each with a name, and its content in base64."]
    if len(given) > most:
        return [], [f"There are {len(given):,} files; at most {most} can be sent. Put them into one zip file."]
    for number, file in enumerate(given, 1):
        try:
            name, content = file["name"], base64.b64decode(file["content"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            name, content = None, b""
        if isinstance(name, str) and set(file) == {"name", "content"}:
            files.append((name, content))
        else:
            problems.append(f"File {number} cannot be read: send its name and its content in base64 only.")
    return files, problems


def _refuse(errors: Errors) -> ResponseReturnValue:
    message = "The request has errors. Correct the members in `fields` and send it again."
    return jsonify(error={"title": "Not accepted", "message": message, "fields": errors}), 422
