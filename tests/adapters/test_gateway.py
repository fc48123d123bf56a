"""Requests of API Gateway and function URLs in each of their formats, and responses as they take them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.adapters import gateway

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "203.0.113.7"
EXECUTE_API = "abc.execute-api.eu-west-1.amazonaws.com"
OWN = "help.example.com"
MAPPED = "mapped.example.com"
PICTURE = bytes(range(256))
CROWD = "漢字"


def http_api(path: str, *, host: str = EXECUTE_API, stage: str = "$default", **more: Any) -> dict[str, Any]:
    """A GET through an HTTP API, payload 2.0."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": SOURCE, "userAgent": "a browser"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": host, "x-forwarded-for": f"6.6.6.6, {SOURCE}", "x-forwarded-proto": "https"},
        "requestContext": {"domainName": host, "http": http, "stage": stage},
        "isBase64Encoded": False,
        **more,
    }


def function_url(path: str, **more: Any) -> dict[str, Any]:
    """A GET through a function URL, payload 2.0."""
    return http_api(path, host="abc.lambda-url.eu-west-1.on.aws", **more)


def rest_api(path: str, *, host: str = EXECUTE_API, stage: str = "dev", **more: Any) -> dict[str, Any]:
    """A GET through a REST API, payload 1.0."""
    headers = {"Host": host, "X-Forwarded-For": f"6.6.6.6, {SOURCE}", "X-Forwarded-Proto": "https"}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"domainName": host, "stage": stage, "identity": {"sourceIp": SOURCE}},
        "body": None,
        "isBase64Encoded": False,
        **more,
    }


def http_api_of_payload_1(path: str, **more: Any) -> dict[str, Any]:
    """A GET through an HTTP API, payload 1.0."""
    return {"version": "1.0", **rest_api(path, **more)}


def posted(event: dict[str, Any], body: bytes, content_type: str) -> dict[str, Any]:
    """A POST of bytes in the place of a GET."""
    sent = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    headers = {**event["headers"], "content-type": content_type}
    if event.get("version") == "2.0":
        context = event["requestContext"]
        return {
            **event,
            **sent,
            "headers": headers,
            "requestContext": {**context, "http": {**context["http"], "method": "POST"}},
        }
    several = {name: [value] for name, value in headers.items()}
    return {**event, **sent, "headers": headers, "multiValueHeaders": several, "httpMethod": "POST"}


FORMATS = pytest.mark.parametrize("make", [http_api, function_url, rest_api, http_api_of_payload_1])


@pytest.fixture
def handle() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The handler of an application that says what it was asked."""
    app = Flask(__name__)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def said(path: str) -> dict[str, Any]:
        files = {name: base64.b64encode(file.read()).decode() for name, file in request.files.items()}
        return {
            "path": path,
            "script": request.script_root,
            "query": request.args.to_dict(flat=False),
            "cookies": dict(request.cookies),
            "source": request.remote_addr,
            "secure": request.is_secure,
            "type": request.content_type,
            "form": request.form.to_dict(),
            "files": files,
        }

    @app.get("/several")
    def several() -> Response:
        response = Response(status=302)
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        response.headers.add("Link", "<a>")
        response.headers.add("Link", "<b>")
        return response

    @app.get("/picture")
    def picture() -> Response:
        return Response(PICTURE, mimetype="image/png")

    @app.get("/empty")
    def empty() -> tuple[str, int]:
        return "", 204

    answer = gateway.handler(app, base_url=f"https://{MAPPED}/support")
    return lambda event: answer(json.loads(json.dumps(event)), None)


def asked(handle: Callable[[dict[str, Any]], dict[str, Any]], event: dict[str, Any]) -> dict[str, Any]:
    """What the application was asked by an event."""
    answer = handle(event)
    assert 200 == answer["statusCode"], answer
    assert not answer["isBase64Encoded"]
    read: dict[str, Any] = json.loads(answer["body"])
    return read


PLACES = [
    (http_api("/desk"), "", "desk", "the stage $default"),
    (http_api("/dev/desk", stage="dev"), "/dev", "desk", "a stage of an HTTP API, in the path"),
    (http_api("/dev/", stage="dev"), "/dev", "", "its root"),
    (http_api("/desk", host=OWN, stage="dev"), "", "desk", "our own domain, mapped to a stage"),
    (http_api("/development", host=OWN, stage="dev"), "", "development", "a path that only begins like the stage"),
    (function_url("/desk"), "", "desk", "a function URL"),
    (rest_api("/desk"), "/dev", "desk", "a stage of a REST API, not in the path"),
    (rest_api("/dev/desk"), "/dev", "dev/desk", "a page that is called like the stage"),
    (rest_api("/desk", host=OWN), "", "desk", "our own domain before a REST API"),
    (http_api_of_payload_1("/dev/desk"), "/dev", "desk", "an HTTP API with payload 1.0"),
    (http_api_of_payload_1("/desk", host=OWN), "", "desk", "our own domain before it"),
    (rest_api("/desk", host="ABC.execute-api.cn-north-1.amazonaws.com.cn:443"), "/dev", "desk", "a REST API in China"),
    (rest_api("/support/desk", host=MAPPED), "/support", "desk", "a path of our own domain, mapped to a REST API"),
    (http_api("/support/desk", host=MAPPED, stage="dev"), "/support", "desk", "the same with an HTTP API"),
    (http_api("/supporters", host=MAPPED, stage="dev"), "", "supporters", "a path that only begins like it"),
    (rest_api("/desk", requestContext=None), "", "desk", "an event made by hand"),
]


@pytest.mark.parametrize(("event", "script", "path"), [place[:3] for place in PLACES], ids=[row[3] for row in PLACES])
def test_the_application_knows_where_it_stands(
    handle: Callable[[dict[str, Any]], dict[str, Any]], event: dict[str, Any], script: str, path: str
) -> None:
    """Links on pages, redirects and the cookie's path begin with the stage, where there is one."""
    assert gateway.is_request(event)
    said = asked(handle, event)

    assert (script, path) == (said["script"], said["path"])


@FORMATS
def test_the_client_is_whom_the_gateway_saw(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]]
) -> None:
    """X-Forwarded-For begins with what the client wrote there, and limits count by the address."""
    said = asked(handle, make("/"))

    assert (SOURCE, True) == (said["source"], said["secure"])


QUERY = {"q": ["a b", "ä&="], "empty": [""]}


@pytest.mark.parametrize(
    "event",
    [
        http_api("/", rawQueryString="q=a%20b&q=%C3%A4%26%3D&empty="),
        function_url("/", rawQueryString="q=a%20b&q=ä%26%3D&empty="),
        rest_api("/", multiValueQueryStringParameters=QUERY),
    ],
)
def test_a_query_with_repeated_names_arrives_whole(
    handle: Callable[[dict[str, Any]], dict[str, Any]], event: dict[str, Any]
) -> None:
    """Whether it was decoded on the way or not."""
    assert QUERY == asked(handle, event)["query"]


@pytest.mark.parametrize("make", [http_api, function_url, http_api_of_payload_1])
@pytest.mark.parametrize("path", [f"/{CROWD}", "/%E6%BC%A2%E5%AD%97"])
def test_a_path_of_other_letters_arrives_whole(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]], path: str
) -> None:
    """HTTP APIs hand it over decoded, function URLs as it was sent."""
    assert CROWD == asked(handle, make(path))["path"]


@pytest.mark.parametrize(
    "event",
    [
        http_api("/", cookies=["a=1", "b=2"]),
        function_url("/", cookies=["a=1", "b=2"]),
        rest_api("/", multiValueHeaders={"Host": [OWN], "cookie": ["a=1", "b=2"]}),
        rest_api("/", multiValueHeaders={"Host": [OWN], "Cookie": ["a=1; b=2"]}),
    ],
)
def test_several_cookies_arrive(handle: Callable[[dict[str, Any]], dict[str, Any]], event: dict[str, Any]) -> None:
    """Over HTTP/2 each may come in a header of its own."""
    assert {"a": "1", "b": "2"} == asked(handle, event)["cookies"]


@FORMATS
@pytest.mark.parametrize("boundary", ["plain", "with,comma"])
def test_a_file_arrives_byte_by_byte(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]], boundary: str
) -> None:
    """Whatever the boundary is: a comma is allowed in it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{CROWD}\r\n'.encode(),
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode(),
        PICTURE,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    kind = f'multipart/form-data; boundary="{boundary}"'
    said = asked(handle, posted(make("/"), b"".join(parts), kind))

    assert kind == said["type"]
    assert {"text": CROWD} == said["form"]
    assert {"file": base64.b64encode(PICTURE).decode()} == said["files"]


@pytest.mark.parametrize("make", [http_api, rest_api])
def test_a_form_that_is_handed_over_as_text_is_read(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]]
) -> None:
    """As gateways do with types that they take for text."""
    event = posted(make("/"), b"", "application/x-www-form-urlencoded")

    assert {"a": "ä b"} == asked(handle, event | {"body": "a=%C3%A4+b", "isBase64Encoded": False})["form"]


@FORMATS
def test_a_response_has_all_its_cookies_and_headers(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]]
) -> None:
    """Each cookie once; other headers of one name in one line."""
    answer = handle(make("/several"))
    headers = answer.get("multiValueHeaders") or {name: [value] for name, value in answer["headers"].items()}
    cookies = answer["cookies"] if "cookies" in answer else headers["Set-Cookie"]

    assert 302 == answer["statusCode"]
    assert ["a=1; Path=/", "b=2; Path=/"] == [cookie.replace("Path=/dev", "Path=/") for cookie in cookies]
    assert ["<a>, <b>"] == headers["link"]


@FORMATS
def test_what_is_no_text_leaves_in_base64(
    handle: Callable[[dict[str, Any]], dict[str, Any]], make: Callable[..., dict[str, Any]]
) -> None:
    """Byte by byte."""
    answer, empty = handle(make("/picture")), handle(make("/empty"))

    assert answer["isBase64Encoded"]
    assert PICTURE == base64.b64decode(answer["body"])
    assert (204, "") == (empty["statusCode"], empty["body"])


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@given(path=ANY_TEXT, query=ANY_TEXT, header=ANY_TEXT, cookie=ANY_TEXT, body=ANY_TEXT, encoded=st.booleans())
def test_no_text_in_an_event_makes_the_application_fail(
    path: str, query: str, header: str, cookie: str, body: str, *, encoded: bool
) -> None:
    """Whatever a client sends, and JSON can hold."""
    app = Flask(__name__)

    @app.route("/<path:path>")
    def page(path: str) -> dict[str, Any]:
        return {"path": path, "query": request.args, "cookies": request.cookies, "type": request.mimetype}

    handle = gateway.handler(app)
    for make in (http_api, function_url, rest_api, http_api_of_payload_1):
        event = make(f"/{path}", rawQueryString=query, cookies=[cookie], body=body, isBase64Encoded=encoded)
        event["headers"] |= {"content-type": header, "cookie": cookie}
        event["multiValueQueryStringParameters"] = {query: [query]}
        event["multiValueHeaders"] = {"cookie": [cookie], "content-type": [header]}

        assert handle(event, None)["statusCode"] < 500


def test_each_request_is_a_line_of_the_log(
    handle: Callable[[dict[str, Any]], dict[str, Any]], lines: Callable[[], str]
) -> None:
    """With the page and what came of it; without what opens the page, and without anybody's address or search."""
    handle(http_api("/dev/status/" + "a" * 60, stage="dev", rawQueryString="to=camille@example.com"))
    line = lines()

    assert "/dev/status/[token]" in line
    assert "status=200" in line
    assert "query=['to']" in line
    assert SOURCE not in line
    assert "camille" not in line


def test_the_word_of_the_front_for_who_asks_counts_and_nobody_elses() -> None:
    """Through our distribution there is no stage before addresses; without its token the header is worth nothing."""
    app = Flask(__name__)

    @app.get("/<path:path>")
    def said(path: str) -> list[str]:
        headers = [name for name in request.headers.keys() if "Specdesk" in name]  # noqa: SIM118 - it is no dictionary
        return [path, request.script_root, request.remote_addr or "", *headers]

    answer = gateway.handler(app, lambda token: token == "right")

    def asked(token: str) -> Any:
        event = http_api("/dev/desk", stage="dev")
        event["headers"] |= {"x-specdesk-front": token, "x-specdesk-viewer": "2001:db8::7"}
        return json.loads(answer(event, None)["body"])

    assert ["desk", "", "2001:db8::7"] == asked("right")
    assert ["desk", "/dev", SOURCE] == asked("wrong")
    assert ["desk", "/dev", SOURCE] == asked("")
    event = http_api("/dev/desk", stage="dev")
    event["headers"] |= {
        "x-specdesk-front": "right",
        "x-specdesk-viewer": "2001:db8::7",
        "x_specdesk_viewer": "192.0.2.99",
    }
    assert ["desk", "", "2001:db8::7"] == json.loads(answer(event, None)["body"])
