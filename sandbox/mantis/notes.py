"""Notes: added with their files, edited by a PATCH of the issue, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.mantis.answers import refuse, uncaught
from sandbox.mantis.enums import ASSIGNED, DEVELOPER, ENUMS, FEEDBACK, NEW, PUBLIC, REPORTER, number_of
from sandbox.mantis.files import add_file, named_files
from sandbox.mantis.rights import account_of, limit, writable
from sandbox.mantis.shapes import FIELD, NOTE_ADDED, NOTE_DELETED, NOTE_EDITED, View
from sandbox.mantis.state import Row
from sandbox.mantis.texts import long_text, text_of


def add_note(view: View, issue: Row, given: Mapping[str, Any]) -> int:
    """Add a note with its files; returns its id. Raises Refusal, also when the note is there but a file failed."""
    state, number = view.state, int(issue["id"])
    if view.level < REPORTER:
        raise refuse(403, 13, "Reporter can't add notes")
    view_state = given.get("view_state", {"id": PUBLIC})
    if not isinstance(view_state, dict):
        raise refuse(400, 29, "Invalid view state", "Note View State")
    if number_of("view_state", view_state) not in ENUMS["view_state"]:
        raise refuse(400, 29, f"Invalid view state id '{PUBLIC}'.", "Note View State")
    if given.get("type") == "reminder":
        raise refuse(400, 29, "Invalid value 'reminder' for 'type'.", "type")
    if given.get("time_tracking"):
        raise refuse(403, 13, "time tracking disabled")
    text = long_text("bugnote", given.get("text")).strip()
    files = named_files(given.get("files") or [])
    if text in ("", "0") and not files:
        raise refuse(400, 11, "Issue note not specified.", "Note")
    writable(view, issue)
    reporter = _note_reporter(view, given.get("reporter"))
    limit(view)
    note = store_note(view, number, text, number_of("view_state", view_state), reporter)
    for file in files:
        add_file(view, number, file, note)
    if issue["status"] == FEEDBACK and issue["reporter"] == reporter:
        status = ASSIGNED if issue["handler"] else NEW
        with state.change():
            state.run("update issue set status = ? where id = ?", status, number)
            state.log(number, view.id, FIELD, "status", FEEDBACK, status)
    return note


def _note_reporter(view: View, given: Any) -> int:
    if not isinstance(given, dict):
        return view.id
    reporter = account_of(view.state, given)
    if view.state.account(reporter) is None:
        name = text_of(given.get("name", given.get("id")))
        raise refuse(404, 810, f"Username '{name}' not found", name)
    if reporter != view.id and view.level < DEVELOPER:
        raise refuse(403, 13, "Access denied to override reporter")
    return reporter


def store_note(view: View, issue: int, text: str, view_state: int, reporter: int = 0) -> int:
    """Add a note that was checked; returns its id. `reporter` 0 is the caller."""
    state, now = view.state, view.state.seconds()
    row = {"issue": issue, "reporter": reporter or view.id, "text": text, "view_state": view_state}
    with state.change():
        note = state.insert("note", {**row, "created_at": now, "updated_at": now})
        state.log(issue, reporter or view.id, NOTE_ADDED, old=note)
        state.mention(issue, text)
        state.touch(issue)
    return note


def patch_note(view: View, issue: int, given: Any) -> None:
    """A note of a PATCH: new without an id; else edited, and public unless it says private. Others' are ignored."""
    if not isinstance(given, dict):
        raise uncaught()
    text = long_text("bugnote", given.get("text")).strip()
    view_state = number_of("view_state", given.get("view_state"))
    if not given.get("id"):
        store_note(view, issue, text, view_state)
        return
    state = view.state
    there = state.row("select * from note where id = ? and issue = ?", given["id"], issue)
    if there is None or (there["text"], there["view_state"]) == (text, view_state):
        return
    with state.change():
        state.run(
            "update note set text = ?, view_state = ?, updated_at = ? where id = ?",
            text,
            view_state,
            state.seconds(),
            there["id"],
        )
        state.log(issue, view.id, NOTE_EDITED, old=there["id"])


def delete_note(view: View, issue: int, note: int) -> None:
    """Delete a note with its files. Raises Refusal."""
    state = view.state
    there = state.row("select * from note where id = ?", note)
    if there is None:
        raise refuse(404, 600, f"Issue note #{note} not found")
    if there["issue"] != issue:
        raise refuse(400, 29, "Issue note doesn't belong to issue", "id")
    if view.level < DEVELOPER:
        raise refuse(403, 13, "Access denied")
    with state.change():
        state.run("delete from note where id = ?", note)
        state.run("delete from file where note = ?", note)
        state.log(issue, view.id, NOTE_DELETED, old=note)
        state.touch(issue)
