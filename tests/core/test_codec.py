"""Events and intents go to plain data and back by the annotations of their fields, whatever they hold."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.events import Event, Judged, Overruled, Warned
from intake_fn.core.intents import INTENTS, Intent, SendNotice, UpdateIssue
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.stored import event_from_plain, event_to_plain, intent_from_plain, intent_to_plain
from intake_fn.core.vocabulary import Category
from tests.core.samples import NOW, VERDICT

INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds are naive, the values are not
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def values(hint: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Values of an annotation; of levels, those that there can be."""
    parts = get_args(hint)
    if name == "level":
        return st.integers(0, 9)
    if hint == Mapping[str, Any]:
        return st.just(VERDICT)
    if get_origin(hint) in (typing.Union, UnionType):
        return st.one_of([values(part) for part in parts])
    if get_origin(hint) is tuple:
        return st.lists(values(parts[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=3)
    plain = {datetime: INSTANTS, str: TEXTS, int: st.integers(0, 10**9), bool: st.booleans(), NoneType: st.none()}
    return (
        plain[hint] if hint in plain else records(hint) if hasattr(hint, "__dataclass_fields__") else st.from_type(hint)
    )


def records(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Records of a class with any values that its annotations allow."""
    return st.builds(kind, **{name: values(hint, name) for name, hint in typing.get_type_hints(kind).items()})


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_every_event_goes_there_and_back(kind: type[Event]) -> None:
    """As JSON it is the same event again, with fields of any value."""

    @settings(max_examples=25, derandomize=True, deadline=None)
    @given(event=records(kind))
    def goes(event: Event) -> None:
        assert event == event_from_plain(json.loads(json.dumps(event_to_plain(event))))

    goes()


@pytest.mark.parametrize("kind", INTENTS.values(), ids=INTENTS)
def test_every_intent_goes_there_and_back(kind: type[Any]) -> None:
    """As JSON it is the same intent again, with fields of any value."""

    @settings(max_examples=25, derandomize=True, deadline=None)
    @given(intent=records(kind))
    def goes(intent: Intent) -> None:
        assert intent == intent_from_plain(json.loads(json.dumps(intent_to_plain(intent))))

    goes()


@pytest.mark.parametrize(
    ("event", "member", "damaged", "says"),
    [
        (Warned(at=NOW, actor="specdesk", share=50, due=NOW), "due", "soon", "Invalid isoformat"),
        (Warned(at=NOW, actor="specdesk", share=50, due=NOW), "due", "2026-11-23T15:00:00", "due is no datetime"),
        (Warned(at=NOW, actor="specdesk", share=50, due=NOW), "share", True, "share is no int"),
        (Overruled(at=NOW, actor="p", category=Category.BUG, clause="", reason=""), "category", "beetle", "beetle"),
        (Judged(at=NOW, actor="p", category=Category.BUG, verdict=VERDICT), "verdict", {"judge": 1}, "verdict is no"),
    ],
)
def test_a_field_that_holds_something_else_is_found(event: Event, member: str, damaged: Any, says: str) -> None:
    """By its annotation, whatever it is called."""
    with pytest.raises((TypeError, ValueError), match=says):
        event_from_plain({**event_to_plain(event), member: damaged})


def test_an_unknown_member_is_left_in_an_event_and_refused_in_an_intent() -> None:
    """What is only told may be known in part; what is to be done may not."""
    event = Warned(at=NOW, actor="specdesk", share=50, due=NOW)

    assert event == event_from_plain({**event_to_plain(event), "mood": "calm"})
    with pytest.raises(TypeError, match="mood"):
        intent_from_plain({**intent_to_plain(UpdateIssue()), "mood": "calm"})


def test_an_intent_without_its_optional_members_has_their_defaults() -> None:
    """An older version did not write them."""
    assert SendNotice("receipt", "camille@example.com") == intent_from_plain(
        {"intent": "SendNotice", "notice": "receipt", "to": "camille@example.com"}
    )
