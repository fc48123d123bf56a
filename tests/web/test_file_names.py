"""Names of files: in the encoding and with the path of whatever sent them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.request import Kind
from intake_fn.web.file_names import decoded
from tests.web.samples import ANSWERS
from tests.web.test_api import body_of
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.web.conftest import Web

NAMES = {
    "latin-1": ["müde.txt", "naïve résumé.pdf", "größe.log", "Müßig.txt", "écran 1.png", "Año.txt", "Æble.txt"],
    "cp1252": ["l\u2019écran.png", "prix en €.txt", "œuvre.txt", "“déjà” vu.png"],
    "gbk": ["中文.txt", "测试文件.txt", "屏幕截图 2026.png", "错误日志.log", "說明.txt"],
    "cp932": ["テスト.txt", "日本語.txt", "表.txt", "仕様書.pdf", "スクリーンショット.png"],
    "big5": ["測試檔案.txt", "螢幕截圖.png"],
    "cp1251": ["Отчет.pdf", "Снимок экрана.png"],
    "utf-8": ["müde.txt", "表.txt", "🙂.png"],
}
BOUNDARY = b"a-boundary"


def posted(web: Web, path: str, answers: dict[str, str], *names: bytes, **headers: str) -> TestResponse:
    """Send a form with files of these names, byte by byte as they are."""
    parts = [b'form-data; name="%s"\r\n\r\n%s' % (name.encode(), said.encode()) for name, said in answers.items()]
    parts += [
        b'form-data; name="files"; filename="%s"\r\nContent-Type: text/plain\r\n\r\nhello' % name for name in names
    ]
    body = b"".join(b"--%s\r\nContent-Disposition: %s\r\n" % (BOUNDARY, part) for part in parts)
    return web.client.post(
        path,
        data=body + b"--%s--\r\n" % BOUNDARY,
        content_type=f"multipart/form-data; boundary={BOUNDARY.decode()}",
        headers=headers,
    )


@pytest.mark.parametrize(
    ("encoding", "name"), [(encoding, name) for encoding, names in NAMES.items() for name in names]
)
def test_a_name_is_read_in_the_encoding_that_it_was_written_in(encoding: str, name: str) -> None:
    """Nobody says which; the likely reading is taken."""
    assert name == decoded(name.encode(encoding))


def test_the_browsers_language_decides_between_equally_likely_readings() -> None:
    """Korean bytes are common Chinese characters, too."""
    assert "화면.png" == decoded("화면.png".encode("euc_kr"), "ko-KR,ko;q=0.9")


@pytest.mark.parametrize("raw", [bytes([n]) for n in range(128, 256)] + [b"\x81\xff\xfe.txt", b"\xff" * 300])
def test_no_name_is_unreadable(raw: bytes) -> None:
    """Something is always there to be read."""
    assert decoded(raw)


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "cp932", "utf-8"])
def test_a_form_survives_its_file_names(web: Web, encoding: str) -> None:
    """Every field arrives, and every file under its name."""
    names = {"latin-1": "müde.txt", "gbk": "测试.txt", "cp932": "表.txt", "utf-8": "🙂.txt"}
    answer = posted(web, "/requests/question", ANSWERS[Kind.QUESTION], names[encoding].encode(encoding), b"plain.txt")

    assert 303 == answer.status_code, answer.text
    request = web.desk.cases.load(web.links.status_case_id(answer.headers["Location"])).request
    assert ANSWERS[Kind.QUESTION]["description"] == request.description
    assert {names[encoding]} == {file.name for file in request.attachments} - {"plain.txt"}


def test_a_reply_survives_its_file_names(web: Web) -> None:
    """What was written is in the history, with the file."""
    case = web.sent()
    page = page_of(web, case)
    answer = posted(web, f"{page}/reply", {"text": "Here it is."}, "müde.txt".encode("latin-1"))

    assert 303 == answer.status_code
    shown = web.client.get(page).text
    assert "Here it is." in shown
    assert "müde.txt" in shown


@pytest.mark.parametrize(
    "sent", [rb"C:\Users\kim\note.txt", rb"C:\\Users\\kim\\note.txt", rb"\\srv\share\note.txt", b"/home/kim/note.txt"]
)
def test_a_path_is_left_out(web: Web, sent: bytes) -> None:
    """Of Windows, of a network share, of POSIX; with its backslashes as they are, or escaped as programs do."""
    answer = posted(web, "/requests/question", ANSWERS[Kind.QUESTION], sent)

    request = web.desk.cases.load(web.links.status_case_id(answer.headers["Location"])).request
    assert ["note.txt"] == [file.name for file in request.attachments]


def test_an_escaped_quote_is_a_quote(web: Web) -> None:
    """As programs escape it, and as browsers do."""
    for sent in (rb"the \"best\".txt", b"the %22best%22.txt"):
        answer = posted(web, "/requests/question", ANSWERS[Kind.QUESTION] | {"summary": sent.decode()}, sent)
        request = web.desk.cases.load(web.links.status_case_id(answer.headers["Location"])).request

        assert ['the "best".txt'] == [file.name for file in request.attachments]


def test_a_path_is_left_out_in_the_api_and_of_uploads(web: Web) -> None:
    """The name is the same whichever way it comes."""
    file = {"name": r"C:\Users\kim\note.txt", "content": base64.b64encode(b"hello").decode()}
    answer = web.client.post("/api/requests", json=body_of(Kind.QUESTION, files=[file]))
    permission = web.client.post("/uploads", data={"name": r"C:\Users\kim\note.txt", "size": 5}).get_json()
    web.files.put(permission["fields"]["key"], b"hello", "text/plain")
    case = web.sent(Kind.QUESTION, uploaded=permission["token"])

    assert answer.json is not None
    assert ["note.txt"] == [one["name"] for one in answer.json["files"]]
    assert ["note.txt"] == [one.name for one in case.request.attachments]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),  # no boundary
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="summary"\r\n\r\ncut off'),
        ("multipart/form-data; boundary=\xff", b"--x\r\n"),
    ],
)
def test_a_form_that_cannot_be_read_is_said_to_be_so(web: Web, content_type: str, body: bytes) -> None:
    """400: an empty form with a complaint about every field would be untrue."""
    answer = web.client.post("/requests/question", data=body, content_type=content_type)

    assert 400 == answer.status_code
    assert "your text is still in the form" in answer.text


def test_a_part_without_a_name_costs_nobody_the_others(web: Web) -> None:
    """It is none of our fields."""
    fields = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), said.encode())
        for name, said in ANSWERS[Kind.QUESTION].items()
    )
    body = b"--x\r\nContent-Type: text/plain\r\n\r\nnothing\r\n" + fields + b"--x--\r\n"

    assert (
        303
        == web.client.post("/requests/question", data=body, content_type="multipart/form-data; boundary=x").status_code
    )


@pytest.mark.parametrize("path", ["/requests/question", "/uploads", "/status/lost", "/desk/sign-in"])
def test_a_form_with_more_fields_than_any_of_ours_is_refused_at_once(web: Web, path: str) -> None:
    """413, before a million of them are taken apart."""
    answer = web.client.post(path, data="a=1&" * 400_000, content_type="application/x-www-form-urlencoded")

    assert 413 == answer.status_code


@pytest.mark.parametrize("head", ['; filename=""', '; filename="note.txt', "", "; filename*=UTF-8''"])
@pytest.mark.parametrize("path", ["/requests/question", "reply"])
def test_a_file_without_its_name_is_never_lost_in_silence(web: Web, path: str, head: str) -> None:
    """It cannot be kept, and is said so near the field; everything else is still there."""
    case = web.sent()
    where = f"{page_of(web, case)}/reply" if path == "reply" else path
    answers = {**ANSWERS[Kind.QUESTION], "text": "It is on page 3."}
    parts = [f'name="{name}"\r\n\r\n{text}' for name, text in answers.items()]
    parts.append(f'name="files"{head}\r\n\r\nLine 1 of the log')
    body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--x--\r\n"
    answer = web.client.post(where, data=body.encode(), content_type="multipart/form-data; boundary=x")

    assert 422 == answer.status_code
    assert "files of this type cannot be attached" in answer.text
    assert answers["text" if path == "reply" else "description"] in answer.text


def test_a_file_input_that_was_left_empty_is_no_file(web: Web) -> None:
    """As browsers send it."""
    assert () == web.sent(Kind.QUESTION, ("", b"")).request.attachments
