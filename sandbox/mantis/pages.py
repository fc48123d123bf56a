"""Pages for people: projects, the issues of a project, one issue with its files, and a form for a new one.

They show everything, and ask nobody who they are: whoever reports an issue chooses the account.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.mantis import issues
from sandbox.mantis.answers import Refusal
from sandbox.mantis.enums import DEVELOPER, ENUMS, REPORTER, RESOLVED, VERSION
from sandbox.mantis.shapes import View
from sandbox.mantis.state import State

FOLDER = Path(__file__).parent / "templates"
PAGE_SIZE = 100
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

templates = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
templates.globals["version"] = VERSION
templates.filters["when"] = lambda instant: f"{instant[:19].replace('T', ' ')} UTC"


def page(state: State, request: Request) -> Response:
    """The page of a path."""
    make = PAGES.get(request.path)
    if make is None:
        response = _missing("There is no such page.")
    elif request.method not in ("GET", "HEAD") and make is not _report:
        response = Response("Only for reading.", 405)
    else:
        with state.lock:
            response = make(state, request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _html(name: str, status: int = 200, **values: Any) -> Response:
    return Response(templates.get_template(name).render(values), status, content_type="text/html; charset=utf-8")


def _missing(what: str) -> Response:
    return _html("missing.html", 404, what=what)


def _number(request: Request, name: str) -> int:
    """A whole number of the query; 0 for anything else."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(2**63)) else 0


def _everything(state: State) -> View:
    return View(state, state.rows("select * from account where name = 'administrator'")[0])


def _projects(state: State, _: Request) -> Response:
    rows = state.rows("select * from project order by parent != 0, id")
    tops = [row for row in rows if not row["parent"]]
    ordered = [row for top in tops for row in (top, *(r for r in rows if r["parent"] == top["id"]))]
    return _html("projects.html", projects=[{**dict(row), **_counts(state, row["id"])} for row in ordered])


def _counts(state: State, project: int) -> dict[str, int]:
    below = ", ".join(str(number) for number in state.family(project))
    count = f"select count(*) from issue where project in ({below})"  # noqa: S608 - numbers
    return {"issues": state.number(count), "open": state.number(f"{count} and status < ?", RESOLVED)}


def _issues(state: State, request: Request) -> Response:
    number, at = _number(request, "project_id"), max(_number(request, "page"), 1)
    project = state.row("select * from project where id = ?", number)
    if number and project is None:
        return _missing(f"There is no project {number}.")
    below = ", ".join(str(n) for n in state.family(number)) if number else "select id from project"
    rows = state.rows(
        f"select * from issue where project in ({below}) order by id desc limit ? offset ?",  # noqa: S608 - numbers
        PAGE_SIZE + 1,
        (at - 1) * PAGE_SIZE,
    )
    view = _everything(state)
    names = ("id", "summary", "status", "priority", "category", "project", "handler", "updated_at")
    return _html(
        "issues.html",
        project=project["name"] if project else "All projects",
        project_id=number,
        issues=[view.issue(row, names) for row in rows[:PAGE_SIZE]],
        older=at + 1 if len(rows) > PAGE_SIZE else 0,
    )


def _issue(state: State, request: Request) -> Response:
    number = _number(request, "id")
    row = state.row("select * from issue where id = ?", number)
    if row is None:
        return _missing(f"There is no issue {number}.")
    return _html("issue.html", issue=_everything(state).issue(row))


def _report(state: State, request: Request) -> Response:
    """The form of Mantis's page Report Issue, and what it sends."""
    project = state.row("select * from project where id = ?", _number(request, "project_id"))
    if project is None:
        return _missing("There is no such project.")
    accounts = {
        row["name"]: row for row in state.rows("select * from account where level >= ? order by name", REPORTER)
    }
    typed, problem = request.form, ""
    if request.method == "POST":
        given = {name: typed.get(name, "") for name in ("summary", "description", "steps_to_reproduce")}
        named = {name: {"name": typed[name]} for name in ("category", "priority", "handler") if typed.get(name)}
        try:
            account = accounts[typed.get("account", "")]
            number = issues.create(View(state, account), {**given, **named, "project": {"id": project["id"]}})
        except KeyError:
            problem = "Choose who reports it."
        except Refusal as refusal:
            problem = refusal.answer.reason
        else:
            return redirect(f"/view.php?id={number}", 303)
    return _html(
        "report.html",
        200 if not problem else 400,
        project=project,
        typed=typed,
        problem=problem,
        accounts=accounts,
        categories=[row["name"] for row in state.categories(project["id"])],
        priorities=ENUMS["priority"].values(),
        handlers=[name for name, row in accounts.items() if row["level"] >= DEVELOPER],
    )


def _download(state: State, request: Request) -> Response:
    row = state.row("select * from file where id = ?", _number(request, "file_id"))
    if row is None:
        return _missing("There is no such file.")
    response = Response(row["content"], content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}"
    return response


def _style(_: State, __: Request) -> Response:
    return Response((FOLDER / "style.css").read_bytes(), content_type="text/css; charset=utf-8")


PAGES = {
    "/": _projects,
    "/view_all_bug_page.php": _issues,
    "/view.php": _issue,
    "/bug_report_page.php": _report,
    "/file_download.php": _download,
    "/style.css": _style,
}
