"""Markdown pages into clauses. The site's own parser says what a heading is and which anchor it has.

The source says where a heading's line and body are, the parser what is published. So every line that
may be a heading gets a mark, and the parser is asked twice: with the marks, to learn which lines have
become headings (not those in code or comments), and without, for their titles and ids. What stands
below an H4 to H6 is a clause of its own, so that nothing of a section is out of reach.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spec_lookup.clause import Clause
from spec_lookup.errors import SpecBroken

_HEADING = re.compile(r"^(#{1,6}(?!#)\s*[^#\s].*?)(\s*#*\s*)$")
_UNDERLINE = re.compile(r"^(?:=+|-+)\s*$")
_ATTRIBUTES = re.compile(r"\s*\{:?[^{}]*\}\s*$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MARK = "qxzheading{}qxz"
_MARKED = re.compile(r"qxzheading(\d+)qxz")

EXTENSIONS = ("toc", "attr_list", "tables", "admonition", "fenced_code", "def_list", "footnotes", "md_in_html")
"""Those of Python-Markdown that can bear on headings and their ids."""


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    anchor: str
    line: int
    body: str


def page_name(path: str) -> str:
    """The page that a file makes: its path below the spec's folder without .md."""
    return path.replace("\\", "/").removesuffix(".md")


def decode(data: bytes, name: str) -> str:
    """The text of a page. Raises SpecBroken with the line for bytes that are not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecBroken(f"{name}:{line}: this is not UTF-8 text. Save the page as UTF-8.") from error


def clauses(name: str, text: str) -> list[Clause]:
    """The clauses of one page, in order. `name` is the file's path below the spec's folder.

    Raises SpecBroken when two headings of the page have the same anchor.
    """
    page = page_name(name)
    head, body, first_line = _front_matter(text)
    normative = head.get("normative", "true").lower() not in ("false", "no")
    headings = list(_headings(name, body, first_line))
    _refuse_twins(name, headings)
    title = next((h.title for h in headings if h.level == 1), head.get("title", page))
    found = [Clause(page, h.anchor, h.title, title, h.body, h.line, normative) for h in headings if h.level > 1]
    if found or not body.strip():
        return found
    only = headings[0] if headings else _Heading(1, title, "", first_line, body)  # no sections: the page is one clause
    return [Clause(page, only.anchor, only.title, title, only.body or body, only.line, normative)]


def _front_matter(text: str) -> tuple[Mapping[str, str], str, int]:
    """The simple `key: value` lines of the front matter, the rest, and the line where the rest begins."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text, 1
    pairs = (re.sub(r"\s#.*", "", line).partition(":") for line in (match.group(1) or "").splitlines() if ":" in line)
    head = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    return head, text[match.end() :], text.count("\n", 0, match.end()) + 1


def _headings(name: str, body: str, first_line: int) -> Iterator[_Heading]:
    """The published headings that stand in lines of their own, with the text below each."""
    lines = body.split("\n")
    candidates = list(_candidates(lines))  # first line of the heading, first line after it
    published = _published(body)
    marked = _published("\n".join(_with_marks(lines, [start for start, _ in candidates])))
    if len(published) != len(marked):
        raise SpecBroken(f"{name}:{first_line}: raw HTML in a heading hides other headings. Take it out of there.")
    found = [
        (*candidates[int(mark.group(1))], token)
        for token, with_mark in zip(published, marked, strict=True)
        if (mark := _MARKED.search(str(with_mark["name"])))
    ]
    ends = [start for start, _, _ in found[1:]] + [len(lines)]
    for (start, below, token), end in zip(found, ends, strict=False):  # one end too many for a page without headings
        title = html.unescape(str(token["name"]))
        text = "\n".join(lines[below:end]).strip("\n")
        yield _Heading(int(token["level"]), title, str(token["id"]), first_line + start, text)


def _candidates(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Lines that look like a heading: `## Title`, or a line that is underlined."""
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        if _HEADING.match(line):
            yield number, number + 1
        elif _UNDERLINE.match(line) and above.strip() and not _HEADING.match(above):
            yield number - 1, number + 1


def _with_marks(lines: list[str], starts: list[int]) -> list[str]:
    """The lines with a mark at the end of each candidate's title, before its attributes."""
    marked = list(lines)
    for number, start in enumerate(starts):
        heading = _HEADING.match(lines[start])
        title, rest = heading.groups() if heading else (lines[start], "")
        attributes = _ATTRIBUTES.search(title)
        end = attributes.start() if attributes else len(title)
        marked[start] = f"{title[:end]} {_MARK.format(number)}{title[end:]}{rest}"
    return marked


def _published(body: str) -> list[dict[str, Any]]:
    """The headings of the page as the site's parser publishes them: level, name and id of each, in order."""
    from markdown import Markdown  # noqa: PLC0415 - only building an index needs it

    parser = Markdown(extensions=list(EXTENSIONS))
    parser.convert(body)
    return list(_flat(parser.toc_tokens))  # type: ignore[attr-defined]  # set by the toc extension


def _flat(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _flat(token["children"])


def _refuse_twins(name: str, headings: list[_Heading]) -> None:
    lines: dict[str, int] = {}
    for heading in headings:
        if heading.anchor in lines:
            raise SpecBroken(
                f"{name}:{heading.line}: the anchor #{heading.anchor} is already that of line "
                f"{lines[heading.anchor]}. Give one of the two headings another {{#anchor}}."
            )
        lines[heading.anchor] = heading.line
