"""Names resolved to ids of Mantis, which are kept for a while: projects, categories, handlers, enums, versions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from intake_fn import log
from intake_fn.adapters.mantis.answers import number_in, parts, text_in
from intake_fn.adapters.mantis.http import ERROR_CHARACTERS, Denied, MantisHttp, UnknownId
from intake_fn.core.errors import Broken
from intake_fn.core.once import once
from intake_fn.core.process import MantisMap

KNOWN_FOR_SECONDS = 600.0
"""How long names are known by the ids that were read: an id that Mantis takes and does not know is no error there."""

T = TypeVar("T")


@dataclass
class Names:
    """The names of one Mantis and their ids."""

    http: MantisHttp
    mapping: MantisMap
    seconds: Callable[[], float] = time.monotonic

    def retrying(self, attempt: Callable[[bool], T]) -> T:
        """Try it; once more with all names read anew where an id is unknown or denied, then without the handler.

        `attempt` gets whether to name the handler.
        """
        try:
            return attempt(True)
        except (UnknownId, Denied) as error:
            log.info("mantis_names_read_anew", error=str(error)[:ERROR_CHARACTERS])
            self._known.clear()
        try:
            return attempt(True)
        except Denied as error:
            log.warning("mantis_handler_denied", error=str(error)[:ERROR_CHARACTERS])
            return attempt(False)

    def account(self) -> str:
        """The name of our own account."""
        return str(self._read("account", lambda: text_in(self.http.call("GET", "users/me"), "name")))

    def project(self, name: str) -> Mapping[str, Any]:
        """A project with its categories and versions. Raises Broken."""
        project = self._resolve("projects", lambda: self.http.rows("projects", "projects"), name)
        if project is None:
            raise Broken(f"Mantis shows no project {name!r}. Create it, or give the service account access to it.")
        return project

    def category(self, project: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
        """The first of these categories that the project has, else that of support.yml. Raises Broken without one."""
        categories = {text_in(row, "name").casefold(): row for row in parts(project, "categories")}
        wanted = (*names, self.mapping.category)
        category = next(filter(None, (categories.get(name.casefold()) for name in wanted)), None)
        if category is None:
            raise Broken(f"Project {project['name']!r} has no category {self.mapping.category!r}. Create it in Mantis.")
        return {"id": number_in(category)}

    def handler(self, project: Mapping[str, Any], name: str, *, with_handler: bool) -> Mapping[str, Any] | None:
        """None for nobody. Empty, and so not sent, when nobody of that name may handle issues there: it is dropped."""
        if not name:
            return None
        if not with_handler:
            return {}
        path = f"projects/{number_in(project)}/handlers"
        person = self._resolve(path, lambda: self.http.rows(path, "users", {"page_size": "1000"}), name)
        if person is None:
            log.warning("mantis_handler_unknown", project=project["name"], handler=name)
        return {"id": number_in(person)} if person else {}

    def enum(self, kind: str, name: str) -> Mapping[str, Any]:
        """A status, a priority, a reproducibility. Raises Broken."""
        entry = self._resolve(f"{kind}_enum", lambda: self._enum_rows(kind), name)
        if entry is None:
            raise Broken(f"Mantis has no {kind} {name!r}. Bring support.yml and Mantis's configuration in line.")
        return {"id": number_in(entry)}

    def resolution(self, name: str) -> Mapping[str, Any]:
        """Empty, and so not sent, when Mantis has none of that name: nothing else waits for it."""
        try:
            return self.enum("resolution", name)
        except Broken:
            log.warning("mantis_resolution_unknown", resolution=name)
            return {}

    def version(self, project: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """Empty, and so not sent, when the project has no version of that name; it may have been made just now."""
        for _ in range(2):
            rows = parts(self.project(text_in(project, "name")), "versions")
            version = next((row for row in rows if text_in(row, "name").casefold() == name.casefold()), None)
            if version is not None:
                return {"id": number_in(version)}
            self._known.pop("projects", None)
        log.warning("mantis_version_unknown", project=project["name"], version=name)
        return {}

    def versions(self) -> dict[str, list[str]]:
        """The names of the versions as they are now, by project of ours, obsolete ones left out. Raises Broken."""
        self._known.pop("projects", None)
        rows = {name: parts(self.project(name), "versions") for name in dict.fromkeys(self.mapping.projects.values())}
        return {
            name: [text_in(row, "name") for row in versions if not row.get("obsolete")]
            for name, versions in rows.items()
        }

    @once
    def _known(self) -> dict[str, tuple[float, Any]]:
        """What was read, and when; emptied when a name or an id is missing."""
        return {}

    def _read(self, key: str, read: Callable[[], Any]) -> Any:
        """What was read of late; threads may read it twice, and empty it meanwhile."""
        at, known = self._known.get(key, (0.0, None))
        if known is None or self.seconds() - at > KNOWN_FOR_SECONDS:
            known = read()
            self._known[key] = (self.seconds(), known)
        return known

    def _resolve(
        self, key: str, read: Callable[[], Sequence[Mapping[str, Any]]], name: str
    ) -> Mapping[str, Any] | None:
        """The entry of that name (any case); what was read before is read anew once when it is missing."""
        for _ in range(2):
            rows: Sequence[Mapping[str, Any]] = self._read(key, read)
            entry = next((row for row in rows if text_in(row, "name").casefold() == name.casefold()), None)
            if entry is not None:
                return entry
            self._known.pop(key, None)
        return None

    def _enum_rows(self, kind: str) -> Sequence[Mapping[str, Any]]:
        configs = self.http.rows("config", "configs", {"option[]": f"{kind}_enum_string"})
        return [row for config in configs for row in parts(config, "value")]
