"""The outside world, in memory: one fake for every port, with the behaviour of the real adapter.

They keep state instead of expecting calls, and tests/adapters holds each fake and its real twin to
the same test class. Every fake can be `down`: then it raises TryLater, as the real one would.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

from intake_fn.adapters.signed_links import LinkAddresses
from intake_fn.core.answered import Answered
from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.change_events import BoardDecided
from intake_fn.core.changes.invitations import Invitation
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import Expired, Refused, Stale, TryLater, Undeliverable, Unknown
from intake_fn.core.events import Filed, Received
from intake_fn.core.figures import Entry, Figure, counters, entries
from intake_fn.core.figures.records import SentMail, of_answer, of_incoming, of_mail
from intake_fn.core.find import is_searched, words_of
from intake_fn.core.inbound.record import ENDS, MailDecision, MailLedger, MailOutcome, MailRecord
from intake_fn.core.intents import UnknownIntent, ready_at
from intake_fn.core.mail_settings import MailSettings
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.mail_throttle import mailbox as mailbox_of
from intake_fn.core.mantis_intake import FoundIssue
from intake_fn.core.queue.views import View, key_of
from intake_fn.core.reconciliation import IssueState, MantisNote
from intake_fn.core.release_notes import FixedIssue
from intake_fn.core.request import Priority
from intake_fn.core.request_id import typed
from intake_fn.core.requester_events import CopyAdded
from intake_fn.core.retention import RetentionState, Rule, rests_since, rule_of
from intake_fn.core.steps import apply, fold
from intake_fn.core.stored import event_to_plain, intent_to_plain, read_event
from intake_fn.core.vocabulary import Filing, Postponed, Relation, Status
from intake_fn.ports import (
    LEEWAY,
    NOTHING_DECIDED,
    Aged,
    Came,
    CaseStore,
    Change,
    ClauseAnswers,
    Counters,
    Decided,
    EntryPage,
    ErasureRecord,
    Figures,
    InboundMails,
    Issue,
    Ledger,
    Mail,
    MailPage,
    MailState,
    Meetings,
    Outbox,
    OutboxItem,
    Pending,
    Placed,
    Posting,
    Presence,
    Purpose,
    Recipient,
    RetentionLists,
    SearchIndex,
    Session,
    Sessions,
    SignInAsked,
    SuppressedAddress,
    SyncCursor,
    SyncState,
    Unbalanced,
    Upload,
    Views,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from intake_fn.core.events import Event
    from intake_fn.core.request import Attachment

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Monday 23 November 2026, 10:00 in New York: every office but Hong Kong's is open."""

LEVELS = range(5)
"""The levels of the example process."""

LARGEST = 390_000
"""Bytes that one event or outbox item may take, as in adapters/dynamodb/values.py."""


@dataclass
class Clock:
    """A clock that stands still until it is set: `clock()` is its time, `clock.at = ...` sets it."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        """Now, an aware UTC instant."""
        return self.at

    def advance(self, **span: float) -> None:
        """Let time pass: `clock.advance(minutes=5)`."""
        self.at += timedelta(**span)


@dataclass
class Ids:
    """Request ids in order: HD-0000-0001, HD-0000-0002, ..."""

    numbers: count[int] = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        """The next id."""
        return f"HD-0000-{next(self.numbers):04}"


# --- Store -----------------------------------------------------------------------------------


class Store(
    CaseStore,
    Figures,
    Outbox,
    Counters,
    MailState,
    SyncState,
    Sessions,
    Meetings,
    ClauseAnswers,
    Presence,
    SearchIndex,
    Views,
    InboundMails,
    RetentionLists,
    Protocol,
):
    """All ports that stand in one table."""


def ports_of(store: Any) -> dict[str, Any]:
    """The fields of a Desk that one store fills: `replace(desk, **ports_of(store))`."""
    ports = "cases figures outbox counters mail_state sync_state sessions meetings clause_answers presence search_index"
    return dict.fromkeys((*ports.split(), "views", "inbound", "retention_lists"), store)


class MemoryStore:
    """All ports of the table. Events and intents pass through JSON, as they do on their way to DynamoDB."""

    def __init__(self, levels: Collection[int] = LEVELS) -> None:
        self.down = False
        self.zone = "America/New_York"
        self._levels = levels
        self._lock = threading.RLock()
        self._logs: dict[str, list[str]] = {}
        self._cases: dict[str, Case] = {}
        self._places: dict[str, str] = {}
        self._clocks: dict[str, tuple[datetime | None, datetime | None]] = {}
        self._keys: dict[str, str] = {}
        self._issues: dict[int, str] = {}
        self._views: dict[tuple[str, str], View] = {}
        self._words: dict[str, set[str]] = {}
        self._pending: dict[str, Pending] = {}
        self._outbox: dict[str, OutboxItem] = {}
        self._of_case: dict[str, list[str]] = {}
        self._leases: dict[str, datetime] = {}
        self._turns: dict[str, datetime] = {}
        self._counted: Counter[str] = Counter()
        self._looking: dict[tuple[str, str], datetime] = {}
        self._used: set[str] = set()
        self._sync: SyncCursor | None = None
        self._throttles: dict[tuple[str, str], MailThrottle] = {}
        self._suppressed: dict[str, SuppressedAddress] = {}
        self._settings: dict[str, MailSettings] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        self._asked: dict[str, SignInAsked] = {}
        self._invitation: Invitation | None = None
        self._answers: dict[str, Answered] = {}
        self._mails: dict[str, MailRecord] = {}
        self._decided: dict[str, MailDecision] = {}
        self._messages: dict[str, str] = {}
        self._sent_mails: list[SentMail] = []
        self.erased_people: list[ErasureRecord] = []
        self.retention = RetentionState()

    def create(self, step: Step, key: str) -> str:
        """Save a new case unless `key` has made one before. Raises Stale when the id is taken."""
        with self._up():
            if not 0 < len(key) <= 200:
                raise Refused("A submit key has 1 to 200 characters. Open the form again.")
            if key in self._keys:
                return self._keys[key]
            for event in step.events:
                if isinstance(event, Filed) and event.number in self._issues:
                    return self._issues[event.number]
            if step.case.id in self._cases:
                raise Stale(f"The id {step.case.id} is taken.")
            self._append(step, step.case)
            self._keys[key] = step.case.id
            return step.case.id

    def save(
        self, before: int, step: Step, done: str = "", again: str = "", dead_letter: OutboxItem | None = None
    ) -> None:
        """Append a step and move an item with it. Raises Stale when the case or the item has moved on."""
        with self._up():
            here = self._cases.get(step.case.id)
            if here is None or here.version != before:
                raise Stale(f"{step.case.id} is no longer at version {before}.")
            if (done and done not in self._outbox) or (
                again and not getattr(self._outbox.get(again), "dead_lettered", False)
            ):
                raise Stale(f"{done}{again} is no longer in the outbox.")
            if dead_letter and not self._untried(dead_letter):
                raise Stale(f"{dead_letter.id} was tried since.")
            self._append(step, reduce(apply, step.events, here))
            self._outbox.pop(done, None)
            if dead_letter:
                self._count(
                    dead_letter, step.case.changed_at, dead_letter.last_error, Postponed.FAILED, dead_lettered=True
                )
            if again:
                now = step.case.changed_at
                self._leases.pop(again, None)
                self._outbox[again] = replace(self._outbox[again], tries=0, next_attempt=now, dead_lettered=False)

    def restate(self, step: Step) -> None:
        """Write the state anew as the fold has it. Raises Stale when the log has moved on."""
        with self._up():
            if len(self._logs.get(step.case.id, ())) != step.case.version:
                raise Stale(f"{step.case.id} has moved on.")
            self._cases[step.case.id] = step.case
            self._clocks[step.case.id] = (step.due, step.next_alert)

    def alerts_due(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """Cases whose clock has something to say."""
        with self._up():
            found = [
                (next_alert, case_id)
                for case_id, (_, next_alert) in self._clocks.items()
                if next_alert and next_alert <= now
            ]
            return [case_id for _, case_id in sorted(found)[:limit]]

    def defer_alert(self, case_id: str, until: datetime) -> None:
        """Have its clock say nothing before."""
        with self._up():
            due, next_alert = self._clocks[case_id]
            self._clocks[case_id] = (due, next_alert and until)

    def load(self, case_id: str) -> Case:
        """The case, folded from its events. Raises Unknown."""
        events = self.events(case_id)
        if not events:
            raise Unknown(f"There is no request {case_id}.")
        return fold(case_id, events)

    def events(self, case_id: str) -> Sequence[Event]:
        """The log, oldest first."""
        with self._up():
            return [read_event(body) for body in self.bodies(case_id)]

    def bodies(self, case_id: str) -> list[str]:
        """The log as it is stored."""
        return [*self._logs.get(case_id, [])]

    def queue(self, level: int | None, *, open_only: bool = True, limit: int = 50, cursor: str = "") -> Page:
        """Cases of a level, urgent ones on top, else the latest first."""

        def listed(case: Case) -> bool:
            at_level = level is None or case.level == level
            return at_level and not case.status.in_quarantine and (case.status.is_open or not open_only)

        return self._page(listed, limit, cursor)

    def done(self, levels: Collection[int] | None, limit: int = 50, cursor: str = "") -> Page:
        """Resolved and closed cases, the latest first."""

        def listed(case: Case) -> bool:
            return case.status.is_done and (levels is None or case.level in levels)

        return self._page(listed, limit, cursor)

    def portion(self, cursor: str = "", limit: int = 100, *, open_only: bool = True) -> Page:
        """The next cases, the latest first; those in quarantine among all."""
        return self._page(lambda case: case.status.is_open or not open_only, limit, cursor)

    def changed_since(self, since: datetime, limit: int = 100) -> Sequence[CaseRow]:
        """The states of cases that have changed after an instant, the latest first."""
        with self._up():
            changed = [case for case in self._cases.values() if case.changed_at > since]
            latest = sorted(changed, key=lambda case: (case.changed_at, case.id), reverse=True)
            return [self.row(case.id) for case in latest[:limit]]

    def assigned(self, handler: str, limit: int = 50, cursor: str = "") -> Page:
        """Open cases of a handler, in the order of a queue."""

        def listed(case: Case) -> bool:
            return case.handler == handler and not case.status.in_quarantine and case.status.is_open

        return self._page(listed, limit, cursor)

    def quarantine(self, status: Status, limit: int = 50, cursor: str = "") -> Page:
        """Cases that await review, or were rejected, the latest first."""
        return self._page(lambda case: case.status is status, limit, cursor)

    def _page(self, listed: Callable[[Case], bool], limit: int, cursor: str) -> Page:
        with self._up():
            bound = _unpack(cursor) if cursor else "~"
            places = {first_of(self._cases[case_id]) + place: case_id for place, case_id in self._places.items()}
            if cursor and (bound.removeprefix("U") not in self._places or _pack(bound) != cursor):
                raise Refused("This page of the list does not exist. Start again at its first page.")
            rest = [
                place for place in sorted(places, reverse=True) if place < bound and listed(self._cases[places[place]])
            ]
            rows = [self.row(places[place]) for place in rest[:limit]]
            return Page(rows, _pack(rest[limit - 1]) if len(rest) > limit else "")

    def agenda(self) -> Sequence[str]:
        """Cases before the Board, or put off by it."""
        with self._up():
            return sorted(case.id for case in self._cases.values() if case.stage.is_the_boards)

    def approved(self) -> Sequence[str]:
        """Changes that are approved and not released."""
        with self._up():
            return sorted(case.id for case in self._cases.values() if case.stage.is_approved)

    def decided_by_board(self, since: datetime, until: datetime) -> Sequence[str]:
        """Cases on which the Board decided in a span of time."""
        with self._up():
            found = [
                (event.at, case_id)
                for case_id in self._logs
                for event in self.events(case_id)
                if isinstance(event, BoardDecided) and since <= event.at < until
            ]
            return list(dict.fromkeys(case_id for _, case_id in sorted(found)))

    def row(self, case_id: str) -> CaseRow:
        """The stored state of a case. Raises Unknown."""
        with self._up():
            if case_id not in self._cases:
                raise Unknown(f"There is no request {case_id}.")
            due, next_alert = self._clocks[case_id]
            return CaseRow.of(Step(self._cases[case_id], (), (), due, next_alert))

    def daily(self, first: date, last: date) -> Mapping[date, Mapping[str, int]]:
        """The sums of the entries of all logs, by day."""
        days: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for _, entry in self._entries(first, last):
            days[entry.day].update(counters([entry]))
        return days

    def entries(
        self, figures: Collection[Figure], first: date, last: date, limit: int = 0, cursor: str = ""
    ) -> EntryPage:
        """The entries of some figures, by day."""
        found = [(case_id, entry) for case_id, entry in self._entries(first, last) if entry.figure in figures]
        start = int(cursor or 0)
        rest = found[start : start + limit] if limit else found[start:]
        return EntryPage(rest, str(start + limit) if limit and len(found) > start + limit else "")

    def _entries(self, first: date, last: date) -> list[tuple[str, Entry]]:
        with self._up():
            every = [(case.id, entry) for case in self._cases.values() for entry in entries(case, self.zone)]
            answers = [(answer.id, of_answer(answer, self.zone)) for answer in self._answers.values()]
            mails = [(mail.case_id, of_mail(mail, self.zone)) for mail in self._sent_mails]
            came = [(one.id, of_incoming(one.received_at, one.outcome, self.zone)) for one in self._mails.values()]
            return [
                pair
                for kind in (every, answers, came, mails)
                for pair in sorted(kind, key=lambda pair: (pair[1].day, pair[0]))
                if first <= pair[1].day <= last
            ]

    def uncounted(self) -> int:
        """None: all is counted when it is asked for."""
        return 0

    def to_recount(self) -> Sequence[str]:
        """None, for the same reason."""
        return []

    def recount(self, case: Case, days: Collection[date] = (), *, fix: bool = True) -> Sequence[date]:
        """Nothing ever differs."""
        del case, days, fix
        return []

    def recounted(self, case_id: str) -> None:
        """Nothing is to be recounted."""

    def unbalanced(self, day: date, *, fix: bool = True) -> Unbalanced | None:
        """A row is always the sum of its entries."""
        del day, fix
        return None

    def counts(self) -> Mapping[int, int]:
        """Open cases of each level."""
        with self._up():
            held = Counter(case.level for case in self._cases.values() if case.status.is_open)
            return {level: held[level] for level in sorted({*self._levels, *held})}

    def totals(self) -> tuple[Ledger, Mapping[int, int]]:
        """Both."""
        return self.ledger(), self.counts()

    def rows_of(self, case_ids: Sequence[str]) -> Sequence[CaseRow]:
        """The stored states of some cases."""
        return [self.row(case_id) for case_id in case_ids if case_id in self._cases]

    def postings(self, beginning: str, limit: int, *, whole: bool) -> Sequence[Posting]:
        """The postings of words, of one word the latest received first."""
        with self._up():
            held = [
                Posting(word, self._cases[case_id].received_at, case_id)
                for case_id, words in self._words.items()
                for word in words
                if word == beginning or (word.startswith(beginning) and not whole)
            ]
            return sorted(held, key=lambda one: (f"{one.word}#", one.received, one.case_id), reverse=True)[:limit]

    def words(self, case_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The words of some requests."""
        with self._up():
            return {case_id: frozenset(self._words[case_id]) for case_id in case_ids if case_id in self._words}

    def pending(self, limit: int) -> Sequence[Pending]:
        """What is not in the index yet."""
        with self._up():
            return [self._pending[case_id] for case_id in sorted(self._pending)[:limit]]

    def post(self, pending: Pending) -> int:
        """Put words into the index."""
        with self._up():
            words = self._words.setdefault(pending.case_id, set())
            new = set(pending.words) - words
            words |= new
            here = self._pending.get(pending.case_id)
            if here and here.version == pending.version:
                del self._pending[pending.case_id]
            return len(new)

    def views(self, person: str) -> Sequence[View]:
        """A person's own views, then the shared ones."""
        with self._up():
            kept = [self._views[key] for key in sorted(self._views)]
            own = [view for view in kept if view.owner == person and not view.shared]
            return own + [view for view in kept if view.shared]

    def save_view(self, view: View) -> None:
        """Keep a view in the place of the one of its name."""
        with self._up():
            self._views["" if view.shared else view.owner, key_of(view)] = view

    def delete_view(self, view: View) -> None:
        """Delete a view."""
        with self._up():
            self._views.pop(("" if view.shared else view.owner, key_of(view)), None)

    def requests_of(self, mailbox: str, limit: int = 50) -> Sequence[str]:
        """Cases whose requester has this mailbox, or who has it was in copy, the latest first."""
        with self._up():
            found = [
                (case.received_at, case.id)
                for case in self._cases.values()
                if mailbox in map(mailbox_of, (case.request.requester.email, *_ever_in_copy(case)))
            ]
            return [case_id for _, case_id in sorted(found, reverse=True)[: limit or None]]

    def is_found_by(self, mailbox: str, case: Case) -> bool:
        """Whether that finds a case."""
        return case.id in self.requests_of(mailbox, limit=0)

    def find_issue(self, number: int) -> str:
        """The case that was filed as this issue, or ""."""
        with self._up():
            return self._issues.get(number, "")

    def due_items(self, now: datetime, limit: int = 25) -> Sequence[OutboxItem]:
        """Items that may be tried now, the longest waiting first."""
        with self._up():
            known = [item for item in self._outbox.values() if not item.unread]
            due = [item for item in known if not item.dead_lettered and self._turn(item) <= now]
            free = [item for item in due if self._leases.get(item.id, now) <= now]
            first = sorted(free, key=lambda item: (self._turn(item), item.id))[:limit]
            return [self._seen(item) for item in first]

    def items_of(self, case_id: str) -> Sequence[OutboxItem]:
        """All items of a case, in the order in which they came to be owed."""
        with self._up():
            ids = self._of_case.get(case_id, [])
            return [self._seen(self._outbox[item_id]) for item_id in ids if item_id in self._outbox]

    def dead_letters(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Items that were given up."""
        with self._up():
            given_up = [self._seen(item) for item in self._outbox.values() if item.dead_lettered and not item.unread]
            return sorted(given_up, key=lambda item: (item.next_attempt, item.id))[:limit]

    def unreadable(self, limit: int = 100) -> Sequence[OutboxItem]:
        """Items that were set aside."""
        with self._up():
            return [self._seen(item) for item in self._outbox.values() if item.unread][:limit]

    def reread(self, limit: int = 100) -> int:
        """None: what cannot be read here cannot be read later."""
        del limit
        with self._up():
            return 0

    def spoil(self, case_id: str, *, event: str = "", item: UnknownIntent | None = None) -> None:
        """What a newer version would leave behind: an entry at the end of a log, or all that is owed to a case."""
        with self._up():
            if event:
                self._logs[case_id].append(event)
                self._cases[case_id] = apply(self._cases[case_id], read_event(event))
            for owed in list(self._outbox.values()) if item else ():
                if owed.case_id == case_id and item:
                    self._outbox[owed.id] = replace(owed, intent=item)

    def lease(self, item: OutboxItem, now: datetime, seconds: int) -> bool:
        """Take an item for a while; False when it is gone, tried since, or taken."""
        with self._up():
            here = self._outbox.get(item.id)
            if here is None or here.dead_lettered or here.tries != item.tries or self._leases.get(item.id, now) > now:
                return False
            self._leases[item.id] = now + timedelta(seconds=seconds)
            return True

    def postpone(self, item: OutboxItem, until: datetime, error: str, reason: Postponed = Postponed.FAILED) -> None:
        """Count one failed try of this item as it was read."""
        with self._up():
            if self._untried(item):
                self._count(item, until, error, reason, dead_lettered=False)

    def reschedule(self, item: OutboxItem, due: datetime) -> None:
        """Give an item that nobody has in hand another place in the line."""
        with self._up():
            here = self._outbox.get(item.id)
            if here and self._untried(item) and not here.dead_lettered and item.id not in self._leases:
                self._turns[item.id] = due

    def finish(self, item: OutboxItem) -> None:
        """Take an item out of the outbox."""
        with self._up():
            self._turns.pop(item.id, None)
            self._outbox.pop(item.id, None)

    def finish_mailed(self, item: OutboxItem, mail: SentMail) -> None:
        """Take the item out, and record its mail."""
        with self._up():
            self.finish(item)
            self._sent_mails.append(mail)

    def count(self, what: str, until: datetime) -> int:
        """One more of that; it is remembered for ever here."""
        del until
        with self._up():
            self._counted[what] += 1
            return self._counted[what]

    def count_once(self, what: str, name: str, most: int, until: datetime) -> Came:
        """One more of that, once for each name; from `most` on all count."""
        with self._up():
            named = f"{what} of {name}"
            if named in self._used:
                return Came(self._counted[what], again=True)
            if self._counted[what] < most:
                self._used.add(named)
        return Came(self.count(what, until), again=False)

    def count_part(self, what: str, part: str, most: int, until: datetime) -> tuple[int, int]:
        """One more of a part and of the whole; from `most` on of the part alone."""
        if self.counted(what, part) < most:
            self.count(what, until)
        return self.count(f"{what} {part}", until), self.counted(what)

    def counted(self, what: str, part: str = "") -> int:
        """How many there are."""
        with self._up():
            return self._counted[f"{what} {part}" if part else what]

    def look(self, case_id: str, person: str, now: datetime, until: datetime) -> Sequence[str]:
        """Note that a person looks at a request; the others who do."""
        with self._up():
            self._looking[case_id, person] = until
            looking = sorted(self._looking.items())
        return [who for (place, who), end in looking if place == case_id and who != person and end > now]

    def use_once(self, token: str, until: datetime) -> bool:
        """False when the token was used before; it is remembered for ever here."""
        del until
        with self._up():
            fresh = token not in self._used
            self._used.add(token)
            return fresh

    def open_session(self, session: Session) -> None:
        """Keep a session."""
        with self._up():
            self._sessions[session.person, session.id] = session

    def session(self, person: str, session_id: str) -> Session | None:
        """A session that was not ended."""
        with self._up():
            return self._sessions.get((person, session_id))

    def sessions(self, person: str = "") -> Sequence[Session]:
        """The sessions of a person, or all."""
        with self._up():
            return [self._sessions[key] for key in sorted(self._sessions) if not person or key[0] == person]

    def end_session(self, person: str, session_id: str) -> bool:
        """End a session."""
        with self._up():
            return self._sessions.pop((person, session_id), None) is not None

    def ask_sign_in(self, asked: SignInAsked) -> None:
        """Keep that a link was asked for."""
        with self._up():
            self._asked[asked.id] = asked

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first first."""
        with self._up():
            return sorted(self._asked.values(), key=lambda asked: (asked.at, asked.id))[:limit]

    def attempt_sign_in(self, asked: SignInAsked, until: datetime) -> bool:
        """Count an attempt; False when it is gone, or attempted since."""
        with self._up():
            stored = self._asked.get(asked.id)
            if stored is None or stored.tries != asked.tries:
                return False
            self._asked[asked.id] = replace(stored, tries=asked.tries + 1, next_attempt=until)
            return True

    def sign_in_failed(self, asked: SignInAsked, error: str) -> None:
        """Keep why the attempt failed."""
        with self._up():
            if asked.id in self._asked:
                self._asked[asked.id] = replace(self._asked[asked.id], last_error=error[:1000])

    def finish_sign_in(self, asked: SignInAsked) -> None:
        """Forget one."""
        with self._up():
            self._asked.pop(asked.id, None)

    def keep_answer(self, answer: Answered) -> None:
        """Keep an answer by a clause."""
        with self._up():
            self._answers[answer.id] = answer

    def answers_of(self, people: Iterable[str]) -> list[Answered]:
        """Those of a person."""
        with self._up():
            return [one for one in self._answers.values() if set(people) & set(one.people)]

    def take_back(self, answer: Answered, at: datetime) -> None:
        """It no longer counts; the first instant stays."""
        with self._up():
            if self._answers[answer.id].counts:
                self._answers[answer.id] = replace(answer, taken_back=at)

    def answers_in(self, month: date) -> list[Answered]:
        """Those of a month, the earliest first."""
        with self._up():
            of_month = [one for one in self._answers.values() if f"{one.at:%Y-%m}" == f"{month:%Y-%m}"]
            return sorted(of_month, key=lambda one: one.at)

    def invitation(self) -> Invitation | None:
        """The invitation that was kept last."""
        with self._up():
            return self._invitation

    def save_invitation(self, before: Invitation | None, after: Invitation) -> bool:
        """Keep it; False when it is not as it was read."""
        with self._up():
            as_read = self._invitation == before
            self._invitation = after if as_read else self._invitation
            return as_read

    def recipient(self, case_id: str, mailbox: str, others: Collection[str] = ()) -> Recipient:
        """All of it at once."""
        settings = {other: self.settings(other) for other in others}
        throttle = self.throttle(case_id, mailbox)
        return Recipient(self.suppression(mailbox), self.settings(mailbox), throttle, settings)

    def throttle(self, case_id: str, mailbox: str) -> MailThrottle:
        """What a person was mailed about a case lately."""
        with self._up():
            return self._throttles.get((case_id, mailbox), MailThrottle())

    def save_throttle(self, case_id: str, mailbox: str, before: MailThrottle, after: MailThrottle) -> bool:
        """Keep it; False when it is not as it was read."""
        with self._up():
            as_read = self._throttles.get((case_id, mailbox), before) == before
            if as_read:
                self._throttles[case_id, mailbox] = after
            return as_read

    def suppress(self, address: SuppressedAddress) -> None:
        """Put a mailbox on the suppression list, unless it is there."""
        with self._up():
            self._suppressed.setdefault(address.mailbox, address)

    def unsuppress(self, mailbox: str) -> bool:
        """Let mail go there again."""
        with self._up():
            return self._suppressed.pop(mailbox, None) is not None

    def suppression(self, mailbox: str) -> SuppressedAddress | None:
        """Why a mailbox gets no mail."""
        with self._up():
            return self._suppressed.get(mailbox)

    def settings(self, mailbox: str) -> MailSettings:
        """What a mailbox has turned off."""
        with self._up():
            return self._settings.get(mailbox, MailSettings())

    def save_settings(self, mailbox: str, settings: MailSettings) -> None:
        """Keep them."""
        with self._up():
            self._settings[mailbox] = settings

    def suppression_list(self) -> Sequence[SuppressedAddress]:
        """All mailboxes that get no mail, by name."""
        with self._up():
            return sorted(self._suppressed.values(), key=lambda mark: mark.mailbox)

    def ledger(self) -> Ledger:
        """The balance of everything that was ever received."""
        with self._up():
            stand = Counter(case.filing for case in self._cases.values())
            return Ledger(
                received=len(self._logs),
                filed=stand[Filing.FILED],
                queued=stand[Filing.QUEUED],
                failed=stand[Filing.FAILED],
                quarantined=stand[Filing.QUARANTINED],
                rejected=stand[Filing.REJECTED],
            )

    def take_sync(self, now: datetime, until: datetime) -> SyncCursor | None:
        """The sync's cursor, unless somebody else has it."""
        with self._up():
            if self._sync and now < self._sync.until <= until + timedelta(hours=1):
                return None
            self._sync = replace(self._sync, until=until) if self._sync else SyncCursor(until)
            return self._sync

    def keep_sync(self, cursor: SyncCursor) -> bool:
        """Keep a cursor; False when somebody else took it since."""
        with self._up():
            mine = self._sync is not None and self._sync.until == cursor.until
            self._sync = cursor if mine else self._sync
            return mine

    def add_mail(self, record: MailRecord) -> bool:
        """Keep a record; False when there is one with its id."""
        with self._up():
            return self._mails.setdefault(record.id, record) is record

    def mail(self, mail_id: str) -> MailRecord:
        """A record. Raises Unknown."""
        with self._up():
            if mail_id not in self._mails:
                raise Unknown("There is no such mail.")
            return from_plain(MailRecord, json.loads(json.dumps(to_plain(self._mails[mail_id]))))

    def save_mail(self, before: MailRecord, after: MailRecord) -> bool:
        """Keep `after` in the place of `before`; False when somebody else was faster."""
        with self._up():
            as_read = self._mails.get(before.id) == before
            if as_read:
                self._mails[after.id] = after
            return as_read

    def count_mail(self, record: MailRecord, *, fix: bool = True) -> bool:
        """Nothing ever differs."""
        del record, fix
        return False

    def mails(self, outcomes: Collection[MailOutcome] = (), limit: int = 50, cursor: str = "") -> MailPage:
        """Records of some outcomes, the latest first."""
        with self._up():
            place = _unpack(cursor) if cursor else "~"
            stored = self._mails.values()
            found = {f"{one.received_at.isoformat(timespec='microseconds')}#{one.id}": one for one in stored}
        if cursor and place not in found:
            raise Refused("This page of the list does not exist. Start again at its first page.")
        listed = outcomes or MailOutcome
        places = sorted((p for p, one in found.items() if p < place and one.outcome in listed), reverse=True)
        shown = places[:limit]
        return MailPage([found[p] for p in shown], _pack(shown[-1]) if len(places) > limit else "")

    def decide(self, fingerprint: str, decision: MailDecision, *, anew: bool = False) -> MailDecision:
        """Keep a decision, unless there is one."""
        with self._up():
            if anew:
                self._decided[fingerprint] = decision
            return self._decided.setdefault(fingerprint, decision)

    def decided(self, fingerprint: str) -> MailDecision | None:
        """What was decided."""
        with self._up():
            return self._decided.get(fingerprint)

    def remember_message(self, message_id: str, case_id: str) -> None:
        """The first one that says so holds."""
        with self._up():
            self._messages.setdefault(message_id, case_id)

    def case_of_message(self, message_id: str) -> str:
        """The case of a mail."""
        with self._up():
            return self._messages.get(message_id, "")

    def resting(self, rule: Rule, before: datetime, limit: int) -> Sequence[Aged]:
        """Requests that rest, the longest first."""
        with self._up():
            cases = [(rests_since(case), case) for case in self._cases.values() if rule_of(case) is rule]
            aged = [Aged(case.id, since) for since, case in cases if since is not None and since <= before]
            return sorted(aged, key=lambda one: one.since)[:limit]

    def mails_before(self, before: datetime, limit: int, after: str = "") -> Sequence[Aged]:
        """Mails that came to an end, the first one first."""
        with self._up():
            ended = [one for one in self._mails.values() if one.outcome in ENDS and not one.needs_a_person]
            places = sorted((one.received_at, one.id) for one in ended if one.received_at < before)
            aged = [Aged(mail_id, at, f"{at.isoformat(timespec='microseconds')}#{mail_id}") for at, mail_id in places]
            return [one for one in aged if one.place > after][:limit]

    def erasures(self) -> Sequence[ErasureRecord]:
        """The records of erasures."""
        with self._up():
            return self.erased_people

    def retention_state(self) -> RetentionState:
        """How the rules have settled."""
        with self._up():
            return self.retention

    def mail_ledger(self) -> MailLedger:
        """The balance of all mails that came in."""
        with self._up():
            ends = Counter(one.outcome for one in self._mails.values())
            return MailLedger(len(self._mails), *(ends[outcome] for outcome in MailOutcome))

    def _up(self) -> threading.RLock:
        """The lock of this store. Raises TryLater while it is down."""
        if self.down:
            raise TryLater("The store does not answer. Try again in a moment.")
        return self._lock

    def _untried(self, item: OutboxItem) -> bool:
        here = self._outbox.get(item.id)
        return here is not None and here.tries == item.tries

    def _count(self, item: OutboxItem, until: datetime, error: str, reason: Postponed, *, dead_lettered: bool) -> None:
        self._leases.pop(item.id, None)
        self._turns.pop(item.id, None)
        self._outbox[item.id] = replace(
            self._outbox[item.id],
            tries=item.tries + 1,
            next_attempt=until,
            last_error=error[:1000],
            postponed=reason,
            dead_lettered=dead_lettered,
        )

    def _seen(self, item: OutboxItem) -> OutboxItem:
        return replace(item, leased=item.id in self._leases)

    def _turn(self, item: OutboxItem) -> datetime:
        return self._turns.get(item.id, item.next_attempt)

    def _append(self, step: Step, case: Case) -> None:
        """Write a step; `case` is the state after it, where `filing` says how the ledger counts it."""
        bodies = [json.dumps(event_to_plain(event), ensure_ascii=False) for event in step.events]
        owed = [json.dumps(intent_to_plain(intent), ensure_ascii=False) for intent in step.intents]
        try:
            sizes = [len(body.encode()) for body in bodies + owed]
        except UnicodeEncodeError as error:
            raise Refused("The text holds a broken character. Type it again.") from error
        if any(size > LARGEST for size in sizes):
            raise Refused(f"The text is too long to be kept. Shorten it to {LARGEST // 1000} kB, or send it as a file.")
        self._logs.setdefault(case.id, []).extend(bodies)
        self._cases[case.id] = case
        self._places[_place(case)] = case.id
        self._clocks[case.id] = (step.due, step.next_alert)
        if any(map(is_searched, step.events)):
            self._pending[case.id] = Pending(case.id, case.version, case.received_at, words_of(case))
        self._issues |= {event.number: case.id for event in step.events if isinstance(event, Filed)}
        for number, intent in enumerate(step.intents, 1):
            item = OutboxItem(
                f"{case.id}#{case.version}#{number}", case.id, intent, 0, ready_at(intent, case.changed_at)
            )
            self._outbox[item.id] = item
            self._of_case.setdefault(case.id, []).append(item.id)


def _ever_in_copy(case: Case) -> list[str]:
    """The addresses that were ever added in copy."""
    added = [event.address for event in case.history if isinstance(event, CopyAdded)]
    first = case.history[0]
    return [*added, first.request.requester.email] if isinstance(first, Received) else added


def first_of(case: Case) -> str:
    """What brings an open urgent case to the top of a queue."""
    return "U" if case.priority is Priority.URGENT and case.status.is_open else ""


def _place(case: Case) -> str:
    """Where a case stands in a list: by the instant it came, then by id."""
    return f"{case.received_at.isoformat(timespec='microseconds')}#{case.id}"


def _pack(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpack(packed: str) -> str:
    """The text that was packed, "" when it is damaged."""
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return ""


# --- Tracker ---------------------------------------------------------------------------------


@dataclass
class MemoryTracker:
    """The Tracker port. `issues`, `notes` and `files` go by number; what is in `drops` is not kept."""

    down: bool = False
    drops: tuple[str, ...] = ()
    refuses_files: bool = False
    issues: dict[int, Issue] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    files: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    touched: dict[int, datetime] = field(default_factory=dict)
    ticks: count[int] = field(default_factory=count)
    marked: dict[str, int] = field(default_factory=dict)
    related: dict[tuple[int, int], Relation] = field(default_factory=dict)
    fixed_in: dict[int, str] = field(default_factory=dict)
    targets: dict[int, str] = field(default_factory=dict)
    product_versions: tuple[str, ...] = ("4.3", "4.2")
    resolutions: dict[int, str] = field(default_factory=dict)
    written: dict[int, Issue] = field(default_factory=dict)
    """Each issue as we wrote it last, or as Mantis itself did when we wrote a note."""

    def file(self, issue: Issue) -> Placed:
        """Create the issue unless one with its marker exists."""
        self._up()
        number = self.marked.get(issue.marker, 0)
        if number not in self.issues:
            number = self.marked[issue.marker] = max(self.touched, default=0) + 1
            self._write(number, issue)
        return Placed(number, self.page_of(number), self.drops)

    def update(
        self,
        number: int,
        *,
        project: str,
        handler: str,
        status: str,
        priority: str,
        category: str = "",
        resolution: str = "",
        decided: Decided = NOTHING_DECIDED,
    ) -> tuple[str, ...]:
        """Bring an issue in line; without a handler that stays. Raises Unknown."""
        del category  # no issue is without one here
        self._there(number)
        here = self.issues[number]
        text, verdict, chosen = here.description, decided.verdict, decided.category
        for old in verdict.of if verdict.new else ():
            if old in text:
                text = verdict.new.join(text.rsplit(old, 1))
                break
        changed = replace(
            here,
            project=project,
            handler=handler or here.handler,
            status=status,
            priority=priority,
            description=text,
            category=chosen.new if chosen.new and here.category in ("", "General", *chosen.of) else here.category,
        )
        self.resolutions[number] = resolution or self.resolutions.get(number, "open")
        if decided.fixed_in.new and self.fixed_in.get(number, "") in ("", *decided.fixed_in.of):
            self.fixed_in[number] = decided.fixed_in.new
        if decided.target.new and self.targets.get(number, "") in ("", *decided.target.of):
            self.targets[number] = decided.target.new
        self._write(number, changed)
        return self.drops

    def note(self, number: int, text: str, marker: str) -> None:
        """Add a note unless it is there; the issue's reporter, who is us, takes it out of feedback. Raises Unknown."""
        self._there(number)
        notes = self.notes.setdefault(number, [])
        if not any(note.endswith(marker) for note in notes):
            notes.append(f"{text}\n\n{marker}")
            self._touch(number)
            issue = self.issues[number]
            if issue.status == "feedback":
                self._write(number, replace(issue, status="assigned" if issue.handler else "new"))

    def attach(self, number: int, name: str, content: bytes) -> bool:
        """Attach a file unless its bytes are there; False while files are refused. Raises Unknown."""
        self._there(number)
        files = self.files.setdefault(number, [])
        if not self.refuses_files and content not in (there for _, there in files):
            files.append((name, content))
        return not self.refuses_files

    def relate(self, number: int, other: int, relation: Relation | None) -> None:
        """Relate an issue to another one, or take that back. Raises Unknown, Refused."""
        self._there(number)
        if relation is None:
            self.related.pop((number, other), None)
            return
        if other not in self.issues:
            raise Refused(f"There is no issue {other} in Mantis.")
        self.related[number, other] = relation
        self._touch(number)

    def changes(self, since: datetime | None, most: int = 0) -> Sequence[Change]:
        """What was changed since, the oldest first; for None the last ones."""
        self._up()
        rows = [Change(number, at) for number, at in self.touched.items() if number in self.issues]
        found = sorted((row for row in rows if since is None or row.at >= since), key=lambda row: (row.at, row.number))
        return found[-most:] if since is None else found

    def found(self, number: int) -> FoundIssue:
        """An issue in full. Raises Unknown."""
        self._there(number)
        one = self.issues[number]
        named = ("project", "summary", "description", "steps", "information", "category", "handler", "status")
        return FoundIssue(
            number=number,
            url=self.page_of(number),
            reporter="" if number in self.written else "somebody",
            priority=one.priority,
            created=self.touched[number],
            came=self.touched[number],
            is_ours=number in self.written,
            **{name: getattr(one, name) for name in named},
        )

    def look(self, number: int) -> IssueState:
        """An issue as it stands. Raises Unknown."""
        self._there(number)
        one = self.issues[number]
        notes = tuple(MantisNote(n, "", text) for n, text in enumerate(self.notes.get(number, []), 1))
        return IssueState(
            one.project,
            one.handler,
            one.status,
            one.priority,
            self.resolutions.get(number, "open"),
            fixed_in=self.fixed_in.get(number, ""),
            target=self.targets.get(number, ""),
            notes=notes,
            summary=one.summary,
            description=one.description,
            ours=frozenset(
                name
                for name in ("project", "handler", "status", "priority")
                if getattr(one, name) == getattr(self.written.get(number), name, None)
            ),
        )

    def versions(self) -> dict[str, tuple[str, ...]]:
        """The versions, which are those of each project."""
        self._up()
        return dict.fromkeys(("Bugs InBox", "Change InBox", "Support Misc"), self.product_versions)

    def fixed(self) -> list[FixedIssue]:
        """The issues with a version, by number."""
        self._up()
        return [
            FixedIssue(
                number=number,
                summary=self.issues[number].summary,
                project=self.issues[number].project,
                category=self.issues[number].category,
                status=self.issues[number].status,
                resolution=self.resolutions.get(number, "open"),
                fixed_in=version,
            )
            for number, version in sorted(self.fixed_in.items())
            if number in self.issues
        ]

    def page_of(self, number: int) -> str:
        """Where people would read an issue."""
        return f"https://mantis.example.com/view.php?id={number}"

    def probe(self) -> str:
        """A version."""
        self._up()
        return "2.28.4"

    def _up(self) -> None:
        if self.down:
            raise TryLater("Mantis does not answer. It is tried again.")

    def _write(self, number: int, issue: Issue) -> None:
        self.issues[number] = self.written[number] = issue
        self._touch(number)

    def _touch(self, number: int) -> None:
        self.touched[number] = MONDAY + timedelta(seconds=next(self.ticks))

    def _there(self, number: int) -> None:
        self._up()
        if number not in self.issues:
            raise Unknown(f"There is no issue {number} in Mantis.")


# --- Mailer and Files ------------------------------------------------------------------------


@dataclass
class MemoryMailer:
    """The Mailer port. `sent` holds every mail; addresses in `refuses` are not taken."""

    down: bool = False
    refuses: set[str] = field(default_factory=set)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        """Keep the mail. Raises TryLater or Refused."""
        if self.down:
            raise TryLater("The mail service does not answer. The mail is tried again.")
        parts = (mail.to, mail.subject, *mail.headers, *mail.headers.values())
        if any(end in part for part in parts for end in "\r\n"):
            raise Refused("A header of the mail holds a line break. Take it out.")
        name, at, host = mail.to.partition("@")
        if mail.to in self.refuses or not (name and at and host) or any(sign in mail.to for sign in " ,;<>"):
            raise Undeliverable(f"{mail.to!r} is not an address that mail can be sent to.")
        self.sent.append(mail)
        return f"mail-{len(self.sent)}"


@dataclass
class MemoryFiles:
    """The Files port. `kept` holds bytes and content type by key."""

    down: bool = False
    kept: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file."""
        self._up()
        self.kept[key] = (content, content_type)

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Unknown."""
        self._up()
        if key not in self.kept:
            raise Unknown("This file is not in the store any more.")
        return self.kept[key][0]

    def link(self, attachment: Attachment, seconds: int) -> str:
        """An address that names the file."""
        return f"https://files.example.com/{attachment.key}?seconds={seconds}"

    def upload(self, key: str, max_bytes: int, seconds: int) -> Upload:
        """Permission to put a file there."""
        return Upload(key, "https://files.example.com/", {"key": key, "max": str(max_bytes), "seconds": str(seconds)})

    def keys(self, beginning: str, limit: int = 100) -> Sequence[str]:
        """The first keys that begin so."""
        self._up()
        return sorted(key for key in self.kept if key.startswith(beginning))[:limit]

    def aged(self, beginning: str, after: str, limit: int) -> Sequence[tuple[str, datetime]]:
        """As Files; a file whose age nobody set was kept in 2026."""
        self._up()
        keys = sorted(key for key in self.kept if key.startswith(beginning) and key > after)[:limit]
        return [(key, self.since.get(key, datetime(2026, 1, 1, tzinfo=UTC))) for key in keys]

    def every(self, beginning: str) -> Iterator[str]:
        """See Files."""
        self._up()
        yield from sorted(key for key in self.kept if key.startswith(beginning))

    def delete(self, key: str) -> None:
        """Delete a file."""
        self._up()
        self.kept.pop(key, None)

    def _up(self) -> None:
        if self.down:
            raise TryLater("The file store does not answer. Try again in a moment.")


# --- Links -----------------------------------------------------------------------------------

AGES: Mapping[Purpose, timedelta] = {
    Purpose.STATUS: timedelta(days=400),
    Purpose.COPY: timedelta(days=400),
    Purpose.MAIL: timedelta(days=400),
    Purpose.FILE: timedelta(days=400),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.FORM: timedelta(days=1),
    Purpose.HELD: timedelta(hours=36),
    Purpose.UPLOAD: timedelta(hours=36),
    Purpose.UNSENT: timedelta(hours=36),
    Purpose.CANARY: timedelta(minutes=5),
}


@dataclass
class PlainLinks(LinkAddresses):
    """The Links port with tokens that anyone can read; the ages are those of support.yml."""

    clock: Callable[[], datetime] = field(default_factory=Clock)
    base_url: str = "https://help.example.com"
    site_url: str = "https://help.example.com"
    numbers: count[int] = field(default_factory=count)

    def mail_token(self, case_id: str) -> str:
        """The token of the mails about a request."""
        return f"{re.sub(r'[^a-z0-9]', '', case_id.lower())[2:]}{crc32(case_id.encode()):010d}"

    def case_of_mail_token(self, token: str) -> str:
        """The request of a token. Raises Unknown."""
        case_id = typed(f"HD{token[:-10]}")
        if not case_id or self.mail_token(case_id) != token:
            raise Unknown("This is no token of a request.")
        return case_id

    def sign(self, purpose: Purpose, text: str) -> str:
        """A token that carries `text`."""
        made_for = [purpose, text, self.clock().isoformat(), crc32(f"{purpose}{text}".encode())]
        return _pack(json.dumps([*made_for, next(self.numbers)] if purpose is Purpose.SIGN_IN else made_for))

    def verify(self, purpose: Purpose, token: str) -> str:
        """The text of a token. Raises Unknown or Expired."""
        try:
            made_for, text, at, check, *_ = json.loads(_unpack(token))
        except ValueError:
            made_for, text, at, check = "", "", "", 0
        if made_for != purpose or check != crc32(f"{purpose}{text}".encode()) or _pack(_unpack(token)) != token:
            raise Unknown("This link is not complete. Copy all of it from the mail.")
        if not -LEEWAY <= self.clock() - datetime.fromisoformat(at) <= AGES[purpose]:
            raise Expired("This link is too old. Ask for a new one.")
        return str(text)
