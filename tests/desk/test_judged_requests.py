"""Requests as far as the spec decides them: which are judged again, what leaves the store, and what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from intake_fn.commands import drift, export_cases
from intake_fn.core.events import MarkedDuplicate, Overruled, Resolved
from intake_fn.core.request import Requester
from intake_fn.core.vocabulary import Category, Outcome, Stance
from intake_fn.desk.judged_requests import as_line, judged_cases, judged_request, requests_in
from spec_lookup import Spec
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

PAGE = "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n"
CLAUSE = "quotes#validity"


@pytest.fixture
def room(process: Process, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk with a real spec, which the commands see, too."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    made = Room(process)
    made.spec = Spec.of([("quotes.md", PAGE)])
    for module in (drift, export_cases):
        monkeypatch.setattr(module, "background_desk", lambda: made.desk)
    return made


def sent(room: Room, key: str) -> Case:
    """A request about the validity of quotes."""
    who = Requester("Camille Laurent", "camille@example.com", "client", "Northwind Ltd.")
    words = {"summary": "Quote ended", "description": "Camille Laurent here: my quote is valid for 30 days only."}
    return room.desk.take_in(request(requester=who, expected="45 days.", **words), key)


def decided(room: Room, case: Case, **what: Any) -> Case:
    """Decided by Paul by the clause."""
    read = {"category": Category.BUG, "clause": CLAUSE, "stance": Stance.CONTRADICTS, "reason": "So it reads."}
    return room.desk.act(case.id, room.event(Overruled, **{**read, **what}), case.version)


def resolved(room: Room, case: Case) -> Case:
    """Done, so that it is no longer open."""
    return room.desk.act(case.id, room.event(Resolved, resolution="Done.", outcome=Outcome.DONE), room.seen(case.id))


def test_all_open_ones_and_the_latest_others_are_judged_again(room: Room) -> None:
    """Duplicates follow their leads, and nothing is listed twice."""
    ids = {}
    for name in ("old", "late", "open", "duplicate"):
        ids[name] = sent(room, name).id
        room.clock.advance(minutes=1)
    for name in ("old", "late"):
        resolved(room, decided(room, room.store.load(ids[name])))
    marked = room.event(MarkedDuplicate, other=ids["open"])
    room.desk.act(ids["duplicate"], marked, room.seen(ids["duplicate"]))

    assert {ids["open"], ids["late"], ids["old"]} == {case.id for case in judged_cases(room.store)}
    assert [ids["open"], ids["late"]] == [case.id for case in judged_cases(room.store, recent=1)]
    assert [ids["open"]] == [case.id for case in judged_cases(room.store, recent=0)]


def test_a_line_comes_back_as_the_same_request_without_personal_data(room: Room) -> None:
    """Masked, with the clauses shown, and the clause by which a person decided."""
    case = decided(room, sent(room, "key"))
    line = json.dumps(as_line(case))
    (back,) = requests_in([line], "file")
    whole = judged_request(case)

    assert not [name for name in ("Camille", "Northwind") if name in line]
    assert "[name 1] here: my quote is valid for 30 days only." == back.claim.what_happened
    assert (whole.id, whole.shown, "bug", CLAUSE) == (back.id, back.shown, back.decided, back.clause)
    assert ((CLAUSE,), ("Camille Laurent",)) == (whole.shown, whole.names)


def test_what_is_exported_is_judged_again_as_what_is_stored(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--live` and `--cases` name the same flips; so does the file of evaluation cases for decided requests."""
    case = decided(room, sent(room, "key"))
    sent(room, "open")
    for name, text in (("old", PAGE), ("new", PAGE.replace("30", "45"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "quotes.md").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert 0 == main(["export-cases", "--out", str(out), "--spec", str(tmp_path / "old"), "--json"])
    assert 2 == json.loads(capsys.readouterr().out)["requests"]

    specs = ["drift", "--json", "--from", str(tmp_path / "old"), "--to", str(tmp_path / "new")]
    for source in (["--live"], ["--cases", str(out / "requests.jsonl")], ["--cases", str(out / "singles.jsonl")]):
        assert 1 == main([*specs, *source])
        (flip,) = json.loads(capsys.readouterr().out)["flips"]
        assert (case.id, "clause-changed", CLAUSE) == tuple(flip[name] for name in ("request", "kind", "clause"))
