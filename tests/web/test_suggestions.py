"""While somebody writes: clauses below the field, and answers by clauses that are counted honestly."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Stance
from tests.web.samples import HOSTILE

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.answered import Answered
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

CLIENT = "jo@example.org"
VISITOR, OTHER = "a" * 32, "b" * 32
ASKED = "Who may open a shipment of another office?"


def suggested(web: Web, summary: str = ASKED, **more: Any) -> TestResponse:
    """What stands below the field while this is written."""
    return web.client.post("/suggestions", data={"summary": summary, **more})


def clauses_in(page: TestResponse) -> list[str]:
    """The clauses that are shown, in their order."""
    return re.findall(r'data-clause="([^"]+)"', page.text)


def answers(web: Web) -> list[Answered]:
    """All answers of the month."""
    return web.desk.clause_answers.answers_in(web.clock().date())


def say(web: Web, clause: str, visitor: str = VISITOR, **more: Any) -> TestResponse:
    """Press *that answers it*."""
    return web.client.post("/answered", data={"clause": clause, "visitor": visitor, **more})


def test_the_nearest_clauses_stand_there_whole_with_four_answers(web: Web) -> None:
    """The whole clause and its address, nearest first; nothing for a text that says too little."""
    page = suggested(web)
    first = clauses_in(page)[0]
    clause = next(hit.clause for hit in web.desk.spec().search(ASKED, 5) if hit.clause.cite == first)

    words = " ".join(re.sub(r"<[^>]+>", "", page.text).split())
    assert " ".join(clause.markdown.split())[:60] in words
    assert page.text.count("data-answers") == page.text.count("data-aside") == len(clauses_in(page))
    assert page.text.count("data-stance") == 2 * len(clauses_in(page))
    assert suggested(web, "Hello there").text.strip() == ""
    assert suggested(web, "").text.strip() == ""


def test_a_clause_that_was_put_aside_is_not_shown_again(web: Web) -> None:
    """*Not about this* makes room for the next ones."""
    first = clauses_in(suggested(web))[0]

    assert first not in clauses_in(suggested(web, aside=first))


def test_what_was_picked_stays_pressed(web: Web) -> None:
    """When the suggestions come anew while the person goes on writing."""
    first = clauses_in(suggested(web))[0]
    page = suggested(web, reading_clause=first, reading_stance=Stance.CONTRADICTS.value)

    assert page.text.count('aria-pressed="true"') == 1


def test_hostile_text_gets_an_answer_and_shows_nothing_of_itself(web: Web) -> None:
    """Whatever is sent: a part of a page, and none of it."""
    page = web.client.post(
        "/suggestions", data=dict.fromkeys(("summary", "description", "aside", "kind"), HOSTILE * 99)
    )

    assert page.status_code == 200
    assert "alert(" not in page.text


@pytest.mark.parametrize("stance", [Stance.MATCHES, Stance.CONTRADICTS])
def test_what_a_requester_says_of_a_clause_is_shown_to_engineers_and_is_no_proof(web: Web, stance: Stance) -> None:
    """The verdict is the same, byte for byte, as without it; the desk shows it as the requester's reading."""
    clause = clauses_in(suggested(web))[0]
    plain = web.sent(Kind.BUG, key="a" * 22)
    said = web.sent(Kind.BUG, key="b" * 22, reading_clause=clause, reading_stance=stance.value)

    assert said.request.reading_clause == clause
    assert {**(plain.verdict or {})} == {**(said.verdict or {})}
    assert plain.category is said.category
    web.sign_in()
    page = web.client.get(f"/desk/requests/{said.id}").text
    assert clause in page
    assert "requester" in page.lower()


def test_an_answer_is_counted_only_when_somebody_says_so_and_once(web: Web) -> None:
    """Reading a clause, or leaving the page, counts nothing; pressing twice counts once. No address is kept."""
    suggested(web)
    assert answers(web) == []

    for _ in range(2):
        assert say(web, "shipments#open", email="camille@example.com").status_code == 200

    (kept,) = answers(web)
    assert (kept.clause, kept.counts) == ("shipments#open", True)
    assert kept.spec == web.desk.spec().stamp.content
    assert "camille" not in repr(kept)
    assert VISITOR not in repr(kept)
    assert web.desk.counters.ledger().received == 0


@pytest.mark.parametrize(
    ("days", "again", "counts"),
    [
        (6, {"clause": "shipments#open", "visitor": VISITOR}, False),
        (6, {"reading_clause": "shipments#open", "reading_stance": "contradicts", "visitor": VISITOR}, False),
        (6, {"clause": "shipments#open", "email": "camille@example.com"}, False),
        (8, {"clause": "shipments#open", "visitor": VISITOR}, True),
        (6, {"clause": "shipments#open", "visitor": OTHER, "email": "somebody.else@example.com"}, True),
        (6, {"clause": "shipments#number", "visitor": VISITOR}, None),
    ],
    ids=["the clause", "the reading", "the mailbox", "too late", "somebody else", "another clause"],
)
def test_an_answer_is_taken_back_when_the_same_person_comes_again(
    web: Web, days: int, again: dict[str, Any], counts: bool | None
) -> None:
    """On that clause within seven days, known by the browser or by the mailbox."""
    month = web.clock().date()
    say(web, "shipments#open", email="camille@example.com")
    web.clock.advance(days=days)
    case = web.sent(Kind.BUG, **again)
    (kept,) = web.desk.clause_answers.answers_in(month)
    nearest = (case.verdict or {"citations": [{"clause": ""}]})["citations"][0]["clause"]

    assert kept.counts is (nearest != "shipments#open" if counts is None else counts)


def test_a_person_may_say_that_it_was_not_the_answer_after_all(web: Web) -> None:
    """By the button on the page; somebody else cannot."""
    say(web, "shipments#open")
    say(web, "shipments#open", visitor=OTHER, back="1")
    assert answers(web)[0].counts

    say(web, "shipments#open", back="1")
    assert not answers(web)[0].counts


def test_an_answer_of_nobody_or_to_no_clause_is_not_counted(web: Web) -> None:
    """A program that says neither is told so; one that says too much is told to wait."""
    assert say(web, "no clause").status_code == 422
    assert web.client.post("/answered", data={"clause": "shipments#open"}).status_code == 422
    assert [say(web, "shipments#open", visitor=f"{n:032x}").status_code for n in range(121)][-1] == 429
    assert len(answers(web)) < 121


def test_a_receipt_does_not_depend_on_the_answers(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """When they cannot be read, the request is taken in all the same."""
    from intake_fn.core.errors import TryLater  # noqa: PLC0415 - for this test

    def down(_self: object, _people: object) -> list[Answered]:
        raise TryLater("down")

    monkeypatch.setattr(type(web.store), "answers_of", down)
    assert web.sent(Kind.QUESTION).id


def test_taking_back_keeps_the_first_instant(web: Web) -> None:
    """A second time changes nothing."""
    say(web, "shipments#open")
    (kept,) = answers(web)
    web.desk.clause_answers.take_back(kept, web.clock())
    before = answers(web)[0]
    web.clock.advance(days=1)
    web.desk.clause_answers.take_back(replace(kept), web.clock())

    assert answers(web) == [before]


SECRET = "Consignment of Roehampton Pharma stuck"


@pytest.fixture
def known(web: Web) -> Case:
    """A request of a client company that is in the issue index."""
    case = web.sent(Kind.BUG, summary=SECRET, office="client", company="Roehampton", email=CLIENT, key="z" * 22)
    for _ in range(2):
        web.clock.advance(minutes=6)
        web.desk.sync()
    return case


def like(web: Web, case: Case) -> TestResponse:
    """What stands below the field of somebody who writes the very same."""
    said = case.request
    return suggested(web, said.summary, description=said.description)


def test_a_similar_request_is_shown_with_its_state_and_without_anybodys_words(web: Web, known: Case) -> None:
    """Whoever writes may be of another client company: no summary, no name, no company, no answer."""
    page = like(web, known)
    part = page.text.partition("Like what you write")[2]

    assert known.id in part
    assert 'data-follow="' in part
    for words in (SECRET, "Roehampton", "Pharma", known.request.requester.name, CLIENT, known.request.description[:30]):
        assert words not in page.text


@pytest.mark.parametrize(
    ("address", "follows"),
    [("colleague@" + CLIENT.partition("@")[2], True), ("camille@example.com", True), ("spy@rival.example", False)],
    ids=["of the same company", "one of ours", "a stranger"],
)
def test_a_request_is_followed_by_its_own_company_and_by_ours(
    web: Web, known: Case, address: str, follows: bool
) -> None:
    """By a link that is mailed; the answer on the page is the same for everybody, so that it tells nothing."""
    before = len(web.mailer.sent)
    told = [
        web.client.post("/follow", data={"request": known.id, "email": one}).get_json()
        for one in (address, "other@rival.example")
    ]
    after = web.desk.cases.load(known.id)

    assert told[0] == told[1]
    assert "done" in told[0]
    assert (address in after.copies) is follows
    assert any(mail.to == address for mail in web.mailer.sent[before:]) is follows
    assert web.desk.counters.ledger().received == 1


def test_whom_the_requester_may_add_may_not_always_follow(web: Web) -> None:
    """A member of our staff may have a client in copy; the client may not put themselves there."""
    ours = web.sent(Kind.QUESTION)
    web.client.post("/follow", data={"request": ours.id, "email": CLIENT})

    assert web.desk.cases.load(ours.id).copies == ()
    assert web.client.post("/follow", data={"request": ours.id, "email": "no address"}).status_code == 422
    assert "done" in web.client.post("/follow", data={"request": "HD-0000-9999", "email": CLIENT}).get_json()
