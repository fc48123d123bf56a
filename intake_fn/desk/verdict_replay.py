"""What the records are good for afterwards: a verdict given again.

The exchanges with a language model are kept as cassettes beside the files of requests, so that a verdict that rests on
them is replayed without calling a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from intake_fn import log
from intake_fn.core.case import Case
from intake_fn.core.errors import Refused, SpecdeskError, Unknown
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.desk.judging import people_in
from intake_fn.ports import Files
from spec_lookup import (
    NOT_RECORDED,
    PROVIDERS,
    RECORDED,
    LlmJudge,
    NotRecorded,
    Spec,
    Verdict,
    cassette_name,
    response_in,
)

FOLDER = "exchanges"
"""Where in the file store cassettes are. Stored verdicts rest on them, so their folder keeps its name."""

Replay = Callable[[dict[str, Any]], dict[str, Any]]
"""The response to a prompt that was kept."""


def pinned(case: Case) -> Verdict:
    """The verdict as it was given. Raises Refused when the judge has not spoken."""
    if case.verdict is None:
        raise Refused(f"{case.id} has no verdict: the judge has not spoken yet.")
    if case.erased:
        raise Refused(f"What {case.id} said was erased, so its verdict cannot be given again. What it was stays.")
    return Verdict.from_plain(case.verdict)


def as_bytes(verdict: Verdict) -> bytes:
    """A verdict as one line of JSON, always the same for the same verdict."""
    return json.dumps(verdict.to_plain(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Cassettes:
    """Cassettes in the file store: exchanges with a language model, as they were sent."""

    files: Files

    def keep(self, name: str, text: str) -> None:
        """Keep one. The response is worth more than its cassette: when that can't be kept, it is logged."""
        try:
            self.files.put(f"{FOLDER}/{name}", text.encode(), "application/json")
        except SpecdeskError as error:
            log.warning("cassette_not_kept", name=name, error=str(error))

    def replay(self, prompt: dict[str, Any]) -> dict[str, Any]:
        """The response that was kept. Raises NotRecorded."""
        where = f"{FOLDER}/{cassette_name(prompt)}"
        try:
            text = self.files.get(where).decode()
        except Unknown as error:
            raise NotRecorded("no recorded answer") from error
        return response_in(text, prompt, where)


def given_again(case: Case, spec: Spec, files: Files) -> Verdict:
    """The verdict of a case given again by the judge that gave it. Raises Refused when none was given."""
    given = pinned(case)
    provider, _, model = given.judge.partition(":")
    if provider not in (*PROVIDERS, RECORDED) or not model:
        again = replace(spec.judge(given.claim), judge=given.judge)  # it may have spoken in the place of a model
        return again if given.ground else replace(again, ground="")  # once it was not recorded
    people = people_in(case)
    again = given
    for masked in (people, people[:1]):  # once the requester alone was masked
        for judge in _judges(given, provider, model, Cassettes(files).replay):
            again = judge(spec, given.claim, masked)
            if again.reasons != (NOT_RECORDED,):
                return again
    return again


def _judges(given: Verdict, provider: str, model: str, replay: Replay) -> Iterator[LlmJudge]:
    """The ways in which a model may have been asked, the present ones first."""
    read_once = len(given.readings) == 1 and given.category == given.readings[0].category

    def twice(category: str) -> bool:
        return bool(category) and not read_once

    for restates in (True, False):
        yield LlmJudge(model, replay, provider=provider, twice=twice, restates=restates)
    yield LlmJudge(model, replay, provider=provider, earlier=True)
