"""The lint of the spec: each defect is found, with page, line and what to do; the sound page passes."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from mkdocs.exceptions import PluginError

from intake_fn.wiki import hooks
from intake_fn.wiki.lint import HEDGES, Problem, lint, read
from tests.wiki.conftest import ROOT, build

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.process import Process

SOUND = """---
owner: paul
---
# Shipments {#about}

Everything about shipments. Neither the address of a [link](should.md) nor `should` in code counts.

## Cancelling {#cancel}

A shipment is cancelled only in the state Draft.

```text
# should be left alone
```

### Reason {#cancel-reason}

| Role | Reason |
|---|---|
| Operations | 10 characters |
"""

BODY = "A shipment is cancelled only in the state Draft.\n\n```text\n# should be left alone\n```\n"

DEFECTS = [
    ("owner: paul", "title: x", 1, "the page has no owner", "nobody answers for the page"),
    ("owner: paul", "owner: nobody", 1, "the owner 'nobody' is not among the people", "the owner has to exist"),
    ("## Cancelling {#cancel}", "## Cancelling", 8, "has no anchor", "a generated anchor changes with the heading"),
    (
        "{#cancel-reason}",
        "{#cancel}",
        16,
        "the anchor #cancel is already that of line 8",
        "a citation must name one clause",
    ),
    ("{#cancel}", "{#Cancel_It}", 8, "has other characters", "capitals and underscores are mistyped"),
    ("is cancelled only", "should only be cancelled", 10, "'should' is vague", "a hedge decides nothing"),
    ("10 characters", "10 characters, etc.", 20, "'etc' is vague", "tables are normative, too"),
    (BODY, "", 8, "has no text", "an empty clause can't be kept or broken"),
]


def problems(text: str, process: Process) -> list[Problem]:
    """What the lint says about one page."""
    page = read("shipments", "docs/spec/shipments.md", text)
    return [problem for problem in lint([page], process) if problem.page == page.path]


def test_a_sound_page_passes(process: Process) -> None:
    """Code, links and addresses are no normative text."""
    assert problems(SOUND, process) == []


@pytest.mark.parametrize(("old", "new", "line", "what", "reason"), DEFECTS, ids=[row[3] for row in DEFECTS])
def test_a_defect_is_found_with_its_line(
    old: str, new: str, line: int, what: str, reason: str, process: Process
) -> None:
    """One change to the sound page gives one problem."""
    assert old in SOUND

    found = problems(SOUND.replace(old, new, 1), process)

    assert [problem.line for problem in found] == [line], reason
    assert what in str(found[0])
    assert str(found[0]).startswith(f"docs/spec/shipments.md:{line}: ")


def test_what_is_a_clause_is_what_is_cited(process: Process) -> None:
    """However a heading is written, the judge cites it, so it needs its anchor; in a comment it is none."""
    underlined = SOUND.replace("## Cancelling {#cancel}", "Cancelling\n----------")
    deep = SOUND.replace("### Reason {#cancel-reason}", "##### Reason")
    hidden = SOUND.replace("## Cancelling {#cancel}", "<!--\n## Old\n-->\n\n## Cancelling {#cancel}")

    assert [problem.line for problem in problems(underlined, process)] == [8]
    assert [problem.line for problem in problems(deep, process)] == [16]
    assert problems(hidden, process) == []


@pytest.mark.parametrize("hedge", HEDGES)
def test_every_hedge_is_found_however_it_is_written(hedge: str, process: Process) -> None:
    """Words after which nobody can say what holds."""
    found = problems(SOUND.replace("only in", f"only {hedge.upper()} in"), process)

    assert [problem.line for problem in found] == [10]


@pytest.mark.parametrize(
    "code",
    [
        '``` yaml title="x.yml" hl_lines="1"\nshould: 1\n```',
        "````markdown\n```\nshould\n```\nshould\n````",
        "~~~\n```\nshould\n~~~",
        "> ```\n> should\n> ```",
        "```\nshould ```\nshould\n```",
    ],
)
def test_code_of_any_fence_may_hedge_and_the_text_below_it_may_not(code: str, process: Process) -> None:
    """What a fence holds is code, down to the line that closes it."""
    fence = "```text\n# should be left alone\n```"
    text = SOUND.replace(fence, f"{code}\n\nIt is *usually* kept.")

    assert ["'usually' is vague"] == [problem.what for problem in problems(text, process)]


@pytest.mark.parametrize(
    "head", ['---\nowner: "paul"\n---\n', "---\nowner: paul # of shipments\n---\n", "Owner: paul\n\n"]
)
def test_front_matter_is_read_as_mkdocs_reads_it(head: str, process: Process) -> None:
    """The site names that owner; the build agrees."""
    assert problems(SOUND.replace("---\nowner: paul\n---\n", head), process) == []


def test_a_page_that_does_not_decide_may_hedge(process: Process) -> None:
    """Background is allowed to be vague; it says so at its top."""
    text = SOUND.replace("owner: paul", "owner: paul\nnormative: false").replace("is cancelled", "should be cancelled")

    assert problems(text, process) == []


def test_a_page_that_no_module_names_is_found(process: Process) -> None:
    """A change request about it would have no owner to go to."""
    found = lint([read("stray", "docs/spec/stray.md", SOUND)], process)

    assert "docs/spec/stray.md:1: no module of support.yml names the page 'stray'" in str(found[0])


def test_a_module_that_names_a_missing_page_is_found(process: Process) -> None:
    """support.yml and the folder agree in both directions."""
    found = [str(problem) for problem in lint([], process)]

    assert any("names the spec page 'customs', which does not exist" in line for line in found)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the wiki is built from, to spoil."""
    for name in ("mkdocs.yml", "support.yml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "intake_fn").symlink_to(ROOT / "intake_fn")
    return tmp_path


SPOILED = [
    ("docs/spec/customs.md", "{#hold}", "", "the clause 'Goods on hold' has no anchor"),
    ("docs/process/index.md", "specdesk: board", "specdesk: bored", "there is no fact 'bored'"),
    ("docs/spec/quotes.md", "billing.md#charges", "billing.md#gone", "does not contain an anchor '#gone'"),
    ("support.yml", "quorum: 2", "quorum: two", "board.quorum"),
]


@pytest.mark.parametrize(("name", "old", "new", "says"), SPOILED, ids=[row[0] for row in SPOILED])
def test_a_spoiled_page_fails_the_build(checkout: Path, name: str, old: str, new: str, says: str) -> None:
    """The site that people read stays as it was until the mistake is mended."""
    path = checkout / name
    text = path.read_text(encoding="utf-8")

    assert old in text

    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = build(checkout / "site", folder=checkout)

    assert done.returncode != 0
    assert says in done.stderr


def test_a_page_of_any_markdown_ending_is_a_page_of_the_spec(checkout: Path) -> None:
    """MkDocs publishes it and the index has it, so it needs an owner, and its clauses show their citations."""
    stray = checkout / "docs" / "spec" / "stray.markdown"
    stray.write_text("# Stray\n\n## Rule {#rule}\n\nIt should be so.\n", encoding="utf-8")
    config = checkout / "mkdocs.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("- spec/index.md", "- spec/index.md\n      - spec/stray.markdown"),
        encoding="utf-8",
    )
    refused = build(checkout / "site", folder=checkout)
    sound = SOUND.replace("links", "links").replace("[link](should.md)", "link")
    stray.write_text(sound, encoding="utf-8")
    process = checkout / "support.yml"
    process.write_text(
        process.read_text(encoding="utf-8").replace("spec: [users,", "spec: [users, stray,"), encoding="utf-8"
    )
    built = build(checkout / "site", folder=checkout)

    assert refused.returncode != 0
    for says in ("the page has no owner", "no module of support.yml names the page 'stray'", "'should' is vague"):
        assert f"docs/spec/stray.markdown:{says}" in re.sub(r":\d+: ", ":", refused.stderr)
    assert built.returncode == 0, built.stderr
    html = (checkout / "site" / "spec" / "stray" / "index.html").read_text(encoding="utf-8")
    assert "<code>stray#cancel</code>" in html
    assert "Owner: " in html


def test_the_build_counts_the_words_that_are_in_no_clause(checkout: Path) -> None:
    """It says how many there are, and fails when there is one."""
    sound = build(checkout / "site", folder=checkout)
    path = checkout / "docs" / "spec" / "quotes.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n<template>\n\nNever closed.\n", encoding="utf-8")
    hidden = build(checkout / "site", folder=checkout)
    path.write_text(f"{text}\n<!-- specdesk: board -->\n", encoding="utf-8")
    added = build(checkout / "site", folder=checkout)

    counted = re.search(r"The spec publishes (\d+) words; 0 of them are in no clause", sound.stderr)
    assert counted
    assert int(counted[1]) > 1000
    assert hidden.returncode != 0
    assert "2 published words are in no clause: Never closed" in hidden.stderr
    assert added.returncode != 0
    assert re.search(r"docs/spec/quotes\.md:\d+: \d+ published words are in no clause", added.stderr)


def test_another_mermaid_than_the_reviewed_one_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """3.5 MB of script are taken by their hash or not at all."""
    monkeypatch.setattr(hooks, "MERMAID_SHA256", "0" * 64)
    with pytest.raises(PluginError, match=r"another mermaid\.js than the reviewed one"):
        hooks.mermaid()
