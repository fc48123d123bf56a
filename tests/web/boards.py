"""A change request before the Board, and the Board's people, as the tests of its pages need them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from intake_fn.core.change_events import ChangeAssessed, SentToOwner
from intake_fn.core.events import Overruled
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Stage

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

MARC, ANALYSTS, PAUL = "marc.selter@example.com", "sa@example.com", "paul@example.com"
ANDREI, ROMA = "andrei@example.com", "roma@example.com"
TODAY = "A quote is valid for 30 days from the day on which it was sent."
PROPOSED = "A quote is valid for 45 days from the day on which it was sent."


def with_board(process: Process, **changes: Any) -> Process:
    """The process with another Board."""
    return replace(process, board=replace(process.board, **changes))


def before_the_board(web: Web, *, modules: tuple[str, ...] = ("customs", "users"), **answers: Any) -> Case:
    """A change request for Billing that its owner, Marc Selter, has assessed."""
    case = web.sent(Kind.CHANGE, module="billing", **answers)
    now = web.clock()
    if case.category is not Category.CHANGE:
        decided = Overruled(at=now, actor=PAUL, category=Category.CHANGE, clause="", module="billing", reason="A wish.")
        case = web.desk.act(case.id, decided, case.version)
    if case.stage is Stage.NONE:
        sent = SentToOwner(at=now, actor=PAUL, module="billing", owner="marc-selter")
        case = web.desk.act(case.id, sent, case.version)
    assessed = ChangeAssessed(
        at=now,
        actor=MARC,
        clause="quotes#validity",
        today=TODAY,
        spec="s",
        proposed=PROPOSED,
        effort="2",
        risk="Old quotes.",
        effect="Clients have two weeks more.",
        modules=modules,
    )
    case = web.desk.act(case.id, assessed, case.version)
    assert case.stage is Stage.BOARD
    return case


def board_page(web: Web, case: Case) -> str:
    """The Board's page of a request, as text with its marks."""
    answer = web.client.get(f"/desk/board/{case.id}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def text_of(page: str) -> str:
    """A page without its marks, on one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page.replace("</dt>", " "))))


def press(web: Web, case: Case, action: str, *, seen: int = 0, **answers: str) -> TestResponse:
    """Press a button of the Board's page, having seen the request as it is unless told otherwise."""
    page = f"/desk/board/{case.id}"
    seen = seen or web.desk.cases.load(case.id).version
    return web.post(f"{page}/{action}", on=page, seen=seen, **answers)


def vote(web: Web, case: Case, member: str, how: str, *, by: str = "", reason: str = "So.") -> TestResponse:
    """Sign in as a member, or somebody else, and vote."""
    addresses = {"marc-selter": MARC, "system-analysts": ANALYSTS, "paul": PAUL}
    web.sign_in(by or addresses[member])
    return press(web, case, "vote", member=member, vote=how, reason=reason)


def proclaim(web: Web, case: Case, decision: str, text: str = "It is worth it.", **answers: Any) -> TestResponse:
    """Sign in as the chair and proclaim."""
    web.sign_in(MARC)
    return press(web, case, "proclaim", decision=decision, text=text, **answers)
