"""The versions of the product that Mantis knows: offered where a request is resolved, and asked for before it is.

The form offers what the sync read last, every five minutes, from one file of the file store: a page does not wait for
Mantis. What is typed is looked up in Mantis itself. While Mantis is down the version is taken as typed, and the page of
the request says later if Mantis has dropped it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Broken, Refused, SpecdeskError, TryLater
from intake_fn.desk.filing import project_of, version_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Filing
    from intake_fn.ports import Files, Tracker

KEY = "known/versions.json"

NAMED = 12
"""Versions that a refusal names."""


def keep(files: Files, tracker: Tracker) -> None:
    """Keep what Mantis has now. Raises nothing: the sync has more to do than this."""
    try:
        now = {project: list(names) for project, names in tracker.versions().items()}
        if now != _kept(files):
            files.put(KEY, json.dumps(now, ensure_ascii=False).encode(), "application/json")
    except SpecdeskError as error:
        log.warning("known_versions_not_kept", error=str(error))


def offered(desk: Filing, case: Case) -> list[str]:
    """The versions to choose from where a request is resolved, as they were read last; [] where none were."""
    return _kept(desk.files).get(project_of(case, desk.process), [])


def refuse_unknown(desk: Filing, case: Case, event: Event) -> None:
    """Raise Refused for a version, planned or delivered, that the project in Mantis does not have, naming its versions.

    An event that the log holds already is none of it: the form was sent twice.
    """
    version = version_of(event)
    if not version or case.status.is_done:
        return
    project = project_of(case, desk.process)
    try:
        names = desk.tracker.versions().get(project, ())
    except (TryLater, Broken) as error:
        log.warning("version_not_looked_up", case=case.id, version=version, error=str(error))
        return
    if version.casefold() not in {name.casefold() for name in names}:
        raise Refused(
            f"Mantis has no version “{version}” in the project {project}. {_those(names)} "
            "Choose another one, have it created in Mantis, or leave the version empty."
        )


def _those(names: Sequence[str]) -> str:
    if not names:
        return "It has no versions there."
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"It has {', '.join(names[:NAMED])}{more}."


def _kept(files: Files) -> dict[str, list[str]]:
    """The file as it stands; empty when there is none, it is damaged, or the file store does not answer."""
    try:
        kept = json.loads(files.get(KEY))
    except (SpecdeskError, ValueError):
        return {}
    return {str(project): list(map(str, names)) for project, names in kept.items()} if isinstance(kept, dict) else {}
