"""The state of an issue as Mantis tells it: fields, notes, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.adapters.mantis.answers import name_in, parts, text_in
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.mantis.notes import PRIVATE, notes_of
from intake_fn.adapters.mantis.reading import row_of
from intake_fn.core.reconciliation import IssueState

NAMED = ("project", "handler", "status", "priority", "resolution")
"""Fields that Mantis tells as an object with a name."""

IN_HISTORY: Mapping[str, str] = {
    "project_id": "project",
    "handler": "handler",
    "status": "status",
    "priority": "priority",
    "resolution": "resolution",
}
"""Our names for the fields of the history."""


def read(http: MantisHttp, number: int) -> IssueState:
    """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
    row, our_account = row_of(http, number)
    changed_by = _changed_by(row)
    return IssueState(
        **{name: name_in(row, name) for name in NAMED},
        **{name: text_in(row, name) for name in ("summary", "description")},
        fixed_in=name_in(row, "fixed_in_version"),
        target=name_in(row, "target_version"),
        notes=tuple(notes_of(row)),
        changed_by=changed_by,
        is_private=name_in(row, "view_state") == PRIVATE,
        ours=frozenset(name for name, account in changed_by.items() if account and account == our_account),
    )


def _changed_by(row: Mapping[str, Any]) -> dict[str, str]:
    """Who changed a field last; the history stands in order."""
    entries = ((name_in(entry, "field"), name_in(entry, "user")) for entry in parts(row, "history"))
    return {IN_HISTORY[name]: user for name, user in entries if name in IN_HISTORY}
