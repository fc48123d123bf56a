"""Markdown as the site of a spec renders it, wherever the index is built from."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup import Spec, SpecBroken
from spec_lookup.search.parse import page_clauses

GLOSSARY = "*[CMR]: Waybill\n"
PAGE = "## A {#a}\n\nThe CMR goes along.\n"
SAID = "The CMR goes along. CMR: Waybill"


def site(folder: Path, config: str) -> Path:
    """A site with a page and a glossary."""
    (folder / "docs").mkdir()
    (folder / "docs" / "page.md").write_text(PAGE, encoding="utf-8")
    (folder / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    (folder / "base.yml").write_text("markdown_extensions: [abbr, attr_list]\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    return folder / "mkdocs.yml"


AS_A_LIST = """
markdown_extensions:
  - abbr
  - attr_list
  - pymdownx.snippets: {auto_append: [glossary.md]}
"""
AS_A_MAPPING = """
markdown_extensions:
  abbr:
  attr_list:
  pymdownx.snippets: {base_path: ., auto_append: [glossary.md]}
"""
WITH_A_TAG = """
markdown_extensions:
  - abbr
  - attr_list
  - pymdownx.snippets:
      base_path: [!relative $config_dir]
      auto_append: [glossary.md]
"""


@pytest.mark.parametrize("config", [AS_A_LIST, AS_A_MAPPING, WITH_A_TAG], ids=["a list", "a mapping", "a tag"])
def test_the_extensions_are_those_of_the_site_from_wherever_it_is_built(
    tmp_path: Path, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index does not depend on the folder in which the command was typed."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert [SAID] == [clause.text for clause in page_clauses("page.md", PAGE, site(tmp_path, config))]


def test_what_a_site_inherits_counts(tmp_path: Path) -> None:
    """As for MkDocs."""
    inherited = site(tmp_path, "INHERIT: base.yml\nsite_name: x\n")

    assert ["a"] == [clause.anchor for clause in page_clauses("page.md", PAGE, inherited)]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("markdown_extensions:\n  - toc: {no_such_setting: 1}\n", "no_such_setting"),
        ("markdown_extensions:\n  - pymdownx.emoji: {emoji_index: !!python/name:no.such.thing }\n", "no.such"),
        ("markdown_extensions: {\n", "mkdocs.yml"),
        ("INHERIT: missing.yml\n", "missing.yml"),
        ("- a list\n", "mkdocs.yml"),
        ("markdown_extensions:\n  - pymdownx.snippets: {check_paths: true, auto_append: [gone.md]}\n", "gone.md"),
    ],
)
def test_a_site_whose_extensions_cannot_be_used_is_named(tmp_path: Path, config: str, says: str) -> None:
    """One sentence instead of a traceback, and the index that was there stays."""
    broken = site(tmp_path, config)

    with pytest.raises(
        SpecBroken, match=r"mkdocs\.yml(?: can't be read|: its Markdown extensions can't be used): "
    ) as refused:
        Spec.build(tmp_path / "docs", tmp_path / "index")
    assert says in str(refused.value)
    assert not (tmp_path / "index").exists()
    assert broken.exists()


def test_an_extension_that_is_not_installed_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Documentation can be searched without all that its site needs, and nobody takes the anchors for the site's."""
    lacking = site(tmp_path, "markdown_extensions: [attr_list, no.such.extension, 'nosuch:Class', admonition]\n")
    for _ in range(2):
        assert ["a"] == [clause.anchor for clause in page_clauses("page.md", PAGE, lacking)]

    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("spec_lookup")]
    assert "not installed: no.such.extension, nosuch:Class." in warning
    assert "may differ from those of the site" in warning


def test_a_site_that_was_changed_is_read_again(tmp_path: Path) -> None:
    """Two builds in one process do not share what the first one read."""
    changing = site(tmp_path, "markdown_extensions: []\n")
    before = page_clauses("page.md", PAGE, changing)
    changing.write_text("markdown_extensions: [attr_list]\n", encoding="utf-8")

    assert ("a-a", "a") == (before[0].anchor, page_clauses("page.md", PAGE, changing)[0].anchor)
