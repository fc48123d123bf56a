"""The pages of the spec as they stood: of a folder, or of a revision of the wiki that has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from intake_fn.core.errors import Refused
from spec_lookup import Spec, SpecBroken, decode_page, left_out, pages_among, read_pages, site_of


def spec_of(name: str, folder: Path) -> Spec:
    """The spec of a folder of Markdown, or of a revision of the repository that `folder` is in.

    Raises Refused saying what is wrong with the name or with the pages.
    """
    path = Path(name)
    try:
        pages = list(read_pages(path)) if path.is_dir() else _pages_of_revision(name, folder)
        spec = Spec.of(pages, site=site_of(path if path.is_dir() else folder))
    except SpecBroken as error:
        raise Refused(f"The spec of {name} cannot be read: {error}") from error
    if not spec.stamp.clauses:
        where = "The folder" if path.is_dir() else f"{folder} at the revision"
        raise Refused(f"{where} {name} holds no page with a clause. Name the spec's folder, or a later revision.")
    return spec


def _pages_of_revision(name: str, folder: Path) -> list[tuple[str, str]]:
    """Raises Refused for what is neither a folder nor a revision."""
    commit = "" if name.startswith("-") else git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if not commit:
        raise Refused(
            f"{name} is neither a folder nor a revision of the repository that {folder} is in. "
            "Name a folder of Markdown, or a commit, branch or tag that `git log` knows here."
        )
    return pages_at(folder, commit.strip())


def pages_at(folder: Path, commit: str) -> list[tuple[str, str]]:
    """The pages of the spec as they stood at a commit, as read_pages gives them."""
    names = git(folder, "ls-tree", "-r", "-z", "--name-only", commit, "--", ".").split("\0")
    paths = [path.as_posix() for path in sorted(map(Path, filter(None, names)))]
    return [
        (name, decode_page(git(folder, "show", f"{commit}:./{name}").encode(), name))
        for name in pages_among(paths, left_out(folder))
    ]


def git(folder: Path, *words: str) -> str:
    """What git prints about a folder; "" outside a checkout."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.decode() if done.returncode == 0 else ""
