"""What a page shows when the site has built it: its headings with their ids, and the text below each.

The page goes through Python-Markdown with the extensions of the site (mkdocs.yml), and what comes out is read. So a
heading in a quotation, a tab or raw HTML is found, a comment in a code block is none, and each anchor is the site's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SITE = Path(__file__).resolve().parent.parent / "mkdocs.yml"
"""The site whose extensions hold where a spec has none of its own."""

ALWAYS = ("toc", "tables", "fenced_code")
"""What MkDocs adds to every site's extensions."""

EXTENSIONS = (*ALWAYS, "attr_list", "admonition", "def_list", "footnotes", "md_in_html")
"""Those of Python-Markdown alone, where there is no site."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i img input ins kbd mark q s samp small span strike strong sub "
    "sup time tt u var wbr".split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN_TAGS = frozenset(("script", "style", "template", "title"))
_UNSEEN_CLASSES = frozenset(("headerlink", "linenos"))
"""What stands in the page's source and is no part of its text: links to a heading, numbers of lines."""

_WORD = re.compile(r"\w+")
NO_BREAK = "\u00a0"
"""Stands for each space in a row of a table, which is one sentence whatever its cells hold."""


@dataclass(slots=True)
class Section:
    """A heading with an id and the blocks of text below it; level 0 is what stands above the first."""

    level: int
    anchor: str
    title: str = ""
    blocks: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text below the heading, its blocks apart."""
        return "\n\n".join(self.blocks)


@lru_cache(maxsize=4)
def _extensions(site: Path) -> tuple[list[str], dict[str, Any]]:
    """The names of a site's extensions and their settings."""
    if not site.is_file() or find_spec("mkdocs") is None:
        return list(EXTENSIONS), {}
    from mkdocs.utils.yaml import yaml_load  # noqa: PLC0415 - only who builds has MkDocs

    with site.open("rb") as file:
        listed = yaml_load(file).get("markdown_extensions") or []
    rows = listed.items() if isinstance(listed, dict) else (_named(each) for each in listed)
    settings = {name: given for name, given in rows if name}
    return list(dict.fromkeys((*ALWAYS, *settings))), {name: given for name, given in settings.items() if given}


def _named(each: str | dict[str, Any]) -> tuple[str, Any]:
    return (each, None) if isinstance(each, str) else next(iter(each.items()))


def rendered(body: str, site: Path | None = None) -> str:
    """The HTML that the site makes of a page's Markdown."""
    from markdown import Markdown  # noqa: PLC0415 - only building an index needs it

    names, settings = _extensions(site or SITE)
    return Markdown(extensions=names, extension_configs=settings).convert(body)


def sections(html: str) -> list[Section]:
    """The sections of a page, in order; the first is what stands above every heading."""
    reader = _Sections()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.found


def words_missing(html: str, texts: list[str]) -> list[str]:
    """The words of a page that none of its texts holds, as often as they lack."""
    reader = _Visible()
    reader.feed(html)
    reader.close()
    missing = Counter(_WORD.findall("".join(reader.seen))) - Counter(_WORD.findall(" ".join(texts)))
    return list(missing.elements())


class _Visible(HTMLParser):
    """The text that a person sees, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not seen."""
        classes = (dict(attrs).get("class") or "").split()
        hides = tag in _UNSEEN_TAGS or bool(_UNSEEN_CLASSES.intersection(classes))
        if tag not in _VOID and (self._hidden or hides):
            self._hidden.append(tag)
        elif not self._hidden:
            self.opened(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        if not self._hidden:
            self.closed(tag)
        elif tag in self._hidden:
            while self._hidden.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if not self._hidden:
            self.text(data)

    def opened(self, tag: str, attributes: dict[str, str | None]) -> None:
        """A visible element begins."""
        del attributes
        if tag not in _INLINE:
            self.seen.append(" ")

    def closed(self, tag: str) -> None:
        """A visible element ends."""
        if tag not in _INLINE:
            self.seen.append(" ")

    def text(self, data: str) -> None:
        """Visible text."""
        self.seen.append(data)


class _Sections(_Visible):
    """The text cut into sections and blocks; rows of tables as a person reads them, with the heads of their columns."""

    def __init__(self) -> None:
        super().__init__()
        self.found = [Section(0, "")]
        self._heading = ""
        self._block: list[str] = []
        self._as_written = 0
        self._tables: list[_Table] = []

    def opened(self, tag: str, attributes: dict[str, str | None]) -> None:
        """A heading begins a section, other elements a block."""
        if tag == "a" and (target := attributes.get("href")):
            self.found[-1].links.append(target.replace(" ", "%20"))
        if tag in _INLINE:
            return
        if tag == "br":
            self._block.append("\n" if self._as_written else " ")
        elif tag in _HEADINGS and attributes.get("id"):
            self._leave_tables()
            self.end_block()
            self.found.append(Section(int(tag[1]), attributes["id"] or ""))
            self._heading = tag
        elif not self._heading:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag == "table":
            self.end_block()
            self._tables.append(_Table())
        elif tag in ("td", "th", "tr") and self._tables:
            self._in_table(tag)
        elif self._tables:
            self._block.append(" ")
        else:
            self.end_block()
            self._as_written += tag == "pre"

    def _in_table(self, tag: str) -> None:
        self._end_cell()
        if tag == "tr":
            self._tables[-1].rows.append([])
        else:
            table = self._tables[-1]
            table.rows = table.rows or [[]]
            table.cell = tag

    def closed(self, tag: str) -> None:
        """The end of a heading, a cell, a table or a block."""
        if tag in _INLINE:
            return
        if tag == self._heading:
            self.found[-1].title = _squeezed(self._block)
            self._block, self._heading = [], ""
        elif self._tables and tag in ("td", "th"):
            self._end_cell()
        elif self._tables and tag == "table":
            self._end_table()
        elif self._heading or self._tables:
            self._block.append(" ")
        else:
            self.end_block()
            self._as_written -= tag == "pre" and self._as_written > 0

    def text(self, data: str) -> None:
        """Text of the block that is open."""
        self._block.append(data)

    def end_block(self) -> None:
        """Put the open block into its section."""
        if self._heading:
            self.found[-1].title, self._heading = _squeezed(self._block), ""
        elif text := "".join(self._block).strip("\n") if self._as_written else _squeezed(self._block):
            self.found[-1].blocks.append(text)
        self._block = []

    def _end_cell(self) -> None:
        table = self._tables[-1]
        text = _squeezed(self._block)
        self._block = []
        if table.cell:
            table.rows[-1].append((table.cell, text))
            table.cell = ""
        elif text:
            self.found[-1].blocks.append(text)  # a caption

    def _end_table(self) -> None:
        self._end_cell()
        lines = self._tables.pop().lines()
        if self._tables and self._tables[-1].cell:
            self._block.append(" ".join(lines))
        else:
            self.found[-1].blocks.extend(lines)

    def _leave_tables(self) -> None:
        while self._tables:
            self._end_table()


@dataclass(slots=True)
class _Table:
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    cell: str = ""

    def lines(self) -> list[str]:
        """Each row with the heads of its columns: `Carrier: X; Limit: 24 h`."""
        rows = [row for row in self.rows if row]
        has_heads = len(rows) > 1 and all(kind == "th" for kind, _ in rows[0])
        heads = [text for _, text in rows[0]] if has_heads else []
        lines = [_line(row, heads) for row in rows[has_heads:]]
        shown = Counter(_WORD.findall(" ".join(lines)))
        unused = [head for head in heads if Counter(_WORD.findall(head)) - shown]  # of a column of empty cells
        return [line.replace(" ", NO_BREAK) for line in ("; ".join(unused), *lines) if line]


def _line(row: list[tuple[str, str]], heads: list[str]) -> str:
    named = ((heads[n] if n < len(heads) else "", text) for n, (_, text) in enumerate(row))
    return "; ".join(f"{head}: {text}" if head else text for head, text in named if text)


def _squeezed(parts: list[str]) -> str:
    return " ".join("".join(parts).split())
