"""Every `specdesk` command that a page names exists, with the options that it is named with."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from intake_fn.cli import parser

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t).*$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
CALL = re.compile(r"(?<![\w-])specdesk(?= +(?:--|[a-z]))((?: +[^\s;|&#()]+)+)")


def code_of(text: str) -> list[str]:
    """The lines of code of a page, and what stands between backticks in it."""
    blocks = [*FENCED.findall(text), *INDENTED.findall(text)]
    return [*(line for block in blocks for line in block.splitlines()), *SPAN.findall(FENCED.sub("", text))]


def subparsers(at: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below one."""
    found = [action for action in at._actions if isinstance(action, argparse._SubParsersAction)]
    return {**found[0].choices} if found else {}


def choices(at: argparse.ArgumentParser) -> list[str]:
    """What the first argument of a command may be, where that is one of a few."""
    given = [action for action in at._actions if not action.option_strings]
    listed = given[0].choices if given else None
    return [] if listed is None or isinstance(given[0], argparse._SubParsersAction) else [*map(str, listed)]


def problem(call: str) -> str:
    """What a call names that there is not; "" for a good one."""
    at, first = parser(), False
    for word in (each.strip("\"'`,.:") for each in call.split()):
        below, is_word = subparsers(at), bool(re.fullmatch("[a-z][a-z-]*", word))
        if word.startswith("--"):
            if word.partition("=")[0] not in at._option_string_actions:
                return f"specdesk {call.strip()}: there is no {word}"
        elif is_word and (below or (first and choices(at))):
            if word not in (below or choices(at)):
                return f"specdesk {call.strip()}: there is no {word}"
            at, first = below.get(word, at), bool(below)
    return ""


def test_commands_of_the_pages_exist_with_their_options() -> None:
    """A reader who copies one must not be told that it is mistyped."""
    calls = {
        (page.name, call) for page in PAGES for line in code_of(page.read_text("utf-8")) for call in CALL.findall(line)
    }

    assert len(calls) > 60, "the pages are full of them"
    assert [] == sorted(f"{page}: {found}" for page, call in calls if (found := problem(call)))


def test_what_does_not_exist_is_found() -> None:
    """Else the test above would see nothing."""
    for call in (" mail lst", " site publish --stag dev", " rotate secret-key --begin", " nothing"):
        assert "there is no" in problem(call)
    for call in (
        " mail unsuppress ADDRESS",
        " COMMAND --help",
        " replay HD-…",
        " due --level 4 --at 2026-11-25T15:00-05:00",
    ):
        assert "" == problem(call)
