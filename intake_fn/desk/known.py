"""The issues of our Mantis projects, so that a person who looks at a request sees which ones are like it.

They stand in one file of the file store. The sync keeps it fresh with what it sees anyway; once an hour, when
everything is listed, it takes out what is gone and adds what is missing. It is a help and no more: without it,
or when it cannot be read, requests are taken in, filed and worked on as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import SpecdeskError, Unknown
from spec_lookup import DuplicateIndex, IssueText, SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from intake_fn.core.case import Case
    from intake_fn.desk import Desk

KEY = "known/issues.json"

FRESH_FOR = timedelta(minutes=1)
"""How long a process goes by what it read."""

SHOWN = 5
LEAST = 0.3
"""Likeness below which an issue is not worth a person's look."""

LONGEST = 2000
"""Characters of a description that are compared."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Similar:
    """An issue that is like a request; `certain` when it is called a duplicate."""

    number: int
    summary: str
    certain: bool


@dataclass
class Remembered:
    """What one process has read of the known issues last: the file's digest, what it holds, and when."""

    index: DuplicateIndex | None = None
    digest: bytes = b""
    at: datetime | None = None


def similar(desk: Desk, case: Case) -> list[Similar]:
    """The issues that are most like a request, its own left out; none when they cannot be read."""
    try:
        index = _remembered(desk)
        found = index.find(_asked(case, case.id), SHOWN + 1)
    except (SpecdeskError, SpecLookupError) as error:
        log.warning("known_issues_unread", error=str(error))
        return []
    others = [one for one in found if one.id != str(case.issue) and one.score >= LEAST][:SHOWN]
    return [Similar(int(one.id), index.text(one.id).summary, index.is_duplicate([one])) for one in others]


def learn(desk: Desk, seen: Iterable[int], listed: AbstractSet[int] | None, may_go_on: Callable[[], bool]) -> None:
    """Take in the issues that were `seen` changed; `listed` are all there are, where that is known. Raises nothing."""
    seen = list(seen)
    if not seen and listed is None:
        return
    try:
        index = _read(desk)
        before = index.ids
        changed = _take_out(index, listed) if listed is not None else False
        missing = sorted(number for number in listed or () if str(number) not in before)
        for number in dict.fromkeys((*seen, *missing)):
            if not may_go_on():
                break
            changed |= _add(desk, index, number)
        if changed:
            content = index.to_bytes()
            desk.files.put(KEY, content, "application/json")
            desk.remembered.digest = sha256(content).digest()
    except (SpecdeskError, SpecLookupError) as error:
        log.warning("known_issues_not_kept", error=str(error))
        desk.remembered.index = None  # it may hold what the file does not


def _take_out(index: DuplicateIndex, listed: AbstractSet[int]) -> bool:
    gone = index.ids - {str(number) for number in listed}
    for id_ in gone:
        index.take_out(id_)
    return bool(gone)


def _add(desk: Desk, index: DuplicateIndex, number: int) -> bool:
    """Whether something is new. What a requester wrote stands with us, so Mantis is asked for other issues alone."""
    case_id = desk.store.find_issue(number)
    if case_id and str(number) in index.ids:
        return False
    try:
        issue = _asked(desk.store.load(case_id), str(number)) if case_id else _filed(desk, number)
    except Unknown:
        index.take_out(str(number))
        return True
    if issue in index:
        return False
    index.add(issue)
    return True


def _asked(case: Case, id_: str) -> IssueText:
    """A request as it is compared."""
    return IssueText(id_, case.request.summary, f"{case.request.description}\n\n{case.request.expected}"[:LONGEST])


def _filed(desk: Desk, number: int) -> IssueText:
    """An issue that somebody else filed. Raises Unknown."""
    stands = desk.tracker.look(number)
    return IssueText(str(number), stands.summary, stands.description[:LONGEST])


def _remembered(desk: Desk) -> DuplicateIndex:
    here, now = desk.remembered, desk.clock()
    if here.index is None or here.at is None or abs(now - here.at) >= FRESH_FOR:
        return _read(desk)
    return here.index


def _read(desk: Desk) -> DuplicateIndex:
    """The file as it stands; empty when there is none yet, or it is damaged or of another model. Raises TryLater."""
    here = desk.remembered
    try:
        content = desk.files.get(KEY)
        digest = sha256(content).digest()
        if here.index is None or digest != here.digest:
            here.index, here.digest = DuplicateIndex.from_bytes(content), digest
    except Unknown:
        here.index, here.digest = DuplicateIndex(), b""
    except SpecLookupError as error:
        log.warning("known_issues_anew", error=str(error))
        here.index, here.digest = DuplicateIndex(), b""
    here.at = desk.clock()
    return here.index
