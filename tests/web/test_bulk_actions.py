"""Actions on several requests: each has its own result, others' requests are asked about, nothing happens twice."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING, Any

from intake_fn.core.events import HandedOver, MarkedDuplicate, Reprioritised
from intake_fn.core.request import Kind, Priority

if TYPE_CHECKING:
    import pytest
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from tests.web.conftest import Web

SURE = re.compile(r'name="sure" value="([^"]+)"')


def press(web: Web, do: str, *cases: Case, sure: list[str] | None = None, **answers: Any) -> TestResponse:
    """Tick requests as they stand now and press a button."""
    ticked = [f"{case.id}:{case.version}" for case in cases]
    sent = {"do": do, "case": ticked, "query": "level=0", "sure": sure or [], **answers}
    return web.client.post("/desk/bulk", data={"csrf_token": web.token_on("/desk?show=all"), **sent})


def questions(web: Web, number: int) -> list[Case]:
    """Requests of the liaison of Paris."""
    return [web.sent(Kind.QUESTION, summary=f"Question {each}", email=f"q{each}@example.com") for each in range(number)]


def history(web: Web, case: Case, kind: type) -> list[Any]:
    """What happened of a kind."""
    return [event for event in web.desk.cases.load(case.id).history if isinstance(event, kind)]


def test_each_request_has_its_own_result_and_a_second_press_does_nothing_twice(web: Web) -> None:
    """What is refused says why; what is done stays done."""
    cases = questions(web, 3)
    web.sign_in()
    web.act(cases[2], "prioritise", priority="high")
    for _ in range(2):
        answer = press(web, "prioritise", *cases[:2], web.desk.cases.load(cases[2].id), priority="high", note="All.")
        text = html.unescape(answer.text)

        assert 200 == answer.status_code
        assert "2 done" in text
        assert "1 not done" in text
        assert cases[2].id in text.partition("1 not done")[2].partition("2 done")[0]
    assert [1, 1, 1] == [len(history(web, case, Reprioritised)) for case in cases]
    assert Priority.HIGH is web.desk.cases.load(cases[0].id).priority


def test_it_asks_before_it_acts_on_requests_of_others(web: Web) -> None:
    """With their names; all of them, only one's own, or none."""
    mine, theirs = questions(web, 1)[0], web.sent(Kind.QUESTION, office="london", summary="London's")
    web.sign_in()
    asked = press(web, "hand-over", mine, theirs, handler="hk-liaison")

    assert "1 of these requests is not assigned to you" in asked.text
    assert "Reassigned to HK CT2 Liaison" in asked.text
    assert [] == history(web, mine, HandedOver) + history(web, theirs, HandedOver)

    some = press(web, "hand-over", mine, theirs, handler="hk-liaison", only="mine")

    assert "1 done" in some.text
    assert (1, 0) == (len(history(web, mine, HandedOver)), len(history(web, theirs, HandedOver)))

    sure = SURE.findall(asked.text)
    press(web, "hand-over", theirs, handler="hk-liaison", sure=sure)

    assert [f"{theirs.id}:london-liaison"] == sure
    assert "hk-liaison" == web.desk.cases.load(theirs.id).handler


def test_several_are_resolved_as_duplicates_of_one(web: Web) -> None:
    """They follow it; it is no duplicate of itself, and another customer's request is refused with the way to do it."""
    lead, one, other = questions(web, 3)
    stranger = web.sent(Kind.QUESTION, office="client", company="Acme", email="kim@acme.example", summary="Acme's")
    web.sign_in()
    sure = [f"{stranger.id}:{stranger.handler}"]
    text = html.unescape(press(web, "mark-duplicate", lead, one, other, stranger, request=lead.id, sure=sure).text)

    assert "2 done" in text
    assert "another customer's request" in text
    assert "Mark it on its own page" in text
    assert [0, 1, 1, 0] == [len(history(web, case, MarkedDuplicate)) for case in (lead, one, other, stranger)]


def test_what_is_missing_is_asked_for_with_what_was_ticked(web: Web) -> None:
    """No person chosen, nothing ticked, no such button: nothing happens."""
    (case,) = questions(web, 1)
    web.sign_in()
    missing = press(web, "hand-over", case, note="For you.")

    assert 422 == missing.status_code
    assert "Please choose the new assignee." in missing.text
    assert f'value="{case.id}:{case.version}"' in missing.text
    assert 'value="For you."' in missing.text
    assert 422 == press(web, "hand-over", handler="hk-liaison").status_code == press(web, "delete", case).status_code
    assert case.version == web.desk.cases.load(case.id).version


def test_ticked_requests_are_exported(web: Web) -> None:
    """Those alone, as the list has them."""
    cases = questions(web, 3)
    web.sign_in()
    answer = press(web, "export", *cases[:2])
    rows = [*csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))]

    assert [cases[0].id, cases[1].id] == [row[0] for row in rows[1:]]


def test_what_is_down_is_said_and_the_rest_is_not_tried(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows of the first whether it was saved; the others were not touched."""
    cases = questions(web, 2)
    web.sign_in()
    token = web.token_on("/desk?show=all")
    found = [web.store.row(case.id) for case in cases]

    def then_down(_: object) -> object:
        web.store.down = True
        return found

    monkeypatch.setattr(web.store, "rows_of", then_down)
    ticked = [f"{case.id}:{case.version}" for case in cases]
    answer = web.client.post(
        "/desk/bulk", data={"csrf_token": token, "do": "prioritise", "priority": "low", "case": ticked}
    )
    web.store.down = False

    assert "2 may not be done" in answer.text
    assert [cases[0].version] == [web.desk.cases.load(cases[0].id).version]
