"""The issue index: the issues of our Mantis projects, so that a person who looks at a request sees similar ones.

It holds the issues that were changed last, at most MOST, in files of the file store: one for each SHARD numbers, and
one that names them with their digests, so that a change writes and reads a few hundred issues, whatever there are.
The sync keeps it fresh with what it sees anyway; every five minutes, when Mantis is listed, it removes what is gone and
adds what is missing. What it has no time for it reads in the next minutes. It is a help and no more: without it, or
when it cannot be read, requests are taken in, filed and worked on as ever.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn import log
from intake_fn.core.errors import SpecdeskError, TryLater, Unknown, Unreadable
from intake_fn.core.lazy_dataclass import dataclass
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from intake_fn.core.case import Case
    from intake_fn.ports import CaseStore, Files, Tracker
    from spec_lookup import Claim, DuplicateIndex, IssueText, Spec

KEY = "known/issues.json"
"""The file that names the shards. A version of before kept all issues in it, and it is read so, too."""

FORMAT = 1
"""The version of the names of the shards."""

SHARD = 250
"""Numbers whose issues stand in one file, some 600 kB."""

MOST = 10_000
"""Issues that are known at most, those that were changed last: they are read in a second and take 130 MB of memory."""

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
class Shard:
    """A file of the index: the digest of its bytes, and the ids of the issues in it."""

    digest: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as it was read: what it holds, the shards that hold that, and when."""

    index: DuplicateIndex
    shards: Mapping[int, Shard]
    at: datetime

    @property
    def kept(self) -> AbstractSet[str]:
        """The ids of the issues that the shards hold."""
        return {id_ for shard in self.shards.values() for id_ in shard.ids}


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
            last = self._read()
            index = last.index
            changed = set(index.ids.symmetric_difference(last.kept))
            if listed is not None:
                changed |= _remove_others(index, listed)
            wanted += sorted({number for number in listed or () if str(number) not in index.ids}.difference(wanted))
            left, added = self._add_all(index, wanted, may_go_on)
            self._keep(last, changed | added)
            return tuple(left[:BEHIND])
        except SpecdeskError as error:
            log.warning("known_issues_not_kept", error=str(error))
        except Exception:  # whatever it is: the sync has more to do than this
            log.exception("known_issues_failed")
        self.cache.last = None  # it may hold what the file does not
        return tuple(wanted[:BEHIND])

    def forget(self, numbers: Iterable[int]) -> None:
        """Take issues out whose words were erased. Raises TryLater."""
        last = self._read()
        known = {str(number) for number in numbers} & last.index.ids
        for id_ in known:
            last.index.take_out(id_)
        self._keep(last, known)
        if known:
            self.cache.last = None

    def forget_erased(self) -> None:
        """Forget the issues of all erased requests; each request of the index is looked up. Raises TryLater."""
        numbers = [int(id_) for id_ in self._read().index.ids]
        ids = {number: case_id for number in numbers if (case_id := self.cases.find_issue(number))}
        self.forget(number for number, case_id in ids.items() if self.cases.load(case_id).erased)

    def _add_all(
        self, index: DuplicateIndex, wanted: list[int], may_go_on: Callable[[], bool]
    ) -> tuple[list[int], set[str]]:
        """What is left of it, and the ids that have changed; an issue that cannot be read as it is is left out."""
        changed: set[str] = set()
        for place, number in enumerate(wanted):
            if not may_go_on():
                return wanted[place:], changed
            try:
                if self._add(index, number):
                    changed.add(str(number))
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
            issue = self._ours(case_id, number) if case_id else self._foreign(number)
        except Unknown:
            index.take_out(str(number))
            return True
        if issue in index:
            return False
        index.add(issue)
        return True

    def _ours(self, case_id: str, number: int) -> IssueText:
        """A request of ours. Raises Unknown for one whose words were erased."""
        case = self.cases.load(case_id)
        if case.erased:
            raise Unknown(f"The words of issue {number} were erased.")
        return _text_of(case, str(number))

    def _foreign(self, number: int) -> IssueText:
        """An issue that somebody else filed. Raises Unknown, also for a private one: more people read the index."""
        issue = self.tracker.look(number)
        if issue.is_private:
            raise Unknown(f"Issue {number} is private.")
        state = f"{issue.status}, fixed in {issue.fixed_in}" if issue.fixed_in else issue.status
        text = issue.description[:LONGEST]
        return spec_lookup.IssueText(
            str(number), issue.summary, text, state, clause=self._nearest(spec_lookup.Claim(issue.summary, text))
        )

    def _nearest(self, claim: Claim) -> str:
        """The nearest clause; none where the spec cannot be read."""
        try:
            return self.spec().nearest(claim)
        except SpecLookupError as error:
            log.warning("known_issue_without_clause", error=str(error))
            return ""

    def _recent(self) -> DuplicateIndex:
        """The index as this process read it within the last minute, else as the files hold it."""
        last = self.cache.last
        return self._read().index if last is None or abs(self.clock() - last.at) >= FRESH_FOR else last.index

    # --- the files ---------------------------------------------------------------------------

    def _read(self) -> Snapshot:
        """The files as they stand; what is missing, damaged or of another model is not in it. Raises TryLater."""
        with self.cache.reading:
            names, former = self._names()
            last = self.cache.last if self.cache.last and self.cache.last.shards and names else None
            index = last.index if last else former or spec_lookup.DuplicateIndex()
            shards = dict(last.shards) if last else {}
            for number in shards.keys() - names.keys():
                _take_out(index, shards.pop(number).ids)
            for number, digest in names.items():
                if number not in shards or shards[number].digest != digest:
                    self._read_shard(index, shards, number)
            if names.keys() != shards.keys():
                self._write_names(shards)  # so that the sync makes anew what could not be read
            if index.is_crowded:
                index = spec_lookup.DuplicateIndex.from_bytes(index.to_bytes())
            self.cache.last = Snapshot(index, shards, self.clock())
            return self.cache.last

    def _names(self) -> tuple[Mapping[int, str], DuplicateIndex | None]:
        """The shards with their digests; of a version of before that kept one file, the index that it holds."""
        try:
            content = self.files.get(KEY)
        except Unknown:
            return {}, None
        try:
            kept = json.loads(content)
            if "issues" in kept:
                return {}, spec_lookup.DuplicateIndex.from_bytes(content)
            if kept["format"] == FORMAT:
                return {int(number): str(digest) for number, digest in kept["shards"].items()}, None
            log.warning("known_issues_anew", error=f"format {kept['format']}")
        except (SpecLookupError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("known_issues_anew", error=str(error))
        return {}, None

    def _read_shard(self, index: DuplicateIndex, shards: dict[int, Shard], number: int) -> None:
        """Put a shard in the place of what stands there; one that cannot be read is left out of both."""
        before = shards.pop(number).ids if number in shards else frozenset()
        try:
            content = self.files.get(_shard_key(number))
            ids = index.add_bytes(content)
        except (Unknown, SpecLookupError) as error:
            log.warning("known_issues_anew", shard=number, error=str(error))
            _take_out(index, before)
            return
        strays = {id_ for id_ in ids if not id_.isdecimal() or int(id_) // SHARD != number}
        _take_out(index, (before - ids) | strays)
        shards[number] = Shard(sha256(content).hexdigest(), ids - strays)

    def _keep(self, last: Snapshot, changed: AbstractSet[str]) -> None:
        """Write the shards of issues that have changed, then the names of all. Raises TryLater."""
        if not changed:
            return
        index, shards = last.index, dict(last.shards)
        held: defaultdict[int, set[str]] = defaultdict(set)
        for id_ in index.ids:
            held[int(id_) // SHARD].add(id_)
        for number in sorted({int(id_) // SHARD for id_ in changed}):
            shards.pop(number, None)
            if ids := frozenset(held[number]):
                content = index.to_bytes(ids)
                self.files.put(_shard_key(number), content, "application/json")
                shards[number] = Shard(sha256(content).hexdigest(), ids)
        self._write_names(shards)
        for number in last.shards.keys() - shards.keys():
            self.files.delete(_shard_key(number))
        self.cache.last = Snapshot(index, shards, self.clock())

    def _write_names(self, shards: Mapping[int, Shard]) -> None:
        named = {str(number): shards[number].digest for number in sorted(shards)}
        self.files.put(KEY, json.dumps({"format": FORMAT, "shards": named}).encode(), "application/json")


def _shard_key(number: int) -> str:
    return f"{KEY.removesuffix('.json')}/{number}.json"


def _take_out(index: DuplicateIndex, ids: Iterable[str]) -> None:
    for id_ in ids:
        index.take_out(id_)


def _remove_others(index: DuplicateIndex, listed: AbstractSet[int]) -> set[str]:
    """Take out the issues that are not listed; their ids."""
    gone = set(index.ids - {str(number) for number in listed})
    _take_out(index, gone)
    return gone


def _text_of(case: Case, id_: str) -> IssueText:
    """A request as it is compared, with the clause that the judge found nearest."""
    request, cited = case.request, case.verdict["citations"] if case.verdict else []
    nearest = str(cited[0]["clause"]) if cited else ""
    return spec_lookup.IssueText(
        id_, request.summary, request.description[:LONGEST], "", request.expected[:LONGEST], nearest
    )
