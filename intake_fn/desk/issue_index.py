"""The issues of our Mantis projects, so that a person who looks at a request sees which ones are like it.

They stand in one file of the file store. The sync keeps it fresh with what it sees anyway; every five minutes, when
everything is listed, it takes out what is gone and adds what is missing. What it has no time for it reads in the
next minutes. It is a help and no more: without it, or when it cannot be read, requests are taken in, filed and
worked on as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import SpecdeskError, TryLater, Unknown, Unreadable
from spec_lookup import Claim, DuplicateIndex, IssueText, SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from intake_fn.core.case import Case
    from intake_fn.desk import Desk
    from spec_lookup import Candidate

KEY = "known/issues.json"

FRESH_FOR = timedelta(minutes=1)
"""How long a process goes by what it read."""

SHOWN = 5
LEAST = 0.3
"""Likeness below which an issue is not worth a person's look."""

LONGEST = 2000
"""Characters of a description that are compared."""

BEHIND = 5000
"""Issues still to be read that the sync's cursor names, some 40 KB; the next list of everything names the rest."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SimilarIssue:
    """An issue that is like a request; `certain` when it is called the same.

    `state` is how an issue that somebody else filed stands in the tracker; of our own ones the store knows better.
    """

    number: int
    summary: str
    certain: bool
    state: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The file of known issues as it was read: what it holds, its digest, and when."""

    index: DuplicateIndex
    digest: bytes
    at: datetime


@dataclass
class Cache:
    """What one process has read of the known issues last, for all its threads; one of them reads at a time."""

    last: Snapshot | None = None
    reading: Lock = field(default_factory=Lock)


def similar(desk: Desk, case: Case) -> list[SimilarIssue]:
    """The issues that are most like a request, its own left out; none when they cannot be read."""
    try:
        found = _remembered(desk).found(_asked(case, case.id), SHOWN + 1)
        others = [pair for pair in found if pair[0].id != str(case.issue) and pair[0].score >= LEAST][:SHOWN]
        return [_shown(*pair) for pair in sorted(others, key=lambda pair: not pair[0].same)]
    except SpecdeskError as error:
        log.warning("known_issues_unread", error=str(error))
    except Exception:  # whatever it is: the page is worth more than the suggestions on it
        log.exception("known_issues_failed", case=case.id)
    return []


def _shown(one: Candidate, text: IssueText) -> SimilarIssue:
    return SimilarIssue(int(one.id), text.summary, one.same, text.state)


def update(
    desk: Desk, seen: Iterable[int], listed: AbstractSet[int] | None, may_go_on: Callable[[], bool]
) -> tuple[int, ...]:
    """Take in the issues that were `seen` changed; `listed` are all there are, where that is known.

    Returns those that are still to be read, at most BEHIND: time was up, or something did not answer. Raises nothing.
    """
    wanted = list(dict.fromkeys(seen))
    if not wanted and listed is None:
        return ()
    try:
        index = _read(desk)
        changed = _take_out(index, listed) if listed is not None else False
        wanted += sorted({number for number in listed or () if str(number) not in index.ids}.difference(wanted))
        left, learnt = _take_in(desk, index, wanted, may_go_on)
        if changed or learnt:
            content = index.to_bytes()
            desk.files.put(KEY, content, "application/json")
            desk.index_cache.last = Snapshot(index, sha256(content).digest(), desk.clock())
        return tuple(left[:BEHIND])
    except SpecdeskError as error:
        log.warning("known_issues_not_kept", error=str(error))
    except Exception:  # whatever it is: the sync has more to do than this
        log.exception("known_issues_failed")
    desk.index_cache.last = None  # it may hold what the file does not
    return tuple(wanted[:BEHIND])


def _take_in(
    desk: Desk, index: DuplicateIndex, wanted: list[int], may_go_on: Callable[[], bool]
) -> tuple[list[int], bool]:
    """What is left of it, and whether the index has changed; an issue that cannot be read as it is is left out."""
    changed = False
    for place, number in enumerate(wanted):
        if not may_go_on():
            return wanted[place:], changed
        try:
            changed |= _add(desk, index, number)
        except Unreadable as error:  # it is looked at again when everything is listed
            log.warning("known_issue_unreadable", issue=number, error=str(error))
        except TryLater as error:
            log.warning("known_issues_postponed", issue=number, error=str(error))
            return wanted[place:], changed
        except Exception:
            log.exception("known_issue_left_out", issue=number)
    return [], changed


def _take_out(index: DuplicateIndex, listed: AbstractSet[int]) -> bool:
    gone = index.ids - {str(number) for number in listed}
    for id_ in gone:
        index.take_out(id_)
    return bool(gone)


def _add(desk: Desk, index: DuplicateIndex, number: int) -> bool:
    """Whether something is new. What a requester wrote stands with us, so Mantis is asked for other issues alone."""
    case_id = desk.cases.find_issue(number)
    if case_id and str(number) in index.ids:
        return False
    try:
        issue = _asked(desk.cases.load(case_id), str(number)) if case_id else _filed(desk, number)
    except Unknown:
        index.take_out(str(number))
        return True
    if issue in index:
        return False
    index.add(issue)
    return True


def _asked(case: Case, id_: str) -> IssueText:
    """A request as it is compared, with the clause that the judge found nearest."""
    said, cited = case.request, case.verdict["citations"] if case.verdict else []
    nearest = str(cited[0]["clause"]) if cited else ""
    return IssueText(id_, said.summary, said.description[:LONGEST], "", said.expected[:LONGEST], nearest)


def _filed(desk: Desk, number: int) -> IssueText:
    """An issue that somebody else filed. Raises Unknown."""
    stands = desk.tracker.look(number)
    state = f"{stands.status}, fixed in {stands.fixed_in}" if stands.fixed_in else stands.status
    text = stands.description[:LONGEST]
    return IssueText(str(number), stands.summary, text, state, clause=_nearest(desk, Claim(stands.summary, text)))


def _nearest(desk: Desk, claim: Claim) -> str:
    """The nearest clause; none where the spec cannot be read."""
    try:
        return desk.spec().nearest(claim)
    except SpecLookupError as error:
        log.warning("known_issue_without_clause", error=str(error))
        return ""


def _remembered(desk: Desk) -> DuplicateIndex:
    last = desk.index_cache.last
    return _read(desk) if last is None or abs(desk.clock() - last.at) >= FRESH_FOR else last.index


def _read(desk: Desk) -> DuplicateIndex:
    """The file as it stands; empty when there is none yet, or it is damaged or of another model. Raises TryLater."""
    here = desk.index_cache
    with here.reading:
        last = here.last
        try:
            content = desk.files.get(KEY)
            digest = sha256(content).digest()
            index = last.index if last and digest == last.digest else DuplicateIndex.from_bytes(content)
        except Unknown:
            index, digest = DuplicateIndex(), b""
        except SpecLookupError as error:
            log.warning("known_issues_anew", error=str(error))
            index, digest = DuplicateIndex(), b""
        here.last = Snapshot(index, digest, desk.clock())
    return index
