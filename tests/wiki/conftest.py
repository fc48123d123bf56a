"""The wiki, built once for all tests of this folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MKDOCS = Path(sys.executable).parent / "mkdocs"


def build(out: Path, *options: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the wiki of `folder` as `make run` does."""
    return subprocess.run(
        [MKDOCS, "build", "--site-dir", out, *options],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@dataclass(frozen=True)
class Element:
    """A start tag with its attributes."""

    tag: str
    attributes: dict[str, str]


class _Reader(HTMLParser):
    """Collects start tags and the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep every tag; what stands in scripts and styles is no text."""
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """Text counts again."""
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if not self._hidden:
            self.text.append(data)


@dataclass(frozen=True)
class Built:
    """A page of the built site."""

    name: str
    html: str
    elements: tuple[Element, ...]
    text: str

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]


class Site(dict[str, Built]):
    """All pages of a built site by their address, such as `spec/shipments/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix().removesuffix("index.html")
            html = path.read_text(encoding="utf-8")
            reader = _Reader()
            reader.feed(html)
            self[name] = Built(name, html, tuple(reader.elements), " ".join(" ".join(reader.text).split()))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The wiki as it is published."""
    out = tmp_path_factory.mktemp("wiki")
    done = build(out)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return Site(out)
