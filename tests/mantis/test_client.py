"""The Mantis client, over real HTTP: the contract of the Tracker port, and every fault that Mantis knows.

The contract runs against the stand-in; with MANTIS_URL and MANTIS_TOKEN it runs against that MantisBT
as well (a test installation with the project tree of support.yml: it makes issues there).
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.mantis.answers import answer_of
from intake_fn.adapters.mantis.http import MantisHttp
from intake_fn.adapters.provision.mantis_survey import survey
from intake_fn.core.errors import Broken, Diagnosed, Refused, SpecdeskError, TryLater
from intake_fn.core.vocabulary import Relation
from intake_fn.ports import Issue
from tests.adapters.test_tracker import TrackerContract
from tests.mantis.conftest import TOKEN, StandIn

if TYPE_CHECKING:
    from intake_fn.core.process import Process

REAL = {"url": os.environ.get("MANTIS_URL", ""), "token": os.environ.get("MANTIS_TOKEN", "")}


@pytest.fixture(params=["stand-in", "real"] if all(REAL.values()) else ["stand-in"])
def tracker(request: pytest.FixtureRequest, process: Process) -> MantisTracker:
    """The client, for each Mantis that there is."""
    if request.param == "real":
        return MantisTracker(REAL["url"], REAL["token"], process.mantis)
    found: StandIn = request.getfixturevalue("stand_in")
    return found.tracker


def issue(**changes: Any) -> Issue:
    """A full issue with a marker of its own."""
    marker = f"Specdesk HD-{uuid4().hex[:4].upper()}-{uuid4().hex[:4].upper()}"
    whole = Issue(
        marker=marker,
        project="Bugs InBox",
        summary="Error page when a shipment is opened",
        description="Line 1\nLine 2 <b>&amp;</b>",
        steps="1. Open it",
        information=f"{marker}\nhttps://help.example.com/desk",
        category="Customs",
        priority="high",
        reproducibility="always",
        handler="paul",
        status="assigned",
        tags=("specdesk", "customs"),
    )
    return replace(whole, **changes)


class TestMantis(TrackerContract):
    """What every tracker keeps to, and what can only be seen in Mantis itself."""

    def test_nothing_of_the_field_map_is_lost(self, tracker: MantisTracker) -> None:
        """Every field stands there as it was sent."""
        assert () == tracker.file(issue()).dropped

    def test_a_note_stands_there_once(self, tracker: MantisTracker) -> None:
        """A note that was delivered twice was added once."""
        number = tracker.file(issue()).number
        for _ in range(2):
            tracker.note(number, "Handed over.", "[HD#3#2]")

        assert 1 == len(tracker.http.issue(number)["notes"])

    def test_a_relation_stands_there_once(self, tracker: MantisTracker) -> None:
        """The last one that was said."""
        one, other = tracker.file(issue()).number, tracker.file(issue()).number
        for relation in (Relation.RELATED, Relation.DUPLICATE, Relation.DUPLICATE):
            tracker.relate(one, other, relation)
        found = tracker.http.issue(one)["relationships"]

        assert [("duplicate-of", other)] == [(row["type"]["name"], row["issue"]["id"]) for row in found]

        for _ in range(2):
            tracker.relate(one, other, None)
        assert [] == [
            *tracker.http.issue(one).get("relationships", ()),
            *tracker.http.issue(other).get("relationships", ()),
        ]

    def test_a_file_stands_there_once(self, tracker: MantisTracker) -> None:
        """The same bytes are the same file."""
        number = tracker.file(issue()).number
        for _ in range(2):
            tracker.attach(number, "écran.png", b"\x89PNG\r\n\x1a\nabc")

        assert ["écran.png"] == [file["filename"] for file in tracker.http.issue(number)["attachments"]]

    def test_two_files_of_one_name_and_size_both_arrive(self, tracker: MantisTracker) -> None:
        """Mantis gives the second another name; each is there once, however often it is sent."""
        number = tracker.file(issue()).number
        contents = [b"BM" + bytes([n]) * 5000 for n in (1, 2)]
        for content in contents * 2:
            assert tracker.attach(number, "screen.bmp", content)
        found = tracker.http.rows(f"issues/{number}/files", "files")

        assert contents == [b64decode(file["content"]) for file in found]

    def test_a_file_that_is_too_large_or_empty_is_refused(self, tracker: MantisTracker) -> None:
        """The caller sends a link instead."""
        number = tracker.file(issue()).number

        assert not tracker.attach(number, "large.png", b"x" * (tracker.mapping.max_file_mb * 2**20 + 1))
        assert not tracker.attach(number, "empty.png", b"")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"summary": "x" * 300}, "a summary of 129 characters is an empty 500"),
        ({"summary": "two\r\nlines\x00"}, "a summary has one line"),
        ({"description": "y" * 70_000}, "65,536 characters are refused"),
        ({"description": "an emoji \U0001f600 and 𠜎"}, "four-byte characters cannot be stored"),
        ({"tags": ("a,b", "+plus", "t" * 150, "\U0001f600")}, "tags with a comma, a sign, or too long are a 500"),
        ({"category": "Nothing of that name"}, "the category of support.yml stands in"),
        ({"steps": "", "handler": "", "status": "new"}, "what is empty is not sent"),
    ],
)
def test_what_mantis_cannot_hold_is_cut_to_what_it_can(stand_in: StandIn, sent: dict[str, Any], why: str) -> None:
    """Ours is the record; the issue is filed all the same."""
    assert () == stand_in.tracker.file(issue(**sent)).dropped, why


NAMED = "x @andrei ü@andrei (@andrei) @Andrei, .@andrei @@andrei @andrei"
"""Mentions as Mantis, which reads bytes, takes them, and one that it does not."""


@pytest.mark.parametrize("where", ["summary", "description", "steps", "information", "note", "tag", "file"])
def test_nobody_is_mailed_for_being_mentioned(stand_in: StandIn, where: str) -> None:
    """Whatever a requester typed, wherever it stands; addresses stay as they are."""
    one = issue()
    with_it = {"tags": (NAMED,)} if where == "tag" else {where: f"{one.marker}\nkim@andrei.example {NAMED}"}
    sent = replace(one, **with_it) if where not in ("note", "file") else one
    number = stand_in.tracker.file(sent).number
    if where == "note":
        stand_in.tracker.note(number, f"kim@andrei.example {NAMED}", "[HD#2#1]")
    if where == "file":
        stand_in.tracker.attach(number, "@andrei.log", b"log")

    assert stand_in.state.number("select id from account where name = 'andrei'")
    assert [] == stand_in.state.rows("select * from mention")
    if where not in ("tag", "file"):
        assert "kim@andrei.example" in json.dumps(stand_in.tracker.http.issue(number))


def test_the_stand_in_notices_a_mention(stand_in: StandIn) -> None:
    """Or the test above would prove nothing."""
    number = stand_in.tracker.file(issue()).number
    stand_in.raw("POST", f"issues/{number}/notes", {"text": "ü@andrei: look."})

    assert 1 == len(stand_in.state.rows("select * from mention"))


# --- names' ids that have changed since they were read ------------------------------------------

RENEWED = {
    "category": "update category set id = id + 500 where name = 'Customs'",
    "project": "update project set id = id + 500 where name = 'Bugs InBox'",
    "parent": "update project set id = id + 500 where parent = (select id from project where name = 'CT2 (3)')",
    "handler": "update account set id = id + 500 where name = 'paul'",
}


def renew(stand_in: StandIn, what: str) -> None:
    """Somebody deletes it in Mantis and makes it anew: the name stays, the id does not."""
    with stand_in.state.change():
        before = stand_in.state.number(
            "select id from project where parent = (select id from project where parent = 0)"
        )
        stand_in.state.run(RENEWED[what])
        if what == "parent":
            stand_in.state.run("update project set parent = parent + 500 where parent = ?", before)
            stand_in.state.run("update category set project = project + 500 where project = ?", before)


@pytest.mark.parametrize("what", RENEWED)
def test_an_id_that_is_not_known_any_more_is_looked_up_again(stand_in: StandIn, what: str) -> None:
    """In the same call, and nothing is dropped; a process that has run for days files like a new one."""
    stand_in.tracker.file(issue())
    renew(stand_in, what)
    one = issue()

    assert () == stand_in.tracker.file(one).dropped
    assert 1 == len(stand_in.marked(one.marker))


@pytest.mark.parametrize("what", ["project", "parent", "handler"])
def test_an_update_and_a_list_look_ids_up_again_too(stand_in: StandIn, what: str) -> None:
    """The issue moves to the project that is there now."""
    number = stand_in.tracker.file(issue(project="Change InBox", handler="roma")).number
    stand_in.tracker.update(number, project="Change InBox", handler="paul", status="assigned", priority="high")
    stand_in.tracker.names.project("Bugs InBox")
    renew(stand_in, what)

    assert [number] == [change.number for change in stand_in.tracker.changes(None)]
    assert () == stand_in.tracker.update(
        number, project="Bugs InBox", handler="paul", status="assigned", priority="low"
    )


def test_names_are_read_anew_after_a_while(stand_in: StandIn) -> None:
    """A number that Mantis takes and does not know is no error: what is known grows no older than ten minutes."""
    tracker = replace(stand_in.tracker, seconds=iter(range(0, 10**6, 100)).__next__)
    reads: list[str] = []
    send = tracker.http.send

    def counted(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        reads.extend([path] if path in ("projects", "config") else [])
        return send(method, path, *arguments, **more)

    tracker.http.send = counted  # type: ignore[method-assign]  # it sends all the same
    for _ in range(3):
        tracker.file(issue())

    assert reads.count("projects") > 1
    assert reads.count("config") > 3


def test_a_number_that_mantis_does_not_know_is_not_kept(stand_in: StandIn) -> None:
    """It is stored, and shown as @50@: the page says so."""
    send = stand_in.tracker.http.send

    def other(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        answer = send(method, path, *arguments, **more)
        if method == "PATCH":
            priority = answer.body["issues"][0]["priority"]
            priority["name"] = f"@{priority['id']}@"
        return answer

    number = stand_in.tracker.file(issue()).number
    stand_in.tracker.http.send = other  # type: ignore[method-assign]  # it sends all the same
    dropped = stand_in.tracker.update(number, project="Bugs InBox", handler="paul", status="assigned", priority="low")

    assert ("priority",) == dropped


class Emptied(dict[str, Any]):
    """What is known, where another thread empties it at once."""

    def __setitem__(self, key: str, value: Any) -> None:
        """It is gone as soon as it is there."""


def test_another_thread_may_have_names_read_anew_at_any_moment(stand_in: StandIn) -> None:
    """Each goes on with what it has read itself."""
    vars(stand_in.tracker.names)["_known"] = Emptied()

    assert () == stand_in.tracker.file(issue()).dropped


def test_what_is_gone_from_mantis_is_our_configuration(stand_in: StandIn) -> None:
    """A project that stays away after it was looked up again: an admin is told, and no issue counts as deleted."""
    number = stand_in.tracker.file(issue()).number
    with stand_in.state.change():
        stand_in.state.run("update project set enabled = 0 where name = 'Change InBox'")
    with pytest.raises(Broken, match="Change InBox"):
        stand_in.tracker.update(number, project="Change InBox", handler="paul", status="assigned", priority="high")


@pytest.mark.parametrize(
    "body", [b"", b"<html>404</html>", b'{"message": "Not found"}', b'{"message": "?", "code": 811}']
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_only_mantis_s_own_code_says_that_an_issue_is_gone(stand_in: StandIn, method: str, body: bytes) -> None:
    """A 404 of a proxy, or of another thing that is missing, does not."""
    number = stand_in.tracker.file(issue()).number
    send = stand_in.tracker.http.send

    def other(called: str, path: str, *arguments: Any, **more: Any) -> Any:
        lost = called == method and path.startswith(f"issues/{number}")
        return answer_of(404, body) if lost else send(called, path, *arguments, **more)

    stand_in.tracker.http.send = other  # type: ignore[assignment, method-assign]  # a proxy before the stand-in
    for deed in ("update", "note", "look") if method == "GET" else ("update" if method == "PATCH" else "note",):
        with pytest.raises((TryLater, Broken)):
            DEEDS[deed](stand_in.tracker, number)


# --- handlers --------------------------------------------------------------------------------


def lower(stand_in: StandIn, name: str) -> None:
    """Somebody lowers an account below DEVELOPER."""
    with stand_in.state.change():
        stand_in.state.run("update account set level = 25 where name = ?", name)


def test_an_engineer_who_was_lowered_stops_no_filing(stand_in: StandIn) -> None:
    """Filed without handler, and moved on without; it is said that the handler was dropped."""
    number = stand_in.tracker.file(issue()).number
    lower(stand_in, "paul")
    one = issue()
    wanted: dict[str, Any] = {"project": "Bugs InBox", "status": "feedback", "priority": "low"}

    assert ("handler",) == stand_in.tracker.file(one).dropped
    assert 1 == len(stand_in.marked(one.marker))
    assert () == stand_in.tracker.update(number, handler="roma", **wanted)
    stand_in.tracker.names._known.clear()
    stand_in.tracker.names.handler(stand_in.tracker.names.project("Bugs InBox"), "andrei", with_handler=True)
    lower(stand_in, "andrei")
    assert ("handler",) == stand_in.tracker.update(number, handler="andrei", **{**wanted, "priority": "high"})
    assert ("feedback", "high") == (stand_in.tracker.look(number).status, stand_in.tracker.look(number).priority)


def test_a_handler_who_is_listed_and_denied_all_the_same_is_dropped(stand_in: StandIn) -> None:
    """As where a threshold of the project asks for more than the list goes by."""
    read = stand_in.tracker.http.rows
    lower(stand_in, "paul")

    def as_before(path: str, *arguments: Any) -> Any:
        rows = read(path, *arguments)
        number = stand_in.state.number("select id from account where name = 'paul'")
        return [*rows, {"id": number, "name": "paul"}] if path.endswith("/handlers") else rows

    stand_in.tracker.http.rows = as_before  # type: ignore[assignment, method-assign]
    one = issue()

    assert ("handler",) == stand_in.tracker.file(one).dropped
    assert 1 == len(stand_in.marked(one.marker))


def test_where_we_may_not_file_our_own_account_is_named(stand_in: StandIn) -> None:
    """Without a handler it is denied as well."""
    with stand_in.state.change():
        stand_in.state.run("update account set level = 10 where name = 'specdesk'")
    with pytest.raises(Broken, match="service account"):
        stand_in.tracker.file(issue())


# --- looking back ----------------------------------------------------------------------------


def test_an_issue_is_found_behind_any_number_of_later_changes(stand_in: StandIn) -> None:
    """Its answer was lost, the next try comes when hundreds of others have changed since."""
    one = issue(since=datetime.now(UTC) - timedelta(minutes=5))
    number = stand_in.tracker.file(one).number
    busy(stand_in, number, 450, seconds=60)

    assert number == stand_in.tracker.file(one).number
    assert [number] == [row["id"] for row in stand_in.marked(one.marker)]


def test_a_clock_that_is_half_a_day_off_hides_nothing(stand_in: StandIn) -> None:
    """Mantis's server has its local time for UTC."""
    number = stand_in.tracker.file(one := issue()).number
    busy(stand_in, number, 450, seconds=60)
    with stand_in.state.change():
        stand_in.state.run("update issue set updated_at = updated_at - 43200, created_at = created_at - 43200")

    assert number == stand_in.tracker.file(replace(one, since=datetime.now(UTC))).number


def test_no_more_is_read_than_back_to_when_the_request_came(stand_in: StandIn) -> None:
    """Of a Mantis with years of issues one page is asked."""
    number = stand_in.tracker.file(issue()).number
    busy(stand_in, number, 450, seconds=-200_000)
    sizes: list[str] = []
    rows = stand_in.tracker.http.rows

    def counted(path: str, key: str, query: dict[str, str] | None = None) -> Any:
        sizes.extend([query["page_size"]] if query and path == "issues" else [])
        return rows(path, key, query)

    stand_in.tracker.http.rows = counted  # type: ignore[assignment, method-assign]
    stand_in.tracker.file(issue(since=datetime.now(UTC)))

    assert ["200"] == sizes


def busy(stand_in: StandIn, number: int, times: int, *, seconds: int) -> None:
    """A number of other issues, changed so long after that one."""
    copied = [row["name"] for row in stand_in.state.rows("pragma table_info(issue)") if row["name"] != "id"]
    chosen = ", ".join("'Other'" if name == "additional_information" else name for name in copied)
    with stand_in.state.change():
        for _ in range(times):
            stand_in.state.run(
                f"insert into issue ({', '.join(copied)}) select {chosen} from issue where id = ?",  # noqa: S608 - its own columns
                number,
            )
        stand_in.state.run("update issue set updated_at = updated_at + ? where id > ?", seconds, number)


# --- categories ------------------------------------------------------------------------------


def test_a_category_that_was_lost_comes_back(stand_in: StandIn) -> None:
    """Mantis shows null for it after a move; what it wants is told by the caller."""
    number = stand_in.tracker.file(issue()).number
    with stand_in.state.change():
        stand_in.state.run("update issue set category = 0 where id = ?", number)
    assert stand_in.raw("GET", f"issues/{number}")["issues"][0]["category"] is None
    stand_in.tracker.update(
        number, project="Bugs InBox", handler="paul", status="assigned", priority="high", category="Customs"
    )

    assert "Customs" == stand_in.tracker.http.issue(number)["category"]["name"]


def test_a_handler_who_may_not_handle_is_reported_as_dropped(stand_in: StandIn) -> None:
    """Mantis would leave the issue unassigned and say nothing."""
    assert ("handler",) == stand_in.tracker.file(issue(handler="nobody")).dropped


def test_what_was_dropped_is_found_at_a_later_try_as_well(stand_in: StandIn) -> None:
    """The first answer was lost, and we know nothing of it; what people set since is not taken for dropped."""
    sent = issue()
    number = stand_in.tracker.file(sent).number
    with stand_in.state.change():
        stand_in.state.run("update issue set description = '', status = 50, handler = 0 where id = ?", number)

    again = stand_in.tracker.file(sent)

    assert (number, ("description",)) == (again.number, again.dropped)


@pytest.mark.parametrize(
    ("names", "says"), [({"project": "No such InBox"}, "project"), ({"priority": "asap"}, "priority")]
)
def test_a_name_that_mantis_lacks_is_our_configuration(stand_in: StandIn, names: dict[str, str], says: str) -> None:
    """An admin is told what to bring in line; nothing is filed under a wrong name."""
    with pytest.raises(Broken, match=says):
        stand_in.tracker.file(issue(**names))

    assert [] == stand_in.raw("GET", "issues?page_size=0")["issues"]


def test_a_wrong_token_is_our_configuration(stand_in: StandIn, process: Process) -> None:
    """The message names the token and does not show it."""
    wrong = MantisTracker(stand_in.url, "wrong-token-wrong-token-wrong-to", process.mantis)
    with pytest.raises(Broken, match="token") as caught:
        wrong.file(issue())

    assert "wrong-token" not in f"{caught.value} {wrong!r}"


UNREADABLE = ["maintenance-page", "php-notice", "bom", "half-answer"]
"""What comes with status 200 and is not Mantis's JSON."""


@pytest.mark.parametrize("fault", ["down", "error-500", "maintenance", "created-no-answer", "slow", *UNREADABLE])
@pytest.mark.parametrize("after", range(9))
def test_whatever_goes_wrong_there_is_one_issue_in_the_end(stand_in: StandIn, fault: str, after: int) -> None:
    """Each fault at each call of a filing: the outbox tries again, and one issue stands there (R10)."""
    one = issue()
    calls = 0
    hasty = replace(stand_in.tracker, timeout_seconds=0.4)
    original: Callable[..., Any] = hasty.http.send

    def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        if calls == after:
            stand_in.fault(fault, seconds=0.6)
        calls += 1
        return original(*arguments, **more)

    hasty.http.send = counted  # type: ignore[method-assign]  # counts calls, and sends them all the same
    for _ in range(4):
        try:
            placed = hasty.file(one)
        except TryLater:
            continue
        break
    else:
        pytest.fail("it was never filed")

    assert [placed.number] == [row["id"] for row in stand_in.marked(one.marker)]


DEEDS: dict[str, Callable[[MantisTracker, int], Any]] = {
    "file": lambda tracker, _: tracker.file(issue()),
    "update": lambda tracker, number: tracker.update(
        number, project="Change InBox", handler="roma", status="feedback", priority="low"
    ),
    "note": lambda tracker, number: tracker.note(number, "Seen.", "[HD#4#1]"),
    "attach": lambda tracker, number: tracker.attach(number, "other.log", b"LOG"),
    "relate": lambda tracker, number: tracker.relate(number, number - 1, Relation.DUPLICATE),
    "unrelate": lambda tracker, number: tracker.relate(number, number - 1, None),
    "changes": lambda tracker, _: tracker.changes(None),
    "look": lambda tracker, number: tracker.look(number),
    "probe": lambda tracker, _: tracker.probe(),
    "survey": lambda tracker, _: survey(tracker),
}
"""All that the client does, by its name."""


def one_with_all(stand_in: StandIn) -> int:
    """An issue with a note, a file, a tag and a relation."""
    one, other = stand_in.tracker.file(issue()).number, stand_in.tracker.file(issue()).number
    stand_in.tracker.note(other, "Handed over.", "[HD#3#2]")
    stand_in.tracker.attach(other, "trace.log", b"log")
    stand_in.tracker.relate(other, one, Relation.RELATED)
    return other


@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_not_mantis_s_json_is_tried_later(stand_in: StandIn, deed: str, fault: str) -> None:
    """At each call of all that the client does; then it is done as if nothing had been."""
    number, after = one_with_all(stand_in), 0
    while True:
        tracker = replace(stand_in.tracker)
        met = _meets(stand_in, tracker, fault, after)
        with suppress(TryLater, Diagnosed):  # Diagnosed: a person is at it, and reads what answered
            DEEDS[deed](tracker, number)
        if not met:
            break
        after += 1

    assert after > 0, "no call of it met the fault"


def _meets(stand_in: StandIn, tracker: MantisTracker, fault: str, after: int) -> list[str]:
    """Have one call meet a fault, after so many others; returns what will hold the path of that call."""
    calls, met = 0, []
    original: Callable[..., Any] = tracker.http.send

    def counted(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        nonlocal calls
        if calls == after:
            stand_in.fault(fault)
            met.append(path)
        calls += 1
        return original(method, path, *arguments, **more)

    tracker.http.send = counted  # type: ignore[method-assign]  # counts calls, and sends them all the same
    return met


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_null_is_as_good_as_left_out(stand_in: StandIn, deed: str) -> None:
    """A category, a handler, a writer, lists of all kinds: none of them breaks anything."""
    number = one_with_all(stand_in)
    stand_in.fault("nulls", times=99)
    with suppress(Broken):  # a project without its categories takes no issue
        DEEDS[deed](replace(stand_in.tracker), number)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "nothing in it"),
        ({"issues": []}, "no issue"),
        ({"issues": {}}, "no list"),
        ({"issues": [[]]}, "an empty issue as PHP has it"),
        ({"issues": [{"id": 1}]}, "half an issue"),
        (
            {"issues": [{"id": 1, "project": {"id": 2, "name": "x"}, "status": "new", "priority": {}}]},
            "words, not names",
        ),
        ({"issues": None}, "nothing said"),
        ([], "a list"),
        ("down", "a word"),
    ],
)
def test_half_an_issue_is_never_taken_for_one(stand_in: StandIn, body: Any, why: str) -> None:
    """Neither is it gone, nor was anything in it changed by somebody."""
    number = stand_in.tracker.file(issue()).number
    original = stand_in.tracker.http.send

    def other(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        answer = original(method, path, *arguments, **more)
        return answer_of(200, json.dumps(body).encode()) if path == f"issues/{number}" else answer

    stand_in.tracker.http.send = other  # type: ignore[method-assign]  # it sends all the same
    for deed in ("look", "note", "update", "attach", "relate"):
        with pytest.raises(TryLater):
            assert DEEDS[deed](stand_in.tracker, number), why


ODD: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    "x",
    "12",
    0,
    -1,
    1.5,
    True,
    [None],
    [[]],
    {"name": None},
    {"id": "x", "name": []},
)
"""What may stand where something else belongs."""


def spoilt(value: Any, random: Random) -> Any:
    """The JSON with one part missing, or with something else in its place."""
    if not isinstance(value, dict | list) or not value or random.random() < 0.1:
        return random.choice(ODD)
    copied: Any = copy(value)
    place: Any = random.choice([*copied] if isinstance(copied, dict) else range(len(copied)))
    if random.random() < 0.2:
        del copied[place]
    else:
        copied[place] = spoilt(copied[place], random)
    return copied


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_mantis_answers_is_an_error_of_ours_at_most(stand_in: StandIn, deed: str) -> None:
    """A field left out, null, or of another type, anywhere in any answer: 200 of them, from one seed."""
    number, random = one_with_all(stand_in), Random(1)  # noqa: S311 - a test
    for _ in range(200):
        tracker = replace(stand_in.tracker)
        tracker.http.send = spoiling(tracker.http.send, random)  # type: ignore[method-assign]  # spoils one answer in three
        with suppress(SpecdeskError):
            DEEDS[deed](tracker, number)


def spoiling(send: Callable[..., Any], random: Random) -> Callable[..., Any]:
    """Calls that are answered as they are, or with a spoilt answer."""

    def other(*arguments: Any, **more: Any) -> Any:
        answer = send(*arguments, **more)
        if random.random() < 2 / 3:
            return answer
        body = json.dumps(spoilt(answer.body, random)).encode()
        return answer_of(answer.status, body, "", {"X-Mantis-Version": answer.version})

    return other


@pytest.mark.parametrize("status", [400, 403, 413, 414, 415, 431])
def test_a_file_that_a_proxy_refuses_is_refused(stand_in: StandIn, status: int) -> None:
    """Whatever page it answers with."""
    number = stand_in.tracker.file(issue()).number
    original = stand_in.tracker.http.send

    def other(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        refused = method == "POST" and path.endswith("/files")
        return answer_of(status, b"<html>no</html>") if refused else original(method, path, *arguments, **more)

    stand_in.tracker.http.send = other  # type: ignore[method-assign]  # a proxy before the stand-in
    assert not stand_in.tracker.attach(number, "large.bmp", b"BM")


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502])
def test_tags_that_are_refused_do_not_make_the_filing_fail(stand_in: StandIn, status: int) -> None:
    """Mantis answers an empty 500 to a tag that it does not like: the issue is there all the same."""
    send = stand_in.tracker.http.send

    def no_tags(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        return answer_of(status, b"") if path.endswith("/tags") else send(method, path, *arguments, **more)

    stand_in.tracker.http.send = no_tags  # type: ignore[method-assign]  # all else is sent
    one = issue()

    assert ("tags",) == stand_in.tracker.file(one).dropped
    assert 1 == len(stand_in.marked(one.marker))


def test_a_marker_that_mentions_somebody_is_found_again(stand_in: StandIn) -> None:
    """It stands in Mantis as every text does."""
    one = issue(marker="@specdesk HD-1", information="@specdesk HD-1\nmore")

    assert stand_in.tracker.file(one).number == stand_in.tracker.file(one).number


@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b'{"message": "Not found"}'])
@pytest.mark.parametrize("deed", ["relate", "unrelate"])
def test_a_proxy_s_404_says_nothing_of_a_relation(stand_in: StandIn, deed: str, body: bytes) -> None:
    """It neither is there nor is it gone: it is tried again."""
    number = one_with_all(stand_in)
    send = stand_in.tracker.http.send

    def other(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        return answer_of(404, body) if "relationships" in path else send(method, path, *arguments, **more)

    stand_in.tracker.http.send = other  # type: ignore[method-assign]  # a proxy before the stand-in
    with pytest.raises((TryLater, Broken)):
        DEEDS[deed](stand_in.tracker, number)


def test_a_relation_that_somebody_took_back_first_is_taken_back(stand_in: StandIn) -> None:
    """Mantis says that it is not there, by its code."""
    number = one_with_all(stand_in)
    send = stand_in.tracker.http.send

    def faster(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        if method == "DELETE":
            stand_in.raw("DELETE", path)
        return send(method, path, *arguments, **more)

    stand_in.tracker.http.send = faster  # type: ignore[method-assign]  # it sends all the same
    stand_in.tracker.relate(number, number - 1, None)


def test_an_issue_that_is_hidden_from_us_cannot_be_related_to(stand_in: StandIn) -> None:
    """As one that is not there."""
    number = one_with_all(stand_in)
    with stand_in.state.change():
        secret = stand_in.state.add_project("Secret", view_state=50)
        stand_in.state.run("update issue set view_state = 50, project = ? where id = ?", secret, number - 1)
    with pytest.raises(Refused):
        stand_in.tracker.relate(number, number - 1, Relation.DUPLICATE)


def test_a_file_whose_size_is_not_told_is_known_by_its_bytes(stand_in: StandIn) -> None:
    """It is not attached a second time."""
    number = one_with_all(stand_in)
    send = stand_in.tracker.http.send

    def without_sizes(method: str, path: str, *arguments: Any, **more: Any) -> Any:
        answer = send(method, path, *arguments, **more)
        for file in answer.body["issues"][0]["attachments"] if path == f"issues/{number}" else ():
            file.pop("size")
        return answer

    stand_in.tracker.http.send = without_sizes  # type: ignore[method-assign]  # it sends all the same
    assert stand_in.tracker.attach(number, "trace.log", b"log")

    assert 1 == len(stand_in.raw("GET", f"issues/{number}/files")["files"])


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b'{"error": "blocked"}'])
def test_a_proxy_that_denies_says_nothing_of_an_issue(stand_in: StandIn, body: bytes) -> None:
    """Only Mantis's own words say that it is hidden from us."""
    number = stand_in.tracker.file(issue()).number
    stand_in.tracker.http.send = lambda *_, **__: answer_of(403, body)  # type: ignore[method-assign]
    with pytest.raises(Broken):
        stand_in.tracker.look(number)


def test_a_line_break_in_a_name_cannot_turn_an_error_into_a_success(stand_in: StandIn) -> None:
    """Mantis answers 200 with an error inside when an echoed name has a line break: names are one line."""
    number = stand_in.tracker.file(issue()).number
    assert stand_in.tracker.attach(number, "a\r\nb.png", b"x")

    assert ["a b.png"] == [file["filename"] for file in stand_in.tracker.http.issue(number)["attachments"]]


def test_who_is_not_there_is_tried_later(process: Process) -> None:
    """Nothing listens: the request waits in the outbox."""
    nobody = MantisTracker("http://127.0.0.1:9", TOKEN, process.mantis, timeout_seconds=1)
    with pytest.raises(SpecdeskError) as caught:
        nobody.probe()

    assert isinstance(caught.value, TryLater)


def test_an_issue_moves_to_a_project_that_lacks_its_category(stand_in: StandIn) -> None:
    """The category of support.yml stands in, for Mantis refuses the move otherwise; nothing else changes."""
    state = stand_in.state
    with state.change():
        state.add_category(state.number("select id from project where name = ?", "Bugs InBox"), "Only for bugs")
    number = stand_in.tracker.file(issue(category="Only for bugs")).number
    stand_in.tracker.note(number, "Seen.", "[HD#2#1]")
    stand_in.tracker.attach(number, "trace.log", b"log")
    before = stand_in.tracker.http.issue(number)
    dropped = stand_in.tracker.update(
        number, project="Change InBox", handler="paul", status="assigned", priority="high"
    )
    after = stand_in.tracker.http.issue(number)

    assert () == dropped
    assert ("Only for bugs", stand_in.tracker.mapping.category) == (
        before["category"]["name"],
        after["category"]["name"],
    )
    assert {"project", "category", "updated_at", "history"} >= {name for name in before if before[name] != after[name]}


def test_the_version_that_an_issue_was_fixed_in_is_read(stand_in: StandIn) -> None:
    """The stand-in has no versions, so that one is put into its answer as Mantis would give it."""
    number = stand_in.tracker.file(issue()).number
    assert "" == stand_in.tracker.look(number).fixed_in
    send = stand_in.tracker.http.send

    def fixed(*arguments: Any, **more: Any) -> Any:
        answer = send(*arguments, **more)
        answer.body["issues"][0]["fixed_in_version"] = {"id": 2, "name": "1.1"}
        return answer

    stand_in.tracker.http.send = fixed  # type: ignore[method-assign]  # it sends all the same
    assert "1.1" == stand_in.tracker.look(number).fixed_in


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (
            301,
            b"",
            TryLater,
            "leads elsewhere to https://new.example.com/. If Mantis has moved, set SPECDESK_MANTIS_URL",
        ),
        (302, b"<html>Sign in</html>", TryLater, "leads elsewhere"),
        (307, b"", TryLater, "leads elsewhere"),
        (408, b"", TryLater, "did not pass the call on"),
        (425, b"<html>early</html>", TryLater, "did not pass the call on"),
        (401, b"<html>Who are you?</html>", Broken, "is not Mantis, but a proxy or firewall"),
        (403, b"<html>blocked</html>", Broken, "is not Mantis, but a proxy or firewall"),
        (407, b"", Broken, "is not Mantis, but a proxy or firewall"),
        (401, b"", Broken, "does not accept our token"),
        (403, b"", Broken, "must be MANAGER"),
    ],
)
def test_what_stands_before_mantis_is_not_taken_for_it(status: int, body: bytes, kind: type, says: str) -> None:
    """What passes is tried again; what does not is named as what it is."""
    http = MantisHttp("https://mantis.example.com", TOKEN)
    error = http.error(answer_of(status, body, "", {"Location": "https://new.example.com/"}))

    assert isinstance(error, kind)
    assert says in str(error)
