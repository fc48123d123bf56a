"""The suppression list: mailboxes that get no more mail, because mail came back or was complained of.

An entry holds for all requests, until an admin removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Refused, SpecdeskError, TryLater, Unknown, Unreadable
from intake_fn.core.events import MailFailed
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import SPECDESK
from intake_fn.core.requester_events import RequesterChanged
from intake_fn.core.vocabulary import Failure
from intake_fn.ports import SuppressedAddress
from intake_fn.texts import message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.case import Case
    from intake_fn.core.errors import Undeliverable
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Suppressing
    from intake_fn.ports import CaseStore, MailReport, MailState


def unsuppress(mail_state: MailState, addresses: Sequence[str]) -> Sequence[str]:
    """Remove addresses: mail that is due later is sent there again.

    Raises SpecdeskError where none is named, and Unknown naming those that are not in the list, when the others are
    removed.
    """
    if not addresses:
        raise SpecdeskError("Name the address: specdesk mail unsuppress name@company.com")
    removed = [address for address in addresses if mail_state.unsuppress(mailbox(address))]
    if len(removed) < len(addresses):
        others = ", ".join(address for address in addresses if address not in removed)
        raise Unknown(f"{others} is not on the suppression list. See: specdesk mail list")
    return removed


def suppress_undeliverable(desk: Suppressing, to: str, error: Undeliverable, case: Case, item: str) -> MailFailed:
    """Add an address that the mail service does not take; returns the event that records it."""
    _suppress(desk, to, Failure.UNDELIVERABLE, str(error), case)
    return MailFailed(
        at=desk.clock(), actor=SPECDESK, to=to, failure=Failure.UNDELIVERABLE, detail=str(error), report=item
    )


def take_in_report(desk: Suppressing, report: MailReport) -> bool:
    """Take in what the mail service reports of a mail it took; False when that was taken in before.

    A failure that lasts adds the address. The log of the case records every failure. Raises TryLater.
    """
    case = _case_of(report, desk.cases)
    if case and _is_recorded(case, report):
        return False
    if report.failure.lasts:
        _suppress(desk, report.to, report.failure, report.detail, case)
    log.warning("mail_failed", case=case and case.id, to=report.to, failure=report.failure)
    if case is None:
        return True
    event = MailFailed(
        at=desk.clock(),
        actor=SPECDESK,
        to=report.to,
        failure=report.failure,
        detail=report.detail,
        report=report.id,
    )
    busy = TryLater(f"{report.item} is changing too fast; the report on its mail is taken in at the next try.")
    step = desk.change(case.id, lambda now: None if _is_recorded(now, report) else event, case=case, busy=busy)
    return bool(step.events)


def refuse_unreached(desk: Suppressing, event: Event) -> None:
    """Raise Refused where somebody is to become the requester whom no mail reaches. Raises TryLater."""
    if not isinstance(event, RequesterChanged):
        return
    entry = desk.mail_state.suppression(mailbox(event.address))
    if entry:
        raise Refused(say("behalf.unreached", address=event.address, why=say(entry.why.key, entry.why.values)))


def _suppress(desk: Suppressing, to: str, failure: Failure, detail: str, case: Case | None) -> None:
    why = message("skipped.suppressed", to=to, failure=failure, detail=detail)
    desk.mail_state.suppress(SuppressedAddress(mailbox(to), why, desk.clock(), case.id if case else ""))


def _case_of(report: MailReport, cases: CaseStore) -> Case | None:
    """The case whose log can tell of it; None for a sign-in link, another table, or a log not readable in full."""
    try:
        case = cases.load(report.item.partition("#")[0])
    except (Unknown, Unreadable):
        return None
    return None if case.unread else case


def _is_recorded(case: Case, report: MailReport) -> bool:
    """Whether the log of the case has the report."""
    failures = (event for event in case.history if isinstance(event, MailFailed))
    return any((event.report, event.to) == (report.id, report.to) for event in failures)
