"""The stand-in answers as MantisBT 2.28.4 did: every exchange of tests/data/mantis is sent again.

The recordings are trimmed to what is compared. Custom fields and versions, which the stand-in does
not have, are left out of them, except where they are refused. An exchange's `before` are calls that
went before it and were not recorded; `numbers` are the ids that the next rows got there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.mantis.conftest import World, add_person, token_of

FOLDER = Path(__file__).parents[1] / "data" / "mantis"
RECORDINGS = sorted(path.stem for path in FOLDER.glob("*.json"))

# By recording and label: why the stand-in may answer something else there.
NO_CUSTOM_FIELDS = "the stand-in has no custom fields, so that any is unknown: Specdesk fills none"
NO_STORED_FILTERS = "stored filters are made in Mantis's own pages only, and Specdesk uses none"
ACCEPTED = {
    ("26-issue-create-files", "4 MiB"): "the recording shortened the content, so that it ends in other bytes",
    ("27-issue-create-partial-failure", "custom field value over 255 characters"): NO_CUSTOM_FIELDS,
    ("27-issue-create-partial-failure", "bad enum value: refused first"): NO_CUSTOM_FIELDS,
    ("40-issue-get", "pages/issues/view"): "a route for Mantis's own pages, which Specdesk does not call",
    ("42-issue-list-filters", "GET /filters"): NO_STORED_FILTERS,
    ("42-issue-list-filters", "stored shared filter, oldest update first"): NO_STORED_FILTERS,
    ("42-issue-list-filters", "same, another user"): NO_STORED_FILTERS,
}

# By key, wherever it stands: why its value is not compared.
ANY_VALUE = {
    "created_at": "the time of the recording",
    "updated_at": "the time of the recording",
    "content_type": "libmagic guesses more finely than the first bytes tell",
}
SHORTENED = re.compile(r"(.+?)\.\.\.\[(\d+) characters in all\]", re.DOTALL)


class Replay:
    """Sends one recording to a world and tells the differences."""

    def __init__(self, world: World, recording: Mapping[str, Any]) -> None:
        self.world = world
        self.recording = recording
        self.etags: dict[str, str] = {}
        if recording.get("empty"):
            with world.state.change():
                world.state.run("delete from project")
                world.state.run("delete from category where project != 0")
            world.next_number("project", 1)
        with world.state.change():
            for person in recording.get("accounts", []):
                add_person(world.state, *person)

    def differences(self, exchange: Mapping[str, Any]) -> list[str]:
        """Where the answer to an exchange differs from the recorded one."""
        for call in exchange.get("before", []):
            self._number(call)
            done = self.world.call(call["as"], call["method"], call["path"], call["json"])
            assert done.status_code in (200, 201), done.status
        self._number(exchange)
        request, wanted = exchange["request"], exchange["answer"]
        answer = self.world.call(
            exchange["as"],
            request["method"],
            request["path"],
            whole(request.get("json")),
            text=request.get("text"),
            query=request.get("query", ""),
            headers=self._headers(exchange["as"], request.get("headers", {})),
        )
        if "etag" in wanted:
            self.etags[wanted["etag"]] = answer.headers.get("ETag", "none")
        return [*self._status(wanted, answer), *self._body(wanted, answer)]

    def _number(self, call: Mapping[str, Any]) -> None:
        for table, number in call.get("numbers", {}).items():
            self.world.next_number(table, number)

    def _headers(self, account: str | None, recorded: Mapping[str, str]) -> dict[str, str]:
        """The headers with our tokens and ETags in place of the recorded ones."""
        headers = {}
        for name, value in recorded.items():
            ours = value
            if name == "Authorization":
                ours = value.replace("TOKEN", token_of(account or "administrator"))
            if name.startswith("If-"):
                tag = value.strip('"')
                path = self.recording.get("etags", {}).get(tag)
                if path and tag not in self.etags:
                    self.etags[tag] = self.world.call(account, "GET", path).headers["ETag"]
                ours = value.replace(tag, self.etags.get(tag, tag))
            headers[name] = ours
        return headers

    def _status(self, wanted: Mapping[str, Any], answer: TestResponse) -> Iterator[str]:
        reason = wanted.get("reason", wanted.get("json", {}).get("message", ""))
        status, _, phrase = answer.status.encode("latin-1").decode().partition(" ")
        yield from unequal([wanted["status"], reason], [int(status), phrase], "status", whole_too=True)
        if ("etag" in wanted) != ("ETag" in answer.headers):
            yield f"ETag: {wanted.get('etag')} != {answer.headers.get('ETag')}"

    def _body(self, wanted: Mapping[str, Any], answer: TestResponse) -> Iterator[str]:
        if "json" not in wanted:
            if answer.text != wanted.get("text", ""):
                yield f"{wanted.get('text', '')!r} != {answer.text[:200]!r}"
        elif self.recording.get("compare") == "shape":
            yield from unequal(shape(wanted["json"]), shape(answer.get_json()), "", whole_too=False)
        else:
            yield from unequal(wanted["json"], answer.get_json(), "", whole_too=not wanted.get("trimmed"))


def same(wanted: Any, found: Any) -> bool:
    """Whether two values are equal; of a text that the recording shortened, its start and its length."""
    match = SHORTENED.fullmatch(wanted) if isinstance(wanted, str) else None
    if match is None or not isinstance(found, str):
        return bool(wanted == found)
    return found.startswith(match[1]) and len(found) == int(match[2])


def whole(value: Any) -> Any:
    """A body with texts as long as those that the recording shortened."""
    if isinstance(value, dict):
        return {key: whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    match = SHORTENED.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    length = int(match[2])
    return (match[1] * (length // len(match[1]) + 1))[:length]


def shape(value: Any) -> Any:
    """Keys and types, and of a list the first entry."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


def unequal(wanted: Any, found: Any, path: str, *, whole_too: bool) -> Iterator[str]:
    """Where two JSON values differ; with `whole_too` also where one has more keys than the other."""
    if isinstance(wanted, str) and isinstance(found, dict):  # a trimmed recording gives the name alone
        found = found.get("name", found.get("filename"))
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted:
            if key not in found:
                yield f"{path}.{key} is missing"
            elif key not in ANY_VALUE:
                yield from unequal(wanted[key], found[key], f"{path}.{key}", whole_too=whole_too)
        yield from (f"{path}.{key} is too much" for key in found if key not in wanted and whole_too)
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{path}: {len(wanted)} entries != {len(found)}: {wanted!r:.300} {found!r:.300}"
        for number, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from unequal(one, other, f"{path}[{number}]", whole_too=whole_too)
    elif not same(wanted, found):
        yield f"{path}: {wanted!r:.200} != {found!r:.200}"


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_stand_in_answers_as_the_recording_does(name: str, make_world: Callable[[], World]) -> None:
    """Status, reason phrase and body are those that MantisBT gave, but for the differences that are accepted."""
    recording = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    replay = Replay(make_world(), recording)
    accepted = {label for recorded, label in ACCEPTED if recorded == name}
    told, met = [], set()
    for exchange in recording["exchanges"]:
        label, differences = exchange["label"], replay.differences(exchange)
        if label in accepted and differences:
            met.add(label)
        else:
            told += [f"{label}: {difference}" for difference in differences]

    assert [] == told
    assert accepted == met, "an accepted difference is gone: delete its line"
