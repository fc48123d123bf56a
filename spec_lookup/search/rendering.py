"""Markdown as a site renders it: by the extensions of its mkdocs.yml, wherever the build is run from.

An extension that is not installed here is left out, and a warning names it: the pages are then read without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spec_lookup.errors import SpecBroken

log = logging.getLogger(__name__)

SITE = Path(__file__).resolve().parents[2] / "mkdocs.yml"
"""The site whose extensions hold where a spec has none of its own."""

ALWAYS = ("toc", "tables", "fenced_code")
"""What MkDocs adds to every site's extensions."""

ALWAYS_LEFT_OUT = (".*", "/templates/")
"""The files that MkDocs does not publish unless it is told to."""

EXTENSIONS = (*ALWAYS, "attr_list", "admonition", "def_list", "footnotes", "md_in_html")
"""The extensions where there is no site: those of Python-Markdown alone."""

SNIPPETS = "pymdownx.snippets"
"""The extension that looks for files; without a place of its own it looks where the site's mkdocs.yml is."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """The names of Markdown extensions, and the settings of those that have any."""

    names: list[str]
    settings: dict[str, Any]


def extensions_of(site: Path | None) -> Extensions:
    """The extensions of a site's mkdocs.yml as they are now. Raises SpecBroken when it can't be read."""
    site = site or SITE
    try:
        return _extensions(site, site.read_bytes() if site.is_file() else b"")
    except OSError as error:
        raise SpecBroken(f"{site} can't be read: {error}. Correct it.") from error


def rendered(body: str, site: Path | None = None, extensions: Extensions | None = None) -> str:
    """The HTML that the site makes of a page's Markdown, by these extensions where they are known already.

    Raises SpecBroken when its extensions can't be used.
    """
    from markdown import Markdown  # noqa: PLC0415 - only building an index needs it

    site = site or SITE
    try:
        extensions = extensions or extensions_of(site)
        return Markdown(extensions=extensions.names, extension_configs=extensions.settings).convert(body)
    except SpecBroken:
        raise
    except Exception as error:  # an extension may raise anything
        raise SpecBroken(
            f"{site}: its Markdown extensions can't be used: {error}. Correct it, or install what it names."
        ) from error


def site_of(folder: Path) -> Path | None:
    """The mkdocs.yml of the site that a folder of pages belongs to, if it has one."""
    above = folder.resolve()
    return next((file for each in (above, *above.parents) if (file := each / "mkdocs.yml").is_file()), None)


def left_out(folder: Path) -> Callable[[str], bool]:
    """Which files below a folder of pages the site does not publish: those it excludes, and drafts.

    Raises SpecBroken when its mkdocs.yml can't be read.
    """
    site = site_of(folder)
    if site is None or find_spec("mkdocs") is None:
        return lambda _: False
    from pathspec.gitignore import GitIgnoreSpec  # noqa: PLC0415 - it comes with MkDocs

    settings = _read(site)
    docs, pages = (site.parent / settings.get("docs_dir", "docs")).resolve(), folder.resolve()
    if not pages.is_relative_to(docs):
        return lambda _: False
    lines = [line for name in ("exclude_docs", "draft_docs") for line in str(settings.get(name) or "").splitlines()]
    patterns = GitIgnoreSpec.from_lines([*ALWAYS_LEFT_OUT, *lines])
    return lambda name: patterns.match_file((pages.relative_to(docs) / name).as_posix())


@lru_cache(maxsize=4)
def _extensions(site: Path, content: bytes) -> Extensions:
    if not content.strip() or find_spec("mkdocs") is None:
        return Extensions(list(EXTENSIONS), {})
    listed = _read(site).get("markdown_extensions") or []
    rows = listed.items() if isinstance(listed, dict) else (_named(each) for each in listed)
    given = {name: settings or {} for name, settings in rows if name}
    if missing := [name for name in given if not _is_installed(name)]:
        log.warning(
            "%s names Markdown extensions that are not installed: %s. Pages are read without them, so that clauses "
            "and anchors may differ from those of the site. Install them and build again.",
            site,
            ", ".join(missing),
        )
    given = {name: settings for name, settings in given.items() if name not in missing}
    if SNIPPETS in given:
        given[SNIPPETS] = {"base_path": [str(site.parent)], **given[SNIPPETS]}
        given[SNIPPETS]["base_path"] = _below(site.parent, given[SNIPPETS]["base_path"])
    return Extensions(
        list(dict.fromkeys((*ALWAYS, *given))), {name: settings for name, settings in given.items() if settings}
    )


def _is_installed(name: str) -> bool:
    """Whether Python-Markdown finds an extension: by a name that a package gives it, or as a module."""
    from markdown.util import get_installed_extensions  # noqa: PLC0415 - only building an index needs it

    if any(each.name == name for each in get_installed_extensions()):
        return True
    try:
        return find_spec(name.partition(":")[0]) is not None
    except (ImportError, ValueError):  # a package on the way there is missing
        return False


def _read(site: Path) -> dict[str, Any]:
    """A mkdocs.yml with all that it may hold: what it inherits, variables, places. Raises SpecBroken."""
    from mkdocs.config.defaults import MkDocsConfig  # noqa: PLC0415 - only who builds has MkDocs
    from mkdocs.utils.yaml import get_yaml_loader, yaml_load  # noqa: PLC0415 - as above

    config = MkDocsConfig(str(site))
    try:
        with site.open("rb") as file:
            settings = yaml_load(file, get_yaml_loader(config=config))
        config.docs_dir = str(site.parent / settings.get("docs_dir", "docs"))
    except Exception as error:  # what it names is imported, and may raise anything
        raise SpecBroken(f"{site} can't be read: {error}. Correct it, or install what it names.") from error
    return settings


def _named(each: str | dict[str, Any]) -> tuple[str, Any]:
    return (each, None) if isinstance(each, str) else next(iter(each.items()))


def _below(folder: Path, places: Any) -> list[Any]:
    """Each place; one that is written as a relative path is below the folder."""
    listed = places if isinstance(places, list) else [places]
    return [str(folder / each) if isinstance(each, str) else each for each in listed]
