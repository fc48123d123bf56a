"""What an installation of Mantis has, as far as Specdesk needs it; and making the projects that it lacks.

What REST cannot make in MantisBT 2.28 (categories, custom fields), or only with more rights than we
want (accounts), is for a person: `lacks` says where to click.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.mantis_answers import expect, level_in, number_in, part, parts, text_in
from intake_fn.adapters.mantis_reach import SERVICE, Token, account_of
from intake_fn.core.errors import Broken, Diagnosed
from intake_fn.core.process import MantisMap, Process

OLDEST = (2, 26)
"""The first version that lists a project's handlers."""

MANAGER, ADMINISTRATOR = 70, 90

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
    """Those of every project, in lower case."""
    largest_file: int = 0
    """Bytes; 0 where Mantis does not say."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing or wrong in Mantis, and what a person does about it there."""

    what: str
    remedy: str
    project: str = ""
    """Where a project is missing: its name; REST can make it."""


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
    rows = tracker.rows("projects", "projects")
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
    found = {text_in(one, "name").casefold() for row in shown for one in row if not part(one, "project").get("id")}
    return frozenset(found) if shown else GLOBAL


def _project(tracker: MantisTracker, row: Mapping[str, Any]) -> Project:
    number = number_in(row)
    handlers = tracker.rows(f"projects/{number}/handlers", "users", {"page_size": "1000"})
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
    configs = tracker.rows(f"config?{options}{scope}", "configs")
    return {text_in(row, "option"): row["value"] for row in configs if "value" in row}


def _enum(tracker: MantisTracker, kind: str) -> frozenset[str]:
    configs = tracker.rows("config", "configs", {"option[]": f"{kind}_enum_string"})
    return frozenset(text_in(row, "name") for config in configs for row in parts(config, "value"))


# --- what is missing -------------------------------------------------------------------------


def lacks(found: Survey, process: Process) -> Iterator[Lack]:
    """Everything that is missing or wrong, with the clicks that mend it."""
    yield from _version(found)
    yield from _projects(found, process.mantis)
    filed = [project for name, project in found.projects.items() if name != process.mantis.root.casefold()]
    yield from _rights(found.account, filed)
    yield from _thresholds(found.account, filed)
    yield from _files(found, process.mantis)
    yield from _categories(found, process)
    yield from _people(found, process)
    yield from _enums(found, process)


def once_made(found: Survey, mapping: MantisMap) -> Survey:
    """What there will be once the missing projects are made: they inherit all from the parent, if that is there."""
    none = Project(0, "", MANAGER, frozenset(), found.categories, frozenset())
    parent = found.projects.get(mapping.parent.casefold(), none)
    projects = dict(found.projects)
    for place, name in enumerate(names_of(mapping), 1):
        model = none if name == mapping.root else parent
        projects.setdefault(name.casefold(), replace(model, number=-place, name=name))
    below = frozenset(project.number for project in projects.values())
    return replace(found, projects={key: replace(project, below=below) for key, project in projects.items()})


def _version(found: Survey) -> Iterator[Lack]:
    numbers = tuple(int(part) for part in re.findall(r"\d+", found.version)[:2])
    if numbers < OLDEST:
        yield Lack(
            f"Mantis is version {found.version or 'unknown'}",
            "Update it to 2.26 or newer: older ones do not list who may handle issues.",
        )


def _projects(found: Survey, mapping: MantisMap) -> Iterator[Lack]:
    for name in names_of(mapping):
        project, parent = (found.projects.get(one.casefold()) for one in (name, above(name, mapping)))
        if project is None:
            yield Lack(
                f"{found.account} sees no project {name!r}",
                "`specdesk provision --apply` makes it, or gives the account access to one that is private. One that is"
                f" disabled nobody sees: Manage > Projects > {name} > Enabled > Update Project.",
                project=name,
            )
        elif parent and parent.whole and project.number not in parent.below:
            yield Lack(
                f"project {name!r} is not a sub-project of {parent.name!r}",
                "`specdesk provision --apply` attaches it.",
                project=name,
            )


def _rights(account: str, projects: Iterable[Project]) -> Iterator[Lack]:
    for project in projects:
        if project.level < MANAGER:
            yield Lack(
                f"{account} is below MANAGER in {project.name!r}",
                f"Manage > Users > {account} > Access Level: manager > Update User; where it is a member of the"
                f" project, Manage > Projects > {project.name} > Add user to project > manager > Add User. A reporter"
                " is cut off after 10 events an hour, a developer cannot write to resolved issues.",
            )


def _thresholds(account: str, projects: Iterable[Project]) -> Iterator[Lack]:
    """Rights that Mantis gives to higher levels than ours. Below MANAGER that alone is said."""
    for project in projects:
        for option, deed in NEEDED.items():
            if project.level >= MANAGER and not _reaches(project.level, project.options.get(option)):
                yield Lack(
                    f"{account} may not {deed} in {project.name!r}: $g_{option} asks for more than its level",
                    f"Lower $g_{option} to MANAGER, in config_inc.php or for the project under Manage > Configuration.",
                )


def _reaches(level: int, threshold: Any) -> bool:
    """Whether a level does for a threshold: from a level on, or a list of levels; what is unknown is no obstacle."""
    if isinstance(threshold, list):
        return level in {int(one) for one in threshold if str(one).isdecimal()}
    return not str(threshold).isdecimal() or level >= int(threshold)


def _files(found: Survey, mapping: MantisMap) -> Iterator[Lack]:
    if 0 < found.largest_file < mapping.max_file_mb * 2**20:
        yield Lack(
            f"Mantis takes files of at most {found.largest_file / 2**20:.3g} MB, and support.yml says"
            f" mantis.max_file_mb: {mapping.max_file_mb}",
            "Raise $g_max_file_size in config_inc.php and upload_max_filesize in php.ini, or lower mantis.max_file_mb."
            " Files that Mantis refuses stand in the issue as links.",
        )


def _categories(found: Survey, process: Process) -> Iterator[Lack]:
    wanted = dict.fromkeys((process.mantis.category, *(module.name for module in process.modules.values())))
    for project in _targets(found, process.mantis):
        missing = [name for name in wanted if name.casefold() not in project.categories]
        if missing and project.whole:
            yield Lack(
                f"project {project.name!r} has no category {_listed(missing)}",
                f"Manage > Projects > {process.mantis.parent} > Categories > type the name > Add Category;"
                " sub-projects inherit it.",
            )


def _people(found: Survey, process: Process) -> Iterator[Lack]:
    for project in _targets(found, process.mantis):
        accounts = dict.fromkeys(account for person in process.people.values() for account in person.accounts)
        missing = [account for account in accounts if account.casefold() not in project.handlers]
        if missing:
            yield Lack(
                f"nobody may handle issues in {project.name!r} as {_listed(missing)}",
                "Manage > Users > Create New Account > the name as in support.yml, Access Level: developer"
                " (or what $g_handle_bug_threshold asks for). One that is there may be disabled or of a lower level;"
                f" where the project is private: Manage > Projects > {project.name} > Add user to project.",
            )


def _enums(found: Survey, process: Process) -> Iterator[Lack]:
    wanted = {
        "status": process.mantis.status.values(),
        "priority": [rule.mantis for rule in process.priorities.values()],
        "resolution": process.mantis.resolution.values(),
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

ADMIN = Token("SPECDESK_MANTIS_ADMIN_TOKEN", "the administrator")


def check_administrator(admin: MantisTracker) -> None:
    """Raises Diagnosed when a token does not do for making projects."""
    account = account_of(admin, ADMIN)
    if account.level < ADMINISTRATOR:
        raise Diagnosed(
            f"the token in {ADMIN.variable} is that of {account.name}, who is no ADMINISTRATOR",
            "Make one as an account with the level administrator: My Account > API Tokens > Create API Token.",
        )


def make_project(admin: MantisTracker, name: str, service: MantisTracker) -> None:
    """Make a project unless it is there, attach it to the parent, and let the service account in where it is private.

    Raises Diagnosed when the token's rights do not do, and when the account does not see it afterwards.
    """
    check_administrator(admin)
    found = survey(admin, ADMIN).projects
    project, parent = (found.get(one.casefold()) for one in (name, above(name, admin.mapping)))
    number = project.number if project else _make(admin, name)
    if parent and number not in parent.below:
        body = {"project": {"id": number}, "inherit_parent": True}
        admin.call("POST", f"projects/{parent.number}/subprojects", body)
    if number in _seen(service):
        return
    account = account_of(service).name
    body = {"user": {"name": account}, "access_level": {"name": "manager"}}
    admin.call("PUT", f"projects/{number}/users", body)
    if number not in _seen(service):
        raise Diagnosed(
            f"project {name!r} is there, but {account} does not see it",
            f"Manage > Projects > {name} > Add user to project > {account}, manager > Add User.",
        )


def _seen(tracker: MantisTracker) -> set[int]:
    """The numbers of the projects that an account sees."""
    return {number_in(row) for row in tracker.rows("projects", "projects")}


def _make(admin: MantisTracker, name: str) -> int:
    body = {
        "name": name,
        "description": "",
        "status": {"name": "stable"},
        "view_state": {"name": "public"},
        "inherit_global": True,
        "enabled": True,
    }
    try:
        return number_in(expect(admin.call("POST", "projects", body), "project"))
    except Broken as error:
        if "not unique" not in str(error):
            raise
        raise Diagnosed(
            f"Mantis has a project {name!r} that is disabled, so that nobody sees it",
            f"Manage > Projects > {name} > Enabled > Update Project; then run this again.",
        ) from error
