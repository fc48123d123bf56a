"""What is kept of a verdict is enough to give it again, and to measure the judge by what persons decided."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from intake_fn.cli import main
from intake_fn.core.events import Overruled
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.core.vocabulary import Category
from intake_fn.desk.verdict_replay import as_bytes, pinned
from intake_fn.settings import ROOT
from spec_lookup.evaluation.evaluate import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case
    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws


@pytest.fixture
def case(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A judged request of the running sandbox, which the command line also sees."""
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    desk = sandbox.application.background_desk
    request = Request(
        kind=Kind.BUG,
        requester=Requester("Camille Laurent", "camille@example.com", "paris"),
        summary="Tracking page shows an empty list",
        description="The list of milestones is empty although the carrier sent five.",
        expected="Five milestones, les dates arrivées aussi.",
    )
    return desk.take_in(request, f"records-{desk.new_id()}")


def test_a_verdict_is_given_again_byte_for_byte(case: Case, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The command reads the stored record and nothing that a person or a clock could change."""
    assert 0 == main(["replay", case.id])
    assert as_bytes(pinned(case)) == capsysbinary.readouterr().out


def test_a_spec_that_moved_on_is_read_from_its_history(
    case: Case, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The wiki says something else today; the verdict is given by what it said then."""
    wiki = tmp_path / "wiki"
    pages = wiki / "docs" / "spec"
    pages.mkdir(parents=True)
    for path in (ROOT / "docs" / "spec").glob("*.*"):
        (pages / path.name).write_bytes(path.read_bytes())
    git = ["git", "-C", str(wiki), "-c", "user.name=W", "-c", "user.email=w@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "then"]):
        subprocess.run([*git, *words], check=True)
    (pages / "tracking.md").write_text("# Tracking\n\n## Now\n\nAll is new.\n", encoding="utf-8")
    subprocess.run([*git, "commit", "-qam", "now"], check=True)

    status = main(["replay", case.id, "--spec", str(pages), "--index", str(tmp_path / "none")])

    assert 0 == status
    assert as_bytes(pinned(case)) == capsysbinary.readouterr().out


def test_a_spec_that_nobody_has_any_more_is_said(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Better no verdict than one of another spec."""
    status = main(["replay", case.id, "--spec", str(tmp_path), "--index", str(tmp_path)])

    assert 1 == status
    assert "Name an index of that spec" in capsys.readouterr().err


def test_decisions_of_persons_become_evaluation_cases(case: Case, sandbox: Sandbox, tmp_path: Path) -> None:
    """What was decided at the desk measures the judge from then on."""
    desk = sandbox.application.desk
    clause = next(iter(desk.spec().search("milestones"))).clause.cite
    decided = Overruled(at=desk.clock(), actor="paul", category=Category.BUG, clause=clause, reason="It says five.")
    desk.act(case.id, decided, case.version)

    assert 0 == main(["export-cases", "--out", str(tmp_path / "cases")])

    rows = [json.loads(line) for line in (tmp_path / "cases" / "singles.jsonl").read_text("utf-8").splitlines()]
    [mine] = [row for row in rows if row["id"] == case.id]
    assert ("bug", *clause.split("#")) == (mine["verdict"], mine["page"], mine["anchor"])
    assert "Five milestones, les dates arrivées aussi." == mine["request"]["what_expected"]
    assert len(rows) == len(evaluate(tmp_path / "cases").singles)


def test_exported_cases_are_not_written_over(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An export that somebody has worked on stays as it is."""
    assert case.id
    (tmp_path / "singles.jsonl").write_text("mine\n", encoding="utf-8")

    assert 1 == main(["export-cases", "--out", str(tmp_path)])
    assert "mine\n" == (tmp_path / "singles.jsonl").read_text("utf-8")
    assert "holds exported cases already" in capsys.readouterr().err
