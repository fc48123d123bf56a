"""The glossary: every file, class and function that it names is where it says."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.wiki.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \| (?P<where>`[^|]+) \|$", re.MULTILINE)
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [(row["term"], re.findall(r"`([^`]+)`", row["where"])) for row in ROW.finditer(GLOSSARY)]

WANTED = (
    "outbox, dispatcher, quarantine, spam check, SLA target, lease, next attempt, dead letter, ordering key, "
    "duplicate, reconciliation, mail throttle, suppression list, issue index, verdict replay, consistency check, "
    "ledger, signed link"
)


@pytest.mark.parametrize(("term", "where"), ROWS, ids=[term for term, _ in ROWS])
def test_what_the_glossary_names_exists(term: str, where: list[str]) -> None:
    """A reader who looks a term up must find it where the glossary says; a rename changes this page, too."""
    for place, names in _places(where):
        path = ROOT / place if (ROOT / place).exists() else ROOT / "intake_fn" / place

        assert path.is_file(), f"{term}: {place} does not exist"
        assert set(names) - set(_named_in(path)) == set(), f"{term}: {place} does not define it"


def test_what_the_readme_names_exists() -> None:
    """Its table leads to files and folders."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| Change | File |")[2]
    places = re.findall(r"`([\w./]+)`", table.partition("\n\n")[0])

    assert len(places) > 20
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_glossary_has_the_terms_of_the_field() -> None:
    """Somebody who comes from another ticket system looks for these words."""
    terms = {word for term, _ in ROWS for word in term.split(", ")}

    assert set(WANTED.split(", ")) - terms == set()


def test_no_term_stands_twice() -> None:
    """One term has one meaning."""
    terms = [word for term, _ in ROWS for word in term.split(", ")]

    assert sorted(set(terms)) == sorted(terms)


def _places(where: list[str]) -> list[tuple[str, list[str]]]:
    """Each file with the names that follow it; a term may stand in several files."""
    first, *others = where
    places: list[tuple[str, list[str]]] = [(first, [])]
    for other in others:
        if "/" in other:
            places.append((other, []))
        else:
            places[-1][1].append(other)
    return places


def _named_in(path: Path) -> Iterator[str]:
    """Top-level names of a module, and the members of its classes; keys of a YAML file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        yield from yaml.safe_load(text)
    if path.suffix == ".py":
        for node in ast.parse(text).body:
            for name in _names_of(node):
                yield name
                if isinstance(node, ast.ClassDef):
                    yield from (f"{name}.{member}" for part in node.body for member in _names_of(part))


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)
