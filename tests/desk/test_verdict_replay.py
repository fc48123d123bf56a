"""A verdict that rests on a language model is given again from its cassette."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.request import Kind
from intake_fn.desk.judging import claim_of, people_in
from intake_fn.desk.verdict_replay import Cassettes, as_bytes, given_again, pinned
from intake_fn.settings import ROOT
from spec_lookup import (
    NOT_RECORDED,
    InputBroken,
    LlmJudge,
    NoResponse,
    Spec,
    recording,
    report_names,
    reports_in,
)
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

SPEC = Spec.of([("shipments.md", "# Shipments\n\n## Opening {#open}\n\nA shipment opens with one click.\n")])
RESPONSE = {
    "observed": "An error page.",
    "expected": "The shipment opens.",
    "clause": "shipments#open",
    "quote": "A shipment opens with one click.",
    "verdict": "bug",
    "ground": "clause",
    "stance": "supports-expected",
    "confidence": 0.9,
    "reason": "The spec promises that it opens, [name 1].",
}


@pytest.fixture
def room(process: Process) -> Room:
    """A desk whose judge asks a model, and keeps what was said."""
    room = Room(process)
    room.spec = SPEC
    judge = LlmJudge("a-model", recording(Cassettes(room.files).keep, lambda _: dict(RESPONSE)))
    room.desk = replace(room.desk, judge=judge)
    return room


def taken_in(room: Room) -> Case:
    """A request that names its requester."""
    return room.desk.take_in(request(description="Camille here. It shows error 500."), "key")


def test_the_same_verdict_comes_from_the_record(room: Room) -> None:
    """Nobody is asked, and nothing differs."""
    case = taken_in(room)

    assert "bedrock:a-model" == pinned(case).judge
    assert as_bytes(pinned(case)) == as_bytes(given_again(case, SPEC, room.files))


SET_UP = {"what": "A new user", "person_name": "Jo Wu", "approver": "Claire Morel"}


def test_nobody_who_is_to_be_set_up_or_approves_is_named_outside(room: Room) -> None:
    """What reports a failure is read by the model, without their names; the record gives the same verdict."""
    words = "When I save Jo Wu I get error 500. Claire Morel saw it, too."
    case = room.desk.take_in(request(kind=Kind.SETUP, description=words, details=SET_UP), "key")
    cassettes = [content for key, (content, _) in room.files.kept.items() if key.startswith("exchanges/")]

    assert "bedrock:a-model" == pinned(case).judge
    assert 2 == len(cassettes)
    for cassette in cassettes:
        assert b"When I save [name 1] I get error 500. [name 2] saw it, too." in cassette
    assert as_bytes(pinned(case)) == as_bytes(given_again(case, SPEC, room.files))


def test_what_was_recorded_with_fewer_names_masked_is_given_again(room: Room) -> None:
    """As before their names were masked, too."""
    llm_judge = LlmJudge("a-model", recording(Cassettes(room.files).keep, lambda _: dict(RESPONSE)))
    room.desk = replace(room.desk, judge=lambda spec, claim, names: llm_judge(spec, claim, names[:1]))
    case = room.desk.take_in(request(kind=Kind.SETUP, description="Jo Wu: error 500.", details=SET_UP), "key")

    assert as_bytes(pinned(case)) == as_bytes(given_again(case, SPEC, room.files))


def test_what_an_earlier_version_kept_is_found(room: Room) -> None:
    """Cassettes stand under `exchanges/`, named by the hash of the prompt, and their members keep their names."""
    path = next((ROOT / "tests" / "data" / "cassettes-earlier").glob("8c323aab*.json"))
    room.files.put(f"exchanges/{path.name}", path.read_bytes(), "application/json")
    cassette = json.loads(path.read_bytes())

    assert cassette["answer"] == Cassettes(room.files).replay(cassette["request"])


def judged_by(room: Room, **how: Any) -> Case:
    """A request that a model asked in this way has judged, and that is replayed."""
    judge = LlmJudge("a-model", recording(Cassettes(room.files).keep, how.pop("model", answer)), **how)
    room.desk = replace(room.desk, judge=judge)
    case = taken_in(room)
    assert as_bytes(pinned(case)) == as_bytes(given_again(case, SPEC, room.files))
    return case


def answer(prompt: dict[str, Any]) -> dict[str, Any]:
    """What a model says: searches where they are asked for, else the judgement."""
    name = prompt["toolConfig"]["toolChoice"]["tool"]["name"]
    return {"searches": ["A shipment opens."]} if name == "search" else dict(RESPONSE)


def turns_round(prompt: dict[str, Any]) -> dict[str, Any]:
    """A model that comes to something else where the report stands first."""
    second = prompt["messages"][0]["content"][0]["text"].startswith("<report-")
    other = {"verdict": "change", "stance": "supports-observed", "reason": "It is a wish."}
    return {**RESPONSE, **(other if second else {})}


def once(category: str) -> bool:
    """No category is read twice."""
    return not category


@pytest.mark.parametrize("restates", [True, False])
def test_both_readings_and_the_searches_are_given_again(room: Room, restates: bool) -> None:
    """Byte for byte."""
    case = judged_by(room, restates=restates)

    assert ["bug", "bug"] == [reading.category for reading in pinned(case).readings]
    assert 2 + restates == len([key for key in room.files.kept if key.startswith("exchanges/")])


@pytest.mark.parametrize("how", [{"restates": True}, {}, {"earlier": True}])
def test_every_exchange_about_a_request_names_it_and_no_other(room: Room, how: dict[str, Any]) -> None:
    """By what the model was sent of it, masked: an erasure knows them by that."""
    case = judged_by(room, **how)
    names = report_names(claim_of(case.request), people_in(case))
    texts = [content.decode() for key, (content, _) in room.files.kept.items() if key.startswith("exchanges/")]
    other = claim_of(replace(case.request, steps=f"{case.request.steps}\nIt is urgent."))

    assert texts
    assert all(names & reports_in(text) for text in texts)
    assert names.isdisjoint(report_names(other, people_in(case)))


def test_one_reading_is_given_again_as_one(room: Room) -> None:
    """Whatever is set by then."""
    assert 1 == len(pinned(judged_by(room, twice=once)).readings)


def test_readings_that_differ_are_given_again(room: Room) -> None:
    """A person decides, with both."""
    verdict = pinned(judged_by(room, model=turns_round))

    assert ("undecided", ["bug", "change"]) == (verdict.category, [reading.category for reading in verdict.readings])


def test_a_second_reading_that_was_not_had_is_not_had_again(room: Room) -> None:
    """The verdict stays a proposal."""

    def only_first(prompt: dict[str, Any]) -> dict[str, Any]:
        if prompt["messages"][0]["content"][0]["text"].startswith("<report-"):
            raise NoResponse("too slow")
        return dict(RESPONSE)

    verdict = pinned(judged_by(room, model=only_first))

    assert ("undecided", ["bug"]) == (verdict.category, [reading.category for reading in verdict.readings])


def test_a_verdict_of_before_the_second_reading_is_given_again(room: Room) -> None:
    """By the prompt of its time."""
    verdict = pinned(judged_by(room, earlier=True))

    assert ("bug", (), "") == (verdict.category, verdict.readings, verdict.ground)


def test_without_the_record_no_verdict_is_made_up(room: Room) -> None:
    """It says that there is none."""
    case = taken_in(room)
    room.files = type(room.files)()

    assert (NOT_RECORDED,) == given_again(case, SPEC, room.files).reasons


def test_a_damaged_record_is_said(room: Room) -> None:
    """With the place where it stands."""
    case = taken_in(room)
    key = next(key for key in room.files.kept if key.startswith("exchanges/"))
    room.files.put(key, b"{}", "application/json")

    with pytest.raises(InputBroken, match=key):
        given_again(case, SPEC, room.files)


def test_a_cassette_that_cannot_be_kept_costs_no_verdict(room: Room) -> None:
    """The file store is down; the requester has an answer."""
    room.files.down = True

    assert "bug" == taken_in(room).category


def test_the_built_in_judge_in_a_models_place_is_asked_again(process: Process) -> None:
    """Its verdict says for whom it spoke, and so does the second one."""

    def down(prompt: dict[str, Any]) -> dict[str, Any]:
        del prompt
        raise NoResponse("It is off.")

    room = Room(process)
    room.spec = SPEC
    room.desk = replace(room.desk, judge=LlmJudge("a-model", down))
    case = taken_in(room)

    assert "built-in, for bedrock:a-model" == pinned(case).judge
    assert as_bytes(pinned(case)) == as_bytes(given_again(case, SPEC, room.files))


def test_what_was_never_judged_cannot_be_given_again(room: Room) -> None:
    """It is said."""
    with pytest.raises(Refused, match="not spoken yet"):
        pinned(replace(taken_in(room), verdict=None))
