"""`specdesk spec lint`: what the build of the wiki refuses, terms that are defined nowhere, clauses that disagree."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from intake_fn.commands import process_of, say, text_of
from intake_fn.core.errors import Refused, SpecdeskError
from intake_fn.settings import ROOT
from intake_fn.wiki.lint import Page, Problem, lint, read
from intake_fn.wiki.terms import names_listed, undefined
from spec_lookup import SUFFIXES, ClausePair, clause_pairs, page_name, read_pages, site_of

FILE = "lint.txt"
"""Beside the spec: names that need no definition, and pairs that a person has found to agree."""

PAIRS = 0


def add(commands: Any) -> None:
    """Put `spec lint` on the command line."""
    spec = commands.add_parser("spec", help="look after the spec").add_subparsers(required=True, metavar="COMMAND")
    command = spec.add_parser("lint", help=spec_lint.__doc__, description=spec_lint.__doc__)
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="folder of the pages")
    command.add_argument("--process", type=Path, default=ROOT / "support.yml", help="whose people own the pages")
    command.add_argument(
        "--pairs", type=int, default=PAIRS, metavar="N", help="print the N nearest pairs to read, too (default: none)"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=spec_lint)


def spec_lint(args: argparse.Namespace) -> None:
    """Find undefined terms and clauses that answer one question in two ways. 1 if there is something to mend.

    Only what words, numbers and tables settle is found; `--pairs` prints what a person may compare.
    """
    if not args.spec.is_dir():
        raise Refused(f"There is no folder {args.spec}. Name the folder of the pages with --spec.")
    listed = text_of(args.spec / FILE) if (args.spec / FILE).exists() else ""
    pages = list(_pages(args.spec))
    problems = [*lint(pages, process_of(args.process)), *undefined(pages, names_listed(listed))]
    settled, near = _pairs(pages, agreed(listed))
    plain = {
        "pages": len(pages),
        "clauses": sum(len(page.clauses) for page in pages),
        "problems": [asdict(problem) for problem in problems],
        "contradictions": [_plain(pair) for pair in settled],
        "pairs": [_plain(pair) for pair in near[: args.pairs]],
    }
    say(args, plain, _lines(plain, problems, settled, near[: args.pairs]))
    if problems or settled:
        raise SpecdeskError("The spec has findings. Correct the clauses, or list a name or an agreement in lint.txt.")


def agreed(text: str) -> frozenset[frozenset[str]]:
    """The pairs of `lint.txt` that agree. Raises Refused for a line without two clauses and a reason."""
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("agree "):
            parts = line.split(maxsplit=3)
            if len(parts) < len(("agree", "first", "second", "reason")):
                raise Refused(f"{FILE}:{number}: write `agree PAGE#ANCHOR PAGE#ANCHOR` and the reason.")
            found.add(frozenset(parts[1:3]))
    return frozenset(found)


def _pages(folder: Path) -> Iterator[Page]:
    site = site_of(folder)
    for name, text in read_pages(folder):
        if name.endswith(SUFFIXES):
            yield read(page_name(name), str(folder / name), text, site)


def _pairs(pages: Iterable[Page], agreements: frozenset[frozenset[str]]) -> tuple[list[ClausePair], list[ClausePair]]:
    """Those that contradict each other, and those to read; once for each two clauses, without those that agree."""
    found: dict[frozenset[str], ClausePair] = {}
    for pair in clause_pairs([replace(clause, page=page.name) for page in pages for clause in page.clauses]):
        if pair.cites not in agreements:
            found.setdefault(pair.cites, pair)
    return [pair for pair in found.values() if pair.kind], [pair for pair in found.values() if not pair.kind]


def _plain(pair: ClausePair) -> dict[str, Any]:
    return {
        "kind": pair.kind,
        "nearness": round(pair.nearness, 2),
        "first": {"clause": pair.first.clause.cite, "text": pair.first.text},
        "second": {"clause": pair.second.clause.cite, "text": pair.second.text},
    }


def _lines(
    plain: dict[str, Any], problems: list[Problem], settled: list[ClausePair], near: list[ClausePair]
) -> Iterator[str]:
    yield from map(str, problems)
    for pair in settled:
        yield f"{pair.first.clause.cite} and {pair.second.clause.cite} disagree ({pair.kind}):"
        yield from _both(pair)
    for pair in near:
        yield f"{pair.first.clause.cite} and {pair.second.clause.cite}, {pair.nearness:.0%} of the words, to read:"
        yield from _both(pair)
    yield (
        f"{plain['clauses']} clauses on {plain['pages']} pages: {len(problems)} problems, "
        f"{len(settled)} contradictions that words, numbers and tables settle."
    )


def _both(pair: ClausePair) -> Iterator[str]:
    yield from (f"  {each.text}" for each in (pair.first, pair.second))
