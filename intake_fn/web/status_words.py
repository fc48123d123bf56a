"""What the status page says of a request: its status, what happens next, what stands at the top. No rules."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.appeals import who_decides
from intake_fn.core.case import Case, resolved_by
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import ActivityCompleted, AskedRequester, Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.messages import in_copy, in_words, on_page, outcome_of
from intake_fn.core.names import REQUESTER, SPECDESK, actor_of
from intake_fn.core.process import Process
from intake_fn.core.requester_status import RequesterStatus, requester_status, was_withdrawn_unread, withdrawal
from intake_fn.core.vocabulary import Stage, Status
from intake_fn.texts import gettext, mark, say

ON_ITS_WAY = mark("Your change request goes the way below.")

NEXT: Mapping[RequesterStatus, str] = {
    RequesterStatus.QUARANTINED: mark(
        "Your request is saved, and a person looks at it before anything else happens. If it is accepted, you get an "
        "e-mail. If not, this page says why."
    ),
    RequesterStatus.REJECTED: mark(
        "The Help Desk has rejected this: it does not look like a request. If it is one, please reply."
    ),
    RequesterStatus.RECEIVED: mark(
        "Your request is saved and is usually assessed within two minutes. Reload this page to see the result."
    ),
    RequesterStatus.ASSIGNED: mark("Your request is with the assignee, who has not begun yet."),
    RequesterStatus.IN_PROGRESS: mark("The Help Desk works on your request."),
    RequesterStatus.WAITING: mark("We need your answer to go on."),
    RequesterStatus.APPEALED: mark("You do not agree with the decision, so somebody else decides anew."),
    RequesterStatus.REOPENED: mark("Your request is open again and with the assignee, who has not begun yet."),
    RequesterStatus.OWNER: ON_ITS_WAY,
    RequesterStatus.BOARD: ON_ITS_WAY,
    RequesterStatus.DEFERRED: ON_ITS_WAY,
    RequesterStatus.DESIGN: ON_ITS_WAY,
    RequesterStatus.DEVELOPMENT: ON_ITS_WAY,
    RequesterStatus.READY: ON_ITS_WAY,
    RequesterStatus.RESOLVED: mark("Please tell us whether it is solved. If it is not, the request is reopened."),
    RequesterStatus.WITHDRAWN: mark("Nobody works on it any more. If you need it after all, a reply reopens it."),
    RequesterStatus.CLOSED: mark("This request is closed. If the problem returns, a reply reopens it."),
}

STATUS_IN_COPY = {RequesterStatus.WAITING: mark("Waiting for the requester")}
NEXT_IN_COPY: Mapping[RequesterStatus, str] = {
    RequesterStatus.WAITING: mark("The Help Desk has asked the requester something and waits for the answer."),
    RequesterStatus.APPEALED: mark("The requester does not agree with the decision, so somebody else decides anew."),
    RequesterStatus.RESOLVED: mark("The requester is asked whether it is solved."),
    RequesterStatus.WITHDRAWN: mark("The requester has withdrawn it, and nobody works on it any more."),
    RequesterStatus.CLOSED: mark("This request is closed."),
    RequesterStatus.ASSIGNED: mark("The request is with the assignee, who has not begun yet."),
    RequesterStatus.IN_PROGRESS: mark("The Help Desk works on the request."),
    RequesterStatus.REOPENED: mark("The request is open again and with the assignee, who has not begun yet."),
    RequesterStatus.RECEIVED: mark("The request is saved and is usually assessed within two minutes."),
}
"""The sentences for people in copy, where those for the requester would be wrong."""

WITHDRAWN = mark("You have withdrawn this request")
WITHDRAWN_UNREAD = mark("Nobody reviews it any more. If you need it after all, a reply brings it back to the review.")
DECLINED = mark("Your change request is declined, for this reason.")
DECLINED_IN_COPY = mark("The change request is declined, for this reason.")
DECLINED_NEXT = mark("It will not be changed. If something was not considered, a reply of the requester reopens it.")

CHIPS: Mapping[RequesterStatus, str] = {
    RequesterStatus.WAITING: "waiting",
    RequesterStatus.APPEALED: "waiting",
    RequesterStatus.RESOLVED: "resolved",
    RequesterStatus.IN_PROGRESS: "open",
}
"""In which colour of a status it is shown; all others are grey."""


@dataclass(frozen=True, slots=True)
class Top:
    """What stands first on the page: our question, how it was resolved, or what we wrote last."""

    heading: str
    text: str
    event: Event | None = None
    who: str = ""


def status(case: Case, *, for_copy: bool = False) -> str:
    """The status in a word or two."""
    called = requester_status(case)
    return gettext(STATUS_IN_COPY[called]) if for_copy and called in STATUS_IN_COPY else say(f"status.{called}")


def chip(case: Case) -> str:
    """The colour of the status."""
    return CHIPS.get(requester_status(case), "none")


def upcoming(case: Case, *, for_copy: bool = False) -> str:
    """What happens next, as a sentence."""
    called = requester_status(case)
    if was_declined(case):
        return gettext(DECLINED_NEXT)
    if was_withdrawn_unread(case):
        return gettext(WITHDRAWN_UNREAD)
    if for_copy and called in NEXT_IN_COPY:
        return gettext(NEXT_IN_COPY[called])
    return gettext(mark("The change request goes the way below.") if for_copy and case.stage else NEXT[called])


def asked_to_decide(case: Case, process: Process) -> str:
    """Who was asked to decide what is appealed; "" for nothing to decide."""
    return who_decides(case, process).name if case.appealed else ""


def was_declined(case: Case) -> str:
    """The reason why a change request is done that was declined; "" for all else."""
    done = resolved_by(case)
    return done.resolution if done and case.status.is_done and case.stage is Stage.DECLINED else ""


def top(case: Case, process: Process, *, for_copy: bool = False) -> Top | None:
    """What we wrote last and what is to be read first; None where there is nothing of that."""
    if case.status is Status.WAITING:
        asked = _last(case, AskedRequester)
        return Top(gettext("Our question to you"), *_shown(asked, process)) if asked else None
    if case.status.is_done:
        return _resolution(case, process, for_copy=for_copy)
    if was_withdrawn_unread(case) and (withdrawn := withdrawal(case)):
        return Top(gettext(WITHDRAWN), withdrawn.reason, withdrawn)
    written = next((event for event in reversed(case.history) if _is_ours(event)), None)
    if written is None or _is_over(case, written):
        return None
    headline, _ = on_page(written, process) or ("", "")
    return Top(headline, *_shown(written, process))


def _resolution(case: Case, process: Process, *, for_copy: bool) -> Top | None:
    done = resolved_by(case)
    if done is None:
        return None
    called = requester_status(case)
    if called is RequesterStatus.WITHDRAWN:
        return Top(gettext(WITHDRAWN), done.resolution, done)
    if was_declined(case):
        return Top(gettext(DECLINED_IN_COPY if for_copy else DECLINED), *_shown(done, process))
    return Top(in_words(outcome_of(done)) or gettext("It is resolved."), *_shown(done, process))


def _is_ours(event: Event) -> bool:
    """Whether a person of ours wrote it for the requester: an update, or a workaround."""
    return isinstance(event, UpdateSent) or (isinstance(event, ActivityCompleted) and event.mailed)


def _is_over(case: Case, event: Event) -> bool:
    """Whether the request was resolved after it: what was said until then helps no more."""
    last = max((n for n, status in enumerate(case.statuses) if status.is_done), default=-1)
    return case.history.index(event) < last


def _shown(event: Event, process: Process) -> tuple[str, Event, str]:
    _, text = on_page(event, process) or ("", "")
    who = actor_of(event, process) if event.actor not in (REQUESTER, SPECDESK) else ""
    return text, event, who


def _last(case: Case, kind: type[Event]) -> Event | None:
    return next((event for event in reversed(case.history) if isinstance(event, kind)), None)


def history_for_requester(case: Case, process: Process, *, for_copy: bool = False) -> list[tuple[Event, str, str]]:
    """What happened, without the Help Desk's notes to each other, for the requester or for who is in copy."""
    told = in_copy if for_copy else on_page
    return [(event, *shown) for event in case.history if (shown := told(event, process))]
