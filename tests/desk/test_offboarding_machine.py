"""The machine of test_machine.py, in which people also leave, come back and hand over, while everything goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from intake_fn.core.case import module_of
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import keeper
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notices import NOTICES
from intake_fn.core.process import WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.requester_events import CopyAdded
from intake_fn.core.steps import allowed
from intake_fn.desk import offboarding
from intake_fn.desk.consistency_check import difference
from intake_fn.web import status_words, words
from tests.desk.test_machine import DeskMachine
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process

LEAVERS = ("paul", "system-analysts", "roma", "andrei", "marc-selter", "ihelp", "paris-liaison")


def left(process: Process, name: str, *, known: bool) -> Process:
    """The process without a person; somebody else takes their places."""
    people = {one: person for one, person in process.people.items() if one != name}
    levels, anybody = {}, next(iter(people))
    for number, level in process.levels.items():
        there = tuple(one for one in level.resources if one != name) or (anybody,)
        places = {what: there[0] if who == name else who for what, who in level.specialities.items()}
        levels[number] = replace(level, resources=there, specialities=places)
    offices = {
        one: replace(office, liaison=levels[0].resources[0] if office.liaison == name else office.liaison)
        for one, office in process.offices.items()
    }
    modules = {
        one: replace(module, owner=anybody if module.owner == name else module.owner)
        for one, module in process.modules.items()
    }
    members = tuple(one for one in process.board.members if one != name) or (anybody,)
    chair = process.board.chair if process.board.chair in members else members[0]
    board = replace(process.board, members=members, chair=chair, quorum=min(process.board.quorum, len(members)))
    former = {**process.former, name: process.people[name]} if known else process.former
    return replace(process, people=people, levels=levels, offices=offices, modules=modules, board=board, former=former)


class DeskThatPeopleLeave(DeskMachine):
    """Who has left is gone for good here, but for a change of mind about all of them at once."""

    def leave(self, process: Process) -> None:
        """Deploy another support.yml."""
        self.process = process
        self.room.desk = replace(self.room.desk, process=process)
        self.sent = len(self.room.mailer.sent)

    @rule(name=st.sampled_from(LEAVERS), known=st.booleans())
    def somebody_leaves(self, name: str, known: bool) -> None:
        """With whatever they have open, and whatever mail waits for them."""
        if name in self.process.people:
            self.leave(left(self.process, name, known=known))

    @rule()
    def all_come_back(self) -> None:
        """The former support.yml is deployed again."""
        self.leave(type(self).process)

    @rule(name=st.sampled_from(LEAVERS))
    def an_admin_hands_over(self, name: str) -> None:
        """All that somebody has, each to whoever would get it; twice does nothing more."""
        for case_id in [*offboarding.open_requests_of(self.room.store, name)]:
            to = keeper(self.room.store.load(case_id), self.process).id
            try:
                done = offboarding.hand_over(self.room.desk, case_id, name, to, "They have left.")
            except Refused:  # it is theirs still, or still being read
                continue
            assert done
            assert not offboarding.hand_over(self.room.desk, case_id, name, to, "They have left.")

    @rule(case_id=DeskMachine.cases, known=st.booleans(), hours=st.integers(0, 20))
    def its_handler_leaves_while_mail_is_down(self, case_id: str, known: bool, hours: int) -> None:
        """What is owed to them waits, and outlasts them."""
        self.room.mailer.down = True
        self.replies(case_id, works=False)
        self.hours_pass(hours)
        self.somebody_leaves(self.room.store.load(case_id).handler, known)
        self.room.mailer.down = False
        self.hours_pass(2)

    @rule()
    def mantis_is_synced(self) -> None:
        """It is looked at each minute, and brought in line."""
        self.room.clock.advance(minutes=1)
        self.room.desk.sync()

    # --- what must hold ----------------------------------------------------------------------

    @invariant()
    def the_stored_state_is_the_fold(self) -> None:
        """But for due times, which another calendar may move: they can be counted anew without fail."""
        for case in self.all():
            difference(self.room.store, self.process, self.room.store.row(case.id))
        assert self.room.store.ledger().balanced

    @invariant()
    def urgent_is_at_level_3(self) -> None:
        """Whoever is there for it now is of its level, or its handler, or owns the module of a change."""
        for case in self.changed("levels"):
            person, module = keeper(case, self.process), self.process.modules.get(module_of(case))
            owner = [module.owner] if module and case.stage else []
            assert person.id in self.process.people
            assert person.id in (case.handler, *owner, *self.process.levels[case.level].resources)
            assert case.priority is not Priority.URGENT or case.level == 3

    @invariant()
    def due_only_where_a_clock_runs(self) -> None:
        """What is stored may be of the support.yml before."""

    @invariant()
    def whoever_left_gets_no_mail(self) -> None:
        """A mail that was sent since then went to somebody who is here, to the requester or to somebody in copy."""
        in_copy = {e.address for case in self.all() for e in case.history if isinstance(e, CopyAdded)}
        asked = {"camille@example.com"} | {mailbox(case.request.requester.email) for case in self.all()}
        here = {mailbox(person.address) for person in self.process.people.values()} | in_copy | asked
        assert {mailbox(mail.to) for mail in self.room.mailer.sent[getattr(self, "sent", 0) :]} <= here

    @invariant()
    def everything_can_be_read_and_told(self) -> None:
        """The history, the offers and every notice of each request."""
        for case in self.changed("texts"):
            words.history(case, self.process)
            status_words.history_for_requester(case, self.process)
            words.unassigned(case, self.process)
            allowed(case, self.process)
            for name in NOTICES:
                letter_of(SendNotice(name, "x@example.com"), case, self.process, "status", "desk")


def test_whoever_leaves_in_the_middle_of_it_breaks_nothing(process: Process) -> None:
    """Random sequences of all actions by all roles, with people leaving in between."""
    hours = {Priority.URGENT: WorkingDayHours(4), Priority.HIGH: WorkingDayHours(30)}
    level = replace(process.levels[3], response={**process.levels[3].response, **hours})
    DeskThatPeopleLeave.process = replace(process, levels={**process.levels, 3: level})
    run_state_machine_as_test(
        DeskThatPeopleLeave,
        settings=settings(max_examples=60, stateful_step_count=40, derandomize=True, deadline=None),
    )
