"""The fields of an issue: what is sent for it, and which of them Mantis dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.adapters.mantis.answers import number_in, text_in
from intake_fn.adapters.mantis.names import Names
from intake_fn.adapters.mantis.texts import storable, summary
from intake_fn.ports import Issue


def fields_of(issue: Issue, names: Names, *, with_handler: bool) -> dict[str, Any]:
    """What is sent: ids for every name, texts as Mantis can hold them."""
    project = names.project(issue.project)
    return {
        "summary": summary(issue.summary),
        "description": storable(issue.description),
        "steps_to_reproduce": storable(issue.steps),
        "additional_information": storable(issue.information),
        "project": {"id": number_in(project)},
        "category": names.category(project, issue.category),
        "handler": names.handler(project, issue.handler, with_handler=with_handler),
        "priority": names.enum("priority", issue.priority),
        "status": names.enum("status", issue.status),
        "reproducibility": names.enum("reproducibility", issue.reproducibility),
    }


def dropped(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the fields that Mantis did not keep as sent: by id, or as text."""
    return tuple(name for name, value in sent.items() if not _kept(value, stored.get(name)))


def _kept(sent: Any, stored: Any) -> bool:
    if sent is None:
        return True
    if isinstance(sent, Mapping):
        same = "id" in sent and isinstance(stored, Mapping) and stored.get("id") == sent["id"]
        return same and text_in(stored, "name") != f"@{sent['id']}@"  # so Mantis calls a number that it does not know
    return str(stored or "").replace("\r\n", "\n").strip() == str(sent).strip()
