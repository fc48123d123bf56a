"""The consistency check: stored states against their logs, and due times against another support.yml.

Both page through the queue index, so they cost what is open; no request and no sweep does so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core.agreement import said
from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import CaseRow
from intake_fn.core.errors import Stale
from intake_fn.core.escalation import handler_at
from intake_fn.core.events import Escalated, Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import in_words
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import NOT_THIS_LEVEL, AroundTheClock, Calendar, Process, SameDay, Target
from intake_fn.core.request import Priority
from intake_fn.core.retention import rests_since
from intake_fn.core.sla import WEEKDAYS, Due, calendar_of, due
from intake_fn.core.steps import refuse_unread, standing
from intake_fn.core.vocabulary import Status
from intake_fn.desk.board_lists import BoardLists
from intake_fn.desk.change import Change
from intake_fn.ports import CaseStore

ATTEMPTS = 5

UP_AT_ONCE = "Such requests are handled at this level. This one came in before that was seen to."


# --- the stored state against the log --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose stored state differs from the fold of its log; `step` is what should be stored."""

    step: Step
    stored: CaseRow
    listed: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    """What the Board's lists hold otherwise."""

    @property
    def parts(self) -> dict[str, tuple[Any, Any]]:
        """What differs, fields and lists: as it is stored, and as it should be."""
        folded = CaseRow.of(self.step)
        pairs = {part.name: (getattr(self.stored, part.name), getattr(folded, part.name)) for part in fields(CaseRow)}
        return {**{name: pair for name, pair in pairs.items() if pair[0] != pair[1]}, **self.listed}


def difference(
    cases: CaseStore, process: Process, row: CaseRow, lists: BoardLists | None = None, read: Case | None = None
) -> Difference | None:
    """How a row, and what the Board's lists hold of it, differ from the log of its case; None where nothing does.

    `read` is the case as it was read after its row.

    Raises Unreadable for a log that cannot be read in full, and Stale for a case that changes at each attempt.

    An index follows its table a moment later, and a case may change while it is read: only what is
    read twice, with the log read in between, is a difference.
    """
    for _ in range(ATTEMPTS):
        case, read = read or cases.load(row.id), None
        refuse_unread(case)
        step = standing(case, process)
        wrong = lists.differences(case, cases) if lists else {}
        if not wrong and _same(row, CaseRow.of(step)):
            return None
        again, lists = cases.row(row.id), BoardLists.of(cases) if wrong else lists
        if again == row and wrong == (lists.differences(case, cases) if lists else {}):
            return Difference(step, row, wrong)
        row = again
    raise Stale(f"{row.id} is changing too fast to be compared. Try again in a moment.")


def _same(row: CaseRow, other: CaseRow) -> bool:
    """Whether two rows say the same.

    Format 1 held all reasons of a quarantine as one text; earlier states hold no verdicts, or nothing of the
    requester, or not that they rest.
    """
    if not row.said and row.decided is None:
        row = replace(row, said=other.said, decided=other.decided)
    if not row.office:
        facts = {name: getattr(other, name) for name in ("module", "office", "company", "unanswered")}
        row = replace(row, **facts)
    row = replace(row, rests=row.rests or other.rests)
    return replace(row, why=other.why) == other and in_words(row.why) == in_words(other.why)


# --- states that earlier versions stored -----------------------------------------------------


def migrated(cases: CaseStore, process: Process, row: CaseRow, now: datetime, read: Case | None = None) -> bool:
    """Bring the state of a request that an earlier version stored to today's rules; whether it was not there.

    A request whose priority has a level of its own is escalated to it, and an urgent one goes to the top of its queue.
    A state holds what judges said and people decided, and what the desk's queue is filtered by; a case is found by its
    requester's mailbox. `read` is the case as it was read after its row.
    """
    found = read or cases.load(row.id)
    at = process.priorities[row.priority].handled_at
    below = at is not None and row.level < at and row.status in (Status.OPEN, Status.WAITING)
    without_verdicts = not row.said and row.status in (Status.OPEN, Status.WAITING) and bool(said(found))
    on_top = row.priority is Priority.URGENT and row.status.is_open
    listed = row.rests or rests_since(found) is None
    as_today = row.office and listed and not below and not without_verdicts and row.on_top == on_top
    if as_today and (found.erased or cases.is_found_by(mailbox(found.request.requester.email), found)):
        return False

    def decide(case: Case) -> Event | None:
        refuse_unread(case)
        if at is None or not below or case.level >= at:
            return None
        to = handler_at(at, case, process)
        return Escalated(at=now, actor=SPECDESK, level=at, handler=to, reason=NOT_THIS_LEVEL, note=UP_AT_ONCE)

    step = Change(cases, process)(row.id, decide)
    if not step.events:
        cases.restate(standing(step.case, process))
    return True


# --- due times against another support.yml ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """A due time that another support.yml would move; None is no clock. `zone` is the new calendar's, else the old."""

    case: Case
    before: datetime | None
    after: datetime | None
    zone: str
    why: str


def move(case: Case, old: Process, new: Process) -> Move | None:
    """How a new process would move the due time of a case; None when it would not."""
    before = due(case, old)
    after = due(case, new)
    if (before and before.instant) == (after and after.instant):
        return None
    known = after or before
    old_at, new_at = (due_time.instant if due_time else None for due_time in (before, after))
    why = "; ".join(_reasons(case, old, new, before, after))
    return Move(case, old_at, new_at, known.zone if known else "UTC", why)


def _reasons(case: Case, old: Process, new: Process, before: Due | None, after: Due | None) -> Iterator[str]:
    """What of a case's target and calendar differs in the time that is counted."""
    if case.level not in new.levels:
        yield f"level {case.level} is gone"
        return
    office = case.request.requester.office
    if office in old.offices and office not in new.offices:
        yield f"the office {old.offices[office].name} is gone"
    if before is None or after is None:
        yield "no clock ran" if before is None else "no clock would run"
        return
    if before.target != after.target:
        yield f"the response time is {_target(after.target)} instead of {_target(before.target)}"
    first, last = before.started, max(before.instant, after.instant)
    yield from _differences(calendar_of(case, old), calendar_of(case, new), first, last)


def _target(target: Target) -> str:
    if isinstance(target, SameDay):
        return f"the same day before {target.cutoff:%H:%M}, else {target.next_due:%H:%M} of the next working day"
    return f"{target.hours} {'hours around the clock' if isinstance(target, AroundTheClock) else 'working-day hours'}"


def _differences(old: Calendar, new: Calendar, first: datetime, last: datetime) -> Iterator[str]:
    if old.id != new.id:
        yield f"the calendar is {new.id} instead of {old.id}"
    if old.zone != new.zone:
        yield f"the zone is {new.zone} instead of {old.zone}"
    if old.hours != new.hours:
        yield f"hours are {_hours(new)} instead of {_hours(old)}"
    if old.working_days != new.working_days:
        yield f"working days are {_days(new)} instead of {_days(old)}"
    day, end = (instant.astimezone(ZoneInfo(new.zone)).date() for instant in (first, last))
    while day <= end:
        yield from _holiday(day, old, new)
        day += timedelta(days=1)


def _holiday(day: date, old: Calendar, new: Calendar) -> Iterator[str]:
    before, after = old.holidays.get(day), new.holidays.get(day)
    if after and not before:
        yield f"{day} becomes a holiday ({after})"
    if before and not after:
        yield f"{day} is no holiday any more ({before})"
    if before and after and before.part != after.part:
        yield f"{day} is {after.name} {after.part} instead of {before.part}"


def _hours(calendar: Calendar) -> str:
    return " and ".join(map(str, calendar.hours))


def _days(calendar: Calendar) -> str:
    return ", ".join(WEEKDAYS[day] for day in sorted(calendar.working_days))
