"""How often people decide what judges said."""

from __future__ import annotations

from intake_fn.core.agreement import Agreement, Role, Said, agreements, decided, differing, said
from intake_fn.core.case_row import CaseRow
from intake_fn.core.events import Event, Judged, JudgedInShadow, Overruled
from intake_fn.core.process import Process
from intake_fn.core.steps import standing
from intake_fn.core.vocabulary import Category
from tests.core.samples import NOW, VERDICT, case_of, happened, received

MODEL = {**VERDICT, "judge": "bedrock:some.model"}
BUILT_IN = {**VERDICT, "judge": "built-in"}


def row(process: Process, *events: Event) -> CaseRow:
    """The row of a case."""
    return CaseRow.of(standing(case_of(received(0, "paris-liaison"), *events), process))


def proposed(category: Category) -> Judged:
    """The built-in judge has proposed something."""
    return Judged(at=NOW, actor="specdesk", category=category, verdict=BUILT_IN, acts=False)


def in_shadow(category: Category) -> JudgedInShadow:
    """A model has said something that changes nothing."""
    return JudgedInShadow(at=NOW, actor="specdesk", category=category, verdict=MODEL)


def by_person(category: Category) -> Overruled:
    """A person has decided."""
    event = happened(Overruled, category=category, clause="", reason="So.")
    assert isinstance(event, Overruled)
    return event


def test_a_case_tells_what_was_said_and_decided() -> None:
    """Each judge with what its verdict was worth; of several decisions the last."""
    case = case_of(
        received(0, "paris-liaison"),
        proposed(Category.BUG),
        in_shadow(Category.CHANGE),
        by_person(Category.BUG),
        by_person(Category.CHANGE),
    )

    assert said(case) == (
        Said("built-in", Category.BUG, Role.PROPOSED),
        Said("bedrock:some.model", Category.CHANGE, Role.SHADOW),
    )
    assert decided(case) is Category.CHANGE
    assert decided(case_of(received(0, "paris-liaison"), proposed(Category.BUG))) is None


def test_a_list_shows_what_is_proposed(process: Process) -> None:
    """Until a person decides; neither what acts nor what was said in shadow is a proposal."""
    acting = Judged(at=NOW, actor="specdesk", category=Category.BUG, verdict=BUILT_IN)

    assert row(process, proposed(Category.BUG), in_shadow(Category.CHANGE)).proposed is Category.BUG
    assert row(process, proposed(Category.BUG), by_person(Category.CHANGE)).proposed is None
    assert row(process, proposed(Category.UNDECIDED)).proposed is None
    assert row(process, acting).proposed is None


def test_the_sums_go_by_judge_role_and_category(process: Process) -> None:
    """The same, another one, and those on which nobody has decided; what a judge left to people differs in none."""
    rows = [
        row(process, proposed(Category.BUG), in_shadow(Category.BUG), by_person(Category.BUG)),
        row(process, proposed(Category.BUG), in_shadow(Category.CHANGE), by_person(Category.CHANGE)),
        row(process, proposed(Category.BUG)),
        row(process, proposed(Category.UNDECIDED), by_person(Category.MISC)),
        row(process, Judged(at=NOW, actor="specdesk", category=Category.MISC, verdict=BUILT_IN)),
        row(process),
    ]

    assert agreements(rows) == (
        Agreement("bedrock:some.model", Role.SHADOW, Category.BUG, same=1, other=0, open=0),
        Agreement("bedrock:some.model", Role.SHADOW, Category.CHANGE, same=1, other=0, open=0),
        Agreement("built-in", Role.ACTED, Category.MISC, same=0, other=0, open=1),
        Agreement("built-in", Role.PROPOSED, Category.BUG, same=1, other=1, open=1),
        Agreement("built-in", Role.PROPOSED, Category.UNDECIDED, same=0, other=1, open=0),
    )
    assert sum(one.total for one in agreements(rows)) == sum(len(each.said) for each in rows)
    assert [(rows[1], rows[1].said[0])] == differing(rows)
    assert () == agreements([])
