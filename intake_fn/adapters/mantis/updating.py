"""Updates an issue: who has it, how it stands, and what a person decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.adapters.mantis.answers import issue_in, name_in, number_in, part, parts, text_in
from intake_fn.adapters.mantis.fields import dropped
from intake_fn.adapters.mantis.names import Names
from intake_fn.adapters.mantis.texts import storable
from intake_fn.core.case import UPDATED
from intake_fn.core.process import REOPENED, MantisMap
from intake_fn.core.vocabulary import Status
from intake_fn.ports import Decided, Instead


def update(
    names: Names,
    number: int,
    *,
    project: str,
    handler: str,
    status: str,
    priority: str,
    category: str,
    resolution: str,
    decided: Decided,
) -> tuple[str, ...]:
    """Update an issue; returns the names of the fields that were not kept. Raises Unknown."""

    def attempt(with_handler: bool) -> tuple[str, ...]:
        row, target = names.http.issue(number), names.project(project)
        wanted = {
            "handler": names.handler(target, handler, with_handler=with_handler),
            "status": names.enum("status", status),  # always with the handler: a PATCH leaves it alone otherwise
            "priority": names.enum("priority", priority),
            **({"resolution": names.resolution(resolution)} if resolution else _resolution_before(names, row, status)),
            **_decided(names, row, target, decided),
            **_place(row, target),
        }
        if "category" not in wanted and ("project" in wanted or not part(row, "category")):  # a move may have lost it
            wanted["category"] = names.category(target, *_categories(names.mapping, row, category))
        return _patch(names, row, wanted)

    return names.retrying(attempt)


def _patch(names: Names, row: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    if not dropped(wanted, row):
        return ()  # a PATCH that changes nothing would mail everybody who watches the issue
    sent = {name: value for name, value in wanted.items() if value}
    answer = names.http.call("PATCH", f"issues/{number_in(row)}", sent)
    return tuple(name for name in dropped(wanted, issue_in(answer)) if name in UPDATED)


def _place(row: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    """The project, where the issue stands in another one."""
    number = number_in(target)
    return {} if number_in(part(row, "project")) == number else {"project": {"id": number}}


def _categories(mapping: MantisMap, row: Mapping[str, Any], category: str) -> tuple[str, ...]:
    """The category of the issue, unless it comes back from a project that is not ours; then ours."""
    is_ours = name_in(row, "project") in mapping.projects.values()
    return (name_in(row, "category"), category) if is_ours else (category,)


def _resolution_before(names: Names, row: Mapping[str, Any], status: str) -> dict[str, Any]:
    """The resolution of what is done, where somebody else's reopening took it away; nothing in all other cases."""
    mapping = names.mapping
    done = (mapping.status[state] for state in (Status.RESOLVED, Status.CLOSED))
    reopened = mapping.resolution[REOPENED].casefold()
    if status not in done or name_in(row, "resolution").casefold() != reopened:
        return {}
    entries = [entry for entry in parts(row, "history") if name_in(entry, "field") == "resolution"]
    last = entries[-1] if entries else {}
    before, after = part(last, "old_value"), name_in(last, "new_value").casefold()
    if after != reopened or not before or name_in(last, "user") == names.account():
        return {}
    return {"resolution": {"id": number_in(before)}}


def _decided(names: Names, row: Mapping[str, Any], target: Mapping[str, Any], decided: Decided) -> dict[str, Any]:
    """The fields that follow a decision, where nobody has filled them otherwise."""
    category = name_in(row, "category")
    chosen = _instead(category, decided.category, names.mapping.category)
    wanted: dict[str, Any] = {"description": _with_part(text_in(row, "description"), decided.verdict)}
    if chosen != category:
        wanted["category"] = names.category(target, chosen)
    for name, version in (("fixed_in_version", decided.fixed_in), ("target_version", decided.target)):
        stands = name_in(row, name)
        new = _instead(stands, version)
        if new != stands:
            wanted[name] = names.version(target, new)
    return wanted


def _instead(stored: str, wanted: Instead, *fillers: str) -> str:
    """The new value in place of none, of a filler, or of one of ours; else the one that is stored."""
    ours = {value.casefold() for value in ("", *fillers, *wanted.of)}
    return wanted.new if wanted.new and stored.casefold() in ours else stored


def _with_part(text: str, wanted: Instead) -> str:
    """A text with the new part in place of the first old one that stands there word by word."""
    text = text.replace("\r\n", "\n")
    for old in map(storable, wanted.of if wanted.new else ()):
        before, match, after = text.rpartition(old)
        if match and old:
            return storable(f"{before}{wanted.new}{after}")
    return text
