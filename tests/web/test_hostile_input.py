"""Whatever is sent to whatever address, the answer is one of ours: never a 500, and never slow."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import Noted
from intake_fn.core.figures.tables import TABLES
from intake_fn.core.request import Kind
from intake_fn.web.actions import ACTIONS
from intake_fn.web.numbers import whole
from tests.web.boards import before_the_board
from tests.web.samples import ANSWERS
from tests.web.test_api import body_of, valid
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from tests.web.conftest import Web

LONG = "9" * 5000
HOSTILE = (
    *("", "²", "²:paul", f"{LONG}:paul", "-1", "१२", "1e9", LONG, "0x10", "1_0", "True", "None", "[]", "{}"),
    *("\x00", "\r\nX: 1", "\ufffd", "\u202e", "a" * 5000, "#", "##", "a#b#c", "%", "%00", "../..", "\\"),
    *("HD-0000-0001#9#²", "HD-0000-0001", "HD-0000-0001:²", f"HD-0000-0001:{LONG}"),
    *("{{ 7*7 }}", "<script>", "~", "🙂", "liaison.paris"),
)
NAMES = (
    *("level", "show", "cursor", "q", "limit", "next", "seen", "done", "same", "number", "left", "rejected", "ticked"),
    *("clause", "replied", "new", "changed", "address", "name", "size", "item", "case", "action", "reason", "text"),
    *("to", "handler", "priority", "category", "question", "activity", "relation", "request", "resolution", "note"),
    *("vote", "member", "motion", "until", "decision", "first", "last"),
    *("sure", "shared", "query", "find", "by", "base", "who", "what", "visitor", "template", "stance", "since", "said"),
    *(
        "only",
        "page",
        "modules",
        "insert",
        "in",
        "finding",
        "files",
        "figure",
        "effort",
        "do",
        "client_company",
        "back",
    ),
    *("aside", "age", "unit", "month", "chart", "reading", "other_clause", "outcome", "fixed_in", "as", "module"),
    *("held", "uploaded", "key", "opened", "kind", "office", "email", "summary", "description"),
)
"""Every parameter and answer that any page reads."""

PLACES = (
    "/desk/requests/{} /desk/board/{} /status/{} /files/{} /desk/sign-in/{} /requests/new/{} /static/{} /{}".split()
)
"""Addresses with something in them that a person may change."""

HEADERS: tuple[dict[str, str], ...] = (
    {"Cookie": "specdesk=\xff\xfe; =; ;;; specdesk=" + "a" * 3000},
    {"Accept-Language": "\xff, *;q=²" + ",x" * 5000},
    {"Content-Type": "text/plain"},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"Content-Type": "application/json; charset=klingon"},
    {"Content-Length": "²"},
    {"Origin": "http://[::1"},
    {"Referer": "http://[::1"},
    {"Host": "[::1"},
    {"X-Forwarded-For": "²"},
    {"Range": f"bytes={LONG}-"},
    {"If-Modified-Since": "yesterday"},
    {"Authorization": "Basic ²"},
    {"Idempotency-Key": "\xff" * 200},
)


def words_of(rule: Rule, name: str) -> list[str]:
    """What stands in a place that takes one of a few words; in any other, a kind of request."""
    words = re.search(rf"<any\(([^)]*)\):{name}>", rule.rule)
    return [word.strip() for word in words[1].split(",")] if words else ["bug"]


def addresses(web: Web) -> list[tuple[Rule, str]]:
    """Every route with something in its place for what it takes."""
    case = before_the_board(web)
    filled = {
        "case_id": case.id,
        "token": page_of(web, case).rpartition("/")[2],
        "filename": "specdesk.css",
        "table": next(iter(TABLES)),
    }
    found = []
    for rule in web.client.application.url_map.iter_rules():
        here = filled | {"action": "comment" if rule.rule.startswith("/desk/board/") else "note"}
        places = [[here[name]] if name in here else words_of(rule, name) for name in rule.arguments]
        for values in product(*places):
            built = rule.build(dict(zip(rule.arguments, values, strict=True)))
            assert built is not None
            found.append((rule, built[1]))
    return found


def fine(answer: Any, said: object) -> None:
    """One of ours."""
    assert answer.status_code < 500, said
    answer.close()


def test_no_parameter_makes_a_page_fail(web: Web) -> None:
    """Each hostile text in all parameters of each address at once, as an engineer."""
    places = addresses(web)
    web.sign_in()
    for text in HOSTILE:
        for rule, path in places:
            if rule.endpoint != "sign_in.leave":
                fine(web.client.get(path, query_string=dict.fromkeys(NAMES, text)), (path, text))


def test_no_answer_makes_a_form_fail(web: Web) -> None:
    """The same in all fields of each form, and of each action of the desk."""
    case = web.sent()
    web.sign_in()
    page = f"/desk/requests/{case.id}"
    token = {"csrf_token": web.token_on(page)}
    for text in HOSTILE:
        answers = dict.fromkeys(NAMES, text) | {"clause": ""}  # a clause that does not exist ends every action
        for action in ACTIONS:
            for seen in (text, str(web.desk.cases.load(case.id).version)):
                fine(web.client.post(f"{page}/{action}", data={**token, **answers, "seen": seen}), (action, text))
        for path in ("/desk/outbox/retry", "/desk/quarantine"):
            for decision in (text, "reject"):
                fine(web.client.post(path, data={**token, **answers, "action": decision}), (path, text))
        for path in ("/requests/bug", "/status/lost", "/uploads", f"{page_of(web, case)}/reply"):
            fine(web.client.post(path, data=answers), (path, text))


@pytest.mark.parametrize("headers", HEADERS)
def test_no_header_makes_a_page_fail(web: Web, headers: dict[str, str]) -> None:
    """With each method that the address has."""
    for rule, path in addresses(web):
        for method in sorted(rule.methods or ()):
            fine(web.client.open(path, method=method, headers=headers, data=b"{"), (path, method))


@pytest.mark.parametrize("text", [one for one in HOSTILE if one])
def test_no_address_makes_a_page_fail(web: Web, text: str) -> None:
    """In place of a request's number, of a token, of a file's name, of a kind."""
    web.sent()
    web.sign_in()
    for place in PLACES:
        fine(web.client.get(place.format(text)), (place, text))
    for raw in (
        "/status/%ff%fe",
        "/status/%00",
        "/desk/requests/%ed%a0%80",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//",
        "/status//",
    ):
        fine(web.client.get(raw), raw)


def deep(levels: int, opens: str = "[", shuts: str = "]") -> str:
    """JSON in JSON in JSON."""
    return opens * levels + "1" + shuts * levels


@pytest.mark.parametrize("levels", [20, 900, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("member", ["kind", "clause", "summary", "details", "files", "office", "unknown"])
def test_deep_json_is_refused_in_json(web: Web, levels: int, member: str) -> None:
    """400, whichever member it stands in, and however deep a version of Python would follow."""
    for inner in (deep(levels), deep(levels, '{"a":', "}"), f'[{{"name": {deep(levels)}, "content": ""}}]'):
        body = json.dumps(body_of(Kind.QUESTION))[:-1] + f', "{member}": {inner}}}'
        answer = web.client.post("/api/requests", data=body, content_type="application/json")

        assert 400 == answer.status_code
        valid("Problem", answer.json)


@pytest.mark.parametrize(
    "body", [f'{{"kind": {LONG}}}', f"[{LONG}]", '{"kind": 1e999}', '{"kind": NaN}', '"\\ud800"', "\ufeff{}"]
)
def test_odd_json_is_refused_in_json(web: Web, body: str) -> None:
    """Endless numbers, half characters, a mark of byte order."""
    answer = web.client.post("/api/requests", data=body.encode(), content_type="application/json")

    assert answer.status_code in (400, 422)
    valid("Problem", answer.json)


def test_half_characters_in_json_are_left_out(web: Web) -> None:
    """Nothing can be stored or mailed with them."""
    body = json.dumps(
        body_of(Kind.QUESTION, summary="How \ud800 so?", files=[{"name": "a\udfff.txt", "content": "YQ=="}])
    )
    answer = web.client.post("/api/requests", data=body, content_type="application/json")

    assert 201 == answer.status_code
    assert answer.json is not None
    assert "How so?" == web.desk.cases.load(answer.json["id"]).request.summary
    assert "a.txt" == answer.json["files"][0]["name"]


@pytest.mark.parametrize(
    "more",
    [
        {f"a{n}": "" for n in range(100_000)},
        {"offices": ["paris"] * 100_000},
        {"details": {f"a{n}": 1 for n in range(100_000)}},
        {"files": [1] * 100_000},
        {"files": [{"name": "a.txt", "content": "?"}] * 100_000},
    ],
)
def test_json_with_more_in_it_than_any_request_is_refused_in_few_words(web: Web, more: dict[str, Any]) -> None:
    """Not with a hundred thousand complaints."""
    answer = web.client.post("/api/requests", json=body_of(Kind.SETUP) | more)

    assert 422 == answer.status_code
    assert len(answer.data) < 10_000


@pytest.mark.parametrize("path", ["/api/search", "/requests/new", "/desk/sign-in"])
def test_a_query_longer_than_any_of_ours_is_refused(web: Web, path: str) -> None:
    """414 with a clear sentence, before it is taken apart."""
    answer = web.client.get(path, query_string="a=1&" * 100_000)

    assert 414 == answer.status_code
    assert "too long" in answer.text


@pytest.mark.parametrize("seen", ["999999", "-1", LONG, "²", "", "1e3"])
def test_claiming_to_have_seen_more_than_there_is_skips_no_check(web: Web, seen: str) -> None:
    """Somebody else has changed it: 409, with what was typed still there."""
    case = web.sent()
    web.sign_in()
    web.desk.act(case.id, Noted(at=web.clock(), actor="front.end@example.com", text="Faster."), case.version)
    page = f"/desk/requests/{case.id}"
    answer = web.post(f"{page}/note", on=page, seen=seen, text="My own note")

    assert 409 == answer.status_code
    assert "My own note" in answer.text


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (" 7 ", 7), ("²", 0), ("१", 0), ("-7", 0), ("7.0", 0), ("1_0", 0), (LONG, 0), ("", 0), (None, 0)],
)
def test_a_number_is_plain_digits(text: str | None, number: int) -> None:
    """Of a length that any of our numbers has."""
    assert number == whole(text, 0)


def test_a_form_of_another_type_is_said_to_be_so(web: Web) -> None:
    """415: that name and summary are missing would be untrue."""
    answer = web.client.post(
        "/requests/question", data=json.dumps(ANSWERS[Kind.QUESTION]), content_type="application/json"
    )

    assert 415 == answer.status_code


def test_a_part_with_more_header_lines_than_any_browser_writes_is_refused(web: Web) -> None:
    """413, before names and backslashes in it are looked at one by one."""
    head = 'Content-Disposition: form-data; name="text"; filename="' + "\\" * 100_000 + '"'
    answer = web.client.post(
        "/requests/question",
        data=f"--x\r\n{head}\r\n\r\n1\r\n--x--\r\n".encode(),
        content_type="multipart/form-data; boundary=x",
    )

    assert 413 == answer.status_code
