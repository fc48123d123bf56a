"""What an installation of Mantis lacks, with the clicks that make it.

What REST cannot make in MantisBT 2.28 (categories, custom fields), or only with more rights than we
want (accounts), is for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from intake_fn.adapters.provision.mantis_survey import NEEDED, Project, Survey, above, names_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import MantisMap, Process

OLDEST = (2, 26)
"""The first version that lists a project's handlers."""

MANAGER = 70


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing or wrong in Mantis, and what a person does about it there."""

    what: str
    remedy: str
    project: str = ""
    """Where a project is missing: its name; REST can make it."""


def lacks(mantis: Survey, process: Process) -> Iterator[Lack]:
    """Everything that is missing or wrong, with the clicks that mend it."""
    yield from _version(mantis)
    yield from _projects(mantis, process.mantis)
    filed = [project for name, project in mantis.projects.items() if name != process.mantis.root.casefold()]
    yield from _rights(mantis.account, filed)
    yield from _thresholds(mantis.account, filed)
    yield from _files(mantis, process.mantis)
    yield from _categories(mantis, process)
    yield from _people(mantis, process)
    yield from _enums(mantis, process)


def once_made(mantis: Survey, mapping: MantisMap) -> Survey:
    """What there will be once the missing projects are made: they inherit all from the parent, if that is there."""
    none = Project(0, "", MANAGER, frozenset(), mantis.categories, frozenset())
    parent = mantis.projects.get(mapping.parent.casefold(), none)
    projects = dict(mantis.projects)
    for place, name in enumerate(names_of(mapping), 1):
        model = none if name == mapping.root else parent
        projects.setdefault(name.casefold(), replace(model, number=-place, name=name))
    below = frozenset(project.number for project in projects.values())
    return replace(mantis, projects={key: replace(project, below=below) for key, project in projects.items()})


def _version(mantis: Survey) -> Iterator[Lack]:
    numbers = tuple(int(part) for part in re.findall(r"\d+", mantis.version)[:2])
    if numbers < OLDEST:
        yield Lack(
            f"Mantis is version {mantis.version or 'unknown'}",
            "Update it to 2.26 or newer: older ones do not list who may handle issues.",
        )


def _projects(mantis: Survey, mapping: MantisMap) -> Iterator[Lack]:
    for name in names_of(mapping):
        project, parent = (mantis.projects.get(title.casefold()) for title in (name, above(name, mapping)))
        if project is None:
            yield Lack(
                f"{mantis.account} sees no project {name!r}",
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
        return level in {int(number) for number in threshold if str(number).isdecimal()}
    return not str(threshold).isdecimal() or level >= int(threshold)


def _files(mantis: Survey, mapping: MantisMap) -> Iterator[Lack]:
    if 0 < mantis.largest_file < mapping.max_file_mb * 2**20:
        yield Lack(
            f"Mantis takes files of at most {mantis.largest_file / 2**20:.3g} MB, and support.yml says"
            f" mantis.max_file_mb: {mapping.max_file_mb}",
            "Raise $g_max_file_size in config_inc.php and upload_max_filesize in php.ini, or lower mantis.max_file_mb."
            " Files that Mantis refuses stand in the issue as links.",
        )


def _categories(mantis: Survey, process: Process) -> Iterator[Lack]:
    wanted = dict.fromkeys((process.mantis.category, *(module.name for module in process.modules.values())))
    for project in _targets(mantis, process.mantis):
        missing = [name for name in wanted if name.casefold() not in project.categories]
        if missing and project.whole:
            yield Lack(
                f"project {project.name!r} has no category {_listed(missing)}",
                f"Manage > Projects > {process.mantis.parent} > Categories > type the name > Add Category;"
                " sub-projects inherit it.",
            )


def _people(mantis: Survey, process: Process) -> Iterator[Lack]:
    for project in _targets(mantis, process.mantis):
        accounts = dict.fromkeys(account for person in process.people.values() for account in person.accounts)
        missing = [account for account in accounts if account.casefold() not in project.handlers]
        if missing:
            yield Lack(
                f"nobody may handle issues in {project.name!r} as {_listed(missing)}",
                "Manage > Users > Create New Account > the name as in support.yml, Access Level: developer"
                " (or what $g_handle_bug_threshold asks for). One that is there may be disabled or of a lower level;"
                f" where the project is private: Manage > Projects > {project.name} > Add user to project.",
            )


def _enums(mantis: Survey, process: Process) -> Iterator[Lack]:
    wanted = {
        "status": [*process.mantis.status.values(), *filter(None, process.mantis.stages.values())],
        "priority": [rule.mantis for rule in process.priorities.values()],
        "resolution": process.mantis.resolution.values(),
        "reproducibility": ("always", "random", "have not tried"),
    }
    for kind, names in wanted.items():
        if missing := [name for name in dict.fromkeys(names) if name not in mantis.enums[kind]]:
            yield Lack(
                f"Mantis has no {kind} {_listed(missing)}",
                f"Bring support.yml in line with $g_{kind}_enum_string of Mantis's config_inc.php, or the other way.",
            )


def _targets(mantis: Survey, mapping: MantisMap) -> Iterator[Project]:
    """The projects that issues stand in."""
    for name in dict.fromkeys(mapping.projects.values()):
        if project := mantis.projects.get(name.casefold()):
            yield project


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
