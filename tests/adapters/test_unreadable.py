"""Stored items that this version does not know, of every kind in the table: set aside by themselves, and kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb.budget import DynamoBudget
from intake_fn.adapters.dynamodb.mail_state import suppression_of
from intake_fn.adapters.dynamodb.outbox_items import outbox_entry, outbox_item
from intake_fn.adapters.dynamodb.sessions import asked_key, asked_of, session_item, session_key, session_of
from intake_fn.adapters.dynamodb.states import event_of, row_of, state_item
from intake_fn.adapters.dynamodb.sync_state import KEY, sync_cursor
from intake_fn.adapters.dynamodb.values import wire
from intake_fn.core.case import Step
from intake_fn.core.errors import Unknown, Unreadable
from intake_fn.core.events import Noted, UnknownEvent
from intake_fn.core.intents import FileIssue, JudgeRequest
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.stored import FORMAT, event_to_plain
from intake_fn.ports import Session, SignInAsked, SyncCursor
from spec_lookup import NoResponse
from tests.adapters.test_store import MINUTE, at, received
from tests.fakes import MONDAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.adapters.dynamodb import DynamoStore

NOTE = json.dumps(event_to_plain(at(Noted, text="On it.")))
HEAD = {"event": "Noted", "at": "2026-11-23T15:00:00+00:00", "actor": "specdesk"}


def _owed(**changed: Any) -> dict[str, Any]:
    item = {**outbox_entry(received().case, 1, FileIssue()), **changed}
    return {name: value for name, value in item.items() if value is not None}


@pytest.mark.parametrize(
    "changed",
    [
        {"body": '{"intent": "CallTheMoon"}'},
        {"body": '{"intent": "FileIssue", "twice": true}'},
        {"body": '{"intent": "AddNote", "text": 5}'},
        {"body": '{"intent": ["FileIssue"]}'},
        {"body": "no JSON"},
        {"body": "[]"},
        {"body": None},
        {"tries": None},
        {"not_before": "soon"},
        {"leased_until": None},
        {"format": FORMAT + 1},
        {"tries": "many"},
        {"last_error": 5},
        {"failed": "yes"},
        {"case_id": 7},
        {"id": "HD-2#1#1"},
        {"id": "junk"},
        {"not_before": "2026-11-23T15:00:00"},
        {"body": '{"intent": "NotifyDuplicates", "others": "HD-2", "progress": "filed"}'},
        {"body": '{"intent": "SendNotice", "notice": "receipt", "to": "kim@example.com", "fields": {"text": 5}}'},
    ],
)
def test_an_outbox_item_that_is_not_as_it_should_be_keeps_its_name(changed: dict[str, Any]) -> None:
    """Whatever is wrong with it: it is known which one it is, of which request, and why it cannot be read."""
    item = outbox_item(_owed(**changed))

    assert item.unread
    assert ("HD-1#1#1", "HD-1") == (item.id, item.case_id)


@pytest.mark.parametrize(
    "body",
    [
        '{"event": "Blessed", "at": "2026-11-23T15:00:00+00:00"}',
        json.dumps({**HEAD, "text": 5}),
        json.dumps(HEAD),
        json.dumps({**HEAD, "event": "Reprioritised", "priority": "critical"}),
        "{}",
        "[]",
        "no JSON",
        "",
    ],
)
def test_an_event_that_is_not_as_it_should_be_is_an_unknown_one(body: str) -> None:
    """It keeps its place in the log."""
    assert isinstance(event_of({"body": body}), UnknownEvent)


def test_items_without_a_format_are_of_the_first_and_a_higher_one_is_not_read() -> None:
    """What was stored before items had a format is read as ever."""
    assert isinstance(event_of({"body": NOTE}), Noted)
    assert isinstance(event_of({"body": NOTE, "format": FORMAT}), Noted)
    assert isinstance(event_of({"body": NOTE, "format": FORMAT + 1}), UnknownEvent)
    assert not outbox_item(_owed()).unread


@pytest.mark.parametrize(
    "changed",
    [
        *(
            {"status": "blessed"},
            {"level": None},
            {"due": "soon"},
            {"format": FORMAT + 1},
            {"level": 10},
            {"level": "1"},
        ),
        *({"summary": 5}, {"requester": ["x"]}, {"version": "1"}, {"id": "HD-2"}, {"issue": "4711"}, {"gone": "no"}),
        *({"received_at": "2026-11-23T15:00:00"}, {"turn": "soon#HD-1"}, {"why": 5}, {"handler": 7}),
    ],
)
def test_a_state_that_is_not_as_it_should_be_says_whose_it_is(changed: dict[str, Any]) -> None:
    """An unknown status, a missing attribute, a later format."""
    item = {name: value for name, value in {**state_item(received()), **changed}.items() if value is not None}

    with pytest.raises(Unreadable, match="HD-1"):
        row_of(item)


def test_leases_and_marks_that_cannot_be_read_stop_nothing() -> None:
    """The sync begins anew; a mailbox that is marked stays marked."""
    assert SyncCursor(MONDAY) == sync_cursor({**KEY, "body": '{"since": 5}'}, MONDAY)
    assert SyncCursor(MONDAY) == sync_cursor({**KEY, "body": '{"unread": ["x"]}'}, MONDAY)
    assert "kim@example.com" == suppression_of({"sk": "kim@example.com"}).mailbox
    assert "kim@example.com" == suppression_of({"sk": "kim@example.com", "why": 5, "since": 5, "case_id": 5}).mailbox


@pytest.mark.parametrize(
    "changed", [{"until": "soon"}, {"until": "2099-11-23T15:00:00"}, {"mailbox": 5}, {"since": None}]
)
def test_a_session_that_cannot_be_read_is_over(changed: dict[str, Any]) -> None:
    """It signs nobody in, keeps no list from being made, and can be ended."""
    whole = session_item(Session("paul", "abc", "paul@example.com", MONDAY, MONDAY + MINUTE))
    item = {name: value for name, value in {**whole, **changed}.items() if value is not None}
    found = session_of(item)

    assert session_key(found.person, found.id) == {"pk": item["pk"], "sk": item["sk"]}
    assert found.until < MONDAY


@pytest.mark.parametrize("changed", [{"address": 5}, {"address": None}, {"address": "a@b.c", "tries": "x"}])
def test_a_link_that_was_asked_for_by_nobody_known_leads_nowhere(changed: dict[str, Any]) -> None:
    """The sweep takes it, and goes on with the others and all else."""
    asked = SignInAsked("abc", "paul@example.com", MONDAY)
    found = asked_of({**asked_key(asked), **changed})

    assert asked_key(found) == asked_key(asked)
    assert "" == found.address


@pytest.mark.aws
def test_set_aside_items_leave_the_line_and_come_back_when_they_can_be_read(
    dynamo_store: DynamoStore, clients: Callable[[str], Any]
) -> None:
    """They are changed in nothing but their line, so that the newer version finds them as it left them."""
    for number in range(1, 4):
        dynamo_store.create(received(f"HD-{number}", JudgeRequest()), f"key-{number}")
    table = clients("dynamodb")
    key = {"pk": "OUT#HD-1", "sk": "000001#001"}
    good = table.get_item(TableName=dynamo_store.table.name, Key=wire(key))["Item"]
    table.put_item(TableName=dynamo_store.table.name, Item={**good, "format": {"N": str(FORMAT + 1)}})

    assert ["HD-2", "HD-3"] == sorted(item.case_id for item in dynamo_store.due_items(MONDAY + MINUTE, 2))
    assert ["HD-1#1#1"] == [item.id for item in dynamo_store.unreadable()]
    assert 0 == dynamo_store.reread()

    aside = table.get_item(TableName=dynamo_store.table.name, Key=wire(key))["Item"]
    assert {name for name in good if good[name] != aside[name]} == {"format", "line"}

    table.put_item(TableName=dynamo_store.table.name, Item={**aside, "format": {"N": str(FORMAT)}})

    assert 1 == dynamo_store.reread()
    assert ["HD-1", "HD-2", "HD-3"] == sorted(item.case_id for item in dynamo_store.due_items(MONDAY + MINUTE))
    assert good == table.get_item(TableName=dynamo_store.table.name, Key=wire(key))["Item"]


@pytest.mark.aws
def test_a_list_names_the_states_that_it_cannot_show(dynamo_store: DynamoStore, clients: Callable[[str], Any]) -> None:
    """The others are listed as ever; the request itself can still be read from its log."""
    for number in (1, 2):
        dynamo_store.create(received(f"HD-{number}", minutes=number), f"key-{number}")
    newer = {**state_item(received("HD-1", minutes=1)), "status": "blessed"}
    clients("dynamodb").put_item(TableName=dynamo_store.table.name, Item=wire(newer))
    page = dynamo_store.queue(None)

    assert (["HD-2"], ["HD-1"]) == ([row.id for row in page.rows], list(page.unread))
    assert "HD-1" == dynamo_store.load("HD-1").id


@pytest.mark.aws
def test_other_items_that_cannot_be_read_stop_nothing(dynamo_store: DynamoStore, clients: Callable[[str], Any]) -> None:
    """A pace is counted anew, a form's key says so, an issue is nobody's, a counter is zero."""
    spoilt: tuple[dict[str, Any], ...] = (
        {"pk": "PACE#HD-1", "sk": "kim@example.com", "body": "{}"},
        {"pk": "IDEM#key", "sk": "IDEM"},
        {"pk": "MANTIS#4711", "sk": "ISSUE"},
        {"pk": "COUNT#text", "sk": "COUNT", "times": "many"},
        {"pk": "SESSIONS", "sk": "paul#abc", "until": "soon"},
        {"pk": "SIGN-IN", "sk": "soon#abc"},
        {"pk": "SPENT#2026-11-23", "sk": "SPENT", "cost": "much"},
        {"pk": "REQ#HD-9", "sk": "EVENT#000001", "body": "{}", "format": FORMAT + 1},
    )
    for item in spoilt:
        clients("dynamodb").put_item(TableName=dynamo_store.table.name, Item=wire(item))
    throttled = MailThrottle({"HD-1#1#1": MONDAY}, None)

    assert MailThrottle() == dynamo_store.throttle("HD-1", "kim@example.com")
    assert dynamo_store.save_throttle("HD-1", "kim@example.com", MailThrottle(), throttled)
    assert throttled == dynamo_store.throttle("HD-1", "kim@example.com")
    assert ("", 0) == (dynamo_store.find_issue(4711), dynamo_store.counted("text"))
    assert [False] == [one.until > MONDAY for one in dynamo_store.sessions()]
    assert [""] == [one.address for one in dynamo_store.sign_ins_asked()]
    with pytest.raises(NoResponse, match="cannot be read"):
        DynamoBudget(lambda: clients("dynamodb"), dynamo_store.table.name, lambda: MONDAY).spent()
    with pytest.raises(Unreadable, match="Open the form anew"):
        dynamo_store.create(Step(received("HD-5").case, received("HD-5").events), "key")
    with pytest.raises(Unreadable, match="HD-9"):
        dynamo_store.load("HD-9")
    with pytest.raises(Unknown):
        dynamo_store.load("HD-5")
