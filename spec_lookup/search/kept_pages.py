"""Pages that were read before: their clauses in a file beside an index, for the next build.

A page is kept under the SHA-256 of its name and text. The file says by which reader it was read: the site's Markdown
extensions with their settings, the source of what renders a page and of this package, and the version of Python. A file
of another reader, or one that is cut off, altered or no such file at all, holds nothing, and every page is read anew.
Nothing is kept at all where an extension may look beyond the text of a page: see PURE.

    {"format": 1, "reader": ..., "sha256": ...}     one line of JSON
    a line for each page: the digest of its name and text, a space, and as JSON what was read
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType
from typing import Any

from spec_lookup.search.clause import Clause
from spec_lookup.search.kept_file import read_kept, write_kept
from spec_lookup.search.parse import read_page
from spec_lookup.search.rendering import Extensions, extensions_of

FORMAT = 1

ENDING = ".pages"

PURE = frozenset(
    (
        *(
            f"markdown.extensions.{name}"
            for name in (
                "abbr admonition attr_list codehilite def_list extra fenced_code footnotes legacy_attrs legacy_em "
                "md_in_html meta nl2br sane_lists smarty tables toc wikilinks"
            ).split()
        ),
        *(
            f"pymdownx.{name}"
            for name in (
                "arithmatex betterem caret critic details escapeall extra highlight inlinehilite keys magiclink mark "
                "progressbar saneheaders smartsymbols superfences tabbed tasklist tilde"
            ).split()
        ),
    )
)
"""The extensions whose result depends on the text of a page and on their settings alone.

Others may read files that nobody sees here, as `pymdownx.snippets` does.
"""

RENDERING = ("markdown", "pygments", "pymdownx", "yaml")
"""The packages that PURE extensions and front matter are read with. Their source counts, not only their version."""

PLUGINS = ("pygments.lexers", "pygments.formatters", "pygments.styles", "pygments.filters")
"""Where other packages may change how Pygments reads code."""

_FIELDS = tuple(field.name for field in fields(Clause))
_PACKAGE = Path(__file__).resolve().parents[1]
_LOADED = time.time_ns()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What an index needs of a page."""

    clauses: list[Clause]
    words: int
    words_in_no_clause: int
    """The page's published words, and how many of them are in no clause."""
    is_new: bool = True
    """Whether it was read anew."""


def beside(index: Path) -> Path:
    """The file of an index's pages. It is not in the folder, for who searches needs none of it."""
    return index.with_name(index.name + ENDING)


def read_anew(name: str, text: str, site: Path | None, extensions: Extensions | None = None) -> ReadPage:
    """A page as it reads today. Raises SpecBroken."""
    page = read_page(name, text, site, extensions)
    return ReadPage(page.clauses, page.coverage.words, len(page.coverage.lost))


class KeptPages:
    """The pages of one build and of the one before."""

    def __init__(self, path: Path, site: Path | None) -> None:
        """What the file has that this site's reader has read. Raises SpecBroken when mkdocs.yml can't be read."""
        self._path = path
        self._site = site
        self._extensions = extensions_of(site)
        self._reader = reader_of(self._extensions)
        self._before = dict(_lines(path, self._reader)) if self._reader else {}
        self._now: dict[str, bytes] = {}

    def page(self, name: str, text: str) -> ReadPage:
        """The page, read anew unless it is kept. Raises SpecBroken."""
        digest = _digest(name, text)
        line = self._before.get(digest)
        with suppress(LookupError, TypeError, ValueError):
            if line is not None:
                page = _page(line)
                self._now[digest] = line
                return page
        page = read_anew(name, text, self._site, self._extensions)
        if self._reader:
            self._now[digest] = _line(page)
        return page

    def write(self) -> None:
        """Keep the pages that were asked for, and no others; a place that cannot be written to keeps none."""
        if not self._reader:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        elif self._now != self._before:
            body = b"".join(b"%s %s\n" % (digest.encode(), line) for digest, line in self._now.items())
            write_kept(self._path, {"format": FORMAT, "reader": self._reader}, body)


def reader_of(extensions: Extensions) -> str:
    """The digest of all that a page's clauses depend on besides its name and text; "" where that is not known."""
    if entry_points_of(PLUGINS):
        return ""
    try:
        settings = [(_module(name), _written(extensions.settings.get(name))) for name in extensions.names]
    except _UnknownError:
        return ""
    sources = list(_sources())
    if any(changed >= _LOADED for _, _, changed in sources):  # this process may run what stood there before
        return ""
    files = [(name, hashlib.sha256(data).hexdigest()) for name, data, _ in sources]
    return hashlib.sha256(repr((FORMAT, sys.version, settings, files)).encode("utf-8", "surrogatepass")).hexdigest()


def entry_points_of(groups: Iterable[str]) -> list[str]:
    """What installed packages have announced in these groups."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - only building an index needs it

    return [point.value for group in groups for point in entry_points(group=group)]


class _UnknownError(Exception):
    """An extension or a setting of which is not known what it does."""


def _module(name: str) -> str:
    """The module of an extension as Python-Markdown finds it. Raises _UnknownError for one that is not PURE."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - as above

    named = next((point.module for point in entry_points(group="markdown.extensions") if point.name == name), name)
    module = named.partition(":")[0]
    if module not in PURE:
        raise _UnknownError(name)
    return f"{name} {module}"


def _written(value: Any) -> str:
    """A setting as text, equal only for equal settings. Raises _UnknownError for what may be anything."""
    match value:
        case None | bool() | int() | float() | str() if type(value).__module__ == "builtins":
            return f"{type(value).__name__} {value!r}"
        case list() | tuple():
            return f"{type(value).__name__} [{', '.join(map(_written, value))}]"
        case dict():
            return f"dict {{{', '.join(f'{_written(key)}: {_written(each)}' for key, each in value.items())}}}"
        case partial():
            return f"partial {_written(value.func)} {_written(value.args)} {_written(value.keywords)}"
        case FunctionType() if _is_of_an_extension(value):
            return f"function {value.__module__} {value.__qualname__}"
        case _:
            raise _UnknownError(repr(value))


def _is_of_an_extension(function: FunctionType) -> bool:
    """Whether a function is one that a PURE extension, or the module of slugs, has under its name."""
    module = function.__module__
    there = getattr(sys.modules.get(module), function.__qualname__, None)
    return there is function and (module in PURE or module == "pymdownx.slugs")


def _sources() -> Iterator[tuple[str, bytes, int]]:
    """The source of what reads a page: name, content, and when it last changed, in nanoseconds since 1970."""
    ours = [*(_PACKAGE / "search").glob("*.py"), *_PACKAGE.glob("*.py")]
    rendering = [path for package in RENDERING for path in _modules(package)]
    for path in (*sorted(ours), *rendering):
        about = path.stat()
        yield path.as_posix(), path.read_bytes(), max(about.st_mtime_ns, about.st_ctime_ns)


def _modules(package: str) -> list[Path]:
    """The source files of an installed package, with those of its folders; none when it is not installed."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return sorted(path for folder in folders or () for path in Path(folder).rglob("*.py"))


def _digest(name: str, text: str) -> str:
    digest = hashlib.sha256()
    for part in (name, text):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _lines(path: Path, reader: str) -> Iterator[tuple[str, bytes]]:
    """The digests and lines of a sound file of this reader."""
    about, body = read_kept(path)
    with suppress(LookupError, TypeError, ValueError):
        if (about["format"], about["reader"]) == (FORMAT, reader):
            for row in body.split(b"\n")[:-1]:
                digest, _, line = row.partition(b" ")
                yield digest.decode("ascii"), line


def _line(page: ReadPage) -> bytes:
    clauses = [[getattr(clause, name) for name in _FIELDS] for clause in page.clauses]
    return json.dumps([clauses, page.words, page.words_in_no_clause]).encode()


def _page(line: bytes) -> ReadPage:
    clauses, words, words_in_no_clause = json.loads(line)
    return ReadPage([Clause(*values) for values in clauses], words, words_in_no_clause, is_new=False)
