"""The desk: signing in, queues, every action, the spec, the outbox."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from intake_fn.core.change_events import ChangeReleased, SentToOwner, StageReached
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Closed,
    Escalated,
    Event,
    HandedOver,
    Linked,
    MarkedDuplicate,
    Noted,
    Overruled,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
)
from intake_fn.core.intents import AddNote, FileIssue
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Kind, Priority, Requester
from intake_fn.core.requester_events import RequesterChanged, RequesterKept
from intake_fn.core.vocabulary import Category, Failure, Outcome, Relation, Reproduced, Stage, Stance, Status
from intake_fn.desk.sign_in import mail_links
from intake_fn.mail_templates import environment
from intake_fn.ports import Issue, MailReport, SuppressedAddress
from intake_fn.texts import as_written
from intake_fn.web.actions import ACTIONS
from tests.adapters.test_store import dead_letter
from tests.web.approvals import approved
from tests.web.samples import ANSWERS
from tests.web.test_status_pages import happen

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

PARIS = "liaison.paris@example.com"
CHLOE = Requester("Chloe Yip", "chloe@client.example.org", CLIENT, "Lotus Line")
ADMIN = "sa@example.com"


# --- signing in ------------------------------------------------------------------------------


def link_of(web: Web) -> str:
    """The path in the last mail, once the sweep has been by."""
    mail_links(web.desk)
    return urlsplit(web.mailer.sent[-1].text.split("http", 1)[1].split()[0]).path


def test_a_link_signs_in_once(web: Web) -> None:
    """Looking at it (as mail scanners do) uses nothing up; pressing the button does."""
    web.post("/desk/sign-in", on="/desk/sign-in", address=PARIS)
    path = link_of(web)

    assert [web.client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert web.client.get("/desk").status_code == 302

    web.post(path, on=path)

    assert web.client.get("/desk").status_code == 200

    again = web.post(path, on=path)

    assert again.status_code == 410
    assert "has been used or has expired" in again.text


def test_a_link_is_good_for_fifteen_minutes(web: Web) -> None:
    """An old one offers the form for a new one."""
    web.post("/desk/sign-in", on="/desk/sign-in", address=PARIS)
    path = link_of(web)
    web.clock.advance(minutes=16)
    answer = web.client.get(path)

    assert answer.status_code == 410
    assert 'action="/desk/sign-in"' in answer.text


def test_an_unknown_address_gets_the_same_answer_and_no_mail(web: Web) -> None:
    """Nobody learns who works at the Help Desk."""
    known = web.post("/desk/sign-in", on="/desk/sign-in", address=PARIS).text.replace(PARIS, "X")
    unknown = web.post("/desk/sign-in", on="/desk/sign-in", address="eve@example.com").text
    web.desk.sweep()

    assert [PARIS] == [mail.to for mail in web.mailer.sent]
    assert _without_tokens(known) == _without_tokens(unknown.replace("eve@example.com", "X"))


def _without_tokens(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text)


def test_signing_in_leads_to_the_page_that_was_wanted(web: Web) -> None:
    """From a link in a mail to the request."""
    web.sent()
    answer = web.client.get("/desk/requests/HD-0000-0001", follow_redirects=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[0]
    web.client.post("/desk/sign-in", data={"csrf_token": token, "address": PARIS})
    path = link_of(web)

    assert web.post(path, on=path).headers["Location"] == "/desk/requests/HD-0000-0001"


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example.com", "https://evil.example.com/desk", "/desk\\evil", "/desk/sign-out", "/desk/./sign-out"),
        *("/desk/../evil", "/desk/..//evil.example.com", "/desk/%2e%2e/evil", "/desk//evil.example.com"),
    ],
)
def test_signing_in_leads_nowhere_else(web: Web, path: str) -> None:
    """A link that somebody made up sends nobody to another site."""
    web.client.get("/desk/sign-in", query_string={"next": path})
    web.post("/desk/sign-in", on="/desk/sign-in", address=PARIS)
    link = link_of(web)

    assert web.post(link, on=link).headers["Location"] == "/desk"


def test_signing_out_ends_the_session(web: Web) -> None:
    """The next page asks to sign in again."""
    web.sign_in()
    web.post("/desk/sign-out", on="/desk")

    assert web.client.get("/desk").status_code == 302


def test_what_was_typed_without_a_session_is_shown_with_the_sign_in(web: Web) -> None:
    """A session that ended over lunch costs nobody a long note."""
    case = web.sent()
    answer = web.client.post(f"/desk/requests/{case.id}/note", data={"text": "A long note", "seen": "3"})

    assert answer.status_code == 401
    assert "A long note" in answer.text
    assert 'action="/desk/sign-in"' in answer.text
    assert not any(isinstance(event, Noted) for event in web.desk.cases.load(case.id).history)


def test_a_form_of_another_session_changes_nothing(web: Web) -> None:
    """The desk's forms carry a token; without it nothing happens, and what was typed is shown."""
    case = web.sent()
    web.sign_in()
    answer = web.client.post(f"/desk/requests/{case.id}/note", data={"text": "Forged", "seen": "3"})

    assert answer.status_code == 400
    assert "Forged" in answer.text
    assert not any(isinstance(event, Noted) for event in web.desk.cases.load(case.id).history)


# --- actions ---------------------------------------------------------------------------------

DOING: dict[str, tuple[dict[str, Any], type[Event], dict[str, Any]]] = {
    "release": ({}, Released, {}),
    "reject": ({"reason": "An advertisement."}, Rejected, {"reason": "An advertisement."}),
    "escalate": (
        {"to": "1:ihelp", "reason": "too-complex", "note": "Please look."},
        Escalated,
        {"level": 1, "handler": "ihelp", "reason": "too-complex", "note": "Please look."},
    ),
    "send-back": (
        {"to": "0:paris-liaison", "note": "A matter of training."},
        Deescalated,
        {"level": 0, "handler": "paris-liaison", "note": "A matter of training."},
    ),
    "hand-over": ({"handler": "london-liaison", "note": "Yours."}, HandedOver, {"handler": "london-liaison"}),
    "prioritise": ({"priority": "low", "note": ""}, Reprioritised, {"priority": Priority.LOW}),
    "overrule": (
        {"category": "change", "clause": "quotes#validity", "reason": "The clause says so."},
        Overruled,
        {"category": Category.CHANGE, "clause": "quotes#validity", "reason": "The clause says so."},
    ),
    "read": (
        {"reading": "contradicts", "clause": "quotes#validity"},
        Overruled,
        {"category": Category.BUG, "clause": "quotes#validity", "stance": Stance.CONTRADICTS},
    ),
    "send-to-owner": (
        {"module": "billing", "note": "Yours?"},
        SentToOwner,
        {"module": "billing", "owner": "marc-selter", "note": "Yours?"},
    ),
    "stage": (
        {"stage": "development", "handler": "roma", "version": "4.3", "note": "Go."},
        StageReached,
        {"stage": Stage.DEVELOPMENT, "handler": "roma", "version": "4.3", "note": "Go."},
    ),
    "release-change": (
        {"version": "4.3", "text": "It opens faster.", "reason": "The wiki follows."},
        ChangeReleased,
        {"version": "4.3", "text": "It opens faster.", "reason": "The wiki follows."},
    ),
    "update": (
        {"text": "Use the\r\nlist.", "as": "workaround"},
        UpdateSent,
        {"text": "Use the\nlist.", "workaround": True},
    ),
    "ask": ({"question": "Which\r\nbrowser?"}, AskedRequester, {"question": "Which\nbrowser?"}),
    "complete": (
        {"activity": "reproduce", "note": "Every time.", "reproduced": "yes", "version": " 4.2 "},
        ActivityCompleted,
        {"activity": "reproduce", "note": "Every time.", "reproduced": Reproduced.YES, "version": "4.2"},
    ),
    "note": ({"text": "Seen before."}, Noted, {"text": "Seen before."}),
    "link": (
        {"relation": "duplicate-of", "number": "#4700"},
        Linked,
        {"number": 4700, "relation": Relation.DUPLICATE},
    ),
    "unlink": ({"number": "4700"}, Unlinked, {"number": 4700}),
    "mark-duplicate": ({"request": "hd 00000001"}, MarkedDuplicate, {"other": "HD-0000-0001"}),
    "unmark-duplicate": ({}, UnmarkedDuplicate, {}),
    "refile": ({}, Refiled, {}),
    "resolve": (
        {"resolution": "Mended.", "outcome": "fixed", "fixed_in": " 4.2 "},
        Resolved,
        {"resolution": "Mended.", "outcome": Outcome.FIXED, "fixed_in": "4.2"},
    ),
    "reopen": ({"reason": "It is back."}, Reopened, {"reason": "It is back."}),
    "change-requester": ({"address": CHLOE.email}, RequesterChanged, {"address": CHLOE.email}),
    "keep-requester": ({"address": CHLOE.email}, RequesterKept, {"address": CHLOE.email}),
    "close": ({"note": "Nobody objected."}, Closed, {"note": "Nobody objected."}),
}
"""By action: what is typed, the event that it makes, and what the event holds."""

FORWARDED = ("change-requester", "keep-requester")
AFTER_RESOLVING = ("reopen", "close")


def first_request(web: Web, action: str) -> Case:
    """The request of which `action` is done, as it comes; for some, the mail of a client that a liaison forwards."""
    case = web.sent(homepage="https://spam.example" if action in ("release", "reject") else "")
    if action in ("link", "unlink"):
        web.tracker.issues[4700] = Issue("", "Bugs InBox", "Another issue", "Created by hand.", status="new")
    if action not in FORWARDED:
        return case
    liaison = Requester("The liaison", PARIS, "paris")
    return web.desk.take_in(replace(case.request, requester=liaison, on_behalf_of=CHLOE), "forwarded")


def ready(web: Web, action: str) -> Case:
    """A request for which `action` is offered, and a person who is signed in."""
    case = first_request(web, action)
    web.sign_in(ADMIN if ACTIONS[action].for_admins else PARIS)
    if action in AFTER_RESOLVING:
        web.act(case, "resolve", outcome="done", resolution="Done.")
    if action in ("mark-duplicate", "unmark-duplicate"):
        case = web.sent(summary="I cannot open a shipment")
    if action == "unmark-duplicate":
        web.act(case, "mark-duplicate", request="HD-0000-0001")
    if action == "stage":
        case = approved(web)
    if action == "release-change":
        case = approved(web, Stage.DEVELOPMENT, Stage.READY)
    if action == "send-to-owner":
        web.act(case, "overrule", category="change", module="shipments", reason="It is as defined.")
    if action == "send-back":
        web.act(case, "escalate", to="1:ihelp", reason="too-complex")
    if action == "unlink":
        web.act(case, "link", relation="related-to", number="4700")
    if action == "refile":
        del web.tracker.issues[case.issue or 0]
        web.clock.advance(hours=2)
        web.desk.sync()
    return web.desk.cases.load(case.id)


def test_every_action_has_a_row_here() -> None:
    """A new action needs its test."""
    assert list(DOING) == list(ACTIONS)


@pytest.mark.parametrize("action", DOING)
def test_each_action_makes_its_event(web: Web, action: str) -> None:
    """By the person who is signed in, at this instant; the page then says that it is done."""
    typed, kind, holds = DOING[action]
    case = ready(web, action)
    answer = web.act(case, action, **typed)
    events = [event for event in web.desk.cases.load(case.id).history if isinstance(event, kind)]

    assert answer.status_code == 303
    assert events[-1].actor == (ADMIN if ACTIONS[action].for_admins else PARIS)
    assert events[-1].at == web.clock()
    assert {name: getattr(events[-1], name) for name in holds} == holds
    assert ACTIONS[action].done in web.client.get(answer.headers["Location"]).text


@pytest.mark.parametrize("number", ["", "abc", "4700x", "٤٧", "1" * 30])
def test_what_is_no_number_of_an_issue_is_said(web: Web, number: str) -> None:
    """And stays where it was typed."""
    case = ready(web, "link")
    answer = web.act(case, "link", relation="related-to", number=number)

    assert answer.status_code == 422
    assert "number" in answer.text
    assert f'value="{number}"' in answer.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("4711", "a request number"),
        ("HD-0000-0009", "HD-0000-0009 does not exist"),
        ("HD-0000-0001", "another request"),
    ],
)
def test_what_is_no_number_of_another_request_is_said(web: Web, typed: str, says: str) -> None:
    """And stays where it was typed."""
    case = web.sent()
    web.sign_in()
    answer = web.act(case, "mark-duplicate", request=typed)

    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{typed}"' in answer.text


def test_who_is_the_same_as_whom_is_on_both_pages(web: Web) -> None:
    """With links to each other; and whoever answers one is warned that others read it."""
    case = ready(web, "mark-duplicate")
    web.act(case, "mark-duplicate", request="HD-0000-0001")
    follower, lead = (web.client.get(f"/desk/requests/{number}").text for number in (case.id, "HD-0000-0001"))

    assert '<dt>Duplicate of</dt><dd><a href="/desk/requests/HD-0000-0001">' in follower
    assert f'<dt>Duplicates</dt><dd><a href="/desk/requests/{case.id}">' in lead
    assert "Marked as duplicate of HD-0000-0001" in follower
    assert f"{case.id} was marked as a duplicate of this request" in lead
    assert ("do not name anybody" in lead, "do not name anybody" in follower) == (True, False)


def test_a_similar_request_is_one_click_from_being_the_same(web: Web) -> None:
    """The form opens with its number; a person sends it."""
    first, second = web.sent(key="a" * 22), web.sent(key="b" * 22)
    web.sign_in()
    for _ in range(3):
        web.clock.advance(minutes=1)
        web.desk.sync()
    page = web.client.get(f"/desk/requests/{second.id}").text
    where = f"/desk/requests/{second.id}?same={first.id}"
    assert f'<a href="{where}#mark-duplicate">Mark as duplicate</a>' in page

    form = web.client.get(where).text
    assert 'id="mark-duplicate" open' in form
    assert f'value="{first.id}"' in form
    assert "" == web.desk.cases.load(second.id).duplicate_of


CLIENTS: dict[str, dict[str, Any]] = {
    "first": {"office": "client", "company": "Northwind Trading Ltd.", "email": "ann@northwind.example"},
    "second": {"office": "client", "company": "Globex", "email": "bo@globex.example", "name": "Bo Ek"},
}


def test_a_request_of_another_customer_is_joined_only_after_both_companies_were_named(web: Web) -> None:
    """The first click tells whose they are and who will read what; nothing has happened before the second."""
    lead, case = (web.sent(**CLIENTS[which], summary=f"Report {which}") for which in ("first", "second"))
    web.sign_in()
    asked = web.act(case, "mark-duplicate", request=lead.id)

    assert "" == web.desk.cases.load(case.id).duplicate_of
    assert all(
        name in asked.text for name in ("Northwind Trading Ltd.", "Globex", "northwind.example", "globex.example")
    )
    assert f"What the requester of {case.id} will read" in asked.text
    (told,) = environment().get_template("joined/body.txt").render(link="").splitlines()[:1]
    assert told in asked.text
    assert "Specdesk tells neither requester who the other one is" in asked.text
    assert "Neither learns" not in asked.text, "an engineer may write what nothing masks"
    assert 'name="confirmed" value="yes"' in asked.text

    web.act(case, "mark-duplicate", request=lead.id, confirmed="yes")
    joined = web.desk.cases.load(case.id)
    assert lead.id == joined.duplicate_of
    assert [True] == [event.confirmed for event in joined.history if isinstance(event, MarkedDuplicate)]


def test_nothing_of_one_customer_reaches_another_that_follows(web: Web) -> None:
    """Names, companies, domains: whatever is written to the one is masked for the other, by mail and on the page."""
    lead, case = (web.sent(**CLIENTS[which], summary=f"Report {which}") for which in ("first", "second"))
    web.sign_in()
    web.act(case, "mark-duplicate", request=lead.id, confirmed="yes")
    web.mailer.sent.clear()
    web.act(
        web.desk.cases.load(lead.id), "overrule", category="bug", reason="At NORTHWIND TRADING it fails, says Camille."
    )
    told = "Mended for Northwind Trading Ltd; Northwind Trading and ann@northwind.example were asked."
    web.act(web.desk.cases.load(lead.id), "resolve", resolution=told, outcome="fixed")
    web.clock.advance(minutes=1)
    web.desk.sweep()
    mails = [mail.text + mail.html for mail in web.mailer.sent if mail.to == "bo@globex.example"]
    page = web.client.get(web.desk.links.status(case.id).partition("example.com")[2]).text

    assert len(mails) > 1
    for text in (*mails, page):
        assert "northwind" not in text.lower()
        assert "Camille" not in text


@pytest.mark.parametrize(
    "other", [{"email": "eve@elsewhere.example"}, {"office": "client", "company": "Globex", "email": "x@example.com"}]
)
def test_another_domain_or_another_company_alone_has_to_be_confirmed(web: Web, other: dict[str, Any]) -> None:
    """Who sends from elsewhere may be somebody else, whatever they choose at the form."""
    lead, case = web.sent(summary="A"), web.sent(**{"summary": "B", **other})
    web.sign_in()
    web.act(case, "mark-duplicate", request=lead.id)

    assert "" == web.desk.cases.load(case.id).duplicate_of


def test_a_linked_issue_is_named_on_the_page(web: Web) -> None:
    """With its address in Mantis."""
    case = ready(web, "link")
    web.act(case, "link", relation="duplicate-of", number="4700")
    page = web.client.get(f"/desk/requests/{case.id}").text

    assert "Duplicate of" in page
    assert "view.php?id=4700" in page
    assert "Linked in Mantis: duplicate of #4700" in page


@pytest.mark.parametrize("action", DOING)
def test_each_action_on_an_old_page_says_who_was_faster(web: Web, action: str) -> None:
    """409; nothing happens, what was typed is still there, and the page is the newest one."""
    typed, kind, _ = DOING[action]
    case = ready(web, action)
    web.desk.act(case.id, Noted(at=web.clock(), actor="paul@example.com", text="I was here."), case.version)
    before = len(web.desk.cases.load(case.id).history)
    answer = web.act(case, action, seen=case.version, **typed)

    assert answer.status_code == 409
    assert "Someone else has changed this request: Paul." in answer.text
    assert "I was here." in answer.text
    assert all(text in answer.text for text in typed.values())
    assert len(web.desk.cases.load(case.id).history) == before
    assert kind is not None


@pytest.mark.parametrize("action", [action for action in DOING if ACTIONS[action].must])
def test_each_action_names_what_is_missing(web: Web, action: str) -> None:
    """Near the action, in an open form."""
    case = ready(web, action)
    answer = web.act(case, action)

    assert answer.status_code == 422
    assert next(iter(ACTIONS[action].must.values())) in answer.text
    assert f'id="{action}" open' in answer.text


@pytest.mark.parametrize(
    ("action", "typed", "says"),
    [
        ("escalate", {"to": "4:andrei", "reason": "too-complex", "note": "My note"}, "escalates to level 1"),
        ("escalate", {"to": "nonsense", "reason": "too-complex", "note": "My note"}, "choose the new assignee"),
        ("hand-over", {"handler": "roma", "note": "My note"}, "is not at level 0"),
        ("prioritise", {"priority": "yesterday", "note": "My note"}, "one of the values in the list"),
        ("overrule", {"category": "bug", "clause": "no#where", "reason": "My note"}, "has no clause no#where"),
        ("note", {"text": "My note" * 10_000}, "too long"),
        ("reopen", {"reason": "My note"}, "reopen is not possible now"),
    ],
)
def test_what_the_rules_refuse_is_said_and_what_was_typed_is_kept(
    web: Web, action: str, typed: dict[str, Any], says: str
) -> None:
    """422, with the reason and the note."""
    case = web.sent()
    web.sign_in()
    answer = web.act(case, action, **typed)

    assert answer.status_code == 422
    assert says in answer.text
    assert "My note" in answer.text


def test_what_can_not_be_saved_is_kept_on_the_page(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store throttles at the moment of writing: 503, and the note stands in its field."""

    def throttled(*_: object) -> None:
        raise TryLater("Too fast.")

    case = web.sent()
    web.sign_in()
    monkeypatch.setattr(web.store, "save", throttled)
    answer = web.act(case, "note", text="A long note")

    assert answer.status_code == 503
    assert "A long note" in answer.text


def test_only_what_the_rules_allow_is_offered(web: Web) -> None:
    """A resolved request can be reopened or closed, but not escalated."""
    case = web.sent()
    web.sign_in()
    page = f"/desk/requests/{case.id}"

    assert "/escalate" in web.client.get(page).text
    assert "/reopen" not in web.client.get(page).text

    web.act(case, "resolve", outcome="done", resolution="Done.")

    assert "/escalate" not in web.client.get(page).text
    assert "/reopen" in web.client.get(page).text


def test_the_request_page_shows_what_there_is(web: Web) -> None:
    """Claim, requester, files, verdict, Mantis, history in words, times in UTC and in the viewer's zone."""
    case = web.sent()
    web.sign_in()
    text = web.client.get(f"/desk/requests/{case.id}").text

    for said in (
        "S-PAR-2024-003310",
        "Camille Laurent",
        "camille@example.com",
        "screen.png",
        "Bugs InBox" if case.category is Category.BUG else case.issue_project,
        "Assessed: ",
        "15:00 UTC (16:00 Paris)",
    ):
        assert said in text


def test_the_core_activities_are_a_checklist_with_who_did_what(web: Web) -> None:
    """A verdict that only shows what is near ticks nothing; what is ticked here is part of the history."""
    case = web.sent()
    web.sign_in()
    web.act(case, "complete", activity="workaround", note="Use the list view.")
    page = web.client.get(f"/desk/requests/{case.id}").text
    (items,) = re.findall(r'<ul class="checklist">(.*?)</ul>', page, re.DOTALL)

    assert [" class="] == re.findall(r'<li( class=)"done"', items)
    assert 5 == items.count(">not done<")
    assert ("Specdesk, <time" in items, "London CT2 Liaison, <time" in items) == (False, False)
    assert "Activity completed: Provide the user with a workaround if there is one" in page
    assert "Use the list view." in page
    (left,) = re.findall(r'<select name="activity" id="complete-activity">(.*?)</select>', page, re.DOTALL)
    assert 1 < left.count("<option ")
    assert '<option value="workaround"' not in left


def test_a_breach_is_shown_in_red_in_the_list_and_in_the_history(web: Web) -> None:
    """The sweep tells of it once; both pages show it, with the warnings before it."""
    case = web.sent()
    web.sign_in()
    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "system-analysts"), (4, "roma")):
        web.act(case, "escalate", to=f"{level}:{handler}", reason="too-complex")
    ahead = web.client.get("/desk?level=4").text
    for _ in range(30):
        web.clock.advance(hours=1)
        web.desk.sweep()
    web.sign_in()
    page, after = (web.client.get(f"/desk{path}").text for path in (f"/requests/{case.id}", "?level=4"))

    assert 'title="Due 2026-11-23T23:00+00:00">in 8 h</span>' in ahead
    assert "SLA alert: 50 % of the time is used" in page
    assert "SLA alert: 80 % of the time is used" in page
    assert 1 == page.count('<p class="late">Overdue: was due 23 Nov 2026, 23:00 UTC</p>')
    assert '<span class="late" title="Due 2026-11-23T23:00+00:00">overdue</span>' in after


def test_the_due_time_is_shown_with_its_trace(web: Web) -> None:
    """At level 4, high, in the New York calendar: anyone can recompute it. Elsewhere no clock runs yet."""
    case = web.sent()
    web.sign_in("andrei@example.com")
    page = f"/desk/requests/{case.id}"

    assert "No clock runs" in web.client.get(page).text

    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "system-analysts"), (4, "andrei")):
        web.act(case, "escalate", to=f"{level}:{handler}", reason="too-complex")
    text = web.client.get(page).text

    assert 'Due <time datetime="2026-11-23T23:00:00+00:00">23 Nov 2026, 23:00 UTC (18:00 New York)</time>' in text
    assert "working hours" in text
    assert "8 h 00 min" in text


def test_after_a_decision_the_page_names_the_project_it_belongs_to(web: Web) -> None:
    """Mantis is moved along; the page does not go on naming the old project."""
    case = web.sent()
    web.sign_in()
    web.act(case, "overrule", category="change", clause="quotes#validity", reason="So it is specified.")
    text = web.client.get(f"/desk/requests/{case.id}").text

    assert web.tracker.issues[1].project == "Change InBox"
    assert "#1</a> in Change InBox" in text
    assert 'href="https://help.example.com/spec/quotes/#validity"' in text


def test_there_is_no_page_for_a_request_that_does_not_exist(web: Web) -> None:
    """404, in the site's look."""
    web.sign_in()

    assert web.client.get("/desk/requests/HD-9999-9999").status_code == 404


# --- the outbox ------------------------------------------------------------------------------


def test_what_was_given_up_can_be_tried_again(web: Web) -> None:
    """It stands in the outbox with its error; one click delivers it."""
    web.tracker.down = True
    case = web.sent()
    item = next(item for item in web.store.items_of(case.id) if isinstance(item.intent, FileIssue))
    dead_letter(web.store, item, "Mantis said no")
    web.tracker.down = False
    web.sign_in(ADMIN)
    text = web.client.get("/desk/outbox").text

    assert "Mantis said no" in text
    assert "dead letter" in web.client.get("/desk").text.lower()

    answer = web.post("/desk/outbox/retry", on="/desk/outbox", item=item.id)

    assert answer.status_code == 303
    assert web.desk.cases.load(case.id).issue == 1
    assert "is no longer in the outbox" in web.client.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("trouble", "said"),
    [(Refused("Mantis said no again"), "has failed again"), (TryLater("It is slow"), "did not succeed yet")],
    ids=["refused", "down"],
)
def test_who_retries_a_dead_letter_reads_what_came_of_it(
    web: Web, monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str
) -> None:
    """A button after which nothing seems to happen is pressed again and again."""
    web.tracker.down = True
    case = web.sent()
    item = next(item for item in web.store.items_of(case.id) if isinstance(item.intent, FileIssue))
    dead_letter(web.store, item, "Mantis said no")
    web.tracker.down = False
    web.sign_in(ADMIN)

    def files(_: Any) -> None:
        raise trouble

    monkeypatch.setattr(web.tracker, "file", files)
    answer = web.post("/desk/outbox/retry", on="/desk/outbox", item=item.id)

    assert said in web.client.get(answer.headers["Location"]).text


def test_what_is_just_being_tried_or_not_in_a_list_is_not_called_gone(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists of the page end somewhere, and lack what is leased."""
    web.tracker.down = True
    case = web.sent()
    item = next(item for item in web.store.items_of(case.id) if isinstance(item.intent, FileIssue))
    web.sign_in(ADMIN)
    monkeypatch.setattr(web.store, "due_items", lambda *_: [])
    page = web.client.get("/desk/outbox", query_string={"retried": item.id}).text

    assert "is tried again by itself" in page
    assert "is no longer in the outbox" not in page


def test_what_is_down_shows_what_waits_until_it_is_back(web: Web) -> None:
    """A banner on the queue with the number and the reason (R8); what only waits for its time is none of it."""
    web.sign_in()
    assert "could not be" not in web.client.get("/desk").text
    web.mailer.down = web.tracker.down = True
    case = web.sent()
    page = web.client.get("/desk").text

    assert "Delayed e-mails: 2. Nothing is lost" in page
    assert "Other delayed deliveries: 1." in page

    web.mailer.down = web.tracker.down = False
    web.clock.advance(minutes=2)
    web.desk.sweep()
    assert "could not be" not in web.client.get("/desk").text
    for number in range(25):
        happen(web, case, AskedRequester, question=f"Number {number}?")
    assert [item for item in web.store.items_of(case.id) if item.last_error]
    assert "could not be" not in web.client.get("/desk").text


def test_a_made_up_item_can_not_be_tried_again(web: Web) -> None:
    """It says so on the outbox's page."""
    web.tracker.down = True
    case = web.sent()
    item = next(item for item in web.store.items_of(case.id) if isinstance(item.intent, FileIssue))
    dead_letter(web.store, item, "Mantis said no")
    web.sign_in(ADMIN)
    answer = web.post("/desk/outbox/retry", on="/desk/outbox", item="HD-0000-0001#9#9")

    assert answer.status_code == 422
    assert "not among the dead letters" in answer.text


def test_an_action_reaches_mantis(web: Web) -> None:
    """The note of an engineer stands at the issue."""
    case = web.sent()
    web.sign_in()
    web.act(case, "note", text="Seen before.")

    assert any("Seen before." in note for note in web.tracker.notes[1])
    assert not any(isinstance(item.intent, AddNote) for item in web.store.items_of(case.id))
    assert web.desk.cases.load(case.id).status is Status.OPEN


# --- trouble in Mantis -----------------------------------------------------------------------


def test_a_request_whose_clause_has_changed_is_marked_in_the_queue(web: Web) -> None:
    """Until a person decides anew."""
    case = web.sent()
    web.sign_in()
    assert "clause changed" not in web.client.get("/desk").text
    texts: dict[str, Any] = {"old": "30 days.", "new": "45 days.", "digest": "d", "spec": "s"}
    turned: dict[str, Any] = {"before": Category.BUG, "after": Category.BUG}
    changed = ClauseChanged(at=web.clock(), actor="specdesk", clause="quotes#validity", **turned, **texts)
    web.desk.act(case.id, changed, case.version)

    assert '<span class="chip chip-filing-queued">clause changed</span>' in web.client.get("/desk").text


def test_an_issue_that_is_gone_is_flagged_in_the_queue_and_on_its_page(web: Web) -> None:
    """A person has to act; nothing is lost meanwhile."""
    case = web.sent()
    del web.tracker.issues[case.issue or 0]
    web.clock.advance(hours=2)
    web.desk.sync()
    web.sign_in()

    assert "is missing in Mantis" in web.client.get(f"/desk/requests/{case.id}").text
    assert ">missing</span>" in web.client.get("/desk").text


def test_what_mantis_does_not_keep_is_a_warning_until_it_does(web: Web) -> None:
    """At the filing and at an update; an update that keeps all ends the warning."""
    web.tracker.drops = ("handler",)
    case = web.sent()
    web.sign_in()
    pages = [web.client.get(f"/desk/requests/{case.id}").text]
    for drops in (("handler", "status"), ()):
        web.tracker.drops = drops
        case = web.desk.cases.load(case.id)
        asked = AskedRequester(at=web.clock(), actor=PARIS, question="Which?")
        web.desk.act(case.id, asked, case.version)
        pages.append(web.client.get(f"/desk/requests/{case.id}").text)

    assert [True, True, False] == [
        "Mantis has dropped these fields: " in page.partition("<h2>Request</h2>")[0] for page in pages
    ]
    assert "Mantis has dropped these fields: handler, status" in pages[2]
    assert "Mantis keeps all fields again" in pages[2]


# --- trouble with mail -----------------------------------------------------------------------


def test_whom_no_mail_reaches_is_flagged_on_the_page_and_told_in_the_history(web: Web) -> None:
    """The requester's address and the handler's; what was not mailed for it is in the history with its reason."""
    case = web.sent()
    receipt = next(mail for mail in web.mailer.sent if mail.to == case.request.requester.email)
    web.sign_in()
    before = web.client.get(f"/desk/requests/{case.id}").text
    web.desk.mail_failed(MailReport("1", receipt.to, Failure.BOUNCED, "550 <b>nobody</b>", receipt.item))
    ask = AskedRequester(at=web.clock(), actor="paul@example.com", question="Which?")
    web.desk.act(case.id, ask, web.store.load(case.id).version)
    after = web.client.get(f"/desk/requests/{case.id}").text

    assert "No mail is sent to" not in before
    assert f"No mail is sent to {receipt.to}: Mail to {receipt.to} bounced. 550 &lt;b&gt;nobody&lt;/b&gt;" in after
    assert f"Not mailed to {receipt.to}: a question" in after
    assert "<b>nobody" not in after


def test_the_requester_is_not_shown_what_is_said_of_their_mail(web: Web) -> None:
    """It is no news for them."""
    case = web.sent()
    web.desk.mail_failed(MailReport("1", case.request.requester.email, Failure.COMPLAINED, "abuse", f"{case.id}#2#2"))

    assert "unwanted" not in web.client.get(urlsplit(web.links.status(case.id)).path).text


def test_issues_have_their_address_while_the_request_itself_waits_to_be_filed(web: Web) -> None:
    """Similar ones, and those that a person linked it to already (R23)."""
    said = ANSWERS[Kind.BUG]
    web.tracker.file(Issue("", "Bugs InBox", said["summary"], said["description"], status="resolved"))
    web.clock.advance(minutes=1)
    web.desk.sync()
    web.tracker.down = True
    case = web.sent()
    web.sign_in()
    web.act(web.desk.deliver(case.id), "link", relation="duplicate-of", number="4700")
    page = web.client.get(f"/desk/requests/{case.id}").text

    assert case.issue is None
    assert 'href="https://mantis.example.com/view.php?id=1">#1</a>' in page
    assert '<div class="muted">resolved</div>' in page
    assert 'href="https://mantis.example.com/view.php?id=4700">#4700</a>' in page


def test_similar_issues_are_suggested_on_the_page_and_nobody_is_linked(web: Web) -> None:
    """With their address in Mantis; a request that is like no other says so."""
    first, second = web.sent(key="a" * 22), web.sent(key="b" * 22)
    web.sign_in()
    assert "No similar issue is known." in web.client.get(f"/desk/requests/{second.id}").text
    for _ in range(3):
        web.clock.advance(minutes=1)
        web.desk.sync()
    page = web.client.get(f"/desk/requests/{second.id}").text

    assert f'view.php?id={first.issue}">#{first.issue}</a> <span dir="auto">{first.request.summary}' in page
    assert "probably the same" in page
    assert f'<a href="/desk/requests/{first.id}">{first.id}</a> · Open · received' in page
    assert "Linked" not in page.partition("Similar issues")[2].partition("History")[0]


def test_an_undecided_request_is_decided_at_the_desk_before_it_is_resolved(web: Web) -> None:
    """The page says so where the form would stand; what is sent all the same is refused with what to do."""
    web.sign_in()
    case = web.sent(Kind.CHANGE)
    page = f"/desk/requests/{case.id}"

    assert Category.UNDECIDED is case.category
    assert "Please decide first what it is" in web.client.get(page).text
    assert 'id="resolve"' not in web.client.get(page).text
    refused = web.act(case, "resolve", resolution="Mended.", outcome="fixed")
    assert (422, True) == (refused.status_code, "Please decide first what it is" in refused.text)
    assert "Mended." in refused.text
    web.act(case, "overrule", category="bug", clause="", reason="It breaks.")
    assert "Please decide first" not in web.client.get(page).text
    assert 'id="resolve"' in web.client.get(page).text


def test_lowering_an_urgent_request_is_not_offered_to_who_may_not(web: Web) -> None:
    """A liaison reads who may; level 3 has the form."""
    case = web.sent(priority="urgent")
    page = f"/desk/requests/{case.id}"
    web.sign_in(PARIS)
    theirs = web.client.get(page).text
    web.sign_in("paul@example.com")
    ours = web.client.get(page).text

    assert (False, True) == ('id="prioritise"' in theirs, "Only level 3 may lower a request that is urgent" in theirs)
    assert (True, False) == ('id="prioritise"' in ours, "Only level 3 may lower" in ours)


def test_who_resolves_says_what_came_of_it(web: Web) -> None:
    """A choice without JavaScript; without it nothing is resolved and what was typed stays. The requester reads it."""
    web.sign_in()
    case = web.sent(Kind.QUESTION)
    refused = web.act(case, "resolve", resolution="It is in the menu.", fixed_in="4.2")
    made_up = web.act(case, "resolve", resolution="It is in the menu.", outcome="gone")

    assert (422, 422) == (refused.status_code, made_up.status_code)
    unknown = web.act(case, "resolve", resolution="It is in the menu.", outcome="done", fixed_in="5.0")
    assert 422 == unknown.status_code
    assert "Mantis has no version “5.0” in the project Support Misc. It has 4.3, 4.2." in unknown.text
    assert ('value="5.0"' in unknown.text, "It is in the menu." in unknown.text) == (True, True)
    assert "Please choose the outcome." in refused.text
    assert 'value="4.2"' in refused.text
    assert "It is in the menu." in refused.text
    assert '<option value="not-reproducible">Could not be reproduced</option>' in refused.text
    assert 303 == web.act(case, "resolve", resolution="In the menu.", outcome="done", fixed_in="4.2").status_code
    page = web.client.get(web.links.status(case.id).removeprefix(web.links.base_url)).text
    assert "<h2>It is done, in version 4.2.</h2>" in page
    assert "Resolved. It is done, in version 4.2" in page
    assert "It is done, in version 4.2." in web.client.get(f"/desk/requests/{case.id}").text
    mail = next(mail for mail in web.mailer.sent if "Resolved:" in mail.subject)
    assert "Your request is resolved. It is done, in version 4.2." in mail.text
    assert "Your request is resolved. It is done, in version 4.2." in mail.html


def test_a_decision_keeps_the_clause_as_it_was_and_the_module(web: Web) -> None:
    """Text and place come from the spec, not from the form; the module of the clause is chosen beforehand."""
    web.sign_in()
    case = web.sent(Kind.CHANGE, module="general")
    page = web.client.get(f"/desk/requests/{case.id}").text
    said: dict[str, Any] = {"category": "bug", "clause": "quotes#validity", "reason": "So.", "module": "billing"}
    web.act(case, "overrule", quote="Made up.", url="//evil.example.com", **said)
    (event,) = [one for one in web.store.load(case.id).history if isinstance(one, Overruled)]
    shown = web.client.get(web.links.status(case.id).removeprefix(web.links.base_url)).text

    assert re.search(r'<select name="module".*?</select>', page, re.DOTALL)
    assert ("billing", "quotes/#validity") == (event.module, event.url)
    assert event.quote in shown.replace("&#39;", "'")
    assert "Made up." not in event.quote
    assert event.quote
    assert 422 == web.act(case, "overrule", category="bug", reason="So.", module="gone").status_code


def test_a_speciality_is_proposed_at_the_desk(web: Web) -> None:
    """By what it says; who would have it at level 3 is named. Of all else nothing is said."""
    web.sign_in()
    server = web.sent(module="general", summary="The server is down since nine")
    other = web.sent(module="general")
    page = web.client.get(f"/desk/requests/{server.id}").text

    assert "<dt>Speciality</dt><dd>Server" in page
    assert "At level 3 it is assigned to Paul." in page
    assert "<dt>Speciality</dt>" not in web.client.get(f"/desk/requests/{other.id}").text


def test_the_page_asks_whose_mail_was_forwarded(web: Web) -> None:
    """Until somebody has said so; a click that comes twice is one, and an address that bounces is refused."""
    case = ready(web, "change-requester")
    page = web.client.get(f"/desk/requests/{case.id}").text
    web.desk.mail_state.suppress(SuppressedAddress(CHLOE.email, as_written("It bounced."), web.clock()))
    refused = web.act(case, "change-requester", address=CHLOE.email)
    web.desk.mail_state.unsuppress(CHLOE.email)
    answers = [web.act(case, "change-requester", seen=case.version, address=CHLOE.email) for _ in range(2)]
    after = web.desk.cases.load(case.id)

    assert "This was forwarded by" in page
    assert f'name="address" value="{CHLOE.email}"' in page
    assert (refused.status_code, "suppression list" in refused.text) == (422, True)
    assert [303, 303] == [answer.status_code for answer in answers]
    assert (CHLOE, (PARIS,)) == (after.request.requester, after.copies)
    assert 1 == sum(isinstance(event, RequesterChanged) for event in after.history)
    assert "This was forwarded by" not in web.client.get(f"/desk/requests/{case.id}").text


def test_the_requester_reads_which_level_gives_the_reason_of_an_escalation(web: Web) -> None:
    """The mail names the new level; “this level” is the former one."""
    case = web.sent(office="client", company="Lotus Line")
    web.sign_in("ihelp@jaguarfreight.com")
    web.act(case, "escalate", to="2:marc-selter", reason="not-this-level")
    (mail,) = [mail.text for mail in web.mailer.sent if "Your request is now assigned to Marc Selter" in mail.text]

    assert "Level 1 has escalated it: “This level is not supposed to handle this type of task”." in mail


def test_an_admin_finds_what_else_is_to_be_watched_from_the_outbox(web: Web) -> None:
    """Ledger, mail that did not arrive, health, suppression list and the cards: each place is there."""
    web.sign_in("paul@example.com")
    page = web.client.get("/desk/outbox").text
    also = page.split("<p>Also:")[1].split("</p>")[0]
    of_wiki = re.findall(r'href="[^"]*/(operate/[\w-]+)/(?:#([\w-]+))?"', also)
    inner = [path for path in re.findall(r'href="(/[^"]*)"', also) if "/operate/" not in path]

    assert ["/desk/reports/ledger", "/desk/reports/mail", "/health"] == inner
    assert {200} == {web.client.get(path).status_code for path in inner}
    assert [("operate/mail", "bounces"), ("operate/cards", "")] == of_wiki
    assert "{#bounces}" in (Path(__file__).parents[2] / "docs/operate/mail.md").read_text(encoding="utf-8")


def test_a_link_to_an_issue_that_is_not_there_is_refused_at_once(web: Web) -> None:
    """A slip in the number is told to who made it, and is no dead letter; while Mantis is down it is taken as typed."""
    case = ready(web, "link")
    answer = web.act(case, "link", relation="related-to", number="4701")

    assert 422 == answer.status_code
    assert "Mantis has no issue #4701" in answer.text
    assert 'value="4701"' in answer.text
    assert not web.desk.cases.load(case.id).links

    web.tracker.down = True
    assert 303 == web.act(case, "link", relation="related-to", number="4701").status_code
