"""The lifecycle of a request as a Mermaid state diagram, drawn from the registry of core/lifecycle.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake_fn.core.events import Event
from intake_fn.core.lifecycle import LIFECYCLE
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Status
from intake_fn.web.words import STATUS


def lifecycle(_: Process) -> str:
    """The diagram as a fenced block: which event leads from which status to which."""
    lines = [
        "stateDiagram-v2",
        *(f'  state "{STATUS[status]}" as {status.value}' for status in Status),
        f"  [*] --> {Status.NEW.value}: received",
        f"  [*] --> {Status.QUARANTINED.value}: quarantined",
        *(f"  {before.value} --> {after.value}: {', '.join(labels)}" for before, after, labels in _edges()),
    ]
    return "\n".join(("```mermaid", *lines, "```"))


def _edges() -> Iterator[tuple[Status, Status, list[str]]]:
    """From which status to which other one, and by which events."""
    for before in Status:
        for after in Status:
            labels = [_label(kind) for kind, spec in LIFECYCLE.items() if before in spec.allowed_in]
            leading = {_label(kind) for kind, spec in LIFECYCLE.items() if spec.leads_to.get(before) is after}
            labels = [label for label in labels if label in leading]
            if labels and before is not after:
                yield before, after, labels


def _label(kind: type[Event]) -> str:
    """The event's name in words, such as "requester replied"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
