"""`specdesk release-notes`: what a version delivers, from Mantis and our cases, as a page of the wiki."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from intake_fn.commands import background_desk, text_of
from intake_fn.core.errors import Broken, Refused, TryLater
from intake_fn.core.redaction import without_secrets
from intake_fn.core.release_notes import ReleaseNotes
from intake_fn.core.release_page import is_as_written, page_of
from intake_fn.desk.release_notes import release_notes as notes_from
from intake_fn.settings import ROOT
from spec_lookup import page_clauses, read_pages, site_of

FOLDER = "releases"
"""Where in the wiki the pages stand."""

NAME = re.compile(r"[\w][\w.+ -]*")
"""What the name of a version may be that becomes a file."""


def add(commands: Any) -> None:
    """Put `release-notes` on the command line."""
    command = commands.add_parser("release-notes", help=release_notes.__doc__, description=release_notes.__doc__)
    command.add_argument("version", metavar="VERSION", help="as Mantis names it")
    command.add_argument("--since", default="", metavar="VERSION", help="with all versions after this one")
    command.add_argument("--format", choices=("md", "json"), default="md", help="json prints, and writes no page")
    command.add_argument("--docs", type=Path, default=ROOT / "docs", help="the folder of the wiki")
    command.add_argument("--overwrite", action="store_true", help="even if somebody has edited the page")
    command.set_defaults(run=release_notes)


def release_notes(args: argparse.Namespace) -> None:
    """Write docs/releases/VERSION.md: bugs fixed and changes delivered. A page that somebody has edited stays."""
    if not NAME.fullmatch(args.version):
        raise Refused(f"{args.version!r} is no name of a version.")
    try:
        desk = background_desk()
        notes = notes_from(desk, args.version, args.since, partial(print, file=sys.stderr))
    except (TryLater, Broken) as error:
        raise type(error)(f"{error} Nothing was written.") from error
    if args.format == "json":
        print(without_secrets(json.dumps(_plain(notes), ensure_ascii=False, indent=2)))
        return
    page = page_of(notes, desk.tracker.page_of, _clauses_in(args.docs))
    path: Path = args.docs / FOLDER / f"{args.version.replace(' ', '-')}.md"
    print(without_secrets(_write(path, page, overwrite=args.overwrite)))
    for line in _summary(notes):
        print(without_secrets(line), file=sys.stderr)


def _plain(notes: ReleaseNotes) -> dict[str, Any]:
    return {**asdict(notes), "version": notes.versions[0]}


def _write(path: Path, page: str, *, overwrite: bool) -> str:
    """Write the page unless it stands there; what was done. Raises Refused, with the difference, for an edited one."""
    before = text_of(path) if path.exists() else None
    if before == page:
        return f"{path} is up to date."
    if before is not None and not is_as_written(before) and not overwrite:
        difference = difflib.unified_diff(
            before.splitlines(), page.splitlines(), str(path), "what would be written", lineterm="", n=1
        )
        print(without_secrets("\n".join(difference)))
        raise Refused(
            f"Somebody has edited {path}, and it stays as it is. The difference is printed above: take over by hand "
            "what is new, or write the page anew with --overwrite."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")
    return f"{path} is {'written' if before is None else 'written anew'}."


def _clauses_in(docs: Path) -> Callable[[str], str]:
    """From a clause to its place in the wiki, seen from a page of ours; "" for one that it does not have."""
    folder = docs / "spec"
    places: dict[str, str] = {}
    for name, text in read_pages(folder) if folder.is_dir() else ():
        if name.endswith(".md"):
            places |= {
                clause.cite: f"../spec/{name}{'#' if clause.anchor else ''}{clause.anchor}"
                for clause in page_clauses(name, text, site_of(folder))
            }
    return lambda cite: places.get(cite, places.get(f"{cite}#", ""))


def _summary(notes: ReleaseNotes) -> list[str]:
    left_out = ", ".join(f"{number} {reason}" for reason, number in notes.left_out.items())
    return [
        f"{len(notes.bugs)} bugs, {len(notes.changes)} changes; left out: {left_out or 'nothing'}.",
        *(f"For a person: {f'#{one.number}' if one.number else one.case}: {one.why}" for one in notes.open),
    ]
