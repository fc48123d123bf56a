"""The desk's page of a request: deciding in place, templates, the history's filters, and who else is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import Overruled
from intake_fn.core.lifecycle import LIFECYCLE
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.web.history import ONLY_IN_ALL, STREAMS

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

ROMA = "roma@example.com"


def page_of(web: Web, case: Case, **query: str) -> str:
    """The page as it stands."""
    return web.client.get(f"/desk/requests/{case.id}", query_string=query).text


def press(web: Web, case: Case, button: str, **answers: Any) -> str:
    """Press a button that helps to fill in a form; the page as it is shown again."""
    page = f"/desk/requests/{case.id}"
    return web.post(f"{page}/{button}", on=page, seen=case.version, **answers).text


def test_a_clause_is_found_in_place_without_javascript(web: Web) -> None:
    """The page comes again with the whole clauses among the choices, and all that was typed; nothing is decided."""
    case = web.sent()
    web.sign_in()
    shown = press(web, case, "clauses", find="how long is a quote valid", reason="It is as defined.")

    assert 'value="quotes#validity"' in shown
    assert "<blockquote" in shown.split('value="quotes#validity"')[1].split("</div>")[0]
    assert "It is as defined." in shown
    assert 'value="how long is a quote valid"' in shown
    assert case.version == web.store.load(case.id).version
    assert "No other clause is found" in press(web, case, "clauses", find="zzzz")


def test_the_script_gets_the_same_clauses_as_a_part_of_the_page(web: Web) -> None:
    """Escaped, as choices of the form; nothing for nothing."""
    case = web.sent()
    web.sign_in()
    part = web.client.get(f"/desk/requests/{case.id}/clauses", query_string={"find": "quote valid"}).text

    assert re.search(r'<input type="radio" name="clause" value="quotes#validity"', part)
    assert "<html" not in part
    assert "" == web.client.get(f"/desk/requests/{case.id}/clauses?find=").text.strip()


def test_one_press_decides_by_a_clause_that_was_found(web: Web) -> None:
    """The choice is sent like those that were shown before."""
    case = web.sent()
    web.sign_in()
    web.act(case, "read", reading="matches", clause="quotes#validity", find="quote valid")
    (event,) = [event for event in web.store.load(case.id).history if isinstance(event, Overruled)]

    assert ("quotes#validity", Category.CHANGE, Stance.MATCHES) == (event.clause, event.category, event.stance)


def test_a_template_is_inserted_behind_what_was_typed(web: Web) -> None:
    """Filled in; nothing is sent. With a placeholder that is left, nothing is sent either."""
    case = web.sent()
    web.sign_in()
    shown = press(web, case, "template", insert="update", template="in-work", text="Good morning.")
    typed = shown.split('id="update-text"')[1].split("</textarea>")[0]
    left = web.act(case, "resolve", outcome="done", resolution="As clause {clause} says.")

    assert re.search(rf"Good morning\.\s+Hello [^{{}}]+,\s+we are working on your request {case.id}", typed)
    assert 422 == left.status_code
    assert "Please replace {clause} in your text" in left.text
    assert not [event for event in web.store.load(case.id).history if isinstance(event, UpdateSent)]
    assert "Please choose a template." in press(web, case, "template", insert="update", template="gone")


def test_templates_go_by_the_form_of_the_request(web: Web) -> None:
    """Nobody asks for a screenshot of a question."""
    bug, question = web.sent(), web.sent(Kind.QUESTION)
    web.sign_in()

    assert "Ask for a screenshot" in page_of(web, bug)
    assert "Ask for a screenshot" not in page_of(web, question)


def test_the_history_is_one_stream_with_filters(web: Web) -> None:
    """Each filter says how many it shows; an unknown one shows all."""
    case = web.sent()
    web.sign_in()
    web.act(case, "note", text="Seen before.")
    web.act(case, "prioritise", priority="low")

    def entries(**query: str) -> str:
        return page_of(web, case, **query).split('class="history"')[1].split("</ol>")[0]

    assert all(text in entries() for text in ("Seen before.", "Priority is now Low", "Filed in Mantis"))
    assert all(text in entries(show="gone") for text in ("Seen before.", "Priority is now Low", "Filed in Mantis"))
    assert ("Seen before." in entries(show="messages")) > ("Filed in Mantis" in entries(show="messages"))
    assert ("Priority is now Low" in entries(show="decisions")) > ("Seen before." in entries(show="decisions"))
    assert ("Filed in Mantis" in entries(show="mantis")) > ("Seen before." in entries(show="mantis"))
    counts = dict(re.findall(r"(All|Messages|Decisions|Mail|Mantis) <span class=\"count\">(\d+)", page_of(web, case)))
    assert ("2", "1") == (counts["Mail"], counts["Mantis"])
    assert f"Mail: the new priority to {case.request.requester.email}" in entries(show="mail")
    assert "Seen before." not in entries(show="mail")


def test_every_event_has_its_place_in_the_filters() -> None:
    """A new event is in a stream, or is said to be in none; none is in the stream of all for want of a thought."""
    placed = {kind for _, kinds in STREAMS.values() for kind in kinds}

    assert placed | set(ONLY_IN_ALL) == set(LIFECYCLE)
    assert not placed & set(ONLY_IN_ALL)


def test_who_else_is_there_is_shown_for_a_while(web: Web) -> None:
    """By name, to the others only, and no longer than it holds."""
    case = web.sent()
    web.sign_in(ROMA)
    page_of(web, case)
    web.sign_in()
    here = web.client.get(f"/desk/requests/{case.id}/presence").text
    page = page_of(web, case)
    web.clock.advance(minutes=3)

    assert "Also here in the last 2 minutes: Roma." == here
    assert here in page
    assert "" == web.client.get(f"/desk/requests/{case.id}/presence").text
    assert "Also here" not in page_of(web, case)


def test_on_a_phone_the_actions_come_before_the_evidence(web: Web) -> None:
    """The order of the page is claim, actions, verdict, all else; wide windows place them side by side."""
    case = web.sent()
    web.sign_in()
    page = page_of(web, case)
    places = [page.index(mark) for mark in ("worked-on-claim", 'id="update"', "worked-on-verdict", 'id="history"')]

    assert places == sorted(places)


def test_names_in_the_history_are_written_as_their_owners_write_them(web: Web) -> None:
    """The name iHelp begins with a small letter; the requester and the program begin a line."""
    case = web.sent(office="client", company="Lotus Line")
    web.sign_in("ihelp@jaguarfreight.com")
    web.act(case, "note", text="Seen.")
    history = page_of(web, case).split('id="history"')[1]

    assert "· iHelp</p>" in history
    assert "· The requester</p>" in history
    assert "· Specdesk</p>" in history


def test_who_may_make_it_urgent_reads_beforehand_that_it_cannot_be_taken_back(web: Web) -> None:
    """It leaves the level at once; at level 3 there is nothing to say, and nobody is sent where it is already."""
    case = web.sent()
    web.sign_in()
    warned = "Urgent: it goes to level 3 at once, and only level 3 may lower it again."
    before = page_of(web, case)
    queue = web.client.get("/desk?show=all").text
    web.act(case, "prioritise", priority="urgent")
    after = page_of(web, case)

    assert [True, True] == [warned in before, "Urgent: they go to level 3 at once" in queue]
    assert warned not in after
    assert '<label for="prioritise-note">Note <span class="sd-optional">(optional)</span></label>' in before
    web.sign_in("paul@example.com")
    assert '<label for="prioritise-note">Reason</label>' in page_of(web, case)
    assert "Only level 3 may lower a request that is urgent; write a note to them." in after
    assert "escalate it" not in after


def test_what_is_wrong_is_in_sight_without_javascript(web: Web) -> None:
    """The form stands far down the page: the browser itself goes to what it says."""
    case = web.sent()
    web.sign_in()

    assert "autofocus" in web.act(case, "update", text="").text.split('role="alert"')[1].split(">")[0]
