"""Which verdicts act, and what Mantis and mails say of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import Judged, JudgedInShadow, Overruled
from intake_fn.core.process import JudgePolicy
from intake_fn.core.request import Kind
from intake_fn.core.verdict_texts import said_of
from intake_fn.core.verdicts import BUILT_IN, proposal
from intake_fn.core.vocabulary import Category
from intake_fn.desk.judging import acts, built_in
from spec_lookup import Claim, Spec, Verdict
from tests.core.samples import request
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from intake_fn.core.process import Process

CRASH = {"summary": "Error 500 when an invoice is opened", "description": "It shows error 500 and crashes."}


@pytest.fixture
def room(process: Process) -> Room:
    """A desk whose bugs are proposed."""
    made = Room(process)
    made.spec = Spec.of([("quotes.md", "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n")])
    made.desk = replace(made.desk, process=replace(process, judge=JudgePolicy(acts=frozenset(("change", "misc")))))
    return made


def test_the_built_in_judge_is_known_by_its_name(room: Room) -> None:
    """Also where it speaks in the place of a language model."""
    assert BUILT_IN == built_in(room.desk.spec(), Claim("A question", "How?"), ()).judge


def test_a_category_that_does_not_act_is_proposed(room: Room) -> None:
    """The issue stands where undecided ones stand, and says that a person decides; so does the receipt."""
    case = room.desk.take_in(request(**CRASH), "key")
    issue = room.tracker.issues[case.issue or 0]
    receipt = next(mail for mail in room.mailer.sent if mail.to == "camille@example.com")

    assert (Category.UNDECIDED, Category.BUG) == (case.category, proposal(case))
    assert "Support Misc" == case.issue_project
    assert "undecided: a person of the Help Desk decides. Proposed by the program: bug" in issue.description
    assert "Proposed by the program: a bug. A person decides" in receipt.text


def test_a_category_that_acts_decides_as_before(room: Room) -> None:
    """Set-ups are decided, bugs are proposed."""
    case = room.desk.take_in(
        request(kind=Kind.SETUP, summary="Jo Wu", description="starts Monday, ops", expected=""), "key"
    )

    assert (Category.MISC, None) == (case.category, proposal(case))


def test_a_person_decides_on_a_proposal(room: Room) -> None:
    """As proposed or otherwise; the issue moves to its project."""
    case = room.desk.take_in(request(**CRASH), "key")
    decided = room.event(Overruled, category=Category.BUG, clause="", reason="It crashes.")
    after = room.desk.act(case.id, decided, case.version)

    assert (Category.BUG, None) == (after.category, proposal(after))
    assert "Bugs InBox" == room.tracker.issues[after.issue or 0].project


def test_a_language_model_acts_only_when_it_is_qualified(room: Room, process: Process) -> None:
    """The built-in judge needs no qualification, also where it speaks for a model."""
    verdict = room.desk.spec().judge(Claim(CRASH["summary"], CRASH["description"]))
    model = replace(verdict, judge="bedrock:some.model")

    def may_act(judge: str) -> bool:
        return judge != model.judge

    assert acts(verdict, process, may_act)
    assert acts(replace(verdict, judge=f"{BUILT_IN}, for {model.judge}"), process, may_act)
    assert not acts(model, process, may_act)
    assert acts(model, process, lambda _: True)


def test_the_desk_asks_whether_a_model_may_act(room: Room, process: Process) -> None:
    """What is not qualified proposes, in every category."""

    def model(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        del names
        return replace(spec.judge(claim), judge="bedrock:some.model")

    room.desk = replace(room.desk, process=process, judge=model, may_act=lambda _: False)
    case = room.desk.take_in(request(**CRASH), "key")
    (judged,) = [event for event in case.history if isinstance(event, Judged)]

    assert (False, True, Category.UNDECIDED) == (judged.acts, judged.unqualified, case.category)
    assert said_of(case).startswith("Proposed by a language model that has not passed its qualification: a bug.")


# --- shadow ----------------------------------------------------------------------------------


def says(category: str, judge: str = "bedrock:some.model") -> Any:
    """A judge that always says the same."""

    def model(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        del names
        return replace(spec.judge(claim), category=category, judge=judge)

    return model


def in_shadow(room: Room, process: Process, judge: Any) -> Room:
    """The desk with a judge in the shadow."""
    room.desk = replace(room.desk, process=replace(process, judge=JudgePolicy(shadow=True)), shadow=judge)
    return room


def test_a_model_in_the_shadow_speaks_later_and_changes_nothing(room: Room, process: Process) -> None:
    """Its verdict is an event of its own; category, verdict, issue and mails stay as they are."""
    before = in_shadow(room, process, says("change")).desk.take_in(request(**CRASH), "key")
    mails, issues = len(room.mailer.sent), dict(room.tracker.issues)
    room.clock.advance(minutes=2)
    room.desk.sweep()
    room.desk.sweep()
    after = room.store.load(before.id)
    (event,) = [event for event in after.history if isinstance(event, JudgedInShadow)]

    assert not any(isinstance(event, JudgedInShadow) for event in before.history)
    assert ("change", "bedrock:some.model") == (event.category, event.verdict["judge"])
    assert (Category.BUG, before.verdict) == (after.category, after.verdict)
    assert (mails, issues) == (len(room.mailer.sent), room.tracker.issues)
    assert [] == list(room.desk.outbox.items_of(before.id))


@pytest.mark.parametrize("judge", [None, says("bug", f"{BUILT_IN}, for bedrock:some.model")])
def test_without_an_answer_of_the_model_nothing_is_recorded(room: Room, process: Process, judge: Any) -> None:
    """None is set up, or the built-in judge spoke in its place: that would be compared with itself."""
    case = in_shadow(room, process, judge).desk.take_in(request(**CRASH), "key")
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert case.version == room.store.load(case.id).version
    assert [] == list(room.desk.outbox.items_of(case.id))


def test_without_the_setting_nobody_speaks_in_the_shadow(room: Room, process: Process) -> None:
    """Also where a judge stands ready."""
    room.desk = replace(room.desk, process=process, shadow=says("change"))
    case = room.desk.take_in(request(**CRASH), "key")
    room.clock.advance(minutes=2)
    room.desk.sweep()

    assert not any(isinstance(event, JudgedInShadow) for event in room.store.load(case.id).history)
