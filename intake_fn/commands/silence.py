"""`specdesk silence`: what the spec leaves open, with a stub for each clause that is missing, and how clauses fare."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake_fn.commands import background_desk, say
from intake_fn.core.codec import to_plain
from intake_fn.core.spec_gaps import SpecReport, counts_of
from intake_fn.desk import spec_report

SHOWN = 20


def add(commands: Any) -> None:
    """Put `silence` on the command line."""
    command = commands.add_parser("silence", help=silence.__doc__, description=silence.__doc__)
    command.add_argument("--limit", type=int, default=SHOWN, help="points that are printed (default: %(default)s)")
    command.add_argument("--clauses", action="store_true", help="the figures of each clause in place of the points")
    command.add_argument("--counts", type=Path, metavar="FILE", help="write the counts of each clause for the wiki")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=silence)


def silence(args: argparse.Namespace) -> None:
    """Group the requests on which the spec is silent, and print a stub of a clause for each group.

    The desk's page of the spec shows the same report from then on. Personal data is masked.
    """
    report = spec_report.keep(background_desk())
    if args.counts:
        args.counts.write_text(json.dumps(counts_of(report), indent=1) + "\n", encoding="utf-8")
    say(args, _plain(report), _clauses(report) if args.clauses else _points(report, args.limit))


def _plain(report: SpecReport) -> dict[str, Any]:
    plain = to_plain(report)
    for point, row in zip(report.points, plain["points"], strict=True):
        row |= {"number": len(point.requests), "undecided": point.undecided, "hours": round(point.hours, 1)}
    return plain


def _points(report: SpecReport, limit: int) -> Iterator[str]:
    total = sum(len(point.requests) for point in report.points)
    undecided = sum(point.undecided for point in report.points)
    yield (
        f"Of {report.requests} requests {total - undecided} were decided with “the spec is silent” and {undecided} "
        f"stayed undecided; they are about {len(report.points)} points."
    )
    for number, point in enumerate(report.points[:limit], 1):
        near = f", nearest clause {point.nearest}" if point.nearest else ""
        yield ""
        yield f"{number}. {point.title}"
        yield f"   {len(point.requests)} requests, {point.undecided} undecided, {point.hours:.0f} hours{near}"
        yield from (f"   {one.id}  {one.summary}" for one in point.requests)
        yield ""
        yield from (f"   {line}".rstrip() for line in point.stub.splitlines())
    if len(report.points) > limit:
        yield f"\nAnd {len(report.points) - limit} more: --limit {len(report.points)}."


def _clauses(report: SpecReport) -> Iterator[str]:
    width = max((len(one.clause) for one in report.clauses), default=6)
    yield f"{'clause':{width}}  bugs  changes  overridden  open  oldest open (days)"
    for one in report.clauses:
        age = one.age(report.at)
        row = f"{one.bugs:4}  {one.changes:7}  {one.overridden:10}  {one.open:4}  {'' if age is None else age:>18}"
        yield f"{one.clause:{width}}  {row}".rstrip()
