"""The form of a report that came by mail: it holds what is known, and what is filled in goes to the same request."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import AskedRequester, Overruled, Reprioritised, RequesterReplied, Resolved
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Channel, Kind, Priority, Request, Requester
from intake_fn.core.verdict_texts import missing
from intake_fn.core.vocabulary import Category, Status
from tests.web.samples import PNG
from tests.web.test_status_pages import happen

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

MAILED = Request(
    kind=Kind.BUG,
    requester=Requester("Chloe Yip", "chloe@client.example.org", CLIENT),
    summary="Cut-off shown one day late",
    description="It shows Friday, and an error page.",
    channel=Channel.MAIL,
)
FILLED = {
    "summary": MAILED.summary,
    "description": MAILED.description,
    "expected": "Thursday.",
    "steps": "1. Open the booking.",
    "always": "yes",
    "priority": "high",
    "no_screenshot": "None at hand.",
    "company": "Lotus Line",
}


def mailed(web: Web, **changes: Any) -> Case:
    """A report by mail, decided to be a bug."""
    case = web.desk.take_in(replace(MAILED, **changes), f"mail {changes}")
    if case.category is Category.UNDECIDED:
        happen(web, case, Overruled, category=Category.BUG, clause="", reason="It is one.")
    return web.store.load(case.id)


def form_of(web: Web, case: Case) -> str:
    """The path of its form."""
    return web.links.form(case.id).removeprefix(web.links.base_url)


def fill(web: Web, case: Case, **changed: Any) -> Any:
    """Send the form."""
    return web.client.post(form_of(web, case), data={**FILLED, "seen": case.version, **changed})


def replies(web: Web, case: Case) -> list[RequesterReplied]:
    """What the requester has sent since."""
    return [event for event in web.store.load(case.id).history if isinstance(event, RequesterReplied)]


def test_the_receipt_leads_to_the_form_with_what_is_known(web: Web) -> None:
    """What is missing comes first and has the focus; without signing in."""
    case = mailed(web)
    receipt = next(sent for sent in web.mailer.sent if sent.to == "chloe@client.example.org")
    page = web.client.get(form_of(web, case)).text
    order = [page.index(f'name="{name}"') for name in ("expected", "company", "summary", "module")]

    assert web.links.form(case.id) in receipt.text
    assert web.links.form(case.id) in unescape(receipt.html)
    assert order == sorted(order)
    assert f'value="{MAILED.summary}"' in page
    assert MAILED.description in page
    assert ["expected"] == re.findall(r'id="(\w+)"[^>]* autofocus', page)
    assert 'name="email"' not in page
    assert "Fill in the form, which already" in web.client.get(form_of(web, case).removesuffix("/form")).text


def test_what_is_filled_in_is_a_reply_to_the_same_request(web: Web) -> None:
    """It ends the wait, is a note in Mantis, sets the priority, and is one reply however often it is sent."""
    case = mailed(web)
    happen(web, case, AskedRequester, question="Which booking?")
    case, before = web.store.load(case.id), len(web.store.queue(None, open_only=False).rows)
    answers = [fill(web, case, description="It shows Friday.") for _ in range(2)]
    after, (reply,) = web.store.load(case.id), replies(web, case)

    assert [303, 303] == [answer.status_code for answer in answers]
    assert (Status.WAITING, Status.OPEN) == (case.status, after.status)
    assert reply.text.startswith("What did you expect?\nThursday.\n\nSteps to reproduce\n1. Open the booking.")
    assert "What happened? (instead of what the mail says)\nIt shows Friday." in reply.text
    assert "Does it happen every time?\nYes" in reply.text
    assert "summary" not in reply.answers
    assert (Priority.HIGH, 1) == (after.priority, sum(isinstance(event, Reprioritised) for event in after.history))
    assert any("1. Open the booking." in note for note in web.tracker.notes[after.issue or 0])
    assert before == len(web.store.queue(None, open_only=False).rows)
    assert () == missing(after)
    assert "your report is complete" in web.client.get(answers[0].headers["Location"]).text
    assert "You have completed this report" in web.client.get(form_of(web, case)).text


def test_what_is_still_missing_is_named_and_what_was_typed_stays(web: Web) -> None:
    """Nothing is saved, as with the form itself."""
    case = mailed(web)
    answer = fill(web, case, steps=" ", always="", expected="On Thursday.")

    assert 422 == answer.status_code
    assert {"steps", "always"} == set(re.findall(r'<li><a href="#(\w+)">', answer.text))
    assert "On Thursday." in answer.text
    assert [] == replies(web, case)


def test_a_request_that_is_over_is_not_reopened_by_its_form(web: Web) -> None:
    """The page says so; what was typed before it was over is shown again."""
    case = mailed(web)
    happen(web, case, Resolved, resolution="Mended.")
    late = fill(web, case)

    assert "no longer needed" in web.client.get(form_of(web, case)).text
    assert (422, True) == (late.status_code, "1. Open the booking." in late.text)
    assert Status.RESOLVED is web.store.load(case.id).status


def test_a_form_that_was_sent_before_does_not_reopen_what_is_over(web: Web) -> None:
    """Such as from another tab, with other words: they stay on the page."""
    case = mailed(web)
    fill(web, case)
    happen(web, web.store.load(case.id), Resolved, resolution="Mended.")
    late = fill(web, case, expected="On Friday, I think.")

    assert (422, True) == (late.status_code, "On Friday, I think." in late.text)
    assert Status.RESOLVED is web.store.load(case.id).status
    assert 1 == len(replies(web, case))


def test_the_same_form_again_is_taken_as_sent_whatever_has_happened_since(web: Web) -> None:
    """A second click, or the back button: one reply, nothing is reopened, and nobody is told to write it once more."""
    case = mailed(web)
    fill(web, case)
    happen(web, web.store.load(case.id), Reprioritised, priority=Priority.LOW)
    happen(web, web.store.load(case.id), Resolved, resolution="Mended.")
    again = fill(web, case)

    assert (303, 1) == (again.status_code, len(replies(web, case)))
    assert "said=filled-in" in again.headers["Location"]
    assert Status.RESOLVED is web.store.load(case.id).status


@pytest.mark.parametrize("files", [False, True])
def test_a_form_does_not_reopen_what_is_resolved_while_it_is_saved(
    web: Web, monkeypatch: pytest.MonkeyPatch, files: bool
) -> None:
    """The request was open when the form was read, and is not when it is saved: all that was typed is still there."""
    case = mailed(web)
    save = web.store.save

    def resolved_first(before: int, step: Any, *rest: Any) -> None:
        monkeypatch.setattr(web.store, "save", save)
        happen(web, web.store.load(case.id), Resolved, resolution="Mended.")
        save(before, step, *rest)

    monkeypatch.setattr(web.store, "save", resolved_first)
    if files:
        answers: dict[str, Any] = {**FILLED, "seen": str(case.version)}
        late = web.upload(form_of(web, case), ("screen.png", PNG), **answers)
    else:
        late = fill(web, case)

    assert (422, True) == (late.status_code, "1. Open the booking." in late.text)
    assert "send it as a reply on the page of your request" in late.text
    assert Status.RESOLVED is web.store.load(case.id).status
    assert [] == replies(web, case)
    assert 1 == len(web.store.queue(None, open_only=False).rows)


def test_two_of_the_same_form_at_once_are_one_reply(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is saved between reading and saving of the first."""
    case = mailed(web)
    save, answers = web.store.save, []

    def second_first(before: int, step: Any, *rest: Any) -> None:
        monkeypatch.setattr(web.store, "save", save)
        answers.append(fill(web, case))
        save(before, step, *rest)

    monkeypatch.setattr(web.store, "save", second_first)
    answers.append(fill(web, case))

    assert [303, 303] == [answer.status_code for answer in answers]
    assert 1 == len(replies(web, case))


def test_what_the_desk_has_set_since_stays(web: Web) -> None:
    """The priority that a person chose is shown, and only a reply says another one."""
    case = mailed(web)
    happen(web, case, Reprioritised, priority=Priority.LOW)
    case = web.store.load(case.id)
    page = web.client.get(form_of(web, case)).text
    fill(web, case)

    assert '<option value="low" selected>' in page
    assert Priority.LOW is web.store.load(case.id).priority
    assert "high" == replies(web, case)[0].answers["priority"]


def test_urgent_moves_to_its_level_at_once(web: Web) -> None:
    """As a form that says so from the start."""
    case = mailed(web)
    fill(web, case, priority="urgent")

    assert (Priority.URGENT, 3) == (web.store.load(case.id).priority, web.store.load(case.id).level)


@pytest.mark.parametrize("changes", [{"kind": Kind.CHANGE}, {"channel": Channel.FORM}])
def test_what_is_no_report_by_mail_has_no_such_form(web: Web, changes: dict[str, Any]) -> None:
    """Its link opens the status page."""
    case = mailed(web, **changes)
    answers = web.client.get(form_of(web, case)), fill(web, case)

    assert [302, 303] == [answer.status_code for answer in answers]
    assert [] == replies(web, case)
