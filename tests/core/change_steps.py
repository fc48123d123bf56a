"""What anybody may do to a change request, each tried on the real core and on the oracle beside it.

`Requests` is the state of a run: two requests, support.yml, the instant. Each action is tried by `advance`, and the
oracle (change_oracle.py) says whether it may happen and what it does. Time is an argument, nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from intake_fn.core import change_events as c
from intake_fn.core.changes.meetings import end_of_online_vote
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    AskedRequester,
    Closed,
    Event,
    HandedOver,
    Overruled,
    Reopened,
    Reprioritised,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.lifecycle import ACTIONS
from intake_fn.core.names import SPECDESK
from intake_fn.core.request import Priority
from intake_fn.core.sla import CLOCK_STATE, ClockState, due
from intake_fn.core.steps import advance, allowed, apply
from intake_fn.core.stored import event_to_plain
from intake_fn.core.vocabulary import Category, Decision, Motion, Outcome, Stage, Status, Vote
from intake_fn.core.way import way
from tests.core.change_oracle import ADDRESSES, APPROVED, UNDECIDED, Expected

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from intake_fn.core.case import Case, Step
    from intake_fn.core.process import Process

STRANGER = "camille@example.com"
ANDREI = ADDRESSES["andrei"]
PROPOSED, OTHERWISE = "45 days.", "40 days."
SAID = {
    Decision.APPROVED: "step.approved",
    Decision.DEFERRED: "step.deferred",
    Decision.RETURNED: "step.returned",
    Decision.DECLINED: "step.declined",
}
"""What the requester is told of a decision, nothing of a motion that was lost."""
BY_THE_OWNER = "step.owner-declined"

LATER = {"way.design", "way.development", "way.ready", "way.released"}
"""Steps that are reached by an approval alone."""
ENDED = {"way.declined", "way.owner-declined"}


class Requests:
    """Two requests, what should have become of them, and what anybody does to one of them, by its number."""

    process: Process
    now: datetime
    cases: list[Case]
    expected: list[Expected]
    folded: list[Case]
    """Each case as the fold over its log has it."""
    logs: list[list[dict[str, Any]]]
    """Each log as it was stored, entry by entry."""

    sequences: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    refusals: ClassVar[int] = 0
    happened: ClassVar[Counter[str]] = Counter()
    """How often what happened, over all sequences: kinds of events, and decisions."""

    # --- the owner ---------------------------------------------------------------------------

    def decides_that_it_is_a_change(self, n: int, module: str) -> None:
        """A person does, again, or after it was none."""
        what = {"category": Category.CHANGE, "clause": "", "reason": "So.", "module": module}
        expected = self.expected[n]
        may = expected.status is not Status.CLOSED
        self.tries(n, Overruled, ANDREI, may, lambda _: expected.decided_as(module, self.process), **what)

    def decides_that_it_is_none(self, n: int) -> None:
        """It is a bug, whatever has become of it as a change."""
        expected = self.expected[n]

        def none_any_more(after: Case) -> None:
            if expected.stage is not Stage.NONE:
                assert after.handler in self.process.levels[3].resources
            expected.decided_as(None, self.process)
            expected.handler = after.handler

        what = {"category": Category.BUG, "clause": "", "reason": "So."}
        self.tries(n, Overruled, ANDREI, expected.status is not Status.CLOSED, none_any_more, **what)

    def sends_it_to_an_owner(self, n: int, module: str) -> None:
        """The request goes to the owner of its module or of another one."""
        expected, owner = self.expected[n], self.process.modules[module].owner

        def sent(_: Case) -> None:
            expected.stage, expected.module, expected.handler = Stage.OWNER, module, owner

        self.tries(n, c.SentToOwner, STRANGER, expected.may_be_sent(owner), sent, module=module, owner="")

    def assesses(self, n: int, who: str, effort: str) -> None:
        """The first time, or anew while the Board votes."""
        expected = self.expected[n]

        def assessed(after: Case) -> None:
            motion = after.history[-1]
            assert isinstance(motion, c.MotionPut)
            assert expected.urgent == (motion.closes is not None and motion.closes > self.now)
            expected.stage, expected.published = Stage.BOARD, None
            expected.put(Motion.APPROVE, closes=motion.closes)

        what = {"clause": "billing#due", "today": "30 days.", "spec": "s", "proposed": PROPOSED, "effort": effort}
        may = expected.may_assess(who, self.process) and effort in ("1", "0.5")
        self.tries(n, c.ChangeAssessed, who, may, assessed, **what)

    def an_owner_declines(self, n: int, who: str, reason: str) -> None:
        """Where support.yml lets them."""
        expected = self.expected[n]

        def declined(_: Case) -> None:
            expected.stage, expected.status = Stage.DECLINED, Status.RESOLVED

        may = expected.may_decline(who, self.process) and bool(reason.strip())
        self.tries(n, c.OwnerDeclined, who, may, declined, reason=reason)

    def comments(self, n: int, who: str, text: str) -> None:
        """Anybody at the desk."""
        expected = self.expected[n]
        may = expected.handled and expected.stage in UNDECIDED and bool(text)
        self.tries(n, c.Commented, who, may, text=text)

    # --- the Board ---------------------------------------------------------------------------

    def moves(self, n: int, who: str, motion: Motion, until: int | None, online: bool) -> None:
        """Any motion, at the meeting or online."""
        date = self.now + timedelta(days=until) if until is not None and motion is Motion.DEFER else None
        closes = end_of_online_vote(self.now, self.process) if online else None
        expected = self.expected[n]
        may = expected.may_move(who, (motion, date, closes), self.now, self.process)

        def moved(_: Case) -> None:
            expected.stage = Stage.BOARD
            expected.put(motion, date, closes)

        what = {"motion": motion, "until": date, "closes": closes, "reason": "Let us."}
        self.tries(n, c.MotionPut, who, may, moved, **what)

    def votes(self, n: int, who: str, member: str, vote: Vote) -> None:
        """Anybody for anybody: mostly refused."""
        expected = self.expected[n]
        may = expected.may_vote(who, member, self.now, self.process.board)

        def voted(_: Case) -> None:
            expected.stage = Stage.BOARD
            expected.votes[member] = vote

        self.tries(n, c.VoteCast, who, may, voted, member=member, vote=vote, reason="So.")

    def is_recused(self, n: int, who: str, member: str, reason: str) -> None:
        """A member is recused by themselves, by the chair, or by somebody who may not."""
        expected = self.expected[n]
        may = expected.may_recuse(who, member, self.process.board) and bool(reason)
        self.tries(n, c.Recused, who, may, lambda _: expected.recused.add(member), member=member, reason=reason)

    def says(self, n: int, who: str, said: tuple[Decision, dict[str, str], datetime | None]) -> None:
        """Whoever proclaims a decision, with votes and a date."""
        expected = self.expected[n]
        may = expected.may_proclaim(who, said, self.now, self.process.board)
        what = {"decision": said[0], "votes": said[1], "until": said[2], "text": "So it is."}
        self.tries(n, c.BoardDecided, who, may, lambda _: expected.proclaimed(said), **what)

    def proclaims(self, n: int, who: str) -> None:
        """What the votes decide, by anybody; approved, while they decide nothing."""
        expected, board = self.expected[n], self.process.board
        decision = expected.outcome(self.now, board) or Decision.APPROVED
        until = expected.until if decision is Decision.DEFERRED else None
        self.says(n, who, (decision, expected.counted(board), until))

    # --- after it ----------------------------------------------------------------------------

    def goes_to_a_stage(self, n: int, stage: Stage, handler: str) -> None:
        """Further, back, or nowhere that it could."""
        expected = self.expected[n]

        def reached(_: Case) -> None:
            expected.stage, expected.handler = stage, handler

        may = expected.may_reach(stage, handler, self.process)
        self.tries(n, c.StageReached, STRANGER, may, reached, stage=stage, handler=handler, note="So.")

    def is_published(self, n: int, text: str) -> None:
        """As proposed, or otherwise."""
        expected = self.expected[n]
        if expected.stage is Stage.RELEASED:
            return
        what = {"clause": "billing#due", "spec": "t", "text": text, "as_proposed": text == PROPOSED}
        known = expected.published[0] if expected.published else ""

        def published(_: Case) -> None:
            expected.published = (text, text == PROPOSED)

        self.tries(n, c.ClausePublished, SPECDESK, expected.stage in APPROVED and text != known, published, **what)

    def is_released(self, n: int, reason: str) -> None:
        """With the clause published, or a reason why not."""
        expected = self.expected[n]

        def released(_: Case) -> None:
            expected.stage, expected.status = Stage.RELEASED, Status.RESOLVED

        what = {"version": "4.3", "text": "It is there.", "reason": reason}
        self.tries(n, c.ChangeReleased, ANDREI, expected.may_release(reason), released, **what)

    # --- what anybody does to any request ----------------------------------------------------

    def asks_the_requester(self, n: int) -> None:
        """The clock pauses."""
        expected = self.expected[n]
        what = {"question": "Which?"}
        self.tries(n, AskedRequester, ANDREI, expected.handled, self._to(n, Status.WAITING), **what)

    def replies(self, n: int, works: bool) -> None:
        """The requester answers, objects to what is done, or says that it works."""
        expected = self.expected[n]
        stays = works and expected.status.is_done
        effect = self._to(n, expected.status if stays else Status.OPEN)
        self.tries(
            n, RequesterReplied, "requester", may=True, effect=effect, text="" if works else "This.", works=works
        )

    def resolves(self, n: int, outcome: Outcome, in_mantis: bool) -> None:
        """As any outcome, here or in Mantis."""
        may = self.expected[n].may_resolve(outcome, in_mantis=in_mantis)
        what = {"resolution": "Done.", "outcome": outcome, "in_mantis": in_mantis}
        self.tries(n, Resolved, ANDREI, may, self._to(n, Status.RESOLVED), **what)

    def reopens(self, n: int) -> None:
        """What was done."""
        may = self.expected[n].status.is_done
        self.tries(n, Reopened, ANDREI, may, self._to(n, Status.OPEN), reason="Not yet.")

    def closes(self, n: int) -> None:
        """What was resolved."""
        may = self.expected[n].status is Status.RESOLVED
        self.tries(n, Closed, ANDREI, may, self._to(n, Status.CLOSED))

    def hands_over(self, n: int, to: str) -> None:
        """To whom it may go as it stands."""
        expected = self.expected[n]

        def handed(_: Case) -> None:
            expected.handler = to

        may = expected.may_hand_over(to, self.process)
        self.tries(n, HandedOver, ANDREI, may, handed, handler=to)

    def becomes_urgent(self, n: int) -> None:
        """It stays where it is, and a vote that is put from now on is online."""
        expected = self.expected[n]

        def raised(_: Case) -> None:
            expected.urgent = True

        what = {"priority": Priority.URGENT, "note": "Now."}
        self.tries(n, Reprioritised, ANDREI, expected.handled and not expected.urgent, raised, **what)

    def the_vote_closes(self, n: int) -> None:
        """Recorded at its time, and refused before it."""
        expected, board = self.expected[n], self.process.board
        decided = expected.outcome(self.now, board)

        def closed(_: Case) -> None:
            if decided is None:
                expected.put(Motion.APPROVE)
            else:
                expected.noted = True

        what = {"voted": len(expected.counted(board)), "decided": decided}
        self.tries(n, c.VoteClosed, SPECDESK, expected.vote_closes(self.now), closed, **what)

    def the_deferral_ends(self, n: int) -> None:
        """On its date."""
        expected = self.expected[n]

        def ended(_: Case) -> None:
            expected.stage = Stage.BOARD

        self.tries(n, c.DeferralEnded, SPECDESK, expected.deferral_ends(self.now), ended)

    # --- what must hold of each step ---------------------------------------------------------

    def tries(
        self,
        n: int,
        kind: type[Event],
        who: str,
        may: bool,
        effect: Callable[[Case], None] | None = None,
        **what: Any,
    ) -> None:
        """Let something happen to a request: it happens when the oracle says so, and else changes nothing."""
        type(self).steps += 1
        before = self.cases[n]
        try:
            step = advance(before, kind(at=self.now, actor=who, **what), self.process)
        except Refused as refused:
            problem: str | None = str(refused)
        else:
            problem = None
        assert may == (problem is None), f"{kind.__name__} by {who}: {problem or 'accepted'}; {self.expected[n]}"
        if problem is not None:
            type(self).refusals += 1
            assert self.folded[n] == before
            return
        if kind in ACTIONS and who != SPECDESK:
            assert kind in allowed(before, self.process, who).events
        assert before.history == step.case.history[: before.version]
        assert step.case.history[before.version :] == step.events
        self.cases[n] = step.case
        for event in step.events:
            self.logs[n].append(event_to_plain(event))
            self.folded[n] = apply(self.folded[n], event)
        self.happened[str(what["decision"]) if kind is c.BoardDecided else kind.__name__] += 1
        if effect:
            effect(step.case)
        self._is_told_what_happened(n, step)
        self._is_the_fold(n)
        self._is_shown_where_it_stands(n)

    def _to(self, n: int, status: Status) -> Callable[[Case], None]:
        def effect(_: Case) -> None:
            self.expected[n].status = status

        return effect

    def _is_the_fold(self, n: int) -> None:
        """Stage, status and handler are what the events come to, and what the oracle says."""
        case, expected = self.cases[n], self.expected[n]
        assert self.folded[n] == case
        assert (expected.stage, expected.status, expected.handler) == (case.stage, case.status, case.handler)
        assert (Category.CHANGE if expected.is_change else Category.BUG) is case.category
        decided = [event for event in case.history if isinstance(event, c.BoardDecided)]
        assert expected.decisions == [(event.decision, dict(event.votes), event.until) for event in decided]
        with_the_board = expected.stage in (Stage.BOARD, Stage.DEFERRED, *APPROVED) and expected.handled
        clock = due(case, self.process)
        assert clock is not None
        assert (ClockState.DECIDING if with_the_board else CLOCK_STATE[expected.status]) is clock.clock

    def _is_shown_where_it_stands(self, n: int) -> None:
        """The steps on the requester's page: nothing beyond what was decided, and one that is now at most."""
        expected, shown = self.expected[n], way(self.cases[n], self.process)
        keys = {step.what.key for step in shown}
        assert bool(keys) == expected.is_change
        assert (expected.stage in (*APPROVED, Stage.RELEASED)) == bool(keys & LATER)
        assert (expected.stage is Stage.DECLINED) == bool(keys & ENDED)
        assert not any(step.at for step in shown if step.what.key.endswith("-ahead"))
        has_ended = expected.stage in (Stage.DECLINED, Stage.RELEASED)
        is_somewhere = expected.is_change and (expected.handled or has_ended)
        assert is_somewhere == sum(step.is_now for step in shown)

    def _is_told_what_happened(self, n: int, step: Step) -> None:
        """A mail says of a decision what was proclaimed, and of none where none was."""
        told = [
            why.key
            for intent in step.intents
            if isinstance(intent, SendNotice) and intent.notice == "change"
            for why in intent.why
        ]
        decisions = [SAID.get(event.decision) for event in step.events if isinstance(event, c.BoardDecided)]
        decisions += [BY_THE_OWNER for event in step.events if isinstance(event, c.OwnerDeclined)]
        assert [key for key in told if key in (*SAID.values(), BY_THE_OWNER)] == [*filter(None, decisions)]
        if self.expected[n].status.is_done:
            assert {*told} <= {SAID[Decision.DECLINED], BY_THE_OWNER, "step.object"}
