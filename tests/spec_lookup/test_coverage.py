"""The count of words in no clause: it is counted, by another way than the clauses are read, and it refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mkdocs.utils.meta import get_data

from spec_lookup import Spec, SpecBroken
from spec_lookup.search import coverage as check
from spec_lookup.search import parse
from spec_lookup.search import published as reader
from spec_lookup.search.coverage import coverage
from spec_lookup.search.front_matter import split_front_matter
from spec_lookup.search.links import linked_clauses
from spec_lookup.search.pages import pages_among
from spec_lookup.search.parse import page_clauses, read_page

PAGE = (
    'Above.\n\n# Title\n\nBelow *stress*.\n\n## A\n\nOne `two`, [three](#b "A tip"){ .x }.\n'
    "\n| H | I |\n|---|---|\n| x | y |\n"
    "\n## B {#b}\n\n![Four](p.png) H<sub>2</sub>O\n"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One two.\n", 2),
        ("# T\n\nOne two.\n\n## A\n\nThree.\n", 5),
        ("---\nowner: nobody\n---\n\n## A\n\nThree.\n", 2),
        ("## A\n\n![Four five](p.png) <!-- not this --> six\n\n<script>nor(this)</script>\n", 4),
        (PAGE, 17),
    ],
)
def test_words_are_counted(text: str, words: int) -> None:
    """Each published word once."""
    assert words == read_page("page.md", text).coverage.words


def built(folder: Path, index: Path) -> subprocess.CompletedProcess[str]:
    """The command as it is typed."""
    command = [sys.executable, "-m", "spec_lookup", "build", str(folder), "--out", str(index)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_build_prints_what_was_counted_and_fails_when_a_word_is_in_no_clause(tmp_path: Path) -> None:
    """The number is no fixed text, and the index that was there stays."""
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "page.md"
    page.write_text("# T\n\nOne two.\n\n## A\n\nThree.\n", encoding="utf-8")
    sound = built(tmp_path / "pages", tmp_path / "index")
    page.write_text("# T\n\nOne two.\n\n## A\n\n<template>\n\nNever closed.\n", encoding="utf-8")
    refused = built(tmp_path / "pages", tmp_path / "index")
    stamp = json.loads((tmp_path / "index" / "stamp.json").read_text(encoding="utf-8"))

    assert "2 clauses indexed" in sound.stdout
    assert sound.stdout.endswith("of 5 published words 0 are in no clause\n")
    assert (2, "") == (refused.returncode, refused.stdout)
    assert "page.md:1: 2 published words are in no clause: Never closed." in refused.stderr
    assert (5, 0) == (stamp["words"], stamp["words_in_no_clause"])
    assert Spec.open(tmp_path / "index").search("three")


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is read anew each time, by what is spoilt here."""
    monkeypatch.setattr(parse, "_read_alone", parse._read_alone.__wrapped__)


FAULTS = [
    ("_UNSEEN_TAGS", frozenset(("script", "style", "template", "em")), "stress"),
    ("_UNSEEN_TAGS", frozenset(("script", "style", "template", "table")), "H I x y"),
    ("_UNSEEN_CLASSES", {"a": "x"}, "three A tip"),
    ("_HEADINGS", frozenset(("h1",)), "A B"),
    ("_TITLED", frozenset(), "A tip"),
]


@pytest.mark.parametrize(("name", "value", "lost"), FAULTS, ids=[row[2] for row in FAULTS])
def test_a_fault_of_the_reader_is_seen_by_the_check(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, lost: str
) -> None:
    """They have no list in common: what the reader takes for unseen is counted all the same."""
    assert read_page("page.md", PAGE)
    monkeypatch.setattr(reader, name, value)

    with pytest.raises(SpecBroken, match="published words are in no clause") as refused:
        page_clauses("page.md", PAGE)
    assert set(lost.split()) & set(re.findall(r"\w+", str(refused.value).partition("clause: ")[2]))


@pytest.mark.parametrize(
    "nothing", [r"<em>.*?</em>", r"<code>.*?</code>", r"<table>.*?</table>", r"<p>.*?</p>"], ids=lambda text: text[:5]
)
def test_a_fault_of_the_check_is_seen_by_the_reader(monkeypatch: pytest.MonkeyPatch, nothing: str) -> None:
    """A clause that says what is not published is refused, too."""
    monkeypatch.setattr(check, "_NO_TEXT", re.compile(nothing, re.DOTALL))

    with pytest.raises(SpecBroken, match="words are not published"):
        page_clauses("page.md", PAGE)


def test_no_list_and_no_function_is_shared() -> None:
    """Else both would have the same fault."""
    source = Path(check.__file__).read_text(encoding="utf-8")

    assert not re.search(r"^(?:from|import) (?:spec_lookup|html\.parser)", source, re.MULTILINE)
    assert "coverage" not in Path(reader.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("html", "texts", "lost", "invented"),
    [
        ('<h2 id="a">A</h2>\n<p>One two</p>', {"a": "A One"}, ["two"], []),
        ('<h2 id="a">A</h2>\n<p>One</p>', {"a": "A One two"}, [], ["two"]),
        ('<h2 id="a">A</h2>\n<p>One one</p>', {"a": "A One"}, ["one"], []),
        ('<h2 id="a">A</h2>\n<p>x</p><h2 id="b">B</h2>\n<p>y</p>', {"a": "A x y", "b": "B"}, ["y"], ["y"]),
        ('<p>z</p><h2 id="a">A</h2>', {"a": "A"}, ["z"], []),
        ('<p>それは<abbr title="言葉">kwargs</abbr>です</p>', {"": "それはkwargsです kwargs: 言葉"}, [], []),
        ('<h2 id="a">A</h2>', {"a": "A", "b": "B"}, [], ["B"]),
        ('<h2 id="a">H<sub>2</sub>O</h2><td>x</td><td>y</td>', {"a": "H2O x y"}, [], []),
        ('<p title="a > b">x <custom-tag>y</custom-tag>z</p>', {"": "x y z"}, [], []),
        ("<p>a &lt; b &amp;amp; caf&eacute;</p>", {"": "a < b &amp; café"}, [], []),
    ],
)
def test_words_are_held_against_those_of_their_own_heading(
    html: str, texts: dict[str, str], lost: list[str], invented: list[str]
) -> None:
    """In exactly one clause: the one of the heading above them."""
    found = coverage(html, texts)

    assert (lost, invented) == (found.lost, found.invented)


@pytest.mark.parametrize(
    ("text", "head", "body", "line"),
    [
        ("# T\n", {}, "# T\n", 1),
        ("---\nowner: a\nnormative: false\n---\n\n# T\n", {"owner": "a", "normative": "False"}, "# T\n", 6),
        ("---\nowner: a\n...\n# T\n", {"owner": "a"}, "# T\n", 4),
        ("---\n- a list\n---\n# T\n", {}, "---\n- a list\n---\n# T\n", 1),
        ("---\na: b: c\n---\n# T\n", {}, "---\na: b: c\n---\n# T\n", 1),
        ("Owner: a\nKey: one\n    more\n\n# T\n", {"owner": "a", "key": "one"}, "# T\n", 5),
        ("A sentence: with a colon.\n", {}, "A sentence: with a colon.\n", 1),
        ("---\nempty:\n---\nText\n", {}, "Text\n", 4),
        ("", {}, "", 1),
    ],
)
def test_what_is_above_a_page_is_what_mkdocs_takes_for_it(
    text: str, head: dict[str, str], body: str, line: int
) -> None:
    """What it does not take for front matter is published, and what it does is not."""
    assert (head, body, line) == split_front_matter(text)
    assert body == get_data(text)[0]


def test_pages_are_those_that_the_site_publishes() -> None:
    """Of any ending, none hidden, no README beside an index, and one of two that make the same page."""
    names = ["a.md", "b.markdown", "c.mkd", "d.txt", ".e.md", ".f/g.md", "h/README.md", "h/index.mdown", "i/README.md"]

    assert ["a.md", "b.markdown", "c.mkd", "h/index.mdown", "i/README.md"] == pages_among(names)
    assert ["x.md"] == pages_among(["x.markdown", "x.md"])


def test_a_link_to_a_page_of_any_ending_leads_to_its_clause() -> None:
    """As it does on the site."""
    spec = Spec.of([("a.md", "## A {#a}\n\nSee [b](b.markdown#b).\n"), ("b.markdown", "## B {#b}\n\nText.\n")])
    clause = spec.clause("a#a")
    assert clause

    assert ["b#b"] == [other.cite for other in linked_clauses(spec, clause)]
