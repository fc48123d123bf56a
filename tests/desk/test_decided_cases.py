"""What people decided becomes evaluation cases, and what they read can be checked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn import cli
from intake_fn.cli import main
from intake_fn.commands import export_cases
from intake_fn.core.events import Overruled, RequesterRead
from intake_fn.core.request import Requester
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.desk.decided_cases import decided_cases, persons_readings
from spec_lookup import Spec, whole_text
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

PAGES = [("quotes.md", "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n")]
CLAUSE = "quotes#validity"
TYPED = "Camille Laurent here (camille@example.com), of Northwind Ltd. Error 500, it crashes."


@pytest.fixture
def room(process: Process, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk with a real spec, which the commands see, too."""
    made = Room(process)
    made.spec = Spec.of(PAGES)
    for module in (cli, export_cases):
        monkeypatch.setattr(module, "background_desk", lambda: made.desk)
    return made


def decided(room: Room, key: str = "key", **what: Any) -> Case:
    """A request that Paul has decided by a clause."""
    who = Requester("Camille Laurent", "camille@example.com", "client", "Northwind Ltd.")
    case = room.desk.take_in(request(requester=who, description=TYPED, expected=""), key)
    clause = room.spec.clause(CLAUSE)
    read: dict[str, Any] = {"clause": CLAUSE, "quote": whole_text(clause), "url": clause.url, "person": "paul"}
    read |= {"stance": Stance.CONTRADICTS, "spec": room.spec.stamp.content, "reason": "As Camille says."}
    event = room.event(Overruled, **{"category": Category.BUG, **read, **what})
    return room.desk.act(case.id, event, case.version)


def test_a_decision_becomes_a_line_without_personal_data(room: Room) -> None:
    """With clause, stance, stamp and what each judge had said."""
    case = decided(room, category=Category.CHANGE, stance=Stance.MATCHES)
    (found,) = decided_cases(room.store)
    line = found.line

    assert (case.id, "change", "quotes", "validity") == tuple(
        line[name] for name in ("id", "verdict", "page", "anchor")
    )
    assert ("matches", room.spec.stamp.content) == (line["stance"], line["spec_stamp"])
    assert [{"judge": "built-in", "category": "bug", "role": "acted"}] == line["said"]
    assert "[name 1] here ([e-mail 1]), of [company 1]" in line["request"]["what_happened"]
    assert not [name for name in ("Camille", "camille@", "Northwind") if name in json.dumps(line)]


def test_the_requesters_reading_is_part_of_the_line(room: Room) -> None:
    """It is compared with the decision."""
    read = {"reading_clause": CLAUSE, "reading_stance": Stance.CONTRADICTS, "reading_spec": "a" * 64}
    case = room.desk.take_in(request(**read), "key")
    room.desk.act(case.id, room.event(Overruled, category=Category.BUG, clause="", reason="So."), case.version)
    (found,) = decided_cases(room.store)

    assert {"clause": CLAUSE, "stance": "contradicts", "spec_stamp": "a" * 64} == found.line["requester_read"]


def test_what_nobody_decided_is_no_case(room: Room) -> None:
    """Nor what was decided before the day that is asked for."""
    decided(room)
    room.desk.take_in(request(), "undecided")
    today = room.clock().date()
    room.clock.advance(hours=48)
    late = decided(room, "late")

    assert 2 == len(list(decided_cases(room.store)))
    assert 2 == len(list(decided_cases(room.store, today)))
    assert [late.id] == [found.line["id"] for found in decided_cases(room.store, room.clock().date())]


def test_export_prints_how_often_people_decided_the_same(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the error output; the folder is one that `evaluate` reads."""
    decided(room)
    decided(room, "other", category=Category.CHANGE, stance=Stance.MATCHES)
    for name, text in PAGES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    status = main(["export-cases", "--out", str(tmp_path / "out"), "--spec", str(tmp_path), "--since", "2020-01-01"])
    printed = capsys.readouterr()

    assert 0 == status
    assert "built-in, acted, bug: 1 of 2 decided the same" in printed.err
    assert "2 cases in" in printed.out
    assert 2 == len((tmp_path / "out" / "singles.jsonl").read_text("utf-8").splitlines())


# --- replay ----------------------------------------------------------------------------------


def replayed(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Run `specdesk replay`: its exit status, and the lines of its error output."""
    status = main(["replay", case.id, "--index", str(tmp_path / "index"), "--spec", str(tmp_path)])
    return status, capsys.readouterr().err.splitlines()


def test_replay_shows_what_people_read(room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each clause stands in the spec of then as it was read."""
    (tmp_path / "quotes.md").write_text(PAGES[0][1], encoding="utf-8")
    Spec.build(tmp_path, tmp_path / "index")
    room.spec = Spec.open(tmp_path / "index")
    status, lines = replayed(decided(room), tmp_path, capsys)

    assert 0 == status
    assert {"by": "paul", "clause": CLAUSE, "stance": "contradicts", "category": "bug"}.items() <= json.loads(
        lines[-1]
    ).items()


def test_a_clause_that_was_never_like_that_is_said(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, naming the clause and who read it."""
    (tmp_path / "quotes.md").write_text(PAGES[0][1], encoding="utf-8")
    Spec.build(tmp_path, tmp_path / "index")
    room.spec = Spec.open(tmp_path / "index")
    status, lines = replayed(decided(room, quote="A quote is valid for 45 days."), tmp_path, capsys)

    assert 1 == status
    assert f"{CLAUSE} does not stand in the spec" in lines[-1]
    assert "as paul read it" in lines[-1]


def test_readings_stand_in_the_order_of_the_log(room: Room) -> None:
    """The requester's of the form first; what came before stamps has none."""
    case = decided(room, spec="", person="")
    read = RequesterRead(
        at=room.clock(), actor="requester", clause=CLAUSE, stance=Stance.MATCHES, quote="A quote", url="u", spec="s"
    )
    case = replace(case, history=(*case.history[:-1], read, case.history[-1]))

    assert ["requester", "paul@example.com"] == [reading.by for reading in persons_readings(case)]
    assert all(reading.stands_in(room.spec) for reading in persons_readings(case))
