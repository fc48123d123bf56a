"""What an installation of Mantis has, as far as Specdesk needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.mantis.answers import level_in, number_in, part, parts, text_in
from intake_fn.adapters.provision.mantis_account import SERVICE, Token, account_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import MantisMap

GLOBAL = frozenset({"general"})
"""The categories of every project, in lower case, where no project shows them yet: those of a fresh Mantis."""

NEEDED: Mapping[str, str] = {
    "report_bug_threshold": "file issues",
    "update_bug_threshold": "change issues",
    "update_bug_status_threshold": "set the status of issues",
    "update_bug_assign_threshold": "hand issues to people",
    "update_readonly_bug_threshold": "change resolved issues",
    "move_bug_threshold": "move issues to another project",
    "add_bugnote_threshold": "write notes",
    "upload_bug_file_threshold": "attach files",
    "tag_create_threshold": "make tags",
    "tag_attach_threshold": "tag issues",
    "view_history_threshold": "see who changed an issue",
}
"""What the service account does, by the option of Mantis that says who may; the account's level has to do."""

LARGEST_FILE = "max_file_size"


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the account sees it; `level` is the account's own there. Names of others are in lower case.

    `whole` is whether Mantis shows the account all of it: accounts of low levels see no categories. `options` are
    its thresholds as they stand in this project.
    """

    number: int
    name: str
    level: int
    below: frozenset[int]
    categories: frozenset[str]
    handlers: frozenset[str]
    whole: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a Mantis has; `projects` by name in lower case, those of the mapping only."""

    version: str
    account: str
    projects: Mapping[str, Project]
    enums: Mapping[str, frozenset[str]]
    categories: frozenset[str] = GLOBAL
    """The categories of every project, in lower case."""
    largest_file: int = 0
    """Bytes; 0 where Mantis does not say."""


def names_of(mapping: MantisMap) -> list[str]:
    """The projects that we file to, each after the one in which it stands: the root and the parent first."""
    return list(dict.fromkeys(filter(None, (mapping.root, mapping.parent, *mapping.projects.values()))))


def above(name: str, mapping: MantisMap) -> str:
    """The name of the project in which another one stands; "" for the uppermost."""
    if name == mapping.root:
        return ""
    return mapping.root if name == mapping.parent else mapping.parent


def survey(tracker: MantisTracker, token: Token = SERVICE) -> Survey:
    """Look at an installation. Raises TryLater when it is down, Diagnosed when it cannot be used at all."""
    me = account_of(tracker, token)
    wanted = {name.casefold() for name in names_of(tracker.mapping)}
    rows = tracker.http.rows("projects", "projects")
    ours = [row for row in rows if text_in(row, "name").casefold() in wanted]
    enums = {kind: _enum(tracker, kind) for kind in ("status", "priority", "reproducibility", "resolution")}
    limit = _options(tracker, [LARGEST_FILE]).get(LARGEST_FILE, 0)
    return Survey(
        version=me.version,
        account=me.name,
        projects={text_in(row, "name").casefold(): _project(tracker, row) for row in ours},
        enums=enums,
        categories=_global_categories(rows),
        largest_file=int(limit) if str(limit).isdecimal() else 0,
    )


def _global_categories(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The categories that belong to no project, as any project shows them."""
    shown = [parts(row, "categories") for row in rows if "categories" in row]
    names = {
        text_in(category, "name").casefold()
        for row in shown
        for category in row
        if not part(category, "project").get("id")
    }
    return frozenset(names) if shown else GLOBAL


def _project(tracker: MantisTracker, row: Mapping[str, Any]) -> Project:
    number = number_in(row)
    handlers = tracker.http.rows(f"projects/{number}/handlers", "users", {"page_size": "1000"})
    return Project(
        number=number,
        name=text_in(row, "name"),
        level=level_in(row),
        below=frozenset(number_in(child) for child in parts(row, "subProjects")),
        categories=frozenset(text_in(category, "name").casefold() for category in parts(row, "categories")),
        handlers=frozenset(text_in(user, "name").casefold() for user in handlers),
        whole="categories" in row,
        options=_options(tracker, NEEDED, number),
    )


def _options(tracker: MantisTracker, names: Iterable[str], project: int = 0) -> dict[str, Any]:
    """Options as they stand in a project, or everywhere; what Mantis does not tell is left out."""
    options = "&".join(f"option[]={name}" for name in names)
    scope = f"&project_id={project}" if project else ""
    configs = tracker.http.rows(f"config?{options}{scope}", "configs")
    return {text_in(row, "option"): row["value"] for row in configs if "value" in row}


def _enum(tracker: MantisTracker, kind: str) -> frozenset[str]:
    configs = tracker.http.rows("config", "configs", {"option[]": f"{kind}_enum_string"})
    return frozenset(text_in(row, "name") for config in configs for row in parts(config, "value"))
