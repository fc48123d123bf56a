"""The judge by a language model over real HTTP: boto3 talks to a small `converse` on the loopback alone."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.entry_import import SETTINGS
from intake_fn.adapters.aws import client
from intake_fn.adapters.clock import now
from intake_fn.adapters.dynamodb.budget import DynamoBudget
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.wiring import Application
from spec_lookup import SAID, Claim, Reason, Spec
from spec_lookup.llm.bedrock import bedrock_model
from spec_lookup.llm.budget import MILLION, Price, RunBudget
from spec_lookup.llm.judge import Account, LlmJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.aws import LocalAws

SPEC = Spec.of([("fines.md", "# Fines\n\n## Cap {#cap}\n\nNo fine is higher than 10 EUR.\n")])
CLAIM = Claim("Fine too high, says Anna", "I was charged a fine of 12 EUR.", "at most 10 EUR")
JUDGEMENT: dict[str, Any] = {
    "observed": "A fine of 12 EUR.",
    "expected": "At most 10 EUR.",
    "verdict": "bug",
    "ground": "clause",
    "stance": "supports-expected",
    "clause": "fines#cap",
    "quote": "No fine is higher than 10 EUR.",
    "confidence": 0.9,
    "reason": "The spec caps fines, [name 1].",
}
WRONG = {**JUDGEMENT, "quote": "No fine is higher than 20 EUR."}
Reply = tuple[int, dict[str, str], bytes]


def good(judgement: dict[str, Any]) -> Reply:
    """A response as Bedrock gives it."""
    call = {"toolUseId": "tooluse_1", "name": "judge", "input": judgement}
    body = {
        "output": {"message": {"role": "assistant", "content": [{"toolUse": call}]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 2000, "outputTokens": 300, "totalTokens": 2300},
        "metrics": {"latencyMs": 5},
    }
    return 200, {}, json.dumps(body).encode()


def error(status: int, kind: str) -> Reply:
    """A refusal as Bedrock gives it."""
    return status, {"x-amzn-ErrorType": kind}, json.dumps({"message": "no"}).encode()


THROTTLED = error(429, "ThrottlingException")


@dataclass
class Model:
    """A `converse` that gives its replies in turn, the last one for ever; `asked` holds what came in."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    delay: float = 0.0
    url: str = ""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
        self.paths.append(handler.path)
        time.sleep(self.delay)
        status, headers, body = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        handler.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def model() -> Iterator[Model]:
    """The fake, on a free port."""
    fake = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fake.serve(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the client did not wait
                self.close_connection = True

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        fake.url = f"http://127.0.0.1:{server.server_port}"
        yield fake
        server.shutdown()
        serving.join()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may reach another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        assert "127.0.0.1" == address[0]
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@dataclass
class Judged:
    """A judge by the fake model, and what it logged."""

    judge: LlmJudge
    accounts: list[Account]
    pauses: list[float]


@pytest.fixture
def judge_of(model: Model) -> Iterator[Callable[..., Judged]]:
    """Makes judges whose client waits a third of a second."""
    environ = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "eu-west-1",
    }
    with closing(client("bedrock-runtime", environ, read_seconds=0.3, attempts=1)) as bedrock:

        def make(**more: Any) -> Judged:
            accounts: list[Account] = []
            pauses: list[float] = []
            fake = bedrock_model(lambda: bedrock, pauses.append)
            return Judged(LlmJudge("some.model:0", fake, log=accounts.append, **more), accounts, pauses)

        yield make


def test_a_good_response_becomes_a_verdict(model: Model, judge_of: Callable[..., Judged]) -> None:
    """Judge, clause, quote, a confidence nearer to one half, and the reason with its names again."""
    model.replies = [good(JUDGEMENT)]
    judged = judge_of(price=Price(3.0, 15.0))
    verdict = judged.judge(SPEC, CLAIM, ("Anna",))

    assert ("bug", "bedrock:some.model:0", 0.97) == (verdict.category, verdict.judge, verdict.confidence)
    assert ("fines#cap", "No fine is higher than 10 EUR.") == (verdict.citations[0].clause, verdict.citations[0].quote)
    assert (Reason(SAID, {"text": "The spec caps fines, Anna."}),) == verdict.reasons
    assert (SPEC.engine, SPEC.stamp.content, CLAIM) == (verdict.engine, verdict.spec, verdict.claim)
    assert ("answered", 2 * (2000 * 3 + 300 * 15)) == (judged.accounts[0].outcome, judged.accounts[0].cost)
    assert 2 * ["/model/some.model%3A0/converse"] == model.paths
    assert "Anna" not in json.dumps(model.asked)


def test_a_fault_is_told_once_and_may_be_repaired(model: Model, judge_of: Callable[..., Judged]) -> None:
    """The second question says what was wrong; all are paid, the second reading, too."""
    model.replies = [good(WRONG), good(JUDGEMENT)]
    judged = judge_of(price=Price(1.0, 1.0))

    assert "bug" == judged.judge(SPEC, CLAIM).category
    assert "does not stand in fines#cap" in json.dumps(model.asked[1]["messages"][-1])
    assert ("repaired", 6900) == (judged.accounts[0].outcome, judged.accounts[0].cost)


def test_a_response_that_never_passes_the_check_is_left_to_a_person(
    model: Model, judge_of: Callable[..., Judged]
) -> None:
    """Nothing of it is shown, and there is no third question."""
    model.replies = [good(WRONG)]
    judged = judge_of()
    verdict = judged.judge(SPEC, CLAIM)

    assert ("undecided", 0.0, 2) == (verdict.category, verdict.confidence, len(model.asked))
    assert "20 EUR" not in json.dumps(verdict.to_plain())
    assert "refused" == judged.accounts[0].outcome


def test_silence_of_the_spec_is_left_to_a_person(model: Model, judge_of: Callable[..., Judged]) -> None:
    """With the model's reason and the clauses that were found."""
    model.replies = [good({**JUDGEMENT, "verdict": "silent", "ground": "none", "stance": "none", "clause": None})]
    verdict = judge_of().judge(SPEC, CLAIM)

    assert ("undecided", 0.0, ["related"]) == (
        verdict.category,
        verdict.confidence,
        [citation.stance for citation in verdict.citations],
    )


def test_throttling_is_tried_again(model: Model, judge_of: Callable[..., Judged]) -> None:
    """After a pause that doubles."""
    model.replies = [THROTTLED, error(503, "ServiceUnavailableException"), good(JUDGEMENT)]
    judged = judge_of()

    assert "bedrock:some.model:0" == judged.judge(SPEC, CLAIM).judge
    assert [0.5, 1.0] == judged.pauses


@pytest.mark.parametrize(
    ("reply", "questions", "why"),
    [
        (THROTTLED, 3, "ThrottlingException"),
        (error(500, "InternalServerException"), 1, "InternalServerException"),
        (error(403, "AccessDeniedException"), 1, "AccessDeniedException"),
        (error(400, "ValidationException"), 1, "ValidationException"),
        (error(424, "ModelErrorException"), 1, "ModelErrorException"),
        ((200, {}, b"<html>"), 1, "did not give a judgement"),
        ((200, {}, b"{}"), 1, "did not give a judgement"),
        ((200, {}, b'{"output": {"message": {"content": "x"}}}'), 1, ""),
        ((200, {}, b""), 1, "did not give a judgement"),
    ],
)
def test_without_a_response_the_built_in_judge_gives_the_verdict(
    model: Model, judge_of: Callable[..., Judged], reply: Reply, questions: int, why: str
) -> None:
    """The verdict is the built-in judge's in all but its name, and the account says why."""
    model.replies = [reply]
    judged = judge_of()
    verdict = judged.judge(SPEC, CLAIM)

    assert {**SPEC.judge(CLAIM).to_plain(), "judge": "built-in, for bedrock:some.model:0"} == verdict.to_plain()
    assert ("fallback", questions) == (judged.accounts[0].outcome, len(model.asked))
    assert why in judged.accounts[0].why


def test_a_slow_model_is_not_waited_for(model: Model, judge_of: Callable[..., Judged]) -> None:
    """One attempt, then the built-in judge; somebody is waiting for a receipt."""
    model.replies, model.delay = [good(JUDGEMENT)], 1.0
    judged = judge_of()
    began = time.monotonic()

    assert "built-in, for bedrock:some.model:0" == judged.judge(SPEC, CLAIM).judge
    assert time.monotonic() - began < 0.9
    assert "ReadTimeoutError" in judged.accounts[0].why


def test_nobody_listening_is_no_response(model: Model, judge_of: Callable[..., Judged]) -> None:
    """Neither is a client that cannot be made."""
    del model

    def broken() -> Any:
        raise ValueError("no region")

    accounts: list[Account] = []
    verdict = LlmJudge("m", bedrock_model(broken), log=accounts.append)(SPEC, CLAIM)

    assert "built-in, for bedrock:m" == verdict.judge
    assert "no region" in accounts[0].why
    assert judge_of().accounts == []


def test_over_the_days_limit_nothing_is_asked(model: Model, judge_of: Callable[..., Judged]) -> None:
    """What the question could cost at most has to fit, so the limit is not passed by the last one."""
    model.replies = [good(JUDGEMENT)]
    budget = RunBudget()
    judged = judge_of(price=Price(3.0, 15.0), budget=budget, limit=MILLION)
    budget.add(MILLION - 10_500)

    assert "built-in, for bedrock:some.model:0" == judged.judge(SPEC, CLAIM).judge
    assert ([], "The day's limit for the language model is reached.") == (model.asked, judged.accounts[0].why)


def test_what_was_spent_is_counted(model: Model, judge_of: Callable[..., Judged]) -> None:
    """By the tokens that the answer says it used."""
    model.replies = [good(JUDGEMENT)]
    budget = RunBudget()
    judge_of(price=Price(3.0, 15.0), budget=budget, limit=MILLION).judge(SPEC, CLAIM)

    assert 21_000 == budget.spent()


@pytest.mark.aws
def test_the_application_asks_the_model_and_counts_what_it_costs(model: Model, aws: LocalAws) -> None:
    """From the settings to the day's sum in the table; the next question is over the limit."""
    model.replies = [good(JUDGEMENT)]
    environ = {
        **SETTINGS,
        **aws.environ(),
        "SPECDESK_TABLE": "table-of-the-judge",
        "SPECDESK_JUDGE": "bedrock",
        "SPECDESK_BEDROCK_MODEL": "some.model:0",
        "SPECDESK_BEDROCK_DAILY_LIMIT": "0.035",
        "SPECDESK_BEDROCK_PRICE_IN": "3",
        "SPECDESK_BEDROCK_PRICE_OUT": "15",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url,
    }
    with closing(client("dynamodb", environ)) as dynamodb:
        create_table(dynamodb, "table-of-the-judge")
        judge = Application.from_environ(environ).desk.judge
        judges = [judge(SPEC, CLAIM, ("Anna",)).judge for _ in range(2)]

        assert ["bedrock:some.model:0", "built-in, for bedrock:some.model:0"] == judges
        assert 10_500 == DynamoBudget(lambda: dynamodb, "table-of-the-judge", now).spent()
    assert 1 == len(model.asked)
