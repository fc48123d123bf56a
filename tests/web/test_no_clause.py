"""What nothing in the spec resembles gets no clause, and a sentence that says so: on every way to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from intake_fn.core.request import Kind
from spec_lookup import NO_CLAUSE, Spec, in_words
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.conftest import Web

STRANGE = ["可以带宠物吗", "ペットを連れて行けますか", "เอาสุนัขไปได้ไหม", "какая сегодня погода"]
WORDS: dict[Kind, dict[str, Any]] = {
    Kind.CHANGE: {"description": "", "expected": "", "benefit": ""},
    Kind.QUESTION: {"description": ""},
}
"""The texts of each form."""


def asked(web: Web, kind: Kind, text: str) -> Any:
    """A request whose every text is `text`."""
    return web.sent(kind, summary=text, **dict.fromkeys(WORDS[kind], text))


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("text", STRANGE)
def test_a_request_is_told_so_on_its_page_in_the_mail_on_the_desk_and_in_mantis(
    web: Web, kind: Kind, text: str
) -> None:
    """No clause, and no empty one."""
    case = asked(web, kind, text)
    page = web.client.get(web.links.status(case.id)).text
    mails = [mail.text for mail in web.mailer.sent if mail.to == "camille@example.com"]
    web.sign_in()
    desk = web.client.get(f"/desk/requests/{case.id}").text
    (issue,) = web.tracker.issues.values()

    assert case.verdict is not None
    assert [] == list(case.verdict["citations"])
    for shown in (page, desk, mails[0], issue.description):
        assert in_words(NO_CLAUSE) in shown
    assert "<blockquote" not in page + desk
    assert "The clause nearest to the request" not in mails[0]


@pytest.mark.parametrize("text", STRANGE)
def test_a_question_is_told_so_on_the_page_by_the_api_and_at_the_terminal(
    web: Web, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person reads a sentence, a program an empty list."""
    Spec.of(list(SPEC.items())).save(tmp_path / "index")
    web.sign_in()
    page = web.client.get("/expected", query_string={"q": text}).text
    answer = web.client.get("/api/search", query_string={"q": text}).json
    capsys.readouterr()
    assert 0 == main(["expected", "--index", str(tmp_path / "index"), text])
    said = capsys.readouterr().out
    assert 0 == main(["expected", "--index", str(tmp_path / "index"), "--json", text])

    assert "The search found no clause about this." in page
    assert "<blockquote" not in page
    assert {"results": []} == answer
    assert "The search found no clause about this. Try other words, or fewer.\n" == said
    assert [] == json.loads(capsys.readouterr().out)
