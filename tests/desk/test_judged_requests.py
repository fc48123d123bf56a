"""Requests as far as the spec decides them: which are judged again, what leaves the store, and what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from intake_fn.commands import drift, export_cases
from intake_fn.core.clause_changed import sentence_diff, unsettled
from intake_fn.core.events import MarkedDuplicate, Overruled, Resolved
from intake_fn.core.request import Requester
from intake_fn.core.vocabulary import Category, Outcome, Stance
from intake_fn.desk.judged_requests import as_line, judged_cases, judged_request, requests_in
from spec_lookup import Spec
from spec_lookup.judge.substance import clause_hash
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

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

    assert {ids["open"], ids["late"], ids["old"]} == {case.id for case in judged_cases(room.desk)}
    assert [ids["open"], ids["late"]] == [case.id for case in judged_cases(room.desk, recent=1)]
    assert [ids["open"]] == [case.id for case in judged_cases(room.desk, recent=0)]


def test_what_the_spec_of_a_version_judged_stays_as_that_version_was(room: Room) -> None:
    """A change of today's spec says nothing of it; one whose version is not kept was judged by today's."""
    former = Spec.of([("quotes.md", PAGE.replace("30", "20"))])
    desk = replace(room.desk, spec_versions={"4.2": lambda: former})
    words = {"summary": "Quote ended", "description": "My quote is valid for 20 days only."}
    kept = desk.take_in(request(**words, details={"version": "4.2"}), "kept")
    other = desk.take_in(request(**words, details={"version": "4.1"}), "other")

    assert kept.verdict is not None
    assert former.stamp.content == kept.verdict["spec"]
    assert [other.id] == [case.id for case in judged_cases(desk)]


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
    for source in (["--live"], ["--cases", str(out / "judged.jsonl")], ["--cases", str(out / "singles.jsonl")]):
        assert 1 == main([*specs, *source])
        (flip,) = json.loads(capsys.readouterr().out)["flips"]
        assert (case.id, "clause-changed", CLAUSE) == tuple(flip[name] for name in ("request", "kind", "clause"))


# --- telling them ----------------------------------------------------------------------------

NEW_PAGE = PAGE.replace("30", "45")


@pytest.fixture
def flipped(room: Room, tmp_path: Path) -> tuple[Case, list[str]]:
    """A decided request whose clause has changed, acknowledged in a file; and the command that tells of it."""
    case = decided(room, sent(room, "key"))
    for name, text in (("old", PAGE), ("new", NEW_PAGE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "quotes.md").write_text(text, encoding="utf-8")
    room.spec = Spec.of([("quotes.md", NEW_PAGE)])
    file = tmp_path / "acknowledged.txt"
    file.write_text(f"{case.id}  {CLAUSE}  {clause_hash(room.spec.clause(CLAUSE))}  Paul calls them.", "utf-8")
    words = ["drift", "--from", str(tmp_path / "old"), "--to", str(tmp_path / "new"), "--live", "--notify"]
    return case, [*words, "--acknowledge", str(file)]


def mails_about(room: Room, case: Case) -> list[Mail]:
    """The mails of a changed clause, delivered by the sweep."""
    room.clock.advance(minutes=2)
    room.desk.sweep()
    return [mail for mail in room.mailer.sent if "clause has changed" in mail.subject and case.id in mail.subject]


def test_requester_and_handler_of_an_acknowledged_flip_are_told_once(
    room: Room, flipped: tuple[Case, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """With what changed in the clause; a second run tells nobody."""
    case, command = flipped
    assert 0 == main(command)
    assert f"Told now: {case.id}." in capsys.readouterr().err
    told = mails_about(room, case)
    handler = room.desk.process.people[case.handler].address

    assert {"camille@example.com", handler} == {mail.to for mail in told}
    assert 2 == len(told)
    assert all("> - A quote is valid for 30 days.\n> + A quote is valid for 45 days." in mail.text for mail in told)
    assert 0 == main(command)
    assert "Told now: nobody." in capsys.readouterr().err
    assert 2 == len(mails_about(room, case))


def test_the_case_is_marked_until_a_person_decides_again(room: Room, flipped: tuple[Case, list[str]]) -> None:
    """Category and status stay as they are; Mantis gets a note."""
    case, command = flipped
    before = room.store.load(case.id)
    main(command)
    after = room.store.load(case.id)

    assert (before.category, before.status, before.handler) == (after.category, after.status, after.handler)
    assert [("bug", "bug", CLAUSE)] == [(event.before, event.after, event.clause) for event in unsettled(after)]
    mails_about(room, case)
    assert "The clause quotes#validity says something else now" in room.tracker.notes[case.issue or 0][-1]
    assert room.store.row(case.id).recheck, "the queue marks it"
    assert () == unsettled(decided(room, after))
    assert not room.store.row(case.id).recheck


def test_a_spec_that_is_not_published_tells_nobody(
    room: Room, flipped: tuple[Case, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The desk still reads the former one."""
    case, command = flipped
    room.spec = Spec.of([("quotes.md", PAGE)])

    assert 1 == main(command)
    assert "is not published: the desk reads" in capsys.readouterr().err
    assert () == unsettled(room.store.load(case.id))


def test_what_is_not_acknowledged_is_not_told(
    room: Room, flipped: tuple[Case, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person looks first; without a file of acknowledgements the command is refused."""
    case, command = flipped
    (tmp_path / "acknowledged.txt").write_text("", "utf-8")
    assert 1 == main(command)
    assert "Told now: nobody." in capsys.readouterr().err
    assert () == unsettled(room.store.load(case.id))
    assert 1 == main(command[:-2])
    assert "it needs --live and --acknowledge FILE" in capsys.readouterr().err


def test_only_sentences_that_differ_are_told() -> None:
    """In their order, as a diff."""
    old = "It is blue. A quote is valid for 30 days.\nIt ends at noon."
    new = "It is blue. A quote is valid for 45 days. Nobody extends it.\nIt ends at noon."

    assert "- A quote is valid for 30 days.\n+ A quote is valid for 45 days.\n+ Nobody extends it." == sentence_diff(
        old, new
    )
    assert "+ It is new." == sentence_diff("", "It is new.")
