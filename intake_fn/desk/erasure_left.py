"""What an erasure leaves to a person: requests that have to wait, and what Mantis keeps, by the numbers of its issues.

Mantis keeps what it is told to replace (docs/operate/data-protection.md): the record of an erasure says where, in as
few lines as there are kinds of it, so that it can be kept however many issues somebody had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.ports import IssueLeft

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LINES = 200
"""The most lines about anything but Mantis; then the number of the others."""

MOST_CHARACTERS = 60_000
"""The most characters of the numbers in one line."""

REVISIONS = (
    "Mantis keeps the former texts as revisions, in issues {}. Drop them on its page "
    "bug_revision_view_page.php?bug_id=NUMBER (View Revisions), which takes the level manager."
)
NOTES = (
    "Mantis keeps the former texts of notes as revisions, of notes {}. Drop them on its page "
    "bug_revision_view_page.php?bugnote_id=NUMBER."
)
HISTORY = (
    "The history keeps a former summary or the name of a file, in issues {}. No page of Mantis changes it: its admin "
    "erases it in the database, or deletes the issue with all of its notes."
)
FILES = "This Mantis deletes no files over REST: {}. Delete them on the issue's page."


@dataclass(slots=True)
class Left:
    """What is left so far. `under_way` are issues of requests that are being erased, and may not be done."""

    lines: list[str] = field(default_factory=list)
    issues: list[IssueLeft] = field(default_factory=list)
    under_way: Sequence[int] = ()

    def told(self) -> tuple[str, ...]:
        """All of it, in lines."""
        lines = self.lines[:MOST_LINES]
        if more := len(self.lines) - len(lines):
            lines.append(f"And {more} more of this kind. Run it again: it lists what is left then.")
        lines += _kept_by_mantis(self.issues)
        if self.under_way:
            lines.append(
                f"While this was written it was at issues {_numbers(self.under_way)}. If it was cut off there, look at "
                "them as well: their former texts may be kept in revisions and history."
            )
        return tuple(lines)


def _kept_by_mantis(issues: Iterable[IssueLeft]) -> Iterator[str]:
    known = sorted(issues, key=lambda one: one.number)
    if revisions := [one.number for one in known if one.revisions]:
        yield REVISIONS.format(_numbers(revisions))
    if notes := [f"{note} (issue {one.number})" for one in known for note in one.notes]:
        yield NOTES.format(_listed(notes))
    if history := [one.number for one in known if one.history]:
        yield HISTORY.format(_numbers(history))
    files = [f"{', '.join(map(str, one.files))} (issue {one.number})" for one in known if one.files]
    if files:
        yield FILES.format(_listed(files))


def _numbers(numbers: Iterable[int]) -> str:
    """Numbers in their order, those behind each other as one: 3, 5 to 9."""
    known = sorted(set(numbers))
    ends = [place for place, (one, after) in enumerate(pairwise(known), 1) if after != one + 1]
    runs = [known[start:end] for start, end in pairwise((0, *ends, len(known)))]
    return _listed([str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs if run])


def _listed(parts: Sequence[str]) -> str:
    """The parts that fit into a record, and the number of the others."""
    text, shown = "", 0
    for part in parts:
        if len(text) + len(part) > MOST_CHARACTERS:
            return f"{text} and {len(parts) - shown} more"
        text, shown = f"{text}, {part}" if text else part, shown + 1
    return text
