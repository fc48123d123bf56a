"""The checklist: what the process asks for, ticked by events where there are any and by people else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.activities import checklist, to_tick
from intake_fn.core.case import AddNote, AskedRequester, Case, Category, Judged, Overruled, Resolved, SendNotice, Ticked
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import advance
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
    """A workaround is worth a note, and the requester is mailed it; a tick alone is worth nothing of both."""
    step = advance(BUG, happened(Ticked, activity="workaround", note="Use the list."), process)
    bare = advance(step.case, happened(Ticked, activity="reproduce"), process)

    assert {"consult-spec": "specdesk", "workaround": PAUL, "reproduce": PAUL} == done(bare.case, process)
    note = "Done: Provide the user with a workaround if there is one (Paul)\nUse the list."
    assert ((AddNote(note, about=step.case.version),), ()) == (step.intents[:1], bare.intents)
    assert ["workaround"] == [owed.notice for owed in step.intents[1:] if isinstance(owed, SendNotice)]
    assert ("analyse", "consult-mantis") == to_tick(bare.case, process)


@pytest.mark.parametrize("activity", ["interview", "resolve", "gone", ""])
def test_what_ticks_itself_or_is_not_asked_for_can_not_be_ticked(process: Process, activity: str) -> None:
    """The refusal names what is open."""
    with pytest.raises(Refused, match=r"no such activity to tick\. Open are: Analyse the request; Consult Mantis"):
        advance(BUG, happened(Ticked, activity=activity), process)


def test_a_verdict_that_only_shows_what_is_near_has_not_consulted_the_spec(process: Process) -> None:
    """A person ticks it, or decides; that a clause resembles the request is no consultation."""
    cited = {"clause": "billing#due", "quote": "An invoice is due after 30 days.", "stance": "related"}
    near = {**VERDICT, "citations": [cited]}
    case = case_of(*BUG.history[:-1], Judged(at=NOW, actor="specdesk", category=Category.BUG, verdict=near))

    assert "consult-spec" not in done(case, process)
    assert "consult-spec" in to_tick(case, process)
