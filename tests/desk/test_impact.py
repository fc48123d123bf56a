"""The impact packet: requests judged again by the clause as it would read, and the clauses that have to do with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.change_events import ChangeAssessed, SentToOwner
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import Overruled
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.desk.impact import judge_again, kept, modules_near, packet
from intake_fn.desk.judging import claim_of
from spec_lookup import LlmJudge, NoResponse, Spec, from_readings
from tests.desk.test_story import Room, request
from tests.drift_requests import BUG, CHANGE, Read

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from intake_fn.desk import Desk

PAGES = [
    (
        "quotes.md",
        (
            "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n\n"
            "## Reminder {#reminder}\n\nThe client is reminded 3 days before the [validity](#validity) ends.\n"
        ),
    ),
    ("billing.md", "# Billing\n\n## Prices {#prices}\n\nPrices stand until the [quote expires](quotes.md#validity).\n"),
    ("users.md", "# Users\n\n## Sign-in {#sign-in}\n\nA user signs in with a password of 12 characters.\n"),
]
CLAUSE = "quotes#validity"
TODAY = "## Validity {#validity}\n\nA quote is valid for 30 days."
PROPOSED = "## Validity {#validity}\n\nA quote is valid for 45 days."


@pytest.fixture
def room(process: Process, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk with a real spec."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    made = Room(process)
    made.spec = Spec.of(PAGES)
    return made


def change(room: Room, key: str = "change", **assessed: Any) -> Case:
    """A change request of the clause that its owner has assessed."""
    words = {"summary": "Longer validity", "description": "Quotes end after 30 days.", "expected": "45 days, please."}
    case = room.desk.take_in(request(kind=Kind.CHANGE, module="bookings", **words), key)
    if case.category is not Category.CHANGE:
        decided = room.event(Overruled, category=Category.CHANGE, clause="", module="bookings", reason="A wish.")
        case = room.desk.act(case.id, decided, case.version)
    owner = room.desk.process.modules["bookings"].owner
    if case.handler != owner:
        sent = room.event(SentToOwner, module="bookings", owner=owner)
        case = room.desk.act(case.id, sent, case.version)
    event = ChangeAssessed(
        at=room.clock(),
        actor=room.desk.process.people[owner].address,
        **{"clause": CLAUSE, "today": TODAY, "spec": "s", "proposed": PROPOSED, "effort": "2", **assessed},
    )
    return room.desk.act(case.id, event, case.version)


def sent(room: Room, key: str, **words: str) -> Case:
    """A bug report about the clause."""
    whole = {"summary": "Quote ended", "description": "My quote is valid for 30 days only.", "expected": "45 days."}
    return room.desk.take_in(request(**{**whole, **words}), key)


def decided(room: Room, case: Case, clause: str = CLAUSE) -> Case:
    """Decided by Paul, by the clause or where the spec is silent."""
    stance = Stance.CONTRADICTS if clause else Stance.SILENT
    event = room.event(Overruled, category=Category.BUG, clause=clause, stance=stance, reason="So it reads.")
    return room.desk.act(case.id, event, case.version)


def reading(room: Room, case: Case) -> Desk:
    """The desk with a judge whose readings of this request are recorded, by the clause as it is and as it would be."""
    amended = room.spec.amended(CLAUSE, PROPOSED)
    lines = Read("R", claim_of(case.request), CLAUSE, CHANGE, BUG, "").readings(room.spec, amended)
    return replace(room.desk, judge=LlmJudge("m", from_readings(lines), restates=True))


def test_the_seeded_request_flips_and_no_other(room: Room) -> None:
    """By the clause as it would read; the change itself is not judged again."""
    about, other = (
        sent(room, "about"),
        sent(room, "other", summary="Password", description="12 characters", expected=""),
    )
    case = change(room)
    found = judge_again(reading(room, about), case)
    flips = {one.request: (one.flip, one.before, one.after) for one in found.flips}

    assert {about.id: ("turned", "change", "bug")} == flips
    assert case.id not in {one.request for one in found.affected}
    assert other.id not in flips
    assert found == kept(room.desk, case)


def test_a_persons_decision_by_the_clause_is_named(room: Room) -> None:
    """It would rest on a text that is gone; it is one of the earlier decisions, too."""
    by_clause, silent = decided(room, sent(room, "by-clause")), decided(room, sent(room, "silent"), clause="")
    found = judge_again(room.desk, change(room))

    assert [(by_clause.id, "clause-changed")] == [(one.request, one.flip) for one in found.flips]
    assert silent.id in {one.request for one in found.affected}
    assert [(by_clause.id, "bug", False)] == [(one.request, one.what, one.by_board) for one in found.decisions]


def test_a_change_of_spelling_flips_nothing(room: Room) -> None:
    """Though the clause would read otherwise."""
    decided(room, sent(room, "decided"))
    found = judge_again(room.desk, change(room, proposed=TODAY.replace("30 days", "*thirty* days")))

    assert 1 == len(found.affected)
    assert () == found.flips


def test_the_neighbours_stand_with_their_owners(room: Room) -> None:
    """Clauses that link to it, and those about the same; each once, with the module that has its page."""
    found = packet(room.desk, change(room))
    assert found is not None
    named = {one.neighbour.clause.cite: one.neighbour.relation.value for one in found.beside}

    assert "links-here" == named["quotes#reminder"] == named["billing#prices"]
    assert CLAUSE not in named
    assert ("billing",) == modules_near(room.desk.spec(), room.desk.process, CLAUSE, PROPOSED)
    assert ["30", "45"] == [text for part, text in found.diff if part.value != "same"]
    assert (None, False) == (found.impact, found.is_old)


def test_a_new_clause_concerns_the_requests_that_are_nearest_to_it(room: Room) -> None:
    """None cites it yet."""
    fax = sent(room, "fax", summary="Fax of quotes", description="A quote cannot be sent by fax.", expected="A fax.")
    other = sent(room, "other", summary="Password", description="It has 12 characters.", expected="")
    new = "## Fax {#fax}\n\nA quote is sent by fax."
    found = judge_again(room.desk, change(room, clause="quotes", today="", proposed=new))

    assert fax.id in {one.request for one in found.affected}
    assert other.id not in {one.request for one in found.affected}


def test_what_was_worked_out_for_another_text_or_spec_is_old(room: Room) -> None:
    """The page says so, and it is worked out anew."""
    decided(room, sent(room, "decided"))
    case = change(room)
    judge_again(room.desk, case)
    fresh = packet(room.desk, case)
    room.spec = Spec.of([(name, text.replace("12", "14")) for name, text in PAGES])
    old = packet(room.desk, case)

    assert (False, True) == (fresh and fresh.is_old, old and old.is_old)
    again = judge_again(room.desk, case)
    assert fresh is not None
    assert fresh.impact is not None
    assert again.of != fresh.impact.of


def test_it_goes_on_where_the_time_was_over(room: Room) -> None:
    """What was judged is not judged once more."""
    for key in ("one", "two", "three"):
        sent(room, key)
    case, asked = change(room), []

    def slow(*what: Any) -> Any:
        asked.append(what)
        room.clock.advance(seconds=6)
        return what[0].judge(what[1])

    desk = replace(room.desk, judge=slow, inline=timedelta(seconds=10))
    first = judge_again(desk, case)
    calls = len(asked)
    second = judge_again(desk, case)

    assert (1, 2) == (len(first.affected), first.left)
    assert 2 == calls, "by both specs"
    assert (2, 1) == (len(second.affected), second.left)
    assert 0 == judge_again(desk, case).left
    assert 6 == len(asked)


def test_a_model_that_is_down_is_not_compared_with_the_built_in_judge(room: Room) -> None:
    """Nothing is kept."""
    sent(room, "about")
    case = change(room)

    def down(prompt: dict[str, Any]) -> dict[str, Any]:
        raise NoResponse(str(prompt["modelId"]))

    with pytest.raises(TryLater, match="does not answer"):
        judge_again(replace(room.desk, judge=LlmJudge("m", down)), case)
    assert kept(room.desk, case) is None


def test_what_is_not_assessed_or_cannot_be_read_is_refused(room: Room) -> None:
    """With what to do."""
    with pytest.raises(Refused, match="no assessment yet"):
        judge_again(room.desk, sent(room, "bug"))
    assert packet(room.desk, sent(room, "other")) is None
    twins = f"{PROPOSED}\n\n## Again {{#validity}}\n\nTwice."
    with pytest.raises(Refused, match="Assess the change again"):
        judge_again(room.desk, change(room, proposed=twins))
