"""The judge by an OpenAI-compatible endpoint, over real HTTP to the small server of tests/llm_server.py."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from spec_lookup import Claim, NoResponse, Spec
from spec_lookup.llm.budget import Price
from spec_lookup.llm.cassettes import recording_in, replaying
from spec_lookup.llm.chat_completions import first_object
from spec_lookup.llm.judge import Account, LlmJudge
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.names import OPENAI
from spec_lookup.llm.openai import Endpoint, openai_model
from spec_lookup.llm.prompt import prompt
from tests.llm_server import LlmServer, judgement, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = Spec.of([("fines.md", "# Fines\n\n## Cap {#cap}\n\nNo fine is higher than 10 EUR.\n")])
CLAIM = Claim("Fine too high, says Anna", "I was charged a fine of 12 EUR.", "at most 10 EUR")
GOOD = judgement("bug", "fines#cap", "No fine is higher than 10 EUR.")
KEY = "sk-SECRET-0123456789abcdef"
PROMPT = prompt("some-model", CLAIM, (), Masking())


def once(category: str) -> bool:
    """No category is read twice."""
    return not category


@pytest.fixture
def server() -> Iterator[LlmServer]:
    """It reads right."""
    with running(reading=lambda _: GOOD) as started:
        yield started


def model_at(server: LlmServer, *, seconds: float = 5.0, pauses: list[float] | None = None, **more: Any) -> Any:
    """The adapter; pauses are only noted."""
    endpoint = replace(Endpoint(server.url), **more)
    return openai_model(lambda: endpoint, lambda: seconds, ([] if pauses is None else pauses).append)


def judged(server: LlmServer, **more: Any) -> tuple[Any, Account]:
    """A verdict by the whole judge, and its account."""
    accounts: list[Account] = []
    price = Price(1.0, 1.0)
    judge = LlmJudge(
        "some-model", model_at(server, **more), provider=OPENAI, twice=once, price=price, log=accounts.append
    )
    return judge(SPEC, CLAIM, ("Anna",)), accounts[-1]


def test_a_good_answer_becomes_a_verdict(server: LlmServer) -> None:
    """By a forced function; the tokens are counted, the key goes along, the name does not."""
    server.key = KEY
    verdict, account = judged(server, key=KEY)

    assert ("bug", "openai:some-model") == (verdict.category, verdict.judge)
    assert "No fine is higher than 10 EUR." == verdict.citations[0].quote
    assert "answered" == account.outcome
    assert account.cost == account.usage.input + account.usage.output > 0
    assert ["/v1/chat/completions"] == server.paths
    asked = server.asked[0]
    assert {"type": "function", "function": {"name": "judge"}} == asked["tool_choice"]
    assert ("some-model", 0, "system") == (asked["model"], asked["temperature"], asked["messages"][0]["role"])
    assert "Anna" not in json.dumps(server.asked)


@pytest.mark.parametrize(
    ("fault", "calls", "last"),
    [
        ("no-tools", 2, "json_schema"),
        ("no-schema", 3, "json_object"),
        ("no-object", 4, None),
        ("ignores-tools", 2, "json_schema"),
    ],
)
def test_what_a_server_cannot_is_found_out_once(server: LlmServer, fault: str, calls: int, last: str | None) -> None:
    """The next way is tried, and the second prompt begins with the one that was found."""
    server.faults = [fault]
    model = model_at(server)
    responses = [model(PROMPT) for _ in range(2)]

    assert [GOOD, GOOD] == [each["output"]["message"]["content"][0]["toolUse"]["input"] for each in responses]
    assert calls + 1 == len(server.asked)
    assert [last, last] == [asked.get("response_format", {}).get("type") for asked in server.asked[-2:]]
    assert all(("tools" in asked) == (number == 0) for number, asked in enumerate(server.asked))


@pytest.mark.parametrize("way", ["tool", "schema", "object", "text"])
def test_a_way_may_be_set(server: LlmServer, way: str) -> None:
    """Then no other is tried, and a follow-up stays in it."""
    server.reading = lambda text: GOOD if "cannot be recorded" in text else {**GOOD, "quote": "No fine at all."}
    verdict, account = judged(server, way=way)

    assert ("bug", "repaired") == (verdict.category, account.outcome)
    assert 2 == len(server.asked)
    assert (way == "tool") is ("tools" in server.asked[1])


def test_a_parameter_that_newer_models_refuse_is_replaced(server: LlmServer) -> None:
    """As Azure's reasoning models have it."""
    server.faults = ["no-max-tokens"]
    model = model_at(server)
    model(PROMPT)
    model(PROMPT)

    assert [True, False, False] == ["max_tokens" in asked for asked in server.asked]
    assert 1200 == server.asked[-1]["max_completion_tokens"]


@pytest.mark.parametrize(
    ("fault", "calls", "why"),
    [
        ("half-json", 1, "broken off"),
        ("cut", 1, "max_tokens"),
        ("refusal", 1, "refusal"),
        ("filtered", 1, "content filter"),
        ("wrong-tool", 1, "another tool"),
        ("busy", 3, "is busy"),
        ("rate-limit", 3, "rate limit is reached"),
        ("too-long", 1, "longer than the model's context"),
        ("error", 1, "boom (500)"),
        ("dropped", 1, "does not answer"),
        ("half-body", 1, "does not answer"),
        ("redirect", 1, "redirects, which is not followed"),
        ("huge", 1, "larger than"),
        ("html", 1, "no JSON object"),
    ],
)
def test_without_a_judgement_the_built_in_judge_gives_the_verdict(
    server: LlmServer, fault: str, calls: int, why: str
) -> None:
    """The verdict is the built-in judge's in all but its name, and the account says why."""
    server.faults = [fault]
    verdict, account = judged(server)

    assert {**SPEC.judge(CLAIM).to_plain(), "judge": "built-in, for openai:some-model"} == verdict.to_plain()
    assert ("fallback", calls) == (account.outcome, len(server.asked))
    assert why in account.why


def test_an_answer_that_does_not_count_is_paid_all_the_same(server: LlmServer) -> None:
    """Its tokens were used."""
    server.faults = ["refusal"]

    assert judged(server)[1].cost > 0


@pytest.mark.parametrize("fault", ["slow", "trickle"])
def test_a_slow_server_is_not_waited_for(server: LlmServer, fault: str) -> None:
    """Neither one that says nothing nor one that never ends; the time is that of the whole prompt."""
    server.faults = [fault]
    began = time.monotonic()
    _, account = judged(server, seconds=0.3)
    took = time.monotonic() - began

    assert took < 10, "half a minute is what the whole answer takes"
    assert "fallback" == account.outcome
    assert "does not answer" in account.why or "in time" in account.why


def test_the_server_says_when_to_ask_again(server: LlmServer) -> None:
    """Its seconds are waited for where the time allows it."""
    server.faults, server.retry_after = ["rate-limit", "busy", ""], "2"
    pauses: list[float] = []
    assert "bug" == judged(server, pauses=pauses)[0].category
    assert [2.0, 2.0] == pauses

    server.faults, server.retry_after = ["rate-limit"], "3600"
    asked = len(server.asked)
    assert "rate limit" in judged(server, pauses=pauses)[1].why
    assert (1, [2.0, 2.0]) == (len(server.asked) - asked, pauses)


def test_azure_has_another_header_and_a_query(server: LlmServer) -> None:
    """The query of the address stays behind the operation."""
    address = server.url.replace("/v1", "/openai/deployments/d?api-version=2024-10-21")
    model_at(server, url=address, key=KEY, key_header="api-key")(PROMPT)

    assert ["/openai/deployments/d/chat/completions?api-version=2024-10-21"] == server.paths
    assert KEY == server.headers[0]["api-key"]
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("fault", ["echo", "error", "dropped", "redirect", ""])
@pytest.mark.parametrize("key", [KEY, f"{KEY}\n", f"{KEY}é"], ids=ascii)
def test_the_key_is_in_no_error(server: LlmServer, fault: str, key: str) -> None:
    """Whatever goes wrong, a server that sends the headers back among it."""
    server.faults = [fault]
    endpoint = Endpoint(server.url, key)
    try:
        openai_model(lambda: endpoint, lambda: 2.0)(PROMPT)
    except NoResponse as error:
        told = f"{error}{error.__cause__}"
        assert KEY not in told
    assert KEY not in repr(endpoint)


def test_nobody_listening_is_no_response() -> None:
    """Nothing to wait for."""
    with pytest.raises(NoResponse, match="does not answer"):
        openai_model(lambda: Endpoint("http://127.0.0.1:9/v1"), lambda: 2.0)(PROMPT)


def test_exchanges_are_recorded_and_replayed(server: LlmServer, tmp_path: Path) -> None:
    """The same verdict, byte for byte, without a call."""
    recorded = LlmJudge("m", recording_in(tmp_path, model_at(server)), provider=OPENAI, twice=once)(SPEC, CLAIM)
    calls = len(server.asked)
    replayed = LlmJudge("m", replaying(tmp_path), provider=OPENAI, twice=once)(SPEC, CLAIM)

    assert (recorded, calls) == (replayed, len(server.asked))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Sure:\n```json\n{"a": {"b": 2}}\n```\nDone {x}', {"a": {"b": 2}}),
        ('<think>maybe {"a": 0}?</think>{"a": 1}', {"a": 1}),
        ('{"a": {"b": 2}, "c": ', None),
        ("[1, 2]", None),
        ("", None),
        ("{" * 5000, None),
    ],
)
def test_the_first_object_of_a_text(text: str, found: dict[str, Any] | None) -> None:
    """A part of a broken object is none."""
    assert found == first_object(text)
