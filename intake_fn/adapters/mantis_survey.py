"""What an installation of Mantis has, as far as Specdesk needs it; and making the projects that it lacks.

What REST cannot make in MantisBT 2.28 (categories, custom fields), or only with more rights than we
want (accounts), is for a person: `lacks` says where to click.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.core.process import MantisMap, Process

OLDEST = (2, 26)
"""The first version that lists a project's handlers."""

MANAGER = 70


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the account sees it; `level` is the account's own there. Names of others are in lower case."""

    number: int
    name: str
    level: int
    below: frozenset[int]
    categories: frozenset[str]
    handlers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a Mantis has; `projects` by name in lower case, those of the mapping only."""

    version: str
    account: str
    projects: Mapping[str, Project]
    enums: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing or wrong in Mantis, and what a person does about it there."""

    what: str
    remedy: str
    project: str = ""
    """Where a project is missing: its name; REST can make it."""


def names_of(mapping: MantisMap) -> list[str]:
    """The projects that we file to, the parent first."""
    return list(dict.fromkeys((mapping.parent, *mapping.projects.values())))


def survey(tracker: MantisTracker) -> Survey:
    """Look at an installation. Raises TryLater when it is down, Broken when it does not accept the token."""
    version = tracker.probe()
    me = tracker.call("GET", "users/me")
    wanted = {name.casefold() for name in names_of(tracker.mapping)}
    rows = [row for row in tracker.call("GET", "projects")["projects"] if str(row["name"]).casefold() in wanted]
    enums = {kind: _enum(tracker, kind) for kind in ("status", "priority", "reproducibility")}
    projects = {str(row["name"]).casefold(): _project(tracker, row) for row in rows}
    return Survey(version, str(me.get("name", "")), projects, enums)


def _project(tracker: MantisTracker, row: Mapping[str, Any]) -> Project:
    number = int(row["id"])
    handlers = tracker.call("GET", f"projects/{number}/handlers", query={"page_size": "1000"})["users"]
    return Project(
        number=number,
        name=str(row["name"]),
        level=int(row.get("access_level", {}).get("id", 0)),
        below=frozenset(int(child["id"]) for child in row.get("subProjects", [])),
        categories=frozenset(str(category["name"]).casefold() for category in row.get("categories", [])),
        handlers=frozenset(str(user["name"]).casefold() for user in handlers),
    )


def _enum(tracker: MantisTracker, kind: str) -> frozenset[str]:
    configs = tracker.call("GET", "config", query={"option[]": f"{kind}_enum_string"})["configs"]
    return frozenset(str(row["name"]) for config in configs for row in config["value"])


# --- what is missing -------------------------------------------------------------------------


def lacks(found: Survey, process: Process) -> Iterator[Lack]:
    """Everything that is missing or wrong, with the clicks that mend it."""
    yield from _version(found)
    yield from _projects(found, process.mantis)
    yield from _rights(found)
    yield from _categories(found, process)
    yield from _people(found, process)
    yield from _enums(found, process)


def once_made(found: Survey, mapping: MantisMap) -> Survey:
    """What there will be once the missing projects are made: they inherit all from the parent, if that is there."""
    none = Project(0, "", MANAGER, frozenset(), frozenset(), frozenset())
    parent = found.projects.get(mapping.parent.casefold(), none)
    made = {
        name.casefold(): replace(parent, number=-place, name=name)
        for place, name in enumerate(names_of(mapping), 1)
        if name.casefold() not in found.projects
    }
    below = frozenset(project.number for project in (*found.projects.values(), *made.values()))
    projects = {**found.projects, **made}
    whole = replace(projects[mapping.parent.casefold()], below=below)
    return replace(found, projects={**projects, mapping.parent.casefold(): whole})


def _version(found: Survey) -> Iterator[Lack]:
    numbers = tuple(int(part) for part in re.findall(r"\d+", found.version)[:2])
    if numbers < OLDEST:
        yield Lack(
            f"Mantis is version {found.version or 'unknown'}",
            "Update it to 2.26 or newer: older ones do not list who may handle issues.",
        )


def _projects(found: Survey, mapping: MantisMap) -> Iterator[Lack]:
    parent = found.projects.get(mapping.parent.casefold())
    for name in names_of(mapping):
        project = found.projects.get(name.casefold())
        if project is None:
            yield Lack(
                f"{found.account} sees no project {name!r}",
                "`specdesk provision --apply` makes it; if it is there and private, add the account:"
                " Manage > Manage Projects > the project > Add User to Project.",
                project=name,
            )
        elif parent and project.number not in {parent.number, *parent.below}:
            yield Lack(
                f"project {name!r} is not a sub-project of {mapping.parent!r}",
                "`specdesk provision --apply` attaches it.",
                project=name,
            )


def _rights(found: Survey) -> Iterator[Lack]:
    for project in found.projects.values():
        if project.level < MANAGER:
            yield Lack(
                f"{found.account} is below MANAGER in {project.name!r}",
                f"Manage > Manage Users > {found.account} > Access Level: manager. A reporter is cut off after 10"
                " events an hour, a developer cannot write to resolved issues.",
            )


def _categories(found: Survey, process: Process) -> Iterator[Lack]:
    wanted = dict.fromkeys((process.mantis.category, *(module.name for module in process.modules.values())))
    for project in _targets(found, process.mantis):
        if missing := [name for name in wanted if name.casefold() not in project.categories]:
            yield Lack(
                f"project {project.name!r} has no category {_listed(missing)}",
                f"Manage > Manage Projects > {process.mantis.parent} > Categories > type the name > Add Category;"
                " sub-projects inherit it.",
            )


def _people(found: Survey, process: Process) -> Iterator[Lack]:
    for project in _targets(found, process.mantis):
        missing = [p.mantis for p in process.people.values() if p.mantis.casefold() not in project.handlers]
        if missing:
            yield Lack(
                f"nobody may handle issues in {project.name!r} as {_listed(missing)}",
                "Manage > Manage Users > Create New Account > the name as in `mantis:` of support.yml, Access Level:"
                " developer; for one that is there, raise its level or add it to the project.",
            )


def _enums(found: Survey, process: Process) -> Iterator[Lack]:
    wanted = {
        "status": process.mantis.status.values(),
        "priority": [rule.mantis for rule in process.priorities.values()],
        "reproducibility": ("always", "random", "have not tried"),
    }
    for kind, names in wanted.items():
        if missing := [name for name in dict.fromkeys(names) if name not in found.enums[kind]]:
            yield Lack(
                f"Mantis has no {kind} {_listed(missing)}",
                f"Bring support.yml in line with $g_{kind}_enum_string of Mantis's config_inc.php, or the other way.",
            )


def _targets(found: Survey, mapping: MantisMap) -> Iterator[Project]:
    """The projects that issues stand in."""
    for name in dict.fromkeys(mapping.projects.values()):
        if project := found.projects.get(name.casefold()):
            yield project


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


# --- making projects -------------------------------------------------------------------------


def make_project(admin: MantisTracker, name: str) -> None:
    """Make a project unless it is there, and attach it to the parent unless it is. Needs an ADMINISTRATOR's token.

    Raises Broken when the token's rights do not do.
    """
    found = survey(admin).projects
    project, parent = found.get(name.casefold()), found.get(admin.mapping.parent.casefold())
    number = project.number if project else _make(admin, name)
    if parent and number != parent.number and number not in parent.below:
        body = {"project": {"id": number}, "inherit_parent": True}
        admin.call("POST", f"projects/{parent.number}/subprojects", body)


def _make(admin: MantisTracker, name: str) -> int:
    body = {
        "name": name,
        "description": "",
        "status": {"name": "stable"},
        "view_state": {"name": "public"},
        "inherit_global": True,
        "enabled": True,
    }
    return int(admin.call("POST", "projects", body)["project"]["id"])
