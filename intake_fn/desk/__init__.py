"""The story, top to bottom: take a request in, deliver what is owed because of it, act on it.

A request is saved before anything else is tried, so the receipt never depends on the judge, Mantis
or mail. What is owed to them stands in the outbox, written in the same transaction as the event
that caused it. It is delivered at once if that is quick, else by the sweep, every minute:

    take_in ─► cases.create(Received) ─► receipt is safe
                    │ owed: JudgeRequest
    deliver ─► judge ─► save(Judged) ─► owed: FileIssue, SendNotice ─► Mantis ─► save(Filed)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import structlog

from intake_fn.core import duplicates, sla_alerts, steps
from intake_fn.core.case import Case
from intake_fn.core.errors import Refused, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.events import (
    ActivityCompleted,
    Event,
    LinkRequested,
    MailFailed,
    MarkedDuplicate,
    RequesterReplied,
    Retried,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notes import FAILURES, REQUESTER, SPECDESK
from intake_fn.core.notices import RenderMail
from intake_fn.core.process import Process
from intake_fn.core.request import Request
from intake_fn.desk import dispatcher, issue_index, sign_in, spam_check, sync
from intake_fn.desk.change import ATTEMPTS, Change
from intake_fn.desk.mail import OUT_OF_HOURS, PUT_OFF
from intake_fn.desk.outbox import FIRST_DELAY, LONGEST_DELAY, PARKED, Swept, deliverable
from intake_fn.ports import (
    CaseStore,
    Counters,
    Files,
    Links,
    Mailer,
    MailReport,
    MailState,
    Outbox,
    OutboxItem,
    Sessions,
    SuppressedAddress,
    SyncState,
    Tracker,
)
from spec_lookup import Claim, Spec, Verdict

log = structlog.get_logger()

Judge = Callable[[Spec, Claim, tuple[str, ...]], Verdict]
"""From the spec, a claim and the names of people in it, which are not sent outside, to a verdict."""


def built_in(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
    """The judge that asks nobody."""
    del names
    return spec.judge(claim)


def form_first(judge: Judge) -> Judge:
    """A judge that is asked only what the form does not settle: set-ups and plain questions are not sent outside."""

    def judged(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        return spec.by_form(claim) or judge(spec, claim, names)

    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the use cases need, chosen in wiring.py (or by a test)."""

    process: Process
    spec: Callable[[], Spec]
    cases: CaseStore
    outbox: Outbox
    counters: Counters
    mail_state: MailState
    sync_state: SyncState
    sessions: Sessions
    tracker: Tracker
    mailer: Mailer
    files: Files
    links: Links
    render_mail: RenderMail
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    inline: timedelta = timedelta(seconds=8)
    """How long a requester waits for deliveries before the rest is left to the sweep."""
    first_delay: timedelta = FIRST_DELAY
    sync_every: timedelta = timedelta(seconds=55)
    """How long a sync with Mantis has its cursor to itself, and so how often one runs at most."""
    judge: Judge = built_in
    index_cache: issue_index.Cache = field(default_factory=issue_index.Cache)
    """The known issues, as this process read them last."""

    # --- use cases ---------------------------------------------------------------------------

    def take_in(self, request: Request, key: str, arrival: spam_check.Submission | None = None) -> Case:
        """Save a request, have it judged and try to file it at once; returns the case as it then stands.

        `arrival` says how it came through a door that is open to everybody: then a person may have to look at it
        first (desk/spam_check.py). `key` is the form's submit key: one key gives one case, however often (R9).
        Raises TryLater when not even saving is possible: then nothing was taken in.
        """
        quarantine_reasons = spam_check.check(self, request, key, arrival) if arrival else ()
        for _ in range(ATTEMPTS):
            step = steps.take_in(self.new_id(), request, self.clock(), self.process, quarantine_reasons)
            try:
                case_id = self.cases.create(step, key)
            except Stale:
                continue  # the random id is taken: draw another
            return self._delivered(case_id, step.case)
        raise TryLater("Too many requests come in at this moment. Try again in a moment.")

    def _delivered(self, case_id: str, saved: Case) -> Case:
        """Deliver what can be delivered now; once a step is saved, trouble with the rest does not make it a failure."""
        try:
            return self.deliver(case_id)
        except TryLater as error:
            if case_id != saved.id:
                raise
            log.warning("saved_before_delivery", case=case_id, error=str(error))
            return saved

    def act(self, case_id: str, event: Event, seen: int) -> Case:
        """Let `event` happen to a case that its actor saw at version `seen`.

        Raises Unknown, Refused when the rules do not allow it, Stale when another person was faster.
        What a requester does is never stale: it is about what they see, not about what we did. The same once more by
        the same person, to what they saw, is a double click.
        """
        busy = Stale(f"{case_id} is changing too fast to act on. Read it again in a moment.")
        step = self.change(case_id, lambda case: self._decided(case, event, seen), busy=busy)
        if not step.events:
            return step.case
        spam_check.remember_release(self, event, step.case)
        return self._delivered(case_id, step.case)

    @property
    def change(self) -> Change:
        """The one way to change a case: `desk.change(case_id, decide)`."""
        return Change(self.cases, self.process)

    def looked_ahead(self, case_id: str, event: Event, seen: int) -> Case:
        """The case to which `event` may happen; nothing changes. Raises as `act` does."""
        case = self.cases.load(case_id)
        decided = self._decided(case, event, seen)
        if decided:
            steps.advance(case, decided, self.process)
        return case

    def _decided(self, case: Case, event: Event, seen: int) -> Event | None:
        """The event as it may happen to the case; None when it has happened already."""
        if _is_there(event, case.history[seen:] if seen or event.actor == REQUESTER else ()):
            return None
        if isinstance(event, MarkedDuplicate):
            event = self._joining(case, event)
        if event.actor != REQUESTER:
            _refuse_if_moved_on(case, seen)
        return event

    def _joining(self, case: Case, event: MarkedDuplicate) -> MarkedDuplicate:
        """The event with what is known of the other request. Raises Refused when that one can't be followed so."""
        try:
            other = self.cases.load(event.other)
        except Unknown as error:
            raise Refused(f"There is no request {event.other}. Please look its number up.") from error
        return duplicates.joining(case, event, other)

    def deliver(self, case_id: str) -> Case:
        """Try now what is owed because of one case, in order; returns the case as it then stands."""
        dispatcher.deliver(self, case_id)
        return self.cases.load(case_id)

    def sweep(self, limit: int = 100) -> Swept:
        """Say what the clock has to say, and try what is owed and due; items of one case in their order.

        What a sweep costs depends on what is due, not on what exists.
        """
        warned = sum(self._warn(case_id) for case_id in self.cases.alerts_due(self.clock(), limit))
        self.outbox.reread(limit)
        cases = dict.fromkeys(item.case_id for item in self.outbox.due_items(self.clock(), limit))
        swept = Swept(warned=warned, delivered=sign_in.mail_links(self))
        return sum((self._swept(case_id) for case_id in cases), swept)

    def _swept(self, case_id: str) -> Swept:
        """Deliver in line; one poisoned case must not hold up the others, nor stand in front of them for ever."""
        try:
            return dispatcher.deliver(self, case_id, in_line=True)
        except TryLater as error:
            if not isinstance(error, Unreadable):
                raise
            log.warning("sweep_unreadable", case=case_id, error=str(error))
        except Exception:  # whatever it is: it is told each hour
            log.exception("sweep_failed", case=case_id)
        for item in deliverable(self, case_id)[0]:
            self.outbox.reschedule(item, self.clock() + PARKED)
        return Swept()

    def sync(self) -> sync.Synced:
        """Take over what was said in Mantis, and put back what was set there; once a minute, however often called."""
        return sync.sync(self)

    def similar(self, case: Case) -> list[issue_index.SimilarIssue]:
        """The issues in Mantis that are most like a request; it suggests, and a person links."""
        return issue_index.similar(self, case)

    def stuck(self, limit: int = 100) -> list[OutboxItem]:
        """What was tried in vain and will be tried again by itself: what it is for is down or slow (R8)."""
        waiting = self.outbox.due_items(self.clock() + 2 * LONGEST_DELAY, limit)
        return [item for item in waiting if item.tries and not item.last_error.startswith((PUT_OFF, OUT_OF_HOURS))]

    def retry(self, item_id: str, actor: str) -> None:
        """Put an outbox item that was given up back in line. Raises Unknown, or Stale when others are faster."""
        case_id = item_id.partition("#")[0]
        _, waiting = deliverable(self, case_id)

        def decide(case: Case) -> Retried:
            steps.refuse_unread(case)
            item = next((item for item in self.outbox.items_of(case.id) if item.id == item_id), None)
            if item is not None and item.unread:
                raise Refused(f"{item_id} cannot be read by this version of Specdesk: run the newer version again.")
            if item is None or not item.dead_lettered:
                raise Unknown(f"{item_id} is not among the items that were given up. See: specdesk outbox list")
            return Retried(at=self.clock(), actor=actor, what=type(item.intent).__name__)

        busy = Stale(f"{item_id} is changing too fast. Look at the list again in a moment.")
        self.change(case_id, decide, again=item_id, busy=busy)
        for other, _ in waiting:
            self.outbox.reschedule(other, self.clock())

    def mail_failed(self, report: MailReport) -> bool:
        """Take in what the mail service says of a mail; False when that was taken in before.

        A mailbox that mail cannot reach, or whose owner does not want it, gets none until an admin unmarks it.
        """
        case = self._written_down_in(report)
        if case and _is_told(case, report):
            return False
        if report.failure.lasts:
            why = f"Mail to {report.to} {FAILURES[report.failure]}. {report.detail}".strip()
            self.mail_state.suppress(SuppressedAddress(mailbox(report.to), why, self.clock(), case.id if case else ""))
        log.warning("mail_failed", case=case and case.id, to=report.to, failure=report.failure)
        if case is None:
            return True
        event = MailFailed(
            at=self.clock(),
            actor=SPECDESK,
            to=report.to,
            failure=report.failure,
            detail=report.detail,
            report=report.id,
        )
        busy = TryLater(f"{report.item} is changing too fast; the report on its mail is taken in at the next try.")
        step = self.change(case.id, lambda now: None if _is_told(now, report) else event, case=case, busy=busy)
        return bool(step.events)

    def _written_down_in(self, report: MailReport) -> Case | None:
        """The case of a report; None for a sign-in link, or a case that is elsewhere or cannot be read in full."""
        try:
            case = self.cases.load(report.item.partition("#")[0])
        except (Unknown, Unreadable):
            return None
        return None if case.unread else case

    # --- the clock ---------------------------------------------------------------------------

    def _warn(self, case_id: str) -> bool:
        """Say what the clock of a case has to say, if it has; else look again when it will.

        Two sweeps at once say it once: the slower one reads the case again, of which nothing is left to say.
        """
        try:
            step = self.change(case_id, self._alert)
            if not step.events:  # support.yml moved the due time since it was stored, or another sweep has said it
                self.cases.restate(steps.standing(step.case, self.process))
                return False
        except Stale:
            return False
        except TryLater as error:
            if not isinstance(error, Unreadable):
                raise
            log.warning("clock_unreadable", case=case_id, error=str(error))
        except Exception:  # whatever it is: one poisoned case must not hold up the others
            log.exception("clock_failed", case=case_id)
        else:
            return True
        self.cases.defer_alert(case_id, self.clock() + PARKED)
        return False

    def _alert(self, case: Case) -> Event | None:
        steps.refuse_unread(case)
        return sla_alerts.alert(case, self.process, self.clock(), SPECDESK)


def _refuse_if_moved_on(case: Case, seen: int) -> None:
    """Raise Stale when a person has acted since; what the machine recorded meanwhile surprises nobody.

    Who claims to have seen what has not happened has not read the request.
    """
    if not 0 <= seen <= case.version:
        raise Stale("This was not decided on the request as it stands. Read the request again, then decide.")
    for event in case.history[seen:]:
        if event.actor != SPECDESK and not isinstance(event, LinkRequested):
            raise Stale(f"{event.actor} was faster ({type(event).__name__}). Read the request again, then decide.")


def _is_there(event: Event, events: Sequence[Event]) -> bool:
    """Whether the same is among the events: done by the same person, in the same words."""
    return any(_said(one) == _said(event) for one in events if type(one) is type(event))


def _said(event: Event) -> dict[str, Any]:
    """What a person put into an event; of files what they hold, not where they lie."""
    what = {
        part.name: getattr(event, part.name) for part in fields(event) if part.name not in _OURS.get(type(event), _AT)
    }
    if isinstance(event, RequesterReplied):
        what["attachments"] = {file.sha256 for file in event.attachments}
    return what


_AT = ("at",)
_OURS: Mapping[type[Event], Sequence[str]] = {MarkedDuplicate: ("at", "number"), ActivityCompleted: ("at", "mailed")}
"""What we put into an event besides what a person did."""


def _is_told(case: Case, report: MailReport) -> bool:
    """Whether the log of the case holds the report."""
    reports = (event for event in case.history if isinstance(event, MailFailed))
    return any((event.report, event.to) == (report.id, report.to) for event in reports)


__all__ = ["Desk", "Judge", "Swept"]
