"""What a page of the spec says of its history: what git shows, and nothing that it does not."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

from intake_fn.wiki.clauses import with_owner
from intake_fn.wiki.page_history import history

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str, day: str = "2026-03-04") -> None:
    """Git in a folder, on a day."""
    environ = {**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "GIT_AUTHOR_DATE": f"{day}T12:00:00Z"}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, env=environ)


def spec_of(folder: Path) -> Path:
    """A spec of two pages, of which one was changed after version 4.2."""
    spec = folder / "docs" / "spec"
    spec.mkdir(parents=True)
    for name in ("quotes.md", "résumé.md"):
        (spec / name).write_text("# A page\n", encoding="utf-8")
    git(folder, "init", "-q", ".")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Two pages")
    git(folder, "tag", "v4.2")
    (spec / "quotes.md").write_text("# Another page\n", encoding="utf-8")
    git(folder, "commit", "-qam", "One page", day="2026-05-06")
    return spec


def test_a_page_says_when_it_was_changed_and_whether_the_latest_version_has_it(tmp_path: Path) -> None:
    """By the latest version whose commit is there."""
    told = history(spec_of(tmp_path), (("4.1", "v4.1"), ("4.2", "v4.2"), ("4.3", "nowhere")))

    assert ["Last changed on 6 May 2026", "Changed since version 4.2"] == told.told("quotes.md")
    assert ["Last changed on 4 March 2026", "As in version 4.2"] == told.told("résumé.md")
    assert [] == history(tmp_path / "docs").told("spec/nothing.md")


def test_a_page_that_is_not_committed_as_it_stands_has_no_date(tmp_path: Path) -> None:
    """Its last commit is not its last change."""
    spec = spec_of(tmp_path)
    (spec / "quotes.md").write_text("# A third page\n", encoding="utf-8")

    assert {"résumé.md": date(2026, 3, 4)} == history(spec).days


def test_without_git_or_its_history_nothing_is_said(tmp_path: Path) -> None:
    """A shallow clone would date all pages by its one commit."""
    spec_of(tmp_path / "whole")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path / 'whole'}", "shallow")
    (tmp_path / "bare").mkdir()

    assert {} == history(tmp_path / "shallow" / "docs" / "spec").days
    assert {} == history(tmp_path / "bare").days


def test_the_line_below_the_title_has_it_all_and_a_link_where_one_is_configured() -> None:
    """Owner, history, and where the page is edited."""
    html = with_owner("<h1>Quotes</h1>", "Paul", sample=False, told=["As in version 4.2"], edit_url="https://git/edit")

    assert "Owner: Paul · As in version 4.2 · <a" in html
    assert 'href="https://git/edit"' in html
    assert "<a" not in with_owner("<h1>Quotes</h1>", "Paul", sample=False)
