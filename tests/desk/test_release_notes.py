"""`specdesk release-notes` on a desk with Mantis: the page, a second run, an edited page, a Mantis that is down."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from intake_fn.commands import release_notes
from intake_fn.core.events import Overruled, Resolved
from intake_fn.core.request import Requester
from intake_fn.core.vocabulary import Category, Outcome
from tests.desk.test_story import Room, request
from tests.wiki.conftest import ROOT, build

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process


@pytest.fixture
def room(process: Process, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk that the command sees."""
    made = Room(process)
    monkeypatch.setattr(release_notes, "background_desk", lambda: made.desk)
    return made


def resolved(room: Room, key: str, category: Category = Category.BUG, version: str = "4.3", **changes: Any) -> Case:
    """A request that Paul has decided and resolved."""
    case = room.desk.take_in(request(**changes), key)
    case = room.desk.act(case.id, room.event(Overruled, category=category, clause="", reason="So."), case.version)
    outcome = Outcome.DONE if category is Category.MISC else Outcome.FIXED
    done = room.event(Resolved, resolution="Mended.", outcome=outcome, fixed_in=version)
    return room.desk.act(case.id, done, case.version)


def call(docs: Path, *words: str) -> int:
    """Run the command for a wiki."""
    return main(["release-notes", "4.3", "--docs", str(docs), *words])


def test_the_page_of_a_version_is_written_once(room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run writes the same bytes; new issues come into a page that nobody has edited."""
    case = resolved(room, "one")
    resolved(room, "misc", Category.MISC)
    page = tmp_path / "releases" / "4.3.md"

    assert (0, 0) == (call(tmp_path), call(tmp_path))
    assert "is up to date" in capsys.readouterr().out
    before = page.read_bytes()
    assert "- Error page when a shipment is opened (Shipments and milestones, [#1](" in page.read_text()
    assert case.id in page.read_text()
    resolved(room, "two", summary="Labels show the old address")
    assert 0 == call(tmp_path)
    assert before != page.read_bytes()
    assert "2 bugs are fixed" in page.read_text()


def test_a_page_that_somebody_edited_stays(room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its difference is printed; only with --overwrite it is written anew."""
    resolved(room, "one")
    call(tmp_path)
    page = tmp_path / "releases" / "4.3.md"
    mine = page.read_text().replace("Error page when a shipment is opened", "Shipments open again")
    page.write_text(mine)
    capsys.readouterr()

    assert 1 == call(tmp_path)
    told = capsys.readouterr()
    assert "Somebody has edited" in told.err
    assert "+- Error page when a shipment is opened" in told.out
    assert mine == page.read_text()
    assert 0 == call(tmp_path, "--overwrite")
    assert "Error page when a shipment is opened" in page.read_text()


def test_while_mantis_is_down_nothing_is_written(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so."""
    resolved(room, "one")
    room.tracker.down = True

    assert 1 == call(tmp_path)
    assert "Mantis does not answer. It is tried again. Nothing was written." in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_a_version_that_mantis_does_not_know_is_said(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those that it knows; a name that is a path is none."""
    assert 1 == main(["release-notes", "5.0", "--docs", str(tmp_path)])
    refused = capsys.readouterr().err
    assert "Mantis does not know the version '5.0'" in refused
    assert f"It knows: {', '.join(room.tracker.product_versions)}." in refused
    assert 1 == main(["release-notes", "../4.3", "--docs", str(tmp_path)])
    assert [] == list(tmp_path.iterdir())


def test_json_names_every_issue_once_and_who_is_for_a_person(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A summary with the requester's name is not published."""
    who = Requester("Camille Laurent", "camille@example.com", "paris")
    resolved(room, "one")
    resolved(room, "named", requester=who, summary="Camille Laurent cannot open shipments")
    resolved(room, "misc", Category.MISC)
    assert 0 == call(tmp_path, "--format", "json")
    told = json.loads(capsys.readouterr().out)

    assert ([1], [2], {"misc": 1}) == (
        [one["number"] for one in told["bugs"]],
        [one["number"] for one in told["open"]],
        told["left_out"],
    )
    assert "Camille Laurent" not in json.dumps(told)
    assert [] == list(tmp_path.iterdir())


def test_the_wiki_takes_the_pages_into_its_navigation(room: Room, tmp_path: Path) -> None:
    """The latest first, though 4.10 sorts before 4.9 as a text; the build stays strict."""
    wiki = tmp_path / "wiki"
    wiki.mkdir()
    for name in ("docs", "intake_fn", "spec_lookup"):
        if name == "docs":
            shutil.copytree(ROOT / name, wiki / name)
        else:
            (wiki / name).symlink_to(ROOT / name)
    for name in ("mkdocs.yml", "support.yml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, wiki / name)
    room.tracker.product_versions = ("4.10", "4.9")
    for version in ("4.9", "4.10"):
        resolved(room, version, version=version, summary=f"Error <b>page</b> [x](y) of {version} {{: .a }}")
        assert 0 == main(["release-notes", version, "--docs", str(wiki / "docs")])
    done = build(tmp_path / "site", folder=wiki)

    assert (0, "") == (done.returncode, "".join(line for line in done.stderr.splitlines() if "WARNING" in line))
    html = (tmp_path / "site" / "releases" / "4.9" / "index.html").read_text(encoding="utf-8")
    assert "Error &lt;b&gt;page&lt;/b&gt; [x](y) of 4.9 {: .a }" in html
    assert 0 < html.index("Version 4.10") < html.rindex("Version 4.9")
