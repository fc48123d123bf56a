"""Markdown pages into clauses, as the site publishes them: see `rendering` and `published`.

Every heading with an id and every word of a page belongs to one clause: what stands below the page's title is a
clause under the title's anchor, what stands above every heading one that is cited by the page alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spec_lookup.errors import SpecBroken
from spec_lookup.search.clause import Clause
from spec_lookup.search.coverage import Coverage, coverage
from spec_lookup.search.front_matter import split_front_matter
from spec_lookup.search.published import Section, sections
from spec_lookup.search.rendering import EXTENSIONS, Extensions, rendered

__all__ = ["EXTENSIONS", "SUFFIXES", "Page", "check_coverage", "decode_page", "page_clauses", "page_name", "read_page"]

SUFFIXES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""How the names of pages end, for MkDocs and here."""

SHOWN = 10
"""Words of a page that are named at most when they are in no clause."""

REMEMBERED = 128
"""Pages that are kept as they were read."""

_HEADING_LINE = re.compile(r"^[\s>*+-]*(?:\d+[.)]\s+)?(?:#|<h[1-6]\b)|<h[1-6]\b", re.IGNORECASE)
_UNDERLINE = re.compile(r"^[\s>]*(?:=+|-+)\s*$")
_ATTRIBUTES = re.compile(r"\{:?[^{}]*\}\s*#*\s*$|\]\([^)]*\)|<[^>]*>")
_BRACES = re.compile(r"\{[^{}]*\}")
_ANCHOR = re.compile(r"#([^\s{}#]+)")
_ID = re.compile(r"""\bid\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read: its clauses, and what they and the published page have in common."""

    clauses: list[Clause]
    texts: dict[str, str]
    """What stands below each heading with an id, title and text; a page's title without text is no clause."""
    line: int
    """Where the page begins below its front matter."""
    coverage: Coverage
    """The words that it publishes, held against those of its clauses."""


def page_name(path: str) -> str:
    """The page that a file makes: its path below the spec's folder without its ending."""
    name = path.replace("\\", "/")
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


def decode_page(data: bytes, name: str) -> str:
    """The text of a page. Raises SpecBroken with the line for bytes that are not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecBroken(f"{name}:{line}: this is not UTF-8 text. Save the page as UTF-8.") from error


def page_clauses(name: str, text: str, site: Path | None = None) -> list[Clause]:
    """The clauses of one page, in order: see `read_page`. Raises SpecBroken."""
    return [*read_page(name, text, site).clauses]


def read_page(name: str, text: str, site: Path | None = None, extensions: Extensions | None = None) -> Page:
    """One page. `name` is the file's path below the spec's folder, `site` its mkdocs.yml.

    `extensions` are those of the site, where they have been read before.

    Raises SpecBroken when two headings of the page have the same anchor, and when a published word is in no clause.
    """
    alone = site is None and extensions is None
    return _read_alone(name, text) if alone else _read(name, text, site, extensions)


@lru_cache(maxsize=REMEMBERED)
def _read_alone(name: str, text: str) -> Page:
    """A page without a site, which reads the same each time: who edits one page of a spec reads all of them again."""
    return _read(name, text, None, None)


def _read(name: str, text: str, site: Path | None, extensions: Extensions | None) -> Page:
    page = page_name(name)
    head, body, first_line = split_front_matter(text)
    normative = head.get("normative", "true").lower() not in ("false", "no")
    html = rendered(body, site, extensions)
    above, *below = sections(html)
    lines = _lines(below, body, first_line)
    _refuse_twins(name, below, lines)
    top = next((section for section in below if section.level == 1), None)
    title = top.title if top else head.get("title", page)
    made = [
        Clause(
            page,
            section.anchor,
            section.title,
            title,
            section.text,
            line,
            normative,
            " ".join(section.links),
            name,
            source,
        )
        for section, line, source in zip(below, lines, _sources(text, lines), strict=True)
        if section is not top or section.text or len(below) == 1
    ]
    if above.text:
        made.insert(0, Clause(page, "", title, title, above.text, first_line, normative, " ".join(above.links)))
    texts = {clause.anchor: f"{clause.title if clause.anchor else ''}\n{clause.markdown}" for clause in made}
    texts = ({top.anchor: top.title} if top else {}) | texts
    return Page(made, texts, first_line, check_coverage(name, first_line, html, texts))


def _sources(text: str, lines: list[int]) -> list[str]:
    """What stands in the file from each of these lines to before the next; "" for headings that share a line."""
    written = text.split("\n")
    ends = [*lines, len(written) + 1][1:]
    return ["\n".join(written[line - 1 : end - 1]).rstrip() for line, end in zip(lines, ends, strict=True)]


def check_coverage(name: str, line: int, html: str, texts: Mapping[str, str]) -> Coverage:
    """The words of a page's HTML held against those of its clauses.

    Raises SpecBroken when a published word is in no clause, or a clause says what is not published.
    """
    checked = coverage(html, texts)
    problems = ((checked.lost, "published words are in no clause"), (checked.invented, "words are not published"))
    for words, problem in problems:
        if words:
            raise SpecBroken(
                f"{name}:{line}: {len(words)} {problem}: {' '.join(words[:SHOWN])}. "
                "Write that part of the page as plain Markdown."
            )
    return checked


def _lines(headed: list[Section], body: str, first_line: int) -> list[int]:
    """The line of the file where each heading stands; that of the one before where it comes from elsewhere."""
    lines = body.split("\n")
    places: dict[str | tuple[str, ...], list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for key in _may_begin(line):
            places[key].append(number)
    at, placed = 0, []
    for section in headed:
        keys = (section.anchor, tuple(_WORD.findall(section.title)))
        saying = sorted({number for key in keys for number in places[key][bisect_left(places[key], at) :]})
        here = next((number for number in saying if _looks_like_heading(lines, number)), next(iter(saying), None))
        placed.append(first_line + (at if here is None else here))
        at = at if here is None else here + 1
    return placed


def _may_begin(line: str) -> set[str | tuple[str, ...]]:
    """The anchors that a line names, and its words without markup: a heading has the one or the other."""
    anchors = [anchor for braces in _BRACES.findall(line) for anchor in _ANCHOR.findall(braces)]
    title = tuple(_WORD.findall(_ATTRIBUTES.sub(" ", line)))
    return {*anchors, *_ID.findall(line), *((title,) if title else ())}


def _looks_like_heading(lines: list[str], number: int) -> bool:
    below = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(_HEADING_LINE.match(lines[number]) or _UNDERLINE.match(below))


def _refuse_twins(name: str, headed: list[Section], lines: list[int]) -> None:
    known: dict[str, int] = {}
    for section, line in zip(headed, lines, strict=True):
        if section.anchor in known:
            raise SpecBroken(
                f"{name}:{line}: the anchor #{section.anchor} is already that of line "
                f"{known[section.anchor]}. Give one of the two headings another {{#anchor}}."
            )
        known[section.anchor] = line
