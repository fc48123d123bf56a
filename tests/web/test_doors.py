"""What the forms and the JSON API refuse alike, and what neither loses."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING

import pytest
from werkzeug.datastructures import MultiDict

from intake_fn.core.request import Kind
from intake_fn.desk.filing import issue_of
from intake_fn.web.forms.cleaning import clean_line, clean_text
from tests.web.samples import ANSWERS, PNG
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from tests.web.conftest import Web

QUESTION = ANSWERS[Kind.QUESTION]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n",
        "\u00a0",
        "\u200b\u200b",
        "\ufeff",
        "\u3164",
        "\u2800\u2800",
        "\u00ad",
        "\u0301",
        "\U000e0041",
        "\u202e\u202c",
    ],
)
def test_a_text_in_which_nothing_can_be_seen_is_empty(text: str) -> None:
    """Whatever characters it is made of."""
    assert ("", "") == (clean_text(text), clean_line(text))


@pytest.mark.parametrize("text", ["?", "👍", "👩‍👩‍👧", "\U0001fae8", "\ue000", "é", "שלום", "ครับ", "汉", "a\u200bb"])
def test_what_can_be_seen_stays_as_it_was_typed(text: str) -> None:
    """Also emoji of several characters, and such as this Python does not know yet."""
    assert (text, text) == (clean_text(text), clean_line(text))


def test_a_line_turns_nothing_beside_it() -> None:
    """A summary stands in lists and mails, between other words; a longer text keeps its marks."""
    assert "abc.exe" == clean_line("\u202eabc\u202c.exe")
    assert "\u202eabc\u202c" == clean_text("\u202eabc\u202c")


def test_a_text_of_nothing_is_refused_at_both_doors(web: Web) -> None:
    """With what to write."""
    form = web.send(Kind.QUESTION, description="\u200b\u3164")
    program = web.client.post("/api/requests", json={"kind": "question", **QUESTION, "description": "\u200b\u3164"})

    assert "Please add some details" in form.text
    assert program.json is not None
    assert ["description"] == list(program.json["error"]["fields"])


def test_an_answer_that_comes_twice_is_refused_at_both_doors(web: Web) -> None:
    """Else one of the two would be lost unsaid."""
    twice = MultiDict([*QUESTION.items(), ("summary", "Another question")])
    form = web.client.post("/requests/question", data=twice)
    text = json.dumps({"kind": "question", **QUESTION})[:-1] + ', "summary": "Another question"}'
    program = web.client.post("/api/requests", data=text, content_type="application/json")

    assert (422, 400) == (form.status_code, program.status_code)
    assert "This answer came more than once" in form.text
    assert "each member once" in program.text


def test_the_same_answer_twice_is_one(web: Web) -> None:
    """As some programs send a field and its hidden twin."""
    same = MultiDict([*QUESTION.items(), ("summary", QUESTION["summary"])])

    assert 303 == web.client.post("/requests/question", data=same).status_code


@pytest.mark.parametrize("field", ["files", "file", "attachment"])
def test_a_file_is_attached_under_whatever_name_a_program_sends_it(web: Web, field: str) -> None:
    """It was lost without a word before."""
    answer = web.client.post("/requests/question", data={**QUESTION, field: (io.BytesIO(b"hello"), "a.txt")})
    case = web.desk.cases.load(web.links.status_case_id(answer.headers["Location"]))

    assert ["a.txt"] == [file.name for file in case.request.attachments]


def test_files_whose_names_differ_a_little_are_all_kept(web: Web) -> None:
    """By case, by the form of an accent, or not at all."""
    names = ["a.txt", "A.TXT", "a.txt", "mu\u0308de.txt", "müde.txt"]
    sent = [{"name": name, "content": base64.b64encode(b"%d" % n).decode()} for n, name in enumerate(names)]
    answer = web.client.post("/api/requests", json={"kind": "question", **QUESTION, "files": sent})

    assert answer.json is not None
    assert names == [file["name"] for file in answer.json["files"]]


def test_the_same_bytes_under_two_names_are_two_files(web: Web) -> None:
    """Mantis holds bytes once; the description of its issue names both files, each with its link."""
    case = web.sent(Kind.BUG, ("before.png", PNG), ("after.png", PNG))
    page = web.client.get(page_of(web, case)).text
    said = issue_of(case, web.desk.process, web.desk.links).information

    for file in case.request.attachments:
        assert file.name in page
        assert f"File: {file.name} ({file.size} bytes, SHA-256 {file.sha256})" in said
        assert web.desk.links.file(case.id, file) in said
    assert ["before.png", "after.png"] == [file.name for file in case.request.attachments]
