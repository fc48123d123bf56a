"""What the spec leaves open: which requests, how long they took, the stub of a clause, and figures of clauses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import markdown
import pytest

from intake_fn.core.case import Case
from intake_fn.core.events import AskedRequester, Judged, Overruled, RequesterReplied, Resolved
from intake_fn.core.spec_gaps import GapRequest, deciding_clause, figures_of, gap_of, hours_of, points_of, stub_of
from intake_fn.core.vocabulary import Category, Outcome, Stance
from tests.core.samples import NOW, PAUL, VERDICT, case_of, received

if TYPE_CHECKING:
    from intake_fn.core.events import Event

BUG, CHANGE, MISC, UNDECIDED = Category.BUG, Category.CHANGE, Category.MISC, Category.UNDECIDED


def plain(_: Case, text: str) -> str:
    """Nothing is personal."""
    return text


def hour(number: float) -> Any:
    """An instant, in hours after the request came."""
    return NOW + timedelta(hours=number)


def judged(category: Category = UNDECIDED, *, acts: bool = True, stance: str = "related") -> Judged:
    """What the judge said at once."""
    citations = [{**VERDICT["citations"][0], "stance": stance}]
    verdict = {**VERDICT, "category": category.value, "citations": citations}
    return Judged(at=NOW, actor="specdesk", category=category, verdict=verdict, acts=acts)


def decided(category: Category = BUG, clause: str = "", stance: Stance = Stance.SILENT) -> Overruled:
    """What Paul decided after two hours."""
    return Overruled(at=hour(2), actor=PAUL, category=category, clause=clause, reason="So.", stance=stance)


def case(*events: Event) -> Case:
    """A request with these events."""
    return case_of(received(3, "paul"), *events)


@pytest.mark.parametrize(
    ("events", "is_gap"),
    [
        ((judged(), decided()), True),
        ((judged(), decided(MISC)), True),
        ((judged(), decided(stance=Stance.UNSAID)), True),
        ((judged(), decided(MISC, stance=Stance.UNSAID)), False),
        ((judged(), decided(MISC, stance=Stance.NEITHER)), False),
        ((judged(), decided(clause="billing#due", stance=Stance.CONTRADICTS)), False),
        ((judged(),), True),
        ((judged(BUG, acts=False),), False),
        ((judged(MISC),), False),
        ((), False),
    ],
)
def test_a_gap_is_what_the_spec_is_silent_on(events: tuple[Event, ...], *, is_gap: bool) -> None:
    """By a person's word, or because nobody and no judge has an answer."""
    found = gap_of(case(*events), hour(24), plain)

    assert is_gap == (found is not None)
    if found:
        assert (len(events) == 1, "billing#due") == (found.undecided, found.nearest)


def test_what_has_just_come_only_waits() -> None:
    """It counts once the Help Desk has had it for a day, waits for the requester left out."""
    asked = AskedRequester(at=hour(1), actor=PAUL, question="Which one?")

    assert None is gap_of(case(judged()), hour(23), plain) is gap_of(case(judged(), asked), hour(99), plain)
    assert gap_of(case(judged()), hour(24), plain) is not None


def test_hours_are_those_at_the_help_desk() -> None:
    """Waits for the requester do not count, nor what comes after the resolution."""
    asked = AskedRequester(at=hour(1), actor=PAUL, question="Which one?")
    replied = RequesterReplied(at=hour(10), actor="requester", text="This one.")
    done = Resolved(at=hour(13), actor=PAUL, resolution="Mended.", outcome=Outcome.FIXED)
    whole = case(judged(), asked, replied, done)

    assert (4.0, 1.0, 3.0) == (
        hours_of(whole, hour(99)),
        hours_of(case(judged(), asked), hour(99)),
        hours_of(case(judged()), hour(3)),
    )


def gap(number: int, hours: float = 1.0, **changes: Any) -> GapRequest:
    """A request that is a gap."""
    values = {"summary": f"Summary {number}", "nearest": "billing#due", "undecided": False, **changes}
    return GapRequest(f"HD-0000-000{number}", received_at=hour(number), hours=hours, **values)


def test_points_are_ranked_by_number_and_hours() -> None:
    """The title is that of the most central request; the nearest clause that of most."""
    three = [gap(3, summary="When is it due?"), gap(1, nearest="quotes#validity"), gap(2, undecided=True)]
    short, long = [gap(4)], [gap(5, hours=9.5)]
    points = points_of([short, three, long])

    assert ["When is it due", "Summary 5", "Summary 4"] == [point.title for point in points]
    assert ("billing#due", 3.0, 1) == (points[0].nearest, points[0].hours, points[0].undecided)
    assert ["HD-0000-0001", "HD-0000-0002", "HD-0000-0003"] == [one.id for one in points[0].requests]


def test_a_stub_is_a_clause_and_nothing_typed_is_markup() -> None:
    """With an anchor of its own and the requests; at most ten of them."""
    stub = stub_of("<b>When</b> is *it* due {: .x }", [gap(number, summary="a [link](x)") for number in range(1, 13)])
    html = markdown.markdown(stub, extensions=["attr_list"])

    assert '<h2 id="b-when-b-is-it-due">&lt;b&gt;When&lt;/b&gt; is *it* due {: .x }</h2>' in html
    assert (11, True, False) == (html.count("<li>"), "and 2 more" in html, "<a" in html)


def test_a_clause_counts_where_it_decided() -> None:
    """By a person, or by a verdict that rests on it; what only resembles the request decides nothing."""
    by_person = case(judged(), decided(CHANGE, "billing#due", Stance.MATCHES))
    by_reading = case(judged(BUG, stance="supports-expected"))
    by_words = case(judged(BUG))
    overridden = case(judged(BUG, stance="supports-expected"), decided(CHANGE, "quotes#validity", Stance.MATCHES))
    done = case(judged(BUG, stance="supports-expected"), Resolved(at=hour(3), actor=PAUL, resolution="Mended."))
    first, second = figures_of([by_person, by_reading, by_words, overridden, done])

    assert ["billing#due", "billing#due", "", "quotes#validity"] == [
        deciding_clause(one) for one in (by_person, by_reading, by_words, overridden)
    ]
    assert ("billing#due", 2, 1, 1, 2) == (first.clause, first.bugs, first.changes, first.overridden, first.open)
    assert ("quotes#validity", 0, 1, 0, 1) == (
        second.clause,
        second.bugs,
        second.changes,
        second.overridden,
        second.open,
    )
    assert (3, None) == (first.age(hour(80)), figures_of([done])[0].age(hour(80)))
