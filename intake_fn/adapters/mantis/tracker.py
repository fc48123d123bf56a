"""The Tracker and IssueEraser ports on Mantis: each call in a file of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from intake_fn.adapters.mantis import (
    erasing,
    files,
    filing,
    found_issue,
    issue_state,
    listing,
    notes,
    relations,
    updating,
)
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.mantis.names import Names
from intake_fn.core.mantis_intake import FoundIssue
from intake_fn.core.once import once
from intake_fn.core.process import MantisMap
from intake_fn.core.reconciliation import IssueState
from intake_fn.core.release_notes import FixedIssue
from intake_fn.core.vocabulary import Relation
from intake_fn.ports import NOTHING_DECIDED, Change, Decided, Issue, IssueLeft, IssueTexts, Placed
from intake_fn.ports.erasures import Scrub


@dataclass
class MantisTracker:
    """The Tracker port. Nothing is sent before the first call; one object may be used by many threads."""

    url: str
    token: str | Callable[[], str] = field(repr=False)
    """The token, or what reads it with the first call."""
    mapping: MantisMap
    timeout_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic

    @once
    def http(self) -> MantisHttp:
        """The calls."""
        token = self.token if isinstance(self.token, str) else self.token()
        return MantisHttp(self.url, token, self.timeout_seconds, self.sleep)

    @once
    def names(self) -> Names:
        """The names and their ids."""
        return Names(self.http, self.mapping, self.seconds)

    def file(self, issue: Issue) -> Placed:
        """Create the issue unless one with its marker exists; returns the one that now stands there."""
        number, dropped = filing.file(self.names, issue)
        return Placed(number, self.page_of(number), dropped)

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
        """Update an issue; returns the names of the fields that were not kept. Raises Unknown.

        `category` is for an issue that has none, or comes back from a project that is not ours.
        """
        return updating.update(
            self.names,
            number,
            project=project,
            handler=handler,
            status=status,
            priority=priority,
            category=category,
            resolution=resolution,
            decided=decided,
        )

    def note(self, number: int, text: str, marker: str) -> None:
        """Add a note unless one that ends with `marker` is there. Raises Unknown."""
        notes.add(self.http, number, text, marker)

    def attach(self, number: int, name: str, content: bytes) -> bool:
        """Attach a file unless its bytes are there, under whatever name; False when it is refused."""
        fits = 0 < len(content) <= self.mapping.max_file_mb * 2**20
        return fits and files.attach(self.http, number, name, content)

    def erase(self, number: int, texts: IssueTexts | None, scrub: Scrub) -> IssueLeft:
        """Take a person's words out of an issue; what Mantis keeps of them, for its admin. Raises Unknown."""
        return erasing.erase(self.http, number, texts, scrub)

    def relate(self, number: int, other: int, relation: Relation | None) -> None:
        """Relate an issue to another one, instead of how it was; None is not at all. Saying it again changes nothing.

        Raises Unknown, Refused when there is no such other issue.
        """
        relations.relate(self.http, number, other, relation)

    def changes(self, since: datetime | None, most: int = 0) -> Sequence[Change]:
        """The issues of our projects that were changed since, or the `most` last ones; the oldest first."""
        return listing.changes(self.names, since, most)

    def look(self, number: int) -> IssueState:
        """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
        return issue_state.read(self.http, number)

    def found(self, number: int) -> FoundIssue:
        """An issue in full, whoever created it. Raises Unknown when it is deleted or out of our sight."""
        return found_issue.read(self.names, number)

    def versions(self) -> Mapping[str, Sequence[str]]:
        """The versions of the product as they are now, by project of ours, obsolete ones left out."""
        return self.names.versions()

    def fixed(self) -> Sequence[FixedIssue]:
        """The issues of our projects that name a version in which they are fixed, by number."""
        return listing.fixed(self.names)

    def page_of(self, number: int) -> str:
        """Where people read an issue."""
        return f"{self.url}/view.php?id={number}"

    def probe(self) -> str:
        """The tracker's version, when it answers."""
        answer = self.http.send("GET", "users/me")
        self.http.check(answer)
        return answer.version
