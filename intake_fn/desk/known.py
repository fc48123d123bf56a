"""The issues of our Mantis projects, so that a person who looks at a request sees which ones are like it.

They stand in one file of the file store. The sync keeps it fresh with what it sees anyway; every five minutes, when
everything is listed, it takes out what is gone and adds what is missing. What it has no time for it reads in the
next minutes. It is a help and no more: without it, or when it cannot be read, requests are taken in, filed and
worked on as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from intake_fn.core.errors import SpecdeskError, TryLater, Unknown, Unreadable
from spec_lookup import DuplicateIndex, IssueText, SpecLookupError

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
class Similar:
    """An issue that is like a request; `certain` when it is called a duplicate.

    `state` is how an issue that somebody else filed stands in the tracker; of our own ones the store knows better.
    """

    number: int
    summary: str
    certain: bool
    state: str = ""


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
        others = [one for one in found if one.id != str(case.issue) and one.score >= LEAST][:SHOWN]
        return [_shown(index, one) for one in others]
    except SpecdeskError as error:
        log.warning("known_issues_unread", error=str(error))
    except Exception:  # whatever it is: the page is worth more than the suggestions on it
        log.exception("known_issues_failed", case=case.id)
    return []


def _shown(index: DuplicateIndex, one: Candidate) -> Similar:
    text = index.text(one.id)
    return Similar(int(one.id), text.summary, index.is_duplicate([one]), text.state)


def learn(
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
            desk.remembered.digest = sha256(content).digest()
        return tuple(left[:BEHIND])
    except SpecdeskError as error:
        log.warning("known_issues_not_kept", error=str(error))
    except Exception:  # whatever it is: the sync has more to do than this
        log.exception("known_issues_failed")
    desk.remembered.index = None  # it may hold what the file does not
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
    state = f"{stands.status}, fixed in {stands.fixed_in}" if stands.fixed_in else stands.status
    return IssueText(str(number), stands.summary, stands.description[:LONGEST], state)


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
