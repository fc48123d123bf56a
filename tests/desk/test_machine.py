"""A machine that does anything that anybody can do, in any order, with things breaking: what must hold, holds.

Requesters, liaisons, engineers, the sweep, Mantis and mail all act; time passes by minutes or by days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from intake_fn.core.appeals import MOST
from intake_fn.core.case import module_of
from intake_fn.core.case_row import CaseRow
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    AskedRequester,
    Breached,
    Closed,
    Escalated,
    Filed,
    HandedOver,
    LeadUpdated,
    Linked,
    MarkedDuplicate,
    Noted,
    Overruled,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
    Warned,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process import CLIENT, Process, WorkingDayHours
from intake_fn.core.request import Priority, Requester
from intake_fn.core.requester_events import (
    Appealed,
    CopyAdded,
    CopyRemoved,
    RequesterChanged,
    RequesterKept,
    Withdrawn,
)
from intake_fn.core.sla import CLOCK_STATE, ClockState, due
from intake_fn.core.sla_alerts import share_of
from intake_fn.core.steps import allowed, apply, standing
from intake_fn.core.vocabulary import Category, Outcome, Relation, Status
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event

OFFICES = ("new-york", "london", "paris", "hong-kong", CLIENT)
CHLOE = Requester("Chloe Yip", "chloe@client.example.org", CLIENT, "Lotus Line")
PEOPLE = ("paul@example.com", "andrei@example.com", "marc.selter@example.com", "requester")
URGENT_LEVEL = 3


class DeskMachine(RuleBasedStateMachine):
    """The desk on fakes, with people at it."""

    process: Process
    """Set by the test."""

    cases: Bundle[str] = Bundle("cases")

    @initialize()
    def open(self) -> None:
        """A fresh desk; level 3 has a response time here, for urgent requests, too."""
        self.room = Room(self.process)
        self.keys = 0
        self.folded: dict[str, tuple[list[str], Case]] = {}
        self.seen: dict[tuple[str, str], tuple[Case, Process]] = {}

    # --- what people do ----------------------------------------------------------------------

    @rule(
        target=cases,
        office=st.sampled_from(OFFICES),
        priority=st.sampled_from(Priority),
        climbs=st.sampled_from([4, 0, 1, 2, 3]),
    )
    def sends_a_request(self, office: str, priority: Priority, climbs: int) -> Any:
        """Anybody, from anywhere, and it may be handed up at once; three at most, so that much happens to each."""
        if self.keys == 3:
            return multiple()
        self.keys += 1
        requester = Requester("Camille", "camille@example.com", office)
        client = CHLOE if self.keys % 2 else None  # whose mail was forwarded
        asked = request(requester=requester, priority=priority, on_behalf_of=client)
        case_id = self.room.desk.take_in(asked, f"key {self.keys}").id
        for _ in range(climbs):
            self.escalates(case_id, PEOPLE[0], 0)
        return case_id

    @rule(case_id=cases, who=st.sampled_from(PEOPLE), choice=st.integers(0, 9))
    def escalates(self, case_id: str, who: str, choice: int) -> None:
        """As the desk offers it."""
        case = self.room.store.load(case_id)
        for level in allowed(case, self.process).escalate_to:
            resources = self.process.levels[level].resources
            handler = resources[choice % len(resources)]
            self.act(case, who, Escalated, level=level, handler=handler, reason="too-complex")

    @rule(case_id=cases, who=st.sampled_from(PEOPLE), level=st.integers(-1, 5))
    def escalates_anywhere(self, case_id: str, who: str, level: int) -> None:
        """What the rules may well refuse."""
        self.act(self.room.store.load(case_id), who, Escalated, level=level, handler="roma", reason="not-this-level")

    @rule(case_id=cases, who=st.sampled_from(PEOPLE))
    def hands_over(self, case_id: str, who: str) -> None:
        """To a colleague, where there is one."""
        case = self.room.store.load(case_id)
        for person in allowed(case, self.process).hand_over_to[:1]:
            self.act(case, who, HandedOver, handler=person)

    @rule(case_id=cases, who=st.sampled_from(PEOPLE), priority=st.sampled_from(Priority))
    def changes_the_priority(self, case_id: str, who: str, priority: Priority) -> None:
        """To any: what becomes urgent at level 4 has to leave it."""
        self.act(self.room.store.load(case_id), who, Reprioritised, priority=priority)

    @rule(
        case_id=cases,
        who=st.sampled_from(PEOPLE),
        what=st.sampled_from(
            [
                (AskedRequester, {"question": "Which?"}),
                (AskedRequester, {"question": "Which?"}),
                (Noted, {"text": "On it."}),
                (UpdateSent, {"text": "Use the list.", "workaround": True}),
                (Linked, {"number": 1, "relation": Relation.RELATED}),
                (Overruled, {"category": Category.CHANGE, "clause": "", "reason": "So."}),
                (Unlinked, {"number": 1}),
                (UnmarkedDuplicate, {}),
                (Resolved, {"resolution": "Mended."}),
                (Resolved, {"resolution": "", "outcome": Outcome.WITHDRAWN}),
                (Reopened, {"reason": "It came back."}),
                (Closed, {}),
            ]
        ),
    )
    def works(self, case_id: str, who: str, what: tuple[type[Event], dict[str, Any]]) -> None:
        """Anything else that the desk has a button for."""
        self.act(self.room.store.load(case_id), who, what[0], **what[1])

    @rule(case_id=cases, other=cases, who=st.sampled_from(PEOPLE))
    def says_that_it_is_the_same(self, case_id: str, other: str, who: str) -> None:
        """As any other, or as itself."""
        self.act(self.room.store.load(case_id), who, MarkedDuplicate, other=other)

    @rule(case_id=cases, works=st.booleans())
    def replies(self, case_id: str, works: bool) -> None:
        """The requester writes, or says that it works."""
        text = "" if works else "It is this one."
        self.act(self.room.store.load(case_id), "requester", RequesterReplied, text=text, works=works)

    @rule(case_id=cases, who=st.sampled_from(PEOPLE[:3]), category=st.sampled_from(list(Category)[:3]))
    def does_not_agree(self, case_id: str, who: str, category: Category) -> None:
        """The requester appeals, and somebody decides, who may have decided before."""
        self.act(self.room.store.load(case_id), "requester", Appealed, text="The clause says 45 days.")
        self.act(self.room.store.load(case_id), who, Overruled, category=category, clause="", reason="So it is.")

    @rule(case_id=cases)
    def withdraws(self, case_id: str) -> None:
        """The requester needs it no more."""
        case = self.room.store.load(case_id)
        if case.status.in_quarantine:
            self.act(case, "requester", Withdrawn)
        else:
            self.act(case, "requester", Resolved, resolution="", outcome=Outcome.WITHDRAWN)

    @rule(case_id=cases, address=st.sampled_from(["jo@example.com", "liv@example.com"]), there=st.booleans())
    def has_somebody_in_copy(self, case_id: str, address: str, there: bool) -> None:
        """And takes them out again, or they leave."""
        case = self.room.store.load(case_id)
        if there:
            self.act(case, "requester", CopyAdded, address=address)
        else:
            self.act(case, "requester", CopyRemoved, address=address, themselves=address == "liv@example.com")

    @rule(case_id=cases, who=st.sampled_from(PEOPLE[:3]), confirmed=st.sampled_from([True, True, False]))
    def says_whose_mail_it_was(self, case_id: str, who: str, confirmed: bool) -> None:
        """Who wrote the forwarded mail becomes the requester, or not; the second word on it changes nothing."""
        before = self.room.store.load(case_id)
        self.act(before, who, RequesterChanged if confirmed else RequesterKept, address=CHLOE.email)
        after = self.room.store.load(case_id)
        if after.request.requester != before.request.requester:
            assert before.request.on_behalf_of == after.request.requester == CHLOE
            assert after.request.on_behalf_of is None
            assert mailbox(before.request.requester.email) in after.copies

    @rule()
    def tries_again(self) -> None:
        """Somebody puts all that was given up back in line."""
        for item in self.room.store.dead_letters():
            self.room.desk.retry(item.id, "paul@example.com")

    # --- what happens by itself --------------------------------------------------------------

    @rule(minutes=st.sampled_from([600, 1, 60, 240, 480, 1440, 4320]))
    def time_passes(self, minutes: int) -> None:
        """And the sweep comes by twice: it may run twice."""
        self.room.clock.advance(minutes=minutes)
        self.room.desk.sweep()
        self.room.desk.sweep()

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        """With the sweep every hour, so that each warning has its turn."""
        for _ in range(hours):
            self.room.clock.advance(hours=1)
            self.room.desk.sweep()

    @rule(down=st.booleans())
    def mantis_breaks_or_is_mended(self, down: bool) -> None:
        """It does not answer, or does again."""
        self.room.tracker.down = down

    @rule(refuses=st.booleans())
    def mail_is_refused_or_taken(self, refuses: bool) -> None:
        """An address that mail will not take gets no more, and nothing is given up because of it."""
        self.room.mailer.refuses = {"camille@example.com"} if refuses else set()

    def act(self, case: Case, who: str, kind: type[Event], **what: Any) -> None:
        """Let it happen, unless the rules refuse it: then nothing has changed."""
        try:
            self.room.desk.act(case.id, kind(at=self.room.clock(), actor=who, **what), case.version)
        except Refused:
            assert case == self.room.store.load(case.id)

    # --- what must hold ----------------------------------------------------------------------

    def all(self) -> list[Case]:
        """Every case, folded from its log; the same one while its log is."""
        return [self.fold(row.id) for row in self.room.store.queue(None, open_only=False).rows]

    def fold(self, case_id: str) -> Case:
        """A case, folded anew where its log has changed."""
        log = self.room.store.bodies(case_id)
        if self.folded.get(case_id, ([],))[0] != log:
            self.folded[case_id] = log, self.room.store.load(case_id)
        return self.folded[case_id][1]

    def changed(self, looked_at: str) -> Iterator[Case]:
        """The cases that an invariant of case and process alone has not looked at as they are."""
        for case in self.all():
            before, process = self.seen.get((looked_at, case.id), (None, None))
            if before is not case or process is not self.process:
                yield case
                self.seen[looked_at, case.id] = case, self.process

    @invariant()
    def the_stored_state_is_the_fold(self) -> None:
        """Due time and next alarm included (R20); what was received is accounted for (R1)."""
        for case in self.all():
            assert CaseRow.of(standing(case, self.process)) == self.room.store.row(case.id)
        assert self.room.store.ledger().balanced

    @invariant()
    def urgent_is_at_level_3(self) -> None:
        """At no moment of the log; and who handles a case is of its level, or of a change the owner of its module."""
        for case in self.changed("levels"):
            then: Case | None = None
            for event in case.history:
                then = apply(then, event, case.id)
                assert then.priority is not Priority.URGENT or then.level == URGENT_LEVEL
                owner = self.process.modules.get(module_of(then))
                may = (owner.owner,) if owner and then.stage else self.process.levels[then.level].resources
                assert then.handler in may

    @invariant()
    def due_only_where_a_clock_runs(self) -> None:
        """A target, and nobody who owes an answer; else there is neither a due time nor an alarm to come."""
        for case in self.all():
            row = self.room.store.row(case.id)
            runs = CLOCK_STATE[case.status] is ClockState.RUNS
            has = self.process.levels[case.level].response.get(case.priority) is not None
            assert (row.due is not None) == (runs and has)
            assert row.next_alert is None or row.due is not None

    @invariant()
    def worked_paused_and_closed_time_add_up(self) -> None:
        """The trace has no gaps, and counts nothing while we wait (R18)."""
        for case in self.changed("time"):
            found = due(case, self.process)
            if found:
                assert found.instant - found.started == sum((p.end - p.start for p in found.trace), timedelta())
                assert found.budget == sum((p.counted for p in found.trace), timedelta())
                assert all(not piece.counted for piece in found.trace if piece.what in {*ClockState})

    @invariant()
    def nothing_is_said_twice_or_while_the_clock_stands(self) -> None:
        """Each share is said once for each version of a due time, the higher after the lower."""
        for case in self.changed("warnings"):
            told: dict[Any, int] = {}
            then: Case | None = None
            for event in case.history:
                if isinstance(event, Warned | Breached):
                    assert then is not None
                    assert CLOCK_STATE[then.status] is ClockState.RUNS
                    assert share_of(event) > told.get(event.due, 0)
                    told[event.due] = share_of(event)
                then = apply(then, event, case.id)

    @invariant()
    def who_follows_hears_each_thing_once(self) -> None:
        """Nobody follows in a circle, and nothing is heard twice."""
        cases = {case.id: case for case in self.all()}
        for case in cases.values():
            items = [event.item for event in case.history if isinstance(event, LeadUpdated)]
            assert len({*items}) == len(items)
            met = {case.id}
            while case.duplicate_of:
                case = cases[case.duplicate_of]  # noqa: PLW2901 - up to the head
                assert case.id not in met
                met.add(case.id)

    @invariant()
    def an_appeal_is_open_until_somebody_else_has_decided(self) -> None:
        """At most two; while one is open the request is, and nobody decides who decided before."""
        for case in self.changed("appeals"):
            decided, then = set[str](), None
            for event in case.history:
                if isinstance(event, Overruled):
                    assert then is None or not then.appealed or event.actor not in decided
                    decided.add(event.actor)
                then = apply(then, event, case.id)
                assert not then.appealed or then.status.is_open
            assert sum(isinstance(event, Appealed) for event in case.history) <= MOST

    @invariant()
    def who_left_is_mailed_no_more(self) -> None:
        """Nobody is in copy who asked not to be, and who is in copy stands there once."""
        for case in self.changed("copies"):
            left = {e.address for e in case.history if isinstance(e, CopyRemoved) and e.themselves}
            assert not left & {*case.copies}
            assert len(case.copies) == len({*case.copies})

    @invariant()
    def it_is_filed_once(self) -> None:
        """Whatever broke in between; and nothing waits for ever once the sweep has been by."""
        cases = self.all()
        assert len(self.room.tracker.issues) <= len(cases)
        for case in cases:
            assert sum(isinstance(event, Filed) for event in case.history) <= 1
            assert case.status is not Status.NEW


def test_whatever_anybody_does_keeps_the_invariants(process: Process) -> None:
    """Random sequences of all actions by all roles."""
    hours = {Priority.URGENT: WorkingDayHours(4), Priority.HIGH: WorkingDayHours(30)}
    level = replace(process.levels[3], response={**process.levels[3].response, **hours})
    front = replace(process.levels[0], response=dict.fromkeys(Priority, WorkingDayHours(20)))
    DeskMachine.process = replace(process, levels={**process.levels, 0: front, 3: level})
    run_state_machine_as_test(
        DeskMachine, settings=settings(max_examples=100, stateful_step_count=40, derandomize=True, deadline=None)
    )
