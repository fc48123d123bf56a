"""The search box: by number, by Mantis number, by requester and by words; as a page and while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.core.find import WRITTEN_IN
from intake_fn.core.request import Kind
from intake_fn.desk.find import post_pending
from intake_fn.web.find import WHERE

if TYPE_CHECKING:
    from tests.web.conftest import Web


def offered(web: Web, query: str) -> list[str]:
    """The requests that are offered while this is typed."""
    answer: Any = web.client.get("/desk/find/offers.json", query_string={"q": query}).json
    return [result["id"] for result in answer["results"]]


def test_a_number_opens_its_request(web: Web) -> None:
    """In any case, without HD-, with or without hyphens; and by the number of its issue."""
    case = web.sent()
    web.sign_in()
    asked = [case.id, case.id.lower(), "00000001", "0000-0001", f"#{case.issue}", f" {case.issue} "]

    assert {f"/desk/requests/{case.id}"} == {
        web.client.get("/desk/find", query_string={"q": query}).headers.get("Location") for query in asked
    }
    assert [[case.id]] * len(asked) == [offered(web, query) for query in asked]


def test_words_of_request_notes_and_answers_find_it_at_once_and_later(web: Web) -> None:
    """Before and after the sweep has put them into the index; the page shows where they stand."""
    case = web.sent(summary="The escalated shipment")
    other = web.sent(Kind.QUESTION, summary="Another one", name="Jo Wu", email="jo@example.com")
    web.sign_in()
    web.act(case, "note", text="Their proxies are down.")
    web.act(case, "ask", question="Which browser is it?")
    for _ in range(2):
        assert [[case.id]] * 4 == [offered(web, query) for query in ("escalation", "proxy", "brows", "camille escal")]
        assert [[other.id]] * 3 == [offered(web, query) for query in ("jo@example.com", "jo wu", "spreadsheet")]
        assert [] == offered(web, "zebra") == offered(web, "x")
        post_pending(web.desk)
        assert [] == web.store.pending(10)
    page = web.client.get("/desk/find?q=proxy").text

    assert "Internal note:" in page
    assert "<mark>proxies</mark>" in page
    assert f'href="/desk/requests/{case.id}"' in page


def test_a_request_with_all_words_comes_before_one_with_some(web: Web) -> None:
    """Where none has all, those with some are shown, and the page says so."""
    both = web.sent(summary="Pallet and manifest")
    web.sent(summary="Pallet alone", priority="low")
    web.sign_in()

    assert [both.id] == offered(web, "pallet manifest")
    assert 2 == len(offered(web, "pallet zebra"))
    assert "No request has all of these words" in web.client.get("/desk/find?q=pallet+zebra").text


def test_nothing_found_says_what_to_do(web: Web) -> None:
    """And the box is on every page of the desk, as a form that works without a script."""
    web.sign_in()
    page = web.client.get("/desk/find?q=zebra").text

    assert "Nothing was found." in page
    assert 'action="/desk/find"' in web.client.get("/expected").text
    assert 'name="q" id="find"' in web.client.get("/desk").text


def test_the_beginning_of_a_number_is_told_to_be_no_number(web: Web) -> None:
    """Whoever types half of one reads why nothing is found."""
    case = web.sent()
    web.sign_in()

    assert "A number is found when it is whole" in web.client.get(f"/desk/find?q={case.id[:7]}").text


def test_spam_is_found_by_its_number_alone(web: Web) -> None:
    """What is in quarantine is in nobody's way."""
    case = web.sent(homepage="https://spam.example", summary="Cheap watches")
    web.sign_in()

    assert [] == offered(web, "watches")
    assert [case.id] == offered(web, case.id)


def test_every_place_in_which_words_are_found_has_a_name() -> None:
    """An event that holds words is told by its name on the page of results."""
    assert {kind.__name__ for kind in WRITTEN_IN} <= WHERE.keys()


def test_issues_that_are_similar_in_meaning_stand_below(web: Web) -> None:
    """Of our requests and of others in Mantis; what was found by its words does not stand there twice."""
    case = web.sent(summary="Error page when a shipment is opened")
    web.desk.issue_index.update([case.issue or 0], {case.issue or 0}, lambda: True)
    web.sign_in()
    by_words = web.client.get("/desk/find?q=opened+shipment").text
    by_meaning = web.client.get("/desk/find?q=zebra+shipment+opening+shows+an+error+page").text

    assert "Similar in meaning" not in by_words
    assert case.id in by_words
    assert case.id in by_meaning


def test_a_request_that_just_came_is_not_said_to_have_come_just_now_ago(web: Web) -> None:
    """Its age is a part of a sentence."""
    case = web.sent(summary="The escalated shipment")
    web.sign_in()
    at_once = web.client.get("/desk/find?q=escalated").text
    web.clock.advance(minutes=3)
    later = web.client.get("/desk/find?q=escalated").text

    assert case.id in at_once
    assert "received just now</p>" in at_once
    assert "received 3 min ago</p>" in later
