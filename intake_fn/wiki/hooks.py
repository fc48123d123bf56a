"""What MkDocs calls while it builds the wiki (`hooks:` in mkdocs.yml). Thin: each hook is a few lines.

on_config         pages of release notes join the navigation, the latest first
on_files          the spec's form is checked; colours, scripts, icon and the spec's stamp join the site
on_nav            links of the navigation to the intake get its address
on_page_markdown  markers become facts of support.yml
on_page_content   clauses get their citation and links, links to the intake its address
on_env            the index of the search box joins the site
on_post_page      scripts where a page needs them
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # MkDocs loads a hook as a file, from wherever the package is not installed

from intake_fn.core.errors import SpecdeskError  # noqa: E402 - after the path is set
from intake_fn.core.process import Process  # noqa: E402
from intake_fn.core.process_file import parse  # noqa: E402
from intake_fn.core.spec_versions import FILE as VERSIONS  # noqa: E402
from intake_fn.core.spec_versions import read_versions  # noqa: E402
from intake_fn.wiki import clause_figures, clauses, lint, page_history, search_index  # noqa: E402
from intake_fn.wiki.facts import facts  # noqa: E402
from spec_lookup import (  # noqa: E402
    SUFFIXES,
    SpecBroken,
    abbreviations,
    check_coverage,
    content_stamp,
    page_name,
    read_page,
    read_pages,
    read_synonyms,
)

log = get_plugin_logger("specdesk")

SPEC = "spec/"
"""The folder whose pages decide."""

RELEASES = "releases"
"""The folder of the release notes."""

MERMAID = "assets/mermaid.min.js"
MERMAID_SHA256 = "74d7c46dabca328c2294733910a8aa1ed0c37451776e8d5295da38a2b758fb9b"
"""The official mermaid.min.js 11.16.0, as its project publishes it."""

SHARED = ("icon.svg", "palette.css", "search.css", "search.js", "search-index.js", "texts.js")
"""What the wiki has in common with the intake, copied to assets/."""

STAMP = "stamp.json"
"""The file by which the function sees whether its index and the wiki are of the same spec."""

SEARCH_INDEX = "search/index.json"
SYNONYMS = "synonyms.txt"
STATIC = ROOT / "intake_fn" / "web" / "static"

_MARKER = re.compile(r"^<!-- specdesk: (\S+) -->$", re.MULTILINE)
_SPEC_LINK = re.compile(r"\]\(/spec/([^)#]+)(\.md)\)")
INTAKE = "intake:"
_NESTED_NAV = re.compile(r'<nav class="md-nav" (data-md-level="[1-9]") aria-labelledby="[^"]*" aria-expanded="[^"]*">')
"""A part of the navigation, which the theme makes a landmark of its own, and on phones one without a name."""

_INTAKE_LINK = re.compile(r'href="intake:([^"]*)"')


# --- events -----------------------------------------------------------------------------------


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put docs/releases/*.md into the navigation: `specdesk release-notes` writes them."""
    pages = sorted(Path(config.docs_dir, RELEASES).glob("*.md"), key=_by_version, reverse=True)
    if pages and config.nav:
        config.nav.append({"Release notes": [f"{RELEASES}/{page.name}" for page in pages]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Check the spec; add what is not in docs/. Raises PluginError naming every problem."""
    process, site = _process(config), Path(config.config_file_path)
    pages = [
        lint.read(_name(file.src_uri), f"docs/{file.src_uri}", file.content_string, site)
        for file in files.documentation_pages()
        if _is_spec(file.src_uri)
    ]
    if problems := lint.lint(pages, process):
        raise PluginError("\n".join(["The spec has problems:", *map(str, problems)]))
    counted = [page.coverage for page in pages]
    words, lost = sum(each.words for each in counted), sum(len(each.lost) for each in counted)
    log.info("The spec publishes %d words; %d of them are in no clause", words, lost)
    shared = ((f"assets/{name}", STATIC / name) for name in SHARED)
    for uri, path in ((MERMAID, mermaid()), *shared):
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    stamp = content_stamp([*read_pages(Path(config.docs_dir, SPEC))])
    files.append(File.generated(config, STAMP, content=json.dumps({"content": stamp})))
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Links of mkdocs.yml that begin with `intake:` get the intake's address."""
    del files
    for link in nav.items:
        if isinstance(link, Link) and link.url.startswith(INTAKE):
            link.url = _intake_url(config) + link.url.removeprefix(INTAKE)
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put facts where markers stand. Raises PluginError for a marker that names no fact."""
    if "<!-- specdesk:" not in markdown:
        return markdown
    known = facts(_process(config))
    endings = {_name(file.src_uri): Path(file.src_uri).suffix for file in files if _is_spec(file.src_uri)}

    def fact(match: re.Match[str]) -> str:
        if match.group(1) not in known:
            names = ", ".join(known)
            raise PluginError(f"docs/{page.file.src_uri}: there is no fact {match.group(1)!r}. Use one of {names}.")
        return _SPEC_LINK.sub(lambda link: f"](/spec/{link[1]}{endings.get(link[1], link[2])})", known[match.group(1)])

    return _MARKER.sub(fact, markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give clauses their citation, spec pages their owner, links the intake's address."""
    del files
    process, uri, intake = _process(config), page.file.src_uri, _intake_url(config)
    if _is_spec(uri):
        html = clauses.with_reports(html, _name(uri), _anchors(html, page, config), intake, _clause_figures(config))
        html = clauses.with_owner(
            html,
            process.people[page.meta["owner"]].name,
            sample=process.product.sample,
            told=_history(config).told(uri.removeprefix(SPEC)),
            edit_url=page.edit_url or "",
        )
    return _INTAKE_LINK.sub(lambda match: f'href="{intake}{match.group(1)}"', html)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Publish the index of the search box: every section of every page, and the synonyms of the spec."""
    found: list[search_index.Section] = []
    for file in files.documentation_pages():
        if file.page and file.page.content:
            cited_as = _name(file.src_uri) if _is_spec(file.src_uri) else ""
            kind = search_index.kind_of(file.src_uri)
            found += search_index.sections(file.page.content, file.url.removeprefix("./"), kind, cited_as)
    index = search_index.as_json(found, _synonyms(config, files))
    files.append(File.generated(config, SEARCH_INDEX, content=index))
    return env


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Load Mermaid where a diagram is (the theme then loads none from elsewhere)."""
    del config
    up = "../" * page.url.count("/")
    output = _NESTED_NAV.sub(r'<nav class="md-nav" \1 role="none">', output)
    if 'class="mermaid"' in output:
        output = output.replace("</head>", f'<script src="{up}{MERMAID}"></script></head>', 1)
    return output


# --- parts ------------------------------------------------------------------------------------


def _process(config: MkDocsConfig) -> Process:
    """support.yml beside mkdocs.yml. Raises PluginError with what is wrong in it."""
    path = Path(config.config_file_path).parent / "support.yml"
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PluginError(f"support.yml can't be read ({error.strerror}). It belongs beside mkdocs.yml.") from error
    except SpecdeskError as error:
        raise PluginError(str(error)) from error


_parsed = lru_cache(maxsize=1)(parse)


def _by_version(page: Path) -> list[tuple[int, str]]:
    """Numbers within a version count as numbers: 4.10 comes after 4.9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", page.stem)]


def _is_spec(uri: str) -> bool:
    return uri.startswith(SPEC) and uri.endswith(SUFFIXES)


def _name(uri: str) -> str:
    """The page of the spec, as it is cited."""
    return page_name(uri.removeprefix(SPEC))


def _anchors(html: str, page: Page, config: MkDocsConfig) -> set[str]:
    """The anchors of a page's clauses.

    Raises PluginError when the site shows words of the page that are in no clause, or a clause has others.
    """
    path = f"docs/{page.file.src_uri}"
    try:
        indexed = read_page(path, page.file.content_string, Path(config.config_file_path))
        check_coverage(path, indexed.line, html, indexed.texts)
    except SpecBroken as error:
        raise PluginError(str(error)) from error
    return {clause.anchor for clause in indexed.clauses}


def _clause_figures(config: MkDocsConfig) -> Mapping[str, str]:
    """The counts of requests of each clause, from the file that `extra.clause_figures` names; none without one.

    Raises PluginError for a file that can't be read: a page without its figures would look like a clause without any.
    """
    named = config.extra.get("clause_figures")
    if not named:
        return {}
    path = Path(config.config_file_path).parent / str(named)
    try:
        return _read_figures(path)
    except (OSError, ValueError) as error:
        raise PluginError(f"The figures of the clauses, {named}, can't be read: {error}") from error


_read_figures = lru_cache(maxsize=1)(clause_figures.figures)


def _history(config: MkDocsConfig) -> page_history.History:
    """When the pages of the spec were changed. Raises PluginError for a list of versions that can't be read."""
    folder = Path(config.docs_dir, SPEC)
    path = folder / VERSIONS
    try:
        listed = read_versions(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else ()
    except SpecdeskError as error:
        raise PluginError(str(error)) from error
    return page_history.history(folder, tuple((version.name, version.commit) for version in listed))


def _synonyms(config: MkDocsConfig, files: Files) -> list[list[str]]:
    """The groups that the spec's own list names, and the abbreviations that it explains.

    Raises PluginError for a list that can't be read.
    """
    path, site = Path(config.docs_dir, SPEC, SYNONYMS), Path(config.config_file_path)
    try:
        listed = read_synonyms(path.read_text(encoding="utf-8")) if path.is_file() else []
        pages = [file for file in files.documentation_pages() if _is_spec(file.src_uri)]
        read = (read_page(f"docs/{page.src_uri}", page.content_string, site) for page in pages)
        return [*listed, *abbreviations(clause for page in read for clause in page.clauses)]
    except SpecBroken as error:
        raise PluginError(str(error)) from error


def _intake_url(config: MkDocsConfig) -> str:
    """Where the intake is, without a slash at the end; "" for the wiki's own origin."""
    return str(config.extra.get("intake_url") or "").rstrip("/")


def mermaid() -> Path:
    """The script inside the package mermaidx. Raises PluginError when it is missing or another one."""
    spec = importlib.util.find_spec("mermaidx")
    if spec is None or spec.origin is None:
        raise PluginError("The package mermaidx, which carries Mermaid, is not installed. Run `make test` once.")
    path = Path(spec.origin).parent / "assets" / "mermaid.js"
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "nothing"
    if digest != MERMAID_SHA256:
        raise PluginError(
            f"mermaidx carries another mermaid.js than the reviewed one (SHA-256 {digest}). Install the "
            "version of requirements-dev.lock, or review the new script and change MERMAID_SHA256."
        )
    return path
