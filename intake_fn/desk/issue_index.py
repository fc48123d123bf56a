"""The issue index: the issues of our Mantis projects, so that a person who looks at a request sees similar ones.

It is one file of the file store. The sync keeps it fresh with what it sees anyway; every five minutes, when
everything is listed, it removes what is gone and adds what is missing. What it has no time for it reads in the
next minutes. It is a help and no more: without it, or when it cannot be read, requests are taken in, filed and
worked on as ever.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn import log
from intake_fn.core.errors import SpecdeskError, TryLater, Unknown, Unreadable
from intake_fn.core.late_dataclass import dataclass
from spec_lookup import Claim, SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from intake_fn.core.case import Case
    from intake_fn.ports import CaseStore, Files, Tracker
    from spec_lookup import DuplicateIndex, IssueText, Spec

KEY = "known/issues.json"

FRESH_FOR = timedelta(minutes=1)
"""How long a process uses the index as it read it."""

SHOWN = 5
LEAST = 0.3
"""Similarity below which an issue is not worth a person's look."""

LONGEST = 2000
"""Characters of a description that are compared."""

BEHIND = 5000
"""Issues still to be read that the sync's cursor names, some 40 KB; the next list of everything names the rest."""


@dataclass(frozen=True, slots=True)
class SimilarIssue:
    """An issue that is similar to a request; `certain` when it has the same words.

    `state` is how an issue that somebody else filed stands in the tracker; of our own ones the store knows better.
    """

    number: int
    summary: str
    certain: bool
    state: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as it was read: what it holds, the digest of its file, and when."""

    index: DuplicateIndex
    digest: bytes
    at: datetime


@dataclass
class Cache:
    """The index as one process read it last, for all its threads; one of them reads at a time."""

    last: Snapshot | None = None
    reading: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class IssueIndex:
    """The index, and what it is made of."""

    files: Files
    cases: CaseStore
    tracker: Tracker
    spec: Callable[[], Spec]
    clock: Callable[[], datetime]
    cache: Cache

    def similar(self, case: Case) -> list[SimilarIssue]:
        """The issues that are most similar to a request, its own left out; none when they cannot be read."""
        return self.similar_to(_text_of(case, case.id), own=str(case.issue))

    def similar_to(self, report: IssueText, own: str = "", least: float = LEAST) -> list[SimilarIssue]:
        """The issues that are most similar to a text, those that may be the same first."""
        try:
            hits = self._recent().find_with_texts(report, SHOWN + 1)
            others = [hit for hit in hits if hit[0].id != own and hit[0].score >= least][:SHOWN]
            return [
                SimilarIssue(int(candidate.id), text.summary, candidate.same, text.state)
                for candidate, text in sorted(others, key=lambda hit: not hit[0].same)
            ]
        except SpecdeskError as error:
            log.warning("known_issues_unread", error=str(error))
        except Exception:  # whatever it is: the page is worth more than the suggestions on it
            log.exception("known_issues_failed")
        return []

    def update(
        self, seen: Iterable[int], listed: AbstractSet[int] | None, may_go_on: Callable[[], bool]
    ) -> tuple[int, ...]:
        """Read the issues that were `seen` changed; `listed` are all there are, where that is known.

        Returns those that are still to be read, at most BEHIND: time was up, or something did not answer. Raises
        nothing.
        """
        wanted = list(dict.fromkeys(seen))
        if not wanted and listed is None:
            return ()
        try:
            index = self._read()
            changed = _remove_others(index, listed) if listed is not None else False
            wanted += sorted({number for number in listed or () if str(number) not in index.ids}.difference(wanted))
            left, added = self._add_all(index, wanted, may_go_on)
            if changed or added:
                content = index.to_bytes()
                self.files.put(KEY, content, "application/json")
                self.cache.last = Snapshot(index, sha256(content).digest(), self.clock())
            return tuple(left[:BEHIND])
        except SpecdeskError as error:
            log.warning("known_issues_not_kept", error=str(error))
        except Exception:  # whatever it is: the sync has more to do than this
            log.exception("known_issues_failed")
        self.cache.last = None  # it may hold what the file does not
        return tuple(wanted[:BEHIND])

    def _add_all(
        self, index: DuplicateIndex, wanted: list[int], may_go_on: Callable[[], bool]
    ) -> tuple[list[int], bool]:
        """What is left of it, and whether the index has changed; an issue that cannot be read as it is is left out."""
        changed = False
        for place, number in enumerate(wanted):
            if not may_go_on():
                return wanted[place:], changed
            try:
                changed |= self._add(index, number)
            except Unreadable as error:  # it is looked at again when everything is listed
                log.warning("known_issue_unreadable", issue=number, error=str(error))
            except TryLater as error:
                log.warning("known_issues_postponed", issue=number, error=str(error))
                return wanted[place:], changed
            except Exception:
                log.exception("known_issue_left_out", issue=number)
        return [], changed

    def _add(self, index: DuplicateIndex, number: int) -> bool:
        """Whether the index has changed. Requests of ours are in the store: Mantis is asked for other issues alone."""
        case_id = self.cases.find_issue(number)
        if case_id and str(number) in index.ids:
            return False
        try:
            issue = _text_of(self.cases.load(case_id), str(number)) if case_id else self._foreign(number)
        except Unknown:
            index.take_out(str(number))
            return True
        if issue in index:
            return False
        index.add(issue)
        return True

    def _foreign(self, number: int) -> IssueText:
        """An issue that somebody else filed. Raises Unknown, also for a private one: more people read the index."""
        issue = self.tracker.look(number)
        if issue.is_private:
            raise Unknown(f"Issue {number} is private.")
        state = f"{issue.status}, fixed in {issue.fixed_in}" if issue.fixed_in else issue.status
        text = issue.description[:LONGEST]
        return spec_lookup.IssueText(
            str(number), issue.summary, text, state, clause=self._nearest(Claim(issue.summary, text))
        )

    def _nearest(self, claim: Claim) -> str:
        """The nearest clause; none where the spec cannot be read."""
        try:
            return self.spec().nearest(claim)
        except SpecLookupError as error:
            log.warning("known_issue_without_clause", error=str(error))
            return ""

    def _recent(self) -> DuplicateIndex:
        """As this process read it within the last minute, else as the file has it."""
        last = self.cache.last
        return self._read() if last is None or abs(self.clock() - last.at) >= FRESH_FOR else last.index

    def _read(self) -> DuplicateIndex:
        """The file as it stands; empty when there is none, or it is damaged or of another model. Raises TryLater."""
        with self.cache.reading:
            last = self.cache.last
            try:
                content = self.files.get(KEY)
                digest = sha256(content).digest()
                index = last.index if last and digest == last.digest else spec_lookup.DuplicateIndex.from_bytes(content)
            except Unknown:
                index, digest = spec_lookup.DuplicateIndex(), b""
            except SpecLookupError as error:
                log.warning("known_issues_anew", error=str(error))
                index, digest = spec_lookup.DuplicateIndex(), b""
            self.cache.last = Snapshot(index, digest, self.clock())
        return index


def _remove_others(index: DuplicateIndex, listed: AbstractSet[int]) -> bool:
    """Whether issues were removed that are not listed."""
    gone = index.ids - {str(number) for number in listed}
    for id_ in gone:
        index.take_out(id_)
    return bool(gone)


def _text_of(case: Case, id_: str) -> IssueText:
    """A request as it is compared, with the clause that the judge found nearest."""
    request, cited = case.request, case.verdict["citations"] if case.verdict else []
    nearest = str(cited[0]["clause"]) if cited else ""
    return spec_lookup.IssueText(
        id_, request.summary, request.description[:LONGEST], "", request.expected[:LONGEST], nearest
    )
