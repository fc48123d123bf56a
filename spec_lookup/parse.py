"""Markdown pages into clauses. The anchors are the published ones, taken from the site's own parser.

Headings are found twice: in the source, where their bodies and lines are, and by Python-Markdown,
which knows their ids. The two lists are matched in order. What stands below an H4 to H6 belongs to
a clause of its own, so that nothing of a page is out of reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec_lookup.clause import Clause
from spec_lookup.errors import SpecBroken

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"^(#{1,6})(?!#)\s*(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^(=+|-+)\s*$")
_ATTRIBUTES = re.compile(r"\s*\{:?[^}]*\}\s*$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*\n", re.DOTALL)

EXTENSIONS = ("toc", "attr_list", "tables", "admonition", "fenced_code", "def_list", "footnotes", "md_in_html")


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
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
    """The clauses of one page, in order. `name` is the file's path below the spec's folder."""
    page = page_name(name)
    head, body, first_line = _front_matter(text)
    normative = head.get("normative", "true").lower() not in ("false", "no")
    headings = list(_headings(body, first_line))
    anchors = _anchors(headings, body)
    title = next((h.title for h in headings if h.level == 1), head.get("title", page))
    found = [
        Clause(page, anchor, heading.title, title, heading.body, heading.line, normative)
        for heading, anchor in zip(headings, anchors, strict=True)
        if heading.level > 1
    ]
    if found or not body.strip():
        return found
    only = headings[0] if headings else _Heading(1, title, first_line, body)  # a page without sections is one clause
    return [Clause(page, anchors[0] if anchors else "", only.title, title, only.body or body, only.line, normative)]


def _front_matter(text: str) -> tuple[Mapping[str, str], str, int]:
    """The simple `key: value` lines of the front matter, the rest, and the line where the rest begins."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text, 1
    pairs = (line.partition(":") for line in (match.group(1) or "").splitlines() if ":" in line)
    head = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    return head, text[match.end() :], text.count("\n", 0, match.end()) + 1


def _headings(body: str, first_line: int) -> Iterator[_Heading]:
    """The headings of the source with the text below each; not those in code."""
    lines = body.split("\n")
    marks: list[tuple[int, int, int, str]] = []  # first line, first line of the body, level, title
    fence = ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark.group(1)
            elif mark.group(1).startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if fence or line.startswith(("    ", "\t")):
            continue
        if match := _HEADING.match(line):
            if match.group(2):
                marks.append((number, number + 1, len(match.group(1)), match.group(2)))
        elif number and _UNDERLINE.match(line) and _is_paragraph(lines, number - 1):
            marks.append((number - 1, number + 1, 1 if line[0] == "=" else 2, lines[number - 1].strip()))
    ends = [mark[0] for mark in marks[1:]] + [len(lines)]  # one too many for a page without headings
    for (line_number, start, level, title), end in zip(marks, ends, strict=False):
        plain = re.sub(r"[*`]", "", _ATTRIBUTES.sub("", title)).strip()
        yield _Heading(level, plain, first_line + line_number, "\n".join(lines[start:end]).strip("\n"))


def _is_paragraph(lines: list[str], number: int) -> bool:
    """Whether a line can be the text of an underlined heading: a paragraph of that one line."""
    line = lines[number]
    alone = number == 0 or not lines[number - 1].strip()
    return alone and bool(line.strip()) and not re.match(r"\s|[|>#*+-]|\d+\.", line)


def _anchors(headings: list[_Heading], body: str) -> list[str]:
    """The published id of each heading, from Python-Markdown's table of contents."""
    from markdown import Markdown  # noqa: PLC0415 - only building an index needs it
    from markdown.extensions.toc import slugify  # noqa: PLC0415

    parser = Markdown(extensions=list(EXTENSIONS))
    parser.convert(body)
    published = list(_flat(parser.toc_tokens))  # type: ignore[attr-defined]  # set by the toc extension
    taken: set[int] = set()
    anchors = []
    position = 0
    for heading in headings:
        match = next(
            (
                n
                for n in range(position, len(published))
                if n not in taken and published[n][0] == heading.level and _same(published[n][1], heading.title)
            ),
            None,
        )
        if match is None:
            anchors.append(slugify(heading.title, "-"))
            continue
        taken.add(match)
        position = match + 1
        anchors.append(published[match][2])
    return anchors


def _flat(tokens: list[dict[str, object]]) -> Iterator[tuple[int, str, str]]:
    for token in tokens:
        yield int(str(token["level"])), str(token["name"]), str(token["id"])
        children = token["children"]
        if isinstance(children, list):
            yield from _flat(children)


def _same(published: str, source: str) -> bool:
    """Whether a published heading is that of the source: the parser has resolved entities and markup."""
    return _letters(published) == _letters(source) or not _letters(source)


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]", re.sub(r"&\w+;|<[^>]*>|\]\([^)]*\)", "", text))).casefold()
