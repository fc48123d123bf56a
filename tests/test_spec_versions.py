"""`specdesk build-index` with a list of released versions, and requests that are judged by them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.entry_import import SETTINGS
from intake_fn.cli import main
from intake_fn.core.events import Overruled
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category
from intake_fn.desk.verdict_replay import as_bytes, given_again, pinned
from intake_fn.settings import versions_beside
from intake_fn.wiring import Application
from spec_lookup import Spec
from tests.web.conftest import application_of

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.process import Process
    from tests.web.conftest import Web

DAYS = {"4.1": 14, "4.2": 30, "4.3": 45}
QUOTE = {
    "summary": "A quote was gone after 20 days",
    "description": "The quote was valid for 20 days only and then expired.",
    "expected": "A quote is valid for 30 days.",
}


def git(folder: Path, *words: str) -> str:
    """What git prints."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """A wiki in which the validity of quotes has changed with each version, and again since."""
    spec = tmp_path / "wiki" / "spec"
    spec.mkdir(parents=True)
    git(spec, "init", "-q")
    lines = []
    for version, days in (*DAYS.items(), ("", 60)):
        text = f"# Quotes\n\n## Validity {{#validity}}\n\nA quote is valid for {days} days, and then it expires.\n"
        (spec / "quotes.md").write_text(text, encoding="utf-8")
        git(spec, "add", "-A")
        git(spec, "commit", "-qm", f"valid for {days} days")
        if version:
            lines.append(f"{version} {git(spec, 'rev-parse', 'HEAD')}\n")
    (spec / "versions.txt").write_text("".join(lines), encoding="utf-8")
    return spec


def built(wiki: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the command prints."""
    capsys.readouterr()
    assert 0 == main(["build-index", "--spec", str(wiki), "--out", str(wiki.parent / "index"), "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_index_of_each_released_version_is_kept(wiki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside today's; what is there already is not built again, and what is not listed any more goes."""
    folder = versions_beside(wiki.parent / "index")

    assert list(DAYS) == built(wiki, capsys)["versions"]
    for version, days in DAYS.items():
        clause = Spec.open(folder / version).clause("quotes#validity")
        assert clause is not None
        assert f"{days} days" in clause.text
    stamp = (folder / "4.2" / "stamp.json").stat()
    lines = (wiki / "versions.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    (wiki / "versions.txt").write_text("".join(lines[1:]), encoding="utf-8")
    assert ["4.2", "4.3"] == built(wiki, capsys)["versions"]
    assert ["4.2", "4.3", "versions.json"] == sorted(path.name for path in folder.iterdir())
    assert stamp.st_mtime_ns == (folder / "4.2" / "stamp.json").stat().st_mtime_ns


def test_without_a_list_nothing_is_kept(wiki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was before there was one."""
    (wiki / "versions.txt").unlink()

    assert [] == built(wiki, capsys)["versions"]
    assert not versions_beside(wiki.parent / "index").exists()


def test_a_commit_that_is_not_there_is_refused(wiki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do: most often the clone is shallow."""
    (wiki / "versions.txt").write_text("4.1 0123456789abcdef\n", encoding="utf-8")

    assert 1 == main(["build-index", "--spec", str(wiki), "--out", str(wiki.parent / "index")])
    assert "names 0123456789abcdef for version 4.1" in capsys.readouterr().err


@pytest.fixture
def web(wiki: Path, process: Process, capsys: pytest.CaptureFixture[str]) -> Web:
    """The application as it is wired for these indexes."""
    built(wiki, capsys)
    index = wiki.parent / "index"
    wired = Application.from_environ({**SETTINGS, "SPECDESK_INDEX": str(index)}).spec_versions
    made = application_of(process, Spec.open(index))
    object.__setattr__(made.desk, "spec_versions", wired)
    return made


def shown(web: Web, case_id: str) -> tuple[str, str]:
    """The requester's page and the engineer's."""
    status = web.client.get(web.links.status(case_id).removeprefix(web.links.base_url)).text
    return status, web.client.get(f"/desk/requests/{case_id}").text


def test_a_request_is_judged_by_the_version_that_it_names(web: Web) -> None:
    """Its clause is that of 4.2, with what has changed since; the verdict can be given again."""
    web.sign_in()
    case = web.sent(Kind.BUG, **QUOTE, version="v4.2")
    assert case.verdict is not None
    then = web.desk.spec_versions["4.2"]()

    assert (then.stamp.content, "4.2") == (case.verdict["spec"], web.desk.judged_by_version(case))
    assert "valid for 30 days" in case.verdict["citations"][0]["quote"]
    for page in shown(web, case.id):
        assert "The clauses are those of version 4.2, in which it was seen." in page
        assert "<code>quotes#validity</code> reads otherwise since version 4.3." in page
        assert "A quote is valid for 60 days, and then it expires." in page
    assert as_bytes(pinned(case)) == as_bytes(given_again(case, then, web.files))
    web.desk.sweep()
    receipt = next(mail for mail in web.mailer.sent if mail.to == case.request.requester.email)
    for text in (receipt.text, receipt.html):
        assert "The clause is that of version 4.2, in which it was seen." in text
    assert "Version in which you saw it: v4.2" in web.tracker.issues[case.issue or 0].information


def test_an_engineer_decides_by_the_clause_of_that_version(web: Web) -> None:
    """What is pinned is what was shown."""
    web.sign_in()
    case = web.sent(Kind.BUG, **QUOTE, version="4.2")
    web.act(case, "read", reading="contradicts", clause="quotes#validity")
    decided = next(one for one in reversed(web.desk.cases.load(case.id).history) if isinstance(one, Overruled))

    assert (Category.BUG, web.desk.spec_versions["4.2"]().stamp.content) == (decided.category, decided.spec)
    assert "30 days" in decided.quote


@pytest.mark.parametrize("named", ["", "3.9", "the newest one"])
def test_without_a_kept_version_todays_spec_decides(web: Web, named: str) -> None:
    """And nothing is said of versions."""
    web.sign_in()
    case = web.sent(Kind.BUG, **QUOTE, version=named)
    assert case.verdict is not None

    assert (web.desk.spec().stamp.content, "") == (case.verdict["spec"], web.desk.judged_by_version(case))
    assert "valid for 60 days" in case.verdict["citations"][0]["quote"]
    assert not [page for page in shown(web, case.id) if "The clauses are those of version" in page]


def test_a_request_of_before_says_nothing_of_versions(web: Web) -> None:
    """Its verdict went by another spec than that of the version which it names."""
    case = web.sent(Kind.BUG, **QUOTE, version="4.2")
    earlier = replace(case, verdict={**(case.verdict or {}), "spec": "another"})

    assert ("", ()) == (web.desk.judged_by_version(earlier), web.desk.rule_changes(earlier))


def test_a_version_that_cannot_be_read_holds_nothing_up(wiki: Path, web: Web) -> None:
    """Its index is damaged: today's spec decides, and an engineer reads that."""
    (versions_beside(wiki.parent / "index") / "4.2" / "stamp.json").write_text("{", encoding="utf-8")
    web.sign_in()
    case = web.sent(Kind.BUG, **QUOTE, version="4.2")
    web.act(case, "read", reading="contradicts", clause="quotes#validity")
    decided = next(one for one in reversed(web.desk.cases.load(case.id).history) if isinstance(one, Overruled))

    assert web.desk.spec().stamp.content == (case.verdict or {})["spec"] == decided.spec
    assert "60 days" in decided.quote
