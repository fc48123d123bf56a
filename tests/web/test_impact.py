"""The impact packet at the desk: its page, the button that judges again, and the way to it from other pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from intake_fn.core.events import Overruled
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.web import impact
from spec_lookup import IndexMissing
from tests.web.boards import MARC, PAUL, before_the_board, board_page, text_of

if TYPE_CHECKING:
    import pytest

    from intake_fn.core.case import Case
    from tests.web.conftest import Web

CLAUSE = "quotes#validity"


def decided(web: Web) -> Case:
    """A bug that a person has decided by the clause: it flips when the clause changes."""
    case = web.sent(summary="Quote expired after 20 days")
    event = Overruled(
        at=web.clock(),
        actor=PAUL,
        category=Category.BUG,
        clause=CLAUSE,
        stance=Stance.CONTRADICTS,
        reason="It says 30.",
    )
    return web.desk.act(case.id, event, case.version)


def page_of(case: Case) -> str:
    """Where the packet stands."""
    return f"/desk/requests/{case.id}/impact"


def test_the_packet_names_the_seeded_flip(web: Web) -> None:
    """With the diff, the owners, and the earlier decision by the clause; whoever presses, it is kept for all."""
    bug, case = decided(web), before_the_board(web)
    web.sign_in(MARC)
    before = web.client.get(page_of(case)).text
    assert "have not been judged again yet" in before
    assert re.search(r"<del>30</del>\s*<ins>45</ins>", before)

    answer = web.post(page_of(case), on=page_of(case))
    assert (303, page_of(case)) == (answer.status_code, answer.headers["Location"])
    web.sign_in(PAUL)
    page = text_of(web.client.get(page_of(case)).text)
    assert "by the clause as it would read: 1 of 1 would flip." in page
    assert (
        f"{bug.id} Quote expired after 20 days Bug, decided by a person by this clause: to be looked at again." in page
    )
    assert f"Earlier decisions on the clause {bug.id}, 23 Nov 2026" in page


def test_the_pages_of_request_and_board_lead_there(web: Web) -> None:
    """In short: how many cite the clause, how many would flip. A request that nobody assessed has none."""
    bug, case = decided(web), before_the_board(web)
    web.sign_in(PAUL)
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert f'href="{page_of(case)}"' in page
    assert "Requests have not been judged again yet" in page
    assert 'id="impact"' not in web.client.get(f"/desk/requests/{bug.id}").text
    assert 404 == web.client.get(page_of(bug)).status_code
    assert 422 == web.post(page_of(bug), on=page_of(case)).status_code

    web.post(page_of(case), on=page_of(case))
    for text in (web.client.get(f"/desk/requests/{case.id}").text, board_page(web, case)):
        assert "1 request cites the clause. 1 would flip." in text_of(text)


def test_a_packet_of_another_text_is_called_old(web: Web) -> None:
    """The owner has assessed anew, or the spec was published, since requests were judged again."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    web.post(page_of(case), on=page_of(case))
    content, kind = web.files.kept[f"impact/{case.id}.json"]
    web.files.put(f"impact/{case.id}.json", content.replace(b'"of": "', b'"of": "0'), kind)

    assert "has changed since then. Judge the requests again." in text_of(web.client.get(page_of(case)).text)
    assert "has changed since requests were judged again" in text_of(web.client.get(f"/desk/requests/{case.id}").text)


def test_without_an_index_the_request_is_shown_all_the_same(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part is left out: the page is about more than it."""
    case = before_the_board(web)
    web.sign_in(PAUL)

    def missing(*_: object) -> None:
        raise IndexMissing("There is no index.")

    monkeypatch.setattr(impact, "packet", missing)
    page = web.client.get(f"/desk/requests/{case.id}")
    assert 200 == page.status_code
    assert 'id="impact"' not in page.text
