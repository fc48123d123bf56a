"""Creating and changing issues, with Mantis's silent replacements and its half-done creates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.mantis import links, notes
from sandbox.mantis.answers import Refusal, crash, plain, refuse, uncaught
from sandbox.mantis.enums import (
    ASSIGNED,
    CLOSED,
    DEVELOPER,
    ENUMS,
    MANAGER,
    REPORTER,
    RESOLVED,
    UPDATER,
    VIEWER,
    number_of,
)
from sandbox.mantis.files import add_file, checked_files
from sandbox.mantis.rights import account_of, found, limit
from sandbox.mantis.shapes import (
    DESCRIPTION,
    FIELD,
    INFORMATION,
    ISSUE_ENUMS,
    ISSUE_EXTRAS,
    ISSUE_NEW,
    STEPS,
    VERSION_FIELDS,
    View,
)
from sandbox.mantis.state import Row
from sandbox.mantis.texts import long_text, stored, summary_text, text_of

LONG_TEXTS = ("description", "steps_to_reproduce", "additional_information")
TEXT_EVENTS = {"description": DESCRIPTION, "steps_to_reproduce": STEPS, "additional_information": INFORMATION}
LAST_NUMBER = 2**15 - 1
"""The largest number that the columns of enumerations hold."""


# --- creating ---------------------------------------------------------------------------------


def create(view: View, given: Mapping[str, Any]) -> int:
    """Make an issue; returns its number. Raises Refusal, also when the issue is there but a later part failed."""
    state = view.state
    row, given_status = _planned(view, given)
    tags = links.checked_tags(state, given.get("tags") or [])
    if given.get("custom_fields"):
        raise _unknown_field("Invalid Custom Field {{name:{}}}", given["custom_fields"])
    if given.get("version"):
        raise _unknown_version(view, row["project"], given["version"])
    files = checked_files(given.get("files") or [])
    limit(view)
    with state.change():
        number = state.insert("issue", row)
        state.log(number, view.id, ISSUE_NEW)
        state.mention(number, *(str(row[name]) for name in ("summary", *LONG_TEXTS)))
        if row["status"] != given_status:
            state.log(number, view.id, FIELD, "status", given_status, row["status"])
        if row["handler"]:
            state.log(number, view.id, FIELD, "handler", 0, row["handler"])
    links.attach_tags(view, number, tags, twice_is_fine=False)
    for file in files:
        add_file(view, number, file)
    watching = [m.get("id", 0) for m in given.get("monitors") or [] if isinstance(m, dict)]  # unknown ones, too
    links.set_monitors(view, number, watching)
    for note in given.get("notes") or []:
        if not isinstance(note, dict) or not text_of(note.get("text")).strip():
            raise uncaught()
        notes.store_note(view, number, text_of(note["text"]).strip(), number_of("view_state", note.get("view_state")))
    return number


def _planned(view: View, given: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The row that is to be stored, and the status that was asked for. Nothing is written if this raises."""
    for name in ("summary", "description"):
        if not text_of(given.get(name)).strip():
            raise refuse(400, 11, f"{name.capitalize()} not specified", name)
    project = _project_of(view, given.get("project"))
    reporter = _reporter(view, given.get("reporter"))
    if view.level < REPORTER or project["id"] not in {row["id"] for row in view.state.projects(view.level, view.id)}:
        raise refuse(403, 13, "User does not have access right to report issues")
    status = number_of("status", given.get("status"))
    handler = _new_handler(view, given.get("handler"), status)
    now = view.state.seconds()
    row: dict[str, Any] = {
        "project": project["id"],
        "category": _category_of(view, project["id"], given.get("category")),
        "reporter": reporter,
        "handler": handler,
        "summary": summary_text(given["summary"]),
        **{name: long_text(name, given.get(name)) for name in LONG_TEXTS},
        **{name: _enum(name, given.get(name)) for name in ISSUE_ENUMS},
        **{name: stored(text_of(given.get(name))) for name in ISSUE_EXTRAS},
        "sticky": int(bool(given.get("sticky")) and view.level >= MANAGER),
        "created_at": now,
        "updated_at": now,
    }
    if handler and status < ASSIGNED:
        row["status"] = ASSIGNED
    return row, status


def _project_of(view: View, given: Any) -> Row:
    """The project of an id or a name. Raises Refusal 400/11 for a name, 404/700 for an id that is none."""
    row = None
    if isinstance(given, dict) and given.get("id"):
        row = view.state.row("select * from project where id = ?", given["id"])
        if row is None:
            raise refuse(404, 700, f"Project '{given['id']}' not found", given["id"])
    elif isinstance(given, dict):
        row = view.state.row("select * from project where name = ?", text_of(given.get("name")))
    if row is None:
        raise refuse(400, 11, "Project not specified", "project")
    return row


def _reporter(view: View, given: Any) -> int:
    """The caller, or the account named by one that may: an unknown name is nobody, an unknown id itself."""
    if not isinstance(given, dict):
        return view.id
    reporter = account_of(view.state, given)
    if reporter != view.id and view.level < DEVELOPER:
        message = "Active user does not have access level required to specify a different issue reporter"
        raise refuse(403, 13, message)
    return reporter


def _new_handler(view: View, given: Any, status: int) -> int:
    """Who handles a new issue, 0 for nobody: a name that is unknown is dropped without a word."""
    if given is not None and not isinstance(given, dict):
        raise uncaught()
    handler = account_of(view.state, given) if given else 0
    if not handler and status in (RESOLVED, CLOSED):
        handler = view.id
    if not handler:
        return 0
    account = view.state.account(handler)
    if account is None:
        raise refuse(404, 811, f"User '{handler}' not found.", handler)
    if account["level"] < DEVELOPER:
        raise refuse(403, 13, f"User '{handler}' can't be assigned issues.")
    if view.level < DEVELOPER:
        raise refuse(403, 13, "User not allowed to assign issues")
    return handler


def _category_of(view: View, project: int, given: Any) -> int:
    """A category of the project, by id or by name in any case. Raises Refusal."""
    if not given:
        raise refuse(400, 11, "Category field must be supplied.", "category")
    number = given.get("id") if isinstance(given, dict) else None
    if number is not None and not isinstance(number, int):
        raise refuse(400, 29, f"Invalid category id '{text_of(number)}'.", "category_id")
    name = text_of(given.get("name") if isinstance(given, dict) else given)
    for row in view.state.categories(project):
        if row["id"] == number or (number is None and row["name"].casefold() == name.casefold()):
            return int(row["id"])
    raise refuse(404, 1502, f"Category '{name if number is None else number}' not found.")


# --- changing ---------------------------------------------------------------------------------


def change(view: View, number: int, given: Mapping[str, Any]) -> None:
    """Lay a patch over an issue. Raises Refusal."""
    row = found(view, number)
    _may_change(view, row, given)
    new = _patched(view, row, given)
    tags = None if given.get("tags") is None else links.known_tags(view.state, given["tags"])
    if given.get("custom_fields"):
        raise _unknown_field("Custom field '{}' not found.", given["custom_fields"])
    if given.get("version"):
        raise _unknown_version(view, new["project"], given["version"])
    versions = _versions(view, row, new["project"], given)
    with view.state.change():
        for name, value in new.items():
            if value != row[name]:
                view.state.run(f"update issue set {name} = ? where id = ?", value, number)  # noqa: S608 - our own names
                _log_change(view, row, name, value)
        for name, (before, after) in versions.items():
            _set_version(view, number, name, before, after)
        view.state.touch(number)
    if tags is not None:
        links.set_tags(view, number, tags)
    if given.get("monitors") is not None:
        links.set_monitors(view, number, [m["id"] for m in given["monitors"] if isinstance(m, dict) and m.get("id")])
    for note in given.get("notes") or []:
        notes.patch_note(view, number, note)


def _may_change(view: View, row: Row, given: Mapping[str, Any]) -> None:
    denied = f"Access denied for user {view.name}."
    if view.level <= VIEWER:
        raise plain(403, denied)
    if view.level < UPDATER:
        raise plain(403, f"{denied} Reason: Not enough rights to update issues.")
    if row["status"] >= RESOLVED and view.level < MANAGER:
        raise plain(403, f"Issue '{row['id']}' is readonly")
    if view.level >= DEVELOPER:
        return
    if given.get("handler") is not None:
        raise plain(403, f"{denied} Reason: User does not have access right to assign issues.")
    if given.get("status") is not None and number_of("status", given["status"]) != row["status"]:
        raise plain(403, f"{denied} Reason: Not allowed to change Issue status.")
    foreign = view.state.number("select id from note where issue = ? and reporter != ?", row["id"], view.id)
    if foreign:
        raise plain(403, f"{denied} Reason: Not allowed to update note {foreign}.")


def _patched(view: View, row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """The issue's new values by column; null and what is left out change nothing."""
    new: dict[str, Any] = {}
    if given.get("project") is not None:
        new["project"] = _target_project(view, given["project"])
    if given.get("summary") is not None:
        new["summary"] = summary_text(given["summary"])
    new |= {name: long_text(name, given[name]) for name in LONG_TEXTS if given.get(name) is not None}
    for name in ("summary", "description"):
        if not new.get(name, "there").strip():
            raise plain(400, f"Mandatory field '{name}' is missing.")
    if given.get("handler") is not None:
        new["handler"] = _next_handler(view, given["handler"])
    if given.get("reporter") is not None:
        new["reporter"] = account_of(view.state, given["reporter"]) or row["reporter"]
    new |= {name: _enum(name, given[name]) for name in ISSUE_ENUMS if given.get(name) is not None}
    new |= {name: stored(text_of(given[name])) for name in ISSUE_EXTRAS if given.get(name) is not None}
    if given.get("sticky") is not None:
        new["sticky"] = int(bool(given["sticky"]))
    if new.get("status", 0) >= RESOLVED > row["status"] and _open_children(view, row["id"]):
        raise plain(400, "Unresolved child issues.")
    project = new.setdefault("project", row["project"])
    new["category"] = _next_category(view, row, project, given.get("category"))
    return new


def _next_category(view: View, row: Row, project: int, given: Any) -> int:
    """The category that is given; else the one that stands, if the project has it."""
    if given:
        return _category_of(view, project, given)
    if row["category"] not in [category["id"] for category in view.state.categories(project)]:
        about = f'Category "{row["category"]}" not found for project "{project}"'
        raise refuse(400, 1503, f"Category '{row['category']}' not available in project '{project}'.", about)
    return int(row["category"])


def _versions(view: View, row: Row, project: int, given: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The versions of an issue by field, the present one and the new one: null takes it away.

    What the project does not have is dropped at a move, and refused when it is given.
    """
    return {name: _version(view, row, project, given, name) for name in VERSION_FIELDS}


def _version(view: View, row: Row, project: int, given: Mapping[str, Any], name: str) -> tuple[str, str]:
    there = view.state.row(f"select version from {VERSION_FIELDS[name]} where issue = ?", row["id"])  # noqa: S608
    before = str(there["version"]) if there else ""
    known = view.state.versions(project)
    if name not in given:
        return before, before if before in [version["name"] for version in known] else ""
    wanted = given[name]
    if wanted is None:
        return before, ""
    key = next((k for k in ("id", "name") if isinstance(wanted, dict) and wanted.get(k)), "name")
    value = wanted.get(key) if isinstance(wanted, dict) else wanted
    found = next((version["name"] for version in known if text_of(version[key]) == text_of(value)), None)
    if found is None:
        raise _unknown_version(view, project, wanted)
    return before, found


def _set_version(view: View, number: int, name: str, before: str, version: str) -> None:
    if version == before:
        return
    table = VERSION_FIELDS[name]
    view.state.run(f"delete from {table} where issue = ?", number)  # noqa: S608 - one of our tables
    if version:
        view.state.insert(table, {"issue": number, "version": version})
    view.state.log(number, view.id, FIELD, name, before, version)


def _target_project(view: View, given: Any) -> int:
    """Move rights and rights in the target project are not checked, as in Mantis."""
    key = next((k for k in ("id", "name") if isinstance(given, dict) and given.get(k)), "id")
    value = given.get(key) if isinstance(given, dict) else given
    number = view.state.number(f"select id from project where {key} = ?", text_of(value))  # noqa: S608 - id or name
    if not number:
        raise plain(404, f"Project '{text_of(value)}' does not exist.")
    return number


def _next_handler(view: View, given: Any) -> int:
    """Who handles it from now on: an unknown name, {} or id 0 take the handler away."""
    handler = account_of(view.state, given) if isinstance(given, dict) else 0
    if not handler:
        return 0
    account = view.state.account(handler)
    if account is None:
        raise plain(404, f"User '{handler}' does not exist.")
    if account["level"] < DEVELOPER:
        denied = f"Access denied for user {account['name']}."
        raise plain(403, f"{denied} Reason: User does not have access right to handle issues.")
    return handler


def _open_children(view: View, number: int) -> int:
    return view.state.number(
        "select count(*) from relationship join issue on issue.id = target"
        " where source = ? and type = 2 and status < ?",
        number,
        RESOLVED,
    )


def _log_change(view: View, row: Row, name: str, value: Any) -> None:
    old, new = row[name], value
    if name == "category":
        names = {r["id"]: r["name"] for r in view.state.rows("select id, name from category")}
        old, new = names.get(old, ""), names.get(new, "")
    if name in TEXT_EVENTS:
        view.state.log(row["id"], view.id, TEXT_EVENTS[name])
    else:
        view.state.log(row["id"], view.id, FIELD, "project_id" if name == "project" else name, old, new)


# --- values -----------------------------------------------------------------------------------


def _enum(name: str, given: Any) -> int:
    number = number_of(name, given)
    if number > LAST_NUMBER or (name == "view_state" and number not in ENUMS[name]):
        raise crash()
    return number


def _unknown_field(message: str, given: Any) -> Refusal:
    """There are no custom fields here, so that any is unknown."""
    field = given[0].get("field", {}) if isinstance(given, list) and isinstance(given[0], dict) else {}
    return refuse(404, 1300, message.format(field.get("name", field.get("id", "")) if isinstance(field, dict) else ""))


def _unknown_version(view: View, project: int, given: Any) -> Refusal:
    """The project has no such version."""
    name = given.get("name", given.get("id", "")) if isinstance(given, dict) else given
    owner = view.state.row("select name from project where id = ?", project)
    message = f"Version '{text_of(name)}' does not exist in project '{owner['name'] if owner else ''}'."
    return refuse(400, 29, message, "version")
