"""Whatever is taken out of support.yml, what is stored stays readable: no page, mail, sweep or sync fails over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn import log
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    HandedOver,
    Noted,
    Overruled,
    Refiled,
    Resolved,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.request import Kind, Priority
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Category
from intake_fn.desk.case_lists import rows
from intake_fn.desk.consistency_check import difference, move
from intake_fn.web import WebConfig, create_app
from tests.removals import names, whole, without
from tests.web.conftest import Web, application_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from spec_lookup import Spec

LOUD = ("error", "critical")


@pytest.fixture
def full(spec: Spec) -> Web:
    """An application in which requests refer to every name of support.yml, with deliveries that wait."""
    process = whole()
    web = application_of(process, spec)
    for office in (*process.offices, "client"):
        web.sent(Kind.QUESTION, office=office, **({"company": "Acme"} if office == "client" else {}))
    for module in process.modules:
        case = web.sent(Kind.BUG, module=module)
        _go_up(web, case, list(process.modules).index(module) % 5)
    web.sent(Kind.BUG, priority="urgent", module="server")
    web.tracker.down = True
    for level in range(5):
        case = _go_up(web, web.sent(Kind.BUG, office="london"), level)
        web.desk.act(case.id, _did(web, Noted, text="One moment."), case.version)
    done = _go_up(web, web.sent(Kind.CHANGE), 4)
    done = web.desk.act(done.id, _did(web, AskedRequester, question="Which one?"), done.version)
    decided = _did(web, Overruled, category=Category.CHANGE, clause="", reason="The spec has no such thing.")
    done = web.desk.act(done.id, decided, done.version)
    web.desk.act(done.id, _did(web, Resolved, resolution="It is done."), done.version)
    web.sent(Kind.QUESTION, homepage="https://spam.example")
    return web


def _did(web: Web, kind: type[Event], address: str = "paul@example.com", **what: Any) -> Event:
    return kind(at=web.clock(), actor=address, **what)


def _go_up(web: Web, case: Case, level: int) -> Case:
    """Escalated to a level with both reasons in turn, ticked, handed over where somebody else is there."""
    process = web.desk.process
    for to in range(case.level + 1, level + 1):
        reason = list(process.escalation_reasons)[to % 2]
        handler = process.levels[to].resources[-1]
        case = web.desk.act(case.id, _did(web, Escalated, level=to, handler=handler, reason=reason), case.version)
    for activity in process.activities:
        event = _did(web, ActivityCompleted, activity=activity, note="Done.")
        try:
            advance(case, event, process)
        except Exception:  # noqa: BLE001, S112 - this one is not ticked by hand
            continue
        case = web.desk.act(case.id, event, case.version)
    for other in process.levels[case.level].resources[:1]:
        if other != case.handler and level % 2:
            case = web.desk.act(case.id, _did(web, HandedOver, handler=other), case.version)
    return case


def reopened(web: Web, process: Process) -> Web:
    """The application, started again with another support.yml."""
    desk = replace(web.desk, process=process)
    config: WebConfig = web.client.application.extensions["specdesk"]
    app = create_app(replace(config, process=process, desk=lambda: desk))
    web.tracker.down = False
    return replace(web, client=app.test_client(), desk=desk)


@pytest.mark.parametrize(
    ("part", "name", "former"),
    [(*one, kept) for one in names() for kept in ([False, True] if "people" in one else [False])],
)
def test_a_name_that_is_gone_breaks_nothing(full: Web, part: str, name: str, *, former: bool) -> None:
    """Every page answers; sync, sweep, recount, health and a preview run; and who has left gets no mail."""
    process = without(part, name, former=former)
    before, gone = full.desk.process, {mailbox(full.desk.process.people[name].address)} if part == "people" else set()
    web = reopened(full, process)
    web.mailer.sent.clear()
    with log.captured() as logs:
        web.sign_in(process.people[process.admins[0]].address)
        _every_page_answers(web)
        _file_one_anew(web)
        for _ in range(9):
            web.clock.advance(hours=13)
            web.desk.sweep()
            web.desk.sync()
        web.sign_in(process.people[process.admins[0]].address)
        _every_page_answers(web)
        for row in rows(web.store, open_only=False):
            difference(web.store, process, row)
            move(web.store.load(row.id), before, process)

    assert [] == [line for line in logs if line["level"] in LOUD]
    assert [] == [*web.store.dead_letters(), *web.desk.stuck()]
    assert not gone & {mailbox(mail.to) for mail in web.mailer.sent}
    assert 200 == web.client.get("/health").status_code


def _file_one_anew(web: Web) -> None:
    """The request that has been through most has its whole history written to Mantis once more."""
    case = max((web.store.load(row.id) for row in rows(web.store) if row.issue), key=lambda case: len(case.history))
    del web.tracker.issues[case.issue or 0]
    web.clock.advance(hours=2)
    web.desk.sync()
    gone = web.store.load(case.id)
    again = web.desk.act(case.id, _did(web, Refiled), gone.version)
    notes = "".join(web.tracker.notes[again.issue or 0])

    assert gone.missing_in_mantis
    assert "Escalated to level" in notes
    assert "Activity completed:" in notes


def _every_page_answers(web: Web) -> None:
    """All lists, each request as the desk and as its requester see it, the forms and the search."""
    paths = ["/desk?show=mine", "/desk?show=all", "/desk?show=closed", "/desk/outbox", "/desk/quarantine", "/health"]
    paths += [f"/desk?level={level}" for level, held in web.store.counts().items() if held]
    paths += [f"/requests/new/{kind.value}" for kind in Kind]
    for row in rows(web.store, open_only=False):
        status = web.links.status(row.id).removeprefix(web.links.base_url)
        paths += [f"/desk/requests/{row.id}", status]
    for path in paths:
        answer = web.client.get(path)

        assert 200 == answer.status_code, (path, answer.text[:500])


@pytest.mark.parametrize(("part", "name"), names())
def test_what_is_done_with_such_a_request_is_done_or_refused(full: Web, part: str, name: str) -> None:
    """Each button of each request answers, a reply and a new request are taken; none of it is an error page."""
    process = without(part, name)
    web = reopened(full, process)
    web.sign_in(process.people[process.admins[0]].address)
    done = set()
    for case in _about(web, part, name)[:4]:
        status = web.links.status(case.id).removeprefix(web.links.base_url)
        level = process.level(case.level)
        up, person = level.escalates_to, next(iter(level.resources), "")
        tries: dict[str, dict[str, Any]] = {
            "note": {"text": "Noted."},
            "hand-over": {"handler": person},
            "complete": {"activity": "workaround", "note": "Reload it."},
            "prioritise": {"priority": "low", "note": "It can wait."},
            "ask": {"question": "Which one?"},
            "escalate": {
                "reason": "not-this-level",
                "to": f"{up[0]}:{process.levels[up[0]].resources[0]}" if up else "",
            },
            "resolve": {"outcome": "done", "resolution": "It is done."},
        }
        for action, answers in tries.items():
            answer = web.act(case, action, **answers)
            done |= {action} if answer.status_code == 303 else set()

            assert answer.status_code in (200, 303, 409, 422), (action, answer.text[:500])
        reply = web.client.post(f"{status}/reply", data={"text": "It happens again.", "seen": "1"})

        assert 303 == reply.status_code
    assert {"note", "ask"} <= done
    assert 303 == web.send(Kind.QUESTION, office=next(iter(process.offices))).status_code


def _about(web: Web, part: str, name: str) -> list[Case]:
    """The open requests, those that refer to a name first."""
    cases = [web.store.load(row.id) for row in rows(web.store)]
    refers = {
        "people": lambda case: case.handler == name,
        "levels": lambda case: str(case.level) == name,
        "offices": lambda case: case.request.requester.office == name,
        "modules": lambda case: case.request.module == name,
    }.get(
        part,
        lambda case: any(getattr(event, "reason", getattr(event, "activity", "")) == name for event in case.history),
    )
    return sorted(cases, key=refers, reverse=True)


def test_a_priority_cannot_be_taken_out() -> None:
    """All four are known to the program; `specdesk check` says so."""
    assert {priority.value for priority in Priority} == set(without("modules", "reports").priorities)
