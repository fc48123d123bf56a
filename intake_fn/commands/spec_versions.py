"""The indexes of released versions, built beside that of today's spec from the history of the wiki."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from intake_fn.commands import text_of
from intake_fn.commands.spec_history import git, pages_at
from intake_fn.core.errors import SpecdeskError
from intake_fn.core.spec_versions import FILE, read_versions
from intake_fn.settings import VERSIONS, versions_beside
from spec_lookup import Spec, SpecLookupError, content_stamp, site_of


def build_versions(spec: Path, index: Path) -> list[str]:
    """Build the indexes of the versions that the list beside the pages names; the names, the earliest first.

    One that is there for the same pages and engine stays. Raises SpecdeskError for a commit without pages.
    """
    listed = spec / FILE
    released = read_versions(text_of(listed), str(listed)) if listed.is_file() else ()
    folder = versions_beside(index)
    for version in released:
        commit = git(spec, "rev-parse", "--verify", "--quiet", f"{version.commit}^{{commit}}").strip()
        pages = pages_at(spec, commit) if commit else []
        if not pages:
            raise SpecdeskError(
                f"{listed} names {version.commit} for version {version.name}, and the history of {spec} has no pages "
                "of it. Correct the line, or fetch the whole history (git fetch --unshallow --tags)."
            )
        if not _is_built(folder / version.name, content_stamp(pages), index):
            Spec.of(pages, commit, site_of(spec)).save(folder / version.name)
    names = [version.name for version in released]
    if folder.is_dir():
        for other in folder.iterdir():
            if other.is_dir() and other.name not in names:
                shutil.rmtree(other)
    if names or folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / VERSIONS).write_text(json.dumps(names), encoding="utf-8")
    return names


def _is_built(folder: Path, content: str, index: Path) -> bool:
    """Whether an index of these pages is there, made by the engine and model of today's."""
    try:
        there, today = Spec.open(folder).stamp, Spec.open(index).stamp
    except SpecLookupError:
        return False
    return (there.content, there.engine, there.model) == (content, today.engine, today.model)
