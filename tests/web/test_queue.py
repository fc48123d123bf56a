"""The desk's queue: lists by address, filters with their counts, sorting, pages, and the same as CSV."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.request import Kind
from intake_fn.desk import queue
from intake_fn.web import queue_list
from tests.web.samples import ANSWERS

if TYPE_CHECKING:
    from tests.web.conftest import Web

CASE = re.compile(r'data-request="(HD-[\w-]+)"')


def shown(web: Web, query: str) -> list[str]:
    """The requests of a list, in their order."""
    return CASE.findall(web.client.get(f"/desk?{query}").text)


def test_the_desk_opens_on_ones_own_level(web: Web) -> None:
    """The liaison of Paris sees level 0, also by the address of earlier versions."""
    mine = web.sent()
    other = web.sent(office="new-york", summary="For level one")
    web.sign_in()

    assert [mine.id] == shown(web, "") == shown(web, "show=level") == shown(web, "level=0")
    assert [other.id] == shown(web, "level=1")
    assert {mine.id, other.id} == {*shown(web, "show=all")} == {*shown(web, "level=0&level=1")}


def test_mine_shows_what_is_with_me(web: Web) -> None:
    """And not what is with a colleague of the same level."""
    web.sent()
    web.sent(office="london", summary="For London")
    web.sign_in()
    text = web.client.get("/desk?show=mine").text

    assert ANSWERS[Kind.BUG]["summary"] in text
    assert "For London" not in text


def test_very_many_of_ones_own_are_listed_in_portions(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request is in exactly one; urgent and latest ones come first, and a link leads from each to the next."""
    monkeypatch.setattr(queue, "MOST_OPEN", 3)
    monkeypatch.setattr(queue_list, "PAGE", 2)
    cases = []
    for number in range(8):
        web.clock.advance(minutes=11)
        office = "london" if number == 4 else "paris"
        cases.append(web.sent(Kind.QUESTION, summary=f"Question {number:02}", office=office))
    web.sign_in()
    found, pages, link = [], [], "/desk?show=mine"
    while link:
        text = web.client.get(link).text
        found.append(CASE.findall(text))
        pages.append("of your requests" in text or "more than" in text)
        links = [one.replace("&amp;", "&") for one in re.findall(r'class="button" href="([^"]+)">(?:Next|Older)', text)]
        link = links[0] if links else ""

    assert [2, 1, 2, 1, 1] == [len(page) for page in found]
    assert {case.id for case in cases if case is not cases[4]} == {case for page in found for case in page}
    assert all(pages)
    assert {cases[7].id, cases[6].id, cases[5].id} == {*found[0], *found[1]}
    assert "Older requests" not in text
    assert 422 == web.client.get("/desk?show=mine&cursor=garbage").status_code


def test_resolved_requests_stand_in_a_list_of_their_own(web: Web) -> None:
    """Not among the open ones; it can be filtered, too."""
    case = web.sent()
    web.sign_in()
    web.act(case, "resolve", outcome="done", resolution="Done.")

    assert [case.id] == shown(web, "show=closed") == shown(web, "show=closed&priority=high&level=0")
    assert [] == shown(web, "level=0") == shown(web, "show=closed&priority=low") == shown(web, "show=closed&level=1")
    assert "No requests." in web.client.get("/desk?show=mine").text


def test_a_long_queue_is_turned_page_by_page(web: Web) -> None:
    """Every request is on exactly one page, the longest waiting first; the CSV file has all of them."""
    cases = []
    for number in range(52):
        web.clock.advance(minutes=11)
        cases.append(web.sent(Kind.QUESTION, summary=f"Question {number:02}", email=f"user-{number % 9}@example.com"))
    web.sign_in()
    first = web.client.get("/desk?level=0").text
    more = re.search(r'href="([^"]+page=2)"', first)
    assert more is not None
    second = web.client.get(more[1].replace("&amp;", "&")).text
    file = web.client.get("/desk/queue.csv?level=0").get_data(as_text=True)

    assert [case.id for case in cases] == CASE.findall(first) + CASE.findall(second)
    assert [50, 2] == [len(CASE.findall(page)) for page in (first, second)]
    assert ("page=3" in second, "52 requests, page 2 of 2" in second) == (False, True)
    assert 53 == len([*csv.reader(io.StringIO(file))])


@pytest.mark.parametrize("query", ["level=9", "show=closed&cursor=garbage", "status=x", "sort=x", "show=x", "due=x"])
def test_a_list_that_does_not_exist_says_so(web: Web, query: str) -> None:
    """A made-up level, cursor or filter is no crash, and no list that looks like an answer."""
    web.sign_in()

    assert 422 == web.client.get(f"/desk?{query}").status_code == web.client.get(f"/desk/queue.csv?{query}").status_code


def test_a_request_that_waits_for_mantis_says_so_in_the_queue(web: Web) -> None:
    """Instead of a number."""
    web.tracker.down = True
    web.sent()
    web.sign_in()

    assert "not yet" in web.client.get("/desk?level=0").text


def test_filters_say_what_they_would_show_and_can_be_cleared_one_by_one(web: Web) -> None:
    """Each choice has its count by all other filters; what is given stands above the list."""
    high = web.sent()
    low = web.sent(priority="low", module="billing", summary="Another")
    web.sign_in()
    page = web.client.get("/desk?level=0&priority=low").text
    counted = dict(re.findall(r'name="priority" value="(\w+)".*?<span class="count">(\d+)</span>', page))

    assert [low.id] == CASE.findall(page)
    assert {"high": "1", "low": "1"} == {name: number for name, number in counted.items() if number != "0"}
    assert '<a class="filter-given" href="/desk?level=0">' in page
    assert '<a class="filter-given" href="/desk?show=all&amp;priority=low">' in page
    assert [high.id, low.id] == shown(web, "level=0")
    assert [low.id, high.id] == shown(web, "level=0&sort=-priority")
    assert 'aria-sort="descending"' in web.client.get("/desk?level=0&sort=-priority").text


def test_an_empty_list_says_which_filter_hides_what(web: Web) -> None:
    """And leads to the list without it; where none alone does, it says that."""
    web.sent()
    web.sign_in()
    one = web.client.get("/desk?level=0&priority=low").text
    both = web.client.get("/desk?level=0&priority=low&status=waiting").text

    assert "These filters hide requests" in one
    assert re.search(r'href="/desk\?level=0">Clear Priority: .*Low', one)
    assert "1 request</span>" in one
    assert "No single filter hides them" in both
    assert 'href="/desk?show=all">Clear all filters</a>' in both
    assert "This queue is empty." in web.client.get("/desk?level=4").text


def test_the_csv_file_is_what_is_shown_and_runs_nothing(web: Web) -> None:
    """A formula in a summary is text; the columns are those of the list and more."""
    web.sent(summary="=HYPERLINK(0)", company="")
    web.sent(priority="low", summary="Another")
    web.sign_in()
    answer = web.client.get("/desk/queue.csv?level=0&priority=high")
    head, *rows = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    cells = dict(zip(head, rows[0], strict=True))

    assert 1 == len(rows)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "'=HYPERLINK(0)" == cells["Summary"]
    assert ("Paris", "Open", "0", "High") == tuple(cells[name] for name in ("Office", "Status", "Level", "Priority"))
    assert cells["Page"].startswith("http")


def test_a_list_is_told_what_has_changed_since_it_was_shown(web: Web) -> None:
    """New ones that it would show, and changed ones, whatever they are now; each list hears of its own."""
    old = web.sent(priority="low")
    web.sign_in()
    web.clock.advance(minutes=5)
    page = web.client.get("/desk?level=0&priority=low").text
    address = re.search(r'data-news="([^"]+)"', page)
    assert address is not None
    told = address[1].replace("&amp;", "&")

    assert {"requests": [], "more": False} == web.client.get(told).json

    web.clock.advance(minutes=5)
    web.act(old, "prioritise", priority="medium")
    fresh, other = web.sent(priority="low", summary="Fresh"), web.sent(summary="Not of this list")
    answer: Any = web.client.get(told).json
    requests = {one["id"]: (one["listed"], one["received"]) for one in answer["requests"]}

    assert {old.id: (False, False), fresh.id: (True, True), other.id: (False, True)} == requests
    assert f'data-request="{old.id}" data-version="{old.version}"' in page


@pytest.mark.parametrize("since", ["", "x", "2026-11-24T15:00:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:00:00Z"])
def test_changes_are_asked_for_since_an_instant(web: Web, since: str) -> None:
    """A made-up one is refused."""
    web.sign_in()

    assert 422 == web.client.get("/desk/changes.json", query_string={"since": since}).status_code
