"""The checklist: what the process asks for, ticked by events where there are any and by people else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.activities import checklist, to_tick
from intake_fn.core.case import Case
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    Filed,
    Judged,
    Linked,
    Overruled,
    Resolved,
)
from intake_fn.core.intents import AddNote
from intake_fn.core.messages import note_of
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Category, Relation, Reproduced
from tests.core.samples import NOW, PAUL, VERDICT, case_at, case_of, happened, received

if TYPE_CHECKING:
    from intake_fn.core.process import Process

BUG = case_at(3, "paul")


def done(case: Case, process: Process) -> dict[str, str]:
    """The activities that are done, and who did them."""
    return {item.activity.id: item.done.actor for item in checklist(case, process) if item.done}


@pytest.mark.parametrize(
    ("category", "asked_for"),
    [
        (Category.BUG, "analyse interview consult-spec consult-mantis workaround reproduce"),
        (Category.CHANGE, "analyse interview consult-spec"),
        (Category.MISC, "analyse interview consult-spec resolve"),
        (Category.UNDECIDED, "analyse interview consult-spec"),
    ],
)
def test_what_is_asked_for_goes_by_the_category(process: Process, category: Category, asked_for: str) -> None:
    """The page: for all requests, if it is a bug, if it is neither a bug nor a change; in its order."""
    judged = Judged(at=NOW, actor="specdesk", category=category, verdict=VERDICT)
    case = case_of(received(3, "paul"), judged)

    assert asked_for.split() == [item.activity.id for item in checklist(case, process)]


def test_events_tick_what_they_show(process: Process) -> None:
    """The judge consults the spec, or a person who decides; a question is the interview; a resolution the attempt."""
    asked = happened(AskedRequester, question="Which?")
    decided = happened(Overruled, category=Category.MISC, clause="", reason="A set-up.")
    solved = happened(Resolved, resolution="Mended.")

    assert {"consult-spec": "specdesk"} == done(BUG, process)
    assert {"consult-spec": PAUL, "interview": PAUL, "resolve": PAUL} == done(
        case_of(*BUG.history, asked, decided, solved), process
    )


def test_a_person_ticks_the_others_once_and_what_came_of_it_goes_to_mantis(process: Process) -> None:
    """A result is worth a note, and nobody is mailed it; a tick alone is worth nothing of both."""
    step = advance(BUG, happened(ActivityCompleted, activity="workaround", note="There is none."), process)
    bare = advance(step.case, happened(ActivityCompleted, activity="analyse"), process)

    assert {"consult-spec": "specdesk", "workaround": PAUL, "analyse": PAUL} == done(bare.case, process)
    note = "Activity completed: Provide the user with a workaround if there is one (Paul)\nThere is none."
    assert ((AddNote(step.case.version),), ()) == (step.intents, bare.intents)
    assert note == note_of(step.case.history[-1], process)
    assert ("consult-mantis", "reproduce") == to_tick(bare.case, process)


@pytest.mark.parametrize(
    ("said", "headline"),
    [
        ({"reproduced": Reproduced.YES, "version": "4.2"}, "Reproduced in version 4.2"),
        ({"reproduced": Reproduced.NO, "version": "4.3"}, "Tried to reproduce it in version 4.3, and could not"),
        ({"reproduced": Reproduced.NOT_TRIED}, "Not tried to reproduce it"),
    ],
)
def test_who_tries_to_reproduce_a_bug_says_what_came_of_it(process: Process, said: Any, headline: str) -> None:
    """Each time that it is tried, such as in another version; Mantis has it, with or without a text."""
    step = advance(BUG, happened(ActivityCompleted, activity="reproduce", **said), process)

    assert ((AddNote(step.case.version),), f"{headline} (Paul)") == (step.intents, note_of(step.events[0], process))
    assert "reproduce" in done(step.case, process)
    again = happened(ActivityCompleted, activity="reproduce", reproduced=Reproduced.YES, version="4.4")
    assert again == next(item.done for item in checklist(advance(step.case, again, process).case, process)[5:])


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"activity": "reproduce"}, "yes, no, or not tried"),
        ({"activity": "analyse", "reproduced": Reproduced.YES}, "is not said of this activity: Analyse"),
        ({"activity": "reproduce", "reproduced": Reproduced.NOT_TRIED, "version": "4.2"}, "only to what was tried"),
        ({"activity": "reproduce", "reproduced": Reproduced.NO, "version": "4" * 65}, "at most 64 characters"),
    ],
)
def test_what_is_said_of_reproducing_fits(process: Process, said: Any, says: str) -> None:
    """Nobody is left to guess whether it was tried, and where."""
    with pytest.raises(Refused, match=says):
        advance(BUG, happened(ActivityCompleted, **said), process)


def test_a_workaround_that_was_sent_ticks_the_activity_and_another_update_does_not(process: Process) -> None:
    """The level that sends it has done it."""
    update = advance(BUG, happened(UpdateSent, text="We look into it."), process).case
    workaround = advance(BUG, happened(UpdateSent, text="Use the list.", workaround=True), process).case

    assert "workaround" not in done(update, process)
    assert PAUL == done(workaround, process)["workaround"]


@pytest.mark.parametrize("activity", ["interview", "resolve", "gone", ""])
def test_what_ticks_itself_or_is_not_asked_for_can_not_be_ticked(process: Process, activity: str) -> None:
    """The refusal names what is open."""
    with pytest.raises(Refused, match=r"no such open activity\. Open are: Analyse the request; Consult Mantis"):
        advance(BUG, happened(ActivityCompleted, activity=activity), process)


def test_a_verdict_that_only_shows_what_is_near_has_not_consulted_the_spec(process: Process) -> None:
    """A person ticks it, or decides; that a clause resembles the request is no consultation."""
    cited = {"clause": "billing#due", "quote": "An invoice is due after 30 days.", "stance": "related"}
    near = {**VERDICT, "citations": [cited]}
    case = case_of(*BUG.history[:-1], Judged(at=NOW, actor="specdesk", category=Category.BUG, verdict=near))

    assert "consult-spec" not in done(case, process)
    assert "consult-spec" in to_tick(case, process)


@pytest.mark.parametrize(
    ("level", "handler", "expected"),
    [
        (0, "paris-liaison", "analyse interview consult-spec consult-mantis workaround reproduce"),
        (1, "ihelp", "analyse interview consult-spec consult-mantis workaround reproduce"),
        (2, "marc-selter", "workaround pass-on"),
        (3, "paul", "analyse interview consult-spec consult-mantis workaround reproduce"),
        (
            4,
            "roma",
            "analyse interview consult-spec consult-mantis workaround reproduce create-issue link-parent notify",
        ),
    ],
)
def test_each_level_has_its_own(process: Process, level: int, handler: str, expected: str) -> None:
    """The page's "Responsibilities and Workflow" of each level."""
    assert expected.split() == [item.activity.id for item in checklist(case_at(level, handler), process)]


def test_a_level_does_its_own_and_sees_what_others_did(process: Process) -> None:
    """What level 1 tried is no excuse for level 4, but stands beside; an escalation is level 2's doing."""
    case = case_at(1, "ihelp")
    for event in (
        happened(ActivityCompleted, activity="reproduce", reproduced=Reproduced.NO),
        happened(Escalated, level=2, handler="marc-selter", reason="too-complex"),
        happened(Escalated, level=3, handler="paul", reason="too-complex"),
        happened(Escalated, level=4, handler="roma", reason="too-complex"),
    ):
        case = advance(case, event, process).case
    items = {item.activity.id: item for item in checklist(case, process)}

    assert items["reproduce"].done is None
    assert [1] == list(items["reproduce"].elsewhere)


def test_level_2_has_done_its_part_when_it_passes_it_on_or_resolves_it(process: Process) -> None:
    """Seed, Level 2: "If can not be resolved escalate to Level 3"."""
    case = case_at(2, "marc-selter")
    solved = advance(case, happened(Resolved, resolution="Mended."), process).case
    moved = case_of(*case.history, happened(Escalated, level=3, handler="paul", reason="too-complex"))
    back = case_of(*moved.history, happened(Escalated, level=2, handler="marc-selter", reason="too-complex"))

    assert {"pass-on": PAUL} == done(solved, process) == done(back, process)
    assert {} == done(case_of(*case.history, happened(Deescalated, level=1, handler="ihelp", note="!")), process)


def test_level_4_files_links_to_the_parent_and_notifies(process: Process) -> None:
    """By the events that show it, whenever the issue was filed; that there is no parent is ticked by hand."""
    filed = happened(Filed, number=1, project="Bugs InBox", url="")
    case = case_of(*case_at(4, "roma").history, filed)
    related = advance(case, happened(Linked, number=2, relation=Relation.RELATED), process).case
    child = advance(case, happened(Linked, number=2, relation=Relation.CHILD), process).case
    alone = advance(case, happened(ActivityCompleted, activity="link-parent"), process).case

    assert {"create-issue"} == done(case, process).keys() - {"consult-spec"}
    assert "link-parent" in to_tick(related, process)
    assert "link-parent" in done(child, process)
    assert "link-parent" in done(alone, process)
    assert "notify" in done(advance(case, happened(Resolved, resolution="Mended."), process).case, process)


def test_without_levels_every_level_does_it(process: Process) -> None:
    """As in a support.yml of before."""
    everywhere = {name: replace(one, levels=()) for name, one in process.activities.items()}
    old = replace(process, activities=everywhere)

    assert "pass-on" in [item.activity.id for item in checklist(case_at(0, "paris-liaison"), old)]
