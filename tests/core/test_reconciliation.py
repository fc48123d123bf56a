"""Which notes in Mantis are ours, whatever people write there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import Filed, NotedInMantis
from intake_fn.core.reconciliation import IssueState, MantisNote, next_event, note_marker
from tests.core.samples import NOW, case_of, judged, received

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

CASE = case_of(
    received(1, "paul"),
    judged(),
    Filed(at=NOW, actor="specdesk", number=1, project="Bugs InBox", url="https://mantis.example.com/view.php?id=1"),
)


def read(case: Case, text: str, process: Process) -> Event | None:
    """What the sync takes from an issue with this note."""
    stands = IssueState("Bugs InBox", "paul", "assigned", "high", notes=(MantisNote(7, "andrei", text),))
    return next_event(case, stands, [], process, NOW)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (f"On it.\n\n{note_marker(CASE, 2)}", True),
        (f"On it. [1] {note_marker(CASE, 2)} \n", True),
        (f"On it. {note_marker(CASE, 99)}", False),
        (note_marker(CASE, 2).removeprefix("["), False),
        (f"{note_marker(CASE, 2)} was wrong", False),
        ("", False),
    ],
)
def test_a_note_is_ours_by_the_marker_at_its_end(process: Process, text: str, *, ours: bool) -> None:
    """A quotation within a text is none, and no half of a marker."""
    assert ours is not isinstance(read(CASE, text, process), NotedInMantis)


@pytest.mark.parametrize("text", ["[" * 200_000, "[a#1" * 50_000, "[#" * 100_000 + "1"])
def test_a_long_note_is_read_at_once(process: Process, text: str) -> None:
    """Pasted logs and tables of brackets hold up no sync."""
    leased = time.thread_time()
    event = read(CASE, text, process)

    assert time.thread_time() - leased < 1
    assert isinstance(event, NotedInMantis)
