"""What a requester and an engineer see of a request that is left to a person: honest, useful, and in this order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import AskedRequester, Escalated, Overruled, RequesterRead, RequesterReplied
from intake_fn.core.request import Kind
from intake_fn.core.verdict_texts import missing, reached_by, sureness
from intake_fn.core.vocabulary import Category, Failure, Stance
from intake_fn.ports import MailReport
from spec_lookup import Spec, measured
from tests.web.conftest import application_of
from tests.web.test_readings import CLAUSE, QUOTE, page_of, shown
from tests.web.test_status_pages import happen

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

NO_NUMBER: dict[str, Any] = {
    "summary": "A quote expired",
    "description": "The quote is not valid any more, it is shown as expired.",
    "expected": "",
}


SPEC = {
    "quotes": (
        "---\nowner: system-analysts\n---\n# Quotes\n\n## Validity of a quote {#validity}\n\n"
        "A quote is printed in two languages. A quote is valid for at most 30 days from the day on which it was sent, "
        "and is shown as expired after that. Its maker signs it. Office Managers see it.\n\n"
        "## Accepting a quote {#accept}\n\nA quote is accepted by the client in the portal, with one click.\n"
    ),
}


@pytest.fixture
def web(process: Process) -> Web:
    """The application with a clause of several sentences."""
    return application_of(process, Spec.of(list(SPEC.items())))


def undecided(web: Web, kind: Kind = Kind.BUG, **said: Any) -> Case:
    """A request that the judge leaves to a person."""
    case = web.sent(kind, **{**QUOTE, **said})

    assert Category.UNDECIDED is case.category
    return case


def receipt_to(web: Web, address: str = "camille@example.com") -> str:
    """The text of the receipt."""
    (mail,) = [mail for mail in web.mailer.sent if mail.to == address and "We have received" in mail.subject]
    return mail.text


def test_the_page_begins_with_what_happens_next(web: Web) -> None:
    """Who has it, by when; then what was found; then the reply; then the request and its history."""
    case = undecided(web)
    page = shown(web, page_of(web, case))
    order = [
        "What happens next",
        "A person of the Help Desk reads the spec and decides",
        "Paris CT2 Liaison, Help Desk Level 0",
        "No response time is agreed for high requests at Help Desk Level 0, so none is promised.",
        "What we found in the spec",
        "<mark>",
        'id="reply"',
        "<h2>Your request</h2>",
        "<h2>History</h2>",
        "Link to this page",
    ]
    places = [page.find(said) for said in order]

    assert -1 not in places
    assert sorted(places) == places
    assert "This is a bug" not in page
    assert "%" not in re.sub(r"<[^>]*>", "", page)


def test_due_time_is_told_where_there_is_one_and_when_it_has_passed(web: Web) -> None:
    """At level 4 a high request has a response time; the receipt mail tells it as well."""
    case = undecided(web)
    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "paul"), (4, "andrei")):
        happen(web, case, Escalated, level=level, handler=handler, reason="too-complex")
    due = "Due Tue 24 Nov 2026, 00:00 (Europe/Paris), by the response time of Help Desk Level 4 for high requests."
    before = shown(web, page_of(web, case))
    web.clock.advance(days=3)
    after = shown(web, page_of(web, case))

    assert due in before
    assert "Overdue: it was due" in after
    assert due not in after


def test_the_nearest_clause_is_whole_and_the_others_are_folded(web: Web) -> None:
    """Each with three buttons; the one that was pressed shows it, and can be changed."""
    case = undecided(
        web, description="A quote for a shipment expired after 10 days. The shipment was opened by a user."
    )
    cited = [row["clause"] for row in (case.verdict or {})["citations"]]
    page = shown(web, page_of(web, case))
    web.client.post(f"{page_of(web, case)}/reading", data={"clause": cited[0], "stance": "silent"})
    after = shown(web, page_of(web, case))

    assert len(cited) > 1
    assert page.index("<mark>") < page.index('<details class="more-clauses"')
    assert 3 * len(cited) == page.count('name="stance"')
    assert "aria-pressed" not in page
    assert 'value="silent" aria-pressed="true"' in after
    assert "the clause that you read" in after
    assert "It says nothing about your request." in after
    event = next(event for event in web.store.load(case.id).history if isinstance(event, RequesterRead))
    assert (cited[0], Stance.SILENT) == (event.clause, event.stance)
    web.sign_in()
    assert "This clause says nothing about the request." in shown(web, f"/desk/requests/{case.id}")


# --- what is missing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said", "asked"),
    [
        (Kind.BUG, {}, []),
        (Kind.CHANGE, {}, []),
        (Kind.CHANGE, {"expected": ""}, ["How should it work instead?"]),
        (
            Kind.CHANGE,
            NO_NUMBER,
            ["How should it work instead?", "The clause says 30 days. How much is it in your case?"],
        ),
        (Kind.BUG, {**NO_NUMBER, "expected": "Longer.", "steps": "Open it."}, ["The clause says 30 days."]),
    ],
)
def test_only_what_is_missing_is_asked_for(web: Web, kind: Kind, said: dict[str, Any], asked: list[str]) -> None:
    """On the page, in its form, and in the mail."""
    case = undecided(web, kind, **said)
    page, mail = shown(web, page_of(web, case)), receipt_to(web)

    assert len(asked) == len(missing(case)) == page.count('name="add-')
    for question in asked:
        assert 2 == page.count(question)
        assert f"- {question}" in mail
    assert bool(asked) == ("What would help to decide" in page) == ("This would help to decide" in mail)


def test_what_is_added_goes_as_a_reply_below_its_question(web: Web) -> None:
    """The assignee is mailed it, Mantis has it, the page says so, and nothing is asked for a second time."""
    case = undecided(web, Kind.CHANGE, **NO_NUMBER)
    page = page_of(web, case)
    added: dict[str, Any] = {"add-expected": "60 days", "add-number": "after 45 days"}
    answer = web.upload(f"{page}/reply", **added, text="Thanks!")
    after = web.store.load(case.id)
    event = next(event for event in after.history if isinstance(event, RequesterReplied))
    said = (
        "How should it work instead?\n60 days\n\nThe clause says 30 days. How much is it in your case?\nafter 45 days"
        "\n\nThanks!"
    )

    assert 303 == answer.status_code
    assert said == event.text
    assert any("60 days" in note for note in web.tracker.notes[after.issue or 0])
    assert any("> 60 days" in mail.text for mail in web.mailer.sent if mail.to == "liaison.paris@example.com")
    assert () == missing(after)
    web.sign_in()
    for path in (page, f"/desk/requests/{case.id}"):
        assert 'name="add-' not in shown(web, path)
        assert "If something else was expected" not in shown(web, path)
    desk = shown(web, f"/desk/requests/{case.id}")
    assert desk.index("Reply of the requester") < desk.index("after 45 days") < desk.index("<h2>Verdict</h2>")
    assert (case.verdict, Category.UNDECIDED) == (after.verdict, after.category)


def test_what_was_added_is_still_there_when_a_reply_is_refused(web: Web) -> None:
    """In its own field; and one that is empty is asked for something."""
    case = undecided(web, Kind.CHANGE, **NO_NUMBER)
    page = page_of(web, case)
    said: dict[str, Any] = {"add-expected": "60 days"}
    long = web.upload(f"{page}/reply", **said, text="x" * 60_000)
    said["add-expected"] = " "
    empty = web.upload(f"{page}/reply", **said, text="")

    assert (422, 422) == (long.status_code, empty.status_code)
    assert re.search(r'id="add-expected"[^>]*>\s*60 days</textarea>', long.text)
    assert "Please enter a message." in empty.text
    assert case.version == web.store.load(case.id).version


def test_what_is_decided_asks_for_nothing(web: Web) -> None:
    """Nobody needs it any more."""
    case = undecided(web, Kind.CHANGE, **NO_NUMBER)
    happen(web, case, Overruled, category=Category.BUG, clause=CLAUSE, reason="It is one.")

    assert () == missing(web.store.load(case.id))
    assert 'name="add-' not in shown(web, page_of(web, case))


# --- promises --------------------------------------------------------------------------------


def test_mail_is_promised_where_it_is_sent(web: Web) -> None:
    """The decision and each question are mailed, as the page says; a reassignment is not, and is not promised."""
    case = undecided(web)
    page = shown(web, page_of(web, case))
    happen(web, case, AskedRequester, question="Which quote?")
    asked = [mail.subject for mail in web.mailer.sent if mail.to == "camille@example.com"]
    happen(web, case, Overruled, category=Category.BUG, clause=CLAUSE, reason="It is one.")
    decided = [mail.subject for mail in web.mailer.sent if mail.to == "camille@example.com"]

    assert "We mail you the decision, and each question that we have." in page
    assert any("A question" in subject for subject in asked)
    assert any("Our decision" in subject for subject in decided)
    assert "about each change" not in page


def test_no_mail_is_promised_to_an_address_that_bounces(web: Web) -> None:
    """The page says to keep its link instead."""
    case = undecided(web)
    bounced(web, case)
    page = shown(web, f"{page_of(web, case)}?new=1")

    assert "No e-mail reaches camille@example.com" in page
    assert "We mail you" not in page
    assert "We mail the link" not in page


def bounced(web: Web, case: Case) -> None:
    """The mail service reports that the requester's mailbox does not exist."""
    mail = next(mail for mail in web.mailer.sent if mail.to == "camille@example.com")
    web.desk.mail_failed(MailReport("feedback-1", mail.to, Failure.BOUNCED, "550 nobody here", mail.item))
    assert web.desk.mail_state.suppression("camille@example.com"), case.id


# --- the desk --------------------------------------------------------------------------------


def test_the_engineer_reads_request_and_clause_side_by_side_and_decides_below(web: Web) -> None:
    """The marked clause beside what was asked, then the buttons; the mail asks them to decide, and says it to them."""
    case = undecided(web)
    web.sign_in()
    page = shown(web, f"/desk/requests/{case.id}")
    order = [
        '<div class="worked-on">',
        '<section class="card worked-on-claim">',
        "<h2>Request</h2>",
        '<section class="card worked-on-verdict">',
        "<h2>Verdict</h2>",
        "Please read the spec and decide",
        "<mark>",
    ]
    places = [page.find(said) for said in (*order, "Decide by what you read")]
    (mail,) = [mail for mail in web.mailer.sent if "Assigned to you" in mail.subject]

    assert -1 not in places
    assert sorted(places) == places
    assert "Please read the spec and decide what it is" in mail.text
    assert "your request" not in mail.text.lower()
    assert "We mail you" not in mail.text
    assert "<b>A quote is valid for at most 30 days" in mail.html


# --- by what ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ({"ground": "form", "judge": "built-in"}, "By the form that was sent"),
        (
            {"ground": "words", "judge": "built-in"},
            "By fixed rules on the words of the request. Such rules can be wrong",
        ),
        ({"ground": "proof", "judge": "built-in"}, "By a proof from the clause"),
        (
            {"ground": "reading", "judge": "bedrock:m", "readings": [1, 2]},
            "By a language model (m): it read request and",
        ),
        ({"ground": "reading", "judge": "openai:m", "readings": [1]}, "By one reading of request and clauses by"),
        ({"ground": "reading", "judge": "recorded:m", "readings": [1, 2]}, "By recorded readings (m): request"),
        ({"ground": "reading", "judge": "recorded:m", "readings": []}, "By a recorded reading of request and clauses"),
        ({"ground": "", "judge": "built-in"}, ""),
        ({"ground": "nothing", "judge": "built-in", "category": "undecided"}, ""),
    ],
)
def test_a_verdict_says_by_what_it_was_reached(verdict: dict[str, Any], says: str) -> None:
    """Form, words, a proof, a model's readings that are live or recorded; of logs before that nothing."""
    said = reached_by({"category": "bug", **verdict})

    assert said.startswith(says)
    assert bool(says) == bool(said)


@pytest.mark.parametrize(
    ("judge", "confidence", "says"),
    [
        ("bedrock:m", 0.97, "By its own estimate, which is no measurement, the reading is very sure (97 %)."),
        ("openai:m", 0.81, "By its own estimate, which is no measurement, the reading is sure (81 %)."),
        ("recorded:m", 0.5, "By its own estimate, which is no measurement, the reading is rather sure (50 %)."),
        ("openai:m", 0.49, "By its own estimate, which is no measurement, the reading is not sure (49 %)."),
        ("built-in", measured()["crash"].share, "In test cases that were held back, such a rule was right "),
        (
            "built-in (in place of openai:m)",
            measured()["crash"].share,
            "In test cases that were held back, such a rule",
        ),
        ("built-in", 0.8, ""),
    ],
)
def test_only_a_model_is_said_to_be_sure(judge: str, confidence: float, says: str) -> None:
    """And by its own estimate. Of a rule it is said what was measured, unless another version chose its confidence."""
    reasons = [{"key": "crash", "values": {}}]
    said = sureness({"category": "bug", "judge": judge, "confidence": confidence, "reasons": reasons})

    assert said.startswith(says)
    assert bool(says) == bool(said)


def test_of_two_readings_the_less_sure_one_speaks() -> None:
    """The confidence of readings that agree is higher than either states, because it was measured."""
    verdict = {
        "category": "bug",
        "judge": "openai:m",
        "confidence": 0.97,
        "readings": [{"confidence": 0.91}, {"confidence": 0.96}],
    }

    assert "By its own estimate, which is no measurement, the reading is sure (91 %)." == sureness(verdict)


@pytest.mark.parametrize(
    ("kind", "said", "by"),
    [
        (Kind.BUG, {}, "By fixed rules on the words of the request."),
        (Kind.SETUP, {}, "By the form that was sent"),
    ],
)
def test_no_verdict_of_a_program_is_stated_as_a_fact(web: Web, kind: Kind, said: dict[str, Any], by: str) -> None:
    """Page and mails say who takes it for what, by what, and where to object, and how often that was right."""
    case = web.sent(kind, **said)
    page = shown(web, page_of(web, case))
    web.sign_in()
    desk = shown(web, f"/desk/requests/{case.id}")

    assert Category.UNDECIDED is not case.category
    for text in (page, receipt_to(web), desk):
        assert "The program takes this for a" in text
        assert re.search(r"such a rule was right \d+ of \d+ times", text)
        assert by in text
        assert not re.search(r"(?:This|It) is a (?:bug|change|support)", text)
    assert "I do not agree" in page


def test_a_clause_that_has_nothing_to_do_with_a_verdict_is_folded_away(web: Web) -> None:
    """A crash needs no clause: the mail has none, the page folds what the search found, the desk shows it."""
    case = web.sent(summary="Error page when a quote is accepted", description="A quote is accepted, then error 500.")
    assert (Category.BUG, True) == (case.category, bool((case.verdict or {})["citations"]))
    page = shown(web, page_of(web, case))
    web.sign_in()
    desk = shown(web, f"/desk/requests/{case.id}")

    assert page.index('<details class="more-clauses"') < page.index("<blockquote")
    assert "<blockquote" in desk
    assert '<details class="more-clauses"' not in desk
    assert "The clause nearest to the request" not in receipt_to(web)


def test_the_assignee_can_change_a_program_s_verdict_as_the_page_says(web: Web) -> None:
    """A reply reaches them, and they override it."""
    case = web.sent()
    web.upload(f"{page_of(web, case)}/reply", text="It is none.")
    web.sign_in()
    answer = web.act(case, "overrule", category="change", reason="It is none.", module="shipments")

    assert any("> It is none." in mail.text for mail in web.mailer.sent if mail.to == "liaison.paris@example.com")
    assert (303, Category.CHANGE) == (answer.status_code, web.store.load(case.id).category)


# --- other languages -------------------------------------------------------------------------

ABROAD = {
    "French": ("Le devis a expiré trop tôt", "Le devis est déjà expiré après 10 jours : « périmé »."),
    "German": (
        "Das Angebot ist zu früh abgelaufen",
        "Das Angebot wurde nach 10 Tagen als abgelaufen angezeigt, ärgerlich.",
    ),
    "Spanish": ("La cotización venció demasiado pronto", "¿Por qué la cotización (quote) está vencida a los 10 días?"),
    "Chinese": ("报价单过早失效", "报价单在10天后就显示为已过期。S-PAR-2024-003310"),
}


@pytest.mark.parametrize("language", ABROAD)
@pytest.mark.parametrize("kind", [Kind.BUG, Kind.CHANGE, Kind.QUESTION])
def test_a_request_in_another_language_loses_nothing_and_is_told_nothing_false(
    web: Web, language: str, kind: Kind
) -> None:
    """Every letter is in claim, pages and issue; it stays undecided, with a clause or the word that none is."""
    summary, told = ABROAD[language]
    expected = {} if kind is Kind.QUESTION else {"expected": summary}
    case = web.sent(kind, summary=summary, description=told, **expected)
    page = shown(web, page_of(web, case))
    web.sign_in()
    desk = shown(web, f"/desk/requests/{case.id}")
    issue = web.tracker.issues[case.issue or 0]
    verdict = case.verdict or {}

    assert Category.UNDECIDED is case.category
    assert (summary, told) == (verdict["claim"]["summary"], verdict["claim"]["what_happened"])
    for text in (page, desk):
        assert summary in text
        assert told in text
    assert summary in receipt_to(web)
    assert told in issue.description
    assert "A person of the Help Desk reads the spec and decides" in page
    assert "The program takes this" not in page + desk
    for text in (page, desk, receipt_to(web), issue.description):
        assert "seems to be in another language than English, which the program reads badly" in text
    if verdict["citations"]:
        assert "Nothing is decided by that." in page
        assert all(row["stance"] == "related" for row in verdict["citations"])
    else:
        assert "The search found no clause that resembles the request." in page
