"""The dispatcher: attempts the items of the outbox, each by the handler of its intent, under a lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.core.errors import OutcomeUnknown, Refused, SpecdeskError, Stale
from intake_fn.core.intents import (
    AddNote,
    BackfillNotes,
    FileIssue,
    JudgeInShadow,
    JudgeRequest,
    NotifyDuplicates,
    NotifyLead,
    RelateIssue,
    SendNotice,
    UpdateIssue,
)
from intake_fn.core.steps import refuse_unread
from intake_fn.desk import issue_delivery, mail_delivery, notify_duplicates
from intake_fn.desk.judging import judged, judged_in_shadow
from intake_fn.desk.mail_delivery import LOOK
from intake_fn.desk.outbox import LEASE_SECONDS, Swept, dead_letter, deliverable, postpone, record
from intake_fn.desk.spec_versions import spec_for
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.intents import Intent
    from intake_fn.desk.needs import Dispatching, InTime, Judging
    from intake_fn.ports import OutboxItem


ENOUGH = 8.0
"""Seconds in which a mail is sent however slowly the service answers (adapters/aws.py), and most issues are filed."""


def deliver(desk: Dispatching, case_id: str, *, reschedule: bool = False, only: type[Intent] | None = None) -> Swept:
    """Attempt the case's items, or `only` those of one kind, until none is due or the time is up.

    `reschedule` has those that another one blocks come up when that one does, so that others come up before.
    """
    until = desk.clock() + desk.inline
    attempted: set[str] = set()
    swept = Swept()
    while desk.clock() <= until and has_time(desk):
        due, blocked = deliverable(desk.outbox.items_of(case_id), desk.clock())
        of_kind = (item for item in due if only is None or isinstance(item.intent, only))
        item = next((item for item in of_kind if item.id not in attempted), None)
        if item is None:
            for other, next_attempt in blocked if reschedule else ():
                desk.outbox.reschedule(other, next_attempt)
            break
        attempted.add(item.id)
        swept += HANDLERS[type(item.intent)](desk, item)
    return swept


def has_time(desk: InTime) -> bool:
    """Whether there is time to carry something out; what is not begun in time has not been tried."""
    return desk.seconds_left() > ENOUGH


# --- how an item is attempted ----------------------------------------------------------------

Handler = Callable[["Dispatching", "OutboxItem"], Swept]
"""Attempts an item, and says what came of it."""


def repeatable(carry_out: Callable[[Any, OutboxItem, Case, Any], None]) -> Handler:
    """The handler of an intent that may be carried out again where it was cut off, for doing it twice does it once."""

    def attempt(desk: Dispatching, item: OutboxItem) -> Swept:
        if not _lease(desk, item):
            return Swept()

        def work() -> None:
            case = desk.cases.load(item.case_id)
            refuse_unread(case)
            carry_out(desk, item, case, item.intent)

        return _outcome(desk, item, work)

    return attempt


def once(
    prepare: Callable[[Any, OutboxItem, Case], Any | None], carry_out: Callable[[Any, OutboxItem, Case, Any], None]
) -> Handler:
    """The handler of an intent that must not be carried out twice, and nobody can be asked whether it was.

    An item under a lease that is over may have been carried out. So all that can be done before is done before the
    lease, by `prepare`: what is cut off until then was surely not carried out. None from it leaves nothing to do.
    """

    def attempt(desk: Dispatching, item: OutboxItem) -> Swept:
        if item.leased:
            cut_off = OutcomeUnknown(f"It may have been sent or not: the work was cut off. {LOOK}")
            return dead_letter(desk, item, cut_off) if _lease(desk, item) else Swept()
        trouble, prepared = None, None
        try:
            case = desk.cases.load(item.case_id)
            refuse_unread(case)
            prepared = prepare(desk, item, case)
        except Exception as error:  # noqa: BLE001 - it is raised again, under the lease: one alone may write it down
            trouble = error
        if prepared is None and trouble is None:
            return Swept(delivered=1)
        if not _lease(desk, item):
            return Swept()

        def work() -> None:
            if trouble:
                raise trouble
            carry_out(desk, item, case, prepared)

        return _outcome(desk, item, work)

    return attempt


def _lease(desk: Dispatching, item: OutboxItem) -> bool:
    return desk.outbox.lease(item, desk.clock(), LEASE_SECONDS)


def _outcome(desk: Dispatching, item: OutboxItem, work: Callable[[], None]) -> Swept:
    """Do the work of an item under its lease; whatever goes wrong is written down with it."""
    try:
        work()
    except Stale:
        return Swept()  # somebody else has done it, or will: then the item is still in the outbox
    except (Refused, OutcomeUnknown) as error:
        return dead_letter(desk, item, error)
    except Exception as error:  # whatever it is: one poisoned item must not block the others
        if not isinstance(error, SpecdeskError | SpecLookupError):
            log.exception("delivery_failed_unexpectedly", item=item.id)
        return postpone(desk, item, error)
    return Swept(delivered=1)


def _judge(desk: Judging, item: OutboxItem, case: Case, _: JudgeRequest) -> None:
    record(
        desk, item, case, judged(case, desk.judge, spec_for(desk, case.request), desk.process, desk.clock, desk.may_act)
    )


def _judge_in_shadow(desk: Judging, item: OutboxItem, case: Case, _: JudgeInShadow) -> None:
    """Record the verdict; without a model, or where the built-in judge spoke for it, there is none."""
    event = judged_in_shadow(case, desk.shadow, partial(spec_for, desk, case.request), desk.clock)
    if event:
        record(desk, item, case, event)
    else:
        desk.outbox.finish(item)


HANDLERS: Mapping[type[Any], Handler] = {
    JudgeRequest: repeatable(_judge),
    JudgeInShadow: repeatable(_judge_in_shadow),
    FileIssue: repeatable(issue_delivery.file),
    UpdateIssue: repeatable(issue_delivery.update),
    AddNote: repeatable(issue_delivery.write),
    BackfillNotes: repeatable(issue_delivery.write),
    RelateIssue: repeatable(issue_delivery.write),
    NotifyLead: repeatable(notify_duplicates.notify_lead),
    NotifyDuplicates: repeatable(notify_duplicates.notify_duplicates),
    SendNotice: once(mail_delivery.prepare, mail_delivery.send),
}
"""How each intent is delivered. An UnknownIntent is not: it waits for the version that can read it."""
