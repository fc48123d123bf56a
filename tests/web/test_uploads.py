"""Files that a browser puts into the file store itself: what is permitted, and what becomes of them with their form."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import RequesterReplied
from intake_fn.core.request import Kind
from intake_fn.ports import Purpose
from intake_fn.web import WebConfig, create_app
from tests.web.samples import PNG
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from tests.web.conftest import Web

LOG = b"2026-11-23 ERROR\n" * 300_000  # 5 MB: more than may travel with a form
MB = 2**20


def put(web: Web, name: str = "trace.log", content: bytes = LOG) -> str:
    """Announce a file and put it into the store, as a browser does; its token."""
    answer = web.client.post("/uploads", data={"name": name, "size": len(content)})
    assert answer.status_code == 200, answer.text
    permission: dict[str, Any] = answer.get_json()
    web.files.put(permission["fields"]["key"], content, "application/octet-stream")
    return str(permission["token"])


def test_a_permission_is_for_one_place_of_its_own_and_the_size_that_was_announced(web: Web) -> None:
    """Where files wait for their form; nobody chooses the place."""
    answers = [web.client.post("/uploads", data={"name": "a.log", "size": 9 * MB}).get_json() for _ in range(2)]

    assert {str(9 * MB)} == {answer["fields"]["max"] for answer in answers}
    assert 2 == len({answer["fields"]["key"] for answer in answers})
    assert all(answer["fields"]["key"].startswith("held/") for answer in answers)


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("trace.log", 25 * MB + 1, "too large: the limit is 25 MB per file"),
        ("setup.exe", 9 * MB, "files of this type cannot be attached"),
        ("trace.log", 0, "is empty"),
        ("trace.log", "x", "is empty"),
        ("", 9, "files of this type"),
    ],
)
def test_what_cannot_be_attached_is_said_before_it_is_uploaded(web: Web, name: str, size: Any, says: str) -> None:
    """422, with what to do."""
    answer = web.client.post("/uploads", data={"name": name, "size": size})

    assert (422, True) == (answer.status_code, says in answer.get_json()["problem"])


def test_an_upload_is_attached_with_the_hash_of_its_bytes(web: Web) -> None:
    """Like any other file: on the receipt, and in Mantis or linked from there."""
    case = web.sent(uploaded=put(web))
    (picture, file) = sorted(case.request.attachments, key=lambda one: one.size)

    assert ("screen.png", "trace.log", "text/plain") == (picture.name, file.name, file.content_type)
    assert (len(LOG), hashlib.sha256(LOG).hexdigest()) == (file.size, file.sha256)
    assert LOG == web.files.get(file.key)
    assert file.sha256 in web.client.get(page_of(web, case)).text


def test_what_is_not_what_its_name_says_is_refused_and_the_rest_is_kept(web: Web) -> None:
    """A browser's word for it counts for nothing; the other upload is still attached when the form is shown again."""
    bad, good = put(web, "picture.png", b"MZ" + LOG), put(web)
    answer = web.send(uploaded=[bad, good])

    assert 422 == answer.status_code
    assert "picture.png is not a PNG picture: its content is a Windows program" in answer.text
    assert "<strong>trace.log</strong></span> is attached" in answer.text


def test_what_did_not_arrive_is_told(web: Web) -> None:
    """The browser was closed half-way, or the store has let it go since."""
    token = put(web)
    web.files.kept.clear()

    assert "trace.log was not uploaded completely. Please attach it again." in web.send(uploaded=token).text


@pytest.mark.parametrize("purpose", [Purpose.HELD, Purpose.FILE, None])
def test_only_a_token_that_was_given_for_it_names_a_file(web: Web, purpose: Purpose | None) -> None:
    """Nobody attaches what somebody else sent, or any other place of the store."""
    web.files.put("files/secret", LOG, "text/plain")
    text = '{"key": "files/secret", "name": "trace.log"}'
    token = web.links.sign(purpose, text) if purpose else text

    assert "has expired" in web.send(uploaded=token).text


def test_while_the_store_is_down_the_form_keeps_its_uploads(web: Web) -> None:
    """503, and the same form sent again is taken in."""
    token = put(web)
    web.files.down = True
    answer = web.send(Kind.QUESTION, uploaded=token)
    assert 503 == answer.status_code
    assert f'name="uploaded" value="{token}"' in answer.text.replace("&#34;", '"')

    web.files.down = False
    assert ["trace.log"] == [file.name for file in web.sent(Kind.QUESTION, uploaded=token).request.attachments]


def test_more_than_may_be_attached_is_told_by_name(web: Web) -> None:
    """The first ones are kept."""
    answer = web.send(uploaded=[put(web, f"{number}.log", b"%d" % number) for number in range(11)])

    assert 422 == answer.status_code
    assert "not attached: 10.log, screen.png" in answer.text


def test_a_reply_may_bring_an_upload_and_keeps_it_when_something_is_wrong(web: Web) -> None:
    """The same as in a form."""
    case = web.sent()
    answer = web.upload(
        f"{page_of(web, case)}/reply",
        ("more.png", PNG),
        text="x" * (web.desk.process.intake.text_characters + 1),
        uploaded=put(web),
    )
    assert 422 == answer.status_code
    assert "<strong>trace.log</strong></span> is attached" in answer.text
    assert "<strong>more.png</strong></span> is attached" in answer.text

    web.upload(f"{page_of(web, case)}/reply", text="Here.", uploaded=put(web))
    (reply,) = [event for event in web.desk.cases.load(case.id).history if isinstance(event, RequesterReplied)]
    assert [hashlib.sha256(LOG).hexdigest()] == [file.sha256 for file in reply.attachments]


def test_pages_may_send_files_to_the_store_and_nowhere_else(web: Web) -> None:
    """And no page of another address may ask for it."""
    config = WebConfig(
        process=web.desk.process,
        desk=lambda: web.desk,
        links=web.links,
        clock=web.clock,
        secret_key="only for tests",
        files_at=("https://files.example.com",),
    )
    client = create_app(config).test_client()
    asked = client.post("/uploads", data={"name": "a.log", "size": 1}, headers={"Origin": "https://wiki.example.com"})
    policy = client.get("/requests/new/bug").headers["Content-Security-Policy"]

    assert "Access-Control-Allow-Origin" not in asked.headers
    assert "connect-src 'self' https://files.example.com;" in policy
