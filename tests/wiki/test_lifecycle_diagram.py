"""The state diagram of the process page is the registry of events, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.lifecycle import LIFECYCLE, TRANSITIONS
from intake_fn.core.vocabulary import Status
from intake_fn.wiki.lifecycle_diagram import lifecycle

if TYPE_CHECKING:
    from intake_fn.core.process import Process


def edges(process: Process) -> dict[tuple[str, str], list[str]]:
    """The events of each edge, by the statuses that it connects."""
    lines = [line.strip() for line in lifecycle(process).splitlines() if "-->" in line]
    drawn = {}
    for line in lines:
        ends, _, labels = line.partition(": ")
        before, _, after = ends.partition(" --> ")
        drawn[before, after] = labels.split(", ")
    return drawn


def test_every_status_is_entered_and_named(process: Process) -> None:
    """None stands alone."""
    drawn = edges(process)

    assert {after for _, after in drawn} == {status.value for status in Status}
    assert all(f"as {status.value}" in lifecycle(process) for status in Status)


def test_an_edge_is_an_event_that_may_happen_and_changes_the_status(process: Process) -> None:
    """What the rows of the registry say, no more and no less."""
    rows = {kind.__name__.lower(): (kind, spec) for kind, spec in LIFECYCLE.items()}
    drawn = {
        (before, after, label.replace(" ", ""))
        for (before, after), labels in edges(process).items()
        for label in labels
        if before != "[*]"
    }

    assert drawn == {
        (before.value, after.value, name)
        for name, (kind, spec) in rows.items()
        for before, after in spec.leads_to.items()
        if kind in TRANSITIONS[before] and before is not after
    }
