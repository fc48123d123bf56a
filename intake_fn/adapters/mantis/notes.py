"""Notes of an issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from intake_fn.adapters.mantis.answers import expect, name_in, number_in, parts, text_in
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.mantis.texts import TEXT_LIMIT, storable
from intake_fn.core.reconciliation import MantisNote

PRIVATE = "private"
"""Mantis's name for the view state of what developers alone see."""


def add(http: MantisHttp, number: int, text: str, marker: str) -> None:
    """Add a note unless one that ends with `marker` is there. Raises Unknown."""
    notes = parts(http.issue(number), "notes")
    if not any(text_in(note, "text").rstrip().endswith(marker) for note in notes):
        body = {"text": f"{storable(text)[: TEXT_LIMIT - len(marker) - 2]}\n\n{marker}"}
        expect(http.call("POST", f"issues/{number}/notes", body), "note")


def notes_of(row: Mapping[str, Any]) -> Iterator[MantisNote]:
    """The notes of an issue, in their order."""
    for note in parts(row, "notes"):
        yield MantisNote(
            number_in(note), name_in(note, "reporter"), text_in(note, "text"), name_in(note, "view_state") == PRIVATE
        )
