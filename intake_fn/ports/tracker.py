"""Mantis, as the desk sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mantis_intake import FoundIssue
from intake_fn.core.reconciliation import IssueState
from intake_fn.core.release_notes import FixedIssue
from intake_fn.core.vocabulary import Relation


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as we want it to stand in the tracker; names are those of support.yml, not tracker ids."""

    marker: str
    project: str
    summary: str
    description: str
    steps: str = ""
    information: str = ""
    category: str = ""
    priority: str = "normal"
    reproducibility: str = "have not tried"
    handler: str = ""
    status: str = "new"
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    """Since when there is something to file: no issue with its marker is older. None is not known."""


@dataclass(frozen=True, slots=True)
class Instead:
    """A value that takes the place of nothing, or of one of these; another one is somebody's choice, and stays."""

    new: str = ""
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What an issue shows of what was decided about a request. A value that is "" changes nothing.

    `verdict` is a part of the description: whatever else somebody wrote there stays.
    """

    category: Instead = Instead()
    fixed_in: Instead = Instead()
    target: Instead = Instead()
    verdict: Instead = Instead()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an issue stands, and the fields that the tracker did not keep as sent."""

    number: int
    url: str
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An issue and when it was changed last, by the tracker's clock, which has whole seconds."""

    number: int
    at: datetime


NOTHING_DECIDED = Decided()


class Tracker(Protocol):
    """Mantis. Raises TryLater when it is down or slow, Broken when rights or configuration are wrong."""

    def file(self, issue: Issue) -> Placed:
        """Create the issue unless one with its marker exists; returns the one that now stands there."""
        ...

    def update(
        self,
        number: int,
        *,
        project: str,
        handler: str,
        status: str,
        priority: str,
        category: str = "",
        resolution: str = "",
        decided: Decided = NOTHING_DECIDED,
    ) -> tuple[str, ...]:
        """Bring an issue in line; returns the names of the fields that were not kept. Raises Unknown.

        "" for the handler leaves whoever has it there, and "" for the resolution what it is there.
        `category` is for an issue that has none, or comes back from a project that is not ours.
        """
        ...

    def note(self, number: int, text: str, marker: str) -> None:
        """Add a note unless one that ends with `marker` is there. Raises Unknown."""
        ...

    def attach(self, number: int, name: str, content: bytes) -> bool:
        """Attach a file unless its bytes are there, under whatever name; False when the tracker refuses it."""
        ...

    def relate(self, number: int, other: int, relation: Relation | None) -> None:
        """Relate an issue to another one, instead of how it was; None is not at all.

        Raises Unknown, Refused when there is no other to relate it to.
        """
        ...

    def changes(self, since: datetime | None, most: int = 0) -> Sequence[Change]:
        """The issues of our projects that were changed at `since` or later; the oldest first.

        For None all of them, or the `most` that were changed last.
        """
        ...

    def look(self, number: int) -> IssueState:
        """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
        ...

    def found(self, number: int) -> FoundIssue:
        """An issue in full, whoever created it. Raises Unknown when it is deleted or out of our sight."""
        ...

    def versions(self) -> Mapping[str, Sequence[str]]:
        """The versions of the product as they are now, by project of ours, obsolete ones left out."""
        ...

    def fixed(self) -> Sequence[FixedIssue]:
        """The issues of our projects that name a version in which they are fixed, by number."""
        ...

    def page_of(self, number: int) -> str:
        """Where people read an issue."""
        ...

    def probe(self) -> str:
        """The tracker's version, when it answers."""
        ...
