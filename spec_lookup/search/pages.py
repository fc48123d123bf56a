"""The pages of a spec's folder: which files the site publishes, their texts, and one hash of them all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from spec_lookup.errors import SpecBroken
from spec_lookup.search.parse import SUFFIXES, decode_page, page_name
from spec_lookup.search.rendering import left_out
from spec_lookup.search.synonyms import FILE as SYNONYMS


def read_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every page, sorted by name. Raises SpecBroken."""
    if not folder.is_dir():
        raise SpecBroken(f"There is no folder {folder}. Name the folder that holds the spec's Markdown pages.")
    for name in pages_among(_names(folder), left_out(folder)):
        yield name, decode_page((folder / name).read_bytes(), name)


def pages_among(names: Sequence[str], left_out: Callable[[str], bool] = lambda _: False) -> list[str]:
    """The files below a spec's folder that the site publishes as pages, in their order.

    The list of synonyms comes with them. Hidden ones are left out.
    Of two that make the same page, as README and index do, MkDocs takes the last by name.
    """
    pages = [name for name in names if name.endswith(SUFFIXES) and not re.search(r"(?:^|/)\.", name)]
    made = {_page_of(name): name for name in sorted(pages) if not left_out(name)}
    return [name for name in names if made.get(_page_of(name)) == name or name == SYNONYMS]


def content_stamp(pages: list[tuple[str, str]]) -> str:
    """The stamp of the content of pages: equal for equal pages, on every machine."""
    digest = hashlib.sha256()
    for name, text in pages:
        for part in (name, text):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _names(folder: Path) -> list[str]:
    """The files below a folder, sorted; links to folders are followed, as MkDocs does, but never in a circle."""
    paths = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not _leads_back(Path(place) / name)]
        paths += [path.relative_to(folder) for name in names if (path := Path(place) / name).is_file()]
    return [path.as_posix() for path in sorted(paths)]


def _leads_back(folder: Path) -> bool:
    """Whether a folder is a link to one that it is in."""
    return folder.is_symlink() and folder.resolve() in (above := folder.parent.resolve(), *above.parents)


def _page_of(name: str) -> str:
    """The page that a file makes; a README makes its folder's first."""
    return re.sub(r"(^|/)README$", r"\1index", page_name(name))
