"""Pages kept for the next build: the same index in less time, and never a clause that the page no longer says."""

from __future__ import annotations

import functools
import json
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from spec_lookup import Spec, SpecBroken
from spec_lookup.search import kept_file, kept_pages, vectors
from spec_lookup.search.kept_pages import KeptPages, beside, read_anew, reader_of
from spec_lookup.search.parse import Page, read_page
from spec_lookup.search.rendering import SITE, Extensions, extensions_of

PLANT = Path(__file__).parent.parent / "data" / "specs" / "plant"
CONFIG = "markdown_extensions: [attr_list, admonition, def_list, footnotes, md_in_html]\n"
PAGE = "# Orders {#orders}\n\n## Limit {#limit}\n\nAn order has 20 lines at most. See [prices](prices.md#list).\n"


SOURCES = functools.cache(lambda real=kept_pages._sources: list(real()))
"""What reads a page, itself read once for all tests."""


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pages are read the same with a model and without."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", str(tmp_path / "none"))
    monkeypatch.setattr(kept_pages, "_sources", lambda: iter(SOURCES()))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were read anew, in order."""
    names: list[str] = []

    def noted(name: str, text: str, site: Path | None = None, extensions: Extensions | None = None) -> Page:
        names.append(name)
        return read_page(name, text, site, extensions)

    monkeypatch.setattr(kept_pages, "read_page", noted)
    return names


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with three pages of its own."""
    (tmp_path / "docs" / "more").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "docs" / "orders.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "docs" / "prices.md").write_text(PAGE.replace("rder", "ffer"), encoding="utf-8")
    (tmp_path / "docs" / "more" / "index.md").write_text(f"Über alles €.\n\n{PAGE}", encoding="utf-8")
    return tmp_path


def build(site: Path, name: str = "index") -> dict[str, bytes]:
    """Build; the index byte by byte."""
    Spec.build(site / "docs", site / name)
    return {path.name: path.read_bytes() for path in (site / name).iterdir()}


def test_only_a_page_that_changed_is_read_again(site: Path, read: list[str]) -> None:
    """The index is what it would be without the file, byte by byte, its figures of coverage included."""
    build(site)
    first, read[:] = sorted(read), []
    unchanged = build(site)
    none, read[:] = [*read], []
    (site / "docs" / "orders.md").write_text(PAGE.replace("20", "30"), encoding="utf-8")
    changed = build(site)
    one, read[:] = [*read], []
    fresh = build(site, "fresh")

    assert (["more/index.md", "orders.md", "prices.md"], [], ["orders.md"]) == (first, none, one)
    assert fresh == changed
    assert fresh != unchanged
    assert json.loads(fresh["stamp.json"])["words"] > 0
    assert beside(site / "fresh").read_bytes() == beside(site / "index").read_bytes(), "no page of before stays in it"


def test_real_pages_are_kept_as_they_were_read(tmp_path: Path, read: list[str]) -> None:
    """With tables, notes and links, under this project's own extensions."""
    shutil.copytree(PLANT, tmp_path / "docs")
    built = build(tmp_path)
    read.clear()

    assert (built, []) == (build(tmp_path), read)


def test_a_page_under_another_name_is_read_again(site: Path, read: list[str]) -> None:
    """Its name is part of its clauses."""
    build(site)
    (site / "docs" / "prices.md").rename(site / "docs" / "rates.md")
    read.clear()

    assert b"rates.md" in build(site)["clauses.jsonl"]
    assert ["rates.md"] == read


@pytest.mark.parametrize(
    "config",
    [
        CONFIG.replace("admonition, ", ""),
        CONFIG.replace("footnotes, md_in_html", "md_in_html, footnotes"),
        CONFIG.replace("admonition", "toc: {permalink: true}"),
        CONFIG.replace("admonition", "no.such.extension"),
    ],
    ids=["one less", "another order", "a setting", "one that is not installed"],
)
def test_all_is_read_again_when_the_site_reads_otherwise(site: Path, read: list[str], config: str) -> None:
    """Each of them may make other clauses or anchors of the same text."""
    build(site)
    (site / "mkdocs.yml").write_text(config, encoding="utf-8")
    read.clear()

    assert build(site) == build(site, "fresh")
    assert 6 == len(read)


def test_settings_of_an_inherited_file_count(site: Path) -> None:
    """Not the text of mkdocs.yml is looked at, but what comes of it."""
    readers = []
    for n, listed in enumerate(("[attr_list]", "[attr_list, nl2br]")):
        (site / f"base{n}.yml").write_text(f"markdown_extensions: {listed}\n", encoding="utf-8")
        (site / "mkdocs.yml").write_text(f"INHERIT: base{n}.yml\n", encoding="utf-8")
        readers.append(reader_of(extensions_of(site / "mkdocs.yml")))

    assert all(readers)
    assert readers[0] != readers[1]


PLAIN = Extensions(["toc", "pymdownx.superfences"], {})


def with_format(value: object) -> Extensions:
    """A setting of superfences that is called for blocks of code."""
    return Extensions(PLAIN.names, {"pymdownx.superfences": {"custom_fences": [{"name": "x", "format": value}]}})


def of_this_test(*_: object) -> str:
    """It may do anything."""
    return ""


def of_another_module(*_: object) -> str:
    """It says that it is of an extension, and is not."""
    return ""


of_another_module.__module__ = "pymdownx.superfences"


class Text(str):
    """A text that may be more than its characters."""

    __slots__ = ()


def test_the_readers_of_this_project_and_of_ordinary_sites_are_known() -> None:
    """Else nothing would be kept for them."""
    slugs = Extensions(["toc"], {"toc": {"slugify": import_module("pymdownx.slugs").slugify(case="lower")}})
    known = [PLAIN, with_format(import_module("pymdownx.superfences").fence_code_format), slugs, extensions_of(SITE)]

    assert len(known) == len({reader_of(each) for each in known} - {""})


@pytest.mark.parametrize(
    "extensions",
    [
        Extensions(["toc", "pymdownx.snippets"], {}),
        Extensions(["toc", "pymdownx.b64"], {}),
        Extensions(["toc", "tests.of_mine"], {}),
        Extensions(["toc", "pymdownx.superfences", "pymdownx.emoji"], {}),
        with_format(of_this_test),
        with_format(of_another_module),
        with_format(functools.partial(of_this_test)),
        with_format(print),
        with_format(Text("x")),
        with_format(Path()),
    ],
    ids=["snippets", "pictures", "mine", "emoji", "function", "pretending", "partial", "built in", "text", "path"],
)
def test_nothing_is_kept_where_an_extension_may_read_other_files(extensions: Extensions) -> None:
    """Nor where a setting is a thing of which nobody knows here what it does."""
    assert not reader_of(extensions)


def test_what_a_snippet_says_now_is_in_the_clause(site: Path) -> None:
    """The page is the same, and what it takes in is not; what was kept before is gone."""
    build(site)
    assert beside(site / "index").exists()
    (site / "mkdocs.yml").write_text("markdown_extensions: [attr_list, pymdownx.snippets]\n", encoding="utf-8")
    (site / "docs" / "orders.md").write_text(f'{PAGE}\n--8<-- "fees.txt"\n', encoding="utf-8")
    for fee in ("Costs 5 EUR.", "Costs 7 EUR."):
        (site / "fees.txt").write_text(fee, encoding="utf-8")

        assert fee.encode() in build(site)["clauses.jsonl"]
        assert not beside(site / "index").exists()


def other_source(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """One of the files that read a page has another content."""
    changed = [(path, data + b"#" if path.endswith(name) else data, at) for path, data, at in SOURCES()]
    assert changed != SOURCES()
    monkeypatch.setattr(kept_pages, "_sources", lambda: iter(changed))


OTHERS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    name: functools.partial(other_source, name=f"/{name}")
    for name in (
        *(f"spec_lookup/search/{each}.py" for each in "parse published rendering coverage front_matter clause".split()),
        *("spec_lookup/errors.py", "markdown/core.py", "markdown/__meta__.py", "pymdownx/superfences.py"),
        *("pygments/lexers/python.py", "yaml/constructor.py"),
    )
}
OTHERS["Python"] = lambda patch: patch.setattr(sys, "version", "4.0")
OTHERS["format"] = lambda patch: patch.setattr(kept_pages, "FORMAT", 0)


@pytest.mark.parametrize("what", OTHERS)
def test_other_code_is_another_reader(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Another version has other files; and files count even where the version is the same."""
    before = reader_of(PLAIN)
    OTHERS[what](monkeypatch)

    assert reader_of(PLAIN) not in ("", before)


def test_all_is_read_again_by_another_reader(site: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may have other clauses then."""
    build(site)
    OTHERS["Python"](monkeypatch)
    read.clear()
    build(site)

    assert 3 == len(read)


def test_nothing_is_kept_by_a_process_that_may_run_older_code(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changed since it was loaded is not what reads the pages."""
    changed = [(path, data, kept_pages._LOADED) for path, data, _ in SOURCES()]
    monkeypatch.setattr(kept_pages, "_sources", lambda: iter(changed))
    build(site)

    assert not beside(site / "index").exists()


def test_nothing_is_kept_where_packages_add_to_pygments(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read blocks of code, and their source is not looked at."""
    monkeypatch.setattr(kept_pages, "entry_points_of", lambda _: ["mine:Lexer"])

    assert not reader_of(PLAIN)


def test_a_page_that_cannot_be_read_is_never_kept(site: Path, read: list[str]) -> None:
    """The build ends with the same error each time, and what was kept before stays sound."""
    built, data = build(site), beside(site / "index").read_bytes()
    (site / "docs" / "orders.md").write_text(f"{PAGE}\n## Again {{#limit}}\n\nText.\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SpecBroken, match="#limit is already"):
            build(site)
    assert data == beside(site / "index").read_bytes()
    (site / "docs" / "orders.md").write_text(PAGE, encoding="utf-8")
    read.clear()

    assert (built, []) == (build(site), read)


def other(head: dict[str, object], **members: object) -> bytes:
    """The first line with other members."""
    return json.dumps(head | members).encode()


@pytest.mark.parametrize(
    "damage",
    "gone empty cut longer letter digest not-JSON list no-members other-reader other-format folder".split(),
)
def test_a_stale_or_damaged_file_is_no_file(site: Path, read: list[str], damage: str) -> None:
    """The index is what it would have been, and the file is whole again."""
    built, kept = build(site), beside(site / "index")
    data = kept.read_bytes()
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    kept.unlink()
    bad = {
        "empty": b"",
        "cut": data[:-4],
        "longer": data + body,
        "letter": data.replace(b"20 lines", b"21 lines"),
        "digest": line + b"\n" + body[::-1],
        "not-JSON": b"\x93NUMPY\n" + body,
        "list": b"[]\n" + body,
        "no-members": b"{}\n" + body,
        "other-reader": other(head, reader="other") + b"\n" + body,
        "other-format": other(head, format=0) + b"\n" + body,
    }
    if damage in bad:
        assert data != bad[damage]
        kept.write_bytes(bad[damage])
    elif damage == "folder":
        kept.mkdir()
    read.clear()

    assert built == build(site)
    assert 3 == len(read)
    assert damage == "folder" or data == kept.read_bytes()
    assert {"docs", "mkdocs.yml", "index", kept.name} == {path.name for path in site.iterdir()}, (
        "nothing else is left behind"
    )


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"[[], 1]", b"[[[1]], 1, 0]", b"[7, 1, 0]", b"\xff"])
def test_a_line_that_is_no_page_is_read_anew(site: Path, line: bytes) -> None:
    """Whoever wrote it: a file with a sound digest is no promise of what it holds."""
    pages = KeptPages(beside(site / "index"), site / "mkdocs.yml")
    pages._before[kept_pages._digest("orders.md", PAGE)] = line

    assert read_anew("orders.md", PAGE, site / "mkdocs.yml") == pages.page("orders.md", PAGE)


def test_two_builds_at_once_leave_a_sound_file(site: Path, read: list[str]) -> None:
    """Each writes the whole of it; the last one counts."""
    path, texts = beside(site / "index"), [PAGE.replace("20", str(n)) for n in range(20, 40)]

    def one_build(text: str) -> None:
        pages = KeptPages(path, site / "mkdocs.yml")
        assert read_anew("a.md", text, site / "mkdocs.yml").clauses == pages.page("a.md", text).clauses
        pages.write()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_build, texts))
    read.clear()
    pages = KeptPages(path, site / "mkdocs.yml")
    for text in texts:
        pages.page("a.md", text)

    assert len(texts) - 1 == len(read)
    assert ["docs", "index.pages", "mkdocs.yml"] == sorted(path.name for path in site.iterdir())


def test_a_place_that_cannot_be_written_to_keeps_none(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is built all the same."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_file, "replace_file", full)

    assert build(site)
    assert not beside(site / "index").exists()


def test_an_unchanged_file_is_not_written_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most builds of a wiki change nothing."""
    build(site)
    written: list[Path] = []
    monkeypatch.setattr(kept_pages, "write_kept", lambda path, *_: written.append(path))
    build(site)

    assert [] == written
    assert vectors.beside(site / "index") != beside(site / "index")
