"""Rows as Mantis's JSON, as far as the account that asks may see them.

Empty fields, empty lists and nobody as handler are left out. E-mail addresses and real names are
shown to administrators and to their owner only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.mantis.enums import ADMINISTRATOR, DEVELOPER, ENUMS, PRIVATE, entry
from sandbox.mantis.state import EVERYWHERE, Row, State

# Stored on the side of the source. By number: as the source sees it, as the target sees it.
RELATIONSHIPS = {0: (0, 4), 1: (1, 1), 2: (2, 3)}
RELATIONSHIP_NAMES = {0: "duplicate-of", 1: "related-to", 2: "parent-of", 3: "child-of", 4: "has-duplicate"}

# Kinds of entries in the history.
FIELD, ISSUE_NEW, NOTE_ADDED, NOTE_EDITED, NOTE_DELETED, NOTE_VIEW_STATE = 0, 1, 2, 3, 4, 5
DESCRIPTION, INFORMATION, STEPS, FILE_ADDED = 6, 7, 8, 9
MONITOR_ADDED, MONITOR_DELETED, RELATIONSHIP_ADDED, RELATIONSHIP_DELETED, TAG_ADDED, TAG_DELETED = (
    12,
    13,
    18,
    19,
    25,
    26,
)
HISTORY_NAMES = {
    FIELD: "field-updated",
    ISSUE_NEW: "issue-new",
    NOTE_ADDED: "note-added",
    NOTE_EDITED: "note-updated",
    NOTE_DELETED: "note-deleted",
    NOTE_VIEW_STATE: "note-view-state-updated",
    DESCRIPTION: "issue-description-updated",
    INFORMATION: "issue-additional-info-updated",
    STEPS: "issue-steps-to-reproduce-updated",
    FILE_ADDED: "file-added",
    MONITOR_ADDED: "monitor-added",
    MONITOR_DELETED: "monitor-deleted",
    RELATIONSHIP_ADDED: "relationship-added",
    RELATIONSHIP_DELETED: "relationship-deleted",
    TAG_ADDED: "tag-added",
    TAG_DELETED: "tag-deleted",
}
HISTORY_MESSAGES = {
    ISSUE_NEW: "New Issue",
    NOTE_ADDED: "Note Added: {note:07}",
    NOTE_EDITED: "Note Edited: {note:07}",
    NOTE_DELETED: "Note Deleted: {note:07}",
    NOTE_VIEW_STATE: "Note View State: {note:07}",
    DESCRIPTION: "Description Updated",
    INFORMATION: "Additional Information Updated",
    STEPS: "Steps to Reproduce Updated",
    FILE_ADDED: "File Added: {text}",
    MONITOR_ADDED: "Issue Monitored: {account}",
    MONITOR_DELETED: "Issue End Monitor: {account}",
    RELATIONSHIP_ADDED: "Relationship added",
    RELATIONSHIP_DELETED: "Relationship deleted",
    TAG_ADDED: "Tag Attached: {text}",
    TAG_DELETED: "Tag Detached: {text}",
}
FIELD_LABELS = {
    "status": "Status",
    "handler": "Assigned To",
    "reporter": "Reporter",
    "resolution": "Resolution",
    "priority": "Priority",
    "severity": "Severity",
    "reproducibility": "Reproducibility",
    "view_state": "View Status",
    "summary": "Summary",
    "category": "Category",
    "project_id": "Project",
    "platform": "Platform",
    "os": "OS",
    "os_build": "OS Version",
    "build": "Build",
    "sticky": "Sticky Issue",
}
ISSUE_TEXTS = ("summary", "description", "steps_to_reproduce", "additional_information")
ISSUE_ENUMS = ("status", "resolution", "view_state", "priority", "severity", "reproducibility")
ISSUE_EXTRAS = ("platform", "os", "os_build", "build")
VERSION_FIELDS = {"fixed_in_version": "fixed_in", "target_version": "target"}
"""The fields that name a version of the product, and their tables."""


def instant(seconds: int) -> str:
    """ISO 8601 in whole seconds, with the offset of the server's zone."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def relationship_type(number: int) -> dict[str, Any]:
    """A relationship as one of its two ends sees it."""
    name = RELATIONSHIP_NAMES[number]
    return {"id": number, "name": name, "label": name.replace("-", " ")}


class View:
    """What one account sees of a state, and may do there."""

    def __init__(self, state: State, viewer: Row) -> None:
        self.state = state
        self.viewer = viewer
        self.id = int(viewer["id"])
        self.name = str(viewer["name"])
        self.level = int(viewer["level"])

    # --- people and projects --------------------------------------------------------------------

    def person(self, number: int) -> dict[str, Any]:
        """An account: its id alone when there is none of that number."""
        row = self.state.account(number) if number else None
        return {"id": number} if row is None else self._person(row)

    def _person(self, row: Row) -> dict[str, Any]:
        shown = {"id": row["id"], "name": row["name"]}
        if self.level >= ADMINISTRATOR or row["id"] == self.id:
            shown |= {name: row[name] for name in ("real_name", "email") if row[name]}
        return shown

    def member(self, row: Row) -> dict[str, Any]:
        """An account among the people of a project."""
        return {**self._person(row), "access_level": entry("access_levels", row["level"])}

    def myself(self) -> dict[str, Any]:
        """The account of the caller, with the fields that only it may see."""
        return {
            **self._person(self.viewer),
            "language": "english",
            "timezone": "UTC",
            "access_level": entry("access_levels", self.level),
            "created_at": instant(self.viewer["created_at"]),
            "projects": [],
        }

    def project(self, row: Row) -> dict[str, Any]:
        """A project with its categories and sub-projects."""
        below = self.state.rows("select id, name from project where parent = ? order by id", row["id"])
        shown = {
            "id": row["id"],
            "name": row["name"],
            "status": entry("project_status", row["status"]),
            "description": row["description"],
            "enabled": bool(row["enabled"]),
            "view_state": entry("view_state", row["view_state"]),
            "inherit_global": True,
            "access_level": entry("access_levels", self.state.level_in(row["id"], self.id, self.level)),
            "custom_fields": [],
            "versions": [dict(version) for version in self.state.versions(row["id"])],
            "categories": [self._category(category) for category in self.state.categories(row["id"])],
        }
        return shown | ({"subProjects": [dict(child) for child in below]} if below else {})

    def _category(self, row: Row) -> dict[str, Any]:
        owner = self.state.row("select id, name from project where id = ?", row["project"])
        home = dict(owner) if owner else {"id": EVERYWHERE, "name": None}
        return {"id": row["id"], "name": row["name"], "project": home, "status": "1"}

    # --- issues ---------------------------------------------------------------------------------

    def may_see(self, issue: Row) -> bool:
        """Whether the account may see an issue: private ones from DEVELOPER on, or one's own."""
        hidden = issue["project"] not in {row["id"] for row in self.state.projects(self.level, self.id)}
        mine = issue["reporter"] == self.id
        private = issue["view_state"] == PRIVATE
        return not hidden and (not private or mine or self.level >= DEVELOPER)

    def issue(self, row: Row, names: Collection[str] = ()) -> dict[str, Any] | list[Any]:
        """An issue with all that hangs on it, or only the fields of those names; what is empty is left out.

        An issue without any of the chosen fields is an empty list, as PHP has it.
        """
        made = ((name, make()) for name, make in self._parts(row).items() if not names or name in names)
        return {name: value for name, value in made if value not in ("", [], {})} or []

    def _parts(self, row: Row) -> dict[str, Callable[[], Any]]:
        number = int(row["id"])
        return {
            "id": lambda: number,
            **{name: partial(row.__getitem__, name) for name in ISSUE_TEXTS},
            "project": lambda: self._named("project", row["project"]),
            "category": lambda: self._named("category", row["category"]) if row["category"] else None,
            "reporter": lambda: self.person(row["reporter"]),
            "handler": lambda: self.person(row["handler"]) if row["handler"] else {},
            **{name: partial(entry, name, row[name]) for name in ISSUE_ENUMS},
            **{name: partial(row.__getitem__, name) for name in ISSUE_EXTRAS},
            **{name: partial(self._version, row, table) for name, table in VERSION_FIELDS.items()},
            "sticky": lambda: bool(row["sticky"]),
            "created_at": lambda: instant(row["created_at"]),
            "updated_at": lambda: instant(row["updated_at"]),
            "attachments": lambda: self.files(number),
            "notes": lambda: self.notes(number),
            "tags": lambda: [dict(tag) for tag in self.tags(number)],
            "monitors": lambda: self._monitors(number),
            "relationships": lambda: self._relationships(number),
            "history": lambda: self._history(number),
        }

    def _version(self, row: Row, table: str) -> dict[str, Any]:
        found = self.state.row(
            f"select version.id, version.name from version join {table} on version.name = {table}.version"  # noqa: S608
            " where issue = ? and project = ?",
            row["id"],
            row["project"],
        )
        return dict(found) if found else {}

    def _named(self, table: str, number: int) -> dict[str, Any]:
        row = self.state.row(f"select id, name from {table} where id = ?", number)  # noqa: S608 - one of our tables
        return dict(row) if row else {"id": number}

    def notes(self, issue: int) -> list[dict[str, Any]]:
        """The notes that the account may see, the oldest first."""
        rows = self.state.rows("select * from note where issue = ? order by id", issue)
        open_to = [r for r in rows if r["view_state"] != PRIVATE or self._may_see_private(r["reporter"])]
        return [self.note(row) for row in open_to]

    def _may_see_private(self, reporter: int) -> bool:
        return self.level >= DEVELOPER or reporter == self.id

    def note(self, row: Row) -> dict[str, Any]:
        """A note with its files."""
        return {
            "id": row["id"],
            "reporter": self.person(row["reporter"]),
            "text": row["text"],
            "view_state": entry("view_state", row["view_state"]),
            "attachments": self.files(row["issue"], row["id"]),
            "type": "note",
            "created_at": instant(row["created_at"]),
            "updated_at": instant(row["updated_at"]),
        }

    def files(self, issue: int, note: int = 0) -> list[dict[str, Any]]:
        """The files of an issue itself, or of one of its notes; without their contents."""
        rows = self.state.rows(
            "select id, reporter, created_at, name, content_type, length(content) as size from file"
            " where issue = ? and note = ? order by id",
            issue,
            note,
        )
        return [self.file(row) for row in rows]

    def file(self, row: Row) -> dict[str, Any]:
        """What is known of a file."""
        return {
            "id": row["id"],
            "reporter": self.person(row["reporter"]),
            "created_at": instant(row["created_at"]),
            "filename": row["name"],
            "size": row["size"],
            "content_type": row["content_type"],
        }

    def tags(self, issue: int) -> list[Row]:
        """The tags of an issue, by name."""
        return self.state.rows(
            "select tag.id, tag.name from tag join issue_tag on tag.id = tag where issue = ? order by name", issue
        )

    def _monitors(self, issue: int) -> list[dict[str, Any]]:
        if self.level < DEVELOPER:
            return []
        rows = self.state.rows(
            "select account.* from account join monitor on account.id = account where issue = ? order by account", issue
        )
        return [self._person(row) for row in rows]

    def _relationships(self, issue: int) -> list[dict[str, Any]]:
        as_source = self.state.rows("select * from relationship where source = ? order by type, id", issue)
        as_target = self.state.rows("select * from relationship where target = ? order by type, id", issue)
        ends = [(row, RELATIONSHIPS[row["type"]][0], row["target"]) for row in as_source]
        ends += [(row, RELATIONSHIPS[row["type"]][1], row["source"]) for row in as_target]
        shown = []
        for row, type_, other in ends:
            there = self.state.row("select * from issue where id = ?", other)
            if there is not None and self.may_see(there):
                far = {"id": other, "status": entry("status", there["status"])}
                far |= {"resolution": entry("resolution", there["resolution"]), "summary": there["summary"]}
                shown.append({"id": row["id"], "type": relationship_type(type_), "issue": far})
        return shown

    # --- history --------------------------------------------------------------------------------

    def _history(self, issue: int) -> list[dict[str, Any]]:
        rows = self.state.rows("select * from history where issue = ? order by id", issue)
        return [
            {"created_at": instant(row["at"]), "user": self.person(row["account"]), **self._happened(row)}
            for row in rows
        ]

    def _happened(self, row: Row) -> dict[str, Any]:
        type_ = int(row["type"])
        kind = {"id": type_, "name": HISTORY_NAMES[type_]}
        if type_ == FIELD:
            return {"type": kind, **self._field_change(row["field"], row["old"], row["new"])}
        old = row["old"]
        details = _DETAILS[type_](row) if type_ in _DETAILS else {}
        note = int(old) if type_ in _OF_A_NOTE else 0
        account = self._name(old) if type_ in _OF_A_MONITOR else ""
        message = HISTORY_MESSAGES[type_].format(note=note, account=account, text=row["new"])
        return {"type": kind, **details, "message": message}

    def _field_change(self, name: str, old: str, new: str) -> dict[str, Any]:
        label = FIELD_LABELS.get(name, name)
        values: list[Any] = [old, new]
        words = [old, new]
        if name in ENUMS:
            values = [entry(name, int(value)) for value in values]
            words = [value["label"] for value in values]
        elif name in ("handler", "reporter"):
            values = [self.person(int(value)) for value in values]
            words = [value.get("name", "") for value in values]
        elif name == "project_id":
            names = (self.state.row("select name from project where id = ?", int(value)) for value in values)
            words = [row["name"] if row else "" for row in names]
        change = {"old_value": values[0], "new_value": values[1]}
        return {"field": {"name": name, "label": label}, **change, "message": label, "change": " => ".join(words)}

    def _name(self, number: str) -> str:
        row = self.state.account(int(number))
        return row["name"] if row else f"user{number}"


_OF_A_NOTE = (NOTE_ADDED, NOTE_EDITED, NOTE_DELETED, NOTE_VIEW_STATE)
_OF_A_MONITOR = (MONITOR_ADDED, MONITOR_DELETED)


def _note_details(row: Row) -> dict[str, Any]:
    return {"note": {"id": int(row["old"])}}


def _monitor_details(row: Row) -> dict[str, Any]:
    return {"old_value": row["old"], "new_value": ""}


def _tag_details(row: Row) -> dict[str, Any]:
    return {"tag": {"id": int(row["old"]), "name": row["new"]}}


def _relationship_details(row: Row) -> dict[str, Any]:
    type_ = relationship_type(int(row["old"]))
    return {"relationship": type_, "issue": {"id": int(row["new"])}, "change": f"{type_['label']} {int(row['new']):07}"}


_DETAILS: dict[int, Callable[[Row], dict[str, Any]]] = {
    NOTE_ADDED: _note_details,
    NOTE_EDITED: _note_details,
    NOTE_DELETED: _note_details,
    NOTE_VIEW_STATE: _note_details,
    FILE_ADDED: lambda row: {"file": {"id": int(row["old"]), "filename": row["new"]}},
    MONITOR_ADDED: _monitor_details,
    MONITOR_DELETED: _monitor_details,
    RELATIONSHIP_ADDED: _relationship_details,
    RELATIONSHIP_DELETED: _relationship_details,
    TAG_ADDED: _tag_details,
    TAG_DELETED: _tag_details,
}
