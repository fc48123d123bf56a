"""What an engineer writes to a requester from the desk: with files, to the right readers, and only on purpose."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import AskedRequester, Noted, Resolved
from tests.web.samples import PNG

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from tests.web.conftest import Web

GUIDE = b"%PDF-1.4\nThe guide.\n%%EOF\n"


def upload(web: Web, case: Case, action: str, *files: tuple[str, bytes], **answers: str) -> TestResponse:
    """Send an action's form with files, as its assignee unless `sure` is said."""
    page = f"/desk/requests/{case.id}"
    fields: dict[str, Any] = {"csrf_token": web.token_on(page), "seen": str(web.store.load(case.id).version), **answers}
    return web.upload(f"{page}/{action}", *files, **fields)


def test_files_go_with_what_is_written_to_the_requester(web: Web) -> None:
    """By the rules of the forms: the status page has them, and Mantis their links."""
    case = web.sent()
    web.sign_in()
    for action, text in (("update", "text"), ("ask", "question"), ("resolve", "resolution")):
        sent = upload(web, case, action, (f"{action}.png", PNG), **{text: "Look."}, outcome="done")
        assert 303 == sent.status_code, sent.text
    after = web.store.load(case.id)

    answers = [event for event in after.history if isinstance(event, UpdateSent | AskedRequester | Resolved)]
    names = [file.name for event in answers for file in event.attachments]
    assert ["update.png", "ask.png", "resolve.png"] == names
    status = web.client.get(f"/status/{web.links.status(case.id).rsplit('/', 1)[-1]}").text
    assert all(name in status for name in names)
    assert any("update.png: " in note for note in web.tracker.notes[case.issue or 0])


def test_a_file_travels_with_the_form_up_to_the_limit_that_is_said(web: Web) -> None:
    """Without JavaScript it goes through the function, as on the forms; more than other forms may have."""
    case = web.sent()
    web.sign_in()
    sent = upload(web, case, "update", ("guide.pdf", GUIDE + b"0" * 3 * 2**20), text="Look.")

    assert 303 == sent.status_code, sent.text


def test_a_file_that_cannot_be_taken_is_refused_beside_the_text(web: Web) -> None:
    """The text stays, the good file stays attached, and nothing was sent."""
    case = web.sent()
    web.sign_in()
    page = upload(web, case, "update", ("guide.pdf", GUIDE), ("tool.exe", b"MZ"), text="Look.")

    assert 422 == page.status_code
    assert "tool.exe: files of this type cannot be attached" in page.text
    assert "<strong>guide.pdf</strong></span> is attached" in page.text
    assert re.search(r'id="update-text"[^>]*>\s*Look\.', page.text)
    assert not [event for event in web.store.load(case.id).history if isinstance(event, UpdateSent)]


def test_the_confirmation_keeps_the_files(web: Web) -> None:
    """Who writes about somebody else's request is asked first; yes sends text and files."""
    case = web.sent()
    web.sign_in("paul@example.com")
    asked = upload(web, case, "update", ("guide.pdf", GUIDE), text="Look.", **{"as": "workaround"})

    assert "This request is assigned to" in asked.text
    assert "guide.pdf" in asked.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    sent = web.client.post(f"/desk/requests/{case.id}/update", data={**kept, "sure": case.handler})
    (event,) = [event for event in web.store.load(case.id).history if isinstance(event, UpdateSent)]

    assert 303 == sent.status_code
    assert (True, "Look.", ["guide.pdf"]) == (event.workaround, event.text, [file.name for file in event.attachments])


def test_what_the_requester_reads_cannot_be_taken_for_what_colleagues_read(web: Web) -> None:
    """Each form says in words who reads it, by name and address, and looks otherwise."""
    case = web.sent()
    web.sign_in()
    page = web.client.get(f"/desk/requests/{case.id}").text
    names = ("update", "ask", "resolve", "note")
    forms = {name: page.split(f'id="{name}"')[1].split("</details>")[0] for name in names}

    for name in ("update", "ask", "resolve"):
        assert f'action-requester" id="{name}"' in page
        assert case.request.requester.email in forms[name]
    assert 'action-colleagues" id="note"' in page
    assert "The requester never sees it." in forms["note"]
    assert "@roma" in forms["note"]


def test_a_note_that_mentions_nobody_known_asks_before_it_is_saved(web: Web) -> None:
    """The text stays and the name that was meant is offered; whoever means it so saves it as it is."""
    case = web.sent()
    web.sign_in()
    text = "@rmoa, the rule is @media print."
    refused = web.act(case, "note", text=text)

    assert 422 == refused.status_code
    problem = html.unescape(refused.text)
    assert "@rmoa, @media names people whom the Help Desk does not know. Do you mean @roma?" in problem
    assert re.search(r'id="note-text"[^>]*>\s*@rmoa, the rule is', refused.text)
    assert "Save it as it is: @rmoa, @media are no colleagues" in problem
    assert not noted(web, case)

    assert 422 == web.act(case, "note", text="@rmoa: now").status_code
    as_it_is: dict[str, Any] = {"as": "as-it-is"}
    assert 303 == web.act(case, "note", text="@roma: the rule is @media print.", **as_it_is).status_code
    assert [("roma",)] == [event.mentions for event in noted(web, case)]


def noted(web: Web, case: Case) -> list[Noted]:
    """The internal notes of a request."""
    return [event for event in web.store.load(case.id).history if isinstance(event, Noted)]
