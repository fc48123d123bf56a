"""The story, top to bottom: take a request in, deliver what is owed because of it, act on it.

A request is saved before anything else is tried, so the receipt never depends on the judge, Mantis
or mail. What is owed to them stands in the outbox, written in the same transaction as the event
that caused it. It is delivered at once if that is quick, else by the sweep, every minute:

    take_in ─► store.create(Received) ─► receipt is safe
                    │ owed: JudgeRequest
    deliver ─► judge ─► save(Judged) ─► owed: FileIssue, SendNotice ─► Mantis ─► save(Filed)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

import structlog

from intake_fn.core import alarms, escalation, following, mirror
from intake_fn.core.case import (
    UPDATED,
    AddNote,
    AskedForLink,
    Bundled,
    Case,
    CatchUp,
    Category,
    DeliveryFailed,
    Event,
    Filed,
    FileIssue,
    Intent,
    Joined,
    Judged,
    JudgeRequest,
    Linked,
    MailFailed,
    NotKept,
    NotMailed,
    PassOn,
    RelateIssue,
    RequesterReplied,
    Retried,
    SendNotice,
    TellRequest,
    UpdateIssue,
)
from intake_fn.core.errors import Broken, PutOff, Refused, SpecdeskError, Stale, TryLater, Unknown, Unsure
from intake_fn.core.mailing import mailbox, paced
from intake_fn.core.notes import FAILURES, REQUESTER, makes_a_note, note_of
from intake_fn.core.notices import bundle
from intake_fn.core.process import Process
from intake_fn.core.request import Request
from intake_fn.desk import known, sync
from intake_fn.desk.filing import issue_of, note_text, project_of
from intake_fn.desk.post import OUT_OF_HOURS, PUT_OFF, goes_with, mail_of, notice_of
from intake_fn.desk.records import claim_of
from intake_fn.ports import Files, Links, Mail, Mailer, MailReport, Mark, OutboxItem, Store, Tracker
from spec_lookup import Claim, Spec, SpecLookupError, Verdict

MACHINE = "specdesk"
"""The actor of events that no person caused."""

LEASE_SECONDS = 120
"""How long a deliverer has an item to itself; longer than the slowest Mantis answer we wait for."""

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
MAX_TRIES = 200
"""About two days of trying; then the item is given up visibly and waits for `specdesk outbox retry`."""

PARKED = timedelta(hours=1)
"""How long what waits for an item that was given up stays out of the line; `retry` puts it back at once."""

LOOK = "Ask whether it came, or try again to send it once more."

ATTEMPTS = 5
"""How often a use case reads again when somebody else was faster."""

log = structlog.get_logger()

Judge = Callable[[Spec, Claim, tuple[str, ...]], Verdict]
"""From the spec, a claim and the names of people in it, which must not leave the house, to a verdict."""


def built_in(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
    """The judge that asks nobody."""
    del names
    return spec.judge(claim)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers of outbox items, and how often the clock had something to say."""

    delivered: int = 0
    postponed: int = 0
    given_up: int = 0
    warned: int = 0

    def __add__(self, other: Swept) -> Swept:
        """Both together."""
        return Swept(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.given_up + other.given_up,
            self.warned + other.warned,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the use cases need, chosen in wiring.py (or by a test)."""

    process: Process
    spec: Callable[[], Spec]
    store: Store
    tracker: Tracker
    mailer: Mailer
    files: Files
    links: Links
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    inline: timedelta = timedelta(seconds=8)
    """How long a requester waits for deliveries before the rest is left to the sweep."""
    first_delay: timedelta = FIRST_DELAY
    sync_every: timedelta = timedelta(seconds=55)
    """How long a sync with Mantis has its cursor to itself, and so how often one runs at most."""
    judge: Judge = built_in
    remembered: known.Remembered = field(default_factory=known.Remembered)
    """The known issues, as this process read them last."""

    # --- use cases ---------------------------------------------------------------------------

    def take_in(self, request: Request, key: str) -> Case:
        """Save a request, have it judged and try to file it at once; returns the case as it then stands.

        `key` is the submit key of the form: the same key gives the same case, however often (R9).
        Raises TryLater when not even saving is possible: then nothing was taken in.
        """
        for _ in range(ATTEMPTS):
            step = escalation.take_in(self.new_id(), request, self.clock(), self.process)
            try:
                case_id = self.store.create(step, key)
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
        What a requester does is never stale: it is about what they see, not about what we did. The same reply once
        more to what they saw is a double click.
        """
        for _ in range(ATTEMPTS):
            case = self.store.load(case_id)
            if isinstance(event, Joined):
                event = self._joining(case_id, event)
            if isinstance(event, RequesterReplied) and _is_there(event, case.history[seen:]):
                return case
            if event.actor != REQUESTER:
                _refuse_if_moved_on(case, seen)
            step = escalation.advance(case, event, self.process)
            try:
                self.store.save(case.version, step)
            except Stale:
                continue
            return self._delivered(case_id, step.case)
        raise Stale(f"{case_id} is changing too fast to act on. Read it again in a moment.")

    def _joining(self, case_id: str, event: Joined) -> Joined:
        """The event with what is known of the other request. Raises Refused when that one can't be followed."""
        try:
            other = self.store.load(event.other)
        except Unknown as error:
            raise Refused(f"There is no request {event.other}. Please look its number up.") from error
        return following.joining(case_id, event, other)

    def deliver(self, case_id: str) -> Case:
        """Try now what is owed because of one case, in order; returns the case as it then stands."""
        self._deliver(case_id)
        return self.store.load(case_id)

    def sweep(self, limit: int = 100) -> Swept:
        """Say what the clock has to say, and try what is owed and due; items of one case in their order.

        What a sweep costs depends on what is due, not on what exists.
        """
        warned = sum(self._warn(case_id) for case_id in self.store.waking(self.clock(), limit))
        cases = dict.fromkeys(item.case_id for item in self.store.owed(self.clock(), limit))
        return sum((self._deliver(case_id, in_line=True) for case_id in cases), Swept(warned=warned))

    def sync(self) -> sync.Synced:
        """Take over what was said in Mantis, and put back what was set there; once a minute, however often called."""
        return sync.sync(self)

    def similar(self, case: Case) -> list[known.Similar]:
        """The issues in Mantis that are most like a request; it suggests, and a person links."""
        return known.similar(self, case)

    def stuck(self, limit: int = 100) -> list[OutboxItem]:
        """What was tried in vain and will be tried again by itself: what it is for is down or slow (R8)."""
        waiting = self.store.owed(self.clock() + 2 * LONGEST_DELAY, limit)
        return [item for item in waiting if item.tries and not item.last_error.startswith((PUT_OFF, OUT_OF_HOURS))]

    def retry(self, item_id: str, actor: str) -> None:
        """Put an outbox item that was given up back in line. Raises Unknown, or Stale when others are faster."""
        for _ in range(ATTEMPTS):
            case = self.store.load(item_id.partition("#")[0])
            item = next((item for item in self.store.owed_by(case.id) if item.id == item_id and item.failed), None)
            if item is None:
                raise Unknown(f"{item_id} is not among the items that were given up. See: specdesk outbox list")
            _, waiting = self._ready(case.id)
            event = Retried(at=self.clock(), actor=actor, what=type(item.intent).__name__)
            try:
                self.store.save(case.version, escalation.advance(case, event, self.process), again=item_id)
            except Stale:
                continue
            for other, _ in waiting:
                self.store.line_up(other, self.clock())
            return
        raise Stale(f"{item_id} is changing too fast. Look at the list again in a moment.")

    def mail_failed(self, report: MailReport) -> bool:
        """Take in what the mail service says of a mail; False when that was taken in before.

        A mailbox that mail cannot reach, or whose owner does not want it, gets none until an admin unmarks it.
        """
        for _ in range(ATTEMPTS):
            try:
                case = self.store.load(report.item.partition("#")[0])
            except Unknown:
                case = None  # a sign-in link, or a case of another table
            if case and any(_tells(event, report) for event in case.history):
                return False
            if report.failure.lasts:
                why = f"Mail to {report.to} {FAILURES[report.failure]}. {report.detail}".strip()
                self.store.mark(Mark(mailbox(report.to), why, self.clock(), case.id if case else ""))
            log.warning("mail_failed", case=case and case.id, to=report.to, failure=report.failure)
            if case is None:
                return True
            event = MailFailed(
                at=self.clock(),
                actor=MACHINE,
                to=report.to,
                failure=report.failure,
                detail=report.detail,
                report=report.id,
            )
            try:
                self.store.save(case.version, escalation.advance(case, event, self.process))
            except Stale:
                continue
            return True
        raise TryLater(f"{report.item} is changing too fast; the report on its mail is taken in at the next try.")

    # --- the clock ---------------------------------------------------------------------------

    def _warn(self, case_id: str) -> bool:
        """Say what the clock of a case has to say, if it has; else look again when it will.

        Two sweeps at once say it once: the step is saved on the version that was read, so the slower one is stale.
        """
        try:
            case = self.store.load(case_id)
            event = alarms.alarm(case, self.process, self.clock(), MACHINE)
            if event is None:  # support.yml moved the due time since it was stored
                self.store.restate(escalation.standing(case, self.process))
                return False
            self.store.save(case.version, escalation.advance(case, event, self.process))
        except Stale:
            return False
        except TryLater:
            raise
        except Exception:  # whatever it is: one poisoned case must not hold up the others
            log.exception("clock_failed", case=case_id)
            return False
        return True

    # --- deliveries --------------------------------------------------------------------------

    def _deliver(self, case_id: str, *, in_line: bool = False) -> Swept:
        """Attempt the case's items until none is left, none may be tried yet, or the time is up.

        `in_line` says that they stood first in line: those that have to wait for another one leave their places.
        """
        until = self.clock() + self.inline
        seen: set[str] = set()
        sum_ = Swept()
        while self.clock() <= until:
            ready, waiting = self._ready(case_id)
            fresh = [item for item in ready if item.id not in seen]
            if not fresh:
                for item, turn in waiting if in_line else ():
                    self.store.line_up(item, turn)
                break
            item = fresh[0]
            seen.add(item.id)
            sum_ += self._attempt(item)
        return sum_

    def _ready(self, case_id: str) -> tuple[list[OutboxItem], list[tuple[OutboxItem, datetime]]]:
        """Items that may be tried now; and those that could be but for an earlier one, with when that is looked at.

        What goes one way goes in order: an earlier one holds up the later. One that was given up does so only where
        the later ones make no sense without it.
        """
        now = self.clock()
        ready: list[OutboxItem] = []
        waiting: list[tuple[OutboxItem, datetime]] = []
        held_up: dict[str, datetime] = {}
        for item in self.store.owed_by(case_id):
            way = _way(item.intent)
            if item.failed or item.not_before > now:
                pass
            elif way not in held_up:
                ready.append(item)
            elif held_up[way] > now:
                waiting.append((item, held_up[way]))
            if way and not (item.failed and not isinstance(item.intent, FileIssue | PassOn)):
                held_up.setdefault(way, now + PARKED if item.failed else item.not_before)
        return ready, waiting

    def _attempt(self, item: OutboxItem) -> Swept:
        """One try at one item, under a lease; whatever goes wrong is written down with the item."""
        if not self.store.lease(item, self.clock(), LEASE_SECONDS):
            return Swept()
        if item.begun and isinstance(item.intent, SendNotice):
            return self._give_up(item, Unsure(f"It may have been sent or not: the work was cut off. {LOOK}"))
        try:
            self._carry_out(item)
        except Stale:
            return Swept()  # somebody else has done it, or will: the item is still there if it is owed
        except (Refused, Unsure) as error:
            return self._give_up(item, error)
        except Exception as error:  # whatever it is: one poisoned item must not hold up the others
            if not isinstance(error, SpecdeskError | SpecLookupError):
                log.exception("delivery_failed_unexpectedly", item=item.id)
            return self._postpone(item, error)
        return Swept(delivered=1)

    def _carry_out(self, item: OutboxItem) -> None:
        case = self.store.load(item.case_id)
        match item.intent:
            case JudgeRequest():
                self._record(item, case, self._judge(case))
            case FileIssue():
                late = bool(item.begun or item.tries or item.last_error)
                self._record(item, case, replace(self._file(case), late=late))
            case UpdateIssue():
                self._update(item, case)
            case AddNote() | CatchUp() | RelateIssue():
                self._say(item, case, item.intent)
            case TellRequest(other):
                self._tell(item.case_id, other)
                self.store.finish(item)
            case PassOn():
                self._pass_on(item, case, item.intent)
                self.store.finish(item)
            case SendNotice():
                self._mail(item, case)

    def _say(self, item: OutboxItem, case: Case, intent: AddNote | CatchUp | RelateIssue) -> None:
        """Write it, if the issue is there; if it is not, all is owed anew once there is one again."""
        try:
            if not case.gone:
                self._write(case, intent)
        except Unknown:
            if not sync.follow(self, case.id).gone:
                raise
        self.store.finish(item)

    def _write(self, case: Case, intent: AddNote | CatchUp | RelateIssue) -> None:
        """Say it in Mantis, unless it stands there; a link only if no person has said otherwise since."""
        number = _number(case)
        match intent:
            case AddNote(text, about):
                said = note_text(case, about, text, self.links)
                self.tracker.note(number, said, mirror.note_marker(case, about))
            case RelateIssue(other, relation) if case.links.get(other) is relation:
                self.tracker.relate(number, other, relation)
            case CatchUp():
                for version, event in enumerate(case.history, 1):
                    if makes_a_note(event):
                        self._write(case, AddNote(note_of(event, self.process), version))
                linked = dict.fromkeys(event.number for event in case.history if isinstance(event, Linked))
                for other in linked:
                    self._write(case, RelateIssue(other, case.links.get(other)))

    def _tell(self, case_id: str, other_id: str) -> None:
        """Have the other request know whether this one follows it, as both stand."""
        for _ in range(ATTEMPTS):
            other = self.store.load(other_id)
            event = following.settled(self.store.load(case_id), other, self.clock(), MACHINE)
            try:
                if event:
                    self.store.save(other.version, escalation.advance(other, event, self.process))
            except Stale:
                continue
            return
        raise TryLater(f"{other_id} is changing too fast to be told of {case_id}. It is tried again.")

    def _pass_on(self, item: OutboxItem, case: Case, news: PassOn) -> None:
        """Have all followers hear of it; one that cannot does not keep the others from it. Raises what the first met.

        What a follower owes because of it stands in its own outbox, for the next sweep.
        """
        errors = []
        for follower in news.others:
            try:
                self._let_hear(follower, item, case, news)
            except SpecdeskError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _let_hear(self, case_id: str, item: OutboxItem, lead: Case, news: PassOn) -> None:
        """Its log says what it has heard, so that it is once however often this runs."""
        for _ in range(ATTEMPTS):
            follower = self.store.load(case_id)
            event = following.heard(follower, news, item.id, lead, self.clock(), MACHINE)
            try:
                if event:
                    self.store.save(follower.version, escalation.advance(follower, event, self.process))
            except Stale:
                continue
            return
        raise TryLater(f"{case_id} is changing too fast to hear of {item.case_id}. It is tried again.")

    def _mail(self, item: OutboxItem, case: Case) -> None:
        """Send a notice, and with it those that were put off for the same person. Raises PutOff."""
        notice = notice_of(item, case, self.process)
        if notice is None:
            log.info("notice_outlived", item=item.id)
            self.store.finish(item)
            return
        mark = self.store.mark_of(mailbox(notice.to))
        if mark:
            event = NotMailed(at=self.clock(), actor=MACHINE, to=notice.to, notice=notice.notice, why=mark.why)
            self._record(item, case, event)
            return
        until = alarms.held_until(notice, case, self.process, self.clock())
        if until:
            raise PutOff(OUT_OF_HOURS, until)
        self._pace(item, notice)
        notices, others = [notice], []
        try:
            if item.last_error.startswith(PUT_OFF):
                for other, asked in self._put_off_with(item, notice, case):
                    notices.append(asked)
                    others.append(other)
            said = bundle(notices, case, self.process) if others else notice
            mail = mail_of(said, item.id, case, self.process, self.links)
        except Exception:
            self._release(others)
            raise
        self._send(mail, others)
        try:
            if others:
                names = tuple(one.notice for one in notices)
                self._record(item, case, Bundled(at=self.clock(), actor=MACHINE, to=notice.to, notices=names))
            for one in (item, *others):
                self.store.finish(one)
        except Exception as error:
            raise Unsure(f"It was sent, which could not be written down. {LOOK}") from error

    def _pace(self, item: OutboxItem, notice: SendNotice) -> None:
        """Take a place among the mails of this hour. Raises PutOff when there is none (core/mailing.py)."""
        to, most = mailbox(notice.to), self.process.mail.per_hour
        for _ in range(ATTEMPTS):
            before = self.store.pace(item.case_id, to)
            after, until = paced(before, item.id, self.clock(), most, waited=item.last_error.startswith(PUT_OFF))
            if after != before and not self.store.keep_pace(item.case_id, to, before, after):
                continue
            if until:
                why = f"{notice.to} has had {most} mails about {item.case_id} within an hour; the rest goes as one."
                raise PutOff(f"{PUT_OFF}{why}", until)
            return
        raise TryLater(f"Too many mails about {item.case_id} go at once. It is tried again.")

    def _put_off_with(
        self, item: OutboxItem, notice: SendNotice, case: Case
    ) -> Iterator[tuple[OutboxItem, SendNotice]]:
        """Other notices that were put off, go to the same person and may go by now, each under a lease."""
        for other in self._ready(case.id)[0]:
            if other.id == item.id or other.begun or not other.last_error.startswith(PUT_OFF):
                continue
            asked = notice_of(other, case, self.process)
            if asked and goes_with(notice, asked) and self.store.lease(other, self.clock(), LEASE_SECONDS):
                yield other, asked

    def _release(self, items: Sequence[OutboxItem]) -> None:
        """Nothing was done about them: they are as they were."""
        for item in items:
            self.store.postpone(item, self.clock(), item.last_error)

    def _send(self, mail: Mail, others: Sequence[OutboxItem]) -> None:
        """Send a mail once. SES can't be asked what it has sent, so what may have been sent is not sent again (R29).

        Then the leases of the `others` in it just end, and they are given up as cut off (`_attempt`).
        """
        try:
            self.mailer.send(mail)
        except (TryLater, Refused, Broken):  # it was not sent
            self._release(others)
            raise
        except Exception as error:
            raise Unsure(f"It may have been sent or not: {error} {LOOK}") from error

    def _record(self, item: OutboxItem, case: Case, event: Event) -> None:
        """Append what a delivery brought about and take the item out of the outbox, in one transaction."""
        for _ in range(ATTEMPTS):
            try:
                self.store.save(case.version, escalation.advance(case, event, self.process), item.id)
            except Stale:
                case = self.store.load(item.case_id)
                if all(owed.id != item.id for owed in self.store.owed_by(item.case_id)):
                    raise
                continue
            return
        raise TryLater(f"{case.id} is changing too fast; the result of {item.id} is recorded at the next try.")

    def _judge(self, case: Case) -> Judged:
        with structlog.contextvars.bound_contextvars(case=case.id):
            verdict = self.judge(self.spec(), claim_of(case.request), (case.request.requester.name,))
        return Judged(at=self.clock(), actor=MACHINE, category=Category(verdict.category), verdict=verdict.to_plain())

    def _file(self, case: Case) -> Filed:
        placed = self.tracker.file(issue_of(case, self.process, self.links))
        limit = self.process.mantis.max_file_mb * 2**20
        refused = [  # the signed link of each file stands in the issue all the same
            f"file {file.name}"
            for file in case.request.attachments
            if file.size <= limit and not self.tracker.attach(placed.number, file.name, self.files.get(file.key))
        ]
        dropped = (*placed.dropped, *refused)
        if dropped:
            log.warning("mantis_dropped_fields", case=case.id, issue=placed.number, fields=dropped)
        return Filed(
            at=self.clock(),
            actor=MACHINE,
            number=placed.number,
            project=project_of(case, self.process),
            url=placed.url,
            dropped=dropped,
        )

    def _update(self, item: OutboxItem, case: Case) -> None:
        """Bring the issue in line. What was said there first is taken over first: our status must not cover it."""
        _number(case)
        case = sync.follow(self, item.case_id)
        if case.gone:
            self.store.finish(item)
            return
        dropped = self.tracker.update(_number(case), **mirror.shown(case, self.process))
        if dropped != tuple(name for name in case.unkept if name in UPDATED):
            log.warning("mantis_dropped_fields", case=case.id, issue=case.issue, fields=dropped)
            self._record(item, case, NotKept(at=self.clock(), actor=MACHINE, dropped=dropped))
        else:
            self.store.finish(item)

    def _postpone(self, item: OutboxItem, error: Exception) -> Swept:
        if item.tries + 1 >= MAX_TRIES:
            return self._give_up(item, error)
        until = error.until if isinstance(error, PutOff) else self.clock() + _delay(item, self.first_delay)
        log.warning("delivery_postponed", item=item.id, until=until.isoformat(), error=str(error))
        self.store.postpone(item, until, str(error))
        return Swept(postponed=1)

    def _give_up(self, item: OutboxItem, error: Exception) -> Swept:
        """Stop trying, visibly: the case shows it, the item waits for `specdesk outbox retry`. Both or nothing."""
        log.error("delivery_given_up", item=item.id, error=str(error))
        given_up = replace(item, last_error=str(error))
        for _ in range(ATTEMPTS):
            case = self.store.load(item.case_id)
            event = DeliveryFailed(at=self.clock(), actor=MACHINE, what=type(item.intent).__name__, error=str(error))
            try:
                self.store.save(case.version, escalation.advance(case, event, self.process), given_up=given_up)
            except Stale:
                continue
            return Swept(given_up=1)
        return Swept()  # somebody else has tried it since, or will when the lease is over


def _refuse_if_moved_on(case: Case, seen: int) -> None:
    """Raise Stale when a person has acted since; what the machine recorded meanwhile surprises nobody."""
    for event in case.history[seen:]:
        if event.actor != MACHINE and not isinstance(event, AskedForLink):
            raise Stale(f"{event.actor} was faster ({type(event).__name__}). Read the request again, then decide.")


def _is_there(reply: RequesterReplied, events: Sequence[Event]) -> bool:
    """Whether the same reply is among the events: its words and its files."""
    replies = (event for event in events if isinstance(event, RequesterReplied))
    return any((one.text, _hashes(one)) == (reply.text, _hashes(reply)) for one in replies)


def _hashes(reply: RequesterReplied) -> set[str]:
    return {file.sha256 for file in reply.attachments}


def _tells(event: Event, report: MailReport) -> bool:
    """Whether an event tells of that report."""
    return isinstance(event, MailFailed) and (event.report, event.to) == (report.id, report.to)


def _way(intent: Intent) -> str:
    """Where an intent goes that must not overtake an earlier one: Mantis, or other requests; "" for all else."""
    match intent:
        case TellRequest(other):
            return other
        case PassOn():
            return "followers"
        case FileIssue() | UpdateIssue() | AddNote() | CatchUp() | RelateIssue():
            return "Mantis"
        case _:
            return ""


def _number(case: Case) -> int:
    if case.issue is None:
        raise TryLater(f"{case.id} is not in Mantis yet.")
    return case.issue


def _delay(item: OutboxItem, first: timedelta) -> timedelta:
    """Exponential back-off; the jitter comes from the item's id, so that equal input gives equal times."""
    doubled = first * float(2 ** min(item.tries, 16))
    jitter = crc32(f"{item.id}/{item.tries}".encode()) % 1000 / 1000
    return min(doubled, LONGEST_DELAY) * (0.75 + jitter / 2)


__all__ = ["Desk", "Judge", "Swept"]
