"""Requests of API Gateway (payload 1.0 and 2.0) and of function URLs as WSGI, by apig-wsgi and what it leaves open.

| apig-wsgi 2.20                                          | here                                                   |
|---------------------------------------------------------|--------------------------------------------------------|
| knows no stage                                          | a stage before the path is SCRIPT_NAME                 |
| fails where a path or query is not ASCII                | they are percent-encoded                               |
| takes the client's X-Forwarded-For for its address      | REMOTE_ADDR is what the gateway saw, or our front      |
| joins several cookie headers of payload 1.0 by a comma  | by a semicolon                                         |
| cuts a content type at its comma                        | it is taken whole                                      |
| keeps the last of several response headers of one name  | they are joined by a comma, except Set-Cookie          |
"""

from __future__ import annotations

import base64
import string
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlsplit

from apig_wsgi import make_lambda_handler

from intake_fn import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication


TEXT = ("text/", "application/json", "application/problem+json", "image/svg+xml")
"""Content types that are sent as they are; a body of any other type is sent as base64."""

UNREADABLE_BODY = {
    "statusCode": 400,
    "headers": {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"},
    "body": "The body of this request can't be read: it is not the base64 that it is said to be.",
    "isBase64Encoded": False,
}
"""The response where there is nothing that a page could read: an empty form in its place would say what is untrue."""


def is_request(event: Mapping[str, Any]) -> bool:
    """Whether a gateway or a function URL asks for a page."""
    context = event.get("requestContext")
    if event.get("version") == "2.0":
        has_http = isinstance(context, dict) and isinstance(context.get("http"), dict)
        return has_http and isinstance(event.get("rawPath"), str)
    return bool(event.get("httpMethod")) and isinstance(event.get("path"), str)


FRONT, VIEWER = "x-specdesk-front", "x-specdesk-viewer"
"""Headers that the distribution before the function writes: its token, and the client's address (site.json)."""


def handler(
    app: WSGIApplication, is_front: Callable[[str], bool] = lambda _: False, base_url: str = ""
) -> Callable[[dict[str, Any], object], dict[str, Any]]:
    """What answers the requests that `is_request` knows by a WSGI application; `is_front` knows the front's token.

    `base_url` is the address of the application: a path in it is that of a domain of ours that is mapped below it.
    """
    completed = _completed(app, is_front, urlsplit(base_url))
    answer = make_lambda_handler(completed, binary_support=True, non_binary_content_type_prefixes=TEXT)

    def on_request(event: dict[str, Any], context: object) -> dict[str, Any]:
        return answer(_normalised(event), context) if _has_readable_body(event) else UNREADABLE_BODY

    return on_request


def _completed(app: WSGIApplication, is_front: Callable[[str], bool], base: SplitResult) -> WSGIApplication:
    """The application with what apig-wsgi does not say of a request, and a line of log for each."""

    def completed(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begin = time.perf_counter()
        event = environ["apig_wsgi.full_event"]
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = _place(event, environ["PATH_INFO"], base)
        environ["REMOTE_ADDR"] = _source_ip(event)
        token, viewer = _taken(environ, FRONT), _taken(environ, VIEWER)
        if token and is_front(token):  # the gateway saw the front, whose addresses have no stage
            environ["SCRIPT_NAME"], environ["REMOTE_ADDR"] = "", viewer or environ["REMOTE_ADDR"]
        environ["wsgi.url_scheme"] = "https"
        if "HTTP_CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = environ["HTTP_CONTENT_TYPE"]

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            log_request(environ, status, time.perf_counter() - begin)
            return start_response(status, _joined(headers), *error)

        return app(environ, start)

    return completed


def log_request(environ: Mapping[str, Any], status: str, seconds: float) -> None:
    """One line for each request, without what is somebody's: address, browser, and what was searched or filled in."""
    log.info(
        "request",
        method=environ["REQUEST_METHOD"],
        path=environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"],
        query=sorted({part.partition("=")[0] for part in environ.get("QUERY_STRING", "").split("&") if part}),
        status=int(status.split(maxsplit=1)[0]),
        milliseconds=round(seconds * 1000),
        referer=_path_of(environ.get("HTTP_REFERER", "")),
    )


def _path_of(url: str) -> str:
    """The path of an address, "" where it has none that can be read."""
    try:
        return urlsplit(url).path
    except ValueError:  # half an IPv6 address
        return ""


def _place(event: Mapping[str, Any], path: str, base: SplitResult) -> tuple[str, str]:
    """SCRIPT_NAME and PATH_INFO: the stage stands before every path at a gateway's own address, not at one of ours.

    HTTP APIs (their events have a version) hand over a path with the stage, REST APIs one without it. A function URL
    and the stage $default have none. At a domain of ours the path is handed over with that of the mapping.
    """
    mapped = base.path.rstrip("/")
    if mapped and _domain(event) == base.hostname and f"{path}/".startswith(f"{mapped}/"):
        return mapped, path.removeprefix(mapped)
    stage = f"/{(event.get('requestContext') or {}).get('stage') or '$default'}"
    if "version" in event:
        return (stage, path.removeprefix(stage)) if f"{path}/".startswith(f"{stage}/") else ("", path)
    return (stage, path) if stage != "/$default" and _domain(event).endswith(OF_AWS) else ("", path)


OF_AWS = (".amazonaws.com", ".amazonaws.com.cn")
"""How a gateway's own addresses end."""


def _domain(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    host = str(headers.get("host") or (event.get("requestContext") or {}).get("domainName") or "")
    return host.lower().partition(":")[0].rstrip(".")


def _source_ip(event: Mapping[str, Any]) -> str:
    """The address of the client as the gateway saw it; what clients say of themselves counts nothing."""
    context = event.get("requestContext") or {}
    return next(filter(None, ((context.get(part) or {}).get("sourceIp") for part in ("http", "identity"))), "")


def _joined(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers of one name as one, except cookies."""
    cookies, others = [], dict[str, str]()
    for name, value in headers:
        if name.lower() == "set-cookie":
            cookies.append((name, value))
        else:
            others[name.lower()] = ", ".join(filter(None, (others.get(name.lower()), value)))
    return [*others.items(), *cookies]


def _taken(environ: dict[str, Any], name: str) -> str:
    """A header of the event, by its own name: WSGI gives X_A the name of X-A, and the distribution passes X_A on."""
    environ.pop(f"HTTP_{name.upper().replace('-', '_')}", None)
    event = environ["apig_wsgi.full_event"]
    several = event.get("multiValueHeaders") or {}
    found = {key.lower(): value for key, value in (event.get("headers") or {}).items()}
    found |= {key.lower(): ",".join(values) for key, values in several.items()}
    return str(found.get(name) or "")


def _has_readable_body(event: Mapping[str, Any]) -> bool:
    """Whether the body is a text, base64 where it is said to be, or there is none."""
    body = event.get("body") or ""
    try:
        return isinstance(body, str) and (not event.get("isBase64Encoded") or base64.b64decode(body) is not None)
    except ValueError:
        return False


def _normalised(event: dict[str, Any]) -> dict[str, Any]:
    """An event that apig-wsgi can read, whatever JSON it was."""
    event = _well_formed(event)
    if event.get("version") != "2.0":
        headers = event.get("multiValueHeaders") or {}
        joined = {name: ["; ".join(values)] for name, values in headers.items() if name.lower() == "cookie"}
        several = {"multiValueHeaders": {**headers, **joined}} if headers else {}
        return {**event, **several, "path": _ascii(event["path"])}
    context = event["requestContext"]
    http = {"protocol": "HTTP/1.1", "sourceIp": "", **context["http"]}
    return {
        **event,
        "headers": event.get("headers") or {},
        "rawPath": _ascii(event["rawPath"]),
        "rawQueryString": _ascii(event.get("rawQueryString") or ""),
        "requestContext": {**context, "http": http},
    }


def _ascii(address: str) -> str:
    """A part of an address whose other characters are percent-encoded: HTTP APIs hand over decoded paths."""
    return quote(address, safe=string.punctuation + " ")


def _well_formed(value: Any) -> Any:
    """JSON without halves of characters, which it can name and no page can hold: question marks instead."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_well_formed(name): _well_formed(each) for name, each in value.items()}
    return [_well_formed(each) for each in value] if isinstance(value, list) else value
