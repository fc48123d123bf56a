"""The sandbox without a model shows recorded readings, called so; Bedrock with their cassettes decides the same."""

from __future__ import annotations

import html
import json
import threading
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from intake_fn.desk.verdict_replay import FOLDER, as_bytes, given_again, pinned
from sandbox import demo
from sandbox.aws import SandboxError
from sandbox.demo import REQUESTS, send
from sandbox.language_model import judge_of_sandbox, which_judge
from sandbox.recorded import READER, SPEC, RecordedReadings, to_read
from sandbox.stack import Ports, Sandbox
from spec_lookup import NotRecorded, Spec, prompts_version, read_pages
from spec_lookup.llm.cassettes import replaying
from spec_lookup.llm.qualification import write_record
from tests.e2e.test_language_model import QUALIFIED
from tests.kept_vectors import with_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case

pytestmark = pytest.mark.aws

LINES = [json.loads(line) for line in REQUESTS.read_text(encoding="utf-8").splitlines()]
READ_TWICE = "request and clauses were read twice, in two orders, with the same result"
CALLED = "This is a recorded reading, replayed"


def recorded() -> RecordedReadings:
    """The readings of this version."""
    found = RecordedReadings.of_this_version()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """As `make run` starts it without a model."""
    folder = tmp_path_factory.mktemp("sandbox-recorded")
    with Sandbox(
        Ports(0, 0, 0), build=with_vectors(folder / "build"), state=None, wiki=False, llm=recorded()
    ) as started:
        yield started


def first(category: str) -> dict[str, Any]:
    """The first request of the demonstration that is decided so by a clause."""
    return next(line for line in LINES if line["expect"]["category"] == category and line["expect"]["clause"])


def page(url: str) -> str:
    """A page as it is read."""
    with urllib.request.urlopen(url) as given:
        return html.unescape(given.read().decode())


def is_decided_twice(case: Case, category: str, judge: str) -> None:
    """It is decided by two readings that agree, and nothing is left to a person."""
    verdict = pinned(case)
    assert (category, category, judge) == (case.category, verdict.category, judge and verdict.judge)
    assert [category, category] == [reading.category for reading in verdict.readings]


def test_the_recorded_readings_are_of_this_version_and_all_read_twice() -> None:
    """Of each request that is sent to a model; a name or an address stands in none."""
    path = recorded().path
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert prompts_version() == path.stem
    assert {row["report"] for row in rows} == {key for key, _, _ in to_read(Spec.of(list(read_pages(SPEC))))}
    assert all(row["first"] and row["second"] and len(row["report"]) == 64 for row in rows)
    text = path.read_text(encoding="utf-8")
    assert not [line["email"] for line in LINES if line["email"] in text or line["name"] in text]


@pytest.mark.parametrize("category", ["bug", "change"])
def test_a_bug_and_a_change_are_decided_and_called_recorded(sandbox: Sandbox, category: str) -> None:
    """On the receipt and at the desk, quoted word by word, and replayed byte for byte."""
    line = first(category)
    answer = send(sandbox.url, line)
    desk = sandbox.application.background_desk
    case = desk.cases.load(answer["id"])
    verdict = pinned(case)
    receipt = page(answer["status_url"])

    is_decided_twice(case, category, f"recorded:{READER}")
    assert line["expect"]["clause"] == verdict.citations[0].clause
    assert CALLED in receipt
    assert READ_TWICE in receipt
    assert verdict.citations[0].quote in receipt
    assert as_bytes(verdict) == as_bytes(given_again(case, sandbox.application.spec, desk.files))


def test_what_nobody_has_read_is_judged_by_the_built_in_judge(sandbox: Sandbox) -> None:
    """As if there were no readings."""
    answer = send(sandbox.url, {**first("bug"), "summary": "Quotes come to an end too soon"})

    assert "built-in" == answer["verdict"]["judge"]
    assert CALLED not in page(answer["status_url"])


def test_the_whole_demonstration(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is decided wrongly, nearly all of it at all, and the lines say by whom."""
    monkeypatch.setenv("SPECDESK_URL", sandbox.url)
    monkeypatch.setattr("sys.argv", ["demo"])
    assert 0 == demo.main()
    said = capsys.readouterr().out

    tally = said.partition("judged by:")[0].splitlines()[-1]
    assert "wrong" not in tally
    assert int(tally.partition(" as expected")[0]) >= len(LINES) - 2
    assert "judged by: recorded" in said
    assert "built-in" in said
    assert all(f"  {category:10} receipt http" in said for category in ("bug", "change", "undecided"))


def test_make_run_says_which_judge_is_on(sandbox: Sandbox) -> None:
    """And how to turn on another."""
    said = which_judge(sandbox.application)

    assert "recorded readings" in said
    assert "LLM_URL=" in said
    assert "JUDGE=builtin" in said
    assert recorded() == judge_of_sandbox({})
    assert judge_of_sandbox({"JUDGE": "builtin"}) is None
    with pytest.raises(SandboxError, match="JUDGE"):
        judge_of_sandbox({"JUDGE": "recorded"})


def test_readings_by_the_prompts_of_another_version_are_called_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are of the same requests, so they are shown all the same."""
    (tmp_path / "0123.jsonl").write_text("", encoding="utf-8")
    earlier = RecordedReadings.of_this_version(tmp_path)

    assert earlier is not None
    assert RecordedReadings.of_this_version(tmp_path / "none") is None
    application = sandbox.application
    other = replace(application, settings=replace(application.settings, readings=earlier.path))
    assert "with the prompts of an earlier version, 0123" in which_judge(other)
    assert "earlier version" not in which_judge(application)


# --- Bedrock ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bedrock:
    """The settings of a stage with a model at Bedrock, whose endpoint is ours."""

    url: str

    @property
    def settings(self) -> dict[str, str]:
        """As docs/operate/language-model.md has them."""
        return {
            "SPECDESK_JUDGE": "bedrock",
            "SPECDESK_LLM_MODEL": READER,
            "SPECDESK_LLM_DAILY_LIMIT": "5",
            "SPECDESK_LLM_PRICE_IN": "3",
            "SPECDESK_LLM_PRICE_OUT": "15",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.url,
        }


@contextmanager
def converse_from(cassettes: Path) -> Iterator[str]:
    """A `converse` on the loopback that answers from cassettes alone."""
    replay = replaying(cassettes, note_missing=False)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model = unquote(self.path.split("/")[2])
            try:
                call = {"toolUseId": "t", "name": "judge", "input": replay({"modelId": model, **body})}
                content: list[dict[str, Any]] = [{"toolUse": call}]
            except NotRecorded:
                content = [{"text": "Nothing is recorded."}]
            answer = {
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": "tool_use",
                "usage": {"inputTokens": 2000, "outputTokens": 300, "totalTokens": 2300},
                "metrics": {"latencyMs": 5},
            }
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_bedrock_with_the_recorded_exchanges_decides_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    """The cassettes that the sandbox kept are the responses of a model that is qualified."""
    wanted = {category: send(sandbox.url, first(category)) for category in ("bug", "change")}
    files = sandbox.application.desk.files
    keys = [item["Key"] for item in sandbox.application.client("s3").list_objects_v2(
        Bucket=sandbox.application.settings.bucket, Prefix=f"{FOLDER}/"
    )["Contents"]]  # fmt: skip
    for key in keys:
        (tmp_path / Path(key).name).write_bytes(files.get(key))
    with (
        converse_from(tmp_path) as url,
        Sandbox(
            Ports(0, 0, 0), build=with_vectors(tmp_path / "build"), state=None, wiki=False, llm=Bedrock(url)
        ) as stage,
    ):
        write_record(stage.application.settings.qualification, replace(QUALIFIED, judge=f"bedrock:{READER}"))
        for category, before in wanted.items():
            answer = send(stage.url, first(category))
            case = stage.application.desk.cases.load(answer["id"])

            is_decided_twice(case, category, f"bedrock:{READER}")
            assert before["verdict"]["citations"] == [
                {**citation, "url": citation["url"].replace(stage.url, sandbox.url)}
                for citation in answer["verdict"]["citations"]
            ]
            receipt = page(answer["status_url"])
            assert CALLED not in receipt
            assert "it read request and clauses twice, in two orders, and came to the same" in receipt
