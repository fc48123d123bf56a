"""A verdict decides, or is a proposal that a person decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.activities import checklist
from intake_fn.core.events import Judged, LeadUpdated, MarkedDuplicate, Overruled
from intake_fn.core.lifecycle_changes import lead_updated
from intake_fn.core.messages import in_history, on_page
from intake_fn.core.process_file import ProcessError, parse
from intake_fn.core.stored import event_from_plain, event_to_plain
from intake_fn.core.verdicts import decided_with_lead, decision, proposal
from intake_fn.core.vocabulary import Category, Progress
from tests.core.samples import NOW, VERDICT, case_of, happened, judged, received
from tests.core.test_process_file import TEXT

if TYPE_CHECKING:
    from intake_fn.core.process import Process

PROPOSED = Judged(at=NOW, actor="specdesk", category=Category.BUG, verdict=VERDICT, acts=False)


def test_a_proposal_leaves_the_request_undecided() -> None:
    """The verdict is kept with all its grounds; the category is a person's to choose."""
    case = case_of(received(0, "paris-liaison"), PROPOSED)

    assert Category.UNDECIDED is case.category
    assert Category.BUG is proposal(case)
    assert case.verdict == VERDICT
    assert proposal(case_of(received(0, "paris-liaison"), judged())) is None


def test_a_decision_ends_the_proposal() -> None:
    """Whatever it is, and also if it came before the judge spoke."""
    decided = happened(Overruled, category=Category.CHANGE, clause="", reason="So.")
    after = case_of(received(0, "paris-liaison"), PROPOSED, decided)
    before = case_of(received(0, "paris-liaison"), decided, PROPOSED)

    assert (Category.CHANGE, Category.CHANGE) == (after.category, before.category)
    assert (None, None) == (proposal(after), proposal(before))
    assert decided is decision(after)


def test_a_duplicate_with_a_proposal_is_decided_with_its_lead() -> None:
    """Also where the lead is what was proposed: it was not the judge who decided."""
    news = LeadUpdated(
        at=NOW, actor="specdesk", other="HD-1", item="1", progress=Progress.DECIDED, category=Category.BUG
    )
    undecided = case_of(received(0, "paris-liaison"), PROPOSED, happened(MarkedDuplicate, other="HD-1"))
    case = case_of(*undecided.history, news)

    assert {"category": Category.BUG} == lead_updated(undecided, news)
    assert (True, False) == (decided_with_lead(case), decided_with_lead(undecided))
    assert not decided_with_lead(case_of(received(0, "paris-liaison"), judged()))


def test_history_and_page_say_that_it_is_a_proposal(process: Process) -> None:
    """An undecided verdict proposes nothing."""
    nothing = Judged(at=NOW, actor="specdesk", category=Category.UNDECIDED, verdict=VERDICT, acts=False)

    assert ("Proposed by the program: bug; a person decides", "") == in_history(PROPOSED, process)
    assert ("Proposed by the program: bug; a person decides", "") == on_page(PROPOSED, process)
    assert ("Assessed: undecided", "") == in_history(nothing, process)


def test_a_proposal_does_not_tick_that_the_spec_was_consulted(process: Process) -> None:
    """A person compares; a verdict that acts by a clause has compared."""

    def consulted(event: Judged) -> bool:
        items = checklist(case_of(received(1, "ihelp"), event), process)
        return any(item.done for item in items if item.activity.id == "consult-spec")

    assert (False, True) == (consulted(PROPOSED), consulted(judged()))


def test_logs_of_before_hold_verdicts_that_act() -> None:
    """Nothing else was known then."""
    plain = {name: value for name, value in event_to_plain(judged()).items() if name != "acts"}

    assert judged() == event_from_plain(plain)


# --- support.yml -----------------------------------------------------------------------------


def test_support_yml_says_where_verdicts_act(process: Process) -> None:
    """Without it, everywhere; what is not named acts."""
    start = TEXT.index("\njudge:")
    end = TEXT.index("shadow: false") + len("shadow: false")
    without = TEXT[:start] + TEXT[end:]
    some = without + "\njudge:\n  acts: {bug: false}\n  shadow: true\n"

    assert frozenset(("bug", "change", "misc")) == process.judge.acts == parse(without).judge.acts
    assert (frozenset(("change", "misc")), True) == (parse(some).judge.acts, parse(some).judge.shadow)
    assert parse(without + "\njudge:\n").judge == process.judge


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("acts: {bug: yes}", "judge.acts.bug: 'yes' is not true or false"),
        ("acts: {undecided: true}", "judge.acts.undecided is an unknown key"),
        ("acts: bug", "judge.acts has to be a mapping"),
        ("shade: true", "judge.shade is an unknown key"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(part: str, problem: str) -> None:
    """As of every other part of the file."""
    text = TEXT.replace("  shadow: false", f"  {part}").replace("  acts: {bug: true, change: true, misc: true}\n", "")
    line = text[: text.index(f"  {part}")].count("\n") + 1
    with pytest.raises(ProcessError) as raised:
        parse(text)

    (found,) = raised.value.problems
    assert (line, True) == (found.line, problem in found.message)
