"""An issue in full, as somebody created it: its texts and fields, who did it, and when it came into our projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from intake_fn.adapters.mantis.answers import name_in, number_in, parts, text_in
from intake_fn.adapters.mantis.names import Names
from intake_fn.adapters.mantis.notes import PRIVATE
from intake_fn.adapters.mantis.reading import row_of
from intake_fn.core.errors import TryLater
from intake_fn.core.mantis_intake import FoundIssue

NAMED = ("project", "reporter", "status", "priority", "category", "handler", "resolution")
"""The fields that are read by their names."""

NEW = "issue-new"
"""Mantis's name for the entry of the history with which an issue begins."""


def read(names: Names, number: int) -> FoundIssue:
    """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
    row, account = row_of(names.http, number)
    created = _instant(row)
    makers = [name_in(entry, "user") for entry in parts(row, "history") if name_in(entry, "type") == NEW]
    maker = next(iter(makers), name_in(row, "reporter"))
    return FoundIssue(
        number=number,
        url=f"{names.http.url}/view.php?id={number}",
        **{name: name_in(row, name) for name in NAMED},
        **{name: text_in(row, name) for name in ("summary", "description")},
        steps=text_in(row, "steps_to_reproduce"),
        information=text_in(row, "additional_information"),
        reproducibility=name_in(row, "reproducibility"),
        created=created,
        came=max((created, *_arrivals(names, row))),
        is_ours=bool(account) and maker == account,
        is_private=name_in(row, "view_state") == PRIVATE,
        files=tuple(_files(names.http.url, row)),
    )


def _arrivals(names: Names, row: Mapping[str, Any]) -> Iterator[datetime]:
    """When it was moved into one of our projects, and when it was made public."""
    ours = {str(number_in(names.project(name))) for name in set(names.mapping.projects.values())}
    for entry in parts(row, "history"):
        field = name_in(entry, "field")
        moved = field == "project_id" and text_in(entry, "new_value") in ours
        if moved and text_in(entry, "old_value") not in ours:
            yield _instant(entry)
        if field == "view_state" and name_in(entry, "old_value") == PRIVATE:
            yield _instant(entry)


def _files(url: str, row: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for file in parts(row, "attachments"):
        size = file.get("size")
        page = f"{url}/file_download.php?file_id={number_in(file)}&type=bug"
        yield text_in(file, "filename"), size if isinstance(size, int) else 0, page


def _instant(row: Mapping[str, Any]) -> datetime:
    """When something was created, in UTC: Mantis writes the server's offset. Raises TryLater."""
    try:
        return datetime.fromisoformat(text_in(row, "created_at")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TryLater("Mantis answered an issue without the instant of its creation.") from error
