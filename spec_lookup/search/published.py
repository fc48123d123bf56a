"""What a page shows when the site has built it: its headings with their ids, and the text below each.

The page goes through Python-Markdown with the extensions of the site (mkdocs.yml), and what comes out is read. So a
heading in a quotation, a tab or raw HTML is found, a comment in a code block is none, and each anchor is the site's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i img input ins kbd mark q s samp small span strike strong sub "
    "sup time tt u var wbr svg circle defs ellipse g line path polygon polyline rect symbol title use".split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN_TAGS = frozenset(("script", "style", "template"))
_UNSEEN_CLASSES = {"a": "headerlink"}
_NUMBERED = {"td": "linenos", "span": "linenos"}
"""What stands in the page's source and is no part of its text: links to a heading, numbers (alone) of lines."""

_OF_CODE = "highlighttable"
"""A table that only puts the numbers of lines beside code, whose lines stay lines."""

_TITLED = frozenset(("a", "abbr", "span"))
_WITHOUT_TITLE = frozenset(("headerlink", "footnote-backref"))
"""Elements whose `title` is read as a note on them, and links that only lead back."""

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
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text below the heading, its blocks apart, and at the end what its terms stand for."""
        return "\n\n".join([*self.blocks, *self.notes])

    def note(self, term: str, meaning: str) -> None:
        """Keep what a term stands for, once."""
        line = f"{term}: {meaning}" if term else meaning
        if line not in self.notes:
            self.notes.append(line)


def sections(html: str) -> list[Section]:
    """The sections of a page, in order; the first is what stands above every heading."""
    reader = _Sections()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.found


class _Sections(HTMLParser):
    """What a person sees, cut into sections and blocks; rows of tables with the heads of their columns."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = [Section(0, "")]
        self._hidden: list[str] = []
        self._heading = ""
        self._block: list[str] = []
        self._as_written = 0
        self._tables: list[_Table] = []
        self._titled: list[tuple[str, str, int]] = []
        self._numbers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not seen."""
        attributes = {name: value or "" for name, value in attrs}
        classes = attributes.get("class", "").split()
        hides = tag in _UNSEEN_TAGS or _UNSEEN_CLASSES.get(tag) in classes
        if tag not in _VOID and (self._hidden or hides):
            self._hidden.append(tag)
        elif not self._hidden:
            if tag not in _VOID and (self._numbers or _NUMBERED.get(tag) in classes):
                self._numbers.append(tag)
            self._seen(tag, attributes, classes)

    def _seen(self, tag: str, attributes: dict[str, str], classes: list[str]) -> None:
        if tag in _INLINE:
            self._inline(tag, attributes, classes)
        else:
            self._opened(tag, attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A slash at the end of a tag means nothing to a browser."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Note where what is not seen ends."""
        hidden = bool(self._hidden)
        for stack in (self._hidden, self._numbers):
            while tag in stack and stack.pop() != tag:
                pass
        if hidden:
            return
        if tag in _TITLED:
            self._end_titled(tag)
        elif tag not in _INLINE:
            self._closed(tag)

    def handle_data(self, data: str) -> None:
        """Text of the block that is open."""
        if not self._hidden and not (self._numbers and data.strip().isdigit()):
            self._block.append(data)

    def _inline(self, tag: str, attributes: dict[str, str], classes: list[str]) -> None:
        if tag == "a" and (target := attributes.get("href")):
            self.found[-1].links.append(target.replace(" ", "%20"))
        if tag == "img":
            self._block.append(attributes.get("alt", ""))
        elif tag in _TITLED:
            title = "" if _WITHOUT_TITLE.intersection(classes) else attributes.get("title", "")
            self._titled.append((tag, title, len(self._block)))

    def _end_titled(self, tag: str) -> None:
        """Keep the note on what an abbreviation, a link or an icon stands for: a person sees it on pointing there."""
        while any(opened == tag for opened, _, _ in self._titled):
            opened, title, start = self._titled.pop()
            if title:
                self.found[-1].note(_squeezed(self._block[start:]), _squeezed([title]))
            if opened == tag:
                return

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        """A heading begins a section, other elements a block."""
        if tag == "br" and self._as_written:
            self._block.append("\n")
        elif tag in _HEADINGS and attributes.get("id"):
            self._leave_tables()
            self.end_block()
            self.found.append(Section(int(tag[1]), attributes["id"]))
            self._heading = tag
        elif self._heading:
            self._block.append(" ")
        else:
            self._begin(tag, attributes.get("class", "").split())

    def _begin(self, tag: str, classes: list[str]) -> None:
        if tag == "table" and (self._tables or _OF_CODE not in classes):
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

    def _closed(self, tag: str) -> None:
        """The end of a heading, a cell, a table or a block."""
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
