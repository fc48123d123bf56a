"""The desk: a request is taken in, its intents are delivered, people and clocks act on it.

A request is saved before anybody outside is asked, so the receipt never depends on a language model, Mantis or mail.
The intents for them are in the outbox, written in the same transaction as the event that caused them. They are
delivered once the requester has the receipt, by whoever `dispatch` gives them to, else by the sweep, every minute:

    take_in ─► judge ─► cases.create(Received, Judged) ─► receipt is safe ─► dispatch.soon
                            │ intents: FileIssue, SendNotice
    deliver ─► Mantis ─► save(Filed) ─► mail

A judge that asks others, or fails, is left behind the receipt, too: then the intent is JudgeRequest, and its event is
saved with the intents of the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.core import steps
from intake_fn.core.case import Case, Step
from intake_fn.core.errors import SpecdeskError, Stale, TryLater, Unreadable
from intake_fn.core.events import Event
from intake_fn.core.inbound.mail import InboundMail
from intake_fn.core.intents import Intent, JudgeRequest, SendNotice
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.notices import RenderMail
from intake_fn.core.process import Process
from intake_fn.core.request import Request
from intake_fn.core.spec_versions import RuleChange
from intake_fn.desk import (
    actions,
    alerts,
    dispatcher,
    find,
    invitations,
    issue_links,
    outbox,
    published,
    sign_in,
    spam_check,
    spec_versions,
    suppression_list,
    sync,
    versions,
)
from intake_fn.desk.case_cache import CachedCases, CachedOutbox, Known, known_after
from intake_fn.desk.change import ATTEMPTS, Change
from intake_fn.desk.issue_index import Cache, IssueIndex, SimilarIssue
from intake_fn.desk.judging import Judge, MayAct, anyone, built_in, form_first, judged, where_recorded
from intake_fn.desk.needs import Versions
from intake_fn.desk.outbox import FIRST_DELAY, PARKED, Swept, deliverable, error_text
from intake_fn.desk.spec_versions import spec_for
from intake_fn.ports import (
    CaseStore,
    ClauseAnswers,
    Counters,
    Dispatch,
    Figures,
    Files,
    InboundMails,
    Links,
    Mailer,
    MailReport,
    MailState,
    Meetings,
    Outbox,
    OutboxItem,
    Presence,
    RetentionLists,
    SearchIndex,
    Sessions,
    SyncState,
    Tracker,
    Views,
)
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from spec_lookup import Spec


MAILS_AMONG = 20
"""Among so many portions mails are looked for, where Mantis was asked in vain: what waits for it may fill the first."""


def always() -> bool:
    """Yes."""
    return True


def forever() -> float:
    """The seconds of a run that has no end."""
    return math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the use cases need, chosen in wiring.py (or by a test)."""

    process: Process
    spec: Callable[[], Spec]
    cases: CaseStore
    figures: Figures
    outbox: Outbox
    counters: Counters
    mail_state: MailState
    sync_state: SyncState
    sessions: Sessions
    meetings: Meetings
    clause_answers: ClauseAnswers
    search_index: SearchIndex
    views: Views
    presence: Presence
    retention_lists: RetentionLists
    tracker: Tracker
    mailer: Mailer
    files: Files
    links: Links
    render_mail: RenderMail
    inbound: InboundMails
    read_mail: Callable[[bytes], InboundMail]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    dispatch: Dispatch | None = None
    """Who delivers what a new request brings about, after the answer; None delivers before it."""
    judges_at_once: Callable[[], bool] = always
    """Whether a verdict is there soon; where not, and something delivers after the answer, it comes with the rest."""
    inline: timedelta = timedelta(seconds=8)
    """How long somebody waits for deliveries before the rest is left to the sweep."""
    seconds_left: Callable[[], float] = forever
    """For how long Mantis and mail may still be asked in this run."""
    deliverers: int = 1
    """Cases that the sweep delivers at once."""
    first_delay: timedelta = FIRST_DELAY
    sync_every: timedelta = timedelta(seconds=55)
    """How long a sync with Mantis has its cursor to itself, and so how often one runs at most."""
    judge: Judge = built_in
    spec_versions: Versions = field(default_factory=dict)
    """The specs of released versions of the product, the earliest first."""
    shadow: Judge | None = None
    """The judge that speaks beside that one without acting (core/process.py, JudgePolicy)."""
    may_act: MayAct = anyone
    """Whether a language model's verdicts may decide."""
    index_cache: Cache = field(default_factory=Cache)
    """The issue index, as this process read it last."""

    looked: published.Looked = field(default_factory=published.Looked)
    """What this process held against the published spec, and when."""

    @property
    def change(self) -> Change:
        """The one way to change a case: `desk.change(case_id, decide)`."""
        return Change(self.cases, self.process)

    @property
    def issue_index(self) -> IssueIndex:
        """The issues that may be similar to a request."""
        return IssueIndex(self.files, self.cases, self.tracker, self.spec, self.clock, self.index_cache)

    # --- requests ----------------------------------------------------------------------------

    def take_in(self, request: Request, key: str, submission: spam_check.Submission | None = None) -> Case:
        """Save a request with its verdict; returns the case as it then stands.

        It is filed after that, by `dispatch`; without one, before this returns if that is quick.

        `submission` says how it was sent by a form that is open to everybody: then it may be quarantined
        (desk/spam_check.py). `key` is the form's submit key: one key gives one case, however often (R9).
        Raises TryLater when not even saving is possible: then nothing was taken in.
        """
        checked = spam_check.Checked(())
        if submission:
            limits = self.process.intake.quarantine
            checked = spam_check.check(self.counters, limits, self.clock(), request, key, submission)
        for _ in range(ATTEMPTS):
            step = steps.take_in(self.new_id(), request, self.clock(), self.process, checked.reasons)
            if not checked.again:  # where a judge ended the process, the form comes again, and has to be saved
                step = self._judged(step)
            try:
                case_id = self.cases.create(step, key)
            except Stale:
                continue  # the random id is taken: draw another
            known = known_after(step) if case_id == step.case.id else None
            if self.dispatch is None:
                return self._delivered(case_id, step, known)
            return self._dispatched(self.dispatch, step, known) if known else self.cases.load(case_id)
        raise TryLater("Too many requests arrive at the moment. Try again in a moment.")

    def _judged(self, received: Step) -> Step:
        """The step with the verdict, where the judge asks nobody: a save less. What fails is tried from the outbox."""
        waits = self.dispatch is not None and not self.judges_at_once()
        if waits or self.judge is not built_in or JudgeRequest() not in received.intents:
            return received
        case = received.case
        try:
            event = judged(case, self.judge, spec_for(self, case.request), self.process, self.clock, self.may_act)
            return steps.followed(received, JudgeRequest(), steps.advance(case, event, self.process))
        except Exception as error:  # whatever it is: the receipt does not depend on the judge
            if not isinstance(error, SpecdeskError | SpecLookupError):
                log.exception("judge_failed_unexpectedly", case=case.id)
            log.warning("judged_later", case=case.id, error=error_text(error))
            return received

    def _dispatched(self, dispatch: Dispatch, saved: Step, known: Known) -> Case:
        """The case as it stands for the receipt: only a verdict by others is waited for, all else is delivered later.

        Where the built-in judge has not spoken before, it had a reason not to (`_judged`).
        """
        case = saved.case
        if JudgeRequest() in saved.intents and self.judge is not built_in and self.judges_at_once():
            with suppress(TryLater):
                desk = self._caching(known)
                dispatcher.deliver(desk, case.id, only=JudgeRequest)
                case = desk.cases.load(case.id)
        dispatch.soon(case.id)
        return case

    def act(self, case_id: str, event: Event, seen: int, may: Callable[[Case], None] = actions.permitted) -> Case:
        """Let `event` happen to a case that its actor saw at version `seen`.

        Raises Unknown, Refused when the rules do not allow it, Stale when another person has changed it since.
        What a requester does is never stale: it is about what they see, not about what we did. The same once more by
        the same person, to what they saw, is a double click. `may` raises where it may not happen to the case as it
        stands when it is saved.
        """
        busy = Stale(f"{case_id} is being changed by somebody else. Open it again in a moment.")
        step = self.change(
            case_id, lambda case: actions.decided(self.cases, self.process, case, event, seen, may), busy=busy
        )
        if not step.events:
            return step.case
        spam_check.remember_release(self.counters, event, step.case, self.clock())
        return self._delivered(case_id, step, Known(case_id, step.case))

    def looked_ahead(self, case_id: str, event: Event, seen: int) -> Case:
        """The case to which `event` may happen; nothing changes. Raises as `act` does."""
        case = self.cases.load(case_id)
        decided = actions.decided(self.cases, self.process, case, event, seen)
        if decided:
            steps.advance(case, decided, self.process)
        return case

    def similar(self, case: Case) -> list[SimilarIssue]:
        """The issues in Mantis that are most similar to a request; it suggests, and a person links."""
        return self.issue_index.similar(case)

    def spec_shown(self, case: Case) -> Spec:
        """The spec whose clauses the pages of a request show: the one that its verdict went by, or today's."""
        return spec_versions.spec_shown(self, case)

    def judged_by_version(self, case: Case) -> str:
        """The version by whose spec the verdict was given; "" for today's (desk/spec_versions.py)."""
        return spec_versions.judged_by_version(self, case)

    def rule_changes(self, case: Case) -> tuple[RuleChange, ...]:
        """The clauses of a request that read otherwise today than in the version that it was judged by."""
        return spec_versions.changed_since(self, case)

    def versions_for(self, case: Case) -> list[str]:
        """The versions that a request may be resolved in, as they were read last (desk/versions.py)."""
        return versions.offered(self, case)

    def refuse_unknown_version(self, case: Case, event: Event) -> None:
        """Raise Refused where a resolution names a version that Mantis does not have."""
        versions.refuse_unknown(self, case, event)

    def refuse_unknown_issue(self, case: Case, event: Event) -> None:
        """Raise Refused where a link names an issue that Mantis does not have."""
        issue_links.refuse_unknown(self, case, event)

    def refuse_unreached(self, event: Event) -> None:
        """Raise Refused where somebody is to become the requester whom no mail reaches."""
        suppression_list.refuse_unreached(self, event)

    # --- deliveries --------------------------------------------------------------------------

    def deliver(self, case_id: str, known: Known | None = None) -> Case:
        """Attempt now what is due of one case, in order; returns the case as it then stands."""
        desk = self._caching(known or Known(case_id))
        dispatcher.deliver(desk, case_id)
        return desk.cases.load(case_id)

    def _delivered(self, case_id: str, saved: Step, known: Known | None) -> Case:
        """Deliver what can be delivered now; once a step is saved, trouble with the rest does not make it a failure."""
        try:
            return self.deliver(case_id, known)
        except TryLater as error:
            if case_id != saved.case.id:
                raise
            log.warning("saved_before_delivery", case=case_id, error=str(error))
            return saved.case

    def _caching(self, known: Known) -> Desk:
        """The desk with a cache of one case (desk/case_cache.py)."""
        cases: Any = CachedCases(self.cases, known)
        queued: Any = CachedOutbox(self.outbox, known)
        return replace(self, cases=cases, outbox=queued)

    def sweep(self, limit: int = 100) -> Swept:
        """Raise the SLA alerts and attempt the items that are due; items of one case in their order.

        What a sweep costs depends on what is due, not on what exists. Items are taken up `limit` at a time, while there
        is time.
        """
        raised = alerts.raise_alerts(self, limit)
        published.note(self, self.spec, self.looked)
        self.outbox.reread(limit)
        swept = raised + Swept(delivered=sign_in.mail_links(self))
        find.post_pending(self)
        taken_up: set[str] = set()
        mails_first = False
        while dispatcher.has_time(self):
            items = self.outbox.due_items(self.clock(), limit)
            case_ids = [case_id for case_id in dict.fromkeys(item.case_id for item in items) if case_id not in taken_up]
            if not mails_first and any(item.tries and outbox.is_for_mantis(item.intent) for item in items):
                # It may hang, and leave no time for mails, which do not need it.
                mails_first = True
                due = items if len(items) < limit else self.outbox.due_items(self.clock(), limit * MAILS_AMONG)
                mails = dict.fromkeys(item.case_id for item in due if isinstance(item.intent, SendNotice))
                swept = sum(self._each_swept([*mails], SendNotice), swept)
            swept = sum(self._each_swept(case_ids), swept)
            taken_up.update(case_ids)
            if len(items) < limit or not case_ids:
                break
        return swept

    def _each_swept(self, case_ids: Sequence[str], only: type[Intent] | None = None) -> list[Swept]:
        """Deliver what is due of some cases, as many at once as there are deliverers. Raises TryLater."""
        if self.deliverers == 1:
            return [self._swept(case_id, only) for case_id in case_ids]
        pool = ThreadPoolExecutor(self.deliverers)
        try:
            begun = [pool.submit(copy_context().run, self._swept, case_id, only) for case_id in case_ids]
            return [each.result() for each in begun]
        finally:
            pool.shutdown(cancel_futures=True)

    def invite(self) -> int:
        """Mail the Board's invitation where it is pending; how many mails. A part of the sweep by itself."""
        return invitations.mail_invitation(self)

    def _swept(self, case_id: str, only: type[Intent] | None) -> Swept:
        """Deliver what is due of one case; a poisoned one must not block the others, nor come up first for ever."""
        try:
            return dispatcher.deliver(self._caching(Known(case_id)), case_id, reschedule=only is None, only=only)
        except TryLater as error:
            if not isinstance(error, Unreadable):
                raise
            log.warning("sweep_unreadable", case=case_id, error=str(error))
        except Exception:  # whatever it is: it is logged each hour
            log.exception("sweep_failed", case=case_id)
        for item in deliverable(self.outbox.items_of(case_id), self.clock())[0]:
            self.outbox.reschedule(item, self.clock() + PARKED)
        return Swept()

    def stuck(self, limit: int = 100) -> list[OutboxItem]:
        """Items that were attempted in vain and will be again by themselves: what they are for is down or slow (R8)."""
        return outbox.stuck(self.outbox, self.clock(), limit)

    def retry(self, item_id: str, actor: str) -> None:
        """Make a dead letter due again. Raises Unknown, Refused, Unreadable, or Stale when others are faster."""
        outbox.retry(self, item_id, actor)

    def retry_now(self, item_id: str, actor: str) -> None:
        """Make a dead letter due again, and attempt it at once. Raises as `retry` does, and TryLater."""
        self.retry(item_id, actor)
        self.deliver(item_id.partition("#")[0])

    def mail_failed(self, report: MailReport) -> bool:
        """Take in what the mail service reports of a mail (desk/suppression_list.py); False when it was before."""
        return suppression_list.take_in_report(self, report)

    def sync(self) -> sync.Synced:
        """Sync with Mantis; once a minute, however often called."""
        return sync.sync(self)


__all__ = ["Desk", "Judge", "Swept", "built_in", "form_first", "where_recorded"]
