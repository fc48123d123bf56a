"""Counting again: a stored state that is not what its log says, and what another support.yml would move."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb.states import row_of, state_item
from intake_fn.cli import main
from intake_fn.commands import recompute as commands
from intake_fn.core.events import AskedRequester, Resolved
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import Process, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.spans import Holiday, Span
from intake_fn.core.steps import standing
from intake_fn.core.vocabulary import Outcome, Status
from intake_fn.desk.case_lists import rows
from intake_fn.desk.consistency_check import Difference, difference, migrated, move
from intake_fn.settings import ROOT
from tests.core.samples import at, case_of, judged, received
from tests.desk.test_story import Room, at_level_4, request

if TYPE_CHECKING:
    from pathlib import Path

THANKSGIVING = date(2026, 11, 26)
T, BRIDGE, MORNING = Holiday("T"), Holiday("Bridge day"), Holiday("Thanksgiving Day", Span(0, 12 * 60))


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


@pytest.fixture
def call(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command on the desk of this test: exit status and what was printed."""
    monkeypatch.setattr(commands, "background_desk", lambda: room.desk)

    def run(*arguments: str) -> tuple[int, str]:
        status = main(arguments)
        return status, capsys.readouterr().out

    return run


def spoil(room: Room, case_id: str) -> None:
    """Store a state that its log does not say."""
    case = room.store.load(case_id)
    room.store._cases[case_id] = replace(case, level=2, status=Status.WAITING)


# --- recompute -------------------------------------------------------------------------------


def test_after_any_work_nothing_differs(room: Room, call: Any) -> None:
    """Everything that happens keeps state and log together."""
    at_level_4(room)
    room.desk.take_in(request(), "other")
    room.clock.advance(hours=7)
    room.desk.sweep()

    assert (0, "2 requests, 0 differences\n") == call("recompute")


def test_what_differs_is_told_and_fixed_when_asked(room: Room, call: Any) -> None:
    """Exit status 1, each part as it is stored and as the log has it; --fix writes it."""
    case_id = at_level_4(room)
    spoil(room, case_id)
    status, out = call("recompute", "--json")

    assert (1, 1, False) == (status, json.loads(out)["requests"], json.loads(out)["fixed"])
    assert [
        {"id": case_id, "part": "status", "stored": "waiting", "log": "open"},
        {"id": case_id, "part": "level", "stored": 2, "log": 4},
    ] == json.loads(out)["differences"]
    assert (0, True) == (call("recompute", "--fix")[0], room.store.row(case_id).level == 4)
    assert (0, "1 requests, 0 differences\n") == call("recompute")


def test_what_the_lists_of_the_board_hold_otherwise_is_told(
    room: Room, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a resolved request, too, which is no row of the open ones."""
    case_id = at_level_4(room)
    resolved = room.event(Resolved, resolution="Done.", outcome=Outcome.FIXED)
    room.desk.act(case_id, resolved, room.store.load(case_id).version)
    assert (0, "0 requests, 0 differences\n") == call("recompute")

    monkeypatch.setattr(room.store, "agenda", lambda: [case_id])
    status, out = call("recompute")
    assert 1 == status
    assert f"{case_id}  on the Board's agenda: stored True, by the log False\n1 requests, 1 differences\n" == out


def test_a_due_time_that_support_yml_moved_is_a_difference(room: Room, process: Process) -> None:
    """The index holds the old instant until it is written anew."""
    at_level_4(room)
    level = replace(process.levels[4], response={**process.levels[4].response, Priority.HIGH: WorkingDayHours(4)})
    (row,) = rows(room.store)
    found = difference(room.store, replace(process, levels={**process.levels, 4: level}), row)

    assert found is not None
    assert {"due", "next_alert"} == set(found.parts)
    assert timedelta(hours=4) == found.parts["due"][0] - found.parts["due"][1]


def test_a_row_that_is_only_old_is_no_difference(room: Room, process: Process) -> None:
    """An index follows its table a moment later."""
    case_id = at_level_4(room)
    (row,) = rows(room.store)
    event = room.event(AskedRequester, question="Which?")
    room.desk.act(case_id, event, room.store.load(case_id).version)

    assert difference(room.store, process, row) is None


# --- calendar preview ------------------------------------------------------------------------


def test_the_preview_names_who_would_move_and_why_and_changes_nothing(room: Room, call: Any, tmp_path: Path) -> None:
    """A holiday today moves the request of today to tomorrow noon, less what it has used."""
    case_id = at_level_4(room)
    room.desk.take_in(request(), "no clock runs for this one")
    text = (ROOT / "support.yml").read_text(encoding="utf-8")
    path = tmp_path / "changed.yml"
    path.write_text(text.replace("    holidays:\n", "    holidays:\n      2026-11-23: Snow\n", 1), encoding="utf-8")
    before = room.store.row(case_id)
    status, out = call("calendar", "preview", str(path), "--json")

    assert (0, 2) == (status, json.loads(out)["requests"])
    assert [
        {
            "id": case_id,
            "old": "2026-11-23T18:00:00-05:00",
            "new": "2026-11-24T12:00:00-05:00",
            "why": "2026-11-23 becomes a holiday (Snow)",
        }
    ] == json.loads(out)["moves"]
    assert before == room.store.row(case_id)
    assert "2 open requests, 1 would move" in call("calendar", "preview", str(path))[1]
    assert "2 open requests, 0 would move" in call("calendar", "preview", str(ROOT / "support.yml"))[1]


def test_a_file_that_is_not_sound_is_refused(call: Any, tmp_path: Path) -> None:
    """As `specdesk check` would."""
    path = tmp_path / "changed.yml"
    path.write_text("product: {}", encoding="utf-8")

    assert 1 == call("calendar", "preview", str(path))[0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"holidays": {}}, "2026-11-26 is no holiday any more (Thanksgiving Day)", id="holiday gone"),
        pytest.param(
            {"working_days": frozenset(range(6)), "holidays": {THANKSGIVING: T, date(2026, 11, 27): BRIDGE}},
            "working days are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday instead of"
            " Monday, Tuesday, Wednesday, Thursday, Friday; 2026-11-27 becomes a holiday (Bridge day)",
            id="days",
        ),
        pytest.param(
            {"holidays": {THANKSGIVING: MORNING}},
            "2026-11-26 is Thanksgiving Day 00:00-12:00 instead of 00:00-24:00",
            id="half a day instead of a whole one",
        ),
    ],
)
def test_the_reason_is_what_differs_in_the_time_that_counts(process: Process, change: Any, why: str) -> None:
    """Holidays of another month are none of it."""
    calendar = replace(process.calendars["new-york"], **change)
    changed = replace(process, calendars={**process.calendars, "new-york": calendar})
    start = at("2026-11-25 16:00")
    found = move(case_of(received(4, "roma", when=start, priority=Priority.MEDIUM), judged(start)), process, changed)

    assert why == (found and found.why)


def test_other_hours_zones_targets_and_none_are_told(process: Process) -> None:
    """High goes by opening hours; a target may change or vanish, and so may a level."""
    start = at("2026-11-24 11:00")
    case = case_of(received(4, "roma", when=start, priority=Priority.HIGH), judged(start))
    calendar = replace(process.calendars["new-york"], hours=(Span(9 * 60, 12 * 60), Span(13 * 60, 17 * 60)))
    none, day = (
        replace(process.levels[4], response={**process.levels[4].response, Priority.HIGH: target})
        for target in (None, WorkingDayHours(24))
    )
    elsewhere = replace(process.calendars["new-york"], zone="America/Chicago")
    changed = [
        replace(process, calendars={**process.calendars, "new-york": calendar}),
        replace(process, calendars={**process.calendars, "new-york": elsewhere}),
        replace(process, levels={**process.levels, 4: day}),
        replace(process, levels={**process.levels, 4: none}),
        replace(process, levels={n: level for n, level in process.levels.items() if n != 4}),
    ]
    same_day = "the same day before 13:00, else 12:00 of the next working day"

    assert [
        "hours are 09:00-12:00 and 13:00-17:00 instead of 09:00-18:00",
        "the zone is America/Chicago instead of America/New_York",
        f"the response time is 24 working-day hours instead of {same_day}",
        "no clock would run",
        "level 4 is gone",
    ] == [found.why for found in (move(case, process, one) for one in changed) if found]


# --- what earlier versions left otherwise ----------------------------------------------------


def old_urgent(room: Room) -> str:
    """An urgent request that a version of before left with its liaison."""
    case = case_of(received(0, "paris-liaison", priority=Priority.URGENT), judged())
    return room.store.create(standing(case, room.desk.process, case.history), "old")


def test_an_urgent_request_of_before_goes_to_its_level(room: Room, call: Any) -> None:
    """By the recount, with the mail to level 3 and the copy; once."""
    case_id = old_urgent(room)

    assert call("recompute") == (0, "1 requests, 0 differences\n")
    assert f"{case_id}  is where such requests stand today" in call("recompute", "--fix")[1]
    case = room.store.load(case_id)
    assert (3, "system-analysts", SPECDESK) == (case.level, case.handler, case.history[-1].actor)
    assert call("recompute", "--fix") == (0, "1 requests, 0 differences\n")
    room.clock.advance(days=2)
    room.desk.sweep()
    assert {"sa@example.com", "liaison.paris@example.com"} <= {mail.to for mail in room.mailer.sent}


def test_an_urgent_request_of_before_comes_to_the_top_of_its_queue(process: Process) -> None:
    """Its place was written without what brings it there: the recount sees it, and writes it anew."""
    case = case_of(received(3, "paul", priority=Priority.URGENT), judged())
    step = standing(case, process)
    item = state_item(step)
    before = row_of({**item, "place": item["place"].removeprefix("U")})

    assert (True, False) == (row_of(item).on_top, before.on_top)
    assert {"on_top": (False, True)} == Difference(step, before).parts


def test_a_row_of_before_is_written_anew(room: Room) -> None:
    """Nothing else of it changes, and no event tells of it."""
    case_id = at_level_4(room)
    written: list[str] = []
    room.store.restate = lambda step: written.append(step.case.id)  # type: ignore[method-assign]
    row = room.store.row(case_id)

    assert not migrated(room.store, room.desk.process, row, room.clock())
    assert migrated(room.store, room.desk.process, replace(row, on_top=True), room.clock())
    assert [case_id] == written


def test_a_state_of_before_verdicts_stood_in_it_is_brought_up_to_date(room: Room, process: Process) -> None:
    """It is no difference; the nightly run writes what was said and decided, once."""
    case = room.desk.take_in(request(), "key")
    row = room.store.row(case.id)
    old = replace(row, said=(), decided=None)

    assert row.said
    assert difference(room.store, process, old) is None
    assert migrated(room.store, process, old, room.clock())
    assert not migrated(room.store, process, room.store.row(case.id), room.clock())
