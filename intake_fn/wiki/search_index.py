"""The wiki's own index of words: what the search box looks through where the intake does not answer.

A page is cut into sections, one for each heading with an anchor; a clause of the spec is one section. The browser
counts the words itself (web/static/search-index.js), so that this file knows no search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html.parser import HTMLParser

from intake_fn.core.lazy_dataclass import dataclass

SPEC, SUPPORT, OPERATORS = "spec", "support", "operators"
"""The readers of a section; the search box shows the groups in this order."""

FOR_OPERATORS = ("operate/", "decisions/", "contributing.md", "glossary.md")
"""Pages for those who run Specdesk."""

_HEADINGS = re.compile("h[1-6]")
_UNSEEN = ("script", "style", "svg", "form")
_UNSEEN_CLASSES = {"headerlink", "sd-clause", "sd-owner"}
_VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_PAGE = 1


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its text, up to the next heading. `url` is relative to the site's root; `cite` is a clause's."""

    url: str
    title: str
    page: str
    kind: str
    text: str
    cite: str = ""


def kind_of(uri: str) -> str:
    """The readers of a page, by the path of its source below docs/."""
    if uri.startswith("spec/"):
        return SPEC
    return OPERATORS if uri.startswith(FOR_OPERATORS) else SUPPORT


def sections(html: str, url: str, kind: str, cited_as: str = "") -> list[Section]:
    """The sections of a page, from its HTML; `cited_as` is the page's name in citations, of a page of the spec."""
    reader = _Sections()
    reader.feed(html)
    page = next((part.title for part in reader.found if part.level == _PAGE), "")
    return [
        Section(
            url=f"{url}#{part.anchor}" if part.anchor and part.level > _PAGE else url,
            title=part.title,
            page=page,
            kind=kind,
            text=" ".join("".join(part.text).split()),
            cite=f"{cited_as}#{part.anchor}" if cited_as and part.anchor else "",
        )
        for part in reader.found
    ]


def as_json(found: Iterable[Section], synonyms: Sequence[Sequence[str]]) -> str:
    """The index as it is published."""
    return json.dumps(
        {"synonyms": synonyms, "sections": [asdict(section) for section in found]},
        ensure_ascii=False,
        separators=(",", ":"),
    )


class _Part:
    def __init__(self, level: int, anchor: str) -> None:
        self.level, self.anchor = level, anchor
        self.words: list[str] = []
        self.text: list[str] = []

    @property
    def title(self) -> str:
        return " ".join("".join(self.words).split())


class _Sections(HTMLParser):
    """Cuts a page at its headings. The signs beside headings, scripts and drawings are no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Part] = []
        self._open: list[str] = []
        self._heading = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A heading begins a section; cells and blocks are apart."""
        given = dict(attrs)
        if tag in _VOID:
            self._write(" ")
            return
        if _HEADINGS.fullmatch(tag) and not self._unseen:
            self.found.append(_Part(int(tag[1]), given.get("id") or ""))
            self._heading = tag
        unseen = tag in _UNSEEN or not _UNSEEN_CLASSES.isdisjoint((given.get("class") or "").split())
        self._unseen += unseen
        self._open.append(f"{'!' if unseen else ''}{tag}")
        self._write("" if tag in ("a", "strong", "em", "code", "span", "abbr", "sup", "sub") else " ")

    def handle_endtag(self, tag: str) -> None:
        """What was left open inside is closed with it."""
        while self._open:
            closed = self._open.pop()
            self._unseen -= closed.startswith("!")
            if closed.removeprefix("!") == tag:
                break
        if tag == self._heading:
            self._heading = ""

    def handle_data(self, data: str) -> None:
        """Text belongs to the heading that is open, or to the section."""
        self._write(data)

    def _write(self, text: str) -> None:
        if self._unseen or not self.found:
            return
        part = self.found[-1]
        (part.words if self._heading else part.text).append(text)
