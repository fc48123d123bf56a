"""The sandbox with a language model: a bug and a change are decided by its reading, quoted, and replayed."""

from __future__ import annotations

import html
import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.desk.verdict_replay import as_bytes, given_again, pinned
from sandbox.aws import SandboxError
from sandbox.demo import REQUESTS, send
from sandbox.language_model import LanguageModelAt, which_judge
from sandbox.stack import Ports, Sandbox
from spec_lookup import prompts_version
from spec_lookup.llm.qualification import Figures, QualificationRecord, write_record
from tests.kept_vectors import with_vectors
from tests.llm_server import LlmServer, judgement, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.aws

MODEL = "careful-reader"
QUALIFIED = QualificationRecord(
    judge=f"openai:{MODEL}",
    prompts=prompts_version(),
    engine="",
    at="2026-11-26T12:00:00+00:00",
    pairs=64,
    pairs_right=64,
    total=Figures(279, 270, 0),
)


def reading(text: str) -> dict[str, Any]:
    """Reads the clause on validity, wherever it stands: a wish is a change, anything else contradicts it."""
    clauses = [json.loads(line) for line in text.splitlines() if line.startswith('{"id":')]
    shown = next(clause for clause in clauses if clause["id"] == "quotes#validity")
    quote = max(shown["text"].splitlines(), key=lambda line: len(line.split()))
    verdict = "change" if "I wish" in text else "bug"
    return judgement(verdict, shown["id"], quote)


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    """The endpoint."""
    with running(reading=reading, key="key-of-the-endpoint") as started:
        yield started


@pytest.fixture(scope="module")
def sandbox(server: LlmServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The application, with the endpoint as its judge."""
    folder = tmp_path_factory.mktemp("sandbox-llm")
    llm = LanguageModelAt(server.url, MODEL, "key-of-the-endpoint")
    with Sandbox(Ports(0, 0, 0), build=with_vectors(folder / "build"), state=None, wiki=False, llm=llm) as started:
        yield started


def test_before_it_is_qualified_it_only_proposes(sandbox: Sandbox) -> None:
    """The verdict is there, and the request is undecided; `make run` says how that changes."""
    assert "only proposes until it has passed: specdesk qualify-judge" in which_judge(sandbox.application)
    assert not sandbox.application.may_act(f"openai:{MODEL}")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"LLM_URL": "http://127.0.0.1:1/v1"}, "LLM_MODEL is not given"),
        ({"LLM_MODEL": "m"}, "LLM_URL is not given"),
        ({"LLM_KEY": "k"}, "LLM_URL is not"),
        ({"LLM_URL": "127.0.0.1:1", "LLM_MODEL": "m"}, "write it with https"),
    ],
)
def test_what_is_missing_is_said(given: dict[str, str], says: str) -> None:
    """With the whole command."""
    with pytest.raises(SandboxError, match=says):
        LanguageModelAt.from_environ(given)


def test_the_key_is_handed_to_no_other_program() -> None:
    """It leaves the environment when it is read, and is not shown."""
    environ = {"LLM_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m", "LLM_KEY": "k-0123456789"}
    read = LanguageModelAt.from_environ(environ)

    assert ({}, "k-0123456789") == (environ, read and read.key)
    assert "k-0123456789" not in repr(read)


def test_a_bug_and_a_change_are_decided_by_its_reading(sandbox: Sandbox, server: LlmServer) -> None:
    """Quoted word by word, replayed byte for byte without a call, and the key is in no stored exchange."""
    write_record(sandbox.application.settings.qualification, QUALIFIED)
    assert "qualified and decides" in which_judge(sandbox.application)
    bug = json.loads(REQUESTS.read_text(encoding="utf-8").splitlines()[0])
    change = {**bug, "summary": "I wish a quote were valid for ninety days"}
    desk = sandbox.application.background_desk
    for wanted, given in (("bug", bug), ("change", change)):
        answer = send(sandbox.url, given)
        case = desk.cases.load(answer["id"])
        verdict = pinned(case)
        with urllib.request.urlopen(answer["status_url"]) as page:
            shown = html.unescape(page.read().decode())

        assert (wanted, f"openai:{MODEL}") == (verdict.category, verdict.judge)
        assert wanted == case.category
        assert 2 == len(verdict.readings)
        assert verdict.citations[0].quote in shown
        assert "read request and clauses twice, in two orders, and came to the same" in shown
        calls = len(server.asked)
        again = given_again(case, sandbox.application.spec, desk.files)
        assert (as_bytes(verdict), calls) == (as_bytes(again), len(server.asked))
