"""What must hold of a built site before it is shown: links lead somewhere, clauses stand where they are cited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from spec_lookup import Clause

FEWEST = 0.99
"""The pages that a new version must have at least, of those of the version before."""

ADDRESSES = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
HERE = "https://site.invalid/"
"""Stands for the site's own origin."""


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of a page, and where it leads."""

    ids: frozenset[str]
    targets: tuple[str, ...]


@dataclass
class _Reader(HTMLParser):
    ids: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep ids and addresses."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if target := given.get(ADDRESSES.get(tag, ""), ""):
            self.targets.append(target)


def read_pages(folder: Path) -> dict[str, Page]:
    """All pages of a built site by the path of their file."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        reader = _Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        pages[path.relative_to(folder).as_posix()] = Page(frozenset(reader.ids), tuple(reader.targets))
    return pages


def broken_links(folder: Path, pages: Mapping[str, Page], elsewhere: Collection[str]) -> Iterator[str]:
    """Links to no file or no anchor; `elsewhere` are patterns of addresses that another server answers."""
    for name, page in pages.items():
        base = urljoin(HERE, name.removesuffix("index.html")) if name != "404.html" else HERE
        for target in dict.fromkeys(page.targets):
            address = urljoin(base, target)
            if not address.startswith(HERE):
                continue
            parts = urlsplit(address)
            if any(fnmatchcase(parts.path, pattern) for pattern in elsewhere):
                continue
            path = unquote(parts.path).lstrip("/")
            file = f"{path}index.html" if not path or path.endswith("/") else path
            if not (folder / file).is_file():
                yield f"{name} leads to {target}, and there is no {file}"
            elif parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].ids:
                yield f"{name} leads to {target}, and {file} has no such anchor"


def missing_clauses(pages: Mapping[str, Page], clauses: Iterable[Clause]) -> Iterator[str]:
    """Clauses of the index that do not stand where they are cited."""
    for clause in clauses:
        path, _, anchor = clause.url.partition("#")
        page = pages.get(f"spec/{path}index.html")
        if page is None or anchor not in page.ids:
            yield f"clause {clause.cite} is not at spec/{clause.url}"


def too_few_pages(pages: int, before: int) -> Iterator[str]:
    """The problem that pages are lost against the published version; `before` is 0 where none is published."""
    if pages < before * FEWEST:
        yield f"it has {pages} pages, and the version that is shown has {before}"


def stamp_of(folder: Path) -> str:
    """The stamp of the spec that a built site is of; "" where it says none."""
    try:
        return str(json.loads((folder / "stamp.json").read_text(encoding="utf-8"))["content"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
