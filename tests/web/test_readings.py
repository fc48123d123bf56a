"""People's readings: what a requester says of a clause is a proposal, what an engineer presses is the decision."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from intake_fn.core.case import Step
from intake_fn.core.events import Judged, JudgedInShadow, Overruled, RequesterRead
from intake_fn.core.request import Kind
from intake_fn.core.steps import apply
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.desk.judging import claim_of
from spec_lookup import whole_text
from tests.web.samples import ANSWERS

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

CLAUSE = "quotes#validity"
QUOTE: dict[str, Any] = {
    "summary": "A quote expired",
    "description": "It was shown as expired after 10 days.",
    "expected": "Longer.",
}


@pytest.fixture
def case(web: Web) -> Case:
    """A request that the judge leaves to a person, with a clause that is shown."""
    web.sign_in()
    undecided = web.sent(**QUOTE)

    assert Category.UNDECIDED is undecided.category
    assert CLAUSE in [row["clause"] for row in (undecided.verdict or {})["citations"]]
    return undecided


def page_of(web: Web, case: Case) -> str:
    """The path of a case's status page."""
    return urlsplit(web.links.status(case.id)).path


def shown(web: Web, path: str) -> str:
    """A page as it reads."""
    return html.unescape(web.client.get(path).text)


# --- engineers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pressed", "stance", "category", "says"),
    [
        ("matches", Stance.MATCHES, Category.CHANGE, "The system does what the clause says, and the request asks for"),
        ("contradicts", Stance.CONTRADICTS, Category.BUG, "The system does something else than the clause says."),
        ("silent-bug", Stance.SILENT, Category.BUG, "The spec says nothing about it."),
        ("silent-change", Stance.SILENT, Category.CHANGE, "The spec says nothing about it."),
        ("silent-misc", Stance.SILENT, Category.MISC, "The spec says nothing about it."),
        ("neither", Stance.NEITHER, Category.MISC, "It is neither a bug nor a change request."),
    ],
)
def test_one_press_decides(web: Web, case: Case, pressed: str, stance: Stance, category: Category, says: str) -> None:
    """Without a reason; who read which clause at which stamp is pinned, and requester and Mantis are told."""
    answer = web.act(case, "read", reading=pressed, clause=CLAUSE)
    decided = web.store.load(case.id)
    (event,) = [event for event in decided.history if isinstance(event, Overruled)]
    spec = web.desk.spec()
    cited = spec.clause(CLAUSE) if stance.is_of_a_clause else None

    assert (303, category) == (answer.status_code, decided.category)
    assert (stance, "paris-liaison", spec.stamp.content) == (event.stance, event.person, event.spec)
    assert (CLAUSE if cited else "", whole_text(cited) if cited else "") == (event.clause, event.quote)
    mail = next(mail for mail in web.mailer.sent if "A person has assessed" in mail.text)
    for text in (mail.text.replace("\n", " "), shown(web, page_of(web, case)), shown(web, f"/desk/requests/{case.id}")):
        assert says in text
    assert says in web.tracker.issues[decided.issue or 0].description


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"reading": "matches"}, "Please choose the clause that you have read."),
        ({"reading": "matches", "clause": "quotes#gone"}, "The spec has no clause quotes#gone."),
        ({"reading": "maybe", "clause": CLAUSE}, "Please press one of the buttons."),
        ({"clause": CLAUSE}, "Please press one of the buttons."),
    ],
)
def test_a_reading_that_is_not_whole_is_refused(web: Web, case: Case, answers: dict[str, Any], problem: str) -> None:
    """What was typed is still there."""
    answer = web.act(case, "read", reason="I read it twice.", **answers)

    assert 422 == answer.status_code
    assert problem in html.unescape(answer.text)
    assert "I read it twice." in answer.text
    assert case.version == web.store.load(case.id).version


def test_another_clause_than_those_shown_may_be_typed(web: Web, case: Case) -> None:
    """It stands above the one that was chosen beforehand."""
    web.act(case, "read", reading="contradicts", clause=CLAUSE, other_clause="shipments#open", reason="It is slow.")
    (event,) = [event for event in web.store.load(case.id).history if isinstance(event, Overruled)]

    assert ("shipments#open", "It is slow.") == (event.clause, event.reason)
    assert "It is slow." in shown(web, page_of(web, case))


def test_an_override_without_a_reading_still_needs_its_reason(web: Web, case: Case) -> None:
    """Nothing would be said to the requester."""
    assert 422 == web.act(case, "overrule", category="bug").status_code


def test_the_clause_that_is_shown_first_is_chosen_beforehand(web: Web, case: Case) -> None:
    """With a key for each press; the form is open as long as nobody has decided."""
    page = web.client.get(f"/desk/requests/{case.id}").text
    web.act(case, "read", reading="matches", clause=CLAUSE)
    after = web.client.get(f"/desk/requests/{case.id}").text

    assert f'value="{CLAUSE}" checked' in page
    assert all(f'data-key="{number}"><kbd>{number}</kbd>' in page for number in range(1, 7))
    assert '<details class="reading" id="read" open>' in page
    assert '<details class="reading" id="read">' in after


# --- requesters ------------------------------------------------------------------------------


def press(web: Web, case: Case, stance: str, clause: str = CLAUSE) -> Any:
    """Press a button below a clause on the status page."""
    return web.client.post(f"{page_of(web, case)}/reading", data={"clause": clause, "stance": stance})


@pytest.mark.parametrize("stance", ["matches", "contradicts", "silent"])
def test_a_requester_says_what_a_clause_is_to_their_request(web: Web, case: Case, stance: str) -> None:
    """It is kept with the clause as it was shown and the stamp; a person still decides."""
    assert "It does what this says; I want it otherwise" in shown(web, page_of(web, case))
    assert 303 == press(web, case, stance).status_code
    assert 303 == press(web, case, stance).status_code  # a second time is a double click, or the same once more
    after = web.store.load(case.id)
    event = next(event for event in after.history if isinstance(event, RequesterRead))
    cited = next(row for row in (case.verdict or {})["citations"] if row["clause"] == CLAUSE)

    assert (Category.UNDECIDED, case.verdict) == (after.category, after.verdict)
    assert (CLAUSE, stance, cited["quote"], (case.verdict or {})["spec"]) == (
        event.clause,
        event.stance,
        event.quote,
        event.spec,
    )
    assert "the clause that you read" in shown(web, page_of(web, case))
    assert "Reading of the requester" in shown(web, f"/desk/requests/{case.id}")
    assert any(CLAUSE in note for note in web.tracker.notes[after.issue or 0])


@pytest.mark.parametrize(("stance", "clause"), [("neither", CLAUSE), ("", CLAUSE), ("matches", "a#b"), ("matches", "")])
def test_only_a_shown_clause_and_one_of_three_stances_can_be_pressed(
    web: Web, case: Case, stance: str, clause: str
) -> None:
    """Whatever else is sent is refused, and the page says what to do."""
    answer = press(web, case, stance, clause)

    assert 422 == answer.status_code
    assert "Please press one of the buttons below a clause." in answer.text
    assert case.version == web.store.load(case.id).version


def test_what_is_decided_needs_no_reading(web: Web, case: Case) -> None:
    """The buttons are gone; one that was still open somewhere says so."""
    web.act(case, "read", reading="neither")
    page = shown(web, page_of(web, case))

    assert "I want it otherwise" not in page
    assert "has been decided already" in press(web, case, "matches").text


def test_a_reading_comes_with_a_request(web: Web) -> None:
    """By form and by API: kept with the stamp, shown to the engineer, and nothing that the judge reads."""
    said: dict[str, Any] = {"reading_clause": CLAUSE, "reading_stance": "contradicts"}
    web.sign_in()
    plain, by_form = web.sent(**QUOTE), web.sent(**QUOTE, **said)
    body = {"kind": "bug", **ANSWERS[Kind.BUG], **QUOTE, **said}
    answer = web.client.post("/api/requests", json=body)
    by_api = web.store.load(answer.get_json()["id"])

    assert 201 == answer.status_code
    for case in (by_form, by_api):
        assert (CLAUSE, Stance.CONTRADICTS) == (case.request.reading_clause, case.request.reading_stance)
        assert web.desk.spec().stamp.content == case.request.reading_spec
        assert claim_of(plain.request) == claim_of(case.request)
        assert plain.category is case.category
        assert "Reading of the requester" in shown(web, f"/desk/requests/{case.id}")


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"reading_clause": CLAUSE, "reading_stance": "silent"}, "reading_stance"),
        ({"reading_clause": "nothing", "reading_stance": "matches"}, "reading_clause"),
        ({"reading_clause": 7, "reading_stance": "matches"}, "reading_clause"),
        ({"reading_clause": CLAUSE, "reading_stance": ["matches"]}, "reading_stance"),
    ],
)
def test_the_api_refuses_a_reading_that_is_none(web: Web, said: dict[str, Any], fault: str) -> None:
    """A form takes the request without it: nobody typed it there."""
    answer = web.client.post("/api/requests", json={"kind": "bug", **ANSWERS[Kind.BUG], **said})
    by_form = web.sent(Kind.BUG, **{name: str(value) for name, value in said.items()})

    assert 422 == answer.status_code
    assert [fault] == list(answer.get_json()["error"]["fields"])
    assert ("", "") == (by_form.request.reading_clause, by_form.request.reading_stance)


@pytest.mark.parametrize("said", [{"reading_clause": CLAUSE}, {"reading_stance": "matches"}])
def test_half_a_reading_is_none(web: Web, said: dict[str, Any]) -> None:
    """Clause and stance are kept together only, as the document of the API says."""
    answer = web.client.post("/api/requests", json={"kind": "bug", **ANSWERS[Kind.BUG], **said})
    kept = web.store.load(answer.get_json()["id"]).request

    assert 201 == answer.status_code
    assert ("", "", "") == (kept.reading_clause, kept.reading_stance, kept.reading_spec)


# --- what models read ------------------------------------------------------------------------


def test_two_readings_that_differ_stand_side_by_side(web: Web, case: Case) -> None:
    """Each with its category, clause and quote; the requester sees neither. A recorded one is called so."""
    cited = (case.verdict or {})["citations"][0]
    readings = [
        {"category": "bug", "confidence": 0.9, "citation": cited, "reason": "The clause promises it."},
        {"category": "misc", "confidence": 0.8, "citation": None, "reason": "It is as specified."},
    ]
    verdict = {**(case.verdict or {}), "readings": readings, "judge": "recorded:some.model"}
    spoken = Judged(at=web.clock(), actor="specdesk", category=Category.UNDECIDED, verdict=verdict)
    web.store.save(case.version, Step(apply(case, spoken), (spoken,)))  # as a language model would have spoken
    page = shown(web, f"/desk/requests/{case.id}")

    assert "The two readings of the model differ" in page
    assert page.index("The clause promises it.") < page.index("It is as specified.")
    assert '<span class="chip chip-misc">Support</span>' in page
    assert "This is a recorded reading" in page
    requesters = shown(web, page_of(web, case))
    assert "It is as specified." not in requesters
    assert "This is a recorded reading" in requesters


def test_what_was_said_in_shadow_is_for_the_desk_alone(web: Web, case: Case) -> None:
    """It changes nothing, and the requester hears nothing of it."""
    verdict = {**(case.verdict or {}), "judge": "bedrock:some.model", "category": "bug", "reasons": ["By my reading."]}
    event = JudgedInShadow(at=web.clock(), actor="specdesk", category=Category.BUG, verdict=verdict)
    after = web.desk.change(case.id, lambda _: event).case

    assert Category.UNDECIDED is after.category
    assert "By my reading." in shown(web, f"/desk/requests/{case.id}")
    assert "By my reading." not in shown(web, page_of(web, case))
