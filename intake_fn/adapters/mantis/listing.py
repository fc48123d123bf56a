"""The issues of our projects, by the instant of their last change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from intake_fn.adapters.mantis.answers import name_in, number_in, text_in
from intake_fn.adapters.mantis.names import Names
from intake_fn.core.errors import TryLater
from intake_fn.core.release_notes import FixedIssue
from intake_fn.ports import Change

PAGE_SIZE = 200
PAGE_GROWS = 8
"""Issues of the first page that is asked for, and by how much it grows: turning pages loses some."""


NAMED = ("project", "category", "status", "resolution")
"""The fields that are read of a fixed issue."""


def changes(names: Names, since: datetime | None, most: int = 0) -> Sequence[Change]:
    """The issues of our projects that were changed at `since` or later; for None the `most` last ones, or all."""
    rows = names.retrying(lambda _: changed_since(names, since, "id,updated_at", most))
    changed = [Change(number_in(row), _changed_at(row)) for row in rows]
    kept = [change for change in changed if since is None or change.at >= since]
    return sorted(kept, key=lambda change: (change.at, change.number))


def fixed(names: Names) -> list[FixedIssue]:
    """The issues of our projects that name a version in which they are fixed, by number."""
    ours = set(names.mapping.projects.values())
    rows = names.retrying(lambda _: changed_since(names, None, f"id,summary,{','.join(NAMED)},fixed_in_version"))
    issues = (
        FixedIssue(
            number=number_in(row),
            summary=text_in(row, "summary"),
            fixed_in=name_in(row, "fixed_in_version"),
            **{name: name_in(row, name) for name in NAMED},
        )
        for row in rows
        if name_in(row, "fixed_in_version")
    )
    return sorted((issue for issue in issues if issue.project in ours), key=lambda issue: issue.number)


def changed_since(names: Names, since: datetime | None, select: str, most: int = 0) -> list[Mapping[str, Any]]:
    """The issues of our projects, the latest changed first, at least all since then; for None `most`, or all there are.

    Always page 1, and larger until it reaches back far enough: issues of the same second have no
    settled order, so that turning pages loses some.
    """
    size = PAGE_SIZE if since else most  # 0 is all there are
    while True:
        rows = _first_page(names, size, select)
        if since is None or len(rows) < size or min(_changed_at(row) for row in rows) < since:
            return rows
        size *= PAGE_GROWS


def _first_page(names: Names, size: int, select: str) -> list[Mapping[str, Any]]:
    """Page 1 of the issues of our projects, the latest changed first."""
    parent = names.project(names.mapping.parent)
    query = {"project_id": str(number_in(parent)), "page_size": str(size), "page": "1", "select": select}
    return names.http.rows("issues", "issues", query)


def _changed_at(row: Mapping[str, Any]) -> datetime:
    """When an issue was changed last, in UTC: Mantis writes the server's offset. Raises TryLater."""
    try:
        return datetime.fromisoformat(text_in(row, "updated_at")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TryLater("Mantis answered an issue without the instant of its last change.") from error
