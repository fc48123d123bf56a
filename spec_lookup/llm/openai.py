"""A language model at an OpenAI-compatible endpoint: chat completions of Ollama, vLLM, llama.cpp, Azure, gateways.

Prompt and response are those of Bedrock's `converse`, as everywhere in this package; this module translates both ways
(chat_completions), sends, and finds out what the server can:

    tool      the form is a function that has to be called       tools, tool_choice
    schema    the form is the JSON schema of the whole answer    response_format json_schema
    object    the answer has to be some JSON object              response_format json_object
    text      the first JSON object in the text is taken

A server that refuses a way by name is asked the next way, and never the former again in this process. The only module
of the library that knows urllib3, which it loads with the first prompt. Redirects are not followed: the key would go
along.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from spec_lookup.errors import NoResponse
from spec_lookup.llm.cassettes import LanguageModel
from spec_lookup.llm.chat_completions import TEXT, TOOL, Plain, body_of, response_of
from spec_lookup.llm.names import AUTHORIZATION, NO_KEY, WAYS

if TYPE_CHECKING:
    import urllib3

CONNECT_SECONDS = 5
READ_SECONDS = 120
"""Seconds to wait on the command line, where nobody waits for a page; a model without a GPU is slow."""

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
"""Before the second attempt where the server names no time; twice as long before each further one."""

MOST_BYTES = 1_000_000
"""The largest response; one with a judgement has a few thousand bytes."""

SAID = 200
"""Characters of the server's own words that an error holds."""

PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
REFUSING = frozenset({400, 404, 422, 500, 501})
"""Statuses with which servers refuse a parameter; llama.cpp does with 500."""

TOO_LONG = re.compile(
    r"context_length_exceeded|context (length|size|window)|maximum context|prompt is too long|too many (input )?tokens"
    r"|exceeds? the (available )?context",
    re.IGNORECASE,
)
REFUSES = {
    TOOL: re.compile(r"tool|function", re.IGNORECASE),
    "schema": re.compile(r"response_format|json_schema|schema|guided|grammar", re.IGNORECASE),
    "object": re.compile(r"response_format|json_object|grammar", re.IGNORECASE),
}
"""Words by which a server says that it does not know a way."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is, and how it is called. Azure's api-version stands in the address, behind a question mark."""

    url: str
    key: str = field(default="", repr=False)
    key_header: str = AUTHORIZATION
    way: str = ""
    """One of WAYS; found out where none is named."""

    @property
    def address(self) -> str:
        """The address of the operation."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions"))

    @property
    def headers(self) -> dict[str, str]:
        """With the key, where there is one."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key and self.key_header != NO_KEY:
            headers[self.key_header] = f"Bearer {self.key}" if self.key_header == AUTHORIZATION else self.key
        return headers


def openai_model(
    make_endpoint: Callable[[], Endpoint],
    seconds: Callable[[], float] = lambda: READ_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> LanguageModel:
    """The model at an endpoint, which is asked for with the first prompt; `seconds` is how long one prompt may take."""
    made: list[_Caller] = []

    def converse(prompt: Plain) -> Plain:
        if not made:
            made.append(_Caller(make_endpoint(), pause))
        return made[0].converse(prompt, time.monotonic() + seconds())

    return converse


class _Refused(Exception):
    """The server refuses a request, and says why."""


class _Caller:
    """An endpoint, and what is known of it by now."""

    def __init__(self, endpoint: Endpoint, pause: Callable[[float], None]) -> None:
        import urllib3  # noqa: PLC0415 - see the first lines

        self._endpoint = endpoint
        self._pause = pause
        self._pool: urllib3.PoolManager = urllib3.PoolManager(retries=False, maxsize=4)
        self._way = endpoint.way or WAYS[0]
        self._left_out: frozenset[str] = frozenset()

    def converse(self, prompt: Plain, until: float) -> Plain:
        """The response. Raises NoResponse."""
        way, left_out = self._way, self._left_out
        ignored: Plain = {}
        while True:
            try:
                answer = self._answer(body_of(prompt, way, left_out), until)
            except _Refused as refused:
                if (other := _other_parameters(str(refused), left_out)) != left_out:
                    left_out = other
                elif not self._endpoint.way and way != TEXT and REFUSES[way].search(str(refused)):
                    way = WAYS[WAYS.index(way) + 1]
                else:
                    raise NoResponse(f"The endpoint refused the request: {refused}") from None
                continue
            response, filled = response_of(answer, prompt, way)
            if not filled and way == TOOL and not self._endpoint.way:  # it took the parameter, and took no notice
                way, ignored = WAYS[1], response["usage"]
                continue
            self._way, self._left_out = way, left_out
            usage = {name: count + ignored.get(name, 0) for name, count in response["usage"].items()}
            return {**response, "usage": usage}

    def _answer(self, body: Plain, until: float) -> Plain:
        """What the server answers, an object. Raises NoResponse and _Refused."""
        for attempt in range(1, ATTEMPTS + 1):
            status, headers, data = self._post(json.dumps(body, ensure_ascii=False).encode(), until)
            if status not in PASSING or attempt == ATTEMPTS:
                break
            wait = _retry_after(headers, PAUSE_SECONDS * 2 ** (attempt - 1))
            if time.monotonic() + wait >= until:
                break
            self._pause(wait)
        return self._checked(status, data)

    def _checked(self, status: int, data: bytes) -> Plain:
        said = self._said(data)
        if status == HTTPStatus.OK:
            try:
                answer = json.loads(data)
            except ValueError:
                answer = None
            if not isinstance(answer, dict):
                raise NoResponse("What the endpoint answers is no JSON object; check that its address ends in /v1.")
            if "error" not in answer or "choices" in answer:
                return answer
            status = HTTPStatus.BAD_REQUEST  # some gateways say so in the body alone
        if status in (*REFUSING, HTTPStatus.REQUEST_ENTITY_TOO_LARGE) and TOO_LONG.search(said):
            raise NoResponse(f"The prompt is longer than the model's context: {said}")
        if status in REFUSING:
            raise _Refused(f"{said} ({status})")
        raise NoResponse(f"{_MEANS.get(status, 'The endpoint answers with an error.')} ({status}: {said})")

    def _post(self, body: bytes, until: float) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and the whole body within the time. Raises NoResponse."""
        import urllib3  # noqa: PLC0415 - see the first lines

        left = until - time.monotonic()
        if left <= 0:
            raise NoResponse("The endpoint did not answer in time.")
        try:
            answer = self._pool.request(
                "POST",
                self._endpoint.address,
                body=body,
                headers=self._endpoint.headers,
                timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=left),
                redirect=False,
                preload_content=False,
            )
            try:
                return answer.status, answer.headers, _read(answer, until)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoResponse(f"The endpoint does not answer ({type(error).__name__}).") from None
        except ValueError:  # of a header that can't be sent: its text holds the key
            raise NoResponse("The endpoint can't be called: its address or the key has a sign that none has.") from None

    def _said(self, data: bytes) -> str:
        """The server's own words on one line, without the key, should it send it back."""
        text = data[: 20 * SAID].decode(errors="replace")
        try:
            error = json.loads(data)["error"]
            text = error if isinstance(error, str) else f"{error.get('code') or ''} {error['message']}"
        except (AttributeError, LookupError, TypeError, ValueError):
            pass
        if self._endpoint.key:
            text = text.replace(self._endpoint.key, "[key]")
        return " ".join(text.split())[:SAID]


_MEANS: Mapping[int, str] = {
    401: "The endpoint does not accept the key.",
    403: "The endpoint does not accept the key, or the key may not use the model.",
    429: "The endpoint's rate limit is reached.",
    503: "The endpoint is busy.",
    **dict.fromkeys((301, 302, 303, 307, 308), "The endpoint redirects, which is not followed: name its last address."),
}


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The body. Raises NoResponse when it is too large, or comes too slowly."""
    data = b""
    while chunk := answer.read1(2**16):  # what has come by now: `read` would wait for all of it
        data += chunk
        if len(data) > MOST_BYTES:
            raise NoResponse(f"The endpoint's answer is larger than {MOST_BYTES} bytes.")
        if time.monotonic() > until:
            raise NoResponse("The endpoint did not answer in time.")
    return data


def _retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds that the server asks to wait."""
    text = headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text) else otherwise


def _other_parameters(said: str, left_out: frozenset[str]) -> frozenset[str]:
    """The parameters to leave out when a server refuses one that others need: newer models of Azure and OpenAI do."""
    return left_out | {name for name in ("max_tokens", "temperature") if re.search(rf"['\"`]?\b{name}\b", said)}
