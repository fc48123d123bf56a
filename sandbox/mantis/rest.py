"""The routes of /api/rest, in one table at the end, and what each answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Request

from sandbox.mantis import issues, links, notes
from sandbox.mantis.answers import Answer, Refusal, bare, crash, refuse, uncaught
from sandbox.mantis.calls import Call, account_of_call, body_of, number_in
from sandbox.mantis.enums import ADMINISTRATOR, DEVELOPER, number_of
from sandbox.mantis.files import add_files
from sandbox.mantis.listing import FILTERS, filter_name, listing
from sandbox.mantis.rights import account_of
from sandbox.mantis.shapes import View
from sandbox.mantis.state import Row, State
from sandbox.mantis.texts import text_of

PREFIX = re.compile(r"/api/rest(?:/index\.php)?(/.*?)/?")


def answer(state: State, request: Request) -> Answer:
    """What Mantis answers to a request below /api/rest. One at a time."""
    data = request.get_data()
    with state.lock:
        account = None
        try:
            account = account_of_call(state, request)
            if not state.option("webservice_rest_enabled"):
                raise bare(503, "API disabled")
            given = _answered(Call(View(state, account), request, body_of(request, data)))
        except Refusal as refusal:
            given = refusal.answer
        except (OverflowError, sqlite3.Error):  # what no column holds
            given = crash().answer
        except (AttributeError, TypeError, ValueError, KeyError):  # an odd type where a text or an object belongs
            given = uncaught().answer
    return replace(given, account=account["name"] if account is not None else "")


def _answered(call: Call) -> Answer:
    """The route's answer. Raises Refusal."""
    match = PREFIX.fullmatch(call.request.path)
    path = match[1] if match else "/"
    for pattern, methods in ROUTES:
        parts = pattern.fullmatch(path)
        if parts is None:
            continue
        allowed = ", ".join(methods)
        method = "GET" if call.request.method == "HEAD" else call.request.method
        if method == "OPTIONS":
            return Answer(200, text=f"Allowed methods: {allowed}")
        if method not in methods:
            return Answer(405, {"message": f"Method not allowed. Must be one of: {allowed}"})
        return methods[method](call, *parts.groups())
    return Answer(404, {"message": "Not found"})


# --- issues -----------------------------------------------------------------------------------


def _get_issues(call: Call) -> Answer:
    if filter_name(call.query) not in FILTERS:
        fault = {"status_code": 404, "fault_string": f"Unknown filter '{call.query['filter_id']}'"}
        return _cached(call, {"issues": fault})
    rows = listing(call.view, call.query)
    body = {"issues": [call.view.issue(row, call.names) for row in rows]}
    return _cached(call, body)


def _post_issue(call: Call) -> Answer:
    number = issues.create(call.view, call.needed())
    return Answer(201, {"issue": call.shown(number)}, f"Issue Created with id {number}")


def _patch_none(call: Call) -> Answer:
    if "id" not in call.needed():
        raise bare(400, "Mandatory field 'id' is missing.")
    return _patch_issue(call, text_of(call.given["id"]))


def _get_issue(call: Call, number: str) -> Answer:
    return _cached(call, {"issues": [call.view.issue(call.issue(number), call.names)]})


def _patch_issue(call: Call, number: str) -> Answer:
    given = call.needed()
    if "id" in given and text_of(given["id"]) != number:
        raise bare(400, "Issue id mismatch")
    issue = number_in(number)
    call.issue(number)
    _check_match(call, issue)
    issues.change(call.view, issue, given)
    body = {"issues": [call.shown(issue)]}
    return Answer(200, body, f"Issue with id {issue} Updated", etag=_etag(call, body))


def _delete_issue(call: Call, number: str) -> Answer:
    issue = int(call.issue(number)["id"])
    if call.view.level < DEVELOPER:
        raise refuse(403, 13, f"Access denied to delete issue {issue}")
    etag = _check_match(call, issue)
    with call.state.change():
        for table in ("note", "file", "issue_tag", "monitor", "history"):
            call.state.run(f"delete from {table} where issue = ?", issue)  # noqa: S608 - from the line above
        call.state.run("delete from relationship where ? in (source, target)", issue)
        call.state.run("delete from issue where id = ?", issue)
    return Answer(204, etag=etag)


def _cached(call: Call, body: Any) -> Answer:
    etag = _etag(call, body)
    if call.request.headers.get("If-None-Match") == etag:
        return Answer(304, etag=etag)
    return Answer(200, body, etag=etag)


def _etag(call: Call, body: Any) -> str:
    """The ETag: it depends on the account, on `select` and on the whole answer, and is never quoted."""
    return hashlib.sha256(f"{call.view.id} {json.dumps(body)}".encode()).hexdigest()


def _check_match(call: Call, issue: int) -> str:
    """The issue's ETag. Raises Refusal 412 when If-Match has another one."""
    wanted = call.request.headers.get("If-Match")
    current = _etag(call, {"issues": [call.shown(issue)]})
    if wanted is not None and wanted != current:
        raise bare(412, etag=current)
    return current


# --- notes, files, tags, relationships, monitors ----------------------------------------------


def _post_note(call: Call, number: str) -> Answer:
    if not number.isdecimal():
        raise refuse(400, 29, "'issue_id' must be numeric", "issue_id")
    issue = call.issue(number)
    note = notes.add_note(call.view, issue, call.given)
    row = call.state.rows("select * from note where id = ?", note)[0]
    body = {"note": call.view.note(row), "issue": call.shown(issue["id"])}
    return Answer(201, body, f"Issue Note Created with id {issue['id']}")


def _delete_note(call: Call, number: str, note: str) -> Answer:
    issue = int(call.issue(number)["id"])
    notes.delete_note(call.view, issue, number_in(note))
    return Answer(200, {"issue": call.shown(issue)}, "Issue Note Deleted")


def _get_files(call: Call, number: str, file: str = "") -> Answer:
    rows = call.state.rows(
        "select *, length(content) as size from file where issue = ? and note = 0 order by id", call.issue(number)["id"]
    )
    chosen = [row for row in rows if not file or row["id"] == number_in(file)]
    shown = [{**call.view.file(row), "content": base64.b64encode(row["content"]).decode()} for row in chosen]
    return Answer(200, {"files": shown})


def _post_files(call: Call, number: str) -> Answer:
    add_files(call.view, call.issue(number), call.given.get("files"))
    return Answer(201, reason="Issue File(s) Attached")


def _post_tags(call: Call, number: str) -> Answer:
    issue = int(call.issue(number)["id"])
    links.add_tags(call.view, issue, call.given.get("tags"))
    return Answer(201, {"issues": [call.shown(issue)]}, f"Tag attached to issue {issue}")


def _delete_tag(call: Call, number: str, tag: str) -> Answer:
    issue = int(call.issue(number)["id"])
    links.detach_tag(call.view, issue, number_in(tag))
    return Answer(200, {"issues": [call.shown(issue)]}, f"Tag detached from issue {issue}")


def _post_relationship(call: Call, number: str) -> Answer:
    issue = call.issue(number)
    other = call.given.get("issue")
    if not isinstance(other, dict) or not other.get("id"):
        raise refuse(400, 29, "Invalid issue id", "issue_id")
    made = links.relate(call.view, issue, call.issue(text_of(other["id"])), call.given.get("type"))
    return Answer(201, {"issue": call.shown(issue["id"])}, f"Issue relationship created with id {made}")


def _delete_relationship(call: Call, number: str, relationship: str) -> Answer:
    issue = call.issue(number)
    links.unrelate(call.view, issue, number_in(relationship))
    return Answer(200, {"issue": call.shown(issue["id"])}, "Issue relationship deleted")


def _post_monitors(call: Call, number: str) -> Answer:
    issue = int(call.issue(number)["id"])
    links.add_monitors(call.view, issue, call.given.get("users"))
    return Answer(201, {"issues": [call.shown(issue)]}, f"Users are now monitoring issue {issue}")


# --- projects, people, configuration ----------------------------------------------------------


def _get_projects(call: Call) -> Answer:
    return Answer(
        200, {"projects": [call.view.project(row) for row in call.state.projects(call.view.level, call.view.id)]}
    )


def _project(call: Call, number: str) -> Row:
    """The project of a path, when the account sees it. Raises Refusal 404, empty."""
    seen = call.state.projects(call.view.level, call.view.id)
    row = next((row for row in seen if row["id"] == number_in(number)), None)
    if row is None:
        raise bare(404, f"Project '{number}' doesn't exist")
    return row


def _get_project(call: Call, number: str) -> Answer:
    return Answer(200, {"projects": [call.view.project(_project(call, number))]})


def _get_handlers(call: Call, number: str) -> Answer:
    rows = call.state.handlers(_project(call, number)["id"])
    return Answer(200, {"users": [call.view.member(row) for row in _page(call, rows)]})


def _get_users(call: Call, number: str) -> Answer:
    _project(call, number)
    rows = call.state.rows("select * from account where level >= ? order by name", call.query.get("access_level", 0))
    return Answer(200, {"users": [call.view.member(row) for row in _page(call, rows)]})


def _put_user(call: Call, number: str) -> Answer:
    """Give an account a level in the project, whether it had one or not."""
    _administrators_only(call)
    project = int(_project(call, number)["id"])
    account = account_of(call.state, call.needed().get("user") or {})
    if call.state.account(account) is None:
        raise refuse(400, 29, "Invalid User", "user")
    with call.state.change():
        call.state.add_member(project, account, number_of("access_levels", call.given.get("access_level")))
    return Answer(204)


def _page(call: Call, rows: list[Row]) -> list[Row]:
    size, page = int(call.query.get("page_size", 50)), max(int(call.query.get("page", 1)), 1)
    return rows[(page - 1) * size : page * size] if size else rows


def _post_project(call: Call) -> Answer:
    _administrators_only(call)
    name = text_of(call.needed().get("name")).strip()
    if not name:
        raise refuse(400, 11, "Project name cannot be empty", "name")
    if len(name) > PROJECT_NAME_LIMIT:
        raise crash()
    if call.state.number("select id from project where name = ?", name):
        raise refuse(400, 701, "Project name is not unique")
    with call.state.change():
        number = call.state.add_project(
            name,
            description=text_of(call.given.get("description")),
            status=number_of("project_status", call.given.get("status")),
            view_state=number_of("view_state", call.given.get("view_state")),
        )
    row = call.state.rows("select * from project where id = ?", number)[0]
    return Answer(201, {"project": call.view.project(row)}, f"Project created with id {number}")


PROJECT_NAME_LIMIT = 128


def _post_subproject(call: Call, number: str) -> Answer:
    _administrators_only(call)
    parent = int(_project(call, number)["id"])
    given = call.needed().get("project") or {}
    key = "id" if "id" in given else "name"
    name = text_of(given.get(key))
    child = call.state.row(f"select * from project where {key} = ?", name)  # noqa: S608 - id or name
    if child is None:
        raise refuse(404, 700, f"Project '{name}' not found", name)
    if child["parent"] == parent:
        about = f'Project "{child["id"]}" is already a subproject of "{parent}"'
        raise refuse(400, 704, f"Project '{child['id']}' is already a subproject of '{parent}'", about)
    if parent in call.state.family(child["id"]):
        raise refuse(400, 703, "Project can't be a descendant subproject of itself")
    with call.state.change():
        call.state.run("update project set parent = ? where id = ?", parent, child["id"])
    return Answer(204, reason=f"Subproject '{child['id']}' added to project '{parent}'")


def _administrators_only(call: Call) -> None:
    if call.view.level < ADMINISTRATOR:
        raise refuse(403, 13, "Access denied")


def _get_me(call: Call) -> Answer:
    shown = call.view.myself()
    return Answer(200, {name: value for name, value in shown.items() if name in call.names} if call.names else shown)


def _get_config(call: Call) -> Answer:
    names = [*call.request.args.getlist("option[]"), *call.request.args.getlist("option")]
    values = {name: call.state.option(name) for name in names}
    return Answer(200, {"configs": [{"option": n, "value": v} for n, v in values.items() if v is not None]})


def _get_filters(_: Call) -> Answer:
    return Answer(200, {"filters": []})


# --- the table --------------------------------------------------------------------------------

Handler = Callable[..., Answer]


def _route(path: str, **methods: Handler) -> tuple[re.Pattern[str], dict[str, Handler]]:
    return re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), methods


# Methods stand in the order in which Mantis lists them when it refuses another.
ROUTES = (
    _route("/users/me", GET=_get_me),
    _route("/config", GET=_get_config),
    _route("/filters", GET=_get_filters),
    _route("/projects", GET=_get_projects, POST=_post_project),
    _route("/projects/{id}", GET=_get_project),
    _route("/projects/{id}/users", GET=_get_users, POST=_put_user, PUT=_put_user),
    _route("/projects/{id}/handlers", GET=_get_handlers),
    _route("/projects/{id}/subprojects", POST=_post_subproject),
    _route("/issues", GET=_get_issues, POST=_post_issue, PATCH=_patch_none),
    _route("/issues/{id}", GET=_get_issue, DELETE=_delete_issue, PATCH=_patch_issue),
    _route("/issues/{id}/notes", POST=_post_note),
    _route("/issues/{id}/notes/{note}", DELETE=_delete_note),
    _route("/issues/{id}/files", GET=_get_files, POST=_post_files),
    _route("/issues/{id}/files/{file}", GET=_get_files),
    _route("/issues/{id}/tags", POST=_post_tags),
    _route("/issues/{id}/tags/{tag}", DELETE=_delete_tag),
    _route("/issues/{id}/relationships", POST=_post_relationship),
    _route("/issues/{id}/relationships/{relationship}", DELETE=_delete_relationship),
    _route("/issues/{id}/monitors", POST=_post_monitors),
)
