"""Stored events and intents of former formats are read as what they are called and hold today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from intake_fn.core.events import Event, Judged, UnknownEvent
from intake_fn.core.intents import INTENTS, Intent, UnknownIntent
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.messages import in_words
from intake_fn.core.stored import FORMAT, event_to_plain, intent_to_plain, read_event, read_intent
from intake_fn.core.verdicts import reasons_of

STORED = Path(__file__).parents[1] / "data" / "stored"

RENAMED = {
    "LetThrough": "Released",
    "AskedForLink": "LinkRequested",
    "Ticked": "ActivityCompleted",
    "Joined": "MarkedDuplicate",
    "Parted": "UnmarkedDuplicate",
    "Followed": "DuplicateAdded",
    "Unfollowed": "DuplicateRemoved",
    "Heard": "LeadUpdated",
    "GoneFromMantis": "MissingInMantis",
    "BackInMantis": "FoundInMantis",
    "NotKept": "FieldsDropped",
    "Bundled": "NoticesBundled",
    "NotMailed": "NoticeSkipped",
    "CatchUp": "BackfillNotes",
    "TellRequest": "NotifyLead",
    "PassOn": "NotifyDuplicates",
}
"""What events and intents of format 1 are called today; the others kept their names."""

Plain = dict[str, Any]


def samples(name: str) -> list[Plain]:
    """The bodies of a file, each of which says of which kind it is."""
    lines = (STORED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["body"] for line in lines]


def _ids(plain: Plain) -> str:
    return str(plain.get("event") or f"{plain['intent']}-{plain.get('notice', plain.get('progress', ''))}")


def _event(plain: Plain) -> Event:
    return read_event(json.dumps(plain), 1)


def _intent(plain: Plain) -> Intent:
    return read_intent(json.dumps(plain), 1)


def _today(plain: Plain, named: str) -> str:
    name = str(plain[named])
    return RENAMED.get(name, name)


def _written(sentence: str) -> Plain | None:
    """A sentence of format 1 as a message, which shows it as it stands."""
    return {"key": "as-written", "values": {"text": sentence}} if sentence else None


ADDED: dict[str, Plain] = {
    "ActivityCompleted": {"reproduced": "", "version": ""},
    "AskedRequester": {"attachments": []},
    "Noted": {"mentions": [], "attachments": [], "mail": ""},
    "Escalated": {"in_time": None},
    "Resolved": {"attachments": [], "in_time": None},
    "Judged": {"acts": True, "unqualified": False, "handler": ""},
    "Overruled": {"stance": "", "spec": "", "person": "", "handler": ""},
    "Received": {
        "request": {
            "reading_clause": "",
            "reading_stance": "",
            "reading_spec": "",
            "mail": "",
            "requester": {"account": ""},
            "on_behalf_of": None,
        }
    },
    "Filed": {"found": {}, "category": "undecided"},
    "RequesterReplied": {"in_mantis": False, "sender": "", "mail": "", "answers": {}},
    "NotedInMantis": {"private": False},
}
"""Fields that came after format 1, with what they hold of an event of before."""


def _as_today(plain: Plain) -> Plain:
    """What is stored today of the same: format 1 held sentences where format 2 holds messages."""
    kind = plain.get("event") or plain["intent"]
    if kind == "SendNotice":
        fields = dict(plain["fields"])
        why = _written(fields.pop("why", ""))
        return {**plain, "fields": fields, "why": [why] if why else []}
    if kind == "AddNote":
        return {name: value for name, value in plain.items() if name != "text"}
    if kind == "Quarantined":
        return {**plain, "reasons": [_written(reason) for reason in plain["reasons"]]}
    return {**plain, "why": _written(plain["why"])} if "why" in plain else plain


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Quarantined", "reasons"),
        ("LeadUpdated", "why"),
        ("ChangedInMantis", "why"),
        ("NoticeSkipped", "why"),
        ("NotifyDuplicates", "why"),
        ("SendNotice", "why"),
    ],
)
def test_a_sentence_of_format_1_is_shown_as_it_stands(name: str, field: str) -> None:
    """What was written then is not said in other words today."""
    plain = next(row for row in (*samples("events-1"), *samples("intents-1")) if _has_a_sentence(row, name, field))
    entry = _event(plain) if "event" in plain else _intent(plain)
    value, stored = getattr(entry, field), plain.get(field) or plain["fields"]["why"]

    assert in_words(value if isinstance(value, tuple) else [value]) == (
        stored if isinstance(stored, str) else " ".join(stored)
    )


def _has_a_sentence(plain: Plain, name: str, field: str) -> bool:
    kind = _today(plain, "event" if "event" in plain else "intent")
    return kind == name and bool(plain.get(field) or plain.get("fields", {}).get("why"))


def _with(plain: Plain, added: Plain) -> Plain:
    """The fields with those that were added, also inside of one."""
    inside = {
        name: _with(plain[name], value) for name, value in added.items() if isinstance(value, dict) and name in plain
    }
    return {**plain, **added, **inside}


@pytest.mark.parametrize("plain", samples("events-1"), ids=_ids)
def test_an_event_of_format_1_reads(plain: Plain) -> None:
    """It is of the kind that has its name today, and every value of it is as it was stored, sentences as messages."""
    event = _event(plain)

    assert not isinstance(event, UnknownEvent), event.why
    assert _today(plain, "event") == type(event).__name__
    stored = _with(_as_today({**plain, "event": type(event).__name__}), ADDED.get(type(event).__name__, {}))
    assert stored == json.loads(json.dumps(event_to_plain(event)))


@pytest.mark.parametrize("plain", samples("intents-1"), ids=_ids)
def test_an_intent_of_format_1_reads(plain: Plain) -> None:
    """What is pending when a version is replaced is delivered by the next one."""
    intent = _intent(plain)

    assert not isinstance(intent, UnknownIntent), intent.why
    assert _today(plain, "intent") == type(intent).__name__
    assert _as_today({**plain, "intent": type(intent).__name__}) == json.loads(json.dumps(intent_to_plain(intent)))


@pytest.mark.parametrize("plain", samples("events-1"), ids=_ids)
def test_an_event_of_format_1_is_the_same_once_it_is_written_anew(plain: Plain) -> None:
    """Reading a former format and reading the present one agree."""
    event = _event(plain)

    assert event == read_event(json.dumps(event_to_plain(event)), FORMAT)


@pytest.mark.parametrize("plain", samples("intents-1"), ids=_ids)
def test_an_intent_of_format_1_is_the_same_once_it_is_written_anew(plain: Plain) -> None:
    """Reading a former format and reading the present one agree."""
    intent = _intent(plain)

    assert intent == read_intent(json.dumps(intent_to_plain(intent)), FORMAT)


def test_the_samples_hold_every_kind_of_format_1() -> None:
    """38 events and 9 intents; a kind that is added later belongs to a later format."""
    events = {_today(plain, "event") for plain in samples("events-1")}
    intents = {_today(plain, "intent") for plain in samples("intents-1")}

    assert (38, 9) == (len(events), len(intents))
    assert events <= set(EVENTS)
    assert intents <= set(INTENTS)


def test_what_a_later_format_holds_is_named_and_not_guessed() -> None:
    """After a rollback: the entry keeps its place, its kind and its instant."""
    plain = samples("events-1")[0]
    event = read_event(json.dumps(plain), FORMAT + 1)
    intent = read_intent(json.dumps(samples("intents-1")[0]), FORMAT + 1)

    assert isinstance(event, UnknownEvent)
    assert (plain["event"], plain["at"]) == (event.kind, event.at.isoformat())
    assert isinstance(intent, UnknownIntent)
    assert f"It is stored in format {FORMAT + 1}" in intent.why


def test_a_verdict_of_format_2_is_shown_in_the_words_of_today() -> None:
    """Its reasons were sentences: those that are known are read as their keys, and nothing else is otherwise."""
    (plain,) = samples("events-2")
    event = read_event(json.dumps(plain), 2)

    assert isinstance(event, Judged)
    assert plain["verdict"]["reasons"] == list(event.verdict["reasons"])
    assert ("The request asks a question.", "A clause that is shown with it may help.") == reasons_of(event.verdict)
    assert event == read_event(json.dumps(event_to_plain(event)), FORMAT)
