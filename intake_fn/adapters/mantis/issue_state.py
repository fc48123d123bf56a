"""The state of an issue as Mantis tells it: fields, notes, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intake_fn.adapters.mantis.answers import issue_in, name_in, parts, text_in
from intake_fn.adapters.mantis.http import NO_ISSUE, MantisHttp
from intake_fn.adapters.mantis.notes import notes_of
from intake_fn.core.errors import TryLater, Unknown
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
    answer = http.send("GET", f"issues/{number}")
    if answer.status == HTTPStatus.FORBIDDEN and answer.denies:  # no body: the account is off; another: a proxy
        raise Unknown(f"Mantis does not show us issue {number} any more.")
    if answer.status == HTTPStatus.NOT_FOUND and answer.code != NO_ISSUE:  # a proxy's, or a wrong address
        raise TryLater(f"What answers at {http.url} is not Mantis, or not well.")
    http.check(answer)
    row = issue_in(answer.body)
    changed_by = _changed_by(row)
    return IssueState(
        **{name: name_in(row, name) for name in NAMED},
        **{name: text_in(row, name) for name in ("summary", "description")},
        fixed_in=name_in(row, "fixed_in_version"),
        target=name_in(row, "target_version"),
        notes=tuple(notes_of(row)),
        changed_by=changed_by,
        ours=frozenset(name for name, account in changed_by.items() if account and account == answer.account),
    )


def _changed_by(row: Mapping[str, Any]) -> dict[str, str]:
    """Who changed a field last; the history stands in order."""
    entries = ((name_in(entry, "field"), name_in(entry, "user")) for entry in parts(row, "history"))
    return {IN_HISTORY[name]: user for name, user in entries if name in IN_HISTORY}
