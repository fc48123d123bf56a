"""`specdesk spec lint`: what the build of the wiki refuses, terms that are defined nowhere, clauses that disagree."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from intake_fn.commands import process_of, say, text_of
from intake_fn.commands.language_model import add_model, configured
from intake_fn.core.errors import Refused, SpecdeskError, TryLater
from intake_fn.settings import ROOT
from intake_fn.wiki.lint import Page, Problem, lint, read
from intake_fn.wiki.terms import names_listed, undefined
from spec_lookup import (
    MILLION,
    SUFFIXES,
    Clause,
    ClausePair,
    NoResponse,
    PairRead,
    clause_pairs,
    page_name,
    pairs_to_read,
    read_pages,
    read_pairs,
    resumed,
    site_of,
)

FILE = "lint.txt"
"""Beside the spec: names that need no definition, and pairs that a person has found to agree."""

PAIRS = 0
READ = 100
"""Pairs that a language model reads if no number is given."""


def add(commands: Any) -> None:
    """Put `spec lint` on the command line."""
    spec = commands.add_parser("spec", help="look after the spec").add_subparsers(required=True, metavar="COMMAND")
    command = spec.add_parser("lint", help=spec_lint.__doc__, description=spec_lint.__doc__)
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="folder of the pages")
    command.add_argument("--process", type=Path, default=ROOT / "support.yml", help="whose people own the pages")
    command.add_argument(
        "--pairs", type=int, default=PAIRS, metavar="N", help="print the N nearest pairs to read, too (default: none)"
    )
    command.add_argument(
        "--llm",
        type=int,
        nargs="?",
        const=READ,
        default=0,
        metavar="N",
        help=f"have the configured language model read the N nearest pairs (default: {READ})",
    )
    command.add_argument("--llm-limit", type=float, metavar="DOLLARS", help="what that may cost (default: no limit)")
    command.add_argument("--cassettes", type=Path, default=ROOT / "build" / "cassettes" / "lint")
    add_model(command)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=spec_lint)


def spec_lint(args: argparse.Namespace) -> None:
    """Find undefined terms and clauses that answer one question in two ways. 1 if there is something to mend.

    Only what words, numbers and tables settle is found. `--pairs` prints what a person may compare; `--llm` has a
    language model compare it, and prints what both of its readings call a contradiction.
    """
    if not args.spec.is_dir():
        raise Refused(f"There is no folder {args.spec}. Name the folder of the pages with --spec.")
    if min(args.pairs, args.llm) < 0:
        raise Refused("--pairs and --llm take a number of pairs, 1 or more.")
    listed = text_of(args.spec / FILE) if (args.spec / FILE).exists() else ""
    pages = list(_pages(args.spec))
    problems = [*lint(pages, process_of(args.process)), *undefined(pages, names_listed(listed))]
    clauses = [replace(clause, page=page.name) for page in pages for clause in page.clauses]
    agreements = agreed(listed)
    settled = _settled(clauses, agreements)
    near = [pair for pair in _near(args, clauses, settled) if pair.cites not in agreements]
    read = list(_read(args, near[: args.llm])) if args.llm else []
    found = [plain for pair in read for plain in _plain_read(pair)]
    plain = {
        "pages": len(pages),
        "clauses": len(clauses),
        "problems": [asdict(problem) for problem in problems],
        "contradictions": [*map(_plain, settled), *found],
        "unread": [{"clauses": sorted(pair.cites), "why": pair.why} for pair in read if pair.why],
        "pairs": [_plain(pair) for pair in near[: args.pairs]],
    }
    say(args, plain, _lines(plain, problems, settled, read, near[: args.pairs]))
    if problems or settled or found:
        raise SpecdeskError("The spec has findings. Correct the clauses, or list a name or an agreement in lint.txt.")


def _read(args: argparse.Namespace, pairs: list[ClausePair]) -> Iterator[PairRead]:
    """The pairs as the language model reads them; each exchange is kept, so that a run goes on where it was."""
    model = configured(args)
    ask = resumed(args.cassettes, model.ask)
    limit = None if args.llm_limit is None else round(args.llm_limit * MILLION)
    clauses = [(pair.first.clause, pair.second.clause) for pair in pairs]
    try:
        yield from read_pairs(model.name, ask, clauses, price=model.price, limit=limit)
    except NoResponse as error:
        raise TryLater(f"{error} What was read is kept: run it again to go on.") from error


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


def _settled(clauses: list[Clause], agreements: frozenset[frozenset[str]]) -> list[ClausePair]:
    """The pairs of clauses that contradict each other by their words, each once, without those listed as agreeing."""
    found: dict[frozenset[str], ClausePair] = {}
    for pair in clause_pairs(clauses):
        if pair.kind and pair.cites not in agreements:
            found.setdefault(pair.cites, pair)
    return list(found.values())


def _near(args: argparse.Namespace, clauses: list[Clause], settled: list[ClausePair]) -> list[ClausePair]:
    """The pairs to read, the nearest first, if somebody wants to read any."""
    return pairs_to_read(clauses, settled) if args.pairs or args.llm else []


def _plain(pair: ClausePair) -> dict[str, Any]:
    return {
        "kind": pair.kind,
        "nearness": round(pair.nearness, 2),
        "first": {"clause": pair.first.clause.cite, "text": pair.first.text},
        "second": {"clause": pair.second.clause.cite, "text": pair.second.text},
    }


def _plain_read(pair: PairRead) -> Iterator[dict[str, Any]]:
    """The contradiction that was read, if it is one."""
    if found := pair.contradiction:
        yield {
            "kind": "read",
            "question": found.question,
            "first": {"clause": pair.first.cite, "text": found.first},
            "second": {"clause": pair.second.cite, "text": found.second},
        }


def _lines(
    plain: dict[str, Any],
    problems: list[Problem],
    settled: list[ClausePair],
    read: list[PairRead],
    near: list[ClausePair],
) -> Iterator[str]:
    yield from map(str, problems)
    for pair in settled:
        yield f"{pair.first.clause.cite} and {pair.second.clause.cite} disagree ({pair.kind}):"
        yield from _both(pair)
    for one in read:
        if found := one.contradiction:
            yield f"{one.first.cite} and {one.second.cite} disagree, as a language model reads them:"
            yield from (f"  {line}" for line in (found.question, found.first, found.second))
        elif one.why:
            yield f"{one.first.cite} and {one.second.cite} are left to a person: {one.why}"
    for pair in near:
        yield f"{pair.first.clause.cite} and {pair.second.clause.cite}, nearness {pair.nearness:.2f}, to read:"
        yield from _both(pair)
    yield (
        f"{plain['clauses']} clauses on {plain['pages']} pages: {len(problems)} problems, "
        f"{len(settled)} contradictions that words, numbers and tables settle."
    )
    if read:
        number = sum(one.contradiction is not None for one in read)
        tokens = sum(one.usage.input + one.usage.output for one in read)
        yield (
            f"A language model has read {sum(not one.why for one in read)} of {len(read)} pairs: "
            f"{number} contradictions, {tokens:,} tokens. A person decides."
        )


def _both(pair: ClausePair) -> Iterator[str]:
    yield from (f"  {each.text}" for each in (pair.first, pair.second))
