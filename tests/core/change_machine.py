"""A machine that does to two change requests whatever anybody can do, while support.yml changes and people leave.

Both are before the same Board. The actions stand in change_steps.py, what should come of them in change_oracle.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from intake_fn.core.change_events import DeferralEnded, MotionPut, VoteCast, VoteClosed
from intake_fn.core.changes.agenda import agenda, item_of, log_of_votes
from intake_fn.core.changes.clock import by_time
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import DECLINED, MAJORITIES, MORE_THAN_HALF, TIES, WorkingDayHours
from intake_fn.core.request import Priority, Requester
from intake_fn.core.steps import fold
from intake_fn.core.stored import event_from_plain, event_to_plain
from intake_fn.core.vocabulary import Decision, Motion, Outcome, Stage, Vote
from tests.core.change_oracle import ADDRESSES, APPROVED, Expected
from tests.core.change_steps import OTHERWISE, PROPOSED, STRANGER, Requests
from tests.core.samples import NOW, case_at

if TYPE_CHECKING:
    from intake_fn.core.process import Process

BY_THE_DESK = [outcome for outcome in Outcome if outcome is not Outcome.WITHDRAWN]
"""What somebody else than the requester may say that came of a request."""

MODULES = ("billing", "server", "reports")
LEAVING = ("marc-selter", "system-analysts", "paul", "roma")

which = st.integers(0, 1)
anybody = st.sampled_from([*ADDRESSES.values(), STRANGER])
person = st.sampled_from(list(ADDRESSES))
ballots = st.sampled_from([Vote.YES, Vote.YES, Vote.NO, Vote.ABSTAIN])
come_so_far = st.lists(st.sampled_from([1, 2, 2, 3, 0]), min_size=2, max_size=2)


class ChangeMachine(Requests, RuleBasedStateMachine):
    """Two requests, the Board, and everybody who has to do with them."""

    def __init__(self) -> None:
        super().__init__()
        self.process = _with_people_who_may_leave(self.process)
        self.now = NOW
        self.cases, self.folded, self.expected, self.logs = [], [], [], []
        type(self).sequences += 1

    @initialize(
        requesters=st.lists(
            st.sampled_from(["Paul@Example.com", STRANGER, ADDRESSES["ihelp"]]), min_size=2, max_size=2
        ),
        urgent=st.booleans(),
        so_far=come_so_far,
        majority=st.sampled_from(MAJORITIES),
        tie=st.sampled_from(TIES),
    )
    def open(self, requesters: list[str], urgent: bool, so_far: list[int], majority: str, tie: str) -> None:
        """Each has come some way: to nobody, to the owner, to the Board, or beyond it. One may be urgent."""
        self._board(majority=majority, tie=tie)
        for n, address in enumerate(requesters):
            is_urgent = urgent and n == 0
            requester = Requester("Camille", address, "paris")
            priority = Priority.URGENT if is_urgent else Priority.HIGH
            case = case_at(3, "paul", module="billing", priority=priority, requester=requester)
            self.cases.append(case)
            self.folded.append(case)
            self.expected.append(Expected(address, is_urgent, "billing", "paul"))
            self.logs.append([event_to_plain(event) for event in case.history])
            self.goes_its_way(n, so_far[n], Motion.APPROVE)

    # --- with the owner ----------------------------------------------------------------------

    @rule(n=which, steps=st.integers(1, 3), motion=st.sampled_from([Motion.APPROVE, *Motion]))
    def goes_its_way(self, n: int, steps: int, motion: Motion) -> None:
        """Whatever comes next where all goes well, some times."""
        for _ in range(steps):
            self._goes_one_step(n, motion)

    def _goes_one_step(self, n: int, motion: Motion) -> None:
        expected = self.expected[n]
        if expected.status.is_done:
            self.reopens(n)
        elif not expected.is_change:
            self.decides_that_it_is_a_change(n, "billing")
        elif expected.stage in (Stage.NONE, Stage.DECLINED, Stage.RELEASED):
            self.sends_it_to_an_owner(n, "reports")
        elif expected.stage is Stage.OWNER:
            self.hands_over(n, self.process.modules[expected.module].owner)
            self.assesses(n, ADDRESSES[expected.handler], "1")
        elif expected.stage in APPROVED:
            self._goes_on(n)
        elif expected.stage is Stage.DEFERRED and expected.deferred_to is not None:
            self.now = max(self.now, expected.deferred_to)
            self._sweeps()
        else:
            self.the_board_meets(n, motion, [Vote.YES] * 4, 1)

    @rule(n=which, module=st.sampled_from([*MODULES, None]))
    def is_decided(self, n: int, module: str | None) -> None:
        """A person says that it is a change of a module, or that it is none."""
        if module is None:
            self.decides_that_it_is_none(n)
        else:
            self.decides_that_it_is_a_change(n, module)

    @rule(n=which, who=anybody, by_owner=st.booleans(), what=st.integers(0, 3), module=st.sampled_from(MODULES))
    def the_owner_acts(self, n: int, who: str, by_owner: bool, what: int, module: str) -> None:
        """Assesses it, the first time or anew, or declines it; or somebody sends it to another one."""
        who = ADDRESSES[self.expected[n].handler] if by_owner else who
        if what == 0:
            self.sends_it_to_an_owner(n, module)
        elif what == 1:
            self.an_owner_declines(n, who, "Too dear." if by_owner else " ")
        else:
            self.assesses(n, who, "0.5" if module == "billing" else ["1", "soon"][what == 3])

    # --- the Board ---------------------------------------------------------------------------

    @rule(
        n=which,
        who=anybody,
        motion=st.sampled_from(Motion),
        days=st.sampled_from([None, 0, 5, 40]),
        online=st.booleans(),
    )
    def somebody_moves(self, n: int, who: str, motion: Motion, days: int | None, online: bool) -> None:
        """Any motion, at the meeting or online."""
        self.moves(n, who, motion, days, online=online)

    @rule(n=which, who=anybody, member=person, vote=ballots)
    def somebody_votes(self, n: int, who: str, member: str, vote: Vote) -> None:
        """Anybody for anybody: mostly refused."""
        self.votes(n, who, member, vote)

    @rule(n=which, seat=st.integers(0, 3), by_deputy=st.booleans(), vote=ballots)
    def a_member_votes(self, n: int, seat: int, by_deputy: bool, vote: Vote) -> None:
        """Themselves, or their deputy for them; the first time or anew, perhaps twice in a row."""
        board = self.process.board
        member = board.members[seat % len(board.members)]
        voter = board.deputies.get(member, member) if by_deputy else member
        self.votes(n, ADDRESSES[voter], member, vote)
        if seat == 3:
            self.votes(n, ADDRESSES[voter], member, vote)

    @rule(n=which, who=anybody, member=person, by_member=st.booleans())
    def somebody_is_recused(self, n: int, who: str, member: str, by_member: bool) -> None:
        """A member is recused by themselves, by the chair, or by somebody who may not."""
        self.is_recused(n, ADDRESSES[member] if by_member else who, member, "My own idea.")

    @rule(n=which, who=anybody, by_chair=st.booleans(), decision=st.sampled_from(Decision), true_votes=st.booleans())
    def somebody_proclaims(self, n: int, who: str, by_chair: bool, decision: Decision, true_votes: bool) -> None:
        """Any decision, with the votes as they are or as somebody would like them."""
        expected, board = self.expected[n], self.process.board
        counted = expected.counted(board) if true_votes else dict.fromkeys(board.members, "yes")
        until = expected.until if decision is Decision.DEFERRED else None
        self.says(n, ADDRESSES[board.chair] if by_chair else who, (decision, counted, until))

    @rule(n=which, who=anybody, by_chair=st.booleans())
    def the_decision_is_proclaimed(self, n: int, who: str, by_chair: bool) -> None:
        """As the votes decide, by the chair or by somebody who may not."""
        self.proclaims(n, ADDRESSES[self.process.board.chair] if by_chair else who)

    @rule(
        n=which, motion=st.sampled_from(Motion), cast=st.lists(ballots, min_size=4, max_size=4), days=st.integers(1, 9)
    )
    def the_board_meets(self, n: int, motion: Motion, cast: list[Vote], days: int) -> None:
        """A motion, a vote of each member, what is no decision, the decision, and votes that come too late."""
        board = self.process.board
        if motion is not self.expected[n].motion:
            self.moves(n, ADDRESSES[board.chair], motion, days, online=False)
        for member, vote in zip(board.members, cast, strict=False):
            self.votes(n, ADDRESSES[member], member, vote)
        for other in (name for name in board.members if name != board.chair):
            self.proclaims(n, ADDRESSES[other])
        counted = self.expected[n].counted(board)
        decided = self.expected[n].outcome(self.now, board)
        for decision in (one for one in Decision if one is not decided):
            self.says(n, ADDRESSES[board.chair], (decision, counted, None))
        if decided is not None and counted:
            self.says(n, ADDRESSES[board.chair], (decided, {}, self.expected[n].until))
        self.proclaims(n, ADDRESSES[board.chair])
        for member in board.members:
            self.votes(n, ADDRESSES[member], member, Vote.NO)

    # --- after it ----------------------------------------------------------------------------

    @rule(n=which, stage=st.sampled_from([*APPROVED, Stage.RELEASED, Stage.OWNER]), handler=person)
    def is_moved(self, n: int, stage: Stage, handler: str) -> None:
        """Further, back, or nowhere that it could."""
        self.goes_to_a_stage(n, stage, handler)

    @rule(n=which, text=st.sampled_from([PROPOSED, OTHERWISE]), reason=st.sampled_from(["", "It needs no clause."]))
    def is_delivered(self, n: int, text: str, reason: str) -> None:
        """The clause is published, as proposed or otherwise, and the change is released."""
        self.is_published(n, text)
        self.is_released(n, reason)

    def _goes_on(self, n: int) -> None:
        expected = self.expected[n]
        if expected.stage is Stage.READY:
            self.is_published(n, PROPOSED)
            self.is_released(n, "")
        else:
            following = Stage.DEVELOPMENT if expected.stage is Stage.DESIGN else Stage.READY
            self.goes_to_a_stage(n, following, "andrei")

    # --- what anybody does to any request ----------------------------------------------------

    @rule(n=which, what=st.integers(0, 7), who=anybody, to=person)
    def is_worked_on(self, n: int, what: int, who: str, to: str) -> None:
        """As anything else that there is in a queue."""
        actions = (
            lambda: self.asks_the_requester(n),
            lambda: self.replies(n, works=False),
            lambda: self.replies(n, works=True),
            lambda: self.comments(n, who, "It touches customs." if to == "paul" else ""),
            lambda: self.hands_over(n, to),
            lambda: self.becomes_urgent(n),
            lambda: self.reopens(n),
            lambda: self.closes(n),
        )
        actions[what]()

    @rule(n=which, outcome=st.sampled_from(BY_THE_DESK), in_mantis=st.booleans())
    def is_resolved(self, n: int, outcome: Outcome, in_mantis: bool) -> None:
        """As any outcome, here or in Mantis."""
        self.resolves(n, outcome, in_mantis=in_mantis)

    # --- what happens by itself, and to support.yml ------------------------------------------

    @rule(hours=st.sampled_from([0, 30, 80, 24 * 6, 24 * 41]), sweep=st.booleans(), n=which)
    def time_passes(self, hours: int, sweep: bool, n: int) -> None:
        """And the sweep comes by; or it comes too early for one of the two."""
        self.now += timedelta(hours=hours)
        self.the_vote_closes(n)
        self.the_deferral_ends(n)
        if sweep:
            self._sweeps()

    def _sweeps(self) -> None:
        """What time alone does is what the oracle says of it."""
        for n, expected in enumerate(self.expected):
            event = by_time(self.cases[n], self.process, self.now, SPECDESK)
            assert isinstance(event, VoteClosed) == expected.vote_closes(self.now)
            assert isinstance(event, DeferralEnded) == expected.deferral_ends(self.now)
            self.the_vote_closes(n)
            self.the_deferral_ends(n)

    @rule(
        majority=st.sampled_from(MAJORITIES),
        tie=st.sampled_from(TIES),
        quorum=st.integers(1, 4),
        declines=st.sampled_from([("billing",), MODULES, ()]),
    )
    def support_yml_changes(self, majority: str, tie: str, quorum: int, declines: tuple[str, ...]) -> None:
        """Other rules, for the same Board."""
        quorum = min(quorum, len(self.process.board.members))
        self._board(majority=majority, tie=tie, quorum=quorum, owner_declines=declines)

    @rule(members=st.permutations(LEAVING), size=st.integers(1, 4), chair=st.integers(0, 3), deputy=st.integers(0, 3))
    def the_board_is_another(self, members: list[str], size: int, chair: int, deputy: int) -> None:
        """Other members, another chair, another deputy."""
        here = tuple(member for member in members if member in self.process.people)[:size] or ("andrei",)
        deputies = {here[deputy % len(here)]: "ihelp"}
        quorum = min(self.process.board.quorum, len(here))
        self._board(members=here, chair=here[chair % len(here)], deputies=deputies, quorum=quorum)

    @rule(who=st.sampled_from(LEAVING))
    def somebody_leaves(self, who: str) -> None:
        """The chair, a member, an owner, an engineer: nothing of support.yml names them any more."""
        process, board = self.process, self.process.board
        if who not in process.people:
            return
        levels = {
            number: replace(level, resources=tuple(p for p in level.resources if p != who) or ("andrei",))
            for number, level in process.levels.items()
        }
        modules = {
            name: replace(module, owner="ihelp" if module.owner == who else module.owner)
            for name, module in process.modules.items()
        }
        people = {name: known for name, known in process.people.items() if name != who}
        former = {**process.former, who: process.people[who]}
        self.process = replace(process, people=people, former=former, levels=levels, modules=modules)
        members = tuple(member for member in board.members if member != who) or ("andrei",)
        deputies = {member: deputy for member, deputy in board.deputies.items() if who not in (member, deputy)}
        chair = board.chair if board.chair in members else members[0]
        self._board(members=members, chair=chair, deputies=deputies, quorum=min(board.quorum, len(members)))

    def _board(self, **changes: Any) -> None:
        self.process = replace(self.process, board=replace(self.process.board, **changes))

    # --- what must hold ----------------------------------------------------------------------

    @invariant()
    def what_would_be_proclaimed_is_the_count(self) -> None:
        """With members and rules as they are now; and every vote that counts, counts once."""
        for case, expected in zip(self.cases, self.expected, strict=True):
            item = item_of(case, self.process, self.now)
            if item is None or not expected.is_the_boards:
                continue
            board = self.process.board
            assert expected.outcome(self.now, board) is item.standing.decision
            log = log_of_votes(item, self.process)
            last = max(n for n, entry in enumerate(log) if isinstance(entry.event, MotionPut))
            counting = [entry.event for entry in log[last:] if entry.counts and isinstance(entry.event, VoteCast)]
            assert sorted((vote.member, vote.vote.value) for vote in counting) == sorted(
                expected.counted(board).items()
            )

    @invariant()
    def the_agenda_has_what_is_before_the_board(self) -> None:
        """Each once: now, or with the date to which it is put off."""
        ready, put_off = agenda(self.cases, self.process, self.now)
        boards = [expected for expected in self.expected if expected.handled and expected.is_the_boards]
        ahead = [expected for expected in boards if expected.is_put_off(self.now)]
        assert (len(ready), len(put_off)) == (len(boards) - len(ahead), len(ahead))

    def teardown(self) -> None:
        """The log as it was stored describes the same case: nothing that came later has changed an entry."""
        for case, log in zip(self.cases, self.logs, strict=True):
            assert fold(case.id, [event_from_plain(plain) for plain in log]) == case


def run(process: Process, sequences: int, number: int) -> None:
    """Run so many sequences, the same for the same seed. Raises with the shortest one at which something differs."""
    ChangeMachine.process = process
    phases = (Phase.generate, Phase.shrink)
    how = settings(max_examples=sequences, stateful_step_count=15, deadline=None, database=None, phases=phases)
    run_state_machine_as_test(seed(number)(ChangeMachine), settings=how)


def _with_people_who_may_leave(process: Process) -> Process:
    """Nobody of the level is needed for a speciality; it has response times; two members have deputies."""
    hours = dict.fromkeys(Priority, WorkingDayHours(40))
    level = replace(process.levels[3], specialities={}, resources=("paul", "system-analysts"), response=hours)
    deputies = {"marc-selter": "ihelp", "paul": "roma"}
    board = replace(process.board, majority=MORE_THAN_HALF, tie=DECLINED, quorum=2, deputies=deputies)
    return replace(process, levels={**process.levels, 3: level}, board=board)
