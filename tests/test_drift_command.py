"""`specdesk drift`: what it prints, how it ends, what it says of wrong input. It needs no settings and no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from intake_fn import cli
from intake_fn.core.acknowledgements import acknowledged, stale
from intake_fn.core.errors import Refused
from intake_fn.settings import ROOT
from spec_lookup import Spec
from tests.drift_requests import READ
from tests.spec_edits import COSMETIC, PAGES, SUBSTANTIVE, edited

SEEDED = {f"P-{edit.clause.replace('#', '-')}" for edit in SUBSTANTIVE} | {read.id for read in READ if read.flip}
"""The requests that the seeded edits flip."""


def folder(path: Path, pages: list[tuple[str, str]]) -> Path:
    """The pages as files."""
    path.mkdir()
    for name, text in pages:
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Both specs, the exported requests and the readings, as files."""
    path = tmp_path_factory.mktemp("drift")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEC_LOOKUP_MODEL", "")
        patch.delenv("SPECDESK_JUDGE", raising=False)
        folder(path / "old", PAGES)
        folder(path / "new", edited(*SUBSTANTIVE, *COSMETIC))
        folder(path / "set-anew", edited(*COSMETIC))
        old, new = Spec.of(PAGES), Spec.of(edited(*SUBSTANTIVE, *COSMETIC))
        claim = {"summary": "A report", "what_happened": "It is so."}
        lines: list[dict[str, Any]] = [read.line() for read in READ]
        for clause in dict.fromkeys(edit.clause for edit in (*SUBSTANTIVE, *COSMETIC)):
            page, _, anchor = clause.partition("#")
            decided = {"id": f"P-{page}-{anchor}", "request": claim, "verdict": "bug", "page": page, "anchor": anchor}
            lines.append({**decided, "kind": "overruled", "shown": []})
        (path / "cases.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        readings = [line for read in READ for line in read.readings(old, new)]
        (path / "readings.jsonl").write_text("\n".join(readings), encoding="utf-8")
        yield path


def drift(room: Path, *more: str | Path, old: str | Path = "", new: str | Path = "") -> int:
    """Run the command on the room's files; its exit status."""
    words = ["drift", "--from", old or room / "old", "--to", new or room / "new", "--cases", room / "cases.jsonl"]
    return cli.main([*map(str, words), "--readings", str(room / "readings.jsonl"), *map(str, more)])


def test_it_prints_each_flip_and_fails(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With request, clause, and both texts in one; those that stay as they are are not named."""
    status = drift(room)
    printed = capsys.readouterr().out

    assert 1 == status
    assert "R-LONGER  CHANGE → BUG  quotes#validity\n    A quote is valid for [-30-]{+45+} days" in printed
    assert "R-DRAFT  BUG → CHANGE  shipments#create\n" in printed
    assert "R-MINIMUM  BUG → undecided  quotes#minimum\n    [-A line whose" in printed
    assert "P-quotes-approval  BUG, decided by a person; the clause has changed" in printed
    assert "quotes#minimum: gone from the spec\n" in printed
    assert f"{len(SUBSTANTIVE)} clauses changed" in printed
    assert f"{len(SEEDED)} flips, 0 of them acknowledged." in printed
    assert not [name for name in ("R-OTHER-PART", "R-OPEN", "P-quotes-versions") if f"\n{name} " in printed]


def test_as_json_it_gives_exactly_the_seeded_flips(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: each flip with both texts and the hash to acknowledge it by."""
    assert 1 == drift(room, "--json")
    result = json.loads(capsys.readouterr().out)
    flips = {flip["request"]: flip for flip in result["flips"]}

    assert SEEDED == set(flips)
    assert len(SEEDED) == result["unacknowledged"]
    assert ("turned", "change", "bug") == tuple(flips["R-LONGER"][name] for name in ("kind", "before", "after"))
    assert "valid for 30 days" in flips["R-LONGER"]["old"]
    assert "valid for 45 days" in flips["R-LONGER"]["new"]
    assert "gone" == flips["R-MINIMUM"]["hash"]
    assert {edit.clause for edit in SUBSTANTIVE} == {change["clause"] for change in result["changes"]}


def test_spelling_and_markup_pass(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them at once."""
    assert 0 == drift(room, new=room / "set-anew")
    assert "0 clauses changed, 0 requests looked at again, 0 flips" in capsys.readouterr().out


def test_what_is_acknowledged_passes_until_the_clause_changes_again(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line is one request and one clause as it reads; a line for nothing is reported."""
    drift(room, "--json")
    flips = json.loads(capsys.readouterr().out)["flips"]
    lines = [f"{flip['request']}  {flip['clause']}  {flip['hash']}  Told on Monday." for flip in flips]
    file = tmp_path / "acknowledged.txt"
    file.write_text(
        "# Reviewed with release 4.3\n\n" + "\n".join([*lines[1:], "OLD  quotes#pdf  0123456789ab"]), "utf-8"
    )

    assert 1 == drift(room, "--acknowledge", file)
    printed = capsys.readouterr()
    assert f"{len(lines)} flips, {len(lines) - 1} of them acknowledged." in printed.out
    assert "Acknowledged: Told on Monday." in printed.out
    assert f"{file}:{len(lines) + 2}: nothing flips like that now: OLD  quotes#pdf  0123456789ab" in printed.err

    file.write_text("\n".join(lines), "utf-8")
    assert 0 == drift(room, "--acknowledge", file)
    again = folder(
        tmp_path / "again", [(name, text.replace("for 45 days", "for 60 days")) for name, text in _pages(room)]
    )
    capsys.readouterr()
    assert 1 == drift(room, "--acknowledge", file, "--json", new=again)
    result = json.loads(capsys.readouterr().out)
    assert ["P-quotes-validity"] == [flip["request"] for flip in result["flips"] if not flip["acknowledged"]]


def _pages(room: Path) -> list[tuple[str, str]]:
    return [(path.name, path.read_text("utf-8")) for path in sorted((room / "new").iterdir())]


def test_revisions_of_the_wiki_are_compared(room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By any name that git knows; a folder and a revision can be mixed."""
    spec = tmp_path / "docs"
    folder(spec, PAGES)
    _git(tmp_path, "init", "-q", "-b", "main")
    _commit(tmp_path, "before")
    for name, text in edited(SUBSTANTIVE[0]):
        (spec / name).write_text(text, encoding="utf-8")
    _commit(tmp_path, "after")

    assert 1 == drift(room, "--spec", spec, "--json", old="HEAD~1", new="main")
    by_revisions = json.loads(capsys.readouterr().out)["flips"]
    assert 1 == drift(room, "--spec", spec, "--json", old="HEAD~1", new=spec)
    assert json.loads(capsys.readouterr().out)["flips"] == by_revisions
    assert ["P-quotes-validity"] == [flip["request"] for flip in by_revisions]


def _git(folder: Path, *words: str) -> None:
    name = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


def _commit(folder: Path, subject: str) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", subject)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("no-such-tag", "{room}/new", "no-such-tag is neither a folder nor a revision of the repository"),
        ("--output=x", "{room}/new", "--output=x is neither a folder nor a revision"),
        ("{room}/old", "{tmp}/empty", "empty holds no page with a clause. Name the spec's folder"),
        ("{room}/old", "{tmp}/broken", "broken cannot be read: quotes.md:2: the anchor #a is already that of line 1"),
    ],
)
def test_a_wrong_spec_is_told(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    """Which one it is, what is wrong, and what to name."""
    (tmp_path / "empty").mkdir()
    folder(tmp_path / "broken", [("quotes.md", "## One {#a}\n## Two {#a}\n")])
    places = {"room": room, "tmp": tmp_path}

    assert 1 == cli.main(
        ["drift", f"--from={old.format(**places)}", "--to", new.format(**places), "--cases", str(room / "cases.jsonl")]
    )
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "cases.jsonl:2: this is not a line of JSON"),
        ("[]", "cases.jsonl:2: 'id' has to be a text; 'request' has to be an object"),
        ('{"id": "a", "request": {}}', "cases.jsonl:2: 'request' has to be an object with 'summary'"),
        ('{"id": "a", "request": {"summary": "s"}, "verdict": "big"}', "cases.jsonl:2: 'verdict' has to be one of"),
        ('{"id": "a", "request": {"summary": "s"}, "page": 3}', "cases.jsonl:2: 'page' and 'anchor' have to be texts"),
        ('{"id": "a", "request": {"summary": "s"}, "shown": "x"}', "cases.jsonl:2: 'shown' has to be a list of texts"),
    ],
)
def test_a_broken_file_is_told_with_its_line(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    """Nothing is judged."""
    file = tmp_path / "cases.jsonl"
    file.write_text(f'{{"id": "a", "request": {{"summary": "s", "what_happened": "h"}}}}\n{line}\n', "utf-8")

    assert 1 == drift(room, "--cases", file)
    printed = capsys.readouterr()
    assert said in printed.err
    assert "" == printed.out


def test_acknowledgements_are_read_line_by_line() -> None:
    """Comments and empty lines aside; wrong lines are all named at once."""
    lines = acknowledged("# why\n\nHD-1  quotes#a  0123456789ab  told  her\nHD-2 quotes#b gone\n", "file")

    assert [("HD-1", "quotes#a", "0123456789ab"), ("HD-2", "quotes#b", "gone")] == list(lines)
    assert ["told  her", ""] == [line.note for line in lines.values()]
    assert [4] == [line.line for line in stale(lines, {("HD-1", "quotes#a", "0123456789ab")})]
    with pytest.raises(Refused, match=r"file:1: 'HD-1 quotes'; file:3: 'HD-1 quotes#a 0123'"):
        acknowledged("HD-1 quotes\nHD-2 quotes#b gone\nHD-1 quotes#a 0123\n", "file")


def test_readings_that_are_broken_are_told(room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With file and line."""
    file = tmp_path / "readings.jsonl"
    file.write_text("{}", "utf-8")

    assert 1 == drift(room, "--readings", file)
    assert f"{file}:1: " in capsys.readouterr().err


# --- the workflow of docs/operate/drift.md -----------------------------------------------------


def test_the_workflow_of_the_documentation_fails_until_a_flip_is_acknowledged(tmp_path: Path) -> None:
    """Its last step is run as it stands, in a checkout whose branch changes a clause; its keys are those of GitHub."""
    page = (ROOT / "docs" / "operate" / "drift.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.split("```yaml")[1].split("```")[0])
    steps = workflow["jobs"]["drift"]["steps"]
    assert {"name", True, "permissions", "jobs"} == set(workflow), "YAML 1.1 reads `on` as true"
    assert {"uses", "with"} >= {key for step in steps if "uses" in step for key in step}
    assert 0 == next(
        step["with"]["fetch-depth"] for step in steps if step.get("uses", "").startswith("actions/checkout")
    )
    assert ["pip", "aws", "specdesk"] == [step["run"].split()[0] for step in steps if "run" in step]

    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", tmp_path, *who, *words], check=True, capture_output=True)

    def runs() -> subprocess.CompletedProcess[str]:
        program = f"{sys.executable} -m intake_fn.cli"
        step = steps[-1]["run"].replace("${{ github.base_ref }}", "main").replace("specdesk", program, 1)
        line = f"{step.strip()} --spec docs/spec"  # here the checkout is not that of the code
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "CHECKOUT": str(ROOT), "SPEC_LOOKUP_MODEL": ""}
        environ.pop("SPECDESK_JUDGE", None)
        command = ["sh", "-c", line]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    (tmp_path / "docs").mkdir()
    folder(
        tmp_path / "docs" / "spec", [("quotes.md", "# Quotes\n\n## Validity {#validity}\n\nIt ends after 30 days.\n")]
    )
    (tmp_path / "docs" / "spec-flips.txt").touch()
    decided = {"id": "HD-7K3M-Q9TZ", "kind": "overruled", "verdict": "bug", "page": "quotes", "anchor": "validity"}
    claim = {"request": {"summary": "A report", "what_happened": "It is so."}, "shown": []}
    (tmp_path / "judged.jsonl").write_text(json.dumps({**decided, **claim}), encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "The wiki")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    page_of_quotes = tmp_path / "docs" / "spec" / "quotes.md"
    assert 0 == runs().returncode, "nothing has changed"

    page_of_quotes.write_text(page_of_quotes.read_text("utf-8").replace("30", "45"), encoding="utf-8")
    failed = runs()
    assert 1 == failed.returncode
    line = failed.stdout.partition("To acknowledge: ")[2].partition("\n")[0]
    (tmp_path / "docs" / "spec-flips.txt").write_text(line, encoding="utf-8")
    passed = runs()
    assert (0, True) == (passed.returncode, "1 of them acknowledged" in passed.stdout)
