"""Answers are checked before they are sent, and no page is the answer to a post."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import escape

from intake_fn.core.form_labels import label_of
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Stance
from intake_fn.web.forms import FORMS
from tests.web.samples import ANSWERS, HOSTILE, PNG

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.web.conftest import Web

STYLES = Path("intake_fn/web/static/specdesk.css")


def go_on(web: Web, kind: Kind = Kind.BUG, **changed: Any) -> TestResponse:
    """Fill in a form, and press Continue; the answer to it, which must be a redirect."""
    answers = {name: said for name, said in {**ANSWERS[kind], **changed}.items() if said is not None}
    files = [("écran.png", PNG)] if kind is Kind.BUG else []
    answer = web.upload(f"/requests/{kind.value}/check", *files, key="k" * 22, **answers)

    assert answer.status_code == 303, answer.text
    return answer


def pressed(web: Web, page: TestResponse) -> TestResponse:
    """Send what the page with the answers holds, as its button does."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    answers: dict[str, Any] = {}
    for name, text in hidden:
        answers.setdefault(name, []).append(unescape(text))
    action = re.search(r'<form class="card" method="post" action="([^"]+)"', page.text)

    assert action is not None
    return web.client.post(action[1], data=answers)


@pytest.mark.parametrize("kind", Kind)
def test_every_answer_stands_on_the_page_with_a_way_to_change_it(web: Web, kind: Kind) -> None:
    """Of all fields that the form has asked for; what is sent from there is what was typed."""
    page = web.client.get(go_on(web, kind).location)
    stored = re.search(r'href="(/requests/\w+/edit/[^"#]+)#summary"', page.text)

    assert page.status_code == 200
    assert "Nothing is sent until you press Send." in page.text
    assert web.desk.counters.ledger().received == 0
    assert stored is not None
    for name in ("summary", "description", "name", "email", "office"):
        assert f">{label_of(kind, name)}</dt>" in page.text
        assert f"#{name}" in page.text
    assert escape(ANSWERS[kind]["summary"]) in web.client.get(stored[1]).text

    receipt = pressed(web, page)
    case = web.desk.cases.load(web.links.status_case_id(receipt.location))

    assert case.request.kind is kind
    assert case.request.summary == ANSWERS[kind]["summary"]
    assert case.request.description == ANSWERS[kind].get("description", "")


def test_a_refused_form_is_shown_by_an_address_of_its_own(web: Web) -> None:
    """With everything typed and attached, and with what is wrong; corrected, it is one request."""
    answer = go_on(web, steps="", clause="shipments#open")
    page = web.client.get(answer.location)
    held = re.search(r'name="held" value="([^"]+)"', page.text)

    assert page.status_code == 200
    assert 'id="steps-error"' in page.text
    assert ANSWERS[Kind.BUG]["description"] in page.text
    assert 'name="clause" value="shipments#open"' in page.text
    assert f'name="key" value="{"k" * 22}"' in page.text
    assert held is not None

    token = answer.location.rpartition("/")[2]
    data = {**ANSWERS[Kind.BUG], "key": "k" * 22, "held": held[1], "unsent": token, "clause": "shipments#open"}
    checked = web.client.get(web.client.post("/requests/bug/check", data=data).location)

    assert "écran.png" in checked.text
    assert [pressed(web, checked).status_code for _ in range(2)] == [303, 303]
    assert web.desk.counters.ledger().received == 1


def test_a_sent_form_leads_to_its_receipt_and_nothing_typed_is_left_of_it(web: Web) -> None:
    """Back, or an address in the history of a shared computer, shows the receipt; the store holds the number only."""
    checked = go_on(web).location
    receipt = pressed(web, web.client.get(checked))
    case_id = web.links.status_case_id(receipt.location)
    left = [content for key, (content, _) in web.files.kept.items() if key.endswith("/form")]

    for address in (checked, checked.replace("/check/", "/edit/")):
        assert web.links.status_case_id(web.client.get(address).location) == case_id
    assert len(left) == 1
    assert ANSWERS[Kind.BUG]["email"].encode() not in left[0]
    assert case_id.encode() in left[0]


def test_a_form_that_is_no_longer_kept_says_so_on_an_empty_one(web: Web) -> None:
    """36 hours later, and for an address that somebody made up."""
    checked = go_on(web).location
    web.clock.advance(hours=37)

    for address in (checked, "/requests/bug/edit/no-token"):
        page = web.client.get(address, follow_redirects=True)
        assert page.request.path == "/requests/new/bug"
        assert "is no longer kept" in page.text


def test_what_is_refused_while_it_is_sent_goes_back_by_a_redirect(web: Web) -> None:
    """The store of requests is down for a moment: the text is still there, and the same form gives one request."""
    checked = web.client.get(go_on(web).location)
    web.store.down = True
    answer = pressed(web, checked)
    web.store.down = False

    assert answer.status_code == 303
    page = web.client.get(answer.location)
    assert "Your text is still here" in page.text
    assert ANSWERS[Kind.BUG]["description"] in page.text
    assert pressed(web, checked).status_code == 303
    assert web.desk.counters.ledger().received == 1


@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.BUG])
def test_while_the_file_store_is_down_the_next_page_is_the_answer_itself(web: Web, kind: Kind) -> None:
    """Nothing typed is lost: a complete form shows its answers, one with a file comes back with what happened."""
    web.files.down = True
    files = [("écran.png", PNG)] if kind is Kind.BUG else []
    page = web.upload(f"/requests/{kind.value}/check", *files, **ANSWERS[kind])

    assert page.status_code == (200 if kind is Kind.QUESTION else 503)
    assert ANSWERS[kind]["description"] in page.text
    if kind is Kind.QUESTION:
        assert pressed(web, page).status_code == 303
    else:
        assert "Your files could not be saved" in page.text


def test_the_reading_of_the_requester_is_among_the_answers(web: Web) -> None:
    """It goes along only as it is shown: a stance that is none is left out."""
    said: dict[str, Any] = {"reading_clause": "shipments#open", "reading_stance": Stance.MATCHES.value}
    page = web.client.get(go_on(web, **said).location)

    assert "shipments#open</a>: The system does what it says, and you want it otherwise." in page.text
    case = web.desk.cases.load(web.links.status_case_id(pressed(web, page).location))
    assert (case.request.reading_clause, case.request.reading_stance) == ("shipments#open", Stance.MATCHES)


def test_the_question_form_has_no_error_about_fields_that_it_lacks(web: Web) -> None:
    """A program, or a page of an older version, sends what the form does not ask for: nobody could correct it."""
    lacking: dict[str, Any] = {"priority": "at once", "always": "perhaps", "what": "x", "expected": "y" * 99_999}
    answer = web.send(Kind.QUESTION, **lacking)

    assert answer.status_code == 303, answer.text


def test_answers_to_fields_that_are_not_shown_are_left_out(web: Web) -> None:
    """Who has named a person, and then chosen a company, sends the company."""
    changed = {"what": "company", "client_company": "Acme", "approver": None, "approver_email": None}
    page = web.client.get(go_on(web, Kind.SETUP, **changed).location)

    assert "Acme" in page.text
    assert label_of(Kind.SETUP, "person_name") not in page.text
    case = web.desk.cases.load(web.links.status_case_id(pressed(web, page).location))
    assert set(case.request.details) == {"what", "client_company", "needed_by"}


@pytest.mark.parametrize("kind", Kind)
def test_fields_appear_with_a_choice_by_the_style_sheet_alone(web: Web, kind: Kind) -> None:
    """Without JavaScript, too: each choice has its rule, and each field its class."""
    styles, page = STYLES.read_text(encoding="utf-8"), web.client.get(f"/requests/new/{kind.value}").text
    form = FORMS[kind](process=web.desk.process)

    for name, (other, values) in form.shown_when.items():
        if name not in form.fields or not any(name in names for names in form.sections.values()):
            continue
        assert re.search(rf'class="sd-field sd-when[^"]*">\s*<(?:label for|fieldset[^>]*id)="{name}"', page), name
        for value in values:
            assert f".sd-when-{other}-{value}" in styles
            assert f"#{other}-{value}:checked" in styles or f'#{other} option[value="{value}"]:checked' in styles


def test_optional_fields_are_marked_and_no_others(web: Web) -> None:
    """A field is required, marked as optional, or made necessary by another answer."""
    for kind in Kind:
        page = web.client.get(f"/requests/new/{kind.value}").text
        form = FORMS[kind](process=web.desk.process)
        for names in form.sections.values():
            for name in names:
                mark = rf'(?:for="{name}">|id="{name}"[^>]*>\s*<legend>)[^<]*<span class="sd-optional">'
                optional = not form.fields[name].flags.required and name not in form.sometimes
                assert bool(re.search(mark, page)) is optional, (kind, name)


def test_hostile_text_is_text_on_the_page_of_answers(web: Web) -> None:
    """Shown, and in the hidden fields."""
    page = web.client.get(go_on(web, description=HOSTILE, name=HOSTILE).location)

    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
